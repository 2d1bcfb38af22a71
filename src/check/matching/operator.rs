use super::diff::Comparison;
use super::pairing::pair;
use super::{
    Actual, Checked, MAX_MISMATCHES, Run, This, Token, UnresolvedMatcher, Words, match_value, words,
};
use crate::expression::{Condition, Template, Unresolved};
use crate::json::{Datum, Pointer, Value, cut};
use crate::scenario::{Matcher, MatcherKind, Member, Operator, OperatorKind, Ordering};
use crate::source::Span;
use regex::Regex;
use std::borrow::Cow;
use std::cmp::Ordering as Order;

/// Elements among which the nearest to an unmet expectation is looked for.
const MAX_LOOKED_AT: usize = 50;

impl<'a> Run<'a> {
    /// Checks every operator of a map; an object with several is all of them.
    pub(super) fn check_operators(
        &mut self,
        matcher: &'a Matcher,
        operators: &'a [Operator],
        value: Option<&'a Value>,
    ) -> Checked {
        let has_length = operators.iter().any(|each| matches!(each.kind, OperatorKind::Length(_)));
        for operator in operators {
            if self.is_done() {
                return Ok(());
            }
            match value {
                Some(value) => self.check_operator(operator, has_length, value)?,
                None if self.takes_nothing(operator)? => {}
                None => {
                    // Once is enough, however many operators there are.
                    self.missing(matcher.span, || words::matcher(matcher));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Whether an operator is met by a value that is not there. Comparisons never are: a misspelt
    /// name would otherwise pass them for ever.
    fn takes_nothing(&mut self, operator: &'a Operator) -> Result<bool, UnresolvedMatcher> {
        match &operator.kind {
            OperatorKind::AnyOf(matchers) => {
                for matcher in matchers {
                    if self.quietly(|run| run.check(matcher, None))? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            OperatorKind::Not(inner) if matches!(inner.kind, MatcherKind::Markers(_)) => {
                Ok(!self.quietly(|run| run.check(inner, None))?)
            }
            _ => Ok(false),
        }
    }

    fn check_operator(&mut self, operator: &'a Operator, has_length: bool, value: &'a Value) -> Checked {
        let span = operator.key_span;
        match &operator.kind {
            OperatorKind::Literal(template) => self.check_equal(operator.span, template, &[], false, value),
            OperatorKind::SameAs { value: template, except } => {
                self.check_equal(span, template, except, true, value)
            }
            OperatorKind::Ne(template) => {
                let expected = self.resolve(template, Some(value))?;
                if self.is_equal(span, &expected, &[], expected.value(), value) {
                    self.report(span, |run| {
                        let unwanted = words::datum(&expected);
                        Words::new(&run.name(), run.plain(value), format!("anything but {unwanted}"))
                    });
                }
                Ok(())
            }
            OperatorKind::Order(ordering, template) => self.check_order(span, *ordering, template, value),
            OperatorKind::In(template) => self.check_in(operator, "$in", template, true, value),
            OperatorKind::NotIn(template) => self.check_in(operator, "$notIn", template, false, value),
            OperatorKind::Match(template) => self.check_match(span, template, value),
            OperatorKind::Contains(matchers) => match value {
                Value::String(text) => self.check_substrings(matchers, text, value),
                Value::Array(elements) => self.check_contains(matchers, elements, false),
                _ => {
                    self.wrong_type(span, "a string or an array", value);
                    Ok(())
                }
            },
            OperatorKind::Unordered(matchers) => match value {
                Value::Array(elements) if elements.len() != matchers.len() => {
                    self.wrong_count(span, elements.len(), matchers.len(), None);
                    self.check_contains(matchers, elements, false)
                }
                Value::Array(elements) => self.check_contains(matchers, elements, true),
                _ => {
                    self.wrong_type(span, "an array", value);
                    Ok(())
                }
            },
            OperatorKind::Exact(members) => self.check_exact(span, members, value),
            OperatorKind::Each(inner) => self.check_each(span, inner, has_length, value),
            OperatorKind::Length(inner) => self.check_length(span, inner, value),
            OperatorKind::Not(inner) => {
                if self.holds(inner, value)? {
                    self.report(span, |run| {
                        let unwanted = words::matcher(inner);
                        Words::new(&run.name(), run.plain(value), format!("anything but {unwanted}"))
                    });
                }
                Ok(())
            }
            OperatorKind::AnyOf(matchers) => self.check_any_of(span, matchers, value),
            OperatorKind::Cel(condition) => {
                self.check_cel(operator.span, condition, value);
                Ok(())
            }
        }
    }

    /// Whether a value equals a part of a datum, digits counted.
    fn is_equal(
        &mut self,
        span: Span,
        root: &Datum,
        prefix: &[String],
        expected: &Value,
        value: &'a Value,
    ) -> bool {
        let offset = self.path.len();
        let comparison = Comparison { span, root, prefix, offset, except: &[], is_change: false };
        self.is_same(&comparison, expected, value)
    }

    fn check_order(
        &mut self,
        span: Span,
        ordering: Ordering,
        template: &'a Template,
        value: &'a Value,
    ) -> Checked {
        let expected = self.resolve(template, Some(value))?;
        let read = self.as_number(value);
        let order = match (value, expected.value()) {
            (Value::Number(there), Value::Number(wanted)) => {
                Some(self.numeral(there).compare(expected.numeral(&[], wanted)))
            }
            (Value::String(_), Value::Number(_)) => read.and_then(|read| read.compare_numbers(&expected)),
            (Value::String(there), Value::String(wanted)) => Some(there.cmp(wanted)),
            (_, Value::Number(_) | Value::String(_)) => None,
            (_, other) => {
                let what = crate::json::type_name(other);
                return Err(unusable(
                    template,
                    format!("`{}` compares numbers or strings, not {what}", ordering.key()),
                ));
            }
        };
        let holds = match (ordering, order) {
            (_, None) => false,
            (Ordering::Greater, Some(order)) => order == Order::Greater,
            (Ordering::GreaterOrEqual, Some(order)) => order != Order::Less,
            (Ordering::Less, Some(order)) => order == Order::Less,
            (Ordering::LessOrEqual, Some(order)) => order != Order::Greater,
        };
        if !holds {
            self.report(span, |run| {
                let (there, wanted) = match order {
                    Some(_) => (run.plain(value), words::datum(&expected)),
                    None => (run.typed(value), words::typed_datum(&expected)),
                };
                let wanted = match order {
                    Some(_) => format!("{} {wanted}", words::ordering(ordering)),
                    None if expected.value().is_number() => {
                        format!("a number, {} {}", words::ordering(ordering), words::datum(&expected))
                    }
                    None => format!("a string, {} {}", words::ordering(ordering), words::datum(&expected)),
                };
                Words::new(&run.name(), there, wanted)
            });
        }
        Ok(())
    }

    fn check_in(
        &mut self,
        operator: &'a Operator,
        key: &str,
        template: &'a Template,
        is_wanted: bool,
        value: &'a Value,
    ) -> Checked {
        let list = self.resolve(template, Some(value))?;
        let Value::Array(elements) = list.value() else {
            let what = crate::json::type_name(list.value());
            return Err(unusable(template, format!("`{key}` takes a list, not {what}")));
        };
        let mut is_in = false;
        for (index, element) in elements.iter().enumerate() {
            is_in = is_in || self.is_equal(operator.span, &list, &[index.to_string()], element, value);
        }
        if is_in != is_wanted {
            self.report(operator.key_span, |run| {
                let at = |index: usize| list.at(&Pointer::of([index.to_string()])).unwrap_or_default();
                let is_alike = elements.iter().all(|element| words::is_same_type(element, value));
                let show =
                    |index| if is_alike { words::datum(&at(index)) } else { words::typed_datum(&at(index)) };
                let mut listed: Vec<_> = (0..elements.len().min(10)).map(show).collect();
                if elements.len() > 10 {
                    listed.push(format!("{} more", elements.len() - 10));
                }
                let there = if is_alike { run.plain(value) } else { run.typed(value) };
                let listed = words::alternatives(listed);
                let expected = if is_wanted { listed } else { format!("none of {listed}") };
                Words::new(&run.name(), there, expected)
            });
        }
        Ok(())
    }

    fn check_match(&mut self, span: Span, template: &'a Template, value: &'a Value) -> Checked {
        let resolved = self.resolve(template, Some(value))?;
        let Value::String(pattern) = resolved.value() else {
            let what = crate::json::type_name(resolved.value());
            return Err(unusable(template, format!("`$match` takes a regular expression, not {what}")));
        };
        let Value::String(text) = value else {
            self.wrong_type(span, &format!("text matching `{}`", cut(pattern)), value);
            return Ok(());
        };
        if !self.patterns.contains_key(pattern) {
            let compiled = Regex::new(pattern).map_err(|error| {
                let error = error.to_string();
                let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
                unusable(template, format!("`{}` is not a regular expression: {reason}", cut(pattern)))
            })?;
            self.patterns.insert(pattern.clone(), compiled);
        }
        if !self.patterns[pattern].is_match(text) {
            self.report(span, |run| {
                Words::new(&run.name(), run.plain(value), format!("text matching `{}`", cut(pattern)))
            });
        }
        Ok(())
    }

    fn check_substrings(&mut self, matchers: &'a [Matcher], text: &str, value: &'a Value) -> Checked {
        for matcher in matchers {
            let wanted = match &matcher.kind {
                MatcherKind::Equal(template) => self.resolve(template, Some(value))?,
                _ => {
                    self.wrong_type(matcher.span, "an array", value);
                    continue;
                }
            };
            match wanted.value() {
                Value::String(wanted) if text.contains(wanted.as_str()) => {}
                Value::String(wanted) => self.report(matcher.span, |run| {
                    let expected = format!("text with `{}` in it", cut(wanted));
                    Words::new(&run.name(), run.plain(value), expected)
                }),
                _ => self.wrong_type(matcher.span, "an array", value),
            }
        }
        Ok(())
    }

    /// Gives every matcher an element of its own; with `is_exact` every element one of the matchers.
    fn check_contains(&mut self, matchers: &'a [Matcher], elements: &'a [Value], is_exact: bool) -> Checked {
        let partners = pair(matchers.len(), elements.len(), |left, right| {
            self.path.push(Token::Index(right));
            let holds = self.holds(&matchers[left], &elements[right]);
            self.path.pop();
            holds
        })?;
        let taken: Vec<usize> = partners.iter().flatten().copied().collect();
        let mut left_over: Vec<usize> = Vec::new();
        if taken.len() < partners.len() {
            let taken: std::collections::BTreeSet<_> = taken.into_iter().collect();
            left_over =
                (0..elements.len()).filter(|index| !taken.contains(index)).take(MAX_LOOKED_AT).collect();
        }
        for (matcher, _) in matchers.iter().zip(&partners).filter(|(_, partner)| partner.is_none()) {
            if self.is_done() {
                return Ok(());
            }
            let note = if self.is_quiet { None } else { self.nearest(matcher, elements, &left_over)? };
            self.report(matcher.span, |run| {
                let expected = words::matcher(matcher);
                let other = if partners.iter().any(Option::is_some) { "no other" } else { "no" };
                Words {
                    headline: format!("{other} element of {} is {expected}", run.name()),
                    expected,
                    actual: words::count(elements.len(), "element"),
                    notes: note.into_iter().collect(),
                }
            });
        }
        if is_exact && !self.is_quiet {
            self.report_left_over(&left_over, elements);
        }
        Ok(())
    }

    /// Of elements without a matcher, the mismatch of the matchers has said enough but for which.
    fn report_left_over(&mut self, left_over: &[usize], elements: &[Value]) {
        let name = self.name();
        let Some(last) = self.found.last_mut() else {
            return;
        };
        for index in left_over.iter().take(3) {
            let value = words::plain(&elements[*index], &elements[*index].to_string());
            last.notes.push(format!("element {index} of {name} is left over: {value}"));
        }
    }

    /// A sentence about the element that misses a matcher by the least.
    fn nearest(
        &mut self,
        matcher: &'a Matcher,
        elements: &'a [Value],
        candidates: &[usize],
    ) -> Result<Option<String>, UnresolvedMatcher> {
        if !matches!(matcher.kind, MatcherKind::Object(_) | MatcherKind::List(_) | MatcherKind::Operators(_))
        {
            return Ok(None);
        }
        let mut best: Option<(usize, usize, String)> = None;
        for index in candidates {
            let kept = std::mem::take(&mut self.found);
            let checked = self.check_element(matcher, *index, &elements[*index]);
            let found = std::mem::replace(&mut self.found, kept);
            checked?;
            let count = found.len().min(MAX_MISMATCHES);
            if let Some(first) = found.into_iter().next()
                && best.as_ref().is_none_or(|(fewest, _, _)| count < *fewest)
            {
                best = Some((count, *index, first.headline));
            }
        }
        Ok(best.map(|(_, index, headline)| format!("nearest is element {index}: {headline}")))
    }

    fn check_exact(&mut self, span: Span, members: &'a [Member], value: &'a Value) -> Checked {
        self.check_object(span, members, value)?;
        let Value::Object(there) = value else {
            return Ok(());
        };
        for (name, member) in there {
            if !members.iter().any(|each| each.name == *name) {
                self.path.push(Token::Name(Cow::Borrowed(name)));
                let offset = self.path.len();
                let root = Datum::default();
                let comparison =
                    Comparison { span, root: &root, prefix: &[], offset, except: &[], is_change: false };
                self.unexpected(&comparison, member);
                self.path.pop();
            }
        }
        Ok(())
    }

    fn check_each(&mut self, span: Span, inner: &'a Matcher, has_length: bool, value: &'a Value) -> Checked {
        let Value::Array(elements) = value else {
            self.wrong_type(span, "an array", value);
            return Ok(());
        };
        if elements.is_empty() && !has_length {
            self.report(span, |run| Words {
                headline: format!("{} is empty, so that `$each` has nothing to check", run.name()),
                expected: format!("elements that are each {}", words::matcher(inner)),
                actual: "an empty array".to_owned(),
                notes: vec!["`$length` beside `$each` says how many there may be, none included".to_owned()],
            });
        }
        for (index, element) in elements.iter().enumerate() {
            if self.is_done() {
                break;
            }
            self.check_element(inner, index, element)?;
        }
        Ok(())
    }

    fn check_length(&mut self, span: Span, inner: &'a Matcher, value: &'a Value) -> Checked {
        let (length, noun) = match value {
            Value::String(text) => (text.chars().count(), "character"),
            Value::Array(elements) => (elements.len(), "element"),
            Value::Object(members) => (members.len(), "member"),
            _ => {
                self.wrong_type(span, "a string, array or object", value);
                return Ok(());
            }
        };
        let datum = Datum::new(length);
        let root = Pointer::root();
        let actual = Actual { value: Some(&datum), at: &root, name: "the length", is_text: false };
        if !match_value(inner, &actual, self.scope)?.is_empty() {
            self.report(span, |run| {
                let expected = words::matcher(inner);
                let actual = words::count(length, noun);
                Words {
                    headline: format!("{} has {actual}, expected {expected}", run.name()),
                    expected,
                    actual,
                    notes: Vec::new(),
                }
            });
        }
        Ok(())
    }

    fn check_any_of(&mut self, span: Span, matchers: &'a [Matcher], value: &'a Value) -> Checked {
        for matcher in matchers {
            if self.holds(matcher, value)? {
                return Ok(());
            }
        }
        let mut notes = Vec::new();
        if !self.is_quiet {
            for (index, matcher) in matchers.iter().enumerate() {
                if matches!(matcher.kind, MatcherKind::Equal(_) | MatcherKind::Markers(_)) {
                    continue;
                }
                let kept = std::mem::take(&mut self.found);
                let checked = self.check(matcher, Some(value));
                let found = std::mem::replace(&mut self.found, kept);
                checked?;
                notes.extend(
                    found.first().map(|first| format!("alternative {}: {}", index + 1, first.headline)),
                );
            }
        }
        self.report(span, |run| {
            let expected = words::alternatives(matchers.iter().map(words::matcher));
            Words { notes, ..Words::new(&run.name(), run.typed(value), expected) }
        });
        Ok(())
    }

    /// A condition that cannot be evaluated is not met, as under `assert`.
    fn check_cel(&mut self, span: Span, condition: &Condition, value: &'a Value) {
        let scope = This { outer: self.scope, this: Some(value) };
        let outcome = condition.holds(&scope);
        if outcome == Ok(true) {
            return;
        }
        let parts = if self.is_quiet { Vec::new() } else { condition.parts(&scope) };
        self.report(span, |run| {
            let (name, text, actual) = (run.name(), cut(&condition.text), run.plain(value));
            let headline = match &outcome {
                Ok(_) => format!("`{text}` is false for {name}, which is {actual}"),
                Err(error) => format!("`{text}` cannot be evaluated for {name}: {error}"),
            };
            let notes = parts.iter().map(ToString::to_string).collect();
            Words { headline, expected: format!("`{text}`"), actual, notes }
        });
    }
}

/// A template whose value its operator cannot use.
fn unusable(template: &Template, reason: String) -> UnresolvedMatcher {
    let reference = match template.as_reference() {
        Some(reference) => reference.text.clone(),
        None => template.as_literal().map(|literal| cut(&literal.to_text())).unwrap_or_default(),
    };
    UnresolvedMatcher { span: template.span, unresolved: Unresolved { reference, reason } }
}

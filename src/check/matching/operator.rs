use super::diff::Comparison;
use super::{Checked, Run, This, UnresolvedMatcher, Words, words};
use crate::expression::{Condition, Template, Unresolved};
use crate::json::{Datum, Pointer, Value, cut};
use crate::scenario::{Marker, Matcher, MatcherKind, Operator, OperatorKind, Ordering};
use crate::source::Span;
use regex::{Regex, RegexBuilder};
use std::cell::RefCell;
use std::cmp::Ordering as Order;
use std::collections::HashMap;

/// The largest compiled pattern in bytes, as for patterns that are checked when a file is read.
const PATTERN_SIZE: usize = 1 << 20;

/// As many compiled patterns as a thread keeps.
const MAX_PATTERNS: usize = 64;

thread_local! {
    /// A pattern takes longer to compile than most steps take: the same ones come again and again.
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::default();
}

fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    PATTERNS.with_borrow_mut(|known| {
        if let Some(known) = known.get(pattern) {
            return Ok(known.clone());
        }
        let compiled = RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build()?;
        if known.len() >= MAX_PATTERNS {
            known.clear();
        }
        known.insert(pattern.to_owned(), compiled.clone());
        Ok(compiled)
    })
}

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
            // `<any>` is presence itself. Any other `$not` speaks of a value, and a misspelt name must
            // not make it true.
            OperatorKind::Not(inner) => {
                Ok(matches!(&inner.kind, MatcherKind::Markers(markers) if markers[..] == [Marker::Any]))
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
                    self.wrong_count(span, elements.len(), matchers.len(), None, None);
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
            OperatorKind::Sorted(sorting) => self.check_sorted(span, sorting, value),
            OperatorKind::Unique(by) => self.check_unique(span, by, value),
            OperatorKind::Schema(reference) => {
                self.check_schema(span, reference, value);
                Ok(())
            }
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
                let reason = format!("it compares numbers or strings, not {what}");
                return Err(unusable(ordering.key(), template, reason));
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
            return Err(unusable(key, template, format!("it takes a list, not {what}")));
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
            return Err(unusable("$match", template, format!("it takes a regular expression, not {what}")));
        };
        let Value::String(text) = value else {
            self.wrong_type(span, &format!("text matching `{}`", cut(pattern)), value);
            return Ok(());
        };
        let compiled = compiled(pattern).map_err(|error| {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            unusable("$match", template, format!("`{}` is not a regular expression: {reason}", cut(pattern)))
        })?;
        if !compiled.is_match(text) {
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
fn unusable(key: &str, template: &Template, reason: String) -> UnresolvedMatcher {
    let operand = match template.as_reference() {
        Some(reference) => reference.text.clone(),
        None => template.as_literal().map(|literal| cut(&literal.to_text())).unwrap_or_default(),
    };
    let reference = format!("{key}: {operand}");
    UnresolvedMatcher { span: template.span, unresolved: Unresolved { reference, reason } }
}

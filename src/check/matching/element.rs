//! Operators over the elements and members of a value: `$contains`, `$unordered`, `$each`, `$exact`,
//! `$length`.

use super::diff::Comparison;
use super::pairing::pair;
use super::{Actual, Checked, MAX_MISMATCHES, Run, Token, UnresolvedMatcher, Words, match_value, words};
use crate::json::{Datum, Pointer, Value};
use crate::scenario::{Matcher, MatcherKind, Member};
use crate::source::Span;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Elements among which the nearest to an unmet expectation is looked for.
const MAX_LOOKED_AT: usize = 50;

impl<'a> Run<'a> {
    /// Gives every matcher an element of its own; with `is_exact` every element one of the matchers.
    pub(super) fn check_contains(
        &mut self,
        matchers: &'a [Matcher],
        elements: &'a [Value],
        is_exact: bool,
    ) -> Checked {
        let before = self.found.len();
        let partners = pair(matchers.len(), elements.len(), |left, right| {
            self.path.push(Token::Index(right));
            let holds = self.holds(&matchers[left], &elements[right]);
            self.path.pop();
            holds
        })?;
        let taken: Vec<usize> = partners.iter().flatten().copied().collect();
        let mut left_over: Vec<usize> = Vec::new();
        if taken.len() < partners.len() {
            let taken: BTreeSet<_> = taken.into_iter().collect();
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
                    expected: format!("an element that is {expected}"),
                    actual: words::count(elements.len(), "element"),
                    notes: note.into_iter().collect(),
                }
            });
        }
        if is_exact && self.found.len() > before {
            self.report_left_over(&left_over, elements);
        }
        Ok(())
    }

    /// Adds to the last mismatch which elements have no matcher.
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

    pub(super) fn check_exact(&mut self, span: Span, members: &'a [Member], value: &'a Value) -> Checked {
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

    pub(super) fn check_each(
        &mut self,
        span: Span,
        inner: &'a Matcher,
        has_length: bool,
        value: &'a Value,
    ) -> Checked {
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

    pub(super) fn check_length(&mut self, span: Span, inner: &'a Matcher, value: &'a Value) -> Checked {
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
        if !match_value(inner, &actual, self.scope, self.schemas)?.is_empty() {
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
}

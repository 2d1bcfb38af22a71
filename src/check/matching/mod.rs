//! Matchers: whether a value is what a scenario expects, and if not, exactly where not.
//!
//! Start with [`match_value`]. Nothing here knows HTTP; a header's value is matched as a text, the
//! result of a JSONPath as the array that it selects.

mod diff;
mod element;
mod format;
mod lines;
mod marker;
mod operator;
mod pairing;
mod schema;
mod sequence;
#[cfg(test)]
mod tests;
mod words;

use super::DocumentPlace;
use crate::diagnostic::Change;
use crate::expression::{Scope, Template, Unresolved};
use crate::json::{Datum, Number, Numeral, Pointer, Value};
use crate::openapi::Contract;
use crate::scenario::{Matcher, MatcherKind, Member};
use crate::source::Span;
use diff::Comparison;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// The value to be matched, and what it is called.
#[derive(Clone, Copy, Debug)]
pub struct Actual<'a> {
    /// The value; `None` where there is none, which is not the same as null.
    pub value: Option<&'a Datum>,
    /// Its place in the whole body; the root for a body, a header or a text.
    pub at: &'a Pointer,
    /// What a message calls it when its place has no name: `the body`, `` `x-request-id` ``.
    pub name: &'a str,
    /// Whether it came as bare text, as a header that the document does not describe: a numeric
    /// expectation then reads it as a number.
    pub is_text: bool,
}

/// One place at which a value is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The expectation that is not met: its value, or the key of its operator.
    pub span: Span,
    /// Where `$row.column` stands, when the expectation is one that a row says: see
    /// [`Matcher::of_row`].
    pub of_row: Option<Span>,
    /// The place in the body that breaks it, or where something should be.
    pub at: Pointer,
    /// The same place if it exists, else the nearest that does and holds it.
    pub nearest: Pointer,
    /// In one sentence: "`status` is `incomplete`, expected `cancelled`".
    pub headline: String,
    /// What was expected, in a few words.
    pub expected: String,
    /// What is there, in a few words.
    pub actual: String,
    /// Further facts.
    pub notes: Vec<String>,
    /// For texts of several lines, those that differ with some around them.
    pub lines: Vec<Change>,
    /// What a schema promises that the value breaks.
    pub promise: Option<DocumentPlace>,
}

/// What the `$schema`s of a matcher name.
#[derive(Clone, Copy, Debug)]
pub struct Schemas<'s> {
    /// The schemas of the operation's document.
    pub document: Option<&'s Contract>,
    /// Those of files.
    pub files: Option<&'s Contract>,
    /// Where each stands in its contract, by the text of its reference.
    pub pointers: &'s BTreeMap<String, Pointer>,
}

impl Schemas<'_> {
    /// Nothing, for matchers without `$schema`.
    pub const NONE: Self = Self { document: None, files: None, pointers: &BTreeMap::new() };
}

/// An expression within a matcher that has no value: the test cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{unresolved}")]
pub struct UnresolvedMatcher {
    /// Where the expression is written.
    pub span: Span,
    /// Which expression, and why.
    pub unresolved: Unresolved,
}

/// As many mismatches of one value as people read.
const MAX_MISMATCHES: usize = 20;

/// Matches a value: objects partially, arrays exactly, numbers by value, and gives the first 20 places
/// that differ, in the order of the matcher.
///
/// An expression within the matcher may use `this` in CEL: the value at hand.
///
/// # Errors
/// [`UnresolvedMatcher`] when an expression in the matcher has no value, or one that its operator
/// cannot use, as a pattern that is no regular expression.
pub fn match_value(
    matcher: &Matcher,
    actual: &Actual<'_>,
    scope: &dyn Scope,
    schemas: Schemas<'_>,
) -> Result<Vec<Mismatch>, UnresolvedMatcher> {
    let mut run = Run {
        scope,
        schemas,
        actual,
        of_row: None,
        base: actual.at.tokens().iter().map(|token| Token::of(token)).collect(),
        path: Vec::new(),
        found: Vec::new(),
        is_quiet: false,
        has_failed: false,
        resolved: HashMap::new(),
    };
    run.check(matcher, actual.value.map(Datum::value))?;
    Ok(run.found)
}

/// One step of a place.
#[derive(Clone, Debug)]
enum Token<'a> {
    Name(Cow<'a, str>),
    Index(usize),
}

impl<'a> Token<'a> {
    /// Reads a pointer's token. A member whose name is a number passes for an index, which changes
    /// no more than how a message spells it.
    fn of(token: &'a str) -> Self {
        match crate::json::array_index(token) {
            Some(index) => Self::Index(index),
            None => Self::Name(Cow::Borrowed(token)),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Name(name) => name.clone().into_owned(),
            Self::Index(index) => index.to_string(),
        }
    }
}

/// What a mismatch says.
struct Words {
    headline: String,
    expected: String,
    actual: String,
    notes: Vec<String>,
}

impl Words {
    /// A headline of its own.
    fn said(headline: String, expected: String, actual: String) -> Self {
        Self { headline, expected, actual, notes: Vec::new() }
    }

    /// "`name` is `actual`, expected `expected`".
    fn new(name: &str, actual: String, expected: String) -> Self {
        let headline = format!("{name} is {actual}, expected {expected}");
        Self::said(headline, expected, actual)
    }
}

/// One value being matched. Recursion is as deep as the matcher or the JSON, and both are bounded.
struct Run<'a> {
    scope: &'a dyn Scope,
    schemas: Schemas<'a>,
    actual: &'a Actual<'a>,
    /// That of the matcher at hand.
    of_row: Option<Span>,
    base: Vec<Token<'a>>,
    /// The place below the base.
    path: Vec<Token<'a>>,
    found: Vec<Mismatch>,
    /// Only whether it fails counts: nothing is worded.
    is_quiet: bool,
    has_failed: bool,
    /// Values of expressions, each resolved once however many elements it is compared with.
    resolved: HashMap<*const Template, Rc<Datum>>,
}

type Checked = Result<(), UnresolvedMatcher>;

impl<'a> Run<'a> {
    fn check(&mut self, matcher: &'a Matcher, value: Option<&'a Value>) -> Checked {
        if self.is_done() {
            return Ok(());
        }
        // Everything in what a row says is of the row.
        let outer = self.of_row;
        self.of_row = matcher.of_row;
        let checked = self.check_kind(matcher, value);
        self.of_row = outer;
        checked
    }

    fn check_kind(&mut self, matcher: &'a Matcher, value: Option<&'a Value>) -> Checked {
        match (&matcher.kind, value) {
            (MatcherKind::Markers(markers), _) => {
                self.check_markers(matcher.span, markers, value);
                Ok(())
            }
            (MatcherKind::Operators(operators), _) => self.check_operators(matcher, operators, value),
            (_, None) => {
                let expected = self.expected_words(matcher);
                self.missing(matcher.span, || expected);
                Ok(())
            }
            (MatcherKind::Equal(template), Some(value)) => {
                self.check_equal(matcher.span, template, &[], false, value)
            }
            (MatcherKind::Object(members), Some(value)) => self.check_object(matcher.span, members, value),
            (MatcherKind::List(elements), Some(value)) => self.check_list(matcher.span, elements, value),
        }
    }

    /// Compares with the value of a template; `except` may differ.
    fn check_equal(
        &mut self,
        span: Span,
        template: &'a Template,
        except: &[Pointer],
        is_change: bool,
        value: &'a Value,
    ) -> Checked {
        let expected = self.resolve(template, Some(value))?;
        let comparison =
            Comparison { span, root: &expected, prefix: &[], offset: self.path.len(), except, is_change };
        self.compare(&comparison, expected.value(), value);
        Ok(())
    }

    fn check_object(&mut self, span: Span, members: &'a [Member], value: &'a Value) -> Checked {
        let Value::Object(there) = value else {
            self.wrong_type(span, "an object", value);
            return Ok(());
        };
        for member in members {
            self.path.push(Token::Name(Cow::Borrowed(&member.name)));
            let checked = self.check(&member.matcher, there.get(&member.name));
            self.path.pop();
            checked?;
        }
        Ok(())
    }

    fn check_list(&mut self, span: Span, elements: &'a [Matcher], value: &'a Value) -> Checked {
        let Value::Array(there) = value else {
            self.wrong_type(span, "an array", value);
            return Ok(());
        };
        if there.len() != elements.len() {
            let mut first = None;
            for (index, (matcher, element)) in elements.iter().zip(there).enumerate() {
                if !self.is_quiet && first.is_none() && !self.holds(matcher, element)? {
                    first = Some(index);
                }
            }
            let other = match elements.get(there.len()) {
                Some(matcher) => {
                    format!("element {} is missing: {}", there.len(), self.expected_words(matcher))
                }
                None => {
                    let extra = &there[elements.len()];
                    format!("element {} is one too many: {}", elements.len(), self.plain(extra))
                }
            };
            self.wrong_count(
                span,
                there.len(),
                elements.len(),
                first,
                Some(other).filter(|_| !there.is_empty()),
            );
            return Ok(());
        }
        for (index, (matcher, element)) in elements.iter().zip(there).enumerate() {
            self.check_element(matcher, index, element)?;
        }
        Ok(())
    }

    fn check_element(&mut self, matcher: &'a Matcher, index: usize, element: &'a Value) -> Checked {
        self.path.push(Token::Index(index));
        let checked = self.check(matcher, Some(element));
        self.path.pop();
        checked
    }

    /// Whether a matcher holds for a value at the present place, without a word.
    fn holds(&mut self, matcher: &'a Matcher, value: &'a Value) -> Result<bool, UnresolvedMatcher> {
        self.quietly(|run| run.check(matcher, Some(value)))
    }

    /// Whether a check passes, without a word.
    fn quietly(&mut self, check: impl FnOnce(&mut Self) -> Checked) -> Result<bool, UnresolvedMatcher> {
        let before = (self.is_quiet, self.has_failed);
        (self.is_quiet, self.has_failed) = (true, false);
        let checked = check(self);
        let has_failed = self.has_failed;
        (self.is_quiet, self.has_failed) = before;
        checked.map(|()| !has_failed)
    }

    fn is_done(&self) -> bool {
        if self.is_quiet { self.has_failed } else { self.found.len() >= MAX_MISMATCHES }
    }

    /// Notes a mismatch at the present place.
    fn report(&mut self, span: Span, words: impl FnOnce(&Self) -> Words) {
        self.report_at(span, 0, words);
    }

    /// Notes a mismatch; the last `missing` steps of the place do not exist.
    fn report_at(&mut self, span: Span, missing: usize, words: impl FnOnce(&Self) -> Words) {
        self.has_failed = true;
        if self.is_quiet || self.found.len() >= MAX_MISMATCHES {
            return;
        }
        let Words { headline, expected, actual, notes } = words(self);
        let below = |count: usize| {
            let tokens: Vec<String> = self.path[..count].iter().map(Token::text).collect();
            self.actual.at.join(&Pointer::of(tokens))
        };
        let (at, nearest) = (below(self.path.len()), below(self.path.len().saturating_sub(missing)));
        let of_row = self.of_row;
        self.found.push(Mismatch {
            span,
            of_row,
            at,
            nearest,
            headline,
            expected,
            actual,
            notes,
            lines: Vec::new(),
            promise: None,
        });
    }

    /// What a matcher expects, an expression by its value.
    fn expected_words(&self, matcher: &Matcher) -> String {
        match &matcher.kind {
            MatcherKind::Equal(template) => match template.resolve(self.scope) {
                Ok(value) => words::datum(&value),
                Err(_) => words::matcher(matcher),
            },
            _ => words::matcher(matcher),
        }
    }

    fn missing(&mut self, span: Span, expected: impl FnOnce() -> String) {
        self.report_at(span, 1, |run| Words {
            headline: format!("{} is missing", run.name()),
            expected: expected(),
            actual: "nothing".to_owned(),
            notes: Vec::new(),
        });
    }

    fn wrong_type(&mut self, span: Span, expected: &str, value: &'a Value) {
        self.report(span, |run| Words::new(&run.name(), run.typed(value), expected.to_owned()));
    }

    /// An array of another length; what is known of its elements: the first of those on both sides that
    /// differs, or which one is there on one side only.
    fn wrong_count(
        &mut self,
        span: Span,
        actual: usize,
        expected: usize,
        first: Option<usize>,
        other: Option<String>,
    ) {
        self.report(span, |run| {
            let (actual, wanted) = (words::count(actual, "element"), words::count(expected, "element"));
            Words {
                headline: format!("{} has {actual}, expected {expected}", run.name()),
                expected: wanted,
                actual,
                notes: first
                    .map(|index| format!("the first that differs is element {index}"))
                    .or(other)
                    .into_iter()
                    .collect(),
            }
        });
    }

    /// What the present place is called.
    fn name(&self) -> String {
        let tokens: Vec<_> = self.base.iter().chain(&self.path).cloned().collect();
        words::name(&tokens, self.actual.name)
    }

    fn plain(&self, value: &Value) -> String {
        words::plain(value, &self.number_text(value))
    }

    fn typed(&self, value: &Value) -> String {
        words::typed(value, &self.number_text(value))
    }

    fn number_text(&self, value: &Value) -> String {
        value.as_number().map(|number| self.numeral(number).text().into_owned()).unwrap_or_default()
    }

    /// A number at the present place, with its digits.
    fn numeral<'n>(&self, number: &'n Number) -> Numeral<'n>
    where
        'a: 'n,
    {
        match self.actual.value {
            Some(datum) if number.is_f64() && datum.keeps_digits() => {
                let at = Pointer::of(self.path.iter().map(Token::text));
                datum.numeral(at.tokens(), number)
            }
            Some(datum) => datum.numeral(&[], number),
            None => Numeral::of(number),
        }
    }

    /// A bare text as the number that it spells, where it may be read as one.
    fn as_number(&self, value: &Value) -> Option<Datum> {
        match value {
            Value::String(text) if self.actual.is_text && self.path.is_empty() => Datum::number(text.trim()),
            _ => None,
        }
    }

    /// The value of a template. Those without CEL do not depend on the place and are kept.
    fn resolve(
        &mut self,
        template: &'a Template,
        this: Option<&Value>,
    ) -> Result<Rc<Datum>, UnresolvedMatcher> {
        let key = std::ptr::from_ref(template);
        if let Some(known) = self.resolved.get(&key) {
            return Ok(Rc::clone(known));
        }
        let has_cel = !template.conditions().is_empty();
        let scope = This { outer: self.scope, this };
        let datum = template
            .resolve(&scope)
            .map_err(|unresolved| UnresolvedMatcher { span: template.span, unresolved })?;
        let datum = Rc::new(datum);
        if !has_cel {
            self.resolved.insert(key, Rc::clone(&datum));
        }
        Ok(datum)
    }
}

/// A scope in which CEL's `this` is the value at hand.
struct This<'s> {
    outer: &'s dyn Scope,
    this: Option<&'s Value>,
}

impl Scope for This<'_> {
    fn resolve(&self, reference: &crate::expression::Reference) -> Result<Datum, Unresolved> {
        self.outer.resolve(reference)
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        match (name, self.this) {
            ("this", Some(this)) => Some(Cow::Borrowed(this)),
            _ => self.outer.variable(name),
        }
    }

    fn now(&self) -> crate::clock::Timestamp {
        self.outer.now()
    }
}

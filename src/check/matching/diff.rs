use super::{Run, Token, Words, lines, words};
use crate::json::{Datum, Number, Numeral, Pointer, Value};
use crate::source::Span;
use std::borrow::Cow;
use std::cmp::Ordering;

/// An exact comparison with a value that an expression or a literal gave.
pub(super) struct Comparison<'e> {
    /// Where the expectation is written.
    pub(super) span: Span,
    /// The datum that holds the expected value's digits.
    pub(super) root: &'e Datum,
    /// Where in that datum the comparison starts.
    pub(super) prefix: &'e [String],
    /// The length of the actual place at which the comparison starts.
    pub(super) offset: usize,
    /// What may differ, below the start.
    pub(super) except: &'e [Pointer],
    /// Whether the expected value is an earlier state of the actual one.
    pub(super) is_change: bool,
}

impl<'a> Run<'a> {
    /// Reports every place at which two values differ; an array of another length is one place.
    pub(super) fn compare(&mut self, comparison: &Comparison<'_>, expected: &Value, actual: &'a Value) {
        if self.is_done() || self.is_excepted(comparison) {
            return;
        }
        match (expected, actual) {
            (Value::Object(wanted), Value::Object(there)) => {
                for (name, expected) in wanted {
                    match there.get_key_value(name) {
                        Some((name, actual)) => {
                            self.path.push(Token::Name(Cow::Borrowed(name)));
                            self.compare(comparison, expected, actual);
                        }
                        None => {
                            self.path.push(Token::Name(Cow::Owned(name.clone())));
                            self.lost(comparison, expected);
                        }
                    }
                    self.path.pop();
                }
                for (name, actual) in there.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
                    self.path.push(Token::Name(Cow::Borrowed(name)));
                    self.unexpected(comparison, actual);
                    self.path.pop();
                }
            }
            (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
                for (index, (expected, actual)) in wanted.iter().zip(there).enumerate() {
                    self.path.push(Token::Index(index));
                    self.compare(comparison, expected, actual);
                    self.path.pop();
                }
            }
            (Value::Array(wanted), Value::Array(there)) => {
                let first = wanted.iter().zip(there).enumerate().position(|(index, (expected, actual))| {
                    self.path.push(Token::Index(index));
                    let is_equal = self.is_same(comparison, expected, actual);
                    self.path.pop();
                    !is_equal
                });
                let other = match wanted.get(there.len()) {
                    Some(value) => {
                        let text = words::plain(value, &value.to_string());
                        format!("element {} is missing: {text}", there.len())
                    }
                    None => {
                        let extra = &there[wanted.len()];
                        format!("element {} is one too many: {}", wanted.len(), self.plain(extra))
                    }
                };
                let other = Some(other).filter(|_| !there.is_empty());
                self.wrong_count(comparison.span, there.len(), wanted.len(), first, other);
            }
            (Value::Number(wanted), Value::Number(there)) => {
                let expected = self.expected_numeral(comparison, wanted);
                if expected.compare(self.numeral(there)) != Ordering::Equal {
                    let text = expected.text().into_owned();
                    self.different(comparison, &Value::Number(wanted.clone()), &text, actual);
                }
            }
            (Value::Number(wanted), Value::String(_)) if self.as_number(actual).is_some() => {
                let expected = self.expected_numeral(comparison, wanted);
                let read = self.as_number(actual).unwrap_or_default();
                let order =
                    read.value().as_number().map(|number| read.numeral(&[], number).compare(expected));
                if order != Some(Ordering::Equal) {
                    let text = expected.text().into_owned();
                    self.different(comparison, &Value::Number(wanted.clone()), &text, actual);
                }
            }
            (expected, actual) if expected == actual => {}
            (expected, actual) => {
                let text = match expected {
                    Value::Number(number) => self.expected_numeral(comparison, number).text().into_owned(),
                    _ => String::new(),
                };
                self.different(comparison, expected, &text, actual);
            }
        }
    }

    /// Whether two values are the same, without a word.
    pub(super) fn is_same(
        &mut self,
        comparison: &Comparison<'_>,
        expected: &Value,
        actual: &'a Value,
    ) -> bool {
        // Comparing resolves nothing, so that nothing can go unresolved.
        let compared = self.quietly(|run| {
            run.compare(comparison, expected, actual);
            Ok(())
        });
        compared.unwrap_or(false)
    }

    fn is_excepted(&self, comparison: &Comparison<'_>) -> bool {
        let below = &self.path[comparison.offset..];
        comparison.except.iter().any(|pointer| {
            pointer.tokens().len() == below.len()
                && pointer.tokens().iter().zip(below).all(|(token, step)| match step {
                    Token::Name(name) => token == name.as_ref(),
                    Token::Index(index) => *token == index.to_string(),
                })
        })
    }

    fn expected_numeral<'e>(&self, comparison: &Comparison<'e>, number: &'e Number) -> Numeral<'e> {
        if !comparison.root.keeps_digits() {
            return comparison.root.numeral(&[], number);
        }
        let below = self.path[comparison.offset..].iter().map(Token::text);
        let at = Pointer::of(comparison.prefix.iter().cloned().chain(below));
        comparison.root.numeral(at.tokens(), number)
    }

    fn different(&mut self, comparison: &Comparison<'_>, expected: &Value, number: &str, actual: &'a Value) {
        let before = self.found.len();
        self.report_different(comparison, expected, number, actual);
        if let (Value::String(expected), Value::String(actual), Some(last)) =
            (expected, actual, self.found.get_mut(before))
        {
            last.lines = lines::compare(expected, actual);
        }
    }

    fn report_different(
        &mut self,
        comparison: &Comparison<'_>,
        expected: &Value,
        number: &str,
        actual: &'a Value,
    ) {
        self.report(comparison.span, |run| {
            let is_same_type = words::is_same_type(expected, actual);
            let (wanted, there) = if is_same_type {
                (words::plain(expected, number), run.plain(actual))
            } else {
                (words::typed(expected, number), run.typed(actual))
            };
            let mut words = Words::new(&run.name(), there, wanted);
            if comparison.is_change {
                words.headline =
                    format!("{} changed from {} to {}", run.name(), words.expected, words.actual);
            }
            if let (Value::String(expected), Value::String(actual)) = (expected, actual) {
                words.notes.extend(words::difference(expected, actual));
            }
            words
        });
    }

    fn lost(&mut self, comparison: &Comparison<'_>, expected: &Value) {
        if self.is_excepted(comparison) {
            return;
        }
        let text = match expected {
            Value::Number(number) => self.expected_numeral(comparison, number).text().into_owned(),
            _ => String::new(),
        };
        self.report_at(comparison.span, 1, |run| {
            let (name, expected) = (run.name(), words::plain(expected, &text));
            let headline = match comparison.is_change {
                true => format!("{name} is gone: it was {expected}"),
                false => format!("{name} is missing"),
            };
            Words { headline, expected, actual: "nothing".to_owned(), notes: Vec::new() }
        });
    }

    pub(super) fn unexpected(&mut self, comparison: &Comparison<'_>, actual: &'a Value) {
        if self.is_excepted(comparison) {
            return;
        }
        self.report(comparison.span, |run| {
            let (name, actual) = (run.name(), run.plain(actual));
            let headline = match comparison.is_change {
                true => format!("{name} is new: it is {actual}"),
                false => format!("{name} is there and should not be: it is {actual}"),
            };
            Words { headline, expected: "nothing".to_owned(), actual, notes: Vec::new() }
        });
    }
}

//! Operators over the order of an array: `$sorted`, `$unique`.

use super::{Checked, Run, Token, Words};
use crate::json::{Pointer, Value};
use crate::scenario::Sorting;
use crate::source::Span;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

impl<'a> Run<'a> {
    /// Each element is not before the one in front of it: numbers by value, strings by code points.
    /// The first two that are out of order are reported, for what follows depends on them.
    pub(super) fn check_sorted(&mut self, span: Span, sorting: &'a Sorting, value: &'a Value) -> Checked {
        let Value::Array(elements) = value else {
            self.wrong_type(span, "an array", value);
            return Ok(());
        };
        let word = if sorting.is_descending { "descending" } else { "ascending" };
        let expected = format!("elements in {word} order{}", by(&sorting.by));
        let mut before: Option<&'a Value> = None;
        for (index, element) in elements.iter().enumerate() {
            let Some(key) = sorting.by.get(element) else {
                self.without(span, index, &sorting.by, &expected);
                return Ok(());
            };
            let front = before.replace(key);
            let order = match front {
                Some(front) => self.order(&sorting.by, (index - 1, front), (index, key)),
                None => matches!(key, Value::Number(_) | Value::String(_)).then_some(Ordering::Equal),
            };
            let wrong = if sorting.is_descending { Ordering::Less } else { Ordering::Greater };
            if order.is_some_and(|order| order != wrong) {
                continue;
            }
            let name = self.name();
            let there = front.map(|front| {
                let show = |run: &mut Self| match order {
                    Some(_) => run.plain(front),
                    None => run.typed(front),
                };
                self.below(index - 1, &sorting.by, show)
            });
            self.below(index, &sorting.by, |run| {
                run.report(span, |run| {
                    let (headline, actual) = match (order, there) {
                        (Some(_), Some(there)) => {
                            let (first, second) = (index - 1, run.plain(key));
                            let order = format!("{there} before {second}");
                            let what =
                                format!("elements {first} and {index} of {name} are not in {word} order");
                            (format!("{what}{}: {order}", by(&sorting.by)), order)
                        }
                        (_, there) => {
                            let actual = run.typed(key);
                            let front = match there {
                                Some(front) => format!("behind {front}"),
                                None => "where a number or a string is".to_owned(),
                            };
                            let what = format!("element {index} of {name}{}", by(&sorting.by));
                            (format!("{what} has no order: it is {actual} {front}"), actual)
                        }
                    };
                    Words { headline, expected, actual, notes: Vec::new() }
                });
            });
            return Ok(());
        }
        Ok(())
    }

    /// No two elements are equal, or none in what a pointer points at.
    pub(super) fn check_unique(&mut self, span: Span, by: &'a Pointer, value: &'a Value) -> Checked {
        let Value::Array(elements) = value else {
            self.wrong_type(span, "an array", value);
            return Ok(());
        };
        let expected = match by.is_root() {
            true => "elements of which no two are equal".to_owned(),
            false => format!("elements of which no two have the same {by}"),
        };
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (index, element) in elements.iter().enumerate() {
            if self.is_done() {
                break;
            }
            let Some(key) = by.get(element) else {
                self.without(span, index, by, &expected);
                continue;
            };
            let mut text = String::new();
            self.below(index, by, |run| run.write_key(key, &mut text));
            let first = match seen.get(&text) {
                Some(first) => *first,
                None => {
                    seen.insert(text, index);
                    continue;
                }
            };
            let name = self.name();
            self.below(index, by, |run| {
                run.report(span, |run| {
                    let actual = run.plain(key);
                    let same = match by.is_root() {
                        true => "are equal".to_owned(),
                        false => format!("have the same {by}"),
                    };
                    let headline = format!("elements {first} and {index} of {name} {same}: {actual}");
                    Words { headline, expected: expected.clone(), actual, notes: Vec::new() }
                });
            });
        }
        Ok(())
    }

    /// An element that lacks what it is ordered or told apart by.
    fn without(&mut self, span: Span, index: usize, by: &Pointer, expected: &str) {
        let name = self.name();
        self.path.push(Token::Index(index));
        self.report(span, |_| Words {
            headline: format!("element {index} of {name} has no {by}"),
            expected: expected.to_owned(),
            actual: "nothing".to_owned(),
            notes: Vec::new(),
        });
        self.path.pop();
    }

    /// How two parts of elements are ordered, where they are two numbers or two strings.
    fn order(
        &mut self,
        by: &'a Pointer,
        left: (usize, &'a Value),
        right: (usize, &'a Value),
    ) -> Option<Ordering> {
        match (left.1, right.1) {
            (Value::Number(first), Value::Number(second)) => {
                let first = self.below(left.0, by, |run| run.numeral(first));
                let second = self.below(right.0, by, |run| run.numeral(second));
                Some(first.compare(second))
            }
            (Value::String(first), Value::String(second)) => Some(first.cmp(second)),
            _ => None,
        }
    }

    /// Does something at a place within an element.
    fn below<T>(&mut self, index: usize, by: &'a Pointer, action: impl FnOnce(&mut Self) -> T) -> T {
        let depth = self.path.len();
        self.path.push(Token::Index(index));
        self.path.extend(by.tokens().iter().map(|token| Token::Name(Cow::Borrowed(token.as_str()))));
        let result = action(self);
        self.path.truncate(depth);
        result
    }

    /// A text that equal values share and no others: members by name, numbers by value.
    fn write_key(&mut self, value: &'a Value, out: &mut String) {
        match value {
            Value::Number(number) => out.push_str(&self.numeral(number).canonical()),
            Value::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    self.path.push(Token::Index(index));
                    self.write_key(element, out);
                    self.path.pop();
                    out.push(',');
                }
                out.push(']');
            }
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                out.push('{');
                for (name, member) in members {
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    self.path.push(Token::Name(Cow::Borrowed(name)));
                    self.write_key(member, out);
                    self.path.pop();
                    out.push(',');
                }
                out.push('}');
            }
            Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
        }
    }
}

/// ` by /price`, or nothing where whole elements are meant.
fn by(pointer: &Pointer) -> String {
    if pointer.is_root() { String::new() } else { format!(" by {pointer}") }
}

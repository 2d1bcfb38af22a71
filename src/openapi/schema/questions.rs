//! Schemas that judge one part of a value again and again: two members of an `allOf` that hold the same
//! recursive schema double with each level of the value. How much that is, is known only with the
//! value: it is counted before the validator, which cannot be stopped, is asked.

mod circles;
mod count;
mod links;

use super::closure::{Closure, MAX_QUESTIONS};
use crate::json::Value;
use circles::components;
use count::Count;
use links::{Link, links_of, may_meet, questions};

/// Questions for each part of a value that are no sign of repetition: so a large value is not refused
/// for its size.
const EACH: u64 = 16;

/// Entries with more links, and circles of more entries, are counted without a closer look.
const MAX_LOOKED_AT: usize = 1_000;
const MAX_CIRCLE: usize = 32;

/// Keywords whose schemas judge the same value as their own schema.
const SAME: &[&str] = &["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// Which entries may judge parts of a value more often than can be known without it.
pub(super) struct Repeating {
    entries: Vec<bool>,
}

impl Repeating {
    /// Looks at the links of every entry: they repeat where two that can lead to one part of a value
    /// lead on in circles, or where too many meet at one part.
    pub(super) fn of(closure: &Closure) -> Self {
        let n = closure.entries.len();
        let links: Vec<Vec<Link>> = (0..n).map(|number| links_of(closure, number)).collect();
        let circles = components(&links);
        // Numbers of circles are in the order in which they are complete: what is led to comes first.
        let mut is_circle = vec![false; n];
        for (from, list) in links.iter().enumerate() {
            if list.iter().any(|(_, to)| circles[*to] == circles[from]) {
                is_circle[circles[from]] = true;
            }
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|number| circles[*number]);
        let mut leads_to_circle = vec![false; n];
        let mut repeats = vec![false; n];
        let mut most = vec![1_u64; n];
        let mut rest = order.as_slice();
        while let Some(first) = rest.first() {
            let circle = circles[*first];
            let size = rest.iter().take_while(|number| circles[**number] == circle).count();
            let (members, others) = rest.split_at(size);
            rest = others;
            let all = || members.iter().flat_map(|number| links[*number].iter());
            let leads = is_circle[circle] || all().any(|(_, to)| leads_to_circle[circles[*to]]);
            leads_to_circle[circle] = leads;
            let meets = |number: &usize| {
                let list = &links[*number];
                list.len() > MAX_LOOKED_AT
                    || list.iter().enumerate().any(|(index, (way, to))| {
                        circles[*to] == circle
                            && list.iter().enumerate().any(|(other, (beside, led))| {
                                other != index && leads_to_circle[circles[*led]] && may_meet(way, beside)
                            })
                    })
            };
            let count = members.iter().map(|number| questions(&links[*number], &most)).max().unwrap_or(1);
            let is_repeating = is_circle[circle]
                && (size > MAX_CIRCLE
                    || members.iter().any(|number| meets(number) || rereads(closure, *number)))
                || count > MAX_QUESTIONS
                || all().any(|(_, to)| repeats[*to]);
            for member in members {
                most[*member] = count;
                repeats[*member] = is_repeating;
            }
        }
        Self { entries: repeats }
    }

    /// Why a value is not held against an entry: it would be asked more than can be answered. `is_told`
    /// when all that is wrong is looked for, rather than whether anything is.
    pub(super) fn refuses(
        &self,
        closure: &Closure,
        number: usize,
        value: &Value,
        is_told: bool,
    ) -> Option<String> {
        if !self.entries[number] {
            return None;
        }
        let most = MAX_QUESTIONS + EACH * parts(value);
        let mut count = Count::new(closure, most);
        count.entry(number, value, is_told).is_none().then(|| {
            format!(
                "its schema repeats itself at every level of the value and asks more than {most} questions \
                 about it, which is the limit `questions` for a value of its size; no setting raises it"
            )
        })
    }
}

/// Whether an entry asks schemas beside `unevaluated…` a second time for what they judged.
fn rereads(closure: &Closure, number: usize) -> bool {
    let Value::Object(schema) = closure.schema(number) else { return false };
    schema.contains_key("unevaluatedProperties") || schema.contains_key("unevaluatedItems")
}

fn parts(value: &Value) -> u64 {
    1 + match value {
        Value::Array(elements) => elements.iter().map(parts).sum(),
        Value::Object(members) => members.values().map(parts).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Pointer;
    use crate::openapi::schema::closure::{Entry, Role};
    use serde_json::json;

    fn closure(schemas: &[Value]) -> Closure {
        let entry = |schema: &Value| Entry {
            pointer: Pointer::root(),
            role: Role::Schema,
            schema: schema.clone(),
            left_out: Vec::new(),
        };
        let mut closure = Closure::default();
        closure.entries = schemas.iter().map(entry).collect();
        closure.seal()
    }

    fn to(number: usize) -> Value {
        crate::openapi::schema::closure::link(number)
    }

    fn check(schemas: &[Value], expected: bool) {
        assert_eq!(Repeating::of(&closure(schemas)).entries[0], expected, "{schemas:?}");
    }

    #[test]
    fn circles_that_part_at_every_level_do_not_repeat() {
        check(&[json!({"properties": {"next": to(0)}})], false);
        check(&[json!({"properties": {"left": to(0), "right": to(0)}})], false);
        check(&[json!({"items": to(0), "properties": {"a": {"items": to(0)}}})], true);
        check(&[json!({"allOf": [{"properties": {"a": to(0)}}, {"properties": {"b": to(0)}}]})], false);
        check(&[json!({"allOf": [to(1), {"properties": {"b": to(0)}}]}), json!({"type": "object"})], false);
        check(&[json!({"oneOf": [{"type": "string"}, to(1)]}), json!({"items": to(0)})], false);
    }

    #[test]
    fn circles_that_meet_repeat() {
        check(&[json!({"allOf": [{"properties": {"a": to(0)}}, {"properties": {"a": to(0)}}]})], true);
        check(&[json!({"properties": {"a": to(0)}, "patternProperties": {"^a": to(0)}})], true);
        check(&[json!({"allOf": [to(1), to(1)]}), json!({"properties": {"a": to(0)}})], true);
        check(
            &[
                json!({"properties": {"x": to(1)}}),
                json!({"properties": {"a": to(1)}, "anyOf": [{"properties": {"a": to(1)}}]}),
            ],
            true,
        );
        check(&[json!({"properties": {"a": to(0)}, "unevaluatedProperties": false})], true);
        // Each of two circles is left at any level for the other: the ways are as many as the levels.
        check(
            &[
                json!({"properties": {"a": to(0)}, "allOf": [{"properties": {"a": to(1)}}]}),
                json!({"properties": {"a": to(1)}}),
            ],
            true,
        );
    }

    #[test]
    fn towers_without_a_circle_repeat_once_they_are_high() {
        let tower = |height: usize| -> Vec<Value> {
            let level = |n: usize| json!({"allOf": [{"properties": {"a": to(n + 1)}}, {"properties": {"a": to(n + 1)}}]});
            (0..height).map(level).chain([json!({})]).collect()
        };
        check(&tower(10), false);
        check(&tower(40), true);
    }

    #[test]
    fn a_value_is_refused_for_its_depth_and_not_for_its_size() {
        let closure = closure(&[json!({"allOf": [
            {"properties": {"a": to(0)}, "items": to(0)},
            {"properties": {"a": to(0)}, "items": to(0)},
        ]})]);
        let repeating = Repeating::of(&closure);
        let nested = |depth: usize| (0..depth).fold(json!(1), |value, _| json!({"a": value}));
        assert_eq!(repeating.refuses(&closure, 0, &nested(10), true), None);
        assert!(repeating.refuses(&closure, 0, &nested(60), false).is_some());
        let wide = Value::from(vec![json!({"a": {"b": 1}}); 200_000]);
        assert_eq!(repeating.refuses(&closure, 0, &wide, true), None);
    }
}

//! Schemas that judge one part of a value again and again: two members of an `allOf` that hold the same
//! recursive schema double with each level of the value. How much that is, is known only with the
//! value: it is counted before the validator, which cannot be stopped, is asked.

use super::closure::{Closure, LINK, MAX_QUESTIONS, Role, linked};
use crate::json::{Map, Value};
use regex::Regex;
use std::collections::HashMap;

/// Questions for each part of a value that are no sign of repetition: so a large value is not refused
/// for its size.
const EACH: u64 = 16;

/// A question within a question, and so on: each is some levels of the stack.
const MAX_DEPTH: usize = 5_000;

/// Entries with more links, and circles of more entries, are counted without a closer look.
const MAX_LOOKED_AT: usize = 1_000;
const MAX_CIRCLE: usize = 32;

/// Keywords whose schemas judge the same value as their own schema.
const SAME: &[&str] = &["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// Keywords whose schemas judge elements and members, whichever.
const PARTS: &[&str] = &[
    "items",
    "contains",
    "additionalProperties",
    "patternProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Which part of a value a linked schema judges, as far as its begin says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Any,
    Name(String),
    Index(usize),
}

/// A link with the way from the value that the entry judges to the one that the link does.
type Link = (Vec<Step>, usize);

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
        let mut count = Count { closure, left: most, depth: 0, patterns: HashMap::new() };
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

fn links_of(closure: &Closure, number: usize) -> Vec<Link> {
    let entry = &closure.entries[number];
    let mut links = Vec::new();
    collect(closure.schema(number), &mut Vec::new(), &mut links);
    if let Role::Choice { branches, .. } = &entry.role {
        links.extend(branches.iter().map(|branch| (Vec::new(), *branch)));
    }
    links.retain(|(_, to)| *to < closure.entries.len());
    links.sort_by_key(|link| link.1);
    // The links of a choice stand in its schema, too.
    if matches!(entry.role, Role::Choice { .. }) {
        links.dedup();
    }
    links
}

fn collect(schema: &Value, way: &mut Vec<Step>, into: &mut Vec<Link>) {
    let Value::Object(keywords) = schema else { return };
    into.extend(linked(schema).map(|to| (way.clone(), to)));
    for (name, operand) in keywords {
        match (name.as_str(), operand) {
            ("properties", Value::Object(schemas)) => {
                for (member, schema) in schemas {
                    below(Step::Name(member.clone()), schema, way, into);
                }
            }
            ("prefixItems", Value::Array(schemas)) => {
                for (index, schema) in schemas.iter().enumerate() {
                    below(Step::Index(index), schema, way, into);
                }
            }
            ("patternProperties", Value::Object(schemas)) => {
                schemas.values().for_each(|schema| below(Step::Any, schema, way, into));
            }
            ("dependentSchemas", Value::Object(schemas)) => {
                schemas.values().for_each(|schema| collect(schema, way, into));
            }
            (name, Value::Array(schemas)) if SAME.contains(&name) => {
                schemas.iter().for_each(|schema| collect(schema, way, into));
            }
            (name, schema) if SAME.contains(&name) => collect(schema, way, into),
            (name, schema) if PARTS.contains(&name) => below(Step::Any, schema, way, into),
            _ => {}
        }
    }
}

fn below(step: Step, schema: &Value, way: &mut Vec<Step>, into: &mut Vec<Link>) {
    way.push(step);
    collect(schema, way, into);
    way.pop();
}

/// Whether two ways can lead to one part, or one of them past the other.
fn may_meet(left: &[Step], right: &[Step]) -> bool {
    left.iter().zip(right).all(|(left, right)| left == right || *left == Step::Any || *right == Step::Any)
}

/// The most questions about one part of a value, where the links lead to entries that are known.
fn questions(links: &[Link], most: &[u64]) -> u64 {
    let mut everywhere: u64 = 1;
    let mut by_step: HashMap<String, u64> = HashMap::new();
    for (way, to) in links {
        match way.first() {
            Some(Step::Name(name)) => {
                let sum = by_step.entry(format!(".{name}")).or_default();
                *sum = sum.saturating_add(most[*to]);
            }
            Some(Step::Index(index)) => {
                let sum = by_step.entry(index.to_string()).or_default();
                *sum = sum.saturating_add(most[*to]);
            }
            _ => everywhere = everywhere.saturating_add(most[*to]),
        }
    }
    everywhere.saturating_add(by_step.into_values().max().unwrap_or(0))
}

/// The number of the circle that each entry belongs to, one that leads nowhere back being a circle of
/// its own; what a circle leads to has lower numbers.
///
/// Source: Tarjan's strongly connected components, with a stack of its own.
fn components(links: &[Vec<Link>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let n = links.len();
    let (mut index, mut low, mut circle) = (vec![NONE; n], vec![NONE; n], vec![NONE; n]);
    let (mut next, mut n_circles) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    for start in 0..n {
        if index[start] != NONE {
            continue;
        }
        let mut stack = vec![(start, 0)];
        while let Some((number, at)) = stack.pop() {
            if at == 0 {
                index[number] = next;
                low[number] = next;
                next += 1;
                open.push(number);
            }
            match links[number].get(at) {
                Some((_, to)) => {
                    stack.push((number, at + 1));
                    if index[*to] == NONE {
                        stack.push((*to, 0));
                    } else if circle[*to] == NONE {
                        low[number] = low[number].min(index[*to]);
                    }
                }
                None => {
                    if low[number] == index[number] {
                        while let Some(member) = open.pop() {
                            circle[member] = n_circles;
                            if member == number {
                                break;
                            }
                        }
                        n_circles += 1;
                    }
                    if let Some((above, _)) = stack.last() {
                        low[*above] = low[*above].min(low[number]);
                    }
                }
            }
        }
    }
    circle
}

/// Goes the way of the validator without a look at what it finds: as if every question were asked.
struct Count<'c> {
    closure: &'c Closure,
    left: u64,
    depth: usize,
    patterns: HashMap<&'c str, Option<Regex>>,
}

impl<'c> Count<'c> {
    /// `None` once more is asked than may be.
    fn entry(&mut self, number: usize, value: &Value, is_told: bool) -> Option<()> {
        match number < self.closure.entries.len() {
            true => self.schema(self.closure.schema(number), value, is_told),
            false => Some(()),
        }
    }

    fn schema(&mut self, schema: &'c Value, value: &Value, is_told: bool) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        let Value::Object(keywords) = schema else { return Some(()) };
        // Whether a value fits at all is answered by the cheap keywords first.
        if self.depth > MAX_DEPTH || (!is_told && refutes(keywords, value)) {
            return (self.depth <= MAX_DEPTH).then_some(());
        }
        self.depth += 1;
        let counted = stacker::maybe_grow(64 << 10, 1 << 20, || self.keywords(keywords, value, is_told));
        self.depth -= 1;
        counted
    }

    fn keywords(&mut self, keywords: &'c Map<String, Value>, value: &Value, is_told: bool) -> Option<()> {
        let rereads =
            keywords.contains_key("unevaluatedProperties") || keywords.contains_key("unevaluatedItems");
        for _ in 0..=usize::from(rereads) {
            if let Some(number) = keywords.get("$ref").and_then(link_number) {
                self.entry(number, value, is_told)?;
            }
            for (name, operand) in keywords {
                match (name.as_str(), operand) {
                    ("dependentSchemas", Value::Object(schemas)) => {
                        for schema in schemas.values() {
                            self.schema(schema, value, is_told)?;
                        }
                    }
                    (name, operand) if SAME.contains(&name) => {
                        // The forms of a choice are asked, and where it fails, told.
                        let is_choice = matches!(name, "anyOf" | "oneOf");
                        let is_asked = matches!(name, "not" | "if");
                        let one = std::slice::from_ref(operand);
                        for schema in operand.as_array().map_or(one, Vec::as_slice) {
                            if is_choice && is_told {
                                self.schema(schema, value, false)?;
                            }
                            self.schema(schema, value, is_told && !is_asked)?;
                        }
                    }
                    _ => {}
                }
            }
        }
        match value {
            Value::Object(members) => self.members(keywords, members, is_told),
            Value::Array(elements) => self.elements(keywords, elements, is_told),
            _ => Some(()),
        }
    }

    fn members(
        &mut self,
        keywords: &'c Map<String, Value>,
        members: &Map<String, Value>,
        is_told: bool,
    ) -> Option<()> {
        for (name, operand) in keywords {
            match (name.as_str(), operand) {
                ("properties", Value::Object(schemas)) => {
                    for (name, member) in members {
                        if let Some(schema) = schemas.get(name) {
                            self.schema(schema, member, is_told)?;
                        }
                    }
                }
                ("additionalProperties" | "unevaluatedProperties", schema) => {
                    for (_, member) in members.iter().filter(|(name, _)| !is_named(keywords, name)) {
                        self.schema(schema, member, is_told)?;
                    }
                }
                ("patternProperties", Value::Object(schemas)) => {
                    for (pattern, schema) in schemas {
                        for (name, member) in members {
                            if self.matches(pattern, name) {
                                self.schema(schema, member, is_told)?;
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Some(())
    }

    fn elements(
        &mut self,
        keywords: &'c Map<String, Value>,
        elements: &[Value],
        is_told: bool,
    ) -> Option<()> {
        let prefix = keywords.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (schema, element) in prefix.iter().zip(elements) {
            self.schema(schema, element, is_told)?;
        }
        for (name, schema) in keywords {
            let skipped = match name.as_str() {
                "items" => prefix.len(),
                "contains" | "unevaluatedItems" => 0,
                _ => continue,
            };
            for element in elements.iter().skip(skipped) {
                self.schema(schema, element, is_told && name != "contains")?;
            }
        }
        Some(())
    }

    /// A pattern of another language of patterns is taken to match.
    fn matches(&mut self, pattern: &'c str, name: &str) -> bool {
        let compiled = self.patterns.entry(pattern).or_insert_with(|| Regex::new(pattern).ok());
        compiled.as_ref().is_none_or(|pattern| pattern.is_match(name))
    }
}

fn link_number(reference: &Value) -> Option<usize> {
    reference.as_str()?.strip_prefix(LINK)?.parse().ok()
}

/// Whether a value fails keywords that the validator looks at before any that leads on.
fn refutes(keywords: &Map<String, Value>, value: &Value) -> bool {
    let is_type = |name: &str| match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        // Which numbers are integers is not decided here.
        Value::Number(_) => matches!(name, "number" | "integer"),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    };
    let is_other_type = match keywords.get("type") {
        Some(Value::String(name)) => !is_type(name),
        Some(Value::Array(names)) => !names.iter().filter_map(Value::as_str).any(is_type),
        _ => false,
    };
    let is_other = |wanted: &Value| match (wanted, value) {
        (Value::String(wanted), Value::String(value)) => wanted != value,
        (Value::String(_), _) | (_, Value::String(_)) => true,
        _ => false,
    };
    let is_unlisted = keywords.get("const").is_some_and(is_other)
        || keywords.get("enum").and_then(Value::as_array).is_some_and(|list| list.iter().all(is_other));
    // With a few names, or a closed object, the validator looks at the members at the same time.
    let lacks = match (keywords.get("required"), value) {
        (Some(Value::Array(names)), Value::Object(members))
            if !keywords.contains_key("additionalProperties") && !matches!(names.len(), 2 | 3) =>
        {
            names.iter().filter_map(Value::as_str).any(|name| !members.contains_key(name))
        }
        _ => false,
    };
    is_other_type || is_unlisted || lacks
}

fn is_named(keywords: &Map<String, Value>, name: &str) -> bool {
    keywords.get("properties").and_then(|properties| properties.get(name)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Pointer;
    use crate::openapi::schema::closure::Entry;
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

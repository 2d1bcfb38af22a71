//! Where the schemas of an entry lead, and to which parts of a value.

use super::SAME;
use crate::json::Value;
use crate::openapi::schema::closure::{Closure, Role, linked};
use std::collections::HashMap;

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
pub(super) enum Step {
    Any,
    Name(String),
    Index(usize),
}

/// A link with the way from the value that the entry judges to the one that the link does.
pub(super) type Link = (Vec<Step>, usize);

pub(super) fn links_of(closure: &Closure, number: usize) -> Vec<Link> {
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
pub(super) fn may_meet(left: &[Step], right: &[Step]) -> bool {
    left.iter().zip(right).all(|(left, right)| left == right || *left == Step::Any || *right == Step::Any)
}

/// The most questions about one part of a value, where the links lead to entries that are known.
pub(super) fn questions(links: &[Link], most: &[u64]) -> u64 {
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

//! How much work a schema is: `allOf: [a, a]` thirty times over is a small document, and a
//! thousand million checks of one value.

use super::closure::{Closure, linked};
use crate::json::Value;

/// As many checks of one value by one schema as a validator does in a moment.
const MAX_WEIGHT: u64 = 100_000;

/// Keywords whose subschemas judge the same value (JSON Schema 2020-12 Core, "Keywords for Applying
/// Subschemas in Place").
const IN_PLACE: &[&str] =
    &["$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// Those of the entries that reach a schema which combines its parts in more ways than can be checked.
pub(super) fn too_heavy(closure: &Closure, wanted: &[usize]) -> Vec<usize> {
    let mut weights = vec![None; closure.entries.len()];
    let heavy: Vec<bool> =
        (0..closure.entries.len()).map(|number| weigh(closure, number, &mut weights) > MAX_WEIGHT).collect();
    if !heavy.contains(&true) {
        return Vec::new();
    }
    wanted.iter().copied().filter(|number| reaches(closure, *number, &heavy)).collect()
}

/// The number of schemas that judge one value, in all the ways they are reached; a circle counts once.
fn weigh(closure: &Closure, number: usize, weights: &mut [Option<u64>]) -> u64 {
    if let Some(weight) = weights[number] {
        return weight;
    }
    weights[number] = Some(1);
    let mut inner = Vec::new();
    links(&closure.entries[number].schema, true, &mut inner);
    let weight = inner.into_iter().fold(1_u64, |sum, next| sum.saturating_add(weigh(closure, next, weights)));
    weights[number] = Some(weight);
    weight
}

fn reaches(closure: &Closure, from: usize, heavy: &[bool]) -> bool {
    let mut seen = vec![false; closure.entries.len()];
    let mut pending = vec![from];
    while let Some(number) = pending.pop() {
        if heavy[number] {
            return true;
        }
        if !std::mem::replace(&mut seen[number], true) {
            links(&closure.entries[number].schema, false, &mut pending);
        }
    }
    false
}

/// The entries that a schema links to: those that judge the same value, or all.
fn links(schema: &Value, in_place_only: bool, found: &mut Vec<usize>) {
    match schema {
        Value::Object(members) => {
            found.extend(linked(schema));
            for (keyword, value) in members {
                if !in_place_only || IN_PLACE.contains(&keyword.as_str()) {
                    links_below(value, in_place_only, found);
                }
            }
        }
        Value::Array(_) => links_below(schema, in_place_only, found),
        _ => {}
    }
}

fn links_below(value: &Value, in_place_only: bool, found: &mut Vec<usize>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|it| links(it, in_place_only, found)),
        _ => links(value, in_place_only, found),
    }
}

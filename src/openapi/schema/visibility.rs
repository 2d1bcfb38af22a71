//! What `readOnly` and `writeOnly` mean in one direction.
//!
//! OpenAPI 3.0.4, "Schema Object": a `readOnly` property is not demanded of a request, a
//! `writeOnly` one is not demanded of a response and should not be sent in one.

use super::Direction;
use super::dialect::Relaxed;
use super::target::target;
use crate::hash::HashSet;
use crate::json::{Map, Members as _, Pointer, Value};
use crate::openapi::Document;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Schemas that are looked through for one set of names; more are a circle that only looks long.
const MAX_SCHEMAS: usize = 256;

/// The names that one schema, with what it takes in through `allOf` and `$ref`, does not demand in a
/// direction.
pub(super) fn relaxed_of(document: &Document, at: &Pointer, direction: Direction) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk(document, at, &["allOf"], &mut |at, members| {
        let Some(Value::Object(properties)) = members.member("properties") else { return };
        for (name, schema) in properties.iter().filter(|(_, schema)| may_have_flags(schema)) {
            let at = at.child("properties").child(name);
            if flags(document, &at, schema, direction).is_relaxed {
                found.insert(name.clone());
            }
        }
    });
    found
}

/// Whether a property must not be there at all.
pub(super) fn is_forbidden(document: &Document, at: &Pointer, schema: &Value, direction: Direction) -> bool {
    direction == Direction::Response
        && may_have_flags(schema)
        && flags(document, at, schema, direction).is_forbidden
}

/// Those of the given names that a schema demands, itself or through what judges the same value.
pub(super) fn demanded_of(document: &Document, at: &Pointer, names: &BTreeSet<String>) -> Relaxed {
    let mut found = BTreeSet::new();
    walk(
        document,
        at,
        &["allOf", "oneOf", "anyOf", "then", "else", "dependentSchemas"],
        &mut |_, members| {
            let required = members.member("required").and_then(Value::as_array);
            let demanded = required.into_iter().flatten().filter_map(Value::as_str);
            found.extend(demanded.filter(|name| names.contains(*name)).map(str::to_owned));
        },
    );
    Rc::new(found)
}

/// The schema that says `writeOnly` or `readOnly`: the given one, or one that it takes in through `$ref`
/// and `allOf`.
pub(super) fn place_of_flag(document: &Document, at: &Pointer, flag: &str) -> Option<Pointer> {
    let mut found = None;
    walk(document, at, &["allOf"], &mut |at, members| {
        if found.is_none() && members.member(flag) == Some(&Value::Bool(true)) {
            found = Some(at.clone());
        }
    });
    found
}

/// Whether a schema has a flag of its own or takes in what may have one: most have neither.
fn may_have_flags(schema: &Value) -> bool {
    let Value::Object(members) = schema else { return false };
    members.keys().any(|keyword| matches!(keyword.as_str(), "readOnly" | "writeOnly" | "$ref" | "allOf"))
}

struct Flags {
    is_relaxed: bool,
    is_forbidden: bool,
}

fn flags(document: &Document, at: &Pointer, schema: &Value, direction: Direction) -> Flags {
    let (hiding, other) = match direction {
        Direction::Request => ("readOnly", "writeOnly"),
        Direction::Response => ("writeOnly", "readOnly"),
    };
    let says = |schema: &Value, flag: &str| schema.member(flag) == Some(&Value::Bool(true));
    let own = says(schema, hiding);
    let is_reference = schema.member("$ref").is_some_and(Value::is_string);
    let behind = (is_reference || schema.member("allOf").is_some())
        && place_of_flag(document, at, hiding).is_some()
        && place_of_flag(document, at, other).is_none();
    // In 3.0 a flag beside `$ref` has no effect by the letter: it is enough not to demand the
    // property, and too little to forbid it.
    let is_ignored = is_reference && document.version_at(at).has_own_dialect();
    Flags { is_relaxed: own || behind, is_forbidden: behind || (own && !is_ignored && !says(schema, other)) }
}

/// Calls back for a schema and for those that judge the same value through references and the given
/// keywords.
fn walk<'d>(
    document: &'d Document,
    at: &Pointer,
    keywords: &[&str],
    visit: &mut dyn FnMut(&Pointer, &'d Map<String, Value>),
) {
    let mut seen: HashSet<Pointer> = HashSet::default();
    let mut queue = vec![at.clone()];
    while let Some(at) = queue.pop() {
        let Some(Value::Object(members)) = document.get(&at) else { continue };
        if seen.len() >= MAX_SCHEMAS || !seen.insert(at.clone()) {
            continue;
        }
        if let Some(Value::String(reference)) = members.member("$ref") {
            queue.extend(target(document, reference, &at));
            if document.version_at(&at).has_own_dialect() {
                continue;
            }
        }
        visit(&at, members);
        for keyword in keywords {
            let Some(held) = members.member(keyword) else { continue };
            let at = at.child(*keyword);
            match held {
                Value::Array(schemas) => {
                    queue.extend((0..schemas.len()).map(|index| at.child(index.to_string())));
                }
                Value::Object(schemas) if *keyword == "dependentSchemas" => {
                    queue.extend(schemas.keys().map(|name| at.child(name)));
                }
                Value::Object(_) => queue.push(at),
                _ => {}
            }
        }
    }
}

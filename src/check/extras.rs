//! `response.extra`: the body has no members that the document does not name.
//!
//! Off unless a setting asks for it: an API may add members, and clients are to pass over what they
//! do not know. A member counts as named by any schema that applies to its object, whichever form of
//! a `oneOf` was meant; an object whose schema says anything about further members, or names none at
//! all, may have what it likes.

use super::fold::also_at;
use super::judgement::Case;
use super::schema_fact::via;
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::{quoted, some_of};
use crate::json::{Map, Pointer, Value};
use crate::openapi::{Document, Response};
use std::collections::{BTreeSet, HashSet};

/// Objects and arrays that are looked at in one response; enough for a page of a list, and an end for
/// a response that is larger.
const MAX_VISITS: usize = 100_000;

/// Keywords under which a schema speaks of members that it does not name.
const OPEN: &[&str] = &[
    "additionalProperties",
    "unevaluatedProperties",
    "patternProperties",
    "propertyNames",
    "$dynamicRef",
    "$recursiveRef",
];

/// Keywords that hold lists of schemas for the same object.
const LISTS: &[&str] = &["allOf", "anyOf", "oneOf"];

/// Keywords that hold one schema for the same object. What a `not` names is not promised.
const SINGLE: &[&str] = &["if", "then", "else"];

/// Looks for members that no schema names, on the way that a value takes through its schema.
///
/// Source: JSON Schema 2020-12, Core §10.3.2; OpenAPI 3.0.4 and 3.1.1, "Schema Object".
pub(super) fn check(case: &Case<'_>, response: &Response<'_>, schema: &Pointer, value: &Value) -> Vec<Fact> {
    let mut search = Search { document: case.contract.document(), n_visits: 0, found: Vec::new() };
    search.visit(std::slice::from_ref(schema), value, &Pointer::root());
    let mut folded: Vec<(Extra, Vec<Pointer>)> = Vec::new();
    for extra in search.found {
        let has_room = folded.len() < case.limits.findings;
        match folded.iter_mut().find(|(first, _)| first.is_like(&extra)) {
            Some((_, others)) => others.push(extra.at),
            None if has_room => folded.push((extra, Vec::new())),
            None => {}
        }
    }
    let facts = folded.into_iter().map(|(extra, others)| {
        let name = quoted(&extra.name.as_str().into());
        let known: Vec<String> = extra.known.iter().map(|name| format!("`{name}`")).collect();
        let note = (!others.is_empty()).then(|| also_at(&extra.at, &others));
        let mut fact = case
            .fact(Check::Extras, format!("the body has a member {name}, which the document does not name"))
            .compared("members that the document names", format!("a member {name}"))
            .document_key(
                extra.schema.child("properties"),
                format!("names {}, {}", some_of(&known, "and"), via(response, &[])),
            )
            .response(ResponsePart::Body(extra.at), "not named");
        fact.notes.extend(note);
        fact
    });
    facts.collect()
}

struct Search<'s> {
    document: &'s Document,
    n_visits: usize,
    found: Vec<Extra>,
}

struct Extra {
    at: Pointer,
    name: String,
    /// The first schema of the object that names members.
    schema: Pointer,
    known: BTreeSet<String>,
}

/// Every schema that may apply to one value, with what they name.
#[derive(Default)]
struct Applying<'s> {
    schemas: Vec<(Pointer, &'s Map<String, Value>)>,
    seen: HashSet<Pointer>,
    known: BTreeSet<String>,
    is_open: bool,
}

impl Extra {
    fn is_like(&self, other: &Self) -> bool {
        self.name == other.name && self.schema == other.schema
    }
}

impl<'s> Search<'s> {
    fn visit(&mut self, schemas: &[Pointer], value: &Value, at: &Pointer) {
        if !value.is_object() && !value.is_array() {
            return;
        }
        self.n_visits += 1;
        if self.n_visits > MAX_VISITS {
            return;
        }
        let mut applying = Applying::default();
        for schema in schemas {
            applying.add(self.document, schema, false);
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let at = at.child(name);
                    self.report(&applying, name, &at);
                    self.visit(&applying.of_member(name), member, &at);
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.visit(&applying.of_element(index), element, &at.child(index.to_string()));
                }
            }
            _ => {}
        }
    }

    fn report(&mut self, applying: &Applying<'s>, name: &str, at: &Pointer) {
        if applying.is_open || applying.known.contains(name) {
            return;
        }
        let mut naming = applying.schemas.iter().filter(|(_, schema)| schema.contains_key("properties"));
        if let Some((schema, _)) = naming.next() {
            let (at, schema) = (at.clone(), schema.clone());
            let known = applying.known.clone();
            self.found.push(Extra { at, name: name.to_owned(), schema, known });
        }
    }
}

impl<'s> Applying<'s> {
    /// Adds a schema with those within it that speak of the same value. `is_form` says that it is
    /// one of several forms: then one that says nothing lets everything in.
    fn add(&mut self, document: &'s Document, schema: &Pointer, is_form: bool) {
        if !self.seen.insert(schema.clone()) {
            return;
        }
        let (Some(written), Ok((pointer, value))) = (document.get(schema), document.resolve(schema)) else {
            // What cannot be read may name anything.
            self.is_open = true;
            return;
        };
        // From 3.1 on, what stands beside a `$ref` counts too.
        if pointer != *schema
            && let Some(beside) = written.as_object()
        {
            self.take(document, schema, beside);
        }
        match value {
            Value::Object(members) => {
                if is_form
                    && members.keys().all(|key| matches!(key.as_str(), "type" | "title" | "description"))
                {
                    self.is_open |= members.get("type").is_none_or(|it| it == "object");
                }
                if pointer == *schema || self.seen.insert(pointer.clone()) {
                    self.take(document, &pointer, members);
                }
            }
            Value::Bool(true) => self.is_open |= is_form,
            _ => {}
        }
    }

    fn take(&mut self, document: &'s Document, pointer: &Pointer, schema: &'s Map<String, Value>) {
        self.schemas.push((pointer.clone(), schema));
        self.is_open |= OPEN.iter().any(|keyword| schema.contains_key(*keyword));
        let names =
            |keyword: &str| schema.get(keyword).and_then(Value::as_object).into_iter().flat_map(Map::keys);
        self.known.extend(names("properties").chain(names("dependentRequired")).cloned());
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        self.known.extend(required.filter_map(Value::as_str).map(str::to_owned));
        let tag = schema.get("discriminator").and_then(|it| it.get("propertyName")).and_then(Value::as_str);
        self.known.extend(tag.map(str::to_owned));
        for keyword in LISTS {
            let branches = schema.get(*keyword).and_then(Value::as_array).map_or(0, Vec::len);
            for index in 0..branches {
                let branch = pointer.child(*keyword).child(index.to_string());
                self.add(document, &branch, *keyword != "allOf");
            }
        }
        for keyword in SINGLE.iter().filter(|keyword| schema.contains_key(**keyword)) {
            self.add(document, &pointer.child(*keyword), false);
        }
        for name in names("dependentSchemas") {
            self.known.insert(name.clone());
            self.add(document, &pointer.child("dependentSchemas").child(name), false);
        }
    }

    fn of_member(&self, name: &str) -> Vec<Pointer> {
        let mut found = Vec::new();
        for (pointer, schema) in &self.schemas {
            if schema.get("properties").and_then(|it| it.get(name)).is_some() {
                found.push(pointer.child("properties").child(name));
            } else if schema.get("additionalProperties").is_some_and(Value::is_object)
                && !schema.contains_key("patternProperties")
            {
                found.push(pointer.child("additionalProperties"));
            }
        }
        found
    }

    fn of_element(&self, index: usize) -> Vec<Pointer> {
        let mut found = Vec::new();
        for (pointer, schema) in &self.schemas {
            let n_first = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
            if index < n_first {
                found.push(pointer.child("prefixItems").child(index.to_string()));
            } else if schema.get("items").is_some_and(Value::is_object) {
                found.push(pointer.child("items"));
            }
        }
        found
    }
}

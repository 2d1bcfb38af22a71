//! `response.discriminator`: what a discriminator says is a value that the document maps.
//!
//! A warning: the verdict over the value is `oneOf`'s or `anyOf`'s alone.

use super::judgement::Case;
use super::schema_fact::via;
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::{quoted, some_of};
use crate::json::{Map, Pointer, Value};
use crate::openapi::{Document, Response, SchemaError};
use std::collections::HashSet;

/// Pairs of a schema and a value that are looked at in one response; enough for a page of a list,
/// and an end for a response that is larger.
const MAX_VISITS: usize = 100_000;

/// Looks for discriminators on the way that a value takes through its schema.
///
/// Source: OpenAPI 3.0.4 and 3.1.1, "Discriminator Object".
pub(super) fn check(
    case: &Case<'_>,
    response: &Response<'_>,
    schema: &Pointer,
    value: &Value,
    errors: &[SchemaError],
) -> Vec<Fact> {
    if !case.contract.has_discriminators() {
        return Vec::new();
    }
    let document = case.contract.document();
    let mut search = Search { document, root: value, seen: HashSet::new(), found: Vec::new() };
    search.visit(schema, &Pointer::root());
    let found = search.found.into_iter();
    // Where the value is wrong in itself, that is said already, and better.
    let is_news = |found: &Found| !errors.iter().any(|error| found.at.contains(&error.instance));
    found.filter(is_news).take(case.limits.findings).map(|found| found.into_fact(case, response)).collect()
}

struct Search<'s> {
    document: &'s Document,
    root: &'s Value,
    seen: HashSet<(Pointer, Pointer)>,
    found: Vec<Found>,
}

struct Found {
    /// The object with the discriminating member.
    at: Pointer,
    property: String,
    tag: String,
    /// What the document maps.
    known: Vec<String>,
    keyword: Pointer,
}

impl Search<'_> {
    fn visit(&mut self, schema: &Pointer, at: &Pointer) {
        let Some(value) = at.get(self.root) else { return };
        if !value.is_object() && !value.is_array() {
            return;
        }
        let Ok((pointer, schema)) = self.document.resolve(schema) else { return };
        let Value::Object(schema) = schema else { return };
        if self.seen.len() >= MAX_VISITS || !self.seen.insert((pointer.clone(), at.clone())) {
            return;
        }
        let branches = self.branches(&pointer, schema);
        let chosen = self.judge(&pointer, schema, &branches, value, at);
        match chosen {
            Some(branch) => self.visit(&branch, at),
            // Of several forms only one is meant, and without a discriminator it is not known which.
            None => {
                if let [only] = &branches[..] {
                    self.visit(only, at);
                }
            }
        }
        let all_of = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..all_of {
            self.visit(&pointer.child("allOf").child(index.to_string()), at);
        }
        self.visit_parts(&pointer, schema, value, at);
    }

    fn visit_parts(&mut self, pointer: &Pointer, schema: &Map<String, Value>, value: &Value, at: &Pointer) {
        match value {
            Value::Object(members) => {
                let properties = schema.get("properties").and_then(Value::as_object);
                for name in members.keys() {
                    if properties.is_some_and(|properties| properties.contains_key(name)) {
                        self.visit(&pointer.child("properties").child(name), &at.child(name));
                    } else if schema.get("additionalProperties").is_some_and(Value::is_object) {
                        self.visit(&pointer.child("additionalProperties"), &at.child(name));
                    }
                }
            }
            Value::Array(elements) if schema.get("items").is_some_and(Value::is_object) => {
                for index in 0..elements.len() {
                    self.visit(&pointer.child("items"), &at.child(index.to_string()));
                }
            }
            _ => {}
        }
    }

    /// The forms that a schema offers, the one for null left out.
    fn branches(&self, pointer: &Pointer, schema: &Map<String, Value>) -> Vec<Pointer> {
        let mut found = Vec::new();
        for keyword in ["oneOf", "anyOf"] {
            let branches =
                schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for (index, branch) in branches.iter().enumerate() {
                if branch.get("type").and_then(Value::as_str) != Some("null") {
                    found.push(pointer.child(keyword).child(index.to_string()));
                }
            }
        }
        found
    }

    /// Compares the discriminating member with what is mapped; gives the form that it names.
    fn judge(
        &mut self,
        pointer: &Pointer,
        schema: &Map<String, Value>,
        branches: &[Pointer],
        value: &Value,
        at: &Pointer,
    ) -> Option<Pointer> {
        let discriminator = schema.get("discriminator")?;
        let property = discriminator.get("propertyName")?.as_str()?;
        // OpenAPI 3.2.0: the form for a value that is missing or that nothing maps.
        let default = discriminator.get("defaultMapping").and_then(Value::as_str);
        let tag = match (value.get(property), default) {
            (Some(stated), _) => stated.as_str()?,
            (None, default) => default?,
        };
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let names: Vec<Option<String>> = branches.iter().map(|branch| self.component(branch)).collect();
        let mapped = mapping.and_then(|mapping| mapping.get(tag)).and_then(Value::as_str);
        let wanted = mapped.unwrap_or(tag);
        let find = |wanted: &str| {
            let target = self.document.reference_target(wanted, pointer).ok();
            branches.iter().zip(&names).find(|(branch, name)| {
                name.as_deref() == Some(wanted) || (target.is_some() && self.reference(branch) == target)
            })
        };
        let chosen = find(wanted).or_else(|| find(default?));
        let is_component = || {
            let holders = [&["components", "schemas"][..], &["definitions"]];
            let mut schemas = holders.iter().map(|holder| Pointer::of(holder.iter().copied()).child(tag));
            branches.is_empty() && schemas.any(|schema| self.document.get(&schema).is_some())
        };
        if chosen.is_none() && mapped.is_none() && default.is_none() && !is_component() {
            let mut known: Vec<String> = mapping
                .into_iter()
                .flat_map(|mapping| mapping.keys())
                .map(|name| format!("`{name}`"))
                .collect();
            if known.is_empty() {
                known.extend(names.iter().flatten().map(|name| format!("`{name}`")));
            }
            let keyword = if mapping.is_some() { "mapping" } else { "propertyName" };
            self.found.push(Found {
                at: at.clone(),
                property: property.to_owned(),
                tag: tag.to_owned(),
                known,
                keyword: pointer.child("discriminator").child(keyword),
            });
        }
        chosen.map(|(branch, _)| branch.clone())
    }

    fn reference(&self, branch: &Pointer) -> Option<Pointer> {
        let reference = self.document.get(branch)?.get("$ref")?.as_str()?;
        self.document.reference_target(reference, branch).ok()
    }

    fn component(&self, branch: &Pointer) -> Option<String> {
        match self.reference(branch)?.tokens() {
            [components, schemas, name] if components == "components" && schemas == "schemas" => {
                Some(name.clone())
            }
            [definitions, name] if definitions == "definitions" => Some(name.clone()),
            _ => None,
        }
    }
}

impl Found {
    fn into_fact(self, case: &Case<'_>, response: &Response<'_>) -> Fact {
        let tag = quoted(&self.tag.as_str().into());
        let headline = format!("`{}` is {tag}, which the discriminator does not map", self.property);
        let expected = match self.known.is_empty() {
            true => "the name of a schema".to_owned(),
            false => some_of(&self.known, "or"),
        };
        let known = match self.known.is_empty() {
            true => "takes the name of a schema".to_owned(),
            false => format!("names {expected}"),
        };
        case.fact(Check::Discriminator, headline)
            .compared(expected, tag)
            .document(self.keyword, format!("{known}, {}", via(response, &[])))
            .response(ResponsePart::Body(self.at.child(self.property)), "not mapped")
    }
}

//! `operation.deprecated`, `parameter.deprecated`, `property.deprecated`: the scenario uses what is
//! not to be used any more.

use super::fold::also_at;
use super::judgement::{Case, note_on};
use super::request::RequestValues;
use super::{Check, Fact, Severities};
use crate::diagnostic::Severity;
use crate::json::{Datum, Map, Pointer, Token, Value};
use crate::openapi::{
    Contract, Direction, Document, MediaType, Operation, ParameterIn, Validity, match_media_type,
};
use std::collections::HashSet;

/// Parts of a request body that are looked at; a request is small, and this is an end for one that
/// is not.
const MAX_VISITS: usize = 20_000;

/// The finding for an operation that the document calls deprecated.
pub(super) fn check(case: &Case<'_>) -> Option<Fact> {
    case.operation.is_deprecated().then(|| {
        case.fact(Check::DeprecatedOperation, format!("{} is deprecated", case.name()))
            .document(case.operation.pointer().child("deprecated"), case.operation.label())
    })
}

/// The findings for parameters and properties of the body that are deprecated and are sent all the
/// same. A property counts where its schema applies: in a form of `oneOf` or `anyOf` only when the
/// value fits that form.
///
/// Source: OpenAPI 3.1.1, "Parameter Object" and "Schema Object", `deprecated`.
pub fn check_deprecated_use(
    operation: Operation<'_>,
    contract: &Contract,
    values: &RequestValues,
    severities: &Severities,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    let name = format!("`{}`", operation.name());
    let fact = |check: Check, headline: String| {
        let mut fact = Fact::new(check.code(), severities.of(check), headline);
        fact.notes.extend(note_on(check, severities));
        fact
    };
    if operation.has_deprecated_parameters() && severities.of(Check::DeprecatedParameter) != Severity::Off {
        for parameter in operation.parameters().iter().filter(|parameter| parameter.is_deprecated()) {
            let (words, sent) = match parameter.location() {
                ParameterIn::Path => ("path parameter", &values.path),
                ParameterIn::Query => ("query parameter", &values.query),
                ParameterIn::QueryString => ("query string", &values.query),
                ParameterIn::Header => ("header", &values.headers),
                ParameterIn::Cookie => ("cookie", &values.cookies),
            };
            let is_it = |(each, datum): &(String, Datum)| {
                let is_named = match parameter.location() {
                    ParameterIn::Header => each.eq_ignore_ascii_case(parameter.name()),
                    _ => each == parameter.name(),
                };
                is_named && !datum.value().is_null()
            };
            if sent.iter().any(is_it) {
                let headline = format!("the {words} `{}` of {name} is deprecated", parameter.name());
                facts.push(
                    fact(Check::DeprecatedParameter, headline)
                        .document(parameter.pointer().child("deprecated"), "is sent by this step"),
                );
            }
        }
    }
    if severities.of(Check::DeprecatedProperty) != Severity::Off {
        for (property, schema, others) in deprecated_properties(operation, contract, values) {
            let shown = property.tokens().last().map(Token::as_str).unwrap_or_default();
            let headline = format!("the property `{shown}` of the request body of {name} is deprecated");
            let mut fact = fact(Check::DeprecatedProperty, headline)
                .document(schema.child("deprecated"), format!("is sent at {property}"));
            fact.notes.extend((!others.is_empty()).then(|| also_at(&property, &others)));
            facts.push(fact);
        }
    }
    facts
}

/// Deprecated properties that are sent: the first place, the schema, the other places.
fn deprecated_properties(
    operation: Operation<'_>,
    contract: &Contract,
    values: &RequestValues,
) -> Vec<(Pointer, Pointer, Vec<Pointer>)> {
    let sent = values.body.as_ref().and_then(|body| Some((body, body.value.as_ref()?)));
    let Some((content, value)) = sent else { return Vec::new() };
    let media_types = operation.request_body().map(|body| body.media_types()).unwrap_or_default();
    let media_type = match_media_type(&content.media_type, media_types);
    let media_type = media_type.filter(MediaType::has_deprecated);
    let Some(schema) = media_type.and_then(|media_type| media_type.schema()) else { return Vec::new() };
    let document = contract.document();
    let mut search = Search { document, contract, root: value, seen: HashSet::new(), found: Vec::new() };
    search.visit(&schema, &Pointer::root());
    search.found
}

struct Search<'s> {
    document: &'s Document,
    contract: &'s Contract,
    root: &'s Value,
    seen: HashSet<(Pointer, Pointer)>,
    found: Vec<(Pointer, Pointer, Vec<Pointer>)>,
}

impl Search<'_> {
    fn visit(&mut self, schema: &Pointer, at: &Pointer) {
        let Some(value) = at.get(self.root) else { return };
        let Ok((pointer, Value::Object(keywords))) = self.document.resolve(schema) else { return };
        if self.seen.len() >= MAX_VISITS || !self.seen.insert((pointer.clone(), at.clone())) {
            return;
        }
        let parts = |keyword: &str| keywords.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        for index in 0..parts("allOf") {
            self.visit(&pointer.child("allOf").child(index.to_string()), at);
        }
        for keyword in ["oneOf", "anyOf"] {
            for index in 0..parts(keyword) {
                let form = pointer.child(keyword).child(index.to_string());
                if self.contract.validate(&form, Direction::Request, value, 1) == Validity::Valid {
                    self.visit(&form, at);
                }
            }
        }
        match value {
            Value::Object(members) => self.members(&pointer, keywords, members, at),
            Value::Array(elements) if keywords.get("items").is_some_and(Value::is_object) => {
                for index in 0..elements.len() {
                    self.visit(&pointer.child("items"), &at.child(index.to_string()));
                }
            }
            _ => {}
        }
    }

    fn members(
        &mut self,
        pointer: &Pointer,
        keywords: &Map<String, Value>,
        members: &Map<String, Value>,
        at: &Pointer,
    ) {
        for name in members.keys() {
            let property = match keywords.get("properties").and_then(|it| it.get(name)) {
                Some(_) => pointer.child("properties").child(name),
                None if keywords.get("additionalProperties").is_some_and(Value::is_object) => {
                    pointer.child("additionalProperties")
                }
                None => continue,
            };
            let at = at.child(name);
            if let Some(schema) = self.deprecated(&property) {
                match self.found.iter_mut().find(|(_, known, _)| *known == schema) {
                    Some((first, _, others)) if *first != at && !others.contains(&at) => {
                        others.push(at.clone())
                    }
                    Some(_) => {}
                    None => self.found.push((at.clone(), schema, Vec::new())),
                }
            }
            self.visit(&property, &at);
        }
    }

    /// The schema that says `deprecated: true` of a property: where it is written, beside its `$ref`,
    /// or behind it.
    fn deprecated(&self, property: &Pointer) -> Option<Pointer> {
        let says = |value: &Value| value.get("deprecated") == Some(&Value::Bool(true));
        if self.document.get(property).is_some_and(says) {
            return Some(property.clone());
        }
        let (pointer, value) = self.document.resolve(property).ok()?;
        says(value).then_some(pointer)
    }
}

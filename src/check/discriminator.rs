//! `response.discriminator`: what a discriminator says is a value that the document maps.
//!
//! A warning: the verdict over the value is `oneOf`'s or `anyOf`'s alone.

use super::judgement::Case;
use super::schema_fact::{label_of, via};
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::{quoted, some_of};
use crate::json::{Map, Pointer, Value};
use crate::openapi::{
    Direction, Discriminated, Discriminator, Document, Response, SchemaError, Validity, subject, takes_in,
};
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
    let mut search =
        Search { document, root: value, seen: HashSet::new(), found: Vec::new(), heirs: Vec::new() };
    search.visit(schema, &Pointer::root());
    let found = search.found.into_iter();
    // Where the value is wrong in itself, that is said already, and better.
    let is_news = |at: &Pointer| !errors.iter().any(|error| at.contains(&error.instance));
    let mut facts: Vec<Fact> =
        found.filter(|found| is_news(&found.at)).map(|found| found.into_fact(case, response)).collect();
    for (schema, at, because) in search.heirs.iter().filter(|(_, at, _)| is_news(at)) {
        facts.extend(judge_as_heir(case, response, schema, value, at, because));
        if facts.len() >= case.limits.findings {
            break;
        }
    }
    facts.truncate(case.limits.findings);
    facts
}

/// Holds a value to the schema that inherits from the documented one and that the value names.
///
/// Source: OpenAPI 3.1.1, "Discriminator Object": with `allOf` the discriminator "cannot change the
/// validation outcome", so that this is said as what the check says, and no more.
fn judge_as_heir(
    case: &Case<'_>,
    response: &Response<'_>,
    schema: &Pointer,
    root: &Value,
    at: &Pointer,
    because: &str,
) -> Vec<Fact> {
    let Some(value) = at.get(root) else { return Vec::new() };
    let name = schema.tokens().last().cloned().unwrap_or_default();
    let whole = subject(root, "the body", at);
    let limit = case.limits.findings;
    let judged = case.contract.validate_as(&whole, schema, Direction::Response, value, limit);
    let Validity::Invalid(errors) = judged else { return Vec::new() };
    let fact = |error: SchemaError| {
        let label = label_of(response, &error);
        let mut fact = case
            .fact(Check::Discriminator, error.headline)
            .compared(error.expected, error.actual.clone())
            .document(error.keyword, label)
            .response(ResponsePart::Body(at.join(&error.instance)), error.actual);
        fact.notes = error.notes;
        fact.note(format!("{whole} {because}, and `{name}` inherits from the documented schema"))
    };
    super::fold::fold(errors).into_iter().map(fact).collect()
}

struct Search<'s> {
    document: &'s Document,
    root: &'s Value,
    seen: HashSet<(Pointer, Pointer)>,
    found: Vec<Found>,
    /// Schemas that inherit from one with a discriminator and are named by it, where the value stands,
    /// and the words for why.
    heirs: Vec<(Pointer, Pointer, String)>,
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
        let chosen = self.judge(&pointer, &branches, value, at);
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

    /// Compares the discriminating member with what is mapped; gives the schema that it names.
    fn judge(
        &mut self,
        pointer: &Pointer,
        branches: &[Pointer],
        value: &Value,
        at: &Pointer,
    ) -> Option<Pointer> {
        let document = self.document;
        let discriminator = Discriminator::of(document, pointer)?;
        let resolved = |branch: &Pointer| document.resolve(branch).ok().map(|(place, _)| place);
        let (tag, chosen) = match discriminator.read(value) {
            Discriminated::Nothing => return None,
            Discriminated::Unknown { tag } => (tag, None),
            Discriminated::Schema { pointer: named, because, is_mapped } => {
                if branches.is_empty() {
                    // Schemas inherit from this one; a name that happens to be one of another is no heir.
                    let is_heir = takes_in(document, &named, pointer);
                    if is_heir && named != *pointer {
                        self.heirs.push((named.clone(), at.clone(), because));
                    }
                    (tag_of(&discriminator, value), (is_heir || is_mapped).then_some(named))
                } else {
                    let branch = branches.iter().find(|branch| resolved(branch).as_ref() == Some(&named));
                    (tag_of(&discriminator, value), branch.cloned().or_else(|| is_mapped.then_some(named)))
                }
            }
        };
        if chosen.is_none() {
            let mut known: Vec<String> = discriminator.mapped().map(|name| format!("`{name}`")).collect();
            if known.is_empty() {
                known.extend(branches.iter().filter_map(|branch| self.component(branch)));
            }
            self.found.push(Found {
                at: at.clone(),
                property: discriminator.property().to_owned(),
                tag,
                known,
                keyword: discriminator.keyword(),
            });
        }
        chosen
    }

    /// The name of the component that a form is, in backticks.
    fn component(&self, branch: &Pointer) -> Option<String> {
        let reference = self.document.get(branch)?.get("$ref")?.as_str()?;
        match self.document.reference_target(reference, branch).ok()?.tokens() {
            [components, schemas, name] if components == "components" && schemas == "schemas" => {
                Some(format!("`{name}`"))
            }
            [definitions, name] if definitions == "definitions" => Some(format!("`{name}`")),
            _ => None,
        }
    }
}

fn tag_of(discriminator: &Discriminator<'_>, value: &Value) -> String {
    value.get(discriminator.property()).and_then(Value::as_str).unwrap_or_default().to_owned()
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

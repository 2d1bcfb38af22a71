//! Whether a request keeps the document: parameters, media type, content. What is wrong with it
//! becomes `requestProblems`; which status that means is for the rules to say.

use super::incoming::{ContentKind, Incoming, field};
use super::problem::sentence;
use crate::check::{RequestContent, RequestValues, RequestViolation, check_request};
use crate::json::{Datum, Value};
use crate::openapi::{MediaType, ParameterIn, RequestBody, decode_parameter, is_json};

/// So many problems of one request are told; the first is mostly the one that matters.
const MAX_TOLD: usize = 8;

/// What in a request breaks the document, in the order of the checks.
pub(super) fn problems(incoming: &Incoming<'_>) -> Vec<String> {
    let mut values = parameters(incoming);
    let mut found = Vec::new();
    // Content that the document does not mention is passed over, as servers do.
    if let Some(documented) = incoming.operation.request_body() {
        let content = incoming.content();
        match &content.kind {
            ContentKind::Absent => {}
            ContentKind::Broken(reason) => found.push(reason.clone()),
            kind => {
                let value = (*kind != ContentKind::Opaque).then(|| content.value.clone());
                values.body = Some(RequestContent { media_type: media_type(incoming, &documented), value });
            }
        }
    }
    let mut violations = check(incoming, &values);
    if incoming.content().kind == ContentKind::Form && retype(&mut values, &violations) {
        violations = check(incoming, &values);
    }
    // Content that cannot be read is no content to the check, which would say that it is missing.
    let is_broken = !found.is_empty();
    let is_told = |violation: &&RequestViolation| !is_broken || violation.pointer.tokens() != ["body"];
    found.extend(violations.iter().filter(is_told).map(told));
    found.truncate(MAX_TOLD);
    found
}

fn told(violation: &RequestViolation) -> String {
    let depth = match violation.pointer.tokens() {
        [section, inner @ ..] if section == "body" => inner.len(),
        // The words for a parameter name it.
        _ => 0,
    };
    sentence(&violation.headline, &violation.pointer, depth)
}

fn check(incoming: &Incoming<'_>, values: &RequestValues) -> Vec<RequestViolation> {
    let rules = incoming.rules;
    check_request(incoming.operation, &rules.contract, values, &rules.limits).violations
}

/// The documented parameters that the request carries.
fn parameters(incoming: &Incoming<'_>) -> RequestValues {
    let mut values = RequestValues::default();
    let raw = incoming.raw();
    for parameter in incoming.operation.parameters() {
        let Some(value) = decode_parameter(&parameter, &raw) else { continue };
        let into = match parameter.location() {
            ParameterIn::Path => &mut values.path,
            ParameterIn::Query | ParameterIn::QueryString => &mut values.query,
            ParameterIn::Header => &mut values.headers,
            ParameterIn::Cookie => &mut values.cookies,
        };
        into.push((parameter.name().to_owned(), Datum::new(value)));
    }
    values
}

/// The media type of the content; without one, content is taken for the only one that is offered, or
/// for JSON.
fn media_type(incoming: &Incoming<'_>, documented: &RequestBody<'_>) -> String {
    if let Some(media_type) = incoming.request.headers.get("content-type") {
        return media_type.trim().to_owned();
    }
    let offered = documented.media_types();
    let json = offered.iter().find(|each| is_json(each.range()));
    let meant = json.or_else(|| offered.first().filter(|_| offered.len() == 1));
    meant.map_or("application/json", MediaType::range).to_owned()
}

/// Fields of a form are texts. A field that breaks its schema as a text, and spells a number or a
/// boolean, is one; whether a field was read anew.
///
/// Source: OpenAPI 3.1.1, "Encoding the x-www-form-urlencoded Media Type".
fn retype(values: &mut RequestValues, violations: &[RequestViolation]) -> bool {
    let Some(body) = values.body.as_mut().and_then(|body| body.value.as_mut()) else { return false };
    let mut is_changed = false;
    for violation in violations {
        let [section, name] = violation.pointer.tokens() else { continue };
        if section != "body" {
            continue;
        }
        let Some(value) = body.get_mut(name) else { continue };
        let scalar = serde_json::from_str::<Value>(&field(value)).ok();
        if let Some(scalar) = scalar.filter(|scalar| scalar.is_number() || scalar.is_boolean()) {
            *value = scalar;
            is_changed = true;
        } else if value.is_string() && violation.expected.contains("array") {
            *value = Value::Array(vec![value.take()]);
            is_changed = true;
        }
    }
    is_changed
}

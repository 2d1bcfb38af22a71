//! Whether a request keeps the document: parameters, media type, content. What is wrong with it
//! becomes `requestProblems`; which status that means is for the rules to say.

use super::incoming::{BodyKind, Incoming};
use super::problem::sentence;
use crate::check::{RequestContent, RequestValues, RequestViolation, check_request};
use crate::json::Datum;
use crate::openapi::{
    ContentKind, MediaType, ParameterIn, RequestBody, content_kind, decode_parameter, is_json,
};

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
            BodyKind::Absent => {}
            BodyKind::Broken(reason) => found.push(reason.clone()),
            BodyKind::Value | BodyKind::Opaque => {
                let media_type = media_type(incoming, &documented);
                let is_json = content_kind(&media_type) == ContentKind::Json;
                let value = is_json.then(|| content.value.clone());
                let bytes = incoming.request.body.clone().unwrap_or_default();
                values.body = Some(RequestContent { media_type, value, bytes });
            }
        }
    }
    let violations = check(incoming, &values);
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

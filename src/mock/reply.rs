//! From a reply as written to a response: its values, its media type, its header lines.

use super::outgoing::Outgoing;
use super::rules::ReplyPlan;
use super::scope::RequestScope;
use crate::exchange::Headers;
use crate::expression::Template;
use crate::json::Datum;
use crate::openapi::{
    Encoded, Operation, ParameterIn, Serialization, is_json, match_media_type, write_content,
};
use axum::http::HeaderValue;

/// The media type of content for which the document offers none.
const JSON: &str = "application/json";

/// Builds a response of a reply; names are seen as the scope's reply view shows them.
///
/// # Errors
/// Why a value has none, or cannot stand in a header line.
pub(super) fn build(
    operation: Operation<'_>,
    plan: &ReplyPlan,
    scope: &RequestScope<'_>,
) -> Result<Outgoing, String> {
    let mut headers = Headers::new();
    for (name, template) in &plan.headers {
        let value =
            scope.value(template).map_err(|reason| format!("its header `{name}` has no value: {reason}"))?;
        let Some(text) = header_text(operation, plan.status, name, &value)? else { continue };
        // RFC 9110 §5.5: what is no header value (a line end, above all) would be another header.
        if HeaderValue::try_from(text.as_str()).is_err() {
            return Err(format!("its header `{name}` would hold a control character"));
        }
        headers.push(name.as_str(), text);
    }
    let body = plan.body.as_ref().map(|template| content(template, scope)).transpose()?;
    assemble(operation, plan.status, headers, body.as_ref())
}

/// A header's value as its style has it, lists of headers that no document describes as `a,b`; none for
/// null.
fn header_text(
    operation: Operation<'_>,
    status: u16,
    name: &str,
    value: &Datum,
) -> Result<Option<String>, String> {
    let is_composed = value.value().is_array() || value.value().is_object();
    if !is_composed {
        return Ok((!value.value().is_null()).then(|| value.to_text()));
    }
    let described = operation.response_for(status).and_then(|response| {
        response.headers().into_iter().find(|header| header.name().eq_ignore_ascii_case(name))
    });
    let text = match &described {
        Some(header) => header.encode(value),
        None => Serialization::plain(ParameterIn::Header, name).encode(value).map(|encoded| match encoded {
            Encoded::Header(text) => Some(text),
            _ => None,
        }),
    };
    text.map_err(|error| format!("its header `{name}` cannot be written: {error}"))
}

/// The value of a reply's content.
///
/// # Errors
/// Why one of its expressions has no value.
pub(super) fn content(template: &Template, scope: &RequestScope<'_>) -> Result<Datum, String> {
    scope.value(template).map_err(|reason| format!("its body has no value: {reason}"))
}

/// What parts are put between. The same for every reply, so that a run can be repeated byte for byte.
const BOUNDARY: &str = "contest-mock";

/// Puts a response together; its media type is the document's, where the header lines name none.
///
/// # Errors
/// Why the value has no notation in the media type.
pub(super) fn assemble(
    operation: Operation<'_>,
    status: u16,
    mut headers: Headers,
    body: Option<&Datum>,
) -> Result<Outgoing, String> {
    let Some(body) = body else {
        return Ok(Outgoing { status, headers, body: Vec::new() });
    };
    let stated = match headers.get("content-type") {
        Some(stated) => stated.to_owned(),
        None => offered(operation, status),
    };
    let media_types = operation.response_for(status).map(|response| response.media_types());
    let media_type = match_media_type(&stated, media_types.unwrap_or_default());
    let written = write_content(media_type.as_ref(), &stated, body, BOUNDARY)
        .map_err(|error| format!("its body cannot be written: {error}"))?;
    if headers.get("content-type") != Some(written.content_type.as_str()) {
        headers.set("content-type", written.content_type);
    }
    Ok(Outgoing { status, headers, body: written.bytes })
}

/// The first JSON media type of a documented response, else its first; ranges say too little.
fn offered(operation: Operation<'_>, status: u16) -> String {
    let media_types =
        operation.response_for(status).map(|response| response.media_types()).unwrap_or_default();
    let concrete = || media_types.iter().map(|each| each.range()).filter(|range| !range.contains('*'));
    concrete().find(|range| is_json(range)).or_else(|| concrete().next()).unwrap_or(JSON).to_owned()
}

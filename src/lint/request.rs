//! Requests that break the document, as far as they are written out.
//!
//! Source: LANGUAGE §4, `sends`. Values that are known only when the step is sent are replaced by
//! placeholders, and whatever the schema says at, above or below them is passed over.

use super::At;
use super::body::{body, offered};
use super::literal::Partial;
use super::place::{DocumentLine, with_line};
use super::schema::Together;
use crate::check::{RequestValues, RequestViolation, check_request};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::expression::Template;
use crate::json::{Datum, Pointer, Token, Value};
use crate::openapi::{Document, match_media_type, read_content};
use crate::scenario::{Named, Sends, Spanned};
use crate::source::Span;

/// Finds what a step sends against the document, and what it says to send so and does not.
pub(super) fn check(at: &At<'_>, found: &mut Vec<Diagnostic>) {
    let Some(sends) = sends(at) else { return };
    if matches!(sends, Sends::Unchecked | Sends::Expression(_)) {
        return;
    }
    let mut unknown = Vec::new();
    let Some(values) = values(at, &mut unknown) else { return };
    unknown.extend(choices(at, &values, &unknown));
    let judgement = check_request(at.operation, at.contract, &values, at.limits);
    let severities = at.request.policy.before_sending();
    let wanted: &[Spanned<String>] = if let Sends::Invalid(wanted) = &sends { wanted } else { &[] };
    let is_wanted = |it: &RequestViolation| wanted.iter().any(|place| place.value == it.pointer.to_string());
    for violation in &judgement.violations {
        let is_open = unknown
            .iter()
            .any(|place| place.contains(&violation.pointer) || violation.pointer.contains(place));
        let is_denied = violation.severity(&severities) == Severity::Deny;
        if is_denied && !is_open && !is_wanted(violation) {
            found.push(invalid(at, violation));
        }
    }
    if !unknown.is_empty() || !judgement.not_checked.is_empty() {
        return;
    }
    for place in wanted {
        if judgement.violations.iter().all(|it| it.pointer.to_string() != place.value) {
            found.push(valid(at, place, &judgement.violations));
        }
    }
}

/// The policy of a step, an expression resolved where it is known.
fn sends(at: &At<'_>) -> Option<Sends> {
    let written = &at.call.sends;
    match written {
        Sends::Expression(template) => {
            at.literals.value(template)?;
            written.resolve(at.literals).ok()
        }
        known => Some(known.clone()),
    }
}

/// What is about to be sent, and the places that hold a placeholder.
fn values(at: &At<'_>, unknown: &mut Vec<Pointer>) -> Option<RequestValues> {
    let call = at.call;
    let mut all = |section: &str, written: &[Named<Template>]| -> Vec<(String, Datum)> {
        let named = written.iter().map(|each| {
            let Partial { datum, unknown: places } = at.literals.partial(&each.value);
            if !places.is_empty() {
                // A parameter is one text: a part of it decides over all of it.
                unknown.push(Pointer::of([section, each.name.as_str()]));
            }
            (each.name.clone(), datum)
        });
        named.collect()
    };
    let path = all("path", &call.path);
    let query = all("query", &call.query);
    let headers = all("headers", &at.request.headers);
    let cookies = all("cookies", &call.request.cookies);
    if call.url.is_some() {
        // They are in the URL.
        unknown.extend(["path", "query"].map(|section| Pointer::of([section])));
    }
    let body = match &call.request.body {
        None => None,
        Some(written) => Some(body(at, written, unknown)?),
    };
    Some(RequestValues { path, query, headers, cookies, body })
}

/// The places of a body where a choice or a condition is made by a value that is not known: what is wrong
/// there may be wrong only for the placeholder.
fn choices(at: &At<'_>, values: &RequestValues, unknown: &[Pointer]) -> Vec<Pointer> {
    let body = Pointer::of(["body"]);
    let (true, Some(content)) = (unknown.iter().any(|it| body.contains(it)), &values.body) else {
        return Vec::new();
    };
    let Some(offered) = offered(at, &content.media_type) else { return Vec::new() };
    let Some(schema) = offered.schema() else { return Vec::new() };
    let read;
    let value = match &content.value {
        Some(value) => value,
        // Of parts; anything else that is not known is not known as a whole.
        None => match read_content(&offered, &content.media_type, &content.bytes, at.limits) {
            Ok(reading) => {
                read = reading.value;
                &read
            }
            Err(_) => return Vec::new(),
        },
    };
    let mut found = Vec::new();
    let open: Vec<&Pointer> = unknown.iter().filter(|it| body.contains(it)).collect();
    find_choices(at.contract.document(), &schema, value, &body, &open, &mut found);
    found
}

fn find_choices(
    document: &Document,
    schema: &Pointer,
    value: &Value,
    at: &Pointer,
    unknown: &[&Pointer],
    found: &mut Vec<Pointer>,
) {
    const CHOOSING: &[&str] = &[
        "oneOf",
        "anyOf",
        "not",
        "if",
        "dependentSchemas",
        "dependentRequired",
        "discriminator",
        "unevaluatedProperties",
        "unevaluatedItems",
        "contains",
    ];
    if !unknown.iter().any(|place| at.contains(place)) {
        return;
    }
    let Some(together) = Together::at(document, schema) else {
        found.push(at.clone());
        return;
    };
    if together.nodes.iter().any(|node| CHOOSING.iter().any(|keyword| node.members.contains_key(*keyword))) {
        found.push(at.clone());
        return;
    }
    for node in &together.nodes {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let schema = node.property(name).or_else(|| {
                        let other = node.members.get("additionalProperties")?;
                        other.is_object().then(|| node.at.child("additionalProperties"))
                    });
                    if let Some(schema) = schema {
                        find_choices(document, &schema, member, &at.child(name), unknown, found);
                    }
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    if let Some(schema) = node.element(index) {
                        let at = at.child(index.to_string());
                        find_choices(document, &schema, element, &at, unknown, found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn invalid(at: &At<'_>, violation: &RequestViolation) -> Diagnostic {
    let message = format!("the request breaks the document: {}", violation.headline);
    let mut diagnostic = Diagnostic::warning(Code::SCENARIO_INVALID_REQUEST, message)
        .label(at.source, span_of(at, &violation.pointer), "breaks the document")
        .help(format!(
            "the step will not be sent; if the API is meant to refuse it, write `sends: {{ invalid: [{}] }}`",
            violation.pointer
        ));
    diagnostic.notes.extend(violation.notes.iter().cloned());
    let line = DocumentLine {
        pointer: violation.document.pointer.clone(),
        is_key: violation.document.is_key,
        label: violation.document.label.clone(),
    };
    with_line(diagnostic, at.contract.document(), &line)
}

fn valid(at: &At<'_>, place: &Spanned<String>, violations: &[RequestViolation]) -> Diagnostic {
    let message =
        format!("the request keeps the document at {}, where the step says it does not", place.value);
    let mut diagnostic = Diagnostic::warning(Code::SCENARIO_VALID_REQUEST, message).label(
        at.source,
        place.span,
        "is not broken",
    );
    let broken = violations.iter().map(|it| format!("broken at {}: {}", it.pointer, it.headline));
    diagnostic.notes.extend(broken);
    let schema = at.operation.request_body().and_then(|body| {
        let media_type = at.request.media_type.as_deref()?;
        match_media_type(media_type, body.media_types())?.schema()
    });
    match schema.filter(|_| place.value.starts_with("/body")) {
        Some(schema) => {
            let line = DocumentLine::key(schema.into_owned(), "accepts it");
            with_line(diagnostic, at.contract.document(), &line)
        }
        None => diagnostic,
    }
}

/// Where the value is written that a pointer of `sends` names, or what should hold it.
fn span_of(at: &At<'_>, pointer: &Pointer) -> Span {
    let call = at.call;
    let named = |values: &[Named<Template>], name: &str| {
        values.iter().find(|value| value.name.eq_ignore_ascii_case(name)).map(|value| value.value.span)
    };
    let Some((section, inner)) = pointer.tokens().split_first() else { return call.operation.span };
    let name = inner.first().map_or("", Token::as_str);
    let span = match section.as_str() {
        "path" => named(&call.path, name),
        "query" => named(&call.query, name),
        // A default of the project file stands in another file.
        "headers" => {
            call.request.headers.iter().find(|it| it.name.eq_ignore_ascii_case(name)).map(|it| it.name_span)
        }
        "cookies" => named(&call.request.cookies, name),
        "body" => call.request.body.as_ref().map(|body| body.span_at(&Pointer::of(inner.iter().cloned()))),
        _ => None,
    };
    span.unwrap_or(call.operation.span)
}

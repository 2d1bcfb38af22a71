//! The bytes of a request's body, made of what a step writes.

use super::request::{BuildError, resolve, resolve_all};
use super::scope::CaseScope;
use super::step::Sending;
use crate::check::RequestContent;
use crate::expression::{Generator, Unresolved};
use crate::json::{Datum, Value};
use crate::openapi::{
    ContentKind, MediaType, Operation, OutgoingPart, WriteError, Written, content_kind, documented_type,
    match_media_type, parts_of, write_content, write_parts,
};
use crate::plan::PlannedStep;
use crate::scenario::{BodyPart, Named, PartContent, StepBody, StepBodyKind};
use crate::source::Span;

/// The content of a step's request, and what it is judged by; `None` when it has none.
///
/// `stated` is a `Content-Type` that the step gives among its headers: the body is what it says.
pub(super) fn build_body(
    sending: Sending<'_>,
    stated: Option<&str>,
    scope: &CaseScope,
) -> Result<Option<RequestContent>, BuildError> {
    let Some(body) = &sending.written().body else { return Ok(None) };
    let content_type = stated.or(sending.request.media_type.as_deref()).unwrap_or_default().to_owned();
    let offered = sending
        .operation()
        .and_then(Operation::request_body)
        .map(|body| body.media_types())
        .unwrap_or_default();
    let media_type = match_media_type(&content_type, offered);
    let boundary = boundary(sending.step, scope)?;
    let raw = |bytes: Vec<u8>| RequestContent { media_type: content_type.clone(), value: None, bytes };
    let writing = |value: &Datum| -> Result<RequestContent, BuildError> {
        let content_type = match (content_type.as_str(), value.value()) {
            // Where no document says, the value does.
            ("", Value::String(_)) => "text/plain; charset=utf-8",
            ("", _) => "application/json",
            (stated, _) => stated,
        };
        let written = write_content(media_type.as_ref(), content_type, value, &boundary)
            .map_err(|error| unsendable(error, body.span))?;
        let is_json = content_kind(content_type) == ContentKind::Json;
        let value = is_json.then(|| value.value().clone());
        Ok(RequestContent { media_type: written.content_type, value, bytes: written.bytes })
    };
    let content = match &body.kind {
        StepBodyKind::Value(template) => writing(&replaced(resolve(template, scope)?, body, scope)?)?,
        StepBodyKind::Example(_) | StepBodyKind::File(_) => match &sending.request.attached.value {
            Some(template) => {
                // The file's own places mean nothing in the scenario.
                let value = template
                    .resolve(scope)
                    .map_err(|error| BuildError::Unresolved { error, span: body.span })?;
                writing(&replaced(value, body, scope)?)?
            }
            None => {
                raw(sending.request.attached.files.first().map(|bytes| bytes.to_vec()).unwrap_or_default())
            }
        },
        StepBodyKind::Form(fields) => {
            writing(&replaced(Datum::object(resolve_all(fields, scope)?), body, scope)?)?
        }
        StepBodyKind::Multipart(parts) => {
            let parts = build_parts(parts, sending, media_type.as_ref(), scope)?;
            let Written { content_type, bytes } = write_parts(&content_type, &parts, &boundary);
            RequestContent { media_type: content_type, value: None, bytes }
        }
        StepBodyKind::Raw(template) => raw(resolve(template, scope)?.to_text().into_bytes()),
        StepBodyKind::RawFile(_) => {
            raw(sending.request.attached.files.first().map(|bytes| bytes.to_vec()).unwrap_or_default())
        }
    };
    Ok(Some(content))
}

fn unsendable(error: WriteError, span: Span) -> BuildError {
    match error {
        WriteError::Encode(error) => BuildError::Encode { error, span: Some(span) },
        other => {
            let reason = format!("the body cannot be written: {other}; {}", other.help());
            BuildError::Unsendable { reason, span: Some(span) }
        }
    }
}

/// What parts are put between: the same for the same seed and step, so that a run can be repeated byte
/// for byte; it takes nothing from `$gen`.
fn boundary(step: &PlannedStep, scope: &CaseScope) -> Result<String, BuildError> {
    let mut generator = Generator::new(scope.values.seed, &format!("boundary of {}", step.id));
    let digits = generator.call("alnum", &[Datum::new(24)]).map_err(|reason| {
        let error = Unresolved { reference: "boundary".to_owned(), reason };
        BuildError::Unresolved { error, span: step.step.place() }
    })?;
    Ok(format!("contest-{}", digits.to_text()))
}

fn build_parts(
    parts: &[Named<BodyPart>],
    sending: Sending<'_>,
    media_type: Option<&MediaType<'_>>,
    scope: &CaseScope,
) -> Result<Vec<OutgoingPart>, BuildError> {
    let mut files = sending.request.attached.files.iter();
    let mut built = Vec::new();
    for Named { name, value: part, .. } in parts {
        let documented = media_type.and_then(|media_type| documented_type(media_type, name));
        let one = |content_type: Option<String>, bytes: Vec<u8>| OutgoingPart {
            name: Some(name.clone()),
            file_name: part.file_name.clone(),
            content_type: part.content_type.clone().or(content_type),
            bytes,
        };
        match &part.content {
            PartContent::Json(template) => {
                let json = resolve(template, scope)?.to_json();
                let content_type = documented.filter(|it| content_kind(it) == ContentKind::Json);
                let content_type = content_type.or_else(|| Some("application/json".to_owned()));
                built.push(one(content_type, json.into_bytes()));
            }
            PartContent::File(file) => {
                let bytes = files.next().map(|bytes| bytes.to_vec()).unwrap_or_default();
                let content_type = documented.or_else(|| Some("application/octet-stream".to_owned()));
                let mut part = one(content_type, bytes);
                part.file_name.get_or_insert_with(|| file.file_name().to_owned());
                built.push(part);
            }
            PartContent::Value(template) => {
                let value = resolve(template, scope)?;
                for mut made in parts_of(media_type, name, &value)
                    .map_err(|error| BuildError::Encode { error, span: Some(part.span) })?
                {
                    made.file_name.clone_from(&part.file_name);
                    made.content_type = part.content_type.clone().or(made.content_type);
                    built.push(made);
                }
            }
        }
    }
    Ok(built)
}

/// The value with what `replace` sets in it.
fn replaced(mut value: Datum, body: &StepBody, scope: &CaseScope) -> Result<Datum, BuildError> {
    for replacement in &body.replace {
        let new = resolve(&replacement.value, scope)?;
        value = value.with(&replacement.pointer, new).ok_or_else(|| {
            let pointer = &replacement.pointer;
            let reason = format!(
                "`replace` cannot set {pointer}: the body has no array or object at {} that could hold it",
                if pointer.parent().is_root() { "its root".to_owned() } else { pointer.parent().to_string() }
            );
            BuildError::Unsendable { reason, span: Some(replacement.span) }
        })?;
    }
    Ok(value)
}

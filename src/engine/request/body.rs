//! The bytes of a request's body, made of what a step writes.

use super::{BuildError, resolve, resolve_all};
use crate::check::RequestContent;
use crate::engine::scope::CaseScope;
use crate::engine::step::Sending;
use crate::expression::{Generator, Template, Unresolved};
use crate::json::{Datum, Value};
use crate::openapi::{
    ContentKind, Operation, WriteError, Written, content_kind, match_media_type, write_content, write_parts,
};
use crate::plan::{PartsError, PlannedStep, outgoing_parts};
use crate::scenario::{StepBody, StepBodyKind};
use crate::source::Span;

/// The content of a step's request, and what it is judged by; `None` when it has none.
///
/// `stated` is a `Content-Type` that the step gives among its headers: the body is what it says.
pub(in crate::engine) fn build_body(
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
            let files = &sending.request.attached.files;
            let resolved = |_: usize, template: &Template| resolve(template, scope);
            let parts = outgoing_parts(parts, files, media_type.as_ref(), resolved).map_err(unmade)?;
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

fn unmade(error: PartsError<BuildError>) -> BuildError {
    match error {
        PartsError::Value(error) => error,
        PartsError::Encode(error, span) => BuildError::Encode { error, span: Some(span) },
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

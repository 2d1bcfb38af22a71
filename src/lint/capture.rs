//! Captures of members that the document does not describe, or does not promise.
//!
//! Source: LANGUAGE §8.

use super::At;
use super::answer::{answers, is_denied};
use super::described::{Described, describe};
use super::place::{DocumentLine, with_line};
use crate::check::Check;
use crate::diagnostic::words::some_of;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::json::Pointer;
use crate::openapi::{ContentKind, MediaType, content_kind, is_json};
use crate::scenario::{Capture, CaptureSource, Named};
use crate::yaml::nearest;
use std::collections::BTreeSet;

/// Finds what `save` may not find.
pub(super) fn check(at: &At<'_>, found: &mut Vec<Diagnostic>) {
    if at.step.step.named().next().is_none() {
        return;
    }
    if let Some((ranges, place)) = without_parts(at) {
        found.extend(at.step.step.named().filter_map(|capture| of_text(at, capture, &ranges, &place)));
        return;
    }
    let Some(schemas) = schemas(at) else { return };
    let document = at.contract.document();
    let saved = &at.step.step.save;
    for capture in at.step.step.named() {
        let CaptureSource::Body(selector) = &capture.value.source else { continue };
        let Some(pointer) = selector.as_pointer() else { continue };
        let described: Vec<Described> =
            schemas.iter().map(|schema| describe(document, schema, pointer.tokens())).collect();
        let is_missing = |each: &Described| matches!(each, Described::Missing { .. });
        let is_known = |each: &Described| matches!(each, Described::Known { .. });
        if described.iter().all(is_missing) {
            found.extend(described.first().and_then(|first| missing(at, capture, first)));
        } else if described.iter().all(is_known)
            && capture.value.default.is_none()
            && !at.is_cleanup
            // What is carried or collected may be missing: that is how the last page says so.
            && saved.iter().any(|each| std::ptr::eq(each, capture))
        {
            found.extend(described.iter().find_map(|each| optional(at, capture, each)));
        }
    }
}

/// The schemas of the JSON bodies that could answer.
fn schemas(at: &At<'_>) -> Option<Vec<Pointer>> {
    let answers = answers(at).filter(|answers| is_denied(at, answers, Check::Body))?;
    let media_types = answers.iter().flat_map(|answer| answer.media_types());
    let json = media_types.filter(|media_type| is_json(media_type.range()));
    let schemas =
        json.map(|media_type| Some(media_type.schema()?.into_owned())).collect::<Option<Vec<_>>>()?;
    (!schemas.is_empty()).then_some(schemas)
}

/// The media types of all bodies that could answer, where each is text or bytes as a whole, and where the
/// first stands.
fn without_parts(at: &At<'_>) -> Option<(String, Pointer)> {
    let answers = answers(at).filter(|answers| is_denied(at, answers, Check::ContentType))?;
    let mut found: Vec<MediaType<'_>> = Vec::new();
    for answer in &answers {
        let media_types = answer.media_types();
        if media_types.is_empty() {
            return None;
        }
        found.extend(media_types);
    }
    let is_whole = |it: &MediaType<'_>| {
        // What is called text may hold JSON, unless the document says that it is one.
        let is_bytes = content_kind(it.range()) == ContentKind::Binary && !it.range().contains('*');
        !is_json(it.range()) && (is_bytes || it.is_text())
    };
    let first = found.first().filter(|_| found.iter().all(is_whole))?.pointer().clone();
    let ranges: BTreeSet<String> = found.iter().map(|it| format!("`{}`", it.range())).collect();
    Some((ranges.into_iter().collect::<Vec<_>>().join(" or "), first))
}

fn of_text(at: &At<'_>, capture: &Named<Capture>, ranges: &str, place: &Pointer) -> Option<Diagnostic> {
    let CaptureSource::Body(selector) = &capture.value.source else { return None };
    let message = format!(
        "`{}` is to be saved from `{}`, and what `{}` answers is {ranges}, which has no parts",
        capture.name,
        selector.text(),
        at.operation.name()
    );
    let diagnostic = Diagnostic::warning(Code::SCENARIO_UNDESCRIBED_CAPTURE, message)
        .label(at.source, capture.value.span, "leads nowhere")
        .help("save all of it: `{ from: $response.body }`, with `regex` for a part");
    Some(with_line(
        diagnostic,
        at.contract.document(),
        &DocumentLine::key(place.clone(), "promises this alone"),
    ))
}

fn missing(at: &At<'_>, capture: &Named<Capture>, described: &Described) -> Option<Diagnostic> {
    let Described::Missing { name, place, known, instead } = described else { return None };
    let message = format!(
        "the document describes no `{name}` in what `{}` answers, and `{}` is to be saved from it",
        at.operation.name(),
        capture.name
    );
    let label = match nearest(name, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "is not described".to_owned(),
    };
    let diagnostic = Diagnostic::warning(Code::SCENARIO_UNDESCRIBED_CAPTURE, message).label(
        at.source,
        capture.value.span,
        label,
    );
    let line = match instead {
        Some(instead) => DocumentLine::value(place.clone(), format!("promises {instead}")),
        None => DocumentLine::key(place.clone(), format!("describes {}", some_of(known, "and"))),
    };
    Some(with_line(diagnostic, at.contract.document(), &line))
}

fn optional(at: &At<'_>, capture: &Named<Capture>, described: &Described) -> Option<Diagnostic> {
    let Described::Known { optional: Some((name, place)) } = described else { return None };
    let message = format!("`{}` is saved from `{name}`, which the document does not promise", capture.name);
    let mut diagnostic = Diagnostic::warning(Code::SCENARIO_OPTIONAL_CAPTURE, message).label(
        at.source,
        capture.value.span,
        "fails the step when it is not there",
    );
    diagnostic.level = Level::Note;
    let line = DocumentLine::key(place.clone(), "is not `required`");
    Some(with_line(diagnostic, at.contract.document(), &line))
}

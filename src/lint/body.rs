//! The body of a request, as far as it is written out.

use super::At;
use super::literal::Partial;
use crate::check::RequestContent;
use crate::expression::Template;
use crate::json::{Datum, Pointer};
use crate::openapi::{
    MediaType, has_stated_style, is_json, match_media_type, read_content, write_content, write_parts,
};
use crate::plan::outgoing_parts;
use crate::scenario::{BodyPart, Named, StepBody, StepBodyKind};
use std::convert::Infallible;

/// What parts would be put between; nothing is sent.
const BOUNDARY: &str = "boundary";

/// What is about to be sent as the body; places that are known only then are added to `unknown`. `None` for a
/// media type that cannot be chosen, which the plan reports.
pub(super) fn body(at: &At<'_>, written: &StepBody, unknown: &mut Vec<Pointer>) -> Option<RequestContent> {
    let whole = Pointer::of(["body"]);
    let media_type = match stated(at) {
        // What is written is read as what the step says it is.
        Some(Some(stated)) => stated,
        Some(None) => {
            unknown.extend([whole, Pointer::of(["headers", "Content-Type"])]);
            return Some(RequestContent::default());
        }
        None => at.request.media_type.clone()?,
    };
    let content = match &written.kind {
        StepBodyKind::Raw(template) => {
            at.literals.value(template).map(|text| of_bytes(&media_type, text.to_text().into_bytes()))
        }
        StepBodyKind::RawFile(_) => Some(of_file(at, &media_type)),
        StepBodyKind::File(file) if !file.is_yaml() => Some(of_file(at, &media_type)),
        StepBodyKind::Multipart(parts) => of_parts(at, &media_type, parts, unknown),
        _ => of_value(at, &media_type, written, unknown),
    };
    if content.is_none() {
        unknown.push(whole);
    }
    Some(content.unwrap_or_else(|| RequestContent { media_type, ..RequestContent::default() }))
}

/// The `Content-Type` among the headers; `Some(None)` for one that is known only when the step is sent.
fn stated(at: &At<'_>) -> Option<Option<String>> {
    let header = at.request.headers.iter().find(|it| it.name.eq_ignore_ascii_case("content-type"))?;
    Some(at.literals.value(&header.value).map(|datum| datum.to_text()))
}

/// The media type of the document that a body is sent as.
pub(super) fn offered<'a>(at: &At<'a>, media_type: &str) -> Option<MediaType<'a>> {
    match_media_type(media_type, at.operation.request_body()?.media_types())
}

fn of_bytes(media_type: &str, bytes: Vec<u8>) -> RequestContent {
    RequestContent { media_type: media_type.to_owned(), value: None, bytes }
}

fn of_file(at: &At<'_>, media_type: &str) -> RequestContent {
    let file = at.request.attached.files.first();
    of_bytes(media_type, file.map(|bytes| bytes.to_vec()).unwrap_or_default())
}

fn of_value(
    at: &At<'_>,
    media_type: &str,
    written: &StepBody,
    unknown: &mut Vec<Pointer>,
) -> Option<RequestContent> {
    let Partial { datum, unknown: places } = value(at, written)?;
    if is_json(media_type) {
        let whole = Pointer::of(["body"]);
        unknown.extend(places.iter().map(|place| whole.join(place)));
        let media_type = media_type.to_owned();
        return Some(RequestContent { media_type, value: Some(datum.into_value()), bytes: Vec::new() });
    }
    // A field is one text, and which form of a choice is meant would hang on it: all of it or nothing.
    if !places.is_empty() {
        return None;
    }
    let written = write_content(offered(at, media_type).as_ref(), media_type, &datum, BOUNDARY).ok()?;
    Some(of_bytes(&written.content_type, written.bytes))
}

/// Parts, with a placeholder for each that is not known.
fn of_parts(
    at: &At<'_>,
    media_type: &str,
    parts: &[Named<BodyPart>],
    unknown: &mut Vec<Pointer>,
) -> Option<RequestContent> {
    let offered = offered(at, media_type);
    let mut open: Vec<&str> = Vec::new();
    let filled = |index: usize, template: &Template| -> Result<Datum, Infallible> {
        let Partial { datum, unknown } = at.literals.partial(template);
        if !unknown.is_empty() {
            // One text, too: a part of it decides over all of it.
            open.push(&parts[index].name);
        }
        Ok(datum)
    };
    let made = outgoing_parts(parts, &at.request.attached.files, offered.as_ref(), filled).ok()?;
    // Such a value is not one part of its name.
    let is_spread = |name: &&str| offered.as_ref().is_some_and(|it| has_stated_style(it, name));
    if open.iter().any(is_spread) {
        return None;
    }
    let written = write_parts(media_type, &made, BOUNDARY);
    // With a placeholder in it, what cannot be taken apart may be whole when it is sent.
    if !open.is_empty() {
        read_content(offered.as_ref()?, &written.content_type, &written.bytes, at.limits).ok()?;
    }
    unknown.extend(open.iter().map(|name| Pointer::of(["body", name])));
    Some(of_bytes(&written.content_type, written.bytes))
}

/// The value of a body that is one, with what is set in it afterwards.
fn value(at: &At<'_>, written: &StepBody) -> Option<Partial> {
    let mut partial = match &written.kind {
        StepBodyKind::Value(template) => at.literals.partial(template),
        // What stands in a file or among the document's examples.
        StepBodyKind::Example(_) | StepBodyKind::File(_) => {
            at.literals.partial(at.request.attached.value.as_ref()?)
        }
        StepBodyKind::Form(fields) => {
            at.literals.partial_members(fields.iter().map(|field| (field.name.as_str(), &field.value)))
        }
        StepBodyKind::Multipart(_) | StepBodyKind::Raw(_) | StepBodyKind::RawFile(_) => return None,
    };
    for replacement in &written.replace {
        let Partial { datum, unknown } = at.literals.partial(&replacement.value);
        let place = &replacement.pointer;
        partial.datum = partial.datum.with(place, datum)?;
        // What is set hides what was not known there; behind an array's end nobody counts.
        partial.unknown.retain(|it| !place.contains(it));
        partial.unknown.extend(unknown.iter().map(|it| place.join(it)));
        if place.tokens().last().is_some_and(|last| last == "-") && !unknown.is_empty() {
            return None;
        }
    }
    Some(partial)
}

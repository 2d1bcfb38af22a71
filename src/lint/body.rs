//! The body of a request, as far as it is written out.

use super::At;
use super::literal::Partial;
use crate::check::RequestContent;
use crate::json::{Datum, Pointer};
use crate::openapi::{is_json, match_media_type, write_content};
use crate::scenario::{StepBody, StepBodyKind};

/// What parts would be put between; nothing is sent.
const BOUNDARY: &str = "boundary";

/// What is about to be sent as the body; places that are known only then are added to `unknown`. `None` for a
/// media type that cannot be chosen, which the plan reports.
pub(super) fn body(at: &At<'_>, written: &StepBody, unknown: &mut Vec<Pointer>) -> Option<RequestContent> {
    let media_type = at.request.media_type.clone()?;
    let whole = Pointer::of(["body"]);
    let Some(Partial { datum, unknown: places }) = value(at, written) else {
        // Files of bytes, parts and text are judged when they are sent.
        unknown.push(whole);
        return Some(RequestContent { media_type, ..RequestContent::default() });
    };
    if is_json(&media_type) {
        unknown.extend(places.iter().map(|place| whole.join(place)));
        return Some(RequestContent { media_type, value: Some(datum.into_value()), bytes: Vec::new() });
    }
    // A field is one text, and which form of a choice is meant would hang on it: all of it or nothing.
    let content = match places.is_empty() {
        true => written_out(at, &media_type, &datum),
        false => None,
    };
    if content.is_none() {
        unknown.push(whole);
    }
    Some(content.unwrap_or_else(|| RequestContent { media_type, ..RequestContent::default() }))
}

fn written_out(at: &At<'_>, media_type: &str, datum: &Datum) -> Option<RequestContent> {
    let documented = at.operation.request_body()?;
    let offered = match_media_type(media_type, documented.media_types());
    let written = write_content(offered.as_ref(), media_type, datum, BOUNDARY).ok()?;
    Some(RequestContent { media_type: written.content_type, value: None, bytes: written.bytes })
}

/// The value of a body that is one, with what is set in it afterwards.
fn value(at: &At<'_>, written: &StepBody) -> Option<Partial> {
    let mut partial = match &written.kind {
        StepBodyKind::Value(template) => at.literals.partial(template),
        // What stands in a file or among the document's examples; bytes have none.
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

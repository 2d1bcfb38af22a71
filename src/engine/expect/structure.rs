//! Content that is no JSON as a value: forms, parts, XML and sequences, for captures and expectations.

use crate::check::{Fact, ResponsePart};
use crate::exchange::Exchange;
use crate::json::Datum;
use crate::limits::Limits;
use crate::openapi::{
    ContentKind, MediaType, Operation, content_kind, match_media_type, read_structure,
    read_structure_with_places,
};

/// Gives the content of an answer a value where it is made of parts and is no JSON, by what the document
/// says of it.
pub(in crate::engine) fn structure(
    exchange: &mut Exchange,
    operation: Option<Operation<'_>>,
    limits: &Limits,
) {
    let read = Content::of(exchange, operation)
        .and_then(|it| read_structure(it.described.as_ref(), it.stated, it.bytes, limits));
    if let Some(reading) = read {
        exchange.response.body.set_structure(Datum::new(reading.value));
    }
}

/// Tells where in the content the parts of its value stand that facts are about.
pub(in crate::engine) fn place_in_content(
    facts: &mut [Fact],
    exchange: &Exchange,
    operation: Option<Operation<'_>>,
    limits: &Limits,
) {
    let mut places = facts.iter_mut().filter_map(|fact| fact.response.as_mut()).peekable();
    if places.peek().is_none() || exchange.response.body.structure().is_none() {
        return;
    }
    let Some(content) = Content::of(exchange, operation) else { return };
    let (described, bytes) = (content.described.as_ref(), content.bytes);
    let Some(reading) = read_structure_with_places(described, content.stated, bytes, limits) else { return };
    for place in places {
        if let ResponsePart::Body(pointer) = &place.at {
            let found = reading.place(pointer, bytes);
            place.at = match pointer.is_root() {
                true => ResponsePart::BodyWhole,
                false => ResponsePart::BodySpan(found.range, found.words),
            };
        }
    }
}

/// What was stated of an answer's content, what the document says of that, and what can be read.
struct Content<'c> {
    described: Option<MediaType<'c>>,
    stated: &'c str,
    bytes: &'c [u8],
}

impl<'c> Content<'c> {
    fn of(exchange: &'c Exchange, operation: Option<Operation<'c>>) -> Option<Self> {
        let response = &exchange.response;
        let body = &response.body;
        let stated = response.content_type()?;
        let kind = content_kind(stated);
        if matches!(kind, ContentKind::Json | ContentKind::Text | ContentKind::Binary)
            || body.is_empty()
            || body.problem().is_some()
        {
            return None;
        }
        // What is text is decoded; parts are bytes.
        let bytes = match kind {
            ContentKind::Multipart => body.bytes(),
            _ => body.text().ok()?.as_bytes(),
        };
        let documented = operation.and_then(|it| it.response_for(response.status));
        let described = documented.and_then(|it| match_media_type(stated, it.media_types()));
        Some(Self { described, stated, bytes })
    }
}

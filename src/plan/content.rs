//! What a step sends as its body: the media type, the files and the examples.

use super::Attached;
use crate::diagnostic::{Code, Problems};
use crate::expression::Template;
use crate::json::Datum;
use crate::openapi::{ContentKind, MediaType, Operation, content_kind, match_media_type};
use crate::scenario::{Attachments, Sends, Spanned, StepBody, StepBodyKind, StepRequest};
use crate::yaml::nearest;
use std::path::Path;
use std::sync::Arc;

/// A request and the files it may name.
pub(super) struct Offer<'o> {
    pub(super) request: &'o StepRequest,
    pub(super) attachments: &'o Attachments,
    /// The scenario file.
    pub(super) path: &'o Path,
}

impl Offer<'_> {
    /// Whether the body is bytes that are sent as they are.
    fn is_raw(&self, body: &StepBody) -> bool {
        match &body.kind {
            StepBodyKind::Raw(_) | StepBodyKind::RawFile(_) => true,
            StepBodyKind::File(file) => !file.is_yaml(),
            _ => false,
        }
    }
}

/// Chooses the media type that a body is sent as: the one that is written, else the first offered that
/// suits the key it is written under, JSON before others.
pub(super) fn choose_media_type(
    offer: &Offer<'_>,
    sends: &Sends,
    operation: &Operation<'_>,
    problems: &mut Problems,
) -> Option<String> {
    let request = offer.request;
    let body = request.body.as_ref()?;
    let must_be_valid = matches!(sends, Sends::Valid);
    if operation.lost_request_body().is_some() {
        let written = request.content_type.as_ref().map(|written| written.value.clone());
        let plain = match &body.kind {
            StepBodyKind::Form(_) => "application/x-www-form-urlencoded",
            StepBodyKind::Multipart(_) => "multipart/form-data",
            _ => "application/json",
        };
        return Some(written.unwrap_or_else(|| plain.to_owned()));
    }
    let request_body = operation.request_body();
    if request_body.is_none() {
        let message = format!("`{}` takes no body", operation.name());
        problems.error(Code::SCENARIO_REQUEST_BODY, body.span, message, "would be sent");
        return None;
    }
    let media_types = request_body.map(|body| body.media_types()).unwrap_or_default();
    let offered: Vec<&str> = media_types.iter().map(MediaType::range).collect();
    let kind = kind_of(body);
    let chosen = match (&request.content_type, kind) {
        (Some(written), _) => {
            if !is_of_kind(written, body, problems) {
                return None;
            }
            if must_be_valid && match_media_type(&written.value, media_types.clone()).is_none() {
                let message = format!("`{}` does not take `{}`", operation.name(), written.value);
                let label = format!("it takes {}", offered.join(", "));
                problems.error(Code::SCENARIO_REQUEST_BODY, written.span, message, label);
            }
            written.value.clone()
        }
        (None, Some((kind, what, plain))) => {
            let found = offered.iter().find(|range| content_kind(range) == kind && !range.contains('*'));
            if found.is_none() && must_be_valid && match_media_type(plain, media_types.clone()).is_none() {
                let message = format!("`{}` takes no {what}", operation.name());
                let label = format!("it takes {}", offered.join(", "));
                problems.error(Code::SCENARIO_REQUEST_BODY, body.span, message, label);
                return None;
            }
            found.map_or_else(|| plain.to_owned(), |found| (*found).to_owned())
        }
        (None, None) => {
            let holds_example = |it: &&MediaType<'_>| match &body.kind {
                StepBodyKind::Example(name) => has_example(it, &name.value),
                _ => false,
            };
            let json = offered.iter().find(|range| content_kind(range) == ContentKind::Json);
            let json = json.filter(|_| !offer.is_raw(body) || offered.len() == 1);
            let example = media_types.iter().find(holds_example).map(MediaType::range);
            example.or(json.copied()).or(offered.first().copied())?.to_owned()
        }
    };
    if chosen.contains('*') {
        problems.error(
            Code::SCENARIO_REQUEST_BODY,
            body.span,
            format!("`{}` takes `{chosen}`, which is no media type to send", operation.name()),
            "write `contentType` beside it",
        );
        return None;
    }
    Some(chosen)
}

/// The media type of a body that no document describes: the one that is written, or that of a form or of
/// parts. Of any other body it is decided by its value.
pub(super) fn plain_media_type(offer: &Offer<'_>, problems: &mut Problems) -> Option<String> {
    let body = offer.request.body.as_ref()?;
    match (&offer.request.content_type, kind_of(body)) {
        (Some(written), _) if !is_of_kind(written, body, problems) => None,
        (Some(written), _) => Some(written.value.clone()),
        (None, kind) => kind.map(|(_, _, plain)| plain.to_owned()),
    }
}

/// The kind of content that a key is for, in a word, and the media type it has by itself.
fn kind_of(body: &StepBody) -> Option<(ContentKind, &'static str, &'static str)> {
    match &body.kind {
        StepBodyKind::Form(_) => Some((ContentKind::Form, "form", "application/x-www-form-urlencoded")),
        StepBodyKind::Multipart(_) => Some((ContentKind::Multipart, "parts", "multipart/form-data")),
        _ => None,
    }
}

/// Whether a body can be written as what is said; otherwise it is reported.
fn is_of_kind(written: &Spanned<String>, body: &StepBody, problems: &mut Problems) -> bool {
    let Some((kind, what, _)) = kind_of(body) else { return true };
    if content_kind(&written.value) == kind {
        return true;
    }
    let message = format!("`{}` is no media type of a {what}", written.value);
    let label = format!("`{}` is one", body.key());
    problems.error(Code::SCENARIO_REQUEST_BODY, written.span, message, label);
    false
}

/// Gathers what a request names: files that were read, and the example of the document.
pub(super) fn attach(
    offer: &Offer<'_>,
    media_type: Option<&str>,
    operation: Option<&Operation<'_>>,
    problems: &mut Problems,
) -> Attached {
    let find = |path| offer.attachments.get(&path);
    let bytes = |reference: &crate::scenario::FileReference| {
        find(reference.resolve(offer.path)).map_or_else(|| Arc::from([]), |found| Arc::clone(&found.bytes))
    };
    let mut attached = Attached::default();
    let expected = offer.request.expect.bytes.as_ref().and_then(|it| it.file.as_ref());
    attached.expected = expected.map(bytes);
    let Some(body) = &offer.request.body else { return attached };
    attached.files = body.files().into_iter().map(bytes).collect();
    match &body.kind {
        StepBodyKind::File(file) => {
            let value = find(file.resolve(offer.path)).and_then(|found| found.value.as_ref());
            attached.value = value.map(|(template, _)| template.clone());
        }
        StepBodyKind::Example(name) => {
            let Some(operation) = operation else {
                let message = "`send` has no document, and so no examples";
                problems.error(Code::SCENARIO_REQUEST_BODY, name.span, message, "is an example of none");
                return attached;
            };
            let media_types = operation.request_body().map(|it| it.media_types()).unwrap_or_default();
            let chosen = media_type.and_then(|it| match_media_type(it, media_types));
            let examples = chosen.map(|it| it.examples()).unwrap_or_default();
            let found = examples.iter().find(|(each, ..)| each.as_deref() == Some(name.value.as_str()));
            match found {
                Some((_, _, value)) => {
                    attached.value = Some(Template::literal(name.span, Datum::new((*value).clone())));
                }
                None => {
                    let names: Vec<&str> = examples.iter().filter_map(|(each, ..)| each.as_deref()).collect();
                    let message = format!("`{}` has no example `{}`", operation.name(), name.value);
                    let label = match (nearest(&name.value, names.iter().copied()), names.is_empty()) {
                        (Some(meant), _) => format!("did you mean `{meant}`?"),
                        (None, true) => "the document names no examples of its body".to_owned(),
                        (None, false) => format!("its examples are {}", names.join(", ")),
                    };
                    problems.error(Code::SCENARIO_REQUEST_BODY, name.span, message, label);
                }
            }
        }
        _ => {}
    }
    let is_value = !matches!(&body.kind, StepBodyKind::File(file) if !file.is_yaml());
    if let (false, Some(first)) = (is_value, body.replace.first()) {
        let message = "`replace` changes a value, and a file that is neither YAML nor JSON is none";
        problems.error(Code::SCENARIO_INVALID_VALUE, first.span, message, "cannot be set");
    }
    attached
}

fn has_example(media_type: &MediaType<'_>, name: &str) -> bool {
    media_type.examples().iter().any(|(each, ..)| each.as_deref() == Some(name))
}

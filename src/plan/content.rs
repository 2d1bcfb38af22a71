//! What a step sends as its body: the media type, the files and the examples.

use super::Attached;
use crate::diagnostic::{Code, Problems};
use crate::expression::Template;
use crate::json::Datum;
use crate::openapi::{ContentKind, MediaType, Operation, content_kind, match_media_type};
use crate::scenario::{Attachments, Sends, Step, StepBody, StepBodyKind};
use crate::yaml::nearest;
use std::path::Path;
use std::sync::Arc;

/// A step and the files it may name.
pub(super) struct Offer<'o> {
    pub(super) step: &'o Step,
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
    operation: &Operation<'_>,
    problems: &mut Problems,
) -> Option<String> {
    let step = offer.step;
    let body = step.body.as_ref()?;
    let must_be_valid = matches!(step.sends, Sends::Valid);
    if operation.lost_request_body().is_some() {
        let written = step.content_type.as_ref().map(|written| written.value.clone());
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
    let kind = match &body.kind {
        StepBodyKind::Form(_) => Some((ContentKind::Form, "form", "application/x-www-form-urlencoded")),
        StepBodyKind::Multipart(_) => Some((ContentKind::Multipart, "parts", "multipart/form-data")),
        _ => None,
    };
    let chosen = match (&step.content_type, kind) {
        (Some(written), _) => {
            if let Some((kind, what, _)) = kind
                && content_kind(&written.value) != kind
            {
                let message = format!("`{}` is no media type of a {what}", written.value);
                problems.error(
                    Code::SCENARIO_REQUEST_BODY,
                    written.span,
                    message,
                    format!("`{}` is one", body.key()),
                );
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

/// Gathers what a step names: files that were read, and the example of the document.
pub(super) fn attach(
    offer: &Offer<'_>,
    media_type: Option<&str>,
    operation: &Operation<'_>,
    problems: &mut Problems,
) -> Attached {
    let find = |path| offer.attachments.get(&path);
    let bytes = |reference: &crate::scenario::FileReference| {
        find(reference.resolve(offer.path)).map_or_else(|| Arc::from([]), |found| Arc::clone(&found.bytes))
    };
    let mut attached = Attached::default();
    let expected = offer.step.expect.bytes.as_ref().and_then(|it| it.file.as_ref());
    attached.expected = expected.map(bytes);
    let Some(body) = &offer.step.body else { return attached };
    attached.files = body.files().into_iter().map(bytes).collect();
    match &body.kind {
        StepBodyKind::File(file) => {
            let value = find(file.resolve(offer.path)).and_then(|found| found.value.as_ref());
            attached.value = value.map(|(template, _)| template.clone());
        }
        StepBodyKind::Example(name) => {
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

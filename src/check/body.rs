//! `response.body` and `response.format`: the content keeps its schema, and is there only where it
//! may be.

use super::decode::Content;
use super::fold::fold;
use super::judgement::{Case, Judgement, note_on};
use super::schema_fact::label_of;
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::Severity;
use crate::diagnostic::words::{NOT_ALLOWED, count, quoted};
use crate::json::Value;
use crate::openapi::{
    ContentKind, Direction, MediaType, Response, SchemaError, Validity, content_kind, is_binary, read_text,
};

/// The finding for content where there may be none.
///
/// A response to HEAD, a 204 and a 304 end with their head, whatever comes behind it (RFC 9112 §6.3):
/// such bytes are nobody's content, the transport drops them with their connection, and no check sees
/// them. A 204 that announces them is `http.content`, as is a 205 with content, which is not said twice.
///
/// Source: RFC 9110 §6.4.1, §9.3.2 (HEAD), §15.3.5 (204) and §15.4.5 (304).
pub(super) fn check_presence(case: &Case<'_>, response: Option<&Response<'_>>) -> Option<Fact> {
    let body = &case.exchange.response.body;
    if body.is_empty() || (case.status() == 205 && case.runs(Check::HttpContent)) {
        return None;
    }
    let size = count(body.bytes().len(), "byte", "bytes");
    if case.never_has_content() {
        let what = match case.exchange.request.method.as_str() {
            "HEAD" => "a response to HEAD".to_owned(),
            _ => format!("a {}", case.status()),
        };
        let headline = format!("{what} has a body, which HTTP does not allow");
        let fact = case.fact(Check::Body, headline).compared("no body", size);
        return Some(fact.response(ResponsePart::BodyWhole, NOT_ALLOWED));
    }
    let response = response.filter(|response| response.media_types().is_empty())?;
    let headline =
        format!("a {} of {} has a body that the document does not describe", case.status(), case.name());
    let mut fact = case
        .fact(Check::Body, headline)
        .compared("no body", size)
        .document(response.pointer().clone(), "documents no content")
        .response(ResponsePart::BodyWhole, "not documented");
    // OpenAPI does not say that a response without `content` has none.
    fact.severity = fact.severity.min(Severity::Warn);
    Some(fact)
}

/// Judges the content by the schema of its media type; gives the errors for the checks that look at
/// the same value.
pub(super) fn check(
    case: &Case<'_>,
    response: &Response<'_>,
    media_type: &MediaType<'_>,
    content: &Content<'_>,
    judgement: &mut Judgement,
) -> Vec<SchemaError> {
    let range = media_type.range();
    let stated = case.exchange.response.content_type().unwrap_or(range);
    let kind = content_kind(stated);
    let schema = media_type.schema();
    let is_whole =
        media_type.is_text() || matches!(kind, ContentKind::Json | ContentKind::Text | ContentKind::Binary);
    if let (Content::Text(_) | Content::Bytes, false) = (content, is_whole)
        && (schema.is_some() || media_type.item_schema().is_some())
    {
        super::content::check(case, response, media_type, stated, judgement);
        return Vec::new();
    }
    let Some(schema) = schema else {
        judgement.leave(media_type.lost_schema().unwrap_or_else(|| {
            format!("the document gives no schema for {} of a {}", quoted(&range.into()), response.key())
        }));
        return Vec::new();
    };
    let text;
    let value: &Value = match content {
        Content::Json(value) if !value.is_string() && is_binary(case.contract.document(), &schema) => {
            super::content::check_bytes(case, response, &schema, range, judgement);
            return Vec::new();
        }
        Content::Json(value) => value,
        Content::Text(received) => match read_text(case.contract.document(), &schema, received) {
            Some(value) => {
                text = value;
                &text
            }
            None => {
                let range = quoted(&range.into());
                judgement.leave(format!("bodies of {range} are not compared with their schema"));
                return Vec::new();
            }
        },
        Content::Bytes => {
            super::content::check_bytes(case, response, &schema, range, judgement);
            return Vec::new();
        }
        Content::None => return Vec::new(),
        // The finding of the check `decode` says it already, unless that is off.
        Content::Broken => {
            if !case.runs(Check::Decode) {
                judgement.leave("the body cannot be decoded");
            }
            return Vec::new();
        }
    };
    for reason in case.contract.left_out(&schema, Direction::Response) {
        judgement.leave(reason);
    }
    let limit = case.limits.findings;
    let errors = match case.contract.validate(&schema, Direction::Response, value, limit) {
        Validity::Valid => return Vec::new(),
        Validity::NotChecked(reason) => {
            judgement.leave(reason);
            return Vec::new();
        }
        Validity::Invalid(errors) => errors,
    };
    let is_cut = errors.len() >= limit;
    let mut facts: Vec<Fact> = fold(errors.clone())
        .into_iter()
        .filter_map(|error| {
            let part = match content {
                Content::Json(_) => ResponsePart::Body(error.instance.clone()),
                _ => ResponsePart::BodyWhole,
            };
            fact(case, response, error, part)
        })
        .collect();
    if is_cut && let Some(last) = facts.last_mut() {
        last.notes.push(format!("there may be more: the limit `findings` ends the search at {limit}"));
    }
    judgement.facts.extend(facts);
    errors
}

/// The fact of one error; `None` when its check is off.
pub(super) fn fact(
    case: &Case<'_>,
    response: &Response<'_>,
    error: SchemaError,
    part: ResponsePart,
) -> Option<Fact> {
    let label = label_of(response, &error);
    let (check, severity) = match &error.format {
        Some(format) => (Check::Format, case.severities.of_format(format)),
        None => (Check::Body, case.severities.of(Check::Body)),
    };
    if severity == Severity::Off {
        return None;
    }
    // What stands there is the value of a member that should not be there, whatever it is.
    let is_one_too_many = error.member.is_some() && error.name.ends_with("Properties");
    let found = if is_one_too_many { NOT_ALLOWED.to_owned() } else { error.actual.clone() };
    let mut fact = Fact::new(check.code(), severity, error.headline)
        .compared(error.expected, error.actual)
        .document(error.keyword, label)
        .response(part, found);
    fact.notes = error.notes;
    fact.notes.extend(note_on(check, case.severities));
    Some(fact)
}

//! `response.decode`: the body is what its headers say it is, down to the bytes.

use super::judgement::{Case, HttpCase};
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::{quoted, shorten};
use crate::diagnostic::{Code, Severity};
use crate::exchange::{Body, BodyProblem};
use crate::json::{ParseError, ReadLimit};
use crate::openapi::{ContentKind, MediaType, Response, content_kind};

/// What could be made of the content.
pub(super) enum Content<'c> {
    /// A JSON value.
    Json(&'c crate::json::Value),
    /// Text of a media type that is no JSON.
    Text(&'c str),
    /// Bytes of a media type that is neither.
    Bytes,
    /// Nothing came.
    None,
    /// It is not what it is declared to be; the facts say why.
    Broken,
}

/// Decodes the content as its `Content-Type` declares it, or as the document does where there is no
/// `Content-Type`.
pub(super) fn check<'c>(
    case: &Case<'c>,
    response: Option<&Response<'_>>,
    facts: &mut Vec<Fact>,
) -> Content<'c> {
    let body: &'c Body = &case.exchange.response.body;
    if let Some(problem) = body.problem() {
        facts.push(broken(&case.http(), response, problem));
        return Content::Broken;
    }
    if case.never_has_content() {
        return Content::None;
    }
    let stated = case.exchange.response.content_type();
    let documented = response.map(Response::media_types).unwrap_or_default();
    let mut kinds = documented.iter().map(|each| content_kind(each.range()));
    let kind = match (stated, kinds.next()) {
        (Some(stated), _) => content_kind(stated),
        // What all documented types have in common is known without a stated one.
        (None, Some(first)) if kinds.all(|kind| kind == first) => first,
        (None, _) => ContentKind::Binary,
    };
    if kind == ContentKind::Json {
        return json(case, body, stated, response, &documented, facts);
    }
    if body.is_empty() {
        return Content::None;
    }
    if matches!(kind, ContentKind::Binary | ContentKind::Multipart) {
        return Content::Bytes;
    }
    match body.text() {
        Ok(text) => Content::Text(text),
        Err(problem) => {
            facts.push(broken(&case.http(), response, problem));
            Content::Broken
        }
    }
}

fn json<'c>(
    case: &Case<'_>,
    body: &'c Body,
    stated: Option<&str>,
    response: Option<&Response<'_>>,
    documented: &[MediaType<'_>],
    facts: &mut Vec<Fact>,
) -> Content<'c> {
    let declared = match (stated, documented.first()) {
        (Some(stated), _) => stated,
        (None, Some(first)) => first.range(),
        (None, None) => "application/json",
    };
    if body.is_empty() {
        let headline = match stated {
            Some(stated) => {
                format!("the body is empty, and `Content-Type` says {}", quoted(&stated.into()))
            }
            None => "the body is empty where the document promises JSON".to_owned(),
        };
        let fact = case.fact(Check::Decode, headline).compared("a JSON value", "no byte");
        let fact = promised(fact, response);
        facts.push(fact.response(ResponsePart::StatusLine, "no body"));
        return Content::Broken;
    }
    // What is wrong with the bytes is told before what is wrong with the text.
    if let Err(problem) = body.text() {
        facts.push(broken(&case.http(), response, problem));
        return Content::Broken;
    }
    match body.json() {
        Ok(value) => {
            facts.extend(duplicates(case, response, body.duplicates()));
            Content::Json(value)
        }
        Err(error) => {
            facts.push(not_json(case, response, body, declared, error));
            Content::Broken
        }
    }
}

/// Source: RFC 8259 §4 leaves open what a member that stands twice means, so two readers may see
/// two values.
fn duplicates(
    case: &Case<'_>,
    response: Option<&Response<'_>>,
    duplicates: &[crate::json::Pointer],
) -> Option<Fact> {
    let (first, rest) = duplicates.split_first()?;
    let name = first.tokens().last().map(|name| shorten(name)).unwrap_or_default();
    let fact = case
        .fact(Check::Decode, format!("the member `{name}` stands twice in one object"))
        .compared("every member once", "a member that stands twice")
        .response(ResponsePart::Body(first.clone()), "this one counts here")
        .help("send it once: readers of JSON do not agree on which of two counts");
    let fact = promised(fact, response);
    Some(match rest.is_empty() {
        true => fact,
        false => fact.note(super::fold::also_at(first, rest)),
    })
}

/// Points at the content that the document promises, which is how the bytes are to be read.
pub(super) fn promised(fact: Fact, response: Option<&Response<'_>>) -> Fact {
    let Some(response) = response else { return fact };
    let ranges: Vec<String> = response.media_types().iter().map(|each| each.range().to_owned()).collect();
    match ranges.is_empty() {
        true => fact,
        false => {
            let label = format!("documents {}", ranges.join(", "));
            fact.document_key(response.pointer().child("content"), label)
        }
    }
}

fn not_json(
    case: &Case<'_>,
    response: Option<&Response<'_>>,
    body: &Body,
    declared: &str,
    error: &ParseError,
) -> Fact {
    if let Some(limit) = error.limit {
        // It may well be JSON: the API is not to blame for a limit of ours.
        let (most, label) = match limit {
            ReadLimit::Depth => ("deep", "is the 129th level"),
            ReadLimit::Number => ("large", "is this number"),
        };
        let headline = format!("the body {}, which is as {most} as contest reads", limit.words());
        return Fact::new(Code::TRANSPORT_LIMIT, Severity::Deny, headline)
            .response(ResponsePart::BodyOffset(error.offset), label);
    }
    let text = body.text_lossy();
    // The parser read the text behind a byte order mark.
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let offset = error.offset + mark;
    let rest = text.get(offset..).unwrap_or_default();
    let word =
        rest.trim_start_matches('-').split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let starts_as = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let (headline, help) = if matches!(word, "NaN" | "Infinity" | "Inf") {
        (format!("the body is not JSON: `{word}` is no JSON number"), None)
    } else if rest.trim().is_empty() && !error.is_trailing {
        ("the body is not JSON: it ends too early".to_owned(), None)
    } else if error.is_trailing {
        ("the body is not JSON: something follows the JSON value".to_owned(), None)
    } else if starts_as.starts_with('<') {
        let help =
            "an HTML or XML page in its place mostly comes from a proxy or an error handler before the API";
        (
            format!("the body is not JSON, as `Content-Type` says ({declared}), but looks like HTML or XML"),
            Some(help),
        )
    } else {
        (format!("the body is not JSON: {}", error.reason), None)
    };
    let fact = promised(case.fact(Check::Decode, headline), response);
    let mut fact = fact.compared("JSON", shorten(rest)).response(
        ResponsePart::BodyOffset(offset),
        match (error.is_trailing, offset) {
            (true, _) => "not expected",
            (false, 0) => "is no JSON",
            (false, _) => "stops being JSON here",
        },
    );
    fact.help.extend(help.map(str::to_owned));
    fact
}

/// What went wrong before the bytes could be looked at, whatever a document says of them.
pub(super) fn check_transfer(case: &HttpCase<'_>) -> Option<Fact> {
    Some(broken(case, None, case.exchange.response.body.problem()?))
}

fn broken(case: &HttpCase<'_>, response: Option<&Response<'_>>, problem: &BodyProblem) -> Fact {
    let fact = promised(case.fact(Check::Decode, problem.to_string()), response);
    match problem {
        BodyProblem::Truncated { received } => fact
            .compared("the whole body", format!("{received} bytes"))
            .response(ResponsePart::BodyWhole, "cut short")
            .help("the connection was closed early: a crash, a time-out of a proxy, or a wrong `Content-Length`"),
        BodyProblem::Encoding { encoding, .. } => fact
            .compared(encoding.clone(), "other bytes")
            .response(ResponsePart::Header("Content-Encoding".to_owned()), format!("says {encoding}"))
            .help("was the body compressed at all, or by a proxy that left its end away?"),
        BodyProblem::UnknownEncoding { encoding } => fact
            .compared("a content encoding that the request offered", encoding.clone())
            .response(ResponsePart::Header("Content-Encoding".to_owned()), "not known"),
        BodyProblem::Charset { charset, offset } => {
            let place = match case.exchange.response.content_type() {
                Some(stated) if stated.to_ascii_lowercase().contains("charset=") => {
                    ResponsePart::Header("Content-Type".to_owned())
                }
                _ => ResponsePart::BodyOffset(*offset),
            };
            fact.compared(charset.clone(), "other bytes").response(place, format!("not {charset}"))
        }
        BodyProblem::UnknownCharset { charset } => fact
            .compared("a charset that is registered", charset.clone())
            .response(ResponsePart::Header("Content-Type".to_owned()), "not known"),
    }
}

//! `http.range` and `http.content-range`: partial content answers a request for a part, and says
//! which part it is.

use super::{Check, Fact, HttpCase, ResponsePart, malformed, missing, single};

/// The form of the field, for messages.
const FORM: &str = "a range such as `bytes 0-99/1234`";

/// Source: RFC 9110 §15.3.7 (206: "fulfilling a range request") and §15.5.17 (416: "the set of
/// ranges in the request's Range header field").
pub(super) fn check_asked(case: &HttpCase<'_>) -> Option<Fact> {
    let words = match case.status() {
        206 => "is a part of the content",
        416 => "refuses a range",
        _ => return None,
    };
    if case.exchange.request.headers.get("range").is_some() {
        return None;
    }
    let status = case.status();
    Some(
        case.fact(Check::HttpRange, format!("a {status} {words}, and the request asked for no range"))
            .compared("an answer to a request without `Range`", status.to_string())
            .response(ResponsePart::StatusLine, ""),
    )
}

/// Source: RFC 9110 §14.4 (the field), §15.3.7.1 and §15.3.7.2 (206: MUST), §15.5.17 (416: SHOULD).
pub(super) fn check_content_range(case: &HttpCase<'_>) -> Option<Fact> {
    const CHECK: Check = Check::HttpContentRange;
    let status = case.status();
    // With any other status the field means nothing (§14.4), so it may hold anything.
    if !matches!(status, 206 | 416) {
        return None;
    }
    let value = match single(case, CHECK, "Content-Range") {
        Ok(value) => value,
        Err(fact) => return Some(*fact),
    };
    let is_multipart = case.exchange.response.content_type().is_some_and(|stated| {
        stated.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("multipart/byteranges"))
    });
    match (status, value) {
        (206, None) if is_multipart => None,
        (206, None) => Some(missing(case, CHECK, "Content-Range", "which part of the content it is")),
        (206, Some(value)) if is_multipart => Some(
            case.fact(CHECK, "a 206 of several parts has a `Content-Range` for the whole")
                .compared("`Content-Range` in each part alone", value)
                .response(ResponsePart::Header("Content-Range".to_owned()), "belongs into the parts"),
        ),
        (206, Some(value)) => match ContentRange::parse(value) {
            Some(ContentRange::Other | ContentRange::Part) => None,
            Some(ContentRange::None) | None => Some(malformed(case, CHECK, "Content-Range", value, FORM)),
        },
        (_, None) => {
            let range = case.exchange.request.headers.get("range")?;
            let is_bytes = range.trim_start().to_ascii_lowercase().starts_with("bytes=");
            is_bytes.then(|| missing(case, CHECK, "Content-Range", "how long the content is"))
        }
        (_, Some(value)) => match ContentRange::parse(value) {
            Some(ContentRange::Other | ContentRange::None) => None,
            Some(ContentRange::Part) | None => {
                let form = "a length such as `bytes */1234`";
                Some(malformed(case, CHECK, "Content-Range", value, form))
            }
        },
    }
}

enum ContentRange {
    /// `bytes 0-99/1234` or `bytes 0-99/*`.
    Part,
    /// `bytes */1234`.
    None,
    /// Of another unit, whose form is its own.
    Other,
}

impl ContentRange {
    fn parse(text: &str) -> Option<Self> {
        let (unit, rest) = text.split_once(' ')?;
        if !super::is_token(unit) {
            return None;
        }
        if !unit.eq_ignore_ascii_case("bytes") {
            return Some(Self::Other);
        }
        let (range, length) = rest.split_once('/')?;
        if range == "*" {
            number(length)?;
            return Some(Self::None);
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        // §14.4: a range that ends before it starts, or behind the end, is invalid.
        let fits = length == "*" || number(length)? > last;
        (first <= last && fits).then_some(Self::Part)
    }
}

/// Digits only; what is longer than 128 bits is no length of anything.
fn number(text: &str) -> Option<u128> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

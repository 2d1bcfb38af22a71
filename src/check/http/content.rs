//! `http.content` and `http.content-length`: content only where HTTP has room for it, and one length
//! that is one.

use super::{Check, Fact, HttpCase, ResponsePart, malformed, single};
use crate::diagnostic::words::{NOT_ALLOWED, count};

/// Source: RFC 9110 §15.3.6: "a server MUST NOT generate content in a 205 response"; §15.3.5 of a 204.
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    if case.status() == 204 && case.exchange.request.method != "HEAD" {
        return announced(case);
    }
    let body = &case.exchange.response.body;
    if case.status() != 205 || body.is_empty() {
        return None;
    }
    let size = count(body.bytes().len(), "byte", "bytes");
    let fact = case.fact(Check::HttpContent, "a 205 has a body, which HTTP does not allow");
    Some(fact.compared("no body", size).response(ResponsePart::BodyWhole, NOT_ALLOWED))
}

/// A 204 whose head announces content. `Content-Length: 0` announces none, and servers that send it
/// harm nobody.
///
/// The transport ends a 204 with its head (RFC 9112 §6.3) and drops what comes behind it, so that the
/// head is all that can be seen.
///
/// Source: RFC 9110 §8.6, RFC 9112 §6.1: neither header may stand in a 204. After HEAD and in a 304
/// both may, for they tell of the content that GET would have had.
fn announced(case: &HttpCase<'_>) -> Option<Fact> {
    let headers = &case.exchange.response.headers;
    let is_zero = |length: &str| length.trim().bytes().all(|digit| digit == b'0');
    let (name, value) = match (headers.get("content-length"), headers.get("transfer-encoding")) {
        (Some(length), _) if !is_zero(length) => ("Content-Length", length.trim()),
        (_, Some(coding)) => ("Transfer-Encoding", coding.trim()),
        _ => return None,
    };
    let headline = format!("a 204 announces a body by `{name}`, which HTTP does not allow");
    let fact = case.fact(Check::HttpContent, headline);
    let fact = fact.compared("no body", format!("{name}: {value}"));
    let fact = fact.response(ResponsePart::Header(name.to_owned()), "announces a body");
    Some(fact.help("a 204 has no body: answer 200 where there is something to say"))
}

/// A length in a 204 is `http.content` where it announces content; a zero harms nobody.
///
/// Source: RFC 9110 §8.6.
pub(super) fn check_length(case: &HttpCase<'_>) -> Option<Fact> {
    const CHECK: Check = Check::HttpContentLength;
    let value = match single(case, CHECK, "Content-Length") {
        Ok(value) => value?,
        Err(fact) => return Some(*fact),
    };
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    (!is_number).then(|| malformed(case, CHECK, "Content-Length", value, "a number of bytes"))
}

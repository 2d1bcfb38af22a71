//! `http.content` and `http.content-length`: content only where HTTP has room for it, and one length
//! that is one.

use super::{Check, Fact, HttpCase, ResponsePart, malformed, single};
use crate::diagnostic::words::count;

/// Source: RFC 9110 §15.3.6: "a server MUST NOT generate content in a 205 response".
///
/// What comes with a 204, a 304 or to HEAD is `response.body`.
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    let body = &case.exchange.response.body;
    if case.status() != 205 || body.is_empty() {
        return None;
    }
    let size = count(body.bytes().len(), "byte", "bytes");
    let fact = case.fact(Check::HttpContent, "a 205 has a body, which HTTP does not allow");
    Some(fact.compared("no body", size).response(ResponsePart::BodyWhole, "not allowed"))
}

/// A length in a 204 is `response.body` where it announces content; a zero harms nobody.
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

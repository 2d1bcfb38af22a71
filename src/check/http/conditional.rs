//! `http.not-modified`: a 304 answers a request that asked under a condition.

use super::{Check, Fact, HttpCase, ResponsePart};

/// Source: RFC 9110 §15.4.5: "a conditional GET or HEAD request has been received".
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    if case.status() != 304 {
        return None;
    }
    let request = &case.exchange.request;
    let is_get = matches!(request.method.as_str(), "GET" | "HEAD");
    let has_condition =
        ["if-none-match", "if-modified-since"].iter().any(|name| request.headers.get(name).is_some());
    let words = match (is_get, has_condition) {
        (true, true) => return None,
        (false, _) => format!("a 304 answers a {}, and only GET and HEAD can have it", request.method),
        (true, false) => "a 304 says that nothing has changed, and the request did not ask".to_owned(),
    };
    let fact = case.fact(Check::HttpNotModified, words);
    let fact = fact.compared("content, for the request has no `If-None-Match` or `If-Modified-Since`", "304");
    Some(fact.response(ResponsePart::StatusLine, ""))
}

//! `http.allow`: a refused method comes with those that are not, and `Allow` is a list of methods.

use super::{Check, Fact, HttpCase, is_token, lines, malformed, missing};

/// Source: RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405
/// response"; §10.2.1: its value is a list of methods, which may be empty.
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    let lines = lines(case, "Allow");
    if case.status() == 405 && lines.is_empty() {
        return Some(missing(case, Check::HttpAllow, "Allow", "which methods there are"));
    }
    let mut methods = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    let wrong = methods.find(|method| !method.is_empty() && !is_token(method))?;
    Some(malformed(case, Check::HttpAllow, "Allow", wrong, "a method"))
}

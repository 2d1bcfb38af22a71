//! `http.retry-after`: a client can read how long to wait.

use super::{Check, Fact, HttpCase, date, malformed, single};

/// Source: RFC 9110 §10.2.3: `HTTP-date / delay-seconds`.
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    const NAME: &str = "Retry-After";
    let value = match single(case, Check::HttpRetryAfter, NAME) {
        Ok(value) => value?,
        Err(fact) => return Some(*fact),
    };
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_read = is_number || date::parse(value).is_some();
    let form = "a number of seconds or a date such as `Sun, 06 Nov 1994 08:49:37 GMT`";
    (!is_read).then(|| malformed(case, Check::HttpRetryAfter, NAME, value, form))
}

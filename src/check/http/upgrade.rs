//! `http.upgrade`: who is told to change the protocol is told to which.

use super::{Check, Fact, HttpCase, lines, missing};

/// Source: RFC 9110 §15.5.22: "The server MUST send an Upgrade header field in a 426 response".
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    let is_missing = case.status() == 426 && lines(case, "Upgrade").iter().all(|line| line.is_empty());
    is_missing.then(|| missing(case, Check::HttpUpgrade, "Upgrade", "which protocol is wanted"))
}

//! `http.status`: the status is one that HTTP has room for.

use super::{Check, Fact, HttpCase, ResponsePart};

/// Source: RFC 9110 §15: "Values outside the range 100..599 are invalid."
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    let status = case.status();
    (!(100..600).contains(&status)).then(|| {
        case.fact(Check::HttpStatus, format!("{status} is no HTTP status: they are from 100 to 599"))
            .compared("a status from 100 to 599", status.to_string())
            .response(ResponsePart::StatusLine, "no HTTP status")
    })
}

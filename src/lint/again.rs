//! Polls that wait for nothing.
//!
//! Source: LANGUAGE §10.

use super::At;
use crate::diagnostic::{Code, Diagnostic};
use crate::openapi::ResponseKey;
use crate::scenario::Row;

/// Finds a poll whose first answer is always the last: it has no condition, the step expects nothing, and
/// the document knows no answer but success.
pub(super) fn check(at: &At<'_>, found: &mut Vec<Diagnostic>) {
    let request = at.request.written();
    let Some(poll) = request.poll.as_ref().filter(|poll| poll.until.is_none()) else { return };
    let is_of_row = at.row.is_some_and(|row: &Row| !row.is_plain());
    let waits_for_success = at.operation.responses().iter().any(|response| !is_success(response.key()));
    if is_of_row || waits_for_success || !request.expect.is_empty() {
        return;
    }
    let message = format!(
        "the poll waits for nothing: it has no `until`, the step expects nothing, and `{}` documents no \
         answer but success",
        at.operation.name()
    );
    let label = "ends with the first answer";
    found.push(
        Diagnostic::warning(Code::SCENARIO_IDLE_POLL, message)
            .label(at.source, poll.span, label)
            .help("`until: 'body.status == \"done\"'` says what is waited for, or `expect` does"),
    );
}

fn is_success(key: ResponseKey) -> bool {
    matches!(key, ResponseKey::Status(200..=299) | ResponseKey::Range(2))
}

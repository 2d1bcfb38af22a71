//! What sends a request more than once, checked before anything is sent: `retry` as the settings around a
//! step and the step itself say, and `poll` against the time that there is.
//!
//! Source: LANGUAGE §10.

use crate::diagnostic::words::{any_of, time};
use crate::diagnostic::{Code, Problems};
use crate::scenario::{Interval, Poll, Retry, RetryCause};
use std::time::Duration;

/// When a request is sent again.
#[derive(Clone, Debug)]
pub struct PlannedRetry {
    /// How often at most, after the first time.
    pub times: usize,
    /// The waits, where the response does not say how long.
    pub every: Interval,
    /// What for.
    pub on: Vec<RetryCause>,
    /// What for it would be, were the method idempotent.
    pub withheld: Vec<RetryCause>,
}

/// What the settings say together: those around the step from the outside in, then its own.
///
/// A step that itself asks for a request to be sent twice that may have its effect twice must say that
/// this is meant. What it merely inherits is kept to what is safe.
pub(super) fn plan_retry(
    around: &[&Retry],
    own: Option<&Retry>,
    method: &str,
    problems: &mut Problems,
) -> Option<PlannedRetry> {
    let mut settings = around.iter().copied().chain(own);
    let first = settings.next()?.clone();
    let retry = settings.fold(first, |outer, inner| inner.over(&outer));
    let times = retry.times.unwrap_or(Retry::TIMES);
    if times == 0 {
        return None;
    }
    let causes = retry.on.as_ref().map_or_else(Retry::causes, |on| on.value.clone());
    let may_repeat = is_idempotent(method) || retry.is_unsafe == Some(true);
    let (on, withheld): (Vec<_>, Vec<_>) =
        causes.into_iter().partition(|cause| may_repeat || cause.is_safe());
    if let (Some(own), false) = (own, withheld.is_empty()) {
        let names: Vec<String> = withheld.iter().map(ToString::to_string).collect();
        let message = format!(
            "{method} is not idempotent: sent again after {}, it may have its effect twice",
            any_of(&names)
        );
        let span = own.on.as_ref().map_or(own.span, |on| on.span);
        let help = &mut problems.error(Code::SCENARIO_INVALID_VALUE, span, message, "is not safe").help;
        help.push("`on: [connect]` sends again only what was never sent".to_owned());
        help.push("`unsafe: true` beside `times` says that twice is as good as once".to_owned());
    }
    Some(PlannedRetry { times, every: retry.every.unwrap_or(Retry::EVERY), on, withheld })
}

/// RFC 9110 §9.2.2, and the QUERY method, which is safe by its definition.
fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE" | "TRACE" | "QUERY")
}

/// Reports a poll that cannot be waited for to its end.
pub(super) fn check_poll(poll: &Poll, timeout: Duration, problems: &mut Problems) {
    if poll.limit.value > timeout {
        let (limit, timeout) = (time(poll.limit.value), time(timeout));
        let message = format!("`for` is {limit}, and the scenario is cut off after {timeout}, its time-out");
        let enough = poll.limit.value.as_secs() + 60;
        problems
            .error(Code::SCENARIO_INVALID_VALUE, poll.limit.span, message, "is longer than the scenario")
            .help
            .push(format!("`timeouts: {{ scenario: {}s }}` beside `steps` leaves room for it", enough));
    }
}

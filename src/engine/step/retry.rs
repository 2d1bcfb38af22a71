//! Sends a request again where nobody answered, or where the answer asks for patience.
//!
//! Source: LANGUAGE §10; RFC 9110 §10.2.3, "Retry-After".

use super::Sending;
use crate::diagnostic::words::time;
use crate::engine::expect::status::ExpectedStatus;
use crate::exchange::{BodyProblem, Exchange};
use crate::http::TransportErrorKind;
use crate::plan::PlannedRetry;
use crate::scenario::RetryCause;
use std::time::Duration;

/// More notes than these about one request help nobody.
const SHOWN_NOTES: usize = 8;

/// What came of sending once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nobody answered.
    NoAnswer(TransportErrorKind),
    /// The answer was cut short.
    Cut,
    /// A status that the step does not expect.
    Status(u16),
}

impl Fault {
    /// What an answer is a fault for; a status that the step expects is none.
    pub(super) fn of(exchange: &Exchange, expected: &ExpectedStatus, sending: Sending<'_>) -> Option<Self> {
        let status = exchange.response.status;
        if let Some(BodyProblem::Truncated { .. }) = exchange.response.body.problem() {
            return Some(Self::Cut);
        }
        (!expected.accepts(status, sending.operation())).then_some(Self::Status(status))
    }

    fn is_meant(self, cause: &RetryCause) -> bool {
        match (self, cause) {
            (Self::NoAnswer(kind), RetryCause::Connect) => {
                matches!(kind, TransportErrorKind::Connect | TransportErrorKind::Dns)
            }
            (Self::NoAnswer(kind), RetryCause::Timeout) => kind == TransportErrorKind::Timeout,
            (Self::NoAnswer(kind), RetryCause::Reset) => kind == TransportErrorKind::Reset,
            (Self::Cut, RetryCause::Reset) => true,
            (Self::Status(status), RetryCause::Status(pattern)) => pattern.matches(status),
            _ => false,
        }
    }

    fn words(self) -> String {
        match self {
            Self::NoAnswer(TransportErrorKind::Timeout) => "not answered in time".to_owned(),
            Self::NoAnswer(TransportErrorKind::Reset) | Self::Cut => "cut off".to_owned(),
            Self::NoAnswer(_) => "no connection".to_owned(),
            Self::Status(status) => format!("answered {status}"),
        }
    }
}

/// One request that is sent again and again, as far as it has come.
pub(super) struct Retrying<'r> {
    retry: Option<&'r PlannedRetry>,
    method: &'r str,
    /// How often it was sent again.
    times: usize,
    notes: Vec<Again>,
    /// Why it was not sent once more.
    end: Option<String>,
}

/// Times that differ in nothing but their number.
struct Again {
    words: String,
    wait: Duration,
    /// Whether the response asked for the wait.
    is_asked: bool,
    first: usize,
    last: usize,
}

impl<'r> Retrying<'r> {
    pub(super) fn new(retry: Option<&'r PlannedRetry>, method: &'r str) -> Self {
        Self { retry, method, times: 0, notes: Vec::new(), end: None }
    }

    /// Whether it may have to be sent again.
    pub(super) fn is_open(&self) -> bool {
        self.retry.is_some_and(|retry| self.times < retry.times)
    }

    /// How long to wait before it is sent again; `None` where it is not. `asked` is what the response
    /// asks for, `left` the time that the scenario still has.
    pub(super) fn next(&mut self, fault: Fault, asked: Option<Duration>, left: Duration) -> Option<Duration> {
        let retry = self.retry?;
        let is_meant = |causes: &[RetryCause]| causes.iter().any(|cause| fault.is_meant(cause));
        if !is_meant(&retry.on) {
            if is_meant(&retry.withheld) {
                self.end = Some(format!(
                    "{}, and not sent again: {} is not idempotent, and its `retry` is inherited; \
                     `retry: {{ unsafe: true }}` in the step allows it",
                    fault.words(),
                    self.method
                ));
            }
            return None;
        }
        if !self.is_open() {
            return None;
        }
        let wait = asked.unwrap_or_else(|| retry.every.after(self.times + 1));
        if wait >= left {
            let who = if asked.is_some() { "`Retry-After` asks for" } else { "`every` has come to" };
            self.end = Some(format!(
                "{}, and not sent again: {who} {}, longer than the scenario's time-out leaves",
                fault.words(),
                time(wait)
            ));
            return None;
        }
        self.times += 1;
        let (words, is_asked) = (fault.words(), asked.is_some());
        match self
            .notes
            .last_mut()
            .filter(|last| last.words == words && last.wait == wait && last.is_asked == is_asked)
        {
            Some(last) => last.last = self.times,
            None => self.notes.push(Again { words, wait, is_asked, first: self.times, last: self.times }),
        }
        Some(wait)
    }

    /// What the reader should know: `answered 503, sent again after 1 s (1 of 3)`.
    pub(super) fn into_notes(self) -> Vec<String> {
        let of = self.retry.map_or(0, |retry| retry.times);
        let more = self.notes.len().saturating_sub(SHOWN_NOTES);
        let shown = self.notes.into_iter().take(SHOWN_NOTES).map(|again| {
            let Again { words, wait, is_asked, first, last } = again;
            let asked = if is_asked { ", as `Retry-After` asks" } else { "" };
            let number = if first == last { first.to_string() } else { format!("{first} to {last}") };
            format!("{words}, sent again after {}{asked} ({number} of {of})", time(wait))
        });
        let more = (more > 0).then(|| format!("and sent again {more} times more"));
        shown.chain(more).chain(self.end).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Interval, Retry, StatusPattern};

    const SECOND: Duration = Duration::from_secs(1);

    fn planned(times: usize, factor: f64, withheld: Vec<RetryCause>) -> PlannedRetry {
        let every = Interval { from: SECOND, to: 4 * SECOND, factor };
        PlannedRetry { times, every, on: Retry::causes(), withheld }
    }

    /// What is done about faults with what they ask for, in seconds, and what is said of it. A minute is
    /// left.
    fn check(retry: &PlannedRetry, faults: &[(Fault, Option<u64>)], waits: &[Option<u64>], notes: &[&str]) {
        let mut retrying = Retrying::new(Some(retry), "POST");
        let found: Vec<Option<u64>> = faults
            .iter()
            .map(|(fault, asked)| {
                let wait = retrying.next(*fault, asked.map(Duration::from_secs), 60 * SECOND);
                wait.map(|wait| wait.as_secs())
            })
            .collect();
        assert_eq!(
            (found.as_slice(), retrying.into_notes()),
            (waits, notes.iter().map(|it| (*it).to_owned()).collect())
        );
    }

    #[test]
    fn what_is_named_is_sent_again_until_the_times_are_used_up() {
        let busy = (Fault::Status(503), None);
        check(
            &planned(2, 1.0, Vec::new()),
            &[busy, busy, busy],
            &[Some(1), Some(1), None],
            &["answered 503, sent again after 1 s (1 to 2 of 2)"],
        );
        check(
            &planned(5, 2.0, Vec::new()),
            &[(Fault::NoAnswer(TransportErrorKind::Connect), None), busy, busy, busy],
            &[Some(1), Some(2), Some(4), Some(4)],
            &[
                "no connection, sent again after 1 s (1 of 5)",
                "answered 503, sent again after 2 s (2 of 5)",
                "answered 503, sent again after 4 s (3 to 4 of 5)",
            ],
        );
    }

    #[test]
    fn what_is_not_named_is_not() {
        for fault in [
            Fault::Status(500),
            Fault::Cut,
            Fault::NoAnswer(TransportErrorKind::Timeout),
            Fault::NoAnswer(TransportErrorKind::Tls),
            Fault::NoAnswer(TransportErrorKind::Reset),
        ] {
            check(&planned(3, 1.0, Vec::new()), &[(fault, None)], &[None], &[]);
        }
    }

    #[test]
    fn each_word_names_its_faults() {
        let check = |cause: RetryCause, fault: Fault| assert!(fault.is_meant(&cause), "{cause} {fault:?}");
        check(RetryCause::Connect, Fault::NoAnswer(TransportErrorKind::Dns));
        check(RetryCause::Timeout, Fault::NoAnswer(TransportErrorKind::Timeout));
        check(RetryCause::Reset, Fault::NoAnswer(TransportErrorKind::Reset));
        check(RetryCause::Reset, Fault::Cut);
        check(RetryCause::Status(StatusPattern::Class(5)), Fault::Status(599));
    }

    #[test]
    fn what_the_response_asks_for_counts_and_too_much_is_refused() {
        check(
            &planned(3, 1.0, Vec::new()),
            &[(Fault::Status(429), Some(7)), (Fault::Status(503), Some(3600))],
            &[Some(7), None],
            &[
                "answered 429, sent again after 7 s, as `Retry-After` asks (1 of 3)",
                "answered 503, and not sent again: `Retry-After` asks for 3600 s, longer than the scenario's \
                 time-out leaves",
            ],
        );
    }

    #[test]
    fn an_inherited_retry_says_why_a_post_is_not_sent_again() {
        let withheld = vec![RetryCause::Status(StatusPattern::Code(500))];
        check(
            &planned(3, 1.0, withheld),
            &[(Fault::Status(500), None)],
            &[None],
            &["answered 500, and not sent again: POST is not idempotent, and its `retry` is inherited; \
               `retry: { unsafe: true }` in the step allows it"],
        );
    }

    #[test]
    fn many_notes_are_counted() {
        let retry = planned(100, 1.0, Vec::new());
        let mut retrying = Retrying::new(Some(&retry), "GET");
        for seconds in 1..=10 {
            retrying.next(Fault::Status(503), Some(Duration::from_secs(seconds)), 60 * SECOND);
        }
        let notes = retrying.into_notes();
        assert_eq!((notes.len(), notes[8].as_str()), (9, "and sent again 2 times more"));
    }
}

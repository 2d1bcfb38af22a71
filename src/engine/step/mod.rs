//! One step, from its condition to its verdict.

mod consult;
mod exchange;
mod follow;
mod judge;
mod known;
mod origin;
mod poll;
mod prepare;
mod repeat;
mod report;
mod retry;
mod sending;
mod withhold;

pub(super) use sending::{Aim, Described, Round, Sending};

use super::course::LoginReports;
use super::event::{Phase, StepReport};
use super::exchange_log::ExchangeLog;
use super::expect::status::ExpectedStatus;
use super::request::BuiltRequest;
use super::run::Run;
use super::scope::CaseScope;
use crate::check::RequestValues;
use crate::http::CookieJar;
use crate::json::Datum;
use crate::plan::{PlannedRequest, PlannedStep};
use crate::scenario::Row;
use prepare::BaseUrls;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What a step left behind for those that follow.
pub(super) struct StepOutcome {
    pub(super) report: StepReport,
    /// Whether a request went out, so that its cleanup is due.
    pub(super) was_sent: bool,
}

/// Where and for whom a step runs.
pub(super) struct StepContext<'c> {
    pub(super) run: &'c Run,
    /// The case's place in the plan, and its id.
    pub(super) index: usize,
    pub(super) id: Arc<str>,
    /// How often the case ran before.
    pub(super) attempt: usize,
    /// `file › title`.
    pub(super) name: Arc<str>,
    /// The row of the case.
    pub(super) row: Option<&'c Row>,
    /// Whether the row says more than plain values: what is expected.
    pub(super) has_row_matchers: bool,
    /// Whether what cleanup leaves behind is an error.
    pub(super) is_cleanup_strict: bool,
    pub(super) worker: usize,
    pub(super) phase: Phase,
    /// When the time of the case is over, or that of its cleanup.
    pub(super) deadline: Instant,
    /// Where what flows of auth profiles report is left, and what a step reports that is cut off.
    pub(super) logins: LoginReports,
}

/// What a step saved, by name.
pub(super) type Saved = Vec<(String, Datum)>;

/// Called right before the first request of a step, or of a round of it, leaves, so that its cleanup is
/// due even when the step is cut off; with what the round before has saved, if there was one.
pub(super) type OnSend<'s> = dyn FnMut(Option<Saved>) + Send + 's;

/// A request that is ready to go out but for cookies and credentials.
struct Ready {
    built: BuiltRequest,
    /// What it says, before it was encoded.
    values: RequestValues,
    base: BaseUrls,
    expected: ExpectedStatus,
}

impl StepContext<'_> {
    fn is_cleanup(&self) -> bool {
        self.phase.is_cleanup()
    }

    /// Reports what belongs before the step, or stands in its place where it is cut off.
    pub(super) fn leave_report(&self, report: StepReport) {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner).push(report);
    }

    /// Runs a step that sends a request, where its condition holds.
    pub(super) async fn run_request(
        &self,
        (step, request): (&PlannedStep, &PlannedRequest),
        scope: &mut CaseScope,
        jar: &mut CookieJar,
        on_send: &mut OnSend<'_>,
    ) -> StepOutcome {
        if let Some(outcome) = self.condition(step, scope) {
            return outcome;
        }
        let log = ExchangeLog::new(self, step);
        let sending = Sending::new(&self.run.plan, step, request, &log);
        // All of sending and judging is one large future; on the heap it leaves the stack to flows in flows.
        match &sending.written().repeat {
            Some(repeat) => Box::pin(self.rounds(sending, repeat, scope, jar, on_send)).await,
            None => Box::pin(self.request(sending, scope, jar, &mut || on_send(None))).await,
        }
    }

    /// Waits, where the step's condition holds. The time counts against the scenario's, and an interruption
    /// ends it.
    pub(super) async fn run_pause(
        &self,
        step: &PlannedStep,
        time: Duration,
        scope: &CaseScope,
    ) -> StepOutcome {
        if let Some(outcome) = self.condition(step, scope) {
            return outcome;
        }
        if !self.run.settings.is_dry {
            tokio::time::sleep(time).await;
        }
        StepOutcome { report: self.blank(step, super::Verdict::Passed, None), was_sent: false }
    }

    /// Sends a request and judges what comes: LANGUAGE S1. `on_send` is called once at most, however often
    /// it is sent.
    async fn request(
        &self,
        sending: Sending<'_>,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> StepOutcome {
        let mut was_sent = false;
        let mut once = || {
            if !std::mem::replace(&mut was_sent, true) {
                on_send();
            }
        };
        let outcome = self.exchange_and_judge(sending, scope, jar, &mut once).await;
        outcome.unwrap_or_else(|outcome| *outcome)
    }

    /// What cannot be done ends it early.
    async fn exchange_and_judge(
        &self,
        sending: Sending<'_>,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<StepOutcome, Box<StepOutcome>> {
        let base = self.base_urls(sending)?;
        let mut built = self.build(sending, &base, scope)?;
        let sent_as = self.hold_to_policy(sending, &built, scope)?;
        if self.run.settings.is_dry {
            return self.withhold(sending, built, sent_as, &base, (scope, jar), on_send).await;
        }
        let expected = self.expected_status(sending, scope)?;
        let values = std::mem::take(&mut built.values);
        let ready = Ready { built, values, base, expected };
        let answer = self.answer(sending, &ready, scope, jar, on_send).await?;
        Ok(self.judge(sending, answer, (&ready.values, sent_as), &ready.expected, scope))
    }
}

//! One step, from its condition to its verdict.

mod exchange;
mod follow;
mod judge;
mod origin;
mod prepare;
mod report;
mod sending;
mod withhold;

pub(super) use sending::{Aim, Described, Sending};

use super::event::{Phase, StepReport};
use super::exchange_log::ExchangeLog;
use super::run::Run;
use super::scope::CaseScope;
use crate::http::CookieJar;
use crate::plan::{PlannedAction, PlannedRequest, PlannedScenario, PlannedStep};
use crate::scenario::Row;
use std::time::Duration;

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
    pub(super) id: &'c str,
    pub(super) scenario: &'c PlannedScenario,
    /// The row of the case, where it says more than plain values: what it expects.
    pub(super) row: Option<&'c Row>,
    pub(super) worker: usize,
    pub(super) phase: Phase,
}

impl StepContext<'_> {
    fn is_cleanup(&self) -> bool {
        matches!(self.phase, Phase::Cleanup | Phase::Teardown)
    }

    /// Runs one step, where its condition holds.
    ///
    /// `on_send` is called right before the request leaves, so that its cleanup is due even when the
    /// step is cut off.
    pub(super) async fn run_step(
        &self,
        step: &PlannedStep,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> StepOutcome {
        if let Some(outcome) = self.condition(step, scope) {
            return outcome;
        }
        let outcome = match &step.action {
            PlannedAction::Request(request) => self.request(step, request, scope, jar, on_send).await,
            PlannedAction::Pause(time) => Ok(self.pause(step, *time).await),
        };
        outcome.unwrap_or_else(|outcome| *outcome)
    }

    /// Sends a request and judges what comes: LANGUAGE S1. What cannot be done ends it early.
    async fn request(
        &self,
        step: &PlannedStep,
        request: &PlannedRequest,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<StepOutcome, Box<StepOutcome>> {
        let log = ExchangeLog::new(self, step);
        let sending = Sending::new(&self.run.plan, step, request, &log);
        let base = self.base_urls(sending)?;
        let mut built = self.build(sending, &base, scope)?;
        let sent_as = self.hold_to_policy(sending, &built, scope)?;
        if self.run.settings.is_dry {
            return self.withhold(sending, built, sent_as, &base, (scope, jar), on_send).await;
        }
        let expected = self.expected_status(sending, scope)?;
        let values = std::mem::take(&mut built.values);
        let exchange = self.exchange(sending, built, &base, scope, jar, &expected, on_send).await?;
        Ok(self.judge(sending, exchange, (&values, sent_as), &expected, scope, jar))
    }

    /// Waits. The time counts against the scenario's, and an interruption ends it.
    async fn pause(&self, step: &PlannedStep, time: Duration) -> StepOutcome {
        if !self.run.settings.is_dry {
            tokio::time::sleep(time).await;
        }
        StepOutcome { report: self.blank(step, super::Verdict::Passed, None), was_sent: false }
    }
}

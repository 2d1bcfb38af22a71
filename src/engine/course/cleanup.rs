//! What a case does in the end: the cleanup of its steps, then its teardown, each tried whatever came before.

use super::{Course, OWN};
use crate::diagnostic::{Code, Finding};
use crate::engine::Verdict;
use crate::engine::event::{Phase, StepReport};
use crate::engine::step::{Saved, StepOutcome};
use crate::plan::{PlannedRequest, PlannedStep};
use std::time::Duration;

/// What cleanup and teardown of one case, or of the whole of a file, may take together.
const CLEANUP_BUDGET: Duration = Duration::from_secs(60);

/// What says that no connection was made.
const UNCONNECTED: [Code; 3] = [Code::TRANSPORT_CONNECT, Code::TRANSPORT_DNS, Code::TRANSPORT_TLS];

/// A step whose cleanup is due.
pub(super) struct Due<'c> {
    pub(super) step: &'c PlannedStep,
    /// The place of its scope.
    pub(super) scope: usize,
    /// What it had saved when another round of it began, which saved other values under the same names.
    pub(super) saved: Saved,
}

impl<'c> Course<'c> {
    /// Cleanups, last registered first, then these steps; each is tried, within the time they have
    /// together.
    pub(in crate::engine) async fn run_cleanup(
        &mut self,
        steps: impl Iterator<Item = &'c PlannedStep> + Send,
        phase: Phase,
    ) {
        let budget = self.begin(CLEANUP_BUDGET);
        let is_done = tokio::time::timeout(budget, self.run_due(steps, phase)).await.is_ok();
        if !is_done {
            let budget = CLEANUP_BUDGET.as_secs();
            self.left_behind
                .push(format!("whatever cleanup would have removed: it took more than {budget} s"));
        }
    }

    async fn run_due(&mut self, steps: impl Iterator<Item = &'c PlannedStep> + Send, phase: Phase) {
        // What a step was cut off in is called no longer.
        self.calling.clear();
        self.run_registered().await;
        for step in steps {
            self.run_step(step, OWN, phase).await;
            // A flow may have registered more.
            self.run_registered().await;
        }
    }

    async fn run_registered(&mut self) {
        while let Some(Due { step, scope, saved }) = self.due.pop() {
            // Each round is cleaned up with its own values; whoever comes next sees those of the last.
            let vars = &mut self.scopes[scope].vars;
            let names = saved.iter().map(|(name, _)| name.clone());
            let of_last: Saved =
                names.filter_map(|name| Some((name.clone(), vars.get(&name)?.clone()))).collect();
            vars.extend(saved);
            for cleanup in &step.cleanup {
                self.run_step(cleanup, scope, Phase::Cleanup).await;
            }
            self.scopes[scope].vars.extend(of_last);
        }
    }

    /// What a step of cleanup comes to: it does not decide about its case.
    pub(super) fn excuse(&mut self, outcome: StepOutcome) -> StepReport {
        let StepOutcome { mut report, was_sent } = outcome;
        let is_unresolved = report.findings.iter().any(|it| it.code == Code::VALUE_UNRESOLVED);
        // It refers to something that was never made: there is nothing to remove.
        if !was_sent && is_unresolved {
            report.reason = report.findings.first().map(|finding| finding.headline.clone());
            report.verdict = Verdict::Skipped;
            report.findings.clear();
        } else if let Some(line) = left_behind(&report).filter(|_| self.has_reached) {
            self.left_behind.push(line);
        }
        report
    }
}

/// Whether nothing that a step sent came to a target: no connection was made, for its first request or any other.
pub(super) fn is_unreached(request: &PlannedRequest, report: &StepReport) -> bool {
    // Where redirects are followed, an earlier request was answered.
    let follows = request.written().follow > 0;
    let is_unconnected = |finding: &Finding| UNCONNECTED.contains(&finding.code);
    !follows && report.exchange.is_none() && report.earlier == 0 && report.findings.iter().any(is_unconnected)
}

/// What a cleanup step that did not do its work says.
fn left_behind(report: &StepReport) -> Option<String> {
    let what = format!("cleanup `{}` ({})", report.id, report.action);
    // A status that cleanup accepts and the document lacks is a warning, and nothing is left.
    let is_bad_status = |finding: &&Finding| finding.code == Code::EXPECT_STATUS;
    match &report.exchange {
        Some(exchange) if report.findings.iter().any(|it| is_bad_status(&it)) => {
            Some(format!("{what} answered {}: {}", exchange.status, exchange.request))
        }
        Some(_) => None,
        None => report.findings.first().map(|finding| format!("{what}: {}", finding.headline)),
    }
}

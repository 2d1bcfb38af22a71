//! `setupOnce` and `teardownOnce`: steps around all cases of a file, which one worker runs in order.
//!
//! Their reports belong to cases: those of `setupOnce` to the first that it runs for, those of
//! `teardownOnce` to the last.

use crate::diagnostic::Code;
use crate::engine::Verdict;
use crate::engine::course::{CaseName, Course, Cut, OWN, not_run_step, pseudo_step, within};
use crate::engine::event::{Phase, StepReport};
use crate::engine::fact::value_finding;
use crate::engine::inputs::resolve_inputs;
use crate::engine::run::Run;
use crate::engine::unanswered::Unanswered;
use crate::http::CookieJar;
use crate::json::Datum;
use crate::plan::PlannedOnce;
use crate::scenario::ScenarioFile;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The steps around the cases of one file.
pub(in crate::engine) struct Once<'c> {
    once: &'c PlannedOnce,
    course: Course<'c>,
    worker: usize,
    /// What became of `setupOnce`; `None` before the first case that is not skipped.
    outcome: Option<Result<(), String>>,
}

/// What every case of a file starts with.
pub(in crate::engine) struct Start {
    pub(in crate::engine) vars: BTreeMap<String, Datum>,
    /// In a dry run: what its answers would have given.
    pub(in crate::engine) unanswered: Option<Unanswered>,
    pub(in crate::engine) jar: CookieJar,
}

/// Why a case cannot start.
pub(in crate::engine) struct NoStart {
    pub(in crate::engine) verdict: Verdict,
    pub(in crate::engine) reason: String,
}

impl<'c> Once<'c> {
    pub(in crate::engine) fn new(run: &'c Run, once: &'c PlannedOnce, worker: usize, attempt: usize) -> Self {
        // Another attempt makes values of its own, as those of cases do.
        let stream = match attempt {
            0 => format!("{}::setupOnce", once.file.name),
            attempt => format!("{}::setupOnce+{attempt}", once.file.name),
        };
        Self { once, course: Course::new(run, None, worker, stream), worker, outcome: None }
    }

    /// Runs `setupOnce` for a case, unless it has run; gives what it saved and its cookies.
    pub(in crate::engine) async fn start(&mut self, case: &CaseName) -> Result<Start, NoStart> {
        // What follows the last case is done for that one.
        self.course.stand_for(case.clone());
        let is_first = self.outcome.is_none();
        if is_first {
            if let Err(reason) = self.course.run.target.prepare(self.worker) {
                return Err(NoStart { verdict: Verdict::Errored, reason });
            }
            self.outcome = Some(self.set_up().await);
        }
        match &self.outcome {
            Some(Err(reason)) => Err(NoStart { verdict: Verdict::NotRun, reason: reason.clone() }),
            Some(Ok(())) | None => {
                let scope = self.course.scope();
                let (vars, unanswered) = (scope.vars.clone(), scope.unanswered_vars());
                Ok(Start { vars, unanswered, jar: self.course.jar.clone() })
            }
        }
    }

    async fn set_up(&mut self) -> Result<(), String> {
        let (once, run) = (self.once, self.course.run);
        let findings = resolve_inputs(&once.inputs, &once.file.source, run, self.course.scope_mut());
        if !findings.is_empty() {
            self.report(pseudo_step("inputs", findings));
            return Err("`setupOnce` has not all of its inputs".to_owned());
        }
        let interrupt = run.settings.interrupt.clone();
        let limit = self.course.begin(once.timeout);
        let steps = self.course.run_steps(&once.setup, OWN, Phase::SetupOnce);
        let ended = within(limit, interrupt, steps).await;
        self.course.report_cut_off();
        match ended {
            Ok(None) => Ok(()),
            Ok(Some(broken)) => Err(format!("`setupOnce`: {}", broken.reason())),
            Err(Cut::Interrupted) => {
                self.report(StepReport { reason: Some("interrupted".to_owned()), ..not_run_step() });
                Err("interrupted".to_owned())
            }
            Err(Cut::TimeOut) => {
                let limit = once.timeout.as_secs_f64();
                let headline = format!("`setupOnce` took longer than the time-out of a scenario, {limit} s");
                let span = once.setup.first().map_or(Default::default(), |step| step.step.place());
                let source = Arc::clone(&once.file.source);
                let help = Some("`timeouts: { scenario: … }` of the file allows more".to_owned());
                let label = "was cut off; its cleanup ran";
                let code = Code::SCENARIO_TIMEOUT;
                let finding = value_finding(&source, span, code, headline, label, help);
                self.report(pseudo_step("time-out", vec![finding]));
                Err("`setupOnce` took too long".to_owned())
            }
        }
    }

    /// The file around whose cases they stand.
    pub(in crate::engine) fn file(&self) -> &ScenarioFile {
        &self.once.file
    }

    fn report(&mut self, report: StepReport) {
        self.course.reports.push(StepReport { phase: Phase::SetupOnce, ..report });
    }

    /// Whether `setupOnce` was begun, so that what follows is due.
    pub(in crate::engine) fn has_begun(&self) -> bool {
        self.outcome.is_some()
    }

    /// Whether `setupOnce` was begun and failed.
    pub(in crate::engine) fn has_failed(&self) -> bool {
        matches!(self.outcome, Some(Err(_)))
    }

    /// The reports of the steps since the last call.
    pub(in crate::engine) fn take_reports(&mut self) -> Vec<StepReport> {
        std::mem::take(&mut self.course.reports)
    }

    /// Runs what `setupOnce` registered as cleanup, and `teardownOnce`; gives what is left behind.
    pub(in crate::engine) async fn tear_down(&mut self) -> Vec<String> {
        self.course.run_cleanup(self.once.teardown.iter(), Phase::TeardownOnce).await;
        std::mem::take(&mut self.course.left_behind)
    }
}

//! A case from its beginning to its report, again where it failed, and which cases run side by side.

pub(super) mod attempts;
pub(super) mod gate;
pub(super) mod mark;
pub(super) mod once;
pub(super) mod unit;

use crate::diagnostic::{Code, Finding};
use crate::engine::Verdict;
use crate::engine::course::{CaseName, Course, Cut, OWN, not_run_step, pseudo_step, within};
use crate::engine::event::{CaseReport, Phase, StepReport};
use crate::engine::fact::{unresolved_headline, value_finding};
use crate::engine::inputs::resolve_inputs;
use crate::engine::run::{Run, empty_report};
use crate::plan::{Case, PlannedScenario};
use crate::scenario::{ExpectedFailure, Row};
use attempts::Turn;
use mark::is_skipped;
use once::Once;
use std::time::Instant;

/// One case under way.
struct CaseCourse<'c> {
    scenario: &'c PlannedScenario,
    course: Course<'c>,
}

/// Runs one case: setup, steps, then cleanup and teardown whatever happened. `once` is what its file does
/// around all of its cases, where it does anything.
pub(super) async fn run_case<'c>(
    run: &'c Run,
    case: &'c Case,
    turn: Turn,
    worker: usize,
    once: Option<&mut Once<'c>>,
) -> CaseReport {
    let started = Instant::now();
    let mut report = empty_report(run, case, (turn.index, turn.round), worker);
    let skip = mark::skip_of(case);
    if let Some(skip) = skip.filter(|skip| skip.when.is_none()) {
        return CaseReport { verdict: Verdict::Skipped, reason: Some(skip.reason.clone()), ..report };
    }
    let (id, name) = (report.id.as_str().into(), report.name().into());
    let scenario = &*case.scenario;
    let mut own = CaseCourse { scenario, course: Course::new(run, case.row(), worker, turn.stream(case)) };
    own.course.is_cleanup_strict = scenario.is_cleanup_strict();
    own.course.stand_for(CaseName { index: turn.index, id, attempt: turn.attempt, name });
    let source = &scenario.file.source;
    let mut findings = resolve_inputs(&scenario.inputs, source, run, own.course.scope_mut());
    if findings.is_empty() {
        findings.extend(own.resolve_row(case.row()));
    }
    if let (true, Some(skip)) = (findings.is_empty(), skip) {
        match is_skipped(skip, case, own.course.scope()) {
            Ok(true) => {
                let reason = Some(skip.reason.clone());
                return CaseReport { verdict: Verdict::Skipped, reason, ..report };
            }
            Ok(false) => {}
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.is_empty() {
        match own.prepare(worker, once).await {
            Ok(true) => {
                own.run_main().await;
                let teardown = scenario.teardown.iter().chain(&scenario.file_teardown);
                own.course.run_cleanup(teardown, Phase::Teardown).await;
            }
            Ok(false) => {}
            Err((verdict, reason)) => return CaseReport { verdict, reason: Some(reason), ..report },
        }
    } else {
        own.course.reports.push(pseudo_step("inputs", findings));
    }
    let reports = &own.course.reports;
    report.verdict = case_verdict(reports);
    report.reason = match report.verdict {
        Verdict::Skipped | Verdict::NotRun => reports.iter().find_map(|step| step.reason.clone()),
        verdict @ (Verdict::XFailed | Verdict::XPassed) => {
            let step = reports.iter().find(|step| step.verdict == verdict);
            step.and_then(|step| step.reason.clone())
        }
        Verdict::Passed | Verdict::Errored | Verdict::Failed => None,
    };
    own.apply_mark(mark::xfail_of(case), &mut report);
    report.steps = own.course.reports;
    report.left_behind = own.course.left_behind;
    if scenario.is_cleanup_strict() {
        be_strict(&mut report);
    }
    report.elapsed = started.elapsed();
    report
}

/// What cleanup leaves behind is an error: `strictCleanup`.
pub(super) fn be_strict(report: &mut CaseReport) {
    if !report.left_behind.is_empty() {
        report.verdict = report.verdict.max(Verdict::Errored);
        report.reason.get_or_insert_with(|| "cleanup left something behind".to_owned());
        report.is_tolerated = false;
    }
}

impl<'c> CaseCourse<'c> {
    /// Makes the target ready, afresh or as `setupOnce` left it. Tells whether the case can go on; where
    /// it cannot and has no reports to say why, its verdict and the reason are the error.
    async fn prepare(
        &mut self,
        worker: usize,
        once: Option<&mut Once<'c>>,
    ) -> Result<bool, (Verdict, String)> {
        let Some(once) = once else {
            let prepared = self.course.run.target.prepare(worker);
            return prepared.map(|()| true).map_err(|reason| (Verdict::Errored, reason));
        };
        let start = once.start(self.course.case()).await;
        self.course.reports.extend(once.take_reports());
        match start {
            Ok(start) => {
                self.course.scope_mut().start_with(start.vars, start.unanswered);
                self.course.jar = start.jar;
                Ok(true)
            }
            Err(no) if self.course.reports.is_empty() => Err((no.verdict, no.reason)),
            Err(_) => {
                self.course.leave_out(&self.scenario.steps, Phase::Steps, "`setupOnce` failed");
                Ok(false)
            }
        }
    }

    /// The columns of the case's row, which see its inputs.
    fn resolve_row(&mut self, row: Option<&Row>) -> Option<Finding> {
        for cell in row.into_iter().flat_map(|row| &row.values) {
            match cell.template.resolve(self.course.scope()) {
                Ok(datum) => {
                    self.course.scope_mut().row.insert(cell.column.to_string(), datum);
                }
                Err(error) => {
                    let label = format!("gives the column `{}`", cell.column);
                    let (span, headline) = (cell.template.span, unresolved_headline(&error));
                    let code = Code::VALUE_UNRESOLVED;
                    let file = &self.scenario.file;
                    return Some(value_finding(
                        row.map_or(&file.source, |row| row.source_in(file)),
                        span,
                        code,
                        headline,
                        &label,
                        None,
                    ));
                }
            }
        }
        None
    }

    /// Setup and steps, within the scenario's time and until an interruption.
    async fn run_main(&mut self) {
        let interrupt = self.course.run.settings.interrupt.clone();
        let limit = self.scenario.timeout;
        let limited = self.course.begin(limit);
        let ended = within(limited, interrupt, self.run_phases()).await;
        self.course.report_cut_off();
        match ended {
            Ok(()) => {}
            Err(Cut::Interrupted) => {
                let report = StepReport { reason: Some("interrupted".to_owned()), ..not_run_step() };
                self.course.reports.push(report);
            }
            Err(Cut::TimeOut) => {
                let headline =
                    format!("the scenario took longer than its time-out of {} s", limit.as_secs_f64());
                let finding = value_finding(
                    &self.scenario.file.source,
                    self.scenario.scenario().name.span,
                    Code::SCENARIO_TIMEOUT,
                    headline,
                    "was cut off; its cleanup ran",
                    Some("`timeouts: { scenario: … }` allows more".to_owned()),
                );
                self.course.reports.push(pseudo_step("time-out", vec![finding]));
            }
        }
    }

    async fn run_phases(&mut self) {
        let scenario = self.scenario;
        let is_ready = self.course.run_steps(&scenario.file_setup, OWN, Phase::Setup).await.is_none()
            && self.resolve_vars()
            && self.course.run_steps(&scenario.setup, OWN, Phase::Setup).await.is_none();
        if is_ready {
            self.course.run_steps(&scenario.steps, OWN, Phase::Steps).await;
        } else {
            self.course.leave_out(&scenario.steps, Phase::Steps, "setup failed");
        }
    }

    /// `vars` in order, the file's before the scenario's.
    fn resolve_vars(&mut self) -> bool {
        let written = self.scenario.file.vars.iter().chain(&self.scenario.scenario().vars);
        for var in written {
            match var.value.resolve(self.course.scope()) {
                Ok(datum) => {
                    self.course.scope_mut().vars.insert(var.name.clone(), datum);
                }
                Err(error) => {
                    let headline = unresolved_headline(&error);
                    let label = format!("gives `{}`", var.name);
                    let code = Code::VALUE_UNRESOLVED;
                    let source = &self.scenario.file.source;
                    let finding = value_finding(source, var.value.span, code, headline, &label, None);
                    self.course.reports.push(pseudo_step("vars", vec![finding]));
                    return false;
                }
            }
        }
        true
    }

    /// The mark of the case, after those of its steps.
    fn apply_mark(&mut self, mark: Option<&ExpectedFailure>, report: &mut CaseReport) {
        if let Some(mark) = mark.filter(|_| !self.course.run.settings.is_dry) {
            let clock = self.course.run.settings.values.clock;
            let deciding = mark::deciding(&mut self.course.reports);
            let marked = mark::judge(mark, report.verdict, deciding, clock);
            let is_new = marked.verdict == Verdict::XPassed && report.verdict != Verdict::XPassed;
            self.course.has_strict_pass |= is_new && mark.is_strict;
            report.verdict = marked.verdict;
            report.reason = marked.reason.or(report.reason.take());
        }
        report.is_tolerated = report.verdict == Verdict::XPassed && !self.course.has_strict_pass;
    }
}

/// The worst of setup and steps. A case whose own steps sent nothing is skipped, and one that was cut
/// off before its end is not run: neither has passed.
fn case_verdict(reports: &[StepReport]) -> Verdict {
    let judged = reports.iter().filter(|report| report.phase.is_judged());
    let worst = judged.map(|report| match (report.phase, report.verdict) {
        // A failing setup says nothing about what the scenario is for.
        (Phase::SetupOnce | Phase::Setup, Verdict::Failed) => Verdict::Errored,
        (_, verdict) => verdict,
    });
    let mut own = reports.iter().filter(|report| report.phase == Phase::Steps);
    // A pause sends nothing; what a dry run shows, a run would send.
    let sent_nothing = |report: &StepReport| match report.verdict {
        Verdict::Passed => report.exchange.is_none() && report.exchanges.is_empty(),
        verdict => verdict == Verdict::Skipped,
    };
    match worst.max().unwrap_or(Verdict::Skipped) {
        Verdict::Passed | Verdict::XFailed if own.clone().any(|report| report.verdict == Verdict::NotRun) => {
            Verdict::NotRun
        }
        // The known fault of a step is the case's as well.
        Verdict::Passed if reports.iter().any(is_known_fault) => Verdict::XFailed,
        Verdict::Passed if own.all(sent_nothing) => Verdict::Skipped,
        worst => worst,
    }
}

fn is_known_fault(report: &StepReport) -> bool {
    report.phase.is_judged() && report.verdict == Verdict::XFailed
}

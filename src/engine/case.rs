use super::Verdict;
use super::event::{CaseReport, Phase, StepReport};
use super::fact::{unresolved_headline, value_finding, verdict};
use super::mark::{self, is_skipped};
use super::run::{Run, empty_report};
use super::scope::CaseScope;
use super::step::{StepContext, StepOutcome};
use crate::diagnostic::{Code, Finding};
use crate::http::CookieJar;
use crate::plan::{Case, PlannedScenario, PlannedStep};
use crate::scenario::{ExpectedFailure, Row};
use std::time::{Duration, Instant};

/// What cleanup and teardown of one case may take together.
const CLEANUP_BUDGET: Duration = Duration::from_secs(60);

/// One case under way.
struct Course<'c> {
    run: &'c Run,
    index: usize,
    id: &'c str,
    scenario: &'c PlannedScenario,
    row: Option<&'c Row>,
    worker: usize,
    scope: CaseScope,
    jar: CookieJar,
    reports: Vec<StepReport>,
    /// Steps whose request went out and that have a cleanup, in the order sent.
    due: Vec<&'c PlannedStep>,
    left_behind: Vec<String>,
    /// Whether a step passed whose `xfail` is strict.
    has_strict_pass: bool,
}

/// Runs one case: setup, steps, then cleanup and teardown whatever happened.
pub(super) async fn run_case(
    run: &Run,
    case: &Case,
    index: usize,
    round: usize,
    worker: usize,
) -> CaseReport {
    let started = Instant::now();
    let mut report = empty_report(case, index, round);
    let skip = mark::skip_of(case);
    if let Some(skip) = skip.filter(|skip| skip.when.is_none()) {
        return CaseReport { verdict: Verdict::Skipped, reason: Some(skip.reason.clone()), ..report };
    }
    let stream = format!("{}#{round}", case.id);
    let id = report.id.clone();
    let mut course = Course {
        run,
        index,
        id: &id,
        scenario: &case.scenario,
        row: case.row().filter(|row| !row.is_plain()),
        worker,
        scope: match run.settings.is_dry {
            true => CaseScope::of_dry_run(&run.settings.values, &stream),
            false => CaseScope::new(&run.settings.values, &stream),
        },
        jar: CookieJar::default(),
        reports: Vec::new(),
        due: Vec::new(),
        left_behind: Vec::new(),
        has_strict_pass: false,
    };
    let mut findings = course.resolve_inputs();
    if findings.is_empty() {
        findings.extend(course.resolve_row(case.row()));
    }
    if let (true, Some(skip)) = (findings.is_empty(), skip) {
        match is_skipped(skip, &case.scenario, &course.scope) {
            Ok(true) => {
                let reason = Some(skip.reason.clone());
                return CaseReport { verdict: Verdict::Skipped, reason, ..report };
            }
            Ok(false) => {}
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.is_empty() {
        if let Err(reason) = run.target.prepare(worker) {
            return CaseReport { verdict: Verdict::Errored, reason: Some(reason), ..report };
        }
        course.run_main().await;
        let cleanup = tokio::time::timeout(CLEANUP_BUDGET, course.run_cleanup()).await;
        if cleanup.is_err() {
            let budget = CLEANUP_BUDGET.as_secs();
            course
                .left_behind
                .push(format!("whatever cleanup would have removed: it took more than {budget} s"));
        }
    } else {
        course.reports.push(pseudo_step("inputs", findings));
    }
    report.verdict = case_verdict(&course.reports);
    report.reason = match report.verdict {
        Verdict::Skipped | Verdict::NotRun => course.reports.iter().find_map(|step| step.reason.clone()),
        verdict @ (Verdict::XFailed | Verdict::XPassed) => {
            let step = course.reports.iter().find(|step| step.verdict == verdict);
            step.and_then(|step| step.reason.clone())
        }
        Verdict::Passed | Verdict::Errored | Verdict::Failed => None,
    };
    course.apply_mark(mark::xfail_of(case), &mut report);
    report.steps = course.reports;
    report.left_behind = course.left_behind;
    report.elapsed = started.elapsed();
    report
}

impl<'c> Course<'c> {
    /// Inputs first: nothing is sent when one of them is missing or wrong.
    fn resolve_inputs(&mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for input in &self.scenario.inputs {
            let given = self.run.settings.values.inputs.get(&input.name);
            let resolved = match (given, &input.value.default) {
                (Some(given), _) => given.read(&input.value).map(Some),
                (None, Some(default)) => {
                    default.resolve(&self.scope).map(Some).map_err(|error| error.to_string())
                }
                (None, None) if input.value.is_optional => Ok(None),
                (None, None) => Err(String::new()),
            };
            match resolved {
                Ok(Some(datum)) => {
                    if input.value.is_secret() {
                        self.run.settings.masker.add(&datum.to_text());
                    }
                    self.scope.inputs.insert(input.name.clone(), datum);
                }
                Ok(None) => {}
                Err(reason) => {
                    let name = &input.name;
                    let (headline, help) = match given {
                        Some(given) => (
                            format!("the input `{name}`, given by {}, does not fit: {reason}", given.from()),
                            None,
                        ),
                        None => (
                            match reason.as_str() {
                                "" => format!("nothing gives the input `{name}` a value"),
                                reason => format!("the default of the input `{name}` has no value: {reason}"),
                            },
                            Some(format!(
                                "give `--input {name}=…`, or name it in the environment's `inputsFile`"
                            )),
                        ),
                    };
                    let (span, code) = (input.name_span, Code::CONFIG_INPUT);
                    findings.push(value_finding(
                        self.scenario,
                        span,
                        code,
                        headline,
                        "is declared here",
                        help,
                    ));
                }
            }
        }
        findings
    }

    /// The columns of the case's row, which see its inputs.
    fn resolve_row(&mut self, row: Option<&Row>) -> Option<Finding> {
        for cell in row.into_iter().flat_map(|row| &row.values) {
            match cell.template.resolve(&self.scope) {
                Ok(datum) => {
                    self.scope.row.insert(cell.column.clone(), datum);
                }
                Err(error) => {
                    let label = format!("gives the column `{}`", cell.column);
                    let (span, headline) = (cell.template.span, unresolved_headline(&error));
                    let code = Code::VALUE_UNRESOLVED;
                    return Some(value_finding(self.scenario, span, code, headline, &label, None));
                }
            }
        }
        None
    }

    /// Setup and steps, within the scenario's time and until an interruption.
    async fn run_main(&mut self) {
        let interrupt = self.run.settings.interrupt.clone();
        let limit = self.scenario.timeout;
        let in_time = tokio::select! {
            biased;
            () = interrupt.cancelled() => {
                self.reports.push(StepReport { reason: Some("interrupted".to_owned()), ..not_run_step() });
                return;
            }
            in_time = tokio::time::timeout(limit, self.run_phases()) => in_time,
        };
        if in_time.is_err() {
            let headline = format!("the scenario took longer than its time-out of {} s", limit.as_secs_f64());
            let span = self.scenario.scenario().name.span;
            let finding = value_finding(
                self.scenario,
                span,
                Code::SCENARIO_TIMEOUT,
                headline,
                "was cut off; its cleanup ran",
                Some("`timeouts: { scenario: … }` allows more".to_owned()),
            );
            self.reports.push(pseudo_step("time-out", vec![finding]));
        }
    }

    async fn run_phases(&mut self) {
        let scenario = self.scenario;
        let is_ready = self.run_steps(&scenario.file_setup, Phase::Setup).await
            && self.resolve_vars()
            && self.run_steps(&scenario.setup, Phase::Setup).await;
        if is_ready {
            self.run_steps(&scenario.steps, Phase::Steps).await;
            return;
        }
        let context = self.context(Phase::Steps);
        let reason = "setup failed".to_owned();
        let skipped =
            scenario.steps.iter().map(|step| context.blank(step, Verdict::NotRun, Some(reason.clone())));
        let skipped: Vec<StepReport> = skipped.collect();
        self.reports.extend(skipped);
    }

    /// `vars` in order, the file's before the scenario's.
    fn resolve_vars(&mut self) -> bool {
        let written = self.scenario.file.vars.iter().chain(&self.scenario.scenario().vars);
        for var in written {
            match var.value.resolve(&self.scope) {
                Ok(datum) => {
                    self.scope.vars.insert(var.name.clone(), datum);
                }
                Err(error) => {
                    let headline = unresolved_headline(&error);
                    let label = format!("gives `{}`", var.name);
                    let code = Code::VALUE_UNRESOLVED;
                    let finding = value_finding(self.scenario, var.value.span, code, headline, &label, None);
                    self.reports.push(pseudo_step("vars", vec![finding]));
                    return false;
                }
            }
        }
        true
    }

    fn context(&self, phase: Phase) -> StepContext<'c> {
        StepContext {
            run: self.run,
            index: self.index,
            id: self.id,
            scenario: self.scenario,
            row: self.row,
            worker: self.worker,
            phase,
        }
    }

    /// Steps in order; one that fails ends them, but for those that always run.
    async fn run_steps(&mut self, steps: &'c [PlannedStep], phase: Phase) -> bool {
        let mut broken_by: Option<&str> = None;
        for step in steps {
            let context = self.context(phase);
            if let Some(id) = broken_by
                && !step.step.is_always
            {
                let reason = format!("step {id} {}", self.word_for(id));
                self.reports.push(context.blank(step, Verdict::NotRun, Some(reason)));
                continue;
            }
            let due = &mut self.due;
            let has_cleanup = !step.cleanup.is_empty();
            let mut on_send = || {
                if has_cleanup {
                    due.push(step);
                }
            };
            let outcome = context.run_step(step, &mut self.scope, &mut self.jar, &mut on_send).await;
            let outcome = self.apply_step_mark(step, outcome);
            if matches!(outcome.report.verdict, Verdict::Failed | Verdict::Errored) && broken_by.is_none() {
                broken_by = Some(&step.id);
            }
            self.reports.push(outcome.report);
        }
        broken_by.is_none()
    }

    fn apply_step_mark(&mut self, step: &PlannedStep, mut outcome: StepOutcome) -> StepOutcome {
        if let Some(mark) = step.step.xfail.as_ref().filter(|_| !self.run.settings.is_dry) {
            let report = &mut outcome.report;
            let clock = self.run.settings.values.clock;
            let marked = mark::judge(mark, report.verdict, report.findings.iter_mut(), clock);
            self.has_strict_pass |= marked.verdict == Verdict::XPassed && mark.is_strict;
            report.verdict = marked.verdict;
            report.reason = marked.reason.or(report.reason.take());
        }
        outcome
    }

    /// The mark of the case, after those of its steps.
    fn apply_mark(&mut self, mark: Option<&ExpectedFailure>, report: &mut CaseReport) {
        if let Some(mark) = mark.filter(|_| !self.run.settings.is_dry) {
            let clock = self.run.settings.values.clock;
            let marked = mark::judge(mark, report.verdict, mark::deciding(&mut self.reports), clock);
            let is_new = marked.verdict == Verdict::XPassed && report.verdict != Verdict::XPassed;
            self.has_strict_pass |= is_new && mark.is_strict;
            report.verdict = marked.verdict;
            report.reason = marked.reason.or(report.reason.take());
        }
        report.is_tolerated = report.verdict == Verdict::XPassed && !self.has_strict_pass;
    }

    fn word_for(&self, id: &str) -> &'static str {
        let report = self.reports.iter().find(|report| report.id == id);
        report.map_or("failed", |report| report.verdict.as_str())
    }

    /// Cleanups, last registered first, then the scenario's and the file's teardown; each is tried.
    async fn run_cleanup(&mut self) {
        let scenario = self.scenario;
        while let Some(step) = self.due.pop() {
            for cleanup in &step.cleanup {
                self.run_cleanup_step(cleanup, Phase::Cleanup).await;
            }
        }
        for step in scenario.teardown.iter().chain(&scenario.file_teardown) {
            self.run_cleanup_step(step, Phase::Teardown).await;
        }
    }

    async fn run_cleanup_step(&mut self, step: &'c PlannedStep, phase: Phase) {
        let context = self.context(phase);
        let outcome = context.run_step(step, &mut self.scope, &mut self.jar, &mut || {}).await;
        let mut report = outcome.report;
        // It refers to something that was never made: there is nothing to remove.
        let is_unresolved = report.findings.iter().any(|it| it.code == Code::VALUE_UNRESOLVED);
        if !outcome.was_sent && is_unresolved {
            report.reason = report.findings.first().map(|finding| finding.headline.clone());
            report.verdict = Verdict::Skipped;
            report.findings.clear();
        } else if let Some(line) = left_behind(&report) {
            self.left_behind.push(line);
        }
        self.reports.push(report);
    }
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

/// The worst of setup and steps. A case whose own steps sent nothing is skipped, and one that was cut
/// off before its end is not run: neither has passed.
fn case_verdict(reports: &[StepReport]) -> Verdict {
    let judged = reports.iter().filter(|report| matches!(report.phase, Phase::Setup | Phase::Steps));
    let worst = judged.map(|report| match (report.phase, report.verdict) {
        // A failing setup says nothing about what the scenario is for.
        (Phase::Setup, Verdict::Failed) => Verdict::Errored,
        (_, verdict) => verdict,
    });
    let mut own = reports.iter().filter(|report| report.phase == Phase::Steps);
    // A pause sends nothing.
    let sent_nothing = |report: &StepReport| match report.verdict {
        Verdict::Passed => report.exchange.is_none(),
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
    matches!(report.phase, Phase::Setup | Phase::Steps) && report.verdict == Verdict::XFailed
}

/// A step that people did not write: inputs, variables, the time-out.
fn pseudo_step(id: &str, findings: Vec<Finding>) -> StepReport {
    StepReport { id: id.to_owned(), verdict: verdict(&findings), findings, ..not_run_step() }
}

fn not_run_step() -> StepReport {
    StepReport {
        id: String::new(),
        title: None,
        phase: Phase::Steps,
        action: String::new(),
        verdict: Verdict::NotRun,
        reason: None,
        findings: Vec::new(),
        exchange: None,
        exchanges: Vec::new(),
        repeat: None,
        waived: Vec::new(),
        off: Vec::new(),
        not_checked: Vec::new(),
        notes: Vec::new(),
    }
}

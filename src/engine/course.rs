//! Steps in their order with what they make, the flows that they call, and the cleanup behind them.

mod cleanup;
mod login;

pub(super) use login::{Asker, SignedIn, sign_in};

use super::Verdict;
use super::auth::{Credentials, resolve_credentials};
use super::case::mark;
use super::event::{Phase, StepReport};
use super::expect::capture::evaluate_output;
use super::fact::{own_fact, unresolved_fact, unresolved_headline, value_finding};
use super::run::Run;
use super::scope::CaseScope;
use super::step::{Saved, StepContext, StepOutcome};
use crate::diagnostic::{Code, Finding};
use crate::expression::Template;
use crate::http::CookieJar;
use crate::json::Datum;
use crate::plan::{PlannedAction, PlannedAuth, PlannedFlow, PlannedFlowCall, PlannedStep};
use crate::scenario::{Input, Named, Row};
use cleanup::{Due, is_unreached};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The place of the scope that a scenario's own steps see.
pub(super) const OWN: usize = 0;

/// The case on whose behalf steps run.
#[derive(Clone)]
pub(super) struct CaseName {
    /// Its place in the plan, and its id.
    pub(super) index: usize,
    pub(super) id: Arc<str>,
    /// How often it ran before.
    pub(super) attempt: usize,
    /// `file › title`.
    pub(super) name: Arc<str>,
}

/// Where a step leaves what the flows of auth profiles reported that it needed.
pub(super) type LoginReports = Arc<Mutex<Vec<StepReport>>>;

/// Steps under way: those of one case, or those around a file.
pub(super) struct Course<'c> {
    pub(super) run: &'c Run,
    case: CaseName,
    row: Option<&'c Row>,
    /// Whether the row says more than plain values: what is expected.
    has_row_matchers: bool,
    /// Whether what cleanup leaves behind is an error.
    pub(super) is_cleanup_strict: bool,
    worker: usize,
    /// Names the generated values.
    stream: String,
    /// The names of the case; behind them those of every flow that ran, for its cleanup.
    scopes: Vec<CaseScope>,
    pub(super) jar: CookieJar,
    pub(super) reports: Vec<StepReport>,
    /// Steps that were sent and have a cleanup, in the order sent.
    due: Vec<Due<'c>>,
    /// When the time for steps, or for their cleanup, is over.
    deadline: Instant,
    /// What the flows of auth profiles reported that a step needed, for as long as it runs.
    logins: LoginReports,
    /// Calls of flows of which nothing was sent yet, from the outside in.
    calling: Vec<(&'c PlannedStep, usize)>,
    pub(super) left_behind: Vec<String>,
    /// Whether something of it may have reached a target, which then has something to clean up.
    has_reached: bool,
    /// Whether a step passed whose `xfail` is strict.
    pub(super) has_strict_pass: bool,
}

/// The step that ended a list of steps.
#[derive(Clone, Copy)]
pub(super) struct Broken<'c> {
    pub(super) id: &'c str,
    verdict: Verdict,
}

impl Broken<'_> {
    /// Why what comes behind it is not run.
    pub(super) fn reason(self) -> String {
        format!("step {} {}", self.id, self.verdict)
    }
}

/// Why steps were cut off.
pub(super) enum Cut {
    Interrupted,
    TimeOut,
}

/// Lets steps run within a time, and until the run is interrupted.
pub(super) async fn within<F: Future>(
    limit: Duration,
    interrupt: CancellationToken,
    steps: F,
) -> Result<F::Output, Cut> {
    tokio::select! {
        biased;
        () = interrupt.cancelled() => Err(Cut::Interrupted),
        done = tokio::time::timeout(limit, steps) => done.map_err(|_| Cut::TimeOut),
    }
}

impl<'c> Course<'c> {
    pub(super) fn new(run: &'c Run, row: Option<&'c Row>, worker: usize, stream: String) -> Self {
        Self {
            run,
            case: CaseName { index: 0, id: "".into(), attempt: 0, name: "".into() },
            row,
            has_row_matchers: row.is_some_and(|row| !row.is_plain()),
            is_cleanup_strict: false,
            worker,
            scopes: vec![new_scope(run, &stream)],
            stream,
            jar: CookieJar::default(),
            reports: Vec::new(),
            due: Vec::new(),
            deadline: Instant::now(),
            logins: LoginReports::default(),
            calling: Vec::new(),
            left_behind: Vec::new(),
            has_reached: false,
            has_strict_pass: false,
        }
    }

    /// Says which case the steps run for.
    pub(super) fn stand_for(&mut self, case: CaseName) {
        self.case = case;
    }

    pub(super) fn case(&self) -> &CaseName {
        &self.case
    }

    /// The time that steps have from now on; a person who is asked may take any time.
    pub(super) fn begin(&mut self, limit: Duration) -> Duration {
        let limit = if self.run.settings.stepper.is_some() { Duration::MAX } else { limit };
        self.deadline = after(limit);
        limit
    }

    /// The names that steps outside of flows see.
    pub(super) fn scope(&self) -> &CaseScope {
        &self.scopes[OWN]
    }

    pub(super) fn scope_mut(&mut self) -> &mut CaseScope {
        &mut self.scopes[OWN]
    }

    pub(super) fn context(&self, phase: Phase) -> StepContext<'c> {
        let CaseName { index, id, attempt, name } = self.case.clone();
        StepContext {
            run: self.run,
            index,
            id,
            attempt,
            name,
            row: self.row,
            has_row_matchers: self.has_row_matchers,
            is_cleanup_strict: self.is_cleanup_strict,
            worker: self.worker,
            phase,
            deadline: self.deadline,
            logins: Arc::clone(&self.logins),
        }
    }

    /// Reports steps that are not run.
    pub(super) fn leave_out(&mut self, steps: &'c [PlannedStep], phase: Phase, reason: &str) {
        let context = self.context(phase);
        let reason = Some(reason.to_owned());
        self.reports.extend(steps.iter().map(|step| context.blank(step, Verdict::NotRun, reason.clone())));
    }

    /// Runs steps in order. One that fails ends them, but for those that always run, and is returned.
    pub(super) fn run_steps<'a>(
        &'a mut self,
        steps: &'c [PlannedStep],
        scope: usize,
        phase: Phase,
    ) -> Pin<Box<dyn Future<Output = Option<Broken<'c>>> + Send + 'a>>
    where
        'c: 'a,
    {
        // A flow within a flow makes the future as long as the chain.
        Box::pin(async move {
            let mut broken: Option<Broken<'c>> = None;
            for step in steps {
                if let Some(broken) = broken.filter(|_| !step.step.is_always) {
                    let context = self.context(phase);
                    self.reports.push(context.blank(step, Verdict::NotRun, Some(broken.reason())));
                    continue;
                }
                let verdict = self.run_step(step, scope, phase).await;
                if matches!(verdict, Verdict::Failed | Verdict::Errored) && broken.is_none() {
                    broken = Some(Broken { id: &step.id, verdict });
                }
            }
            broken
        })
    }

    async fn run_step(&mut self, step: &'c PlannedStep, scope: usize, phase: Phase) -> Verdict {
        let at = self.reports.len();
        self.run.doing(self.case.index, || self.context(phase).words(step));
        let (started, begun) = (self.run.settings.values.clock.now(), Instant::now());
        let mut outcome = match &step.action {
            PlannedAction::Flow(call) => {
                StepOutcome { report: self.run_flow(step, call, scope, phase).await, was_sent: false }
            }
            PlannedAction::Pause(time) => {
                self.context(phase).run_pause(step, *time, &self.scopes[scope]).await
            }
            PlannedAction::Request(request) => {
                let (context, had_reached) = (self.context(phase), self.has_reached);
                let Self { scopes, jar, due, calling, has_reached, .. } = self;
                let mut on_send = |of_last_round: Option<Saved>| {
                    *has_reached = true;
                    if let (Some(saved), Some(last), false) =
                        (of_last_round, due.last_mut(), step.cleanup.is_empty())
                    {
                        last.saved = saved;
                    }
                    // What was sent within a flow makes the cleanup of its callers due, before its own.
                    let sent = calling.drain(..).chain([(step, scope)]);
                    let with_cleanup = sent.filter(|(step, _)| !step.cleanup.is_empty());
                    due.extend(with_cleanup.map(|(step, scope)| Due { step, scope, saved: Vec::new() }));
                };
                let outcome =
                    context.run_request((step, request), &mut scopes[scope], jar, &mut on_send).await;
                self.has_reached =
                    had_reached || (self.has_reached && !is_unreached(request, &outcome.report));
                outcome
            }
        };
        outcome.report.started = Some(started);
        outcome.report.elapsed = begun.elapsed();
        let report = match phase.is_cleanup() {
            true => self.excuse(outcome),
            false => self.apply_mark(step, outcome.report, at),
        };
        let verdict = report.verdict;
        // A call stands before the steps of its flow.
        self.reports.insert(at, report);
        self.report_logins(at);
        verdict
    }

    /// Puts what was left by a step that was cut off behind the others.
    pub(super) fn report_cut_off(&mut self) {
        self.report_logins(self.reports.len());
    }

    /// Puts what signing in reported before the step that asked for it.
    fn report_logins(&mut self, at: usize) {
        let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        self.reports.splice(at..at, logins.drain(..));
    }

    /// Applies the mark of a step, which for a call covers the steps of its flow, reported from `at` on.
    fn apply_mark(&mut self, step: &PlannedStep, mut report: StepReport, at: usize) -> StepReport {
        let mark = step.step.xfail.as_ref().filter(|_| !self.run.settings.is_dry);
        let Some(mark) = mark else { return report };
        let inner = &mut self.reports[at..];
        let failed = inner.iter_mut().filter(|report| report.verdict == Verdict::Failed);
        let findings = report.findings.iter_mut().chain(failed.flat_map(|report| &mut report.findings));
        let marked = mark::judge(mark, report.verdict, findings, self.run.settings.values.clock);
        if marked.verdict == Verdict::XFailed {
            for report in inner.iter_mut().filter(|report| report.verdict == Verdict::Failed) {
                report.verdict = Verdict::XFailed;
                report.reason.clone_from(&marked.reason);
            }
        }
        self.has_strict_pass |= marked.verdict == Verdict::XPassed && mark.is_strict;
        report.verdict = marked.verdict;
        report.reason = marked.reason.or(report.reason.take());
        report
    }

    /// Runs the steps of a flow in a scope of their own; the report is that of the call.
    async fn run_flow(
        &mut self,
        step: &'c PlannedStep,
        call: &'c PlannedFlowCall,
        scope: usize,
        phase: Phase,
    ) -> StepReport {
        let context = self.context(phase);
        if let Some(outcome) = context.condition(step, &self.scopes[scope]) {
            return outcome.report;
        }
        let inner = match self.enter(step, call, scope, phase) {
            Ok(scope) => scope,
            Err(finding) => {
                let mut report = context.blank(step, Verdict::Errored, None);
                report.findings.push(*finding);
                return report;
            }
        };
        self.scopes.push(inner);
        let (own, at, depth) = (self.scopes.len() - 1, self.reports.len(), self.calling.len());
        self.calling.push((step, scope));
        let broken = self.run_steps(&call.flow.steps, own, phase).await;
        self.calling.truncate(depth);
        let verdicts = self.reports[at..].iter().map(|report| report.verdict);
        let has_run = verdicts.clone().any(|verdict| verdict != Verdict::Skipped);
        let mut report = context.blank(step, Verdict::Passed, None);
        if let Some(broken) = broken {
            let worst = verdicts.filter(|it| matches!(it, Verdict::Failed | Verdict::Errored)).max();
            report.verdict = worst.unwrap_or(Verdict::Failed);
            report.reason = Some(broken.reason());
            return report;
        }
        report.findings = self.leave(step, call, scope, own);
        if !report.findings.is_empty() {
            report.verdict = super::fact::verdict(&report.findings);
        } else if !has_run {
            report.verdict = Verdict::Skipped;
            report.reason = Some("every step of the flow was skipped".to_owned());
        }
        report
    }

    /// The scope of a flow that a step calls: its inputs, of what the caller gives.
    fn enter(
        &self,
        step: &PlannedStep,
        call: &PlannedFlowCall,
        scope: usize,
        phase: Phase,
    ) -> Result<CaseScope, Box<Finding>> {
        let caller = &self.scopes[scope];
        let stream = format!("{}/{}", self.stream, self.scopes.len());
        let mut inner = new_scope(self.run, &stream);
        inner.share_placeholders(caller);
        if phase == Phase::Auth {
            inner.credentials = login::credentials_of(call.flow.flow(), None);
        }
        let label = format!("step `{}` was not run", step.id);
        let place = |fact| {
            let context = self.context(Phase::Steps);
            Box::new(context.places(step, None, String::new()).finding(fact))
        };
        if matches!(call.auth, PlannedAuth::Caller | PlannedAuth::Expression(_)) {
            let credentials: Result<Credentials, String> = resolve_credentials(&call.auth, self.run, caller);
            let found = credentials
                .map_err(|reason| place(own_fact(Code::AUTH_TOKEN, reason, step.step.place(), &label)));
            inner.caller = Some(found?);
        }
        let flow = call.flow.flow();
        for input in &flow.inputs {
            let given = call.call.with.iter().find(|given| given.name == input.name);
            let resolved = match (given, &input.value.default) {
                (Some(given), _) => given
                    .value
                    .resolve(caller)
                    .map_err(|error| place(unresolved_fact(&error, given.value.span, &label))),
                (None, Some(default)) => default_of(&call.flow, input, default, &inner),
                (None, None) => continue,
            };
            let datum = resolved?;
            // What only an answer gives is not known in a dry run.
            let validity = match inner.is_open_value(datum.value()) {
                true => Ok(()),
                false => input.value.validate(datum.value()),
            };
            if let Err(reason) = validity {
                let (name, flow) = (&input.name, &flow.name.value);
                let headline = format!("the input `{name}` of the flow `{flow}` does not fit: {reason}");
                let span = given.map_or(step.step.place(), |given| given.value.span);
                return Err(place(own_fact(Code::CONFIG_INPUT, headline, span, &label)));
            }
            if input.value.is_secret() {
                self.run.settings.masker.add(&datum.to_text());
            }
            inner.inputs.insert(input.name.clone(), datum);
        }
        Ok(inner)
    }

    /// The outputs of a flow whose steps are done, and what its caller saves of them.
    fn leave(
        &mut self,
        step: &PlannedStep,
        call: &PlannedFlowCall,
        scope: usize,
        own: usize,
    ) -> Vec<Finding> {
        let outputs = match self.outputs(&call.flow, own, &format!("to step `{}`", step.id)) {
            Ok(outputs) => outputs,
            Err(findings) => return findings,
        };
        let mut findings = Vec::new();
        for capture in &step.step.save {
            match evaluate_output(capture, &self.scopes[scope], &outputs) {
                Ok(datum) => {
                    if capture.value.is_secret {
                        self.run.settings.masker.add(&datum.to_text());
                    }
                    self.scopes[scope].vars.insert(capture.name.clone(), datum);
                }
                Err(missing) => {
                    let headline = format!("nothing to save under `{}`: {}", capture.name, missing.reason);
                    let span = capture.value.span;
                    let code = Code::CAPTURE_MISSING;
                    let label = "finds nothing";
                    findings.push(value_finding(&step.source, span, code, headline, label, None));
                }
            }
        }
        let caller = &mut self.scopes[scope];
        caller.outputs.insert(step.name.clone(), outputs);
        caller.leave_open(&step.name, []);
        findings
    }

    /// The outputs of a flow whose steps are done.
    fn outputs(
        &self,
        flow: &PlannedFlow,
        own: usize,
        receiver: &str,
    ) -> Result<BTreeMap<String, Datum>, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut outputs: BTreeMap<String, Datum> = BTreeMap::new();
        for output in &flow.flow().outputs {
            match output.value.resolve(&self.scopes[own]) {
                Ok(datum) => {
                    outputs.insert(output.name.clone(), datum);
                }
                Err(error) => {
                    let headline = unresolved_headline(&error);
                    let label = format!("gives the output `{}` {receiver}", output.name);
                    let (code, span) = (Code::VALUE_UNRESOLVED, output.value.span);
                    findings.push(value_finding(&flow.file.source, span, code, headline, &label, None));
                }
            }
        }
        if findings.is_empty() { Ok(outputs) } else { Err(findings) }
    }
}

/// The default of an input of a flow.
fn default_of(
    flow: &PlannedFlow,
    input: &Named<Input>,
    default: &Template,
    scope: &CaseScope,
) -> Result<Datum, Box<Finding>> {
    default.resolve(scope).map_err(|error| {
        let headline = unresolved_headline(&error);
        let label = format!("is the default of the input `{}`", input.name);
        let (code, span) = (Code::VALUE_UNRESOLVED, default.span);
        Box::new(value_finding(&flow.file.source, span, code, headline, &label, None))
    })
}

/// The moment when a time is over; one that no clock can count to is as good as a year.
fn after(time: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(time).unwrap_or_else(|| now + Duration::from_secs(365 * 24 * 60 * 60))
}

fn new_scope(run: &Run, stream: &str) -> CaseScope {
    match run.settings.is_dry {
        true => CaseScope::of_dry_run(&run.settings.values, stream),
        false => CaseScope::new(&run.settings.values, stream),
    }
}

/// A step that people did not write: inputs, variables, the time-out.
pub(super) fn pseudo_step(id: &str, findings: Vec<Finding>) -> StepReport {
    StepReport { id: id.to_owned(), verdict: super::fact::verdict(&findings), findings, ..not_run_step() }
}

pub(super) fn not_run_step() -> StepReport {
    StepReport::blank(String::new(), Phase::Steps, Verdict::NotRun)
}

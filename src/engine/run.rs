use super::about::CaseAbout;
use super::auth::login::LoginCounts;
use super::auth::token_requests::TokenRequests;
use super::case::attempts::{Turn, run_attempts};
use super::case::be_strict;
use super::case::gate::Gate;
use super::case::once::Once;
use super::case::unit::{Unit, units};
use super::coverage;
use super::event::{CaseReport, Event, RunStarted, Summary};
use super::habits::{Brake, Habits};
use super::mask::mask_report;
use super::summary::SummaryBuilder;
use super::summary::requirement::{Demands, Requirement};
use super::values::Values;
use super::{Stepper, Target, Verdict};
use crate::baseline::Ledger;
use crate::coverage::{CoverageSettings, Tally, Universe};
use crate::expression::{Generator, Template};
use crate::http::{Client, Tokens};
use crate::limits::Limits;
use crate::plan::{Case, Plan, PlannedStep, UsedNames};
use crate::scenario::{AuthProfile, Named};
use crate::secret::{Masker, SecretString};
use crate::source::Source;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// What a run needs besides its plan and its target.
#[derive(Debug)]
pub struct RunSettings {
    /// The environment's name, for the report.
    pub environment: Option<String>,
    /// The target in words, for the report.
    pub target: String,
    /// Things that the reader should know first.
    pub banners: Vec<String>,
    /// The number of workers.
    pub workers: usize,
    /// Which findings are known; none, where there is no baseline.
    pub baseline: Option<Arc<Ledger>>,
    /// How it is gone about.
    pub habits: Habits,
    /// How often the cases run; at least 1.
    pub repeat: usize,
    /// The order in which the cases are started.
    pub order: Order,
    /// The values that do not change from case to case.
    pub values: Arc<Values>,
    /// The auth profiles of the project file, in its order.
    pub profiles: Vec<Named<AuthProfile>>,
    /// The project file, for messages.
    pub project: Option<Arc<Source>>,
    /// The certificates of `mtls` profiles, by profile; `None` where there is none to show.
    pub identities: Vec<Option<Identity>>,
    /// The folder in which auth profiles run commands; `None` when they may not.
    pub commands: Option<PathBuf>,
    /// The transport.
    pub client: Client,
    /// Tokens, shared by all cases.
    pub tokens: Arc<Tokens>,
    /// Every secret of the run.
    pub masker: Arc<Masker>,
    /// The limits.
    pub limits: Limits,
    /// Whether every exchange is told, as an [`Event::Exchanged`] and in the report of its step; it costs
    /// a masked copy of each body.
    pub keeps_exchanges: bool,
    /// Whether the reports of cases say what is known of them before they run.
    pub keeps_about: bool,
    /// Whether requests are only made ready and shown: no token is fetched and nothing is sent.
    pub is_dry: bool,
    /// Who is asked before each request; waiting for an answer is no part of any time-out.
    pub stepper: Option<Arc<dyn Stepper>>,
    /// How coverage of the documents is measured; `None` where it is not, which costs nothing.
    pub coverage: Option<CoverageSettings>,
    /// What is asked of it as a whole, beside budgets.
    pub demands: Demands,
    /// Cancelled by the first interruption: no further step is sent, cleanup runs.
    pub interrupt: CancellationToken,
}

/// A certificate of the client's, and what `curl` is told of it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate and its key, one after the other, PEM.
    pub pem: SecretString,
    /// Options that name their files.
    pub curl: Vec<String>,
}

/// The order in which cases are started. Reports stay in the order of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// That of the files.
    #[default]
    File,
    /// One that follows from the seed alone, each round of a repeated run with its own.
    Random,
}

/// A run under way, shared by its workers.
pub(super) struct Run {
    /// What the workers take, in the order in which it is started.
    units: Vec<Unit>,
    /// Where units wait for locks, when one has some.
    gate: Option<Gate>,
    brake: Brake,
    pub(super) plan: Arc<Plan>,
    pub(super) settings: Arc<RunSettings>,
    pub(super) target: Arc<dyn Target>,
    /// Where events go. The receiver lives as long as the workers; a failed send means that nobody
    /// listens.
    pub(super) events: mpsc::UnboundedSender<Event>,
    pub(super) token_requests: TokenRequests,
    pub(super) login_counts: LoginCounts,
    /// The names that expressions of the plan read.
    used: UsedNames,
    /// Whether an auth profile reads earlier steps, which the plan knows nothing of.
    profiles_read_steps: bool,
    /// What there is to cover, where that is asked for.
    pub(super) coverage: Option<Arc<Universe>>,
}

impl Run {
    /// Whether anything may read the exchange of a step once the step has been judged.
    pub(super) fn reads_exchange(&self, step: &PlannedStep) -> bool {
        self.profiles_read_steps || self.used.contains("steps", &step.name)
    }
}

fn reads_steps(template: &Template) -> bool {
    template.references().into_iter().any(|(reference, _)| reference.root == "steps")
        || template.conditions().into_iter().any(|it| it.mentions().iter().any(|it| it.root == "steps"))
}

/// Runs every case of a plan on the workers, and says what happens; returns the summary that the
/// last event carries.
pub async fn run(
    plan: Arc<Plan>,
    settings: Arc<RunSettings>,
    target: Arc<dyn Target>,
    emit: &mut (dyn FnMut(&Event) + Send),
) -> Summary {
    let n_cases = plan.cases.len() * settings.repeat.max(1);
    let sequence = sequence(settings.order, settings.values.seed, plan.cases.len(), settings.repeat.max(1));
    let units = units(sequence, &plan.cases);
    let n_workers = settings.workers.clamp(1, units.len().max(1));
    emit(&Event::RunStarted(RunStarted {
        version: env!("CARGO_PKG_VERSION").into(),
        environment: settings.environment.clone(),
        target: settings.masker.mask(&settings.target),
        cases: n_cases,
        workers: n_workers,
        seed: settings.values.seed,
        run_id: settings.values.run_id.clone(),
        started: settings.values.clock.now(),
        is_dry: settings.is_dry,
        shard: settings.demands.shard,
        banners: settings.banners.iter().map(|banner| settings.masker.mask(banner)).collect(),
    }));
    let started = Instant::now();
    let (events, mut receiver) = mpsc::unbounded_channel();
    let gate = Gate::of_units(&units, &plan);
    let profiles_read_steps =
        settings.profiles.iter().any(|profile| profile.value.templates().into_iter().any(reads_steps));
    let universe = settings.coverage.filter(|_| !settings.is_dry);
    let universe = universe.map(|_| Arc::new(coverage::universe(&plan, settings.limits.coverage)));
    let mut tally = universe.as_ref().map(|universe| Tally::new(Arc::clone(universe)));
    let run = Arc::new(Run {
        used: plan.used(),
        units,
        gate,
        brake: Brake::new(settings.habits.max_failures.filter(|_| !settings.is_dry)),
        plan: Arc::clone(&plan),
        settings: Arc::clone(&settings),
        target,
        events,
        token_requests: TokenRequests::default(),
        login_counts: LoginCounts::default(),
        profiles_read_steps,
        coverage: universe.clone(),
    });
    let next = Arc::new(AtomicUsize::new(0));
    for worker in 0..n_workers {
        tokio::spawn(work(Arc::clone(&run), Arc::clone(&next), worker));
    }
    // The channel ends with the last worker.
    drop(run);
    let mut builder = SummaryBuilder::new(&settings.habits);
    while let Some(event) = receiver.recv().await {
        match &event {
            Event::CaseFinished(report) => {
                builder.add_tagged(report, &plan.case_at(report.index).tags);
                // What an earlier attempt exchanged was exchanged.
                let steps = report.earlier.iter().flat_map(|attempt| &attempt.steps).chain(&report.steps);
                let observed = steps.filter_map(|step| step.observed.as_deref());
                tally.iter_mut().for_each(|tally| observed.clone().for_each(|it| tally.add(it)));
            }
            Event::Stopped { reason } => builder.stop(reason),
            _ => {}
        }
        emit(&event);
    }
    let is_interrupted = settings.interrupt.is_cancelled();
    let demands = &settings.demands;
    let (over_budget, idle) = builder.hold(&settings.habits.budgets);
    let mut summary =
        builder.finish(settings.masker.mask(&settings.target), started.elapsed(), is_interrupted);
    if let Some(ledger) = settings.baseline.as_ref().filter(|_| !is_interrupted) {
        summary.mended = ledger.mended().map(|words| settings.masker.mask(&words)).collect();
        summary.requirements.extend(Requirement::baseline(ledger, &summary.mended));
    }
    if !settings.is_dry {
        summary.withheld = None;
        let budgets = Requirement::budgets(&settings.habits.budgets, &over_budget, &idle);
        summary.requirements.extend(budgets.into_iter().map(|it| it.at(demands.project.as_deref(), 0)));
        summary.over_budget = over_budget;
        summary.not_checked.extend(
            idle.into_iter()
                .map(|budget| (format!("the budget {budget}: no exchange that it is for was judged"), 1)),
        );
    }
    if let (Some(tally), Some(universe), Some(wanted)) = (tally, universe, settings.coverage) {
        summary.coverage = Some(Arc::new(coverage::finish(tally, &universe, wanted, &settings.masker)));
    }
    let coverage =
        Requirement::coverage(&demands.coverage, summary.coverage.as_deref(), demands.shard.is_some());
    summary.requirements.extend(coverage.into_iter().map(|it| it.at(demands.project.as_deref(), 0)));
    summary.requirements.extend(demands.unusable.iter().cloned());
    summary.requirements.sort_by_key(|requirement| requirement.kind);
    emit(&Event::RunFinished(Box::new(summary.clone())));
    summary
}

/// The indices of all cases of all rounds in the order in which they are started.
fn sequence(order: Order, seed: u64, n_cases: usize, n_rounds: usize) -> Vec<usize> {
    let mut sequence: Vec<usize> = (0..n_cases * n_rounds).collect();
    if order == Order::Random {
        for (round, indices) in sequence.chunks_mut(n_cases.max(1)).enumerate() {
            // A case's own values have streams named by its id, which is never empty before `::`.
            Generator::new(seed, &format!("::order#{round}")).shuffle(indices);
        }
    }
    sequence
}

/// One worker: takes what is next until there is nothing.
async fn work(run: Arc<Run>, next: Arc<AtomicUsize>, worker: usize) {
    loop {
        let (place, _permit) = match &run.gate {
            None => (next.fetch_add(1, Ordering::Relaxed), None),
            Some(gate) => match gate.next(|place, words| run.says_waiting(place, words)).await {
                Some((place, permit)) => (place, Some(permit)),
                None => return,
            },
        };
        let Some(unit) = run.units.get(place) else { return };
        run_unit(&run, unit, worker).await;
    }
}

/// Runs cases one after another, with the steps around those of a file.
async fn run_unit(run: &Run, unit: &Unit, worker: usize) {
    let mut once: Option<Once<'_>> = None;
    // The last report, kept while `teardownOnce` may yet add to it.
    let mut kept: Option<CaseReport> = None;
    for index in &unit.cases {
        let case = run.plan.case_at(*index);
        let round = index / run.plan.cases.len();
        if run.settings.interrupt.is_cancelled() {
            let mut report = empty_report(run, case, (*index, round), worker);
            report.reason = Some("interrupted".to_owned());
            run.tell(report);
            continue;
        }
        if let Some(reason) = run.brake.reason() {
            let report = empty_report(run, case, (*index, round), worker);
            run.tell(CaseReport { reason: Some(reason.to_owned()), ..report });
            continue;
        }
        let name = run.settings.masker.mask(&case.name());
        let _ = run.events.send(Event::CaseStarted { index: *index, name });
        let turn = Turn { index: *index, round, attempt: 0 };
        let report = run.watch(*index, run_attempts(run, case, turn, worker, &mut once)).await;
        run.brake.count(&report, &run.events);
        let has_run = !matches!(report.verdict, Verdict::Skipped | Verdict::NotRun);
        let is_last_yet = once.as_ref().is_some_and(Once::has_begun) && (has_run || kept.is_none());
        let done = if is_last_yet { kept.replace(report) } else { Some(report) };
        if let Some(report) = done {
            run.tell(report);
        }
    }
    if let (Some(mut report), Some(mut once)) = (kept, once) {
        let started = Instant::now();
        report.left_behind.extend(once.tear_down().await);
        report.steps.extend(once.take_reports());
        let is_strict = once.file().is_cleanup_strict.unwrap_or(false);
        if is_strict {
            be_strict(&mut report);
        }
        report.elapsed += started.elapsed();
        run.tell(report);
    }
}

impl Run {
    /// Lets a case run, and says so whenever it has taken another time that is too long.
    async fn watch<F: Future>(&self, index: usize, case: F) -> F::Output {
        let Some(slow) = self.settings.habits.slow.filter(|slow| !slow.is_zero()) else { return case.await };
        let begun = Instant::now();
        let mut case = pin!(case);
        loop {
            match tokio::time::timeout(slow, case.as_mut()).await {
                Ok(output) => return output,
                Err(_) => {
                    let _ = self.events.send(Event::Slow { index, elapsed: begun.elapsed() });
                }
            }
        }
    }

    /// Says what the first case of a unit waits for before it starts, where somebody watches.
    fn says_waiting(&self, place: usize, words: String) {
        if let Some(index) = self.units.get(place).and_then(|unit| unit.cases.first()) {
            let name = self.plan.case_at(*index).name();
            self.doing(*index, || format!("{name} {words}"));
        }
    }

    /// Says what a case does, where somebody watches.
    pub(super) fn doing(&self, index: usize, what: impl FnOnce() -> String) {
        if self.settings.habits.tells_doing {
            let what = self.settings.masker.mask_words(&what());
            let _ = self.events.send(Event::Doing { index, what });
        }
    }

    /// Says that a case is done.
    fn tell(&self, mut report: CaseReport) {
        let was_left_out = |verdict| matches!(verdict, Verdict::NotRun | Verdict::Errored);
        if let Some(ledger) = &self.settings.baseline
            && (was_left_out(report.verdict) || report.steps.iter().any(|step| was_left_out(step.verdict)))
        {
            ledger.leave_out();
        }
        mask_report(&mut report, &self.settings.masker);
        let _ = self.events.send(Event::CaseFinished(Box::new(report)));
    }
}

/// The report of a case of which nothing has run.
pub(super) fn empty_report(
    run: &Run,
    case: &Case,
    (index, round): (usize, usize),
    worker: usize,
) -> CaseReport {
    let settings = &run.settings;
    let about = || Arc::new(CaseAbout::of(&run.plan, case, round, &settings.masker));
    let id = if round == 0 { case.id.clone() } else { format!("{}#{}", case.id, round + 1) };
    CaseReport {
        index,
        id,
        file: case.scenario.file.name.clone(),
        title: match round {
            0 => case.scenario.title().to_owned(),
            _ => format!("{} (round {})", case.scenario.title(), round + 1),
        },
        row: case.row().map(|row| row.label.clone()),
        verdict: Verdict::NotRun,
        reason: None,
        is_tolerated: false,
        steps: Vec::new(),
        left_behind: Vec::new(),
        started: settings.values.clock.now(),
        elapsed: Duration::ZERO,
        earlier: Vec::new(),
        is_flaky: false,
        worker,
        about: settings.keeps_about.then(about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_follows_from_the_seed_and_holds_every_case_once_a_round() {
        assert_eq!(sequence(Order::File, 7, 3, 2), [0, 1, 2, 3, 4, 5]);
        let of_seven = sequence(Order::Random, 7, 20, 2);
        assert_eq!(of_seven, sequence(Order::Random, 7, 20, 2));
        assert_ne!(of_seven, sequence(Order::Random, 8, 20, 2));
        let (mut first, mut second) = (of_seven[..20].to_vec(), of_seven[20..].to_vec());
        assert_ne!(first, second.iter().map(|index| index - 20).collect::<Vec<_>>());
        first.sort_unstable();
        second.sort_unstable();
        assert_eq!([first, second].concat(), (0..40).collect::<Vec<_>>());
        assert_eq!(sequence(Order::Random, 7, 0, 1), Vec::<usize>::new());
    }
}

use super::case::run_case;
use super::event::{CaseReport, Event, RunStarted, Summary};
use super::mask::mask_report;
use super::summary::SummaryBuilder;
use super::values::Values;
use super::{Target, Verdict};
use crate::http::{Client, Tokens};
use crate::limits::Limits;
use crate::plan::{Case, Plan};
use crate::scenario::{AuthProfile, Named};
use crate::secret::Masker;
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
    /// How often the cases run; at least 1.
    pub repeat: usize,
    /// The values that do not change from case to case.
    pub values: Arc<Values>,
    /// The auth profiles of the project file, in its order.
    pub profiles: Vec<Named<AuthProfile>>,
    /// The transport.
    pub client: Client,
    /// Tokens, shared by all cases.
    pub tokens: Arc<Tokens>,
    /// Every secret of the run.
    pub masker: Arc<Masker>,
    /// The limits.
    pub limits: Limits,
    /// Cancelled by the first interruption: no further step is sent, cleanup runs.
    pub interrupt: CancellationToken,
}

/// A run under way, shared by its workers.
pub(super) struct Run {
    pub(super) plan: Arc<Plan>,
    pub(super) settings: Arc<RunSettings>,
    pub(super) target: Arc<dyn Target>,
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
    let n_workers = settings.workers.clamp(1, n_cases.max(1));
    emit(&Event::RunStarted(RunStarted {
        version: env!("CARGO_PKG_VERSION"),
        environment: settings.environment.clone(),
        target: settings.masker.mask(&settings.target),
        cases: n_cases,
        workers: n_workers,
        seed: settings.values.seed,
        run_id: settings.values.run_id.clone(),
        banners: settings.banners.iter().map(|banner| settings.masker.mask(banner)).collect(),
    }));
    let started = Instant::now();
    let run = Arc::new(Run { plan, settings: Arc::clone(&settings), target });
    let next = Arc::new(AtomicUsize::new(0));
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for worker in 0..n_workers {
        tokio::spawn(work(Arc::clone(&run), Arc::clone(&next), n_cases, worker, sender.clone()));
    }
    drop(sender);
    let mut builder = SummaryBuilder::default();
    while let Some(event) = receiver.recv().await {
        if let Event::CaseFinished(report) = &event {
            builder.add(report);
        }
        emit(&event);
    }
    let is_interrupted = settings.interrupt.is_cancelled();
    let summary = builder.finish(settings.masker.mask(&settings.target), started.elapsed(), is_interrupted);
    emit(&Event::RunFinished(Box::new(summary.clone())));
    summary
}

/// One worker: takes the next case until there is none.
async fn work(
    run: Arc<Run>,
    next: Arc<AtomicUsize>,
    n_cases: usize,
    worker: usize,
    sender: mpsc::UnboundedSender<Event>,
) {
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= n_cases {
            return;
        }
        let case = &run.plan.cases[index % run.plan.cases.len()];
        let round = index / run.plan.cases.len();
        if run.settings.interrupt.is_cancelled() {
            let mut report = empty_report(case, index, round);
            report.reason = Some("interrupted".to_owned());
            let _ = sender.send(Event::CaseFinished(Box::new(report)));
            continue;
        }
        // The receiver lives as long as the workers; a failed send means that nobody listens.
        let _ = sender.send(Event::CaseStarted { index, name: run.settings.masker.mask(&case.name()) });
        let mut report = run_case(&run, case, index, round, worker).await;
        mask_report(&mut report, &run.settings.masker);
        let _ = sender.send(Event::CaseFinished(Box::new(report)));
    }
}

/// The report of a case of which nothing has run.
pub(super) fn empty_report(case: &Case, index: usize, round: usize) -> CaseReport {
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
        elapsed: Duration::ZERO,
    }
}

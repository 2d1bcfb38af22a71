use super::Verdict;
use super::about::CaseAbout;
use super::record::ExchangeRecord;
use super::summary::budget::BudgetOutcome;
use super::summary::durations::Durations;
use super::summary::requirement::Requirement;
use crate::clock::Timestamp;
use crate::coverage::{Coverage, Observed};
use crate::diagnostic::{Code, Finding};
use crate::plan::Shard;
use crate::source::Location;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// What the engine says while it runs; the only bridge to reports, the harness and the exit code.
///
/// [`Event::RunStarted`] comes first and [`Event::RunFinished`] last. Cases start and finish in any
/// order when there are several workers; a report that wants the order of the files sorts by
/// [`CaseReport::index`].
#[derive(Clone, Debug)]
pub enum Event {
    /// The plan is made, and nothing has been sent.
    RunStarted(RunStarted),
    /// A worker took a case.
    CaseStarted {
        /// The case's place in the plan, from 0.
        index: usize,
        /// `file › title`.
        name: String,
    },
    /// A request was answered, or was not; said only where exchanges are kept. Its case is under way.
    Exchanged(Arc<ExchangeRecord>),
    /// A case is done, cleanup included.
    CaseFinished(Box<CaseReport>),
    /// So many cases failed that no further one starts: those that are left out follow, not run for this
    /// reason.
    Stopped {
        /// `a case had failed (`--fail-fast`)`.
        reason: String,
    },
    /// What a case does; said only where [`Habits::tells_doing`](super::Habits::tells_doing) asks for it.
    Doing {
        /// The case's place in the plan, from 0.
        index: usize,
        /// step `pay`; `step `pay`, waits 2 s to send it again`.
        what: String,
    },
    /// A case has been running for longer than [`Habits::slow`](super::Habits::slow) allows, or for that
    /// time once more.
    Slow {
        /// The case's place in the plan, from 0.
        index: usize,
        /// How long it has been running.
        elapsed: Duration,
    },
    /// Everything is done.
    RunFinished(Box<Summary>),
}

/// What is known before the first request.
#[derive(Clone, Debug)]
pub struct RunStarted {
    /// The share of the cases that runs, where it is a share.
    pub shard: Option<Shard>,
    /// The version of contest.
    pub version: Cow<'static, str>,
    /// The environment's name; `None` when a base URL was given without one.
    pub environment: Option<String>,
    /// What is tested: `embedded mock`, or the base URLs.
    pub target: String,
    /// The number of cases that will run.
    pub cases: usize,
    /// The number of workers.
    pub workers: usize,
    /// The seed of `$gen`.
    pub seed: u64,
    /// The value of `$run.id`.
    pub run_id: String,
    /// When it began.
    pub started: Timestamp,
    /// Whether nothing is sent: requests are made ready and shown.
    pub is_dry: bool,
    /// Things that the reader should know before anything else: TLS is not verified.
    pub banners: Vec<String>,
}

/// One case that is done.
#[derive(Clone, Debug)]
pub struct CaseReport {
    /// The case's place in the plan, from 0.
    pub index: usize,
    /// Stable and unique: `file::scenario[row]`.
    pub id: String,
    /// The scenario file below its root, without its ending: `marketplace/cancel`.
    pub file: String,
    /// The scenario's title, or its name when it has none.
    pub title: String,
    /// The row's name or index, for a scenario with rows.
    pub row: Option<String>,
    /// The worst of its steps' verdicts.
    pub verdict: Verdict,
    /// Why nothing was sent, when it was skipped or not run; the known fault, when it was marked
    /// `xfail`.
    pub reason: Option<String>,
    /// Whether it passed unexpectedly and that is said not to fail the run: `strict: false`.
    pub is_tolerated: bool,
    /// The steps in the order they ran, setup, cleanup and teardown included.
    pub steps: Vec<StepReport>,
    /// What cleanup could not undo, one sentence each; it does not change the verdict.
    pub left_behind: Vec<String>,
    /// The attempts before this one, in their order; all of them failed or errored, and have none
    /// before them.
    pub earlier: Vec<CaseReport>,
    /// Whether it passed once it was run again. It is failed all the same where
    /// [`Habits::fails_flaky`](super::Habits::fails_flaky) says so.
    pub is_flaky: bool,
    /// When it began; of one that was not run, when that was said.
    pub started: Timestamp,
    /// From the case's start to its end; of several attempts, the last.
    pub elapsed: Duration,
    /// Which worker had it, from 0.
    pub worker: usize,
    /// What is known of it before it runs, where
    /// [`RunSettings::keeps_about`](super::RunSettings::keeps_about) asks for it.
    pub about: Option<Arc<CaseAbout>>,
}

/// In which part of a case a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The file's `setupOnce`, in the report of the first case that it ran for.
    SetupOnce,
    /// The file's or the scenario's `setup`.
    Setup,
    /// The flow of an auth profile, before the step that needs it first.
    Auth,
    /// The scenario's `steps`.
    Steps,
    /// A step's `cleanup`.
    Cleanup,
    /// The scenario's or the file's `teardown`.
    Teardown,
    /// The file's `teardownOnce`, in the report of the last case that ran.
    TeardownOnce,
}

impl Phase {
    /// Every phase, in the order in which they come.
    pub const ALL: &[Self] = &[
        Self::SetupOnce,
        Self::Setup,
        Self::Auth,
        Self::Steps,
        Self::Cleanup,
        Self::Teardown,
        Self::TeardownOnce,
    ];

    /// What a step of it is called: `step`, `setup step`.
    pub fn word(self) -> &'static str {
        match self {
            Self::SetupOnce => "setupOnce step",
            Self::Setup => "setup step",
            Self::Auth => "auth step",
            Self::Steps => "step",
            Self::Cleanup => "cleanup",
            Self::Teardown => "teardown step",
            Self::TeardownOnce => "teardownOnce step",
        }
    }

    /// The key under which its steps stand in a scenario.
    pub fn key(self) -> &'static str {
        match self {
            Self::SetupOnce => "setupOnce",
            Self::Setup => "setup",
            Self::Auth => "auth",
            Self::Steps => "steps",
            Self::Cleanup => "cleanup",
            Self::Teardown => "teardown",
            Self::TeardownOnce => "teardownOnce",
        }
    }

    /// Whether its steps decide about their case: they come before cleanup. Those of an auth profile do
    /// not: the step does that they sign in for.
    pub fn is_judged(self) -> bool {
        self != Self::Auth && !self.is_cleanup()
    }

    /// Whether its steps come at the end, and are judged leniently.
    pub fn is_cleanup(self) -> bool {
        match self {
            Self::SetupOnce | Self::Setup | Self::Auth | Self::Steps => false,
            Self::Cleanup | Self::Teardown | Self::TeardownOnce => true,
        }
    }
}

/// One step that is done.
#[derive(Clone, Debug)]
pub struct StepReport {
    /// Its `id`, or `step1`, `step2`, …; that of a flow's step behind that of its call: `order.create`.
    pub id: String,
    /// Its `title`.
    pub title: Option<String>,
    /// Where it stands.
    pub phase: Phase,
    /// What it does: the operation it calls, as `updateAnOrder`; otherwise `PUT {$vars.uploadUrl}`,
    /// `flow paid-order` or `pause 500ms`.
    pub action: String,
    /// How it ended.
    pub verdict: Verdict,
    /// Why nothing was sent, when it was skipped; the known fault, when it was marked `xfail`.
    pub reason: Option<String>,
    /// Where it is written; `None` of what people did not write.
    pub at: Option<Location>,
    /// When it began; `None` of one that was not run.
    pub started: Option<Timestamp>,
    /// From its beginning to its end: with its condition, its polls and, of a call of a flow, its steps.
    pub elapsed: Duration,
    /// Everything that was found, denied and warned.
    pub findings: Vec<Finding>,
    /// The exchange, masked; `None` when nothing was answered. Of several, the last.
    pub exchange: Option<ExchangeReport>,
    /// How many exchanges were judged before it: those of a poll, and of earlier rounds.
    pub earlier: usize,
    /// How long those of them took that a document describes.
    pub earlier_latencies: Vec<Duration>,
    /// Every request of the step with its answer, in the order sent; none unless exchanges are kept.
    pub exchanges: Vec<Arc<ExchangeRecord>>,
    /// The command that repeats the request, masked; `None` when none was built.
    pub repeat: Option<String>,
    /// Codes of warnings that would have failed the step, had no setting lowered them.
    pub waived: Vec<Code>,
    /// The settings that turned off a check whose findings are warnings: the name or pattern as
    /// written, with the reason where one is given.
    pub off: Vec<String>,
    /// What could not be checked: "not checked, because …" without those words.
    pub not_checked: Vec<String>,
    /// What the reader should know: a token fetched anew, a resend.
    pub notes: Vec<String>,
    /// What its exchanges cover of the document; `None` where nobody asked, and where none was judged.
    pub observed: Option<Box<Observed>>,
}

/// One exchange in a few words, masked.
#[derive(Clone, Debug)]
pub struct ExchangeReport {
    /// `PUT /v2/orders/50ca…`: the method and the request target.
    pub request: String,
    /// The status code.
    pub status: u16,
    /// From sending to the last body byte.
    pub latency: Duration,
    /// Whether a document describes it, as none describes what `send` sends.
    pub is_described: bool,
    /// Whether everything of it was judged against the document.
    pub is_judged: bool,
}

/// The whole run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The number of cases.
    pub cases: usize,
    /// The number of cases of each verdict, best first, without zeros.
    pub verdicts: Vec<(Verdict, usize)>,
    /// Every case that did not pass and was not skipped, in the order of the plan.
    pub attention: Vec<Attention>,
    /// What made more than one of them fail, the most frequent first.
    pub common: Vec<CommonFinding>,
    /// The number of cases that are xpassed and may be.
    pub tolerated: usize,
    /// The reasons and issues of the cases that failed as they were said to, with how often.
    pub known_faults: Vec<(String, usize)>,
    /// Findings that a baseline knows, by its file, with how often.
    pub known_findings: Vec<(String, usize)>,
    /// Entries of a baseline that fit nothing although what they speak of was judged: a sentence each.
    pub mended: Vec<String>,
    /// Warnings of one kind, most frequent first.
    pub warnings: Vec<WarningCount>,
    /// Findings that a `contract: { …: warn }` made warnings, by code.
    pub waived: Vec<(Code, usize)>,
    /// The settings that turned off a check whose findings are warnings, with the number of
    /// exchanges it would have looked at. Any other check that is off is among `not_checked`.
    pub off: Vec<(String, usize)>,
    /// What could not be checked, with how often, without "not checked, because".
    pub not_checked: Vec<(String, usize)>,
    /// The cases that passed only when they ran again, in the order of the plan.
    pub flaky: Vec<FlakyCase>,
    /// Why cases were left out, and how many, where so many failed that the run was stopped.
    pub stopped: Option<Stopped>,
    /// The cases that took longer than is allowed, the slowest first.
    pub slow: Vec<SlowCase>,
    /// How long the judged exchanges of each operation took, by name.
    pub durations: Vec<Durations>,
    /// The budgets that were exceeded.
    pub over_budget: Vec<BudgetOutcome>,
    /// What was asked of the run as a whole, with whether it was met.
    pub requirements: Vec<Requirement>,
    /// What cleanup left behind, with the case.
    pub left_behind: Vec<String>,
    /// Exchanges that were judged against a document, wholly or partly.
    pub exchanges: usize,
    /// Exchanges of which something could not be checked.
    pub partly_judged: usize,
    /// Requests that got no answer that could be judged.
    pub unanswered: usize,
    /// Requests that a dry run made ready and did not send; `None` of any other run.
    pub withheld: Option<usize>,
    /// What was tested.
    pub target: String,
    /// From the first case's start to the last one's end.
    pub elapsed: Duration,
    /// Whether the run was interrupted.
    pub is_interrupted: bool,
    /// How much of the documents was covered; `None` where nobody asked.
    pub coverage: Option<Arc<Coverage>>,
}

/// Findings that more than one case was decided by: of one code at one place of the document, or in the same
/// words where no place is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonFinding {
    /// The code.
    pub code: Code,
    /// The headline of the first of them, in the order of the plan.
    pub headline: String,
    /// How many other headlines the rest have.
    pub others: usize,
    /// The document's place, `specs/x.yaml:61`, where there is one.
    pub place: Option<String>,
    /// In how many cases it was found.
    pub cases: usize,
}

impl CommonFinding {
    /// ``27 cases: response.body (`total` is missing, which the document requires, specs/x.yaml:61)``.
    pub fn words(&self) -> String {
        let about = about(&self.headline, self.others, self.place.as_deref());
        format!("{} cases: {} ({about})", self.cases, self.code)
    }
}

/// The headline, how many others there are beside it, and the place that they are about.
fn about(headline: &str, others: usize, place: Option<&str>) -> String {
    let others = match others {
        0 => String::new(),
        1 => ", and 1 other".to_owned(),
        many => format!(", and {many} others"),
    };
    let place = place.map(|place| format!(", {place}")).unwrap_or_default();
    format!("{headline}{others}{place}")
}

/// A case that passed once it ran again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlakyCase {
    /// `file › title [row]`.
    pub name: String,
    /// How it ended: failed, where that is asked for.
    pub verdict: Verdict,
    /// How many attempts failed.
    pub failures: usize,
    /// The codes of what was found in them, each once.
    pub codes: Vec<Code>,
}

/// A run that bore no further failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// `a case had failed (`--fail-fast`)`.
    pub reason: String,
    /// How many cases were not started.
    pub left_out: usize,
}

/// A case that took long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowCase {
    /// `file › title [row]`.
    pub name: String,
    /// How long it took.
    pub elapsed: Duration,
    /// The step whose exchange took longest, with the latency; `None` where nothing was exchanged.
    pub longest: Option<(String, Duration)>,
}

/// A case that a person should look at.
#[derive(Clone, Debug)]
pub struct Attention {
    /// How it ended.
    pub verdict: Verdict,
    /// `file › title [row]`.
    pub name: String,
    /// The codes of the findings that decided it, each once.
    pub codes: Vec<Code>,
}

/// Warnings of one code at one place of one operation.
#[derive(Clone, Debug)]
pub struct WarningCount {
    /// The code.
    pub code: Code,
    /// The headline of the first of them, in the order of the files.
    pub headline: String,
    /// How many other headlines the rest have: the same fault with other values.
    pub others: usize,
    /// The document's place, `specs/x.yaml:61`, where there is one.
    pub place: Option<String>,
    /// How many there were.
    pub count: usize,
}

impl WarningCount {
    /// ``the header `X-Id` is no uuid, and 2 others, specs/x.yaml:61``.
    pub fn about(&self) -> String {
        about(&self.headline, self.others, self.place.as_deref())
    }
}

impl StepReport {
    /// A report of a step of which nothing else is to be said.
    pub(crate) fn blank(id: String, phase: Phase, verdict: Verdict) -> Self {
        Self {
            id,
            title: None,
            phase,
            action: String::new(),
            verdict,
            reason: None,
            at: None,
            started: None,
            elapsed: Duration::ZERO,
            findings: Vec::new(),
            exchange: None,
            earlier: 0,
            earlier_latencies: Vec::new(),
            exchanges: Vec::new(),
            repeat: None,
            waived: Vec::new(),
            off: Vec::new(),
            not_checked: Vec::new(),
            notes: Vec::new(),
            observed: None,
        }
    }
}

impl CaseReport {
    /// `file › title [row]`, as people see it.
    pub fn name(&self) -> String {
        match &self.row {
            Some(row) => format!("{} › {} [{row}]", self.file, self.title),
            None => format!("{} › {}", self.file, self.title),
        }
    }
}

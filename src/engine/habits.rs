//! How a run is gone about: how many failures it bears, how often a case may try, and how long cases and
//! requests may take.

use super::Verdict;
use super::event::{CaseReport, Event};
use crate::scenario::Budget;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// How a run is gone about; by default every case runs once, and nothing is timed.
#[derive(Clone, Debug, Default)]
pub struct Habits {
    /// So many failed cases, and no further one is started; those that run end with their cleanup.
    pub max_failures: Option<NonZeroUsize>,
    /// How often a case that failed or errored runs again; at the first attempt that does neither it is
    /// flaky.
    pub retries: usize,
    /// Whether a flaky case is failed rather than passed.
    pub fails_flaky: bool,
    /// Cases that took longer are listed.
    pub slow: Option<Duration>,
    /// How long judged exchanges may take.
    pub budgets: Vec<Budget>,
    /// Whether [`Event::Doing`] is said: somebody watches.
    pub tells_doing: bool,
}

impl CaseReport {
    /// Whether it was not started, for the reason of an [`Event::Stopped`].
    pub fn is_left_out(&self, reason: &str) -> bool {
        self.verdict == Verdict::NotRun && self.steps.is_empty() && self.reason.as_deref() == Some(reason)
    }

    /// Whether it makes the run fail: it failed, could not be carried out, or passed against its word.
    pub fn is_failure(&self) -> bool {
        match self.verdict {
            Verdict::Failed | Verdict::Errored => true,
            Verdict::XPassed => !self.is_tolerated,
            Verdict::Passed | Verdict::XFailed | Verdict::Skipped | Verdict::NotRun => false,
        }
    }
}

/// Counts failures, and holds the run where there are too many.
#[derive(Debug)]
pub(super) struct Brake {
    limit: Option<NonZeroUsize>,
    n_failures: AtomicUsize,
    /// Why nothing more is started, once that is so.
    reason: OnceLock<String>,
}

impl Brake {
    pub(super) fn new(limit: Option<NonZeroUsize>) -> Self {
        Self { limit, n_failures: AtomicUsize::new(0), reason: OnceLock::new() }
    }

    /// Counts a case that is done; says so where it is the last that the run bears.
    pub(super) fn count(&self, report: &CaseReport, events: &UnboundedSender<Event>) {
        let Some(limit) = self.limit.filter(|_| report.is_failure()) else { return };
        if self.n_failures.fetch_add(1, Ordering::Relaxed) + 1 == limit.get() {
            let reason = words(limit);
            // Told before any other worker can act on it: the event comes before the cases left out.
            let _ = events.send(Event::Stopped { reason: reason.clone() });
            let _ = self.reason.set(reason);
        }
    }

    /// Why no further case starts; `None` as long as one may.
    pub(super) fn reason(&self) -> Option<&str> {
        self.reason.get().map(String::as_str)
    }
}

fn words(limit: NonZeroUsize) -> String {
    match limit.get() {
        1 => "a case had failed (`--fail-fast`)".to_owned(),
        count => format!("{count} cases had failed (`--max-failures {count}`)"),
    }
}

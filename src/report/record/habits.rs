//! What a run says of failures that ended it, of cases that ran again, and of times.

use super::{SummaryRecord, count, words};
use crate::diagnostic::Code;
use crate::engine::{BudgetOutcome, Durations, FlakyCase, SlowCase, Stopped, Verdict};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A case that passed once it ran again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlakyRecord {
    /// `file › title [row]`.
    pub name: String,
    /// How it ended: failed, where that is asked for.
    pub verdict: Verdict,
    /// How many attempts failed.
    pub failures: u32,
    /// The codes of what was found in them, each once.
    pub codes: Vec<Code>,
}

/// A run that bore no further failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoppedRecord {
    /// `a case had failed (`--fail-fast`)`.
    pub reason: String,
    /// How many cases were not started.
    pub left_out: u32,
}

/// A case that took long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlowRecord {
    /// `file › title [row]`.
    pub name: String,
    /// How long it took.
    #[serde(with = "words::time")]
    pub time: Duration,
    /// The step whose exchange took longest; `None` where nothing was exchanged.
    pub step: Option<String>,
    /// How long that exchange took; zero where there is none.
    #[serde(with = "words::time")]
    pub step_time: Duration,
}

/// How long the judged exchanges of an operation took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DurationsRecord {
    /// The operation: `updateAnOrder`.
    pub operation: String,
    /// How many there were.
    pub count: u64,
    /// The time that half of them did not exceed.
    #[serde(with = "words::time")]
    pub p50: Duration,
    /// The time that 95 of 100 did not exceed.
    #[serde(with = "words::time")]
    pub p95: Duration,
    /// The longest time.
    #[serde(with = "words::time")]
    pub max: Duration,
}

/// A budget that was exceeded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetRecord {
    /// The budget as written: `operation:update*:p95=300ms`.
    pub budget: String,
    /// What was measured: `p95`, `max`.
    pub measure: String,
    /// The operation, of a budget for some.
    pub operation: Option<String>,
    /// The tag, of a budget for one.
    pub tag: Option<String>,
    /// What is allowed.
    #[serde(with = "words::time")]
    pub limit: Duration,
    /// What it came to.
    #[serde(with = "words::time")]
    pub measured: Duration,
    /// How many exchanges were measured.
    pub count: u64,
}

impl SummaryRecord {
    /// Takes over what cannot be worked out from cases alone: what is slow and over budget is said by
    /// the limits of its own run.
    pub(super) fn take_limits(&mut self, other: Self) {
        self.slow.extend(other.slow);
        self.slow.sort_by_key(|case| std::cmp::Reverse(case.time));
        for words in other.mended {
            if !self.mended.contains(&words) {
                self.mended.push(words);
            }
        }
        match (&mut self.stopped, other.stopped) {
            (Some(stopped), Some(other)) => {
                stopped.left_out = stopped.left_out.saturating_add(other.left_out)
            }
            (None, other) => self.stopped = other,
            (Some(_), None) => {}
        }
    }
}

impl FlakyRecord {
    pub(super) fn of(case: &FlakyCase) -> Self {
        let (name, codes) = (case.name.clone(), case.codes.clone());
        Self { name, verdict: case.verdict, failures: count(case.failures), codes }
    }

    pub(super) fn to_case(&self) -> FlakyCase {
        let (name, codes) = (self.name.clone(), self.codes.clone());
        FlakyCase { name, verdict: self.verdict, failures: self.failures as usize, codes }
    }
}

impl StoppedRecord {
    pub(super) fn of(stopped: &Stopped) -> Self {
        Self { reason: stopped.reason.clone(), left_out: count(stopped.left_out) }
    }

    pub(super) fn to_stopped(&self) -> Stopped {
        Stopped { reason: self.reason.clone(), left_out: self.left_out as usize }
    }
}

impl SlowRecord {
    pub(super) fn of(case: &SlowCase) -> Self {
        let (step, step_time) = case.longest.clone().unzip();
        Self { name: case.name.clone(), time: case.elapsed, step, step_time: step_time.unwrap_or_default() }
    }

    pub(super) fn to_case(&self) -> SlowCase {
        let longest = self.step.clone().map(|step| (step, self.step_time));
        SlowCase { name: self.name.clone(), elapsed: self.time, longest }
    }
}

impl DurationsRecord {
    pub(super) fn of(it: &Durations) -> Self {
        Self { operation: it.operation.clone(), count: it.count, p50: it.p50, p95: it.p95, max: it.max }
    }

    pub(super) fn to_durations(&self) -> Durations {
        let Self { operation, count, p50, p95, max } = self.clone();
        Durations { operation, count, p50, p95, max }
    }
}

impl BudgetRecord {
    pub(super) fn of(it: &BudgetOutcome) -> Self {
        let BudgetOutcome { budget, measure, operation, tag, limit, measured, count } = it.clone();
        Self { budget, measure, operation, tag, limit, measured, count }
    }

    pub(super) fn to_outcome(&self) -> BudgetOutcome {
        let Self { budget, measure, operation, tag, limit, measured, count } = self.clone();
        BudgetOutcome { budget, measure, operation, tag, limit, measured, count }
    }
}

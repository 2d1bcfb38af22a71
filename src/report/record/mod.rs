//! A run as data: everything that reports say of it, made of the engine's events and of nothing else, written
//! as the JSON report and read again.
//!
//! [`Recorder`] gathers events into a [`RunRecord`], which every report that is a document is written from;
//! [`RunRecord::replay`] says the events again, so that a report that was read looks as the run did. What is in
//! it is masked, for the events are. `schemas/report.schema.json` describes its JSON.

mod case;
mod exchange;
mod finding;
mod habits;
mod joined;
mod lines;
mod merge;
mod outcome;
mod read;
mod recorder;
mod summary;
mod whole;
mod words;

pub use case::{CaseRecord, ExchangeSummary, StepRecord};
pub use finding::{ChangeRecord, DifferenceRecord, ExcerptRecord, FindingRecord, PlaceRecord};
pub use habits::{BudgetRecord, DurationsRecord, FlakyRecord, SlowRecord, StoppedRecord};
pub use merge::{Double, merge};
pub use outcome::{Outcome, Weight};
pub use read::ReadError;
pub use recorder::Recorder;
pub use summary::{AttentionRecord, CodeCount, Counted, SummaryRecord, VerdictCounts, WarningRecord};
pub use whole::WholeFact;
pub(super) use words::milliseconds;

use crate::clock::Timestamp;
use crate::engine::{Event, RunStarted};
use crate::plan::Shard;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The version of the JSON's form; it grows when a member changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// A whole run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// The version of the form, [`VERSION`].
    pub version: u32,
    /// The version of contest that ran it.
    pub contest: String,
    /// When it began.
    #[serde(with = "words::moment")]
    pub started: Timestamp,
    /// From its beginning to its end; of a run that was killed, to the end of the last case that is held.
    #[serde(rename = "time", with = "words::time")]
    pub elapsed: Duration,
    /// The environment's name; `None` when a base URL was given without one.
    pub environment: Option<String>,
    /// Where in its repository the run was started: `services/orders`; `None` at its root, and outside of one.
    #[serde(default)]
    pub folder: Option<String>,
    /// The share of the cases that ran, `2/5`; `None` where all did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// What was tested: `embedded mock`, or the base URLs.
    pub target: String,
    /// The seed of `$gen`.
    pub seed: u64,
    /// The value of `$run.id`.
    pub run_id: String,
    /// The number of workers.
    pub workers: u32,
    /// The number of cases that were to run.
    pub planned: u32,
    /// Whether every case that was to run was run: the run was neither killed nor interrupted.
    #[serde(rename = "complete")]
    pub is_complete: bool,
    /// Whether it was interrupted, and cleanup was run.
    #[serde(rename = "interrupted")]
    pub is_interrupted: bool,
    /// Of a run that is not complete: the cases that were under way when this was written,
    /// `file › title [row]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under_way: Vec<String>,
    /// Why no case was run, where the run could not begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Things that the reader should know before anything else: TLS is not verified.
    pub banners: Vec<String>,
    /// The runs that this one was joined from; empty of a run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartRecord>,
    /// What the whole comes to.
    pub summary: SummaryRecord,
    /// The cases that are done, in the order of the plan.
    pub cases: Vec<CaseRecord>,
}

/// One of several runs that were joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartRecord {
    /// The file that it was read from.
    pub file: String,
    /// When it began.
    #[serde(with = "words::moment")]
    pub started: Timestamp,
    /// From its beginning to its end.
    #[serde(rename = "time", with = "words::time")]
    pub elapsed: Duration,
    /// Its seed, which repeats its values.
    pub seed: u64,
    /// Its `$run.id`.
    pub run_id: String,
    /// The number of its cases.
    pub cases: u32,
    /// Whether every case that was to run was run.
    #[serde(rename = "complete")]
    pub is_complete: bool,
}

impl RunRecord {
    /// The record without its cases.
    pub(super) fn head(&self) -> Self {
        Self {
            version: self.version,
            contest: self.contest.clone(),
            started: self.started,
            elapsed: self.elapsed,
            environment: self.environment.clone(),
            folder: self.folder.clone(),
            shard: self.shard.clone(),
            target: self.target.clone(),
            seed: self.seed,
            run_id: self.run_id.clone(),
            workers: self.workers,
            planned: self.planned,
            is_complete: self.is_complete,
            is_interrupted: self.is_interrupted,
            under_way: self.under_way.clone(),
            failure: self.failure.clone(),
            banners: self.banners.clone(),
            parts: self.parts.clone(),
            summary: self.summary.clone(),
            cases: Vec::new(),
        }
    }

    /// The path of a file from the root of its repository, for readers who know no other folder. Absolute paths
    /// and URLs stay.
    pub fn from_root(&self, path: &str) -> String {
        let Some(folder) = &self.folder else { return path.to_owned() };
        if path.starts_with('/') || path.contains("://") {
            return path.to_owned();
        }
        let mut names: Vec<&str> = Vec::new();
        for name in folder.split('/').chain(path.split(['/', '\\'])) {
            match name {
                "" | "." => {}
                ".." if names.last().is_some_and(|last| *last != "..") => drop(names.pop()),
                name => names.push(name),
            }
        }
        names.join("/")
    }

    /// What the reader of a run that is not complete should know.
    pub fn incomplete(&self) -> Option<String> {
        if self.is_complete || self.is_interrupted {
            return None;
        }
        if let Some(reason) = &self.failure {
            return Some(format!("no case was run: {reason}"));
        }
        let under_way = match &self.under_way[..] {
            [] => String::new(),
            names => format!("; under way was {}", names.join(", ")),
        };
        Some(format!(
            "the run ended before its end: {} of {} cases are done{under_way}",
            self.cases.len(),
            self.planned
        ))
    }

    /// Says the events of the run again, its cases in the order of the plan.
    pub fn replay(&self, emit: &mut dyn FnMut(&Event)) {
        emit(&Event::RunStarted(RunStarted {
            version: self.contest.clone().into(),
            environment: self.environment.clone(),
            shard: self.shard.as_deref().and_then(|shard| Shard::parse(shard).ok()),
            target: self.target.clone(),
            cases: self.planned as usize,
            workers: self.workers as usize,
            seed: self.seed,
            run_id: self.run_id.clone(),
            started: self.started,
            is_dry: false,
            banners: self.banners.clone(),
        }));
        if let Some(stopped) = &self.summary.stopped {
            emit(&Event::Stopped { reason: stopped.reason.clone() });
        }
        for case in &self.cases {
            emit(&Event::CaseFinished(Box::new(case.to_report())));
        }
        emit(&Event::RunFinished(Box::new(self.summary.to_summary(self))));
    }
}

/// A count as the records hold it: one that no run reaches is cut.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_of_its_repository() {
        let rows = [
            (None, "a/b.yaml", "a/b.yaml"),
            (Some("apis/shop"), "a/b.yaml", "apis/shop/a/b.yaml"),
            (Some("apis/shop"), "../specs/./b.yaml", "apis/specs/b.yaml"),
            (Some("apis"), "../../b.yaml", "../b.yaml"),
            (Some("apis"), "/abs/b.yaml", "/abs/b.yaml"),
            (Some("apis"), "https://example.com/b.yaml", "https://example.com/b.yaml"),
            (Some("apis"), r"..\b.yaml", "b.yaml"),
        ];
        let mut recorder = Recorder::new(Timestamp::UNIX_EPOCH, None);
        let mut record = recorder.record().clone();
        for (folder, path, expected) in rows {
            record.folder = folder.map(str::to_owned);
            assert_eq!(record.from_root(path), expected);
        }
    }
}

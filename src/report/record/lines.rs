//! The record of a run that was written as lines, an event each.

use super::read::{ReadError, reason_of};
use super::{CaseRecord, PartRecord, Recorder, RunRecord, SummaryRecord, words};
use crate::clock::Timestamp;
use crate::engine::Event;
use serde::Deserialize;
use std::time::Duration;

/// One line, as `report-events.schema.json` has it.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Line {
    RunStarted(Box<Started>),
    CaseStarted { index: u32, name: String },
    CaseFinished { index: u32, case: Box<CaseRecord> },
    RunFinished(Box<Finished>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    contest: String,
    #[serde(with = "words::moment")]
    started: Timestamp,
    environment: Option<String>,
    #[serde(default)]
    folder: Option<String>,
    #[serde(default)]
    shard: Option<String>,
    target: String,
    seed: u64,
    run_id: String,
    workers: u32,
    planned: u32,
    banners: Vec<String>,
    #[serde(default)]
    parts: Vec<PartRecord>,
}

#[derive(Deserialize)]
struct Finished {
    #[serde(with = "words::time")]
    time: Duration,
    complete: bool,
    interrupted: bool,
    summary: SummaryRecord,
}

/// Reads the lines of a run; those of one that was killed have no end, and may end within a line.
pub(super) fn read(text: &str) -> Result<RunRecord, ReadError> {
    let mut recorder = Recorder::new(Timestamp::UNIX_EPOCH, None);
    let mut finished = None;
    for (index, written) in text.lines().enumerate() {
        match read_line(written, index + 1) {
            Ok(Line::RunStarted(started)) => recorder.restart(|record| {
                record.contest = started.contest;
                record.started = started.started;
                record.environment = started.environment;
                record.folder = started.folder;
                record.shard = started.shard;
                record.target = started.target;
                record.seed = started.seed;
                record.run_id = started.run_id;
                record.workers = started.workers;
                record.planned = started.planned;
                record.banners = started.banners;
                record.parts = started.parts;
            }),
            Ok(Line::CaseStarted { index, name }) => {
                recorder.event(&Event::CaseStarted { index: index as usize, name });
            }
            Ok(Line::CaseFinished { index, mut case }) => {
                case.index = index as usize;
                recorder.event(&Event::CaseFinished(Box::new(case.to_report())));
            }
            Ok(Line::RunFinished(end)) => finished = Some(end),
            Err(_) if !text.ends_with('\n') && index + 1 == text.lines().count() => break,
            Err(error) => return Err(error),
        }
    }
    let mut record = recorder.record().clone();
    if let Some(end) = finished {
        record.elapsed = end.time;
        record.is_complete = end.complete;
        record.is_interrupted = end.interrupted;
        record.summary = end.summary;
        record.under_way.clear();
    }
    record.cases.iter_mut().enumerate().for_each(|(index, case)| case.index = index);
    Ok(record)
}

fn read_line(text: &str, line: usize) -> Result<Line, ReadError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read: Result<Line, _> = serde_path_to_error::deserialize(&mut deserializer);
    read.map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        // Members of a line are read from memory, where columns are not known.
        ReadError::Member { line, column: inner.column().max(1), path, reason: reason_of(inner) }
    })
}

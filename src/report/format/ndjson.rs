//! A line of JSON an event, `schemas/report-events.schema.json`, for whoever follows a run.

use crate::engine::{CaseReport, Event, RunStarted, Summary};
use crate::report::record::{CaseRecord, PartRecord, RunRecord, SummaryRecord, milliseconds};
use serde::Serialize;
use std::io::{self, Write};

/// One line. Exchanges are not in it: `--trace` writes them while they happen.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Line<'r> {
    RunStarted {
        version: u32,
        contest: &'r str,
        started: String,
        environment: Option<&'r str>,
        folder: Option<&'r str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        shard: Option<String>,
        target: &'r str,
        seed: u64,
        run_id: &'r str,
        workers: usize,
        planned: usize,
        banners: &'r [String],
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        parts: &'r [PartRecord],
    },
    CaseStarted {
        index: usize,
        name: &'r str,
    },
    CaseFinished {
        index: usize,
        case: &'r CaseRecord,
    },
    RunFinished {
        time: f64,
        complete: bool,
        interrupted: bool,
        summary: &'r SummaryRecord,
    },
}

/// The line of an event, with its end; `None` where it has none. `folder` is where in its repository it runs.
pub(super) fn line(event: &Event, folder: Option<&str>) -> io::Result<Option<Vec<u8>>> {
    match event {
        Event::RunStarted(started) => started_line(started, folder, &[]).map(Some),
        Event::CaseStarted { index, name } => written(&Line::CaseStarted { index: *index, name }).map(Some),
        Event::Exchanged(_) | Event::Stopped { .. } | Event::Doing { .. } | Event::Slow { .. } => Ok(None),
        Event::CaseFinished(report) => finished_line(report).map(Some),
        Event::RunFinished(summary) => summary_line(summary).map(Some),
    }
}

/// Writes the lines of a run that is over. Of its cases there are the ends alone, in the order of the plan.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let mut result = Ok(());
    run.replay(&mut |event| {
        if result.is_ok() {
            result = match event {
                Event::RunStarted(started) => {
                    started_line(started, run.folder.as_deref(), &run.parts).map(Some)
                }
                Event::RunFinished(summary) if run.is_complete || run.is_interrupted => {
                    summary_line(summary).map(Some)
                }
                // A run that was killed has no end.
                Event::RunFinished(_) => Ok(None),
                event => line(event, None),
            }
            .and_then(|line| line.map_or(Ok(()), |line| out.write_all(&line)));
        }
    });
    result
}

fn started_line(started: &RunStarted, folder: Option<&str>, parts: &[PartRecord]) -> io::Result<Vec<u8>> {
    written(&Line::RunStarted {
        version: crate::report::record::VERSION,
        contest: &started.version,
        started: started.started.to_string(),
        environment: started.environment.as_deref(),
        folder,
        shard: started.shard.map(|shard| shard.to_string()),
        target: &started.target,
        seed: started.seed,
        run_id: &started.run_id,
        workers: started.workers,
        planned: started.cases,
        banners: &started.banners,
        parts,
    })
}

fn finished_line(report: &CaseReport) -> io::Result<Vec<u8>> {
    let mut case = CaseRecord::of(report);
    let attempts = case.earlier.iter_mut().flat_map(|attempt| &mut attempt.steps);
    attempts.chain(&mut case.steps).for_each(|step| step.exchanges.clear());
    written(&Line::CaseFinished { index: report.index, case: &case })
}

fn summary_line(summary: &Summary) -> io::Result<Vec<u8>> {
    written(&Line::RunFinished {
        time: milliseconds(summary.elapsed),
        complete: !summary.is_interrupted,
        interrupted: summary.is_interrupted,
        summary: &SummaryRecord::of(summary),
    })
}

fn written(line: &Line<'_>) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

use super::finding::FindingRecord;
use super::{count, exchange, words};
use crate::clock::Timestamp;
use crate::diagnostic::Code;
use crate::engine::{CaseAbout, CaseReport, ExchangeRecord, ExchangeReport, Phase, StepReport, Verdict};
use crate::source::{Location, Source, Span};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// One case that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseRecord {
    /// Stable and unique: `file::scenario[row]`.
    pub id: String,
    /// The scenario file below its root, without its ending: `marketplace/cancel`.
    pub file: String,
    /// Its path, as shown in messages.
    pub path: String,
    /// The line of the scenario in it, from 1.
    pub line: u32,
    /// The scenario's title, or its name when it has none.
    pub title: String,
    /// The row's name or index, for a scenario with rows.
    pub row: Option<String>,
    /// The tags of file, scenario and row, sorted.
    pub tags: Vec<String>,
    /// The operations that it calls, setup and cleanup included, each once.
    pub operations: Vec<String>,
    /// Its place among all cases of the files, from 0, whichever were selected.
    pub place: u32,
    /// Which time it ran, from 1.
    pub round: u32,
    /// Which worker had it, from 0.
    pub worker: u32,
    /// How it ended.
    pub verdict: Verdict,
    /// Why nothing was sent, when it was skipped or not run; the known fault, when it was marked `xfail`.
    pub reason: Option<String>,
    /// Whether it passed unexpectedly and that is said not to fail the run: `strict: false`.
    #[serde(rename = "tolerated")]
    pub is_tolerated: bool,
    /// When it began.
    #[serde(with = "words::moment")]
    pub started: Timestamp,
    /// From its beginning to its end.
    #[serde(rename = "time", with = "words::time")]
    pub elapsed: Duration,
    /// Whether it passed once it was run again.
    #[serde(rename = "flaky", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_flaky: bool,
    /// The attempts before this one, in their order, which failed or errored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<CaseRecord>,
    /// The steps in the order they ran, setup, cleanup and teardown included.
    pub steps: Vec<StepRecord>,
    /// What cleanup could not undo, one sentence each.
    pub left_behind: Vec<String>,
    /// Its place in the order of the plan, from 0; that of [`RunRecord::cases`](super::RunRecord::cases)
    /// where every case is done.
    #[serde(skip)]
    pub index: usize,
}

/// One step that is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepRecord {
    /// Its `id`, or `step1`, `step2`, …; that of a flow's step behind that of its call: `order.create`.
    pub id: String,
    /// Its `title`.
    pub title: Option<String>,
    /// Where it stands.
    pub phase: Phase,
    /// What it does: the operation it calls, as `updateAnOrder`; otherwise `PUT {$vars.uploadUrl}`,
    /// `flow paid-order` or `pause 500ms`.
    pub action: String,
    /// The file it is written in, which may be that of a flow; `None` of what people did not write.
    pub path: Option<String>,
    /// The line it is written in, from 1.
    pub line: Option<u32>,
    /// How it ended.
    pub verdict: Verdict,
    /// Why nothing was sent, when it was skipped; the known fault, when it was marked `xfail`.
    pub reason: Option<String>,
    /// When it began; `None` of one that was not run.
    #[serde(with = "words::moment::option")]
    pub started: Option<Timestamp>,
    /// From its beginning to its end.
    #[serde(rename = "time", with = "words::time")]
    pub elapsed: Duration,
    /// The exchange in a few words; `None` when nothing was answered. Of several, the last.
    pub exchange: Option<ExchangeSummary>,
    /// How many exchanges were judged before it: those of a poll, and of earlier rounds.
    pub earlier: u32,
    /// How long those of them took that a document describes.
    #[serde(with = "words::times", default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_times: Vec<Duration>,
    /// The command that repeats the request.
    pub repeat: Option<String>,
    /// Everything that was found, denied and warned.
    pub findings: Vec<FindingRecord>,
    /// Codes of warnings that would have failed the step, had no setting lowered them.
    pub waived: Vec<Code>,
    /// The settings that turned off a check whose findings are warnings.
    pub off: Vec<String>,
    /// What could not be checked: "not checked, because …" without those words.
    pub not_checked: Vec<String>,
    /// What the reader should know: a token fetched anew, a resend.
    pub notes: Vec<String>,
    /// Every request of the step with its answer, in the order sent, where they are kept.
    #[serde(with = "exchange", default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Arc<ExchangeRecord>>,
}

/// One exchange in a few words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeSummary {
    /// `PUT /v2/orders/50ca…`: the method and the request target.
    pub request: String,
    /// The status code.
    pub status: u16,
    /// From sending to the last body byte.
    #[serde(rename = "time", with = "words::time")]
    pub latency: Duration,
    /// Whether a document describes it.
    #[serde(rename = "described")]
    pub is_described: bool,
    /// Whether everything of it was judged against the document.
    #[serde(rename = "judged")]
    pub is_judged: bool,
}

impl CaseRecord {
    /// The record of a case that is done.
    pub fn of(report: &CaseReport) -> Self {
        let about = report.about.as_deref().cloned().unwrap_or_default();
        Self {
            id: report.id.clone(),
            file: report.file.clone(),
            path: about.path,
            line: count(about.line),
            title: report.title.clone(),
            row: report.row.clone(),
            tags: about.tags,
            operations: about.operations,
            place: count(about.place),
            round: count(about.round).max(1),
            worker: count(report.worker),
            verdict: report.verdict,
            reason: report.reason.clone(),
            is_tolerated: report.is_tolerated,
            started: report.started,
            elapsed: report.elapsed,
            is_flaky: report.is_flaky,
            earlier: report.earlier.iter().map(Self::of).collect(),
            steps: report.steps.iter().map(StepRecord::of).collect(),
            left_behind: report.left_behind.clone(),
            index: report.index,
        }
    }

    /// The report that it is a record of.
    pub fn to_report(&self) -> CaseReport {
        CaseReport {
            index: self.index,
            id: self.id.clone(),
            file: self.file.clone(),
            title: self.title.clone(),
            row: self.row.clone(),
            verdict: self.verdict,
            reason: self.reason.clone(),
            is_tolerated: self.is_tolerated,
            steps: self.steps.iter().map(StepRecord::to_report).collect(),
            left_behind: self.left_behind.clone(),
            started: self.started,
            elapsed: self.elapsed,
            earlier: self.earlier.iter().map(Self::to_report).collect(),
            is_flaky: self.is_flaky,
            worker: self.worker as usize,
            about: Some(Arc::new(CaseAbout {
                path: self.path.clone(),
                line: self.line as usize,
                tags: self.tags.clone(),
                operations: self.operations.clone(),
                place: self.place as usize,
                round: self.round as usize,
            })),
        }
    }

    /// `file › title [row]`, as people see it.
    pub fn name(&self) -> String {
        match &self.row {
            Some(row) => format!("{} › {} [{row}]", self.file, self.title),
            None => format!("{} › {}", self.file, self.title),
        }
    }
}

impl StepRecord {
    fn of(report: &StepReport) -> Self {
        Self {
            id: report.id.clone(),
            title: report.title.clone(),
            phase: report.phase,
            action: report.action.clone(),
            path: report.at.as_ref().map(|at| at.source.name().to_owned()),
            line: report.at.as_ref().map(|at| count(at.position().line)),
            verdict: report.verdict,
            reason: report.reason.clone(),
            started: report.started,
            elapsed: report.elapsed,
            exchange: report.exchange.as_ref().map(ExchangeSummary::of),
            earlier: count(report.earlier),
            earlier_times: report.earlier_latencies.clone(),
            repeat: report.repeat.clone(),
            findings: report.findings.iter().map(FindingRecord::of).collect(),
            waived: report.waived.clone(),
            off: report.off.clone(),
            not_checked: report.not_checked.clone(),
            notes: report.notes.clone(),
            exchanges: report.exchanges.clone(),
        }
    }

    /// The report that it is a record of.
    pub fn to_report(&self) -> StepReport {
        let at = self.path.as_ref().zip(self.line).map(|(path, line)| {
            let cut =
                crate::source::Cut { lines_before: (line as usize).saturating_sub(1), ..Default::default() };
            Location::new(&Source::part(path, "", cut), Span::default())
        });
        StepReport {
            id: self.id.clone(),
            title: self.title.clone(),
            phase: self.phase,
            action: self.action.clone(),
            verdict: self.verdict,
            reason: self.reason.clone(),
            at,
            started: self.started,
            elapsed: self.elapsed,
            findings: self.findings.iter().map(FindingRecord::to_finding).collect(),
            exchange: self.exchange.as_ref().map(ExchangeSummary::to_report),
            earlier: self.earlier as usize,
            earlier_latencies: self.earlier_times.clone(),
            exchanges: self.exchanges.clone(),
            repeat: self.repeat.clone(),
            waived: self.waived.clone(),
            off: self.off.clone(),
            not_checked: self.not_checked.clone(),
            notes: self.notes.clone(),
            observed: None,
        }
    }
}

impl ExchangeSummary {
    fn of(report: &ExchangeReport) -> Self {
        Self {
            request: report.request.clone(),
            status: report.status,
            latency: report.latency,
            is_described: report.is_described,
            is_judged: report.is_judged,
        }
    }

    fn to_report(&self) -> ExchangeReport {
        ExchangeReport {
            request: self.request.clone(),
            status: self.status,
            latency: self.latency,
            is_described: self.is_described,
            is_judged: self.is_judged,
        }
    }
}

use super::{CaseRecord, RunRecord, SummaryRecord, VERSION, count};
use crate::clock::Timestamp;
use crate::engine::{CaseReport, Event, RunStarted, Summary, SummaryBuilder};
use std::collections::BTreeMap;
use std::time::Duration;

/// Gathers the events of a run into a record, which can be read at any time.
///
/// What a case costs does not depend on how many were there before it.
#[derive(Debug)]
pub struct Recorder {
    record: RunRecord,
    /// What the cases come to that are done.
    summary: SummaryBuilder,
    /// Those that were begun and are not done, by their index.
    under_way: BTreeMap<usize, String>,
}

impl Recorder {
    /// Begins the record of a run of which nothing is known yet but when it began, and where in its repository.
    pub fn new(started: Timestamp, folder: Option<String>) -> Self {
        let record = RunRecord {
            version: VERSION,
            contest: env!("CARGO_PKG_VERSION").to_owned(),
            started,
            elapsed: Duration::ZERO,
            environment: None,
            folder,
            shard: None,
            target: String::new(),
            seed: 0,
            run_id: String::new(),
            workers: 0,
            planned: 0,
            is_complete: false,
            is_interrupted: false,
            under_way: Vec::new(),
            failure: None,
            banners: Vec::new(),
            parts: Vec::new(),
            summary: SummaryRecord::default(),
            cases: Vec::new(),
        };
        Self { record, summary: SummaryBuilder::default(), under_way: BTreeMap::new() }
    }

    /// Takes the next event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(started) => self.start(started),
            Event::CaseStarted { index, name } => {
                self.under_way.insert(*index, name.clone());
            }
            Event::Exchanged(_) | Event::Stopped { .. } | Event::Doing { .. } | Event::Slow { .. } => {}
            Event::CaseFinished(report) => self.add(report),
            Event::RunFinished(summary) => self.finish(summary),
        }
    }

    /// Takes note that the run could not begin.
    pub fn fail(&mut self, reason: &str) {
        self.record.failure = Some(reason.to_owned());
    }

    /// Sets what is known of the run.
    pub(super) fn restart(&mut self, set: impl FnOnce(&mut RunRecord)) {
        set(&mut self.record);
    }

    /// The run as far as it has come.
    pub fn record(&mut self) -> &RunRecord {
        if !self.record.is_complete && !self.record.is_interrupted {
            let summary = self.summary.clone().finish(String::new(), Duration::ZERO, false);
            self.record.summary = SummaryRecord::of(&summary);
            self.record.under_way = self.under_way.values().cloned().collect();
        }
        &self.record
    }

    fn start(&mut self, started: &RunStarted) {
        let record = &mut self.record;
        record.contest = started.version.clone().into_owned();
        record.started = started.started;
        record.environment.clone_from(&started.environment);
        record.shard = started.shard.map(|shard| shard.to_string());
        record.target.clone_from(&started.target);
        record.seed = started.seed;
        record.run_id.clone_from(&started.run_id);
        record.workers = count(started.workers);
        record.planned = count(started.cases);
        record.banners.clone_from(&started.banners);
    }

    fn add(&mut self, report: &CaseReport) {
        self.under_way.remove(&report.index);
        self.summary.add(report);
        let case = CaseRecord::of(report);
        let ended = case.started.saturating_add(case.elapsed).unwrap_or(case.started);
        let elapsed = Duration::try_from(ended.duration_since(self.record.started)).unwrap_or_default();
        self.record.elapsed = self.record.elapsed.max(elapsed);
        // They come nearly in order: what is moved is short.
        let cases = &mut self.record.cases;
        let behind = cases.iter().rev().take_while(|other| other.index > case.index).count();
        cases.insert(cases.len() - behind, case);
    }

    fn finish(&mut self, summary: &Summary) {
        let record = &mut self.record;
        record.summary = SummaryRecord::of(summary);
        record.elapsed = summary.elapsed;
        record.is_interrupted = summary.is_interrupted;
        record.is_complete = !summary.is_interrupted;
        record.under_way.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Verdict;
    use crate::report::fixtures::case;

    #[test]
    fn cases_stand_in_the_order_of_the_plan_whenever_they_end() {
        let mut recorder = Recorder::new(Timestamp::UNIX_EPOCH, None);
        for index in [2, 0, 4, 1, 3] {
            let case = case(index, Verdict::Passed, "a", "b");
            recorder.event(&Event::CaseStarted { index, name: case.name() });
            recorder.event(&Event::CaseStarted { index: index + 10, name: format!("case {index}") });
            recorder.event(&Event::CaseFinished(Box::new(case)));
        }
        let record = recorder.record();
        assert_eq!(record.cases.iter().map(|case| case.index).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!((record.summary.cases, record.is_complete), (5, false));
        assert_eq!(record.under_way, ["case 0", "case 1", "case 2", "case 3", "case 4"]);
    }
}

use super::joined::Asked;
use super::{CaseRecord, PartRecord, RunRecord, SummaryRecord, count};
use crate::coverage::Coverage;
use crate::engine::SummaryBuilder;
use std::collections::HashMap;
use std::time::Duration;

/// A case that two of the runs hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Double {
    /// Its id.
    pub id: String,
    /// The file whose result is left out.
    pub dropped: String,
    /// The file whose result counts: the one that was given later.
    pub kept: String,
}

/// Joins runs, each with the name of its file, into one: shards of one run, or runs of several files.
///
/// Cases stand in the order of the plan as far as the runs share one: rounds one after another, in each
/// the files in the order of their first case, in each file its cases in its order. Of a case that several
/// runs hold, that of the run given last counts. Times are added up. `None` without any run.
pub fn merge(runs: Vec<(String, RunRecord)>) -> Option<(RunRecord, Vec<Double>)> {
    let mut doubles = Vec::new();
    let parts: Vec<PartRecord> = runs.iter().map(|(file, run)| PartRecord::of(file, run)).collect();
    let coverages = runs.iter().filter_map(|(_, run)| run.summary.coverage.clone());
    let coverage = coverages.reduce(Coverage::merge);
    let asked = Asked::of(runs.iter().map(|(_, run)| run));
    let parts_are_one = parts.len() == 1;
    let mut whole: Option<RunRecord> = None;
    let mut cases: Vec<(usize, CaseRecord)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (index, (_, mut run)) in runs.into_iter().enumerate() {
        for case in std::mem::take(&mut run.cases) {
            match known.get(&case.id) {
                Some(at) => {
                    let kept = &mut cases[*at];
                    doubles.push(Double {
                        id: case.id.clone(),
                        dropped: parts[kept.0].file.clone(),
                        kept: parts[index].file.clone(),
                    });
                    *kept = (index, case);
                }
                None => {
                    known.insert(case.id.clone(), cases.len());
                    cases.push((index, case));
                }
            }
        }
        match &mut whole {
            None => whole = Some(run),
            Some(whole) => whole.join(run),
        }
    }
    let mut whole = whole?;
    // What a run was joined from is told once, with the files that they are in now.
    whole.parts = if parts.len() > 1 { parts } else { whole.parts };
    whole.cases = in_order(cases.into_iter().map(|(_, case)| case).collect());
    let habits = std::mem::take(&mut whole.summary);
    let mut summary = SummaryBuilder::of_budgets(&asked.budgets());
    for (index, case) in whole.cases.iter_mut().enumerate() {
        case.index = index;
        summary.add_tagged(&case.to_report(), &case.tags.iter().cloned().collect());
    }
    let (requirements, over_budget) = asked.hold(&summary, coverage.as_ref());
    whole.summary = SummaryRecord::of(&summary.finish(String::new(), Duration::ZERO, false));
    whole.summary.take_limits(habits);
    // What the shares have observed is not told case by case.
    whole.summary.coverage = coverage;
    (whole.summary.requirements, whole.summary.over_budget) = (requirements, over_budget);
    // Of one run nothing changes.
    whole.shard = whole.shard.filter(|_| parts_are_one);
    whole.planned = whole.planned.saturating_sub(count(doubles.len()));
    Some((whole, doubles))
}

/// The cases in the order of their plan.
fn in_order(cases: Vec<CaseRecord>) -> Vec<CaseRecord> {
    let mut first: HashMap<String, (u32, usize)> = HashMap::new();
    for (index, case) in cases.iter().enumerate() {
        let own = (case.place, index);
        first.entry(case.file.clone()).and_modify(|first| *first = own.min(*first)).or_insert(own);
    }
    let mut keyed: Vec<_> = cases
        .into_iter()
        .map(|case| ((case.round, first.get(&case.file).copied().unwrap_or_default(), case.place), case))
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, case)| case).collect()
}

impl RunRecord {
    /// Adds what another run says of itself; its cases are elsewhere.
    fn join(&mut self, other: Self) {
        let differs = |own: &str, others: &str| !own.split(", ").any(|each| each == others);
        if differs(&self.target, &other.target) {
            self.target = format!("{}, {}", self.target, other.target);
        }
        if self.environment != other.environment {
            self.environment = None;
        }
        if self.folder != other.folder {
            self.folder = None;
        }
        self.started = self.started.min(other.started);
        self.elapsed = self.elapsed.saturating_add(other.elapsed);
        self.workers = self.workers.saturating_add(other.workers);
        self.planned = self.planned.saturating_add(other.planned);
        self.is_complete &= other.is_complete;
        self.is_interrupted |= other.is_interrupted;
        self.under_way.extend(other.under_way);
        self.summary.take_limits(other.summary);
        for banner in other.banners {
            if !self.banners.contains(&banner) {
                self.banners.push(banner);
            }
        }
    }
}

impl PartRecord {
    fn of(file: &str, run: &RunRecord) -> Self {
        Self {
            file: file.to_owned(),
            started: run.started,
            elapsed: run.elapsed,
            seed: run.seed,
            run_id: run.run_id.clone(),
            cases: run.summary.cases,
            is_complete: run.is_complete,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::engine::{Event, Verdict};
    use crate::report::Recorder;
    use crate::report::fixtures::case;

    /// A run with cases of a file, each at a place of the plan in a round.
    fn run(file: &str, cases: &[(u32, u32)]) -> (String, RunRecord) {
        let mut recorder = Recorder::new(Timestamp::UNIX_EPOCH, None);
        for (index, _) in cases.iter().enumerate() {
            recorder.event(&Event::CaseFinished(Box::new(case(index, Verdict::Passed, file, "t"))));
        }
        let mut run = recorder.record().clone();
        for (case, (place, round)) in run.cases.iter_mut().zip(cases) {
            (case.place, case.round) = (*place, *round);
            case.id = format!("{file}::{place}#{round}");
        }
        run.elapsed = Duration::from_secs(1);
        (format!("{file}.json"), run)
    }

    fn check(runs: Vec<(String, RunRecord)>, expected: &[&str]) {
        let (whole, doubles) = merge(runs).expect("there is one");
        let ids: Vec<&str> = whole.cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids, expected);
        assert!(whole.cases.iter().enumerate().all(|(index, case)| case.index == index));
        assert_eq!((whole.summary.cases as usize, doubles.len()), (expected.len(), 0));
    }

    #[test]
    fn cases_stand_in_the_order_of_the_plan() {
        check(
            vec![run("a", &[(2, 1), (5, 1)]), run("a", &[(0, 1), (3, 1)])],
            &["a::0#1", "a::2#1", "a::3#1", "a::5#1"],
        );
        // Shards take cases of all files.
        check(
            vec![run("b", &[(7, 1)]), run("a", &[(3, 1)]), run("b", &[(5, 1)])],
            &["a::3#1", "b::5#1", "b::7#1"],
        );
        // Runs of one file each share no plan.
        check(
            vec![run("b", &[(0, 1), (1, 1)]), run("a", &[(0, 1), (1, 1)])],
            &["b::0#1", "b::1#1", "a::0#1", "a::1#1"],
        );
        // Rounds stand one after another.
        check(
            vec![run("a", &[(0, 1), (0, 2)]), run("a", &[(1, 1), (1, 2)])],
            &["a::0#1", "a::1#1", "a::0#2", "a::1#2"],
        );
    }

    #[test]
    fn of_doubles_the_later_counts_and_both_are_named() {
        let (older, mut newer) = (run("a", &[(0, 1), (1, 1)]), run("a", &[(1, 1)]));
        newer.0 = "newer.json".to_owned();
        newer.1.cases[0].verdict = Verdict::Skipped;
        let (whole, doubles) = merge(vec![older, newer]).expect("there is one");
        let double = Double { id: "a::1#1".into(), dropped: "a.json".into(), kept: "newer.json".into() };
        assert_eq!(doubles, [double]);
        assert_eq!((whole.cases.len(), whole.cases[1].verdict), (2, Verdict::Skipped));
        assert_eq!((whole.summary.verdicts.passed, whole.summary.verdicts.skipped), (1, 1));
        assert_eq!(whole.elapsed, Duration::from_secs(2));
    }

    #[test]
    fn nothing_is_joined_from_nothing() {
        assert!(merge(Vec::new()).is_none());
    }
}

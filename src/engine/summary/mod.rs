//! Adds up what a run comes to: verdicts, what was found, times, and what was asked of the whole.

pub(super) mod budget;
pub(super) mod common;
pub(super) mod durations;
pub(super) mod requirement;

use crate::diagnostic::{Code, Finding, Place, Severity};
use crate::engine::Verdict;
use crate::engine::event::{
    Attention, CaseReport, FlakyCase, SlowCase, StepReport, Stopped, Summary, WarningCount,
};
use crate::engine::habits::Habits;
use crate::scenario::Budget;
use budget::{BudgetOutcome, Timing};
use common::CommonFindings;
use requirement::Requirement;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// Adds up the reports of cases; their order of arrival does not matter.
#[derive(Clone, Debug, Default)]
pub struct SummaryBuilder {
    verdicts: BTreeMap<Verdict, usize>,
    attention: BTreeMap<usize, Attention>,
    common: CommonFindings,
    tolerated: usize,
    known_faults: BTreeMap<String, usize>,
    known_findings: BTreeMap<String, usize>,
    warnings: BTreeMap<(Code, String, String), Warnings>,
    waived: BTreeMap<Code, usize>,
    off: BTreeMap<String, usize>,
    not_checked: BTreeMap<String, usize>,
    left_behind: BTreeMap<usize, Vec<String>>,
    exchanges: usize,
    partly_judged: usize,
    unanswered: usize,
    cases: usize,
    withheld: usize,
    flaky: BTreeMap<usize, FlakyCase>,
    stopped: Option<Stopped>,
    /// A case that takes longer is slow.
    most: Option<Duration>,
    slow: Vec<(usize, SlowCase)>,
    timing: Timing,
}

/// Warnings that are counted together.
#[derive(Clone, Debug)]
struct Warnings {
    count: WarningCount,
    /// The case whose headline is shown: the first in the order of the files.
    index: usize,
    /// Hashes of all headlines: the words may differ in a value.
    headlines: BTreeSet<u64>,
}

impl SummaryBuilder {
    /// One that heeds what is slow, and which tags budgets name.
    pub(super) fn new(habits: &Habits) -> Self {
        Self { most: habits.slow, timing: Timing::new(&habits.budgets), ..Self::default() }
    }

    /// One that knows which tags budgets name.
    pub fn of_budgets(budgets: &[Budget]) -> Self {
        Self { timing: Timing::new(budgets), ..Self::default() }
    }

    /// Each budget with what became of it, and those that were exceeded.
    pub fn hold_to(&self, budgets: &[Budget]) -> (Vec<Requirement>, Vec<BudgetOutcome>) {
        let (exceeded, idle) = self.hold(budgets);
        (Requirement::budgets(budgets, &exceeded, &idle), exceeded)
    }

    /// Notes why the cases are left out that are not run for this reason.
    pub(super) fn stop(&mut self, reason: &str) {
        self.stopped = Some(Stopped { reason: reason.to_owned(), left_out: 0 });
    }

    /// The budgets that were exceeded, and as texts those of which no exchange was judged.
    pub(super) fn hold(&self, budgets: &[Budget]) -> (Vec<BudgetOutcome>, Vec<String>) {
        self.timing.hold(budgets)
    }

    /// Takes the report of a case.
    pub fn add(&mut self, report: &CaseReport) {
        self.add_tagged(report, &BTreeSet::new());
    }

    /// Takes the report of a case that has tags.
    pub fn add_tagged(&mut self, report: &CaseReport, tags: &BTreeSet<String>) {
        self.timing.add(report, tags);
        self.cases += 1;
        *self.verdicts.entry(report.verdict).or_default() += 1;
        self.tolerated += usize::from(report.is_tolerated);
        if let (Verdict::XFailed, Some(reason)) = (report.verdict, &report.reason) {
            *self.known_faults.entry(reason.clone()).or_default() += 1;
        }
        if matches!(report.verdict, Verdict::Failed | Verdict::Errored | Verdict::XPassed) {
            let attention =
                Attention { verdict: report.verdict, name: report.name(), codes: deciding_codes(report) };
            self.attention.insert(report.index, attention);
            self.common.add(report.index, deciding(report));
        }
        if !report.left_behind.is_empty() {
            let name = report.name();
            let lines = report.left_behind.iter().map(|line| format!("{line}, in {name}")).collect();
            self.left_behind.insert(report.index, lines);
        }
        if let Some(stopped) = &mut self.stopped {
            stopped.left_out += usize::from(report.is_left_out(&stopped.reason));
        }
        if report.is_flaky {
            let mut codes = Vec::new();
            for code in report.earlier.iter().flat_map(deciding_codes) {
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
            let failures = report.earlier.len();
            let flaky = FlakyCase { name: report.name(), verdict: report.verdict, failures, codes };
            self.flaky.insert(report.index, flaky);
        }
        if self.most.is_some_and(|most| report.elapsed > most) {
            let exchanged = report.steps.iter().filter_map(|step| Some((step, step.exchange.as_ref()?)));
            let longest = exchanged.max_by_key(|(_, exchange)| exchange.latency);
            let longest = longest.map(|(step, exchange)| (step.id.clone(), exchange.latency));
            let slow = SlowCase { name: report.name(), elapsed: report.elapsed, longest };
            self.slow.push((report.index, slow));
        }
        // What was found in an earlier attempt was found.
        for step in report.earlier.iter().flat_map(|attempt| &attempt.steps).chain(&report.steps) {
            self.add_step(step, report.index);
        }
    }

    fn add_step(&mut self, step: &StepReport, index: usize) {
        match &step.exchange {
            Some(exchange) => {
                self.exchanges += 1 + step.earlier;
                // Behind a finding that is denied it is no news, unless nothing was judged all the same.
                let is_news = !is_denied(step)
                    || !exchange.is_described
                    || step.findings.iter().any(|it| it.code == Code::MOCK_REFUSED);
                self.partly_judged += usize::from(!exchange.is_judged && is_news);
            }
            None if step.repeat.is_some() => self.unanswered += 1,
            None if step.exchanges.iter().any(|record| record.is_withheld()) => self.withheld += 1,
            None => {}
        }
        for finding in step.findings.iter().filter(|finding| finding.severity == Severity::Warn) {
            match &finding.known {
                Some(known) => *self.known_findings.entry(known.file.clone()).or_default() += 1,
                None => self.add_warning(step, finding, index),
            }
        }
        for code in &step.waived {
            *self.waived.entry(*code).or_default() += 1;
        }
        for setting in &step.off {
            *self.off.entry(setting.clone()).or_default() += 1;
        }
        // Behind a finding that is denied it is no news: the finding says why, and the step shows it.
        let is_outside = step.exchange.as_ref().is_some_and(|exchange| !exchange.is_described);
        for reason in step.not_checked.iter().filter(|_| !is_denied(step) || is_outside) {
            *self.not_checked.entry(reason.clone()).or_default() += 1;
        }
    }

    /// One place of the document is one thing to mend, whatever the values; what has no place is told
    /// apart by its words.
    fn add_warning(&mut self, step: &StepReport, finding: &Finding, index: usize) {
        let place = finding.document.as_ref().map(Place::at_line);
        let about = place.clone().unwrap_or_else(|| finding.headline.clone());
        let key = (finding.code, step.action.clone(), about);
        let headline = finding.headline.clone();
        let warnings = self.warnings.entry(key).or_insert_with(|| Warnings {
            count: WarningCount {
                code: finding.code,
                headline: headline.clone(),
                place,
                count: 0,
                others: 0,
            },
            index,
            headlines: BTreeSet::new(),
        });
        warnings.count.count += 1;
        let mut hasher = DefaultHasher::new();
        headline.hash(&mut hasher);
        warnings.headlines.insert(hasher.finish());
        if index < warnings.index {
            warnings.index = index;
            warnings.count.headline = headline;
        }
    }

    /// The sums; of the requests that were withheld too, which only a dry run has.
    pub fn finish(self, target: String, elapsed: Duration, is_interrupted: bool) -> Summary {
        let counted =
            |it: Warnings| WarningCount { others: it.headlines.len().saturating_sub(1), ..it.count };
        let mut warnings: Vec<WarningCount> = self.warnings.into_values().map(counted).collect();
        warnings.sort_by_key(|warning| std::cmp::Reverse(warning.count));
        let mut slow = self.slow;
        slow.sort_by_key(|(index, it)| (std::cmp::Reverse(it.elapsed), *index));
        Summary {
            cases: self.cases,
            verdicts: self.verdicts.into_iter().collect(),
            attention: self.attention.into_values().collect(),
            common: self.common.finish(),
            tolerated: self.tolerated,
            known_faults: self.known_faults.into_iter().collect(),
            known_findings: self.known_findings.into_iter().collect(),
            mended: Vec::new(),
            warnings,
            waived: self.waived.into_iter().collect(),
            off: self.off.into_iter().collect(),
            not_checked: self.not_checked.into_iter().collect(),
            flaky: self.flaky.into_values().collect(),
            stopped: self.stopped,
            slow: slow.into_iter().map(|(_, it)| it).collect(),
            durations: self.timing.operations().map(|(name, it)| it.durations(name)).collect(),
            over_budget: Vec::new(),
            requirements: Vec::new(),
            left_behind: self.left_behind.into_values().flatten().collect(),
            exchanges: self.exchanges,
            partly_judged: self.partly_judged,
            withheld: Some(self.withheld),
            unanswered: self.unanswered,
            target,
            elapsed,
            is_interrupted,
            coverage: None,
        }
    }
}

/// Whether the step was found wrong.
fn is_denied(step: &StepReport) -> bool {
    step.findings.iter().any(|finding| finding.severity == Severity::Deny)
}

/// The denied findings that decided, in the order found: those outside cleanup, and those of cleanup where there
/// are no others and it decided.
fn deciding(report: &CaseReport) -> Vec<&Finding> {
    let is_main = |step: &&StepReport| step.phase.is_judged();
    let mut findings = denied(report.steps.iter().filter(is_main));
    if findings.is_empty() && report.is_flaky {
        findings = denied(report.earlier.iter().flat_map(|attempt| &attempt.steps).filter(is_main));
    }
    match findings.is_empty() && report.verdict == Verdict::Errored {
        true => denied(report.steps.iter()),
        false => findings,
    }
}

fn denied<'s>(steps: impl Iterator<Item = &'s StepReport>) -> Vec<&'s Finding> {
    steps.flat_map(|step| &step.findings).filter(|finding| finding.severity == Severity::Deny).collect()
}

/// Their codes, each once.
fn deciding_codes(report: &CaseReport) -> Vec<Code> {
    let mut codes = Vec::new();
    for finding in deciding(report) {
        if !codes.contains(&finding.code) {
            codes.push(finding.code);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;
    use crate::engine::Phase;
    use crate::source::{Source, Span};

    /// A case with one step with one warning, at a line of a document or nowhere.
    fn warned(index: usize, line: Option<usize>, headline: &str) -> CaseReport {
        let source = Source::new("a.yaml", "\n".repeat(9));
        let place = line.map(|line| {
            let at = source.line(line).start;
            Place { source, span: Span::new(at, at), label: String::new(), at: None }
        });
        let finding = Finding {
            code: Code::RESPONSE_HEADER,
            severity: Severity::Warn,
            headline: headline.to_owned(),
            expected: None,
            actual: None,
            scenario: None,
            document: place,
            response: None,
            notes: Vec::new(),
            help: Vec::new(),
            differences: Vec::new(),
            known: None,
        };
        let step = StepReport {
            action: "getItem".to_owned(),
            findings: vec![finding],
            ..StepReport::blank("read".to_owned(), Phase::Steps, Verdict::Passed)
        };
        CaseReport {
            index,
            id: "item::read".to_owned(),
            file: "item".to_owned(),
            title: "read".to_owned(),
            row: None,
            verdict: Verdict::Passed,
            reason: None,
            is_tolerated: false,
            steps: vec![step],
            left_behind: Vec::new(),
            started: crate::clock::Timestamp::UNIX_EPOCH,
            elapsed: Duration::ZERO,
            earlier: Vec::new(),
            is_flaky: false,
            worker: 0,
            about: None,
        }
    }

    fn check(reports: &[CaseReport], expected: &[(&str, usize, usize)]) {
        // The order of arrival does not matter.
        for reports in [reports.to_vec(), reports.iter().rev().cloned().collect()] {
            let mut builder = SummaryBuilder::default();
            reports.iter().for_each(|report| builder.add(report));
            let summary = builder.finish(String::new(), Duration::ZERO, false);
            let found: Vec<_> =
                summary.warnings.iter().map(|it| (it.headline.as_str(), it.count, it.others)).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn warnings_are_counted_by_what_is_to_be_mended() {
        check(
            &[warned(0, Some(3), "`a` is 1"), warned(1, Some(3), "`a` is 2"), warned(2, Some(3), "`a` is 1")],
            &[("`a` is 1", 3, 1)],
        );
        check(
            &[warned(0, Some(3), "`a` is 1"), warned(1, Some(4), "`a` is 1")],
            &[("`a` is 1", 1, 0), ("`a` is 1", 1, 0)],
        );
        check(
            &[warned(0, None, "503 came"), warned(1, None, "500 came"), warned(2, None, "503 came")],
            &[("503 came", 2, 0), ("500 came", 1, 0)],
        );
    }
}

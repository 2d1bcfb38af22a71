use super::Verdict;
use super::event::{Attention, CaseReport, Phase, StepReport, Summary, WarningCount};
use crate::diagnostic::{Code, Finding, Severity};
use std::collections::BTreeMap;
use std::time::Duration;

/// Adds up the reports of cases; their order of arrival does not matter.
#[derive(Default)]
pub(super) struct SummaryBuilder {
    verdicts: BTreeMap<Verdict, usize>,
    attention: BTreeMap<usize, Attention>,
    warnings: BTreeMap<(Code, String, Option<String>), WarningCount>,
    waived: BTreeMap<Code, usize>,
    off: BTreeMap<String, usize>,
    not_checked: BTreeMap<String, usize>,
    left_behind: BTreeMap<usize, Vec<String>>,
    exchanges: usize,
    partly_judged: usize,
    unanswered: usize,
    cases: usize,
}

impl SummaryBuilder {
    pub(super) fn add(&mut self, report: &CaseReport) {
        self.cases += 1;
        *self.verdicts.entry(report.verdict).or_default() += 1;
        if matches!(report.verdict, Verdict::Failed | Verdict::Errored | Verdict::XPassed) {
            let attention =
                Attention { verdict: report.verdict, name: report.name(), codes: deciding_codes(report) };
            self.attention.insert(report.index, attention);
        }
        if !report.left_behind.is_empty() {
            let name = report.name();
            let lines = report.left_behind.iter().map(|line| format!("{line}, in {name}")).collect();
            self.left_behind.insert(report.index, lines);
        }
        for step in &report.steps {
            self.add_step(step);
        }
    }

    fn add_step(&mut self, step: &StepReport) {
        match &step.exchange {
            Some(exchange) => {
                self.exchanges += 1;
                // Behind a finding that is denied it is no news.
                self.partly_judged += usize::from(!exchange.is_judged && !is_denied(step));
            }
            None if step.repeat.is_some() => self.unanswered += 1,
            None => {}
        }
        for finding in step.findings.iter().filter(|finding| finding.severity == Severity::Warn) {
            self.add_warning(step, finding);
        }
        for code in &step.waived {
            *self.waived.entry(*code).or_default() += 1;
        }
        for setting in &step.off {
            *self.off.entry(setting.clone()).or_default() += 1;
        }
        // Behind a finding that is denied it is no news: the finding says why, and the step shows it.
        for reason in step.not_checked.iter().filter(|_| !is_denied(step)) {
            *self.not_checked.entry(reason.clone()).or_default() += 1;
        }
    }

    fn add_warning(&mut self, step: &StepReport, finding: &Finding) {
        let place = finding
            .document
            .as_ref()
            .map(|place| format!("{}:{}", place.source.name(), place.source.position(place.span.start).line));
        let key = (finding.code, step.operation.clone(), place.clone());
        let count = self.warnings.entry(key).or_insert_with(|| WarningCount {
            code: finding.code,
            headline: finding.headline.clone(),
            place,
            count: 0,
        });
        count.count += 1;
    }

    pub(super) fn finish(self, target: String, elapsed: Duration, is_interrupted: bool) -> Summary {
        let mut warnings: Vec<WarningCount> = self.warnings.into_values().collect();
        warnings.sort_by_key(|warning| std::cmp::Reverse(warning.count));
        Summary {
            cases: self.cases,
            verdicts: self.verdicts.into_iter().collect(),
            attention: self.attention.into_values().collect(),
            warnings,
            waived: self.waived.into_iter().collect(),
            off: self.off.into_iter().collect(),
            not_checked: self.not_checked.into_iter().collect(),
            left_behind: self.left_behind.into_values().flatten().collect(),
            exchanges: self.exchanges,
            partly_judged: self.partly_judged,
            unanswered: self.unanswered,
            target,
            elapsed,
            is_interrupted,
        }
    }
}

/// Whether the step was found wrong.
fn is_denied(step: &StepReport) -> bool {
    step.findings.iter().any(|finding| finding.severity == Severity::Deny)
}

/// The codes of denied findings outside cleanup, each once, in the order found.
fn deciding_codes(report: &CaseReport) -> Vec<Code> {
    let mut codes = Vec::new();
    for step in report.steps.iter().filter(|step| matches!(step.phase, Phase::Setup | Phase::Steps)) {
        for finding in step.findings.iter().filter(|finding| finding.severity == Severity::Deny) {
            if !codes.contains(&finding.code) {
                codes.push(finding.code);
            }
        }
    }
    codes
}

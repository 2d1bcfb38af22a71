use super::habits::{BudgetRecord, DurationsRecord, FlakyRecord, SlowRecord, StoppedRecord};
use super::{RunRecord, count};
use crate::coverage::Coverage;
use crate::diagnostic::Code;
use crate::engine::{Attention, CommonFinding, Requirement, Summary, Verdict, WarningCount};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a whole run comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SummaryRecord {
    /// The number of cases that are done.
    pub cases: u32,
    /// The number of cases of each verdict.
    pub verdicts: VerdictCounts,
    /// The number of cases that passed unexpectedly and may.
    pub tolerated: u32,
    /// Exchanges that were judged against a document, wholly or partly.
    pub exchanges: u32,
    /// Exchanges of which something could not be checked.
    pub partly_judged: u32,
    /// Requests that got no answer that could be judged.
    pub unanswered: u32,
    /// Every case that did not pass and was not skipped, in the order of the plan.
    pub attention: Vec<AttentionRecord>,
    /// What made more than one of them fail, the most frequent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub common: Vec<CommonFinding>,
    /// The reasons and issues of the cases that failed as they were said to.
    pub known_faults: Vec<Counted>,
    /// Findings that a baseline knows, by its file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_findings: Vec<Counted>,
    /// Entries of a baseline that fit nothing although what they speak of was judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mended: Vec<String>,
    /// Warnings of one kind, most frequent first.
    pub warnings: Vec<WarningRecord>,
    /// Findings that a `contract: { …: warn }` made warnings.
    pub waived: Vec<CodeCount>,
    /// The settings that turned off a check whose findings are warnings.
    pub off: Vec<Counted>,
    /// What could not be checked, without "not checked, because".
    pub not_checked: Vec<Counted>,
    /// The cases that passed only when they ran again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flaky: Vec<FlakyRecord>,
    /// Why cases were left out, where so many failed that the run was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<StoppedRecord>,
    /// The cases that took longer than is allowed, the slowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slow: Vec<SlowRecord>,
    /// How long the judged exchanges of each operation took, by name.
    #[serde(default)]
    pub durations: Vec<DurationsRecord>,
    /// The budgets that were exceeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over_budget: Vec<BudgetRecord>,
    /// What was asked of the run as a whole, with whether it was met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// What cleanup left behind, with the case.
    pub left_behind: Vec<String>,
    /// How much of the documents was covered, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
}

/// The number of cases of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerdictCounts {
    /// No finding of severity deny.
    pub passed: u32,
    /// The API answered, and something was wrong.
    pub failed: u32,
    /// The test could not be carried out.
    pub errored: u32,
    /// It passed, and was said to fail.
    pub xpassed: u32,
    /// It failed, as it was said to.
    pub xfailed: u32,
    /// Nothing was sent, on purpose.
    pub skipped: u32,
    /// Nothing was sent, because something before it went wrong.
    pub not_run: u32,
}

/// Words, and how often they were said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The words.
    pub what: String,
    /// How often.
    pub count: u32,
}

/// A code, and how often it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeCount {
    /// The code.
    pub code: Code,
    /// How often.
    pub count: u32,
}

/// A case that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttentionRecord {
    /// How it ended.
    pub verdict: Verdict,
    /// `file › title [row]`.
    pub name: String,
    /// The codes of the findings that decided it, each once.
    pub codes: Vec<Code>,
}

/// Warnings of one code at one place of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningRecord {
    /// The code.
    pub code: Code,
    /// The headline of the first of them, in the order of the files.
    pub headline: String,
    /// How many other headlines the rest have.
    pub others: u32,
    /// The document's place, `specs/x.yaml:61`, where there is one.
    pub place: Option<String>,
    /// How many there were.
    pub count: u32,
}

impl SummaryRecord {
    pub(in crate::report) fn of(summary: &Summary) -> Self {
        let counted = |list: &[(String, usize)]| {
            list.iter().map(|(what, number)| Counted { what: what.clone(), count: count(*number) }).collect()
        };
        Self {
            cases: count(summary.cases),
            verdicts: VerdictCounts::of(&summary.verdicts),
            tolerated: count(summary.tolerated),
            exchanges: count(summary.exchanges),
            partly_judged: count(summary.partly_judged),
            unanswered: count(summary.unanswered),
            attention: summary.attention.iter().map(AttentionRecord::of).collect(),
            common: summary.common.clone(),
            known_faults: counted(&summary.known_faults),
            known_findings: counted(&summary.known_findings),
            mended: summary.mended.clone(),
            warnings: summary.warnings.iter().map(WarningRecord::of).collect(),
            waived: summary
                .waived
                .iter()
                .map(|(code, number)| CodeCount { code: *code, count: count(*number) })
                .collect(),
            off: counted(&summary.off),
            not_checked: counted(&summary.not_checked),
            flaky: summary.flaky.iter().map(FlakyRecord::of).collect(),
            stopped: summary.stopped.as_ref().map(StoppedRecord::of),
            slow: summary.slow.iter().map(SlowRecord::of).collect(),
            durations: summary.durations.iter().map(DurationsRecord::of).collect(),
            over_budget: summary.over_budget.iter().map(BudgetRecord::of).collect(),
            requirements: summary.requirements.clone(),
            left_behind: summary.left_behind.clone(),
            coverage: summary.coverage.as_deref().cloned(),
        }
    }

    /// The summary that it is a record of, of this run.
    pub(super) fn to_summary(&self, run: &RunRecord) -> Summary {
        let counted = |list: &[Counted]| {
            list.iter().map(|each| (each.what.clone(), each.count as usize)).collect::<Vec<_>>()
        };
        Summary {
            cases: self.cases as usize,
            verdicts: self.verdicts.in_order(),
            attention: self.attention.iter().map(AttentionRecord::to_attention).collect(),
            common: self.common.clone(),
            tolerated: self.tolerated as usize,
            known_faults: counted(&self.known_faults),
            known_findings: counted(&self.known_findings),
            mended: self.mended.clone(),
            warnings: self.warnings.iter().map(WarningRecord::to_count).collect(),
            waived: self.waived.iter().map(|each| (each.code, each.count as usize)).collect(),
            off: counted(&self.off),
            not_checked: counted(&self.not_checked),
            flaky: self.flaky.iter().map(FlakyRecord::to_case).collect(),
            stopped: self.stopped.as_ref().map(StoppedRecord::to_stopped),
            slow: self.slow.iter().map(SlowRecord::to_case).collect(),
            durations: self.durations.iter().map(DurationsRecord::to_durations).collect(),
            over_budget: self.over_budget.iter().map(BudgetRecord::to_outcome).collect(),
            requirements: self.requirements.clone(),
            left_behind: self.left_behind.clone(),
            exchanges: self.exchanges as usize,
            partly_judged: self.partly_judged as usize,
            unanswered: self.unanswered as usize,
            withheld: None,
            target: run.target.clone(),
            elapsed: run.elapsed,
            is_interrupted: run.is_interrupted,
            coverage: self.coverage.clone().map(Arc::new),
        }
    }
}

impl VerdictCounts {
    fn of(counts: &[(Verdict, usize)]) -> Self {
        let mut all = Self::default();
        for (verdict, number) in counts {
            *all.of_verdict_mut(*verdict) = count(*number);
        }
        all
    }

    fn of_verdict_mut(&mut self, verdict: Verdict) -> &mut u32 {
        match verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Failed => &mut self.failed,
            Verdict::Errored => &mut self.errored,
            Verdict::XPassed => &mut self.xpassed,
            Verdict::XFailed => &mut self.xfailed,
            Verdict::Skipped => &mut self.skipped,
            Verdict::NotRun => &mut self.not_run,
        }
    }

    /// Those that are not zero, best first.
    fn in_order(mut self) -> Vec<(Verdict, usize)> {
        let order = [
            Verdict::Skipped,
            Verdict::NotRun,
            Verdict::XFailed,
            Verdict::Passed,
            Verdict::XPassed,
            Verdict::Errored,
            Verdict::Failed,
        ];
        let counts = order.into_iter().map(|verdict| (verdict, *self.of_verdict_mut(verdict) as usize));
        counts.filter(|(_, number)| *number > 0).collect()
    }
}

impl AttentionRecord {
    fn of(attention: &Attention) -> Self {
        Self { verdict: attention.verdict, name: attention.name.clone(), codes: attention.codes.clone() }
    }

    fn to_attention(&self) -> Attention {
        Attention { verdict: self.verdict, name: self.name.clone(), codes: self.codes.clone() }
    }
}

impl WarningRecord {
    fn of(warning: &WarningCount) -> Self {
        Self {
            code: warning.code,
            headline: warning.headline.clone(),
            others: count(warning.others),
            place: warning.place.clone(),
            count: count(warning.count),
        }
    }

    fn to_count(&self) -> WarningCount {
        WarningCount {
            code: self.code,
            headline: self.headline.clone(),
            others: self.others as usize,
            place: self.place.clone(),
            count: self.count as usize,
        }
    }
}

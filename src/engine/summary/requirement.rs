//! What is asked of a run as a whole, beside what its cases say: budgets, coverage, a baseline without entries
//! that are mended, files that can be used. Each makes the run fail by itself, so each is in every report.

use super::budget::BudgetOutcome;
use crate::baseline::Ledger;
use crate::coverage::{Coverage, Thresholds};
use crate::plan::Shard;
use crate::scenario::Budget;
use serde::{Deserialize, Serialize};

/// What is asked of a run beside its budgets, and what is known of it before it begins.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    /// How much of each dimension is to be covered, where coverage is measured.
    pub coverage: Thresholds,
    /// The share of the cases that runs, so that coverage is that of a share; `None` where all run.
    pub shard: Option<Shard>,
    /// The files that cannot be used, each with what is wrong with it.
    pub unusable: Vec<Requirement>,
    /// The project file, from the folder of the run.
    pub project: Option<String>,
}

/// One thing that was asked of a run as a whole, and whether the run kept to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Requirement {
    /// What it is about.
    pub kind: RequirementKind,
    /// What was asked, as it is written: `p95=300ms`, `operation=100`, the name of a file.
    pub what: String,
    /// Whether it was kept.
    pub outcome: RequirementOutcome,
    /// Sentences: what was found instead, or why nothing can be said; none where it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// The file that it stands in, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its line, from 1; 0 where only the file is known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub line: u32,
}

/// What a requirement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RequirementKind {
    /// How long judged exchanges may take: `--budget`.
    Budget,
    /// How much is to be covered: `--fail-under`.
    Coverage,
    /// That the baseline holds nothing that is mended: `--strict-baseline`.
    Baseline,
    /// That a file can be used; of those that cannot, the others having run: `--keep-going`.
    File,
    /// That every share of a run is there, of shares that were joined.
    Shards,
}

/// Whether a run kept to what was asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RequirementOutcome {
    /// It did.
    Met,
    /// It did not, and fails.
    Unmet,
    /// Nothing can be said, which fails nothing.
    NotChecked,
}

fn is_zero(line: &u32) -> bool {
    *line == 0
}

impl RequirementKind {
    /// The word that names what is asked for: `budget`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Coverage => "coverage",
            Self::Baseline => "baseline",
            Self::File => "file",
            Self::Shards => "shards",
        }
    }

    /// What it asks for, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Budget => "Judged exchanges take no longer than their budget allows.",
            Self::Coverage => "As much of the documents is covered as was asked for.",
            Self::Baseline => "The baseline holds no entry whose fault is mended.",
            Self::File => "Every file of the run can be used.",
            Self::Shards => "Every share of the run is among those that were joined.",
        }
    }
}

impl Requirement {
    /// One that was met, or was not for the reasons given.
    pub fn new(kind: RequirementKind, what: impl Into<String>, words: Vec<String>) -> Self {
        let outcome = if words.is_empty() { RequirementOutcome::Met } else { RequirementOutcome::Unmet };
        Self { kind, what: what.into(), outcome, words, path: None, line: 0 }
    }

    /// One of which nothing can be said.
    pub fn not_checked(kind: RequirementKind, what: impl Into<String>, why: impl Into<String>) -> Self {
        let (outcome, words) = (RequirementOutcome::NotChecked, vec![why.into()]);
        Self { kind, what: what.into(), outcome, words, path: None, line: 0 }
    }

    /// The file that it stands in.
    #[must_use]
    pub fn at(self, path: Option<&str>, line: u32) -> Self {
        Self { path: path.map(str::to_owned), line, ..self }
    }

    /// `budget p95=300ms`.
    pub fn name(&self) -> String {
        format!("{} {}", self.kind.word(), self.what)
    }

    /// Whether it makes the run fail.
    pub fn is_unmet(&self) -> bool {
        self.outcome == RequirementOutcome::Unmet
    }

    /// The budgets, each with what exceeded it.
    pub(in crate::engine) fn budgets(
        budgets: &[Budget],
        exceeded: &[BudgetOutcome],
        idle: &[String],
    ) -> Vec<Self> {
        let of = |budget: &Budget| {
            let what = budget.to_string();
            if idle.contains(&what) {
                return Self::not_checked(
                    RequirementKind::Budget,
                    what,
                    "no exchange that it is for was judged",
                );
            }
            let words = exceeded.iter().filter(|it| it.budget == what).map(BudgetOutcome::found);
            let words = words.collect();
            Self::new(RequirementKind::Budget, what, words)
        };
        budgets.iter().map(of).collect()
    }

    /// What is to be covered, each dimension with what is missing; of the coverage of a share nothing is said.
    pub fn coverage(thresholds: &Thresholds, coverage: Option<&Coverage>, is_share: bool) -> Vec<Self> {
        let Some(coverage) = coverage else { return Vec::new() };
        let shortfalls = thresholds.shortfalls(coverage);
        let of = |(dimension, what): (_, String)| {
            if is_share {
                let why =
                    "a share of the cases has run: `contest report merge` holds all shares together to it";
                return Self::not_checked(RequirementKind::Coverage, what, why);
            }
            let shortfall = shortfalls.iter().find(|shortfall| shortfall.dimension == dimension);
            Self::new(RequirementKind::Coverage, what, shortfall.map(|it| it.words()).unwrap_or_default())
        };
        thresholds.written().map(of).collect()
    }

    /// What a strict baseline asks for; nothing of one that is not.
    pub(in crate::engine) fn baseline(ledger: &Ledger, mended: &[String]) -> Option<Self> {
        let name = ledger.file();
        let held = || match ledger.is_whole() {
            true => Self::new(RequirementKind::Baseline, name, mended.to_vec()),
            false => Self::not_checked(RequirementKind::Baseline, name, "not every case ran to its end"),
        };
        ledger.is_strict().then(|| held().at(Some(name), ledger.mended_line()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_budget_is_told_with_what_became_of_it() {
        let budgets: Vec<Budget> = ["max=1s", "p95=300ms", "tag:none:max=1s"]
            .map(|it| Budget::parse(it).expect("it is a budget"))
            .into();
        let exceeded = BudgetOutcome {
            budget: "p95=300ms".to_owned(),
            measure: "p95".to_owned(),
            operation: None,
            tag: None,
            limit: Duration::from_millis(300),
            measured: Duration::from_millis(420),
            count: 61,
        };
        let found = Requirement::budgets(&budgets, &[exceeded], &["tag:none:max=1s".to_owned()]);
        let found: Vec<_> = found.iter().map(|it| (it.name(), it.outcome, it.words.join("; "))).collect();
        let of = |name: &str, outcome, words: &str| (name.to_owned(), outcome, words.to_owned());
        assert_eq!(
            found,
            [
                of("budget max=1s", RequirementOutcome::Met, ""),
                of("budget p95=300ms", RequirementOutcome::Unmet, "the p95 of 61 exchanges is 420 ms"),
                of(
                    "budget tag:none:max=1s",
                    RequirementOutcome::NotChecked,
                    "no exchange that it is for was judged"
                ),
            ]
        );
    }

    #[test]
    fn a_share_is_not_held_to_what_all_are_to_cover() {
        let wanted = Thresholds::parse("operation=100,status=80.5").expect("they are thresholds");
        let coverage = Coverage::default();
        let of = |is_share| {
            let found = Requirement::coverage(&wanted, Some(&coverage), is_share);
            found.into_iter().map(|it| (it.name(), it.outcome)).collect::<Vec<_>>()
        };
        let named = |outcome| {
            [("coverage operation=100".to_owned(), outcome), ("coverage status=80.5".to_owned(), outcome)]
        };
        assert_eq!(of(true), named(RequirementOutcome::NotChecked));
        assert_eq!(of(false), named(RequirementOutcome::Unmet));
        assert!(Requirement::coverage(&wanted, None, false).is_empty());
    }
}

//! What was asked of runs that are joined, held against the whole.

use super::{BudgetRecord, RunRecord};
use crate::coverage::{Coverage, Thresholds};
use crate::engine::{Requirement, RequirementKind, RequirementOutcome, SummaryBuilder};
use crate::plan::Shard;
use crate::scenario::Budget;
use std::collections::BTreeSet;

/// What several runs were asked, before they are joined.
pub(super) struct Asked {
    /// Each requirement once, in the order met with; of several the one that weighs most, with the words of all.
    each: Vec<Requirement>,
    /// The shares that they are, as written; of a run that is none nothing.
    shards: Vec<Option<String>>,
    /// What each of them covered, where it measured that.
    n_measured: usize,
}

impl Asked {
    pub(super) fn of<'r>(runs: impl Iterator<Item = &'r RunRecord>) -> Self {
        let mut asked = Self { each: Vec::new(), shards: Vec::new(), n_measured: 0 };
        for run in runs {
            asked.shards.push(run.shard.clone());
            asked.n_measured += usize::from(run.summary.coverage.is_some());
            for requirement in &run.summary.requirements {
                let is_same =
                    |it: &&mut Requirement| it.kind == requirement.kind && it.what == requirement.what;
                match asked.each.iter_mut().find(is_same) {
                    None => asked.each.push(requirement.clone()),
                    Some(known) => join(known, requirement),
                }
            }
        }
        asked
    }

    /// The budgets among them, which the cases of the whole are held to.
    pub(super) fn budgets(&self) -> Vec<Budget> {
        let budgets = self.each.iter().filter(|it| it.kind == RequirementKind::Budget);
        budgets.filter_map(|it| Budget::parse(&it.what).ok()).collect()
    }

    /// What became of them: of the whole's budgets and coverage, of whether all shares are there, and of the rest what
    /// the runs said. The budgets that were exceeded come with them.
    pub(super) fn hold(
        &self,
        summary: &SummaryBuilder,
        coverage: Option<&Coverage>,
    ) -> (Vec<Requirement>, Vec<BudgetRecord>) {
        let (budgets, exceeded) = summary.hold_to(&self.budgets());
        let hold = |requirement: &Requirement| {
            let held = match requirement.kind {
                RequirementKind::Budget => budgets.iter().find(|it| it.what == requirement.what).cloned(),
                RequirementKind::Coverage => self.covered(&requirement.what, coverage),
                RequirementKind::Baseline | RequirementKind::File | RequirementKind::Shards => None,
            };
            let held = held.map(|held| held.at(requirement.path.as_deref(), requirement.line));
            held.unwrap_or_else(|| requirement.clone())
        };
        let mut all: Vec<Requirement> = self.each.iter().map(hold).collect();
        all.extend(shards(&self.shards));
        (all, exceeded.iter().map(BudgetRecord::of).collect())
    }

    fn covered(&self, what: &str, coverage: Option<&Coverage>) -> Option<Requirement> {
        let thresholds = Thresholds::parse(what).ok()?;
        match self.shards.len() - self.n_measured {
            0 => Requirement::coverage(&thresholds, coverage, false).pop(),
            without => {
                let why = format!("{without} of {} runs measured no coverage", self.shards.len());
                Some(Requirement::not_checked(RequirementKind::Coverage, what, why))
            }
        }
    }
}

/// Takes what a second run says of the same.
fn join(known: &mut Requirement, other: &Requirement) {
    let weight = |outcome| match outcome {
        RequirementOutcome::Unmet => 2,
        RequirementOutcome::NotChecked => 1,
        RequirementOutcome::Met => 0,
    };
    match weight(other.outcome).cmp(&weight(known.outcome)) {
        std::cmp::Ordering::Less => {}
        std::cmp::Ordering::Greater => *known = other.clone(),
        std::cmp::Ordering::Equal => {
            for words in &other.words {
                if !known.words.contains(words) {
                    known.words.push(words.clone());
                }
            }
        }
    }
}

/// Whether all shares of a run are there; nothing, where any run is no share.
fn shards(written: &[Option<String>]) -> Option<Requirement> {
    let read = |text: &Option<String>| Shard::parse(text.as_deref()?).ok();
    let shards = written.iter().map(read).collect::<Option<Vec<Shard>>>()?;
    let count = shards.first()?.count();
    if let Some(other) = shards.iter().find(|shard| shard.count() != count) {
        let words = format!("one run is a share of {count}, another one of {}", other.count());
        return Some(Requirement::new(RequirementKind::Shards, format!("of {count}"), vec![words]));
    }
    let there: BTreeSet<u32> = shards.iter().map(|shard| shard.index()).collect();
    let missing: Vec<String> = (1..=count)
        .filter(|index| !there.contains(index))
        .take(20)
        .map(|it| format!("{it}/{count}"))
        .collect();
    let words = match missing.as_slice() {
        [] => Vec::new(),
        [one] => vec![format!("the share {one} is not among the files")],
        many => vec![format!("the shares {} are not among the files", many.join(", "))],
    };
    Some(Requirement::new(RequirementKind::Shards, format!("of {count}"), words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &[&str], expected: Option<&str>) {
        let written: Vec<Option<String>> =
            written.iter().map(|it| (!it.is_empty()).then(|| (*it).to_owned())).collect();
        let found = shards(&written).map(|it| format!("{}: {}", it.name(), it.words.join("; ")));
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn a_share_that_is_not_there_is_missed() {
        check(&["1/3", "2/3", "3/3"], Some("shards of 3: "));
        check(&["3/3", "1/3", "1/3"], Some("shards of 3: the share 2/3 is not among the files"));
        check(&["2/4"], Some("shards of 4: the shares 1/4, 3/4, 4/4 are not among the files"));
        check(&["1/2", "2/3"], Some("shards of 2: one run is a share of 2, another one of 3"));
        check(&["1/2", ""], None);
        check(&[], None);
    }
}

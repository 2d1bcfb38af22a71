//! How long exchanges may take: budgets, and whether a run kept to them.

use super::durations::{Sample, fine_time, rounded};
use crate::diagnostic::words;
use crate::engine::event::{CaseReport, StepReport};
use crate::plan::matches_pattern;
use crate::scenario::{Budget, BudgetScope as Scope, Measure};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A budget that was not kept, or of which nothing could be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetOutcome {
    /// The budget as written: `operation:update*:p95=300ms`.
    pub budget: String,
    /// What was measured: `p95`, `max`.
    pub measure: String,
    /// Of what: the operation; `None` of a budget for all exchanges, or for those of a tag.
    pub operation: Option<String>,
    /// The tag, of a budget for one.
    pub tag: Option<String>,
    /// What is allowed.
    pub limit: Duration,
    /// What it came to.
    pub measured: Duration,
    /// How many exchanges were measured.
    pub count: u64,
}

impl BudgetOutcome {
    /// `p95=300ms, and the p95 of 61 exchanges is 420 ms`.
    pub fn words(&self) -> String {
        format!("{}, and {}", self.budget, self.found())
    }

    /// `the p95 of 61 exchanges is 420 ms`.
    pub fn found(&self) -> String {
        let Self { measure, operation, tag, measured, count, .. } = self;
        let exchanges = words::count(usize::try_from(*count).unwrap_or(usize::MAX), "exchange", "exchanges");
        let of = match (operation, tag) {
            (Some(operation), _) => format!("{exchanges} of {operation}"),
            (None, Some(tag)) => format!("{exchanges} of cases tagged {tag}"),
            (None, None) => exchanges,
        };
        let measure = if measure == "max" { "longest" } else { measure };
        format!("the {measure} of {of} is {}", fine_time(*measured))
    }
}

/// What a sample comes to by a measure.
fn measured(measure: Measure, sample: &Sample) -> Duration {
    match measure {
        Measure::Percentile(percent) => sample.percentile(percent),
        Measure::Max => sample.max(),
    }
}

/// The latencies of judged exchanges, as the budgets ask for them.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Timing {
    all: Sample,
    /// Of the tags that budgets name.
    tags: BTreeMap<String, Sample>,
    operations: BTreeMap<String, Sample>,
}

impl Timing {
    pub(in crate::engine) fn new(budgets: &[Budget]) -> Self {
        let tags = budgets.iter().filter_map(|budget| match &budget.scope {
            Scope::Tag(name) => Some((name.clone(), Sample::default())),
            Scope::All | Scope::Operation(_) => None,
        });
        Self { tags: tags.collect(), ..Self::default() }
    }

    /// Adds the exchanges of a case, those of its earlier attempts included.
    pub(in crate::engine) fn add(&mut self, report: &CaseReport, tags: &BTreeSet<String>) {
        for step in &report.steps {
            self.add_step(step, tags);
        }
        report.earlier.iter().for_each(|attempt| self.add(attempt, tags));
    }

    fn add_step(&mut self, step: &StepReport, tags: &BTreeSet<String>) {
        let described = step.exchange.as_ref().filter(|exchange| exchange.is_described);
        for latency in
            described.map(|it| it.latency).into_iter().chain(step.earlier_latencies.iter().copied())
        {
            self.all.add(latency);
            match self.operations.get_mut(&step.action) {
                Some(sample) => sample.add(latency),
                None => self.operations.entry(step.action.clone()).or_default().add(latency),
            }
            for (_, sample) in self.tags.iter_mut().filter(|(tag, _)| tags.contains(*tag)) {
                sample.add(latency);
            }
        }
    }

    /// How long each operation took, by its name.
    pub(in crate::engine) fn operations(&self) -> impl Iterator<Item = (&str, &Sample)> {
        self.operations.iter().map(|(name, sample)| (name.as_str(), sample))
    }

    /// The budgets that were exceeded, in their order; and as texts those of which no exchange was judged.
    pub(in crate::engine) fn hold(&self, budgets: &[Budget]) -> (Vec<BudgetOutcome>, Vec<String>) {
        let (mut exceeded, mut idle) = (Vec::new(), Vec::new());
        for budget in budgets {
            let samples: Vec<(Option<&str>, Option<&str>, &Sample)> = match &budget.scope {
                Scope::All => vec![(None, None, &self.all)],
                Scope::Tag(tag) => {
                    self.tags.get(tag).map(|it| (Some(tag.as_str()), None, it)).into_iter().collect()
                }
                Scope::Operation(pattern) => self
                    .operations()
                    .filter(|(name, _)| matches_pattern(pattern, name))
                    .map(|(name, sample)| (None, Some(name), sample))
                    .collect(),
            };
            if samples.iter().all(|(_, _, sample)| sample.count() == 0) {
                idle.push(budget.to_string());
            }
            for (tag, operation, sample) in samples {
                let measured = measured(budget.measure, sample);
                // As exact as the sample: a time is kept with three digits, and the limit is held so.
                if rounded(measured) > rounded(budget.limit) {
                    exceeded.push(BudgetOutcome {
                        budget: budget.to_string(),
                        measure: budget.measure.to_string(),
                        operation: operation.map(str::to_owned),
                        tag: tag.map(str::to_owned),
                        limit: budget.limit,
                        measured,
                        count: sample.count(),
                    });
                }
            }
        }
        (exceeded, idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{ExchangeReport, Phase, Verdict};

    fn step(action: &str, latency: u64, earlier: &[u64]) -> StepReport {
        StepReport {
            action: action.to_owned(),
            exchange: Some(ExchangeReport {
                request: "GET /".to_owned(),
                status: 200,
                latency: Duration::from_millis(latency),
                is_described: action != "outside",
                is_judged: true,
            }),
            earlier_latencies: earlier.iter().map(|it| Duration::from_millis(*it)).collect(),
            ..StepReport::blank("a".to_owned(), Phase::Steps, Verdict::Passed)
        }
    }

    /// Cases of `read` at 10 to 100 ms, `list` at 500 ms with the tag `slow`, and an exchange of no document.
    fn timing(budgets: &[Budget]) -> Timing {
        let mut timing = Timing::new(budgets);
        let none = BTreeSet::new();
        for latency in 1..=9 {
            timing.add_step(&step("read", latency * 10, &[]), &none);
        }
        timing.add_step(&step("read", 100, &[]), &none);
        timing.add_step(&step("list", 500, &[400]), &["slow".to_owned()].into());
        timing.add_step(&step("outside", 9_000, &[]), &none);
        timing
    }

    fn check(budgets: &[&str], exceeded: &[&str], idle: &[&str]) {
        let budgets: Vec<Budget> =
            budgets.iter().map(|it| Budget::parse(it).expect("it is a budget")).collect();
        let (found, without) = timing(&budgets).hold(&budgets);
        let found: Vec<String> = found
            .into_iter()
            .map(|it| {
                let of = it.operation.or(it.tag).unwrap_or_default();
                format!("{of} {} {} ms of {}", it.measure, it.measured.as_millis(), it.count)
            })
            .collect();
        assert_eq!(
            (found, without),
            (
                exceeded.iter().map(|it| (*it).to_owned()).collect(),
                idle.iter().map(|it| (*it).to_owned()).collect()
            )
        );
    }

    #[test]
    fn what_takes_longer_than_its_budget_is_told() {
        check(&["p50=70ms", "max=500ms", "p99=500ms"], &[], &[]);
        check(&["p50=59ms", "max=499ms"], &[" p50 60 ms of 12", " max 500 ms of 12"], &[]);
        check(&["operation:*:max=50ms"], &["list max 500 ms of 2", "read max 100 ms of 10"], &[]);
        check(&["operation:read:p90=90ms", "operation:read:p91=90ms"], &["read p91 100 ms of 10"], &[]);
        check(&["tag:slow:p50=100ms"], &["slow p50 400 ms of 2"], &[]);
    }

    #[test]
    fn a_budget_for_nothing_is_told_apart() {
        check(
            &["tag:fast:p95=1s", "operation:raed:p95=1s"],
            &[],
            &["tag:fast:p95=1s", "operation:raed:p95=1s"],
        );
    }

    #[test]
    fn a_budget_that_was_exceeded_is_one_sentence() {
        let outcome = BudgetOutcome {
            budget: "p95=300ms".to_owned(),
            measure: "p95".to_owned(),
            operation: None,
            tag: None,
            limit: Duration::from_millis(300),
            measured: Duration::from_millis(420),
            count: 61,
        };
        assert_eq!(outcome.words(), "p95=300ms, and the p95 of 61 exchanges is 420 ms");
        let outcome = BudgetOutcome {
            operation: Some("list".to_owned()),
            measure: "max".to_owned(),
            count: 1,
            ..outcome
        };
        assert_eq!(outcome.words(), "p95=300ms, and the longest of 1 exchange of list is 420 ms");
    }
}

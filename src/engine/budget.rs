//! How long exchanges may take: budgets, and whether a run kept to them.

use super::durations::{Sample, rounded};
use super::event::{CaseReport, StepReport};
use crate::plan::matches_pattern;
use crate::scenario::parse_duration;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

/// A time that a part of the judged exchanges must not exceed: `p95=300ms`, `tag:smoke:p95=300ms`,
/// `operation:update*:max=1s`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    scope: Scope,
    measure: Measure,
    limit: Duration,
    /// The limit as written.
    written: String,
}

/// Whose exchanges.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    /// All together.
    All,
    /// Those of cases with a tag, together.
    Tag(String),
    /// Those of each operation that fits a pattern, each for itself.
    Operation(String),
}

/// What is held against the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    /// From 1 to 99.
    Percentile(u8),
    Max,
}

/// Why a text is no budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no budget: write p95=300ms, tag:smoke:p95=300ms or operation:updateAnOrder:max=1s, with p1 to p99 or max"
)]
pub struct BudgetError(String);

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

impl Budget {
    /// Reads a budget.
    ///
    /// # Errors
    /// [`BudgetError`] when it is none.
    pub fn parse(text: &str) -> Result<Self, BudgetError> {
        let read = || {
            let (left, written) = text.rsplit_once('=')?;
            Self::of(left, written)
        };
        read().ok_or_else(|| BudgetError(text.to_owned()))
    }

    /// A budget of its two parts, `tag:smoke:p95` and `300ms`; `None` when it is none.
    pub fn of(what: &str, limit: &str) -> Option<Self> {
        let (scope, measure) = match what.rsplit_once(':') {
            None => (Scope::All, what),
            Some((scope, measure)) => match scope.split_once(':')? {
                ("tag", name) if !name.is_empty() => (Scope::Tag(name.to_owned()), measure),
                ("operation", name) if !name.is_empty() => (Scope::Operation(name.to_owned()), measure),
                _ => return None,
            },
        };
        let measure = match measure {
            "max" => Measure::Max,
            _ => Measure::Percentile(
                measure
                    .strip_prefix('p')
                    .filter(|it| !it.starts_with(['0', '+']))?
                    .parse()
                    .ok()
                    .filter(|it| (1..=99).contains(it))?,
            ),
        };
        Some(Self { scope, measure, limit: parse_duration(limit)?, written: limit.to_owned() })
    }

    /// Whether another budget is for the same, so that it takes this one's place.
    pub fn is_for_the_same(&self, other: &Self) -> bool {
        self.scope == other.scope && self.measure == other.measure
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::All => {}
            Scope::Tag(name) => write!(f, "tag:{name}:")?,
            Scope::Operation(name) => write!(f, "operation:{name}:")?,
        }
        write!(f, "{}={}", self.measure, self.written)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percentile(percent) => write!(f, "p{percent}"),
            Self::Max => f.write_str("max"),
        }
    }
}

impl Measure {
    fn of(self, sample: &Sample) -> Duration {
        match self {
            Self::Percentile(percent) => sample.percentile(percent),
            Self::Max => sample.max(),
        }
    }
}

/// The latencies of judged exchanges, as the budgets ask for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Timing {
    all: Sample,
    /// Of the tags that budgets name.
    tags: BTreeMap<String, Sample>,
    operations: BTreeMap<String, Sample>,
}

impl Timing {
    pub(super) fn new(budgets: &[Budget]) -> Self {
        let tags = budgets.iter().filter_map(|budget| match &budget.scope {
            Scope::Tag(name) => Some((name.clone(), Sample::default())),
            Scope::All | Scope::Operation(_) => None,
        });
        Self { tags: tags.collect(), ..Self::default() }
    }

    /// Adds the exchanges of a case, those of its earlier attempts included.
    pub(super) fn add(&mut self, report: &CaseReport, tags: &BTreeSet<String>) {
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
    pub(super) fn operations(&self) -> impl Iterator<Item = (&str, &Sample)> {
        self.operations.iter().map(|(name, sample)| (name.as_str(), sample))
    }

    /// The budgets that were exceeded, in their order; and as texts those of which no exchange was judged.
    pub(super) fn hold(&self, budgets: &[Budget]) -> (Vec<BudgetOutcome>, Vec<String>) {
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
                let measured = budget.measure.of(sample);
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

    #[test]
    fn a_budget_is_written_as_it_is_read() {
        for text in [
            "p95=300ms",
            "max=1s",
            "p1=0s",
            "tag:smoke:p99=1.5s",
            "tag:a:b:max=1s",
            "operation:update*:p50=20ms",
            "operation:POST /pets:p50=20ms",
            "operation:POST /pets:batch:p50=20ms",
            "operation:a=b:max=1m",
        ] {
            assert_eq!(Budget::parse(text).map(|it| it.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "p95",
            "p95=",
            "p95=300",
            "p0=1s",
            "p100=1s",
            "p095=1s",
            "p+5=1s",
            "p9.5=1s",
            "min=1s",
            "p=1s",
            "smoke:p95=1s",
            "tag::p95=1s",
            "tag:p95=1s",
            "operation:p95=1s",
            "p95=-1s",
            "tags:a:p95=1s",
        ] {
            assert!(Budget::parse(text).is_err(), "{text}");
        }
    }

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
}

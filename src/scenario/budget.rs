//! How long exchanges may take: budgets, as flags and `budgets` of the project file write them.

use super::duration::parse_duration;
use super::reader::Reader;
use crate::diagnostic::Code;
use crate::yaml::Entry;
use std::fmt;
use std::time::Duration;

/// A time that a part of the judged exchanges must not exceed: `p95=300ms`, `tag:smoke:p95=300ms`,
/// `operation:update*:max=1s`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Whose exchanges.
    pub scope: BudgetScope,
    /// What is held against the limit.
    pub measure: Measure,
    /// The most that is allowed.
    pub limit: Duration,
    /// The limit as written.
    written: String,
}

/// Whose exchanges a budget is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BudgetScope {
    /// All together.
    All,
    /// Those of cases with a tag, together.
    Tag(String),
    /// Those of each operation that fits a pattern, each for itself.
    Operation(String),
}

/// What is held against the limit of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// So many of a hundred, from 1 to 99.
    Percentile(u8),
    /// The longest.
    Max,
}

/// Why a text is no budget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no budget: write p95=300ms, tag:smoke:p95=300ms or operation:updateAnOrder:max=1s, with p1 to p99 or max"
)]
pub struct BudgetError(String);

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
            None => (BudgetScope::All, what),
            Some((scope, measure)) => match scope.split_once(':')? {
                ("tag", name) if !name.is_empty() => (BudgetScope::Tag(name.to_owned()), measure),
                ("operation", name) if !name.is_empty() => (BudgetScope::Operation(name.to_owned()), measure),
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
            BudgetScope::All => {}
            BudgetScope::Tag(name) => write!(f, "tag:{name}:")?,
            BudgetScope::Operation(name) => write!(f, "operation:{name}:")?,
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

/// Reads `budgets: { p95: 300ms }`.
pub(super) fn read_budgets(entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Budget> {
    let mut budgets = Vec::new();
    for entry in entries {
        let limit = entry.value.as_str().unwrap_or_default();
        if let Some(budget) = Budget::of(&entry.key, limit) {
            budgets.push(budget);
            continue;
        }
        // Which of its two parts is wrong, a budget of the other alone tells.
        let (span, message) = match Budget::of(&entry.key, "1s") {
            Some(_) => (entry.value.span, "a budget is a time with its unit, as in 300ms".to_owned()),
            None => (
                entry.key_span,
                format!(
                    "`{}` is nothing that has a budget: p95, max, tag:smoke:p95, operation:update*:max",
                    entry.key
                ),
            ),
        };
        reader.problems.error(Code::CONFIG_INVALID_VALUE, span, message, "is no budget");
    }
    budgets
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

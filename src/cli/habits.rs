//! The flags that say how a run is gone about: when it stops, what runs again, how long things may take.

use crate::engine::{Budget, Habits};
use crate::scenario::parse_duration;
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(next_help_heading = "Stopping, repeating and timing")]
pub(super) struct HabitFlags {
    /// Start no further case once one has failed; those that run end with their cleanup
    #[arg(long, conflicts_with = "max_failures")]
    fail_fast: bool,
    /// Start no further case once N have failed or errored
    #[arg(long, value_name = "N")]
    max_failures: Option<NonZeroUsize>,
    /// Run a case that failed or errored again, at once and whole, up to N times; one that passes then is
    /// flaky
    #[arg(long, alias = "retries", value_name = "N", value_parser = clap::value_parser!(u16).range(..=100))]
    retry_failed: Option<u16>,
    /// What becomes of flaky cases
    #[arg(long, value_name = "VERDICT", default_value = "pass")]
    flaky: Flaky,
    /// List cases that took longer, as in 500ms or 2s
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    slow: Option<Duration>,
    /// List how long each operation took: p50, p95 and the longest
    #[arg(long)]
    pub(super) durations: bool,
    /// Fail the run when judged exchanges take longer: p95=300ms, max=2s, tag:smoke:p95=300ms, or for each
    /// operation that fits operation:update*:max=1s
    #[arg(long, value_name = "[OF:]MEASURE=TIME", value_parser = parse_budget)]
    budget: Vec<Budget>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Flaky {
    /// They count as passed, and are listed
    Pass,
    /// They fail the run
    Fail,
}

impl HabitFlags {
    /// What the flags ask of a run.
    pub(super) fn habits(self) -> Habits {
        Habits {
            max_failures: if self.fail_fast { Some(NonZeroUsize::MIN) } else { self.max_failures },
            retries: self.retry_failed.map_or(0, usize::from),
            fails_flaky: self.flaky == Flaky::Fail,
            slow: self.slow,
            budgets: self.budget,
            ..Habits::default()
        }
    }
}

fn parse_time(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "write a time with its unit, as in 500ms, 30s or 2m".to_owned())
}

fn parse_budget(text: &str) -> Result<Budget, String> {
    Budget::parse(text).map_err(|error| error.to_string())
}

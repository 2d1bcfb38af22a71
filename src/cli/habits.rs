//! The flags that say how a run is gone about: when it stops, what runs again, how long things may take.

use super::{exit, output};
use crate::diagnostic::words::count;
use crate::engine::Habits;
use crate::plan::Plan;
use crate::scenario::{Budget, parse_duration};
use crate::session::{NotReady, Rerun, Session};
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

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
    /// Of the selected cases, run those that did not pass when they last ran
    #[arg(long, conflicts_with = "watch")]
    pub(super) rerun_failed: bool,
    /// Before starting, wait until the servers answer, at most so long, as in 30s
    #[arg(long, value_name = "TIME", value_parser = parse_time, conflicts_with_all = ["watch", "dry_run"])]
    pub(super) wait_for: Option<Duration>,
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

/// As many cases that are no longer there are named.
const SHOWN_CASES: usize = 20;

/// Waits for the servers of a run, where that is asked for.
///
/// # Errors
/// The exit code where the run does not begin, after saying why, and the reason.
pub(super) async fn wait(
    session: &Session,
    limit: Option<Duration>,
    interrupt: &CancellationToken,
) -> Result<(), (ExitCode, String)> {
    let Some(limit) = limit else { return Ok(()) };
    let mut tell = |words: &str| output::print_error(&format!("{words}\n"));
    let waited = session.wait_for_targets(limit, interrupt, &mut tell).await;
    waited.map_err(|not_ready| match not_ready {
        NotReady::Interrupted => {
            (ExitCode::from(exit::INTERRUPTED), "it was interrupted while it waited for a server".to_owned())
        }
        NotReady::Unanswered(reason) => {
            output::print_error(&format!(
                "error: {reason}\nhelp: `--wait-for` allows more time; no case was run\n"
            ));
            (ExitCode::from(exit::ERRORED), reason)
        }
    })
}

/// Says what `--rerun-failed` came to.
///
/// # Errors
/// The exit code where there is nothing to run.
pub(super) fn show_rerun(rerun: &Rerun, plan: &Plan) -> Result<(), ExitCode> {
    let mut text = String::new();
    for id in rerun.missing.iter().take(SHOWN_CASES) {
        text += &format!("{id} did not pass, and is no longer there\n");
    }
    if let Some(more) = rerun.missing.len().checked_sub(SHOWN_CASES).filter(|more| *more > 0) {
        text +=
            &format!("{} that did not pass are no longer there\n", count(more, "more case", "more cases"));
    }
    let code = match (rerun.has_record, rerun.not_passed - rerun.missing.len()) {
        _ if !plan.cases.is_empty() => None,
        (false, _) => {
            text += "no run has left a record of what did not pass; nothing was sent\n\
                     run without `--rerun-failed` first\n";
            Some(exit::NOTHING_SELECTED)
        }
        (true, 0) => {
            text += "every case passed when it last ran: there is nothing to run again\n";
            Some(0)
        }
        (true, others) => {
            let cases = count(others, "case that did not pass when it", "cases that did not pass when they");
            text += &format!("of {cases} last ran, none is selected; nothing was sent\n");
            Some(exit::NOTHING_SELECTED)
        }
    };
    output::print_error(&text);
    code.map_or(Ok(()), |code| Err(ExitCode::from(code)))
}

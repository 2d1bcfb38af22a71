//! `contest baseline`, and the options of a run that speak of it.

use super::args::{Output, Run};
use super::{exit, output, run};
use crate::engine::Summary;
use crate::session::{BaselineSettings, Session, UpdatedBaseline};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Which findings are known.
#[derive(Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub(super) struct BaselineFlags {
    /// The file of known findings, which fail nothing [default: `baseline` of `contest.yaml`, or
    /// contest.baseline.yaml beside it]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Take no finding as known
    #[arg(long, conflicts_with = "baseline")]
    no_baseline: bool,
    /// Fail when an entry of the baseline fits nothing any more, although every case ran and what it
    /// speaks of was judged
    #[arg(long, conflicts_with = "no_baseline")]
    strict_baseline: bool,
    /// Whether the file is brought up to date: `contest baseline update`.
    #[arg(skip)]
    is_updated: bool,
}

impl BaselineFlags {
    /// The settings that the flags stand for.
    pub(super) fn settings(self) -> BaselineSettings {
        BaselineSettings {
            file: self.baseline,
            is_off: self.no_baseline,
            is_strict: self.strict_baseline,
            is_updated: self.is_updated,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Baseline {
    #[command(subcommand)]
    command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
enum BaselineCommand {
    /// Run, and write the baseline so that everything that is found now is known
    ///
    /// Entries stay as they are written, with their comments, reasons, issues and days; those that fit
    /// nothing any more go, where every case ran. New ones have the reason TODO, which a person gives.
    /// Takes the options of `contest run`. The exit code is 0 when the file is up to date, whatever was found.
    Update(Box<Run>),
}

/// `contest baseline`.
pub(super) fn baseline(arguments: Baseline, out: &Output) -> ExitCode {
    let BaselineCommand::Update(mut arguments) = arguments.command;
    let unfit = [
        (arguments.watch, "--watch"),
        (arguments.dry_run, "--dry-run"),
        (arguments.step, "--step"),
        (arguments.baseline.no_baseline, "--no-baseline"),
    ];
    if let Some((_, option)) = unfit.into_iter().find(|(is_given, _)| *is_given) {
        output::print_error(&format!("error: `contest baseline update` takes no `{option}`\n"));
        return ExitCode::from(exit::REFUSED);
    }
    arguments.baseline.is_updated = true;
    run::run(*arguments, out)
}

/// The exit code of a run; of one that updates the baseline, after what came of that.
pub(super) fn exit_code(session: &Session, summary: &Summary, out: &Output) -> ExitCode {
    match session.updated_baseline() {
        None => exit::of_summary(summary),
        Some(Ok(updated)) => {
            show(updated, out);
            ExitCode::SUCCESS
        }
        Some(Err(reason)) => {
            output::print_error(&format!("\nerror: {reason}\n"));
            ExitCode::from(if summary.is_interrupted { exit::INTERRUPTED } else { exit::REFUSED })
        }
    }
}

/// Says what an update came to.
fn show(updated: &UpdatedBaseline, out: &Output) {
    let UpdatedBaseline { file, added, dropped, kept, expired } = updated;
    let mut words = format!("\n{file}: {added} new, {kept} kept, {dropped} dropped\n");
    if *added > 0 {
        words += &format!("say in {file} why the new ones are known: their reason is TODO\n");
    }
    if *expired > 0 {
        words += &format!("{expired} of those kept expired, and fail the run until their day is moved\n");
    }
    if out.quiet == 0 {
        output::print_error(&words);
    }
}

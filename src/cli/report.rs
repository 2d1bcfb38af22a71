//! `--report` and `contest report`.

use super::args::Output;
use super::{coverage, exit, output};
use crate::engine::RequirementKind;
use crate::limits::Limits;
use crate::report::record::merge;
use crate::report::{Format, RunRecord, Terminal, render_error};
use crate::session::{ReportRequest, ReportSettings, ReportTarget, read_report, write_report};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a run writes beside what it prints.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct ReportFlags {
    /// Write a report, as in junit=out/junit.xml; any number of times, and beside those under `reports` in
    /// `contest.yaml`. The path - is stdout: what is for people goes to stderr then. The formats are listed by
    /// `contest report --help`
    #[arg(long, value_name = "FORMAT=PATH", value_parser = ReportRequest::parse, conflicts_with_all = ["dry_run", "watch"])]
    pub(super) report: Vec<ReportRequest>,
    /// Write none of the reports that `contest.yaml` names
    #[arg(long)]
    pub(super) no_reports: bool,
}

impl ReportFlags {
    /// The settings that the flags stand for; a run that is repeated or not sent writes what it is told to.
    pub(super) fn settings(self, is_once: bool) -> ReportSettings {
        ReportSettings { requests: self.report, takes_defaults: is_once && !self.no_reports }
    }
}

#[derive(Debug, Args)]
#[command(after_help = formats())]
pub(super) struct Report {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Show a run again, as it was shown then, or in another format
    ///
    /// FILE is what `--report json=FILE` or `--report ndjson=FILE` wrote.
    Show(Show),
    /// Join the runs of shards, or of several files, into one report
    ///
    /// Cases stand in the order of the plan; counts and times are added up. Of a case that several files
    /// hold, that of the file given last counts, and a warning names both. The whole is incomplete when one
    /// of them is. Exits with 1 when a share is missing, or when the whole does not keep to what was asked of it:
    /// budgets, coverage, a strict baseline.
    Merge(Merge),
}

#[derive(Debug, Args)]
struct Show {
    /// A report of the format json or ndjson
    file: PathBuf,
    /// Print it in this format instead
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    format: Option<Format>,
    /// List how long each operation took: p50, p95 and the longest
    #[arg(long, conflicts_with = "format")]
    durations: bool,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Args)]
struct Merge {
    /// Reports of the formats json and ndjson; exchanges are in the former alone
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write a report of the whole, as in junit=out/junit.xml; any number of times. Without it, the whole is
    /// shown
    #[arg(long, value_name = "FORMAT=PATH", value_parser = ReportRequest::parse)]
    report: Vec<ReportRequest>,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Debug, Args)]
struct Reading {
    /// A limit, as in report=2GiB
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::args::parse_pair)]
    limit: Vec<(String, String)>,
}

impl Reading {
    fn limits(&self) -> Result<Limits, String> {
        let mut limits = Limits::default();
        for (name, value) in &self.limit {
            limits.set(name, value).map_err(|error| error.to_string())?;
        }
        Ok(limits)
    }
}

/// `contest report`.
pub(super) fn report(arguments: Report, out: &Output) -> ExitCode {
    let outcome = match arguments.command {
        ReportCommand::Show(show) => self::show(show, out).map(|()| ExitCode::SUCCESS),
        ReportCommand::Merge(merge) => join(merge, out),
    };
    match outcome {
        Ok(code) => code,
        Err(reason) => {
            output::print_error(&render_error(&reason, &output::style_of(out, &std::io::stderr())));
            ExitCode::from(exit::REFUSED)
        }
    }
}

fn show(arguments: Show, out: &Output) -> Result<(), String> {
    let limits = arguments.reading.limits()?;
    let record = read_report(&arguments.file, &limits)?;
    match arguments.format {
        Some(format) => write_report(&record, &ReportRequest { format, to: ReportTarget::Stdout }),
        None => draw(&record, &limits, arguments.durations, out),
    }
}

/// The exit code is that of what was asked of the whole: of cases the runs themselves have said it.
fn join(arguments: Merge, out: &Output) -> Result<ExitCode, String> {
    let limits = arguments.reading.limits()?;
    let read = |path: &PathBuf| Ok((path.display().to_string(), read_report(path, &limits)?));
    let runs = arguments.files.iter().map(read).collect::<Result<Vec<_>, String>>()?;
    let Some((whole, doubles)) = merge(runs) else { return Ok(ExitCode::SUCCESS) };
    for double in &doubles {
        let (id, dropped, kept) = (&double.id, &double.dropped, &double.kept);
        output::print_error(&format!("warning: `{id}` is in {dropped} and in {kept}, which counts\n"));
    }
    for request in &arguments.report {
        write_report(&whole, request)?;
    }
    if arguments.report.is_empty() {
        draw(&whole, &limits, false, out)?;
    }
    let unmet: Vec<_> = whole.summary.requirements.iter().filter(|it| it.is_unmet()).collect();
    for requirement in &unmet {
        // What is drawn has said so of coverage and budgets.
        let is_drawn = matches!(requirement.kind, RequirementKind::Coverage | RequirementKind::Budget);
        if !(arguments.report.is_empty() && is_drawn) {
            let words = format!("{}: {}", requirement.name(), requirement.words.join("; "));
            output::print_error(&render_error(&words, &output::style_of(out, &std::io::stderr())));
        }
    }
    Ok(if unmet.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Draws a run as it was drawn while it ran.
fn draw(record: &RunRecord, limits: &Limits, has_durations: bool, out: &Output) -> Result<(), String> {
    let style = output::style_of(out, &std::io::stdout());
    let verbosity = output::verbosity(out, false, limits);
    let mut terminal = Terminal::new(std::io::stdout(), style, verbosity)
        .with_durations(has_durations)
        .with_links(output::links_of(out, false));
    let mut outcome = Ok(());
    record.replay(&mut |event| {
        if outcome.is_ok() {
            outcome = terminal.event(event);
        }
    });
    if outcome.is_ok() {
        coverage::show_again(record.summary.coverage.as_ref(), &record.summary.requirements, out);
    }
    if let Some(words) = record.incomplete() {
        output::print_error(&format!("\n{words}\n"));
    }
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

fn parse_format(word: &str) -> Result<Format, String> {
    ReportRequest::parse(&format!("{word}=-")).map(|request| request.format)
}

/// A line a format.
fn formats() -> String {
    let width = Format::ALL.iter().map(|format| format.as_str().len()).max().unwrap_or(0);
    let line = |format: &Format| format!("  {:width$}  {}\n", format.as_str(), format.about());
    format!("Formats:\n{}", Format::ALL.iter().map(line).collect::<String>().trim_end())
}

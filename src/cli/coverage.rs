//! The coverage of documents: its flags, its section, and its file.

use super::args::Output;
use super::output;
use super::run::Listeners;
use crate::coverage::{Coverage, CoverageSettings, Thresholds};
use crate::engine::{Requirement, Summary};
use crate::report::{render_coverage, render_shortfalls};
use crate::session::{prepare_file, write_file};
use clap::Args;
use std::path::PathBuf;

/// Steps are drafted for so many gaps of a document where not all are asked for.
const FEW_STEPS: usize = 3;

/// What is measured, and what becomes of it; each flag but `--coverage` implies that it is measured.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Coverage")]
pub(super) struct CoverageFlags {
    /// Measure how much of the documents was covered by what was exchanged, and show it with the gaps
    #[arg(long, conflicts_with_all = ["dry_run", "watch"])]
    coverage: bool,
    /// Show for every gap a scenario step that would cover it, ready to paste, not for a few alone
    #[arg(long, conflicts_with_all = ["dry_run", "watch"])]
    coverage_steps: bool,
    /// Write it all as JSON (schemas/coverage.schema.json), with a step for every gap
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "watch"])]
    coverage_report: Option<PathBuf>,
    /// Exit with 1 when less is covered, several with commas, as in operation=100,status=80; also
    /// mediaType, parameter, requestMember, responseMember, enumValue, branch
    #[arg(
        long,
        value_name = "NAME=PERCENT",
        value_parser = Thresholds::parse,
        conflicts_with_all = ["dry_run", "watch"]
    )]
    fail_under: Vec<Thresholds>,
}

impl CoverageFlags {
    /// How coverage is measured; `None` where it is not asked for.
    pub(super) fn settings(&self) -> Option<CoverageSettings> {
        let is_asked = self.coverage
            || self.coverage_steps
            || self.coverage_report.is_some()
            || !self.fail_under.is_empty();
        let steps = match self.coverage_steps || self.coverage_report.is_some() {
            true => usize::MAX,
            false => FEW_STEPS,
        };
        is_asked.then_some(CoverageSettings { steps })
    }

    /// How much is to be covered; of two flags the later counts.
    pub(super) fn thresholds(&self) -> Thresholds {
        self.fail_under.iter().rev().fold(Thresholds::default(), |all, each| all.over(each))
    }

    /// Makes sure that what was covered can be written when the run is over.
    ///
    /// # Errors
    /// A sentence that says why it cannot.
    pub(super) fn prepare(&self) -> Result<(), String> {
        let Some(path) = &self.coverage_report else { return Ok(()) };
        prepare_file(path).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
    }

    /// Shows and writes what was covered, and says what of that is less than was asked for.
    ///
    /// # Errors
    /// A sentence that says why the file could not be written.
    pub(super) fn finish(&self, summary: &Summary, listeners: &Listeners<'_>) -> Result<(), String> {
        let Some(coverage) = &summary.coverage else { return Ok(()) };
        let out = listeners.out;
        let steps = if self.coverage_steps { usize::MAX } else { FEW_STEPS };
        show(coverage, steps, listeners.is_stdout_taken, out);
        if let Some(path) = &self.coverage_report {
            let written = serde_json::to_string_pretty(&**coverage).map_err(|error| error.to_string());
            written
                .and_then(|text| {
                    write_file(path, (text + "\n").as_bytes()).map_err(|error| error.to_string())
                })
                .map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
        }
        show_shortfalls(&summary.requirements, out);
        Ok(())
    }
}

/// Says what of the coverage is less than was asked for.
pub(super) fn show_shortfalls(requirements: &[Requirement], out: &Output) {
    let text = render_shortfalls(requirements, output::style_of(out, &std::io::stderr()));
    if !text.is_empty() {
        output::print_error(&format!("\n{text}"));
    }
}

/// Shows the coverage of a report that is read again.
pub(super) fn show_again(coverage: Option<&Coverage>, requirements: &[Requirement], out: &Output) {
    coverage.iter().for_each(|coverage| show(coverage, FEW_STEPS, false, out));
    show_shortfalls(requirements, out);
}

/// Writes the section behind a summary, with so many steps for each document.
fn show(coverage: &Coverage, steps: usize, is_stdout_taken: bool, out: &Output) {
    if out.quiet > 0 {
        return;
    }
    let style = match is_stdout_taken {
        true => output::style_of(out, &std::io::stderr()),
        false => output::style_of(out, &std::io::stdout()),
    };
    let text = match steps {
        usize::MAX => render_coverage(coverage, style),
        few => render_coverage(&coverage.with_steps(few), style),
    };
    let text = if text.is_empty() { text } else { format!("\n{text}") };
    if is_stdout_taken { output::print_error(&text) } else { output::print(&text) }
}

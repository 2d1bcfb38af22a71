use super::args::Output;
use super::run::Listeners;
use super::{exit, output, run};
use crate::diagnostic::words::count;
use crate::engine::{CaseReport, Event, Verdict};
use crate::report::render_case;
use crate::session::{Round, Settings, Watch, runtime};
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// Clears the screen and what was scrolled off it (ECMA-48 §8.3.39, ED 2; ED 3 is xterm's), and goes to
/// its beginning.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// As many files are named as changed; more are counted.
const SHOWN_FILES: usize = 3;

/// `contest run --watch`.
pub(super) fn watch(settings: Settings, mut listeners: Listeners<'_>) -> ExitCode {
    let refuse = |reason: &str| {
        output::print_error(&format!("error: {reason}\n"));
        ExitCode::from(exit::REFUSED)
    };
    let folder = settings.folder.clone();
    let mut watch = match Watch::new(settings) {
        Ok(watch) => watch,
        Err(reason) => return refuse(&reason),
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&format!("cannot start: {error}")),
    };
    let code = runtime.block_on(async {
        let mut failing = Vec::new();
        let mut round = watch.first();
        loop {
            if run_round(&round, &mut failing, &folder, &mut listeners).await {
                return ExitCode::from(exit::INTERRUPTED);
            }
            let files = count(round.session.files().len(), "file", "files");
            output::print_error(&format!("\nwatching {files}; Ctrl-C ends\n"));
            round = tokio::select! {
                round = watch.next() => round,
                () = run::interrupted() => return ExitCode::SUCCESS,
            };
        }
    });
    runtime.shutdown_background();
    code
}

/// Runs what a round is for, with what still fails on top; gives whether it was interrupted.
async fn run_round(
    round: &Round,
    failing: &mut Vec<CaseReport>,
    folder: &Path,
    listeners: &mut Listeners<'_>,
) -> bool {
    let out = listeners.out;
    if std::io::stdout().is_terminal() {
        output::print(CLEAR);
    }
    let session = &round.session;
    let is_of = |report: &CaseReport, case: usize| {
        // `--repeat` tells its rounds apart: `file::scenario#2`.
        let rest = report.id.strip_prefix(session.plan.cases[case].id.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    };
    let is_running = |report: &CaseReport| round.cases.iter().any(|case| is_of(report, *case));
    let is_there = |report: &CaseReport| (0..session.plan.cases.len()).any(|case| is_of(report, case));
    failing.retain(|report| session.is_refused() || is_there(report));
    let still: Vec<&CaseReport> = failing.iter().filter(|report| !is_running(report)).collect();
    output::print(&still_failing(&still, out));
    output::print_error(
        &round.unwatched.iter().map(|words| format!("warning: {words}\n")).collect::<String>(),
    );
    if !round.changed.is_empty() {
        output::print_error(&format!("changed: {}\n\n", changed(&round.changed, folder)));
    }
    if run::show_problems(session, out).is_err() {
        return false;
    }
    if round.cases.is_empty() {
        output::print_error("no case depends on it\n");
        return false;
    }
    let interrupt = CancellationToken::new();
    let listener = tokio::spawn(run::watch_interrupts(interrupt.clone()));
    let mut also = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            failing.retain(|known| known.id != report.id);
            if matches!(report.verdict, Verdict::Failed | Verdict::Errored) {
                failing.push(CaseReport::clone(report));
            }
        }
    };
    let outcome = run::run_cases(session, Some(&round.cases), interrupt.clone(), listeners, &mut also).await;
    listener.abort();
    if let Err(reason) = outcome {
        output::print_error(&format!("error: {reason}\n"));
    }
    interrupt.is_cancelled()
}

/// What failed in an earlier round and does not run in this one: the last one whole, below the others.
fn still_failing(reports: &[&CaseReport], out: &Output) -> String {
    let Some((last, others)) = reports.split_last() else { return String::new() };
    let style = output::style_of(out, &std::io::stdout());
    let mut text = format!("still failing: {}\n\n", count(reports.len(), "case", "cases"));
    for report in others {
        let mut line = CaseReport::clone(report);
        line.steps.iter_mut().for_each(|step| step.findings.clear());
        text.push_str(&render_case(&line, &style));
    }
    text.push_str(&render_case(last, &style));
    text.push('\n');
    text
}

fn changed(files: &[std::path::PathBuf], folder: &Path) -> String {
    let shown = |path: &std::path::PathBuf| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let mut names: Vec<String> = files.iter().take(SHOWN_FILES).map(shown).collect();
    if files.len() > SHOWN_FILES {
        names.push(count(files.len() - SHOWN_FILES, "more file", "more files"));
    }
    names.join(", ")
}

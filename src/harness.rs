//! Scenarios as tests of `cargo test` and `cargo nextest run`.
//!
//! A test target of three lines runs every scenario of the package's `contest.yaml`, each case a test
//! of its own:
//!
//! ```toml
//! [[test]]
//! name = "scenarios"
//! harness = false
//! ```
//!
//! ```no_run
//! // tests/scenarios.rs
//! fn main() -> std::process::ExitCode {
//!     contest::harness::main()
//! }
//! ```
//!
//! Settings come from the environment: `CONTEST_ENV` names the environment, `CONTEST_BASE_URL` holds
//! base URLs as `--base-url` takes them, several separated by commas, `CONTEST_INPUT_<NAME>` gives an
//! input, and `CONTEST_ALLOW_COMMANDS=1` lets auth profiles run their commands. A test's name is the case's id: `file::scenario[row]`.

use crate::engine::{Event, Verdict};
use crate::plan::Selection;
use crate::report::snippet::render_diagnostics;
use crate::report::{Style, render_case};
use crate::session::{BaseUrl, Session, Settings, Variables};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What cargo itself answers for a failed test.
const FAILED: u8 = 101;

/// Runs the scenarios of the package as tests, with the arguments and the environment of the process.
pub fn main() -> ExitCode {
    match settings() {
        Ok(settings) => run(settings, &Arguments::from_args()),
        Err(reason) => refuse(&format!("error: {reason}\n")),
    }
}

/// Runs the scenarios that settings name as tests. Listing reads and plans, and sends nothing.
pub fn run(mut settings: Settings, arguments: &Arguments) -> ExitCode {
    if let (true, Some(name)) = (arguments.exact, &arguments.filter) {
        settings.selection = Selection { ids: vec![name.clone()], ..settings.selection };
    }
    let session = Session::load(settings, true);
    if session.is_refused() {
        return refuse(&render_diagnostics(&session.diagnostics, &Style::plain(100)));
    }
    let runtime = match crate::session::runtime() {
        Ok(runtime) => Arc::new(runtime),
        Err(error) => return refuse(&format!("error: cannot start: {error}\n")),
    };
    let session = Arc::new(session);
    let trials = (0..session.plan.cases.len()).map(|index| {
        let (session, runtime) = (Arc::clone(&session), Arc::clone(&runtime));
        Trial::ignorable_test(session.plan.cases[index].id.clone(), move || {
            runtime.block_on(run_one(&session, index))
        })
    });
    let conclusion = libtest_mimic::run(arguments, trials.collect());
    conclusion.exit_code()
}

async fn run_one(session: &Session, index: usize) -> Result<Completion, Failed> {
    let mut finished = None;
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            finished = Some(report.clone());
        }
    };
    session.run_only(index, CancellationToken::new(), &mut emit).await?;
    let Some(report) = finished else {
        return Err("the case did not run".into());
    };
    match report.verdict {
        Verdict::Passed | Verdict::XFailed => Ok(Completion::Completed),
        Verdict::XPassed if report.is_tolerated => Ok(Completion::Completed),
        Verdict::Skipped => Ok(Completion::ignored_with(report.reason.unwrap_or_default())),
        Verdict::Failed | Verdict::Errored | Verdict::XPassed | Verdict::NotRun => {
            Err(render_case(&report, &Style::plain(100)).into())
        }
    }
}

fn settings() -> Result<Settings, String> {
    let variables = Variables::Process;
    let base_urls = variables.get("CONTEST_BASE_URL").unwrap_or_default();
    let base_urls = base_urls.split(',').map(str::trim).filter(|text| !text.is_empty());
    Ok(Settings {
        folder: std::env::current_dir().map_err(|error| error.to_string())?,
        environment: variables.get("CONTEST_ENV").filter(|name| !name.is_empty()),
        base_urls: base_urls.map(BaseUrl::parse).collect::<Result<_, _>>()?,
        allow_commands: variables.get("CONTEST_ALLOW_COMMANDS").is_some_and(|text| text == "1"),
        ..Settings::default()
    })
}

fn refuse(text: &str) -> ExitCode {
    let _ = std::io::Write::write_all(&mut std::io::stderr().lock(), text.as_bytes());
    ExitCode::from(FAILED)
}

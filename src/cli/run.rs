use super::args::{ListFormat, OrderChoice, Output, Run};
use super::step::Prompt;
use super::{baseline, check, exit, habits, output, select, watch};
use crate::engine::{Event, Order, Summary};
use crate::limits::Limits;
use crate::report::{DryRun, Progress, Terminal, Trace};
use crate::session::{Reports, Session, Settings};
use std::fs::File;
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// `contest run`.
pub(super) fn run(arguments: Run, out: &Output) -> ExitCode {
    let is_watching = arguments.watch;
    let trace = arguments.trace.clone();
    let is_json = arguments.format == ListFormat::Json;
    let is_stepping = arguments.step;
    let shows_durations = arguments.habits.durations;
    let wait_for = arguments.habits.wait_for;
    let coverage = arguments.coverage.clone();
    if is_stepping && !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        output::print_error(
            "error: `--step` asks before each request, and needs a terminal on stdin and stderr\n\
             help: `--dry-run` shows the requests without one\n",
        );
        return ExitCode::from(exit::REFUSED);
    }
    let prepared =
        settings(arguments).and_then(|settings| Ok((settings, Listeners::new(trace.as_deref(), out)?)));
    let (mut settings, mut listeners) = match prepared {
        Ok(prepared) => prepared,
        Err(reason) => {
            output::print_error(&format!("error: {reason}\n"));
            return ExitCode::from(exit::REFUSED);
        }
    };
    settings.coverage = coverage.settings();
    settings.fail_under = coverage.thresholds();
    listeners.dry_run = is_json.then(DryRun::default);
    listeners.shows_durations = shows_durations;
    settings.habits.tells_doing = std::io::stderr().is_terminal() && !is_stepping;
    settings.keeps_exchanges = listeners.trace.is_some() || out.verbose > 1;
    if is_stepping {
        let mut limits = Limits::default();
        // What is wrong with them is said with all other problems.
        settings.limits.iter().for_each(|(name, value)| drop(limits.set(name, value)));
        let limit = usize::try_from(limits.shown).unwrap_or(usize::MAX);
        let style = output::style_of(out, &std::io::stderr());
        settings.stepper = Some(Arc::new(Prompt::at_terminal(style, limit)));
    }
    if is_watching {
        return watch::watch(settings, listeners);
    }
    let session = Session::load(settings, true);
    if let Err(code) = show_problems(&session, out) {
        return report_nothing(&session, code);
    }
    listeners.reports = match coverage.prepare().and_then(|()| session.open_reports()) {
        Ok(reports) => reports,
        Err(reason) => {
            output::print_error(&format!("error: {reason}\n"));
            return ExitCode::from(exit::REFUSED);
        }
    };
    let runtime = match session.runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::print_error(&format!("error: cannot start: {error}\n"));
            return ExitCode::from(exit::REFUSED);
        }
    };
    let code = runtime.block_on(async {
        let interrupt = CancellationToken::new();
        tokio::spawn(watch_interrupts(interrupt.clone()));
        if let Err((code, reason)) = habits::wait(&session, wait_for, &interrupt).await {
            listeners.fail(&reason);
            return code;
        }
        match run_cases(&session, None, interrupt, &mut listeners, &mut |_| {}).await {
            Ok(summary) => {
                let code = baseline::exit_code(&session, &summary, out);
                coverage.finish(&summary, &listeners).map_or_else(
                    |reason| {
                        output::print_error(&format!("error: {reason}\n"));
                        ExitCode::from(exit::ERRORED)
                    },
                    |()| code,
                )
            }
            Err(reason) => {
                output::print_error(&format!("error: {reason}\n"));
                ExitCode::from(exit::ERRORED)
            }
        }
    });
    // A mock's connections need no farewell.
    runtime.shutdown_background();
    let code = if session.has_errors() { ExitCode::from(exit::REFUSED) } else { code };
    // The process ends: documents and compiled schemas are given back sooner as a whole than part by part.
    std::mem::forget(session);
    code
}

/// Writes the reports of a share that holds no case, so that who joins the shares finds it; gives the exit code.
fn report_nothing(session: &Session, code: ExitCode) -> ExitCode {
    if session.is_refused() || session.plan.n_selected == 0 || session.selection().shard.is_none() {
        return code;
    }
    let write = || {
        let Some(reports) = session.open_reports()? else { return Ok(()) };
        let runtime = session.runtime().map_err(|error| error.to_string())?;
        let mut tell = |event: &Event| reports.event(event);
        runtime.block_on(session.run(CancellationToken::new(), &mut tell))?;
        runtime.shutdown_background();
        reports.finish().map(drop)
    };
    let written: Result<(), String> = write();
    written.map_or_else(
        |reason| {
            output::print_error(&format!("error: {reason}\n"));
            ExitCode::from(exit::ERRORED)
        },
        |()| code,
    )
}

/// Who hears the events of a run beside the report for people.
pub(super) struct Listeners<'o> {
    pub(super) out: &'o Output,
    trace: Option<Trace<File>>,
    /// What is printed in place of the report for people.
    dry_run: Option<DryRun>,
    /// Whether operations are listed with how long they took.
    shows_durations: bool,
    /// The reports of the session.
    reports: Option<Reports>,
    /// Whether a report went to stdout, so that what is for people goes to stderr.
    pub(super) is_stdout_taken: bool,
}

impl<'o> Listeners<'o> {
    /// Opens the files that are to be written.
    fn new(trace: Option<&Path>, out: &'o Output) -> Result<Self, String> {
        let create = |path: &Path| {
            let file = File::create(path);
            file.map_err(|error| format!("cannot write `{}`: {error}", path.display()))
        };
        let trace = trace.map(create).transpose()?.map(Trace::new);
        Ok(Self { out, trace, dry_run: None, shows_durations: false, reports: None, is_stdout_taken: false })
    }

    /// Lets the reports say why no case was run.
    fn fail(&mut self, reason: &str) {
        let Some(reports) = self.reports.take() else { return };
        reports.fail(reason);
        if let Err(reason) = reports.finish() {
            output::print_error(&format!("error: {reason}\n"));
        }
    }
}

/// Says what is wrong with the files and with what was selected.
///
/// # Errors
/// The exit code where nothing is to run.
pub(super) fn show_problems(session: &Session, out: &Output) -> Result<(), ExitCode> {
    if session.has_errors() {
        output::print_diagnostics(&session.diagnostics, out);
        let count = output::count(&session.diagnostics).unwrap_or_default();
        let words = if session.is_refused() { "nothing was sent" } else { "the other files run" };
        output::print_error(&format!("\n{count}; {words}\n"));
        if session.is_refused() {
            return Err(ExitCode::from(exit::REFUSED));
        }
    } else if let Some(count) = output::count(&session.diagnostics) {
        let command = check::command(session.settings());
        output::print_error(&format!("{count} about the files: `{command}` shows them\n\n"));
    }
    if let Some(rerun) = session.rerun() {
        habits::show_rerun(rerun, &session.plan)?;
    }
    if session.plan.cases.is_empty() {
        if let Some(words) = select::nothing_selected(&session.plan) {
            output::print_error(&words);
            return Err(ExitCode::from(exit::NOTHING_SELECTED));
        }
        output::print_error(&select::empty_shard(&session.plan, session.selection()));
        let code = if session.has_errors() { ExitCode::from(exit::REFUSED) } else { ExitCode::SUCCESS };
        return Err(code);
    }
    output::print_error(&select::unfitting(&session.plan));
    Ok(())
}

/// Runs all cases of a session, or some, and reports them; `also` hears every event after the report.
///
/// # Errors
/// A sentence that says why nothing could be run or not everything be reported.
pub(super) async fn run_cases(
    session: &Session,
    cases: Option<&[usize]>,
    interrupt: CancellationToken,
    listeners: &mut Listeners<'_>,
    also: &mut (dyn FnMut(&Event) + Send),
) -> Result<Summary, String> {
    let Listeners { out, trace, dry_run, shows_durations, reports, is_stdout_taken } = listeners;
    // Stdout holds one thing: a report that goes there sends what is for people away.
    let takes_stdout = reports.as_ref().is_some_and(Reports::takes_stdout);
    *is_stdout_taken = takes_stdout;
    let (stream, style): (Box<dyn Write + Send>, _) = match takes_stdout {
        true => (Box::new(std::io::stderr()), output::style_of(out, &std::io::stderr())),
        false => (Box::new(std::io::stdout()), output::style_of(out, &std::io::stdout())),
    };
    let verbosity = output::verbosity(out, session.is_dry(), session.limits());
    let mut terminal = Terminal::new(stream, style, verbosity)
        .with_durations(*shows_durations)
        .with_links(output::links_of(out, takes_stdout));
    // A line that moves would write over the questions.
    let mut progress = if session.is_stepping() { Progress::hidden() } else { Progress::stderr() };
    let mut last_run = session.last_run();
    let mut unwritten: Option<std::io::Error> = None;
    let mut untraced: Option<std::io::Error> = None;
    let mut emit = |event: &Event| {
        progress.event(event);
        if let Some(dry_run) = dry_run.as_mut() {
            dry_run.event(event);
        } else if unwritten.is_none() {
            // A reader that has gone away (`| head`) is no reason to leave cleanup undone.
            unwritten = progress.aside(|| terminal.event(event)).err();
        }
        if let (Some(trace), None) = (trace.as_mut(), &untraced) {
            untraced = trace.event(event).err();
        }
        if let Some(reports) = reports.as_ref() {
            reports.event(event);
        }
        if let (Some(last_run), Event::CaseFinished(report)) = (last_run.as_mut(), event) {
            last_run.note(report);
        }
        also(event);
    };
    let outcome = match cases {
        None => session.run(interrupt, &mut emit).await,
        Some(cases) => session.run_some(cases, interrupt, &mut emit).await,
    };
    // A run that did not begin leaves the record as it was.
    if let (Some(last_run), true) = (last_run, outcome.is_ok())
        && let Err(reason) = last_run.write()
    {
        output::print_error(&format!("warning: {reason}\n"));
    }
    if let Some(dry_run) = dry_run.take() {
        output::print(&dry_run.to_json());
    }
    if let (Some(reports), Err(reason)) = (reports.as_ref(), &outcome) {
        reports.fail(reason);
    }
    let reported = reports.take().map_or(Ok(Vec::new()), Reports::finish);
    if let (Ok(files), 0) = (&reported, out.quiet) {
        output::print_error(&written(files, &session.settings().folder));
    }
    let unwritten = unwritten.filter(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
    match (unwritten, untraced) {
        (Some(error), _) => Err(format!("the report could not be written: {error}")),
        (None, Some(error)) => Err(format!("the trace could not be written: {error}")),
        (None, None) => outcome.and_then(|summary| reported.map(|_| summary)),
    }
}

/// Says which files hold a report, as they are called from the folder of the run.
fn written(files: &[PathBuf], folder: &Path) -> String {
    let names = files.iter().map(|path| path.strip_prefix(folder).unwrap_or(path).display().to_string());
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() { names } else { format!("reports: {names}\n") }
}

/// The first Ctrl-C lets cleanup run, the second leaves at once.
pub(super) async fn watch_interrupts(interrupt: CancellationToken) {
    interrupted().await;
    interrupt.cancel();
    output::print_error("\ninterrupted: cleanup is running; Ctrl-C again leaves at once\n");
    interrupted().await;
    std::process::exit(i32::from(exit::INTERRUPTED));
}

/// Ctrl-C, or what a CI system sends to a job that it cancels; never, where signals cannot be had.
pub(super) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                Ok(()) = tokio::signal::ctrl_c() => return,
                Some(()) = terminate.recv() => return,
                else => {}
            }
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn settings(arguments: Run) -> Result<Settings, String> {
    Ok(Settings {
        files: arguments.files,
        folder: std::env::current_dir().unwrap_or_default(),
        environment: arguments.env,
        base_urls: arguments.base_url,
        overlays: arguments.overlay,
        use_servers: arguments.use_servers,
        inputs: arguments.input,
        jobs: arguments.jobs.map(usize::from),
        selection: select::selection(arguments.select),
        rerun_failed: arguments.habits.rerun_failed,
        habits: arguments.habits.habits(),
        order: match arguments.order {
            OrderChoice::File => Order::File,
            OrderChoice::Random => Order::Random,
        },
        keep_going: arguments.keep_going,
        is_dry: arguments.dry_run,
        repeat: arguments.repeat.map(|repeat| repeat as usize),
        seed: arguments.seed,
        run_id: arguments.run_id,
        limits: arguments.limit,
        allow_remote: arguments.references.allow_remote,
        allow_folders: arguments.references.allow_folder,
        contract: arguments.contract.settings()?,
        env_files: arguments.env_file,
        allow_commands: arguments.allow_commands,
        connection: arguments.connection.settings()?,
        baseline: arguments.baseline.settings(),
        reports: arguments.reports.settings(!arguments.dry_run && !arguments.watch),
        ..Settings::default()
    })
}

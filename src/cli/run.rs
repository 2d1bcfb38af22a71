use super::args::{OrderChoice, Output, Run};
use super::{exit, output, select};
use crate::engine::{Event, Order};
use crate::report::{Progress, Terminal};
use crate::session::{Session, Settings};
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// `contest run`.
pub(super) fn run(arguments: Run, out: &Output) -> ExitCode {
    let settings = match settings(arguments) {
        Ok(settings) => settings,
        Err(reason) => {
            output::print_error(&format!("error: {reason}\n"));
            return ExitCode::from(exit::REFUSED);
        }
    };
    let session = Session::load(settings, true);
    if session.has_errors() {
        output::print_diagnostics(&session.diagnostics, out);
        let count = output::count(&session.diagnostics).unwrap_or_default();
        let words = if session.is_refused() { "nothing was sent" } else { "the other files run" };
        output::print_error(&format!("\n{count}; {words}\n"));
        if session.is_refused() {
            return ExitCode::from(exit::REFUSED);
        }
    } else if let Some(count) = output::count(&session.diagnostics) {
        output::print_error(&format!("{count} about the files: `contest check` shows them\n\n"));
    }
    if session.plan.cases.is_empty() {
        if let Some(words) = select::nothing_selected(&session.plan) {
            output::print_error(&words);
            return ExitCode::from(exit::NOTHING_SELECTED);
        }
        output::print_error(&select::empty_shard(&session.plan, session.selection()));
        return if session.has_errors() { ExitCode::from(exit::REFUSED) } else { ExitCode::SUCCESS };
    }
    output::print_error(&select::unfitting(&session.plan));
    let runtime = match session.runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::print_error(&format!("error: cannot start: {error}\n"));
            return ExitCode::from(exit::REFUSED);
        }
    };
    let code = runtime.block_on(run_session(&session, out));
    // A mock's connections need no farewell.
    runtime.shutdown_background();
    if session.has_errors() { ExitCode::from(exit::REFUSED) } else { code }
}

async fn run_session(session: &Session, out: &Output) -> ExitCode {
    let interrupt = CancellationToken::new();
    tokio::spawn(watch_interrupts(interrupt.clone()));
    let style = output::style_of(out, &std::io::stdout());
    let mut terminal = Terminal::new(std::io::stdout(), style, output::verbosity(out));
    let mut progress = Progress::stderr();
    let mut unwritten: Option<std::io::Error> = None;
    let mut emit = |event: &Event| {
        progress.event(event);
        if unwritten.is_none() {
            // A reader that has gone away (`| head`) is no reason to leave cleanup undone.
            unwritten = progress.aside(|| terminal.event(event)).err();
        }
    };
    let outcome = session.run(interrupt, &mut emit).await;
    if let Some(error) = unwritten.filter(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
        output::print_error(&format!("error: the report could not be written: {error}\n"));
        return ExitCode::from(exit::ERRORED);
    }
    match outcome {
        Ok(summary) => exit::of_summary(&summary),
        Err(reason) => {
            output::print_error(&format!("error: {reason}\n"));
            ExitCode::from(exit::ERRORED)
        }
    }
}

/// The first Ctrl-C lets cleanup run, the second leaves at once.
async fn watch_interrupts(interrupt: CancellationToken) {
    interrupted().await;
    interrupt.cancel();
    output::print_error("\ninterrupted: cleanup is running; Ctrl-C again leaves at once\n");
    interrupted().await;
    std::process::exit(i32::from(exit::INTERRUPTED));
}

/// Ctrl-C, or what a CI system sends to a job that it cancels; never, where signals cannot be had.
async fn interrupted() {
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
        order: match arguments.order {
            OrderChoice::File => Order::File,
            OrderChoice::Random => Order::Random,
        },
        keep_going: arguments.keep_going,
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
        ..Settings::default()
    })
}

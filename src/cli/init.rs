use super::args::{Init, Output};
use super::{exit, output};
use crate::diagnostic::words::count;
use crate::session::{Settings, initialise};
use std::process::ExitCode;

/// As many operations without a scenario are named.
const MAX_NAMED: usize = 10;

/// `contest init`.
pub(super) fn init(arguments: Init, out: &Output) -> ExitCode {
    let settings = Settings {
        files: arguments.documents,
        folder: std::env::current_dir().unwrap_or_default(),
        limits: arguments.limit,
        allow_remote: arguments.references.allow_remote,
        allow_folders: arguments.references.allow_folder,
        ..Settings::default()
    };
    let outcome = initialise(&settings, arguments.force);
    output::print_diagnostics(&outcome.diagnostics, out);
    for path in &outcome.written {
        output::print(&format!("wrote {path}\n"));
    }
    if !outcome.diagnostics.is_empty() {
        return ExitCode::from(exit::REFUSED);
    }
    for (operation, reason) in outcome.left_out.iter().take(MAX_NAMED) {
        output::print(&format!("no scenario calls {operation}: {reason}\n"));
    }
    if let Some(more) = outcome.left_out.len().checked_sub(MAX_NAMED).filter(|more| *more > 0) {
        output::print(&format!("nor {} more\n", count(more, "operation", "operations")));
    }
    if outcome.is_without_bodies {
        output::print(
            "the schema for editors knows no bodies, for its size; the limit `schema` allows more\n",
        );
    }
    if out.quiet == 0 {
        let todos = match outcome.todos {
            0 => String::new(),
            todos => format!("{} to decide: look for `# TODO`\n", count(todos, "thing", "things")),
        };
        output::print(&format!("\n{todos}next: contest check\n"));
        if !outcome.variables.is_empty() {
            let set: Vec<String> = outcome.variables.iter().map(|name| format!("{name}=…")).collect();
            output::print(&format!("then: {} contest run\n", set.join(" ")));
        }
    }
    ExitCode::SUCCESS
}

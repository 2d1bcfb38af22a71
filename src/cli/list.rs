use super::args::{List, ListFormat, Output};
use super::{exit, output, select};
use crate::report::Listing;
use crate::session::{Session, Settings};
use std::process::ExitCode;

/// `contest list`.
pub(super) fn list(arguments: List, out: &Output) -> ExitCode {
    let settings = Settings {
        files: arguments.files,
        folder: std::env::current_dir().unwrap_or_default(),
        environment: arguments.env,
        selection: select::selection(arguments.select),
        limits: arguments.limit,
        overlays: arguments.overlay,
        allow_remote: arguments.references.allow_remote,
        allow_folders: arguments.references.allow_folder,
        ..Settings::default()
    };
    let session = Session::load(settings, false);
    if session.is_refused() {
        output::print_diagnostics(&session.diagnostics, out);
        let count = output::count(&session.diagnostics).unwrap_or_default();
        output::print_error(&format!("\n{count}; nothing is listed\n"));
        return ExitCode::from(exit::REFUSED);
    }
    if session.plan.cases.is_empty() {
        if let Some(words) = select::nothing_selected(&session.plan) {
            output::print_error(&words);
            return ExitCode::from(exit::NOTHING_SELECTED);
        }
        output::print_error(&select::empty_shard(&session.plan, session.selection()));
    }
    output::print_error(&select::unfitting(&session.plan));
    let listing = Listing::of(&session.plan);
    output::print(&match arguments.format {
        ListFormat::Text => listing.render(output::style_of(out, &std::io::stdout())),
        ListFormat::Json => listing.to_json(),
    });
    ExitCode::SUCCESS
}

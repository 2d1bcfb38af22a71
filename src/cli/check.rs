use super::args::{Check, Output};
use super::{exit, output};
use crate::diagnostic::words::count;
use crate::session::{Settings, check_files};
use std::process::ExitCode;

/// `contest check`.
pub(super) fn check(arguments: Check, out: &Output) -> ExitCode {
    let settings = Settings {
        files: arguments.files,
        folder: std::env::current_dir().unwrap_or_default(),
        environment: arguments.env,
        overlays: arguments.overlay,
        limits: arguments.limit,
        allow_remote: arguments.references.allow_remote,
        allow_folders: arguments.references.allow_folder,
        ..Settings::default()
    };
    let checked = check_files(settings);
    output::print_diagnostics(&checked.diagnostics, out);
    let what = format!(
        "{}, {}",
        count(checked.documents, "document", "documents"),
        count(checked.cases, "case", "cases")
    );
    match output::count(&checked.diagnostics) {
        Some(count) => output::print(&format!("checked {what}: {count}\n")),
        None => output::print(&format!("checked {what}: nothing to report\n")),
    }
    if checked.has_errors() { ExitCode::from(exit::REFUSED) } else { ExitCode::SUCCESS }
}

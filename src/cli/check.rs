use super::args::{Check, Output};
use super::{exit, output};
use crate::diagnostic::words::count;
use crate::report::render_strength;
use crate::session::{Settings, check_files};
use crate::strength::measure;
use std::process::ExitCode;

/// `contest check`.
pub(super) fn check(arguments: Check, out: &Output) -> ExitCode {
    let is_measured = arguments.strength;
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
        count(checked.documents.len(), "document", "documents"),
        count(checked.cases, "case", "cases")
    );
    match output::count(&checked.diagnostics) {
        Some(count) => output::print(&format!("checked {what}: {count}\n")),
        None => output::print(&format!("checked {what}: nothing to report\n")),
    }
    if is_measured {
        let style = output::style_of(out, &std::io::stdout());
        for document in &checked.documents {
            output::print(&format!("\n{}", render_strength(document, &measure(document), style)));
        }
    }
    if checked.has_errors() { ExitCode::from(exit::REFUSED) } else { ExitCode::SUCCESS }
}

use super::args::{Fmt, Output};
use super::{exit, output};
use crate::diagnostic::words::count;
use crate::session::{Settings, format_files};
use std::process::ExitCode;

/// `contest fmt`.
pub(super) fn fmt(arguments: Fmt, out: &Output) -> ExitCode {
    let is_check = arguments.check;
    let settings = Settings {
        files: arguments.files,
        folder: std::env::current_dir().unwrap_or_default(),
        limits: arguments.limit,
        ..Settings::default()
    };
    let formatted = format_files(&settings, is_check);
    output::print_diagnostics(&formatted.diagnostics, out);
    let verb = if is_check { "would change" } else { "formatted" };
    for name in &formatted.changed {
        output::print(&format!("{verb} {name}\n"));
    }
    for name in &formatted.kept {
        output::print(&format!("left as it is {name}: it holds what cannot be moved safely\n"));
    }
    if out.quiet == 0 {
        let mut parts = vec![match is_check {
            true => format!("{} would change", count(formatted.changed.len(), "file", "files")),
            false => format!("{} formatted", count(formatted.changed.len(), "file", "files")),
        }];
        if formatted.unchanged > 0 {
            parts.push(format!("{} in canonical layout already", formatted.unchanged));
        }
        if !formatted.kept.is_empty() {
            parts.push(format!("{} left as they are", formatted.kept.len()));
        }
        parts.extend(output::count(&formatted.diagnostics));
        output::print(&format!("{}\n", parts.join(", ")));
    }
    if formatted.has_errors() {
        ExitCode::from(exit::REFUSED)
    } else if is_check && !formatted.changed.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

use super::args::{Check, CheckFormat, Output};
use super::{exit, output};
use crate::diagnostic::Level;
use crate::diagnostic::words::count;
use crate::report::{CheckCounts, render_check, render_strength};
use crate::session::{Checked, Settings, check_files};
use crate::strength::measure;
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
    let mut checked = check_files(settings);
    let counts = CheckCounts {
        documents: checked.documents.len(),
        cases: checked.cases,
        errors: checked.count(Level::Error),
        warnings: checked.count(Level::Warning),
        hints: checked.count(Level::Note),
    };
    if !arguments.hints {
        checked.diagnostics.retain(|it| it.level != Level::Note);
    }
    let measured = checked.documents.iter().filter(|_| arguments.strength);
    let measured = measured.map(|document| (&**document, measure(document)));
    match arguments.format {
        CheckFormat::Json => {
            let sorted = output::sort_diagnostics(&checked.diagnostics);
            output::print(&render_check(&sorted, counts, &measured.collect::<Vec<_>>()));
        }
        CheckFormat::Human => {
            print_words(&checked, counts, arguments.hints, out);
            let style = output::style_of(out, &std::io::stdout());
            for (document, strength) in measured {
                output::print(&format!("\n{}", render_strength(document, &strength, style)));
            }
        }
    }
    if checked.has_errors() { ExitCode::from(exit::REFUSED) } else { ExitCode::SUCCESS }
}

fn print_words(checked: &Checked, counts: CheckCounts, shows_hints: bool, out: &Output) {
    output::print_diagnostics(&checked.diagnostics, out);
    let rules = count(checked.rules, "file of rules", "files of rules");
    let others = [count(counts.documents, "document", "documents"), count(counts.cases, "case", "cases")];
    let what = match (checked.rules, counts.documents + counts.cases) {
        (0, _) => others.join(", "),
        (_, 0) => rules,
        _ => format!("{}, {rules}", others.join(", ")),
    };
    let found = output::count(&checked.diagnostics).unwrap_or_else(|| "nothing to report".to_owned());
    let hints = match (counts.hints, shows_hints) {
        (0, _) => String::new(),
        (hints, true) => format!("; {}", count(hints, "hint", "hints")),
        (hints, false) => {
            let verb = if hints == 1 { "it" } else { "them" };
            format!("; {}, `--hints` shows {verb}", count(hints, "hint", "hints"))
        }
    };
    output::print(&format!("checked {what}: {found}{hints}\n"));
}

use super::args::{Check, CheckFormat, Output};
use super::{exit, output};
use crate::diagnostic::Level;
use crate::diagnostic::words::count;
use crate::http::quote_if_needed;
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
    let code = if checked.has_errors() { ExitCode::from(exit::REFUSED) } else { ExitCode::SUCCESS };
    // The process ends: a large document is given back sooner as a whole than value by value.
    std::mem::forget(checked);
    code
}

/// As many files are repeated in a command; more would hide what it is.
const MAX_FILES: usize = 4;

/// The command that shows what is wrong with the files of a run, as a POSIX shell reads it.
pub(super) fn command(settings: &Settings) -> String {
    let mut words = vec!["contest check".to_owned()];
    // Without files it looks at the whole project, which holds what the run has read or more.
    if settings.files.len() <= MAX_FILES {
        words.extend(settings.files.iter().map(|path| quote_if_needed(&path.to_string_lossy())));
    }
    let mut add = |flag: &str, value: String| words.extend([flag.to_owned(), quote_if_needed(&value)]);
    if let Some(environment) = &settings.environment {
        add("--env", environment.clone());
    }
    for overlay in &settings.overlays {
        let path = overlay.path.to_string_lossy();
        let api = overlay.api.as_ref();
        add("--overlay", api.map_or_else(|| path.to_string(), |api| format!("{api}={path}")));
    }
    for host in &settings.allow_remote {
        add("--allow-remote", host.clone());
    }
    for folder in &settings.allow_folders {
        add("--allow-folder", folder.to_string_lossy().into_owned());
    }
    for (name, value) in &settings.limits {
        add("--limit", format!("{name}={value}"));
    }
    words.join(" ")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::OverlayFile;
    use std::path::PathBuf;

    #[test]
    fn a_command_repeats_what_the_files_were_read_with() {
        let check = |settings: Settings, expected: &str| assert_eq!(command(&settings), expected);
        let overlay = |text| OverlayFile::parse(text).expect("it is one");
        let files = |n: usize| (0..n).map(|number| PathBuf::from(format!("{number}.yaml"))).collect();
        check(Settings::default(), "contest check");
        check(Settings { files: files(2), ..Settings::default() }, "contest check 0.yaml 1.yaml");
        check(Settings { files: files(5), ..Settings::default() }, "contest check");
        let settings = Settings {
            files: vec![PathBuf::from("my tests")],
            environment: Some("qa".to_owned()),
            overlays: vec![overlay("a.yaml"), overlay("shop=b.yaml")],
            allow_remote: vec!["h:1".to_owned()],
            limits: vec![("files".to_owned(), "9".to_owned())],
            ..Settings::default()
        };
        check(
            settings,
            "contest check 'my tests' --env qa --overlay a.yaml --overlay shop=b.yaml --allow-remote h:1 --limit files=9",
        );
    }
}

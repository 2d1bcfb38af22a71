use super::files::{find_project, find_scenarios, read_project, read_source};
use super::load::no_project;
use super::settings::Settings;
use super::write::write_file;
use crate::diagnostic::{Code, Diagnostic, Level, Problems};
use crate::limits::Limits;
use crate::scenario::{Layout, lay_out};
use crate::source::Source;
use crate::yaml::{Dialect, load};
use std::path::Path;
use std::sync::Arc;

/// What laying out files came to.
#[derive(Debug, Default)]
pub struct Formatted {
    /// What cannot be read, and what is no scenario file.
    pub diagnostics: Vec<Diagnostic>,
    /// The names of files that were not in canonical layout; they are now, unless it was only a check.
    pub changed: Vec<String>,
    /// The names of files that hold something which cannot be moved without changing what they say.
    pub kept: Vec<String>,
    /// The number of files that are in canonical layout already.
    pub unchanged: usize,
}

impl Formatted {
    /// Whether a file could not be laid out for an error in it.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.level == Level::Error)
    }
}

/// Lays out the scenario files that settings name, or those of the project file; writes those that change
/// unless `is_check`.
pub fn format_files(settings: &Settings, is_check: bool) -> Formatted {
    let mut formatted = Formatted::default();
    let diagnostics = &mut formatted.diagnostics;
    let mut limits = Limits::default();
    for (name, value) in &settings.limits {
        if let Err(error) = limits.set(name, value) {
            diagnostics.push(Diagnostic::error(Code::CONFIG_INVALID_VALUE, format!("`--limit`: {error}")));
        }
    }
    let folder = &settings.folder;
    let mut project = None;
    // Files that are named need no project, and a fault in it is no fault of theirs.
    if settings.files.is_empty() {
        match find_project(&settings.files, folder) {
            Some(path) => project = read_project(&path, folder, &limits, diagnostics),
            None => diagnostics.push(no_project(Some("fmt"))),
        }
    }
    let found = find_scenarios(&settings.files, project.as_ref(), folder, diagnostics);
    for file in &found {
        if let Some(source) = read_source(&file.path, folder, &limits, &mut formatted.diagnostics) {
            format_file(&file.path, &source, &limits, is_check, &mut formatted);
        }
    }
    formatted
}

fn format_file(
    path: &Path,
    source: &Arc<Source>,
    limits: &Limits,
    is_check: bool,
    formatted: &mut Formatted,
) {
    let mut problems = Problems::new(source);
    let layout = lay_out(limits, &mut problems);
    formatted.diagnostics.extend(problems.into_list());
    let name = source.name().to_owned();
    if layout.is_some()
        && let Some(other) = other_kind(source, limits)
    {
        formatted.diagnostics.push(other);
        return;
    }
    match layout {
        None => {}
        Some(Layout::Kept) => formatted.kept.push(name),
        Some(Layout::Canonical(text)) if text == source.text() => formatted.unchanged += 1,
        Some(Layout::Canonical(text)) => {
            let written = if is_check { Ok(()) } else { write_file(path, text.as_bytes()) };
            match written {
                Ok(()) => formatted.changed.push(name),
                Err(error) => {
                    let message = format!("cannot write `{name}`: {error}");
                    formatted.diagnostics.push(Diagnostic::error(Code::FILE_UNREADABLE, message));
                }
            }
        }
    }
}

/// What to say of a file that is YAML and no scenario file, whose keys would have another order. Other
/// faults of a file do not matter to its layout.
fn other_kind(source: &Arc<Source>, limits: &Limits) -> Option<Diagnostic> {
    // A file that is mended by quotes alone is a scenario file: nothing else was looked for.
    let node = load(Dialect::Ours, limits, &mut Problems::new(source))?;
    if ["scenarios", "flows"].iter().any(|key| node.get(key).is_some_and(|value| value.as_map().is_some())) {
        return None;
    }
    let message = format!("`{}` is no scenario file: it has no map `scenarios`", source.name());
    Some(Diagnostic::error(Code::SCENARIO_KIND, message).help("`contest fmt` lays out `*.contest.yaml` only"))
}

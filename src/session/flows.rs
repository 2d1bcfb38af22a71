//! The files whose flows steps of other files, or auth profiles, call.

use super::files::{ScenarioFiles, name_of, normalise, read_named_source};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::limits::Limits;
use crate::scenario::{Action, AuthKind, FlowFiles, Project, ScenarioFile};
use crate::source::{Source, Span};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a flow's file is named: its path as written there, and the place.
type NamedFile = (PathBuf, Arc<Source>, Span);

/// Reads every file that a step names with `flow: "FILE#NAME"` or an auth profile does, those that these
/// name in turn included, each once; one that cannot be read is reported where it is named. A file that is
/// among the scenario files too is the same one.
pub(super) fn read_flow_files(
    scenarios: &mut ScenarioFiles,
    project: Option<&Project>,
    folder: &Path,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> FlowFiles {
    let mut by_path: BTreeMap<PathBuf, Option<Arc<ScenarioFile>>> =
        scenarios.files.iter().map(|file| (normalise(&file.path), Some(Arc::clone(file)))).collect();
    let mut found = FlowFiles::new();
    let mut n_read = 0;
    // The last is looked at first.
    let mut waiting: Vec<NamedFile> = project.map(named_by_profiles).unwrap_or_default();
    waiting.extend(scenarios.files.iter().rev().flat_map(|file| named_by_steps(file)));
    while let Some((written, source, span)) = waiting.pop() {
        let path = normalise(&written);
        if !by_path.contains_key(&path) {
            n_read += 1;
            if n_read > limits.files {
                diagnostics.push(too_many((&source, span), limits));
                return found;
            }
            let read = read_file(&path, folder, limits, (&source, span), scenarios, diagnostics);
            waiting.extend(read.iter().flat_map(|file| named_by_steps(file)));
            by_path.insert(path.clone(), read);
        }
        if let Some(Some(file)) = by_path.get(&path) {
            found.insert(written, Arc::clone(file));
        }
    }
    found
}

fn named_by_steps(file: &ScenarioFile) -> Vec<NamedFile> {
    let calls = file.all_steps().into_iter().filter_map(|step| match &step.action {
        Action::Flow(call) => Some(call),
        Action::Call(_) | Action::Send(_) | Action::Pause(_) => None,
    });
    let named =
        calls.filter_map(|call| Some((call.path(&file.path)?, Arc::clone(&file.source), call.flow.span)));
    let mut named: Vec<NamedFile> = named.collect();
    named.reverse();
    named
}

fn named_by_profiles(project: &Project) -> Vec<NamedFile> {
    let named = project.auth.iter().rev().filter_map(|profile| match &profile.value.kind {
        AuthKind::Flow(flow) => {
            let path = flow.call.path_below(&project.folder)?;
            Some((path, Arc::clone(&project.source), flow.call.flow.span))
        }
        _ => None,
    });
    named.collect()
}

fn read_file(
    path: &Path,
    folder: &Path,
    limits: &Limits,
    (named_in, span): (&Arc<Source>, Span),
    scenarios: &mut ScenarioFiles,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<ScenarioFile>> {
    let source = read_named_source(path, folder, limits, (named_in, span, "is named here"), diagnostics)?;
    scenarios.names.insert(source.name().to_owned());
    let mut problems = Problems::new(&source);
    let name = name_of(Path::new(source.name()));
    let file = ScenarioFile::read(path, name, limits, &mut problems);
    diagnostics.extend(problems.into_list());
    file.map(Arc::new)
}

fn too_many((source, span): (&Arc<Source>, Span), limits: &Limits) -> Diagnostic {
    let limit = limits.files;
    let message =
        format!("flows are called in more than {limit} other files, and the limit `files` is {limit}");
    Diagnostic::error(Code::YAML_LIMIT, message)
        .label(source, span, "names one more")
        .help(format!("`--limit files={}` allows them", limit.saturating_mul(2)))
}

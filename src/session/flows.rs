//! The files whose flows steps of other files call.

use super::files::{ScenarioFiles, name_of, normalise, read_named_source};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::limits::Limits;
use crate::scenario::{Action, FlowCall, FlowFiles, ScenarioFile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads every file that a step names with `flow: "FILE#NAME"`, those that these name in turn included,
/// each once; one that cannot be read is reported where it is named. A file that is among the scenario
/// files too is the same one.
pub(super) fn read_flow_files(
    scenarios: &mut ScenarioFiles,
    folder: &Path,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> FlowFiles {
    let mut by_path: BTreeMap<PathBuf, Option<Arc<ScenarioFile>>> =
        scenarios.files.iter().map(|file| (normalise(&file.path), Some(Arc::clone(file)))).collect();
    let mut found = FlowFiles::new();
    let mut n_read = 0;
    let mut waiting: Vec<Arc<ScenarioFile>> = scenarios.files.iter().rev().cloned().collect();
    while let Some(file) = waiting.pop() {
        for call in calls(&file) {
            let Some(written) = call.path(&file.path) else { continue };
            let path = normalise(&written);
            if !by_path.contains_key(&path) {
                n_read += 1;
                if n_read > limits.files {
                    diagnostics.push(too_many(&file, call, limits));
                    return found;
                }
                let read = read_file(&path, folder, limits, &file, call, scenarios, diagnostics);
                waiting.extend(read.iter().cloned());
                by_path.insert(path.clone(), read);
            }
            if let Some(Some(file)) = by_path.get(&path) {
                found.insert(written, Arc::clone(file));
            }
        }
    }
    found
}

fn calls(file: &ScenarioFile) -> impl Iterator<Item = &FlowCall> {
    file.all_steps().into_iter().filter_map(|step| match &step.action {
        Action::Flow(call) => Some(call.as_ref()),
        Action::Call(_) | Action::Send(_) | Action::Pause(_) => None,
    })
}

fn read_file(
    path: &Path,
    folder: &Path,
    limits: &Limits,
    caller: &ScenarioFile,
    call: &FlowCall,
    scenarios: &mut ScenarioFiles,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<ScenarioFile>> {
    let named = (&caller.source, call.flow.span, "is named here");
    let source = read_named_source(path, folder, limits, named, diagnostics)?;
    scenarios.names.insert(source.name().to_owned());
    let mut problems = Problems::new(&source);
    let name = name_of(Path::new(source.name()));
    let file = ScenarioFile::read(path, name, limits, &mut problems);
    diagnostics.extend(problems.into_list());
    file.map(Arc::new)
}

fn too_many(file: &ScenarioFile, call: &FlowCall, limits: &Limits) -> Diagnostic {
    let limit = limits.files;
    let message =
        format!("flows are called in more than {limit} other files, and the limit `files` is {limit}");
    Diagnostic::error(Code::YAML_LIMIT, message)
        .label(&file.source, call.flow.span, "names one more")
        .help(format!("`--limit files={}` allows them", limit.saturating_mul(2)))
}

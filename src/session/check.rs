use super::Session;
use super::files::{find_project, read_project};
use super::library::Library;
use super::mocks::load_standalone;
use super::overlays::{OverlayPath, choose};
use super::settings::Settings;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::limits::Limits;
use crate::openapi::{Document, inspect};
use crate::plan::nullable_of;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a check of files found.
#[derive(Debug)]
pub struct Checked {
    /// Every problem, errors and warnings, and hints of the level `Note`.
    pub diagnostics: Vec<Diagnostic>,
    /// The documents that were looked at.
    pub documents: Vec<Arc<Document>>,
    /// The number of files of a mock's rules that were looked at.
    pub rules: usize,
    /// The number of cases that would run.
    pub cases: usize,
}

impl Checked {
    /// The number of diagnostics of a level.
    pub fn count(&self, level: Level) -> usize {
        self.diagnostics.iter().filter(|it| it.level == level).count()
    }

    /// Whether an error is among the problems.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.level == Level::Error)
    }
}

/// Loads and plans without sending, holds the scenarios against their documents, and looks at the
/// structure of every document that is reached; without files also of those that the project names and
/// no scenario calls.
/// `*.mock.yaml` are the rules of mocks; other files that are no `*.contest.yaml` and no folder are taken
/// as OpenAPI documents.
pub fn check_files(mut settings: Settings) -> Checked {
    let folder = settings.folder.clone();
    let (scenarios, others): (Vec<PathBuf>, Vec<PathBuf>) =
        std::mem::take(&mut settings.files).into_iter().partition(|path| is_scenario(&folder.join(path)));
    let (rules, given): (Vec<PathBuf>, Vec<PathBuf>) =
        others.into_iter().partition(|path| path.to_string_lossy().ends_with(".mock.yaml"));
    let mut diagnostics = Vec::new();
    let mut documents = Vec::new();
    let mut limits = Limits::default();
    let is_alone = !given.is_empty() && scenarios.is_empty();
    // Beside scenarios `--overlay` is for the documents that these call.
    let mut overlays = vec![Vec::new(); given.len()];
    for (name, value) in &settings.limits {
        // Where scenarios are read too, the session says what is wrong with it.
        if let (Err(error), true) = (limits.set(name, value), is_alone) {
            diagnostics.push(Diagnostic::error(Code::CONFIG_INVALID_VALUE, format!("`--limit`: {error}")));
        }
    }
    if is_alone {
        let names: Vec<String> = given.iter().map(|path| path.display().to_string()).collect();
        overlays = choose(&settings.overlays, &names, &folder, &mut diagnostics);
    }
    let library = Library::new(&folder, &limits, settings.allowed());
    for (path, overlays) in given.iter().zip(&overlays) {
        // What the project allows for the document holds for a check of it alone.
        let project = find_project(std::slice::from_ref(path), &folder)
            .and_then(|project| read_project(&project, &folder, &limits, &mut Vec::new()));
        let overlays: Vec<OverlayPath> = overlays.iter().cloned().map(OverlayPath::from).collect();
        let document = library.load_given(path, &overlays, project.as_ref(), &mut diagnostics);
        let nullable = Library::nullable_of(&path.to_string_lossy(), &folder, project.as_ref());
        documents.extend(document.map(|document| (document, nullable)));
    }
    for path in &rules {
        load_standalone(&folder.join(path), &settings, &mut diagnostics);
    }
    let mut cases = 0;
    if (given.is_empty() && rules.is_empty()) || !scenarios.is_empty() {
        // Without files all of the project is meant, the documents that no scenario calls too.
        let project = match scenarios.is_empty() {
            true => find_project(&[], &folder)
                .and_then(|project| read_project(&project, &folder, &limits, &mut Vec::new())),
            false => None,
        };
        settings.files = scenarios;
        let session = Session::load(settings, false);
        cases = session.plan.cases.len();
        let found = session.lint();
        diagnostics.extend(session.diagnostics);
        diagnostics.extend(found);
        let contracts = session.plan.apis.iter().map(|api| &api.contract);
        documents.extend(contracts.map(|it| (Arc::clone(it.document()), it.nullable())));
        for api in project.iter().flat_map(|project| &project.apis) {
            let is_reached = session.plan.apis.iter().any(|reached| reached.name == api.name);
            let Some(project) = project.as_ref().filter(|_| !is_reached) else { continue };
            let written = &api.value.document.value;
            let overlays = Library::overlays_of(written, &project.folder, project);
            match library.load(written, &project.folder, &overlays, Some(project), &mut diagnostics) {
                Ok(document) => documents.push((document, nullable_of(Some(project), &api.name))),
                Err(missing) => {
                    let (source, span) = (&project.source, api.value.document.span);
                    diagnostics
                        .extend(missing.diagnostic().map(|it| it.label(source, span, "is named here")));
                }
            }
        }
    }
    for (document, nullable) in &documents {
        diagnostics.extend(inspect(document, *nullable));
    }
    forget_repeated(&mut diagnostics);
    let documents = documents.into_iter().map(|(document, _)| document).collect();
    Checked { diagnostics, documents, rules: rules.len(), cases }
}

/// The same fault of a document shows in its structure and in the schemas that reach it, and the same
/// mistake in a scenario's defaults in each of its steps.
pub(super) fn forget_repeated(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = std::collections::BTreeSet::new();
    diagnostics.retain(|diagnostic| {
        let place = diagnostic.labels.first().map(|label| (label.at.source.name().to_owned(), label.at.span));
        seen.insert((diagnostic.code, diagnostic.message.clone(), place))
    });
}

fn is_scenario(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with(".contest.yaml")
}

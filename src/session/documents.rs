//! Which documents the files may call, and the loading of those.

use super::library::Library;
use super::overlays::{OverlayPath, choose};
use super::settings::Settings;
use super::watched::SessionFiles;
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::openapi::Document;
use crate::scenario::{Action, FlowFiles, Project, ScenarioFile};
use crate::source::{Source, Span, recorded};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// The documents of the apis, and the names they go by.
pub(super) struct Documents {
    pub(super) apis: Vec<(String, Arc<Document>)>,
    /// Paths that files give and that cannot be loaded.
    pub(super) broken: BTreeSet<String>,
}

/// The scenario files, then those that are there for their flows alone.
pub(super) fn with_flow_files(files: &[Arc<ScenarioFile>], flow_files: &FlowFiles) -> Vec<Arc<ScenarioFile>> {
    let mut all = files.to_vec();
    for file in flow_files.values() {
        if !all.iter().any(|each| Arc::ptr_eq(each, file)) {
            all.push(Arc::clone(file));
        }
    }
    all
}

/// Loads the documents that the files may call: those of the project that a file names, and those
/// that a file gives by a path. A document that nobody names costs nothing.
pub(super) fn load_documents(
    settings: &Settings,
    project: Option<&Project>,
    files: &[Arc<ScenarioFile>],
    limits: &Limits,
    watched: &mut SessionFiles,
    diagnostics: &mut Vec<Diagnostic>,
) -> Documents {
    let library = Library::new(&settings.folder, limits, settings.allowed());
    let mut documents = Documents { apis: Vec::new(), broken: BTreeSet::new() };
    let wanted = wanted_documents(project, files);
    let names: Vec<String> = wanted.iter().map(|it| it.name.clone()).collect();
    let given = choose(&settings.overlays, &names, &settings.folder, diagnostics);
    for (document, given) in wanted.into_iter().zip(given) {
        let given = given.into_iter().map(OverlayPath::from);
        let overlays: Vec<OverlayPath> = document.overlays.into_iter().chain(given).collect();
        let load = || library.load(&document.written, &document.base, &overlays, project, diagnostics);
        let (loaded, read) = recorded(load);
        watched.of_api(&document.name, read);
        match loaded {
            Ok(loaded) => documents.apis.push((document.name, loaded)),
            Err(missing) => {
                let diagnostic = missing.diagnostic();
                let place = (document.named_in, document.span);
                diagnostics.extend(diagnostic.map(|it| it.label(place.0, place.1, document.label)));
                documents.broken.insert(document.name);
            }
        }
    }
    documents
}

/// One document that is to be loaded.
struct WantedDocument<'w> {
    /// The name it goes by.
    name: String,
    /// Its path or URL as it is written, and the folder that a path starts from.
    written: String,
    base: PathBuf,
    /// Where it is named, and the words for that place.
    named_in: &'w Arc<Source>,
    span: Span,
    label: String,
    overlays: Vec<OverlayPath>,
}

/// Those of the project that a file names, and those that a file gives by a path.
fn wanted_documents<'w>(
    project: Option<&'w Project>,
    files: &'w [Arc<ScenarioFile>],
) -> Vec<WantedDocument<'w>> {
    let apis = project.map(|project| project.apis.as_slice()).unwrap_or_default();
    let names = wanted_apis(files);
    let mut found: Vec<WantedDocument<'w>> = Vec::new();
    for api in apis {
        // A file that names no api means the only one.
        let is_only = apis.len() == 1 && files.iter().any(|file| file.api.is_none());
        let Some(project) = project.filter(|_| is_only || names.contains(&api.name)) else { continue };
        found.push(WantedDocument {
            name: api.name.clone(),
            written: api.value.document.value.clone(),
            base: project.folder.clone(),
            named_in: &project.source,
            span: api.value.document.span,
            label: format!("the document of `{}`", api.name),
            overlays: Library::overlays_in(project, &api.value),
        });
    }
    for file in files {
        let Some(api) = &file.api else { continue };
        let is_known =
            found.iter().any(|it| it.name == api.value) || apis.iter().any(|it| it.name == api.value);
        if is_known || !looks_like_path(&api.value) {
            continue;
        }
        found.push(WantedDocument {
            name: api.value.clone(),
            written: api.value.clone(),
            base: file.path.parent().map(PathBuf::from).unwrap_or_default(),
            named_in: &file.source,
            span: api.span,
            label: "is named here".to_owned(),
            overlays: Vec::new(),
        });
    }
    found
}

/// The names that files and calls use for apis.
fn wanted_apis(files: &[Arc<ScenarioFile>]) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for file in files {
        wanted.extend(file.api.iter().map(|api| api.value.clone()));
        for step in file.all_steps() {
            if let Action::Call(call) = &step.action
                && let Some((api, _)) = call.operation.value.split_once('.')
            {
                wanted.insert(api.to_owned());
            }
        }
    }
    wanted
}

/// `api: ep` is a name, `api: specs/x.yaml` and `api: ../x.json` are paths.
fn looks_like_path(text: &str) -> bool {
    text.contains('/')
        || text.contains('\\')
        || [".yaml", ".yml", ".json"].iter().any(|it| text.ends_with(it))
}

//! Which documents the files may call, and the loading of those.

use super::files::{normalise, shown};
use super::library::{Library, is_same};
use super::overlays::{OverlayPath, choose};
use super::settings::Settings;
use super::watched::SessionFiles;
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::openapi::Document;
use crate::scenario::{Action, Api, FlowFiles, Named, Project, ScenarioFile};
use crate::source::{Source, Span, recorded};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The documents of the apis, and the names they go by.
pub(super) struct Documents {
    pub(super) apis: Vec<(String, Arc<Document>)>,
    /// Paths that files give and that cannot be loaded.
    pub(super) broken: BTreeSet<String>,
    /// The names of the apis of files that give a path, by the paths of these files.
    pub(super) of_files: BTreeMap<PathBuf, String>,
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
    let (wanted, of_files) = wanted_documents(project, files, &settings.folder);
    let mut documents = Documents { apis: Vec::new(), broken: BTreeSet::new(), of_files };
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
    folder: &Path,
) -> (Vec<WantedDocument<'w>>, BTreeMap<PathBuf, String>) {
    let apis = project.map(|project| project.apis.as_slice()).unwrap_or_default();
    let mut of_files = BTreeMap::new();
    let mut names = wanted_apis(files);
    // The document of an api of the project is that api, whatever it is called by.
    for file in files {
        let Some((project, written)) = project.zip(given_path(file, apis)) else { continue };
        let of_project =
            |api: &&Named<Api>| is_same(&project.folder, &api.value.document.value, base_of(file), written);
        if let Some(api) = apis.iter().find(of_project) {
            names.insert(api.name.clone());
            of_files.insert(file.path.clone(), api.name.clone());
        }
    }
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
    for file in files.iter().filter(|file| !of_files.contains_key(&file.path)).collect::<Vec<_>>() {
        let (Some(api), Some(written)) = (&file.api, given_path(file, apis)) else { continue };
        // One document may be given by several paths, and one path in two folders names two documents.
        if let Some(same) = found.iter().find(|it| is_same(&it.base, &it.written, base_of(file), written)) {
            of_files.insert(file.path.clone(), same.name.clone());
            continue;
        }
        let is_taken = found.iter().any(|it| it.name == written);
        let name = match is_taken {
            true => shown(&normalise(&base_of(file).join(written)), folder),
            false => written.to_owned(),
        };
        of_files.insert(file.path.clone(), name.clone());
        found.push(WantedDocument {
            name,
            written: written.to_owned(),
            base: base_of(file).to_owned(),
            named_in: &file.source,
            span: api.span,
            label: "is named here".to_owned(),
            overlays: Vec::new(),
        });
    }
    (found, of_files)
}

/// The path of a document that a file gives, in place of the name of an api.
fn given_path<'f>(file: &'f ScenarioFile, apis: &[Named<Api>]) -> Option<&'f str> {
    let api = file.api.as_ref().map(|api| api.value.as_str())?;
    (looks_like_path(api) && apis.iter().all(|it| it.name != api)).then_some(api)
}

/// The folder that paths in a file start from.
fn base_of(file: &ScenarioFile) -> &Path {
    file.path.parent().unwrap_or(Path::new(""))
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

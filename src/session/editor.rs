//! JSON Schemas for editors, as they are or for a project.

use super::files::{find_project, read_project};
use super::library::Library;
use super::load::no_project;
use super::settings::Settings;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::editor::{FileKind, Specialised, project_schema};
use crate::limits::Limits;
use crate::openapi::Document;
use crate::scenario::Project;
use std::sync::Arc;

/// Makes the JSON Schema of a kind of files for the project around the folder of the settings. What keeps a
/// document from being read is reported, and the schema is given when there is a project.
///
/// The limit `schema` says how large it may become with the bodies of the documents in it.
pub fn make_schema(kind: FileKind, settings: &Settings) -> (Option<Specialised>, Vec<Diagnostic>, Limits) {
    let mut diagnostics = Vec::new();
    let mut limits = Limits::default();
    for (name, value) in &settings.limits {
        if let Err(error) = limits.set(name, value) {
            diagnostics.push(Diagnostic::error(Code::CONFIG_INVALID_VALUE, format!("`--limit`: {error}")));
        }
    }
    let folder = &settings.folder;
    let project = match find_project(&[], folder) {
        Some(path) => read_project(&path, folder, &limits, &mut diagnostics),
        None => {
            diagnostics.push(no_project(Some("schema --for-project")));
            None
        }
    };
    let made = project.map(|project| {
        let library = Library::new(folder, &limits, settings.allowed());
        let apis = documents(&project, &library, &mut diagnostics);
        project_schema(kind, &project, &apis, limits.schema)
    });
    // Warnings about documents are for `contest check` to say.
    diagnostics.retain(|it| it.level == Level::Error);
    (made, diagnostics, limits)
}

/// The documents of a project that can be read, by the names of their apis.
pub(super) fn documents(
    project: &Project,
    library: &Library,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, Arc<Document>)> {
    let mut apis = Vec::new();
    for api in &project.apis {
        let written = &api.value.document.value;
        let overlays = Library::overlays_of(written, &project.folder, project);
        match library.load(written, &project.folder, &overlays, Some(project), diagnostics) {
            Ok(document) => apis.push((api.name.clone(), document)),
            Err(missing) => diagnostics.extend(
                missing
                    .diagnostic()
                    .map(|it| it.label(&project.source, api.value.document.span, "is named here")),
            ),
        }
    }
    apis
}

//! The schema files that expectations name by `$schema`: read as parts of one document that is made for
//! them, so that their references, identifiers and dialects mean what they mean in a document.

use super::files::{normalise, read_named_source};
use super::library::Library;
use super::settings::Settings;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::json::{Pointer, Value};
use crate::limits::Limits;
use crate::openapi::{Contract, Direction};
use crate::plan::SchemaFiles;
use crate::scenario::{FileReference, Project, ScenarioFile};
use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// One schema that is named, and where.
struct Named<'n> {
    file: &'n ScenarioFile,
    reference: FileReference,
    /// Its key among the made document's schemas.
    key: String,
    uri: String,
}

/// Reads the schema files that scenarios name; `None` where none is named.
pub(super) fn load_schemas(
    files: &[Arc<ScenarioFile>],
    project: Option<&Project>,
    settings: &Settings,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SchemaFiles> {
    let (named, folders) = find_named(files, settings, limits, diagnostics);
    if named.is_empty() {
        return None;
    }
    let source = Source::new("schemas", made_document(&named));
    let library = Library::new(&settings.folder, limits, settings.allowed());
    let mut problems = Problems::new(&source);
    let document = library.load_made(&source, folders, project, &mut problems);
    // What is wrong with the made document is that a name leads nowhere, which is said below.
    let is_of_file = |diagnostic: &Diagnostic| {
        diagnostic.labels.first().is_none_or(|label| !Arc::ptr_eq(&label.at.source, &source))
    };
    diagnostics.extend(problems.into_list().into_iter().filter(is_of_file));
    let document = document?;
    let mut pointers = BTreeMap::new();
    for each in &named {
        let pointer = Pointer::of(["components", "schemas", &each.key]);
        let label = match document.resolve(&pointer) {
            Ok((_, Value::Object(_) | Value::Bool(_))) => {
                pointers.insert(each.reference.resolve(&each.file.path), pointer);
                continue;
            }
            Ok(_) => "is no schema, which is a map or a boolean".to_owned(),
            Err(error) => without_uri(&error.to_string(), &each.uri),
        };
        let message = format!("no schema `{}`", each.reference.path);
        let diagnostic = Diagnostic::error(Code::SCENARIO_UNKNOWN_REFERENCE, message);
        diagnostics.push(diagnostic.label(&each.file.source, each.reference.span, label));
    }
    let targets: BTreeSet<&Pointer> = pointers.values().collect();
    let targets = targets.into_iter().map(|pointer| (pointer.clone(), Direction::Response));
    let contract = Contract::of_schemas(document, targets);
    diagnostics.extend(contract.diagnostics().into_iter().filter(is_of_file));
    Some(SchemaFiles { contract: Arc::new(contract), pointers })
}

/// Every schema that is named and whose file can be read, and the folders of those files.
fn find_named<'n>(
    files: &'n [Arc<ScenarioFile>],
    settings: &Settings,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Named<'n>>, Vec<PathBuf>) {
    let mut named: Vec<Named<'n>> = Vec::new();
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    // Of each URI its key, and of each file whether it can be read.
    let mut keys: BTreeMap<String, String> = BTreeMap::new();
    let mut is_readable: BTreeMap<PathBuf, bool> = BTreeMap::new();
    for file in files {
        for reference in file.schema_files() {
            let (whole, fragment) = reference.without_fragment();
            let path = absolute(&whole.resolve(&file.path));
            let is_readable = *is_readable.entry(path.clone()).or_insert_with(|| {
                let place = (&file.source, reference.span, "is named here");
                read_named_source(&path, &settings.folder, limits, place, diagnostics).is_some()
            });
            let Some(uri) = Url::from_file_path(&path).ok().filter(|_| is_readable) else { continue };
            folders.extend(path.parent().map(Path::to_owned));
            let uri = match fragment {
                Some(fragment) => format!("{uri}#{fragment}"),
                None => uri.to_string(),
            };
            let name = whole.file_name().to_owned();
            let n_same = keys.values().filter(|key| key.starts_with(&name)).count();
            let key = keys.entry(uri.clone()).or_insert_with(|| match n_same {
                0 => name,
                // Two files of one name: messages show the file anyway.
                n => format!("{name} ({})", n + 1),
            });
            named.push(Named { file, reference, key: key.clone(), uri });
        }
    }
    (named, folders.into_iter().collect())
}

/// A document whose schemas refer to those that are named.
fn made_document(named: &[Named<'_>]) -> String {
    let schemas: serde_json::Map<String, Value> =
        named.iter().map(|each| (each.key.clone(), serde_json::json!({ "$ref": each.uri }))).collect();
    serde_json::json!({
        "openapi": "3.1.1",
        "info": { "title": "schemas", "version": "1" },
        "components": { "schemas": schemas },
    })
    .to_string()
}

/// Why a reference cannot be used, without the URI that nobody wrote.
fn without_uri(reason: &str, uri: &str) -> String {
    let rest = reason.strip_prefix(&format!("`{uri}` ")).unwrap_or(reason);
    let rest = rest.strip_prefix("leads nowhere: ").or_else(|| rest.strip_prefix("cannot be followed: "));
    rest.unwrap_or(reason).to_owned()
}

fn absolute(path: &Path) -> PathBuf {
    normalise(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

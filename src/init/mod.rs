//! The first files of a project, drafted from its documents: `contest.yaml`, and scenarios for what can be
//! called from the examples and schemas of a document.
//!
//! What only a person can know is marked `# TODO`; nothing else is. What is drafted loads, keeps the
//! document, and stands in canonical layout. Start with [`draft`].

mod auth;
mod names;
mod operation;
mod project;
mod resource;
mod scenarios;
#[cfg(test)]
mod tests;

use crate::openapi::Document;
use std::sync::Arc;

/// One api to draft files for.
#[derive(Clone, Debug)]
pub struct ApiToDraft {
    /// Its name in `contest.yaml`.
    pub name: String,
    /// The path of its document, as `contest.yaml` is to name it.
    pub path: String,
    /// Its document.
    pub document: Arc<Document>,
}

/// What was drafted.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The text of `contest.yaml`.
    pub project: String,
    /// The texts of scenario files, by the names of their apis; none for a document without operations that
    /// could be called.
    pub scenarios: Vec<(String, String)>,
    /// The operations that no scenario calls, each with the reason.
    pub left_out: Vec<(String, String)>,
    /// The variables of the process that a run reads: what is public, then what is secret.
    pub variables: Vec<String>,
}

/// The first line of a file, from which an editor knows its schema; the path is relative to the file.
fn modeline(schema: &str) -> String {
    format!("# yaml-language-server: $schema={schema}\n")
}

/// Drafts the files of a project. `schemas` are the paths of the JSON Schemas for `contest.yaml` and for
/// scenario files, relative to the folder of the project; scenario files are to stand one folder below it.
pub fn draft(apis: &[ApiToDraft], schemas: (&str, &str)) -> Draft {
    let profiles = auth::Profiles::of(apis);
    let variables = profiles.list.iter().flat_map(|profile| &profile.variables);
    let secrets = profiles.list.iter().flat_map(|profile| &profile.secrets);
    let mut drafted = Draft {
        project: String::new(),
        scenarios: Vec::new(),
        left_out: Vec::new(),
        variables: variables.chain(secrets).cloned().collect(),
    };
    for api in apis {
        let file = scenarios::draft(api, &profiles);
        drafted.left_out.extend(file.left_out);
        if let Some(text) = file.text {
            let text = modeline(&format!("../{}", schemas.1)) + &text;
            drafted.scenarios.push((api.name.clone(), text));
        }
    }
    let has_scenarios = !drafted.scenarios.is_empty();
    drafted.project = modeline(schemas.0) + &project::draft(apis, &profiles, has_scenarios);
    drafted
}

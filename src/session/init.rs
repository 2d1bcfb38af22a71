//! Writes the first files of a project.

use super::files::{normalise, shown};
use super::library::Library;
use super::settings::Settings;
use super::write::write_file;
use crate::diagnostic::{Code, Diagnostic, Level, Problems};
use crate::editor::{FileKind, project_schema};
use crate::init::{ApiToDraft, draft};
use crate::limits::Limits;
use crate::scenario::Project;
use crate::source::Source;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Where the schemas for editors are written; hidden, for they are made again and not read by people.
const SCHEMAS: [(FileKind, &str); 2] = [
    (FileKind::Project, ".contest/project.schema.json"),
    (FileKind::Scenario, ".contest/scenario.schema.json"),
];

/// As many files are looked at for documents, and so deep below the folder.
const MAX_FILES: usize = 2_000;
const MAX_DEPTH: usize = 3;

/// As much is read of a line, and so deep are the members of the outermost object of JSON in lines.
const HEAD: u64 = 16 << 10;
const MAX_INDENT: usize = 4;

/// What starting a project came to.
#[derive(Debug, Default)]
pub struct Initialised {
    /// Why nothing was written, or what is wrong with a document.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were written, as people see them.
    pub written: Vec<String>,
    /// How often `# TODO` stands in them.
    pub todos: usize,
    /// The operations that no scenario calls, each with the reason.
    pub left_out: Vec<(String, String)>,
    /// The variables of the process that a run reads.
    pub variables: Vec<String>,
    /// Whether bodies are left out of the schema for editors, for its size.
    pub is_without_bodies: bool,
}

/// Writes `contest.yaml`, a scenario file for every document and the schemas for editors into the folder of
/// the settings. The documents are those that the settings name as files, or are found in the folder.
///
/// A file that is there already is replaced only when `is_forced`; otherwise nothing is written at all.
pub fn initialise(settings: &Settings, is_forced: bool) -> Initialised {
    let mut outcome = Initialised::default();
    let mut limits = Limits::default();
    for (name, value) in &settings.limits {
        if let Err(error) = limits.set(name, value) {
            outcome.refuse(format!("`--limit`: {error}"));
        }
    }
    let folder =
        normalise(&std::path::absolute(&settings.folder).unwrap_or_else(|_| settings.folder.clone()));
    let documents = match settings.files.is_empty() {
        true => find_documents(&folder, &limits),
        false => settings.files.clone(),
    };
    if documents.is_empty() {
        let message = "there is no OpenAPI document in this folder".to_owned();
        outcome.refuse(message).help.push("name one: `contest init openapi.yaml`".to_owned());
        return outcome;
    }
    let library = Library::new(&folder, &limits, settings.allowed());
    let mut apis = Vec::new();
    let mut names = Vec::new();
    for path in &documents {
        let Some(document) = library.load_given(path, &[], None, &mut outcome.diagnostics) else { continue };
        let name = unique(&api_name(path, document.title()), &mut names);
        let path = normalise(&folder.join(path)).display().to_string();
        let path = shown(Path::new(&path), &folder).replace('\\', "/");
        apis.push(ApiToDraft { name, path, document });
    }
    outcome.diagnostics.retain(|it| it.level == Level::Error);
    if !outcome.diagnostics.is_empty() {
        return outcome;
    }
    let drafted = draft(&apis, (SCHEMAS[0].1, SCHEMAS[1].1));
    let mut files = vec![("contest.yaml".to_owned(), drafted.project.clone())];
    let scenarios = drafted.scenarios.into_iter();
    files.extend(scenarios.map(|(api, text)| (format!("scenarios/{api}.contest.yaml"), text)));
    outcome.todos = files.iter().map(|(_, text)| text.matches("# TODO").count()).sum();
    outcome.left_out = drafted.left_out;
    outcome.variables = drafted.variables;

    let mut problems = Problems::new(&Source::new("contest.yaml", drafted.project));
    let documents: Vec<_> =
        apis.iter().map(|api| (api.name.clone(), std::sync::Arc::clone(&api.document))).collect();
    if let Some(project) = Project::read(&folder.join("contest.yaml"), &limits, &mut problems) {
        for (kind, path) in SCHEMAS {
            let made = project_schema(kind, &project, &documents, limits.schema);
            outcome.is_without_bodies |= made.is_without_bodies;
            files.push((path.to_owned(), format!("{}\n", made.schema)));
        }
    }
    let there: Vec<&str> =
        files.iter().map(|(path, _)| path.as_str()).filter(|path| folder.join(path).exists()).collect();
    if !is_forced && !there.is_empty() {
        let verb = if there.len() == 1 { "is" } else { "are" };
        let message = format!("`{}` {verb} there already, and nothing was written", there.join("`, `"));
        outcome.refuse(message).help.push("`--force` replaces what is there".to_owned());
        return outcome;
    }
    for (path, text) in files {
        let at = folder.join(&path);
        let made = at.parent().map_or(Ok(()), std::fs::create_dir_all);
        match made.and_then(|()| write_file(&at, text.as_bytes())) {
            Ok(()) => outcome.written.push(path),
            Err(error) => {
                outcome.refuse(format!("cannot write `{path}`: {error}"));
                return outcome;
            }
        }
    }
    outcome
}

impl Initialised {
    fn refuse(&mut self, message: String) -> &mut Diagnostic {
        let at = self.diagnostics.len();
        self.diagnostics.push(Diagnostic::error(Code::CONFIG_INVALID_VALUE, message));
        &mut self.diagnostics[at]
    }
}

/// The files below a folder that say at their top that they are OpenAPI documents, in the order of their
/// names.
fn find_documents(folder: &Path, limits: &Limits) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    let mut n_files = 0;
    collect((folder, limits), Path::new(""), 0, &mut n_files, &mut found);
    found.into_iter().collect()
}

fn collect(
    (folder, limits): (&Path, &Limits),
    below: &Path,
    depth: usize,
    n_files: &mut usize,
    found: &mut BTreeSet<PathBuf>,
) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    for name in names {
        let (path, below) = (folder.join(&name), below.join(&name));
        let is_skipped =
            name.starts_with('.') || ["node_modules", "target", "vendor"].contains(&name.as_str());
        // A link may lead anywhere, in a circle too.
        let is_folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
        if is_folder && !is_skipped && depth < MAX_DEPTH {
            collect((&path, limits), &below, depth + 1, n_files, found);
        }
        let is_candidate = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
        if is_candidate && !is_skipped && path.is_file() && *n_files < MAX_FILES {
            *n_files += 1;
            if is_document(&path, limits) {
                found.insert(below);
            }
        }
    }
}

/// Whether a file is a document: with `openapi:` or `swagger:` at the start of a line, or as a member of the
/// outermost JSON object. The keys of a document may stand in any order.
fn is_document(path: &Path, limits: &Limits) -> bool {
    let Ok(file) = std::fs::File::open(path) else { return false };
    let mut reader = BufReader::new(file).take(limits.document);
    let (mut line, mut is_json, mut is_first) = (Vec::new(), false, true);
    loop {
        line.clear();
        // A document on one line says what it is near the start.
        match (&mut reader).take(HEAD).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}');
        if is_first && !text.trim().is_empty() {
            is_first = false;
            is_json = text.trim_start().starts_with('{');
        }
        let indent = text.len() - text.trim_start().len();
        let is_said = match is_json {
            // Few members stand before it where everything is on one line; where not, it is indented once.
            true if indent <= MAX_INDENT => text.split([',', '{']).take(8).any(|it| says(it.trim_start())),
            true => false,
            false => says(text),
        };
        if is_said {
            return true;
        }
    }
}

/// `openapi: 3.1.0`, `"swagger": "2.0"`.
fn says(member: &str) -> bool {
    ["openapi", "swagger"].iter().any(|word| {
        let rest = member.trim_start_matches(['"', '\'']).strip_prefix(word);
        let rest = rest.and_then(|rest| rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':'));
        rest.is_some_and(|rest| {
            rest.trim_start().trim_start_matches(['"', '\'']).starts_with(|c: char| c.is_ascii_digit())
        })
    })
}

/// `orders` of `orders.openapi.yaml`; the title's words where the file is called like any other.
fn api_name(path: &Path, title: &str) -> String {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let general = ["openapi", "swagger", "api", "spec", "openapi-spec", "index", "main", "root", "service"];
    let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let candidates = [stem.to_owned(), title.to_owned(), folder.unwrap_or_default()];
    let names = candidates.iter().map(|text| slug(text));
    let mut named = names.filter(|name| !name.is_empty() && !general.contains(&name.as_str()));
    named.next().unwrap_or_else(|| "api".to_owned())
}

fn slug(text: &str) -> String {
    let plain: String = text
        .chars()
        .take(40)
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    plain.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

fn unique(wanted: &str, taken: &mut Vec<String>) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while taken.contains(&name) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    taken.push(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_say_what_they_are() {
        let path = std::env::temp_dir().join(format!("contest-init-{}", std::process::id()));
        for (text, expected) in [
            ("openapi: 3.1.0\ninfo: {}\n", true),
            ("# words\n---\nswagger: '2.0'\n", true),
            ("components:\n  a: 1\nopenapi: \"3.0.0\"\n", true),
            ("{\"openapi\":\"3.1.0\"}", true),
            ("\u{feff}{ \"swagger\": \"2.0\" }", true),
            ("{\n  \"components\": {\n    \"a\": {}\n  },\n  \"openapi\": \"3.0.0\"\n}", true),
            ("{\n  \"a\": {\n      \"openapi\": \"3.0.0\" } }", false),
            ("a:\n  openapi: 3.1.0\n", false),
            ("openapi-file: 3\n", false),
            ("openapi: yes\n", false),
            ("", false),
        ] {
            std::fs::write(&path, text).expect("it is written");
            assert_eq!(is_document(&path, &Limits::default()), expected, "{text}");
        }
        let _ = std::fs::remove_file(&path);
    }

    #[test]
    fn apis_are_named_after_their_files() {
        for (path, title, expected) in [
            ("specs/orders.yaml", "Shop", "orders"),
            ("orders.openapi.json", "", "orders"),
            ("openapi.yaml", "Pet Store: 2", "pet-store-2"),
            ("shop/openapi.yaml", "", "shop"),
            ("openapi.yaml", "\u{96ea}", "api"),
        ] {
            assert_eq!(api_name(Path::new(path), title), expected, "{path}");
        }
    }
}

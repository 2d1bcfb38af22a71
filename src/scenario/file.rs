use super::ROOTS;
use super::attachment::FileReference;
use super::flow::{Flow, read_flows};
use super::input::{Input, read_inputs};
use super::mark::{ExpectedFailure, Skip, read_skip, read_xfail};
use super::matcher::SchemaReference;
use super::reader::{Named, Reader, Spanned};
use super::row::{Row, read_rows};
use super::settings::{Settings, read_settings};
use super::step::{Step, StepRequest, read_cleanup, read_steps};
use crate::diagnostic::{Code, Problems};
use crate::expression::Template;
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::yaml::{Dialect, Entry, MapReader, Node, load};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One `*.contest.yaml`.
#[derive(Debug)]
pub struct ScenarioFile {
    /// Its text.
    pub source: Arc<Source>,
    /// Its path as it was found; paths written in it are relative to it.
    pub path: PathBuf,
    /// Its path below its root without the ending: `marketplace/cancel`.
    pub name: String,
    /// Words for people.
    pub title: Option<String>,
    /// The api that steps call when they name none: a name, or a path to a document.
    pub api: Option<Spanned<String>>,
    /// Defaults for every scenario.
    pub settings: Settings,
    /// Tags of every scenario.
    pub tags: Vec<String>,
    /// Values from outside.
    pub inputs: Vec<Named<Input>>,
    /// Values computed once a case, in order.
    pub vars: Vec<Named<Template>>,
    /// Steps before the first scenario that runs.
    pub setup_once: Vec<Arc<Step>>,
    /// Steps before each scenario.
    pub setup: Vec<Arc<Step>>,
    /// Steps behind each scenario.
    pub teardown: Vec<Arc<Step>>,
    /// Whether what cleanup and teardown leave behind makes a case errored.
    pub is_cleanup_strict: Option<bool>,
    /// Steps behind the last scenario that ran.
    pub teardown_once: Vec<Arc<Step>>,
    /// What its steps and those of other files call by a name.
    pub flows: Vec<Flow>,
    /// The scenarios, in order; none in a file of flows alone.
    pub scenarios: Vec<Scenario>,
}

/// One scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Its name.
    pub name: Spanned<String>,
    /// Words for people.
    pub title: Option<String>,
    /// Defaults for its steps.
    pub settings: Settings,
    /// Its own tags.
    pub tags: Vec<String>,
    /// Values from outside, besides the file's.
    pub inputs: Vec<Named<Input>>,
    /// Values computed once a case, behind the file's.
    pub vars: Vec<Named<Template>>,
    /// Its rows; `None` for a scenario that is one case.
    pub rows: Option<Vec<Row>>,
    /// The file that holds its rows, which are none until [`ScenarioFile::read_rows_of`] has read it.
    pub row_file: Option<FileReference>,
    /// The locks that each of its cases holds while it runs.
    pub locks: Vec<Spanned<String>>,
    /// Whether each of its cases runs alone.
    pub is_exclusive: bool,
    /// Whether its cases run; a row may say otherwise.
    pub skip: Option<Skip>,
    /// The fault that its cases are known to have; a row may say otherwise.
    pub xfail: Option<ExpectedFailure>,
    /// Steps before its own.
    pub setup: Vec<Arc<Step>>,
    /// Its steps.
    pub steps: Vec<Arc<Step>>,
    /// Whether steps are written, those that cannot be read included, or their key is missing, which is
    /// a problem of its own.
    pub has_written_steps: bool,
    /// Steps behind its own.
    pub teardown: Vec<Arc<Step>>,
    /// Whether what cleanup and teardown leave behind makes a case errored; it goes before the file's.
    pub is_cleanup_strict: Option<bool>,
}

impl ScenarioFile {
    /// Reads a scenario file; every problem is reported, and the model is given when the text is YAML
    /// at all.
    pub fn read(path: &Path, name: String, limits: &Limits, problems: &mut Problems) -> Option<Self> {
        let source = Arc::clone(problems.source());
        let node = load(Dialect::Ours, limits, problems);
        let Some(node) = node else {
            if problems.is_empty() {
                empty(problems);
            }
            return None;
        };
        if node.is_null() {
            empty(problems);
            return None;
        }
        if let Some((key, kind, advice)) = other_kind(&node) {
            let message = format!("this is {kind}, not a scenario file");
            let span = node.entry(key).map_or(node.span, |entry| entry.key_span);
            problems.error(Code::SCENARIO_KIND, span, message, "says so").help.push(advice.to_owned());
            return None;
        }
        let mut map = MapReader::new("a scenario file", &node, problems)?;
        check_version(&mut map, problems);
        let mut reader = Reader::new(problems, limits, ROOTS);
        let file = read_file(&mut map, source, path, name, &mut reader);
        map.finish(
            &[
                ("steps", "steps belong in a scenario: `scenarios: { name: { steps: [ … ] } }`"),
                ("scenario", "write `scenarios`, a map from names to scenarios"),
                ("tests", "write `scenarios`, a map from names to scenarios"),
                ("apis", "it belongs in `contest.yaml`"),
                ("environments", "it belongs in `contest.yaml`"),
                ("env", "it belongs in `contest.yaml`"),
                ("secrets", "it belongs in `contest.yaml`"),
                ("variables", "write `vars`"),
                ("beforeAll", "write `setupOnce`"),
                ("afterAll", "write `teardownOnce`"),
                ("beforeEach", "write `setup`"),
                ("afterEach", "write `teardown`"),
                ("rows", "it belongs in a scenario"),
                ("lock", "it belongs in a scenario"),
                ("exclusive", "it belongs in a scenario"),
                ("baseUrl", "give `--base-url`, or `baseUrls` in an environment of `contest.yaml`"),
            ],
            problems,
        );
        Some(file)
    }
}

impl ScenarioFile {
    /// Every step of the file, each followed by its cleanup.
    pub fn all_steps(&self) -> Vec<&Arc<Step>> {
        fn add<'s>(steps: &'s [Arc<Step>], all: &mut Vec<&'s Arc<Step>>) {
            for step in steps {
                all.push(step);
                add(&step.cleanup, all);
            }
        }
        let mut all = Vec::new();
        add(&self.setup_once, &mut all);
        add(&self.setup, &mut all);
        for scenario in &self.scenarios {
            for steps in [&scenario.setup, &scenario.steps, &scenario.teardown] {
                add(steps, &mut all);
            }
        }
        add(&self.teardown, &mut all);
        add(&self.teardown_once, &mut all);
        self.flows.iter().for_each(|flow| add(&flow.steps, &mut all));
        all
    }

    /// Every file that a step names.
    pub fn attachments(&self) -> Vec<&FileReference> {
        self.all_steps().into_iter().filter_map(|step| step.request()).flat_map(StepRequest::files).collect()
    }

    /// The flow of a name.
    pub fn flow(&self, name: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.name.value == name)
    }
}

impl ScenarioFile {
    /// Every schema file that an expectation names, in the order written, those of rows last.
    pub fn schema_files(&self) -> Vec<FileReference> {
        let requests = self.all_steps().into_iter().filter_map(|step| step.request());
        let named = requests.flat_map(|request| request.expect.schemas());
        let mut found: Vec<FileReference> = named
            .filter_map(|reference| match reference {
                SchemaReference::File(file) => Some(file.clone()),
                SchemaReference::Document(_) => None,
            })
            .collect();
        let rows = self.scenarios.iter().flat_map(|scenario| scenario.rows.iter().flatten());
        found.extend(rows.flat_map(Row::schema_files));
        found
    }
}

/// Files of other kinds, by a key that scenario files have no use for, and what they are for.
fn other_kind(node: &Node) -> Option<(&'static str, &'static str, &'static str)> {
    let document = "a scenario file names it: `api: PATH`; `contest check` looks at it by itself";
    let kinds = [
        ("openapi", "an OpenAPI document", document),
        ("swagger", "a Swagger document", document),
        (
            "mock",
            "a file of a mock's rules",
            "`contest mock` serves it, or an environment's `mocks` names it",
        ),
        ("environments", "a project file", "`contest run` without files takes what its `scenarios` names"),
    ];
    kinds.into_iter().find(|(key, ..)| {
        node.get(key).is_some() && node.get("scenarios").is_none_or(|it| it.as_map().is_none())
    })
}

fn empty(problems: &mut Problems) {
    problems
        .error(Code::SCENARIO_EMPTY, Span::default(), "the file is empty", "holds nothing")
        .help
        .push("a scenario file starts with `contest: 1`".to_owned());
}

/// `contest: 1` must be there, and be 1.
pub(super) fn check_version(map: &mut MapReader<'_>, problems: &mut Problems) {
    let Some(node) = map.require("contest", problems) else {
        return;
    };
    if node.to_value() != serde_json::json!(1) {
        problems.error(
            Code::SCENARIO_KIND,
            node.span,
            "this version of contest reads `contest: 1`",
            "is another version",
        );
    }
}

fn read_file(
    map: &mut MapReader<'_>,
    source: Arc<Source>,
    path: &Path,
    name: String,
    reader: &mut Reader<'_>,
) -> ScenarioFile {
    map.text("description", reader.problems);
    let flows = map.map("flows", reader.problems);
    // A file of flows alone is for others to call.
    let scenarios = match flows {
        [] => map.require("scenarios", reader.problems),
        _ => map.take("scenarios"),
    };
    let entries = map.map("scenarios", reader.problems);
    if let (Some(node), true) = (scenarios, entries.is_empty()) {
        reader.problems.error(Code::SCENARIO_EMPTY, node.span, "the file has no scenario", "holds none");
    }
    ScenarioFile {
        source,
        path: path.to_owned(),
        name,
        title: map.text("title", reader.problems).map(ToOwned::to_owned),
        api: map.take("api").and_then(|node| Some(Spanned::new(node.as_str()?.to_owned(), node.span))),
        settings: read_settings(map, reader),
        tags: read_tags(map, reader),
        inputs: read_inputs(map.map("inputs", reader.problems), reader),
        vars: read_vars(map.map("vars", reader.problems), reader),
        setup_once: read_steps(map.list("setupOnce", reader.problems), reader),
        setup: read_steps(map.list("setup", reader.problems), reader),
        teardown: read_teardown(map, reader),
        is_cleanup_strict: map.boolean("strictCleanup", reader.problems),
        teardown_once: read_cleanup(map.list("teardownOnce", reader.problems), reader),
        flows: read_flows(flows, reader),
        scenarios: entries.iter().filter_map(|entry| read_scenario(entry, reader)).collect(),
    }
}

fn read_scenario(entry: &Entry, reader: &mut Reader<'_>) -> Option<Scenario> {
    reader.check_name("a scenario", &entry.key, entry.key_span);
    let mut map = MapReader::new("a scenario", &entry.value, reader.problems)?;
    map.text("description", reader.problems);
    map.require("steps", reader.problems);
    let rows = map.take("rows").map(|node| read_rows(node, reader));
    let (rows, row_file) = rows.map_or((None, None), |it| (Some(it.rows), it.file));
    let scenario = Scenario {
        name: Spanned::new(entry.key.clone(), entry.key_span),
        title: map.text("title", reader.problems).map(ToOwned::to_owned),
        settings: read_settings(&mut map, reader),
        tags: read_tags(&mut map, reader),
        inputs: read_inputs(map.map("inputs", reader.problems), reader),
        vars: read_vars(map.map("vars", reader.problems), reader),
        rows,
        row_file,
        locks: read_locks(&mut map, reader),
        is_exclusive: map.boolean("exclusive", reader.problems).unwrap_or(false),
        skip: map.take("skip").and_then(|node| read_skip(node, reader)),
        xfail: map.take("xfail").and_then(|node| read_xfail(node, reader)),
        setup: read_steps(map.list("setup", reader.problems), reader),
        // That the key is missing was said above.
        has_written_steps: entry.value.get("steps").is_none()
            || !map.list("steps", reader.problems).is_empty(),
        steps: read_steps(map.list("steps", reader.problems), reader),
        teardown: read_teardown(&mut map, reader),
        is_cleanup_strict: map.boolean("strictCleanup", reader.problems),
    };
    map.not_yet(&["matrix", "parallel"]);
    map.finish(
        &[
            ("expect", "it belongs in a step"),
            ("call", "it belongs in a step: `steps: [ { call: … } ]`"),
            ("api", "it belongs in the file, beside `scenarios`"),
            ("variables", "write `vars`"),
            ("locks", "write `lock`, a name or a list of them"),
            ("only", "there is none: choose with `--scenario` or `--tags`"),
        ],
        reader.problems,
    );
    Some(scenario)
}

fn read_teardown(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Vec<Arc<Step>> {
    if let Some(node) = map.take("teardown").filter(|node| node.as_str() == Some("strict")) {
        reader.invalid(node.span, "`teardown` is a list of steps", "write `strictCleanup: true` beside it");
        return Vec::new();
    }
    read_cleanup(map.list("teardown", reader.problems), reader)
}

fn read_vars(entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Named<Template>> {
    for entry in entries {
        reader.check_name("a variable", &entry.key, entry.key_span);
    }
    reader.templates(entries)
}

/// `lock: stock`, or a list of names.
fn read_locks(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Vec<Spanned<String>> {
    let locks = match map.take("lock") {
        Some(node) if node.as_list().is_none() => match node.as_str() {
            Some(name) => vec![(name, node.span)],
            None => {
                map.wrong_type("lock", "a name or a list of names", node, reader.problems);
                Vec::new()
            }
        },
        Some(node) if node.as_list().is_some_and(<[Node]>::is_empty) => {
            reader.invalid(node.span, "`lock` names at least one lock", "is empty");
            Vec::new()
        }
        _ => map.texts("lock", reader.problems),
    };
    for (name, span) in &locks {
        reader.check_name("a lock", name, *span);
    }
    locks.into_iter().map(|(name, span)| Spanned::new(name.to_owned(), span)).collect()
}

fn read_tags(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Vec<String> {
    let tags = map.texts("tags", reader.problems);
    for (tag, span) in &tags {
        reader.check_name("a tag", tag, *span);
    }
    tags.into_iter().map(|(tag, _)| tag.to_owned()).collect()
}

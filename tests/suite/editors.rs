//! The JSON Schemas for editors are true: those of `schemas/` are the ones that are printed, and every file
//! of this repository that loads is valid by them. `CONTEST_BLESS=1 cargo test --test suite editors` writes
//! the schemas and the reference of all keys.

use contest::diagnostic::{Level, Problems};
use contest::editor::{FileKind, project_schema, schema};
use contest::json::Value;
use contest::limits::Limits;
use contest::mock::Rules;
use contest::openapi::{Document, Nullable};
use contest::scenario::{Baseline, Project, ScenarioFile};
use contest::source::Source;
use contest::yaml::{Dialect, load};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::meta::validate(schema).expect("the schema is a schema");
    jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(schema).expect("the schema is a schema")
}

/// Holds a file of the repository to a text that is made.
fn held(path: &str, text: &str) {
    let file = root().join(path);
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    if written != text && std::env::var_os("CONTEST_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("it is in a folder")).expect("the folder is made");
        std::fs::write(&file, text).expect("the file is written");
        return;
    }
    assert!(
        written == text,
        "{path} is not what the tables say: CONTEST_BLESS=1 cargo test --test suite editors"
    );
}

#[test]
fn the_schemas_of_the_repository_are_those_that_are_printed() {
    for kind in FileKind::ALL {
        let text = serde_json::to_string_pretty(&schema(kind)).expect("it is JSON");
        held(&format!("schemas/{}.schema.json", kind.as_str()), &format!("{text}\n"));
    }
}

/// What a file of a kind is called in the reference.
const FILES: [(FileKind, &str); 5] = [
    (FileKind::Scenario, "Scenario files, `*.contest.yaml`"),
    (FileKind::Project, "The project file, `contest.yaml`"),
    (FileKind::Mock, "Rules of a mock, `*.mock.yaml`"),
    (FileKind::Overlay, "Overlays, `*.overlay.yaml`"),
    (FileKind::Baseline, "The baseline, `contest.baseline.yaml`"),
];

#[test]
fn the_reference_of_all_keys_is_current() {
    let mut text = "# Keys\n\nEvery key of every file, in the order in which `contest fmt` writes them. `x-…` keys are allowed beside\n\
                    them, and ignored. Made from the tables that the readers are held to.\n"
        .to_owned();
    let mut seen = Vec::new();
    for (kind, title) in FILES {
        let schema = schema(kind);
        text.push_str(&format!("\n## {title}\n"));
        let definitions = schema["definitions"].as_object().expect("it has definitions");
        let whole = (kind.fields().name, &schema);
        let maps = definitions.iter().map(|(name, schema)| (name.as_str(), schema));
        for (name, map) in std::iter::once(whole).chain(maps) {
            let Some(properties) = map["properties"].as_object() else { continue };
            let has_words = properties.values().all(|it| it["description"].is_string());
            if !has_words || seen.contains(&name.to_owned()) || name == "limits" {
                continue;
            }
            seen.push(name.to_owned());
            if name != kind.fields().name {
                text.push_str(&format!("\n### {}\n", name.replace('-', " ")));
            }
            text.push_str(&format!(
                "\n{}\n\n| key | meaning |\n|---|---|\n",
                map["description"].as_str().unwrap_or_default()
            ));
            for (key, property) in properties {
                let required = map["required"].as_array().is_some_and(|it| it.contains(&json!(key)));
                let required = if required { ", required" } else { "" };
                let words = property["description"].as_str().unwrap_or_default().replace('|', "\\|");
                text.push_str(&format!("| `{key}`{required} | {words} |\n"));
            }
        }
    }
    held("docs/reference/keys.md", &text);
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && !["target", ".git"].contains(&name.as_str()) {
            files(&path, found);
        } else if name.ends_with(".yaml") {
            found.push(path);
        }
    }
    found.sort();
}

/// The value of a file, when its reader has nothing to say against it.
fn read(path: &Path, kind: FileKind) -> Option<Value> {
    let limits = Limits::default();
    let source = Source::new(path.display().to_string(), std::fs::read_to_string(path).ok()?);
    let mut problems = Problems::new(&source);
    match kind {
        FileKind::Scenario => drop(ScenarioFile::read(path, "x".to_owned(), &limits, &mut problems)?),
        FileKind::Project => drop(Project::read(path, &limits, &mut problems)?),
        FileKind::Mock => {
            let node = load(Dialect::Ours, &limits, &mut Problems::new(&source))?;
            let (document, _) = Rules::document_path(&node)?;
            let text = std::fs::read_to_string(path.parent()?.join(document)).ok()?;
            let document = Document::load(&limits, &mut Problems::new(&Source::new("d.yaml", text)))?;
            drop(Rules::load(&mut problems, document, Nullable::default(), &limits)?);
        }
        FileKind::Baseline => drop(Baseline::read(&limits, &mut problems)?),
        FileKind::Overlay => {}
    }
    let is_right = problems.into_list().iter().all(|it| it.level != Level::Error);
    let value = load(Dialect::Ours, &limits, &mut Problems::new(&source))?.to_value();
    is_right.then_some(value)
}

fn kind_of(path: &Path) -> Option<FileKind> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    match name.as_str() {
        "contest.yaml" => Some(FileKind::Project),
        "contest.baseline.yaml" => Some(FileKind::Baseline),
        name if name.ends_with(".contest.yaml") => Some(FileKind::Scenario),
        name if name.ends_with(".mock.yaml") => Some(FileKind::Mock),
        _ => None,
    }
}

#[test]
fn every_file_that_loads_is_valid() {
    let validators: Vec<_> = FileKind::ALL.iter().map(|kind| (*kind, validator(&schema(*kind)))).collect();
    let mut found = Vec::new();
    for folder in ["scenarios", "specs", "tests", "examples"] {
        files(&root().join(folder), &mut found);
    }
    found.push(root().join("contest.yaml"));
    let mut n_valid = 0;
    for path in found {
        let Some((kind, value)) = kind_of(&path).and_then(|kind| Some((kind, read(&path, kind)?))) else {
            continue;
        };
        let (_, validator) = validators.iter().find(|(each, _)| *each == kind).expect("every kind has one");
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        n_valid += 1;
    }
    assert!(n_valid > 60, "{n_valid} files were looked at");
}

fn project() -> (Project, Vec<(String, Arc<Document>)>) {
    project_in(&root())
}

fn project_in(folder: &Path) -> (Project, Vec<(String, Arc<Document>)>) {
    let limits = Limits::default();
    let path = folder.join("contest.yaml");
    let text = std::fs::read_to_string(&path).expect("it is readable");
    let project = Project::read(&path, &limits, &mut Problems::new(&Source::new("contest.yaml", text)));
    let project = project.expect("contest.yaml loads");
    let apis = project.apis.iter().map(|api| {
        let text = std::fs::read_to_string(folder.join(&api.value.document.value)).expect("it is readable");
        let document = Document::load(&limits, &mut Problems::new(&Source::new("d.yaml", text)));
        (api.name.clone(), document.expect("the document loads"))
    });
    let apis = apis.collect();
    (project, apis)
}

/// Each project, and the folders of its scenarios.
#[test]
fn the_schema_of_a_project_takes_what_is_shipped() {
    for (folder, scenarios) in [
        (root(), vec!["scenarios/elasticpath", "scenarios/ecartapi"]),
        (root().join("scenarios/gallery"), vec!["."]),
    ] {
        let (project, apis) = project_in(&folder);
        let made = project_schema(FileKind::Scenario, &project, &apis, Limits::default().schema);
        assert!(!made.is_without_bodies);
        let of_scenarios = validator(&made.schema);
        let made = project_schema(FileKind::Project, &project, &apis, Limits::default().schema);
        let of_project = validator(&made.schema);
        let mut found = vec![folder.join("contest.yaml")];
        scenarios.iter().for_each(|name| files(&folder.join(name), &mut found));
        for path in found {
            let Some(kind) = kind_of(&path).filter(|kind| *kind != FileKind::Mock) else { continue };
            let Some(value) = read(&path, kind) else { continue };
            let validator = if kind == FileKind::Project { &of_project } else { &of_scenarios };
            let errors: Vec<String> =
                validator.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        }
    }
}

#[test]
fn the_schema_of_this_project_refuses_what_is_misspelt() {
    let (project, apis) = project();
    let made = project_schema(FileKind::Scenario, &project, &apis, Limits::default().schema);
    let validator = validator(&made.schema);
    let update = "call: updateAnOrder, path: { orderID: x }";
    for (api, step, is_right) in [
        ("ep", format!("{update}, body: {{ data: {{ type: order, status: cancelled }} }}"), true),
        ("ep", "call: ep.updateAnOrder, path: { orderID: x }".to_owned(), true),
        ("ep", "call: 'PUT /v2/orders/{orderID}', path: { orderID: x }".to_owned(), true),
        ("ep", "call: ecart.getOrder, path: { id: x }".to_owned(), true),
        ("ecart", "call: getOrder, path: { id: x }".to_owned(), true),
        ("other.yaml", "call: whatever".to_owned(), true),
        ("ep", format!("{update}, body: {{ data: $vars.data }}"), true),
        ("ep", format!("{update}, body: $vars.body"), true),
        ("ep", format!("{update}, body: {{ data: {{ status: $row.status }} }}"), true),
        ("ep", format!("{update}, body: {{ $example: Some }}"), true),
        (
            "ep",
            format!("{update}, sends: {{ invalid: [/body/data/statsu] }}, body: {{ data: {{ statsu: x }} }}"),
            true,
        ),
        (
            "ep",
            format!(
                "{update}, expect: {{ status: 200, body: {{ data: {{ status: <string>, payment: {{ $in: [paid] }} }} }} }}"
            ),
            true,
        ),
        ("ep", format!("{update}, expect: {{ status: 418, contract: {{ status: warn }} }}"), true),
        ("ep", format!("{update}, expect: {{ status: [200, 422, $vars.x] }}"), true),
        ("ep", format!("{update}, expect: {{ status: 2xx }}"), true),
        ("ep", format!("{update}, auth: seller"), true),
        ("ep", "call: updateAnOrdr, path: { orderID: x }".to_owned(), false),
        ("ep", "call: getOrder, path: { id: x }".to_owned(), false),
        ("ecart", "call: updateAnOrder, path: { orderID: x }".to_owned(), false),
        ("ep", "call: updateAnOrder, path: { orderId: x }".to_owned(), false),
        ("ep", "call: updateAnOrder".to_owned(), false),
        ("ep", format!("{update}, query: {{ nothing: 1 }}"), false),
        ("ep", format!("{update}, body: {{ data: {{ shipping_address: {{ firts_name: x }} }} }}"), false),
        ("ep", format!("{update}, body: {{ data: {{ status: canceled }} }}"), false),
        ("ep", format!("{update}, body: {{ dta: {{}} }}"), false),
        ("ep", format!("{update}, body: [1]"), false),
        ("ep", format!("{update}, expect: {{ status: 418 }}"), false),
        ("ep", format!("{update}, expect: {{ status: [200, 418] }}"), false),
        (
            "ep",
            format!(
                "{update}, expect: {{ status: 200, body: {{ data: {{ meta: {{ timestmps: {{}} }} }} }} }}"
            ),
            false,
        ),
        ("ep", format!("{update}, expect: {{ body: {{ data: {{ status: 5 }} }} }}"), false),
        ("ep", format!("{update}, expect: {{ status: 422, body: {{ error: [] }} }}"), false),
        ("ep", format!("{update}, auth: sellr"), false),
        ("ep", format!("{update}, cleanup: [{{ call: updateAnOrdr }}]"), false),
        ("epp", update.to_owned(), false),
    ] {
        let text = format!("{{ contest: 1, api: {api}, scenarios: {{ s: {{ steps: [{{ {step} }}] }} }} }}");
        let source = Source::new("t.yaml", text);
        let value = load(Dialect::Ours, &Limits::default(), &mut Problems::new(&source))
            .expect("it is YAML")
            .to_value();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert_eq!(errors.is_empty(), is_right, "{api}: {step}: {errors:#?}");
    }
}

/// A document of many operations, each with bodies of its own.
fn large(n_operations: usize) -> String {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    for index in 0..n_operations {
        let properties: serde_json::Map<String, Value> = (0..20)
            .map(|each| (format!("member{each}"), json!({ "type": "string", "description": "What it is." })))
            .chain([(
                "next".to_owned(),
                json!({ "$ref": format!("#/components/schemas/S{}", (index + 1) % n_operations) }),
            )])
            .collect();
        schemas.insert(format!("S{index}"), json!({ "type": "object", "properties": properties }));
        let content =
            json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/S{index}") } } });
        paths.insert(
            format!("/things{index}/{{id}}"),
            json!({ "put": {
                "operationId": format!("put{index}"),
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "requestBody": { "content": content },
                "responses": { "200": { "description": "d", "content": content }, "404": { "description": "d" } },
            } }),
        );
    }
    json!({ "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": paths, "components": { "schemas": schemas } })
        .to_string()
}

#[test]
fn the_schema_of_a_thousand_operations_is_bounded() {
    let text = large(1_000);
    let document =
        Document::load(&Limits::default(), &mut Problems::new(&Source::new("d.json", text.as_str())));
    let apis = vec![("big".to_owned(), document.expect("the document loads"))];
    let text = "{ contest: 1, apis: { big: d.json } }";
    let project = Project::read(
        Path::new("contest.yaml"),
        &Limits::default(),
        &mut Problems::new(&Source::new("contest.yaml", text)),
    );
    let project = project.expect("it loads");
    let whole = project_schema(FileKind::Scenario, &project, &apis, u64::MAX);
    let size = whole.schema.to_string().len();
    assert!(!whole.is_without_bodies && size < 10 << 20, "{size}");
    let small = project_schema(FileKind::Scenario, &project, &apis, 1 << 20);
    let less = small.schema.to_string().len();
    assert!(small.is_without_bodies && less < size / 3, "{less}");
    let validator = validator(&small.schema);
    let file = |call: &str| json!({ "contest": 1, "scenarios": { "s": { "steps": [{ "call": call, "path": { "id": "1" } }] } } });
    assert!(validator.is_valid(&file("put7")) && !validator.is_valid(&file("put1000")));
}

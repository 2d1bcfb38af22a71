//! `contest init`: what it writes loads, keeps the document, stands in canonical layout and is valid by the
//! schema for editors that is written with it.

use contest::diagnostic::{Level, Problems};
use contest::json::Value;
use contest::limits::Limits;
use contest::session::{Initialised, Settings, check_files, format_files, initialise};
use contest::source::Source;
use contest::yaml::{Dialect, load};
use serde_json::json;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// An empty folder of this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("starting").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder is made");
    folder
}

fn settings(folder: &Path, files: &[&str]) -> Settings {
    let files = files.iter().map(PathBuf::from).collect();
    Settings { folder: folder.to_owned(), files, ..Settings::default() }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn value(text: &str) -> Value {
    let mut problems = Problems::new(&Source::new("t.yaml", text));
    load(Dialect::Ours, &Limits::default(), &mut problems).expect("it is YAML").to_value()
}

/// Starts a project in a folder, and holds what was written to everything that reads it. `None` when a
/// document cannot be used, which is said.
fn check(folder: &Path, documents: &[&str]) -> Option<Initialised> {
    let outcome = initialise(&settings(folder, documents), true);
    if outcome.written.is_empty() {
        assert!(!outcome.diagnostics.is_empty(), "{}: nothing was written, or said", folder.display());
        return None;
    }
    let checked = check_files(settings(folder, &[]));
    let own = checked.diagnostics.iter().filter(|it| {
        let place = it.labels.first().map(|label| label.at.source.name().to_owned()).unwrap_or_default();
        let is_ours = place.is_empty() || place.starts_with("scenarios/") || place == "contest.yaml";
        it.level != Level::Note && is_ours
    });
    let own: Vec<String> = own
        .map(|it| format!("{} {} {:?}", it.code, it.message, it.labels.first().map(|it| it.at.position())))
        .collect();
    assert!(own.is_empty(), "{}: {own:#?}", folder.display());
    let scenarios: Vec<&String> =
        outcome.written.iter().filter(|path| path.ends_with(".contest.yaml")).collect();
    if !scenarios.is_empty() {
        let formatted = format_files(&settings(folder, &["scenarios"]), true);
        assert!(
            formatted.changed.is_empty() && formatted.kept.is_empty(),
            "{}: {formatted:?}",
            folder.display()
        );
    }
    for (schema, files) in [
        (".contest/project.schema.json", vec!["contest.yaml".to_owned()]),
        (".contest/scenario.schema.json", scenarios.into_iter().cloned().collect()),
    ] {
        let schema: Value = serde_json::from_str(&read(&folder.join(schema))).expect("it is JSON");
        let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&schema);
        let validator = validator.expect("the schema is a schema");
        for file in files {
            let value = value(&read(&folder.join(&file)));
            let errors: Vec<String> =
                validator.iter_errors(&value).map(|it| format!("{}: {it}", it.instance_path())).collect();
            assert!(errors.is_empty(), "{}/{file}: {errors:#?}", folder.display());
        }
    }
    Some(outcome)
}

#[test]
fn the_shipped_documents_start_a_project() {
    let folder = folder("shipped");
    std::fs::create_dir_all(folder.join("specs")).expect("a folder is made");
    for name in ["elasticpath-orders.yaml", "ecartapi-orders.yaml"] {
        std::fs::copy(root().join("specs").join(name), folder.join("specs").join(name))
            .expect("it is copied");
    }
    let outcome = check(&folder, &[]).expect("both documents load");
    assert!(outcome.left_out.is_empty(), "{:?}", outcome.left_out);
    let again = initialise(&settings(&folder, &[]), false);
    assert!(again.written.is_empty(), "{again:?}");
    let said = format!("{}", again.diagnostics[0].message);
    assert!(said.ends_with("are there already, and nothing was written"), "{said}");
}

#[test]
fn every_small_document_starts_a_project() {
    let entries = std::fs::read_dir(root().join("tests/documents")).expect("the folder is readable");
    let mut n_started = 0;
    for path in
        entries.map(|entry| entry.expect("the folder is readable").path()).filter(|path| path.is_dir())
    {
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let folder = folder(&format!("small-{name}"));
        copy(&path, &folder);
        for written in ["contest.yaml", "scenarios"] {
            let _ = std::fs::remove_file(folder.join(written));
        }
        let names = ["openapi.yaml", "openapi.json", "swagger.yaml", "swagger.json"];
        let Some(document) = names.into_iter().find(|name| folder.join(name).exists()) else { continue };
        n_started += usize::from(check(&folder, &[document]).is_some());
    }
    assert!(n_started >= 40, "{n_started}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder is made");
    for entry in std::fs::read_dir(from).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        let target = to.join(path.file_name().expect("it has a name"));
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).expect("it is copied")),
        }
    }
}

/// A document with resources of many shapes.
fn large() -> Value {
    let mut paths = serde_json::Map::new();
    let mut schemas = serde_json::Map::new();
    for index in 0..120 {
        let name = format!("Thing{index}");
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        schemas.insert(
            name.clone(),
            json!({
                "type": "object",
                "required": ["label"],
                "properties": {
                    "id": { "type": if index % 2 == 0 { "string" } else { "integer" }, "readOnly": true },
                    "label": { "type": "string", "minLength": 3 },
                    "kind": { "enum": ["a, b", "c: d", "{e}", "$5", "yes", "0123", "2020-01-01", "#x"] },
                    "next": { "$ref": format!("#/components/schemas/Thing{}", (index + 1) % 120) },
                },
            }),
        );
        let enveloped = index % 3 == 0;
        let schema = if enveloped {
            json!({ "type": "object", "required": ["data"], "properties": { "data": reference } })
        } else {
            reference.clone()
        };
        let answer = json!({ "description": "d", "content": { "application/json": { "schema": schema } } });
        let body = json!({ "required": true, "content": { "application/json": { "schema": reference } } });
        let shop = if index % 5 == 0 { "/shops/{shop-id}" } else { "" };
        let mut parameters = Vec::new();
        if index % 5 == 0 {
            parameters.push(
                json!({ "name": "shop-id", "in": "path", "required": true, "schema": { "type": "integer" } }),
            );
        }
        paths.insert(
            format!("{shop}/things{index}"),
            json!({
                "parameters": parameters,
                "get": { "responses": { "200": { "description": "d" } }, "parameters": [
                    { "name": "filter", "in": "query", "required": index % 4 == 0, "schema": { "type": "object", "properties": { "a": { "type": "string" } } }, "style": "deepObject" },
                ] },
                "post": { "operationId": format!("create{name}"), "requestBody": body, "responses": { "201": answer } },
            }),
        );
        parameters.push(
            json!({ "name": "thingId", "in": "path", "required": true, "schema": { "type": "string" } }),
        );
        let mut item = json!({
            "parameters": parameters,
            "get": { "operationId": format!("get{name}"), "responses": { "200": answer, "404": { "description": "d" } } },
            "put": { "operationId": format!("put.{name}"), "requestBody": body, "responses": { "200": answer, "default": { "description": "d" } } },
        });
        if index % 2 == 0 {
            item["delete"] = json!({ "operationId": format!("delete {name}"), "responses": { "204": { "description": "d" } } });
        }
        paths.insert(format!("{shop}/things{index}/{{thingId}}"), item);
    }
    paths.insert("/upload".to_owned(), json!({ "put": { "requestBody": { "required": true, "content": { "image/png": { "schema": { "type": "string" } } } }, "responses": { "2XX": { "description": "d" } } } }));
    paths.insert(
        "/nothing".to_owned(),
        json!({ "get": { "responses": {} }, "trace": { "responses": { "200": { "description": "d" } } } }),
    );
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Things: a, lot", "version": "1" },
        "servers": [
            { "url": "https://{region}.example.com/v1", "variables": { "region": { "default": "eu" } }, "description": "Production" },
            { "url": "https://staging.example.com/v1", "description": "Where everything is tried out before anybody sees it" },
        ],
        "security": [{ "key": [] }, { "login": ["read"] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": { "type": "apiKey", "in": "header", "name": "X-Key" },
                "login": { "type": "oauth2", "flows": { "clientCredentials": { "tokenUrl": "/token", "scopes": { "read": "r" } } } },
            },
        },
    })
}

#[test]
fn a_large_document_starts_a_project() {
    let folder = folder("large");
    std::fs::write(folder.join("openapi.json"), large().to_string()).expect("it is written");
    let outcome = check(&folder, &[]).expect("the document loads");
    let reasons: Vec<&str> = outcome.left_out.iter().map(|(_, reason)| reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["the document says of no status that it may answer with it", "TRACE is not for tests"],
        "{:?}",
        outcome.left_out
    );
    let scenarios = read(&folder.join("scenarios/things-a-lot.contest.yaml"));
    assert_eq!(scenarios.matches("-lifecycle:").count(), 120);
    assert_eq!(scenarios.matches("save: { thingId: ").count(), 120);
    // The inputs, and the image that somebody has to choose.
    assert_eq!((outcome.todos, scenarios.matches("# TODO").count()), (3, 2));
}

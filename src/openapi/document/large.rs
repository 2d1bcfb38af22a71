//! Documents of 1 MiB and more, which are read in parts.

use super::*;
use crate::openapi::{ResponseKey, testing};
use std::fmt::Write as _;

/// A JSON document of 3,000 operations and as many schemas, each referring to the next; larger than
/// 1 MiB. `tail` stands at the end of the root.
fn text(tail: &str) -> String {
    let mut text =
        "{\"openapi\": \"3.0.3\",\n\"info\": {\"title\": \"Large\", \"version\": \"1\"},\n\"paths\": {\n"
            .to_owned();
    let described = "what it is for, in a sentence ".repeat(8);
    for n in 0..3_000 {
        let comma = if n == 0 { "" } else { ",\n" };
        write!(
            text,
            r##"{comma}"/things/{n}/{{id}}": {{"parameters": [{{"$ref": "#/components/parameters/Id"}}], "get": {{"operationId": "get{n}", "description": "{described}", "responses": {{"200": {{"$ref": "#/components/responses/R{n}"}}}}}}}}"##
        )
        .expect("a text can be written to");
    }
    text.push_str("},\n\"components\": {\"parameters\": {\"Id\": {\"name\": \"id\", \"in\": \"path\", \"required\": true, \"schema\": {\"type\": \"integer\"}}},\n\"responses\": {\n");
    for n in 0..3_000 {
        let comma = if n == 0 { "" } else { ",\n" };
        write!(
            text,
            r##"{comma}"R{n}": {{"description": "", "content": {{"application/json": {{"schema": {{"$ref": "#/components/schemas/S{n}"}}}}}}}}"##
        )
        .expect("a text can be written to");
    }
    text.push_str("},\n\"schemas\": {\n");
    for n in 0..3_000 {
        let comma = if n == 0 { "" } else { ",\n" };
        write!(
            text,
            r##"{comma}"S{n}": {{"type": "object", "properties": {{"n": {{"type": "integer"}}, "next": {{"$ref": "#/components/schemas/S{}"}}}}}}"##,
            (n + 1) % 3_000
        )
        .expect("a text can be written to");
    }
    text.push_str("}}");
    text.push_str(tail);
    text.push_str("}\n");
    assert!(text.len() > 1 << 20);
    text
}

fn load(text: &str) -> (Arc<Document>, Vec<String>) {
    let (document, problems) = testing::load(text);
    (document.expect("it loads"), problems)
}

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).expect("a pointer")
}

fn check_the_same(document: &Document, text: &str) {
    assert_eq!(document.title(), "Large");
    assert_eq!(document.operations().count(), 3_000);
    let ids: Vec<_> = document.operations().filter_map(Operation::id).collect();
    assert_eq!((ids.first(), ids.last(), ids.len()), (Some(&"get0"), Some(&"get2999"), 3_000));

    let operation = document.find_operation("get1234").expect("it has this id");
    assert_eq!(operation.label(), "GET /things/1234/{id}");
    assert_eq!(
        document.find_template("get", "/things/1234/{id}").map(Operation::index),
        Some(operation.index())
    );
    let parameters: Vec<_> =
        operation.parameters().iter().map(|it| (it.name(), it.pointer().to_string())).collect();
    assert_eq!(parameters, [("id", "/components/parameters/Id".to_owned())]);
    let response = operation.response_for(200).expect("it is documented");
    assert_eq!(response.key(), ResponseKey::Status(200));
    assert_eq!(response.pointer(), &pointer("/components/responses/R1234"));
    assert_eq!(operation.accept(), "application/json");

    let schema = response.media_types()[0].schema().expect("it has one").into_owned();
    let (at, value) = document.resolve(&schema).expect("it leads to a schema");
    assert_eq!(at, pointer("/components/schemas/S1234"));
    assert_eq!(value.get("type"), Some(&Value::from("object")));
    let (at, _) = document.resolve(&at.child("properties").child("next")).expect("it leads on");
    assert_eq!(at, pointer("/components/schemas/S1235"));
    let missing = document.resolve(&pointer("/components/schemas/S30001"));
    assert_eq!(
        missing.expect_err("there is none").to_string(),
        "the document has nothing at `/components/schemas/S30001`"
    );

    let place = |at: &Pointer| document.place_of(at).map(|place| &text[place.span.start..place.span.end]);
    assert_eq!(place(&pointer("/components/schemas/S77/properties/n/type")), Some("\"integer\""));
    let key = document.key_place_of(&pointer("/components/schemas/S77")).expect("it stands there").span;
    assert_eq!(&text[key.start..key.end], "\"S77\"");
    let line = document.source().position(key.start).line;
    assert_eq!(text.lines().nth(line - 1).map(|line| line.starts_with("\"S77\": ")), Some(true));
    assert_eq!(place(&pointer("/components/schemas/S30001")), None);
}

#[test]
fn a_large_document_is_read_in_parts_and_says_the_same() {
    let text = text("");
    let (document, problems) = load(&text);
    assert_eq!(problems, Vec::<String>::new());
    assert!(document.tree.is_in_parts());
    check_the_same(&document, &text);
    assert_eq!(document.root(), &serde_json::from_str::<Value>(&text).expect("it is JSON"));
}

#[test]
fn a_large_document_with_a_key_twice_is_read_whole_and_says_the_same() {
    let text = text(",\n\"x-a\": 1,\n\"x-a\": 2");
    let (document, problems) = load(&text);
    let line = text.lines().count();
    assert_eq!(problems, [format!("{line}:1 yaml.duplicate-key the key `x-a` stands twice in one map")]);
    assert!(!document.tree.is_in_parts());
    check_the_same(&document, &text);
}

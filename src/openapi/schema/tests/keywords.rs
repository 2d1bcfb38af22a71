//! Every keyword of both dialects with values that fit and values that do not, as tables in
//! `tests/keywords/`: a schema in a response of a document, judged as responses are.

use crate::diagnostic::Problems;
use crate::json::{Pointer, Value};
use crate::limits::Limits;
use crate::openapi::{Contract, Direction, Document, Validity};
use crate::source::Source;
use crate::yaml::{self, MapReader, Node};
use serde_json::{Map, json};
use std::path::Path;
use std::sync::Arc;

/// One schema of a table.
struct Row {
    schema: Value,
    /// Further schemas under `components.schemas`.
    beside: Map<String, Value>,
    direction: Direction,
    valid: Vec<Value>,
    invalid: Vec<Value>,
    line: usize,
}

fn read(name: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keywords").join(name);
    let source = Source::read(&path, name, 1 << 20).expect("the table is readable");
    let mut problems = Problems::new(&source);
    let root = yaml::load(yaml::Dialect::Document, &Limits::default(), &mut problems).expect("it is YAML");
    let rows =
        root.as_list().expect("a table is a list").iter().map(|node| row(node, &source, &mut problems));
    let rows = rows.collect();
    let list: Vec<String> = problems.into_list().into_iter().map(|it| it.message).collect();
    assert_eq!(list, Vec::<String>::new(), "{name}");
    rows
}

fn row(node: &Node, source: &Source, problems: &mut Problems) -> Row {
    let mut map = MapReader::new("a row", node, problems).expect("a row is a map");
    let mut list =
        |key: &'static str| -> Vec<Value> { map.list(key, problems).iter().map(Node::to_value).collect() };
    let (valid, invalid) = (list("valid"), list("invalid"));
    let schema = map.require("schema", problems).expect("a row has a schema").to_value();
    let beside = match map.take("beside").map(Node::to_value) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let direction = match map.text("direction", problems) {
        Some("request") => Direction::Request,
        _ => Direction::Response,
    };
    map.finish(&[], problems);
    let line = source.text()[..node.span.start].lines().count() + 1;
    Row { schema, beside, direction, valid, invalid, line }
}

/// A document whose one operation takes and gives what the schema says.
fn contract(version: &str, row: &Row) -> (Contract, Pointer) {
    let content = json!({"application/json": {"schema": row.schema}});
    let operation = json!({
        "operationId": "t",
        "requestBody": {"content": content},
        "responses": {"200": {"description": "d", "content": content}},
    });
    let text = json!({
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {"/t": {"post": operation}},
        "components": {"schemas": row.beside},
    });
    let source = Source::new("t.json", text.to_string());
    let mut problems = Problems::new(&source);
    let document = Document::load(&Limits::default(), &mut problems).expect("it loads");
    let operation = document.find_operation("t").expect("it is there");
    let index = operation.index();
    let media_types = match row.direction {
        Direction::Request => operation.request_body().expect("it has a body").media_types(),
        Direction::Response => operation.response_for(200).expect("it is documented").media_types(),
    };
    let schema = media_types[0].schema().expect("it has a schema").into_owned();
    (Contract::compile(Arc::clone(&document), &[index]), schema)
}

/// Judges every row; what is judged otherwise than the table says, and what is not judged, is wrong.
fn check(version: &str, tables: &[&str], at_least: usize) {
    let mut count = 0;
    let mut wrong = Vec::new();
    for table in tables {
        for row in read(table) {
            let (contract, schema) = contract(version, &row);
            let left_out = contract.left_out(&schema, row.direction);
            let expected = row.valid.iter().map(|value| (value, true));
            for (value, is_valid) in expected.chain(row.invalid.iter().map(|value| (value, false))) {
                count += 1;
                let place = format!("{table}:{} {value}", row.line);
                match contract.validate(&schema, row.direction, value, 100) {
                    _ if !left_out.is_empty() => wrong.push(format!("{place}: {left_out:?}")),
                    Validity::NotChecked(reason) => {
                        wrong.push(format!("{place}: not checked, because {reason}"))
                    }
                    Validity::Valid if !is_valid => wrong.push(format!("{place} is taken for valid")),
                    Validity::Invalid(errors) if is_valid => {
                        wrong.push(format!("{place} is refused: {}", errors[0].headline));
                    }
                    Validity::Invalid(errors) => {
                        wrong.extend(
                            errors
                                .iter()
                                .filter(|error| is_unsaid(&error.headline))
                                .map(|error| format!("{place} has no words of its own: {}", error.headline)),
                        );
                    }
                    Validity::Valid => {}
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(count >= at_least, "{count} values");
}

/// The words for an error that has none of its own.
fn is_unsaid(headline: &str) -> bool {
    headline.contains("does not fit `")
}

#[test]
fn openapi_3_1_is_json_schema_2020_12() {
    check("3.1.1", &["both.yaml", "2020-12.yaml", "formats.yaml"], 300);
}

#[test]
fn openapi_3_2_is_json_schema_2020_12() {
    check("3.2.0", &["both.yaml", "2020-12.yaml", "formats.yaml"], 300);
}

#[test]
fn openapi_3_0_is_draft_4_with_nullable() {
    check("3.0.4", &["both.yaml", "3.0.yaml", "formats.yaml"], 300);
}

//! A large document: from its bytes to one operation that is ready to judge a response.

use crate::usage::{cpu, cpu_of_thread, resident};
use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::openapi::{Contract, Direction, Document, Nullable, Validity, inspect};
use contest::source::Source;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

const OPERATIONS: usize = 1_000;
const SCHEMAS: usize = 2_000;

/// Schemas that lead from one to the next: what an operation reaches.
const CHAIN: usize = 20;

/// Compares both, the best of `rounds`.
pub(crate) fn compare(rounds: usize) -> String {
    let text = generate();
    let best = |work: &dyn Fn()| (0..rounds).map(|_| cost(work)).min().unwrap_or_default();
    let value = best(&|| drop(std::hint::black_box(serde_json::from_str::<Value>(&text))));
    let ready = best(&|| make_ready(&text));
    let document = load(&text);
    // The whole tree is made at the first call, and belongs to the reading of the document.
    std::hint::black_box(document.root());
    let before = resident();
    let all = compile_all(&document);
    let memory = resident().saturating_sub(before);
    drop(all);
    let compiled = best(&|| drop(compile_all(&document)));
    let checked = (0..rounds).map(|_| cost_of_all(&|| check(&text))).min().unwrap_or_default();
    let (wall, of_all) = checked;
    let ratio = |time: Duration| time.as_secs_f64() / value.as_secs_f64();
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "document: ratio {:.2} (goal: at most 0.5)\n  \
         {:.1} ms CPU to one operation ready, {:.1} ms for `serde_json::Value`\n  \
         all {} responses compiled jointly: ratio {:.2}, {:.1} ms (goal: well under a second), {:.0} MB (goal: at most 100)\n  \
         all of `contest check`: ratio {:.2} by time on two threads (goal: at most 3), {:.1} ms; CPU {:.2}, {:.1} ms\n  \
         {:.1} MB, {OPERATIONS} operations, {SCHEMAS} schemas; the best of {rounds}\n",
        ratio(ready),
        millis(ready),
        millis(value),
        3 * OPERATIONS,
        ratio(compiled),
        millis(compiled),
        memory as f64 * 1024.0 / 1e6,
        ratio(wall),
        millis(wall),
        ratio(of_all),
        millis(of_all),
        text.len() as f64 / 1e6
    )
}

fn cost(work: &dyn Fn()) -> Duration {
    let before = cpu_of_thread();
    work();
    cpu_of_thread() - before
}

/// The time that passes, and the processor time of all threads.
fn cost_of_all(work: &dyn Fn()) -> (Duration, Duration) {
    let (before, begun) = (cpu(), Instant::now());
    work();
    (begun.elapsed(), cpu() - before)
}

/// The text is handed over without a copy in a run, too: it is read into the source.
fn make_ready(text: &str) {
    let document = load(text);
    let operation = document.find_operation("operation500").expect("it is there");
    let index = operation.index();
    let response = operation.response_for(200).expect("it is documented");
    let media_types = response.media_types();
    let schema = media_types.first().and_then(|media_type| media_type.schema()).expect("it has a schema");
    let contract = Contract::compile(Arc::clone(&document), &[index]);
    let judged = contract.validate(&schema, Direction::Response, &json!({ "field0": "text" }), 10);
    assert_eq!(judged, Validity::Valid);
    assert_ne!(
        contract.validate(&schema, Direction::Response, &json!({ "next": { "field0": 1 } }), 10),
        judged
    );
}

fn load(text: &str) -> Arc<Document> {
    let source = Source::new("large.json", text);
    let mut problems = Problems::new(&source);
    let document = Document::load(&Limits::default(), &mut problems).expect("it loads");
    assert!(problems.is_empty());
    document
}

/// Compiles every schema of every operation in one build.
fn compile_all(document: &Arc<Document>) -> Contract {
    let contract = contract_of_all(document);
    assert!(!contract.has_discriminators());
    contract
}

fn contract_of_all(document: &Arc<Document>) -> Contract {
    let operations: Vec<_> = document.operations().map(|operation| operation.index()).collect();
    Contract::compile(Arc::clone(document), &operations)
}

/// What `contest check` does with a document.
fn check(text: &str) {
    let document = load(text);
    assert!(inspect(&document, Nullable::default()).is_empty());
}

/// 12 MB of JSON, most of it descriptions, as in the large documents that are published.
fn generate() -> String {
    let prose = "What this is, what it is for, and when it is left out; as wordy as such texts are. ";
    let mut paths = Map::new();
    for number in 0..OPERATIONS {
        let parameters: Vec<Value> = (0..6)
            .map(|n| {
                let name = if n == 0 { "id".to_owned() } else { format!("filter{n}") };
                let place = if n == 0 { "path" } else { "query" };
                json!({ "name": name, "in": place, "required": n == 0, "description": prose.repeat(3),
                    "schema": { "type": "string", "maxLength": 64 } })
            })
            .collect();
        let schema =
            json!({ "$ref": format!("#/components/schemas/Schema{}", number * SCHEMAS / OPERATIONS) });
        let response = |text: &str| json!({ "description": text.repeat(4), "content": { "application/json": { "schema": schema } } });
        let operation = json!({ "operationId": format!("operation{number}"), "summary": prose, "description": prose.repeat(6),
            "tags": ["some"], "parameters": parameters,
            "responses": { "200": response(prose), "404": response(prose), "default": response(prose) } });
        paths.insert(format!("/things{number}/{{id}}"), json!({ "get": operation }));
    }
    let mut schemas = Map::new();
    for number in 0..SCHEMAS {
        let mut properties = Map::new();
        for field in 0..22 {
            let schema = match field % 4 {
                0 => json!({ "type": "string", "description": prose, "maxLength": 200, "example": "text" }),
                1 => json!({ "type": "integer", "description": prose, "minimum": 0 }),
                2 => json!({ "type": ["string", "null"], "description": prose, "format": "date-time" }),
                _ => {
                    json!({ "type": "array", "description": prose, "items": { "type": "string", "enum": ["a", "b", "c"] } })
                }
            };
            properties.insert(format!("field{field}"), schema);
        }
        if number % CHAIN < CHAIN - 1 {
            let next = format!("#/components/schemas/Schema{}", number + 1);
            properties.insert("next".to_owned(), json!({ "$ref": next }));
            properties.insert("all".to_owned(), json!({ "type": "array", "items": { "$ref": next } }));
        }
        let schema = json!({ "type": "object", "description": prose.repeat(4), "properties": properties });
        schemas.insert(format!("Schema{number}"), schema);
    }
    json!({ "openapi": "3.1.0", "info": { "title": "Large", "version": "1" }, "paths": paths,
        "components": { "schemas": schemas } })
    .to_string()
}

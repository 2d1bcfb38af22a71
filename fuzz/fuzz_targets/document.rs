//! OpenAPI documents, YAML and JSON: loading, structure, compiling, judging.

#![no_main]

use contest::diagnostic::Problems;
use contest::json::Value;
use contest::limits::Limits;
use contest::openapi::{Contract, Direction, Document, Nullable, check_structure};
use contest::source::Source;
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|text: &str| {
    let mut problems = Problems::new(&Source::new("openapi.yaml", text));
    let Some(document) = Document::load(&Limits::default(), &mut problems) else { return };
    check_structure(&document, Nullable::default());
    let operations: Vec<_> = document.operations().map(|operation| operation.index()).collect();
    let contract = Contract::compile(Arc::clone(&document), &operations);
    contract.diagnostics();
    for operation in document.operations() {
        for media_type in operation.responses().iter().flat_map(|response| response.media_types()) {
            if let Some(schema) = media_type.schema() {
                let _ = contract.validate(&schema, Direction::Response, &Value::Null, 10);
            }
        }
    }
});

//! The shipped documents: they load without a word, and what the seed pages show is valid for them.

use crate::attempt::{Attempt, document, scenario};
use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::openapi::{Contract, Direction, Document, Nullable, Validity, check_structure};
use contest::source::Source;
use std::path::Path;
use std::sync::Arc;

fn load(name: &str) -> Arc<Document> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs").join(name);
    let source = Source::read(&path, name, 1 << 20).expect("the document is readable");
    let mut problems = Problems::new(&source);
    let document = Document::load(&Limits::default(), &mut problems).expect("the document loads");
    let list = problems.into_list();
    assert!(list.is_empty(), "{list:?}");
    document
}

fn contract(document: &Arc<Document>) -> Contract {
    let operations: Vec<_> = document.operations().map(|operation| operation.index()).collect();
    Contract::compile(Arc::clone(document), &operations)
}

/// Validates every example of every media type; returns how many there were and what was wrong.
fn check_examples(name: &str) -> (usize, Vec<String>) {
    let document = load(name);
    let contract = contract(&document);
    let mut count = 0;
    let mut wrong = Vec::new();
    for operation in document.operations() {
        let requests = operation.request_body().map(|body| body.media_types()).unwrap_or_default();
        let responses = operation.responses().into_iter().flat_map(|response| response.media_types());
        let both = requests.into_iter().map(|it| (Direction::Request, it));
        for (direction, media_type) in both.chain(responses.map(|it| (Direction::Response, it))) {
            let schema = media_type.schema().expect("every media type has a schema");
            for (_, pointer, value) in media_type.examples() {
                count += 1;
                match contract.validate(&schema, direction, value, 100) {
                    Validity::Valid => {}
                    Validity::NotChecked(reason) => wrong.push(format!("{pointer}: {reason}")),
                    Validity::Invalid(errors) => wrong.extend(
                        errors
                            .into_iter()
                            .filter(|error| !is_seed_id(error.format.as_deref(), &error.actual))
                            .map(|error| format!("{pointer} at {}: {}", error.instance, error.headline)),
                    ),
                }
            }
        }
    }
    (count, wrong)
}

/// The seed page's own sample id is no UUID; that is the only thing wrong with it.
fn is_seed_id(format: Option<&str>, actual: &str) -> bool {
    format == Some("uuid") && actual.contains("369ad4a4-ee67-48b0-x347-t50a6e61d83d")
}

#[test]
fn the_samples_of_the_seed_pages_are_valid() {
    for (name, at_least) in [("elasticpath-orders.yaml", 6), ("ecartapi-orders.yaml", 2)] {
        let (count, wrong) = check_examples(name);
        assert!(count >= at_least, "{name} has only {count} examples");
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    }
}

#[test]
fn the_shipped_documents_are_well_formed() {
    for name in ["elasticpath-orders.yaml", "ecartapi-orders.yaml"] {
        let document = load(name);
        let found = check_structure(&document, Nullable::default());
        assert!(found.is_empty(), "{name}: {found:?}");
        let lints = contract(&document).diagnostics();
        assert!(lints.is_empty(), "{name}: {lints:?}");
    }
}

#[test]
fn every_value_of_a_document_has_a_place() {
    let document = load("elasticpath-orders.yaml");
    let mut pending = vec![(contest::json::Pointer::root(), document.root())];
    while let Some((pointer, value)) = pending.pop() {
        assert!(document.place_of(&pointer).is_some(), "{pointer} has no place");
        match value {
            serde_json::Value::Object(members) => {
                pending.extend(members.iter().map(|(name, member)| (pointer.child(name.as_str()), member)));
            }
            serde_json::Value::Array(elements) => pending.extend(
                elements.iter().enumerate().map(|(index, it)| (pointer.child(index.to_string()), it)),
            ),
            _ => {}
        }
    }
}

/// A document is one api by whatever path it is given, and a path in two folders names two.
#[test]
fn a_document_is_known_by_its_place() {
    let api = |operation: &str| document("{}", "").replace("getA", operation);
    let scenario =
        |path: &str, operation: &str| scenario("").replace("doc.yaml", path).replace("getA", operation);
    Attempt::new("documents of one path and of several", "check .")
        .file("a/doc.yaml", api("ofA"))
        .file("b/doc.yaml", api("ofB"))
        .file("a/s.contest.yaml", scenario("doc.yaml", "ofA"))
        .file("b/s.contest.yaml", scenario("doc.yaml", "ofB"))
        .file("c/s.contest.yaml", scenario("../a/doc.yaml", "ofA"))
        .file("s.contest.yaml", scenario("./b/../a/doc.yaml", "ofA"))
        .check(0, "checked 2 documents, 4 cases: nothing to report");
    Attempt::new("the document of an api of the project", "check s.contest.yaml")
        .file("doc.yaml", api("ofA"))
        .file("contest.yaml", "contest: 1\napis: { a: ./doc.yaml }\n")
        .file("s.contest.yaml", scenario("doc.yaml", "a.ofA"))
        .check(0, "checked 1 document, 1 case: nothing to report");
}

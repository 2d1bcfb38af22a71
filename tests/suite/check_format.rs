//! `contest check --format json`: one document on stdout, as its schema says.

use crate::process::Folder;
use serde_json::Value;
use std::time::Duration;

/// Checks a file; gives the exit code and the document.
fn check_file(text: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let folder = Folder::new();
    folder.write("item.contest.yaml", text.as_bytes());
    folder.write("shop.yaml", include_bytes!("../cases/shop.yaml"));
    let arguments: Vec<&str> =
        ["check", "--format", "json", "item.contest.yaml"].iter().chain(arguments).copied().collect();
    let status = folder.start(&arguments).wait(Duration::from_secs(60)).expect("the command ends");
    assert_eq!(folder.read("stderr"), "");
    let document: Value = serde_json::from_str(&folder.read("stdout")).expect("it is one JSON document");
    let schema = serde_json::from_str(include_str!("../../schemas/check.schema.json")).expect("it is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("it is a schema");
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{document:#}");
    (status.code(), document)
}

/// The level and code of each diagnostic, the counts, and the exit code.
fn check(steps: &str, arguments: &[&str], expected: &str) {
    let text = format!("contest: 1\napi: shop.yaml\nscenarios: {{ s: {{ steps: [{steps}] }} }}\n");
    let (code, document) = check_file(&text, arguments);
    let list = document["diagnostics"].as_array().expect("the schema says so").iter();
    let words: Vec<String> =
        list.map(|it| format!("{} {}", it["level"], it["code"]).replace('"', "")).collect();
    let counts: Vec<String> = ["documents", "cases", "errors", "warnings", "hints"]
        .iter()
        .map(|name| document["counts"][name].to_string())
        .collect();
    let found = format!("{} | {} | {}", words.join(", "), counts.join(" "), code.unwrap_or(-1));
    assert_eq!(found, expected, "{document:#}");
}

#[test]
fn what_is_found_is_one_document() {
    let get = "call: getItem, path: { id: '7' }";
    let hint =
        format!("{{ {get}, save: {{ x: $.data.tags }} }}, {{ {get}, headers: {{ X-A: '{{$vars.x}}' }} }}");
    check(&format!("{{ {get} }}"), &[], " | 1 1 0 0 0 | 0");
    check(&hint, &[], " | 1 1 0 0 1 | 0");
    check(&hint, &["--hints"], "hint scenario.optional-capture | 1 1 0 0 1 | 0");
    check(
        &format!("{{ {get}, expect: {{ body: [] }} }}"),
        &[],
        "warning scenario.impossible-expectation | 1 1 0 1 0 | 0",
    );
    check("{ call: getItme, path: { id: '7' } }", &[], "error scenario.unknown-operation | 1 1 1 0 0 | 2");
}

#[test]
fn places_are_of_both_files_in_lines_and_columns() {
    let text = "contest: 1\napi: shop.yaml\nscenarios:\n  s:\n    steps:\n      - call: getItem\n        path: { id: '7' }\n        expect: { body: [] }\n";
    let (_, document) = check_file(text, &[]);
    let labels = document["diagnostics"][0]["labels"].as_array().expect("the schema says so");
    let place = |it: &Value| {
        let end = &it["end"];
        format!("{} {}:{}-{}:{}", it["file"], it["line"], it["column"], end["line"], end["column"])
    };
    let places: Vec<String> = labels.iter().map(|it| place(it).replace('"', "")).collect();
    assert_eq!(places, ["item.contest.yaml 8:25-8:27", "shop.yaml 34:13-34:19"]);
}

//! `contest list`: its JSON keeps its schema, and what it lists is what would run.

use contest::json::Value;
use std::process::Command;

fn root() -> &'static str {
    env!("CARGO_MANIFEST_DIR")
}

/// Lists the shipped scenarios as JSON, which must keep the schema.
fn list(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(["list", "--format", "json"])
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listing: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let schema = std::fs::read_to_string(format!("{}/schemas/list.schema.json", root()));
    let schema: Value = serde_json::from_str(&schema.expect("it is readable")).expect("it is JSON");
    jsonschema::meta::validate(&schema).expect("it is a schema");
    let problems: Vec<String> = jsonschema::validator_for(&schema)
        .expect("it compiles")
        .iter_errors(&listing)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    listing
}

fn ids(listing: &Value) -> Vec<String> {
    let mut ids = Vec::new();
    for file in listing["files"].as_array().expect("a list") {
        for scenario in file["scenarios"].as_array().expect("a list") {
            for case in scenario["cases"].as_array().expect("a list") {
                ids.push(case["id"].as_str().expect("a text").to_owned());
            }
        }
    }
    assert_eq!(listing["cases"], ids.len());
    ids
}

#[test]
fn the_listing_keeps_its_schema_and_shards_hold_every_case_once() {
    let all = ids(&list(&[]));
    assert!(all.len() > 20, "only {} cases", all.len());
    let mut of_shards: Vec<String> =
        ["1/3", "2/3", "3/3"].iter().flat_map(|shard| ids(&list(&["--shard", shard]))).collect();
    of_shards.sort_by_key(|id| all.iter().position(|each| each == id));
    assert_eq!(of_shards, all);
}

#[test]
fn cases_are_chosen_by_what_they_call() {
    let chosen = list(&["--select", "\"smoke\" in tags && operation == \"updateAnOrder\""]);
    let ids = ids(&chosen);
    assert!(ids.contains(&"elasticpath/cancel::manual-gateway".to_owned()), "{ids:?}");
    for file in chosen["files"].as_array().expect("a list") {
        for scenario in file["scenarios"].as_array().expect("a list") {
            let calls = scenario["operations"].as_array().expect("a list");
            assert!(calls.iter().any(|it| it["operationId"] == "updateAnOrder"), "{scenario}");
        }
    }
}

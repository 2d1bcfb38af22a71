//! `contest run --dry-run`: everything is resolved, nothing is sent, and what it shows is what a run sends.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(["run", "--seed", "7", "--run-id", "r7", "--jobs", "1"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the command runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A request as method, path, and body; `None` where a placeholder stands in it.
fn shown(request: &Value) -> Option<String> {
    let text = request.to_string();
    let url = request["url"].as_str()?;
    let path = url.split_once("://")?.1.split_once('/')?.1;
    // What stands for a token is no value of the scenario.
    let open = text.replace("‹token of ", "");
    (!open.contains('‹')).then(|| format!("{} /{path} {}", request["method"], request["postData"]["text"]))
}

#[test]
fn a_dry_run_shows_what_a_run_sends() {
    let (code, text) = run(&["--dry-run", "--format", "json"]);
    assert_eq!(code, Some(0), "{text}");
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    let schema = serde_json::from_str(include_str!("../../schemas/dry-run.schema.json")).expect("it is JSON");
    jsonschema::meta::validate(&schema).expect("it is a schema");
    let validator = jsonschema::draft202012::new(&schema).expect("it compiles");
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());

    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dry-run.jsonl");
    run(&["--trace", &path.to_string_lossy()]);
    let trace = std::fs::read_to_string(&path).expect("it was written");
    let sent: Vec<Value> =
        trace.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let mut compared = 0;
    for case in document["cases"].as_array().expect("a list") {
        for step in case["steps"].as_array().expect("a list") {
            let is_same = |line: &&Value| {
                line["case"] == case["id"] && line["step"] == step["id"] && line["phase"] == step["phase"]
            };
            let Some(line) = sent.iter().find(is_same) else { continue };
            let Some(expected) = shown(&step["request"]) else { continue };
            assert_eq!(shown(&line["request"]), Some(expected), "{}", case["id"]);
            compared += 1;
        }
    }
    assert!(compared > 50, "only {compared} requests could be compared");
}

//! `contest run --trace FILE`: a line an exchange, as its schema says, kept whatever happens.

use crate::process::Folder;
use crate::server::{Server, wire};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The lines of a trace, each of which must keep the schema.
fn lines(text: &str) -> Vec<Value> {
    let schema: Value =
        serde_json::from_str(include_str!("../../schemas/trace.schema.json")).expect("the schema is JSON");
    jsonschema::meta::validate(&schema).expect("it is a schema");
    let validator = jsonschema::draft202012::new(&schema).expect("it compiles");
    let read = |line: &str| {
        let value: Value = serde_json::from_str(line).expect("a line is JSON");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{value:#}");
        value
    };
    text.lines().map(read).collect()
}

#[test]
fn the_shipped_scenarios_leave_a_line_for_each_exchange() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trace.jsonl");
    let output = Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(["run", "--jobs", "1", "--trace"])
        .arg(&path)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the command runs");
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{report}");
    let lines = lines(&std::fs::read_to_string(&path).expect("it was written"));
    let is_token = |line: &Value| line["phase"] == "auth";
    let tokens: Vec<Value> = lines.iter().filter(|line| is_token(line)).cloned().collect();
    assert!(!tokens.is_empty(), "the requests for tokens are there");
    for token in &tokens {
        let text = token.pointer("/response/content/text").and_then(Value::as_str).expect("it was answered");
        assert!(text.contains(r#""access_token":"***""#), "{text}");
        assert_eq!((&token["verdict"], &token["operation"]), (&Value::Null, &Value::Null));
    }
    let lines: Vec<Value> = lines.into_iter().filter(|line| !is_token(line)).collect();
    let exchanges = format!(" · {} exchanges", lines.len());
    assert!(report.contains(&exchanges), "{exchanges} is not in {report}");
    let text = |line: &Value, pointer: &str| line.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    assert!(lines.iter().all(|line| text(line, "/verdict").as_deref() == Some("passed")));
    assert!(lines.iter().any(|line| text(line, "/request/postData/mimeType").is_some()));
    // One worker: the cases follow each other, and with them their lines.
    let mut cases: Vec<String> = lines.iter().filter_map(|line| text(line, "/case")).collect();
    cases.dedup();
    let n_runs = cases.len();
    cases.sort();
    cases.dedup();
    assert_eq!(n_runs, cases.len(), "the lines of a case stand together");
}

const DOCUMENT: &[u8] = b"
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /things/{id}:
    parameters: [ { name: id, in: path, required: true, schema: { type: string } } ]
    get:
      operationId: read
      responses: { '200': { description: D, content: { application/json: { schema: { type: object } } } } }
";

#[test]
fn a_run_that_is_killed_leaves_what_was_done() {
    let server = Server::talking(|line, stream| {
        if line.contains("slow") {
            std::thread::sleep(Duration::from_secs(15));
        }
        let _ =
            std::io::Write::write_all(stream, &wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n[]"));
    });
    let folder = Folder::new();
    folder.write("doc.yaml", DOCUMENT);
    let steps = "{ call: read, path: { id: quick } }";
    let slow = "{ call: read, path: { id: slow } }";
    let text = format!(
        "contest: 1\napi: doc.yaml\nscenarios:\n  first: {{ steps: [{steps}] }}\n  then: {{ steps: [{slow}] }}\n"
    );
    folder.write("s.contest.yaml", text.as_bytes());
    let mut process =
        folder.start(&["run", "s.contest.yaml", "--base-url", &server.base_url, "--trace", "out.jsonl"]);
    let begun = Instant::now();
    while !server.requests().iter().any(|line| line.contains("slow")) {
        assert!(begun.elapsed() < Duration::from_secs(30), "{}", folder.read("stderr"));
        std::thread::sleep(Duration::from_millis(5));
    }
    process.signal("KILL");
    process.wait(Duration::from_secs(30)).expect("it ends");
    let lines = lines(&folder.read("out.jsonl"));
    let found: Vec<String> = lines
        .iter()
        .map(|it| {
            format!("{} {} {} {}", it["case"], it["response"]["content"]["text"], it["verdict"], it["codes"])
        })
        .collect();
    assert_eq!(found, [r#""s::first" "[]" "failed" ["response.body"]"#]);
}

#[test]
fn a_trace_that_cannot_be_written_stops_the_run_before_it_starts() {
    let folder = Folder::new();
    let mut process = folder.start(&["run", "--trace", "no/such/folder/out.jsonl"]);
    let status = process.wait(Duration::from_secs(30)).expect("it ends");
    assert_eq!(status.code(), Some(2));
    let words = "error: cannot write `no/such/folder/out.jsonl`: ";
    assert!(folder.read("stderr").starts_with(words), "{}", folder.read("stderr"));
}

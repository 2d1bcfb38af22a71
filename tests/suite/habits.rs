//! How a run is gone about, by the command itself: when it stops, what runs again, how long things may take.

use crate::process::Folder;
use crate::server::{Server, wire};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: Steps, version: "1" }
paths:
  /{name}:
    parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
    get:
      operationId: at
      responses:
        "200": { description: Fine, content: { application/json: { schema: { type: object } } } }
"#;

const MOST_TIME: Duration = Duration::from_secs(60);

/// A server that answers 500 the first N times to `/fails-N…`, always to `/broken…`, after a third of a
/// second to `/slow…`, and otherwise 200.
fn server() -> Server {
    let seen: Mutex<BTreeMap<String, usize>> = Mutex::default();
    Server::start(move |line| {
        let name = line.trim_start_matches("GET /").to_owned();
        let times = {
            let mut seen = seen.lock().expect("no thread panics with it");
            let times = seen.entry(name.clone()).or_default();
            *times += 1;
            *times
        };
        if name.starts_with("slow") {
            std::thread::sleep(Duration::from_millis(300));
        }
        let fails = name.strip_prefix("fails-").and_then(|rest| rest.split('-').next()?.parse().ok());
        let is_wrong = name.starts_with("broken") || fails.is_some_and(|most: usize| times <= most);
        let status = if is_wrong { "500 Internal Server Error" } else { "200 OK" };
        wire(&format!("HTTP/1.1 {status}\ncontent-type: application/json\n\n{{\"id\":\"{name}\"}}"))
    })
}

/// A folder with the document and these scenarios.
fn folder(scenarios: &str) -> Folder {
    let folder = Folder::new();
    folder.write("api.yaml", DOCUMENT.as_bytes());
    folder.write("x.contest.yaml", format!("contest: 1\napi: api.yaml\n{scenarios}").as_bytes());
    folder
}

/// What one run came to.
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run_in(folder: &Folder, arguments: &str) -> Outcome {
    run_with(folder, arguments, &[])
}

fn run_with(folder: &Folder, arguments: &str, variables: &[(&str, String)]) -> Outcome {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let code = folder.start_with(&arguments, variables).wait(MOST_TIME).expect("it ends").code();
    Outcome { code, stdout: folder.read("stdout"), stderr: folder.read("stderr") }
}

fn requests(server: &Server) -> String {
    server.requests().iter().map(|line| line.trim_start_matches("GET /")).collect::<Vec<_>>().join(" ")
}

/// Runs `x.contest.yaml` with further arguments; gives what is sent, and checks the exit code and that each
/// of some words is printed.
fn check(scenarios: &str, arguments: &str, sent: &str, code: i32, words: &[&str]) -> Outcome {
    let (folder, server) = (folder(scenarios), server());
    let arguments = format!("run x.contest.yaml --base-url {} {arguments}", server.base_url);
    let outcome = run_in(&folder, arguments.trim_end());
    let Outcome { stdout, stderr, .. } = &outcome;
    assert_eq!((requests(&server).as_str(), outcome.code), (sent, Some(code)), "{stdout}{stderr}");
    for word in words {
        assert!(stdout.contains(word), "no `{word}` in\n{stdout}{stderr}");
    }
    outcome
}

/// Scenarios with one step each.
fn cases(names: &[&str]) -> String {
    let lines = names.iter().map(|name| format!("  {name}: {{ steps: [{}] }}\n", step(name)));
    format!("scenarios:\n{}", lines.collect::<String>())
}

fn step(name: &str) -> String {
    format!("{{ call: at, path: {{ name: {name} }} }}")
}

#[test]
fn nothing_further_starts_after_as_many_failures_as_are_borne() {
    let four = cases(&["broken-a", "b", "broken-c", "d"]);
    check(&four, "", "broken-a b broken-c d", 1, &["4 cases: 2 passed, 2 failed"]);
    let stopped = check(
        &four,
        "--fail-fast",
        "broken-a",
        1,
        &[
            "4 cases: 1 failed, 3 not run",
            "stopped: 3 cases were not started, because a case had failed (`--fail-fast`)",
        ],
    );
    assert!(!stopped.stdout.contains("\n  -  "), "each is named: {}", stopped.stdout);
    check(&four, "--fail-fast -v", "broken-a", 1, &["not run: a case had failed (`--fail-fast`)"]);
    check(
        &four,
        "--max-failures 2",
        "broken-a b broken-c",
        1,
        &["stopped: 1 case was not started, because 2 cases had failed (`--max-failures 2`)"],
    );
    let all = check(&four, "--max-failures 3", "broken-a b broken-c d", 1, &[]);
    assert!(!all.stdout.contains("stopped:"), "{}", all.stdout);
}

#[test]
fn a_case_under_way_and_the_unit_of_a_file_end_properly() {
    let broken = format!("{{ call: at, path: {{ name: broken }} }}], teardown: [{}", step("teardown"));
    let scenarios = format!(
        "setupOnce: [{}]\nteardownOnce: [{}]\nscenarios:\n  a: {{ steps: [{broken}] }}\n  b: {{ steps: [{}] }}\n",
        step("make"),
        step("undo"),
        step("b")
    );
    check(&scenarios, "--fail-fast", "make broken teardown undo", 1, &["1 failed, 1 not run"]);
}

#[test]
fn an_unexpected_pass_is_a_failure_and_an_expected_failure_is_none() {
    let marked = format!(
        "scenarios:\n  known: {{ xfail: {{ reason: known }}, steps: [{}] }}\n  mended: {{ xfail: {{ reason: known }}, steps: [{}] }}\n  c: {{ steps: [{}] }}\n",
        step("broken"),
        step("mended"),
        step("c")
    );
    check(&marked, "--fail-fast", "broken mended", 1, &["1 xpassed, 1 xfailed, 1 not run"]);
    check(&marked, "--retry-failed 1", "broken mended c", 1, &["1 passed, 1 xpassed, 1 xfailed"]);
}

#[test]
fn a_failed_case_runs_again_and_is_flaky_once_it_passes() {
    let two = cases(&["fails-2", "b"]);
    check(
        &two,
        "--retry-failed 2",
        "fails-2 fails-2 fails-2 b",
        0,
        &[
            "2 cases: 2 passed (1 flaky)",
            "flaky: it passed on attempt 3, after 2 that failed",
            "attempt 1 failed",
            "attempt 2 failed",
            "flaky    x › fails-2 (2 attempts failed: response.status)",
        ],
    );
    check(
        &two,
        "--retries 1",
        "fails-2 fails-2 b",
        1,
        &["2 cases: 1 passed, 1 failed", "none of 2 attempts passed, the last is shown"],
    );
    check(
        &two,
        "--retry-failed 2 --flaky fail --fail-fast",
        "fails-2 fails-2 fails-2",
        1,
        &["2 cases: 1 failed (1 flaky), 1 not run", "`--flaky fail` fails it"],
    );
}

#[test]
fn a_retry_is_the_whole_case_with_values_of_its_own() {
    let scenarios = format!(
        "scenarios:\n  a: {{ vars: {{ id: $gen.alnum(8) }}, setup: [{}], steps: [{}, {}], teardown: [{}] }}\n",
        step("setup"),
        step("\"one-{$vars.id}\""),
        step("fails-1"),
        step("teardown")
    );
    let (folder, server) = (folder(&scenarios), server());
    let outcome = run_in(
        &folder,
        &format!("run x.contest.yaml --base-url {} --retry-failed 3 --seed 1", server.base_url),
    );
    let sent = requests(&server);
    let sent: Vec<&str> = sent.split(' ').collect();
    assert_eq!((outcome.code, sent.len()), (Some(0), 8), "{}", outcome.stdout);
    assert!(sent[1].starts_with("one-") && sent[5].starts_with("one-") && sent[1] != sent[5], "{sent:?}");
    assert_eq!((sent[0], sent[3], sent[4], sent[7]), ("setup", "teardown", "setup", "teardown"));
}

#[test]
fn what_a_file_shares_is_made_again_only_where_making_it_failed() {
    let scenarios = |make: &str, a: &str| {
        format!(
            "setupOnce: [{}]\nteardownOnce: [{}]\nscenarios:\n  a: {{ steps: [{}] }}\n  b: {{ steps: [{}] }}\n",
            step(make),
            step("undo"),
            step(a),
            step("b")
        )
    };
    check(
        &scenarios("make", "fails-1"),
        "--retry-failed 1",
        "make fails-1 fails-1 b undo",
        0,
        &["(1 flaky)"],
    );
    check(
        &scenarios("fails-1", "a"),
        "--retry-failed 1",
        "fails-1 undo fails-1 a b undo",
        0,
        &["(1 flaky)", "2 cases: 2 passed"],
    );
    check(
        &scenarios("broken", "a"),
        "--retry-failed 1",
        "broken undo broken undo",
        3,
        &["1 errored, 1 not run"],
    );
}

#[test]
fn a_budget_that_is_exceeded_fails_the_run() {
    let two = cases(&["a", "slow"]);
    check(&two, "--budget max=30s", "a slow", 0, &[]);
    check(
        &two,
        "--budget p99=100ms --budget operation:a*:max=200ms --budget tag:none:p95=1s",
        "a slow",
        1,
        &[
            "2 cases: 2 passed",
            "over budget: p99=100ms, and the p99 of 2 exchanges is 3",
            "operation:a*:max=200ms, and the longest of 2 exchanges of at is 3",
            "not checked: the budget tag:none:p95=1s: no exchange that it is for was judged",
        ],
    );
    let refused = check(&two, "--budget p101=1s", "", 2, &[]);
    assert!(refused.stderr.contains("write p95=300ms"), "{}", refused.stderr);
}

#[test]
fn slow_cases_and_the_durations_of_operations_are_listed() {
    let outcome = check(
        &cases(&["a", "slow"]),
        "--slow 200ms --durations",
        "a slow",
        0,
        &["slow     x › slow took 3", "of it in step `step1`", "operation  count", "at             2"],
    );
    assert!(!outcome.stdout.contains("x › a took"), "{}", outcome.stdout);
}

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

const RECORD: &str = ".contest/last-run.json";

fn recorded(folder: &Folder) -> String {
    let record = folder.read(RECORD);
    record.split_whitespace().collect()
}

#[test]
fn what_did_not_pass_runs_again() {
    let (folder, server) = (folder(&cases(&["a", "fails-1", "broken", "d"])), server());
    let base = format!("run x.contest.yaml --base-url {}", server.base_url);
    let run = |more: &str| {
        let before = server.requests().len();
        let outcome = run_in(&folder, format!("{base} {more}").trim_end());
        let sent = server.requests().split_off(before);
        let sent: Vec<&str> = sent.iter().map(|line| line.trim_start_matches("GET /")).collect();
        (outcome.code, sent.join(" "), outcome.stderr)
    };
    let none = "no run has left a record of what did not pass; nothing was sent\nrun without `--rerun-failed` first\n";
    assert_eq!(run("--rerun-failed"), (Some(4), String::new(), none.to_owned()));
    assert_eq!(run("--dry-run").0, Some(0));
    assert!(folder.read(RECORD).is_empty(), "a dry run leaves a record");

    assert_eq!(run("").1, "a fails-1 broken d");
    assert_eq!(recorded(&folder), r#"{"version":1,"notPassed":["x::broken","x::fails-1"]}"#);
    assert_eq!(folder.read(".contest/.gitignore"), "/.gitignore\n/last-run.json\n");
    // A part of the cases leaves what is known of the others.
    assert_eq!(run("--scenario a").1, "a");
    assert_eq!(run("--rerun-failed").1, "fails-1 broken");
    assert_eq!(recorded(&folder), r#"{"version":1,"notPassed":["x::broken"]}"#);
    let (code, sent, words) = run("--rerun-failed --scenario d");
    assert_eq!((code, sent.as_str()), (Some(4), ""));
    assert_eq!(words, "of 1 case that did not pass when it last ran, none is selected; nothing was sent\n");

    folder.write("x.contest.yaml", format!("contest: 1\napi: api.yaml\n{}", cases(&["a", "d"])).as_bytes());
    let (code, sent, words) = run("--rerun-failed");
    assert_eq!((code, sent.as_str()), (Some(0), ""), "{words}");
    assert_eq!(
        words,
        "x::broken did not pass, and is no longer there\n\
         every case passed when it last ran: there is nothing to run again\n"
    );
    assert_eq!(run("").0, Some(0));
    assert_eq!(recorded(&folder), r#"{"version":1,"notPassed":[]}"#);
}

#[test]
fn what_was_left_out_runs_again_and_a_record_that_cannot_be_used_is_said() {
    let (folder, server) = (folder(&cases(&["broken", "b"])), server());
    let base = format!("run x.contest.yaml --base-url {}", server.base_url);
    run_in(&folder, &format!("{base} --fail-fast"));
    assert_eq!(recorded(&folder), r#"{"version":1,"notPassed":["x::b","x::broken"]}"#);
    folder.write(RECORD, b"{");
    let refused = run_in(&folder, &format!("{base} --rerun-failed"));
    assert_eq!(refused.code, Some(2));
    let words = "the record of the last run, `.contest/last-run.json`, cannot be used";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    // Without it being asked for, it is written anew.
    assert_eq!(run_in(&folder, &format!("{base} --scenario b")).code, Some(0));
    assert_eq!(recorded(&folder), r#"{"version":1,"notPassed":[]}"#);
}

#[test]
fn a_record_that_cannot_be_written_is_a_warning() {
    let (folder, server) = (folder(&cases(&["a"])), server());
    folder.write(".contest", b"a file where the folder would be");
    let outcome = run_in(&folder, &format!("run x.contest.yaml --base-url {}", server.base_url));
    assert_eq!(outcome.code, Some(0));
    let words = "warning: the record for `--rerun-failed`, `.contest/last-run.json`, was not written: ";
    assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
}

#[test]
fn an_interrupted_run_leaves_its_record() {
    let (folder, server) = (folder(&cases(&["broken", "slow", "c"])), server());
    let url = server.base_url.clone();
    let mut process = folder.start(&["run", "x.contest.yaml", "--base-url", &url]);
    let begun = std::time::Instant::now();
    while server.requests().is_empty() && begun.elapsed() < MOST_TIME {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(50));
    process.signal("INT");
    assert_eq!(process.wait(MOST_TIME).and_then(|status| status.code()), Some(130));
    assert_eq!(recorded(&folder), r#"{"version":1,"notPassed":["x::broken","x::c","x::slow"]}"#);
}

#[test]
fn a_run_waits_until_its_server_answers() {
    let folder = folder(&cases(&["a"]));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    let url = format!("http://{address}");
    let refused = run_in(&folder, &format!("run x.contest.yaml --base-url {url} --wait-for 300ms"));
    let words =
        format!("error: {url} did not answer within 300 ms: nothing listens at {url} (connection refused)");
    assert!(refused.stderr.contains(&words), "{}", refused.stderr);
    assert!(refused.stderr.starts_with(&format!("waiting for {url}: nothing listens")), "{}", refused.stderr);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(3), ""));

    let mut process = folder.start(&["run", "x.contest.yaml", "--base-url", &url, "--wait-for", "30s"]);
    while !folder.read("stderr").contains("waiting") {
        assert!(process.elapsed() < MOST_TIME, "it does not wait: {}", folder.read("stderr"));
        std::thread::sleep(Duration::from_millis(5));
    }
    let listener = std::net::TcpListener::bind(address).expect("the port is free still");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            use std::io::{Read as _, Write as _};
            let mut stream = stream.expect("somebody connects");
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).unwrap_or(0);
            let is_head = buffer[..length].starts_with(b"HEAD");
            let answer = match is_head {
                // Whatever it answers, it is there.
                true => b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                    .to_vec(),
                false => wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}"),
            };
            let _ = stream.write_all(&answer);
        }
    });
    let code = process.wait(MOST_TIME).and_then(|status| status.code());
    assert_eq!(code, Some(0), "{}{}", folder.read("stdout"), folder.read("stderr"));
}

#[test]
fn a_shard_is_numbered_by_the_environment() {
    let (folder, server) = (folder(&cases(&["a", "b", "c", "d", "e", "f"])), server());
    let run = |shard: &str, variables: &[(&str, &str)]| {
        let variables: Vec<(&str, String)> =
            variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let arguments = format!("run x.contest.yaml --base-url {} --shard {shard}", server.base_url);
        run_with(&folder, &arguments, &variables)
    };
    for index in ["0", "1"] {
        assert_eq!(run("auto/2", &[("JOB_COMPLETION_INDEX", index)]).code, Some(0));
    }
    let mut sent = server.requests();
    sent.sort();
    assert_eq!(sent, ["GET /a", "GET /b", "GET /c", "GET /d", "GET /e", "GET /f"]);
    let refused = run("auto/2", &[]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("JOB_COMPLETION_INDEX or CI_NODE_INDEX"), "{}", refused.stderr);
}

#[test]
fn a_report_that_is_read_again_shows_the_same() {
    let (folder, server) = (folder(&cases(&["fails-1", "broken", "c"])), server());
    let arguments = format!(
        "run x.contest.yaml --base-url {} --retries 1 --fail-fast --slow 1ms --budget max=1ms --report json=out.json",
        server.base_url
    );
    let run = run_in(&folder, &arguments);
    let shown = run_in(&folder, "report show out.json");
    let of = |outcome: &Outcome| {
        let text = outcome.stdout.clone();
        text.lines().skip(1).map(|line| line.trim_end().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of(&shown), of(&run));
    let schema = |name: &str| -> serde_json::Value {
        let path = format!("{}/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).expect("it is readable")).expect("it is JSON")
    };
    let report: serde_json::Value = serde_json::from_str(&folder.read("out.json")).expect("it is JSON");
    let mut schema = schema("report.schema.json");
    // Exchanges are not kept, and have a schema of their own.
    schema["$defs"]["step"]["properties"]["exchanges"] = serde_json::json!(true);
    let validator = jsonschema::draft202012::new(&schema).expect("it is a schema");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn budgets_of_files_give_way_to_nearer_ones() {
    let (folder, server) = (folder(&cases(&["slow"])), server());
    let project = format!(
        "contest: 1\nscenarios: [x.contest.yaml]\napis: {{ a: api.yaml }}\n\
         defaults: {{ budgets: {{ p95: 1ms, max: 1ms }} }}\n\
         environments: {{ e: {{ baseUrls: {{ a: {} }}, budgets: {{ p95: 30s }} }} }}\n",
        server.base_url
    );
    folder.write("contest.yaml", project.as_bytes());
    folder.write("x.contest.yaml", format!("contest: 1\napi: a\n{}", cases(&["slow"])).as_bytes());
    let outcome = run_in(&folder, "run");
    assert_eq!(outcome.code, Some(1), "{}{}", outcome.stdout, outcome.stderr);
    assert!(
        outcome.stdout.contains("over budget: max=1ms, and the longest of 1 exchange is"),
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.contains("met      budget p95=30s"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("over budget: p95"), "{}", outcome.stdout);
    assert_eq!(run_in(&folder, "run --budget max=30s").code, Some(0));
    folder.write("contest.yaml", b"contest: 1\ndefaults: { budgets: { p95: 300, p195: 1s } }\n");
    let refused = run_in(&folder, "run x.contest.yaml");
    assert_eq!(refused.code, Some(2));
    for words in ["a budget is a time with its unit, as in 300ms", "`p195` is nothing that has a budget"] {
        assert!(refused.stderr.contains(words), "no `{words}` in {}", refused.stderr);
    }
}

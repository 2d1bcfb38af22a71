//! A request that is sent more than once: `retry`, `poll`, `repeat`.
//!
//! Source: LANGUAGE §10, S1, S8.

use crate::server::{At, Server, wire};
use contest::engine::{CaseReport, Event};
use contest::session::{Session, Settings};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: Again, version: "1" }
paths:
  /items:
    get:
      operationId: list
      parameters:
        - { name: cursor, in: query, schema: { type: string } }
        - { name: X-Id, in: header, schema: { type: string } }
      responses: &responses
        "200":
          description: Fine
          content: { application/json: { schema: { type: object, properties: { n: { type: integer } } } } }
        "404": { description: None }
        "503": { description: Busy }
    post: { operationId: create, responses: *responses }
  /items/{id}:
    delete:
      operationId: remove
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: Fine } }
"#;

/// `503`, `503 retry-after: 0`, `200 {"n":1}`: a status, then a header line or a JSON body; `cut` is no answer.
fn response(answer: &str) -> Option<Vec<u8>> {
    let (status, rest) = answer.split_once(' ').unwrap_or((answer, ""));
    let body = "content-type: application/json\n\n";
    Some(match (status, rest) {
        ("cut", _) => return None,
        ("200", "") => wire(&format!("HTTP/1.1 200 S\n{body}{{}}")),
        (status, "") => wire(&format!("HTTP/1.1 {status} S\n")),
        (status, json) if json.starts_with('{') => wire(&format!("HTTP/1.1 {status} S\n{body}{json}")),
        (status, header) => wire(&format!("HTTP/1.1 {status} S\n{header}\n")),
    })
}

struct Outcome {
    case: CaseReport,
    requests: String,
    elapsed: Duration,
}

/// Runs the steps against a server that gives the answers one after the other, and the last for ever.
/// Whatever is deleted is gone.
fn run(answers: &[&str], file: &str, interrupt_after: Option<Duration>) -> Outcome {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("again-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    std::fs::write(folder.join("api.yaml"), DOCUMENT).expect("the document is written");
    std::fs::write(folder.join("x.contest.yaml"), format!("contest: 1\napi: api.yaml\n{file}"))
        .expect("the scenarios are written");
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    let count = AtomicUsize::new(0);
    let server = Server::talking(move |line, stream| {
        if line.starts_with("DELETE") {
            return stream.write_all(&response("200").expect("an answer")).expect("the client listens");
        }
        let index = count.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        if let Some(bytes) = response(&answers[index]) {
            let _ = stream.write_all(&bytes);
        }
    });
    let settings = Settings {
        files: vec![PathBuf::from("x.contest.yaml")],
        folder,
        run_id: Some("run".to_owned()),
        base_urls: vec![contest::session::BaseUrl::parse(&server.base_url).expect("it is a URL")],
        ..Settings::default()
    };
    let session = Session::load(settings, true);
    assert!(!session.has_errors(), "{:?}", session.diagnostics);
    let mut reports = Vec::new();
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            reports.push((**report).clone());
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (target, interrupt) = (Arc::new(At(server.base_url.clone())), CancellationToken::new());
    let begun = Instant::now();
    runtime.block_on(async {
        if let Some(time) = interrupt_after {
            let interrupt = interrupt.clone();
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                interrupt.cancel();
            });
        }
        session.run_on(target, interrupt, &mut emit).await;
    });
    let requests = server.requests().iter().map(|line| line.replace("/items", "")).collect::<Vec<_>>();
    let case = reports.pop().expect("there is one case");
    Outcome { case, requests: requests.join(", "), elapsed: begun.elapsed() }
}

fn one_step(step: &str) -> String {
    format!("scenarios: {{ s: {{ steps: [{{ {step} }}] }} }}\n")
}

/// The step, what comes of it as `verdict`, and its findings and notes in their order: `code headline`.
fn check(answers: &[&str], step: &str, requests: &str, verdict: &str, said: &[&str]) {
    check_file(answers, &one_step(step), requests, verdict, said);
}

fn check_file(answers: &[&str], file: &str, requests: &str, verdict: &str, said: &[&str]) {
    let Outcome { case, requests: seen, .. } = run(answers, file, None);
    let found: Vec<String> = case
        .steps
        .iter()
        .flat_map(|step| {
            let findings = step.findings.iter().map(|it| format!("{} {}", it.code, it.headline));
            findings.chain(step.notes.iter().cloned()).collect::<Vec<_>>()
        })
        .collect();
    let time = regex::Regex::new(r"\d+(\.\d+)? m?s\b").expect("a pattern");
    let found: Vec<_> = found.iter().map(|line| time.replace_all(line, "N s")).collect();
    assert_eq!((seen.as_str(), case.verdict.to_string().as_str()), (requests, verdict), "{file}\n{found:?}");
    assert_eq!(found, said, "{file}");
}

const QUICK: &str = "every: 1ms";

#[test]
fn a_fault_that_is_named_is_tried_again() {
    let step = format!("call: list, retry: {{ times: 3, {QUICK}, on: [connect, 503] }}");
    check(
        &["503", "503", "200"],
        &step,
        "GET , GET , GET ",
        "passed",
        &["answered 503, sent again after N s (1 to 2 of 3)"],
    );
    check(&["200"], &step, "GET ", "passed", &[]);
    check(&["404"], &step, "GET ", "failed", &["expect.status 404 came, expected a documented 2xx"]);
    let used_up = [
        "expect.status 503 came, expected a documented 2xx",
        "answered 503, sent again after N s (1 to 3 of 3)",
    ];
    check(&["503"], &step, "GET , GET , GET , GET ", "failed", &used_up);
}

#[test]
fn a_connection_that_ends_is_tried_again_where_reset_is_named() {
    let step = format!("call: list, retry: {{ times: 1, {QUICK}, on: reset }}");
    check(&["cut", "200"], &step, "GET , GET ", "passed", &["cut off, sent again after N s (1 of 1)"]);
}

#[test]
fn a_status_that_is_expected_is_no_fault() {
    let step = format!("call: list, retry: {{ times: 3, {QUICK}, on: [503] }}, expect: {{ status: 503 }}");
    check(&["503"], &step, "GET ", "passed", &[]);
}

#[test]
fn retry_after_counts_before_every() {
    let step = "call: list, retry: { times: 1, every: 1h, on: [503] }";
    check(
        &["503 retry-after: 0", "200"],
        step,
        "GET , GET ",
        "passed",
        &["answered 503, sent again after N s, as `Retry-After` asks (1 of 1)"],
    );
    let too_long = [
        "expect.status 503 came, expected a documented 2xx",
        "answered 503, and not sent again: `Retry-After` asks for N s, longer than the scenario's time-out leaves",
    ];
    check(&["503 retry-after: 9999"], step, "GET ", "failed", &too_long);
}

#[test]
fn the_nearest_retry_counts_key_by_key() {
    let file = |around: &str, step: &str| {
        format!(
            "retry: {{ times: 9, {QUICK}, on: [503] }}\nscenarios:\n  s:\n    {around}\n    steps: [{{ call: list{step} }}]\n"
        )
    };
    let again = |times: &str| format!("answered 503, sent again after N s ({times})");
    let failed = "expect.status 503 came, expected a documented 2xx";
    let gets = |count: usize| vec!["GET "; count].join(", ");
    check_file(&["503"], &file("retry: 2", ""), &gets(3), "failed", &[failed, &again("1 to 2 of 2")]);
    check_file(&["503"], &file("retry: 2", ", retry: 1"), &gets(2), "failed", &[failed, &again("1 of 1")]);
    check_file(&["503"], &file("retry: 2", ", retry: null"), &gets(1), "failed", &[failed]);
}

#[test]
fn an_inherited_retry_sends_no_post_twice() {
    let file = |step: &str| {
        format!(
            "retry: {{ times: 1, {QUICK}, on: [connect, 503] }}\nscenarios: {{ s: {{ steps: [{{ call: create{step} }}] }} }}\n"
        )
    };
    let said = [
        "expect.status 503 came, expected a documented 2xx",
        "answered 503, and not sent again: POST is not idempotent, and its `retry` is inherited; `retry: { unsafe: \
         true }` in the step allows it",
    ];
    check_file(&["503"], &file(""), "POST ", "failed", &said);
    let allowed = file(", retry: { unsafe: true }");
    check_file(
        &["503", "200"],
        &allowed,
        "POST , POST ",
        "passed",
        &["answered 503, sent again after N s (1 of 1)"],
    );
}

#[test]
fn a_poll_ends_with_the_answer_that_is_waited_for() {
    let step = format!(
        "call: list, poll: {{ {QUICK}, for: 60s, until: 'body.n == 3' }}, expect: {{ body: {{ n: 3 }} }}"
    );
    let answers = ["200 {\"n\":1}", "200 {\"n\":2}", "200 {\"n\":3}"];
    check(&answers, &step, "GET , GET , GET ", "passed", &["polled: this is answer 3, after N s"]);
    check(&answers[2..], &step, "GET ", "passed", &[]);
    // A member that is not there yet is no reason to give up.
    check(&["200", "200 {\"n\":3}"], &step, "GET , GET ", "passed", &["polled: this is answer 2, after N s"]);
}

#[test]
fn without_a_condition_the_expectation_is_waited_for() {
    let step = format!("call: list, poll: {{ {QUICK}, for: 60s }}, expect: {{ body: {{ n: 2 }} }}");
    let answers = ["404", "200 {\"n\":1}", "200 {\"n\":2}"];
    check(&answers, &step, "GET , GET , GET ", "passed", &["polled: this is answer 3, after N s"]);
    let short = "call: list, poll: { every: 1h, for: 50ms }, expect: { body: { n: 2 } }";
    let said =
        ["expect.body `n` is `1`, expected `2`", "polled: 2 tries in N s, and no answer was as expected"];
    check(&["200 {\"n\":1}"], short, "GET , GET ", "failed", &said);
}

#[test]
fn a_poll_whose_time_is_over_says_what_it_waited_for() {
    let step = |until: &str| format!("call: list, poll: {{ every: 1h, for: 50ms, until: '{until}' }}");
    let never = ["expect.poll `body.n == 3` did not become true: 2 tries in N s"];
    check(&["200 {\"n\":1}"], &step("body.n == 3"), "GET , GET ", "failed", &never);
    let unevaluated =
        ["expect.poll `body.m == 3` was never evaluated: no key `m` in `body`, 2 of 2 tries in N s"];
    check(&["200 {\"n\":1}"], &step("body.m == 3"), "GET , GET ", "failed", &unevaluated);
    // Another status is what is wrong first.
    check(
        &["503"],
        &step("body.n == 3"),
        "GET , GET ",
        "failed",
        &["expect.status 503 came, expected a documented 2xx"],
    );
}

#[test]
fn answers_before_the_last_are_judged_leniently_and_counted() {
    let step = format!("call: list, poll: {{ {QUICK}, for: 60s, until: 'body.n == 3' }}");
    let answers = ["200 {\"n\":\"x\"}", "200 {\"n\":\"x\"}", "200 {\"n\":3}"];
    let Outcome { case, .. } = run(&answers, &one_step(&step), None);
    let findings = &case.steps[0].findings;
    let found: Vec<_> =
        findings.iter().map(|it| (it.code.as_str(), it.notes.last().map(String::as_str))).collect();
    assert_eq!(case.verdict.to_string(), "passed");
    assert_eq!(found, [("response.body", Some("seen in 2 answers before the last"))]);
    assert_eq!(case.steps[0].earlier, 2);
}

#[test]
fn a_poll_retries_each_of_its_tries() {
    let step = format!(
        "call: list, retry: {{ times: 1, {QUICK}, on: [503] }}, poll: {{ {QUICK}, for: 60s, until: 'body.n == 3' }}"
    );
    let answers = ["503", "200 {\"n\":1}", "503", "200 {\"n\":3}"];
    let said = ["answered 503, sent again after N s (1 of 1)", "polled: this is answer 2, after N s"];
    check(&answers, &step, "GET , GET , GET , GET ", "passed", &said);
}

#[test]
fn waiting_ends_with_the_scenario_and_with_an_interruption() {
    let steps = "[{ call: list, poll: { every: 1h, for: 5s, until: 'false' } }]";
    let file = format!("scenarios: {{ s: {{ timeouts: {{ scenario: 5s }}, steps: {steps} }} }}\n");
    let Outcome { case, .. } = run(&["200"], &file, None);
    let codes: Vec<_> =
        case.steps.iter().flat_map(|step| &step.findings).map(|it| it.code.as_str()).collect();
    assert_eq!((codes.as_slice(), case.verdict.to_string().as_str()), (["expect.poll"].as_slice(), "failed"));
    let file = one_step("call: list, poll: { every: 1m, for: 4m, until: 'false' }");
    let Outcome { case, elapsed, .. } = run(&["200"], &file, Some(Duration::from_millis(100)));
    assert_eq!(case.verdict.to_string(), "not run");
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
}

#[test]
fn a_step_is_repeated_and_each_round_is_judged() {
    check(&["200"], "call: list, repeat: 3", "GET , GET , GET ", "passed", &[]);
    let said = ["expect.body `n` is `2`, expected `1`", "2 rounds were not run"];
    let step = "call: list, repeat: 4, expect: { body: { n: 1 } }";
    check(&["200 {\"n\":1}", "200 {\"n\":2}"], step, "GET , GET ", "failed", &said);
    let Outcome { case, .. } = run(&["200 {\"n\":1}", "200 {\"n\":2}"], &one_step(step), None);
    assert_eq!(case.steps[0].findings[0].notes, ["found in step `step1`, round 2 of 4"]);
    assert_eq!(case.steps[0].earlier, 1);
}

#[test]
fn what_is_generated_is_the_same_in_every_round() {
    let file = "scenarios: { s: { steps: [{ call: list, id: a, query: { cursor: '$gen.uuid' }, repeat: 2 }, { call: list, query: { cursor: '$gen.uuid' } }] } }\n";
    let Outcome { requests, .. } = run(&["200"], file, None);
    let sent: Vec<_> = requests.split(", ").collect();
    assert_eq!(sent[0], sent[1]);
    assert_ne!(sent[1], sent[2]);
}

#[test]
fn pages_are_followed_and_their_items_collected() {
    let pages = [
        "200 {\"items\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"next\":\"2\"}",
        "200 {\"items\":[{\"id\":\"c\"}],\"next\":\"3\"}",
        "200 {\"items\":[]}",
    ];
    let file = |repeat: &str| {
        format!(
            "scenarios:\n  s:\n    steps:\n      - call: list\n        query: {{ cursor: $vars.cursor }}\n        repeat: {repeat}\n      \
             - {{ call: list, query: {{ cursor: \"{{$vars.ids}}\" }} }}\n"
        )
    };
    let repeat =
        "{ max: 9, while: 'has(body.next)', carry: { cursor: $.next }, collect: { ids: \"$.items[*].id\" } }";
    let requests = "GET , GET ?cursor=2, GET ?cursor=3, GET ?cursor=%5B%22a%22%2C%22b%22%2C%22c%22%5D";
    check_file(&pages, &file(repeat), requests, "passed", &[]);
    let by_vars = repeat.replace("has(body.next)", "vars.cursor != null && size(vars.ids) < 100");
    check_file(&pages, &file(&by_vars), requests, "passed", &[]);
    let whole = repeat.replace("$.items[*].id", "$.items").replace("{$vars.ids}", "x");
    let Outcome { case, .. } = run(&pages, &file(&whole), None);
    assert_eq!(case.verdict.to_string(), "passed");
}

#[test]
fn a_carried_name_starts_with_the_variable_of_that_name() {
    let file = "scenarios:\n  s:\n    vars: { cursor: start }\n    steps:\n      - call: list\n        query: { cursor: $vars.cursor }\n        \
                repeat: { max: 2, carry: { cursor: $.next } }\n";
    check_file(&["200 {\"next\":\"2\"}"], file, "GET ?cursor=start, GET ?cursor=2", "passed", &[]);
}

#[test]
fn a_loop_that_does_not_end_is_found() {
    let step = "call: list, repeat: { max: 2, while: 'has(body.n)' }";
    let said = ["expect.repeat `has(body.n)` still holds after 2 rounds"];
    check(&["200 {\"n\":1}"], step, "GET , GET ", "failed", &said);
    let step = "call: list, repeat: { max: 2, while: 'body.next != \"\"' }";
    let said = ["value.condition `while` cannot be evaluated: no key `next` in `body`"];
    check(&["200 {\"n\":1}"], step, "GET ", "errored", &said);
}

#[test]
fn warnings_of_several_rounds_are_told_once() {
    let step = "call: list, repeat: 3, expect: { contract: { body: warn } }";
    let Outcome { case, .. } = run(&["200 {\"n\":\"x\"}"], &one_step(step), None);
    let findings = &case.steps[0].findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].notes.last().map(String::as_str), Some("found in 3 of 3 rounds"));
}

#[test]
fn cleanup_is_due_once_however_often_a_request_is_sent_and_once_for_each_round() {
    let cleanup = "save: { id: $.id }, cleanup: [{ call: remove, path: { id: $vars.id } }]";
    let answers = ["503", "200 {\"id\":\"a\"}", "200 {\"id\":\"b\"}"];
    let retried = format!("call: create, retry: {{ times: 2, {QUICK}, on: [503], unsafe: true }}, {cleanup}");
    let Outcome { requests, case, .. } = run(&answers, &one_step(&retried), None);
    assert_eq!((requests.as_str(), case.verdict.to_string().as_str()), ("POST , POST , DELETE /a", "passed"));
    let repeated = format!("call: create, repeat: 2, {cleanup}");
    let Outcome { requests, .. } = run(&answers[1..], &one_step(&repeated), None);
    assert_eq!(requests, "POST , POST , DELETE /b, DELETE /a");
}

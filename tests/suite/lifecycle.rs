//! The order of a case's steps, and what becomes of it: setup, steps, cleanup, teardown.

use crate::server::{At, Server, wire};
use contest::engine::{CaseReport, Event};
use contest::session::{Session, Settings};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

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
        "404": { description: None }
"#;

/// Runs a scenario file whose server answers 200, 404 below `/none…`, 500 below `/broken…`, and not
/// at all below `/slow…`.
pub(crate) fn run(scenarios: &str, configure: impl FnOnce(&mut Settings)) -> (Vec<CaseReport>, Vec<String>) {
    let folder = tempfile(scenarios);
    let server = Server::start(|line| {
        if line.contains("/slow") {
            std::thread::sleep(std::time::Duration::from_secs(5));
        }
        if let Some(name) = line.strip_prefix("GET /").filter(|name| name.starts_with("cookie")) {
            return wire(&format!(
                "HTTP/1.1 200 OK\ncontent-type: application/json\nset-cookie: {name}=1\n\n{{}}"
            ));
        }
        let status = match line {
            line if line.contains("/none") => return wire("HTTP/1.1 404 Not Found\n"),
            // Its findings show the request.
            line if line.contains("/broken") || line.contains("/jar") => "500 Internal Server Error",
            _ => "200 OK",
        };
        wire(&format!("HTTP/1.1 {status}\ncontent-type: application/json\n\n{{\"id\":\"a1\"}}"))
    });
    let mut settings = Settings {
        files: vec![PathBuf::from("x.contest.yaml")],
        folder,
        run_id: Some("run".to_owned()),
        base_urls: vec![contest::session::BaseUrl::parse(&server.base_url).expect("it is a URL")],
        ..Settings::default()
    };
    configure(&mut settings);
    let session = Session::load(settings, true);
    assert!(!session.has_errors(), "{:?}", session.diagnostics);
    let mut reports = Vec::new();
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            reports.push((**report).clone());
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let target = Arc::new(At(server.base_url.clone()));
    runtime.block_on(session.run_on(target, CancellationToken::new(), &mut emit));
    reports.sort_by_key(|report| report.index);
    let requests = server.requests().iter().map(|line| line.trim_start_matches("GET /").to_owned()).collect();
    (reports, requests)
}

fn tempfile(scenarios: &str) -> PathBuf {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("lifecycle-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    std::fs::write(folder.join("api.yaml"), DOCUMENT).expect("the document is written");
    let text = format!("contest: 1\napi: api.yaml\n{scenarios}");
    std::fs::write(folder.join("x.contest.yaml"), text).expect("the scenarios are written");
    folder
}

/// The requests in their order, and `verdict` of each case.
pub(crate) fn check(scenarios: &str, requests: &str, verdicts: &str) {
    let (reports, seen) = run(scenarios, |_| {});
    let found: Vec<_> = reports.iter().map(|report| report.verdict.to_string()).collect();
    assert_eq!(seen.join(" "), requests, "{scenarios}");
    assert_eq!(found.join(", "), verdicts, "{scenarios}");
}

pub(crate) fn step(name: &str) -> String {
    format!("{{ call: at, path: {{ name: {name} }} }}")
}

pub(crate) fn step_with(name: &str, rest: &str) -> String {
    format!("{{ call: at, path: {{ name: {name} }}, {rest} }}")
}

#[test]
fn a_case_goes_from_setup_to_teardown() {
    let cleanup = |name: &str| step_with(name, &format!("cleanup: [{}]", step(&format!("undo-{name}"))));
    check(
        &format!(
            "setup: [{}]\nteardown: [{}]\nscenarios:\n  s: {{ setup: [{}], steps: [{}, {}], teardown: [{}] }}\n",
            step("file-setup"),
            step("file-teardown"),
            step("setup"),
            cleanup("one"),
            cleanup("two"),
            step("teardown"),
        ),
        "file-setup setup one two undo-two undo-one teardown file-teardown",
        "passed",
    );
}

#[test]
fn a_failed_step_ends_the_steps_and_cleanup_still_runs() {
    let steps = [
        step_with("one", &format!("cleanup: [{}]", step("undo-one"))),
        step("broken"),
        step("three"),
        step_with("four", "always: true"),
    ];
    check(
        &format!("scenarios:\n  s: {{ steps: [{}], teardown: [{}] }}\n", steps.join(", "), step("teardown")),
        "one broken four undo-one teardown",
        "failed",
    );
}

#[test]
fn a_failing_setup_errors_the_case_and_runs_no_step() {
    let scenario = format!(
        "scenarios:\n  s: {{ setup: [{}], steps: [{}], teardown: [{}] }}\n",
        step("broken"),
        step("one"),
        step("teardown")
    );
    check(&scenario, "broken teardown", "errored");
}

#[test]
fn a_case_that_sent_nothing_is_skipped() {
    check(&format!("scenarios:\n  s: {{ steps: [{}] }}\n", step_with("one", "when: '1 > 2'")), "", "skipped");
    let some =
        format!("scenarios:\n  s: {{ steps: [{}, {}] }}\n", step_with("one", "when: '1 > 2'"), step("two"));
    check(&some, "two", "passed");
}

#[test]
fn cleanup_is_lenient_and_says_what_it_leaves() {
    let steps = |undo: &str| {
        let undo = format!("cleanup: [{}]", step(undo));
        format!("scenarios:\n  s: {{ steps: [{}] }}\n", step_with("one", &undo))
    };
    let (reports, _) = run(&steps("none-left"), |_| {});
    assert_eq!(reports[0].left_behind, Vec::<String>::new());
    let (reports, _) = run(&steps("broken"), |_| {});
    assert_eq!(reports[0].verdict.to_string(), "passed");
    assert_eq!(reports[0].left_behind, ["cleanup `step1.cleanup1` (at) answered 500: GET /broken"]);
}

#[test]
fn where_nothing_came_to_a_target_nothing_is_left_behind() {
    let dead = "{ send: \"DELETE http://127.0.0.1:1/x\" }";
    let file = |steps: &str| format!("scenarios:\n  s: {{ steps: [{steps}], teardown: [{dead}] }}\n");
    let left = |file: &str| run(file, |_| {}).0[0].left_behind.len();
    assert_eq!(left(&file(dead)), 0);
    assert_eq!(left(&file(&format!("{}, {dead}", step("one")))), 1);
}

#[test]
fn a_value_that_was_never_saved_skips_its_cleanup() {
    let steps =
        step_with("broken", &format!("save: {{ id: \"$.nothing\" }}, cleanup: [{}]", step("$vars.id")));
    let (reports, seen) = run(&format!("scenarios:\n  s: {{ steps: [{steps}] }}\n"), |_| {});
    assert_eq!(seen, ["broken"]);
    assert_eq!(reports[0].left_behind, Vec::<String>::new());
    assert_eq!(reports[0].verdict.to_string(), "failed");
}

#[test]
fn the_time_out_of_a_scenario_cuts_it_off_and_cleans_up() {
    let steps = [step_with("one", &format!("cleanup: [{}]", step("undo"))), step("slow")];
    check(
        &format!("scenarios:\n  s: {{ timeouts: {{ scenario: 300ms }}, steps: [{}] }}\n", steps.join(", ")),
        "one undo",
        "failed",
    );
}

#[test]
fn rounds_before_the_time_out_are_reported() {
    let endless = step_with("one", "id: all, repeat: 100000");
    let text = format!(
        "scenarios:\n  s: {{ timeouts: {{ scenario: 300ms }}, steps: [{endless}, {}] }}\n",
        step("two")
    );
    let more = ("rounds".to_owned(), "100000".to_owned());
    let (reports, seen) = run(&text, |settings| settings.limits.push(more.clone()));
    let step = &reports[0].steps[0];
    assert_eq!((step.id.as_str(), step.verdict.to_string().as_str()), ("all", "not run"));
    let reason = step.reason.as_deref().unwrap_or_default();
    assert!(reason.starts_with("cut off after ") && reason.ends_with(" rounds"), "{reason}");
    assert!(step.earlier > 0 && step.earlier < seen.len(), "{} of {}", step.earlier, seen.len());
    assert_eq!(reports[0].verdict.to_string(), "failed");
}

#[test]
fn a_request_that_is_not_answered_in_time_fails() {
    let (reports, _) =
        run(&format!("scenarios:\n  s: {{ steps: [{}] }}\n", step_with("slow", "timeout: 200ms")), |_| {});
    let finding = &reports[0].steps[0].findings[0];
    assert_eq!(
        (finding.code.as_str(), reports[0].verdict.to_string().as_str()),
        ("transport.timeout", "failed")
    );
}

#[test]
fn rows_are_cases_and_markers_in_them_count() {
    check(
        &format!(
            "scenarios:\n  s: {{ rows: [{{ n: a, id: <string> }}, {{ n: b, id: <integer> }}], steps: [{}] }}\n",
            step_with("$row.n", "expect: { status: 200, body: { id: $row.id } }")
        ),
        "a b",
        "passed, failed",
    );
}

#[test]
fn the_same_seed_and_run_id_give_the_same_requests() {
    let scenarios = format!(
        "vars: {{ a: \"{{$gen.alnum(12)}}\" }}\nscenarios:\n  s: {{ steps: [{}, {}] }}\n  t: {{ steps: [{}] }}\n",
        step("$vars.a"),
        step("\"{$run.id}-{$gen.int(1, 1000000)}\""),
        step("$vars.a"),
    );
    let sorted = |jobs: usize, seed: u64| {
        let (_, mut seen) = run(&scenarios, |settings| {
            settings.jobs = Some(jobs);
            settings.seed = Some(seed);
        });
        seen.sort();
        seen
    };
    assert_eq!(sorted(1, 7), sorted(2, 7));
    assert_ne!(sorted(1, 7), sorted(1, 8));
}

#[test]
fn repeating_gives_every_round_values_of_its_own() {
    let scenario = format!("scenarios:\n  s: {{ steps: [{}] }}\n", step("\"{$gen.uuid}\""));
    let (reports, seen) = run(&scenario, |settings| settings.repeat = Some(3));
    assert_eq!(reports.len(), 3);
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), 3);
    let ids: Vec<_> = reports.iter().map(|report| report.id.as_str()).collect();
    assert_eq!(ids, ["x::s", "x::s#2", "x::s#3"]);
}

/// The verdicts, and the requests but for the slow one, of a run that is interrupted while it waits for
/// `slow`.
pub(crate) fn run_interrupted(scenarios: &str) -> (Vec<String>, Vec<String>) {
    let folder = tempfile(scenarios);
    let server = Server::start(|line| {
        if line.contains("/slow") {
            std::thread::sleep(std::time::Duration::from_secs(5));
        }
        wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}")
    });
    let settings = Settings {
        files: vec![PathBuf::from("x.contest.yaml")],
        folder,
        base_urls: vec![contest::session::BaseUrl::parse(&server.base_url).expect("it is a URL")],
        jobs: Some(1),
        ..Settings::default()
    };
    let session = Session::load(settings, true);
    let interrupt = CancellationToken::new();
    let mut verdicts = Vec::new();
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            verdicts.push(report.verdict.to_string());
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let summary = runtime.block_on(async {
        let stop = interrupt.clone();
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            stop.cancel();
        });
        session.run_on(Arc::new(At(server.base_url.clone())), interrupt, &mut emit).await
    });
    assert!(summary.is_interrupted);
    let requests = server.requests().into_iter().filter(|line| !line.contains("slow"));
    (verdicts, requests.map(|line| line.trim_start_matches("GET /").to_owned()).collect())
}

#[test]
fn an_interruption_sends_no_further_step_and_cleans_up() {
    let steps = [step_with("one", &format!("cleanup: [{}]", step("undo"))), step("slow"), step("three")];
    let (verdicts, sent) = run_interrupted(&format!(
        "scenarios:\n  s: {{ steps: [{}] }}\n  t: {{ steps: [{}] }}\n",
        steps.join(", "),
        step("four")
    ));
    assert_eq!(verdicts, ["not run", "not run"]);
    assert_eq!(sent, ["one", "undo"]);
}

/// `verdict: reason` of each case.
fn check_reasons(scenarios: &str, requests: &str, expected: &[&str]) {
    let (reports, seen) = run(scenarios, |_| {});
    assert_eq!(seen.join(" "), requests, "{scenarios}");
    let found: Vec<_> = reports
        .iter()
        .map(|report| format!("{}: {}", report.verdict, report.reason.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(found, expected, "{scenarios}");
}

#[test]
fn a_skipped_case_sends_nothing_and_runs_no_setup() {
    let (one, setup) = (step("one"), step("setup"));
    check_reasons(
        &format!(
            "setup: [{setup}]\nteardown: [{setup}]\nscenarios:\n  s: {{ skip: later, steps: [{one}] }}\n"
        ),
        "",
        &["skipped: later"],
    );
    // An input without a value does not matter to it.
    check_reasons(
        &format!(
            "inputs: {{ a: {{ type: string }} }}\nscenarios:\n  s: {{ skip: later, vars: {{ b: $inputs.a }}, \
             steps: [{one}] }}\n"
        ),
        "",
        &["skipped: later"],
    );
}

#[test]
fn a_skip_may_have_a_condition() {
    let steps = format!("steps: [{}]", step("$row.at"));
    check_reasons(
        &format!(
            "inputs: {{ region: {{ type: string, default: eu }} }}\nscenarios:\n  s:\n    \
             skip: {{ when: \"row.at == 'two' && inputs.region == 'eu'\", reason: not in Europe }}\n    \
             rows:\n      - {{ at: one }}\n      - {{ at: two }}\n      - {{ at: three, skip: never }}\n      \
             - {{ at: two, skip: {{ when: false, reason: the row says no }} }}\n    {steps}\n"
        ),
        "one two",
        &["passed: ", "skipped: not in Europe", "skipped: never", "passed: "],
    );
    check_reasons(
        &format!(
            "scenarios:\n  s: {{ skip: {{ when: row.at > 1, reason: r }}, rows: [{{ at: one }}], {steps} }}\n"
        ),
        "",
        &["errored: "],
    );
}

#[test]
fn a_known_fault_is_xfailed() {
    let scenario =
        |mark: &str, step: &str| format!("scenarios:\n  s: {{ xfail: {mark}, steps: [{step}] }}\n");
    let check = |mark: &str, name: &str, expected: &str| {
        check_reasons(&scenario(mark, &step(name)), name, &[expected]);
    };
    check("{ reason: it breaks, issue: 12 }", "broken", "xfailed: it breaks (#12)");
    check("{ reason: it breaks }", "fine", "xpassed: it breaks");
    check("{ reason: it breaks, code: [response.status, expect.status] }", "broken", "xfailed: it breaks");
    check("{ reason: it breaks, code: response.body }", "broken", "failed: ");
    check("{ reason: it breaks, expires: 2020-01-01 }", "broken", "failed: ");
    check("{ reason: it breaks, expires: 2020-01-01 }", "fine", "passed: ");
    // What cannot be sent says nothing about the fault.
    check_reasons(&scenario("{ reason: it breaks }", &step("''")), "", &["errored: "]);
    check_reasons(
        &format!(
            "scenarios:\n  s:\n    rows:\n      - {{ at: broken, xfail: {{ reason: known }} }}\n      \
             - {{ at: broken }}\n    steps: [{}]\n",
            step("$row.at")
        ),
        "broken broken",
        &["xfailed: known", "failed: "],
    );
}

#[test]
fn steps_go_on_behind_the_known_fault_of_one() {
    let marked = |name: &str| step_with(name, "xfail: { reason: it breaks }");
    let of = |steps: [String; 3]| format!("scenarios:\n  s: {{ steps: [{}] }}\n", steps.join(", "));
    check_reasons(
        &of([step("one"), marked("broken"), step("three")]),
        "one broken three",
        &["xfailed: it breaks"],
    );
    check_reasons(&of([step("one"), marked("two"), step("three")]), "one two three", &["xpassed: it breaks"]);
    check_reasons(
        &of([marked("broken"), step("broken-too"), step("three")]),
        "broken broken-too",
        &["failed: "],
    );
}

/// `strictCleanup: true`: what stays behind makes the case errored; what was gone already does not.
#[test]
fn what_stays_behind_is_an_error_where_cleanup_is_strict() {
    let scenario = |keys: &str, cleanup: &str, step: &str| {
        format!(
            "scenarios:\n  s: {{ {keys} steps: [{{ call: at, path: {{ name: {step} }}, cleanup: [{cleanup}] }}] }}\n"
        )
    };
    let strict = "strictCleanup: true,";
    for (text, verdict) in [
        (scenario("", &step("broken"), "one"), "passed"),
        (scenario(strict, &step("broken"), "one"), "errored"),
        (scenario(strict, &step("undo"), "one"), "passed"),
        (scenario(strict, &step("none"), "one"), "passed"),
        (
            scenario(strict, &step("$vars.never"), "one").replace("s: {", "s: { vars: { never: null },"),
            "errored",
        ),
        (scenario(strict, &step("broken"), "broken"), "failed"),
        (format!("strictCleanup: true\n{}", scenario("", &step("broken"), "one")), "errored"),
        (
            format!("strictCleanup: true\n{}", scenario("strictCleanup: false,", &step("broken"), "one")),
            "passed",
        ),
        (
            format!("strictCleanup: true\nteardown: [{}]\n{}", step("broken"), scenario("", "", "one")),
            "errored",
        ),
        (scenario("strictCleanup: true, xfail: { reason: r },", &step("broken"), "broken"), "errored"),
    ] {
        let (reports, _) = run(&text, |_| {});
        assert_eq!(reports[0].verdict.to_string(), verdict, "{text}");
        assert_eq!(
            reports[0].left_behind.is_empty(),
            text.contains("undo") || text.contains("none"),
            "{text}"
        );
    }
}

/// LANGUAGE §12, a row a rule: what is marked, how it ends, and whether that fails the run.
#[test]
fn marks_follow_their_rules() {
    let scenario = |keys: &str, step: &str| format!("scenarios:\n  s: {{ {keys} steps: [{step}] }}\n");
    let marked = |mark: &str, name: &str| {
        [
            scenario(&format!("xfail: {mark},"), &step(name)),
            scenario("", &step_with(name, &format!("xfail: {mark}"))),
            scenario(&format!("rows: [{{ xfail: {mark}, a: 1 }}],"), &step(name)),
        ]
    };
    for (mark, name, verdict, is_tolerated) in [
        // It must fail.
        ("{ reason: r }", "broken", "xfailed", false),
        ("{ reason: r }", "one", "xpassed", false),
        ("{ reason: r, strict: true }", "one", "xpassed", false),
        ("{ reason: r, strict: false }", "one", "xpassed", true),
        // With that code, if given: one, or a list of them.
        ("{ reason: r, code: response.status }", "broken", "xfailed", false),
        ("{ reason: r, code: [expect.header, response.status] }", "broken", "xfailed", false),
        ("{ reason: r, code: expect.header }", "broken", "failed", false),
        ("{ reason: r, code: [expect.header, expect.body] }", "broken", "failed", false),
        ("{ reason: r, code: expect.header }", "one", "xpassed", false),
        // After `expires` it is ignored.
        ("{ reason: r, expires: 2999-12-31 }", "broken", "xfailed", false),
        ("{ reason: r, expires: 2020-12-31 }", "broken", "failed", false),
        ("{ reason: r, expires: 2020-12-31 }", "one", "passed", false),
        ("{ reason: r, expires: 2020-12-31, strict: false }", "one", "passed", false),
        // What could not be carried out is no fault of the API.
        ("{ reason: r }", "$run.id.x", "errored", false),
    ] {
        for text in marked(mark, name) {
            let (reports, _) = run(&text, |_| {});
            let found = (reports[0].verdict.to_string(), reports[0].is_tolerated);
            assert_eq!(found, (verdict.to_owned(), is_tolerated), "{text}");
        }
    }
    for (skip, verdict) in [
        ("why", "skipped"),
        ("{ reason: why }", "skipped"),
        ("{ when: 'true', reason: why }", "skipped"),
        ("{ when: 'false', reason: why }", "passed"),
        ("{ when: row.a == 1, reason: why }", "skipped"),
        ("{ when: row.a == 2, reason: why }", "passed"),
        ("{ when: row.a.b == 2, reason: why }", "errored"),
    ] {
        let of_scenario = scenario(&format!("rows: [{{ a: 1 }}], skip: {skip},"), &step("one"));
        let of_row = scenario(&format!("rows: [{{ a: 1, skip: {skip} }}],"), &step("one"));
        for text in [of_scenario, of_row] {
            let (reports, requests) = run(&text, |_| {});
            assert_eq!(reports[0].verdict.to_string(), verdict, "{text}");
            assert_eq!(requests.is_empty(), verdict != "passed", "{text}");
        }
    }
    // A row's marks go before its scenario's.
    let rows =
        "rows: [{ a: 1 }, { a: 1, skip: { when: 'false', reason: r } }, { a: 1, xfail: { reason: s } }],";
    let text = scenario(&format!("{rows} skip: {{ when: 'row.a == 2', reason: q }},"), &step("broken"));
    let (reports, _) = run(&text, |_| {});
    let verdicts: Vec<_> = reports.iter().map(|report| report.verdict.to_string()).collect();
    assert_eq!(verdicts, ["failed", "failed", "xfailed"]);
}

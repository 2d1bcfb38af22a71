//! What exactly happens (`docs/scenario-format.md`): headers, cookies and redirects, the URL, outcomes. A row
//! a rule; each runs steps against a server that keeps what it was sent.

mod step;
mod values;

use crate::server::{At, Server, wire};
use contest::engine::Event;
use contest::session::{BaseUrl, Session, Settings};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_util::sync::CancellationToken;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: Things, version: "1" }
paths:
  /things/{name}:
    parameters: [ { name: name, in: path, required: true, schema: { type: string } } ]
    get:
      operationId: get
      parameters:
        - { name: q, in: query, schema: { type: string } }
        - { name: r, in: query, schema: { type: string } }
        - { name: list, in: query, schema: { type: array, items: { type: string } } }
        - { name: flag, in: query, schema: { type: [boolean, number, "null"] } }
        - { name: Tags, in: header, schema: { type: array, items: { type: string } } }
        - { name: Accept, in: header, schema: { type: integer } }
        - { name: Content-Type, in: header, schema: { type: integer } }
        - { name: Authorization, in: header, schema: { type: integer } }
      responses:
        "200":
          description: Fine
          headers:
            Content-Type: { schema: { type: integer } }
            X-Tags: { schema: { type: array, items: { type: string } } }
          content:
            application/json: {}
            text/plain: {}
    put:
      operationId: put
      requestBody: { content: { application/json: { schema: { type: object, properties: { n: { type: integer } } } } } }
      responses: { "204": { description: Done } }
    delete:
      operationId: remove
      responses: { "404": { description: Never there } }
"#;

/// What came of a scenario file: `verdict code code …` for each case, and the requests as they were sent.
struct Outcome {
    verdicts: Vec<String>,
    requests: Vec<String>,
}

/// Runs a scenario file against a server that answers `response` to everything; problems of the file are
/// what came of it.
fn run(scenarios: &str, response: &str) -> Outcome {
    let answer = wire(response);
    let server = Server::reading(move |text| match text {
        text if text.starts_with("GET /base/things/slow") => {
            std::thread::sleep(std::time::Duration::from_millis(300));
            answer.clone()
        }
        text if text.starts_with("GET /base/things/cut") => {
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"".to_vec()
        }
        text if text.starts_with("PUT") => wire("HTTP/1.1 204 No Content\n"),
        _ => answer.clone(),
    });
    let text = format!("contest: 1\napi: api.yaml\nscenarios:\n{scenarios}\n");
    run_files(&[("api.yaml", DOCUMENT), ("x.contest.yaml", &text)], server)
}

/// Runs the scenario file among these files against a server.
fn run_files(files: &[(&str, &str)], server: Server) -> Outcome {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("semantics-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("the file is written");
    }
    let base_url = format!("{}/base", server.base_url);
    let settings = Settings {
        files: vec![PathBuf::from("x.contest.yaml")],
        folder,
        base_urls: vec![BaseUrl::parse(&base_url).expect("it is a URL")],
        ..Settings::default()
    };
    let session = Session::load(settings, true);
    if session.has_errors() {
        let codes = session.diagnostics.iter().map(|it| format!("refused {}", it.code));
        return Outcome { verdicts: codes.collect(), requests: Vec::new() };
    }
    let mut reports = Vec::new();
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            reports.push((**report).clone());
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(session.run_on(Arc::new(At(base_url)), CancellationToken::new(), &mut emit));
    reports.sort_by_key(|report| report.index);
    let verdicts = reports.iter().map(|report| {
        let findings = report.steps.iter().flat_map(|step| &step.findings);
        let codes = findings.map(|finding| format!(" {}", finding.code)).collect::<String>();
        format!("{}{codes}", report.verdict)
    });
    Outcome { verdicts: verdicts.collect(), requests: server.requests() }
}

const JSON: &str = "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}";

/// One step: what becomes of it, and the target it is sent to (empty for none).
fn check_step(step: &str, response: &str, verdict: &str, target: &str) {
    let outcome = run(&format!("  s: {{ steps: [ {{ {step} }} ] }}"), response);
    assert_eq!(outcome.verdicts, [verdict], "{step}");
    let sent = outcome.requests.iter().filter_map(|text| text.lines().next());
    let sent: Vec<&str> =
        sent.filter_map(|line| line.strip_suffix(" HTTP/1.1")?.split_once(" /base")).map(|it| it.1).collect();
    assert_eq!(sent.join(" "), target, "{step}");
}

/// `GET /things/a` with values: the target that is sent, or the code that is given for none.
fn check_target(values: &str, expected: &str) {
    match expected.starts_with('/') {
        true => check_step(&format!("call: get, {values}"), JSON, "passed", expected),
        false => check_step(&format!("call: get, {values}"), JSON, expected, ""),
    }
}

#[test]
fn the_url_is_the_base_url_with_its_path_and_the_template() {
    check_target("path: { name: a }", "/things/a");
    // Everything but RFC 3986's unreserved characters is encoded in a path.
    check_target("path: { name: aZ0-._~ }", "/things/aZ0-._~");
    check_target("path: { name: a/b }", "/things/a%2Fb");
    check_target("path: { name: 'a b+ü?#%' }", "/things/a%20b%2B%C3%BC%3F%23%25");
    check_target("path: { name: .a }", "/things/.a");
    for empty in ["''", ".", "..", "null"] {
        check_target(&format!("path: {{ name: {empty} }}"), "errored request.build");
    }
}

#[test]
fn a_query_is_written_in_order_with_what_has_a_value() {
    check_target("path: { name: a }, query: { r: '2', q: '1' }", "/things/a?r=2&q=1");
    check_target("path: { name: a }, query: { q: 'a b+c&d=e' }", "/things/a?q=a%20b%2Bc%26d%3De");
    check_target("path: { name: a }, query: { q: '' }", "/things/a?q=");
    check_target("path: { name: a }, query: { list: [] }", "/things/a");
    check_target("path: { name: a }, query: { list: [x, 'y,z'] }", "/things/a?list=x&list=y%2Cz");
    check_target("path: { name: a }, query: { flag: null }", "/things/a");
    check_target("path: { name: a }, query: { flag: true }", "/things/a?flag=true");
    check_target("path: { name: a }, query: { flag: 1.50 }", "/things/a?flag=1.50");
}

/// Whether an expectation of the headers of an answer holds.
fn check_headers(answer: &str, expected: &str, holds: bool) {
    let response = format!("HTTP/1.1 200 OK\ncontent-type: application/json\n{answer}\n\n{{}}");
    let step = format!("call: get, path: {{ name: a }}, expect: {{ headers: {{ {expected} }} }}");
    check_step(&step, &response, if holds { "passed" } else { "failed expect.header" }, "/things/a");
}

#[test]
fn header_names_have_no_case_and_lines_are_counted() {
    check_headers("X-Thing: a", "x-thing: a", true);
    check_headers("x-thing: a", "X-THING: a", true);
    check_headers("X-Thing: A", "X-Thing: a", false);
    // A scalar asks for one line, a list for the lines in order.
    check_headers("X-Thing: a\nX-Thing: b", "X-Thing: a", false);
    check_headers("X-Thing: a\nX-Thing: b", "X-Thing: [a, b]", true);
    check_headers("X-Thing: a\nX-Thing: b", "X-Thing: [a, c]", false);
    // Commas separate only where the document says array.
    check_headers("X-Thing: a, b", "X-Thing: [a, b]", false);
    check_headers("X-Thing: a, b", "X-Thing: 'a, b'", true);
    check_headers("X-Tags: a, b", "X-Tags: [a, b]", true);
    check_headers("X-Tags: a\nX-Tags: b", "X-Tags: [a, b]", true);
    check_headers("X-Thing: 7", "X-Thing: { $gt: 6 }", true);
    check_headers("X-Thing: seven", "X-Thing: { $gt: 6 }", false);
}

/// What the header lines of a request are, of some names.
fn sent_lines(outcome: &Outcome, request: usize, name: &str) -> Vec<String> {
    let head = outcome.requests[request].split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(each, _)| each.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
}

#[test]
fn accept_offers_the_media_types_of_the_operation() {
    let accept = |headers: &str| {
        let outcome = run(
            &format!("  s: {{ steps: [ {{ call: get, path: {{ name: a }}, headers: {{ {headers} }} }} ] }}"),
            JSON,
        );
        // The document's header parameter `Accept`, an integer, is no parameter at all (OpenAPI 3.1.1, "Parameter Object").
        assert_eq!(outcome.verdicts, ["passed"], "{headers}");
        sent_lines(&outcome, 0, "accept").join("; ")
    };
    assert_eq!(accept(""), "application/json, text/plain");
    assert_eq!(accept("Accept: text/plain"), "text/plain");
    assert_eq!(accept("accept: text/html"), "text/html");
    assert_eq!(accept("Accept: null"), "*/*");
    assert_eq!(accept("Authorization: x, Content-Type: y"), "application/json, text/plain");
}

#[test]
fn what_cannot_stand_in_a_header_is_not_sent() {
    for value in ["\"a\\nb\"", "\"a\\rb\"", "\"a\\0b\""] {
        check_step(
            &format!("call: get, path: {{ name: a }}, headers: {{ X-A: {value} }}"),
            JSON,
            "errored request.build",
            "",
        );
    }
    let outcome = run(
        "  s: { steps: [ { call: get, path: { name: a }, headers: { Tags: [a, b], X-N: 1.50, X-No: null } } ] }",
        JSON,
    );
    assert_eq!(sent_lines(&outcome, 0, "tags"), ["a,b"]);
    assert_eq!(sent_lines(&outcome, 0, "x-n"), ["1.50"]);
    assert!(sent_lines(&outcome, 0, "x-no").is_empty());
}

#[test]
fn cookies_belong_to_a_case() {
    let step = "{ call: get, path: { name: a } }";
    let signed_out = "{ call: get, path: { name: a }, auth: none }";
    let scenarios =
        format!("  one: {{ steps: [ {step}, {step}, {signed_out} ] }}\n  two: {{ steps: [ {step} ] }}");
    let outcome = run(&scenarios, &JSON.replace("\n\n", "\nset-cookie: sid=1; Path=/\n\n"));
    assert_eq!(outcome.verdicts, ["passed", "passed"]);
    let cookies: Vec<String> =
        (0..4).map(|request| sent_lines(&outcome, request, "cookie").join("; ")).collect();
    assert_eq!(cookies, ["", "sid=1", "", ""]);
}

#[test]
fn a_redirect_is_the_response_under_test() {
    let response = "HTTP/1.1 302 Found\nlocation: /elsewhere\n";
    check_step("call: get, path: { name: a }", response, "failed response.status", "/things/a");
}

#[test]
fn outcomes_tell_who_was_wrong() {
    let get = |rest: &str| format!("call: get, path: {{ name: a }}{rest}");
    check_step(&get(""), JSON, "passed", "/things/a");
    // The API answered, and something was wrong; or it took the request and did not answer, or not wholly.
    check_step(&get(", expect: { body: { id: 1 } }"), JSON, "failed expect.body", "/things/a");
    check_step("call: get, path: { name: slow }, timeout: 50ms", JSON, "failed transport.timeout", "");
    check_step("call: get, path: { name: cut }", JSON, "failed response.decode", "/things/cut");
    check_step(
        "call: get, path: { name: slow }, expect: { within: 1ms }",
        JSON,
        "failed expect.within",
        "/things/slow",
    );
    // The test could not be carried out.
    check_step(&get(", headers: { X-A: { $cel: '1 / 0' } }"), JSON, "errored value.unresolved", "");
    check_step("call: put, path: { name: a }, body: { n: one }", JSON, "errored request.body", "");
    check_step(
        "call: put, path: { name: a }, body: { n: 1 }, sends: { invalid: [/body/n] }",
        JSON,
        "errored request.valid",
        "",
    );
    check_step(&get(", when: 'false'"), JSON, "skipped", "");
    check_step(&get(", xfail: { reason: known }"), JSON, "xpassed", "/things/a");
    check_step(
        &get(", xfail: { reason: known }, expect: { body: { id: 1 } }"),
        JSON,
        "xfailed expect.body",
        "/things/a",
    );
    // Without a status any documented 2xx will do; an operation without one has to say what it expects.
    check_step("call: put, path: { name: a }, body: {}", JSON, "passed", "/things/a");
    check_step("call: remove, path: { name: a }", JSON, "refused scenario.missing-key", "");
}

#[test]
fn the_worst_of_its_steps_is_the_outcome_of_a_case() {
    let failed = "{ call: get, path: { name: a }, expect: { status: 201, contract: { status: warn } } }";
    let errored = "{ call: get, path: { name: .. }, always: true }";
    let xpassed = "{ call: get, path: { name: a }, xfail: { reason: known } }";
    let passed = "{ call: get, path: { name: a } }";
    for (steps, verdict) in [
        (vec![passed, failed, errored], "failed"),
        (vec![passed, errored], "errored"),
        (vec![passed, xpassed, errored], "errored"),
        (vec![passed, xpassed], "xpassed"),
        (vec![passed, passed], "passed"),
    ] {
        let outcome = run(&format!("  s: {{ steps: [ {} ] }}", steps.join(", ")), JSON);
        let verdicts: Vec<&str> = outcome.verdicts.iter().filter_map(|it| it.split(' ').next()).collect();
        assert_eq!(verdicts, [verdict], "{steps:?}");
    }
}

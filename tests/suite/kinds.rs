//! The kinds of steps: pauses, URLs outside the document or named by a server, redirects that are followed.
//! An API that redirects and names URLs, and another server that keeps what it was sent.

use crate::server::{Server, wire};
use contest::engine::{CaseReport, Event, Target};
use contest::session::{Session, Settings};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_util::sync::CancellationToken;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: Things, version: "1" }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
security: [ {}, { token: [] } ]
paths:
  /things/first:
    get: { operationId: getFirst, responses: { "200": { description: Fine } } }
  /things/{name}:
    parameters: [ { name: name, in: path, required: true, schema: { type: string, maxLength: 9 } } ]
    get:
      operationId: get
      parameters:
        - { name: page, in: query, schema: { type: integer, minimum: 1 } }
        - { name: size, in: query, schema: { type: integer } }
      responses:
        "200": { description: Fine, content: { application/json: { schema: { type: object } } } }
    post:
      operationId: post
      parameters: [ { name: own, in: cookie, schema: { type: string } } ]
      requestBody: { content: { application/json: {} } }
      responses: { "200": { description: Fine, content: { application/json: {} } } }
    put:
      operationId: put
      requestBody: { content: { application/json: {} } }
      responses: { "200": { description: Fine, content: { application/json: {} } } }
"#;

struct At(String);

impl Target for At {
    fn prepare(&self, _: usize) -> Result<(), String> {
        Ok(())
    }

    fn base_url(&self, _: usize, _: usize) -> Option<String> {
        Some(self.0.clone())
    }
}

/// What came of a scenario, and what either server was sent.
struct Outcome {
    /// `verdict code code …`, or `refused code` where the file does not load.
    verdict: String,
    notes: Vec<String>,
    not_checked: Vec<String>,
    /// Of the API, then of the other server: whole requests.
    requests: [Vec<String>; 2],
}

impl Outcome {
    /// `GET /base/things/a` for each request: of the API, then of the other server.
    fn lines(&self) -> [Vec<&str>; 2] {
        let line = |text: &'_ String| -> usize { text.find(" HTTP/1.1").unwrap_or(text.len()) };
        [0, 1].map(|at| self.requests[at].iter().map(|text| &text[..line(text)]).collect())
    }
}

/// Answers by the last segment of the path.
fn answer(text: &str, other: &str) -> Vec<u8> {
    let target = text.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let redirect = |status: u16, to: &str| {
        wire(&format!("HTTP/1.1 {status} X\nlocation: {to}\nset-cookie: way={status}; Path=/\n"))
    };
    match path.rsplit('/').next().unwrap_or_default() {
        "moved" => redirect(302, "b"),
        "other" => redirect(303, "/base/things/b?page=2"),
        "kept" => redirect(307, "b"),
        "twice" => redirect(301, "moved"),
        "loop" => redirect(302, "loop"),
        "away" => redirect(307, &format!("{other}/base/things/b")),
        "app" => redirect(302, "app://signed-in"),
        "names" => wire(&format!(
            "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}",
            serde_json::json!({ "next": "/base/things/b?page=2", "relative": "things/b", "there": format!("{other}/x/things/b"),
                "first": "/base/things/first", "long": "/base/things/0123456789", "page": "/base/things/b?page=0",
                "upload": format!("{other}/up?sig=a%2Fb") })
        )),
        "broken" => b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab".to_vec(),
        "limited" => wire("HTTP/1.1 405 No\n"),
        _ => wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}"),
    }
}

/// Runs the steps of one scenario; `OTHER` in them is the URL of the other server.
fn run(steps: &str) -> Outcome {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let folder = format!("kinds-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let other = Server::reading(|text| answer(text, ""));
    let there = other.base_url.clone();
    let server = Server::reading(move |text| answer(text, &there));
    let base_url = format!("{}/base", server.base_url);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let project = format!(
        "contest: 1\napis: {{ api: api.yaml }}\nsecrets: [TOKEN]\nauth: {{ own: {{ bearer: $secrets.TOKEN }} }}\n\
         environments: {{ here: {{ baseUrls: {{ api: '{base_url}' }}, secrets: {{ TOKEN: {{ value: token-of-the-api }} }} }} }}\n"
    );
    let text = format!(
        "contest: 1\napi: api\nauth: own\nheaders: {{ X-Tenant: qa }}\nscenarios: {{ s: {{ vars: {{ other: '{}' }}, steps: [ {} ] }} }}\n",
        other.base_url,
        steps.replace("OTHER", &other.base_url)
    );
    for (name, text) in [("api.yaml", DOCUMENT), ("contest.yaml", &project), ("x.contest.yaml", &text)] {
        std::fs::write(folder.join(name), text).expect("the files are written");
    }
    let settings = Settings { files: vec![PathBuf::from("x.contest.yaml")], folder, ..Settings::default() };
    let session = Session::load(settings, true);
    if session.has_errors() {
        let codes: Vec<String> =
            session.diagnostics.iter().map(|it| format!("refused {}: {}", it.code, it.message)).collect();
        let requests = [Vec::new(), Vec::new()];
        return Outcome { verdict: codes.join("; "), notes: Vec::new(), not_checked: Vec::new(), requests };
    }
    let mut found: Option<CaseReport> = None;
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            found = Some((**report).clone());
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(session.run_on(Arc::new(At(base_url.clone())), CancellationToken::new(), &mut emit));
    let report = found.expect("the case ran");
    let findings = report.steps.iter().flat_map(|step| &step.findings);
    let codes: String = findings.map(|finding| format!(" {}", finding.code)).collect();
    let shown = |text: &String| text.replace(&server.base_url, "API").replace(&other.base_url, "OTHER");
    let findings = report.steps.iter().flat_map(|step| &step.findings);
    let of_findings =
        findings.flat_map(|it| it.notes.iter().chain([&it.headline]).chain(&it.help)).map(shown);
    let notes = report.steps.iter().flat_map(|step| &step.notes).map(shown);
    Outcome {
        verdict: format!("{}{codes}", report.verdict),
        notes: notes.chain(of_findings).collect(),
        not_checked: report.steps.iter().flat_map(|step| step.not_checked.clone()).collect(),
        requests: [server.requests(), other.requests()],
    }
}

/// What becomes of steps, and the requests to the API and to the other server.
fn check(steps: &str, verdict: &str, api: &[&str], other: &[&str]) -> Outcome {
    let outcome = run(steps);
    assert_eq!(outcome.verdict, verdict, "{steps}: {:?}", outcome.notes);
    assert_eq!(outcome.lines(), [api, other], "{steps}");
    outcome
}

/// Steps behind one that is told URLs by the server.
fn check_named(step: &str, verdict: &str, api: &[&str], other: &[&str]) -> Outcome {
    let first = "{ call: get, path: { name: names }, save: { next: $.next, relative: $.relative, there: $.there, first: $.first, long: $.long, page: $.page, upload: $.upload } }";
    let all: Vec<&str> = ["GET /base/things/names"].into_iter().chain(api.iter().copied()).collect();
    check(&format!("{first}, {step}"), verdict, &all, other)
}

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|each| each.eq_ignore_ascii_case(line))
}

#[test]
fn a_pause_waits_and_sends_nothing() {
    let begun = std::time::Instant::now();
    check(
        "{ call: get, path: { name: a } }, { pause: 60ms }, { call: get, path: { name: b } }",
        "passed",
        &["GET /base/things/a", "GET /base/things/b"],
        &[],
    );
    assert!(begun.elapsed().as_millis() >= 60);
    check("{ pause: 1ms }, { call: getFirst, when: 'false' }", "skipped", &[], &[]);
    let alone = run("{ pause: 1ms }");
    assert_eq!(alone.verdict, "refused scenario.empty: the scenario `s` only pauses");
}

#[test]
fn a_url_outside_the_document_is_sent_what_the_step_says() {
    let outcome = check_named(
        "{ send: 'PUT {$vars.upload}', body: { a: 1 }, headers: { X-Own: '1' } }",
        "passed",
        &[],
        &["PUT /up?sig=a%2Fb"],
    );
    assert_eq!(outcome.not_checked, ["`send` is outside the document"]);
    let sent = &outcome.requests[1][0];
    assert!(
        has(sent, "x-own: 1") && has(sent, "content-type: application/json") && sent.ends_with("{\"a\":1}")
    );
    // Neither the file's auth nor its headers: they are made for the api.
    assert!(!sent.to_lowercase().contains("authorization") && !sent.to_lowercase().contains("x-tenant"));
}

#[test]
fn a_relative_url_is_below_the_base_url() {
    check("{ send: GET things/a }", "passed", &["GET /base/things/a"], &[]);
    check("{ send: GET /health }", "passed", &["GET /health"], &[]);
    check("{ send: get $vars.other }", "passed", &[], &["GET /"]);
}

#[test]
fn the_body_says_what_it_is_where_no_document_does() {
    let content_type = |body: &str| {
        let outcome = check(&format!("{{ send: 'PUT OTHER/x', {body} }}"), "passed", &[], &["PUT /x"]);
        let text = outcome.requests[1][0].to_lowercase();
        text.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or("none").to_owned()
    };
    assert_eq!(content_type("body: { a: 1 }"), "application/json");
    assert_eq!(content_type("body: text"), "text/plain; charset=utf-8");
    assert_eq!(content_type("body: a, contentType: text/csv"), "text/csv");
    assert_eq!(content_type("form: { a: 1 }"), "application/x-www-form-urlencoded");
    assert_eq!(content_type("rawBody: a"), "none");
    assert!(content_type("multipart: { a: b }").starts_with("multipart/form-data; boundary="));
}

#[test]
fn credentials_of_a_profile_go_where_the_configuration_or_the_step_says() {
    let carries = |outcome: &Outcome, at: usize| {
        let last = outcome.requests[at].last().expect("it was sent");
        has(last, "authorization: Bearer token-of-the-api")
    };
    let own = check("{ send: GET /health, auth: own }", "passed", &["GET /health"], &[]);
    assert!(carries(&own, 0));
    let written = check("{ send: GET OTHER/x, auth: own }", "passed", &[], &["GET /x"]);
    assert!(carries(&written, 1));
    let refused = check_named("{ send: 'GET {$vars.there}', auth: own }", "errored auth.token", &[], &[]);
    assert!(refused.notes[0].starts_with("the credentials of `own` are not sent to OTHER: "));
    let unasked = check_named("{ send: 'GET {$vars.there}' }", "passed", &[], &["GET /x/things/b"]);
    assert!(!carries(&unasked, 1));
}

#[test]
fn what_a_url_outside_the_document_answers_is_expected_and_held_to_http() {
    check("{ send: GET /a, expect: { status: 201 } }", "failed expect.status", &["GET /a"], &[]);
    check("{ send: GET /limited, expect: { status: 405 } }", "passed http.allow", &["GET /limited"], &[]);
    check("{ send: GET /broken }", "failed response.decode", &["GET /broken"], &[]);
    check("{ send: GET /moved }", "failed expect.status", &["GET /moved"], &[]);
    check(
        "{ send: GET /a, save: { it: $ }, expect: { body: { b: 1 } } }",
        "failed expect.body",
        &["GET /a"],
        &[],
    );
}

#[test]
fn a_url_that_a_server_named_fits_the_operation() {
    check_named("{ call: get, url: $vars.next }", "passed", &["GET /base/things/b?page=2"], &[]);
    check_named(
        "{ call: get, url: $vars.relative, query: { size: 3 } }",
        "passed",
        &["GET /base/things/b?size=3"],
        &[],
    );
    let wrong = check_named("{ call: get, url: $vars.first }", "errored request.build", &[], &[]);
    assert_eq!(
        wrong.notes,
        [
            "`get` is GET API/base/things/{name}",
            "the URL is one of `getFirst`",
            "`API/base/things/first` is no URL of `get`"
        ]
    );
    check_named("{ call: get, url: $vars.upload }", "errored request.build", &[], &[]);
    check_named("{ call: getFirst, url: $vars.next }", "errored request.build", &[], &[]);
    // The values in it are held to the document, as if they were written.
    check_named("{ call: get, url: $vars.long }", "errored request.path", &[], &[]);
    check_named("{ call: get, url: $vars.page }", "errored request.query", &[], &[]);
    check_named(
        "{ call: get, url: $vars.page, sends: unchecked }",
        "passed",
        &["GET /base/things/b?page=0"],
        &[],
    );
    let twice = run("{ call: get, url: /x, path: { name: a } }");
    assert_eq!(
        twice.verdict,
        "refused scenario.invalid-value: `url` holds the path already, with its values"
    );
}

#[test]
fn a_url_at_another_origin_is_asked_without_credentials() {
    let outcome = check_named("{ call: get, url: $vars.there }", "passed", &[], &["GET /x/things/b"]);
    let sent = outcome.requests[1][0].to_lowercase();
    assert!(!sent.contains("authorization") && !sent.contains("x-tenant"), "{sent}");
    assert_eq!(
        outcome.notes,
        ["sent without the credentials of `own`: `url` leads to OTHER, which is no base URL"]
    );
}

#[test]
fn redirects_are_followed_as_far_as_a_step_says() {
    check("{ call: get, path: { name: moved } }", "failed response.status", &["GET /base/things/moved"], &[]);
    let get =
        |name: &str, follow: usize| format!("{{ call: get, path: {{ name: {name} }}, follow: {follow} }}");
    let once = check(&get("moved", 1), "passed", &["GET /base/things/moved", "GET /base/things/b"], &[]);
    assert_eq!(once.notes, ["GET /base/things/moved answered 302 and led to GET API/base/things/b"]);
    assert!(has(&once.requests[0][1], "authorization: Bearer token-of-the-api"));
    assert!(has(&once.requests[0][1], "cookie: way=302"));
    check(
        &get("twice", 1),
        "failed response.status",
        &["GET /base/things/twice", "GET /base/things/moved"],
        &[],
    );
    check(
        &get("twice", 5),
        "passed",
        &["GET /base/things/twice", "GET /base/things/moved", "GET /base/things/b"],
        &[],
    );
    let endless = check(&get("loop", 2), "failed response.status", &["GET /base/things/loop"; 3], &[]);
    let words =
        "it leads on to API/base/things/loop, and `follow: 2` allows no more: the redirects go in a circle";
    assert_eq!(endless.notes[1], words);
    // What leads to no URL of HTTP is the end of the way.
    check(&get("app", 1), "failed response.status", &["GET /base/things/app"], &[]);
    let refused = run(&get("moved", 21));
    assert_eq!(
        refused.verdict,
        "refused scenario.invalid-value: `follow` is the most redirects to follow, from 0 to 20"
    );
}

#[test]
fn a_redirect_changes_the_method_where_browsers_do() {
    let check_call = |call: &str, name: &str, line: &str, has_body: bool| {
        let step = format!("{{ call: {call}, path: {{ name: {name} }}, body: {{ a: 1 }}, follow: 1 }}");
        let outcome = run(&step);
        let last = outcome.requests[0].last().expect("it was sent");
        assert!(last.starts_with(line), "{step}: {last}");
        assert_eq!(last.ends_with("{\"a\":1}"), has_body, "{step}");
        assert_eq!(last.to_lowercase().contains("content-type:"), has_body, "{step}");
    };
    check_call("post", "moved", "GET /base/things/b HTTP", false);
    check_call("put", "moved", "PUT /base/things/b HTTP", true);
    check_call("put", "other", "GET /base/things/b?page=2 HTTP", false);
    check_call("post", "kept", "POST /base/things/b HTTP", true);
}

#[test]
fn a_redirect_to_another_origin_takes_no_credentials_along() {
    let step = "{ call: post, path: { name: away }, body: { a: 1 }, headers: { X-Own: '1', Accept-Language: en }, cookies: { own: '1' }, follow: 1 }";
    let outcome = check(step, "passed", &["POST /base/things/away"], &["POST /base/things/b"]);
    let first = outcome.requests[0][0].to_lowercase();
    assert!(first.contains("authorization") && first.contains("cookie: own=1"), "{first}");
    let sent = outcome.requests[1][0].to_lowercase();
    for name in ["authorization", "own", "x-tenant"] {
        assert!(!sent.contains(name), "{name} in {sent}");
    }
    assert!(sent.contains("accept-language: en") && sent.ends_with("{\"a\":1}"), "{sent}");
    assert_eq!(
        outcome.notes[0],
        "at another origin, so without credentials and without the step's own cookies and headers"
    );
}

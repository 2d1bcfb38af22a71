//! "Within a step": what comes first ends the step, and what comes behind it is not reached.

use super::{Outcome, run_files};
use crate::server::{Server, wire};
use std::sync::atomic::{AtomicUsize, Ordering};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: { title: Items, version: "1" }
paths:
  /items:
    post:
      operationId: make
      requestBody:
        required: true
        content: { application/json: { schema: { type: object, properties: { n: { type: integer }, key: {} } } } }
      responses:
        "201": { description: Made, content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } } }
  /items/{id}:
    parameters: [ { name: id, in: path, required: true, schema: { type: string } } ]
    get:
      operationId: read
      responses:
        "200": { description: It, content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } } }
        "503": { description: Busy }
    put:
      operationId: change
      requestBody:
        required: true
        content: { application/json: { schema: { type: object, properties: { n: { type: integer } } } } }
      responses: { "204": { description: Changed } }
    delete:
      operationId: remove
      responses: { "204": { description: Gone } }
components:
  schemas: { Item: { type: object, required: [id], properties: { id: { type: integer }, state: { type: string } } } }
"##;

const PROJECT: &str = "contest: 1\napis: { a: api.yaml }\nauth: { x: { oauth2: { grant: client_credentials, tokenUrl: /token, \
                       clientId: me } }, broken: { oauth2: { grant: client_credentials, tokenUrl: /nothing, clientId: me } } }\n";

/// Runs the steps of one scenario. `/items/1` and `POST /items` answer item 1, `/items/text` one whose id
/// is a text, `/items/noise` no JSON, `/items/cut` less than it announces, `/items/busy` 503 twice and then
/// item 1, `/items/slowly` waits twice until its state is `done`.
fn run(steps: &str) -> Outcome {
    let (busy, slow) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let json = |status: &str, body: &str| {
        wire(&format!("HTTP/1.1 {status}\ncontent-type: application/json\n\n{body}"))
    };
    let server = Server::reading(move |text| {
        let line = text.lines().next().unwrap_or_default();
        let target = line.split(' ').nth(1).unwrap_or_default();
        match (line.split(' ').next().unwrap_or_default(), target.strip_prefix("/base").unwrap_or_default()) {
            ("POST", "/token") => json("200 OK", r#"{"access_token": "a-token-of-theirs"}"#),
            ("POST", "/items") => json("201 Created", r#"{"id": 1}"#),
            ("PUT" | "DELETE", _) => wire("HTTP/1.1 204 No Content\n"),
            (_, "/items/text") => json("200 OK", r#"{"id": "one"}"#),
            (_, "/items/noise") => json("200 OK", "<html>"),
            (_, "/items/cut") => {
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"id\": 1"
                    .to_vec()
            }
            (_, "/items/busy") if busy.fetch_add(1, Ordering::SeqCst) < 2 => wire("HTTP/1.1 503 Busy\n"),
            (_, "/items/slowly") if slow.fetch_add(1, Ordering::SeqCst) < 2 => {
                json("200 OK", r#"{"id": 1, "state": "at work"}"#)
            }
            (_, "/items/slowly") => json("200 OK", r#"{"id": 2, "state": "done"}"#),
            (_, "/nothing") => wire("HTTP/1.1 404 Not Found\n"),
            _ => json("200 OK", r#"{"id": 1}"#),
        }
    });
    let text = format!("contest: 1\napi: a\nscenarios:\n  s:\n    steps: [ {steps} ]\n");
    run_files(&[("api.yaml", DOCUMENT), ("contest.yaml", PROJECT), ("x.contest.yaml", &text)], server)
}

/// The verdict with the codes that were found, in their order, and the requests that were sent.
fn check(steps: &str, verdict: &str, requests: &[&str]) {
    let outcome = run(steps);
    let lines = outcome.requests.iter().filter_map(|text| text.lines().next()?.strip_suffix(" HTTP/1.1"));
    let sent: Vec<String> = lines.map(|line| line.replace(" /base", " ")).collect();
    assert_eq!(
        (outcome.verdicts, sent.as_slice()),
        (vec![verdict.to_owned()], requests.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>().as_slice()),
        "{steps}"
    );
}

/// An answered step, of which there is no `gone`.
const FIRST: &str = "{ id: first, call: read, path: { id: 1 } }";
const GONE: &str = "$steps.first.response.body.gone";

#[test]
fn when_comes_before_values() {
    // A value that is missing is not looked for where the step is left out.
    check(
        &format!("{FIRST}, {{ when: 1 == 2, call: read, path: {{ id: {GONE} }} }}"),
        "passed",
        &["GET /items/1"],
    );
    check(
        &format!(
            "{FIRST}, {{ when: steps.first.response.body.gone == 1, call: read, path: {{ id: {GONE} }} }}"
        ),
        "errored value.condition",
        &["GET /items/1"],
    );
}

#[test]
fn values_come_before_the_request() {
    // `..` cannot be sent either, and `n` is no text.
    let step = format!("{{ call: change, path: {{ id: '..' }}, body: {{ n: text, m: {GONE} }} }}");
    check(&format!("{FIRST}, {step}"), "errored value.unresolved", &["GET /items/1"]);
}

#[test]
fn the_request_comes_before_its_policy() {
    check("{ call: change, path: { id: '..' }, body: { n: text } }", "errored request.build", &[]);
}

#[test]
fn the_policy_comes_before_auth() {
    // No token is asked for.
    check("{ call: change, path: { id: 1 }, body: { n: text }, auth: x }", "errored request.body", &[]);
    check(
        "{ call: change, path: { id: 1 }, body: { n: text }, auth: x, sends: unchecked }",
        "passed",
        &["POST /token", "PUT /items/1"],
    );
}

#[test]
fn auth_comes_before_sending() {
    check("{ call: read, path: { id: 1 }, auth: x }", "passed", &["POST /token", "GET /items/1"]);
    // Nothing is saved or expected of what was never sent.
    check(
        "{ call: read, path: { id: 1 }, auth: broken, save: { id: $.gone }, expect: { body: { id: 7 } } }",
        "errored auth.token",
        &["POST /nothing"],
    );
}

#[test]
fn what_is_sent_again_is_the_same_request() {
    let busy = "GET /items/busy";
    check(
        "{ call: read, path: { id: busy }, auth: x, retry: { times: 2, every: 1ms, on: [503] } }",
        "passed",
        &["POST /token", busy, busy, busy],
    );
    let outcome =
        run("{ call: make, body: { key: $gen.uuid }, repeat: 2 }, { call: make, body: { key: $gen.uuid } }");
    let key = |request: &String| request.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    let keys: Vec<_> = outcome.requests.iter().filter_map(key).collect();
    assert_eq!(keys.len(), 3, "{:?}", outcome.requests);
    assert_eq!(keys[0], keys[1], "a `$gen` value is fixed for the step");
    assert_ne!(keys[1], keys[2], "another step has another");
}

#[test]
fn the_whole_is_read_before_anything_is_judged() {
    // What did come of it, `id`, is neither checked nor saved.
    check(
        "{ call: read, path: { id: cut }, save: { id: $.gone }, expect: { body: { id: 7 } } }",
        "failed response.decode",
        &["GET /items/cut"],
    );
    // What does not decode has no value: that it is not saved, and not as expected, follows from it.
    check(
        "{ call: read, path: { id: noise }, save: { id: $.id }, expect: { body: { id: 1 } } }",
        "failed response.decode",
        &["GET /items/noise"],
    );
}

#[test]
fn contract_captures_and_expectations_all_run() {
    check(
        "{ call: read, path: { id: text }, save: { gone: $.gone }, expect: { body: { id: 1 }, assert: ['1 == 2'] } }",
        "failed response.body capture.missing expect.assert",
        &["GET /items/text"],
    );
    check(
        "{ call: read, path: { id: text }, save: { id: $.id }, expect: { body: { id: one } } }",
        "failed response.body",
        &["GET /items/text"],
    );
}

#[test]
fn captures_come_before_expectations() {
    check(
        "{ call: read, path: { id: 1 }, save: { id: $.id }, expect: { body: { id: $vars.id }, assert: ['vars.id == body.id'] } }",
        "passed",
        &["GET /items/1"],
    );
    // So that cleanup has what it needs.
    check(
        "{ call: make, body: {}, save: { id: $.id }, expect: { body: { id: 7 } }, cleanup: [ { call: remove, path: { id: \
         $vars.id } } ] }",
        "failed expect.body",
        &["POST /items", "DELETE /items/1"],
    );
}

#[test]
fn a_poll_is_decided_before_its_last_answer_is_judged() {
    let slowly = "GET /items/slowly";
    // Of the answers before the last nothing is saved, and nothing expected.
    check(
        "{ call: read, path: { id: slowly }, poll: { every: 1ms, for: 5s, until: 'body.state == \"done\"' }, save: { id: \
         $.id }, expect: { body: { id: 2, state: done }, assert: ['vars.id == 2'] } }",
        "passed",
        &[slowly, slowly, slowly],
    );
    // Without `until` it is waited for what is expected, what the step saves included.
    check(
        "{ call: read, path: { id: slowly }, poll: { every: 1ms, for: 5s }, save: { id: $.id }, expect: { body: { id: \
         $vars.id, state: done } } }",
        "passed",
        &[slowly, slowly, slowly],
    );
    check(
        "{ call: read, path: { id: slowly }, poll: { every: 1ms, for: 5s, until: 'body.state == \"done\"' }, expect: { body: { \
         id: 1 } } }",
        "failed expect.body",
        &[slowly, slowly, slowly],
    );
}

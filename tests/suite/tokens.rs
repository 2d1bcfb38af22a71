//! What becomes of a token that the API does not take any more.

use crate::attempt::{Attempt, asked, document, scenario};
use crate::server::{Server, wire};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Issues `token-1`, `token-2`, …, and takes each for one request.
fn forgetful() -> Server {
    let (issued, used) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Server::raw(move |mut stream| {
        let mut received = vec![0; 8192];
        let count = stream.read(&mut received).unwrap_or(0);
        let request = String::from_utf8_lossy(&received[..count]).to_lowercase();
        let answer = if request.starts_with("post /token") {
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            let token = format!("{{\"access_token\": \"token-{number}\"}}");
            format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{token}")
        } else if request.contains(&format!("bearer token-{}\r\n", used.load(Ordering::SeqCst) + 1)) {
            used.fetch_add(1, Ordering::SeqCst);
            "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}".to_owned()
        } else {
            "HTTP/1.1 401 Unauthorized\nwww-authenticate: Bearer\n\n".to_owned()
        };
        let _ = stream.write_all(&wire(&answer));
    })
}

#[test]
fn a_kept_token_that_is_refused_is_fetched_anew_once() {
    let project = "contest: 1\napis: { a: doc.yaml }\nauth:\n  x:\n    oauth2: { grant: client_credentials, tokenUrl: /token, \
                   clientId: a, clientSecret: hidden-secret }\n";
    let step = "        auth: x\n";
    let text = scenario(&format!("{step}      - call: getA\n{step}      - call: getA\n{step}"));
    asked("a token that is refused", &forgetful(), "{}", "")
        .file("contest.yaml", project)
        .file("s.contest.yaml", text.replace("api: doc.yaml", "api: a"))
        .check(0, "1 passed");
}

/// Issues sessions, and takes each of them for some requests.
fn sessions(most: usize) -> Server {
    let (issued, used) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Server::reading(move |request| {
        let text = request.to_lowercase();
        let number = issued.load(Ordering::SeqCst);
        let answer = if text.starts_with("post /login") {
            // Long enough for everybody to come.
            std::thread::sleep(std::time::Duration::from_millis(100));
            used.store(0, Ordering::SeqCst);
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            format!(
                "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{{\"session\": \"session-number-{number}\"}}"
            )
        } else if text.contains(&format!("x-session: session-number-{number}\r\n"))
            && used.fetch_add(1, Ordering::SeqCst) < most
        {
            "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}".to_owned()
        } else {
            "HTTP/1.1 401 Unauthorized\nwww-authenticate: Session\n\n".to_owned()
        };
        wire(&answer)
    })
}

/// Eight cases of two requests each that sign in with a flow.
fn signing_in(name: &'static str, server: &Server, workers: &str) -> Attempt {
    let login = "  /login:\n    post:\n      operationId: login\n      responses:\n        '200':\n          description: D\n          \
                 content: { application/json: { schema: { type: object } } }\n";
    let project = "contest: 1\napis: { a: doc.yaml }\nauth:\n  x: { flow: login.contest.yaml#sign-in, headers: { X-Session: \
                   $outputs.session } }\n";
    let flow = "contest: 1\napi: a\nflows:\n  sign-in:\n    steps:\n      - { call: login, save: { session: $.session } }\n    \
                outputs: { session: $vars.session }\n";
    let rows: Vec<String> = (0..8).map(|row| format!("{{ n: {row} }}")).collect();
    let steps = "    steps:\n      - { call: getA }\n      - { call: getA }\n";
    let text =
        format!("contest: 1\napi: a\nauth: x\nscenarios:\n  s:\n    rows: [{}]\n{steps}", rows.join(", "));
    Attempt::new(name, "run s.contest.yaml --trace trace.jsonl --jobs")
        .argument(workers)
        .argument("--base-url")
        .argument(server.base_url.as_str())
        .file("doc.yaml", document("{}", login))
        .file("contest.yaml", project)
        .file("login.contest.yaml", flow)
        .file("s.contest.yaml", text)
}

fn count(server: &Server, start: &str) -> usize {
    server.requests().iter().filter(|request| request.starts_with(start)).count()
}

#[test]
fn cases_that_need_a_flow_at_once_share_what_it_gives() {
    let server = sessions(usize::MAX);
    signing_in("a session for all", &server, "8").check(0, "8 passed");
    assert_eq!((count(&server, "POST /login"), count(&server, "GET /a")), (1, 16));
}

#[test]
fn what_a_flow_gives_may_come_from_an_answer_to_it() {
    let server = sessions(usize::MAX);
    let flow = "contest: 1\napi: a\nflows:\n  sign-in:\n    steps:\n      - { id: ask, call: login }\n    \
                outputs: { session: $steps.ask.response.body.session }\n";
    signing_in("a session out of an answer", &server, "2")
        .file("login.contest.yaml", flow)
        .check(0, "8 passed");
}

#[test]
fn a_session_that_is_refused_is_begun_anew_once() {
    let server = sessions(3);
    signing_in("sessions for three requests", &server, "1").check(0, "8 passed");
    // 16 requests by threes, and every session but the last was refused once.
    assert_eq!((count(&server, "POST /login"), count(&server, "GET /a")), (6, 21));
}

#[test]
fn a_session_that_is_refused_at_once_is_not_begun_for_ever() {
    let server = sessions(0);
    signing_in("sessions that nobody takes", &server, "4").check(1, "8 failed");
    let n_logins = count(&server, "POST /login");
    // A session that was just begun is believed to be refused for good.
    assert!((1..=8).contains(&n_logins), "{n_logins}");
}

#[test]
fn nobody_reads_a_session_in_a_trace() {
    let server = sessions(usize::MAX);
    let attempt = signing_in("a session in a trace", &server, "2");
    attempt.check(0, "8 passed");
    let trace = attempt.read("trace.jsonl");
    assert!(trace.contains(r#""step":"x.step1","phase":"auth""#), "{trace}");
    assert!(!trace.contains("session-number"), "{trace}");
}

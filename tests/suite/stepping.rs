//! `--step`: each request waits for a decision; what is decided is what happens.

use crate::process::Folder;
use crate::server::{Server, wire};
use contest::engine::{Decision, Event, ExchangeRecord, StepPause, Stepper, Verdict};
use contest::session::{BaseUrl, Session, Settings, Variables};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const DOCUMENT: &str = "
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /things/{id}:
    parameters: [ { name: id, in: path, required: true, schema: { type: string } } ]
    get:
      operationId: read
      responses: { '200': { description: D, content: { application/json: { schema: { type: object } } } } }
    delete: { operationId: drop, responses: { '200': { description: D } } }
";

const SCENARIO: &str = "
contest: 1
api: doc.yaml
timeouts: { scenario: 1s }
scenarios:
  s:
    steps:
      - call: read
        path: { id: a }
        cleanup: [ { call: drop, path: { id: a } } ]
      - { call: read, path: { id: b }, cleanup: [ { call: drop, path: { id: b } } ] }
      - { call: read, path: { id: c } }
";

/// Decides by a list, then sends.
#[derive(Debug, Default)]
struct Script {
    decisions: Mutex<VecDeque<Decision>>,
    said: Mutex<Vec<String>>,
}

impl Stepper for Script {
    fn ask(&self, pause: StepPause) -> Pin<Box<dyn Future<Output = Decision> + Send + '_>> {
        let problem = pause.problem.iter().map(|it| format!(" ({it})")).collect::<String>();
        self.said.lock().expect("no panic").push(format!("{} {}{problem}", pause.step, pause.request.url));
        let decision = self.decisions.lock().expect("no panic").pop_front().unwrap_or(Decision::Send);
        let edited = match decision {
            Decision::Edit(change) => {
                let (from, to) = change.split_once("->").expect("a change");
                Decision::Edit(pause.editable.replacen(from, to, 1))
            }
            other => other,
        };
        Box::pin(async move {
            // Longer than the time-outs of the scenario would allow.
            tokio::time::sleep(Duration::from_millis(400)).await;
            edited
        })
    }

    fn told(&self, record: &ExchangeRecord) {
        let status = record.response.as_ref().map_or(0, |response| response.status);
        self.said.lock().expect("no panic").push(format!("{} answered {status}", record.step));
    }
}

/// Runs the scenario; gives what was asked and told, what was requested, and the case's verdict.
fn run(decisions: &[Decision]) -> (Vec<String>, Vec<String>, Verdict) {
    let server = Server::start(|_| wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}"));
    let folder = Folder::new();
    folder.write("doc.yaml", DOCUMENT.as_bytes());
    folder.write("s.contest.yaml", SCENARIO.as_bytes());
    let script =
        Arc::new(Script { decisions: Mutex::new(decisions.iter().cloned().collect()), ..Script::default() });
    let settings = Settings {
        files: vec!["s.contest.yaml".into()],
        folder: folder.path.clone(),
        base_urls: vec![BaseUrl::parse(&server.base_url).expect("it is a URL")],
        variables: Variables::Given(Default::default()),
        stepper: Some(Arc::clone(&script) as Arc<dyn Stepper>),
        ..Settings::default()
    };
    let session = Session::load(settings, true);
    assert!(!session.has_errors(), "{:?}", session.diagnostics);
    let mut verdict = None;
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            verdict = Some(report.verdict);
        }
    };
    let runtime = session.runtime().expect("a runtime");
    runtime.block_on(session.run(CancellationToken::new(), &mut emit)).expect("there is no mock to start");
    let base = server.base_url.clone();
    let said = script.said.lock().expect("no panic").iter().map(|it| it.replace(&base, "")).collect();
    (said, server.requests(), verdict.expect("the case ended"))
}

#[test]
fn what_is_decided_is_what_happens() {
    let edit = |change: &str| Decision::Edit(change.to_owned());
    let (said, requests, verdict) = run(&[
        edit("things/a->things/edited"),
        Decision::Send,
        Decision::Skip,
        edit("GET->"),
        Decision::Send,
    ]);
    let expected = [
        "step1 /things/a",
        "step1 /things/edited",
        "step1 answered 200",
        "step2 /things/b",
        "step3 /things/c",
        "step3 /things/c (`` is no method)",
        "step3 answered 200",
        "step1.cleanup1 /things/a",
        "step1.cleanup1 answered 200",
    ];
    assert_eq!(said, expected);
    assert_eq!(requests, ["GET /things/edited", "GET /things/c", "DELETE /things/a"]);
    assert_eq!(verdict, Verdict::Passed);
}

#[test]
fn quitting_sends_nothing_more_but_cleanup_without_asking() {
    let (said, requests, verdict) = run(&[Decision::Send, Decision::Quit]);
    let expected =
        ["step1 /things/a", "step1 answered 200", "step2 /things/b", "step1.cleanup1 answered 200"];
    assert_eq!(said, expected);
    assert_eq!(requests, ["GET /things/a", "DELETE /things/a"]);
    assert_eq!(verdict, Verdict::NotRun);
}

#[test]
fn without_a_terminal_nobody_can_be_asked() {
    let folder = Folder::new();
    let mut process = folder.start(&["run", "--step"]);
    assert_eq!(process.wait(Duration::from_secs(30)).and_then(|status| status.code()), Some(2));
    let expected = "error: `--step` asks before each request, and needs a terminal on stdin and stderr\n\
                    help: `--dry-run` shows the requests without one\n";
    assert_eq!(folder.read("stderr"), expected);
}

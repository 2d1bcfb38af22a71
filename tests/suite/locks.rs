//! Cases with `lock` and `exclusive` as a server sees them: who overlaps with whom, on workers of a run
//! and in the threads of a test harness.

use crate::server::{Server, wire};
use contest::engine::{CaseReport, Event, Verdict};
use contest::session::{BaseUrl, Session, Settings};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: Stock, version: "1" }
paths:
  /{name}:
    parameters: [{ name: name, in: path, required: true, schema: { type: string } }]
    get: { operationId: at, responses: { "204": { description: Fine } } }
"#;

const SCENARIOS: &str = r#"
contest: 1
api: api.yaml
scenarios:
  stock: { rows: ROWS, lock: stock, steps: [{ call: at, path: { name: stock } }, { call: at, path: { name: stock } }] }
  mail: { rows: ROWS, lock: mail, steps: [{ call: at, path: { name: mail } }] }
  both: { rows: ROWS, lock: [mail, stock], steps: [{ call: at, path: { name: stock.mail } }] }
  alone: { rows: { columns: [n], rows: [[1], [2]] }, exclusive: true, steps: [{ call: at, path: { name: alone } }] }
  free: { rows: ROWS, steps: [{ call: at, path: { name: free } }] }
"#;

/// What is asked at the same time: of each pair of names, how often, and of each name, how often beside
/// another of its own.
#[derive(Default)]
struct Seen {
    inside: Vec<String>,
    pairs: BTreeMap<(String, String), usize>,
}

fn load(name: &str) -> (Session, Arc<Mutex<Seen>>) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let rows = format!("[{}]", (0..8).map(|n| format!("{{ n: {n} }}")).collect::<Vec<_>>().join(", "));
    std::fs::write(folder.join("api.yaml"), DOCUMENT).expect("the document is written");
    let scenarios = SCENARIOS.replace("ROWS", &rows);
    std::fs::write(folder.join("x.contest.yaml"), scenarios).expect("the scenarios are written");
    let seen = Arc::new(Mutex::new(Seen::default()));
    let watch = Arc::clone(&seen);
    let server = Server::start(move |line| {
        let name = line.trim_start_matches("GET /").to_owned();
        {
            let mut seen = watch.lock().expect("no thread panics with it");
            for other in seen.inside.clone() {
                let mut pair = [name.clone(), other];
                pair.sort();
                *seen.pairs.entry(pair.into()).or_default() += 1;
            }
            seen.inside.push(name.clone());
        }
        std::thread::sleep(Duration::from_millis(3));
        let mut seen = watch.lock().expect("no thread panics with it");
        let at = seen.inside.iter().position(|each| *each == name).expect("it is inside");
        seen.inside.remove(at);
        wire("HTTP/1.1 204 No Content\n")
    });
    let settings = Settings {
        files: vec![PathBuf::from("x.contest.yaml")],
        folder,
        jobs: Some(6),
        base_urls: vec![BaseUrl::parse(&server.base_url).expect("it is a URL")],
        ..Settings::default()
    };
    let session = Session::load(settings, true);
    assert!(!session.has_errors(), "{:?}", session.diagnostics);
    (session, seen)
}

fn check(reports: &[CaseReport], seen: &Mutex<Seen>) {
    assert_eq!(reports.len(), 34);
    assert!(reports.iter().all(|report| report.verdict == Verdict::Passed), "{reports:?}");
    let seen = seen.lock().expect("no thread panics with it");
    let shares = |left: &str, right: &str| left.split('.').any(|lock| right.split('.').any(|it| it == lock));
    for ((left, right), count) in &seen.pairs {
        let is_wrong = match (left.as_str(), right.as_str()) {
            ("alone", _) | (_, "alone") => true,
            ("free", _) | (_, "free") => false,
            _ => shares(left, right),
        };
        assert!(!is_wrong, "{left} overlaps with {right} {count} times");
    }
    let is_parallel = seen.pairs.keys().any(|(left, right)| left != right || left == "free");
    assert!(is_parallel, "nothing ran at the same time: {:?}", seen.pairs);
}

#[test]
fn holders_of_a_lock_never_overlap_on_workers() {
    let (session, seen) = load("locks-workers");
    let mut reports: Vec<CaseReport> = Vec::new();
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            reports.push((**report).clone());
        }
    };
    let runtime = contest::session::runtime().expect("a runtime");
    runtime.block_on(session.run(CancellationToken::new(), &mut emit)).expect("it runs");
    check(&reports, &seen);
}

/// As `harness` does: a thread a case.
#[test]
fn holders_of_a_lock_never_overlap_in_a_test_harness() {
    let (session, seen) = load("locks-harness");
    let runtime = contest::session::runtime().expect("a runtime");
    let reports = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for index in 0..session.plan.cases.len() {
            let (session, runtime, reports) = (&session, &runtime, &reports);
            scope.spawn(move || {
                let mut emit = |event: &Event| {
                    if let Event::CaseFinished(report) = event {
                        reports.lock().expect("no thread panics with it").push((**report).clone());
                    }
                };
                let run = session.run_only(index, CancellationToken::new(), &mut emit);
                runtime.block_on(run).expect("it runs");
            });
        }
    });
    check(&reports.into_inner().expect("no thread panics with it"), &seen);
}

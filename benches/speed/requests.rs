//! Processor time a request: the scenarios through contest, against a bare client that sends the same requests and
//! parses each body.

use crate::server::{ORDER, Server};
use crate::usage::{cpu, resident};
use contest::engine::{Event, Verdict};
use contest::session::{BaseUrl, Session, Settings};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

/// Requests in one run of `orders.contest.yaml`.
pub(crate) const REQUESTS: usize = 20;

const CASES: usize = 4;

/// The folder with the project of the benches.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/speed")
}

/// What some work took.
#[derive(Clone, Copy)]
struct Cost {
    cpu: Duration,
    wall: Duration,
}

impl Cost {
    fn of(work: impl FnOnce()) -> Self {
        let (cpu_before, begun) = (cpu(), Instant::now());
        work();
        Self { cpu: cpu() - cpu_before, wall: begun.elapsed() }
    }

    fn a_request(self, requests: usize) -> (f64, f64) {
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / requests as f64;
        (micros(self.cpu), micros(self.wall))
    }
}

/// Compares both, `rounds` times 20 requests each; the better of three turns counts.
pub(crate) fn compare(rounds: usize) -> String {
    let server = Server::start().expect("the server starts");
    let requests = rounds * REQUESTS;
    let least = |costs: [Cost; 3]| costs.into_iter().min_by_key(|cost| cost.cpu).expect("there are three");
    // In turns, so that both see the same machine.
    let turns = [(); 3].map(|()| {
        let contest = Cost::of(|| run_contest(&server, rounds));
        let usual = Cost::of(|| run_bare(&server, rounds, &usual_runtime()));
        (contest, usual, Cost::of(|| run_bare(&server, rounds, &runtime_of_one_thread())))
    });
    let (contest_cpu, contest_wall) = least(turns.map(|(contest, ..)| contest)).a_request(requests);
    let (usual_cpu, usual_wall) = least(turns.map(|(_, usual, _)| usual)).a_request(requests);
    let (single_cpu, single_wall) = least(turns.map(|(.., single)| single)).a_request(requests);
    format!(
        "requests: ratio {:.2} to a bare client on tokio's usual runtime, {:.2} on one thread (goal: at most 1.5)\n  \
         contest          {contest_cpu:.1} µs CPU, {contest_wall:.1} µs wall a request\n  \
         bare, usual      {usual_cpu:.1} µs CPU, {usual_wall:.1} µs wall a request\n  \
         bare, one thread {single_cpu:.1} µs CPU, {single_wall:.1} µs wall a request\n  \
         {requests} requests, the better of three turns\n",
        contest_cpu / usual_cpu,
        contest_cpu / single_cpu
    )
}

/// Memory in RAM after 10,000 requests and after 100,000.
pub(crate) fn memory() -> String {
    let server = Server::start().expect("the server starts");
    let session = load(&server, 100_000 / REQUESTS);
    let (mut finished, mut early) = (0, 0);
    run(&session, &mut || {
        finished += 1;
        if finished == 10_000 / REQUESTS * CASES {
            early = resident();
        }
    });
    let late = resident();
    format!(
        "memory: {:.1} MiB after 10,000 requests, {:.1} MiB after 100,000: {:+.2} MiB (goal: flat)\n",
        early as f64 / 1024.0,
        late as f64 / 1024.0,
        (late as f64 - early as f64) / 1024.0
    )
}

/// The scenarios alone, for a profiler.
pub(crate) fn run_contest(server: &Server, rounds: usize) {
    run(&load(server, rounds), &mut || {});
}

/// The bare client alone, for a profiler.
pub(crate) fn run_bare_alone(server: &Server, rounds: usize) {
    run_bare(server, rounds, &runtime_of_one_thread());
}

fn load(server: &Server, rounds: usize) -> Session {
    let session = Session::load(
        Settings {
            folder: folder(),
            base_urls: vec![BaseUrl::parse(&server.base_url).expect("it is a URL")],
            jobs: Some(1),
            repeat: Some(rounds),
            seed: Some(1),
            ..Settings::default()
        },
        true,
    );
    assert!(!session.has_errors(), "{:?}", session.diagnostics);
    session
}

fn run(session: &Session, on_case: &mut (dyn FnMut() + Send)) {
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            assert_eq!(report.verdict, Verdict::Passed, "{report:?}");
            on_case();
        }
    };
    let runtime = session.runtime().expect("a runtime starts");
    let summary = runtime.block_on(session.run(CancellationToken::new(), &mut emit));
    summary.expect("no mock has to start");
}

/// What `#[tokio::main]` makes.
fn usual_runtime() -> Runtime {
    Builder::new_multi_thread().enable_all().build().expect("a runtime starts")
}

/// What contest runs one worker on.
fn runtime_of_one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

/// The same requests in the same order, each body parsed and nothing else.
fn run_bare(server: &Server, rounds: usize, runtime: &Runtime) {
    let base_url = server.base_url.clone();
    let work = runtime.block_on(async move { tokio::spawn(bare_loop(base_url, rounds)).await });
    work.expect("the loop ends").expect("every request is answered");
}

async fn bare_loop(base_url: String, rounds: usize) -> reqwest::Result<()> {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    let (list, order) = (format!("{base_url}/v2/orders"), format!("{base_url}/v2/orders/{ORDER}"));
    let missing = format!("{base_url}/v2/orders/10000000-0000-4000-8000-000000000001");
    let change =
        r#"{"data":{"type":"order","shipping_address":{"first_name":"James","line_2":"Disney Resort"}}}"#;
    let refused = r#"{"data":{"type":"order","shipping_address":{"first_name":"John"}}}"#;
    let get = |url: &str| client.get(url);
    let put =
        |url: &str, body: &'static str| client.put(url).header("content-type", "application/json").body(body);
    for _ in 0..rounds {
        let requests: [reqwest::RequestBuilder; REQUESTS] = [
            get(&order),
            put(&order, change),
            get(&order),
            get(&list),
            get(&order),
            get(&order),
            get(&order),
            get(&order),
            get(&order),
            get(&order),
            get(&list),
            get(&list),
            get(&order),
            get(&order),
            get(&list),
            put(&missing, refused),
            put(&missing, refused),
            put(&missing, refused),
            get(&order),
            get(&order),
        ];
        for request in requests {
            let request =
                request.header("accept", "application/json").header("authorization", "Bearer bench-token");
            let body = request.send().await?.bytes().await?;
            let value: serde_json::Value = serde_json::from_slice(&body).expect("every body is JSON");
            std::hint::black_box(value);
        }
    }
    Ok(())
}

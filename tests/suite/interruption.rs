//! Ctrl-C and worse, against a server that takes its time.

#![cfg(unix)]

use crate::process::{Folder, Process};
use crate::server::{Server, wire};
use std::time::{Duration, Instant};

const MOST_TIME: Duration = Duration::from_secs(20);

const DOCUMENT: &str = "
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /things:
    post:
      operationId: make
      responses: { '201': { description: D, content: { application/json: { schema: {} } } } }
  /things/{id}:
    parameters: [ { name: id, in: path, required: true, schema: { type: string } } ]
    get:
      operationId: read
      responses: { '200': { description: D, content: { application/json: { schema: {} } } } }
    delete:
      operationId: drop
      responses: { '204': { description: D } }
";

const SCENARIO: &str = "
contest: 1
api: doc.yaml
scenarios:
  first:
    steps:
      - { call: read, path: { id: first } }
  second:
    steps:
      - call: make
        save: { id: $.id }
        cleanup: [ { call: drop, path: { id: $vars.id } } ]
      - { call: read, path: { id: slow } }
      - { call: read, path: { id: never } }
  third:
    steps:
      - { call: read, path: { id: third } }
";

/// Answers at once, but for requests that contain `slow`, which wait.
fn start(slow: &'static str) -> (Server, Folder, Process) {
    let server = Server::talking(move |line, stream| {
        if line.contains(slow) {
            std::thread::sleep(Duration::from_secs(15));
        }
        let answer = match line.split(' ').next() {
            Some("POST") => "HTTP/1.1 201 Created\ncontent-type: application/json\n\n{\"id\":\"t1\"}",
            Some("DELETE") => "HTTP/1.1 204 No Content\ncontent-length: 0\n\n",
            _ => "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}",
        };
        let _ = std::io::Write::write_all(stream, &wire(answer));
    });
    let folder = Folder::new();
    folder.write("doc.yaml", DOCUMENT.as_bytes());
    folder.write("s.contest.yaml", SCENARIO.as_bytes());
    let process = folder.start(&["run", "s.contest.yaml", "--base-url", &server.base_url]);
    (server, folder, process)
}

/// Waits until the server has been asked for something.
fn until(server: &Server, request: &str) {
    let begun = Instant::now();
    while !server.requests().iter().any(|line| line == request) {
        assert!(begun.elapsed() < MOST_TIME, "{request} did not come: {:?}", server.requests());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn code(process: &mut Process) -> Option<i32> {
    process.wait(MOST_TIME).and_then(|status| status.code())
}

fn cleanups(server: &Server) -> usize {
    server.requests().iter().filter(|line| line.starts_with("DELETE")).count()
}

#[test]
fn an_interruption_lets_cleanup_run_once() {
    for (slow, request, expected) in [
        ("first", "GET /things/first", 0),
        ("slow", "GET /things/slow", 1),
        ("never", "GET /things/never", 1),
        ("third", "GET /things/third", 1),
    ] {
        let (server, folder, mut process) = start(slow);
        until(&server, request);
        process.signal("INT");
        let (status, output) =
            (code(&mut process), format!("{}{}", folder.read("stdout"), folder.read("stderr")));
        assert_eq!((status, cleanups(&server)), (Some(130), expected), "{request}: {output}");
        assert!(process.elapsed() < Duration::from_secs(10), "{request}: it waited for the answer");
        assert!(folder.read("stdout").contains("interrupted"), "{request}: {output}");
        assert!(!server.requests().iter().any(|line| line.contains("third")) || slow == "third", "{output}");
    }
}

#[test]
fn a_termination_is_an_interruption() {
    let (server, folder, mut process) = start("slow");
    until(&server, "GET /things/slow");
    process.signal("TERM");
    let (status, output) = (code(&mut process), folder.read("stdout"));
    assert_eq!((status, cleanups(&server)), (Some(130), 1), "{output}");
    assert!(process.elapsed() < Duration::from_secs(10), "it waited for the answer");
    assert!(output.contains("interrupted"), "{output}");
}

#[test]
fn a_request_that_was_under_way_is_named_as_left_behind() {
    let (server, folder, mut process) = start("POST");
    until(&server, "POST /things");
    process.signal("INT");
    let (status, output) = (code(&mut process), folder.read("stdout"));
    assert_eq!((status, cleanups(&server)), (Some(130), 0), "{output}");
    assert!(output.contains("interrupted"), "{output}");
}

#[test]
fn a_second_interruption_leaves_at_once() {
    for (first, second) in [("INT", "INT"), ("TERM", "TERM"), ("INT", "TERM")] {
        leaves_at_once(first, second);
    }
}

fn leaves_at_once(first: &str, second: &str) {
    let (server, folder, mut process) = start("DELETE");
    until(&server, "DELETE /things/t1");
    process.signal(first);
    let begun = Instant::now();
    while !folder.read("stderr").contains("interrupted") && begun.elapsed() < MOST_TIME {
        std::thread::sleep(Duration::from_millis(5));
    }
    process.signal(second);
    assert_eq!(code(&mut process), Some(130), "{}", folder.read("stderr"));
    assert!(begun.elapsed() < Duration::from_secs(5), "it waited for cleanup");
    assert_eq!(cleanups(&server), 1);
}

#[test]
fn what_was_printed_before_a_kill_stays() {
    let (server, folder, mut process) = start("slow");
    until(&server, "GET /things/slow");
    process.signal("KILL");
    assert_eq!(code(&mut process), None);
    let output = folder.read("stdout");
    assert!(output.contains("pass  s › first"), "{output}");
}

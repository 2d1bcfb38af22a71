//! `contest run --watch`: what a changed file touches runs again, and nothing else.

#![cfg(unix)]

use crate::process::{Folder, Process};
use crate::server::{Server, wire};
use std::time::{Duration, Instant};

const MOST_TIME: Duration = Duration::from_secs(60);

const DOCUMENT: &str = "
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /things/{id}:
    parameters: [ { name: id, in: path, required: true, schema: { type: string } } ]
    get:
      operationId: read
      responses: { '200': { description: D, content: { application/json: { schema: { $ref: 'thing.yaml' } } } } }
";

const PROJECT: &str = "
contest: 1
apis: { one: one.yaml, two: two.yaml }
scenarios: [scenarios/]
";

/// A scenario that reads one thing and expects a status.
fn scenario(api: &str, id: &str, status: u16) -> String {
    format!(
        "contest: 1\napi: {api}\nscenarios: {{ s: {{ steps: [ {{ call: read, path: {{ id: {id} }}, \
         expect: {{ status: {status}, contract: {{ status: off }} }} }} ] }} }}\n"
    )
}

struct Watched {
    folder: Folder,
    process: Process,
    server: Server,
    /// How many requests were looked at.
    seen: usize,
    rounds: usize,
}

impl Watched {
    fn start() -> Self {
        let server = Server::start(|_| wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}"));
        let folder = Folder::new();
        folder.write("contest.yaml", PROJECT.as_bytes());
        std::fs::create_dir_all(folder.path.join("scenarios")).expect("the folder is writable");
        for name in ["one.yaml", "two.yaml"] {
            folder.write(name, DOCUMENT.replace("thing.yaml", &format!("thing-of-{name}")).as_bytes());
            folder.write(&format!("thing-of-{name}"), b"{ type: object }");
        }
        folder.write("scenarios/a.contest.yaml", scenario("one", "a", 200).as_bytes());
        folder.write("scenarios/b.contest.yaml", scenario("one", "b", 418).as_bytes());
        folder.write("scenarios/c.contest.yaml", scenario("two", "c", 200).as_bytes());
        let (one, two) = (format!("one={}", server.base_url), format!("two={}", server.base_url));
        let process = folder.start(&["run", "--watch", "--base-url", &one, "--base-url", &two]);
        Self { folder, process, server, seen: 0, rounds: 0 }
    }

    /// Waits for the end of the next round; gives what was asked for in it, without `/things/`.
    fn round(&mut self) -> String {
        self.rounds += 1;
        let begun = Instant::now();
        while self.folder.read("stderr").matches("Ctrl-C ends").count() < self.rounds {
            assert!(begun.elapsed() < MOST_TIME, "no round {}: {}", self.rounds, self.output());
            std::thread::sleep(Duration::from_millis(5));
        }
        let requests = self.server.requests();
        let new = requests[self.seen..].iter().filter_map(|line| line.strip_prefix("GET /things/"));
        let mut new: Vec<&str> = new.collect();
        new.sort_unstable();
        let new = new.join(" ");
        self.seen = requests.len();
        new
    }

    fn write(&self, name: &str, text: &str) {
        // Some file systems tell times apart no finer than 10 ms.
        std::thread::sleep(Duration::from_millis(12));
        self.folder.write(name, text.as_bytes());
    }

    fn output(&self) -> String {
        format!("{}{}", self.folder.read("stdout"), self.folder.read("stderr"))
    }
}

#[test]
fn what_a_changed_file_touches_runs_again() {
    let mut watched = Watched::start();
    assert_eq!(watched.round(), "a b c", "everything runs first: {}", watched.output());
    let check = |watched: &mut Watched, name: &str, text: &str, expected: &str| {
        watched.write(name, text);
        assert_eq!(watched.round(), expected, "{name}: {}", watched.output());
    };
    check(&mut watched, "scenarios/a.contest.yaml", &scenario("one", "a2", 200), "a2");
    check(&mut watched, "thing-of-two.yaml", "{ type: object, title: T }", "c");
    check(&mut watched, "one.yaml", &DOCUMENT.replace("thing.yaml", "thing-of-one.yaml"), "a2 b");
    check(&mut watched, "contest.yaml", &format!("{PROJECT}env: [X]\n"), "a2 b c");
    // A file that is new, in a folder that is new.
    std::fs::create_dir_all(watched.folder.path.join("scenarios/new/newer")).expect("it can be made");
    check(&mut watched, "scenarios/new/newer/d.contest.yaml", &scenario("two", "d", 200), "d");
    // A file that cannot be loaded is shown, and what waited for it runs when it can.
    check(&mut watched, "scenarios/c.contest.yaml", "contest: 1\napi: tow\nscenarios: {}\n", "");
    check(&mut watched, "scenarios/a.contest.yaml", &scenario("one", "a3", 200), "");
    check(&mut watched, "scenarios/c.contest.yaml", &scenario("two", "c2", 200), "a3 c2");
    assert!(watched.folder.read("stderr").contains("nothing was sent"), "{}", watched.output());
    std::fs::remove_file(watched.folder.path.join("scenarios/new/newer/d.contest.yaml"))
        .expect("it is there");
    assert_eq!(watched.round(), "");

    watched.process.signal("INT");
    let status = watched.process.wait(MOST_TIME).expect("it ends");
    assert_eq!(status.code(), Some(0), "{}", watched.output());
}

#[test]
fn what_failed_stays_on_top_until_it_runs_again() {
    let mut watched = Watched::start();
    watched.round();
    let shown = |watched: &Watched, from: usize| watched.folder.read("stdout")[from..].to_owned();
    let before = watched.folder.read("stdout").len();
    watched.write("scenarios/a.contest.yaml", &scenario("one", "a2", 200));
    watched.round();
    let text = shown(&watched, before);
    assert!(text.starts_with("still failing: 1 case\n\n  FAIL  b › s"), "{text}");
    assert!(text.contains("error[expect.status]") && text.contains("pass  a › s"), "{text}");

    let before = watched.folder.read("stdout").len();
    watched.write("scenarios/b.contest.yaml", &scenario("one", "b", 200));
    watched.round();
    let text = shown(&watched, before);
    assert!(!text.contains("still failing") && text.contains("pass  b › s"), "{text}");
}

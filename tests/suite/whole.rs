//! A run may fail although no case did. Whoever sees one report alone must see that too: every reason why the exit
//! code is not 0 stands in every format.

use crate::process::Folder;
use crate::server::{Server, wire};
use contest::report::Format;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const DOCUMENT: &str = "
openapi: 3.1.0
info: { title: Things, version: '1' }
paths:
  /things/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: read
      responses:
        '200': { description: Fine, content: { application/json: { schema: { type: object } } } }
        '404': { description: None }
    delete:
      operationId: remove
      responses: { '204': { description: Gone } }
";

/// Answers the first request for `flaky` with what is not documented, `slow` late, everything else well.
fn server() -> Server {
    let n_flaky = AtomicUsize::new(0);
    Server::talking(move |line, stream| {
        if line.contains("slow") {
            std::thread::sleep(Duration::from_secs(30));
        }
        let is_wrong = line.contains("flaky") && n_flaky.fetch_add(1, Ordering::Relaxed) == 0;
        let body = if is_wrong { "[]" } else { "{}" };
        let answer = wire(&format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{body}"));
        // The other side may have gone away.
        let _ = std::io::Write::write_all(stream, &answer);
    })
}

/// A project whose cases read things of these ids.
fn project(ids: &[&str]) -> Folder {
    let folder = Folder::new();
    let scenario = |id: &&str| format!("  {id}: {{ steps: [ {{ call: read, path: {{ id: {id} }} }} ] }}\n");
    let scenarios: String = ids.iter().map(scenario).collect();
    folder.write("doc.yaml", DOCUMENT.as_bytes());
    folder.write("contest.yaml", b"contest: 1\napis: { things: doc.yaml }\nscenarios: [s.contest.yaml]\n");
    folder.write("s.contest.yaml", format!("contest: 1\napi: things\nscenarios:\n{scenarios}").as_bytes());
    folder
}

/// Arguments that write every format into `out/`.
fn reports(out: &str) -> String {
    let all = Format::ALL.iter().map(|format| format!(" --report {0}={out}/{0}", format.as_str()));
    all.collect()
}

fn run(folder: &Folder, arguments: &str) -> Option<i32> {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    folder.start(&arguments).wait(Duration::from_secs(60)).expect("it ends").code()
}

/// Whether a report shows that the run failed, and holds a sentence.
fn shows(format: Format, text: &str, sentence: &str) -> Result<(), &'static str> {
    let text = text
        .replace("&lt;", "<")
        .replace("\\_", "_")
        .replace("\\!", "!")
        .replace("\\#", "#")
        .replace("%25", "%");
    let (mark, holds_words) = match format {
        Format::Json => (r#""unmet","#, true),
        Format::Ndjson => (r#""unmet","#, true),
        Format::Junit => ("</", true),
        Format::Tap => ("not ok", true),
        Format::Sarif => (r#""level":"error""#, true),
        Format::Github => ("::error ", true),
        Format::Markdown => ("not met", true),
        Format::Html => (r#"; 1 requirement not met""#, true),
        Format::Gitlab => (r#""severity": "major""#, true),
        // An archive of requests has no place for it.
        _ => return Ok(()),
    };
    match (text.contains(mark), !holds_words || text.contains(sentence)) {
        (false, _) => Err("looks like a success"),
        (true, false) => Err("lacks the sentence"),
        (true, true) => Ok(()),
    }
}

/// Runs a project, and checks the exit code and that every report says why.
fn check(folder: &Folder, arguments: &str, code: i32, sentence: &str) {
    assert_eq!(run(folder, &format!("run {arguments}{}", reports("out"))), Some(code), "{arguments}");
    for format in Format::ALL {
        let text = folder.read(&format!("out/{}", format.as_str()));
        if let Err(what) = shows(*format, &text, sentence) {
            panic!("{arguments}: {} {what} `{sentence}`:\n{text}", format.as_str());
        }
    }
    let junit = folder.read("out/junit");
    assert!(junit.contains("<failure ") || junit.contains("<error "), "{arguments}: {junit}");
    // What is read again says so too.
    assert_eq!(run(folder, "report show out/json --format tap"), Some(0));
    assert_eq!(folder.read("stdout"), folder.read("out/tap"), "{arguments}");
}

#[test]
fn a_budget_that_was_exceeded_is_in_every_report() {
    let (folder, server) = (project(&["a", "b"]), server());
    let url = &server.base_url;
    check(&folder, &format!("--base-url {url} --budget max=0s"), 1, "the longest of 2 exchanges is");
}

#[test]
fn what_was_not_covered_is_in_every_report() {
    let (folder, server) = (project(&["a"]), server());
    let arguments = format!("--base-url {} --fail-under status=100", server.base_url);
    check(&folder, &arguments, 1, "33.3 % of the statuses are covered (1 of 3), less than 100 %");
}

#[test]
fn what_a_strict_baseline_finds_mended_is_in_every_report() {
    let (folder, server) = (project(&["a"]), server());
    let known = "contest: 1\nknown: [{ code: response.body, operation: read, reason: an old fault }]\n";
    folder.write("contest.baseline.yaml", known.as_bytes());
    let arguments = format!("--base-url {} --strict-baseline", server.base_url);
    check(&folder, &arguments, 1, "remove it from contest.baseline.yaml:2");
}

#[test]
fn a_file_that_cannot_be_used_is_in_every_report() {
    let (folder, server) = (project(&["a"]), server());
    folder.write(
        "broken.contest.yaml",
        b"contest: 1\napi: doc.yaml\nscenarios: { x: { steps: [{ call: raed }] } }\n",
    );
    let arguments = format!("s.contest.yaml broken.contest.yaml --base-url {} --keep-going", server.base_url);
    check(&folder, &arguments, 2, "(line 3)");
}

#[test]
fn a_flaky_case_that_fails_the_run_is_a_failure_in_every_report() {
    let (folder, server) = (project(&["a", "flaky"]), server());
    let arguments = format!("run --base-url {} --retry-failed 1 --flaky fail", server.base_url);
    assert_eq!(run(&folder, &format!("{arguments}{}", reports("out"))), Some(1));
    for (format, mark) in [
        ("json", r#""verdict":"failed""#),
        ("ndjson", r#""verdict":"failed""#),
        ("junit", "<failure "),
        ("tap", "not ok 2"),
        ("github", "::error "),
        ("markdown", "1 of 2 cases failed"),
    ] {
        let text = folder.read(&format!("out/{format}"));
        assert!(text.contains(mark), "{format}: {text}");
    }
}

#[test]
fn a_run_that_could_not_begin_says_why_in_every_report() {
    let folder = project(&["a"]);
    let arguments = "run --base-url http://127.0.0.1:9 --wait-for 200ms";
    assert_eq!(run(&folder, &format!("{arguments}{}", reports("out"))), Some(3));
    for (format, mark) in [
        ("json", r#""failure": "#),
        ("junit", "<error "),
        ("tap", "Bail out! "),
        ("sarif", r#""level":"error""#),
        ("github", "::error "),
        ("markdown", "**Incomplete:**"),
    ] {
        let text = folder.read(&format!("out/{format}"));
        assert!(text.contains(mark) && text.contains("127.0.0.1:9"), "{format}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn an_interruption_is_in_every_report() {
    let (folder, server) = (project(&["slow"]), server());
    let arguments = format!("run --base-url {}{}", server.base_url, reports("out"));
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut process = folder.start(&arguments);
    while server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    process.signal("INT");
    assert_eq!(process.wait(Duration::from_secs(60)).expect("it ends").code(), Some(130));
    for (format, mark) in [
        ("json", r#""interrupted": true"#),
        ("ndjson", r#""interrupted":true"#),
        ("junit", "type=\"interrupted\""),
        ("tap", "Bail out! the run was interrupted"),
        ("sarif", r#""executionSuccessful":false"#),
        ("github", "::error title=the run::the run was interrupted"),
        ("markdown", "**Interrupted:**"),
    ] {
        let text = folder.read(&format!("out/{format}"));
        assert!(text.contains(mark), "{format}: {text}");
    }
}

/// What cannot be written is said before anything is sent.
#[test]
fn a_report_that_cannot_be_written_is_known_at_the_start() {
    let (folder, server) = (project(&["a"]), server());
    folder.write("file", b"");
    for flag in ["--coverage-report file/x.json", "--report junit=file/x.xml", "--trace file/x"] {
        assert_eq!(run(&folder, &format!("run --base-url {} {flag}", server.base_url)), Some(2), "{flag}");
        assert!(folder.read("stderr").contains("file/x"), "{flag}: {}", folder.read("stderr"));
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

/// Eight cases in four shares.
fn shares(arguments: &str) -> (Folder, Server) {
    let (folder, server) = (project(&["a", "b", "c", "d", "e", "f", "g", "h"]), server());
    for index in 1..=4 {
        let shard = format!("run --base-url {} --shard {index}/4 {arguments}", server.base_url);
        let found = run(&folder, &format!("{shard} --report json={index}.json"));
        assert_eq!(found, Some(0), "{}", folder.read("stderr"));
    }
    (folder, server)
}

#[test]
fn shares_are_held_together_to_what_was_asked() {
    let (folder, _server) = shares("--fail-under status=100,operation=50 --budget max=1h");
    assert!(folder.read("1.json").contains(r#""what":"operation=50","outcome":"notChecked""#));
    let merge = |files: &str| run(&folder, &format!("report merge {files} --report junit=m.xml"));
    assert_eq!(merge("1.json 2.json 3.json 4.json"), Some(1));
    let words = folder.read("stderr");
    assert!(words.starts_with("error: coverage status=100: 33.3 % of the statuses"), "{words}");
    let junit = folder.read("m.xml");
    for mark in [
        "<testcase name=\"coverage operation=50\" classname=\"contest\" time=\"0.000\" file=",
        "<testcase name=\"shards of 4\" classname=\"contest\" time=\"0.000\"/>",
        "<testcase name=\"budget max=1h\" classname=\"contest\" time=\"0.000\" file=",
        "errors=\"0\" skipped=\"0\"",
        "<failure message=\"33.3 % of the statuses",
    ] {
        assert!(junit.contains(mark), "{mark} in {junit}");
    }
}

#[test]
fn a_share_that_is_missing_is_no_success() {
    let (folder, _server) = shares("");
    assert_eq!(run(&folder, "report merge 1.json 2.json 3.json 4.json --report json=all.json"), Some(0));
    assert_eq!(run(&folder, "report merge 1.json 4.json --report junit=m.xml"), Some(1));
    assert_eq!(folder.read("stderr"), "error: shards of 4: the shares 2/4, 3/4 are not among the files\n");
    assert!(folder.read("m.xml").contains("<error message=\"the shares 2/4, 3/4 are not among the files\""));
}

/// A share without cases is there for those who join the shares.
#[test]
fn a_share_without_cases_has_its_reports() {
    let (folder, server) = (project(&["a"]), server());
    for index in 1..=3 {
        let arguments =
            format!("run --base-url {} --shard {index}/3 --report json={index}.json", server.base_url);
        assert_eq!(run(&folder, &arguments), Some(0));
        assert!(folder.read(&format!("{index}.json")).contains("\"complete\": true"), "{index}");
    }
    assert_eq!(server.requests().len(), 1);
    assert_eq!(run(&folder, "report merge 1.json 2.json 3.json"), Some(0));
    // Nothing selected is another thing.
    let nothing = format!("run --base-url {} --shard 1/3 --tags none", server.base_url);
    assert_eq!(run(&folder, &nothing), Some(4));
}

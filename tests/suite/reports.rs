//! Reports: written while a run goes on, valid whenever it ends, read again and joined.

use crate::messages::stdout_of_command;
use crate::process::Folder;
use crate::server::{Server, wire};
use contest::report::RunRecord;
use jsonschema::{Registry, Validator};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What holds a text to one of the schemas of the repository.
fn validator(name: &str) -> Validator {
    let read = |name: &str| -> Value {
        let text = std::fs::read_to_string(root().join("schemas").join(name)).expect("the schema is there");
        serde_json::from_str(&text).expect("the schema is JSON")
    };
    let registry = ["trace.schema.json", "report.schema.json"]
        .into_iter()
        .fold(Registry::new().draft(jsonschema::Draft::Draft202012), |registry, name| {
            registry.add(format!("file:///schemas/{name}"), read(name)).expect("it is a schema")
        });
    let registry = registry.prepare().expect("the schemas are schemas");
    let schema = read(name);
    jsonschema::meta::validate(&schema).expect("it is a schema");
    jsonschema::options()
        .with_base_uri(format!("file:///schemas/{name}"))
        .with_registry(&registry)
        .build(&schema)
        .expect("it compiles")
}

fn check_valid(validator: &Validator, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    value
}

fn contest(folder: &Path, arguments: &[&str], columns: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs([("COLUMNS", columns), ("NO_COLOR", "1"), ("LANG", "C.UTF-8")])
        .output()
        .expect("the command runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every run of `tests/cases`: its JSON is valid, reads as it was written, and is shown as the run was.
#[test]
fn a_report_that_is_read_again_looks_as_the_run_did() {
    let report = validator("report.schema.json");
    let events = validator("report-events.schema.json");
    let folders = std::fs::read_dir(root().join("tests/cases")).expect("tests/cases is readable");
    let out = Folder::new();
    let (json, lines) = (out.path.join("run.json"), out.path.join("run.ndjson"));
    let mut shown = 0;
    for case in folders.map(|entry| entry.expect("tests/cases is readable").path()) {
        let Ok(command) = std::fs::read_to_string(case.join("command.txt")) else { continue };
        // The table of `--durations` is asked for anew.
        let is_other = command.contains("--dry-run") || command.contains("--durations");
        if !command.starts_with("run ") || is_other {
            continue;
        }
        let columns = if shown % 2 == 0 { "80" } else { "120" };
        let command = format!(
            "{} --report json={} --report ndjson={}",
            command.trim(),
            json.display(),
            lines.display()
        );
        let printed = stdout_of_command(&case, &command, columns);
        let Ok(text) = std::fs::read_to_string(&json) else { continue };
        let value = check_valid(&report, &text);
        for line in std::fs::read_to_string(&lines).expect("it is written").lines() {
            check_valid(&events, line);
        }
        let read = RunRecord::read(&text).expect("it is ours");
        let mut again = Vec::new();
        contest::report::Format::Json.write(&read, &mut again).expect("memory is written");
        assert!(again == text.as_bytes(), "{} is not read as it was written", case.display());
        let words: Vec<&str> = command.split(' ').collect();
        let limit =
            words.iter().position(|word| word.starts_with("shown=")).map_or(0..0, |at| at - 1..at + 1);
        let flags = words.iter().copied().filter(|word| matches!(*word, "-v" | "-vv" | "-q" | "--durations"));
        let flags = flags.chain(words[limit].iter().copied());
        let path = json.display().to_string();
        let arguments: Vec<&str> = ["report", "show", &path].into_iter().chain(flags).collect();
        let found = stdout(&contest(&case, &arguments, columns));
        assert_eq!(found, printed, "{}", case.display());
        let mut flags = arguments.clone();
        let of_lines = lines.display().to_string();
        flags[2] = &of_lines;
        // Lines hold no exchanges, which `-vv` shows.
        if !flags.contains(&"-vv") {
            assert_eq!(stdout(&contest(&case, &flags, columns)), printed, "{}", case.display());
        }
        assert_eq!(value["complete"], !value["interrupted"].as_bool().expect("it is said"));
        std::fs::remove_file(&json).expect("it is ours");
        shown += 1;
    }
    assert!(shown > 60, "only {shown} runs were shown again");
}

const DOCUMENT: &[u8] = b"
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /things/{id}:
    parameters: [ { name: id, in: path, required: true, schema: { type: string } } ]
    get:
      operationId: read
      responses: { '200': { description: D, content: { application/json: { schema: { type: object } } } } }
";

/// A folder with scenarios of one step, by the ids that they read.
fn project(names: &[&str]) -> Folder {
    let folder = Folder::new();
    folder.write("doc.yaml", DOCUMENT);
    let scenario =
        |name: &&str| format!("  {name}: {{ steps: [ {{ call: read, path: {{ id: {name} }} }} ] }}\n");
    let scenarios: String = names.iter().map(scenario).collect();
    folder.write("s.contest.yaml", format!("contest: 1\napi: doc.yaml\nscenarios:\n{scenarios}").as_bytes());
    folder
}

/// Answers what is `bad` with an array, what is `slow` late, and the rest well.
fn server() -> Server {
    Server::talking(|line, stream| {
        if line.contains("slow") {
            std::thread::sleep(Duration::from_secs(30));
        }
        let body = if line.contains("bad") { "[]" } else { "{}" };
        let answer = wire(&format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{body}"));
        let _ = std::io::Write::write_all(stream, &answer);
    })
}

fn verdicts(value: &Value) -> Vec<String> {
    let cases = value["cases"].as_array().expect("there are cases");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    cases.iter().map(|case| format!("{} {}", word(&case["id"]), word(&case["verdict"]))).collect()
}

#[test]
fn a_run_that_is_killed_leaves_reports_of_what_was_done() {
    let (folder, server) = (project(&["good", "bad", "slow", "never"]), server());
    let mut arguments = vec!["run", "s.contest.yaml", "--base-url", &server.base_url];
    // The page is written before the document that is waited for.
    arguments.extend(["--report", "html=a/run.html"]);
    arguments.extend(["--report", "json=a/b/run.json", "--report", "ndjson=a/run.ndjson"]);
    let mut process = folder.start(&arguments);
    let begun = Instant::now();
    let is_asked = || server.requests().iter().any(|line| line.contains("slow"));
    while !is_asked() || !folder.read("a/b/run.json").contains("s::bad") {
        assert!(begun.elapsed() < Duration::from_secs(30), "{}", folder.read("stderr"));
        std::thread::sleep(Duration::from_millis(5));
    }
    process.signal("KILL");
    process.wait(Duration::from_secs(40)).expect("it ends");
    let value = check_valid(&validator("report.schema.json"), &folder.read("a/b/run.json"));
    assert_eq!(verdicts(&value), ["s::good passed", "s::bad failed"]);
    assert_eq!((&value["complete"], &value["interrupted"]), (&Value::from(false), &Value::from(false)));
    assert_eq!((&value["planned"], &value["underWay"][0]), (&Value::from(4), &Value::from("s › slow")));
    assert_eq!(value["summary"]["verdicts"]["failed"], 1);
    let page = folder.read("a/run.html");
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    assert!(page.contains("the run ended before its end: 2 of 4 cases are done; under way was s › slow"));
    let events = validator("report-events.schema.json");
    let lines: Vec<Value> =
        folder.read("a/run.ndjson").lines().map(|line| check_valid(&events, line)).collect();
    let of = |line: &Value| line["event"].as_str().unwrap_or_default().to_owned();
    let found: Vec<String> = lines.iter().map(of).collect();
    let (start, end) = ("case-started", "case-finished");
    assert_eq!(found, ["run-started", start, end, start, end, start]);
    // The last line may have been cut.
    let cut = folder.read("a/run.ndjson") + "{\"event\":\"case-fin";
    folder.write("a/run.ndjson", cut.as_bytes());
    for file in ["a/b/run.json", "a/run.ndjson"] {
        let shown = contest(&folder.path, &["report", "show", file], "100");
        assert!(stdout(&shown).contains("2 cases: 1 passed, 1 failed"), "{}", stdout(&shown));
        let words = "\nthe run ended before its end: 2 of 4 cases are done; under way was s › slow\n";
        assert_eq!(stderr(&shown), words, "{file}");
    }
}

#[test]
fn an_interrupted_run_says_so_in_its_report() {
    let (folder, server) = (project(&["good", "slow", "never"]), server());
    let arguments = ["run", "s.contest.yaml", "--base-url", &server.base_url, "--report", "json=run.json"];
    let mut process = folder.start(&arguments);
    let begun = Instant::now();
    while !server.requests().iter().any(|line| line.contains("slow")) {
        assert!(begun.elapsed() < Duration::from_secs(30), "{}", folder.read("stderr"));
        std::thread::sleep(Duration::from_millis(5));
    }
    process.signal("INT");
    let status = process.wait(Duration::from_secs(60)).expect("it ends");
    assert_eq!(status.code(), Some(130));
    let value = check_valid(&validator("report.schema.json"), &folder.read("run.json"));
    assert_eq!(verdicts(&value), ["s::good passed", "s::slow not run", "s::never not run"]);
    assert_eq!((&value["complete"], &value["interrupted"]), (&Value::from(false), &Value::from(true)));
}

#[test]
fn shards_are_joined_in_the_order_of_the_plan() {
    let names = ["a1", "b-bad", "c1", "d1", "e1", "f-bad", "g1"];
    let (folder, server) = (project(&names), server());
    let run = |more: &[&str]| {
        let all: Vec<&str> =
            ["run", "s.contest.yaml", "--base-url", &server.base_url].iter().chain(more).copied().collect();
        contest(&folder.path, &all, "100")
    };
    for shard in ["1", "2", "3"] {
        run(&["--shard", &format!("{shard}/3"), "--report", &format!("json={shard}.json")]);
    }
    run(&["--report", "json=all.json"]);
    let arguments = ["report", "merge", "3.json", "1.json", "2.json", "--report", "json=out/merged.json"];
    let merged = contest(&folder.path, &arguments, "100");
    assert_eq!((stdout(&merged).as_str(), stderr(&merged).as_str()), ("", ""));
    let report = validator("report.schema.json");
    let merged = check_valid(&report, &folder.read("out/merged.json"));
    let all = check_valid(&report, &folder.read("all.json"));
    assert_eq!(verdicts(&merged), verdicts(&all));
    assert_eq!(verdicts(&merged).len(), names.len());
    for member in ["verdicts", "attention", "exchanges", "cases"] {
        assert_eq!(merged["summary"][member], all["summary"][member], "{member}");
    }
    assert_eq!((&merged["planned"], &merged["complete"]), (&all["planned"], &Value::from(true)));
    let parts: Vec<&Value> = merged["parts"].as_array().expect("it has parts").iter().collect();
    assert_eq!(parts.iter().filter_map(|part| part["cases"].as_u64()).sum::<u64>(), 7);
    // Joined again with a newer run of one case, which counts.
    run(&["--scenario", "a1", "--report", "json=newer.json"]);
    let arguments = ["report", "merge", "out/merged.json", "newer.json", "-q"];
    let again = contest(&folder.path, &arguments, "100");
    assert_eq!(stderr(&again), "warning: `s::a1` is in out/merged.json and in newer.json, which counts\n");
    assert!(stdout(&again).contains("7 cases: 5 passed, 2 failed"), "{}", stdout(&again));
}

#[test]
fn what_is_no_report_is_refused_with_its_place() {
    let folder = Folder::new();
    let long =
        format!("{{\"version\":1,\"contest\":\"0.1.0\",\"x\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let rows: &[(&str, &str)] = &[
        ("", "r.json:1:0: it is no JSON: EOF while parsing a value"),
        ("contest: 1\n", "r.json:1:1: it is no JSON: expected value"),
        (
            "[]",
            "r.json: it is no JSON report of contest: it lacks `contest` and `version`, which a report begins with",
        ),
        ("{\"version\": 1, \"contest\": ", "r.json:1:26: it is no JSON: EOF while parsing a value"),
        (
            "{\"log\": {}}",
            "r.json: it is no JSON report of contest: it lacks `contest` and `version`, which a report begins with",
        ),
        (
            "{\"version\":2,\"contest\":\"9.9\"}",
            "r.json: it is a report of form 2, by contest 9.9; this contest reads form 1",
        ),
        (
            "{\"version\":1,\"contest\":\"0.1.0\",\"started\":\"x\"}",
            "r.json:1:45: `started`: invalid value: string \"x\", expected a moment as in 2026-11-23T01:02:03Z",
        ),
        (
            "{\"version\":1,\"contest\":\"0.1.0\",\n\"time\":-1}",
            "r.json:2:10: `time`: invalid value: floating point `-1.0`, expected a number of milliseconds",
        ),
        (
            "{\"version\":1,\"contest\":\"0.1.0\",\"cases\":[{\"verdict\":\"fine\"}]}",
            "r.json:1:58: `cases[0].verdict`: invalid value: string \"fine\", expected a verdict",
        ),
        (
            "{\"version\":1,\"contest\":\"0.1.0\",\"planned\":99999999999}",
            "r.json:1:52: `planned`: invalid value: integer `99999999999`, expected u32",
        ),
        (&long, "r.json:1:1037: missing field `started`"),
    ];
    for (text, expected) in rows {
        folder.write("r.json", text.as_bytes());
        let output = contest(&folder.path, &["report", "show", "r.json"], "400");
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert_eq!(stderr(&output), format!("error: {expected}\n"), "{text}");
    }
    let output = contest(&folder.path, &["report", "show", "none.json"], "400");
    assert_eq!(stderr(&output), "error: cannot read `none.json`: there is no such file\n");
    let output = contest(&folder.path, &["report", "show", "r.json", "--limit", "report=1KiB"], "400");
    let words =
        "error: `r.json` is larger than the limit `report` of 1024 bytes; --limit report=2GiB raises it\n";
    assert_eq!(stderr(&output), words);
}

/// What a stranger writes into a report does no harm: it is drawn, or refused.
#[test]
fn a_report_full_of_odd_values_is_drawn() {
    let (folder, server) = (project(&["bad"]), server());
    contest(
        &folder.path,
        &["run", "s.contest.yaml", "--base-url", &server.base_url, "--report", "json=r.json"],
        "100",
    );
    let value: Value = serde_json::from_str(&folder.read("r.json")).expect("it is JSON");
    let leaves = pointers(&value);
    assert!(leaves.len() > 80, "{}", leaves.len());
    let odd = [
        Value::from(u64::from(u32::MAX)),
        Value::from(0),
        Value::from("\u{1b}[31m\n\u{202e}x\u{fdd0}\u{fdd1}"),
        Value::from(1e12),
        Value::Null,
        Value::Array(Vec::new()),
    ];
    for odd in odd {
        for pointer in &leaves {
            let mut changed = value.clone();
            *changed.pointer_mut(pointer).expect("it is there") = odd.clone();
            if let Ok(record) = RunRecord::read(&changed.to_string()) {
                for format in contest::report::Format::ALL {
                    format.write(&record, &mut Vec::new()).expect("memory is written");
                }
                let mut terminal = contest::report::Terminal::new(
                    Vec::new(),
                    contest::report::Style::plain(80),
                    contest::report::Verbosity::Exchanges { shown: 100 },
                );
                record.replay(&mut |event| terminal.event(event).expect("memory is written"));
                let text = String::from_utf8(terminal.into_inner()).expect("it is text");
                assert!(!text.contains('\u{1b}'), "{pointer}: {text}");
            }
        }
    }
}

/// The ways to all values of a document, its own and those within.
fn pointers(value: &Value) -> Vec<String> {
    let below = |name: &str, value: &Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        pointers(value).into_iter().map(move |rest| format!("/{name}{rest}")).collect::<Vec<_>>()
    };
    let inner: Vec<String> = match value {
        Value::Object(members) => members.iter().flat_map(|(name, value)| below(name, value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| below(&index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };
    std::iter::once(String::new()).chain(inner).collect()
}

#[test]
fn stdout_holds_one_report_and_people_read_stderr() {
    let (folder, server) = (project(&["good", "bad"]), server());
    let run = |reports: &[&str]| {
        let mut all = vec!["run", "s.contest.yaml", "--base-url", &server.base_url];
        all.extend(reports.iter().flat_map(|report| ["--report", report]));
        contest(&folder.path, &all, "100")
    };
    let output = run(&["json=-"]);
    check_valid(&validator("report.schema.json"), &stdout(&output));
    assert!(stderr(&output).contains("2 cases: 1 passed, 1 failed"), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(1));
    let output = run(&["ndjson=-", "json=x.json"]);
    let events = validator("report-events.schema.json");
    let text = stdout(&output);
    text.lines().for_each(|line| drop(check_valid(&events, line)));
    assert_eq!(text.lines().count(), 6);
    let output = run(&["ndjson=-", "json=-"]);
    let words = "error: the reports ndjson and json both go to stdout, which holds one: give one a file\n";
    assert_eq!((stderr(&output).as_str(), output.status.code()), (words, Some(2)));
    assert_eq!(server.requests().len(), 4, "nothing was sent");
}

#[test]
fn a_report_that_cannot_be_written_stops_the_run_before_it_starts() {
    let (folder, server) = (project(&["good"]), server());
    folder.write("file", b"");
    let arguments = ["run", "s.contest.yaml", "--base-url", &server.base_url, "--report", "json=file/r.json"];
    let output = contest(&folder.path, &arguments, "100");
    let words = "error: the report json cannot be written to `";
    assert!(stderr(&output).starts_with(words), "{}", stderr(&output));
    assert_eq!((output.status.code(), server.requests().len()), (Some(2), 0));
}

#[test]
fn the_project_file_names_reports_that_flags_replace_and_turn_off() {
    let (folder, server) = (project(&["good"]), server());
    folder.write("contest.yaml", b"contest: 1\nreports: { json: out/a/run.json, ndjson: out/run.ndjson }\n");
    let run = |more: &[&str]| {
        let all: Vec<&str> =
            ["run", "s.contest.yaml", "--base-url", &server.base_url].iter().chain(more).copied().collect();
        let output = contest(&folder.path, &all, "100");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let is_there = |name: &str| {
            let path = folder.path.join(name);
            let was_there = path.exists();
            let _ = std::fs::remove_file(path);
            was_there
        };
        ["out/a/run.json", "out/run.ndjson", "other.json"].map(is_there)
    };
    assert_eq!(run(&[]), [true, true, false]);
    assert_eq!(run(&["--report", "json=other.json"]), [false, true, true]);
    assert_eq!(run(&["--no-reports"]), [false, false, false]);
    assert_eq!(run(&["--no-reports", "--report", "json=other.json"]), [false, false, true]);
    assert_eq!(run(&["--dry-run"]), [false, false, false]);
}

#[test]
fn a_job_of_github_gets_annotations_and_a_summary() {
    let (folder, server) = (project(&["good", "bad"]), server());
    std::fs::create_dir_all(folder.path.join("apis/shop")).expect("the folder is writable");
    std::fs::create_dir_all(folder.path.join(".git")).expect("the folder is writable");
    for name in ["s.contest.yaml", "doc.yaml", "contest.yaml"] {
        std::fs::rename(folder.path.join(name), folder.path.join("apis/shop").join(name))
            .expect("it is ours");
    }
    let run = |more: &[&str]| {
        folder.write("summary.md", b"# Before\n");
        Command::new(env!("CARGO_BIN_EXE_contest"))
            .args(["run", "s.contest.yaml", "--base-url", &server.base_url])
            .args(more)
            .current_dir(folder.path.join("apis/shop"))
            .env_clear()
            .envs([("COLUMNS", "100"), ("NO_COLOR", "1"), ("GITHUB_ACTIONS", "true")])
            .env("GITHUB_STEP_SUMMARY", folder.path.join("summary.md"))
            .output()
            .expect("the command runs")
    };
    let annotation =
        "::error file=apis/shop/s.contest.yaml,line=5,col=27,endColumn=31,title=response.body%3A s › bad::";
    let output = stdout(&run(&[]));
    let lines: Vec<&str> = output.lines().filter(|line| line.starts_with("::")).collect();
    assert!(lines.len() == 1 && lines[0].starts_with(annotation), "{output}");
    let summary = folder.read("summary.md");
    assert!(summary.starts_with("# Before\n## contest: 1 of 2 cases failed\n"), "{summary}");
    // Stdout belongs to the report that asked for it.
    let output = run(&["--report", "json=-"]);
    check_valid(&validator("report.schema.json"), &stdout(&output));
    assert!(stderr(&output).contains(annotation), "{}", stderr(&output));
    let is_silent =
        |output: &Output| !stdout(output).contains("::error") && folder.read("summary.md") == "# Before\n";
    assert!(is_silent(&run(&["--no-reports"])));
    folder.write("apis/shop/contest.yaml", b"contest: 1\nreports: { github: false }\n");
    assert!(is_silent(&run(&[])));
}

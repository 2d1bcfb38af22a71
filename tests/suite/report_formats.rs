//! Every format of a report, of one run with every verdict: held to what was approved, to its own schema, and
//! read by whoever reads it. `CONTEST_BLESS=1 cargo test --test suite report_formats` writes `tests/reports/`.

use crate::server::{Server, wire};
use contest::report::Format;
use regex::Regex;
use roxmltree::{Document, Node};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/reports")
}

/// The files of the project.
const FILES: [&str; 3] = ["orders.yaml", "verdicts.contest.yaml", "once.contest.yaml"];

/// A server of orders: those that are `good`, those with amounts that are texts, and one that hangs up.
fn server() -> Server {
    let tries = std::sync::atomic::AtomicUsize::new(0);
    Server::talking(move |line, stream| {
        let try_once = || tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        let json = "HTTP/1.1 200 OK\ncontent-type: application/json\nset-cookie: session=a1; Path=/\n\n";
        let answer = match line.split(' ').nth(1).unwrap_or_default() {
            "/orders/gone" => return,
            "/orders/locked" => {
                "HTTP/1.1 423 Locked\ncontent-type: application/json\n\n{\"title\":\"locked\"}".to_owned()
            }
            target if target == "/orders/bad" || target == "/orders/flaky" && try_once() => format!(
                "{json}{{\"id\":\"7\",\"total\":{{\"amount\":\"3\"}},\"lines\":[{{\"amount\":1}},{{\"amount\":\"2\"}}]}}"
            ),
            _ => format!("{json}{{\"id\":\"7\",\"note\":\"it's <new> & cheap\",\"total\":{{\"amount\":3}}}}"),
        };
        // The other side may have seen enough.
        let _ = std::io::Write::write_all(stream, &wire(&answer));
    })
}

/// The reports of the one run, by format, without what differs from run to run.
fn reports() -> &'static HashMap<&'static str, String> {
    static REPORTS: OnceLock<HashMap<&'static str, String>> = OnceLock::new();
    REPORTS.get_or_init(|| {
        let server = server();
        // A project in a folder of its repository, whose root is what other tools name files from.
        let root =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-formats-{}", std::process::id()));
        let (project, out) = (root.join("shop"), root.join("out"));
        for path in [&root.join(".git"), &project] {
            std::fs::create_dir_all(path).expect("a folder is made");
        }
        for name in FILES {
            std::fs::copy(folder().join(name), project.join(name)).expect("the file is there");
        }
        std::fs::write(
            project.join("contest.yaml"),
            "contest: 1
",
        )
        .expect("the folder is writable");
        let mut command = Command::new(env!("CARGO_BIN_EXE_contest"));
        command
            .args([
                "run",
                "verdicts.contest.yaml",
                "once.contest.yaml",
                "--jobs",
                "1",
                "--seed",
                "7",
                "--retry-failed",
                "1",
            ])
            .args(["--run-id", "r1", "--base-url", &server.base_url])
            .args(["--budget", "max=0s", "--budget", "operation:read*:p50=1h", "--budget", "tag:none:max=1s"])
            .current_dir(&project)
            .env_clear()
            .envs([("COLUMNS", "100"), ("NO_COLOR", "1"), ("LANG", "C.UTF-8")]);
        for format in Format::ALL {
            command.arg(format!("--report={}={}", format.as_str(), out.join(format.as_str()).display()));
        }
        let output = command.output().expect("the command runs");
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let read = |format: &Format| {
            let text = std::fs::read_to_string(out.join(format.as_str())).expect("it was written");
            (format.as_str(), normalise(&text))
        };
        let reports = Format::ALL.iter().map(read).collect();
        let _ = std::fs::remove_dir_all(root);
        reports
    })
}

fn report(format: Format) -> &'static str {
    &reports()[format.as_str()]
}

/// Replaces ports, times and moments by ones that are always the same, and valid where they stand.
fn normalise(text: &str) -> String {
    let rules = [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:8080"),
        (r"127\.0\.0\.1%3A\d+", "127.0.0.1%3A8080"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "2026-11-23T01:02:03Z"),
        (r#"("(?:time|wait|onLoad|p50|p95|max|measured)": ?)[0-9.]+"#, "${1}1.5"),
        (r#"time="[0-9.]+""#, "time=\"0.015\""),
        (r"duration_ms: [0-9.]+", "duration_ms: 1.5"),
        (r"(?:&lt;1|<1|\\u003c1|\b\d+(?:\.\d+)?) (ms|s)\b", "2 $1"),
        (r"\| \d+\.\d\d s \|", "| 0.02 s |"),
    ];
    rules.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, *with).into_owned()
    })
}

#[test]
fn every_format_reads_as_it_was_approved() {
    let is_blessing = std::env::var_os("CONTEST_BLESS").is_some();
    let mut wrong = Vec::new();
    // Of the page only what it holds is approved, below; `.ci/browser` opens it.
    for format in Format::ALL.iter().filter(|format| **format != Format::Html) {
        let path = folder().join("expected").join(format.as_str());
        if is_blessing {
            std::fs::create_dir_all(folder().join("expected")).expect("the folder is writable");
            std::fs::write(&path, report(*format)).expect("the folder is writable");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if expected != report(*format) {
            wrong.push(format!(
                "== {}\n-- expected\n{expected}\n-- found\n{}",
                format.as_str(),
                report(*format)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_run_has_every_verdict() {
    let run: Value = serde_json::from_str(report(Format::Json)).expect("it is JSON");
    for (verdict, count) in run["summary"]["verdicts"].as_object().expect("it has counts") {
        assert!(count.as_u64().is_some_and(|count| count > 0), "no case is {verdict}");
    }
}

fn schema(name: &str) -> jsonschema::Validator {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(name);
    let schema = std::fs::read_to_string(path).expect("the schema is there");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("the schema is one")
}

fn check_schema(name: &str, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).expect("it is JSON");
    let validator = schema(name);
    let errors: Vec<String> =
        validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    value
}

/// The part of XML Schema that `junit.xsd` is written in: elements with attributes and a choice of elements,
/// and types with names.
struct XmlSchema<'d> {
    elements: HashMap<&'d str, Node<'d, 'd>>,
    types: HashMap<&'d str, Node<'d, 'd>>,
}

impl<'d> XmlSchema<'d> {
    fn of(document: &'d Document<'d>) -> Self {
        let named = |kind: &str| {
            let nodes = document
                .root_element()
                .children()
                .filter(|node| node.has_tag_name(("http://www.w3.org/2001/XMLSchema", kind)));
            nodes.filter_map(|node| Some((node.attribute("name")?, node))).collect::<HashMap<_, _>>()
        };
        let types = named("complexType").into_iter().chain(named("simpleType")).collect();
        Self { elements: named("element"), types }
    }

    /// The type of an element; `None` of one that holds text alone.
    fn type_of(&self, element: &str) -> Option<Node<'d, 'd>> {
        let declared = self.elements.get(element).unwrap_or_else(|| panic!("`{element}` is no element"));
        match declared.attribute("type") {
            Some("xs:string") => None,
            Some(name) => Some(self.types[name]),
            None => declared.children().find(Node::is_element),
        }
    }

    fn check(&self, node: Node<'_, '_>) {
        let name = node.tag_name().name();
        let declared = self.type_of(name);
        let inner = |kind: &'static str| {
            declared
                .into_iter()
                .flat_map(move |it| it.descendants().filter(move |it| it.tag_name().name() == kind))
        };
        let attributes: HashMap<&str, Node<'_, '_>> =
            inner("attribute").filter_map(|it| Some((it.attribute("name")?, it))).collect();
        for attribute in node.attributes() {
            let declared = attributes.get(attribute.name());
            let declared = declared.unwrap_or_else(|| panic!("`{}` of `{name}`", attribute.name()));
            let pattern = match declared.attribute("type") {
                Some("xs:integer") => "^[0-9]+$".to_owned(),
                Some("xs:string") | None => continue,
                Some(other) => {
                    let pattern = self.types[other].descendants().find_map(|it| it.attribute("value"));
                    format!("^{}$", pattern.expect("a type restricts by a pattern"))
                }
            };
            assert!(Regex::new(&pattern).expect("a pattern").is_match(attribute.value()), "{attribute:?}");
        }
        for (attribute, declared) in attributes {
            let is_missing =
                declared.attribute("use") == Some("required") && node.attribute(attribute).is_none();
            assert!(!is_missing, "`{name}` lacks `{attribute}`");
        }
        let allowed: Vec<&str> =
            inner("element").filter_map(|it| it.attribute("ref").or(it.attribute("name"))).collect();
        for child in node.children().filter(Node::is_element) {
            assert!(allowed.contains(&child.tag_name().name()), "{child:?} in `{name}`");
            self.check(child);
        }
        let is_mixed = declared.is_none_or(|it| it.attribute("mixed") == Some("true"));
        let text = node.children().filter(Node::is_text).filter_map(|it| it.text()).collect::<String>();
        assert!(is_mixed || text.trim().is_empty(), "`{name}` holds `{text}`");
    }
}

#[test]
fn junit_keeps_the_schema_and_its_counts() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/junit.xsd");
    let schema = std::fs::read_to_string(&path).expect("the schema is there");
    let schema = Document::parse(&schema).expect("the schema is XML");
    let report = report(Format::Junit);
    let document = Document::parse(report).expect("it is XML");
    XmlSchema::of(&schema).check(document.root_element());
    let number = |node: Node<'_, '_>, name: &str| -> usize {
        node.attribute(name).expect("it is counted").parse().expect("it is a number")
    };
    let count =
        |node: Node<'_, '_>, name: &str| node.descendants().filter(|it| it.has_tag_name(name)).count();
    for node in
        document.root_element().descendants().filter(|it| it.tag_name().name().starts_with("testsuite"))
    {
        for (attribute, element) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
            assert_eq!(number(node, attribute), count(node, element), "{attribute}");
        }
    }
    let xmllint = Command::new("xmllint").arg("--version").output();
    if xmllint.is_ok() {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("junit.xml");
        std::fs::write(&file, report).expect("the folder is writable");
        let output = Command::new("xmllint").args(["--noout", "--schema"]).args([&path, &file]).output();
        let output = output.expect("xmllint runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn junit_is_read_by_a_reader_that_others_wrote() {
    let read = quick_junit::Report::deserialize_from_str(report(Format::Junit)).expect("it is JUnit XML");
    let cases: Vec<&quick_junit::TestCase> =
        read.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    let status = |case: &quick_junit::TestCase| match &case.status {
        quick_junit::TestCaseStatus::Success { .. } => "success",
        quick_junit::TestCaseStatus::NonSuccess { kind: quick_junit::NonSuccessKind::Failure, .. } => {
            "failure"
        }
        quick_junit::TestCaseStatus::NonSuccess { kind: quick_junit::NonSuccessKind::Error, .. } => "error",
        quick_junit::TestCaseStatus::Skipped { .. } => "skipped",
    };
    let found: Vec<String> =
        cases.iter().map(|case| format!("{} {}", status(case), case.name.as_str())).collect();
    assert_eq!(
        found,
        [
            "success an order can be read & its <total> told",
            "failure amounts are whole numbers",
            "failure an order says what was written [small]",
            "failure an order says what was written [large]",
            "error an order has a name",
            "skipped an order can be removed",
            "skipped amounts are whole numbers one day",
            "failure an order can be read again",
            "success an order can be read at times",
            "success what is made is removed",
            "failure an order is told at all",
            "success an order can be read at the second try",
            "error first",
            "error second",
            "failure budget max=0s",
            "success budget operation:read*:p50=1h",
            "skipped budget tag:none:max=1s",
        ]
    );
    let attempts = |case: &quick_junit::TestCase| match &case.status {
        quick_junit::TestCaseStatus::Success { flaky_runs, .. } => flaky_runs.len(),
        quick_junit::TestCaseStatus::NonSuccess { reruns, .. } => reruns.runs.len(),
        quick_junit::TestCaseStatus::Skipped { .. } => 0,
    };
    assert_eq!([cases[0], cases[1], cases[11]].map(attempts), [0, 1, 1]);
    let first = cases[0];
    assert_eq!(first.classname.as_ref().map(|it| it.as_str()), Some("verdicts"));
    let extra = |name: &str| {
        first.extra.iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value.as_str())
    };
    assert_eq!((extra("file"), extra("line")), (Some("shop/verdicts.contest.yaml"), Some("9")));
}

/// What a consumer of TAP 14 makes of a document: `(is_ok, description, directive)` of each point.
type Point = (bool, String, Option<String>);

/// A strict reader: the version, the plan, points numbered from 1, each with one YAML block at most.
fn read_tap(text: &str) -> Result<Vec<Point>, String> {
    let mut lines = text.lines().peekable();
    if lines.next() != Some("TAP version 14") {
        return Err("no version".to_owned());
    }
    let plan = Regex::new(r"^1\.\.(\d+)( #.*)?$").expect("a pattern");
    let plan = lines.next().and_then(|line| plan.captures(line)).ok_or("no plan")?;
    let planned: usize = plan[1].parse().map_err(|_| "no number".to_owned())?;
    let point = Regex::new(r"^(not )?ok (\d+) - ((?:[^\\#]|\\\\|\\#)*?)(?: # ((?i:todo|skip)(?: .*)?))?$")
        .expect("a pattern");
    let mut points: Vec<Point> = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            continue;
        }
        let found = point.captures(line).ok_or_else(|| format!("`{line}` is no point"))?;
        if found[2] != (points.len() + 1).to_string() {
            return Err(format!("`{line}` is not the next"));
        }
        points.push((
            found.get(1).is_none(),
            found[3].to_owned(),
            found.get(4).map(|it| it.as_str().to_owned()),
        ));
        if lines.peek() == Some(&"  ---") {
            let mut block = String::new();
            lines.next();
            loop {
                let line = lines.next().ok_or("a block has no end")?;
                if line == "  ..." {
                    break;
                }
                block += line.strip_prefix("  ").ok_or_else(|| format!("`{line}` in a block"))?;
                block.push('\n');
            }
            let source = contest::source::Source::new("block", block);
            let mut problems = contest::diagnostic::Problems::new(&source);
            let limits = contest::limits::Limits::default();
            let node = contest::yaml::load(contest::yaml::Dialect::Ours, &limits, &mut problems);
            if node.is_none() || problems.has_errors() {
                return Err(format!("no YAML: {}", source.text()));
            }
        }
    }
    if points.len() == planned { Ok(points) } else { Err(format!("{} of {planned}", points.len())) }
}

#[test]
fn tap_is_read_by_a_strict_reader() {
    let points = read_tap(report(Format::Tap)).expect("it is TAP 14");
    let words: Vec<String> = points
        .iter()
        .map(|(is_ok, _, directive)| {
            let directive = directive.as_deref().and_then(|it| it.split(' ').next()).unwrap_or_default();
            format!("{} {directive}", if *is_ok { "ok" } else { "not" }).trim().to_owned()
        })
        .collect();
    let expected = [
        "ok", "not", "not", "not", "not", "ok SKIP", "not TODO", "not", "ok TODO", "ok", "not", "ok", "not",
        "not", "not", "ok", "ok SKIP",
    ];
    assert_eq!(words, expected);
    for broken in ["", "TAP version 14\n", "TAP version 14\n1..1\n", "TAP version 14\n1..1\nok 2 - a\n"] {
        assert!(read_tap(broken).is_err(), "{broken}");
    }
}

/// The harness of Perl, where TAP comes from; it knows version 13, which differs in nothing used here.
#[test]
fn tap_is_read_by_the_harness_of_perl() {
    if Command::new("prove").arg("--version").output().is_err() {
        return;
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{}.tap", std::process::id()));
    let text = report(Format::Tap).replace("TAP version 14", "TAP version 13");
    std::fs::write(&file, text).expect("the folder is writable");
    let output = Command::new("prove").args(["--exec", "cat"]).arg(&file).output().expect("prove runs");
    let _ = std::fs::remove_file(&file);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Failed 9/17 subtests"), "{said}");
    assert!(said.contains("Failed tests:  2-5, 8, 11, 13-15") && !said.contains("Parse errors"), "{said}");
    assert!(said.contains("TODO passed:   9"), "{said}");
}

#[test]
fn sarif_keeps_the_schema_and_names_what_it_says() {
    let log = check_schema("sarif.schema.json", report(Format::Sarif));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("it has rules");
    let results = run["results"].as_array().expect("it has results");
    assert!(results.len() >= 8, "{}", results.len());
    let mut fingerprints = std::collections::HashSet::new();
    for result in results {
        let index =
            usize::try_from(result["ruleIndex"].as_u64().expect("it has a rule")).expect("it is small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let file = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let name = file.as_str().and_then(|file| file.strip_prefix("shop/")).expect("it has a file");
        assert!([&FILES[..], &["contest.yaml"]].concat().contains(&name), "{name}");
        let fingerprint = result["partialFingerprints"]["contestFinding/v1"].as_str().expect("it has one");
        assert!(fingerprints.insert(fingerprint), "{fingerprint} is there twice");
        // A link within the message leads to a location with that id.
        let text = result["message"]["text"].as_str().expect("it has words");
        if text.contains("](1)") {
            let related = result["relatedLocations"].as_array().expect("it has a list");
            assert_eq!(related[0]["id"], 1);
            assert!(related[0]["physicalLocation"].is_object(), "{result:#}");
        }
    }
}

#[test]
fn har_keeps_the_schema_and_its_pages() {
    let har = check_schema("har.schema.json", report(Format::Har));
    let pages: Vec<&Value> =
        har["log"]["pages"].as_array().expect("it has pages").iter().map(|it| &it["id"]).collect();
    let entries = har["log"]["entries"].as_array().expect("it has entries");
    assert!(entries.len() >= 12, "{}", entries.len());
    assert!(entries.iter().all(|entry| pages.contains(&&entry["pageref"])));
    assert!(entries.iter().any(|entry| entry["response"]["status"] == 0 && entry["_error"].is_string()));
}

#[test]
fn gitlab_gets_what_it_reads() {
    let issues: Vec<Value> = serde_json::from_str(report(Format::Gitlab)).expect("it is JSON");
    let mut fingerprints = std::collections::HashSet::new();
    for issue in &issues {
        for member in ["description", "check_name", "fingerprint", "severity"] {
            assert!(issue[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {issue}");
        }
        assert!(["info", "minor", "major"].map(Value::from).contains(&issue["severity"]), "{issue}");
        assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0), "{issue}");
        assert!(fingerprints.insert(issue["fingerprint"].clone()), "{issue} is there twice");
    }
    assert!(issues.len() >= 8, "{}", issues.len());
}

#[test]
fn annotations_are_commands_of_a_line_each() {
    let command = Regex::new(
        r"^::(error|warning|notice) (file=[^,:]+,line=\d+(,col=\d+,endColumn=\d+)?,)?title=[^,:\n]*::[^\n]+$",
    )
    .expect("a pattern");
    let lines: Vec<&str> = report(Format::Github).lines().collect();
    assert!(lines.len() >= 8, "{lines:#?}");
    for line in lines {
        assert!(command.is_match(line), "{line}");
    }
}

/// The blocks of data of the page, by their names.
fn blocks(page: &str) -> HashMap<String, Value> {
    let parts = page.split("<script type=\"application/json\" id=\"").skip(1);
    let read = |part: &str| {
        let (name, rest) = part.split_once("\">").expect("it is an element");
        let (text, _) = rest.split_once("</script>").expect("the element ends");
        (name.to_owned(), serde_json::from_str(text).expect("it is JSON"))
    };
    parts.map(read).collect()
}

#[test]
fn html_holds_what_the_json_report_holds() {
    let json: Value = serde_json::from_str(report(Format::Json)).expect("it is JSON");
    let mut blocks = blocks(report(Format::Html));
    let run = blocks.remove("run").expect("there is a run");
    let headline = "4 of 14 cases failed, 2 errored, 1 xpassed, 1 not run; 1 requirement not met";
    assert_eq!(run["headline"], headline);
    assert_eq!(run["faults"], serde_json::json!(["budget max=0s: the longest of 17 exchanges is 2 ms"]));
    let cases = json["cases"].as_array().expect("it has cases");
    assert_eq!((blocks.len(), run["rows"].as_array().map(Vec::len)), (cases.len(), Some(cases.len())));
    for (index, case) in cases.iter().enumerate() {
        assert_eq!(&blocks[&format!("case-{index}")], case);
        let row = &run["rows"][index];
        for member in ["id", "file", "title", "row", "verdict", "time", "tags", "operations", "worker"] {
            assert_eq!(row[member], case[member], "{member} of {}", case["id"]);
        }
    }
    let codes = cases.iter().flat_map(|case| case["steps"].as_array().into_iter().flatten());
    let codes = codes.flat_map(|step| step["findings"].as_array().into_iter().flatten());
    for code in codes.filter_map(|finding| finding["code"].as_str()) {
        let page = run["pages"][code].as_str().expect("each code has its page");
        assert!(page.starts_with(&format!("# {code}\n")), "{page}");
    }
}

/// Every exchange that got so far can be sent again, with or without findings.
#[test]
fn every_exchange_has_its_command() {
    let json: Value = serde_json::from_str(report(Format::Json)).expect("it is JSON");
    let cases = json["cases"].as_array().expect("it has cases").iter();
    let steps = cases.flat_map(|case| case["steps"].as_array().into_iter().flatten());
    let exchanges: Vec<&Value> =
        steps.flat_map(|step| step["exchanges"].as_array().into_iter().flatten()).collect();
    assert!(exchanges.len() > 10);
    for exchange in exchanges {
        let url = exchange["request"]["url"].as_str().expect("it has a URL");
        let repeat = exchange["repeat"].as_str().unwrap_or_default();
        assert!(repeat.starts_with("curl") && repeat.contains(url), "{repeat}");
    }
}

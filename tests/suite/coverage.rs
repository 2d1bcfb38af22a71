//! `contest run --coverage`: what the shipped scenarios cover, what becomes of it, and that every step that
//! is suggested can be pasted.

use contest::coverage::{ApiToCover, Coverage, Dimension, Tally, Universe};
use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::openapi::{Contract, Document, Operation, OperationIndex};
use contest::source::Source;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the command runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// Runs the shipped scenarios, and gives the report as it was written, held to its schema.
fn report(name: &str, arguments: &[&str]) -> Value {
    let path = file(name);
    let path = path.to_string_lossy();
    let all = [&["run", "--seed", "7", "--run-id", "r7", "--coverage-report", &path], arguments].concat();
    let (code, text) = run(&all);
    assert_eq!(code, Some(0), "{text}");
    let text = std::fs::read_to_string(&*path).expect("it was written");
    let report = serde_json::from_str(&text).expect("it is JSON");
    let schema = include_str!("../../schemas/coverage.schema.json");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::meta::validate(&schema).expect("it is a schema");
    let validator = jsonschema::draft202012::new(&schema).expect("it compiles");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    report
}

fn read(report: &Value) -> Coverage {
    serde_json::from_value(report.clone()).expect("it is coverage")
}

#[test]
fn the_shipped_scenarios_cover_what_they_call() {
    let report = report("coverage.json", &[]);
    let coverage = read(&report);
    assert_eq!(serde_json::to_value(&coverage).expect("it is written"), report);
    let (_, listed) = run(&["list", "--format", "json"]);
    for (api, document) in &coverage.documents {
        for ((_, label), operation) in &document.operations {
            let id = operation.id.as_deref().unwrap_or(label);
            let is_named = listed.contains(&format!("\"{id}\""));
            assert_eq!(operation.is_called(), is_named, "{api}: {label}");
            assert!(operation.undocumented.is_empty(), "{api}: {label}");
            let (covered, gaps) = (&operation.covered, &operation.gaps);
            assert!(covered.iter().all(|item| !gaps.contains_key(item)), "{api}: {label}");
            if operation.is_called() {
                // Their scenarios go through every answer that the documents promise.
                let missing = gaps.keys().filter(|gap| gap.dimension == Dimension::Status);
                assert_eq!(
                    missing.map(|gap| gap.words()).collect::<Vec<_>>(),
                    Vec::<String>::new(),
                    "{label}"
                );
            }
        }
    }
    assert_eq!(coverage.documents.len(), 2);
}

#[test]
fn shares_of_a_run_cover_together_what_the_run_covers() {
    let whole = read(&report("whole.json", &["--jobs", "3"]));
    let mut all = Coverage::default();
    for share in ["2/3", "1/3", "3/3"] {
        let name = format!("share-{}.json", &share[..1]);
        all = all.merge(read(&report(&name, &["--shard", share])));
    }
    for (api, document) in &whole.documents {
        for (label, operation) in &document.operations {
            assert_eq!(all.documents[api].operations[label].covered, operation.covered, "{api}: {label:?}");
        }
    }
    assert_eq!(all.counts(), whole.counts());
}

#[test]
fn joined_reports_hold_what_their_runs_covered() {
    let paths = ["1/2", "2/2"].map(|share| {
        let path = file(&format!("run-{}.json", &share[..1])).to_string_lossy().into_owned();
        let report = format!("json={path}");
        let (code, text) = run(&["run", "--seed", "7", "--coverage", "--shard", share, "--report", &report]);
        assert_eq!(code, Some(0), "{text}");
        path
    });
    let (code, text) = run(&["report", "merge", &paths[0], &paths[1]]);
    assert_eq!(code, Some(0), "{text}");
    let (_, whole) = run(&["run", "--seed", "7", "--coverage"]);
    let table = |text: &str| {
        let lines = text.lines().skip_while(|line| !line.starts_with("coverage of"));
        lines.take_while(|line| !line.contains("not covered")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(!table(&whole).is_empty());
    assert_eq!(table(&text), table(&whole));
}

#[test]
fn too_little_fails_like_a_failing_test() {
    let check = |asked: &str, code: i32| {
        let (found, text) =
            run(&["run", "-q", "scenarios/ecartapi/status.contest.yaml", "--fail-under", asked]);
        assert_eq!(found, Some(code), "{asked}\n{text}");
        text
    };
    check("operation=100", 0);
    let text = check("enumValue=100,branch=0", 1);
    assert!(text.contains("% of the enum values are covered"), "{text}");
    check("zebra=1", 2);
    check("status=200", 2);
}

/// Every step that is suggested for a document of which nothing was called, in one scenario file.
fn pasted(document: &str, name: &str) -> (String, usize) {
    let source = Source::new(name, document);
    let mut problems = Problems::new(&source);
    let document = Document::load(&Limits::default(), &mut problems).expect("it loads");
    let all: Vec<OperationIndex> = document.operations().map(Operation::index).collect();
    let contract = Arc::new(Contract::compile(Arc::clone(&document), &all));
    let api = ApiToCover { index: 0, name: "api".to_owned(), contract, called: all };
    let universe = Arc::new(Universe::of(vec![api], Limits::default().coverage));
    let mut coverage = Tally::new(Arc::clone(&universe)).finish();
    universe.draft_steps(&mut coverage, usize::MAX);
    let without = coverage.all_gaps().filter(|gap| gap.step.is_none()).map(|gap| gap.words());
    let without: Vec<String> = without.filter(|words| !words.contains("null as")).collect();
    assert_eq!(without, Vec::<String>::new(), "{name}");
    let mut steps: Vec<&str> = coverage.all_gaps().filter_map(|gap| gap.step).collect();
    steps.sort_unstable();
    steps.dedup();
    let mut text = format!("contest: 1\napi: {name}\nscenarios:\n  all:\n    steps:\n");
    for step in &steps {
        step.lines().for_each(|line| text.push_str(&format!("      {line}\n")));
    }
    (text, steps.len())
}

#[test]
fn every_suggested_step_can_be_pasted() {
    for document in [
        "tests/cases/coverage/pets.yaml",
        "tests/cases/shop.yaml",
        "specs/ecartapi-orders.yaml",
        "specs/elasticpath-orders.yaml",
    ] {
        let path = root().join(document);
        let text = std::fs::read_to_string(&path).expect("it is readable");
        let (scenario, n_steps) = pasted(&text, &path.to_string_lossy());
        let written = file(&format!("{}.contest.yaml", document.replace('/', "-")));
        std::fs::write(&written, &scenario).expect("it can be written");
        let (code, said) = run(&["check", &written.to_string_lossy()]);
        assert_eq!(code, Some(0), "{said}");
        // Credentials are those of the file that it is pasted into, and this one has none.
        let warnings = said.lines().filter(|line| line.starts_with("warning["));
        let others: Vec<&str> = warnings.filter(|line| !line.contains("[scenario.missing-auth]")).collect();
        assert_eq!(others, Vec::<&str>::new(), "{document}\n{said}");
        assert!(n_steps > 5, "{document} has {n_steps}");
    }
}

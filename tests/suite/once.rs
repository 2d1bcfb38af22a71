//! `setupOnce` and `teardownOnce`: once for each file, whatever is chosen, repeated or reordered.

use crate::lifecycle::{check, run, run_interrupted, step, step_with};
use contest::engine::{CaseReport, Order};

/// A file with three scenarios, two of which read what `setupOnce` saved.
fn file(setup: &str, rest: &str) -> String {
    let read = |name: &str| step(&format!("\"{name}-{{$vars.id}}\""));
    format!(
        "setupOnce: [{setup}]\nteardownOnce: [{}]\nscenarios:\n  a: {{ steps: [{}] }}\n  b: {{ steps: [{}] }}\n{rest}",
        step("undo"),
        read("a"),
        read("b"),
    )
}

fn make() -> String {
    step_with("make", "save: { id: $.id }")
}

fn words(reports: &[CaseReport]) -> Vec<String> {
    let word = |report: &CaseReport| match &report.reason {
        Some(reason) => format!("{}: {reason}", report.verdict),
        None => report.verdict.to_string(),
    };
    reports.iter().map(word).collect()
}

#[test]
fn it_runs_once_around_all_cases() {
    check(&file(&make(), ""), "make a-a1 b-a1 undo", "passed, passed");
}

#[test]
fn it_runs_before_the_first_case_that_is_not_skipped() {
    let text = |skip: &str| {
        format!(
            "setupOnce: [{}]\nteardownOnce: [{}]\nscenarios:\n  a: {{ {skip}, steps: [{}] }}\n  b: {{ steps: [{}] }}\n  c: {{ {skip}, steps: [{}] }}\n",
            step("make"),
            step("undo"),
            step("a"),
            step("b"),
            step("c")
        )
    };
    let expected = "make b undo";
    check(&text("skip: not now"), expected, "skipped, passed, skipped");
    check(&text("skip: { when: 1 < 2, reason: not now }"), expected, "skipped, passed, skipped");
}

#[test]
fn it_does_not_run_where_every_case_is_skipped() {
    let text = format!(
        "setupOnce: [{}]\nscenarios: {{ a: {{ skip: not now, steps: [{}] }} }}\n",
        step("make"),
        step("a")
    );
    check(&text, "", "skipped");
}

#[test]
fn it_runs_once_whatever_the_workers_the_rounds_and_the_order() {
    let text = file(&make(), "");
    let (reports, requests) = run(&text, |settings| {
        settings.repeat = Some(2);
        settings.jobs = Some(4);
    });
    assert_eq!(reports.len(), 4);
    assert_eq!(requests.join(" "), "make a-a1 b-a1 a-a1 b-a1 undo");
    let (_, requests) = run(&text, |settings| {
        settings.order = Order::Random;
        settings.seed = Some(1);
        settings.jobs = Some(4);
    });
    assert_eq!((requests.len(), requests[0].as_str(), requests[3].as_str()), (4, "make", "undo"));
    let (_, requests) = run(&text, |settings| settings.selection.ids = vec!["x::b".to_owned()]);
    assert_eq!(requests.join(" "), "make b-a1 undo");
}

#[test]
fn its_reports_stand_with_the_first_and_the_last_case() {
    let (reports, _) = run(&file(&make(), ""), |_| {});
    let steps = |index: usize| {
        let steps = reports[index].steps.iter();
        steps.map(|step| format!("{} {}", step.phase.word(), step.id)).collect::<Vec<_>>()
    };
    assert_eq!(steps(0), ["setupOnce step step1", "step step1"]);
    assert_eq!(steps(1), ["step step1", "teardownOnce step step2"]);
}

#[test]
fn a_failing_setup_is_shown_once_and_no_case_of_the_file_runs() {
    let text = file(&step_with("broken", "id: make, save: { id: $.id }"), "");
    let (reports, requests) = run(&text, |_| {});
    assert_eq!(requests.join(" "), "broken undo");
    assert_eq!(words(&reports), ["errored", "not run: `setupOnce`: step make failed"]);
    let findings = reports.iter().flat_map(|report| &report.steps).flat_map(|step| &step.findings);
    assert_eq!(findings.count(), 1);
}

#[test]
fn its_cleanup_runs_behind_the_last_case() {
    let setup =
        step_with("make", &format!("save: {{ id: $.id }}, cleanup: [{}]", step("\"clean-{$vars.id}\"")));
    check(&file(&setup, ""), "make a-a1 b-a1 clean-a1 undo", "passed, passed");
}

#[test]
fn a_failed_case_does_not_keep_the_others_from_running() {
    let text = format!(
        "setupOnce: [{}]\nteardownOnce: [{}]\nscenarios:\n  a: {{ steps: [{}] }}\n  b: {{ steps: [{}] }}\n",
        step("make"),
        step("undo"),
        step("broken"),
        step("b")
    );
    check(&text, "make broken b undo", "failed, passed");
}

#[test]
fn what_teardown_leaves_behind_does_not_decide() {
    let text = format!(
        "setupOnce: [{}]\nteardownOnce: [{}]\nscenarios: {{ a: {{ steps: [{}] }} }}\n",
        step("make"),
        step_with("broken", "id: remove"),
        step("a")
    );
    let (reports, _) = run(&text, |_| {});
    assert_eq!(words(&reports), ["passed"]);
    assert_eq!(reports[0].left_behind, ["cleanup `remove` (at) answered 500: GET /broken"]);
    let (reports, _) = run(&format!("strictCleanup: true\n{text}"), |_| {});
    assert_eq!(words(&reports), ["errored: cleanup left something behind"]);
}

#[test]
fn it_may_call_flows_and_be_alone() {
    let flow = "flows: { f: { steps: [{ call: at, path: { name: make }, save: { id: $.id } }], outputs: { id: $vars.id } } }";
    let text = format!(
        "{flow}\nsetupOnce: [{{ flow: f, save: {{ id: $outputs.id }} }}]\nscenarios: {{ a: {{ steps: [{}] }} }}\n",
        step("$vars.id")
    );
    check(&text, "make a1", "passed");
    let text = format!(
        "teardownOnce: [{}]\nscenarios: {{ a: {{ steps: [{}] }}, b: {{ steps: [{}] }} }}\n",
        step("undo"),
        step("a"),
        step("b")
    );
    check(&text, "a b undo", "passed, passed");
}

#[test]
fn an_interruption_is_followed_by_teardown() {
    let text = |setup: &str, steps: &str| {
        format!(
            "setupOnce: [{setup}]\nteardownOnce: [{}]\nscenarios:\n  a: {{ steps: [{steps}] }}\n  b: {{ steps: [{}] }}\n",
            step("undo"),
            step("b")
        )
    };
    let in_case = run_interrupted(&text(&step("make"), &format!("{}, {}", step("slow"), step("a"))));
    assert_eq!(in_case.0, ["not run", "not run"]);
    assert_eq!(in_case.1, ["make", "undo"]);
    let setup = step_with("make", &format!("cleanup: [{}]", step("clean")));
    let in_setup = run_interrupted(&text(&format!("{setup}, {}", step("slow")), &step("a")));
    assert_eq!(in_setup.0, ["not run", "not run"]);
    assert_eq!(in_setup.1, ["make", "clean", "undo"]);
}

#[test]
fn cookies_of_the_setup_are_those_that_every_case_starts_with() {
    // What a case adds is its own.
    let text = format!(
        "setupOnce: [{}]\nscenarios:\n  a: {{ steps: [{}, {}] }}\n  b: {{ steps: [{}] }}\n",
        step("cookie-once"),
        step("cookie-own"),
        step("jar"),
        step("jar")
    );
    let (reports, _) = run(&text, |_| {});
    let sent = |index: usize| {
        let steps = reports[index].steps.iter();
        steps.filter_map(|step| step.repeat.clone()).collect::<Vec<_>>()
    };
    assert!(sent(0).last().is_some_and(|curl| curl.contains("cookie-once=1; cookie-own=1")), "{:?}", sent(0));
    assert!(sent(1).last().is_some_and(|curl| curl.contains("cookie-once=1'")), "{:?}", sent(1));
}

//! `contest.baseline.yaml`: what is known fails nothing, what is new does, what is mended is told, and an update
//! keeps what people wrote.

use crate::attempt::{Attempt, asked};
use crate::server::{Server, wire};

const SCHEMA: &str =
    "{ type: object, required: [id], properties: { id: { type: string }, total: { type: number } } }";

/// Where the type of `total` is promised.
const AT: &str = "/paths/~1a/get/responses/200/content/application~1json/schema/properties/total/type";

const RIGHT: &str = r#"{"id":"a","total":1}"#;
const WRONG_TOTAL: &str = r#"{"id":"a","total":"1"}"#;
const WRONG_BOTH: &str = r#"{"id":7,"total":"1"}"#;

fn server(body: &'static str) -> Server {
    Server::start(move |_| wire(&format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{body}")))
}

/// An entry for the wrong type of `total`.
fn known(rest: &str) -> String {
    format!(
        "contest: 1\nknown:\n  # The cashier's.\n  - code: response.body\n    operation: getA\n    status: 200\n    \
         at: {AT}\n    reason: totals are texts # for years\n    issue: SHOP-12\n{rest}"
    )
}

fn attempt(name: &'static str, server: &Server, baseline: &str) -> Attempt {
    asked(name, server, SCHEMA, "").file("contest.baseline.yaml", baseline)
}

/// `contest baseline update` in a folder with a baseline, or without one; gives what is written then.
fn update(name: &'static str, server: &Server, baseline: Option<&str>, says: &str) -> String {
    let attempt = Attempt::new(name, "baseline update s.contest.yaml --base-url")
        .argument(server.base_url.as_str())
        .file("doc.yaml", crate::attempt::document(SCHEMA, ""))
        .file("s.contest.yaml", crate::attempt::scenario(""));
    let attempt = match baseline {
        Some(text) => attempt.file("contest.baseline.yaml", text),
        None => attempt,
    };
    attempt.check(0, says);
    attempt.read("contest.baseline.yaml")
}

#[test]
fn what_is_known_fails_nothing_and_is_counted() {
    let server = server(WRONG_TOTAL);
    let says = "known 1 finding of contest.baseline.yaml";
    attempt("known", &server, &known("")).check(0, says);
    let shown = "known: totals are texts (SHOP-12); contest.baseline.yaml:4";
    attempt("known, shown", &server, &known("")).argument("-v").check(0, shown);
    let report =
        attempt("known, reported", &server, &known("")).argument("--report").argument("json=run.json");
    report.check(0, says);
    let report: serde_json::Value = serde_json::from_str(&report.read("run.json")).expect("it is JSON");
    let finding = &report["cases"][0]["steps"][0]["findings"][0];
    assert_eq!((&finding["severity"], &finding["known"]["issue"]), (&"warn".into(), &"SHOP-12".into()));
    assert_eq!(report["summary"]["knownFindings"][0]["count"], 1);
    attempt("unknown again", &server, &known("")).argument("--no-baseline").check(1, "response.body");
}

#[test]
fn what_is_new_fails_as_ever() {
    let server = server(WRONG_BOTH);
    attempt("new", &server, &known("")).check(1, "known 1 finding of contest.baseline.yaml");
    attempt("new", &server, &known("")).check(1, "1 failed");
    for (name, entry) in [
        ("another code", "code: response.header"),
        ("another place", "code: response.body, at: /components"),
        ("another status", "code: response.body, status: 4xx"),
        ("another scenario", "code: response.body, scenario: t"),
        ("another member", "code: response.body, member: /id/x"),
    ] {
        let text = format!("contest: 1\nknown: [{{ {entry}, reason: r }}]\n");
        attempt(name, &server, &text).check(1, "1 failed");
    }
    for (name, entry) in [
        ("any place", "code: response.body"),
        ("a class of statuses", "code: response.body, status: 2xx, operation: GET /a, file: s, scenario: s"),
        ("any member", "code: response.body, member: /*"),
    ] {
        let text = format!("contest: 1\nknown: [{{ {entry}, reason: r }}]\n");
        attempt(name, &server, &text).check(0, "known 2 findings of contest.baseline.yaml");
    }
}

#[test]
fn what_is_mended_is_told_and_fails_a_strict_run() {
    let server = server(RIGHT);
    let says =
        "mended response.body of getA (totals are texts (SHOP-12)): remove it from contest.baseline.yaml:4";
    attempt("mended", &server, &known("")).check(0, says);
    attempt("mended, strict", &server, &known("")).argument("--strict-baseline").check(1, says);
    // Nothing is told of what was not judged, nor by a part of the cases.
    let of_other = "contest: 1\nknown: [{ code: response.body, status: 404, reason: r }]\n";
    let outcome = attempt("another status", &server, of_other).argument("--strict-baseline").run();
    assert!(outcome.code == Some(0) && !outcome.output.contains("mended"), "{}", outcome.output);
    let part = attempt("a part", &server, &known("")).argument("--strict-baseline").argument("--scenario=s");
    let outcome = part.run();
    assert!(outcome.code == Some(0) && !outcome.output.contains("mended"), "{}", outcome.output);
}

#[test]
fn what_has_expired_counts_again_and_says_so() {
    let server = server(WRONG_TOTAL);
    let text = known("    expires: 2020-01-31\n");
    let says = "its entry at contest.baseline.yaml:4 expired on 2020-01-31: totals are texts (SHOP-12)";
    attempt("expired", &server, &text).check(1, says);
    attempt("not yet expired", &server, &known("    expires: 2999-01-31\n")).check(0, "1 passed");
}

#[test]
fn a_mark_of_a_scenario_counts_before_the_baseline() {
    let server = server(WRONG_TOTAL);
    let keys = "        xfail: { reason: totals, code: response.body }\n";
    let marked = asked("marked", &server, SCHEMA, keys).file("contest.baseline.yaml", known(""));
    marked.argument("--strict-baseline").check(0, "1 xfailed");
}

#[test]
fn an_update_writes_what_is_found_and_keeps_what_people_wrote() {
    let server = server(WRONG_BOTH);
    let written = update("from nothing", &server, None, "contest.baseline.yaml: 2 new, 0 kept, 0 dropped");
    let id = AT.replace("total", "id");
    let entry = |at: &str| {
        format!(
            "  - code: response.body\n    operation: getA\n    status: 200\n    at: {at}\n    reason: TODO\n"
        )
    };
    let head = "# Findings that are known: they fail nothing, and any other does.\ncontest: 1\nknown:\n";
    assert_eq!(written, format!("{head}{}{}", entry(&id), entry(AT)));
    attempt("all known", &server, &written).check(0, "known 2 findings of contest.baseline.yaml");
    let mended = "  # Gone.\n  - { code: http.allow, operation: getA, reason: gone }\n";
    let kept = update("kept", &server, Some(&known(mended)), "1 new, 1 kept, 1 dropped");
    assert_eq!(kept, known("") + &entry(&id));
    let again = update("again", &server, Some(&kept), "0 new, 2 kept, 0 dropped");
    assert_eq!(again, kept);
    let expired = known("    expires: 2020-01-31\n");
    let still = update("expired", &server, Some(&expired), "1 of those kept expired");
    assert_eq!(still, expired.clone() + &entry(&id));
}

#[test]
fn an_update_that_cannot_be_one_is_refused() {
    let refused = |option: &str, says: &str| {
        Attempt::new("refused", "baseline update").argument(option.to_owned()).check(2, says);
    };
    refused("--dry-run", "`contest baseline update` takes no `--dry-run`");
    refused("--no-baseline", "`contest baseline update` takes no `--no-baseline`");
    Attempt::new("missing", "run s.contest.yaml --baseline none.yaml")
        .file("doc.yaml", crate::attempt::document(SCHEMA, ""))
        .file("s.contest.yaml", crate::attempt::scenario(""))
        .check(2, "cannot read `none.yaml`");
}

//! The parts of the report; whole runs have a file of their own below.

mod whole;

use super::super::fixtures::{REPEAT, body_type, case, finding, refused, step};
use super::*;
use crate::diagnostic::{Code, Finding};
use crate::engine::{Attention, CommonFinding, WarningCount};
use std::time::Duration;

const SHOWN: summary::Shown = summary::Shown { is_listed: true, is_quiet: false, has_durations: false };

/// Runs the cases in the order given, whatever their indices; the text starts on a line of its own.
fn run(style: Style, verbosity: Verbosity, cases: Vec<CaseReport>, summary: Summary) -> String {
    let mut terminal = Terminal::new(vec![b'\n'], style, verbosity);
    let started = RunStarted {
        shard: None,
        version: "0.1.0".into(),
        started: crate::clock::Timestamp::UNIX_EPOCH,
        environment: Some("mock".to_owned()),
        target: "embedded mock".to_owned(),
        cases: cases.len(),
        workers: 2,
        seed: 8412,
        run_id: "r1".to_owned(),
        is_dry: false,
        banners: Vec::new(),
    };
    let mut events = vec![Event::RunStarted(started)];
    events.extend(cases.into_iter().flat_map(|case| {
        [Event::CaseStarted { index: case.index, name: case.name() }, Event::CaseFinished(Box::new(case))]
    }));
    events.push(Event::RunFinished(Box::new(summary)));
    for event in &events {
        terminal.event(event).expect("a vector takes everything");
    }
    String::from_utf8(terminal.into_inner()).expect("it is text")
}

#[track_caller]
fn check(actual: &str, expected: &str) {
    assert_eq!(actual, expected, "\n{actual}");
}

fn passed(index: usize, title: &str) -> CaseReport {
    case(index, Verdict::Passed, "marketplace/cancel", title)
}

/// A case of which nothing was sent.
fn unsent(index: usize, verdict: Verdict, title: &str, reason: &str) -> CaseReport {
    CaseReport {
        reason: Some(reason.to_owned()),
        steps: Vec::new(),
        ..case(index, verdict, "bookshop/status", title)
    }
}

fn failed(index: usize) -> CaseReport {
    let deprecated = Finding {
        severity: Severity::Warn,
        ..finding(Code::OPERATION_DEPRECATED, "`updateAnOrder` is deprecated")
    };
    let update = StepReport {
        findings: vec![body_type(), deprecated],
        repeat: Some(REPEAT.to_owned()),
        notes: vec!["the token was fetched anew after a 401".to_owned()],
        not_checked: vec!["the header `X-Rate` has a schema that does not compile".to_owned()],
        ..step("update", Verdict::Failed)
    };
    let after =
        StepReport { reason: Some("step update failed".to_owned()), ..step("after", Verdict::Skipped) };
    CaseReport {
        steps: vec![step("read", Verdict::Passed), update, after],
        elapsed: Duration::from_millis(14),
        ..case(index, Verdict::Failed, "marketplace/update", "an address can be changed")
    }
}

fn errored(index: usize, title: &str) -> CaseReport {
    let mut case = case(index, Verdict::Errored, "bookshop/status", title);
    case.steps[1].findings = vec![refused()];
    case
}

fn attention(verdict: Verdict, name: &str, codes: &[Code]) -> Attention {
    Attention { verdict, name: name.to_owned(), codes: codes.to_vec() }
}

fn summary(verdicts: &[(Verdict, usize)]) -> Summary {
    Summary {
        cases: verdicts.iter().map(|(_, count)| count).sum(),
        verdicts: verdicts.to_vec(),
        exchanges: 61,
        target: "embedded mock".to_owned(),
        elapsed: Duration::from_millis(210),
        ..Summary::default()
    }
}

/// A run with every verdict, finished out of order.
#[test]
fn a_run_that_passes_is_a_line_a_case() {
    let skipped = unsent(2, Verdict::Skipped, "refunds reach the shop", "no refunds here");
    let cases = vec![
        passed(0, "an unfulfilled order can be cancelled"),
        case(1, Verdict::Passed, "marketplace/fulfill", "an unpaid order cannot be fulfilled"),
        skipped,
    ];
    let summary = summary(&[(Verdict::Skipped, 1), (Verdict::Passed, 2)]);
    check(
        &run(Style::plain(100), Verbosity::Normal, cases.clone(), summary.clone()),
        r#"
contest 0.1.0 · environment mock · target: embedded mock · 3 cases, 2 workers · seed 8412

  pass  marketplace/cancel › an unfulfilled order can be cancelled                   2 steps    9 ms
  pass  marketplace/fulfill › an unpaid order cannot be fulfilled                    2 steps    9 ms
  skip  bookshop/status › refunds reach the shop                                     no refunds here

3 cases: 2 passed, 1 skipped · 61 exchanges, all judged · 0.21 s · target: embedded mock
"#,
    );
    check(
        &run(Style::plain(100), Verbosity::Quiet, cases, summary),
        r#"
3 cases: 2 passed, 1 skipped · 61 exchanges, all judged · 0.21 s · target: embedded mock
"#,
    );
}

#[test]
fn a_verbose_run_lists_the_steps_and_shows_warnings_in_place() {
    let summary = Summary {
        attention: vec![attention(Verdict::Failed, "a › b", &[Code::RESPONSE_BODY])],
        exchanges: 4,
        ..summary(&[(Verdict::Passed, 1), (Verdict::Failed, 1)])
    };
    check(
        &run(Style::plain(80), Verbosity::Verbose, vec![passed(0, "a"), failed(1)], summary),
        r#"
contest 0.1.0 · environment mock · target: embedded mock · 2 cases, 2 workers
  seed 8412

  pass  marketplace/cancel › a                                   2 steps    9 ms
        `read`: PUT /v2/orders/50ca1ec7 answered 200 in 3 ms
        `update`: PUT /v2/orders/50ca1ec7 answered 200 in 3 ms

  FAIL  marketplace/update › an address can be changed      2 of 3 steps   14 ms
        `read`: PUT /v2/orders/50ca1ec7 answered 200 in 3 ms
        `update`: PUT /v2/orders/50ca1ec7 answered 200 in 3 ms, failed
        `after`: updateAnOrder, skipped: step update failed

warning[operation.deprecated]: `updateAnOrder` is deprecated

error[response.body]: `amount` is a string where the document promises an
                      integer
    ╭▸ scenarios/marketplace/update.contest.yaml:14:9
 14 │       - call: updateAnOrder
    │         ─────────────────── step `update`: PUT /v2/orders/50ca1ec7…
    │                             answered 200 in 3 ms
    ├▸ specs/marketplace-orders.yaml:212:25
212 │               amount: { type: integer }
    │                         ───────────── via 200 › OrderEnvelope › Order ›
    │                                       Meta › Price
    ├▸ response body:31:18, at /data/meta/display_price/with_tax/amount
 31 │        "amount": "237500",
    │                  ━━━━━━━━ string
    ├ also at 3 more places:
    │ /data/meta/display_price/{without_tax,tax,discount}/amount
    ├ the token was fetched anew after a 401
    ├ not checked: the header `X-Rate` has a schema that does not compile
    ╰ repeat: curl -X PUT \
              'http://127.0.0.1:4010/v2/orders/50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3' \
              -H 'Authorization: Bearer ***' \
              -H 'Content-Type: application/json' -d '{"data":{"type":"order"}}'

2 cases: 1 passed, 1 failed · 4 exchanges, all judged · 0.21 s
  target: embedded mock
"#,
    );
}

#[test]
fn a_failure_right_above_the_summary_is_not_listed_again() {
    let one = |verdicts| Summary {
        attention: vec![attention(Verdict::Failed, "a › b", &[Code::RESPONSE_BODY])],
        ..summary(verdicts)
    };
    let last = run(
        Style::plain(80),
        Verbosity::Normal,
        vec![passed(0, "a"), failed(1)],
        one(&[(Verdict::Passed, 1), (Verdict::Failed, 1)]),
    );
    assert!(!last.contains("\n  failed"), "{last}");
    let first = run(
        Style::plain(80),
        Verbosity::Normal,
        vec![failed(0), passed(1, "a")],
        one(&[(Verdict::Passed, 1), (Verdict::Failed, 1)]),
    );
    assert!(first.contains("\n  failed   a › b response.body\n"), "{first}");
}

#[test]
fn cases_of_an_interrupted_run_are_shown_though_some_never_finish() {
    let text = run(
        Style::plain(60),
        Verbosity::Normal,
        vec![passed(3, "c"), passed(1, "b")],
        Summary { is_interrupted: true, ..summary(&[(Verdict::Passed, 2)]) },
    );
    check(
        &text,
        r#"
contest 0.1.0 · environment mock · target: embedded mock
  2 cases, 2 workers · seed 8412

  pass  marketplace/cancel › b               2 steps    9 ms
  pass  marketplace/cancel › c               2 steps    9 ms

2 cases: 2 passed · 61 exchanges, all judged · 0.21 s
  target: embedded mock
  interrupted: the run was stopped before its end; cleanup
               was run
"#,
    );
}

#[test]
fn banners_stand_below_the_header() {
    let mut terminal = Terminal::new(vec![b'\n'], Style::plain(80), Verbosity::Normal);
    let started = RunStarted {
        shard: None,
        version: "0.1.0".into(),
        started: crate::clock::Timestamp::UNIX_EPOCH,
        environment: None,
        target: "https://staging.example.com".to_owned(),
        cases: 1,
        workers: 1,
        seed: 1,
        run_id: String::new(),
        is_dry: false,
        banners: vec![
            "certificates are not verified, since environment staging says `insecure: true`".to_owned(),
        ],
    };
    terminal.event(&Event::RunStarted(started)).expect("a vector takes everything");
    let text = String::from_utf8(terminal.into_inner()).expect("it is text");
    check(
        &text,
        r#"
contest 0.1.0 · target: https://staging.example.com · 1 case, 1 worker · seed 1
warning: certificates are not verified, since environment staging says
         `insecure: true`

"#,
    );
}

#[test]
fn what_was_found_before_is_shown_in_short() {
    let cases = || vec![failed(0), failed(1), errored(2, "pending is stored as processing"), failed(3)];
    let text = run(Style::plain(80), Verbosity::Normal, cases(), summary(&[(Verdict::Failed, 4)]));
    let short = "
  FAIL  marketplace/update › an address can be changed      2 of 3 steps   14 ms
        response.body, as above: `amount` is a string where the document promis…
        scenarios/marketplace/update.contest.yaml:14, step `update`: PUT
        /v2/orders/50ca1ec7… answered 200 in 3 ms, at
        `/data/meta/display_price/with_tax/amount`
";
    assert_eq!(text.matches(short).count(), 2, "{text}");
    assert_eq!(text.matches("error[response.body]").count(), 1, "{text}");
    assert_eq!(text.matches("error[transport.connect]").count(), 1, "{text}");
    let text = run(Style::plain(80), Verbosity::Verbose, cases(), summary(&[(Verdict::Failed, 4)]));
    assert_eq!(text.matches("error[response.body]").count(), 3, "{text}");
}

#[test]
fn many_findings_of_a_step_are_counted() {
    let mut many = failed(0);
    many.steps[1].findings = (0..30).map(|n| finding(Code::EXPECT_BODY, &format!("finding {n}"))).collect();
    many.steps[1].repeat = None;
    let text = render_case(&many, &Style::plain(80));
    assert_eq!(text.matches("error[").count(), 20);
    assert!(text.ends_with("\n        10 more findings of step `update`; `-v` shows all\n"), "{text}");
}

#[test]
fn a_case_that_could_not_start_says_why() {
    let case =
        unsent(0, Verdict::Errored, "a", "the input `order` has no value; give it with `--input order=…`");
    check(
        &format!("\n{}", render_case(&case, &Style::plain(80))),
        r#"
  ERROR bookshop/status › a                                     no steps    9 ms
        the input `order` has no value; give it with `--input order=…`
"#,
    );
}

#[test]
fn nothing_and_much_are_counted_in_words() {
    let check_counts = |summary: Summary, expected: &str| {
        assert_eq!(summary::render(&summary, SHOWN, Style::plain(80)), expected);
    };
    check_counts(
        Summary { target: "embedded mock".to_owned(), ..Summary::default() },
        "0 cases · no exchanges · 0.00 s · target: embedded mock\n",
    );
    check_counts(
        Summary { exchanges: 1, elapsed: Duration::from_secs(3_725), ..summary(&[(Verdict::Passed, 1)]) },
        "1 case: 1 passed · 1 exchange, all judged · 1 h 2 min · target: embedded mock\n",
    );
    check_counts(
        Summary { exchanges: 0, unanswered: 2, ..summary(&[(Verdict::Errored, 2)]) },
        "2 cases: 2 errored · 0 exchanges judged, 2 not (transport) · 0.21 s\n  target: embedded mock\n",
    );
    let crowd = Summary {
        attention: (0..60)
            .map(|n| attention(Verdict::Failed, &format!("f › {n}"), &[Code::EXPECT_BODY]))
            .collect(),
        ..summary(&[(Verdict::Failed, 60)])
    };
    let text = summary::render(&crowd, SHOWN, Style::plain(80));
    assert!(
        text.ends_with("\n  failed   f › 49 expect.body\n           and 10 more, listed above\n"),
        "{text}"
    );
}

//! Whole runs with everything that a run can hold.

use super::*;

fn everything() -> (Vec<CaseReport>, Summary) {
    let skipped = CaseReport {
        row: Some("refunded".to_owned()),
        ..unsent(2, Verdict::Skipped, "refunds reach the shop", "no refund endpoint in this sandbox")
    };
    let long = CaseReport {
        row: Some("card".to_owned()),
        elapsed: Duration::from_millis(12_345),
        ..passed(8, "an unfulfilled order that was paid by card can be cancelled and stays cancelled")
    };
    let cases = vec![
        passed(1, "an unpaid order cannot be fulfilled"),
        passed(0, "an unfulfilled order can be cancelled"),
        skipped,
        errored(4, "pending is stored as processing"),
        failed(3),
        case(5, Verdict::XFailed, "marketplace/known", "the manual gateway cancels"),
        case(6, Verdict::XPassed, "marketplace/known", "the card gateway cancels"),
        unsent(7, Verdict::NotRun, "paid is stored as processing", "interrupted"),
        errored(9, "refunded is stored as refunded"),
        long,
    ];
    let summary = Summary {
        attention: vec![
            attention(Verdict::Failed, "marketplace/update › an address can be changed", &[Code::RESPONSE_BODY]),
            attention(
                Verdict::Errored,
                "bookshop/status › pending is stored as processing",
                &[Code::TRANSPORT_CONNECT],
            ),
            attention(Verdict::XPassed, "marketplace/known › the card gateway cancels", &[]),
            attention(
                Verdict::Errored,
                "bookshop/status › refunded is stored as refunded",
                &[Code::TRANSPORT_CONNECT, Code::RESPONSE_BODY],
            ),
        ],
        common: vec![CommonFinding {
            code: Code::TRANSPORT_CONNECT,
            headline: "nothing listens at http://127.0.0.1:4010 (connection refused)".to_owned(),
            others: 0,
            place: None,
            cases: 2,
        }],
        warnings: vec![
            WarningCount {
                others: 0,
                code: Code::RESPONSE_HEADER,
                headline: "`X-Request-Id` is not a uuid".to_owned(),
                place: Some("specs/marketplace-orders.yaml:61".to_owned()),
                count: 12,
            },
            WarningCount {
                others: 0,
                code: Code::OPERATION_DEPRECATED,
                headline: "`updateAnOrder` is deprecated".to_owned(),
                place: None,
                count: 1,
            },
        ],
        waived: vec![(Code::RESPONSE_STATUS, 2), (Code::RESPONSE_BODY, 1)],
        not_checked: vec![
            ("`send` goes outside the document".to_owned(), 3),
            ("the header `X-Rate` has a schema that does not compile".to_owned(), 1),
        ],
        left_behind: vec![
            "order 50ca1ec7… (cleanup `restore` answered 503)".to_owned(),
            "marketplace/cancel › an unpaid order cannot be fulfilled: order 60ca (cleanup `restore` answered 500)".to_owned(),
        ],
        exchanges: 58,
        unanswered: 3,
        is_interrupted: true,
        ..summary(&[
            (Verdict::Skipped, 1),
            (Verdict::NotRun, 1),
            (Verdict::XFailed, 1),
            (Verdict::Passed, 3),
            (Verdict::XPassed, 1),
            (Verdict::Errored, 2),
            (Verdict::Failed, 1),
        ])
    };
    (cases, summary)
}

#[test]
fn every_verdict_at_80_columns() {
    let (cases, summary) = everything();
    check(
        &run(Style::plain(80), Verbosity::Normal, cases, summary),
        r#"
contest 0.1.0 · environment mock · target: embedded mock · 10 cases, 2 workers
  seed 8412

  pass  marketplace/cancel › an unfulfilled order can be cance…  2 steps    9 ms
  pass  marketplace/cancel › an unpaid order cannot be fulfill…  2 steps    9 ms
  skip  bookshop/status › refunds reach the shop [refunded]
        no refund endpoint in this sandbox

  FAIL  marketplace/update › an address can be changed      2 of 3 steps   14 ms

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

  ERROR bookshop/status › pending is stored as processing        2 steps    9 ms

error[transport.connect]: nothing listens at http://127.0.0.1:4010 (connection
                          refused)
 ├ the case was not judged; base URL from contest.yaml:14:24, environment
 │ staging
 ╰ help: is the target up?

  xfail marketplace/known › the manual gateway cancels           2 steps    9 ms
  XPASS marketplace/known › the card gateway cancels             2 steps    9 ms
        it passed, and is marked `xfail`: remove the mark
  -     bookshop/status › paid is stored as processing      not run: interrupted
  pass  marketplace/cancel › an unfulfilled order that… [card]  2 steps  12.35 s
  ERROR bookshop/status › refunded is stored as refunded         2 steps    9 ms
        transport.connect, as above: nothing listens at http://127.0.0.1:4010 (…

10 cases: 3 passed, 1 failed, 2 errored, 1 xpassed, 1 xfailed, 1 skipped,
  1 not run · 58 exchanges judged, 3 not (transport) · 0.21 s
  target: embedded mock
  failed   marketplace/update › an address can be changed    response.body
  errored  bookshop/status › pending is stored as processing transport.connect
  xpassed  marketplace/known › the card gateway cancels
  errored  bookshop/status › refunded is stored as refunded transport.connect +1
  common   2 cases: transport.connect (nothing listens at http://127.0.0.1:4010
           (connection refused))
  warnings response.header ×12 (`X-Request-Id` is not a uuid,
           specs/marketplace-orders.yaml:61)
           operation.deprecated (`updateAnOrder` is deprecated)
  waived   response.status ×2, response.body (by `contract:`)
  not checked: `send` goes outside the document ×3
               the header `X-Rate` has a schema that does not compile
  left behind: order 50ca1ec7… (cleanup `restore` answered 503)
               marketplace/cancel › an unpaid order cannot be fulfilled: order
               60ca (cleanup `restore` answered 500)
  interrupted: the run was stopped before its end; cleanup was run
"#,
    );
}

#[test]
fn every_verdict_at_120_columns() {
    let (cases, summary) = everything();
    check(
        &run(Style::plain(120), Verbosity::Normal, cases, summary),
        r#"
contest 0.1.0 · environment mock · target: embedded mock · 10 cases, 2 workers · seed 8412

  pass  marketplace/cancel › an unfulfilled order can be cancelled                                       2 steps    9 ms
  pass  marketplace/cancel › an unpaid order cannot be fulfilled                                         2 steps    9 ms
  skip  bookshop/status › refunds reach the shop [refunded]                           no refund endpoint in this sandbox

  FAIL  marketplace/update › an address can be changed                                              2 of 3 steps   14 ms

error[response.body]: `amount` is a string where the document promises an integer
    ╭▸ scenarios/marketplace/update.contest.yaml:14:9
 14 │       - call: updateAnOrder
    │         ─────────────────── step `update`: PUT /v2/orders/50ca1ec7… answered 200 in 3 ms
    ├▸ specs/marketplace-orders.yaml:212:25
212 │               amount: { type: integer }
    │                         ───────────── via 200 › OrderEnvelope › Order › Meta › Price
    ├▸ response body:31:18, at /data/meta/display_price/with_tax/amount
 31 │        "amount": "237500",
    │                  ━━━━━━━━ string
    ├ also at 3 more places: /data/meta/display_price/{without_tax,tax,discount}/amount
    ├ the token was fetched anew after a 401
    ├ not checked: the header `X-Rate` has a schema that does not compile
    ╰ repeat: curl -X PUT 'http://127.0.0.1:4010/v2/orders/50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3' \
              -H 'Authorization: Bearer ***' -H 'Content-Type: application/json' -d '{"data":{"type":"order"}}'

  ERROR bookshop/status › pending is stored as processing                                                2 steps    9 ms

error[transport.connect]: nothing listens at http://127.0.0.1:4010 (connection refused)
 ├ the case was not judged; base URL from contest.yaml:14:24, environment staging
 ╰ help: is the target up?

  xfail marketplace/known › the manual gateway cancels                                                   2 steps    9 ms
  XPASS marketplace/known › the card gateway cancels                                                     2 steps    9 ms
        it passed, and is marked `xfail`: remove the mark
  -     bookshop/status › paid is stored as processing                                              not run: interrupted
  pass  marketplace/cancel › an unfulfilled order that was paid by card can be cancelled and s… [card]  2 steps  12.35 s
  ERROR bookshop/status › refunded is stored as refunded                                                 2 steps    9 ms
        transport.connect, as above: nothing listens at http://127.0.0.1:4010 (connection refused)

10 cases: 3 passed, 1 failed, 2 errored, 1 xpassed, 1 xfailed, 1 skipped, 1 not run
  58 exchanges judged, 3 not (transport) · 0.21 s · target: embedded mock
  failed   marketplace/update › an address can be changed    response.body
  errored  bookshop/status › pending is stored as processing transport.connect
  xpassed  marketplace/known › the card gateway cancels
  errored  bookshop/status › refunded is stored as refunded  transport.connect, response.body
  common   2 cases: transport.connect (nothing listens at http://127.0.0.1:4010 (connection refused))
  warnings response.header ×12 (`X-Request-Id` is not a uuid, specs/marketplace-orders.yaml:61)
           operation.deprecated (`updateAnOrder` is deprecated)
  waived   response.status ×2, response.body (by `contract:`)
  not checked: `send` goes outside the document ×3
               the header `X-Rate` has a schema that does not compile
  left behind: order 50ca1ec7… (cleanup `restore` answered 503)
               marketplace/cancel › an unpaid order cannot be fulfilled: order 60ca (cleanup `restore` answered 500)
  interrupted: the run was stopped before its end; cleanup was run
"#,
    );
}

#[test]
fn colours_change_nothing_but_the_colour() {
    let ascii = Style { is_unicode: false, ..Style::plain(80) };
    for style in [Style::plain(80), Style::plain(120), ascii] {
        for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
            let (cases, summary) = everything();
            let plain = run(style, verbosity, cases.clone(), summary.clone());
            let styled = run(Style { color: true, ..style }, verbosity, cases, summary);
            assert_ne!(styled, plain);
            assert_eq!(anstream::adapter::strip_str(&styled).to_string(), plain);
            assert!(style.is_unicode || plain.is_ascii(), "{plain}");
        }
    }
}

#[test]
fn no_line_is_wider_than_the_terminal_where_it_can_be_broken() {
    for columns in [60, 80, 100, 120] {
        let (cases, summary) = everything();
        let text = run(Style::plain(columns), Verbosity::Verbose, cases, summary);
        let wide = text.lines().filter(|line| width(line) > columns && !line.contains("http://"));
        assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

#[test]
fn a_quiet_run_says_what_needs_attention() {
    let (cases, summary) = everything();
    let text = run(Style::plain(120), Verbosity::Quiet, cases, summary);
    let lines: Vec<&str> =
        text.lines().filter(|line| line.starts_with("  ") && line.contains(" › ")).collect();
    let expected = r#"
  FAIL  marketplace/update › an address can be changed                                              2 of 3 steps   14 ms
    │                         ───────────── via 200 › OrderEnvelope › Order › Meta › Price
  ERROR bookshop/status › pending is stored as processing                                                2 steps    9 ms
  XPASS marketplace/known › the card gateway cancels                                                     2 steps    9 ms
  ERROR bookshop/status › refunded is stored as refunded                                                 2 steps    9 ms
  failed   marketplace/update › an address can be changed    response.body
  errored  bookshop/status › pending is stored as processing transport.connect
  xpassed  marketplace/known › the card gateway cancels
  errored  bookshop/status › refunded is stored as refunded  transport.connect, response.body
               marketplace/cancel › an unpaid order cannot be fulfilled: order 60ca (cleanup `restore` answered 500)
"#;
    check(&format!("\n{}\n", lines.join("\n")), expected);
}

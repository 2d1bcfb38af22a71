//! Findings as they are drawn; what else is drawn has files of its own below.

mod diagnostics;
mod long;

use super::super::fixtures::{REPEAT, body_type, finding, place, refused, source};
use super::*;
use crate::diagnostic::Place;
use crate::source::{Source, Span};
use std::sync::Arc;

const PLAIN: Style = Style::plain(80);

/// The expected text starts on a line of its own.
#[track_caller]
fn check(actual: &str, expected: &str) {
    assert_eq!(format!("\n{actual}"), expected, "\n{actual}");
}

#[track_caller]
fn check_finding(finding: &Finding, expected: &str) {
    check(&render_finding(finding, &Trailer::default(), &PLAIN), expected);
}

fn whole(repeat: &str) -> Trailer<'_> {
    Trailer { repeat: Some(repeat), ..Trailer::default() }
}

fn span(source: &Source, part: &str) -> Span {
    let start = source.text().find(part).expect("the part stands in the source");
    Span::new(start, start + part.len())
}

#[test]
fn a_broken_contract_has_three_places_in_order() {
    check(
        &render_finding(&body_type(), &whole(REPEAT), &PLAIN),
        r#"
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
    ╰ repeat: curl -X PUT \
              'http://127.0.0.1:4010/v2/orders/50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3' \
              -H 'Authorization: Bearer ***' \
              -H 'Content-Type: application/json' -d '{"data":{"type":"order"}}'
"#,
    );
}

#[test]
fn a_wide_terminal_is_used() {
    check(
        &render_finding(&body_type(), &whole(REPEAT), &Style::plain(120)),
        r#"
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
    ╰ repeat: curl -X PUT 'http://127.0.0.1:4010/v2/orders/50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3' \
              -H 'Authorization: Bearer ***' -H 'Content-Type: application/json' -d '{"data":{"type":"order"}}'
"#,
    );
}

#[test]
fn without_unicode_the_frame_is_ascii() {
    let style = Style { is_unicode: false, ..PLAIN };
    let text = render_finding(&body_type(), &whole(REPEAT), &style);
    assert!(text.is_ascii());
    check(
        &text,
        r#"
error[response.body]: `amount` is a string where the document promises an
                      integer
   --> scenarios/marketplace/update.contest.yaml:14:9
 14 |       - call: updateAnOrder
    |         ------------------- step `update`: PUT /v2/orders/50ca1ec7...
    |                             answered 200 in 3 ms
   ::: specs/marketplace-orders.yaml:212:25
212 |               amount: { type: integer }
    |                         ------------- via 200 > OrderEnvelope > Order >
    |                                       Meta > Price
   ::: response body:31:18, at /data/meta/display_price/with_tax/amount
 31 |        "amount": "237500",
    |                  ^^^^^^^^ string
    = also at 3 more places:
      /data/meta/display_price/{without_tax,tax,discount}/amount
    = repeat: curl -X PUT \
              'http://127.0.0.1:4010/v2/orders/50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3' \
              -H 'Authorization: Bearer ***' \
              -H 'Content-Type: application/json' -d '{"data":{"type":"order"}}'
"#,
    );
}

#[test]
fn colours_change_nothing_but_the_colour() {
    for style in [PLAIN, Style::plain(120), Style { is_unicode: false, ..PLAIN }] {
        for finding in [body_type(), refused(), undocumented()] {
            let plain = render_finding(&finding, &whole(REPEAT), &style);
            let styled = render_finding(&finding, &whole(REPEAT), &Style { color: true, ..style });
            assert_ne!(styled, plain);
            assert_eq!(anstream::adapter::strip_str(&styled).to_string(), plain);
        }
    }
}

fn undocumented() -> Finding {
    let scenario = source("scenarios/marketplace/cancel.contest.yaml", 22, "      - call: updateAnOrder\n");
    let document = source("specs/marketplace-orders.yaml", 96, "      responses:\n        200: {}\n");
    let response = Source::new(
        "response: HTTP/1.1 409 Conflict, application/json, 84 bytes",
        r#"{"errors":[{"status":409,"title":"Write conflict detected"}]}"#,
    );
    let advice = "if 409 is right, add it to the document (or an overlay); `expect: { contract: { status: warn } }` waives it for this step";
    Finding {
        scenario: place(&scenario, "call: updateAnOrder", "step `cancel` expected 422", None),
        document: place(&document, "responses", "documents 200, 400, 401, 404, 422", None),
        response: Some(Place { source: response, span: Span::default(), label: String::new(), at: None }),
        help: vec![advice.to_owned()],
        ..finding(Code::RESPONSE_STATUS, "409 is not documented for `updateAnOrder`")
    }
}

#[test]
fn an_undocumented_status_shows_what_is_documented_and_what_came() {
    check_finding(
        &undocumented(),
        r#"
error[response.status]: 409 is not documented for `updateAnOrder`
   ╭▸ scenarios/marketplace/cancel.contest.yaml:22:9
22 │       - call: updateAnOrder
   │         ─────────────────── step `cancel` expected 422
   ├▸ specs/marketplace-orders.yaml:96:7
96 │       responses:
   │       ───────── documents 200, 400, 401, 404, 422
   ├▸ response: HTTP/1.1 409 Conflict, application/json, 84 bytes
 1 │ {"errors":[{"status":409,"title":"Write conflict detected"}]}
   ╰ help: if 409 is right, add it to the document (or an overlay); `expect: {
           contract: { status: warn } }` waives it for this step
"#,
    );
}

#[test]
fn a_response_without_content_is_a_line() {
    let response = Source::new("response: HTTP/1.1 502 Bad Gateway, no content", "");
    let response = Place { source: response, span: Span::default(), label: String::new(), at: None };
    let finding =
        Finding { response: Some(response), ..finding(Code::RESPONSE_STATUS, "502 is not documented") };
    check_finding(
        &finding,
        r#"
error[response.status]: 502 is not documented
  ╭▸ response: HTTP/1.1 502 Bad Gateway, no content
"#,
    );
}

#[test]
fn another_value_than_expected_shows_both() {
    let text = "          body: { data: { status: cancelled, shipping: unfulfilled } }\n";
    let scenario = source("scenarios/marketplace/cancel.contest.yaml", 27, text);
    let response = source("response body", 5, "    \"status\": \"incomplete\",\n");
    let finding = Finding {
        scenario: place(&scenario, "cancelled", "expected `cancelled`", None),
        response: place(&response, "\"incomplete\"", "`incomplete`", Some("/data/status")),
        ..finding(Code::EXPECT_BODY, "the order was not cancelled")
    };
    check_finding(
        &finding,
        r#"
error[expect.body]: the order was not cancelled
   ╭▸ scenarios/marketplace/cancel.contest.yaml:27:35
27 │           body: { data: { status: cancelled, shipping: unfulfilled } }
   │                                   ───────── expected `cancelled`
   ├▸ response body:5:15, at /data/status
 5 │     "status": "incomplete",
   ╰╴              ━━━━━━━━━━━━ `incomplete`
"#,
    );
}

#[test]
fn a_false_condition_lists_its_parts() {
    let text = "          - 'size(body.data) == inputs.total && body.data[0].paid'\n";
    let scenario = source("scenarios/marketplace/list.contest.yaml", 31, text);
    let finding = Finding {
        scenario: place(&scenario, "size(body.data) == inputs.total", "false", None),
        notes: vec!["size(body.data) = 4\ninputs.total    = 5".to_owned()],
        ..finding(Code::EXPECT_ASSERT, "`size(body.data) == inputs.total && body.data[0].paid` is false")
    };
    check_finding(
        &finding,
        r#"
error[expect.assert]: `size(body.data) == inputs.total && body.data[0].paid` is
                      false
   ╭▸ scenarios/marketplace/list.contest.yaml:31:14
31 │           - 'size(body.data) == inputs.total && body.data[0].paid'
   │              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ false
   ╰ size(body.data) = 4
     inputs.total    = 5
"#,
    );
}

#[test]
fn a_finding_without_places_says_what_was_expected() {
    check_finding(
        &refused(),
        r#"
error[transport.connect]: nothing listens at http://127.0.0.1:4010 (connection
                          refused)
 ├ the case was not judged; base URL from contest.yaml:14:24, environment
 │ staging
 ╰ help: is the target up?
"#,
    );
    let late = Finding {
        expected: Some("at most 800 ms".to_owned()),
        actual: Some("1.20 s".to_owned()),
        severity: Severity::Warn,
        ..finding(Code::EXPECT_WITHIN, "the answer took too long")
    };
    check_finding(
        &late,
        r#"
warning[expect.within]: the answer took too long
 ╰ expected at most 800 ms, got 1.20 s
"#,
    );
}

#[test]
fn what_concerns_the_step_stands_below_the_finding() {
    let trailer = Trailer {
        notes: &["the token was fetched anew after a 401".to_owned()],
        not_checked: &["the header `X-Rate` has a schema that does not compile".to_owned()],
        repeat: Some("curl http://h"),
        is_whole: false,
    };
    check(
        &render_finding(&refused(), &trailer, &PLAIN),
        r#"
error[transport.connect]: nothing listens at http://127.0.0.1:4010 (connection
                          refused)
 ├ the case was not judged; base URL from contest.yaml:14:24, environment
 │ staging
 ├ the token was fetched anew after a 401
 ├ not checked: the header `X-Rate` has a schema that does not compile
 ├ help: is the target up?
 ╰ repeat: curl http://h
"#,
    );
}

#[test]
fn a_body_that_is_cut_in_the_command_says_so() {
    let command = format!("curl -X PUT http://h -d '{{\"a\":\"{}\"}}'", "x".repeat(5_000));
    let finding = finding(Code::EXPECT_STATUS, "the status is 200, not 422");
    check(
        &render_finding(&finding, &whole(&command), &PLAIN),
        r#"
error[expect.status]: the status is 200, not 422
 ├ the body in the command is cut after 200 of 5008 characters; `-v` shows all
 ╰ repeat: curl -X PUT http://h \
           -d '{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'
"#,
    );
    let trailer = Trailer { is_whole: true, ..whole(&command) };
    assert!(render_finding(&finding, &trailer, &PLAIN).contains(&"x".repeat(5_000)));
}

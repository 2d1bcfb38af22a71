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
fn of_a_long_response_that_is_shown_for_itself_the_beginning_is_shown() {
    let text: String = (1..=40).map(|line| format!("line {line}\n")).collect();
    let response = Source::new("response: HTTP/1.1 502 Bad Gateway, text/plain", text);
    let response = Place { source: response, span: Span::default(), label: String::new(), at: None };
    let finding =
        Finding { response: Some(response), ..finding(Code::RESPONSE_STATUS, "502 is not documented") };
    check_finding(
        &finding,
        r#"
error[response.status]: 502 is not documented
   ╭▸ response: HTTP/1.1 502 Bad Gateway, text/plain
 1 │ line 1
 2 │ line 2
 3 │ line 3
 4 │ line 4
 5 │ line 5
 6 │ line 6
 7 │ line 7
 8 │ line 8
 9 │ line 9
10 │ line 10
   ╰ 30 more lines not shown
"#,
    );
}

#[test]
fn a_long_line_that_is_shown_for_itself_goes_on_below() {
    let words =
        "the order cannot be cancelled, since it was paid by a gateway that gives nothing back, ".repeat(30);
    let check_text = |text: String, expected: &str| {
        let response = Source::new("response: HTTP/1.1 409 Conflict, application/json", text);
        let response = Place { source: response, span: Span::default(), label: String::new(), at: None };
        check_finding(
            &Finding { response: Some(response), ..finding(Code::RESPONSE_STATUS, "409 is not documented") },
            expected,
        );
    };
    check_text(
        format!("{{\"title\": \"x\",\n \"detail\": \"{}\"}}", &words[..170]),
        r#"
error[response.status]: 409 is not documented
  ╭▸ response: HTTP/1.1 409 Conflict, application/json
1 │ {"title": "x",
2 │  "detail": "the order cannot be cancelled, since it was paid by a gateway
  │ that gives nothing back, the order cannot be cancelled, since it was paid by
  ╰ a gateway that gives nothing ba"}
"#,
    );
    check_text(
        words,
        r#"
error[response.status]: 409 is not documented
  ╭▸ response: HTTP/1.1 409 Conflict, application/json
1 │ the order cannot be cancelled, since it was paid by a gateway that gives
  │ nothing back, the order cannot be cancelled, since it was paid by a gateway
  │ that gives nothing back, the order cannot be cancelled, since it was paid by
  │ a gateway that gives nothing back, the order cannot be cancelled, since it
  │ was paid by a gateway that gives nothing back, the order cannot be
  │ cancelled, since it was paid by a gateway that gives nothing back, the order
  │ cannot be cancelled, since it was paid by a gateway that gives nothing back,
  │ the order cannot be cancelled, since it was paid by a gateway that gives
  │ nothing back, the order cannot be cancelled, since it was paid by a gateway
  ╰ that gives nothing back, the order cannot be cancelled, since it was paid b…
"#,
    );
}

#[test]
fn a_long_place_in_the_data_has_its_own_line() {
    let response = source("response body", 3, "  \"a\": 1\n");
    let at = format!("/data/{}a", "relationships/items/".repeat(3));
    let finding = Finding {
        response: place(&response, "1", "an integer", Some(&at)),
        ..finding(Code::RESPONSE_BODY, "`a` is an integer")
    };
    check_finding(
        &finding,
        r#"
error[response.body]: `a` is an integer
  ╭▸ response body:3:8,
  │  at /data/relationships/items/relationships/items/relationships/items/a
3 │   "a": 1
  ╰╴       ━ an integer
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

/// An array of 4501 objects on one line, one of them wrong.
fn minified() -> Arc<Source> {
    let before = r#"{"id":"x","amount":1},"#.repeat(2000);
    let behind = r#",{"id":"x","amount":1}"#.repeat(2500);
    Source::new("response body", format!(r#"{{"items":[{before}{{"id":"x","amount":"237500"}}{behind}]}}"#))
}

fn check_minified(part: Span, label: &str, expected: &str) {
    let response =
        Place { source: minified(), span: part, label: label.to_owned(), at: Some("/items/2000".into()) };
    let finding =
        Finding { response: Some(response), ..finding(Code::RESPONSE_BODY, "`amount` is a string") };
    check_finding(&finding, expected);
}

#[test]
fn of_a_line_of_100_kilobytes_the_neighbourhood_is_shown() {
    let part = span(&minified(), "\"237500\"");
    check_minified(
        part,
        "string",
        r#"
error[response.body]: `amount` is a string
  ╭▸ response body:1:44030, at /items/2000
1 │ …":1},{"id":"x","amount":"237500"},{"id":"x","amount":1},{"id":"x","amount"…
  ╰╴                         ━━━━━━━━ string
"#,
    );
    let label = "a string, where the document promises an integer of at least 0 and at most 1000000";
    check_minified(
        part,
        label,
        r#"
error[response.body]: `amount` is a string
  ╭▸ response body:1:44030, at /items/2000
1 │ …":1},{"id":"x","amount":"237500"},{"id":"x","amount":1},{"id":"x","amount"…
  │                          ━━━━━━━━ a string, where the document promises an
  ╰╴                                  integer of at least 0 and at most 1000000
"#,
    );
}

#[test]
fn of_a_value_that_is_larger_than_the_screen_the_beginning_is_shown() {
    check_minified(
        Span::new(9, minified().text().len() - 1),
        "an array of 4501 objects",
        r#"
error[response.body]: `amount` is a string
  ╭▸ response body:1:10, at /items/2000
1 │ {"items":[{"id":"x","amount":1},{"id":"x","amount":1},{"id":"x","amount":1}…
  │          ┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  │          │
  ╰          an array of 4501 objects
"#,
    );
    check_minified(
        Span::new(1, minified().text().len()),
        "",
        r#"
error[response.body]: `amount` is a string
  ╭▸ response body:1:2, at /items/2000
1 │ {"items":[{"id":"x","amount":1},{"id":"x","amount":1},{"id":"x","amount":1}…
  ╰╴ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
"#,
    );
}

#[test]
fn nothing_that_a_server_sends_reaches_the_terminal_raw() {
    let text = "{\n\t\"na\u{1b}[31mme\": \"漢字\u{9b}2J\u{202e}\",\r\n}";
    let response = Source::new("response body", text);
    let at = Some("/na\u{1b}[31mme");
    let finding = Finding {
        response: place(&response, "\"漢字\u{9b}2J\u{202e}\"", "not \u{1b}[1m a uuid", at),
        notes: vec!["a \u{7} bell".to_owned()],
        ..finding(Code::RESPONSE_FORMAT, "`na\u{1b}[31mme` is not a uuid\u{fdd0}\u{fdd1}")
    };
    check(
        &render_finding(&finding, &whole("curl http://h -d 'a\u{1b}\nb'"), &PLAIN),
        r#"
error[response.format]: `na␛[31mme` is not a uuid��
  ╭▸ response body:2:15, at /na␛[31mme
2 │     "na␛[31mme": "漢字�2J�",
  │                  ━━━━━━━━━━ not ␛[1m a uuid
  ├ a ␇ bell
  ╰ repeat: curl http://h -d $'a\x1b\nb'
"#,
    );
}

#[test]
fn an_unknown_operation_is_pointed_at_with_a_suggestion() {
    let scenario = source("scenarios/marketplace/update.contest.yaml", 14, "      - call: updateOrder\n");
    let diagnostic =
        Diagnostic::error(Code::SCENARIO_UNKNOWN_OPERATION, "no operation `updateOrder` in api `ep`");
    let label = "did you mean `updateAnOrder`? (PUT /v2/orders/{orderID})";
    let diagnostic = diagnostic.label(&scenario, span(&scenario, "updateOrder"), label);
    let missing = Diagnostic::warning(Code::CONFIG_MISSING, "there is no `contest.yaml` here or above");
    let missing = missing.help("make one with `contest init`");
    check(
        &render_diagnostics(&[diagnostic, missing], &PLAIN),
        r#"
error[scenario.unknown-operation]: no operation `updateOrder` in api `ep`
   ╭▸ scenarios/marketplace/update.contest.yaml:14:15
14 │       - call: updateOrder
   │               ━━━━━━━━━━━ did you mean `updateAnOrder`? (PUT
   ╰╴                          /v2/orders/{orderID})

warning[config.missing]: there is no `contest.yaml` here or above
 ╰ help: make one with `contest init`
"#,
    );
    assert_eq!(render_diagnostics(&[], &PLAIN), "");
}

#[test]
fn places_in_several_files_stand_below_each_other() {
    let one = source("scenarios/a.contest.yaml", 3, "flows:\n  cancel:\n    steps: []\n");
    let two = source("scenarios/b.contest.yaml", 120, "flows:\n  cancel: {}\n");
    let diagnostic = Diagnostic::warning(Code::SCENARIO_DUPLICATE_NAME, "two flows are named `cancel`")
        .label(&two, span(&two, "cancel"), "this one is never called")
        .label(&one, span(&one, "cancel"), "this one is")
        .note("a flow of another file is called as `file#name`");
    check(
        &render_diagnostics(&[diagnostic], &PLAIN),
        r#"
warning[scenario.duplicate-name]: two flows are named `cancel`
    ╭▸ scenarios/b.contest.yaml:121:3
121 │   cancel: {}
    │   ━━━━━━ this one is never called
    ├▸ scenarios/a.contest.yaml:4:3
  4 │   cancel:
    │   ────── this one is
    ╰ a flow of another file is called as `file#name`
"#,
    );
}

#[test]
fn places_close_to_each_other_share_an_excerpt() {
    let file = source("a.contest.yaml", 9, "scenarios:\n  cancel:\n    steps: []\n\n  cancel:\n");
    let again = file.text().rfind("cancel").expect("it stands there twice");
    let near = Diagnostic::error(Code::YAML_DUPLICATE_KEY, "the key `cancel` stands twice")
        .label(&file, Span::new(again, again + 6), "again")
        .label(&file, span(&file, "cancel"), "first");
    check(
        &render_diagnostics(&[near], &PLAIN),
        r#"
error[yaml.duplicate-key]: the key `cancel` stands twice
   ╭▸ a.contest.yaml:13:3
10 │   cancel:
   │   ────── first
   ┆
13 │   cancel:
   ╰╴  ━━━━━━ again
"#,
    );

    let line = Source::new("b.contest.yaml", "{ first: 1, second: 2, first: 3 }");
    let same_line = Diagnostic::error(Code::YAML_DUPLICATE_KEY, "the key `first` stands twice")
        .label(&line, Span::new(23, 28), "again")
        .label(&line, Span::new(2, 7), "first");
    check(
        &render_diagnostics(&[same_line], &PLAIN),
        r#"
error[yaml.duplicate-key]: the key `first` stands twice
  ╭▸ b.contest.yaml:1:24
1 │ { first: 1, second: 2, first: 3 }
  ╰╴  ───── first          ━━━━━ again
"#,
    );

    let far = source("c.contest.yaml", 1, &format!("first: 1\n{}first: 2\n", "x: y\n".repeat(90)));
    let again = far.text().rfind("first").expect("it stands there twice");
    let far = Diagnostic::error(Code::YAML_DUPLICATE_KEY, "the key `first` stands twice")
        .label(&far, Span::new(again, again + 5), "again")
        .label(&far, Span::new(0, 5), "first");
    check(
        &render_diagnostics(&[far], &PLAIN),
        r#"
error[yaml.duplicate-key]: the key `first` stands twice
   ╭▸ c.contest.yaml:92:1
92 │ first: 2
   │ ━━━━━ again
   ├▸ c.contest.yaml:1:1
 1 │ first: 1
   ╰╴───── first
"#,
    );
}

#[test]
fn deep_lines_move_to_the_left() {
    let file = source("d.contest.yaml", 99, &format!("{}deep: [1, 2, three, four]\n", " ".repeat(50)));
    let code = Code::SCENARIO_TEXT_LOOKS_LIKE_EXPRESSION;
    let diagnostic =
        Diagnostic::error(code, "the headline of a long code is indented no further than four columns");
    let label = "a number is expected here, and the words that say so need more than one line";
    let diagnostic = diagnostic.label(&file, span(&file, "three"), label);
    check(
        &render_diagnostics(&[diagnostic], &PLAIN),
        r#"
error[scenario.text-looks-like-expression]: the headline of a long code is
    indented no further than four columns
   ╭▸ d.contest.yaml:99:64
99 │         deep: [1, 2, three, four]
   │                      ━━━━━ a number is expected here, and the words that
   ╰╴                           say so need more than one line
"#,
    );
}

#[test]
fn the_end_of_a_file_and_an_empty_file_can_be_pointed_at() {
    let file = Source::new("e.contest.yaml", "a: [1,\n");
    let end = file.text().len();
    let open = Diagnostic::error(Code::YAML_SYNTAX, "the list is not closed");
    let open = open.label(&file, Span::new(end, end), "`]` is missing");
    let nothing = Source::new("f.contest.yaml", "");
    let empty = Diagnostic::error(Code::SCENARIO_EMPTY, "the file is empty");
    let empty = empty.label(&nothing, Span::default(), "`contest: 1` is missing");
    check(
        &render_diagnostics(&[open, empty], &PLAIN),
        r#"
error[yaml.syntax]: the list is not closed
  ╭▸ e.contest.yaml:2:1
2 │
  ╰╴━ `]` is missing

error[scenario.empty]: the file is empty
  ╭▸ f.contest.yaml:1:1
1 │
  ╰╴━ `contest: 1` is missing
"#,
    );
}

#[test]
fn a_line_of_32_mebibytes_costs_a_pass_over_it() {
    let source = Source::new("response body", "0123456789abcdé\u{1b}".repeat(2 << 20));
    let middle = source.text().floor_char_boundary(source.text().len() / 2);
    let response = Place { source, span: Span::new(middle, middle + 8), label: "here".into(), at: None };
    let finding = Finding { response: Some(response), ..finding(Code::RESPONSE_DECODE, "it is not JSON") };
    assert!(render_finding(&finding, &Trailer::default(), &PLAIN).len() < 600);
}

/// Whatever the text and the spans are, something is rendered, and nothing but it names places.
#[test]
fn no_text_and_no_span_make_it_panic() {
    let texts = [
        "",
        "\n",
        "\r\n",
        "a",
        "é\n\t漢\u{301}\u{200d}b\r\n\n  \u{1b}",
        "\u{fdd0}0:1\n\u{fdd1}",
        "\t\t\t  x  ",
    ];
    for text in texts.iter().map(|text| (*text).to_owned()).chain([" ".repeat(300) + "x", "é".repeat(9_000)])
    {
        let source = Source::new("t\u{1b}\n", text.as_str());
        let ends = |limit: usize| (0..=limit.min(12)).chain([limit + 1, usize::MAX]);
        for start in ends(text.len()) {
            for end in ends(text.len()) {
                for (label, color) in [("", false), ("a label", true), ("a\nb\u{1b} c", false)] {
                    let site = Span::new(start, end);
                    let diagnostic = Diagnostic::error(Code::YAML_SYNTAX, "x")
                        .label(&source, site, label)
                        .label(&source, Span::new(end, start), "second");
                    let style = Style { color, is_unicode: start % 2 == 0, width: 30 };
                    let out = render_diagnostic(&diagnostic, &style);
                    assert!(!out.contains(['\u{fdd0}', '\u{fdd1}', '\r', '\t']), "{out}");
                    assert!(color || !out.contains('\u{1b}'), "{out}");
                }
            }
        }
    }
}

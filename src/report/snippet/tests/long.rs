//! Sources that are long, wide, hostile or empty.

use super::*;

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

//! Types, nothing, numbers, arrays and objects (LANGUAGE S2 to S5): a row a rule.

use super::{JSON, check_step, check_target, run};

/// What a request body is sent as, with some variables.
fn check_sent(vars: &str, body: &str, expected: &str) {
    let answer =
        "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{\"price\":1.10,\"big\":12345678901234567890123}";
    let read = "{ call: get, path: { name: a }, save: { price: $.price, big: $.big } }";
    let scenario = format!(
        "  s: {{ vars: {{ {vars} }}, steps: [ {read}, {{ call: put, path: {{ name: a }}, sends: unchecked, body: {body} }} ] }}"
    );
    let outcome = run(&scenario, answer);
    assert_eq!(outcome.verdicts, ["passed"], "{body}");
    let sent = outcome.requests[1].split_once("\r\n\r\n").map_or("", |(_, body)| body);
    assert_eq!(sent, expected, "{vars} {body}");
}

#[test]
fn whole_expressions_keep_their_type_and_embedded_ones_become_text() {
    // S2: a whole expression keeps its type.
    check_sent("a: 1.50", "{ x: $vars.a }", r#"{"x":1.50}"#);
    check_sent("a: true, b: null", "{ x: $vars.a, y: $vars.b }", r#"{"x":true,"y":null}"#);
    check_sent("a: [1, { b: c }]", "{ x: $vars.a }", r#"{"x":[1,{"b":"c"}]}"#);
    check_sent("a: '7'", "{ x: $vars.a }", r#"{"x":"7"}"#);
    check_sent("a: { b: [7, 8] }", "{ x: '$vars.a.b[1]' }", r#"{"x":8}"#);
    // S2: embedded ones become text, numbers by the digits they were written or received with.
    check_sent("a: 1.50", "{ x: 'n {$vars.a}' }", r#"{"x":"n 1.50"}"#);
    check_sent("a: 1", "{ x: '{$vars.price} {$vars.big}' }", r#"{"x":"1.10 12345678901234567890123"}"#);
    check_sent("a: true, b: null", "{ x: '{$vars.a}{$vars.b}' }", r#"{"x":"truenull"}"#);
    check_sent("a: [1, { b: c }]", "{ x: 'v={$vars.a}' }", r#"{"x":"v=[1,{\"b\":\"c\"}]"}"#);
    // S2: YAML is parsed before any expression is looked at.
    check_sent("a: 'x: 1, y: [2]'", "{ x: $vars.a }", r#"{"x":"x: 1, y: [2]"}"#);
    // S2: no value that an expression gave is scanned again.
    check_sent(
        "a: { $literal: '{$vars.b}' }, b: 1",
        "{ x: $vars.a, y: 'n {$vars.a}' }",
        r#"{"x":"{$vars.b}","y":"n {$vars.b}"}"#,
    );
    check_sent("a: $$vars.b", "{ x: $vars.a }", r#"{"x":"$vars.b"}"#);
}

#[test]
fn values_reach_path_query_headers_and_cookies_as_text() {
    // S2: strings as they are, numbers and booleans by text.
    check_target("path: { name: 1.50 }", "/things/1.50");
    check_target("path: { name: true }", "/things/true");
    check_target("path: { name: a }, query: { q: '1.50' }", "/things/a?q=1.50");
    // S2: null means "do not send".
    check_target("path: { name: a }, query: { q: null, r: x }", "/things/a?r=x");
    let step = "{ call: get, path: { name: a }, headers: { X-A: 7, X-B: true, X-C: null } }";
    let outcome = run(&format!("  s: {{ steps: [ {step} ] }}"), JSON);
    let sent = outcome.requests[0].to_lowercase();
    assert!(sent.contains("x-a: 7\r\n") && sent.contains("x-b: true\r\n") && !sent.contains("x-c"), "{sent}");
    // S2: arrays by `style` and `explode`.
    check_target("path: { name: a }, query: { list: [x, y] }", "/things/a?list=x&list=y");
}

/// What becomes of an expectation of a body of JSON.
fn check_expect(body: &str, expect: &str, verdict: &str) {
    let response = format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{body}");
    check_step(
        &format!("call: get, path: {{ name: a }}, expect: {{ {expect} }}"),
        &response,
        verdict,
        "/things/a",
    );
}

/// Whether a body is as expected.
fn check_body(body: &str, expected: &str, holds: bool) {
    check_expect(body, &format!("body: {expected}"), if holds { "passed" } else { "failed expect.body" });
}

/// Whether what a JSONPath selects is as expected.
fn check_path(body: &str, expected: &str, holds: bool) {
    let verdict = if holds { "passed" } else { "failed expect.jsonpath" };
    check_expect(body, &format!("jsonpath: {{ {expected} }}"), verdict);
}

#[test]
fn null_missing_and_empty_are_different() {
    // S3: `field: null` means present and null.
    check_body(r#"{"a":null}"#, "{ a: null }", true);
    for other in ["{}", r#"{"a":""}"#, r#"{"a":[]}"#, r#"{"a":{}}"#, r#"{"a":0}"#, r#"{"a":false}"#] {
        check_body(other, "{ a: null }", false);
    }
    check_body(r#"{"a":""}"#, "{ a: '' }", true);
    check_body(r#"{"a":null}"#, "{ a: '' }", false);
    check_body("{}", "{ a: <absent> }", true);
    check_body(r#"{"a":null}"#, "{ a: <absent> }", false);
    // S3: a singular JSONPath to nothing is missing, never null.
    check_path("{}", "$.a: null", false);
    check_path(r#"{"a":null}"#, "$.a: null", true);
    check_path("{}", "$.a: <absent>", true);
    let save = |body: &str, verdict: &str| {
        let response = format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{body}");
        check_step("call: get, path: { name: a }, save: { a: $.a }", &response, verdict, "/things/a");
        check_step(
            "call: get, path: { name: a }, save: { a: { pointer: /a } }",
            &response,
            verdict,
            "/things/a",
        );
    };
    save(r#"{"a":null}"#, "passed");
    save("{}", "failed capture.missing");
    // S3: `application/json` with zero bytes is `response.decode`, except for 204 and 304.
    let empty = |status: &str, expect: &str, verdict: &str| {
        let response = format!("HTTP/1.1 {status}\ncontent-type: application/json\n");
        let step = format!("call: get, path: {{ name: a }}, expect: {{ {expect} }}");
        check_step(&step, &response, verdict, "/things/a");
    };
    empty("200 OK", "status: 200", "failed response.decode");
    let waived = |status: u16| format!("status: {status}, contract: {{ status: off, 'http.*': off }}");
    empty("304 Not Modified", &waived(304), "passed");
    empty("204 No Content", &waived(204), "passed");
}

#[test]
fn numbers_compare_by_value() {
    // S4: `1 == 1.0 == 1e0`.
    for there in ["1", "1.0", "1e0", "10e-1", "1.000"] {
        for wanted in ["1", "1.0", "1e0"] {
            check_body(&format!("{{\"a\":{there}}}"), &format!("{{ a: {wanted} }}"), true);
        }
    }
    check_body(r#"{"a":-0}"#, "{ a: 0 }", true);
    // S4: integers through 64 bits, all else by their digits.
    check_body(r#"{"a":9007199254740993}"#, "{ a: 9007199254740992 }", false);
    check_body(r#"{"a":18446744073709551615}"#, "{ a: 18446744073709551615 }", true);
    check_body(r#"{"a":18446744073709551616}"#, "{ a: 18446744073709551617 }", false);
    check_body(r#"{"a":0.1}"#, "{ a: 0.10 }", true);
    check_body(r#"{"a":0.1}"#, "{ a: 0.1000000000000000055 }", false);
    // RFC 8259 §6 lets readers set limits to the range of numbers: beyond 64-bit floats is one of ours.
    check_expect(r#"{"a":1e400}"#, "body: { a: <number> }", "errored transport.limit");
    // S4: no coercion between strings and numbers.
    check_body(r#"{"a":"1"}"#, "{ a: 1 }", false);
    check_body(r#"{"a":1}"#, "{ a: '1' }", false);
    check_body(r#"{"a":true}"#, "{ a: 'true' }", false);
    // S4: `integer` accepts `1.0`, in a marker and in JSON Schema.
    check_body(r#"{"a":1.0}"#, "{ a: <integer> }", true);
    check_body(r#"{"a":1.5}"#, "{ a: <integer> }", false);
    let put = |n: &str, verdict: &str, target: &str| {
        check_step(&format!("call: put, path: {{ name: a }}, body: {{ n: {n} }}"), JSON, verdict, target);
    };
    put("1.0", "passed", "/things/a");
    put("1.5", "errored request.body", "");
    // S4: duplicate members and `NaN` are `response.decode`; later checks see the last member.
    check_expect(r#"{"a":1,"a":2}"#, "body: { a: 2 }", "failed response.decode");
    check_expect(r#"{"a":NaN}"#, "status: 200", "failed response.decode");
}

#[test]
fn lists_are_whole_and_maps_are_partial() {
    // S5: a list has the same length and order.
    check_body("[1,2]", "[1, 2]", true);
    check_body("[2,1]", "[1, 2]", false);
    check_body("[1,2,3]", "[1, 2]", false);
    check_body("[1]", "[1, 2]", false);
    check_body(r#"[{"a":1,"b":2}]"#, "[{ a: 1 }]", true);
    // S5: `{}` matches any object; `[]` only the empty array.
    check_body("{}", "{}", true);
    check_body(r#"{"a":1}"#, "{}", true);
    check_body("[]", "[]", true);
    check_body("[1]", "[]", false);
    // S5: a mapping against an array is a mismatch, and the other way round.
    check_body("[]", "{}", false);
    check_body(r#"[{"a":1}]"#, "{ a: 1 }", false);
    check_body("{}", "[]", false);
    // S5: partial matching is not JSON Merge Patch: null is no removal, and nothing is merged into lists.
    check_body(r#"{"b":1}"#, "{ a: null }", false);
    check_body(r#"{"a":[1,2]}"#, "{ a: [1] }", false);
    check_body(r#"{"a":{"b":1,"c":2}}"#, "{ a: { b: 1 } }", true);
    // S5: a JSONPath that selects nothing under `$each` fails like an empty array.
    check_path(r#"{"a":[]}"#, "'$.a[*]': { $each: <any> }", false);
    check_path(r#"{"a":[]}"#, "$.a: { $each: <any> }", false);
    check_path(r#"{"a":[]}"#, "'$.a[*]': { $each: <any>, $length: 0 }", true);
    check_path(r#"{"a":[1]}"#, "'$.a[*]': { $each: <integer> }", true);
}

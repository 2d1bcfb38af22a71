use super::*;
use crate::clock::Timestamp;
use crate::diagnostic::Problems;
use crate::expression::Reference;
use crate::json::Located;
use crate::limits::Limits;
use crate::scenario::ScenarioFile;
use crate::source::Source;
use serde_json::json;
use std::path::Path;
use std::time::Instant;

struct Vars;

impl Scope for Vars {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        let vars = datum(
            r#"{"id": 7, "price": 1.10, "before": {"a": 1.10, "list": [1, 2], "meta": {"at": "x", "by": "y"}},
                "markers": {"a": "<string>"}, "list": ["a", "b"], "bad": "(", "text": "x"}"#,
        );
        match reference.first_member() {
            Some("later") => Err(reference.unresolved("nothing was saved under `later`")),
            _ => reference.walk(0, vars),
        }
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        (name == "vars").then(|| Cow::Owned(json!({"id": 7})))
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

fn datum(text: &str) -> Datum {
    let located = Located::parse(text).unwrap_or_else(|| panic!("{text} is JSON"));
    let value: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{text} is JSON"));
    Datum::of_part(&value, &located, &Pointer::root())
}

/// Reads a matcher as the body that a step of a scenario expects.
fn matcher(yaml: &str) -> (Matcher, std::sync::Arc<Source>) {
    let text = format!(
        "contest: 1\nscenarios:\n  s:\n    steps:\n      - call: x\n        expect:\n          body: {yaml}\n"
    );
    let source = Source::new("t.contest.yaml", text);
    let mut problems = Problems::new(&source);
    let file =
        ScenarioFile::read(Path::new("t.contest.yaml"), "t".to_owned(), &Limits::default(), &mut problems);
    assert!(problems.is_empty(), "{yaml}: {:?}", problems.into_list());
    let file = file.unwrap_or_else(|| panic!("{yaml} reads"));
    let body = file.scenarios[0].steps[0].request().and_then(|it| it.expect.body.clone());
    (body.unwrap_or_else(|| panic!("{yaml} is a matcher")), source)
}

fn mismatches(yaml: &str, actual: Option<&str>, is_text: bool) -> Result<Vec<Mismatch>, UnresolvedMatcher> {
    let (matcher, _) = matcher(yaml);
    let value = actual.map(datum);
    let root = Pointer::root();
    let actual = Actual { value: value.as_ref(), at: &root, name: "the body", is_text };
    match_value(&matcher, &actual, &Vars)
}

/// Checks the headlines of all mismatches, with their notes.
fn check(yaml: &str, actual: &str, expected: &[&str]) {
    let found = mismatches(yaml, Some(actual), false).unwrap_or_else(|error| panic!("{yaml}: {error}"));
    let found: Vec<_> = found
        .iter()
        .map(|each| {
            std::iter::once(each.headline.clone()).chain(each.notes.clone()).collect::<Vec<_>>().join(" | ")
        })
        .collect();
    assert_eq!(found, expected, "{yaml} with {actual}");
}

/// Checks that all of some values match, and that none of others does.
fn check_all(yaml: &str, good: &[&str], bad: &[&str]) {
    for (texts, expected) in [(good, true), (bad, false)] {
        for text in texts {
            let found = mismatches(yaml, Some(text), false).unwrap_or_else(|error| panic!("{yaml}: {error}"));
            assert_eq!(found.is_empty(), expected, "{yaml} with {text}: {found:?}");
        }
    }
}

#[test]
fn scalars_are_equal_by_type_and_value() {
    check_all("1", &["1", "1.0", "1e0", "10e-1"], &["2", "\"1\"", "true", "null", "[1]"]);
    check_all("1.10", &["1.1", "1.10", "11e-1"], &["1.100000000000000000001", "1"]);
    check_all("100000000000000000001", &["100000000000000000001"], &["100000000000000000000"]);
    check_all("0.1", &["0.1", "0.10"], &["0.10000000000000000001"]);
    check_all("abc", &["\"abc\""], &["\"abC\"", "\"\"", "null"]);
    check_all("null", &["null"], &["0", "\"\"", "false", "{}"]);
    check_all("true", &["true"], &["false", "\"true\"", "1"]);
    check_all("\"\"", &["\"\""], &["null", "\" \""]);
    check_all("$vars.id", &["7", "7.0"], &["\"7\"", "8"]);
    check_all("\"id-{$vars.id}\"", &["\"id-7\""], &["\"id-8\""]);
    check_all("$vars.price", &["1.1"], &["1.11"]);
    check_all("$vars.markers", &["{\"a\": \"<string>\"}"], &["{\"a\": \"x\"}"]);
}

#[test]
fn a_difference_is_named_with_both_sides() {
    check(
        "{ status: cancelled }",
        r#"{"status": "incomplete"}"#,
        &["`status` is `incomplete`, expected `cancelled`"],
    );
    check(
        "{ amount: 237500 }",
        r#"{"amount": "237500"}"#,
        &["`amount` is the string `237500`, expected the number `237500`"],
    );
    check("{ a: 1.50 }", r#"{"a": 1.510}"#, &["`a` is `1.510`, expected `1.50`"]);
    check("{ a: null }", r#"{"a": [1, 2]}"#, &["`a` is an array of 2 elements, expected null"]);
    check("{ a: \"\" }", r#"{"a": "x"}"#, &["`a` is `x`, expected an empty string"]);
    check(
        "{ a: x }",
        r#"{"a": "x "}"#,
        &["`a` is `x `, expected `x` | they differ in white space at an end"],
    );
    check(
        "{ a: x }",
        r#"{"a": "x\n"}"#,
        &["`a` is `x\\n`, expected `x` | they differ in white space at an end"],
    );
    check("x", "\"y\"", &["the body is `y`, expected `x`"]);
    check("{ a: [ { b: 1 } ] }", r#"{"a": [{"b": 2}]}"#, &["`b` is `2`, expected `1`"]);
    check("{ a: [ 1 ] }", r#"{"a": [2]}"#, &["`a[0]` is `2`, expected `1`"]);
    check("[ [ 1 ] ]", "[[2]]", &["`[0][0]` of the body is `2`, expected `1`"]);
    let (long, other) = ("x".repeat(70), format!("{}y", "x".repeat(69)));
    check(
        &format!("{{ a: {long} }}"),
        &json!({"a": other}).to_string(),
        &[&format!(
            "`a` is `{0}…`, expected `{0}…` | after 69 characters `…x` is expected, and `…y` is there",
            "x".repeat(60)
        )],
    );
}

#[test]
fn objects_are_partial_and_missing_is_not_null() {
    check_all("{}", &["{}", "{\"a\": 1}"], &["[]", "null", "\"\""]);
    check_all("{ a: 1 }", &["{\"a\": 1, \"b\": 2}"], &["{}", "{\"a\": null}", "[{\"a\": 1}]"]);
    check("{ status: x, b: null }", "{}", &["`status` is missing", "`b` is missing"]);
    check("{ a: { b: 1 } }", "{}", &["`a` is missing"]);
    check("{ a: 1 }", "[1]", &["the body is an array of 1 element, expected an object"]);
    check(
        "{ a: 1, b: 2, c: { d: 3 } }",
        r#"{"a": 0, "b": 2, "c": {"d": 0}}"#,
        &["`a` is `0`, expected `1`", "`d` is `0`, expected `3`"],
    );
}

#[test]
fn lists_are_exact() {
    check_all("[]", &["[]"], &["[1]", "{}", "null"]);
    check_all("[ 1, <string> ]", &["[1, \"x\"]"], &["[\"x\", 1]", "[1]", "[1, \"x\", null]"]);
    check(
        "{ a: [ 1, 2 ] }",
        r#"{"a": [1, 3, 2]}"#,
        &["`a` has 3 elements, expected 2 | the first that differs is element 1"],
    );
    check("{ a: [ 1 ] }", r#"{"a": {}}"#, &["`a` is an empty object, expected an array"]);
}

#[test]
fn markers_are_types_and_formats() {
    check_all("<any>", &["null", "1", "\"\""], &[]);
    check_all("<string>", &["\"\"", "\"x\""], &["1", "null"]);
    check_all("<nonempty>", &["\"x\"", "[1]", "{\"a\": 1}"], &["\"\"", "[]", "{}", "null", "0"]);
    check_all("<number>", &["1", "1.5"], &["\"1\""]);
    check_all(
        "<integer>",
        &["1", "1.0", "20e-1", "18446744073709551615"],
        &["1.5", "\"1\"", "1.00000000000000000001"],
    );
    check_all("<boolean>", &["true"], &["\"true\"", "0"]);
    check_all("<array>", &["[]"], &["{}"]);
    check_all("<object>", &["{}"], &["[]"]);
    check_all("<null>", &["null"], &["0"]);
    check_all("<uuid>", &["\"50CA1EC7-cb04-45f0-b7a9-3613ef7c23d3\""], &["\"x\"", "1"]);
    check_all("<date-time|null>", &["\"2026-01-31T12:00:00Z\"", "null"], &["\"2026-01-31\""]);
    check_all("{ a: <absent> }", &["{}"], &["{\"a\": null}"]);
    check_all("{ a: <uuid|absent> }", &["{}"], &["{\"a\": null}"]);
    check("{ a: <uuid> }", r#"{"a": "x"}"#, &["`a` is `x`, expected a UUID"]);
    check("{ a: <string|null> }", r#"{"a": 5}"#, &["`a` is the number `5`, expected a string or null"]);
    check("{ a: <absent> }", r#"{"a": 5}"#, &["`a` is there and should not be: it is `5`"]);
    check("{ a: <uuid> }", "{}", &["`a` is missing"]);
}

#[test]
fn comparisons_need_two_of_a_kind() {
    check_all("{ $ne: 1 }", &["2", "\"1\"", "null"], &["1", "1.0"]);
    check_all("{ $gt: 1 }", &["2", "1.0000000000000000000001"], &["1", "0", "\"2\"", "null"]);
    check_all("{ $gte: 1, $lt: 3 }", &["1", "2"], &["3", "0"]);
    check_all("{ $lte: b }", &["\"a\"", "\"b\""], &["\"c\"", "1"]);
    check_all("{ $in: [ 1, x ] }", &["1", "1.0", "\"x\""], &["2", "\"1\""]);
    check_all("{ $in: $vars.list }", &["\"a\""], &["\"c\""]);
    check_all("{ $notIn: [ 1, x ] }", &["2"], &["1.0", "\"x\""]);
    check("{ a: { $gte: 1 } }", r#"{"a": 0}"#, &["`a` is `0`, expected at least `1`"]);
    check(
        "{ a: { $gt: 1 } }",
        r#"{"a": "2"}"#,
        &["`a` is the string `2`, expected a number, greater than `1`"],
    );
    check("{ a: { $in: [ x, y ] } }", r#"{"a": "z"}"#, &["`a` is `z`, expected `x` or `y`"]);
    check(
        "{ a: { $in: [ 1, y ] } }",
        r#"{"a": "1"}"#,
        &["`a` is the string `1`, expected the number `1` or the string `y`"],
    );
    check("{ a: { $notIn: [ x, y ] } }", r#"{"a": "y"}"#, &["`a` is `y`, expected none of `x` or `y`"]);
    check("{ a: { $ne: paid } }", r#"{"a": "paid"}"#, &["`a` is `paid`, expected anything but `paid`"]);
    check("{ a: { $ne: paid } }", "{}", &["`a` is missing"]);
    check("{ a: { $gt: 1, $lt: 3 } }", "{}", &["`a` is missing"]);
}

#[test]
fn texts_match_patterns_and_contain_texts() {
    check_all("{ $match: '^a.c$' }", &["\"abc\""], &["\"xabc\"", "1"]);
    check_all("{ $match: b }", &["\"abc\""], &["\"ac\""]);
    check_all("{ $contains: b }", &["\"abc\""], &["\"ac\"", "1"]);
    check_all("{ $contains: [ a, c ] }", &["\"abc\""], &["\"ab\""]);
    check("{ a: { $match: '^x' } }", r#"{"a": "abc"}"#, &["`a` is `abc`, expected text matching `^x`"]);
    check(
        "{ a: { $contains: [ x, y ] } }",
        r#"{"a": "abc"}"#,
        &["`a` is `abc`, expected text with `x` in it", "`a` is `abc`, expected text with `y` in it"],
    );
    check(
        "{ a: { $contains: { b: 1 } } }",
        r#"{"a": "abc"}"#,
        &["`a` is the string `abc`, expected an array"],
    );
}

#[test]
fn elements_are_in_order() {
    let asc = "{ $sorted: asc }";
    check_all(
        asc,
        &["[]", "[1]", "[1, 1.0, 2]", r#"["B", "a", "b"]"#],
        &["[2, 1]", "1", "[null]", "[1, \"2\"]"],
    );
    check_all(asc, &["[0.10000000000000000001, 0.10000000000000000002]"], &[]);
    check_all(asc, &[], &["[0.10000000000000000002, 0.10000000000000000001]"]);
    check_all("{ $sorted: desc }", &["[2, 2, 1]"], &["[1, 2]"]);
    let by = "{ a: { $sorted: { by: /p, order: desc } } }";
    check_all(by, &[r#"{"a": [{"p": 2}, {"p": 1}]}"#], &[r#"{"a": [{"p": 2}, {"p": 3}]}"#]);
    check(
        by,
        r#"{"a": [{"p": 2}, {"p": 1}, {"p": 3}, {"p": 4}]}"#,
        &["elements 1 and 2 of `a` are not in descending order by /p: `1` before `3`"],
    );
    check(by, r#"{"a": [{"p": 2}, {}]}"#, &["element 1 of `a` has no /p"]);
    let mixed = "element 1 of the body has no order: it is the string `2` behind the number `1`";
    check(asc, r#"[1, "2"]"#, &[mixed]);
    check(asc, "[null]", &["element 0 of the body has no order: it is null where a number or a string is"]);
    check(asc, "3", &["the body is the number `3`, expected an array"]);
}

#[test]
fn elements_are_told_apart() {
    let all = "{ $unique: true }";
    check_all(all, &["[]", "[1, 2, \"1\", null, true]"], &["[1, 1.0]", "[1, 2, 10e-1]", "\"a\""]);
    check_all(all, &[r#"[{"a": 1}, {"a": 2}, {"a": [1]}]"#], &[r#"[{"a": 1, "b": 2}, {"b": 2.0, "a": 1}]"#]);
    check_all(
        all,
        &["[0.10000000000000000001, 0.10000000000000000002]", r#"["1,", ["1", 2]]"#],
        &["[0, -0.0]"],
    );
    check(all, r#"["x", "y", "x"]"#, &["elements 0 and 2 of the body are equal: `x`"]);
    let by = "{ a: { $unique: /id } }";
    check(
        by,
        r#"{"a": [{"id": 7}, {"id": 8}, {}, {"id": 7}]}"#,
        &["element 2 of `a` has no /id", "elements 0 and 3 of `a` have the same /id: `7`"],
    );
}

#[test]
fn elements_have_distinct_partners() {
    check_all("{ $contains: 1 }", &["[2, 1]"], &["[]", "[2]", "[\"1\"]"]);
    check_all("{ $contains: [ <number>, 1 ] }", &["[1, 2]", "[2, 1]"], &["[1]", "[2, 3]"]);
    check_all(
        "{ $unordered: [ <number>, 1, <any> ] }",
        &["[1, 2, \"x\"]", "[\"x\", 1, 2]"],
        &["[1, 2]", "[1, \"x\", \"y\"]", "[1, 2, 3, 4]"],
    );
    check_all("{ $unordered: [] }", &["[]"], &["[1]"]);
    check("{ a: { $contains: x } }", r#"{"a": ["y"]}"#, &["no element of `a` is `x`"]);
    check(
        "{ a: { $contains: [ { b: 1, c: 2 } ] } }",
        r#"{"a": [{"b": 2}, {"b": 1, "c": 3}]}"#,
        &["no element of `a` is `{ b: 1, c: 2 }` | nearest is element 1: `c` is `3`, expected `2`"],
    );
    check(
        "{ a: { $unordered: [ x, y ] } }",
        r#"{"a": ["y", "z"]}"#,
        &["no other element of `a` is `x` | element 1 of `a` is left over: `z`"],
    );
    check(
        "{ a: { $unordered: [ x, y ] } }",
        r#"{"a": ["y"]}"#,
        &["`a` has 1 element, expected 2", "no other element of `a` is `x`"],
    );
    check("{ a: { $unordered: [ x ] } }", r#"{"a": 1}"#, &["`a` is the number `1`, expected an array"]);
}

#[test]
fn each_exact_and_length() {
    check_all("{ $each: <number> }", &["[1, 2]"], &["[]", "[1, \"x\"]", "{}"]);
    check_all("{ $each: <number>, $length: { $gte: 0 } }", &["[]", "[1]"], &["[\"x\"]"]);
    check_all(
        "{ $length: 2 }",
        &["[1, 2]", "\"üx\"", "{\"a\": 1, \"b\": 2}"],
        &["[1]", "\"x\"", "1", "null"],
    );
    check_all("{ $length: { $gte: 1, $lt: 3 } }", &["[1]"], &["[]", "[1, 2, 3]"]);
    check_all("{ $exact: { a: 1 } }", &["{\"a\": 1}"], &["{}", "{\"a\": 1, \"b\": 2}", "[]"]);
    check(
        "{ a: { $each: item } }",
        r#"{"a": ["item", "x", "item", "y"]}"#,
        &["`a[1]` is `x`, expected `item`", "`a[3]` is `y`, expected `item`"],
    );
    check(
        "{ a: { $each: 1 } }",
        r#"{"a": []}"#,
        &[
            "`a` is empty, so that `$each` has nothing to check | `$length` beside `$each` says how many there may be, none included",
        ],
    );
    check("{ a: { $length: { $gte: 1 } } }", r#"{"a": []}"#, &["`a` has 0 elements, expected at least `1`"]);
    check("{ a: { $length: 3 } }", r#"{"a": "x"}"#, &["`a` has 1 character, expected `3`"]);
    check(
        "{ $exact: { a: 1 } }",
        r#"{"a": 2, "b": "x"}"#,
        &["`a` is `2`, expected `1`", "`b` is there and should not be: it is `x`"],
    );
}

#[test]
fn nothing_else_changed() {
    let same = r#"{"list": [1, 2], "a": 1.1, "meta": {"by": "y", "at": "x"}}"#;
    check("{ $sameAs: $vars.before }", same, &[]);
    check(
        "{ $sameAs: { value: $vars.before, except: [ /meta/at, /new ] } }",
        r#"{"a": 1.10, "list": [1, 2], "meta": {"at": "z", "by": "y"}, "new": 1}"#,
        &[],
    );
    check(
        "{ $sameAs: { value: $vars.before, except: [ /meta/at ] } }",
        r#"{"a": 1.2, "list": [1, 3], "meta": {"at": 5}, "new": true}"#,
        &[
            "`a` changed from `1.10` to `1.2`",
            "`list[1]` changed from `2` to `3`",
            "`by` is gone: it was `y`",
            "`new` is new: it is `true`",
        ],
    );
    check("{ $sameAs: { value: $vars.before, except: [ /meta ] } }", r#"{"a": 1.1, "list": [1, 2]}"#, &[]);
    check("{ $literal: { a: [ $vars.id, \"<any>\" ] } }", r#"{"a": ["$vars.id", "<any>"]}"#, &[]);
    check(
        "{ x: { $literal: { a: 1 } } }",
        r#"{"x": {"a": 1, "b": 2}}"#,
        &["`b` is there and should not be: it is `2`"],
    );
    check("{ x: { $literal: { a: 1 } } }", r#"{"x": {}}"#, &["`a` is missing"]);
}

#[test]
fn combinations() {
    check_all("{ $not: x }", &["\"y\"", "1"], &["\"x\""]);
    check_all("{ a: { $not: <any> } }", &["{}"], &["{\"a\": 1}"]);
    check_all("{ a: { $not: <null> } }", &["{\"a\": 1}"], &["{}", "{\"a\": null}"]);
    check_all("{ a: { $not: <absent> } }", &["{\"a\": null}"], &["{}"]);
    check_all("{ a: { $not: x } }", &["{\"a\": 1}"], &["{}"]);
    check_all("{ a: { $anyOf: [ <absent>, { $gt: 1 } ] } }", &["{}", "{\"a\": 2}"], &["{\"a\": 1}"]);
    check("{ a: { $not: x } }", r#"{"a": "x"}"#, &["`a` is `x`, expected anything but `x`"]);
    check(
        "{ a: { $anyOf: [ 1, { b: 2 } ] } }",
        r#"{"a": {"b": 3}}"#,
        &[
            "`a` is an object of 1 member, expected `1` or `{ b: 2 }` | alternative 2: `b` is `3`, expected `2`",
        ],
    );
}

#[test]
fn cel_sees_the_value_as_this() {
    check_all("{ $cel: this.a < this.b }", &[r#"{"a": 1, "b": 2}"#], &[r#"{"a": 2, "b": 1}"#, "1"]);
    check_all("{ a: { $cel: this == vars.id } }", &[r#"{"a": 7}"#], &[r#"{"a": 8}"#]);
    check_all("{ $each: { $cel: 'this > 1' } }", &["[2, 3]"], &["[2, 1]"]);
    check(
        "{ a: { $cel: 'this.x > 1' } }",
        r#"{"a": {"x": 1}}"#,
        &["`this.x > 1` is false for `a`, which is `{\"x\":1}` | this.x = 1"],
    );
    check(
        "{ a: { $cel: 'this.y > 1' } }",
        r#"{"a": {"x": 1}}"#,
        &["`this.y > 1` cannot be evaluated for `a`: no key `y` in `this` | this.y: no key `y` in `this`"],
    );
}

#[test]
fn bare_text_is_a_number_where_one_is_expected() {
    for (yaml, text, expected) in [
        ("5", "\"5\"", true),
        ("5", "\" 5.0\"", true),
        ("5", "\"6\"", false),
        ("5", "\"x\"", false),
        ("\"5\"", "\"5\"", true),
        ("<integer>", "\"5\"", true),
        ("<integer>", "\"5.5\"", false),
        ("<number>", "\"x\"", false),
        ("{ $gte: 3 }", "\"5\"", true),
        ("{ $gte: 3 }", "\"2\"", false),
        ("{ $in: [ 4, 5 ] }", "\"5\"", true),
        ("{ $ne: 5 }", "\"5\"", false),
    ] {
        let found = mismatches(yaml, Some(text), true).unwrap_or_else(|error| panic!("{yaml}: {error}"));
        assert_eq!(found.is_empty(), expected, "{yaml} with {text}");
    }
}

#[test]
fn a_value_that_is_not_there_matches_only_absent() {
    for (yaml, expected) in [
        ("1", 1),
        ("{}", 1),
        ("[]", 1),
        ("<any>", 1),
        ("<absent>", 0),
        ("{ $ne: 1 }", 1),
        ("{ $each: 1 }", 1),
        ("{ $anyOf: [ 1, <absent> ] }", 0),
        ("{ $sameAs: $vars.id }", 1),
        ("{ $literal: null }", 1),
    ] {
        let found = mismatches(yaml, None, false).unwrap_or_else(|error| panic!("{yaml}: {error}"));
        assert_eq!(found.len(), expected, "{yaml}");
    }
}

fn check_unresolved(yaml: &str, actual: &str, expected: &str) {
    let error = mismatches(yaml, Some(actual), false).expect_err("it cannot be carried out");
    assert_eq!(error.to_string(), expected, "{yaml}");
}

#[test]
fn an_expression_without_a_value_is_no_mismatch() {
    check_unresolved(
        "{ a: { b: $vars.later } }",
        r#"{"a": {"b": 1}}"#,
        "`$vars.later` has no value: nothing was saved under `later`",
    );
    check_unresolved(
        "{ $contains: [ 1, $vars.later ] }",
        "[2]",
        "`$vars.later` has no value: nothing was saved under `later`",
    );
    check_unresolved(
        "{ $match: $vars.bad }",
        "\"x\"",
        "`$match: $vars.bad` has no value: `(` is not a regular expression: unclosed group",
    );
    check_unresolved(
        "{ $in: $vars.id }",
        "1",
        "`$in: $vars.id` has no value: it takes a list, not an integer",
    );
    check_unresolved(
        "{ $gt: $vars.list }",
        "1",
        "`$gt: $vars.list` has no value: it compares numbers or strings, not an array",
    );
}

#[test]
fn places_point_into_scenario_and_response() {
    let (matcher, source) = matcher("{ data: { status: cancelled, tags: { $length: 2 }, x: 1 } }");
    let value = datum(r#"{"status": "y", "tags": [1], "y": {}}"#);
    let at = Pointer::of(["items", "3"]);
    let wrapped = Datum::object([("data".to_owned(), value)]);
    let actual = Actual { value: Some(&wrapped), at: &at, name: "the body", is_text: false };
    let found = match_value(&matcher, &actual, &Vars).expect("all is resolved");
    let found: Vec<_> = found
        .iter()
        .map(|each| {
            (
                source.slice(each.span),
                each.at.to_string(),
                each.nearest.to_string(),
                each.expected.as_str(),
                each.actual.as_str(),
            )
        })
        .collect();
    let place = |name: &str| format!("/items/3/data{name}");
    assert_eq!(
        found,
        [
            ("cancelled", place("/status"), place("/status"), "`cancelled`", "`y`"),
            ("$length", place("/tags"), place("/tags"), "`2`", "1 element"),
            ("1", place("/x"), place(""), "`1`", "nothing"),
        ]
    );
}

#[test]
fn only_the_first_mismatches_of_many_are_worded() {
    let many = json!(vec![1; 1000]).to_string();
    assert_eq!(mismatches("{ $each: 2 }", Some(&many), false).expect("all is resolved").len(), 20);
}

#[test]
fn large_values_take_no_quadratic_time() {
    let many: Vec<Value> =
        (0..100_000).map(|index| json!({"id": index, "price": 1.5, "name": "x"})).collect();
    let text = json!({"items": many}).to_string();
    let value = datum(&text);
    let root = Pointer::root();
    let actual = Actual { value: Some(&value), at: &root, name: "the body", is_text: false };
    for yaml in [
        "{ items: { $each: { id: <integer>, price: { $gt: 1.25 }, name: x } } }",
        "{ items: { $contains: [ { id: 99999 }, { id: 99998 }, { id: 3 } ] } }",
        "{ items: { $length: 100000 } }",
    ] {
        let (matcher, _) = matcher(yaml);
        let start = Instant::now();
        assert_eq!(match_value(&matcher, &actual, &Vars), Ok(Vec::new()), "{yaml}");
        assert!(start.elapsed().as_secs() < 20, "{yaml}: {:?}", start.elapsed());
    }
    assert!(value.is_equal(&value.clone()));
}

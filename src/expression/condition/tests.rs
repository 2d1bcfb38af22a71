use super::*;
use crate::clock::Timestamp;
use crate::expression::{Reference, Unresolved};
use crate::json::Datum;
use crate::source::Source;
use serde_json::json;
use std::borrow::Cow;

struct Fixed(Value);

impl Scope for Fixed {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        Err(reference.unresolved("this scope has none"))
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.0.get(name).map(Cow::Borrowed)
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_767_268_800).expect("it is in range")
    }
}

fn scope() -> Fixed {
    Fixed(json!({
        "status": 200,
        "inputs": {"total": 5, "region": "US"},
        "body": {
            "data": [
                {"paid": true, "amount": 10, "name": "a"},
                {"paid": false, "amount": 2.5, "name": "b"},
                {"paid": true, "amount": -1, "name": "c"},
                {"paid": true, "amount": 0, "name": null}
            ],
            "next": null,
            "at": "2026-01-01T12:00:00Z",
            "big": 18_446_744_073_709_551_615_u64,
            "text": "Grüße"
        },
        "vars": {"before": "2026-01-01T11:58:00+00:00", "qty": 1}
    }))
}

fn compile(text: &str) -> Condition {
    let source = Source::new("t.yaml", text);
    let mut problems = Problems::new(&source);
    let condition = Condition::compile(text, Span::new(0, text.len()), 4096, &mut problems);
    condition.unwrap_or_else(|| panic!("{text}: {:?}", problems.into_list()))
}

fn check(text: &str, expected: Value) {
    assert_eq!(compile(text).evaluate(&scope()), Ok(expected), "{text}");
}

fn check_error(text: &str, expected: &str) {
    assert_eq!(compile(text).evaluate(&scope()), Err(EvaluationError(expected.to_owned())), "{text}");
}

#[test]
fn json_comes_in_and_goes_out() {
    check("status + 1", json!(201));
    check("status == 200.0", json!(true));
    check("body.data[1].amount * 2.0", json!(5.0));
    check("body.next == null", json!(true));
    check("has(body.next)", json!(true));
    check("has(body.nix)", json!(false));
    check("size(body.data)", json!(4));
    check("size(body.text)", json!(5));
    check("body.big > 1", json!(true));
    check("{'b': 1, 'a': [true, null, 'x']}", json!({"a": [true, null, "x"], "b": 1}));
    check("body.data.filter(i, i.paid).map(i, i.name)", json!(["a", "c", null]));
    check("body.data.exists(i, i.amount == 2.5)", json!(true));
    check("body.?next.?x.orValue(7)", json!(7));
    check("body[\"next\"]", json!(null));
    check("{'b': 1, 'a': 2}.map(k, k)", json!(["a", "b"]));
    check("type(status) == int", json!(true));
    check("'a' in inputs || 'total' in inputs", json!(true));
    check("vars", json!({"before": "2026-01-01T11:58:00+00:00", "qty": 1}));
}

#[test]
fn functions_of_the_language_work() {
    check("get(body, 'data.0.name', 'x')", json!("a"));
    check("get(body, 'data.9.name', 'x')", json!("x"));
    check("get(body, 'next', 'x')", json!(null));
    check("isUuid('50CA1EC7-cb04-45f0-b7a9-3613ef7c23d3')", json!(true));
    check("isUuid('50ca1ec7cb0445f0b7a93613ef7c23d3')", json!(false));
    check("isUuid(status)", json!(false));
    check("body.text.matches('^Gr.*e$')", json!(true));
    check("matches(body.text, 'x')", json!(false));
    check("base64('hi')", json!("aGk="));
    check("sha256('')", json!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    // RFC 4231 §4.3, test case 2.
    check(
        "hmacSha256('Jefe', 'what do ya want for nothing?')",
        json!("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    );
    check("'TacoCat'.lowerAscii()", json!("tacocat"));
    check("[3, 1, 2].sort()", json!([1, 2, 3]));
    check("[3, 1, 2].sortBy(e, -e)", json!([3, 2, 1]));
    check("math.greatest(1, 2)", json!(2));
    check("math.abs(-2)", json!(2));
    check("optional.of(1).value()", json!(1));
}

#[test]
fn times_compare_and_subtract() {
    check("parseTime(body.at) >= parseTime(vars.before)", json!(true));
    check("parseTime(body.at) - parseTime(vars.before) < duration('5m')", json!(true));
    check("parseTime(body.at) - parseTime(vars.before)", json!("120s"));
    check("parseTime(vars.before) + duration('2m') == parseTime(body.at)", json!(true));
    check("now()", json!("2026-01-01T12:00:00Z"));
    check("now() - duration('1d')", json!("2025-12-31T12:00:00Z"));
    check("formatTime(now(), '%Y-%m-%d')", json!("2026-01-01"));
    check("formatTime(now())", json!("2026-01-01T12:00:00Z"));
    check("timestamp(body.at).getFullYear()", json!(2026));
    check("duration('90m').getHours()", json!(1));
    check("int(now())", json!(1_767_268_800));
    check("parseTime(1767268800) == now()", json!(true));
    check("-duration('1s') < duration('0')", json!(true));
}

#[test]
fn errors_name_the_part_that_fails() {
    check_error("body.paymnt == 1", "no key `paymnt` in `body`");
    check_error("1 == body.data[0].paymnt", "no key `paymnt` in `body.data[0]`");
    check_error("body['x y']", "no key `x y` in `body`");
    check_error("body.data[7].paid", "`body.data` has 4 elements, none at 7");
    check_error("body.data.paid", "`body.data` is an array and has no member `paid`");
    check_error("body.next.x", "`body.next` is null and has no member `x`");
    check_error("zebra", "undeclared `zebra`");
    check_error("zebra.a.b > 1", "undeclared `zebra`");
    check_error("1 + 'a'", "`+` does not go with `1`, an integer and `\"a\"`, a string");
    check_error("status < 'a'", "`<` does not go with `status`, an integer and `\"a\"`, a string");
    check_error(
        "body.at - duration('1s')",
        "`-` does not go with `body.at`, a string and `duration(\"1s\")`, a duration",
    );
    check_error("status && true", "`status` is an integer, not `true` or `false`");
    check_error("!status", "`status` is an integer, not `true` or `false`");
    check_error("status ? 1 : 2", "`status` is an integer, not `true` or `false`");
    check_error("size(status)", "`size` does not go with an integer (`size(status)`)");
    check_error("status / 0", "`status / 0` divides by zero");
    check_error("9223372036854775807 + 1", "`9223372036854775807 + 1` does not fit into 64 bits");
    check_error("status.all(x, x)", "`status` is an integer, not an array or an object");
    check_error(
        "body.data.all(i, i.paymnt > 1)",
        "no key `paymnt` in `i`, where `i` is element 0 of `body.data`",
    );
    check_error("parseTime('soon')", "`parseTime(\"soon\")`: `soon` is not a time as `2026-01-31T12:00:00Z`");
    check_error("1.0 / 0.0", "its value is `inf`, which JSON cannot hold");
    check_error("body.text.matches('(')", "`body.text.matches(\"(\")`: unclosed group");
}

#[test]
fn only_booleans_hold() {
    assert_eq!(compile("true").holds(&scope()), Ok(true));
    let expected = "it is an integer, not `true` or `false`: 200";
    assert_eq!(compile("status").holds(&scope()), Err(EvaluationError(expected.to_owned())));
}

fn check_parts(text: &str, expected: &[&str]) {
    let found: Vec<_> = compile(text).parts(&scope()).iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn parts_are_what_the_condition_compares() {
    check_parts(
        "size(body.data) == inputs.total && body.data[0].paid",
        &["size(body.data) = 4", "inputs.total = 5"],
    );
    check_parts(
        "size(body.data) == 4 && body.data[1].paid",
        &["size(body.data) = 4", "body.data[1].paid = false"],
    );
    check_parts("!(status in [201, 202])", &["status = 200"]);
    check_parts("status == 201", &["status = 200"]);
    check_parts("status + 1 == 2 * (status - 1)", &["status = 200"]);
    check_parts("has(body.nix) || body.next != null", &["has(body.nix) = false", "body.next = null"]);
    check_parts("body.text.startsWith('x')", &["body.text = \"Grüße\""]);
    check_parts(
        "body.text.startsWith('x') == true",
        &["body.text = \"Grüße\"", "body.text.startsWith(\"x\") = false"],
    );
    check_parts(
        "parseTime(body.at) < parseTime(vars.before)",
        &[
            "body.at = \"2026-01-01T12:00:00Z\"",
            "parseTime(body.at) = \"2026-01-01T12:00:00Z\"",
            "vars.before = \"2026-01-01T11:58:00+00:00\"",
            "parseTime(vars.before) = \"2026-01-01T11:58:00Z\"",
        ],
    );
    check_parts(
        "body.data.all(i, i.amount > 0)",
        &["body.data[2] = {\"amount\":-1,\"name\":\"c\",\"paid\":true}"],
    );
    check_parts(
        "inputs.region == 'DE' ? status == 1 : status == 2",
        &["inputs.region = \"US\"", "status = 200"],
    );
    check_parts("body.paymnt == 'x'", &["body.paymnt: no key `paymnt` in `body`"]);
    check_parts("body.paid", &[]);
    check_parts(
        "now() < parseTime(body.at)",
        &[
            "now() = \"2026-01-01T12:00:00Z\"",
            "body.at = \"2026-01-01T12:00:00Z\"",
            "parseTime(body.at) = \"2026-01-01T12:00:00Z\"",
        ],
    );
}

#[test]
fn printing_reads_as_written() {
    for text in [
        "a.b[0][\"c\"] + -1 * (2 - 3) - (4 - 5)",
        "!(a && b) || c ? d : e ? f : g",
        "(a ? b : c) ? d : e",
        "a.all(i, i.x > 0) && b.exists(x, x == 1) && c.exists_one(x, x in [1, 2])",
        "a.map(x, x.y).filter(y, y != null).map(z, z > 1, z + 1)",
        "has(a.b.c) && a.?b.orValue({\"k\": [1, 2.5, 3u]}) == b\"x\"",
        "math.greatest(1, 2) % 3 == size(\"a\\\"b\")",
        "now() > timestamp(a)",
        "a[?0].hasValue()",
    ] {
        assert_eq!(print::print(&compile(text).compiled.ast), text);
    }
}

fn check_mentions(text: &str, expected: &[&str]) {
    let mentions = compile(text).mentions();
    let found: Vec<_> = mentions
        .iter()
        .map(|each| std::iter::once(&each.root).chain(&each.members).cloned().collect::<Vec<_>>().join("."))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn mentions_are_paths_without_the_loops_own_names() {
    check_mentions("inputs.region == 'US' && inputs.region != vars.x", &["inputs.region", "vars.x"]);
    check_mentions("body.data[0].paid", &["body.data"]);
    check_mentions("body['a b'].c", &["body.a b.c"]);
    check_mentions("has(body.x.y)", &["body.x.y"]);
    check_mentions(
        "body.data.all(i, i.x > row.y && row.z.exists(row, row.q))",
        &["body.data", "row.y", "row.z"],
    );
    check_mentions("math.abs(a) > size(b) && type(c) == string && now() > d", &["a", "b", "c", "d"]);
    check_mentions("body.?x", &["body"]);
    check_mentions("steps.one.response.body", &["steps.one.response.body"]);
}

fn check_problem(text: &str, expected: &str) {
    let source = Source::new("t.yaml", format!("when: '{text}'"));
    let mut problems = Problems::new(&source);
    assert!(
        Condition::compile(text, Span::new(6, source.text().len()), 1024, &mut problems).is_none(),
        "{text}"
    );
    let found: Vec<_> = problems
        .into_list()
        .iter()
        .map(|each| {
            let label = &each.labels[0];
            let help: String = each.help.iter().map(|help| format!(" | {help}")).collect();
            format!("{} | {} | {}{help}", each.message, source.slice(label.at.span), label.text)
        })
        .collect();
    assert_eq!(found, [expected], "{text}");
}

#[test]
fn what_does_not_parse_is_said_in_few_words() {
    check_problem(
        "a = 1",
        "`a = 1` is not a CEL expression | = | `=` has no meaning here | comparisons are written `==`",
    );
    check_problem(
        "a == 1 and b",
        "`a == 1 and b` is not a CEL expression | a | `and` does not fit here | `and` is written `&&`",
    );
    check_problem("a ==", "`a ==` is not a CEL expression |  | ends too early");
    check_problem(
        "$vars.x == 1",
        "`$vars.x == 1` is not a CEL expression | $ | `$` has no meaning here | CEL names values without `$`: `vars.id`",
    );
    check_problem("", "the condition is empty | '' | holds no expression");
    check_problem("sized(a) > 1", "CEL has no function `sized` | sized | did you mean `size`?");
    check_problem("a.contians(1)", "CEL has no function `contians` | contians | did you mean `contains`?");
    check_problem("has(a)", "`has(a)` is not a CEL expression | a | invalid argument to has() macro");
    check_problem(
        &"a".repeat(1025),
        "the condition is longer than the limit `expression` of 1024 bytes | 'AAA' | is 1025 bytes long | `--limit expression=1025` raises it, to 4096 at most"
            .replace("AAA", &"a".repeat(1025))
            .as_str(),
    );
}

#[test]
fn deep_and_long_expressions_neither_overflow_nor_hang() {
    let chains = [
        vec!["1"; 2048].join("+"),
        vec!["status"; 500].join("+"),
        vec!["true"; 600].join("&&"),
        format!("a{}", ".b".repeat(2000)),
        format!("a{}", "[0]".repeat(1300)),
        vec!["size('a')"; 400].join("+"),
    ];
    for text in &chains {
        let condition = compile(text);
        let _ = condition.evaluate(&scope());
        let _ = condition.parts(&scope());
        let _ = print::print(&condition.compiled.ast);
    }
    let source = Source::new("t.yaml", "");
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("!", ""),
        ("-", ""),
        ("f(", ")"),
        ("a ? b : ", ""),
        ("{1:", "}"),
        ("[1].map(x, ", ")"),
        ("a.b(", ")"),
        ("a[", "]"),
        ("-(", ")"),
    ] {
        for count in [12, 60, 500] {
            let text = format!("{}1{}", open.repeat(count), close.repeat(count));
            let mut problems = Problems::new(&source);
            if let Some(condition) = Condition::compile(&text, Span::default(), 4096, &mut problems) {
                let _ = condition.evaluate(&scope());
                let _ = condition.parts(&scope());
            }
        }
    }
}

#[test]
fn loops_within_loops_end() {
    let ten = "[1,2,3,4,5,6,7,8,9,10]";
    let mut text = "true".to_owned();
    for depth in 0..12 {
        text = format!("{ten}.all(x{depth}, {text})");
    }
    let start = std::time::Instant::now();
    check_error(&text, "the loops of one expression may visit 5000000 elements");
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn only_what_is_mentioned_is_asked_for() {
    struct Counting(std::sync::Mutex<Vec<String>>);
    impl Scope for Counting {
        fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
            Err(reference.unresolved("none"))
        }
        fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
            self.0.lock().expect("nobody panics").push(name.to_owned());
            Some(Cow::Owned(json!({"a": 1})))
        }
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }
    let scope = Counting(std::sync::Mutex::default());
    assert_eq!(compile("b.a + b.a + a.a == 3").holds(&scope), Ok(true));
    assert_eq!(scope.0.into_inner().expect("nobody panics"), ["a", "b"]);
}

use super::*;
use crate::clock::Timestamp;
use crate::diagnostic::Problems;
use crate::json::{Datum, Pointer, Value};
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::yaml::{Dialect, load};
use serde_json::json;
use std::borrow::Cow;

struct Vars;

impl Scope for Vars {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        let mut vars = Datum::new(
            json!({"id": 7, "t": "tok", "list": [1, {"a": null}], "tricky": "$vars.id {$vars.id} $$"}),
        );
        vars.insert("price".to_owned(), Datum::number("1.10").expect("a number"));
        match reference.root.as_str() {
            "vars" => match reference.first_member() {
                Some("later") => Err(reference.unresolved("nothing was saved under `later`")),
                _ => reference.walk(0, vars),
            },
            "order" => reference.walk(0, Datum::new(json!({"id": "o-1"}))),
            "gen" => {
                let (name, arguments) = reference.as_call().ok_or_else(|| reference.unresolved("no call"))?;
                let drawn = Generator::new(1, "").call(name, arguments);
                drawn.map_err(|reason| reference.unresolved(reason))
            }
            _ => Err(reference.unresolved("no such root")),
        }
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        (name == "vars").then(|| Cow::Owned(json!({"qty": 1})))
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

fn compile(yaml: &str) -> (Template, Vec<String>) {
    let source = Source::new("t.yaml", yaml);
    let mut problems = Problems::new(&source);
    let node = load(Dialect::Ours, &Limits::default(), &mut problems).expect("it is YAML");
    let roots = ["vars", "order", "gen", "now", "inputs"].map(str::to_owned).to_vec();
    let syntax = Syntax { roots, expression_limit: 1024 };
    let template = Template::compile(&node, &syntax, &mut problems);
    let told = problems.into_list();
    let told = told.iter().map(|each| {
        let label = &each.labels[0];
        let help: String = each.help.iter().map(|help| format!(" | {help}")).collect();
        format!("{}: {} | {} | {}{help}", each.code, each.message, source.slice(label.at.span), label.text)
    });
    (template, told.collect())
}

fn check(yaml: &str, expected: &str) {
    let (template, problems) = compile(yaml);
    assert_eq!(problems, [""; 0], "{yaml}");
    assert_eq!(template.resolve(&Vars).map(|datum| datum.to_json()).as_deref(), Ok(expected), "{yaml}");
}

#[test]
fn whole_expressions_keep_their_type() {
    check("$vars.id", "7");
    check("$vars.price", "1.10");
    check("'$vars.list[1]'", r#"{"a":null}"#);
    check("'$vars.list[1].a'", "null");
    check("'$vars#/list/0'", "1");
    check("$order", r#"{"id":"o-1"}"#);
    check("{a: [$vars.id, {b: $vars.t}], c: 1.50}", r#"{"a":[7,{"b":"tok"}],"c":1.50}"#);
}

#[test]
fn embedded_expressions_become_text() {
    check("'id-{$vars.id}-{$vars.price}'", r#""id-7-1.10""#);
    check("'{$vars.id}'", r#""7""#);
    check("'{$order}'", r#""{\"id\":\"o-1\"}""#);
    check("'{\"a\": {$vars.list}}'", r#""{\"a\": [1,{\"a\":null}]}""#);
    check("'{$vars#/list/0}!'", r#""1!""#);
    check("'{{$vars.id}}'", r#""{7}""#);
    check("'{$gen.int(5, 5)}'", r#""5""#);
}

#[test]
fn everything_else_is_literal() {
    for text in [
        "$5.00",
        "{not}",
        "{{x}}",
        "$",
        "a $ b",
        "{$}",
        "{$5}",
        "$.data.id",
        "$order now",
        "costs $vars",
        "^application/json$",
        "$zebra.x",
        "%$%",
        "{",
        "}{",
        "${x}",
        "$ref",
        "a$",
    ] {
        check(&format!("'{text}'"), &json!(text).to_string());
    }
    check("'$$vars.id'", r#""$vars.id""#);
    check("'{$$vars.id}'", r#""{$vars.id}""#);
    check("'a $$ b'", r#""a $ b""#);
    check("''", r#""""#);
    check("1.10", "1.10");
    check("[null, true, 1e3]", "[null,true,1e3]");
}

#[test]
fn values_of_expressions_are_not_read_again() {
    check("$vars.tricky", r#""$vars.id {$vars.id} $$""#);
    check("'<{$vars.tricky}>'", r#""<$vars.id {$vars.id} $$>""#);
}

#[test]
fn one_key_makes_cel_and_literals() {
    check("{$cel: vars.qty + 1}", "2");
    check("{a: {$cel: '\"x\" + string(vars.qty)'}}", r#"{"a":"x1"}"#);
    check("{$literal: {a: $vars.id, b: '{$x}'}}", r#"{"a":"$vars.id","b":"{$x}"}"#);
    check("{$cel: vars.qty, b: 1}", r#"{"$cel":"vars.qty","b":1}"#);
    check("{$set: {a: $vars.id}}", r#"{"$set":{"a":7}}"#);
}

fn check_problem(yaml: &str, expected: &str) {
    assert_eq!(compile(yaml).1, [expected], "{yaml}");
}

#[test]
fn text_that_looks_like_an_expression_is_an_error() {
    let code = "scenario.text-looks-like-expression";
    let label =
        |text: &str| format!("{text} | `{text}` is only read where it is the whole value, or in braces");
    check_problem(
        "'Bearer $vars.t'",
        &format!(
            "{code}: `Bearer $vars.t` would be sent as text | {} | write `Bearer {{$vars.t}}`, or `$$` for a literal dollar",
            label("$vars.t")
        ),
    );
    check_problem(
        "'$vars.a b'",
        &format!(
            "{code}: `$vars.a b` would be sent as text | {} | write `{{$vars.a}} b`, or `$$` for a literal dollar",
            label("$vars.a")
        ),
    );
    check_problem(
        "'{ $vars.a }'",
        &format!(
            "{code}: `{{ $vars.a }}` would be sent as text | {} | write `{{ {{$vars.a}} }}`, or `$$` for a literal dollar",
            label("$vars.a")
        ),
    );
    check_problem(
        "'Hello $vars.a.'",
        &format!(
            "{code}: `Hello $vars.a.` would be sent as text | {} | write `Hello {{$vars.a}}.`, or `$$` for a literal dollar",
            label("$vars.a")
        ),
    );
    check_problem(
        "'x $order[0]'",
        &format!(
            "{code}: `x $order[0]` would be sent as text | {} | write `x {{$order[0]}}`, or `$$` for a literal dollar",
            label("$order[0]")
        ),
    );
    check_problem(
        "{ a: {$vars.t} }",
        &format!(
            "{code}: `{{$vars.t}}` without quotes is a map and no text | {{$vars.t}} | YAML reads the braces | write \
             `$vars.t` for the value as it is, `\"{{$vars.t}}\"` for its text"
        ),
    );
    check_problem(
        "{ a: $gen.int(1, b: 2 }",
        &format!(
            "{code}: `$gen.int(1` would be sent as text | $gen | `$gen` is only read where it is the whole value, or in \
             braces | a comma ends a value within `{{ }}` and `[ ]`: put the whole \
             expression in quotes"
        ),
    );
    check_problem(
        "$vars.",
        &format!(
            "{code}: `$vars.` would be sent as text | {} | write `{{$vars.…}}`, or `$$` for a literal dollar",
            label("$vars")
        ),
    );
}

#[test]
fn expressions_that_do_not_parse_are_errors() {
    let code = "scenario.invalid-expression";
    check_problem(
        "'{$vars.a b}'",
        &format!(
            "{code}: `{{$vars.a b}}` is not an expression: something follows it before the brace is closed | {{$vars.a b}} | reads as an expression up to `$vars.a`"
        ),
    );
    check_problem(
        "'{$vars.a'",
        &format!(
            "{code}: `{{$vars.a` is not an expression: the brace is not closed | {{$vars.a | reads as an expression up to `$vars.a`"
        ),
    );
    check_problem(
        "$input.x",
        &format!(
            "{code}: no value is called `$input` here | $input | did you mean `$inputs`? | write `$$` for a literal dollar"
        ),
    );
    check_problem(
        "'Bearer {$var.x}'",
        &format!(
            "{code}: no value is called `$var` here | $var | did you mean `$vars`? | write `$$` for a literal dollar"
        ),
    );
    check_problem(
        "$gen.uid",
        &format!(
            "{code}: `$gen.uid` cannot be used | $gen.uid | `$gen` has no function `uid`; did you mean `uuid`?"
        ),
    );
    check_problem(
        "$vars.f(1)",
        &format!(
            "{code}: `$vars.f(1)` cannot be used | $vars.f(1) | `$vars` has no function `f`; only `$gen` has functions"
        ),
    );
    check_problem(
        "{$cel: 1}",
        "scenario.invalid-condition: `$cel` takes a CEL expression as a text, not a number | 1 | is a number",
    );
}

#[test]
fn what_is_inside_can_be_listed_and_placed() {
    let yaml = "{a: {b: [x, '{$vars.t}']}, c: $vars.id, d: {$cel: vars.qty}}";
    let (template, _) = compile(yaml);
    let listed: Vec<_> = template
        .references()
        .iter()
        .map(|(reference, span)| (reference.text.as_str(), &yaml[span.start..span.end]))
        .collect();
    assert_eq!(listed, [("$vars.t", "$vars.t"), ("$vars.id", "$vars.id")]);
    assert_eq!(template.conditions().len(), 1);
    let at = |pointer: &str| {
        let pointer = Pointer::parse(pointer).expect("a pointer");
        template.at(&pointer).map(|part| &yaml[part.span.start..part.span.end])
    };
    assert_eq!(at("/a/b/0"), Some("x"));
    assert_eq!(at("/a/b/9"), None);
    assert_eq!(at("/c"), Some("$vars.id"));
    let name = template.name_span(&Pointer::of(["a", "b"]));
    assert_eq!(name, Some(Span::new(5, 6)));
    assert!(template.as_literal().is_none());
    let part = template.at(&Pointer::of(["a", "b", "0"])).expect("it is there");
    assert_eq!(part.as_literal(), Some(&Datum::new("x")));
    assert_eq!(compile("{a: [1, x]}").0.as_literal(), Some(&Datum::new(json!({"a": [1, "x"]}))));
}

#[test]
fn unresolved_values_say_which_and_why() {
    let (template, _) = compile("{a: 'x {$vars.later}'}");
    let error = template.resolve(&Vars).expect_err("it is not there");
    assert_eq!(error.to_string(), "`$vars.later` has no value: nothing was saved under `later`");
    let (template, _) = compile("{$cel: vars.nix}");
    let error = template.resolve(&Vars).expect_err("it fails");
    assert_eq!(error.to_string(), "`vars.nix` has no value: no key `nix` in `vars`");
}

#[test]
fn no_text_makes_a_reader_panic() {
    let words = [
        "$",
        "$$",
        "{",
        "}",
        "{$",
        "vars",
        "$vars",
        "$gen.int(",
        "1,",
        "5)",
        ".",
        "..",
        "[0]",
        "[",
        "]",
        "#",
        "#/",
        "~",
        "~2",
        "a",
        "é",
        "😀",
        "\"",
        "'",
        "\\",
        "(",
        ")",
        "$.",
        "[?",
        "@",
        "==",
        "*",
        ":",
        "-1",
        "&&",
        "!",
        "now()",
        "size(",
        "in",
        "<",
        "\n",
        "\u{0}",
        "`",
        "?",
        "has(",
        ".all(x,",
    ];
    let mut state = 7_u64;
    let mut draw = |count: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % count as u64) as usize
    };
    let syntax = Syntax { roots: vec!["vars".to_owned(), "gen".to_owned()], expression_limit: 1024 };
    for _ in 0..3000 {
        let text: String = (0..1 + draw(12)).map(|_| words[draw(words.len())]).collect();
        let source = Source::new("t.yaml", format!("a: '{text}'"));
        let span = Span::new(3, source.text().len());
        let mut problems = Problems::new(&source);
        let template = Template::of_text(&text, span, &syntax, &mut problems);
        let _ = template.resolve(&Vars);
        let _ = Selector::compile(&text, span, &mut problems).map(|it| it.select(&json!([{"a": 1}])).len());
        let _ = Condition::compile(&text, span, 1024, &mut problems).map(|it| it.parts(&Vars));
        for problem in problems.into_list() {
            assert!(!problem.message.is_empty() && !problem.labels.is_empty(), "{text}");
        }
    }
}

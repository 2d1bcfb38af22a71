use super::data::scalar;
use super::{Data, Entry, Item, write};
use crate::diagnostic::Problems;
use crate::limits::Limits;
use crate::source::Source;
use crate::yaml::{Dialect, load};
use serde_json::json;

/// A text that is written is read as that text again, in lines and in braces.
#[test]
fn texts_are_read_as_they_were_meant() {
    for text in [
        "",
        " ",
        "a",
        "a b",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "- a",
        "true",
        "No",
        "null",
        "~",
        "1",
        "0123",
        "1e5",
        "0x1f",
        "2020-01-01",
        "2020-01-01T00:00:00Z",
        "{a}",
        "[a",
        "a, b",
        "a]",
        "'a'",
        "it's",
        "\"a\"",
        "a\\b",
        "a\nb",
        "a\tb",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "|",
        ">",
        "?",
        "? a",
        "https://a/b?c=d#e",
        "/a/{b}",
        "a\u{85}b",
        "\u{feff}a",
        "\u{2028}",
        "\u{7f}",
        "\u{0}",
        "\u{1f600}",
        ".5",
        "+1",
        "-",
        "<any>",
        "a ",
        "=",
        "inf",
        ".nan",
        "---",
        "...",
        "key: {x}",
    ] {
        for is_inside in [false, true] {
            let written = scalar(text, is_inside);
            let file =
                if is_inside { format!("{{ a: {written}, b: 1 }}") } else { format!("a: {written}\nb: 1\n") };
            let mut problems = Problems::new(&Source::new("t.yaml", file.as_str()));
            let read = load(Dialect::Ours, &Limits::default(), &mut problems).map(|node| node.to_value());
            let list = problems.into_list();
            assert!(list.is_empty(), "{text:?} as {file:?}: {list:?}");
            assert_eq!(read, Some(json!({ "a": text, "b": 1 })), "{text:?} as {file:?}");
        }
    }
}

#[test]
fn what_fits_stands_on_a_line() {
    let long = "x".repeat(60);
    let value = json!({ "a": { "b": [1, { "c": long, "d": long }] } });
    let entries = [
        Entry::text("short", "a, b"),
        Entry::data("value", Data::Value(value)).with_comment("Why.").apart(),
        Entry::new("list", Item::List(vec![vec![Entry::raw("call", "x"), Entry::raw("path", "{}")]])),
    ];
    let mut text = String::new();
    write(&entries, 0, &mut text);
    let expected = format!(
        "short: a, b\n\n# Why.\nvalue:\n  a:\n    b:\n      - 1\n      - c: {long}\n        d: {long}\nlist:\n  - call: x\n    path: {{}}\n"
    );
    assert_eq!(text, expected);
}

//! Text to syntax tree.
//!
//! The crate has two parsers of one language: one made from the grammar, with every macro and with the messages
//! that people are shown, and one written by hand, which takes a twentieth of the time and knows the macros of
//! the standard alone. What the second reads and is no call of another macro is the same tree; everything else
//! is read again by the first.

use super::environment::{MAX_DEPTH, shared};
use super::mentions::Names;
use cel::ParseErrors;
use cel::common::ast::IdedExpr;
use cel::parser::PrattParser;

/// The macros of the extensions, and of this program.
const MACROS: &[&str] = &["math.greatest", "math.least", "now", "optFlatMap", "optMap", "sortBy"];

/// Parses an expression.
pub(super) fn parse(text: &str) -> Result<IdedExpr, ParseErrors> {
    match quick(text) {
        Some(ast) => Ok(ast),
        None => by_grammar(text),
    }
}

fn quick(text: &str) -> Option<IdedExpr> {
    // It takes quoted text of several lines, which the language has in three quotes only.
    if text.contains(['\n', '\r']) {
        return None;
    }
    let parser = PrattParser::new().enable_optional_syntax(true).max_recursion_depth(MAX_DEPTH);
    let ast = parser.parse(text).ok()?;
    let calls_other = Names::of(&ast).functions.iter().any(|name| MACROS.contains(&name.as_str()));
    (!calls_other).then_some(ast)
}

fn by_grammar(text: &str) -> Result<IdedExpr, ParseErrors> {
    shared().parser().max_recursion_depth(MAX_DEPTH).parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The tree, without the numbers of its nodes, which only the parsers themselves read.
    fn shape(ast: &IdedExpr) -> String {
        let text = format!("{ast:?}");
        let mut parts = text.split("id: ");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + part.trim_start_matches(|c: char| c.is_ascii_digit()))
    }

    /// Whether the quick parser reads it; what it reads, it reads as the grammar does.
    #[track_caller]
    fn check(text: &str) -> bool {
        let Some(ast) = quick(text) else { return false };
        match by_grammar(text) {
            Ok(expected) => assert_eq!(shape(&ast), shape(&expected), "{text}"),
            Err(errors) => panic!("{text}: only the grammar refuses it: {errors}"),
        }
        true
    }

    #[test]
    fn both_parsers_read_the_same() {
        for text in [
            "1",
            "-1",
            "--1",
            "!a",
            "!!a",
            "-(1)",
            "- 1",
            "1u",
            "0x1F",
            "-0x1f",
            "1.5e3",
            ".5",
            "true",
            "null",
            "a",
            "a.b",
            "a.b.c",
            "a[0]",
            "a['x y']",
            "a.?b",
            "a[?0]",
            "[?a.?b]",
            "{?'k': a.?b}",
            "a.b()",
            "a.b(c, d)",
            "size(a)",
            "a ? b : c",
            "a ? b : c ? d : e",
            "(a ? b : c) ? d : e",
            "a && b && c && d && e",
            "a || b || c || d || e",
            "a && b || c && d",
            "a + b - c * d / e % f",
            "a - (b - c)",
            "a == b",
            "a != b",
            "a in [1, 2]",
            "a < b",
            "a <= b && b >= c || a > c",
            "[]",
            "[1, 2, 3,]",
            "{}",
            "{1: 2, 'a': [b],}",
            "has(a.b)",
            "!has(a.b.c)",
            "a.all(x, x > 1)",
            "a.exists(x, x.y == 'z')",
            "a.exists_one(x, x)",
            "a.map(x, x + 1)",
            "a.map(x, x > 1, x * 2)",
            "a.filter(x, has(x.y))",
            "a.map(x, x.map(y, y))",
            "a.optMap(x, x + 1)",
            "a.optFlatMap(x, x.?y)",
            "optional.of(1).orValue(2)",
            "math.abs(-1)",
            "strings.quote(a)",
            "'single'",
            r#""a\"b""#,
            r#""\u00e9\x41\101\n""#,
            r#"r"\d+""#,
            "b'ab'",
            "'''it's'''",
            "a // what follows\n + b",
            "  a\n\t+ b ",
            ".a.b",
            "a.b == .c",
            "x.y{z: 1}",
            "timestamp('2026-01-01T00:00:00Z') + duration('1h')",
            "9223372036854775807",
            "-9223372036854775808",
            "18446744073709551615u",
            "'\u{1f600}' == a",
            "a.`b-c`",
            "type(a) == string",
        ] {
            check(text);
        }
    }

    #[test]
    fn what_is_common_is_read_quickly_and_other_macros_by_the_grammar() {
        for text in ["a.b == 1 && has(a.c)", "a.exists(x, x.y == 1)", "math.abs(a.b)", "a.?b.orValue(1)"] {
            assert!(check(text), "{text}");
        }
        for text in [
            "math.greatest(1, 2)",
            "now() > a",
            "[1, 2].map(x, now())",
            "[2, 1].sortBy(x, -x)",
            "a.optMap(x, x)",
        ] {
            assert!(!check(text), "{text}");
            assert!(by_grammar(text).is_ok(), "{text}");
        }
    }

    /// Pieces of expressions, well put together or not.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a",
            "b.c",
            "1",
            "1.5",
            "2u",
            "\"t\"",
            "'t'",
            "true",
            "null",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ".",
            "?",
            ":",
            " + ",
            " - ",
            "-",
            "!",
            " * ",
            " && ",
            " || ",
            " == ",
            " < ",
            " in ",
            "has(a.b)",
            "size(a)",
            ".all(x, x)",
            ".map(x, x)",
            ".?d",
            "[?0]",
            "\\",
            "//",
            "\n",
            "=",
            "&",
            "e",
            "0x",
            "\"",
            "r'",
            "b'",
            "`",
            "$",
            "#",
        ]);
        prop::collection::vec(piece, 1..9).prop_map(|pieces| pieces.concat())
    }

    /// Expressions, well put together.
    fn expressions() -> impl Strategy<Value = String> {
        let leaf =
            prop::sample::select(vec!["a", "b.c", "1", "2.5", "3u", "'t'", "r'\\d'", "true", "null", ".d"]);
        leaf.prop_map(str::to_owned).prop_recursive(5, 40, 3, |part| {
            let forms = vec![
                "(#)",
                "!#",
                "-#",
                "# && #",
                "# || #",
                "# + #",
                "# - #",
                "# * #",
                "# % #",
                "# == #",
                "# < #",
                "# in #",
                "# ? # : #",
                "[#, #]",
                "{'k': #, #: #}",
                "#.m",
                "#[#]",
                "#[?#]",
                "#.?m",
                "f(#, #)",
                "#.f(#)",
                "has(#.m)",
                "#.all(x, #)",
                "#.map(x, #, #)",
                "[?#.?m]",
                "T{m: #}",
                "size(#)",
                "#.exists_one(x, #)",
            ];
            (prop::sample::select(forms), prop::collection::vec(part, 3)).prop_map(|(form, parts)| {
                let mut parts = parts.into_iter();
                form.split('#').enumerate().fold(String::new(), |all, (index, text)| match index {
                    0 => text.to_owned(),
                    _ => all + &parts.next().unwrap_or_default() + text,
                })
            })
        })
    }

    proptest! {
        #[test]
        fn what_is_read_quickly_is_read_alike(text in prop_oneof![pieces(), expressions()]) {
            // Only by hand are both signs read in a row: what they mean is the same as in `!(-a)`.
            let packed: String = text.split_whitespace().collect();
            if !packed.contains("!-") && !packed.contains("-!") {
                check(&text);
            }
        }
    }
}

//! What `contest fmt` writes says what was written, with every comment, and stays as it is.

use contest::diagnostic::Problems;
use contest::json::Value;
use contest::limits::Limits;
use contest::scenario::{Layout, lay_out};
use contest::source::Source;
use contest::yaml::{Dialect, load};
use proptest::prelude::*;
use std::path::Path;

/// Keys with a place of their own in the reference, and others.
const KEYS: &[&str] = &[
    "contest",
    "title",
    "api",
    "vars",
    "setup",
    "scenarios",
    "teardown",
    "flows",
    "steps",
    "inputs",
    "rows",
    "id",
    "when",
    "call",
    "path",
    "body",
    "save",
    "expect",
    "cleanup",
    "status",
    "assert",
    "jsonpath",
    "headers",
    "x-a",
    "\"quoted key\"",
    "$.data",
    "zebra",
];

const SCALARS: &[&str] = &[
    "1",
    "text",
    "$vars.x",
    "'# quoted'",
    "\"a \\\" # b\"",
    "it's",
    "a#b",
    "{ a: 1, b: [2, '#'] }",
    "[]",
    "{}",
    "null",
    "~",
    "\"\"",
    "run-{$run.id}",
    "body.x[0] == \"y\" && !z",
];

/// Decisions, one after the other.
struct Choices<'b> {
    bytes: &'b [u8],
    at: usize,
    comments: usize,
}

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(byte) % count
    }

    /// A comment that is like no other.
    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# c{}.", self.comments)
    }

    /// Comments and blank lines above a key or a dash.
    fn above(&mut self, indent: usize, out: &mut String) {
        for _ in 0..self.below(8).saturating_sub(5) {
            match self.below(3) {
                0 => out.push_str("\n\n"),
                more => {
                    let comment = self.comment();
                    out.push_str(&format!("{:width$}{comment}\n", "", width = indent + more - 1));
                }
            }
        }
    }

    fn map(&mut self, indent: usize, depth: usize, is_behind_dash: bool, out: &mut String) {
        let start = self.below(KEYS.len());
        let step = 1 + self.below(5);
        let mut used = Vec::new();
        for index in 0..1 + self.below(5) {
            let key = KEYS[(start + index * step) % KEYS.len()];
            if used.contains(&key) {
                continue;
            }
            if index > 0 || !is_behind_dash {
                self.above(indent, out);
                out.push_str(&" ".repeat(indent));
            }
            used.push(key);
            out.push_str(key);
            out.push(':');
            self.value(indent, depth, out);
        }
    }

    /// What stands behind the colon, to the end of its last line.
    fn value(&mut self, indent: usize, depth: usize, out: &mut String) {
        let deeper = indent + 1 + self.below(4);
        match self.below(if depth == 0 { 4 } else { 8 }) {
            0 => {
                out.push_str(&format!(" {}\n", ["|", ">-", "|  # not in it"][self.below(3)]));
                for _ in 0..1 + self.below(3) {
                    out.push_str(&format!("{:deeper$}a # b\n", ""));
                    out.push_str(["", "\n"][self.below(2)]);
                }
                out.push_str(&format!("{:deeper$}end\n", ""));
            }
            1 => out.push_str(&format!(" {{ a: 1,\n{:deeper$}b: [ 2 ] }}\n", "")),
            2 | 3 => self.scalar(out),
            4 | 5 => {
                self.line_end(out);
                self.map(deeper, depth - 1, false, out);
            }
            _ => {
                self.line_end(out);
                let indent = if self.below(2) == 0 { indent } else { deeper };
                self.list(indent, depth - 1, out);
            }
        }
    }

    fn list(&mut self, indent: usize, depth: usize, out: &mut String) {
        for _ in 0..1 + self.below(4) {
            self.above(indent, out);
            let gap = 1 + self.below(3);
            out.push_str(&format!("{:indent$}-{:gap$}", "", ""));
            if depth > 0 && self.below(3) > 0 {
                self.map(indent + 1 + gap, depth - 1, true, out);
            } else {
                out.pop();
                self.scalar(out);
            }
        }
    }

    fn scalar(&mut self, out: &mut String) {
        let gap = 1 + self.below(3);
        out.push_str(&format!("{:gap$}{}", "", SCALARS[self.below(SCALARS.len())]));
        self.line_end(out);
    }

    fn line_end(&mut self, out: &mut String) {
        match self.below(4) {
            0 => {
                let comment = self.comment();
                out.push_str(&format!("  {comment}"));
            }
            1 => out.push_str("   "),
            _ => {}
        }
        out.push('\n');
    }
}

fn value(text: &str) -> Option<Value> {
    let source = Source::new("x.contest.yaml", text);
    let mut problems = Problems::new(&source);
    let node = load(Dialect::Ours, &Limits::default(), &mut problems)?;
    (!problems.has_errors()).then(|| node.to_value())
}

fn laid(text: &str) -> Option<Layout> {
    lay_out(&Limits::default(), &mut Problems::new(&Source::new("x.contest.yaml", text)))
}

/// Laid out, a text says the same, has the same comments, and is in canonical layout.
fn check(text: &str, n_comments: usize) -> Result<(), TestCaseError> {
    let Some(Layout::Canonical(found)) = laid(text) else {
        return Err(TestCaseError::fail(format!("not laid out:\n{text}")));
    };
    prop_assert_eq!(value(&found), value(text), "{}\n-- gives\n{}", text, found);
    for comment in 1..=n_comments {
        let comment = format!("# c{comment}.");
        prop_assert_eq!(found.matches(&comment).count(), 1, "{}:\n{}\n-- gives\n{}", comment, text, found);
    }
    prop_assert_eq!(laid(&found), Some(Layout::Canonical(found.clone())), "{}", found);
    prop_assert!(!found.contains("\n\n\n") || text.contains(['|', '>']), "{}", found);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_laid_out_says_the_same(bytes in prop::collection::vec(any::<u8>(), 8..400)) {
        let mut choices = Choices { bytes: &bytes, at: 0, comments: 0 };
        let mut text = String::new();
        choices.map(0, 4, false, &mut text);
        prop_assert!(value(&text).is_some(), "the test makes no YAML:\n{}", text);
        check(&text, choices.comments)?;
    }
}

proptest! {
    // Each looks at a whole file several times.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_layout_panic(
        at in any::<prop::sample::Index>(),
        cut in 0_usize..4,
        noise in prop::sample::select(vec!["{$vars.x}", "- ", "'", "\"", "|\n", "&a ", "*a", "#", "\t", "{", "]", "é"]),
    ) {
        let text = include_str!("../../scenarios/elasticpath/update.contest.yaml");
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let mut end = (at + cut).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let text = format!("{}{noise}{}", &text[..at], &text[end..]);
        if let Some(Layout::Canonical(found)) = laid(&text) {
            // What is no YAML may have been given quotes.
            prop_assert!(value(&text).is_none_or(|before| value(&found) == Some(before)), "{}", found);
        }
    }
}

/// What lacks quotes gets them, and is another value then.
const WITHOUT_QUOTES: &str = "quotes-missing";

/// Every scenario file of this repository that is YAML, the shipped ones and those of the tests.
#[test]
fn the_files_of_this_repository_are_laid_out_without_loss() {
    let mut count = 0;
    for folder in ["scenarios", "tests", "examples"] {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the folder is readable") {
                let path = entry.expect("the folder is readable").path();
                if path.is_dir()
                    && path.file_name().is_none_or(|name| name != "target" && name != WITHOUT_QUOTES)
                {
                    folders.push(path);
                } else if path.to_string_lossy().ends_with(".contest.yaml")
                    && let Ok(text) = std::fs::read_to_string(&path)
                    && value(&text).is_some_and(|value| value.is_object())
                {
                    count += 1;
                    check(&text, 0).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                }
            }
        }
    }
    assert!(count > 40, "only {count} files were found");
}

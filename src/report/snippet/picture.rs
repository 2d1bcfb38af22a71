//! The picture of a body that is not as expected: only the values that differ, each with the line of its
//! expectation, what was expected above what came.

use crate::diagnostic::{Change, Difference};
use crate::report::text::{cut, plural, width, wrap};
use crate::report::{Style, style};

/// What a line of the picture begins with, so that it can be told from others once it is drawn.
/// Characters that no text may hold (Unicode, "Noncharacters").
const MARKS: &[(char, anstyle::Style)] = &[
    ('\u{fdd2}', style::EXPECTED),
    ('\u{fdd3}', style::RECEIVED),
    ('\u{fdd4}', anstyle::Style::new()),
    ('\u{fdd5}', style::DIM),
];
const EXPECTED: usize = 0;
const RECEIVED: usize = 1;
const PLAIN: usize = 2;
const DIM: usize = 3;

/// Deeper values are not indented further.
const DEEPEST: usize = 8;

/// The lines of the picture, each but the first with a mark; none is wider than `columns`.
pub(super) fn lay_out(differences: &[Difference], columns: usize, style: Style) -> Vec<String> {
    let lines: Vec<String> = differences.iter().map(line_of).collect();
    let width = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let mut picture = Picture { columns, style, width, lines: Vec::new() };
    picture.lines.push(match differences {
        [_] => "- expected, + received".to_owned(),
        several => format!("{}: - expected, + received", plural(several.len(), "difference")),
    });
    let mut shown: &[String] = &[];
    for (difference, line) in differences.iter().zip(&lines) {
        let (leaf, parents) = match difference.path.split_last() {
            Some((leaf, parents)) => (Some(leaf), parents),
            None => (None, &[][..]),
        };
        let same = shown.iter().zip(parents).take_while(|(left, right)| left == right).count();
        for (depth, parent) in parents.iter().enumerate().skip(same) {
            picture.line(PLAIN, "", ' ', depth, &format!("{parent}:"));
        }
        shown = parents;
        picture.difference(difference, leaf.map(String::as_str), line, parents.len());
    }
    picture.lines
}

/// A drawn line of the picture: its frame, its text, and how that is painted.
pub(super) fn split(line: &str) -> Option<(&str, &str, anstyle::Style)> {
    MARKS.iter().find_map(|(mark, ink)| {
        let (frame, text) = line.split_once(*mark)?;
        Some((frame, text, *ink))
    })
}

struct Picture {
    columns: usize,
    style: Style,
    /// Of the widest line number.
    width: usize,
    lines: Vec<String>,
}

impl Picture {
    fn difference(&mut self, difference: &Difference, leaf: Option<&str>, line: &str, depth: usize) {
        let is_text = !matches!(difference.changes[..], [Change::Expected(_), Change::Actual(_)]);
        let name = leaf.map(|leaf| format!("{leaf}: ")).unwrap_or_default();
        if is_text {
            self.line(PLAIN, line, ' ', depth, if leaf.is_some() { name.trim_end() } else { "the body:" });
        }
        for (index, change) in difference.changes.iter().enumerate() {
            let (name, depth) = if is_text { ("", depth + 1) } else { (name.as_str(), depth) };
            let number = if index == 0 && !is_text { line } else { "" };
            match change {
                Change::Expected(text) => self.line(EXPECTED, number, '-', depth, &format!("{name}{text}")),
                Change::Actual(text) => self.line(RECEIVED, number, '+', depth, &format!("{name}{text}")),
                Change::Same(text) => self.line(PLAIN, number, ' ', depth, text),
                Change::Skipped(count) => {
                    let text = format!("({} not shown)", plural(*count, "equal line"));
                    self.line(DIM, number, ' ', depth, &text);
                }
            }
        }
        for note in &difference.notes {
            let note = self.style.visible(note);
            for line in wrap(&note, self.columns.saturating_sub(self.margin(depth + 1)).max(20)) {
                self.line(DIM, "", ' ', depth + 1, &line);
            }
        }
    }

    /// The columns in front of a text.
    fn margin(&self, depth: usize) -> usize {
        self.width + 3 + 2 * depth.min(DEEPEST)
    }

    fn line(&mut self, mark: usize, number: &str, sign: char, depth: usize, text: &str) {
        let indent = 2 * depth.min(DEEPEST);
        let text = self.style.visible(text).replace('\n', " ");
        let line = format!("{number:>width$} {sign} {:indent$}{text}", "", width = self.width);
        let line = cut(line.trim_end(), self.columns, self.style.glyphs().ellipsis);
        self.lines.push(format!("{}{line}", MARKS[mark].0));
    }
}

/// `17`, or `rows.csv:3` in another file.
fn line_of(difference: &Difference) -> String {
    match &difference.file {
        Some(file) => format!("{}:{}", file.rsplit('/').next().unwrap_or(file), difference.line),
        None => difference.line.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::report::fixtures::finding;
    use crate::report::snippet::{Trailer, render_finding};

    fn difference(path: &[&str], line: usize, expected: &str, actual: &str) -> Difference {
        Difference {
            path: path.iter().map(|step| (*step).to_owned()).collect(),
            line,
            file: None,
            changes: vec![Change::Expected(expected.to_owned()), Change::Actual(actual.to_owned())],
            notes: Vec::new(),
        }
    }

    fn check(differences: Vec<Difference>, style: Style, expected: &str) {
        let finding = crate::diagnostic::Finding { differences, ..finding(Code::EXPECT_BODY, "x") };
        let trailer = Trailer { repeat: Some("curl x"), ..Trailer::default() };
        let text = render_finding(&finding, &trailer, &style);
        let text = text.split_once('\n').map_or("", |(_, rest)| rest);
        assert_eq!(text, expected);
    }

    #[test]
    fn values_stand_below_what_holds_them() {
        let of_row = Difference { file: Some("a/rows.csv".to_owned()), ..difference(&[], 3, "x", "y") };
        let noted = Difference {
            notes: vec!["element 2 is missing".to_owned()],
            ..difference(&["data", "tags"], 9, "3 elements", "2 elements")
        };
        check(
            vec![
                difference(&["data", "name"], 7, "`Lamp`", "`Chair`"),
                difference(&["data", "parts", "[1]", "id"], 12, "`2`", "nothing"),
                noted,
                of_row,
            ],
            Style::plain(80),
            " ├ 4 differences: - expected, + received
 │              data:
 │          7 -   name: `Lamp`
 │            +   name: `Chair`
 │                parts:
 │                  [1]:
 │         12 -       id: `2`
 │            +       id: nothing
 │          9 -   tags: 3 elements
 │            +   tags: 2 elements
 │                  element 2 is missing
 │ rows.csv:3 - x
 │            + y
 ╰ repeat: curl x
",
        );
    }

    #[test]
    fn texts_stand_line_by_line_and_no_line_is_wider_than_the_terminal() {
        let changes = vec![
            Change::Skipped(4),
            Change::Same("same".to_owned()),
            Change::Expected("a long line ".repeat(9)),
            Change::Actual("\u{1b}[31mred".to_owned()),
        ];
        check(
            vec![Difference { changes, ..difference(&["text"], 7, "", "") }],
            Style::plain(40),
            " ├ - expected, + received
 │ 7   text:
 │       (4 equal lines not shown)
 │       same
 │   -   a long line a long line a long…
 │   +   ␛[31mred
 ╰ repeat: curl x
",
        );
    }

    #[test]
    fn colour_tells_expected_from_received() {
        let lines = [difference(&["a"], 1, "x", "y"), difference(&["b"], 2, "x", "y")];
        let finding =
            crate::diagnostic::Finding { differences: lines.to_vec(), ..finding(Code::EXPECT_BODY, "x") };
        let style = Style { color: true, ..Style::plain(80) };
        let text = render_finding(&finding, &Trailer::default(), &style);
        assert!(text.contains("\u{1b}[32m1 - a: x\u{1b}[0m\n"), "{text:?}");
        assert!(text.contains("\u{1b}[31m  + a: y\u{1b}[0m\n"), "{text:?}");
        let plain = render_finding(&finding, &Trailer::default(), &Style::plain(80));
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), plain);
    }
}

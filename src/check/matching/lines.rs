//! Texts of several lines, line by line.

use crate::diagnostic::Change;
use crate::json::cut;
use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Texts of more lines are told apart by their first difference alone: comparing takes their product.
const MAX_LINES: usize = 2_000;

/// Equal lines around a change that help to find it.
const AROUND: usize = 1;

/// As many lines as people read.
const MAX_SHOWN: usize = 40;

/// What differs between two texts, with a line around each change; nothing where neither has several
/// lines, or one has too many.
pub(super) fn compare(expected: &str, actual: &str) -> Vec<Change> {
    let is_long = |text: &str| text.trim_end_matches('\n').contains('\n');
    if !is_long(expected) && !is_long(actual) {
        return Vec::new();
    }
    let (left, right): (Vec<&str>, Vec<&str>) =
        (expected.split('\n').collect(), actual.split('\n').collect());
    if left.len() > MAX_LINES || right.len() > MAX_LINES {
        return Vec::new();
    }
    let operations = capture_diff_slices(Algorithm::Myers, &left, &right);
    let mut changes = Vec::new();
    let last = operations.len().saturating_sub(1);
    for (index, operation) in operations.iter().enumerate() {
        let (old, new) = (operation.old_range(), operation.new_range());
        if operation.tag() == DiffTag::Equal {
            let lines = &left[old];
            // Nothing to find in front of the first change and behind the last one.
            let before = if index == 0 { 0 } else { AROUND.min(lines.len()) };
            let behind = if index == last { 0 } else { AROUND.min(lines.len() - before) };
            let hidden = lines.len() - before - behind;
            changes.extend(lines[..before].iter().map(|line| Change::Same(cut(line))));
            match &lines[before..lines.len() - behind] {
                [] => {}
                // What stands behind the last line end is no line.
                [""] if index == last => {}
                [only] => changes.push(Change::Same(cut(only))),
                _ => changes.push(Change::Skipped(hidden)),
            }
            changes.extend(lines[lines.len() - behind..].iter().map(|line| Change::Same(cut(line))));
            continue;
        }
        changes.extend(left[old].iter().map(|line| Change::Expected(shown(line))));
        changes.extend(right[new].iter().map(|line| Change::Actual(shown(line))));
    }
    if changes.len() > MAX_SHOWN {
        changes.truncate(MAX_SHOWN);
        changes.push(Change::Same("… and more".to_owned()));
    }
    changes
}

/// A line whose end can be seen: white space there, or nothing at all.
fn shown(line: &str) -> String {
    let text = cut(line);
    if text.is_empty() || text.trim_end() != text { format!("`{text}`") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &str, actual: &str, lines: &str) {
        let found: Vec<String> = compare(expected, actual)
            .into_iter()
            .map(|change| match change {
                Change::Expected(text) => format!("-{text}"),
                Change::Actual(text) => format!("+{text}"),
                Change::Same(text) => format!("={text}"),
                Change::Skipped(count) => format!("~{count}"),
            })
            .collect();
        assert_eq!(found.join(" "), lines, "{expected:?} {actual:?}");
    }

    #[test]
    fn only_lines_that_differ_are_shown_with_one_around() {
        check("a", "b", "");
        check("a\n", "b", "");
        check("a\nb\nc", "a\nx\nc", "=a -b +x =c");
        check("a\nb\nc\nd\ne", "a\nb\nc\nd\nx", "~3 =d -e +x");
        check("1\n2\n3\n4\n5\n6", "x\n2\n3\n4\n5\ny", "-1 +x =2 ~2 =5 -6 +y");
        check("a\nb", "a\nb\n", "=a =b +``");
        check("a\nb ", "a\nb", "=a -`b ` +b");
    }

    #[test]
    fn long_texts_are_cut() {
        let lines = |word: &str| (0..100).map(|n| format!("{word}{n}\n")).collect::<String>();
        assert_eq!(compare(&lines("a"), &lines("b")).len(), MAX_SHOWN + 1);
        assert_eq!(compare(&"a\n".repeat(MAX_LINES + 1), "b"), []);
    }
}

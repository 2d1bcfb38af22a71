use super::Observed;
use crate::scenario::{Baseline, REASON_TO_GIVE};
use crate::source::Span;
use std::fmt::Write as _;

/// What a file begins with that nobody has written yet.
const HEAD: &str = "# Findings that are known: they fail nothing, and any other does.\ncontest: 1\n";

/// The text of a baseline without the entries that are dropped, and with new ones behind those that stay.
///
/// Whatever stays is kept byte for byte, comments too; with an entry go the comments right above it. A list in
/// brackets is written a line an entry.
pub fn edit(baseline: &Baseline, is_dropped: &[bool], new: &[Observed]) -> String {
    let text = baseline.source.text();
    let is_changed = is_dropped.contains(&true) || !new.is_empty();
    let Some((key, list)) = baseline.list else {
        let head = if text.trim().is_empty() { HEAD.to_owned() } else { ended(text) };
        return if is_changed || text.trim().is_empty() {
            head + &rendered(&[], new)
        } else {
            text.to_owned()
        };
    };
    if !is_changed {
        return text.to_owned();
    }
    let spans: Vec<Span> = baseline.entries.iter().map(|entry| entry.span).collect();
    let is_block = spans.iter().all(|span| before(text, span.start).trim() == "-");
    if spans.is_empty() || !is_block || text[list.start..].starts_with('[') {
        let kept = spans.iter().zip(is_dropped).filter(|(_, is_dropped)| !**is_dropped);
        let kept: Vec<&str> = kept.map(|(span, _)| text[span.start..span.end].trim_end()).collect();
        let rest = text[list.end.max(key.end)..].trim_start_matches([':', ' ']);
        return text[..key.start].to_owned() + &rendered(&kept, new) + rest.trim_start_matches('\n');
    }
    in_block(text, key, &spans, is_dropped, new)
}

/// Takes lines out of a list that has its entries on lines of their own, and adds some at its end.
fn in_block(text: &str, key: Span, spans: &[Span], is_dropped: &[bool], new: &[Observed]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line_of = |offset: usize| text[..offset].matches('\n').count();
    let last_line = |span: &Span| {
        let written = text[span.start..span.end].lines().enumerate();
        let written = written.filter(|(_, line)| !is_comment(line) && !line.trim().is_empty());
        line_of(span.start) + written.last().map_or(0, |(index, _)| index)
    };
    let mut is_kept = vec![true; lines.len()];
    let mut behind = line_of(key.start) + 1;
    for (span, is_dropped) in spans.iter().zip(is_dropped) {
        let (mut first, last) = (line_of(span.start), last_line(span));
        while first > behind && is_comment(lines[first - 1]) {
            first -= 1;
        }
        if *is_dropped {
            is_kept[first..=last].fill(false);
        }
        behind = last + 1;
    }
    let indent = spans.first().map_or(2, |span| before(text, span.start).find('-').unwrap_or(2));
    let is_empty = is_dropped.iter().all(|dropped| *dropped) && new.is_empty();
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        if index == behind {
            out += &entries(new, indent, &out);
        }
        if is_empty && index == line_of(key.start) {
            out += &line.replacen("known:", "known: []", 1);
        } else if is_kept[index] {
            out += line;
        }
    }
    if behind >= lines.len() {
        out = ended(&out);
        out += &entries(new, indent, &out);
    }
    out
}

/// `known:` with entries as they are written and new ones.
fn rendered(kept: &[&str], new: &[Observed]) -> String {
    if kept.is_empty() && new.is_empty() {
        return "known: []\n".to_owned();
    }
    let kept: String = kept.iter().map(|entry| format!("  - {entry}\n")).collect();
    format!("known:\n{kept}{}", entries(new, 2, ""))
}

fn entries(new: &[Observed], indent: usize, before: &str) -> String {
    let mut out = String::new();
    let lead = " ".repeat(indent);
    if !new.is_empty() && !before.is_empty() && !before.ends_with('\n') {
        out.push('\n');
    }
    for each in new {
        let mut line = |key: &str, value: &str| {
            let dash = if key == "code" { "- " } else { "  " };
            // Writing to a text cannot fail.
            let _ = writeln!(out, "{lead}{dash}{key}: {value}");
        };
        line("code", each.code.as_str());
        line("operation", &scalar(&each.operation));
        line("status", &each.status.to_string());
        each.at.iter().for_each(|at| line("at", &scalar(at)));
        each.member.iter().for_each(|member| line("member", &scalar(member)));
        line("reason", REASON_TO_GIVE);
    }
    out
}

/// A text as YAML: plain where every reader takes it for a text, in quotes otherwise.
fn scalar(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "/_-.{}~*#$".contains(c);
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text
            .split(' ')
            .all(|word| !word.is_empty() && !word.starts_with('#') && word.chars().all(is_word))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&&*text.to_ascii_lowercase());
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// What stands before an offset in its line.
fn before(text: &str, offset: usize) -> &str {
    text[..offset].rsplit('\n').next().unwrap_or_default()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Problems};
    use crate::limits::Limits;
    use crate::source::Source;

    fn baseline(text: &str) -> Baseline {
        let mut problems = Problems::new(&Source::new("contest.baseline.yaml", text));
        let baseline = Baseline::read(&Limits::default(), &mut problems).expect("it is YAML");
        assert!(!problems.has_errors(), "{text}");
        baseline
    }

    fn observed() -> Observed {
        Observed {
            operation: "GET /a/{id}".to_owned(),
            code: Code::RESPONSE_BODY,
            status: 200,
            at: Some("/components/schemas/A/type".to_owned()),
            member: None,
        }
    }

    const NEW: &str = "  - code: response.body\n    operation: GET /a/{id}\n    status: 200\n    \
                       at: /components/schemas/A/type\n    reason: TODO\n";

    fn check(text: &str, is_dropped: &[bool], n_new: usize, expected: &str) {
        let edited = edit(&baseline(text), is_dropped, &vec![observed(); n_new]);
        assert_eq!(edited, expected);
        let again = baseline(&edited);
        let n_kept = is_dropped.iter().filter(|dropped| !**dropped).count();
        assert_eq!(again.entries.len(), n_kept + n_new, "{edited}");
        assert_eq!(edit(&again, &vec![false; again.entries.len()], &[]), edited);
    }

    const A: &str = "  # A's own\n  - code: response.body # really\n    reason: a\n";
    const B: &str = "\n  - { code: http.allow, reason: b }\n";

    #[test]
    fn what_stays_is_kept_byte_for_byte() {
        let head = "contest: 1\nknown:\n";
        check(&format!("{head}{A}{B}"), &[false, false], 0, &format!("{head}{A}{B}"));
        check(&format!("{head}{A}{B}# end\n"), &[false, false], 1, &format!("{head}{A}{B}{NEW}# end\n"));
        check(&format!("{head}{A}{B}"), &[true, false], 1, &format!("{head}{B}{NEW}"));
        check(&format!("{head}{A}{B}"), &[false, true], 0, &format!("{head}{A}\n"));
        check(&format!("{head}{A}x-by: us\n"), &[false], 1, &format!("{head}{A}{NEW}x-by: us\n"));
        check(&format!("{head}{}", A.trim_end()), &[false], 1, &format!("{head}{A}{NEW}"));
        check(&format!("{head}{A}"), &[true], 0, "contest: 1\nknown: []\n");
    }

    #[test]
    fn lists_in_brackets_become_lines() {
        check("contest: 1\nknown: []\n", &[], 1, &format!("contest: 1\nknown:\n{NEW}"));
        check("contest: 1\n", &[], 1, &format!("contest: 1\nknown:\n{NEW}"));
        check(
            "contest: 1\nknown: [{ code: http.allow, reason: b }]\nx-by: us\n",
            &[false],
            1,
            &format!("contest: 1\nknown:\n  - {{ code: http.allow, reason: b }}\n{NEW}x-by: us\n"),
        );
    }

    #[test]
    fn a_file_that_is_not_there_gets_a_head() {
        let empty = Baseline::empty(Source::new("contest.baseline.yaml", ""));
        assert_eq!(edit(&empty, &[], &[observed()]), format!("{HEAD}known:\n{NEW}"));
        assert_eq!(edit(&empty, &[], &[]), format!("{HEAD}known: []\n"));
    }

    #[test]
    fn texts_that_are_no_plain_yaml_stand_in_quotes() {
        let check = |text, expected| assert_eq!(scalar(text), expected);
        check("getItem", "getItem");
        check("GET /a/{id}", "GET /a/{id}");
        check("common.yaml#/A", "common.yaml#/A");
        check("true", "\"true\"");
        check("12", "\"12\"");
        check("a: b", "\"a: b\"");
        check("a #b", "\"a #b\"");
        check("", "\"\"");
    }
}

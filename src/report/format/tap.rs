//! TAP 14, the Test Anything Protocol: a test point a case, with what is known of it as YAML below.

use super::plain;
use crate::engine::Verdict;
use crate::report::record::{CaseRecord, Outcome, RunRecord, Weight, WholeFact, milliseconds};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes the run; one that ended too early bails out behind what ran.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let incomplete = run.incomplete();
    let cases = if incomplete.is_some() { run.planned as usize } else { run.cases.len() };
    let asked: Vec<WholeFact> = run.asked().collect();
    let planned = cases + asked.len();
    let mut text = format!("TAP version 14\n1..{planned}");
    text.push_str(if planned == 0 { " # SKIP no case was selected\n" } else { "\n" });
    for line in [format!("contest {}", run.contest), format!("target: {}", run.target)] {
        comment(&mut text, &line);
    }
    comment(&mut text, &format!("seed {}", run.seed));
    run.banners.iter().for_each(|banner| comment(&mut text, banner));
    out.write_all(text.as_bytes())?;
    for (index, case) in run.cases.iter().enumerate() {
        out.write_all(point(case, index + 1).as_bytes())?;
    }
    for (index, fact) in asked.iter().enumerate() {
        out.write_all(whole(fact, run.cases.len() + index + 1).as_bytes())?;
    }
    match run.end() {
        Some(end) => writeln!(out, "Bail out! {}", one_line(&end.message())),
        None => Ok(()),
    }
}

fn comment(out: &mut String, text: &str) {
    let _ = writeln!(out, "# {}", one_line(text));
}

/// A test point with its diagnostics. What fails as it was said to is `not ok` and a TODO, which fails nothing;
/// what passes unexpectedly is a TODO only where it may.
fn point(case: &CaseRecord, number: usize) -> String {
    let reason = case.reason.as_deref().map(|reason| format!(" {}", escaped(reason))).unwrap_or_default();
    let (word, directive) = match case.verdict {
        Verdict::Passed => ("ok", String::new()),
        Verdict::XPassed if case.is_tolerated => ("ok", format!(" # TODO{reason}")),
        Verdict::Failed | Verdict::Errored | Verdict::XPassed | Verdict::NotRun => ("not ok", String::new()),
        Verdict::XFailed => ("not ok", format!(" # TODO{reason}")),
        Verdict::Skipped => ("ok", format!(" # SKIP{reason}")),
    };
    let mut out = format!("{word} {number} - {}{directive}\n  ---\n", escaped(&case.name()));
    let mut member = |name: &str, value: String| {
        let _ = writeln!(out, "  {name}: {value}");
    };
    member("id", quoted(&case.id));
    member("at", quoted(&format!("{}:{}", case.path, case.line)));
    member("verdict", quoted(case.verdict.as_str()));
    member("duration_ms", milliseconds(case.elapsed).to_string());
    if let Some(message) = case.message() {
        member("message", quoted(&message));
    }
    let findings: Vec<_> = case.findings().filter(|(.., weight)| *weight != Weight::Warning).collect();
    if !findings.is_empty() {
        out.push_str("  findings:\n");
        for (step, finding, _) in findings {
            let _ = writeln!(out, "    - code: {}", quoted(finding.code.as_str()));
            let _ = writeln!(out, "      step: {}", quoted(&step.id));
            let _ = writeln!(out, "      message: {}", quoted(&finding.headline));
            let places = [
                ("scenario", &finding.scenario),
                ("document", &finding.document),
                ("response", &finding.response),
            ];
            for (name, place) in places {
                let Some(place) = place else { continue };
                let _ = writeln!(out, "      {name}: {}", quoted(&place.words()));
            }
            for (name, value) in [("expected", &finding.expected), ("actual", &finding.actual)] {
                if let Some(value) = value {
                    let _ = writeln!(out, "      {name}: {}", quoted(value));
                }
            }
            if let Some(repeat) = &step.repeat {
                let _ = writeln!(out, "      repeat: {}", quoted(repeat));
            }
        }
    }
    out.push_str("  ...\n");
    out
}

/// A test point for what was asked of the run as a whole.
fn whole(fact: &WholeFact, number: usize) -> String {
    let (word, directive) = match fact.outcome {
        Outcome::Passed => ("ok", String::new()),
        Outcome::Skipped => ("ok", format!(" # SKIP {}", escaped(&fact.message()))),
        Outcome::Failed | Outcome::Errored => ("not ok", String::new()),
    };
    let mut out = format!("{word} {number} - {}{directive}\n", escaped(&fact.name));
    if fact.is_failure() {
        let _ = writeln!(out, "  ---\n  kind: {}", quoted(fact.kind));
        if let Some(path) = &fact.path {
            let _ = writeln!(out, "  at: {}", quoted(&format!("{path}:{}", fact.line.max(1))));
        }
        let _ = writeln!(out, "  message: {}\n  ...", quoted(&fact.message()));
    }
    out
}

/// A text on one line, where `#` begins no directive.
fn escaped(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

fn one_line(text: &str) -> String {
    plain::visible(text).replace('\n', " ")
}

/// A YAML scalar between double quotes; what JSON escapes is escaped so in YAML 1.2 too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(plain::visible(text)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_one_line_without_directives() {
        assert_eq!(escaped("50% #1\\ # SKIP\nok 2"), "50% \\#1\\\\ \\# SKIP ok 2");
        assert_eq!(one_line("a\nBail out!"), "a Bail out!");
        assert_eq!(quoted("a: \"b\"\n  ..."), "\"a: \\\"b\\\"\\n  ...\"");
    }
}

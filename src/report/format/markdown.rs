//! A summary in Markdown, for job summaries, merge requests and chat.

use super::plain;
use crate::report::record::{CaseRecord, Outcome, RunRecord, WholeFact};
use crate::report::text::{long_time, plural, short_time};
use std::io::{self, Write};

/// GitHub takes summaries of 1 MiB; cases behind this are named and not shown.
const MOST_BYTES: usize = 900 << 10;

/// More lines of one kind than this are counted.
const MOST_LINES: usize = 50;

/// Writes the run: what it comes to, then what needs attention with its findings folded below it.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("## {}\n\n", headline(run));
    text.push_str(&counts(run));
    if let Some(end) = run.end() {
        let title = if run.is_interrupted { "Interrupted" } else { "Incomplete" };
        text.push_str(&format!("\n> **{title}:** {}\n", inline(&end.message())));
    }
    for banner in &run.banners {
        text.push_str(&format!("\n> **Warning:** {}\n", inline(banner)));
    }
    let unmet = run.asked().filter(WholeFact::is_failure);
    let unmet = unmet.map(|fact| inline(&format!("{}: {}", fact.name, fact.message())));
    list("Not met", unmet.collect(), &mut text);
    let summary = &run.summary;
    list("In common", summary.common.iter().map(|it| inline(&it.words())).collect(), &mut text);
    attention(run, &mut text);
    let counted = |what: &str, count: u32| match count {
        0 | 1 => inline(what),
        count => format!("{} ×{count}", inline(what)),
    };
    let flaky = summary.flaky.iter().map(|case| {
        let codes: Vec<&str> = case.codes.iter().map(|code| code.as_str()).collect();
        let failures = plural(case.failures as usize, "attempt");
        inline(&format!("{}: passed after {failures} that failed, {}", case.name, codes.join(", ")))
    });
    list("Flaky", flaky.collect(), &mut text);
    let warnings = summary.warnings.iter().map(|warning| {
        let place = warning.place.as_ref().map(|place| format!(" ({})", code(place))).unwrap_or_default();
        counted(&format!("{}: {}", warning.code, warning.headline), warning.count) + &place
    });
    list("Warnings", warnings.collect(), &mut text);
    let known = summary.known_faults.iter().map(|fault| counted(&fault.what, fault.count));
    list("Known faults", known.collect(), &mut text);
    let not_checked = summary.not_checked.iter().map(|reason| counted(&reason.what, reason.count));
    list("Not checked", not_checked.collect(), &mut text);
    list("Mended", summary.mended.iter().map(|line| inline(line)).collect(), &mut text);
    list("Left behind", summary.left_behind.iter().map(|line| inline(line)).collect(), &mut text);
    out.write_all(text.as_bytes())
}

/// `contest: 2 of 7 cases failed`.
fn headline(run: &RunRecord) -> String {
    let cases = plural(run.cases.len(), "case");
    let of = |outcome: Outcome| run.cases.iter().filter(|case| case.outcome() == outcome).count();
    let unmet = match run.asked().filter(WholeFact::is_failure).count() {
        0 => String::new(),
        unmet => format!(", {} not met", plural(unmet, "requirement")),
    };
    match (of(Outcome::Failed), of(Outcome::Errored)) {
        (0, 0) => format!("contest: {cases}, none failed{unmet}"),
        (0, errored) => format!("contest: {errored} of {cases} errored{unmet}"),
        (failed, 0) => format!("contest: {failed} of {cases} failed{unmet}"),
        (failed, errored) => format!("contest: {failed} of {cases} failed, {errored} errored{unmet}"),
    }
}

/// A table of one row, its columns those that are not zero.
fn counts(run: &RunRecord) -> String {
    let verdicts = &run.summary.verdicts;
    let columns = [
        ("passed", verdicts.passed),
        ("failed", verdicts.failed),
        ("errored", verdicts.errored),
        ("xpassed", verdicts.xpassed),
        ("xfailed", verdicts.xfailed),
        ("skipped", verdicts.skipped),
        ("not run", verdicts.not_run),
        ("exchanges", run.summary.exchanges),
    ];
    let mut cells: Vec<(String, String)> = columns
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| (name.to_owned(), count.to_string()))
        .collect();
    cells.push(("time".to_owned(), long_time(run.elapsed)));
    cells.push(("target".to_owned(), inline(&run.target)));
    cells.extend(run.environment.iter().map(|name| ("environment".to_owned(), inline(name))));
    cells.push(("seed".to_owned(), run.seed.to_string()));
    let row = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    row(cells.iter().map(|(name, _)| name.as_str()).collect())
        + &row(cells.iter().map(|_| "---").collect())
        + &row(cells.iter().map(|(_, value)| value.as_str()).collect())
}

/// Each case that needs attention, its findings folded.
fn attention(run: &RunRecord, text: &mut String) {
    let is_shown = |case: &&CaseRecord| matches!(case.outcome(), Outcome::Failed | Outcome::Errored);
    let mut hidden = 0;
    for case in run.cases.iter().filter(is_shown) {
        let findings = plain::findings(case);
        let words = case.message().unwrap_or_default();
        let summary = format!(
            "<b>{}</b> {} <code>{}:{}</code> {}",
            case.verdict,
            html(&case.name()),
            html(&case.path),
            case.line,
            short_time(case.elapsed)
        );
        let block = match findings.is_empty() {
            true => format!("\n<details><summary>{summary}</summary>\n\n{}\n\n</details>\n", inline(&words)),
            false => {
                let fence = fence(&findings);
                format!(
                    "\n<details><summary>{summary}</summary>\n\n{fence}text\n{findings}{fence}\n\n</details>\n"
                )
            }
        };
        if text.len() + block.len() > MOST_BYTES {
            hidden += 1;
        } else {
            text.push_str(&block);
        }
    }
    if hidden > 0 {
        text.push_str(&format!("\n{} more not shown\n", plural(hidden, "case")));
    }
}

fn list(title: &str, lines: Vec<String>, text: &mut String) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n### {title}\n\n"));
    lines.iter().take(MOST_LINES).for_each(|line| text.push_str(&format!("- {line}\n")));
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        text.push_str(&format!("- and {more} more\n"));
    }
}

/// A fence longer than any run of backticks within (CommonMark, "Fenced code blocks").
fn fence(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", html(text))
}

/// A text on one line in which nothing is markup; what stands between backticks stays code.
fn inline(text: &str) -> String {
    let text = plain::visible(text).replace('\n', " ");
    let mut out = String::with_capacity(text.len());
    let is_paired = text.matches('`').count().is_multiple_of(2);
    for (index, part) in text.split('`').enumerate() {
        match index % 2 == 1 && is_paired {
            true => out.push_str(&code(part).replace('|', "&#124;")),
            false => {
                for character in part.chars() {
                    match character {
                        '<' => out.push_str("&lt;"),
                        '>' => out.push_str("&gt;"),
                        '&' => out.push_str("&amp;"),
                        '\\' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '@' => {
                            out.push('\\');
                            out.push(character);
                        }
                        character => out.push(character),
                    }
                }
            }
        }
    }
    out
}

fn html(text: &str) -> String {
    let text = plain::visible(text).replace('\n', " ");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_markup() {
        let rows = [
            ("`a|b` is <b>", "<code>a&#124;b</code> is &lt;b&gt;"),
            ("a `b", "a b"),
            ("*x* [y](z) #1 @all a_b | c", "\\*x\\* \\[y\\](z) \\#1 \\@all a\\_b \\| c"),
            ("a\n# b", "a \\# b"),
        ];
        for (text, expected) in rows {
            assert_eq!(inline(text), expected);
        }
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        for (text, expected) in [("a", "```"), ("``` a ``", "````"), ("`````", "``````")] {
            assert_eq!(fence(text), expected);
        }
    }
}

//! The end of the terminal report: counts, then what a person should look at.

use super::timing;
use crate::engine::{
    Attention, BudgetOutcome, CommonFinding, Requirement, RequirementKind, RequirementOutcome, Summary,
    Verdict,
};
use crate::report::dry_run::state;
use crate::report::text::{Joint, Part, cut, join, long_time, plural, width, wrap};
use crate::report::{Style, style};

/// More lines of one kind than this are folded; what they say stands further up as well.
const MOST_LINES: usize = 50;

/// `  failed   `: the words before an entry.
const LEAD: usize = 11;

/// The order in which verdicts are counted: what went well, what went wrong, what was left out.
const ORDER: [(Verdict, anstyle::Style); 7] = [
    (Verdict::Passed, style::PASS),
    (Verdict::Failed, style::ERROR),
    (Verdict::Errored, style::ERROR),
    (Verdict::XPassed, style::UNEXPECTED),
    (Verdict::XFailed, style::PASS),
    (Verdict::Skipped, anstyle::Style::new()),
    (Verdict::NotRun, style::WARNING),
];

/// What of a summary is shown.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// Whether the cases that need attention are named again.
    pub(super) is_listed: bool,
    /// Whether what changes no verdict is left out: warnings, waivers, what was not checked.
    pub(super) is_quiet: bool,
    /// Whether the operations are listed with how long they took.
    pub(super) has_durations: bool,
}

/// Renders the summary.
pub(super) fn render(summary: &Summary, shown: Shown, style: Style) -> String {
    let mut out = counts(summary, style);
    if shown.is_listed {
        out += &attention(&summary.attention, style);
    }
    out += &entries("common", summary.common.iter().map(CommonFinding::words).collect(), style::ERROR, style);
    let over = summary.over_budget.iter().map(BudgetOutcome::words).collect();
    out += &entries("over budget:", over, style::ERROR, style);
    if let Some(stopped) = summary.stopped.as_ref().filter(|stopped| stopped.left_out > 0) {
        let (cases, were) =
            (plural(stopped.left_out, "case"), if stopped.left_out == 1 { "was" } else { "were" });
        let words = format!("{cases} {were} not started, because {}", stopped.reason);
        out += &entries("stopped:", vec![words], style::WARNING, style);
    }
    if !shown.is_quiet {
        out += &asides(summary, style);
    }
    let is_fatal = |it: &Requirement| it.kind == RequirementKind::Baseline && it.is_unmet();
    let ink = if summary.requirements.iter().any(is_fatal) { style::ERROR } else { style::WARNING };
    out += &entries("mended", summary.mended.clone(), ink, style);
    if shown.has_durations && !summary.durations.is_empty() {
        out += &timing::durations(&summary.durations, style);
    }
    out += &entries("left behind:", summary.left_behind.clone(), style::WARNING, style);
    if summary.is_interrupted {
        let words = "the run was stopped before its end; cleanup was run".to_owned();
        out += &entries("interrupted:", vec![words], style::ERROR, style);
    }
    out
}

/// What changes no verdict.
fn asides(summary: &Summary, style: Style) -> String {
    let mut out = String::new();
    let times = style.glyphs().times;
    let counted =
        |what: &str, count: usize| if count > 1 { format!("{what} {times}{count}") } else { what.to_owned() };

    let warnings = summary.warnings.iter().map(|warning| {
        let code = counted(warning.code.as_str(), warning.count);
        format!("{code} ({})", warning.about())
    });
    let flaky = summary.flaky.iter().map(|case| {
        let codes = case.codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ");
        let codes = if codes.is_empty() { codes } else { format!(": {codes}") };
        format!("{} ({} failed{codes})", case.name, plural(case.failures, "attempt"))
    });
    let met = summary.requirements.iter().filter(|it| it.outcome == RequirementOutcome::Met);
    let met: Vec<String> = met.map(Requirement::name).collect();
    if !met.is_empty() {
        out += &entries("met", vec![met.join(", ")], style::PASS, style);
    }
    out += &entries("flaky", flaky.collect(), style::WARNING, style);
    out += &entries("slow", summary.slow.iter().map(timing::slow).collect(), style::WARNING, style);
    let known = summary.known_faults.iter().map(|(reason, count)| counted(reason, *count));
    out += &entries("xfailed", known.collect(), style::PASS, style);
    let baseline = summary
        .known_findings
        .iter()
        .map(|(file, count)| format!("{} of {file}, shown with `-v`", plural(*count, "finding")));
    out += &entries("known", baseline.collect(), style::PASS, style);
    out += &entries("warnings", warnings.collect(), style::WARNING, style);
    let waived = summary.waived.iter().map(|(code, count)| counted(code.as_str(), *count));
    let waived: Vec<String> = waived.collect();
    if !waived.is_empty() {
        let all = format!("{} (by `contract:`)", waived.join(", "));
        out += &entries("waived", vec![all], style::WARNING, style);
    }
    let off = summary.off.iter().map(|(setting, count)| counted(setting, *count));
    out += &entries("off", off.collect(), style::WARNING, style);
    let not_checked = summary.not_checked.iter().map(|(reason, count)| counted(reason, *count));
    out += &entries("not checked:", not_checked.collect(), style::WARNING, style);
    out
}

/// `23 cases: 22 passed, 1 skipped · 61 exchanges, all judged · 0.21 s · target: embedded mock`.
fn counts(summary: &Summary, style: Style) -> String {
    let cases = plural(summary.cases, "case");
    let mut parts: Vec<Part> = Vec::new();
    for (verdict, ink) in ORDER {
        let same = summary.verdicts.iter().filter(|(each, _)| *each == verdict);
        let count: usize = same.map(|(_, count)| count).sum();
        if count > 0 {
            let lead = if parts.is_empty() { format!("{cases}: ") } else { String::new() };
            let word = if summary.withheld.is_some() { state(verdict) } else { verdict.as_str() };
            let words = match summary.flaky.iter().filter(|case| case.verdict == verdict).count() {
                0 => format!("{count} {word}"),
                flaky => format!("{count} {word} ({flaky} flaky)"),
            };
            let text = style.paint(style::BOLD, &lead) + &style.paint(ink, &words);
            parts.push(Part { width: width(&lead) + width(&words), text, joint: Joint::Comma });
        }
    }
    if parts.is_empty() {
        parts.push(cases.into());
    }
    let exchanges = plural(summary.exchanges, "exchange");
    if let Some(withheld) = summary.withheld {
        let requests = format!("{}, nothing was sent", plural(withheld, "request"));
        let target = format!("target: {}", style.visible(&summary.target));
        parts.extend([requests, target].map(Part::from));
        return join(&parts, style) + "\n";
    }
    let judged = match (summary.exchanges, summary.unanswered) {
        (0, 0) => "no exchanges".to_owned(),
        (_, 0) if summary.partly_judged == 0 => format!("{exchanges}, all judged"),
        (_, 0) => format!("{exchanges}, {} not judged in full", summary.partly_judged),
        (_, unanswered) => format!("{exchanges} judged, {unanswered} not (transport)"),
    };
    let target = format!("target: {}", style.visible(&summary.target));
    parts.extend([judged, long_time(summary.elapsed), target].map(Part::from));
    join(&parts, style) + "\n"
}

/// The cases that need attention, their names and codes in columns.
fn attention(cases: &[Attention], style: Style) -> String {
    let ellipsis = style.glyphs().ellipsis;
    let shown = &cases[..cases.len().min(MOST_LINES)];
    let room = style.columns() - LEAD;
    // A name gives way to the first code of its case; further ones are counted where they do not fit.
    let name = |case: &Attention| {
        let columns = room.saturating_sub(width(&codes(case, 0)) + 1);
        cut(&style.visible(&case.name).replace('\n', " "), columns, ellipsis)
    };
    let names = shown.iter().map(|case| width(&name(case))).max().unwrap_or(0);
    let mut out = String::new();
    for case in shown {
        let ink = if case.verdict == Verdict::XPassed { style::UNEXPECTED } else { style::ERROR };
        let word = case.verdict.as_str();
        let name = name(case);
        let codes = codes(case, room.saturating_sub(names + 1));
        let gap = (names + 1).min(room.saturating_sub(codes.len())).saturating_sub(width(&name));
        let gap = if codes.is_empty() { 0 } else { gap.max(1) };
        let (lead, gap) = (" ".repeat(LEAD - 2 - word.len()), " ".repeat(gap));
        let codes = style.paint(style::DIM, &codes);
        out += &format!("  {}{lead}{name}{gap}{codes}\n", style.paint(ink, word));
    }
    if cases.len() > shown.len() {
        out += &format!("{}and {} more, listed above\n", " ".repeat(LEAD), cases.len() - shown.len());
    }
    out
}

/// The codes of a case, or the first and the number of the others where they do not fit.
fn codes(case: &Attention, columns: usize) -> String {
    let all = case.codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ");
    match case.codes.as_slice() {
        [first, others @ ..] if !others.is_empty() && all.len() > columns => {
            format!("{first} +{}", others.len())
        }
        _ => all,
    }
}

/// Entries of one kind, each wrapped below itself, the kind before the first.
fn entries(kind: &str, entries: Vec<String>, ink: anstyle::Style, style: Style) -> String {
    let lead = LEAD.max(kind.len() + 3);
    let mut out = String::new();
    let count = entries.len();
    let more = count.checked_sub(MOST_LINES).filter(|more| *more > 0);
    let more = more.map(|more| format!("and {more} more"));
    for (index, entry) in entries.into_iter().take(MOST_LINES).chain(more).enumerate() {
        let room = style.columns() - lead;
        for (line_index, line) in wrap(&style.visible(&entry), room).iter().enumerate() {
            let word = if index == 0 && line_index == 0 { kind } else { "" };
            let gap = " ".repeat(lead - 2 - word.len());
            out += &format!("  {}{gap}{line}\n", style.paint(ink, word));
        }
    }
    out
}

//! What other reports take over from the one for people: findings and steps as text without colours.

use crate::report::Style;
use crate::report::record::{CaseRecord, Weight};
use crate::report::snippet::{Trailer, render_finding};
use crate::report::terminal;

/// As wide as what CI systems show of a test without a scroll bar.
const COLUMNS: usize = 100;

/// The findings that made a case what it is, each with its places, below the last of a step how to repeat its
/// request; empty of a case without any. Ends with a line end.
pub(super) fn findings(case: &CaseRecord) -> String {
    let style = Style::plain(COLUMNS);
    let is_shown = |weight: Weight| weight != Weight::Warning;
    let shown: Vec<_> = case.findings().filter(|(.., weight)| is_shown(*weight)).collect();
    let blocks = shown.iter().enumerate().map(|(index, (step, finding, _))| {
        let is_last = shown.get(index + 1).is_none_or(|(next, ..)| !std::ptr::eq(*next, *step));
        let trailer = Trailer {
            notes: &step.notes,
            not_checked: &step.not_checked,
            repeat: step.repeat.as_deref(),
            is_whole: false,
        };
        render_finding(&finding.to_finding(), if is_last { &trailer } else { &NOTHING }, &style)
    });
    blocks.collect::<Vec<_>>().join("\n")
}

const NOTHING: Trailer<'_> = Trailer { notes: &[], not_checked: &[], repeat: None, is_whole: false };

/// A line a step: what it asked, what came, how it ended; behind them what cleanup left behind.
pub(super) fn steps(case: &CaseRecord) -> String {
    let style = Style::plain(COLUMNS);
    let steps = case.steps.iter().map(|step| terminal::step_words(&step.to_report(), style) + "\n");
    let left = case.left_behind.iter().map(|line| format!("left behind: {}\n", style.visible(line)));
    steps.chain(left).collect()
}

/// A text in which nothing moves a cursor or is refused by XML; line ends stay.
pub(super) fn visible(text: &str) -> String {
    Style::plain(COLUMNS).visible(text)
}

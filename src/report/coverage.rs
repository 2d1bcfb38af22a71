//! Coverage for people: a table for each document, what is missing, and steps to paste.

use super::text::{cut, plural, width, wrap};
use super::{Style, style};
use crate::coverage::{Counts, Coverage, Dimension, DocumentCoverage, Gap, percent_words};
use crate::engine::{Requirement, RequirementKind, RequirementOutcome};

/// As many lines are taken by the gaps of one dimension.
const GAP_LINES: usize = 3;

/// As many lines are taken by what came and is not documented.
const UNDOCUMENTED_LINES: usize = 3;

/// `    response members  `: what stands before the gaps of a dimension.
const LEAD: usize = 22;

/// The indent of a step within a scenario file.
const STEP: usize = 6;

/// Renders how much of each document was covered; ends with a line end. Empty where no operation of a
/// document was to be called.
pub fn render_coverage(coverage: &Coverage, style: Style) -> String {
    let parts = coverage.documents.iter().map(|(api, document)| of_document(api, document, style));
    parts.collect::<Vec<_>>().join("\n")
}

/// Renders what was asked of the coverage and not reached; ends with a line end. What could not be held to it
/// is a note.
pub fn render_shortfalls(requirements: &[Requirement], style: Style) -> String {
    let mut out = String::new();
    for requirement in requirements.iter().filter(|it| it.kind == RequirementKind::Coverage) {
        let lead = match requirement.outcome {
            RequirementOutcome::Met => continue,
            RequirementOutcome::Unmet => style.paint(style::ERROR, "error:"),
            RequirementOutcome::NotChecked => style.paint(style::WARNING, "note: "),
        };
        let mut words = requirement.words.clone();
        if requirement.outcome == RequirementOutcome::NotChecked {
            words
                .iter_mut()
                .for_each(|each| *each = format!("{} is not checked: {each}", requirement.name()));
        }
        for (index, sentence) in words.iter().enumerate() {
            for (row, line) in wrap(&style.visible(sentence), style.columns() - 7).iter().enumerate() {
                let lead = if index + row == 0 { &lead } else { "      " };
                out += &format!("{lead} {line}\n");
            }
        }
    }
    out
}

fn of_document(api: &str, document: &DocumentCoverage, style: Style) -> String {
    let name = match api == document.source {
        true => api.to_owned(),
        false => format!("{api} ({})", document.source),
    };
    let title = cut(&style.visible(&format!("coverage of {name}")), style.columns(), style.glyphs().ellipsis);
    let mut out = style.paint(style::BOLD, &title) + "\n";
    out += &table(&document.counts(), style);
    if !document.is_complete {
        let words = "the limit `coverage` is reached: members that stand deeper are not counted; \
                     `--limit coverage=N` counts more";
        out += &aside(words, style);
    }
    let gaps: Vec<Gap<'_>> = document.gaps(api).collect();
    if !gaps.is_empty() {
        out += "  not covered\n";
    }
    for dimension in Dimension::ALL {
        let gaps: Vec<&Gap<'_>> = gaps.iter().filter(|gap| gap.item.dimension == dimension).collect();
        out += &groups(dimension, &gaps, style);
    }
    let undocumented: Vec<String> = document
        .operations
        .iter()
        .flat_map(|((_, label), operation)| {
            let name = operation.id.as_deref().unwrap_or(label);
            operation.undocumented.iter().map(move |it| match &it.media_type {
                Some(media_type) => format!("{media_type} in {} of {name}", it.status),
                None => format!("{} of {name}", it.status),
            })
        })
        .collect();
    if !undocumented.is_empty() {
        out += &style.paint(style::WARNING, "  came, and is not documented");
        out.push('\n');
        out += &listed("answers", &undocumented, UNDOCUMENTED_LINES, style);
    }
    out + &steps(api, document, style)
}

/// `  operations           9 of 12   75.0 %`
fn table(counts: &Counts, style: Style) -> String {
    let digits = counts.values().map(|count| count.total.to_string().len()).max().unwrap_or(1);
    let mut out = String::new();
    for (dimension, count) in counts {
        let ink = match count.covered {
            all if all == count.total => style::PASS,
            0 => style::ERROR,
            _ => style::WARNING,
        };
        let share = style.paint(ink, &format!("{:>5} %", percent_words(count.percent())));
        let (covered, total) = (count.covered, count.total);
        let name = dimension.plural();
        out += &format!("  {name:<18}{covered:>digits$} of {total:>digits$}  {share}\n");
    }
    out
}

/// The gaps of one dimension: a line for each operation and response, as many as there is room for.
fn groups(dimension: Dimension, gaps: &[&Gap<'_>], style: Style) -> String {
    if dimension == Dimension::Operation {
        let names: Vec<String> = gaps.iter().map(|gap| gap.words()).collect();
        return listed(dimension.plural(), &names, GAP_LINES, style);
    }
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for gap in gaps {
        let heading = match gap.item.place() {
            Some(place) => format!("{} {place}: ", gap.name()),
            None => format!("{}: ", gap.name()),
        };
        match groups.last_mut() {
            Some((known, items)) if *known == heading => items.push(gap.item.short()),
            _ => groups.push((heading, vec![gap.item.short()])),
        }
    }
    let room = style.columns() - LEAD;
    let ellipsis = style.glyphs().ellipsis;
    let n_shown = if groups.len() > GAP_LINES { GAP_LINES - 1 } else { groups.len() };
    let mut lines: Vec<String> = Vec::new();
    for (heading, items) in &groups[..n_shown] {
        let heading = cut(&style.visible(heading).replace('\n', " "), room / 2, ellipsis);
        let heading = if heading.ends_with(' ') { heading } else { format!("{heading} ") };
        let left = room.saturating_sub(width(&heading));
        // Of a narrow line nothing is left for names.
        let words = if left < 16 { items.len().to_string() } else { one_line(items, left, style) };
        lines.push(heading + &words);
    }
    let rest: usize = groups[n_shown..].iter().map(|(_, items)| items.len()).sum();
    if rest > 0 {
        lines.push(format!("and {rest} more"));
    }
    below(dimension.plural(), &lines, style)
}

/// As many entries as fit a line; the others are counted.
fn one_line(entries: &[String], columns: usize, style: Style) -> String {
    let visible: Vec<String> = entries.iter().map(|it| style.visible(it).replace('\n', " ")).collect();
    let all = visible.join(", ");
    if width(&all) <= columns {
        return all;
    }
    let mut shown = 0;
    let mut line = String::new();
    for entry in &visible {
        let next = if line.is_empty() { entry.clone() } else { format!("{line}, {entry}") };
        let more = format!(" and {} more", visible.len() - shown - 1);
        if width(&next) + width(&more) > columns && shown > 0 {
            break;
        }
        line = next;
        shown += 1;
    }
    let more = match visible.len() - shown {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    cut(&line, columns.saturating_sub(width(&more)), style.glyphs().ellipsis) + &more
}

/// Lines behind what they are.
fn below(kind: &str, lines: &[String], style: Style) -> String {
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let kind = if index == 0 { kind } else { "" };
        out +=
            &format!("    {}{line}\n", style.paint(style::DIM, &format!("{kind:<width$}", width = LEAD - 4)));
    }
    out
}

/// Entries behind what they are, in at most so many lines; what does not fit is counted.
fn listed(kind: &str, entries: &[String], most: usize, style: Style) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let room = style.columns() - LEAD;
    let ellipsis = style.glyphs().ellipsis;
    let mut lines: Vec<String> = vec![String::new()];
    let mut shown = 0;
    for (index, entry) in entries.iter().enumerate() {
        let entry = cut(&style.visible(entry).replace('\n', " "), room - 1, ellipsis);
        let is_last = index + 1 == entries.len();
        let entry = if is_last { entry } else { format!("{entry},") };
        let taken = lines.last().map_or(0, |line| width(line));
        let needs_line = taken > 0 && taken + 1 + width(&entry) > room;
        // The last line leaves room for the number of the others.
        let is_full = lines.len() == most && !is_last && taken + 1 + width(&entry) + 16 > room && taken > 0;
        if is_full || (needs_line && lines.len() == most) {
            break;
        }
        match lines.last_mut() {
            Some(line) if !needs_line && taken > 0 => line.push_str(&format!(" {entry}")),
            Some(line) if taken == 0 => line.push_str(&entry),
            _ => lines.push(entry),
        }
        shown += 1;
    }
    let rest = entries.len() - shown;
    if let (Some(line), true) = (lines.last_mut(), rest > 0) {
        line.push_str(&format!(" and {rest} more"));
    }
    below(kind, &lines, style)
}

fn aside(words: &str, style: Style) -> String {
    let lines = wrap(words, style.columns() - 2);
    lines.iter().map(|line| format!("  {}\n", style.paint(style::WARNING, line))).collect()
}

/// The steps that were drafted, each under the gaps that it would cover; as they would stand in a file.
fn steps(api: &str, document: &DocumentCoverage, style: Style) -> String {
    let mut drafted: Vec<(&str, Vec<String>)> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for gap in document.all_gaps(api) {
        let Some(step) = gap.step else { continue };
        let index = *known.entry(step).or_insert_with(|| {
            drafted.push((step, Vec::new()));
            drafted.len() - 1
        });
        drafted[index].1.push(gap.words());
    }
    if drafted.is_empty() {
        return String::new();
    }
    let mut out = format!("  {} that would cover more\n", plural(drafted.len(), "step"));
    let indent = " ".repeat(STEP);
    for (step, gaps) in drafted {
        let first = style.visible(&gaps[0]).replace('\n', " ");
        let more = match gaps.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let room = style.columns() - STEP - 2 - width(&more);
        let comment = format!("# {}{more}", cut(&first, room, style.glyphs().ellipsis));
        out += &format!("{indent}{}\n", style.paint(style::DIM, &comment));
        for line in style.visible(step).lines() {
            out += &format!("{indent}{line}\n");
        }
    }
    out
}

#[cfg(test)]
mod tests;

use super::count;
use crate::diagnostic::{Change, Code, Difference, Finding, Known, Place, Severity};
use crate::report::snippet::{REACH, UNMARKED_LINES};
use crate::source::{Cut, Source, Span};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Lines that are kept on either side of one with a mark.
const AROUND: usize = 2;

/// The most bytes of such a line.
const LONGEST_AROUND: usize = 240;

/// What is kept of a long line beyond what a window looks at, so that it shows that the line goes on.
const MORE: usize = 64;

/// One fact about the API under test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingRecord {
    /// Stable and dotted: `response.body`.
    pub code: Code,
    /// Deny fails the step; warn is only shown.
    pub severity: Severity,
    /// What is wrong, in the words of the API.
    pub headline: String,
    /// What was promised, in a few words.
    pub expected: Option<String>,
    /// What came, in a few words.
    pub actual: Option<String>,
    /// The line of the scenario that asked.
    pub scenario: Option<PlaceRecord>,
    /// The line of the document that promises.
    pub document: Option<PlaceRecord>,
    /// The place in the response that breaks the promise.
    pub response: Option<PlaceRecord>,
    /// Facts that belong to it.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
    /// Every place at which a value is not as expected, in the order of the expectation.
    pub differences: Vec<DifferenceRecord>,
    /// The entry of the baseline that knows it; then it only warns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

/// One place that a finding points at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceRecord {
    /// The path of a file as people know it; of a response, `response body` and its like.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in Unicode scalar values.
    pub column: u32,
    /// How many characters are marked; 0 and an empty label mark nothing.
    pub length: u32,
    /// The words under the underline.
    pub label: String,
    /// Where in the data: `/data/status`.
    pub at: Option<String>,
    /// The lines around it.
    pub excerpt: ExcerptRecord,
}

/// The lines that a place is shown with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExcerptRecord {
    /// The number of the first, from 1.
    pub line: u32,
    /// The lines, without their ends. Long ones are cut.
    pub lines: Vec<String>,
    /// How many characters are cut off the beginning of the line that the place is in.
    pub cut: u32,
    /// Of a place that marks nothing: how many lines are left out behind the last.
    pub hidden: u32,
}

/// One place at which a value is not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceRecord {
    /// The way to the value, a name or an index a step; empty for the whole.
    pub path: Vec<String>,
    /// The line of the expectation, from 1.
    pub line: u32,
    /// The file of that line, where it is another than the finding's own scenario file.
    pub file: Option<String>,
    /// What was expected and what came.
    pub changes: Vec<ChangeRecord>,
    /// Further facts.
    pub notes: Vec<String>,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeRecord {
    /// What was expected.
    Expected(String),
    /// What came instead.
    Actual(String),
    /// A line that is the same in both.
    Same(String),
    /// As many lines that are the same and not shown.
    Skipped(u32),
}

impl FindingRecord {
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            code: finding.code,
            severity: finding.severity,
            headline: finding.headline.clone(),
            expected: finding.expected.clone(),
            actual: finding.actual.clone(),
            scenario: finding.scenario.as_ref().map(PlaceRecord::of),
            document: finding.document.as_ref().map(PlaceRecord::of),
            response: finding.response.as_ref().map(PlaceRecord::of),
            notes: finding.notes.clone(),
            help: finding.help.clone(),
            differences: finding.differences.iter().map(DifferenceRecord::of).collect(),
            known: finding.known.as_deref().cloned(),
        }
    }

    /// The finding that it is a record of; its sources hold the excerpts alone.
    pub fn to_finding(&self) -> Finding {
        Finding {
            code: self.code,
            severity: self.severity,
            headline: self.headline.clone(),
            expected: self.expected.clone(),
            actual: self.actual.clone(),
            scenario: self.scenario.as_ref().map(PlaceRecord::to_place),
            document: self.document.as_ref().map(PlaceRecord::to_place),
            response: self.response.as_ref().map(PlaceRecord::to_place),
            notes: self.notes.clone(),
            help: self.help.clone(),
            differences: self.differences.iter().map(DifferenceRecord::to_difference).collect(),
            known: self.known.clone().map(Arc::new),
        }
    }
}

impl PlaceRecord {
    fn of(place: &Place) -> Self {
        let source = &place.source;
        let text = source.text();
        let start = text.floor_char_boundary(place.span.start);
        let position = source.position(start);
        let line = source.line(position.line);
        let start = start.clamp(line.start, line.end);
        let end = text.ceil_char_boundary(place.span.end).clamp(start, line.end);
        let is_marked = place.span.start < place.span.end || !place.label.is_empty();
        let excerpt = match is_marked {
            true => ExcerptRecord::around(source, position.line, start),
            false => ExcerptRecord::beginning(source),
        };
        Self {
            path: source.name().to_owned(),
            line: count(position.line),
            column: count(position.column),
            length: count(text[start..end].chars().count()),
            label: place.label.clone(),
            at: place.at.clone(),
            excerpt,
        }
    }

    /// The place in a line: `path:line:column, at /data/status`; of one that marks nothing its path alone.
    pub fn words(&self) -> String {
        if self.length == 0 && self.label.is_empty() {
            return self.path.clone();
        }
        let at = self.at.as_ref().map(|at| format!(", at {at}")).unwrap_or_default();
        format!("{}:{}:{}{at}", self.path, self.line, self.column)
    }

    fn to_place(&self) -> Place {
        let source = self.excerpt.to_source(&self.path, self.line);
        let line = source.line(self.line as usize);
        let offset = |characters: u32| {
            let mut ends = source.slice(line).char_indices().map(|(at, _)| at);
            ends.nth(characters as usize).map_or(line.end, |at| line.start + at)
        };
        let before = self.column.saturating_sub(1).saturating_sub(self.excerpt.cut);
        let span = Span::new(offset(before), offset(before.saturating_add(self.length)));
        Place { source, span, label: self.label.clone(), at: self.at.clone() }
    }
}

impl ExcerptRecord {
    /// The line of a mark, as much of it as a window looks at, with some lines around it.
    fn around(source: &Source, line: usize, mark: usize) -> Self {
        let first = line.saturating_sub(AROUND).max(1);
        let last = (line + AROUND).min(source.last_line().max(line));
        let mut cut = 0;
        let lines = (first..=last).map(|number| {
            let span = source.line(number);
            if number != line {
                let text = source.slice(span);
                return text[..text.floor_char_boundary(LONGEST_AROUND)].to_owned();
            }
            let text = source.text();
            let start = match mark - span.start > REACH + MORE {
                true => text.floor_char_boundary(mark - REACH - MORE),
                false => span.start,
            };
            let end = text.ceil_char_boundary(mark.saturating_add(2 * REACH + MORE)).min(span.end);
            cut = text[span.start..start].chars().count();
            text[start..end].to_owned()
        });
        let lines: Vec<String> = lines.collect();
        Self { line: count(first), lines, cut: count(cut), hidden: 0 }
    }

    /// The first lines of a source in which nothing is marked.
    fn beginning(source: &Source) -> Self {
        let all = source.last_line();
        let kept = all.min(UNMARKED_LINES + 1);
        let line = |number| {
            let text = source.slice(source.line(number));
            text[..text.ceil_char_boundary(2 * REACH + MORE)].to_owned()
        };
        Self { line: 1, lines: (1..=kept).map(line).collect(), cut: 0, hidden: count(all - kept) }
    }

    /// `line` is the one that is cut.
    fn to_source(&self, path: &str, line: u32) -> std::sync::Arc<Source> {
        let cut = Cut {
            lines_before: (self.line as usize).saturating_sub(1),
            lines_behind: self.hidden as usize,
            columns_before: (line as usize, self.cut as usize),
        };
        Source::part(path, self.lines.join("\n"), cut)
    }
}

impl DifferenceRecord {
    fn of(difference: &Difference) -> Self {
        Self {
            path: difference.path.clone(),
            line: count(difference.line),
            file: difference.file.clone(),
            changes: difference.changes.iter().map(ChangeRecord::of).collect(),
            notes: difference.notes.clone(),
        }
    }

    fn to_difference(&self) -> Difference {
        Difference {
            path: self.path.clone(),
            line: self.line as usize,
            file: self.file.clone(),
            changes: self.changes.iter().map(ChangeRecord::to_change).collect(),
            notes: self.notes.clone(),
        }
    }
}

impl ChangeRecord {
    fn of(change: &Change) -> Self {
        match change {
            Change::Expected(text) => Self::Expected(text.clone()),
            Change::Actual(text) => Self::Actual(text.clone()),
            Change::Same(text) => Self::Same(text.clone()),
            Change::Skipped(lines) => Self::Skipped(count(*lines)),
        }
    }

    fn to_change(&self) -> Change {
        match self {
            Self::Expected(text) => Change::Expected(text.clone()),
            Self::Actual(text) => Change::Actual(text.clone()),
            Self::Same(text) => Change::Same(text.clone()),
            Self::Skipped(lines) => Change::Skipped(*lines as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The record of a place, and the place made of it again.
    fn again(source: &Arc<Source>, span: Span, label: &str) -> (PlaceRecord, Place) {
        let place = Place { source: Arc::clone(source), span, label: label.to_owned(), at: None };
        let record = PlaceRecord::of(&place);
        let place = record.to_place();
        (record, place)
    }

    #[test]
    fn a_place_keeps_its_line_and_what_is_marked() {
        let text = format!("{}a: b\nprice: \"ü\"\nc: d\n", "x\n".repeat(40));
        let source = Source::new("a.yaml", text);
        let start = source.text().find("\"ü\"").expect("it is there");
        let (record, place) = again(&source, Span::new(start, start + "\"ü\"".len()), "is no number");
        assert_eq!((record.line, record.column, record.length), (42, 8, 3));
        assert_eq!((record.excerpt.line, record.excerpt.cut), (40, 0));
        assert_eq!(record.excerpt.lines, ["x", "a: b", "price: \"ü\"", "c: d"]);
        assert_eq!(
            (place.source.slice(place.span), place.source.position(place.span.start).line),
            ("\"ü\"", 42)
        );
        assert_eq!(PlaceRecord::of(&place), record);
    }

    #[test]
    fn of_a_long_line_the_neighbourhood_is_kept() {
        let text = format!("{{\"a\":\"{}\",\"b\":1,\"c\":\"{}\"}}", "ü".repeat(50_000), "y".repeat(50_000));
        let source = Source::new("response body", text);
        let start = source.text().find("1,").expect("it is there");
        let (record, place) = again(&source, Span::new(start, start + 1), "is no text");
        assert!(record.excerpt.lines[0].len() < 8 * REACH, "{}", record.excerpt.lines[0].len());
        assert_eq!(record.column as usize, source.position(start).column);
        assert_eq!(place.source.slice(place.span), "1");
        assert_eq!(place.source.position(place.span.start), source.position(start));
    }

    #[test]
    fn what_marks_nothing_keeps_its_first_lines() {
        let source = Source::new("response: HTTP/1.1 500", "line\n".repeat(40));
        let (record, place) = again(&source, Span::default(), "");
        assert_eq!((record.excerpt.lines.len(), record.excerpt.hidden, record.length), (11, 29, 0));
        assert_eq!((place.source.last_line(), record.words().as_str()), (40, "response: HTTP/1.1 500"));
    }

    #[test]
    fn places_that_a_stranger_wrote_mark_something_or_nothing() {
        let source = Source::new("a", "ab\ncd");
        let (record, _) = again(&source, Span::new(3, 4), "x");
        for (line, column, length, cut) in
            [(0, 0, 0, 0), (9, 9, 9, 9), (u32::MAX, u32::MAX, u32::MAX, u32::MAX), (2, 1, 99, 1)]
        {
            let excerpt = ExcerptRecord { cut, line, ..record.excerpt.clone() };
            let place = PlaceRecord { line, column, length, excerpt, ..record.clone() }.to_place();
            assert!(place.span.start <= place.span.end && place.span.end <= place.source.text().len());
        }
    }
}

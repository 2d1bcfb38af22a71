//! Cuts out of a source what a reader needs to see: the lines with marks, as much of each as
//! [`Window`] shows, or the beginning of a source in which nothing is marked.

use super::window::{Continuation, Continued, MORE, Mark, Wanted, Window};
use crate::report::Style;
use crate::source::{Position, Source, Span};
use std::sync::Arc;

/// A mark behind this column has little room for its label in a narrow terminal.
const FAR_RIGHT: usize = 56;

/// Lines between two marks of one source that still share an excerpt.
const NEAR: usize = 8;

/// Lines that are shown of a text in which nothing is marked.
pub(in crate::report) const UNMARKED_LINES: usize = 10;

/// The renderer moves lines with more leading space than this by itself; it is cut before.
const DEEP_INDENT: usize = 24;

/// One place to show.
pub(super) struct Site<'s> {
    source: &'s Arc<Source>,
    label: &'s str,
    at: Option<&'s str>,
    is_primary: bool,
    position: Position,
    /// Within its line; `None` when the source is to be shown and nothing in it marked.
    mark: Option<Span>,
}

/// What the renderer is given.
pub(super) struct Excerpt {
    /// `path:line:column`, or the name alone when nothing is marked.
    pub place: String,
    /// Where in the data.
    pub at: Option<String>,
    /// The number of the first line.
    pub first_line: usize,
    /// The lines, with nothing in them that must not reach a terminal.
    pub text: String,
    /// What is underlined.
    pub marks: Vec<Mark>,
    /// What goes on in further lines, in the order in which [`MORE`] stands in the text and in the
    /// labels.
    pub continuations: Vec<Continuation>,
    /// The number of lines of the source that are left out behind the last line.
    pub hidden_lines: usize,
}

impl<'s> Site<'s> {
    /// A span of several lines is taken as its first line. An empty span without a label marks
    /// nothing: the source is shown from its beginning.
    pub(super) fn new(
        source: &'s Arc<Source>,
        span: Span,
        label: &'s str,
        at: Option<&'s str>,
        is_primary: bool,
    ) -> Self {
        let text = source.text();
        let start = text.floor_char_boundary(span.start);
        let position = source.position(start);
        let line = source.line(position.line);
        let start = start.clamp(line.start, line.end);
        let end = text.ceil_char_boundary(span.end).clamp(start, line.end);
        let is_marked = span.start < span.end || !label.is_empty();
        Self { source, label, at, is_primary, position, mark: is_marked.then_some(Span::new(start, end)) }
    }

    /// The last line that [`Excerpt::cut`] shows.
    pub(super) fn last_line(&self) -> usize {
        match self.mark {
            Some(_) => self.position.line,
            None => self.unmarked_lines().0,
        }
    }

    /// How many lines are shown when nothing is marked, and how many are not.
    fn unmarked_lines(&self) -> (usize, usize) {
        let all = self.source.last_line();
        // One line more is no longer than the words that say it is missing.
        let shown = if all <= UNMARKED_LINES + 1 { all } else { UNMARKED_LINES };
        (shown, all - shown)
    }

    fn wanted(&self, style: Style) -> Option<Wanted> {
        let label = style.visible(self.label);
        Some(Wanted { mark: self.mark?, label, is_primary: self.is_primary })
    }

    fn is_near(&self, other: &Site<'_>) -> bool {
        let same = Arc::ptr_eq(self.source, other.source);
        match (self.mark, other.mark) {
            (Some(own), Some(others)) if same && self.position.line == other.position.line => {
                // Both must be in sight of one window, with room for the label of the later one.
                let is_far_right = self.position.column.max(other.position.column) > FAR_RIGHT;
                own.start.abs_diff(others.start) < if is_far_right { 32 } else { 60 }
            }
            (Some(_), Some(_)) => same && self.position.line.abs_diff(other.position.line) <= NEAR,
            _ => false,
        }
    }
}

/// Puts the places together that share an excerpt; the order is that of the first of each.
pub(super) fn group(sites: Vec<Site<'_>>) -> Vec<Vec<Site<'_>>> {
    let mut groups: Vec<Vec<Site<'_>>> = Vec::new();
    for site in sites {
        match groups.iter_mut().find(|group| group.iter().all(|each| each.is_near(&site))) {
            Some(group) => group.push(site),
            None => groups.push(vec![site]),
        }
    }
    groups
}

impl Excerpt {
    /// Cuts the lines of one group of places to `columns`.
    pub(super) fn cut(group: &[Site<'_>], columns: usize, style: Style) -> Self {
        let first = &group[0];
        let name = style.visible(first.source.name()).replace('\n', " ");
        let at = first.at.map(|at| style.visible(at).replace('\n', " "));
        if first.mark.is_none() {
            return Self::beginning(first, name, at, columns, style);
        }
        let lines = || group.iter().map(|site| site.position.line);
        let (top, bottom) = (lines().min().unwrap_or(1), lines().max().unwrap_or(1));
        let windows: Vec<(usize, Window)> = (top..=bottom)
            .map(|number| {
                let line = first.source.line(number);
                let on_line = group.iter().filter(|site| site.position.line == number);
                let anchor = on_line.filter_map(|site| site.mark).map(|mark| mark.start).min();
                (number, Window::new(first.source, line, anchor.unwrap_or(line.start), style))
            })
            .collect();
        let indent = windows.iter().filter_map(|(_, window)| window.indent()).min().unwrap_or(0);
        let drop = if indent > DEEP_INDENT { indent - 8 } else { 0 };

        let mut excerpt = Self {
            place: format!("{name}:{}:{}", first.position.line, first.position.column),
            at,
            first_line: top,
            text: String::new(),
            marks: Vec::new(),
            continuations: Vec::new(),
            hidden_lines: 0,
        };
        for (number, window) in windows {
            let on_line = group.iter().filter(|site| site.position.line == number);
            let wanted: Vec<Wanted> = on_line.filter_map(|site| site.wanted(style)).collect();
            if number > top {
                excerpt.text.push('\n');
            }
            let offset = excerpt.text.len();
            let (text, marks, continuation) = window.marked(&wanted, drop, columns);
            excerpt.text.push_str(&text);
            excerpt.marks.extend(
                marks
                    .into_iter()
                    .map(|mark| Mark { range: mark.range.start + offset..mark.range.end + offset, ..mark }),
            );
            excerpt.continuations.extend(continuation);
        }
        excerpt
    }

    /// The beginning of a source in which nothing is marked; long lines go on below, so that what a
    /// server says in one line can be read.
    fn beginning(site: &Site<'_>, place: String, at: Option<String>, columns: usize, style: Style) -> Self {
        let (shown, hidden_lines) = site.unmarked_lines();
        let mut excerpt = Self {
            place,
            at,
            first_line: 1,
            text: String::new(),
            marks: Vec::new(),
            continuations: Vec::new(),
            hidden_lines,
        };
        let mut left = UNMARKED_LINES.saturating_sub(shown);
        for number in 1..=shown {
            let line = site.source.line(number);
            let window = Window::new(site.source, line, line.start, style);
            let mut rows = window.rows(columns, left + 1).into_iter();
            let first: String = rows.next().unwrap_or_default();
            let lines: Vec<String> = rows.collect();
            left -= lines.len().min(left);
            excerpt.text.push_str(if number > 1 { "\n" } else { "" });
            excerpt.text.push_str(&first);
            if !lines.is_empty() {
                excerpt.text.push(MORE);
                excerpt.continuations.push(Continuation { column: 0, lines, kind: Continued::Text });
            }
        }
        excerpt
    }
}

//! Cuts a line to the neighbourhood of its marks. A response body may be one line of 32 MB; the
//! renderer gets some hundred characters of it.

use crate::report::Style;
use crate::report::text::{character_width, cut, width, wrap};
use crate::source::{Source, Span};
use std::ops::Range;

/// Ends a line that goes on below. A character that no text may hold (Unicode, "Noncharacters"),
/// and that [`Style::visible`] lets through from nowhere.
pub(super) const MORE: char = '\u{fdd1}';

/// Bytes of a line on either side of a mark that are looked at; more than fits any terminal.
pub(in crate::report) const REACH: usize = 2048;

/// Columns that a label below its underline wants before a line is moved to make room for it.
const READABLE: usize = 44;

/// Columns that a label behind its underline needs; with less it is set below.
const NARROW: usize = 24;

/// What is to be underlined.
pub(super) struct Wanted {
    /// In bytes of the source, within the line.
    pub mark: Span,
    /// With nothing in it that must not reach a terminal.
    pub label: String,
    pub is_primary: bool,
}

/// One underline.
pub(super) struct Mark {
    /// In bytes of the excerpt's text.
    pub range: Range<usize>,
    /// The words that the renderer sets, behind the underline or, in several lines, below it.
    pub label: Vec<String>,
    /// Whether it is what the message is about.
    pub is_primary: bool,
}

/// Lines that the renderer cannot set, below one that ends with [`MORE`].
pub(super) struct Continuation {
    /// The column of the excerpt that they start at.
    pub column: usize,
    pub lines: Vec<String>,
    pub kind: Continued,
}

/// What is continued.
#[derive(Clone, Copy)]
pub(super) enum Continued {
    /// A line of the source.
    Text,
    /// The label of a primary mark.
    Primary,
    /// The label of another mark.
    Context,
}

/// The part of one line around a place, each character as it will be written.
pub(super) struct Window {
    /// The byte in the source and the character shown.
    cells: Vec<(usize, char)>,
    end: usize,
    is_cut_before: bool,
    is_cut_behind: bool,
    ellipsis: &'static str,
}

impl Window {
    /// Looks at a line around a byte of it; the line's length costs nothing.
    pub(super) fn new(source: &Source, line: Span, anchor: usize, style: Style) -> Self {
        let text = source.text();
        let near_start = anchor.saturating_sub(line.start) <= REACH;
        let start = if near_start { line.start } else { text.floor_char_boundary(anchor - REACH) };
        let end = text.ceil_char_boundary(anchor.saturating_add(2 * REACH)).min(line.end);
        let mut cells = Vec::with_capacity(end - start);
        for (offset, character) in text[start..end].char_indices() {
            // The renderer shows a tab as four spaces as well; doing it here keeps the counting in
            // one place.
            let (shown, count) = match character {
                '\t' => (' ', 4),
                _ => (style.visible_character(character), 1),
            };
            cells.extend(std::iter::repeat_n((start + offset, shown), count));
        }
        Self {
            cells,
            end,
            is_cut_before: start > line.start,
            is_cut_behind: end < line.end,
            ellipsis: style.glyphs().ellipsis,
        }
    }

    /// The leading spaces; `None` of a line with nothing else.
    pub(super) fn indent(&self) -> Option<usize> {
        self.cells.iter().position(|(_, character)| *character != ' ')
    }

    fn columns(&self, cells: Range<usize>) -> usize {
        self.cells[cells].iter().map(|(_, character)| character_width(*character)).sum()
    }

    /// The cell in which a byte of the source is shown.
    fn cell(&self, byte: usize) -> usize {
        self.cells.partition_point(|(each, _)| *each < byte)
    }

    /// The line in at most `count` lines of at most `columns`.
    pub(super) fn rows(&self, columns: usize, count: usize) -> Vec<String> {
        let mut rows: Vec<String> = Vec::new();
        let mut from = 0;
        while rows.is_empty() || (from < self.cells.len() && rows.len() < count) {
            let mut taken = 0;
            let fits = |(_, character): &&(usize, char)| {
                taken += character_width(*character);
                taken <= columns
            };
            let end = from + self.cells[from..].iter().take_while(fits).count().max(1);
            let end = self.word_end(from, end.min(self.cells.len()));
            let row: String = self.cells[from..end].iter().map(|(_, character)| *character).collect();
            rows.push(row.trim_end().to_owned());
            from = end;
        }
        if from < self.cells.len() || self.is_cut_behind {
            let ellipsis = self.ellipsis;
            if let Some(row) = rows.last_mut() {
                *row = cut(&format!("{row}{ellipsis}"), columns, ellipsis);
            }
        }
        rows
    }

    /// Where a row that would end at a cell ends, so that it breaks between words if one does near.
    fn word_end(&self, from: usize, end: usize) -> usize {
        let is_space = |cell: usize| self.cells[cell].1 == ' ';
        match end < self.cells.len() {
            true if is_space(end) => end + 1,
            true => (from + 1..=end).rev().take(20).find(|cell| is_space(cell - 1)).unwrap_or(end),
            false => end,
        }
    }

    /// The line from a cell on in at most `columns`, and the bytes that the sign for what is
    /// missing before it takes.
    fn show(&self, from: usize, columns: usize) -> (String, usize) {
        let hides_text =
            self.is_cut_before || self.cells[..from].iter().any(|(_, character)| *character != ' ');
        let mut text = String::from(if hides_text { self.ellipsis } else { "" });
        let lead = text.len();
        let end = self.cells.iter().rposition(|(_, character)| *character != ' ').map_or(0, |last| last + 1);
        let rest = from..end.max(from);
        let mut room = columns.saturating_sub(width(&text));
        let is_whole = !self.is_cut_behind && self.columns(rest.clone()) <= room;
        if !is_whole {
            room = room.saturating_sub(width(self.ellipsis));
        }
        for (_, character) in &self.cells[rest] {
            match room.checked_sub(character_width(*character)) {
                Some(left) => room = left,
                None => break,
            }
            text.push(*character);
        }
        if !is_whole {
            text.push_str(self.ellipsis);
        }
        (text, lead)
    }

    /// The line with its marks; at least `drop` leading spaces are left out.
    pub(super) fn marked(
        &self,
        wanted: &[Wanted],
        drop: usize,
        columns: usize,
    ) -> (String, Vec<Mark>, Option<Continuation>) {
        let spans = wanted.iter().map(|wanted| {
            let end = self.cell(wanted.mark.end.min(self.end));
            (wanted, self.cell(wanted.mark.start)..end)
        });
        let spans: Vec<(&Wanted, Range<usize>)> = spans.collect();
        let drop = drop.min(self.indent().unwrap_or(self.cells.len()));
        let from = spans
            .iter()
            .min_by_key(|(_, cells)| cells.start)
            .map_or(drop, |(wanted, cells)| self.left_edge(cells, width(&wanted.label), drop, columns));
        let (mut text, lead) = self.show(from, columns);
        let mut continuation = None;
        let marks = spans.iter().map(|(Wanted { label, is_primary, .. }, cells)| {
            let is_primary = *is_primary;
            let byte = |cell: usize| {
                let shown: usize = self.cells[from.min(cell)..cell].iter().map(|(_, c)| c.len_utf8()).sum();
                text.floor_char_boundary(shown + lead)
            };
            let range = byte(cells.start)..byte(cells.end);
            let start = width(&text[..range.start]);
            // An empty mark, or one at the end of a line, still needs a column to stand under.
            let column = start + width(&text[range.clone()]).max(1) + 1;
            let is_last = spans.iter().all(|(_, others)| others.start <= cells.start);
            let room = columns.saturating_sub(column);
            if !is_last || (room < NARROW && width(label) > room) {
                let mut label = wrap(label, columns.saturating_sub(start));
                if is_last && label.len() == 1 {
                    // The renderer sets a single line behind the underline, where there is no
                    // room; a second, blank one keeps it below, and is dropped afterwards.
                    label.push(" ".to_owned());
                }
                return Mark { range, label, is_primary };
            }
            let mut lines = wrap(label, room);
            let below = lines.split_off(1);
            if let (Some(label), false) = (lines.first_mut(), below.is_empty()) {
                label.push(MORE);
                let kind = if is_primary { Continued::Primary } else { Continued::Context };
                continuation = Some(Continuation { column, lines: below, kind });
            }
            Mark { range, label: lines, is_primary }
        });
        let marks = marks.collect();
        if text.is_empty() {
            // The renderer wants a character to point at.
            text.push(' ');
        }
        (text, marks, continuation)
    }

    /// The cell that the shown part starts with, so that the mark and its label have room.
    fn left_edge(&self, mark: &Range<usize>, label: usize, drop: usize, columns: usize) -> usize {
        let start = self.columns(drop.min(mark.start)..mark.start);
        let end = start + self.columns(mark.clone()).max(1);
        let needs = label.min(READABLE);
        let has_room = end + 1 + label.min(NARROW) <= columns;
        let is_crowded = !has_room && start + needs > columns;
        let is_in_sight = end < columns || (end == columns && self.cells.len() == mark.end);
        // A mark wider than the line is shown from its start; moving it further gains nothing.
        let is_wide = start <= columns / 3 && end - start > columns / 2;
        if !self.is_cut_before && !is_crowded && (is_in_sight || is_wide) {
            return drop;
        }
        let goal = (columns / 3).min(columns.saturating_sub(needs)).max(4);
        let mut room = goal.saturating_sub(width(self.ellipsis));
        let mut from = mark.start;
        while from > drop {
            match room.checked_sub(character_width(self.cells[from - 1].1)) {
                Some(left) => room = left,
                None => break,
            }
            from -= 1;
        }
        from
    }
}

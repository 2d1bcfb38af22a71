use crate::source::{Source, Span};
use saphyr_parser::Marker;

/// Turns the parser's lines and columns into byte offsets. Markers mostly go forward, so the walk
/// along a line goes on from the last one: linear even where the whole file is one line.
pub(super) struct Places<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
    last: (usize, usize, usize),
}

impl<'t> Places<'t> {
    pub(super) fn new(source: &'t Source) -> Self {
        let text = source.text();
        let bytes = text.as_bytes();
        let mut line_starts = vec![0];
        for index in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[index] == b'\n' || bytes.get(index + 1) != Some(&b'\n') {
                line_starts.push(index + 1);
            }
        }
        Self { text, line_starts, last: (0, 0, 0) }
    }

    pub(super) fn span(&mut self, start: Marker, end: Marker) -> Span {
        let start = self.offset(start);
        Span::new(start, self.offset(end).max(start))
    }

    pub(super) fn offset(&mut self, marker: Marker) -> usize {
        let (line, column) = (marker.line(), marker.col());
        let Some(line_start) = self.line_starts.get(line.saturating_sub(1)).copied() else {
            return self.text.len();
        };
        let (last_line, last_column, last_offset) = self.last;
        let (from_column, from) = if last_line == line && last_column <= column {
            (last_column, last_offset)
        } else {
            (0, line_start)
        };
        let count = column - from_column;
        let offset = match self.text.as_bytes().get(from..from + count) {
            // Bytes and characters are the same there.
            Some(passed) if passed.is_ascii() => from + count,
            _ => {
                let mut characters = self.text[from..].char_indices();
                characters.nth(count).map_or(self.text.len(), |(index, _)| from + index)
            }
        };
        self.last = (line, column, offset);
        offset
    }
}

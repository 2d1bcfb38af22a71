//! Files as people wrote them: text, byte spans, and the line and column a person counts.
//!
//! Everything that can be pointed at (a scenario, a document, a response body) is a [`Source`]; a
//! [`Location`] is a span in one. Start with [`Source::read`] or [`Source::new`].

mod recorded;

pub(crate) use recorded::record;
pub use recorded::recorded;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A text with the name people know it by.
pub struct Source {
    name: String,
    text: String,
    line_starts: OnceLock<Vec<usize>>,
    cut: Cut,
}

/// What a [`Source`] that holds a part of a text does not hold of it; nothing, of a whole text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// The lines before its first.
    pub lines_before: usize,
    /// The lines behind its last.
    pub lines_behind: usize,
    /// A line of the text, from 1, and the characters that are missing at its beginning.
    pub columns_before: (usize, usize),
}

/// A half-open range of byte offsets in one [`Source`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

/// A line and a column, both counted from 1; the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// A span together with the source it lies in.
#[derive(Clone, Debug)]
pub struct Location {
    /// The text that is pointed into.
    pub source: Arc<Source>,
    /// Where in the text.
    pub span: Span,
}

/// Why a file could not become a [`Source`].
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system refused.
    #[error("cannot read `{}`: {reason}", path.display())]
    Io {
        /// The file asked for.
        path: PathBuf,
        /// The operating system's words.
        reason: String,
    },
    /// The file is larger than the limit.
    #[error("`{}` is larger than the limit `document` of {limit} bytes", path.display())]
    TooLarge {
        /// The file asked for.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file is not UTF-8.
    #[error("`{}` is not UTF-8: the byte at offset {offset} starts no character", path.display())]
    NotUtf8 {
        /// The file asked for.
        path: PathBuf,
        /// Offset of the first offending byte.
        offset: usize,
    },
}

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// [`ReadError`] when the file is missing or too large.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    record(path);
    let io = |error: std::io::Error| ReadError::Io {
        path: path.to_owned(),
        reason: match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        },
    };
    // The reader is bounded as well as the size asked for first: a device or a pipe has no
    // size, and a file may grow between the two.
    let metadata = std::fs::metadata(path).map_err(io)?;
    if metadata.is_dir() {
        return Err(io(std::io::ErrorKind::IsADirectory.into()));
    }
    let too_large = || ReadError::TooLarge { path: path.to_owned(), limit };
    if metadata.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(io)?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, limit + 1), &mut bytes).map_err(io)?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

impl Source {
    /// Makes a source of a text that is already in memory.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::part(name, text, Cut::default())
    }

    /// Makes a source of a part of a text, in which lines and columns count as in the whole.
    pub fn part(name: impl Into<String>, text: impl Into<String>, cut: Cut) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into(), line_starts: OnceLock::new(), cut })
    }

    /// Reads a file of at most `limit` bytes; a UTF-8 byte order mark is dropped.
    ///
    /// # Errors
    /// [`ReadError`] when the file is missing, too large, or not UTF-8.
    pub fn read(path: &Path, name: impl Into<String>, limit: u64) -> Result<Arc<Self>, ReadError> {
        let mut bytes = read_bytes(path, limit)?;
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => {
                Err(ReadError::NotUtf8 { path: path.to_owned(), offset: error.utf8_error().valid_up_to() })
            }
        }
    }

    /// The name people know the text by: a path as they gave it, or `response body`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty where the span does not fit the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Where a text stands within a span; `None` where it is written otherwise there, as with escapes.
    pub fn find(&self, text: &str, within: Span) -> Option<Span> {
        let start = within.start + self.slice(within).find(text)?;
        Some(Span::new(start, start + text.len()))
    }

    /// Line and column of a byte offset; an offset behind the end is taken as the end.
    pub fn position(&self, offset: usize) -> Position {
        let starts = self.line_starts();
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = starts.partition_point(|start| *start <= offset);
        let column = self.text[starts[line - 1]..offset].chars().count() + 1;
        let line = line + self.cut.lines_before;
        let (cut_line, columns) = self.cut.columns_before;
        Position { line, column: column + if line == cut_line { columns } else { 0 } }
    }

    /// The span of a line counted from 1, without its line end.
    pub fn line(&self, line: usize) -> Span {
        let starts = self.line_starts();
        let line = line.saturating_sub(self.cut.lines_before);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let end = starts.get(line).copied().unwrap_or(self.text.len());
        let trimmed = self.text[start..end].trim_end_matches(['\n', '\r']).len();
        Span::new(start, start + trimmed)
    }

    /// The number of its lines but for empty ones at its end, those behind a part of a text included.
    pub fn last_line(&self) -> usize {
        self.position(self.text.trim_end().len()).line + self.cut.lines_behind
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(index, _)| index + 1)).collect()
        })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?}, {} bytes)", self.name, self.text.len())
    }
}

impl Span {
    /// Makes a span of two offsets.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    pub fn join(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

impl Location {
    /// Makes a location.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self { source: Arc::clone(source), span }
    }

    /// Line and column of the first byte.
    pub fn position(&self) -> Position {
        self.source.position(self.span.start)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position();
        write!(f, "{}:{line}:{column}", self.source.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_position(text: &str, offset: usize, line: usize, column: usize) {
        let source = Source::new("t", text);
        assert_eq!(source.position(offset), Position { line, column });
    }

    #[test]
    fn positions_count_from_one() {
        check_position("", 0, 1, 1);
        check_position("ab\ncd", 0, 1, 1);
        check_position("ab\ncd", 2, 1, 3);
        check_position("ab\ncd", 3, 2, 1);
        check_position("ab\ncd", 99, 2, 3);
    }

    #[test]
    fn columns_count_characters_and_not_bytes() {
        check_position("é€x", "é€".len(), 1, 3);
        check_position("é€x", 1, 1, 1);
    }

    #[test]
    fn texts_are_found_within_their_span_only() {
        let source = Source::new("t", "a: x, b: x");
        assert_eq!(source.find("x", Span::new(6, 10)), Some(Span::new(9, 10)));
        assert_eq!(source.find("a", Span::new(6, 10)), None);
        assert_eq!(source.find("a", Span::new(6, 99)), None);
    }

    #[test]
    fn a_part_counts_as_the_whole() {
        let cut = Cut { lines_before: 40, lines_behind: 3, columns_before: (42, 100) };
        let source = Source::part("t", "ab\ncd\nef", cut);
        assert_eq!(source.position(1), Position { line: 41, column: 2 });
        assert_eq!(source.position(4), Position { line: 42, column: 102 });
        assert_eq!(source.slice(source.line(42)), "cd");
        assert_eq!(source.slice(source.line(44)), "");
        assert_eq!(source.last_line(), 46);
    }

    #[test]
    fn a_line_excludes_its_end() {
        let source = Source::new("t", "ab\r\ncd\n");
        assert_eq!(source.slice(source.line(1)), "ab");
        assert_eq!(source.slice(source.line(2)), "cd");
        assert_eq!(source.slice(source.line(3)), "");
        assert_eq!(source.slice(source.line(9)), "");
    }
}

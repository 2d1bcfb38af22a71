//! Rows of a CSV file: every cell is a plain text, and has its place.
//!
//! Source: RFC 4180, "Definition of the CSV Format"; the header line, which is optional there, is
//! required here. Lines end with CR LF, LF or CR, and empty ones are passed over.

use super::mark::{ExpectedFailure, Skip};
use super::reader::Reader;
use super::row::{Cell, Row, add_tag, check_rows, count, may_have_row};
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::json::Datum;
use crate::source::{Source, Span};
use csv_core::ReadFieldResult;
use std::collections::BTreeSet;
use std::sync::Arc;

/// As many wrong lines of one file as people read.
const MAX_PROBLEMS: usize = 20;

/// One cell with its quotes taken off, and where it stands with them.
struct Field {
    text: String,
    span: Span,
}

/// One line of cells.
type Record = Vec<Field>;

/// Reads the rows of a file; what is wrong is reported.
pub(super) fn read_csv(source: &Arc<Source>, reader: &mut Reader<'_>) -> Vec<Row> {
    let before = reader.problems.len();
    let mut records = Records::new(source);
    let Some(header) = records.next(reader) else {
        if reader.problems.len() == before {
            let message = "the file has no header line, which names the columns";
            reader.problems.error(Code::SCENARIO_EMPTY, Span::default(), message, "is empty");
        }
        return Vec::new();
    };
    let Some(columns) = read_columns(&header, reader) else { return Vec::new() };
    let mut rows = Vec::new();
    let mut n_cells = columns.len();
    while let Some(record) = records.next(reader) {
        if reader.problems.len() >= before + MAX_PROBLEMS {
            let span = span_of(&record);
            reader.invalid(span, "the lines from here on were not read", "follows many that are wrong");
            break;
        }
        n_cells += record.len();
        if !may_have_row(rows.len(), span_of(&record), reader) || !may_have_cells(n_cells, &record, reader) {
            break;
        }
        if record.len() != columns.len() {
            report_ragged(&record, &columns, source, reader);
            continue;
        }
        rows.push(read_row(rows.len(), record, &columns, source, reader));
    }
    check_rows(&rows, span_of(&header), before, reader);
    rows
}

/// The names of the columns; `None` where one cannot be used.
fn read_columns(header: &Record, reader: &mut Reader<'_>) -> Option<Vec<Arc<str>>> {
    let before = reader.problems.len();
    if let [only] = header.as_slice()
        && let Some(other) = [';', '\t', '|'].into_iter().find(|it| only.text.contains(*it))
    {
        let word = if other == '\t' { "tabs".to_owned() } else { format!("`{other}`") };
        reader.invalid(only.span, "cells are separated by commas", format!("has {word} instead"));
        return None;
    }
    let mut seen = BTreeSet::new();
    for field in header {
        let name = field.text.as_str();
        if name.trim().is_empty() {
            reader.invalid(field.span, "a column of the header line has no name", "is empty");
        } else if name.trim() != name {
            let message = format!("the column `{name}` starts or ends with a space");
            reader.invalid(field.span, message, "spaces count in CSV");
        } else if !seen.insert(name) {
            let message = format!("two columns have the name `{name}`");
            reader.problems.error(Code::SCENARIO_DUPLICATE_NAME, field.span, message, "the second of them");
        }
    }
    (reader.problems.len() == before).then(|| header.iter().map(|field| field.text.as_str().into()).collect())
}

fn may_have_cells(n_cells: usize, record: &Record, reader: &mut Reader<'_>) -> bool {
    let limit = reader.limits.nodes;
    if n_cells > limit {
        let message = format!("the file has more than {limit} cells, which is the limit `nodes`");
        let diagnostic =
            reader.problems.error(Code::YAML_LIMIT, span_of(record), message, "is the first line too many");
        diagnostic.help.push(format!("`--limit nodes={}` allows more", limit.saturating_mul(2)));
    }
    n_cells <= limit
}

fn report_ragged(record: &Record, columns: &[Arc<str>], source: &Source, reader: &mut Reader<'_>) {
    let span = record.get(columns.len()).map_or(span_of(record), |first| first.span);
    let line = source.position(span_of(record).start).line;
    let (cells, wanted) = (count(record.len(), "cell"), count(columns.len(), "column"));
    let message = format!("line {line} has {cells}, and the header line has {wanted}");
    match columns.get(record.len()) {
        Some(column) => reader.invalid(span, message, format!("lacks `{column}`")),
        None => {
            reader
                .problems
                .error(Code::SCENARIO_INVALID_VALUE, span, message, "is one too many")
                .help
                .push("a cell that holds a comma is quoted: `\"one, two\"`".to_owned());
        }
    }
}

fn read_row(
    index: usize,
    record: Record,
    columns: &[Arc<str>],
    source: &Arc<Source>,
    reader: &mut Reader<'_>,
) -> Row {
    let mut row = Row::new(index, span_of(&record), Some(source));
    for (column, Field { text, span }) in columns.iter().zip(record) {
        let is_empty = text.trim().is_empty();
        match &**column {
            "name" | "tags" | "skip" | "xfail" if is_empty => {}
            "name" => row.label = text,
            "tags" => text.split_whitespace().for_each(|tag| add_tag(&mut row, tag, span, reader)),
            "skip" => row.skip = Some(Skip { reason: text, when: None }),
            "xfail" => row.xfail = Some(ExpectedFailure::of_reason(text, span)),
            _ => row.values.push(Cell {
                column: Arc::clone(column),
                template: Template::literal(span, Datum::new(text)),
                node: None,
            }),
        }
    }
    row
}

fn span_of(record: &Record) -> Span {
    let spans = record.iter().map(|field| field.span);
    spans.reduce(Span::join).unwrap_or_default()
}

/// The lines of a file, one after the other.
struct Records<'s> {
    source: &'s Source,
    reader: csv_core::Reader,
    /// The offset of the first byte that is not read yet.
    at: usize,
}

impl<'s> Records<'s> {
    fn new(source: &'s Source) -> Self {
        Self { source, reader: csv_core::Reader::new(), at: 0 }
    }

    /// The next line that has cells; `None` at the end, and behind a quote that makes the rest unreadable,
    /// which is reported.
    fn next(&mut self, reader: &mut Reader<'_>) -> Option<Record> {
        let input = self.source.text().as_bytes();
        let mut record = Record::new();
        let (mut text, mut start) = (Vec::new(), self.at);
        let mut buffer = [0; 1024];
        loop {
            let (result, n_read, n_written) = self.reader.read_field(&input[self.at..], &mut buffer);
            self.at += n_read;
            text.extend_from_slice(&buffer[..n_written]);
            match result {
                // At the end of the input, the next call is told so by an empty one.
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::End => return None,
                ReadFieldResult::Field { record_end } => {
                    let span = self.span(start, record.is_empty(), record_end);
                    check_quotes(self.source, span, reader)?;
                    // The bytes are a part of a text that is cut at ASCII characters alone.
                    let text = String::from_utf8(std::mem::take(&mut text)).unwrap_or_default();
                    record.push(Field { text, span });
                    start = self.at;
                    if record_end {
                        return Some(record);
                    }
                }
            }
        }
    }

    /// Where the field stands that was read since `start`, without what ends it and without the line ends
    /// in front of a line.
    fn span(&self, start: usize, is_first: bool, is_last: bool) -> Span {
        let raw = self.source.slice(Span::new(start, self.at));
        let before = if is_first { raw.len() - raw.trim_start_matches(['\r', '\n']).len() } else { 0 };
        let rest = &raw[before..];
        let field = match is_last {
            true => rest.strip_suffix(['\n', '\r']).unwrap_or(rest),
            false => rest.strip_suffix(',').unwrap_or(rest),
        };
        Span::new(start + before, start + before + field.len())
    }
}

/// RFC 4180 §2, 5 to 7: a cell that holds a quote is quoted from end to end, and doubles it. Other readers
/// guess; what follows a quote that was forgotten would be read as one cell.
fn check_quotes(source: &Source, span: Span, reader: &mut Reader<'_>) -> Option<()> {
    let raw = source.slice(span);
    let at = |offset: usize| Span::new(span.start + offset, span.start + offset + 1);
    let (at, message, label) = match raw.strip_prefix('"') {
        None => match raw.find('"') {
            Some(offset) => {
                (at(offset), "a quote stands in a cell that is not quoted", "is not at its start")
            }
            None => return Some(()),
        },
        Some(rest) => {
            let mut quotes = rest.match_indices('"').map(|(offset, _)| offset).peekable();
            let mut end = None;
            while let Some(offset) = quotes.next() {
                if quotes.next_if(|next| *next == offset + 1).is_none() {
                    end = Some(offset);
                    break;
                }
            }
            match end {
                Some(end) if end + 1 == rest.len() => return Some(()),
                Some(end) => (at(end + 1), "something stands behind the quote that ends a cell", "ends it"),
                None => (at(0), "the quote that starts a cell is never closed", "starts it"),
            }
        }
    };
    reader
        .problems
        .error(Code::SCENARIO_INVALID_VALUE, at, message, label)
        .help
        .push("a quote within a quoted cell is written twice: `\"5\"\" tube\"`".to_owned());
    None
}

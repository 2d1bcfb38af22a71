//! Writes the lines of a file anew: the tree says which lines belong together, the lines say the rest.

use super::order::Place;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};
use std::ops::Range;

/// The columns that a nested block is indented by.
const STEP: usize = 2;

/// Something that is not moved: an anchor or a key on a line where neither is expected.
#[derive(Debug)]
pub(super) struct Unmovable;

/// A line and its indent within the block that it is written for.
struct Line {
    indent: usize,
    text: String,
}

/// What belongs to one key or one element: the blank lines and comments above it, and its own lines.
struct Chunk {
    above: Vec<Line>,
    own: Vec<Line>,
}

struct Writer<'t> {
    text: &'t str,
    lines: Vec<&'t str>,
    starts: Vec<usize>,
    is_reordering: bool,
}

/// Lays a text out, whose tree is given.
pub(super) fn write(text: &str, root: &Node, is_reordering: bool) -> Result<String, Unmovable> {
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(index, _)| index + 1)).collect();
    let writer = Writer { text, lines: text.split('\n').collect(), starts, is_reordering };
    let first = match root.as_map() {
        Some([first, ..]) if !writer.is_flow(root) => writer.line_of(first.key_span.start),
        _ => return Err(Unmovable),
    };
    if text.contains(['\t', '\r']) {
        // A tab may be an indent or content, and carriage returns stand at every end of a line.
        return Err(Unmovable);
    }
    let mut head: Vec<Line> = Vec::new();
    for line in &writer.lines[..first] {
        let line = line.trim();
        if !(line.is_empty() || line.starts_with('#') || line == "---") {
            return Err(Unmovable);
        }
        head.push(Line { indent: 0, text: line.to_owned() });
    }
    let mut lines = without_blanks(head);
    lines.extend(writer.block(root, first..writer.lines.len(), Place::File)?);
    let mut out = String::with_capacity(text.len());
    for line in &lines {
        if !line.text.trim().is_empty() {
            out.extend(std::iter::repeat_n(' ', line.indent));
            out.push_str(&line.text);
        }
        out.push('\n');
    }
    out.truncate(out.trim_end_matches('\n').len());
    let out = out.trim_start_matches('\n');
    Ok(format!("{out}\n"))
}

impl Writer<'_> {
    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// The bytes before an offset on its line: spaces, dashes and keys, all of which are counted alike.
    fn column_of(&self, offset: usize) -> usize {
        offset - self.starts[self.line_of(offset)]
    }

    /// Where a block collection starts: at its first key or dash. The tree knows an anchor before it as
    /// its start, and does not know the dash of a list that is indented no further than its key.
    fn start_of(&self, node: &Node) -> usize {
        match &node.kind {
            Kind::Map(entries) => entries.first().map_or(node.span.start, |entry| entry.key_span.start),
            Kind::List(elements) if elements.first().is_some_and(|it| it.span.start == node.span.start) => {
                let line = self.starts[self.line_of(node.span.start)];
                let before = self.text[line..node.span.start].trim_end();
                if before.ends_with('-') { line + before.len() - 1 } else { node.span.start }
            }
            _ => node.span.start,
        }
    }

    fn is_flow(&self, node: &Node) -> bool {
        // The bracket of an element is none of the list's.
        let start = if matches!(node.kind, Kind::List(_)) { self.start_of(node) } else { node.span.start };
        self.text[start..].starts_with(['{', '['])
    }

    /// Whether the value of a key is a block collection on lines of its own.
    fn is_block(&self, node: &Node, key: Span) -> bool {
        let is_collection = match &node.kind {
            Kind::List(elements) => !elements.is_empty(),
            Kind::Map(entries) => !entries.is_empty(),
            _ => false,
        };
        // An alias has the place of its anchor, which stands before it.
        is_collection
            && node.span.start > key.end
            && self.line_of(self.start_of(node)) > self.line_of(key.start)
            && !self.is_flow(node)
    }

    /// The line of the last byte of a value whose first line is known.
    fn last_line(&self, span: Span, first: usize) -> usize {
        if span.end <= span.start { first } else { self.line_of(span.end - 1).max(first) }
    }

    /// The lines of a block collection.
    fn block(&self, node: &Node, lines: Range<usize>, place: Place) -> Result<Vec<Line>, Unmovable> {
        let (mut chunks, tail) = match &node.kind {
            Kind::Map(entries) => self.map(entries, lines, place)?,
            Kind::List(elements) => self.list(node, elements, lines, place)?,
            _ => return Err(Unmovable),
        };
        let mut out = Vec::new();
        for chunk in &mut chunks {
            out.append(&mut chunk.above);
            out.append(&mut chunk.own);
        }
        out.extend(tail);
        Ok(out)
    }

    fn map(
        &self,
        entries: &[Entry],
        lines: Range<usize>,
        place: Place,
    ) -> Result<(Vec<Chunk>, Vec<Line>), Unmovable> {
        let keys: Vec<usize> = entries.iter().map(|entry| entry.key_span.start).collect();
        let ends = entries.iter().map(|entry| {
            let line = self.line_of(entry.key_span.start);
            let is_alias = entry.value.span.start < entry.key_span.end;
            if is_alias { line } else { self.last_line(entry.value.span, line) }
        });
        let ends: Vec<usize> = ends.collect();
        let column = self.column_of(keys[0]);
        for key in &keys[1..] {
            self.check_start(*key, column)?;
        }
        let parts = self.parts(&keys, &ends, column, lines)?;
        let mut chunks = Vec::new();
        for (entry, above_and_own) in entries.iter().zip(parts.0) {
            let (above, own) = above_and_own;
            chunks.push(Some(Chunk {
                above: self.above(above),
                own: self.entry(entry, column, own, place.of_key(&entry.key))?,
            }));
        }
        let order = match self.is_reordering {
            true => place.order(entries),
            false => (0..entries.len()).collect(),
        };
        let mut ordered: Vec<Chunk> = order.iter().filter_map(|index| chunks[*index].take()).collect();
        if order.first().is_some_and(|first| *first > 0) {
            ordered[0].above.retain(|line| !line.text.is_empty());
        }
        Ok((ordered, self.above(parts.1)))
    }

    fn list(
        &self,
        node: &Node,
        elements: &[Node],
        lines: Range<usize>,
        place: Place,
    ) -> Result<(Vec<Chunk>, Vec<Line>), Unmovable> {
        let column = self.column_of(self.start_of(node));
        let mut dashes = Vec::new();
        let mut ends = Vec::new();
        for element in elements {
            let line = self.line_of(element.span.start);
            let dash = self.starts[line] + column;
            let between = self.text.get(dash..element.span.start).and_then(|text| text.strip_prefix("- "));
            // An anchor, a value on the next line, nothing at all, or an alias.
            if between.is_none_or(|text| !text.trim().is_empty()) {
                return Err(Unmovable);
            }
            dashes.push(dash);
            ends.push(self.last_line(element.span, line));
        }
        for dash in &dashes[1..] {
            self.check_start(*dash, column)?;
        }
        let parts = self.parts(&dashes, &ends, column, lines)?;
        let mut chunks = Vec::new();
        for (element, (above, own)) in elements.iter().zip(parts.0) {
            chunks.push(self.element(element, column, self.above(above), own, place.of_element())?);
        }
        Ok((chunks, self.above(parts.1)))
    }

    /// A key or a dash must be the first thing on its line, at the column of the others.
    fn check_start(&self, offset: usize, column: usize) -> Result<(), Unmovable> {
        let line = self.line_of(offset);
        let before = &self.text[self.starts[line]..offset];
        let is_first = before.len() == column && before.bytes().all(|byte| byte == b' ');
        is_first.then_some(()).ok_or(Unmovable)
    }

    /// Divides the lines of a block among its parts, which start and end on known lines: for each what
    /// stands above it, and its own with the comments further in; last what is left.
    #[expect(clippy::type_complexity, reason = "two ranges for each part, and one for the rest")]
    fn parts(
        &self,
        starts: &[usize],
        ends: &[usize],
        column: usize,
        lines: Range<usize>,
    ) -> Result<(Vec<(Range<usize>, Range<usize>)>, Range<usize>), Unmovable> {
        let mut parts = Vec::new();
        let mut from = lines.start;
        for (index, (start, end)) in starts.iter().zip(ends).enumerate() {
            let first = self.line_of(*start);
            let next = starts.get(index + 1).map_or(lines.end, |next| self.line_of(*next));
            if first < from || *end >= next {
                return Err(Unmovable);
            }
            let mut until = end + 1;
            for line in end + 1..next {
                let text = self.lines[line].trim_start();
                if !(text.is_empty() || text.starts_with('#')) {
                    return Err(Unmovable);
                }
                if !text.is_empty() && self.lines[line].len() - text.len() > column {
                    until = line + 1;
                }
            }
            parts.push((from..first, first..until));
            from = until;
        }
        Ok((parts, from..lines.end))
    }

    /// Blank lines, of which one is kept, and comments.
    fn above(&self, lines: Range<usize>) -> Vec<Line> {
        let lines = self.lines[lines].iter().map(|line| Line { indent: 0, text: line.trim().to_owned() });
        without_blanks(lines.collect())
    }

    /// A key with its value; `lines` starts with the line of the key.
    fn entry(
        &self,
        entry: &Entry,
        column: usize,
        lines: Range<usize>,
        place: Place,
    ) -> Result<Vec<Line>, Unmovable> {
        let (key, value) = (entry.key_span, &entry.value);
        let first = lines.start;
        let line = &self.lines[first][column..];
        if self.is_block(value, key) {
            let mut out = vec![Line { indent: 0, text: line.trim_end().to_owned() }];
            out.extend(nested(self.block(value, first + 1..lines.end, place)?));
            return Ok(out);
        }
        let gap = self.text.get(key.end..value.span.start).and_then(|text| text.strip_prefix(':'));
        let is_gap = gap.is_some_and(|gap| gap.len() > 1 && gap.bytes().all(|byte| byte == b' '));
        let head = match is_gap && value.span.end > value.span.start {
            true => {
                let written = &self.text[key.start..key.end];
                let rest = &self.lines[first][self.column_of(value.span.start)..];
                format!("{written}: {rest}")
            }
            false => line.to_owned(),
        };
        Ok(self.kept(head, value, column, lines))
    }

    /// An element of a list; `lines` starts with the line of its dash.
    fn element(
        &self,
        element: &Node,
        column: usize,
        mut above: Vec<Line>,
        lines: Range<usize>,
        place: Place,
    ) -> Result<Chunk, Unmovable> {
        let is_collection = matches!(element.kind, Kind::List(_) | Kind::Map(_));
        if is_collection && !self.is_flow(element) {
            let (mut chunks, tail) = match &element.kind {
                Kind::Map(entries) => self.map(entries, lines, place)?,
                Kind::List(elements) => self.list(element, elements, lines, place)?,
                _ => return Err(Unmovable),
            };
            let Some(first) = chunks.first_mut() else { return Err(Unmovable) };
            // What stands above the first key goes above the dash.
            above.append(&mut first.above);
            let mut own: Vec<Line> = Vec::new();
            for chunk in chunks {
                own.extend(chunk.above);
                own.extend(chunk.own);
            }
            own.extend(tail);
            let mut own: Vec<Line> = nested(own).collect();
            if let Some(first) = own.first_mut() {
                *first = Line { indent: 0, text: format!("- {}", first.text) };
            }
            return Ok(Chunk { above, own });
        }
        let head = format!("- {}", &self.lines[lines.start][self.column_of(element.span.start)..]);
        Ok(Chunk { above, own: self.kept(head, element, column, lines) })
    }

    /// Lines that move as one; blanks at their ends are content in some scalars.
    fn kept(&self, head: String, value: &Node, column: usize, lines: Range<usize>) -> Vec<Line> {
        let is_text = matches!(value.kind, Kind::String(_));
        let end = match value.span.start < self.starts[lines.start] {
            // An alias has the place of its anchor, and is one word.
            true => lines.start + 1,
            false => self.last_line(value.span, lines.start) + 1,
        };
        let is_long = end > lines.start + 1;
        let trim = |text: &str| if is_text && is_long { text } else { text.trim_end() }.to_owned();
        let mut out = vec![Line { indent: 0, text: trim(&head) }];
        for line in &self.lines[lines.start + 1..end] {
            let indent = line.len() - line.trim_start_matches(' ').len();
            out.push(Line { indent: 0, text: trim(&line[indent.min(column)..]) });
        }
        // No further in than the key: within a scalar a comment would be text.
        out.extend(self.above(end..lines.end));
        out
    }
}

fn nested(lines: Vec<Line>) -> impl Iterator<Item = Line> {
    lines.into_iter().map(|line| Line { indent: line.indent + STEP, text: line.text })
}

/// Of several blank lines one.
fn without_blanks(mut lines: Vec<Line>) -> Vec<Line> {
    lines.dedup_by(|next, line| next.text.is_empty() && line.text.is_empty());
    lines
}

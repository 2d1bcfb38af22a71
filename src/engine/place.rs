use crate::check::{Fact, ResponsePart, ScenarioPlace, Unlike};
use crate::diagnostic::{Difference, Finding, Place};
use crate::exchange::Exchange;
use crate::json::{Located, Part, Pointer};
use crate::openapi::{ContentKind, Document, content_kind};
use crate::scenario::Row;
use crate::secret::Masker;
use crate::source::{Location, Source, Span};
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

/// A body with a longer line than this is shown indented: the place of a value in one line of
/// thousands of characters helps nobody.
const MAX_LINE: usize = 120;

/// An array or object of more bytes than this is marked by its key alone.
const MAX_MARKED: usize = 40;

/// Turns the pointers of facts into places, once, when a step has something to say. What is excerpted
/// is masked here; the words are, when the case is done.
pub(super) struct Places<'p> {
    /// The file in which the step stands.
    pub(super) scenario: &'p Arc<Source>,
    /// The row of the case.
    pub(super) row: Option<&'p Row>,
    /// Where a fact that names no line of the scenario belongs: the step's call.
    pub(super) call: Span,
    /// The words under it.
    pub(super) call_label: String,
    /// The document that judges; a pause has none, and nor has a URL outside of every document.
    pub(super) document: Option<&'p Document>,
    /// The schema files of the plan, as one document.
    pub(super) schemas: Option<&'p Document>,
    pub(super) exchange: Option<&'p Exchange>,
    pub(super) masker: &'p Masker,
    pub(super) head: OnceCell<Arc<Source>>,
    pub(super) body: OnceCell<ShownBody>,
}

/// A body as it is shown: masked, and indented where that helps.
pub(super) struct ShownBody {
    source: Arc<Source>,
    is_as_received: bool,
}

impl Places<'_> {
    /// The finding of a fact.
    pub(super) fn finding(&self, fact: Fact) -> Finding {
        let place = fact.scenario.unwrap_or_else(|| ScenarioPlace::new(self.call, self.call_label.as_str()));
        let differences = fact.differences.into_iter().map(|it| self.difference(it)).collect();
        let (scenario, of_row) = self.scenario_place(place);
        let document = fact.document.and_then(|place| {
            let document = if place.is_of_file { self.schemas? } else { self.document? };
            let key = document.key_place_of(&place.pointer);
            let value = document.place_of(&place.pointer);
            let at = if place.is_key { key.or(value) } else { value.or(key) }?;
            let span = first_line(&at.source, at.span);
            Some(Place { source: at.source, span, label: place.label, at: None })
        });
        let response = fact.response.and_then(|place| self.response_place(&place.at, place.label));
        Finding {
            code: fact.code,
            severity: fact.severity,
            headline: fact.headline,
            expected: fact.expected,
            actual: fact.actual,
            scenario: Some(scenario),
            document,
            response,
            notes: fact.notes.into_iter().chain(of_row).collect(),
            help: fact.help,
            differences,
            known: None,
        }
    }

    fn difference(&self, unlike: Unlike) -> Difference {
        let (place, of_row) = self.scenario_place(unlike.expectation);
        let is_elsewhere = !Arc::ptr_eq(&place.source, self.scenario);
        Difference {
            path: unlike.path,
            line: place.source.position(place.span.start).line,
            file: is_elsewhere.then(|| place.source.name().to_owned()),
            changes: unlike.changes,
            notes: unlike.notes.into_iter().chain(of_row).collect(),
        }
    }

    /// A place of the scenario; what a row of another file says is shown there, with the words for the
    /// line of the scenario that takes it.
    fn scenario_place(&self, place: ScenarioPlace) -> (Place, Option<String>) {
        let own =
            |span: Span, label: String| Place { source: Arc::clone(self.scenario), span, label, at: None };
        let Some((row, source)) = self.row.and_then(|row| Some((row, row.source.as_ref()?))) else {
            return (own(place.span, place.label), None);
        };
        // What a row says, or a value that is nothing but a column of it.
        let written = place.of_row.unwrap_or(place.span);
        let text = self.scenario.slice(written).trim_matches(['"', '\'']);
        let cell =
            text.strip_prefix("$row.").and_then(|name| row.values.iter().find(|it| &*it.column == name));
        let span = match (place.of_row, cell) {
            (Some(_), _) => place.span,
            (None, Some(cell)) => cell.template.span,
            (None, None) => return (own(place.span, place.label), None),
        };
        let taken = format!("`{text}` at {} takes it", Location::new(self.scenario, written));
        let span = first_line(source, span);
        (Place { source: Arc::clone(source), span, label: place.label, at: None }, Some(taken))
    }

    fn response_place(&self, part: &ResponsePart, label: String) -> Option<Place> {
        let exchange = self.exchange?;
        match part {
            // The whole answer: its status line as the name, and what it says below. Nothing is marked.
            ResponsePart::StatusLine => {
                let name = format!("response: {}", self.masker.mask(&summary_line(exchange)));
                let source = Source::new(name, self.body(exchange).source.text());
                Some(Place { source, span: Span::default(), label: String::new(), at: None })
            }
            ResponsePart::Header(name) => {
                let source = self.head(exchange);
                let line =
                    exchange.response.headers.iter().position(|(each, _)| each.eq_ignore_ascii_case(name));
                let span = source.line(line.map_or(1, |line| line + 2));
                Some(Place { source, span, label, at: None })
            }
            ResponsePart::Body(pointer) => {
                let body = self.body(exchange);
                let (span, at) = locate(&body.source, pointer);
                let at = (!pointer.is_root()).then(|| at.to_string());
                Some(Place {
                    span: first_line(&body.source, span),
                    source: Arc::clone(&body.source),
                    label,
                    at,
                })
            }
            ResponsePart::BodyOffset(offset) => {
                let body = self.body(exchange);
                let offset = if body.is_as_received { *offset } else { 0 };
                Some(Place {
                    span: character(&body.source, offset),
                    source: Arc::clone(&body.source),
                    label,
                    at: None,
                })
            }
            ResponsePart::BodySpan(range, words) => {
                let body = self.body(exchange);
                Some(Place {
                    span: stretch(body, exchange, range),
                    source: Arc::clone(&body.source),
                    label,
                    at: Some(words.clone()).filter(|words| !words.is_empty()),
                })
            }
            ResponsePart::BodyWhole => {
                let body = self.body(exchange);
                Some(Place { span: body.source.line(1), source: Arc::clone(&body.source), label, at: None })
            }
        }
    }

    /// The status line and the header lines, as HTTP/1.1 writes them.
    fn head(&self, exchange: &Exchange) -> Arc<Source> {
        let make = || {
            let response = &exchange.response;
            let mut text =
                format!("{} {} {}", response.version, response.status, response.reason).trim_end().to_owned();
            for (name, value) in response.headers.iter() {
                text.push_str(&format!("\n{name}: {value}"));
            }
            Source::new("response", self.masker.mask(&text))
        };
        Arc::clone(self.head.get_or_init(make))
    }

    fn body(&self, exchange: &Exchange) -> &ShownBody {
        self.body.get_or_init(|| {
            let received = exchange.response.body.text_lossy();
            let masked = self.masker.mask(&received);
            let has_long_line = masked.lines().any(|line| line.chars().nth(MAX_LINE).is_some());
            // What is no text has its faults at bytes, which indenting would move.
            let is_json =
                exchange.response.content_type().is_none_or(|it| content_kind(it) == ContentKind::Json);
            let is_text = is_json && exchange.response.body.text().is_ok();
            let indented =
                if has_long_line && is_text { Located::parse(&masked).map(|it| it.indented()) } else { None };
            let is_as_received = indented.is_none() && masked == received;
            let name = if indented.is_some() { "response body (indented)" } else { "response body" };
            ShownBody { source: Source::new(name, indented.unwrap_or(masked)), is_as_received }
        })
    }
}

/// `HTTP/1.1 409 Conflict, application/json, 84 bytes`.
fn summary_line(exchange: &Exchange) -> String {
    let response = &exchange.response;
    let status = format!("{} {} {}", response.version, response.status, response.reason);
    let media_type = response.content_type().unwrap_or("no content type");
    match response.body.bytes().len() {
        0 => format!("{}, no body", status.trim_end()),
        1 => format!("{}, {media_type}, 1 byte", status.trim_end()),
        length => format!("{}, {media_type}, {length} bytes", status.trim_end()),
    }
}

/// The place of a pointer, or of its nearest ancestor that exists.
fn locate(source: &Source, pointer: &Pointer) -> (Span, Pointer) {
    let Some(located) = Located::parse(source.text()) else {
        return (source.line(1), pointer.clone());
    };
    let mut at = pointer.clone();
    loop {
        if let Some(node) = located.node(&at) {
            // A large value is named by its key, where it has one.
            let is_large = matches!(node.part, Part::Array(_) | Part::Object(_))
                && (node.span.end - node.span.start > MAX_MARKED || source.slice(node.span).contains('\n'));
            let name = if is_large { located.name_span(&at) } else { None };
            return (name.unwrap_or(node.span), pointer.clone());
        }
        at = at.parent();
    }
}

/// A span that goes over many lines is cut to its first.
pub(super) fn first_line(source: &Source, span: Span) -> Span {
    let length = source.slice(span).find(['\n', '\r']).unwrap_or(span.end.saturating_sub(span.start));
    Span::new(span.start, span.start + length)
}

/// A stretch of the received body in the body as it is shown: its first line; where masking moved
/// what stands there, the line alone.
fn stretch(shown: &ShownBody, exchange: &Exchange, range: &Range<usize>) -> Span {
    let body = &exchange.response.body;
    // Offsets are those of the text, or of the bytes where they are no text.
    let (start, end, line) = match body.text() {
        Ok(text) => {
            let before = text.get(..range.start.min(text.len())).unwrap_or(text);
            (range.start, range.end, before.matches('\n').count())
        }
        Err(_) => {
            let length = |end: usize| {
                String::from_utf8_lossy(&body.bytes()[..end.min(body.bytes().len())]).into_owned()
            };
            let before = length(range.start);
            (before.len(), length(range.end).len(), before.matches('\n').count())
        }
    };
    if !shown.is_as_received {
        return shown.source.line(line + 1);
    }
    if start == end {
        return character(&shown.source, start);
    }
    let floor = |mut at: usize| {
        at = at.min(shown.source.text().len());
        while !shown.source.text().is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    first_line(&shown.source, Span::new(floor(start), floor(end)))
}

/// The character at an offset, or nothing at the end.
fn character(source: &Source, offset: usize) -> Span {
    let text = source.text();
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let length = text[start..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    Span::new(start, start + length)
}

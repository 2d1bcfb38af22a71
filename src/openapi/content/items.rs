//! Sequences of items: JSON lines, JSON text sequences, server-sent events.

use super::kind::ContentKind;
use super::{BrokenContent, ContentPlace, InnerValue, Reading, Unread};
use crate::json::{Map, Pointer, Value, parse};
use crate::limits::Limits;
use crate::openapi::declared::Declared;
use crate::openapi::{MediaType, is_json};
use std::ops::Range;

/// Reads a sequence into an array; at most `limits.items` items, which is said.
///
/// An item of a JSON sequence is a JSON value. A server-sent event is an object of `event`, `data`, `id`
/// and `retry`, as far as it has them, where the schema of an item knows one of these or there is none;
/// otherwise it is the JSON in its data, as documents before OpenAPI 3.2 describe it. Where an event's `data` has a
/// `contentSchema`, the JSON in it is a value of its own.
///
/// Source: OpenAPI 3.2.0, "Sequential Media Types" and "Special Considerations for
/// `text/event-stream` Content"; RFC 7464; the WHATWG HTML standard, "Parsing an event stream".
pub(super) fn read(
    media_type: &MediaType<'_>,
    kind: ContentKind,
    text: &str,
    limits: &Limits,
    mut reading: Reading,
) -> Result<Reading, Unread> {
    let document = media_type.document();
    let whole = Declared::of(document, media_type.schema());
    let item = match media_type.item_schema() {
        Some(item) => Declared::of(document, Some(item)),
        None if whole.is_array() || media_type.schema().is_none() => whole.items(),
        None => {
            return Err(Unread::NotChecked(format!(
                "the schema of `{}` describes one value, and the body is a sequence of items; `itemSchema`, \
                 or a schema of an array, describes each",
                media_type.range()
            )));
        }
    };
    let mut values = Vec::new();
    match kind {
        ContentKind::EventStream => {
            for event in events(text) {
                if is_enough(&values, limits, &mut reading) {
                    break;
                }
                values.push(event.read(&item, values.len(), &mut reading)?);
            }
        }
        _ => {
            let delimiter = if kind == ContentKind::JsonLines { '\n' } else { '\u{1e}' };
            for range in pieces(text, delimiter) {
                if is_enough(&values, limits, &mut reading) {
                    break;
                }
                let number = values.len() + 1;
                let value = json(&text[range.clone()], range.start, &format!("item {number}"))?;
                let at = Pointer::of([values.len().to_string()]);
                reading.mark(&at, range, || format!("item {number}"), true);
                values.push(value);
            }
        }
    }
    reading.value = Value::Array(values);
    Ok(reading)
}

fn is_enough(values: &[Value], limits: &Limits, reading: &mut Reading) -> bool {
    let is_enough = values.len() >= limits.items;
    if is_enough && reading.left.is_empty() {
        reading.left.push(format!(
            "only the first {} items are read, which is the limit `items`; `--limit items={}` reads more",
            limits.items,
            limits.items.saturating_mul(2)
        ));
    }
    is_enough
}

/// The pieces between delimiters that hold more than space, without the space around them.
fn pieces(text: &str, delimiter: char) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split(delimiter).filter_map(move |piece| {
        let at = start;
        start += piece.len() + delimiter.len_utf8();
        let is_space = |c: char| c.is_ascii_whitespace() || c == '\u{feff}';
        let inner = piece.trim_matches(is_space);
        let lead = piece.len() - piece.trim_start_matches(is_space).len();
        (!inner.is_empty()).then(|| at + lead..at + lead + inner.len())
    })
}

fn json(text: &str, start: usize, words: &str) -> Result<Value, Unread> {
    parse(text).map(|parsed| parsed.value).map_err(|error| {
        if let Some(limit) = error.limit {
            return Unread::NotChecked(format!("{words} {}", limit.words()));
        }
        let offset = start + error.offset;
        Unread::Broken(BrokenContent {
            headline: format!("{words} is not JSON: {}", error.reason),
            expected: "a JSON value".to_owned(),
            place: ContentPlace { range: offset..offset, words: words.to_owned() },
            label: if error.offset == 0 {
                "is no JSON".to_owned()
            } else {
                "stops being JSON here".to_owned()
            },
        })
    })
}

/// One server-sent event as its lines say it.
#[derive(Default)]
struct Event {
    range: Range<usize>,
    name: Option<String>,
    data: Option<String>,
    /// Where the data stands, when one line holds it all.
    data_at: Option<Range<usize>>,
    id: Option<String>,
    retry: Option<u64>,
}

/// The events of a stream. One that no empty line ends was cut off, and is none.
fn events(text: &str) -> Vec<Event> {
    let mut events = Vec::new();
    let mut event = Event::default();
    let mut is_open = false;
    for (start, line) in lines(text) {
        if line.is_empty() {
            if is_open && event.data.is_some() {
                events.push(std::mem::take(&mut event));
            }
            event = Event::default();
            is_open = false;
            continue;
        }
        if line.starts_with(':') {
            continue;
        }
        if !is_open {
            event.range = start..start;
            is_open = true;
        }
        event.range.end = start + line.len();
        event.line(start, line);
    }
    events
}

/// Lines with their offsets; CR LF, LF and CR end one.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    while let Some(length) = text[start..].find(['\r', '\n']) {
        lines.push((start, &text[start..start + length]));
        let end = start + length;
        start = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
    }
    lines
}

impl Event {
    fn line(&mut self, start: usize, line: &str) {
        let (field, rest) = line.split_once(':').unwrap_or((line, ""));
        let value = rest.strip_prefix(' ').unwrap_or(rest);
        match field {
            "event" => self.name = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                    self.data_at = None;
                }
                None => {
                    self.data = Some(value.to_owned());
                    self.data_at = Some(start + line.len() - value.len()..start + line.len());
                }
            },
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" => self.retry = value.parse().ok().or(self.retry),
            _ => {}
        }
    }

    fn read(self, item: &Declared<'_>, index: usize, reading: &mut Reading) -> Result<Value, Unread> {
        let words = format!("item {}", index + 1);
        let at = Pointer::of([index.to_string()]);
        let data_place = self.data_at.clone().unwrap_or(self.range.clone());
        let is_one_line = self.data_at.is_some();
        let data = self.data.unwrap_or_default();
        let names = item.names();
        let is_described = !item.schemas().is_empty();
        if is_described && !["event", "data", "id", "retry"].iter().any(|name| names.contains(name)) {
            let can_be_text = item.is_scalar();
            let value = match parse(&data) {
                Ok(parsed) => parsed.value,
                Err(_) if can_be_text => Value::from(data),
                Err(_) => json(&data, data_place.start, &format!("the data of {words}"))?,
            };
            reading.mark(&at, data_place, || words, is_one_line && !value.is_string());
            return Ok(value);
        }
        reading.mark(&at, self.range, || words.clone(), false);
        let mut members = Map::new();
        members.extend(self.name.map(|name| ("event".to_owned(), Value::from(name))));
        let schemas = content_schemas(item, members.get("event"));
        if !schemas.is_empty() {
            let whole = format!("the data of {words}");
            let value = json(&data, data_place.start, &whole)?;
            let place = ContentPlace { range: data_place.clone(), words: whole.clone() };
            let at = at.child("data");
            reading.inner.push(InnerValue { at, whole, schemas, value, place, is_header: false });
        }
        reading.mark(&at.child("data"), data_place, || format!("the data of {words}"), false);
        members.insert("data".to_owned(), Value::from(data));
        members.extend(self.id.map(|id| ("id".to_owned(), Value::from(id))));
        members.extend(self.retry.map(|retry| ("retry".to_owned(), Value::from(retry))));
        Ok(Value::Object(members))
    }
}

/// The schemas of the JSON in an event's data: those of the forms that the event's name fits.
fn content_schemas(item: &Declared<'_>, name: Option<&Value>) -> Vec<Pointer> {
    let mut found = Vec::new();
    for (pointer, schema) in item.schemas() {
        let Some(properties) = schema.get("properties") else { continue };
        let data = Declared::of(item.document(), Some(pointer.child("properties").child("data")));
        let contents: Vec<Pointer> = data
            .schemas()
            .iter()
            .filter(|(_, data)| {
                data.get("contentMediaType").and_then(Value::as_str).is_none_or(is_json)
                    && data.get("contentSchema").is_some()
            })
            .map(|(pointer, _)| pointer.child("contentSchema"))
            .collect();
        let event = properties.get("event");
        let named = |keyword: &str| event.and_then(|event| event.get(keyword));
        let fits = match (named("const"), named("enum").and_then(Value::as_array)) {
            (Some(wanted), _) => name == Some(wanted),
            (None, Some(several)) => name.is_some_and(|name| several.contains(name)),
            (None, None) => true,
        };
        if fits {
            found.extend(contents);
        }
    }
    found
}

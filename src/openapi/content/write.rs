//! The other direction: from a value to the bytes of a media type.

use super::kind::{ContentKind, content_kind, header_parameter};
use crate::json::{Datum, Pointer, Value};
use crate::openapi::form::stated_style;
use crate::openapi::{EncodeError, Encoded, MediaType, encode_form};
use percent_encoding::percent_decode_str;

/// Content as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The value of `Content-Type`, with the boundary of parts.
    pub content_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// One part of multipart content before it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingPart {
    /// Its name; without one it has no `Content-Disposition`.
    pub name: Option<String>,
    /// The name of its file.
    pub file_name: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
    /// Further header lines: names, and values without line ends.
    pub headers: Vec<(String, String)>,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why a value cannot be written as content of a media type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A stated style has no text for it.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The media type has no notation for arrays and objects that the document could describe.
    #[error("{what} has no notation as `{content_type}`, which is sent as a text")]
    NoNotation {
        /// `an array` or `an object`.
        what: &'static str,
        /// The media type.
        content_type: String,
    },
    /// Fields and named parts need names.
    #[error("`{content_type}` is made of names and values, and {what} has none")]
    NoNames {
        /// `an array`, `a text`.
        what: &'static str,
        /// The media type.
        content_type: String,
    },
}

impl WriteError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Encode(error) => error.help().to_owned(),
            Self::NoNotation { .. } => "write the content out as a text, or name a file".to_owned(),
            Self::NoNames { .. } => "give a map from names to values".to_owned(),
        }
    }
}

/// Writes a value as content: JSON, a form, parts by the names of an object, JSON lines, events of JSON
/// data; of any other media type as its text.
///
/// `boundary` is what parts are put between, where `content_type` names none; characters are added to it
/// until no part holds it. The same input gives the same bytes.
///
/// # Errors
/// [`WriteError`] when the value has no notation in the media type.
///
/// Source: as of [`read_content`](super::read_content).
pub fn write_content(
    media_type: Option<&MediaType<'_>>,
    content_type: &str,
    value: &Datum,
    boundary: &str,
) -> Result<Written, WriteError> {
    let written =
        |bytes: String| Ok(Written { content_type: content_type.to_owned(), bytes: bytes.into_bytes() });
    let no_names =
        || WriteError::NoNames { what: what(value.value()), content_type: content_type.to_owned() };
    let kind = content_kind(content_type);
    match kind {
        ContentKind::Json => written(value.to_json()),
        // What is written out already is sent as it is.
        _ if value.value().is_string() && kind != ContentKind::Multipart => written(value.to_text()),
        ContentKind::Form => match value.value().is_object() {
            true => written(encode_form(media_type, value)?),
            false => Err(no_names()),
        },
        ContentKind::Multipart => {
            let parts = match value.value() {
                Value::Object(members) => {
                    let mut parts = Vec::new();
                    for name in members.keys() {
                        let member = value.at(&Pointer::of([name.as_str()])).unwrap_or_default();
                        parts.extend(parts_of(media_type, name, &member)?);
                    }
                    parts
                }
                Value::Array(_) => {
                    let element = |element: Datum| OutgoingPart { name: None, ..plain_part(&element, None) };
                    elements(value).map(element).collect()
                }
                _ => return Err(no_names()),
            };
            Ok(write_parts(content_type, &parts, boundary))
        }
        ContentKind::JsonLines | ContentKind::JsonSequence | ContentKind::EventStream => {
            let items: Vec<Datum> = match value.value() {
                Value::Array(_) => elements(value).collect(),
                _ => vec![value.clone()],
            };
            let line = |item: &Datum| match kind {
                ContentKind::JsonLines => format!("{}\n", item.to_json()),
                ContentKind::JsonSequence => format!("\u{1e}{}\n", item.to_json()),
                _ => event(item),
            };
            written(items.iter().map(line).collect())
        }
        ContentKind::Xml | ContentKind::Binary if value.value().is_object() || value.value().is_array() => {
            Err(WriteError::NoNotation { what: what(value.value()), content_type: content_type.to_owned() })
        }
        ContentKind::Xml | ContentKind::Binary | ContentKind::Text => written(value.to_text()),
    }
}

/// The parts of one property: one for each element of an array, JSON for objects and where `contentType`
/// says so, none for null.
///
/// # Errors
/// [`EncodeError`] when a stated style has no text for the value.
///
/// Source: OpenAPI 3.1.1, "Encoding Object".
pub fn parts_of(
    media_type: Option<&MediaType<'_>>,
    name: &str,
    value: &Datum,
) -> Result<Vec<OutgoingPart>, EncodeError> {
    let named = |part: OutgoingPart| OutgoingPart { name: Some(name.to_owned()), ..part };
    if let Some(style) = media_type.and_then(|media_type| stated_style(media_type, name)) {
        // Parts are not percent-encoded; the codec of queries is, and is undone.
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let Encoded::Query(pairs) = style.encode(value)? else { return Ok(Vec::new()) };
        let part = |(name, text): &(String, String)| OutgoingPart {
            name: Some(decoded(name)),
            bytes: decoded(text).into_bytes(),
            ..OutgoingPart::default()
        };
        return Ok(pairs.iter().map(part).collect());
    }
    let documented = media_type.and_then(|media_type| documented_type(media_type, name));
    let is_json = documented.as_deref().is_some_and(|it| content_kind(it) == ContentKind::Json);
    Ok(match value.value() {
        Value::Null => Vec::new(),
        Value::Array(_) if !is_json => {
            let given = elements(value).filter(|element| !element.value().is_null());
            given.map(|element| named(plain_part(&element, documented.clone()))).collect()
        }
        _ => vec![named(plain_part(value, documented))],
    })
}

/// The one media type that the document gives a part; several or a range leave it open.
pub fn documented_type(media_type: &MediaType<'_>, name: &str) -> Option<String> {
    let encoding = media_type.encoding(name)?;
    encoding.text("contentType").filter(|stated| !stated.contains([',', '*'])).map(str::to_owned)
}

fn plain_part(value: &Datum, content_type: Option<String>) -> OutgoingPart {
    let is_composed = value.value().is_object() || value.value().is_array();
    let content_type = content_type.or_else(|| is_composed.then(|| "application/json".to_owned()));
    let is_json = content_type.as_deref().is_some_and(|it| content_kind(it) == ContentKind::Json);
    let text = if is_json { value.to_json() } else { value.to_text() };
    OutgoingPart { content_type, bytes: text.into_bytes(), ..OutgoingPart::default() }
}

/// Puts parts between boundaries, with CR LF.
///
/// Source: RFC 2046 §5.1.1; RFC 7578 §4.2; names and file names as the WHATWG HTML standard escapes
/// them, "Multipart form data".
pub fn write_parts(content_type: &str, parts: &[OutgoingPart], boundary: &str) -> Written {
    let stated = header_parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty());
    let is_stated = stated.is_some();
    let mut boundary = stated.unwrap_or_else(|| boundary.to_owned());
    let holds = |boundary: &str| {
        parts.iter().any(|part| memchr::memmem::find(&part.bytes, boundary.as_bytes()).is_some())
    };
    while !is_stated && holds(&boundary) {
        boundary.push('x');
    }
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        if let Some(name) = &part.name {
            let file = part.file_name.as_ref().map(|file| format!("; filename=\"{}\"", escaped(file)));
            let line = format!(
                "Content-Disposition: form-data; name=\"{}\"{}\r\n",
                escaped(name),
                file.unwrap_or_default()
            );
            bytes.extend_from_slice(line.as_bytes());
        }
        if let Some(content_type) = &part.content_type {
            bytes.extend_from_slice(format!("Content-Type: {content_type}\r\n").as_bytes());
        }
        for (name, value) in &part.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&part.bytes);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let content_type = match is_stated {
        true => content_type.to_owned(),
        false => format!("{content_type}; boundary={boundary}"),
    };
    Written { content_type, bytes }
}

fn escaped(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

fn elements(value: &Datum) -> impl Iterator<Item = Datum> + '_ {
    let length = value.value().as_array().map_or(0, Vec::len);
    (0..length).map(|index| value.at(&Pointer::of([index.to_string()])).unwrap_or_default())
}

/// An object of `event`, `data`, `id`, `retry` and nothing else is an event; anything else is the JSON in
/// an event's data.
fn event(item: &Datum) -> String {
    const FIELDS: &[&str] = &["event", "data", "id", "retry"];
    let members = item.value().as_object().filter(|members| {
        members.contains_key("data") && members.keys().all(|name| FIELDS.contains(&name.as_str()))
    });
    let mut text = String::new();
    match members {
        Some(members) => {
            for name in members.keys() {
                let value = item.at(&Pointer::of([name.as_str()])).unwrap_or_default().to_text();
                for line in value.split('\n') {
                    text.push_str(&format!("{name}: {line}\n"));
                }
            }
        }
        None => text.push_str(&format!("data: {}\n", item.to_json())),
    }
    text.push('\n');
    text
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

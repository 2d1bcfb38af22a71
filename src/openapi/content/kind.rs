use crate::openapi::is_json;
use crate::openapi::media_range::essence;

/// What content of a media type is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentKind {
    /// One JSON value.
    Json,
    /// `a=1&b=2`.
    Form,
    /// Parts between boundaries.
    Multipart,
    /// One XML document.
    Xml,
    /// JSON values, one a line.
    JsonLines,
    /// JSON values behind record separators (RFC 7464).
    JsonSequence,
    /// Server-sent events.
    EventStream,
    /// Any other text.
    Text,
    /// Bytes.
    Binary,
}

impl ContentKind {
    /// Whether it is items one after the other.
    pub fn is_sequence(self) -> bool {
        matches!(self, Self::JsonLines | Self::JsonSequence | Self::EventStream)
    }
}

/// Names of JSON lines; none of them is registered, all of them are met.
const JSON_LINES: &[&str] = &[
    "application/jsonl",
    "application/jsonlines",
    "application/json-lines",
    "application/ndjson",
    "application/x-jsonl",
    "application/x-jsonlines",
    "application/x-json-lines",
    "application/x-ndjson",
    // Its suffix promises one JSON value; those who send it send lines.
    "application/stream+json",
];

/// The kind of content that a media type stands for, whatever its case and parameters; text that is
/// no `text/*` is known by its `charset`.
///
/// Source: RFC 6839 §3 (suffixes), RFC 7464, RFC 8091, RFC 2046 §5.1; OpenAPI 3.2.0, "Sequential
/// Media Types"; the WHATWG HTML standard, "Server-sent events".
pub fn content_kind(media_type: &str) -> ContentKind {
    let essence = essence(media_type);
    let Some((main, subtype)) = essence.split_once('/') else { return ContentKind::Binary };
    match (main, subtype) {
        _ if JSON_LINES.contains(&essence.as_str()) => ContentKind::JsonLines,
        ("application", "json-seq") => ContentKind::JsonSequence,
        (_, subtype) if subtype.ends_with("+json-seq") => ContentKind::JsonSequence,
        _ if is_json(media_type) => ContentKind::Json,
        ("application", "x-www-form-urlencoded") => ContentKind::Form,
        ("multipart", _) => ContentKind::Multipart,
        ("text", "event-stream") => ContentKind::EventStream,
        ("application" | "text", "xml") => ContentKind::Xml,
        (_, subtype) if subtype.ends_with("+xml") => ContentKind::Xml,
        ("text", _) => ContentKind::Text,
        _ if header_parameter(media_type, "charset").is_some() => ContentKind::Text,
        _ => ContentKind::Binary,
    }
}

/// A parameter of a media type or of `Content-Disposition`, by its name without case; quotes and the
/// backslashes within them are taken off.
///
/// Source: RFC 9110 §5.6.6.
pub fn header_parameter(text: &str, name: &str) -> Option<String> {
    let mut pieces: Vec<String> = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in text.chars() {
        if character == ';' && !is_quoted {
            pieces.push(String::new());
            continue;
        }
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => {
                is_escaped = true;
                continue;
            }
            '"' => {
                is_quoted = !is_quoted;
                continue;
            }
            _ => {}
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    pieces.iter().skip(1).find_map(|piece| {
        let (each, value) = piece.split_once('=')?;
        each.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_known_by_name_suffix_or_charset() {
        for (media_type, expected) in [
            ("application/json", ContentKind::Json),
            ("Application/Problem+JSON; charset=utf-8", ContentKind::Json),
            ("application/x-www-form-urlencoded;charset=UTF-8", ContentKind::Form),
            ("multipart/form-data; boundary=x", ContentKind::Multipart),
            ("Multipart/Mixed", ContentKind::Multipart),
            ("application/xml", ContentKind::Xml),
            ("text/xml", ContentKind::Xml),
            ("image/svg+xml", ContentKind::Xml),
            ("application/x-ndjson", ContentKind::JsonLines),
            ("application/jsonl", ContentKind::JsonLines),
            ("application/stream+json", ContentKind::JsonLines),
            ("application/json-seq", ContentKind::JsonSequence),
            ("application/geo+json-seq", ContentKind::JsonSequence),
            ("text/event-stream", ContentKind::EventStream),
            ("text/csv", ContentKind::Text),
            ("application/sql; charset=utf-8", ContentKind::Text),
            ("application/octet-stream", ContentKind::Binary),
            ("image/png", ContentKind::Binary),
            ("", ContentKind::Binary),
            ("xml", ContentKind::Binary),
        ] {
            assert_eq!(content_kind(media_type), expected, "{media_type}");
        }
    }

    #[test]
    fn parameters_may_be_quoted() {
        for (text, name, expected) in [
            ("multipart/mixed; boundary=abc", "boundary", Some("abc")),
            ("multipart/mixed;Boundary=\"a;b\\\"c\" ; x=1", "boundary", Some("a;b\"c")),
            ("form-data; filename=\"name=x\"; name=\"a b\"", "name", Some("a b")),
            ("form-data; name=\"\"", "name", Some("")),
            ("name=x", "name", None),
            ("form-data; names=x", "name", None),
            ("form-data; name", "name", None),
            ("form-data; name=\"open", "name", Some("open")),
        ] {
            assert_eq!(header_parameter(text, name).as_deref(), expected, "{text}");
        }
    }
}

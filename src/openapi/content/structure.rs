use super::kind::{ContentKind, content_kind};
use super::{Reading, read};
use crate::diagnostic::Problems;
use crate::json::Pointer;
use crate::limits::Limits;
use crate::openapi::{Document, MediaType};
use crate::source::Source;
use std::sync::{Arc, OnceLock};

/// What content reads as that is no JSON and yet made of parts, for those who look for something in it:
/// of a form and of named parts an object, of JSON lines, a JSON sequence and events an array, of XML an
/// object of the children of its root. `None` for other kinds, and for content that cannot be read.
///
/// Where `described` gives no schema, or one by which it cannot be read, the content is read as it
/// stands: every field, part and element is a text, what stands several times an array.
pub fn read_structure(
    described: Option<&MediaType<'_>>,
    content_type: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Option<Reading> {
    structure(described, content_type, bytes, limits, false)
}

/// The same with the places of the parts.
pub fn read_structure_with_places(
    described: Option<&MediaType<'_>>,
    content_type: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Option<Reading> {
    structure(described, content_type, bytes, limits, true)
}

fn structure(
    described: Option<&MediaType<'_>>,
    content_type: &str,
    bytes: &[u8],
    limits: &Limits,
    keeps_places: bool,
) -> Option<Reading> {
    if matches!(content_kind(content_type), ContentKind::Json | ContentKind::Text | ContentKind::Binary) {
        return None;
    }
    // The document says that the text or the bytes are the value.
    if described.is_some_and(MediaType::is_text) {
        return None;
    }
    let by = |media_type: &MediaType<'_>| {
        let reading = Reading { keeps_places, ..Reading::default() };
        read(media_type, content_type, bytes, limits, reading).ok()
    };
    described.and_then(by).or_else(|| by(&MediaType::undescribed(nothing()?, &Pointer::of(["paths"]))?))
}

/// A document that says nothing.
fn nothing() -> Option<&'static Document> {
    static NOTHING: OnceLock<Option<Arc<Document>>> = OnceLock::new();
    let load = || {
        let source = Source::new("nothing", "openapi: 3.1.0\ninfo: { title: '', version: '' }\npaths: {}\n");
        Document::load(&Limits::default(), &mut Problems::new(&source))
    };
    NOTHING.get_or_init(load).as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content_type: &str, content: &str, expected: &str) {
        let reading = read_structure(None, content_type, content.as_bytes(), &Limits::default());
        let found = reading.map_or_else(|| "nothing".to_owned(), |reading| reading.value.to_string());
        assert_eq!(found, expected, "{content_type}: {content}");
    }

    #[test]
    fn what_is_not_described_is_read_as_it_stands() {
        check("application/x-www-form-urlencoded", "a=1&b=x+y&a=2", r#"{"a":["1","2"],"b":"x y"}"#);
        check("application/x-ndjson", "{\"a\":1}\n\n[2]\n", r#"[{"a":1},[2]]"#);
        check("application/json-seq", "\u{1e}1\n\u{1e}2\n", "[1,2]");
        check(
            "text/event-stream",
            "event: x\ndata: {\"a\": 1}\n\n",
            r#"[{"event":"x","data":"{\"a\": 1}"}]"#,
        );
        check("application/xml", "<o><id k='v'>7</id><id>8</id><n/></o>", r#"{"id":["7","8"],"n":""}"#);
        let parts = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n";
        check("multipart/form-data; boundary=x", parts, r#"{"a":"1"}"#);
    }

    #[test]
    fn what_has_no_parts_or_is_broken_has_no_structure() {
        check("text/plain", "a=1", "nothing");
        check("application/json", "{}", "nothing");
        check("image/png", "a", "nothing");
        check("application/xml", "<o>", "nothing");
        check("application/x-ndjson", "{", "nothing");
        check("multipart/form-data", "--x--", "nothing");
    }
}

use crate::json::{Datum, Located, ParseError, Pointer, Value, parse};
use std::borrow::Cow;
use std::sync::OnceLock;

/// A response's content: the bytes after their content encoding was undone, read as text and as
/// JSON at most once. Content that is no JSON and yet made of parts has a value that others read.
#[derive(Debug, Default)]
pub struct Body {
    content: Content,
    charset: Option<String>,
    problem: Option<BodyProblem>,
    cut: Option<String>,
    structure: Option<Box<Datum>>,
    text: OnceLock<Result<String, BodyProblem>>,
    json: OnceLock<Result<Json, ParseError>>,
}

/// The bytes, as text where they are UTF-8 and may be: then reading them takes no copy.
#[derive(Debug)]
enum Content {
    Text(String),
    Bytes(Vec<u8>),
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// The content as JSON.
#[derive(Debug)]
struct Json {
    /// Floats as they print.
    plain: Datum,
    duplicates: Vec<Pointer>,
    /// Floats as they were written; `None` when there are none.
    exact: OnceLock<Option<Box<Datum>>>,
}

/// Why the content is not what its headers say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyProblem {
    /// The connection ended before the content did.
    #[error("the body ends after {received} bytes, before its declared end")]
    Truncated {
        /// The bytes that came, as sent.
        received: u64,
    },
    /// The bytes are not of the declared content encoding.
    #[error("the body is not valid `{encoding}`: {reason}")]
    Encoding {
        /// The coding that was declared.
        encoding: String,
        /// The decoder's words.
        reason: String,
    },
    /// The content encoding is none that contest knows.
    #[error("the content encoding `{encoding}` is not known")]
    UnknownEncoding {
        /// The coding that was declared.
        encoding: String,
    },
    /// The bytes are not text of the declared charset.
    #[error("the body is not valid {charset}: the byte at offset {offset} starts no character")]
    Charset {
        /// The charset, as declared or by default.
        charset: String,
        /// Offset of the first offending byte.
        offset: usize,
    },
    /// The charset is none that contest knows.
    #[error("the charset `{charset}` is not known")]
    UnknownCharset {
        /// The charset as declared.
        charset: String,
    },
}

impl Body {
    /// Makes a body of decoded bytes; `charset` is the `Content-Type`'s parameter, UTF-8 when
    /// there is none.
    pub fn new(bytes: impl Into<Vec<u8>>, charset: Option<String>) -> Self {
        let content = match encoding(charset.as_deref()) {
            Some(encoding) if encoding == encoding_rs::UTF_8 => match String::from_utf8(bytes.into()) {
                Ok(text) => Content::Text(text),
                Err(error) => Content::Bytes(error.into_bytes()),
            },
            _ => Content::Bytes(bytes.into()),
        };
        Self { content, charset, ..Self::default() }
    }

    /// Notes that the bytes are not the whole or not decoded content.
    #[must_use]
    pub fn with_problem(mut self, problem: BodyProblem) -> Self {
        self.problem = Some(problem);
        self
    }

    /// Notes that the rest of content without end was not waited for; what stands behind "not checked,
    /// because".
    #[must_use]
    pub fn with_cut(mut self, reason: String) -> Self {
        self.cut = Some(reason);
        self
    }

    /// Notes what a form, parts, XML or a sequence of items reads as, by its media type.
    pub fn set_structure(&mut self, structure: Datum) {
        self.structure = Some(Box::new(structure));
    }

    /// The value that was read from content that is no JSON.
    pub fn structure(&self) -> Option<&Datum> {
        self.structure.as_deref()
    }

    /// Why only the beginning of the content was read, where that is so.
    pub fn cut(&self) -> Option<&str> {
        self.cut.as_deref()
    }

    /// The decoded bytes, as many as came.
    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes) => bytes,
        }
    }

    /// Whether no byte came.
    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// What went wrong before the bytes could be looked at.
    pub fn problem(&self) -> Option<&BodyProblem> {
        self.problem.as_ref()
    }

    /// The content as text of its charset, strictly.
    ///
    /// # Errors
    /// [`BodyProblem`] when the charset is unknown or the bytes are not of it.
    pub fn text(&self) -> Result<&str, &BodyProblem> {
        match &self.content {
            Content::Text(text) => Ok(text),
            Content::Bytes(bytes) => self.text.get_or_init(|| self.decode(bytes)).as_deref(),
        }
    }

    /// The content as text, with a replacement character for what is none.
    pub fn text_lossy(&self) -> Cow<'_, str> {
        match self.text() {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(self.bytes()),
        }
    }

    /// The content as JSON; a byte order mark is passed over (RFC 8259 §8.1).
    ///
    /// # Errors
    /// [`ParseError`] when the text is not JSON, or the bytes are no text.
    pub fn json(&self) -> Result<&Value, &ParseError> {
        self.read().map(|json| json.plain.value())
    }

    /// The content as a value, when it is JSON or has a structure.
    pub fn value(&self) -> Option<&Value> {
        match &self.structure {
            Some(structure) => Some(structure.value()),
            None => self.json().ok(),
        }
    }

    /// Where the JSON content has two members of one name in an object, in the order found; at most
    /// 16.
    pub fn duplicates(&self) -> &[Pointer] {
        self.read().map_or(&[], |json| &json.duplicates)
    }

    /// The content as a value with the digits of its numbers, those of JSON as they were written.
    pub fn whole(&self) -> Option<&Datum> {
        if let Some(structure) = &self.structure {
            return Some(structure);
        }
        let json = self.read().ok()?;
        let exact = json.exact.get_or_init(|| {
            let located = Located::parse(self.text().ok()?)?;
            Some(Box::new(Datum::of_part(json.plain.value(), &located, &Pointer::root())))
        });
        Some(exact.as_deref().unwrap_or(&json.plain))
    }

    /// A part of the value with the digits of its numbers.
    pub fn datum(&self, at: &Pointer) -> Option<Datum> {
        self.whole()?.at(at)
    }

    fn read(&self) -> Result<&Json, &ParseError> {
        let read = self.json.get_or_init(|| match self.text() {
            Ok(text) => parse(text.trim_start_matches('\u{feff}')).map(|parsed| Json {
                // Without a float there are no digits to look up.
                exact: if parsed.has_floats { OnceLock::new() } else { OnceLock::from(None) },
                plain: Datum::new(parsed.value),
                duplicates: parsed.duplicates,
            }),
            Err(problem) => {
                Err(ParseError { reason: problem.to_string(), offset: 0, is_trailing: false, limit: None })
            }
        });
        read.as_ref()
    }

    fn decode(&self, bytes: &[u8]) -> Result<String, BodyProblem> {
        let Some(encoding) = encoding(self.charset.as_deref()) else {
            let charset = self.charset.clone().unwrap_or_default();
            return Err(BodyProblem::UnknownCharset { charset });
        };
        if encoding == encoding_rs::UTF_8 {
            return std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| BodyProblem::Charset {
                charset: "UTF-8".to_owned(),
                offset: error.valid_up_to(),
            });
        }
        let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        decoded
            .map(Cow::into_owned)
            .ok_or_else(|| BodyProblem::Charset { charset: encoding.name().to_owned(), offset: 0 })
    }
}

/// The encoding of a charset; `None` when it is not known.
fn encoding(charset: Option<&str>) -> Option<&'static encoding_rs::Encoding> {
    match charset {
        Some(label) => encoding_rs::Encoding::for_label(label.as_bytes()),
        None => Some(encoding_rs::UTF_8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_follows_the_charset() {
        assert_eq!(Body::new("é", None).text(), Ok("é"));
        assert_eq!(Body::new(vec![0xE9], Some("ISO-8859-1".into())).text(), Ok("é"));
        let problem = Body::new(vec![b'a', 0xE9], None);
        assert_eq!(problem.text(), Err(&BodyProblem::Charset { charset: "UTF-8".into(), offset: 1 }));
        assert!(Body::new("a", Some("klingon".into())).text().is_err());
    }

    #[test]
    fn json_is_read_with_its_digits() {
        let body = Body::new(r#"{"a": 1.10}"#, None);
        assert_eq!(body.value(), Some(&json!({"a": 1.1})));
        let datum = body.datum(&Pointer::of(["a"])).expect("it is there");
        assert_eq!(datum.to_text(), "1.10");
        assert_eq!(body.whole().map(Datum::to_json).as_deref(), Some(r#"{"a":1.10}"#));
        assert_eq!(Body::new("[1]", None).whole().map(Datum::to_json).as_deref(), Some("[1]"));
        assert_eq!(Body::new(r#"{"a": 1, "a": 2}"#, None).duplicates(), [Pointer::of(["a"])]);
        assert_eq!(Body::new("\u{feff}[]", None).value(), Some(&json!([])));
        assert!(Body::new("[", None).value().is_none());
    }

    #[test]
    fn what_others_read_is_its_value() {
        let mut body = Body::new("1\n", None);
        body.set_structure(Datum::array([Datum::new(1)]));
        assert_eq!(body.value(), Some(&json!([1])));
        assert_eq!(body.datum(&Pointer::of(["0"])), Some(Datum::new(1)));
        assert_eq!(body.json(), Ok(&json!(1)));
    }
}

use crate::json::{Datum, Located, ParseError, Parsed, Pointer, Value, parse};
use std::borrow::Cow;
use std::sync::OnceLock;

/// A response's content: the bytes after their content encoding was undone, read as text and as
/// JSON at most once.
#[derive(Debug, Default)]
pub struct Body {
    bytes: Vec<u8>,
    charset: Option<String>,
    problem: Option<BodyProblem>,
    cut: Option<String>,
    text: OnceLock<Result<String, BodyProblem>>,
    json: OnceLock<Result<Parsed, ParseError>>,
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
        Self { bytes: bytes.into(), charset, ..Self::default() }
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

    /// Why only the beginning of the content was read, where that is so.
    pub fn cut(&self) -> Option<&str> {
        self.cut.as_deref()
    }

    /// The decoded bytes, as many as came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether no byte came.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
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
        self.text.get_or_init(|| self.decode()).as_deref()
    }

    /// The content as text, with a replacement character for what is none.
    pub fn text_lossy(&self) -> Cow<'_, str> {
        match self.text() {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(&self.bytes),
        }
    }

    /// The content as JSON; a byte order mark is passed over (RFC 8259 §8.1).
    ///
    /// # Errors
    /// [`ParseError`] when the text is not JSON, or the bytes are no text.
    pub fn json(&self) -> Result<&Parsed, &ParseError> {
        let parsed = self.json.get_or_init(|| match self.text() {
            Ok(text) => parse(text.trim_start_matches('\u{feff}')),
            Err(problem) => Err(ParseError {
                reason: problem.to_string(),
                offset: 0,
                is_trailing: false,
                is_too_deep: false,
            }),
        });
        parsed.as_ref()
    }

    /// The content as a JSON value, when it is JSON.
    pub fn value(&self) -> Option<&Value> {
        self.json().ok().map(|parsed| &parsed.value)
    }

    /// A part of the JSON content with the digits of its numbers.
    pub fn datum(&self, at: &Pointer) -> Option<Datum> {
        let value = at.get(self.value()?)?;
        if !Datum::needs_digits(value) {
            return Some(Datum::new(value.clone()));
        }
        let located = self.text().ok().and_then(Located::parse);
        Some(match located {
            Some(located) => Datum::of_part(value, &located, at),
            None => Datum::new(value.clone()),
        })
    }

    fn decode(&self) -> Result<String, BodyProblem> {
        let label = self.charset.as_deref().unwrap_or("utf-8");
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())
            .ok_or_else(|| BodyProblem::UnknownCharset { charset: label.to_owned() })?;
        if encoding == encoding_rs::UTF_8 {
            return match std::str::from_utf8(&self.bytes) {
                Ok(text) => Ok(text.to_owned()),
                Err(error) => {
                    Err(BodyProblem::Charset { charset: "UTF-8".to_owned(), offset: error.valid_up_to() })
                }
            };
        }
        let decoded = encoding.decode_without_bom_handling_and_without_replacement(&self.bytes);
        decoded
            .map(Cow::into_owned)
            .ok_or_else(|| BodyProblem::Charset { charset: encoding.name().to_owned(), offset: 0 })
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
        assert_eq!(Body::new("\u{feff}[]", None).value(), Some(&json!([])));
        assert!(Body::new("[", None).value().is_none());
    }
}

use super::Pointer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::collections::HashSet;
use std::fmt;

/// A JSON text that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The value; of members with equal names the last one.
    pub value: Value,
    /// Where an object has two members of one name, in the order found; at most 16.
    pub duplicates: Vec<Pointer>,
    /// Whether a number in it is no integer of 64 bits, so that its digits may say more than its value.
    pub has_floats: bool,
}

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ParseError {
    /// The parser's words, without its position.
    pub reason: String,
    /// Byte offset of the offence.
    pub offset: usize,
    /// Whether a whole value was read and something follows it.
    pub is_trailing: bool,
    /// The limit of ours that the text is beyond, where it may be JSON all the same.
    pub limit: Option<ReadLimit>,
}

/// What of legal JSON is not read.
///
/// Source: RFC 8259 §9 leaves depth and the range of numbers to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadLimit {
    /// Nesting deeper than 128 levels.
    Depth,
    /// A number beyond those of 64-bit floats.
    Number,
}

impl ReadLimit {
    /// What a text does that is beyond it: `nests deeper than 128 levels`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Depth => "nests deeper than 128 levels",
            Self::Number => "holds a number beyond 1.8e308",
        }
    }
}

/// A body with a thousand duplicates is explained as well by sixteen.
const MAX_DUPLICATES: usize = 16;

/// What is said of a text that nests deeper than `serde_json` reads.
const TOO_DEEP: &str = "it nests deeper than the limit `depth` of 128 levels, which no setting raises";

/// What is said of a number that `serde_json` does not read.
const TOO_LARGE: &str = "it holds a number beyond 1.8e308, the largest that is read";

/// Reads one JSON value that takes up the whole text; nesting deeper than 128 is refused.
///
/// # Errors
/// [`ParseError`] when the text is not JSON (RFC 8259), or something follows the value.
pub fn parse(text: &str) -> Result<Parsed, ParseError> {
    let mut state = State::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = ValueSeed(&mut state)
        .deserialize(&mut deserializer)
        .map_err(|error| parse_error(text, &error, false))?;
    deserializer.end().map_err(|error| parse_error(text, &error, true))?;
    // Where they stand is asked for in bodies that have some only: a path to every member costs time.
    let duplicates = if state.has_duplicates { find_duplicates(text) } else { Vec::new() };
    Ok(Parsed { value, duplicates, has_floats: state.has_floats })
}

fn parse_error(text: &str, error: &serde_json::Error, is_trailing: bool) -> ParseError {
    let line_start =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let message = error.to_string();
    let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(reason, _)| reason);
    let mut offset = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let (limit, reason) = match reason {
        _ if reason.contains("recursion limit") => (Some(ReadLimit::Depth), TOO_DEEP),
        _ if reason.contains("number out of range") => (Some(ReadLimit::Number), TOO_LARGE),
        _ => (None, reason),
    };
    ParseError { reason: reason.to_owned(), offset, is_trailing, limit }
}

/// What is known of a text while it is read.
#[derive(Default)]
struct State {
    /// The members of the objects that are open, the innermost last: a map is made when their number is
    /// known, since one that grows is laid out anew each time.
    open: Vec<(String, Value)>,
    has_duplicates: bool,
    has_floats: bool,
}

/// Reads a value.
struct ValueSeed<'s>(&'s mut State);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        self.0.has_floats = true;
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(ValueSeed(self.0))? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let first = self.0.open.len();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(ValueSeed(self.0))?;
            self.0.open.push((name, value));
        }
        let mut members = Map::with_capacity(self.0.open.len() - first);
        for (name, value) in self.0.open.drain(first..) {
            self.0.has_duplicates |= members.insert(name, value).is_some();
        }
        Ok(Value::Object(members))
    }
}

/// Where members stand twice in a text that is JSON.
fn find_duplicates(text: &str) -> Vec<Pointer> {
    let mut search = Search::default();
    // It was read before, so that it has no error.
    let _ = DuplicateSeed(&mut search).deserialize(&mut serde_json::Deserializer::from_str(text));
    search.found
}

#[derive(Default)]
struct Search {
    path: Vec<Token>,
    found: Vec<Pointer>,
}

enum Token {
    Index(usize),
    Name(String),
}

/// Passes over a value and remembers where members stand twice.
struct DuplicateSeed<'s>(&'s mut Search);

impl<'de> DeserializeSeed<'de> for DuplicateSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DuplicateSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        for index in 0.. {
            self.0.path.push(Token::Index(index));
            let element = seq.next_element_seed(DuplicateSeed(self.0))?;
            self.0.path.pop();
            if element.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = access.next_key::<String>()? {
            self.0.path.push(Token::Name(name.clone()));
            access.next_value_seed(DuplicateSeed(self.0))?;
            if names.contains(&name) && self.0.found.len() < MAX_DUPLICATES {
                let tokens = self.0.path.iter().map(|token| match token {
                    Token::Index(index) => index.to_string(),
                    Token::Name(name) => name.clone(),
                });
                self.0.found.push(Pointer::of(tokens));
            }
            self.0.path.pop();
            names.insert(name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_read_as_serde_json_reads_it() {
        let text = r#"{"a": [1, -2, 3.5, true, null, "x\u0041"], "b": {}, "big": 1e300}"#;
        let parsed = parse(text).expect("it is JSON");
        assert_eq!(parsed.value, serde_json::from_str::<Value>(text).expect("it is JSON"));
        assert_eq!(parsed.duplicates, []);
        assert!(parsed.has_floats);
        assert!(!parse("[1, -2]").expect("it is JSON").has_floats);
    }

    #[test]
    fn duplicates_are_found_at_every_depth_and_the_last_wins() {
        let parsed = parse(r#"{"a": 1, "b": [{"c": 1, "c": 2}], "a": 3}"#).expect("it is JSON");
        assert_eq!(parsed.value, json!({"a": 3, "b": [{"c": 2}]}));
        let found: Vec<_> = parsed.duplicates.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["/b/0/c", "/a"]);
        let many = format!("{{{}\"a\": 0}}", "\"a\": {\"b\": 1, \"b\": 2}, ".repeat(20));
        assert_eq!(parse(&many).expect("it is JSON").duplicates.len(), MAX_DUPLICATES);
    }

    fn check_error(text: &str, offset: usize, is_trailing: bool) {
        let error = parse(text).expect_err("it is not JSON");
        assert_eq!((error.offset, error.is_trailing), (offset, is_trailing), "{text}: {error}");
    }

    #[test]
    fn what_is_not_json_has_a_place() {
        check_error("", 0, false);
        check_error("{\"a\": NaN}", 6, false);
        check_error("{} x", 3, true);
        check_error("{\n\"a\": 1,\n}", 10, false);
        check_error(&"[".repeat(100_000), 127, false);
    }
}

use super::Pointer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// A JSON text that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The value; of members with equal names the last one.
    pub value: Value,
    /// Where an object has two members of one name, in the order found; at most 16.
    pub duplicates: Vec<Pointer>,
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
    /// Whether it may be JSON, and nests deeper than 128 levels, which is a limit of ours.
    pub is_too_deep: bool,
}

/// A body with a thousand duplicates is explained as well by sixteen.
const MAX_DUPLICATES: usize = 16;

/// What is said of a text that nests deeper than `serde_json` reads.
const TOO_DEEP: &str = "it nests deeper than the limit `depth` of 128 levels, which no setting raises";

/// Reads one JSON value that takes up the whole text; nesting deeper than 128 is refused.
///
/// # Errors
/// [`ParseError`] when the text is not JSON (RFC 8259), or something follows the value.
pub fn parse(text: &str) -> Result<Parsed, ParseError> {
    let mut duplicates = Vec::new();
    let mut path = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = ValueSeed { path: &mut path, duplicates: &mut duplicates, members: 0 };
    let value = seed.deserialize(&mut deserializer).map_err(|error| parse_error(text, &error, false))?;
    deserializer.end().map_err(|error| parse_error(text, &error, true))?;
    Ok(Parsed { value, duplicates })
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
    let is_too_deep = reason.contains("recursion limit");
    let reason = if is_too_deep { TOO_DEEP } else { reason };
    ParseError { reason: reason.to_owned(), offset, is_trailing, is_too_deep }
}

/// Reads a value and remembers where members stand twice. The path is kept as borrowed-or-owned
/// tokens only while an object is open, so that a body without duplicates pays one push a member.
struct ValueSeed<'a> {
    path: &'a mut Vec<Token>,
    duplicates: &'a mut Vec<Pointer>,
    /// As many members an object of this value probably has: the elements of an array are mostly alike,
    /// and a map that grows is laid out anew each time.
    members: usize,
}

enum Token {
    Index(usize),
    Name(String),
}

impl ValueSeed<'_> {
    fn reborrow(&mut self, members: usize) -> ValueSeed<'_> {
        ValueSeed { path: self.path, duplicates: self.duplicates, members }
    }
}

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
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        let mut members = 0;
        loop {
            self.path.push(Token::Index(elements.len()));
            let element = seq.next_element_seed(self.reborrow(members))?;
            self.path.pop();
            members = element.as_ref().and_then(Value::as_object).map_or(0, Map::len);
            match element {
                Some(element) => elements.push(element),
                None => return Ok(Value::Array(elements)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::with_capacity(self.members);
        while let Some(name) = access.next_key::<String>()? {
            self.path.push(Token::Name(name));
            let value = access.next_value_seed(self.reborrow(0))?;
            let Some(Token::Name(name)) = self.path.pop() else {
                return Err(A::Error::custom("the path is pushed and popped in pairs"));
            };
            match members.entry(name) {
                serde_json::map::Entry::Vacant(vacant) => {
                    vacant.insert(value);
                }
                serde_json::map::Entry::Occupied(mut occupied) => {
                    if self.duplicates.len() < MAX_DUPLICATES {
                        let tokens = self.path.iter().map(|token| match token {
                            Token::Index(index) => index.to_string(),
                            Token::Name(name) => name.clone(),
                        });
                        self.duplicates.push(Pointer::of(tokens).child(occupied.key().clone()));
                    }
                    occupied.insert(value);
                }
            }
        }
        Ok(Value::Object(members))
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
    }

    #[test]
    fn duplicates_are_found_at_every_depth_and_the_last_wins() {
        let parsed = parse(r#"{"a": 1, "b": [{"c": 1, "c": 2}], "a": 3}"#).expect("it is JSON");
        assert_eq!(parsed.value, json!({"a": 3, "b": [{"c": 2}]}));
        let found: Vec<_> = parsed.duplicates.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["/b/0/c", "/a"]);
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

use crate::json::{Datum, Map, Pointer, Value};
use crate::source::Span;

/// A YAML value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// From the first to behind the last byte of the value; of an alias, that of its anchor's value.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a YAML value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`, `~`, or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, in JSON's spelling, with the digits that were written.
    Number(String),
    /// A text.
    String(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order written.
    Map(Vec<Entry>),
}

/// One key and value of a mapping.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The word for what it is, with its article.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// Whether it is null or nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The text, where it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, where it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The entries, where it is a map.
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of a key, where it is a map that has it; of equal keys the last.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.iter().rev().find(|entry| entry.key == key)
    }

    /// The value of a key, where it is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value that a pointer leads to.
    pub fn at(&self, pointer: &Pointer) -> Option<&Self> {
        pointer.tokens().iter().try_fold(self, |node, token| node.child(token))
    }

    /// The span of the key that names the value a pointer leads to.
    pub fn key_span(&self, pointer: &Pointer) -> Option<Span> {
        let key = pointer.tokens().last()?;
        Some(self.at(&pointer.parent())?.entry(key)?.key_span)
    }

    fn child(&self, token: &str) -> Option<&Self> {
        match &self.kind {
            Kind::List(elements) => elements.get(crate::json::array_index(token)?),
            Kind::Map(_) => self.get(token),
            _ => None,
        }
    }

    /// The same as JSON, like [`Node::to_value`], without a copy of its texts.
    pub fn into_value(self) -> Value {
        match self.kind {
            Kind::String(text) => Value::String(text),
            Kind::List(elements) => Value::Array(elements.into_iter().map(Self::into_value).collect()),
            Kind::Map(entries) => Value::Object(
                entries.into_iter().map(|entry| (entry.key, entry.value.into_value())).collect::<Map<_, _>>(),
            ),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => self.to_value(),
        }
    }

    /// The same as JSON, numbers rounded to 64 bits; of equal keys the last.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(text) => Datum::number(text).map_or(Value::Null, Datum::into_value),
            Kind::String(text) => Value::String(text.clone()),
            Kind::List(elements) => Value::Array(elements.iter().map(Self::to_value).collect()),
            Kind::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// The same as a datum: numbers keep their digits.
    pub fn to_datum(&self) -> Datum {
        match &self.kind {
            Kind::Number(text) => Datum::number(text).unwrap_or_default(),
            Kind::List(elements) => Datum::array(elements.iter().map(Self::to_datum)),
            Kind::Map(entries) => {
                Datum::object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_datum())))
            }
            _ => Datum::new(self.to_value()),
        }
    }
}

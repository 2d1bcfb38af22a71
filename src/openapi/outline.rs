//! The first reading of a large JSON text: everything is looked at, and nearly nothing is kept.

use super::operation::{ADDITIONAL, METHODS};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

/// What is kept of a value.
pub(super) enum Outline<'t> {
    /// A text, where one is wanted.
    Text(Cow<'t, str>),
    /// An object whose members are wanted: name, byte offset behind the name's closing quote, value.
    Map(Vec<(Cow<'t, str>, usize, Outline<'t>)>),
    /// Anything else.
    Other,
}

impl Outline<'_> {
    /// The operations of a path item by their keys, with their ids; `None` when it or one of them
    /// has a reference, or it is no object, or names operations of further methods.
    pub(super) fn operations(&self) -> Option<Vec<(String, Option<String>)>> {
        let Self::Map(members) = self else { return None };
        let mut found = Vec::new();
        for (key, _, member) in members {
            if key == "$ref" || key == ADDITIONAL {
                return None;
            }
            let Self::Map(fields) = member else { continue };
            if fields.iter().any(|(name, ..)| name == "$ref") {
                return None;
            }
            let id = fields.iter().find_map(|(name, _, value)| match value {
                Self::Text(text) if name == "operationId" => Some(text.to_string()),
                _ => None,
            });
            found.push((key.to_string(), id));
        }
        Some(found)
    }
}

/// Reads a JSON text from its first byte to its last, as strictly as [`json::parse`] does, and keeps
/// where its parts begin, and whether a reference in it leads to anything but a place in it. `None` when reading it whole would tell or do something else: see
/// [`Tree::of_large`](super::tree::Tree::of_large).
///
/// [`json::parse`]: crate::json::parse
pub(super) fn outline(text: &str) -> Option<(Outline<'_>, bool)> {
    let mut names = Vec::new();
    let refers_elsewhere = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let outline = Seed { text, place: Place::Root, names: &mut names, refers_elsewhere: &refers_elsewhere }
        .deserialize(&mut deserializer)
        .ok()?;
    deserializer.end().ok()?;
    Some((outline, refers_elsewhere.get()))
}

/// Where in an OpenAPI document a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Paths,
    PathItem,
    Operation,
    OperationId,
    Components,
    Group,
    Reference,
    Dynamic,
    Inside,
}

impl Place {
    fn below(self, name: &str) -> Self {
        match (self, name) {
            (_, "$ref") => Self::Reference,
            (_, "$dynamicRef" | "$recursiveRef") => Self::Dynamic,
            (Self::Root, "paths") => Self::Paths,
            (Self::Root, "components") => Self::Components,
            (Self::Paths, _) => Self::PathItem,
            (Self::PathItem, name) if METHODS.iter().any(|(key, _)| *key == name) => Self::Operation,
            (Self::Operation, "operationId") => Self::OperationId,
            (Self::Components, _) => Self::Group,
            _ => Self::Inside,
        }
    }

    /// Whether its members are parts of the document.
    fn holds_parts(self) -> bool {
        matches!(self, Self::Root | Self::Paths | Self::Components | Self::Group)
    }

    fn is_kept(self) -> bool {
        self.holds_parts() || matches!(self, Self::PathItem | Self::Operation)
    }
}

struct Seed<'a, 't> {
    text: &'t str,
    place: Place,
    /// The names of the objects that are open, one list for all.
    names: &'a mut Vec<Cow<'t, str>>,
    refers_elsewhere: &'a Cell<bool>,
}

impl Seed<'_, '_> {
    fn note_reference(&self, text: &str) {
        // What a dynamic reference means depends on schemas that may stand anywhere.
        if self.place == Place::Dynamic || self.place == Place::Reference && !text.starts_with('#') {
            self.refers_elsewhere.set(true);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, 'de> {
    type Value = Outline<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, 'de> {
    type Value = Outline<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Outline::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Outline::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Outline::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Outline::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Outline::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        self.note_reference(text);
        Ok(match self.place {
            Place::OperationId => Outline::Text(Cow::Borrowed(text)),
            _ => Outline::Other,
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        self.note_reference(text);
        Ok(match self.place {
            Place::OperationId => Outline::Text(Cow::Owned(text.to_owned())),
            _ => Outline::Other,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Seed { text, names, refers_elsewhere, .. } = self;
        while seq
            .next_element_seed(Seed { text, place: Place::Inside, names: &mut *names, refers_elsewhere })?
            .is_some()
        {}
        Ok(Outline::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let Seed { text, place, names, refers_elsewhere } = self;
        let first = names.len();
        let mut members = Vec::new();
        while let Some(name) = access.next_key_seed(Name)? {
            let mut behind_key = 0;
            if place.holds_parts() {
                let Cow::Borrowed(borrowed) = name else {
                    return Err(A::Error::custom("the name of a part is escaped"));
                };
                if borrowed.starts_with('$') {
                    return Err(A::Error::custom("the name of a part may be a keyword"));
                }
                // The name is a slice of the text, so that its address says where it stands.
                behind_key = borrowed.as_ptr().addr() - text.as_ptr().addr() + borrowed.len() + 1;
            }
            let below = place.below(&name);
            names.push(name);
            let value =
                access.next_value_seed(Seed { text, place: below, names: &mut *names, refers_elsewhere })?;
            if place.is_kept() {
                let name = names.last().cloned().unwrap_or_default();
                members.push((name, behind_key, value));
            }
        }
        if has_twice(&names[first..]) {
            return Err(A::Error::custom("a name stands twice"));
        }
        names.truncate(first);
        Ok(if place.is_kept() { Outline::Map(members) } else { Outline::Other })
    }
}

/// Most objects are small, and comparing all with all is quicker there than putting them in order.
const SMALL: usize = 8;

fn has_twice(names: &[Cow<'_, str>]) -> bool {
    if names.len() <= SMALL {
        return names.iter().enumerate().any(|(index, name)| names[..index].contains(name));
    }
    let mut sorted: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}

struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

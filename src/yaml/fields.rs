//! What the maps with fixed keys consist of, said once: the canonical order of keys, the JSON Schemas that
//! editors read and the reference of all keys are made from these tables, and a test holds the readers to
//! them.

/// A map whose keys are fixed; `x-…` keys are allowed in it besides.
#[derive(Debug)]
pub struct Fields {
    /// Its name among the definitions of a JSON Schema: `step`.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// Its keys, in canonical order.
    pub keys: &'static [Field],
    /// Whether it has other keys as well, which are names and data: the columns of a row.
    pub others: Option<Shape>,
    /// What it may be, by a key that says so.
    pub forms: &'static [Form],
}

/// One thing that a map may be: where its key stands, others may not.
#[derive(Debug)]
pub struct Form {
    /// The key that makes a map this form.
    pub key: &'static str,
    /// The keys that do not belong in it.
    pub without: &'static [&'static [&'static str]],
}

/// One key of a map.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What stands behind it.
    pub shape: Shape,
    /// What it is for, in one sentence.
    pub about: &'static str,
    /// Whether it has to be there.
    pub presence: Presence,
    /// Whether it is part of the language, and not of this version.
    pub is_later: bool,
}

/// Whether a key has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It may be left out.
    Optional,
    /// It may not.
    Required,
    /// Of all keys of this kind exactly one has to be there.
    Either,
}

/// What may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A text.
    Text,
    /// A text that is not empty.
    Words,
    /// A text or a number.
    Scalar,
    /// A text, a number or a boolean, or an expression that gives one.
    TextValue,
    /// Any value; expressions may stand in it.
    Value,
    /// `true` or `false`.
    Boolean,
    /// `true` and nothing else.
    True,
    /// A whole number within bounds, both included.
    Integer(i64, u64),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A text that fits a regular expression, which is read alike everywhere.
    Pattern(&'static str),
    /// Null.
    Null,
    /// A list.
    List(&'static Self),
    /// A list with at least one element.
    SomeOf(&'static Self),
    /// One, or a list of them.
    OneOrMore(&'static Self),
    /// A map from names of ours (letters, digits, `_` and `-`).
    Names(&'static Self),
    /// A map from any texts.
    Members(&'static Self),
    /// A map with fixed keys.
    Map(&'static Fields),
    /// A map that consists of operators alone, at least one of them.
    Operators(&'static Fields),
    /// One of these forms.
    Any(&'static [Self]),
    /// What the schemas define by hand, under this name.
    Named(&'static str),
}

impl Field {
    /// A key that may be left out.
    pub const fn new(key: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { key, shape, about, presence: Presence::Optional, is_later: false }
    }

    /// A key that has to be there.
    pub const fn required(key: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { presence: Presence::Required, ..Self::new(key, shape, about) }
    }

    /// A key of which exactly one has to be there.
    pub const fn either(key: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { presence: Presence::Either, ..Self::new(key, shape, about) }
    }

    /// The same key, which this version does not read yet.
    #[must_use]
    pub const fn later(self) -> Self {
        Self { is_later: true, ..self }
    }
}

impl Fields {
    /// The keys that this version reads, in canonical order.
    pub fn known(&self) -> impl Iterator<Item = &'static Field> {
        self.keys.iter().filter(|field| !field.is_later)
    }

    /// The keys of a form, which this version reads.
    pub fn known_of(&self, form: &'static Form) -> impl Iterator<Item = &'static Field> {
        let is_without = |key: &str| form.without.iter().any(|keys| keys.contains(&key));
        self.known().filter(move |field| !is_without(field.key))
    }

    /// The place of a key in canonical order.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.keys.iter().position(|field| field.key == key)
    }
}

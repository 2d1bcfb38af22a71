//! Content that is no JSON, read by its media type into the value that a schema judges: forms, parts,
//! XML, sequences of items. Start with [`read_content`]; [`write_content`] is its inverse.
//!
//! Nothing here judges a value: what cannot be read is [`Unread`], what reads and breaks what the
//! document says of the *writing* (an element's namespace, a part's media type) is a [`ContentFault`].

mod form;
mod items;
mod kind;
mod length;
mod multipart;
mod parts;
mod structure;
mod write;
mod xml;

#[cfg(test)]
mod tests;

pub use kind::{ContentKind, content_kind, header_parameter};
pub(super) use length::is_text_schema;
pub use length::{LengthFault, check_length, is_binary};
pub use structure::{read_structure, read_structure_with_places};
pub use write::{OutgoingPart, WriteError, Written, documented_type, parts_of, write_content, write_parts};

use super::declared::Declared;
use super::{Document, MediaType};
use crate::json::{Located, Pointer, Value};
use crate::limits::Limits;
use std::collections::HashMap;
use std::ops::Range;

/// Content as a value, and where its parts stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The value: of a form and of named parts an object, of a sequence an array, of XML whatever
    /// its schema makes of it.
    pub value: Value,
    /// What the document says of the writing, and what came instead.
    pub faults: Vec<ContentFault>,
    /// Values within that have a schema of their own: headers of parts, the JSON in an event's data.
    pub inner: Vec<InnerValue>,
    /// What of it could not be read; each stands behind "not checked, because".
    pub left: Vec<String>,
    /// Whether places are wanted; they cost as much as the value.
    keeps_places: bool,
    marks: Vec<Mark>,
}

/// Where a part of a value stands, and its name as people know it.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    pointer: Pointer,
    range: Range<usize>,
    words: String,
    /// Whether the text at the range is JSON, in which deeper pointers lead on.
    is_json: bool,
}

/// A place within content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentPlace {
    /// Bytes of the content: of its text where it is text.
    pub range: Range<usize>,
    /// What stands there: `item 3`, `the part "avatar"`, `/order/item[2]`; empty for the whole.
    pub words: String,
}

/// One way in which content is written otherwise than the document says.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentFault {
    /// Which part of the value it is about.
    pub at: Pointer,
    /// Where it stands.
    pub place: ContentPlace,
    /// What is wrong.
    pub headline: String,
    /// What the document says.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// Where the document says it.
    pub document: Pointer,
    /// Whether it is a header line of a part that is wrong.
    pub is_header: bool,
}

/// A value within content that has a schema of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct InnerValue {
    /// Which part of the whole value it belongs to.
    pub at: Pointer,
    /// What messages call it: "the header `X-Size` of the part `avatar`".
    pub whole: String,
    /// The schemas that may be meant; one that it keeps is enough.
    pub schemas: Vec<Pointer>,
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: ContentPlace,
    /// Whether it is a header line's value.
    pub is_header: bool,
}

/// Why content has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is not what its media type says.
    Broken(BrokenContent),
    /// It may be, and cannot be read here; what stands behind "not checked, because".
    NotChecked(String),
}

/// Content that is not what its media type says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenContent {
    /// What is wrong: "the body is not XML: …".
    pub headline: String,
    /// What was declared.
    pub expected: String,
    /// Where it stops being that.
    pub place: ContentPlace,
    /// The words under that place.
    pub label: String,
}

/// Reads content of a media type that is neither JSON nor plain text nor plain bytes, by what the
/// document says of it.
///
/// `content_type` is the type that was stated, with its parameters. `bytes` is the content; of all
/// kinds but multipart it must be UTF-8, which a caller has by decoding its charset before. Offsets
/// are those of `bytes`. What is large is bounded: `limits.parts`, `limits.items`, `limits.nodes`.
///
/// # Errors
/// [`Unread`] when the content is malformed, or is of a kind or size that is not read.
pub fn read_content(
    media_type: &MediaType<'_>,
    content_type: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Reading, Unread> {
    read(media_type, content_type, bytes, limits, Reading::default())
}

/// The same with the places of the parts, for when there is something to be said of them.
///
/// # Errors
/// As of [`read_content`].
pub fn read_content_with_places(
    media_type: &MediaType<'_>,
    content_type: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Reading, Unread> {
    let reading = Reading { keeps_places: true, ..Reading::default() };
    read(media_type, content_type, bytes, limits, reading)
}

fn read(
    media_type: &MediaType<'_>,
    content_type: &str,
    bytes: &[u8],
    limits: &Limits,
    reading: Reading,
) -> Result<Reading, Unread> {
    let kind = content_kind(content_type);
    let text = || {
        std::str::from_utf8(bytes).map_err(|error| {
            Unread::Broken(BrokenContent {
                headline: format!(
                    "the body is not valid UTF-8: the byte at offset {} starts no character",
                    error.valid_up_to()
                ),
                expected: "UTF-8".to_owned(),
                place: ContentPlace::at(error.valid_up_to()),
                label: "not UTF-8".to_owned(),
            })
        })
    };
    match kind {
        ContentKind::Form => form::read(media_type, text()?, limits, reading),
        ContentKind::Multipart => multipart::read(media_type, content_type, bytes, limits, reading),
        ContentKind::Xml => xml::read(media_type, text()?, limits, reading),
        ContentKind::JsonLines | ContentKind::JsonSequence | ContentKind::EventStream => {
            items::read(media_type, kind, text()?, limits, reading)
        }
        ContentKind::Json | ContentKind::Text | ContentKind::Binary => {
            Err(Unread::NotChecked(format!("content of `{content_type}` has no parts")))
        }
    }
}

impl ContentPlace {
    pub(super) fn at(offset: usize) -> Self {
        Self { range: offset..offset, words: String::new() }
    }
}

impl Reading {
    fn mark(
        &mut self,
        pointer: &Pointer,
        range: Range<usize>,
        words: impl FnOnce() -> String,
        is_json: bool,
    ) {
        if self.keeps_places {
            self.marks.push(Mark { pointer: pointer.clone(), range, words: words(), is_json });
        }
    }

    /// Where a part of the value stands in the content it was read from; the nearest thing around it
    /// where it has no place of its own.
    pub fn place(&self, pointer: &Pointer, bytes: &[u8]) -> ContentPlace {
        let around = self.marks.iter().filter(|mark| mark.pointer.contains(pointer));
        let Some(mark) = around.max_by_key(|mark| mark.pointer.tokens().len()) else {
            return ContentPlace { range: 0..bytes.len(), words: String::new() };
        };
        let inner = Pointer::of(pointer.tokens()[mark.pointer.tokens().len()..].iter().cloned());
        let place = ContentPlace { range: mark.range.clone(), words: mark.words.clone() };
        if mark.is_json { place.within(&inner, bytes) } else { place }
    }
}

impl ContentPlace {
    /// The place of a part of the JSON that stands here.
    #[must_use]
    pub fn within(self, inner: &Pointer, bytes: &[u8]) -> Self {
        if inner.is_root() {
            return self;
        }
        let words = format!("{inner} of {}", self.words);
        let text = bytes.get(self.range.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(located) = text.and_then(Located::parse) else { return Self { words, ..self } };
        let mut at = inner.clone();
        while located.node(&at).is_none() && !at.is_root() {
            at = at.parent();
        }
        match located.node(&at) {
            Some(node) if !at.is_root() => {
                let start = self.range.start;
                Self { range: start + node.span.start..start + node.span.end, words }
            }
            _ => Self { words, ..self },
        }
    }
}

/// The value of plain text by its schema: a string where the schema allows one, else the number or
/// boolean it spells; a text that spells none is the string it is. `None` when the schema describes an
/// array or an object, which plain text has no notation for, or says nothing.
pub fn read_text(document: &Document, schema: &Pointer, text: &str) -> Option<Value> {
    let declared = Declared::of(document, Some(schema.clone()));
    if declared.has_type("string") {
        return Some(Value::from(text));
    }
    let is_plain = declared.states_a_type() && !declared.is_array() && !declared.is_object();
    is_plain.then(|| match declared.scalar(text.trim()) {
        Value::String(_) => Value::from(text),
        value => value,
    })
}

/// What the schema of a media type says, for reading text by it.
fn declared<'d>(media_type: &MediaType<'d>) -> Declared<'d> {
    Declared::of(media_type.document(), media_type.schema())
}

/// Indices under their names, the names in the order in which they come first.
fn grouped(named: impl Iterator<Item = (String, usize)>) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (name, index) in named {
        match known.get(&name) {
            Some(group) => groups[*group].1.push(index),
            None => {
                known.insert(name.clone(), groups.len());
                groups.push((name, vec![index]));
            }
        }
    }
    groups
}

fn too_many(what: &str, limits: &Limits) -> Unread {
    Unread::NotChecked(format!(
        "the body has more {what} than the limit `parts` of {}; `--limit parts={}` reads more",
        limits.parts,
        limits.parts.saturating_mul(2)
    ))
}

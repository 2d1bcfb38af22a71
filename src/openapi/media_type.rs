use super::Document;
use super::content::is_text_schema;
use super::deprecated::mentions_deprecated;
use super::view::View;
use crate::diagnostic::words::quoted;
use crate::json::{Pointer, Value};
use std::borrow::Cow;

/// One media type of a request body, response, parameter or header.
///
/// Source: OpenAPI 3.1.1, "Media Type Object".
#[derive(Clone, Debug)]
pub struct MediaType<'d> {
    range: &'d str,
    view: View<'d>,
}

impl<'d> MediaType<'d> {
    /// The media types under `content`, in the order written; what is no Media Type Object is
    /// passed over.
    pub(super) fn list(holder: &View<'d>) -> Vec<Self> {
        holder.content().into_iter().map(|(range, view)| Self { range, view }).collect()
    }

    /// A media type of which nothing is said: `object` is an object without members.
    pub(super) fn undescribed(document: &'d Document, object: &Pointer) -> Option<Self> {
        Some(Self { range: "*/*", view: View::at(document, object)? })
    }

    /// The media type or range as written: `application/json; charset=utf-8`, `text/*`.
    pub fn range(&self) -> &'d str {
        self.range
    }

    /// Where the media type object stands, behind its references.
    pub fn pointer(&self) -> &Pointer {
        &self.view.pointer
    }

    /// The pointer to its schema, where it has one; the schema may be a reference.
    pub fn schema(&self) -> Option<Cow<'d, Pointer>> {
        self.view.schema()
    }

    /// Why it has no schema although something is written there; `None` where it has one, and where the
    /// document gives none.
    pub fn lost_schema(&self) -> Option<String> {
        let range = quoted(&self.range.into());
        if !self.view.value.is_object() {
            return Some(format!("the media type {range} is not a map in the document"));
        }
        let is_lost = self.view.value.get("schema").is_some() && self.schema().is_none();
        is_lost.then(|| format!("the schema of {range} is not a map in the document"))
    }

    /// Whether its schema describes text or bytes as a whole: `type: string` with any format.
    pub fn is_text(&self) -> bool {
        let is_text = || self.schema().is_some_and(|schema| is_text_schema(self.document(), &schema));
        self.view.answer(|traits| &traits.is_text, is_text)
    }

    /// Whether its schema, or one that it refers to, calls anything deprecated. It may say so where
    /// that is no keyword, as in an example.
    pub fn has_deprecated(&self) -> bool {
        let has = || self.schema().is_some_and(|schema| mentions_deprecated(self.document(), &schema));
        self.view.answer(|traits| &traits.has_deprecated, has)
    }

    /// The pointer to the schema of each item of a sequence (JSON lines, server-sent events, parts),
    /// where it has one; the schema may be a reference.
    ///
    /// Source: OpenAPI 3.2.0, "Sequential Media Types".
    pub fn item_schema(&self) -> Option<Pointer> {
        self.view.schema_under("itemSchema")
    }

    /// Its examples in the order written: name (`None` for the one under `example`), where the
    /// value stands, and the value. References are followed; examples that are kept elsewhere
    /// (`externalValue`) are passed over.
    ///
    /// Source: OpenAPI 3.1.1, "Working with Examples".
    pub fn examples(&self) -> Vec<(Option<String>, Pointer, &'d Value)> {
        let single = self.view.value.get("example");
        let single = single.map(|value| (None, self.view.pointer.child("example"), value));
        let named = self.view.objects("examples").into_iter().filter_map(|(name, example)| {
            // OpenAPI 3.2.0, "Example Object": `dataValue` is the value as the schema judges it.
            let key = if example.value.get("dataValue").is_some() { "dataValue" } else { "value" };
            let value = example.value.get(key)?;
            Some((Some(name.to_owned()), example.pointer.child(key), value))
        });
        single.into_iter().chain(named).collect()
    }

    /// The document it belongs to.
    pub(super) fn document(&self) -> &'d Document {
        self.view.document
    }

    /// What `prefixEncoding` or `itemEncoding` says of a part, by its place from 0.
    ///
    /// Source: OpenAPI 3.2.0, "Encoding By Position".
    pub(super) fn encoding_at(&self, index: usize) -> Option<View<'d>> {
        self.view
            .elements("prefixEncoding")
            .into_iter()
            .nth(index)
            .or_else(|| self.view.object("itemEncoding"))
    }

    /// What `encoding` says of a property.
    pub(super) fn encoding(&self, name: &str) -> Option<View<'d>> {
        self.view.object("encoding")?.object(name)
    }
}

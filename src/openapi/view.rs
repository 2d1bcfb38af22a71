use super::Document;
use super::reference::{child, reference_of};
use crate::json::{Pointer, Value};

/// An object of a document behind all its references, and where it stands: what every typed view
/// is made of.
#[derive(Clone, Debug)]
pub(super) struct View<'d> {
    pub(super) document: &'d Document,
    pub(super) pointer: Pointer,
    pub(super) value: &'d Value,
}

impl<'d> View<'d> {
    /// The object that a pointer leads to; `None` when there is none or it is no object.
    pub(super) fn at(document: &'d Document, pointer: &Pointer) -> Option<Self> {
        let (pointer, value) = document.resolve(pointer).ok()?;
        value.is_object().then_some(Self { document, pointer, value })
    }

    /// The object under a key or index; `None` when there is none or it is no object.
    pub(super) fn object(&self, token: &str) -> Option<Self> {
        let value = child(self.value, token)?;
        let pointer = self.pointer.child(token);
        match reference_of(value) {
            Some(_) => Self::at(self.document, &pointer),
            None => value.is_object().then_some(Self { document: self.document, pointer, value }),
        }
    }

    /// The objects that a key names, in the order written; what is no object is passed over, but a
    /// media type: it is documented, and nothing is known of it. Names may start with `x-`, as headers do: only a few maps can be extended, and their keys are
    /// patterned.
    pub(super) fn objects(&self, key: &str) -> Vec<(&'d str, Self)> {
        let Some(holder) = self.object(key) else {
            return Vec::new();
        };
        let names = holder.value.as_object().into_iter().flat_map(|members| members.keys());
        let member = |name: &str| {
            let is_media_type = key == "content" && name.contains('/');
            holder.object(name).or_else(|| is_media_type.then(|| holder.unusable(name)).flatten())
        };
        names.filter_map(|name| Some((name.as_str(), member(name)?))).collect()
    }

    /// What stands under a key, whatever it is: nothing is found in it.
    fn unusable(&self, token: &str) -> Option<Self> {
        let value = child(self.value, token)?;
        Some(Self { document: self.document, pointer: self.pointer.child(token), value })
    }

    /// The objects of a list, in the order written; what is no object is passed over.
    pub(super) fn elements(&self, key: &str) -> Vec<Self> {
        let Some(elements) = self.value.get(key).and_then(Value::as_array) else {
            return Vec::new();
        };
        let holder = Self {
            document: self.document,
            pointer: self.pointer.child(key),
            value: self.value.get(key).unwrap_or(self.value),
        };
        (0..elements.len()).filter_map(|index| holder.object(&index.to_string())).collect()
    }

    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }

    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        self.value.get(key)?.as_bool()
    }

    /// The pointer to `schema`, where there is one: an object, or a boolean from 3.1 on.
    pub(super) fn schema(&self) -> Option<Pointer> {
        self.schema_under("schema")
    }

    /// The pointer to the schema under a key.
    pub(super) fn schema_under(&self, key: &str) -> Option<Pointer> {
        let schema = self.value.get(key)?;
        (schema.is_object() || schema.is_boolean()).then(|| self.pointer.child(key))
    }
}

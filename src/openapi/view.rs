use super::Document;
use super::known::{Place, Traits};
use super::reference::{child, reference_of};
use crate::json::{Members as _, Pointer, Value};
use std::borrow::Cow;
use std::sync::OnceLock;

/// An object of a document behind all its references, and where it stands: what every typed view
/// is made of.
#[derive(Clone, Debug)]
pub(super) struct View<'d> {
    pub(super) document: &'d Document,
    pub(super) pointer: Cow<'d, Pointer>,
    pub(super) value: &'d Value,
    /// What was looked up before: views of an operation's own parts have it.
    pub(super) place: Option<&'d Place>,
}

impl<'d> View<'d> {
    fn new(document: &'d Document, pointer: Pointer, value: &'d Value) -> Option<Self> {
        let pointer = Cow::Owned(pointer);
        value.is_object().then_some(Self { document, pointer, value, place: None })
    }

    /// The object at a pointer itself, its own `$ref` not followed.
    pub(super) fn raw(document: &'d Document, pointer: &'d Pointer) -> Option<Self> {
        let value = document.get(pointer)?;
        let pointer = Cow::Borrowed(pointer);
        value.is_object().then_some(Self { document, pointer, value, place: None })
    }

    /// The object that a pointer leads to; `None` when there is none or it is no object.
    pub(super) fn at(document: &'d Document, pointer: &Pointer) -> Option<Self> {
        let (pointer, value) = document.resolve(pointer).ok()?;
        Self::new(document, pointer, value)
    }

    /// The object under a key or index; `None` when there is none or it is no object.
    pub(super) fn object(&self, token: &str) -> Option<Self> {
        let value = child(self.value, token)?;
        let pointer = self.pointer.child(token);
        match reference_of(value) {
            Some(_) => Self::at(self.document, &pointer),
            None => Self::new(self.document, pointer, value),
        }
    }

    /// The objects that a key names, in the order written; what is no object is passed over, but a
    /// media type: it is documented, and nothing is known of it. Names may start with `x-`, as headers
    /// do: only a few maps can be extended, and their keys are patterned.
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
        let pointer = Cow::Owned(self.pointer.child(token));
        Some(Self { document: self.document, pointer, value, place: None })
    }

    /// The members of `content`, in the order written.
    pub(super) fn content(&self) -> Vec<(&'d str, Self)> {
        self.known(|place| &place.content).unwrap_or_else(|| self.objects("content"))
    }

    /// The members of `headers`, in the order written.
    pub(super) fn headers(&self) -> Vec<(&'d str, Self)> {
        self.known(|place| &place.headers).unwrap_or_else(|| self.objects("headers"))
    }

    fn known(
        &self,
        members: impl FnOnce(&'d Place) -> &'d Vec<(String, Place)>,
    ) -> Option<Vec<(&'d str, Self)>> {
        let members = members(self.place?).iter();
        Some(members.filter_map(|(name, place)| Some((name.as_str(), place.view(self.document)?))).collect())
    }

    /// An answer that is kept where the view has a place for it.
    pub(super) fn answer(
        &self,
        which: impl FnOnce(&'d Traits) -> &'d OnceLock<bool>,
        find: impl FnOnce() -> bool,
    ) -> bool {
        match self.place {
            Some(place) => *which(&place.traits).get_or_init(find),
            None => find(),
        }
    }

    /// The objects of a list, in the order written; what is no object is passed over.
    pub(super) fn elements(&self, key: &str) -> Vec<Self> {
        let Some(elements) = self.value.member(key).and_then(Value::as_array) else {
            return Vec::new();
        };
        let holder = Self {
            document: self.document,
            pointer: Cow::Owned(self.pointer.child(key)),
            value: self.value.member(key).unwrap_or(self.value),
            place: None,
        };
        (0..elements.len()).filter_map(|index| holder.object(&index.to_string())).collect()
    }

    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.value.member(key)?.as_str()
    }

    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        self.value.member(key)?.as_bool()
    }

    /// The pointer to `schema`, where there is one: an object, or a boolean from 3.1 on.
    pub(super) fn schema(&self) -> Option<Cow<'d, Pointer>> {
        if let Some(place) = self.place {
            return place.schema.as_ref().map(Cow::Borrowed);
        }
        self.schema_under("schema").map(Cow::Owned)
    }

    /// The pointer to the schema under a key.
    pub(super) fn schema_under(&self, key: &str) -> Option<Pointer> {
        let schema = self.value.member(key)?;
        (schema.is_object() || schema.is_boolean()).then(|| self.pointer.child(key))
    }
}

//! Swagger 2.0 behind the face of OpenAPI 3.0: what 2.0 says with other words is said again in those
//! of 3.0, beside what was written.
//!
//! Nothing is moved: schemas stay under `definitions`, responses and parameters where they were, so
//! every `$ref` keeps its meaning and every pointer is the author's own. What is added refers to
//! what is there: the `schema` of a media type is a `$ref` to the one that was written. For each
//! added part a [`Row`] says what was written that it stands for.
//!
//! Source: Swagger 2.0, "Specification".

mod body;
mod operation;
mod parameter;
mod response;
mod schema;
mod servers;

#[cfg(test)]
mod tests;

use super::reference::{Resolver, reference_of};
use super::tree::MOUNT;
use crate::json::{Map, Pointer, Token, Value};
use std::collections::{HashMap, HashSet};

/// An adapted document.
#[derive(Debug)]
pub(super) struct Adapted {
    /// Everything that was written, and what was added; other files are members of the root.
    pub(super) root: Value,
    /// Where the added parts come from; of several that hold a pointer the longest counts.
    pub(super) rows: Vec<Row>,
    /// What could not be said in the words of 3.0, or is no Swagger 2.0.
    pub(super) remarks: Vec<Remark>,
}

/// One added part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Where it is in the adapted document.
    pub(super) at: Pointer,
    /// What was written that it stands for.
    pub(super) from: Pointer,
    /// Whether what stands below it was written below that, too.
    pub(super) goes_on: bool,
}

/// One thing to say about the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    /// Where it was written.
    pub(super) at: Pointer,
    /// What it is, in one sentence without a full stop.
    pub(super) message: String,
    /// The words under the place.
    pub(super) label: String,
}

/// More added parts than this come from lists that multiply one another; what is behind them is not
/// adapted, and that is said.
const MAX_PARTS: usize = 250_000;

/// Media types of one `consumes` or `produces`; each is written out for each operation.
const MAX_MEDIA_TYPES: usize = 64;

/// More remarks than these help nobody.
const MAX_REMARKS: usize = 1_000;

/// Adapts the tree of a Swagger 2.0 document. What has another shape than 2.0 says is left alone.
pub(super) fn adapt(resolver: Resolver<'_>) -> Adapted {
    let root = resolver.tree.to_value();
    let mut adapter = Adapter {
        resolver,
        out: root.clone(),
        root: &root,
        rows: Vec::new(),
        remarks: Vec::new(),
        seen: HashSet::new(),
        responses: HashMap::new(),
    };
    adapter.servers();
    adapter.security();
    adapter.definitions();
    adapter.paths();
    Adapted { root: adapter.out, rows: adapter.rows, remarks: adapter.remarks }
}

struct Adapter<'r, 'd> {
    resolver: Resolver<'r>,
    /// As it was written.
    root: &'d Value,
    out: Value,
    rows: Vec<Row>,
    remarks: Vec<Remark>,
    /// Parts that were adapted already: a parameter may be referred to a hundred times.
    seen: HashSet<Pointer>,
    /// Responses that are referred to, by where they stand and what is produced: where the adapted
    /// one is.
    responses: HashMap<(Pointer, MediaTypes), Pointer>,
}

/// The media types of `consumes` or `produces`, and where each was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct MediaTypes(Vec<(String, Option<Pointer>)>);

impl<'d> Adapter<'_, 'd> {
    /// The value at a pointer as it was written.
    fn written(&self, at: &Pointer) -> Option<&'d Value> {
        at.get(self.root)
    }

    fn written_map(&self, at: &Pointer) -> Option<&'d Map<String, Value>> {
        self.written(at)?.as_object()
    }

    /// Where the object at a pointer is, behind its references; `None` when there is none.
    fn behind_references(&self, at: &Pointer) -> Option<(Pointer, &'d Map<String, Value>)> {
        match reference_of(self.written(at)?) {
            None => Some((at.clone(), self.written_map(at)?)),
            Some(_) => {
                let (at, _) = self.resolver.resolve(at).ok()?;
                let members = self.written_map(&at)?;
                Some((at, members))
            }
        }
    }

    /// `components`, which 2.0 does not have; it stands for `from`.
    fn components(&mut self, from: &Pointer) -> Pointer {
        let at = Pointer::of(["components"]);
        if !matches!(at.get(&self.out), Some(Value::Object(_))) {
            self.put(&Pointer::root(), "components", Value::Object(Map::new()));
            self.made(at.clone(), from.clone());
        }
        at
    }

    /// Adds a member to an object; one that was written stays, unless it is replaced.
    fn put(&mut self, holder: &Pointer, name: &str, value: Value) {
        if self.rows.len() < MAX_PARTS
            && let Some(Value::Object(members)) = holder.get_mut(&mut self.out)
        {
            members.insert(name.to_owned(), value);
        }
    }

    /// Says that what stands at and below `at` was written at and below `from`.
    fn moved(&mut self, at: Pointer, from: Pointer) {
        self.row(Row { at, from, goes_on: true });
    }

    /// Says that all of what stands at `at` stands for what was written at `from`.
    fn made(&mut self, at: Pointer, from: Pointer) {
        self.row(Row { at, from, goes_on: false });
    }

    fn row(&mut self, row: Row) {
        match self.rows.len() {
            ..MAX_PARTS => self.rows.push(row),
            MAX_PARTS => {
                self.rows.push(row);
                self.remark(
                    Pointer::root(),
                    format!("the document comes to more than {MAX_PARTS} media types and parameters"),
                    "what is behind them is not checked",
                );
            }
            _ => {}
        }
    }

    fn remark(&mut self, at: Pointer, message: impl Into<String>, label: impl Into<String>) {
        let remark = Remark { at, message: message.into(), label: label.into() };
        // A parameter of a path item is met in each of its operations.
        if self.remarks.len() < MAX_REMARKS && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// The text of a reference that stands in the file around `from`.
    fn reference_to(&self, from: &Pointer, target: &Pointer) -> Value {
        let (file, within) = file_of(target);
        // RFC 6901 §6: in a URI fragment `%` must be encoded, and a `#` would start another one.
        let fragment =
            Pointer::of(within.iter().cloned()).to_string().replace('%', "%25").replace('#', "%23");
        Value::from(match file_of(from).0 == file {
            true => format!("#{fragment}"),
            false => format!("{}#{fragment}", self.resolver.files.read_at(target)),
        })
    }

    fn reference_object(&self, from: &Pointer, target: &Pointer) -> Value {
        let mut members = Map::new();
        members.insert("$ref".to_owned(), self.reference_to(from, target));
        Value::Object(members)
    }

    /// The media types that an operation states under a key, or else the document.
    fn media_types(&mut self, operation: &Pointer, key: &str) -> MediaTypes {
        let holders = [operation.clone(), Pointer::root()];
        let stated = holders.iter().find_map(|holder| {
            let at = holder.child(key);
            Some((self.written(&at)?.as_array()?, at))
        });
        let Some((list, at)) = stated else { return MediaTypes(Vec::new()) };
        let texts = list.iter().enumerate().filter_map(|(index, each)| Some((index, each.as_str()?)));
        let mut found: Vec<(String, Option<Pointer>)> = Vec::new();
        let mut seen = HashSet::new();
        for (index, text) in texts {
            if seen.insert(text) {
                found.push((text.to_owned(), Some(at.child(index.to_string()))));
            }
        }
        if found.len() > MAX_MEDIA_TYPES {
            found.truncate(MAX_MEDIA_TYPES);
            let message = format!("`{key}` lists more than {MAX_MEDIA_TYPES} media types");
            self.remark(at, message, "the others are passed over");
        }
        MediaTypes(found)
    }
}

impl MediaTypes {
    /// Where they are listed.
    fn list(&self) -> Option<Pointer> {
        Some(self.0.first()?.1.as_ref()?.parent())
    }

    /// What is meant where nothing is stated: any, and JSON before all others.
    fn or_any(self) -> Self {
        match self.0.is_empty() {
            true => Self(["application/json", "*/*"].map(|text| (text.to_owned(), None)).to_vec()),
            false => self,
        }
    }
}

/// The key of the file that a place is in, none for the document's own text, and the tokens within it.
fn file_of(at: &Pointer) -> (Option<&Token>, &[Token]) {
    match at.tokens().split_first() {
        Some((first, rest)) if first.starts_with(MOUNT) => (Some(first), rest),
        _ => (None, at.tokens()),
    }
}

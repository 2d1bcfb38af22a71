//! OpenAPI Overlay: changes to a document that stand in a file of their own.
//!
//! An overlay is read once ([`Overlay::load`]) and applied to the tree of a document before anything
//! else looks at it. What it brings in keeps its place in the overlay's file.
//!
//! Source: Overlay Specification 1.0.0, and `copy` of 1.1.0.

mod apply;
mod fields;
mod read;

#[cfg(test)]
mod tests;

pub use fields::OVERLAY;

use super::places::{Format, Places};
use crate::expression::Selector;
use crate::json::{Pointer, Value};
use crate::limits::Limits;
use crate::source::{Location, Source, Span};
use std::sync::{Arc, OnceLock};

pub(super) use apply::Layer;

/// One overlay as it was read.
#[derive(Debug)]
pub struct Overlay {
    source: Arc<Source>,
    format: Format,
    limits: Limits,
    root: Value,
    actions: Vec<Action>,
    places: OnceLock<Option<Places>>,
}

/// One change.
#[derive(Debug)]
struct Action {
    /// Where it stands in the overlay.
    at: Pointer,
    target: Selector,
    change: Change,
}

#[derive(Debug)]
enum Change {
    /// The value at this pointer of the overlay is merged into each target.
    Update(Pointer),
    /// What the query selects in the document is merged into each target.
    Copy(Selector),
    /// Each target is taken out.
    Remove,
}

impl Overlay {
    /// The text that was read.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Where the value at a pointer of the overlay stands, or its start where there is none.
    fn place(&self, pointer: &Pointer) -> Location {
        let find = || Places::find(self.format, &self.source, &self.limits);
        let places = self.places.get_or_init(find).as_ref();
        let span = places.and_then(|places| places.span(pointer)).unwrap_or_default();
        let first_line = self.source.slice(span).lines().next().unwrap_or_default().trim_end().len();
        Location::new(&self.source, Span::new(span.start, span.start + first_line))
    }

    /// The same for the key that names the value.
    fn key_place(&self, pointer: &Pointer) -> Location {
        let places = self.places.get_or_init(|| Places::find(self.format, &self.source, &self.limits));
        match places.as_ref().and_then(|places| places.key_span(pointer)) {
            Some(span) => Location::new(&self.source, span),
            None => self.place(pointer),
        }
    }
}

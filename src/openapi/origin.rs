//! Where the parts of a document come from: which text, and where in it.

use super::places::{Format, Places};
use crate::json::Pointer;
use crate::limits::Limits;
use crate::source::{Location, Source, Span};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Says of every pointer into the tree that is worked with where its value was written.
///
/// A tree may be more than one text: other files are mounted in it, an overlay writes into it, an
/// adapter moves its parts. Each such part is a row; what has none stands in the document's own text
/// under the pointer it has. Of several rows the one with the longest pointer counts.
#[derive(Debug)]
pub(super) struct Origins {
    /// The document's own text first.
    texts: Vec<Text>,
    rows: HashMap<Pointer, Origin>,
}

/// One text that parts come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TextIndex(usize);

impl TextIndex {
    /// The document's own text.
    pub(super) const OWN: Self = Self(0);
}

#[derive(Debug)]
struct Text {
    source: Arc<Source>,
    format: Format,
    places: OnceLock<Option<Places>>,
}

#[derive(Debug)]
struct Origin {
    text: TextIndex,
    pointer: Pointer,
    /// Whether what stands below was written below too; otherwise all of it stands for this one place.
    goes_on: bool,
}

impl Origins {
    /// Everything comes from one text, and stands where it was written.
    pub(super) fn of(source: &Arc<Source>, format: Format) -> Self {
        Self { texts: vec![Text::new(source, format)], rows: HashMap::new() }
    }

    /// The document's own text.
    pub(super) fn own(&self) -> &Arc<Source> {
        &self.texts[TextIndex::OWN.0].source
    }

    /// Every text, the document's own first, the others in the order added.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.texts.iter().map(|text| &text.source)
    }

    /// Adds a text that parts may come from.
    pub(super) fn add(&mut self, source: &Arc<Source>, format: Format) -> TextIndex {
        self.texts.push(Text::new(source, format));
        TextIndex(self.texts.len() - 1)
    }

    /// Says that the value at `at`, with everything below it, was written at `pointer` of a text.
    pub(super) fn moved(&mut self, at: Pointer, text: TextIndex, pointer: Pointer) {
        self.rows.insert(at, Origin { text, pointer, goes_on: true });
    }

    /// Says that the value at `at`, with everything below it, was not written as it is, but stands for
    /// what was written at `pointer` of a text.
    #[cfg_attr(not(test), expect(dead_code, reason = "a document is one text until parts come from others"))]
    pub(super) fn made(&mut self, at: Pointer, text: TextIndex, pointer: Pointer) {
        self.rows.insert(at, Origin { text, pointer, goes_on: false });
    }

    /// Where the value at a pointer was written; `None` where there is none.
    ///
    /// The first call for a text reads it again.
    pub(super) fn place(&self, pointer: &Pointer, limits: &Limits) -> Option<Location> {
        self.find(pointer, limits, Places::span)
    }

    /// Where the key was written that names the value at a pointer; `None` where there is none.
    pub(super) fn key_place(&self, pointer: &Pointer, limits: &Limits) -> Option<Location> {
        self.find(pointer, limits, Places::key_span)
    }

    fn find(
        &self,
        pointer: &Pointer,
        limits: &Limits,
        span: impl FnOnce(&Places, &Pointer) -> Option<Span>,
    ) -> Option<Location> {
        let (text, pointer) = self.origin(pointer);
        let text = &self.texts[text.0];
        let span = span(text.places(limits)?, &pointer)?;
        Some(Location::new(&text.source, span))
    }

    /// The text and the pointer in it that a pointer of the tree comes from.
    fn origin(&self, pointer: &Pointer) -> (TextIndex, Pointer) {
        if !self.rows.is_empty() {
            let tokens = pointer.tokens();
            for depth in (0..=tokens.len()).rev() {
                let Some(origin) = self.rows.get(&tokens[..depth]) else { continue };
                let below = if origin.goes_on { &tokens[depth..] } else { &[] };
                return (origin.text, origin.pointer.join(&Pointer::of(below.iter().cloned())));
            }
        }
        (TextIndex::OWN, pointer.clone())
    }
}

impl Text {
    fn new(source: &Arc<Source>, format: Format) -> Self {
        Self { source: Arc::clone(source), format, places: OnceLock::new() }
    }

    fn places(&self, limits: &Limits) -> Option<&Places> {
        self.places.get_or_init(|| Places::find(self.format, &self.source, limits)).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins() -> Origins {
        let own = Source::new("a.yaml", "a: {b: 1}\nc: [2]\n");
        let mut origins = Origins::of(&own, Format::Yaml);
        let other = Source::new("b.json", "{\"x\": {\"y\": [7]}}");
        let other = origins.add(&other, Format::Json);
        origins.moved(Pointer::of(["b"]), other, Pointer::of(["x"]));
        origins.moved(Pointer::of(["b", "z"]), TextIndex::OWN, Pointer::of(["c", "0"]));
        origins.made(Pointer::of(["made"]), TextIndex::OWN, Pointer::of(["a"]));
        origins
    }

    fn check(pointer: &str, value: &str, key: &str) {
        let origins = origins();
        let pointer = Pointer::parse(pointer).expect("a pointer");
        let shown = |place: Option<Location>| {
            place.map_or_else(String::new, |place| {
                format!("{} {}", place.source.name(), place.source.slice(place.span))
            })
        };
        let limits = Limits::default();
        assert_eq!(shown(origins.place(&pointer, &limits)), value, "{pointer}");
        assert_eq!(shown(origins.key_place(&pointer, &limits)), key, "the key of {pointer}");
    }

    #[test]
    fn what_has_no_row_stands_where_it_was_written() {
        check("/a/b", "a.yaml 1", "a.yaml b");
        check("/c/0", "a.yaml 2", "");
        check("/nothing", "", "");
    }

    #[test]
    fn the_longest_row_counts() {
        check("/b", "b.json {\"y\": [7]}", "b.json \"x\"");
        check("/b/y/0", "b.json 7", "");
        check("/b/z", "a.yaml 2", "");
        check("/b/zz", "", "");
    }

    #[test]
    fn what_was_made_stands_for_one_place() {
        check("/made", "a.yaml {b: 1}", "a.yaml a");
        check("/made/up/0", "a.yaml {b: 1}", "a.yaml a");
    }
}

//! Where the parts of a document come from: which text, and where in it.

use super::places::{Format, Places};
use crate::json::{Pointer, Token};
use crate::limits::Limits;
use crate::source::{Location, Source, Span};
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
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
    rows: BTreeMap<Pointer, Origin>,
    /// What an adapter says of the tree that the rows are of: where in it each added part comes from,
    /// and whether what stands below was below that too.
    adapted: HashMap<Pointer, (Pointer, bool)>,
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

#[derive(Clone, Debug)]
struct Origin {
    text: TextIndex,
    pointer: Pointer,
    /// Whether what stands below was written below too; otherwise all of it stands for this one place.
    goes_on: bool,
}

impl Origins {
    /// Everything comes from one text, and stands where it was written.
    pub(super) fn of(source: &Arc<Source>, format: Format) -> Self {
        Self { texts: vec![Text::new(source, format)], rows: BTreeMap::new(), adapted: HashMap::new() }
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

    /// Says that the value at `at` of the adapted tree stands for the one at `from` of the tree before,
    /// and with `goes_on` that what is below it stands for what is below that.
    pub(super) fn adapted(&mut self, at: Pointer, from: Pointer, goes_on: bool) {
        self.adapted.insert(at, (from, goes_on));
    }

    /// Whether an adapter added the value at a pointer.
    pub(super) fn is_added(&self, pointer: &Pointer) -> bool {
        self.adapted.contains_key(pointer)
    }

    /// The pointer in the tree before it was adapted: what its author knows.
    pub(super) fn unadapted(&self, pointer: &Pointer) -> Pointer {
        if !self.adapted.is_empty() {
            let tokens = pointer.tokens();
            for depth in (0..=tokens.len()).rev() {
                let Some((from, goes_on)) = self.adapted.get(&tokens[..depth]) else { continue };
                let below = if *goes_on { &tokens[depth..] } else { &[] };
                return from.join(&Pointer::of(below.iter().cloned()));
            }
        }
        pointer.clone()
    }

    /// Forgets what is said of the value at a pointer and of everything below it.
    pub(super) fn forget(&mut self, at: &Pointer) {
        let found: Vec<Pointer> = self.below(at).map(|(pointer, _)| pointer.clone()).collect();
        for pointer in found {
            self.rows.remove(&pointer);
        }
    }

    /// Says that the value at `at` is a copy of the one at `from`, which stays.
    pub(super) fn copied(&mut self, at: &Pointer, from: &Pointer) {
        let whole = self.row(from);
        let below: Vec<(Pointer, Origin)> =
            self.below(from).map(|(pointer, row)| (moved_below(pointer, from, at), row.clone())).collect();
        self.forget(at);
        self.rows.insert(at.clone(), whole);
        self.rows.extend(below);
    }

    /// Says that of the list at `at`, which had `length` elements, only those at these indexes are
    /// left, in this order.
    pub(super) fn kept(&mut self, at: &Pointer, length: usize, indexes: &[usize]) {
        let child = |index: usize| at.child(index.to_string());
        let is_moved = |(new, old): &(usize, &usize)| new != *old;
        let mut rows = Vec::new();
        for (new, old) in indexes.iter().enumerate().filter(is_moved) {
            let (new, old) = (child(new), child(*old));
            rows.push((new.clone(), self.row(&old)));
            let below = self.below(&old);
            rows.extend(below.map(|(pointer, row)| (moved_below(pointer, &old, &new), row.clone())));
        }
        let first = indexes.iter().enumerate().find(is_moved).map_or(indexes.len(), |(new, _)| new);
        (first..length).for_each(|index| self.forget(&child(index)));
        self.rows.extend(rows);
    }

    /// What is said of a value, by its own row or by one above it.
    fn row(&self, pointer: &Pointer) -> Origin {
        let tokens = pointer.tokens();
        for depth in (0..=tokens.len()).rev() {
            if self.rows.is_empty() {
                break;
            }
            let Some(origin) = self.rows.get(&tokens[..depth]) else { continue };
            let below = if origin.goes_on { &tokens[depth..] } else { &[] };
            let pointer = origin.pointer.join(&Pointer::of(below.iter().cloned()));
            return Origin { pointer, ..origin.clone() };
        }
        Origin { text: TextIndex::OWN, pointer: pointer.clone(), goes_on: true }
    }

    /// The rows of a pointer and of those below it: they are next to one another.
    fn below(&self, at: &Pointer) -> impl Iterator<Item = (&Pointer, &Origin)> {
        let rows = self.rows.range::<[Token], _>((Bound::Included(at.tokens()), Bound::Unbounded));
        rows.take_while(move |(pointer, _)| at.contains(pointer))
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
        let Origin { text, pointer, .. } = self.row(&self.unadapted(pointer));
        (text, pointer)
    }
}

/// A pointer at or below `from`, as far below `to`.
fn moved_below(pointer: &Pointer, from: &Pointer, to: &Pointer) -> Pointer {
    let below = pointer.tokens()[from.tokens().len()..].iter().cloned();
    to.join(&Pointer::of(below))
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

    fn shown(origins: &Origins, pointer: &str) -> String {
        let pointer = Pointer::parse(pointer).expect("a pointer");
        let (text, pointer) = origins.origin(&pointer);
        format!("{} {pointer}", text.0)
    }

    #[test]
    fn an_adapted_tree_is_asked_in_two_steps() {
        let mut origins = origins();
        origins.adapted(Pointer::of(["n"]), Pointer::of(["b", "z"]), true);
        origins.adapted(Pointer::of(["m"]), Pointer::of(["b"]), false);
        assert_eq!(shown(&origins, "/n/q"), "0 /c/0/q");
        assert_eq!(shown(&origins, "/m/q"), "1 /x");
        assert_eq!(origins.unadapted(&Pointer::of(["m", "q"])), Pointer::of(["b"]));
        assert!(origins.is_added(&Pointer::of(["n"])) && !origins.is_added(&Pointer::of(["b"])));
    }

    #[test]
    fn what_is_left_of_a_list_moves_up() {
        let mut origins = origins();
        let list = Pointer::of(["l"]);
        let other = TextIndex(1);
        origins.moved(Pointer::of(["l", "1"]), other, Pointer::of(["gone"]));
        origins.moved(Pointer::of(["l", "3"]), other, Pointer::of(["three"]));
        origins.moved(Pointer::of(["l", "3", "a"]), other, Pointer::of(["deep"]));
        origins.kept(&list, 5, &[0, 2, 3]);
        assert_eq!(shown(&origins, "/l/0/a"), "0 /l/0/a");
        assert_eq!(shown(&origins, "/l/1/a"), "0 /l/2/a");
        assert_eq!(shown(&origins, "/l/2"), "1 /three");
        assert_eq!(shown(&origins, "/l/2/a/b"), "1 /deep/b");
        assert_eq!(shown(&origins, "/l/2/b"), "1 /three/b");
        assert_eq!(shown(&origins, "/l/3"), "0 /l/3");
    }

    #[test]
    fn a_copy_comes_from_where_its_original_does() {
        let mut origins = origins();
        origins.copied(&Pointer::of(["k"]), &Pointer::of(["b"]));
        assert_eq!(shown(&origins, "/k/y"), "1 /x/y");
        assert_eq!(shown(&origins, "/k/z/q"), "0 /c/0/q");
        origins.forget(&Pointer::of(["k"]));
        assert_eq!(shown(&origins, "/k/z/q"), "0 /k/z/q");
    }

    #[test]
    fn what_was_made_stands_for_one_place() {
        check("/made", "a.yaml {b: 1}", "a.yaml a");
        check("/made/up/0", "a.yaml {b: 1}", "a.yaml a");
    }
}

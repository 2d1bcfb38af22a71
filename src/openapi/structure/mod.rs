//! What of a document is not as OpenAPI describes it, with places: warnings, never a refusal.
//!
//! Each reader looks for one kind of thing: [`model`] holds documents of 3.0 against the `openapiv3`
//! crate, [`references`] follows every `$ref`, [`fields`] looks for names that no object has,
//! [`operations`] names what the views pass over or what would mislead them, [`paths`] templates that
//! match the same request, [`servers`] defaults that a server cannot have, [`impossible`] schemas that nothing satisfies, and [`examples`] holds examples
//! and defaults to their own schemas.

mod examples;
mod fields;
mod impossible;
mod model;
mod operations;
mod paths;
mod plain;
mod references;
mod schemas;
mod servers;
mod table;

#[cfg(test)]
mod tests;

use super::inspection::is_large;
use super::side_by_side::side_by_side;
use super::{Document, Nullable};
use crate::diagnostic::{Code, Diagnostic};
use crate::json::Pointer;
use crate::source::{Location, Position, Source, Span};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// One thing that is not as it should be, before its place is looked up.
#[derive(Debug)]
struct Lint {
    code: Code,
    pointer: Pointer,
    /// Whether the key is meant rather than its value.
    is_key: bool,
    message: String,
    label: String,
    /// A second place that takes part in it.
    also: Option<Also>,
    notes: Vec<String>,
    help: Option<String>,
}

/// A second place, and what is said of it.
#[derive(Debug)]
struct Also {
    pointer: Pointer,
    label: String,
}

/// A document with more findings of one reader is explained as well by these: each costs a look-up
/// of its place.
const MAX_LINTS: usize = 1_000;

/// As many further places of a folded finding are listed.
const MAX_PLACES: usize = 5;

/// Looks for everything in a document that is not as its version of OpenAPI describes it.
///
/// All findings are warnings, in the order of the text: `document.structure`, `document.reference`,
/// `document.ambiguous-path`, `document.impossible`, `document.example`; equal ones are folded into one
/// with the further places in a note. Each reader stops after 1,000. What `Document::load` said already
/// (duplicate operation ids, duplicate keys) is not said again. Examples are judged with `nullable` read
/// as given.
///
/// Source: Swagger 2.0; OpenAPI 3.0.4, 3.1.1 and 3.2.0, "Schema".
pub fn check_structure(document: &Arc<Document>, nullable: Nullable) -> Vec<Diagnostic> {
    let of_parts = || {
        let mut lints = operations::lint(document);
        lints.extend(references::lint(document));
        lints.extend(paths::lint(document));
        lints.extend(servers::lint(document));
        (lints, fields::lint(document))
    };
    let of_schemas = || {
        let schemas = schemas::all(document);
        let mut lints = impossible::lint(document, &schemas);
        lints.extend(examples::lint(document, nullable, &schemas));
        lints
    };
    let ((mut lints, fields), of_schemas) = side_by_side(is_large(document), of_parts, of_schemas);
    lints.extend(of_schemas);
    // The model says less than our own words about the same object.
    let known: HashSet<Pointer> = lints.iter().map(|lint| lint.pointer.clone()).collect();
    lints.extend(fields.into_iter().filter(|lint| !known.contains(&lint.pointer)));
    lints.extend(model::lint(document).into_iter().filter(|lint| !known.contains(&lint.pointer)));

    let order: HashMap<*const Source, usize> =
        document.sources().enumerate().map(|(index, source)| (Arc::as_ptr(source), index)).collect();
    let mut placed: Vec<(Location, Lint)> =
        lints.into_iter().map(|lint| (place(document, &lint.pointer, lint.is_key), lint)).collect();
    placed.sort_by_key(|(at, _)| (order.get(&Arc::as_ptr(&at.source)).copied(), at.span.start));
    let mut numbers: HashMap<(Code, String), usize> = HashMap::new();
    let mut folded: Vec<(Lint, Vec<Location>)> = Vec::new();
    for (at, lint) in placed {
        match numbers.entry((lint.code, lint.message.clone())) {
            Entry::Occupied(number) => folded[*number.get()].1.push(at),
            Entry::Vacant(vacant) => {
                vacant.insert(folded.len());
                folded.push((lint, vec![at]));
            }
        }
    }
    folded.into_iter().map(|(lint, places)| diagnostic(document, lint, &places)).collect()
}

fn diagnostic(document: &Document, lint: Lint, places: &[Location]) -> Diagnostic {
    let mut diagnostic = Diagnostic::warning(lint.code, lint.message);
    diagnostic.help.extend(lint.help);
    diagnostic.notes.extend(lint.notes);
    let Some((first, further)) = places.split_first() else {
        return diagnostic;
    };
    if !further.is_empty() {
        let shown = further.iter().take(MAX_PLACES).map(|at| {
            let Position { line, column } = at.position();
            match Arc::ptr_eq(&at.source, &first.source) {
                true => format!("{line}:{column}"),
                false => format!("{}:{line}:{column}", at.source.name()),
            }
        });
        let rest = further.len().saturating_sub(MAX_PLACES);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        diagnostic.notes.push(format!("also at {}{rest}", shown.collect::<Vec<_>>().join(", ")));
    }
    let diagnostic = diagnostic.label_at(first.clone(), lint.label);
    match lint.also {
        Some(Also { pointer, label }) => diagnostic.label_at(place(document, &pointer, false), label),
        None => diagnostic,
    }
}

/// A scalar is pointed at itself, a map or list by its key, or its first line where it has none.
fn place(document: &Document, pointer: &Pointer, is_key: bool) -> Location {
    let is_scalar = document.get(pointer).is_some_and(|value| !value.is_object() && !value.is_array());
    match document.key_place_of(pointer).filter(|_| is_key || !is_scalar) {
        Some(key) => key,
        None => {
            let start = || Location::new(document.source(), Span::default());
            let Location { source, span } = document.place_of(pointer).unwrap_or_else(start);
            let first_line = source.slice(span).lines().next().unwrap_or_default();
            let span = Span::new(span.start, span.start + first_line.trim_end().len());
            Location { source, span }
        }
    }
}

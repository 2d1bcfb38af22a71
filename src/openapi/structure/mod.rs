//! What of a document is not as OpenAPI describes it, with places: warnings, never a refusal.
//!
//! Three readers look at it: [`model`] holds documents of 3.0 against the `openapiv3` crate,
//! [`references`] follows every `$ref`, and [`operations`] names what the views pass over or what
//! would mislead them, in every version.

mod model;
mod operations;
mod references;

#[cfg(test)]
mod tests;

use super::Document;
use crate::diagnostic::{Code, Diagnostic};
use crate::json::Pointer;
use crate::source::{Position, Span};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// One thing that is not as it should be, before its place is looked up.
#[derive(Debug)]
struct Lint {
    code: Code,
    pointer: Pointer,
    /// Whether the key is meant rather than its value.
    is_key: bool,
    message: String,
    label: String,
    help: Option<String>,
}

/// A document with more findings of one reader is explained as well by these: each costs a look-up
/// of its place.
const MAX_LINTS: usize = 1_000;

/// As many further places of a folded finding are listed.
const MAX_PLACES: usize = 5;

/// Looks for everything in a document that is not as its version of OpenAPI describes it.
///
/// All findings are warnings with the code `document.structure` or `document.reference`, in the
/// order of the text; equal ones are folded into one with the further places in a note. Each
/// reader stops after 1,000. What `Document::load` said already (duplicate operation ids,
/// duplicate keys) is not said again.
///
/// Source: OpenAPI 3.0.4 and 3.1.1, "Schema".
pub fn check_structure(document: &Document) -> Vec<Diagnostic> {
    let mut lints = operations::lint(document);
    lints.extend(references::lint(document));
    // The model says less than our own words about the same object.
    let known: HashSet<Pointer> = lints.iter().map(|lint| lint.pointer.clone()).collect();
    lints.extend(model::lint(document).into_iter().filter(|lint| !known.contains(&lint.pointer)));

    let mut placed: Vec<(Span, Lint)> =
        lints.into_iter().map(|lint| (place(document, &lint), lint)).collect();
    placed.sort_by_key(|(span, _)| span.start);
    let mut numbers: HashMap<(Code, String), usize> = HashMap::new();
    let mut folded: Vec<(Lint, Vec<Span>)> = Vec::new();
    for (span, lint) in placed {
        match numbers.entry((lint.code, lint.message.clone())) {
            Entry::Occupied(number) => folded[*number.get()].1.push(span),
            Entry::Vacant(vacant) => {
                vacant.insert(folded.len());
                folded.push((lint, vec![span]));
            }
        }
    }
    folded.into_iter().map(|(lint, spans)| diagnostic(document, lint, &spans)).collect()
}

fn diagnostic(document: &Document, lint: Lint, spans: &[Span]) -> Diagnostic {
    let source = document.source();
    let mut diagnostic = Diagnostic::warning(lint.code, lint.message);
    diagnostic.help.extend(lint.help);
    let Some((first, further)) = spans.split_first() else {
        return diagnostic;
    };
    if !further.is_empty() {
        let shown = further.iter().take(MAX_PLACES).map(|span| {
            let Position { line, column } = source.position(span.start);
            format!("{line}:{column}")
        });
        let rest = further.len().saturating_sub(MAX_PLACES);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        diagnostic.notes.push(format!("also at {}{rest}", shown.collect::<Vec<_>>().join(", ")));
    }
    diagnostic.label(source, *first, lint.label)
}

/// A scalar is pointed at itself, a map or list by its key, or its first line where it has none.
fn place(document: &Document, lint: &Lint) -> Span {
    let pointer = &lint.pointer;
    let span = document.span_of(pointer).unwrap_or_default();
    let is_scalar = document.get(pointer).is_some_and(|value| !value.is_object() && !value.is_array());
    match document.key_span_of(pointer).filter(|_| lint.is_key || !is_scalar) {
        Some(key) => key,
        None => {
            let first_line = document.source().slice(span).lines().next().unwrap_or_default();
            Span::new(span.start, span.start + first_line.trim_end().len())
        }
    }
}

//! All that can be said of a document without a request.

use super::side_by_side::side_by_side;
use super::structure::check_structure;
use super::{Contract, Document, Nullable};
use crate::diagnostic::Diagnostic;
use std::sync::Arc;

/// From so many bytes on, what does not need one another is done side by side: it takes longer than
/// starting a thread.
const LARGE: usize = 1024 * 1024;

/// Says what is not right with a document: its structure, as [`check_structure`] does, then every schema that
/// an operation uses, as [`Contract::diagnostics`] does.
///
/// A large document is looked at by several threads.
pub fn inspect(document: &Arc<Document>, nullable: Nullable) -> Vec<Diagnostic> {
    // Everything is looked at, so that everything is read, once.
    document.root();
    let schemas = || {
        let operations: Vec<_> = document.operations().map(|operation| operation.index()).collect();
        Contract::compile(Arc::clone(document), &operations).with_nullable(nullable).diagnostics()
    };
    let (mut found, of_schemas) =
        side_by_side(is_large(document), || check_structure(document, nullable), schemas);
    found.extend(of_schemas);
    found
}

pub(super) fn is_large(document: &Document) -> bool {
    document.sources().map(|source| source.text().len()).sum::<usize>() >= LARGE
}

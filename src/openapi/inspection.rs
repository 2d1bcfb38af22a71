//! All that can be said of a document without a request.

use super::structure::check_structure;
use super::{Contract, Document, Nullable};
use crate::diagnostic::Diagnostic;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{Builder, scope};

/// From so many bytes on, what does not need one another is done side by side: it takes longer than
/// starting a thread.
const LARGE: usize = 1024 * 1024;

/// What a thread may use of a stack, as `session::runtime` gives it.
const STACK: usize = 16 * 1024 * 1024;

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

/// Does two things, on two threads where that is worth it; without a second thread one after the other.
pub(super) fn side_by_side<A, B: Send>(
    is_large: bool,
    one: impl FnOnce() -> A,
    other: impl Fn() -> B + Send + Sync,
) -> (A, B) {
    if !is_large {
        return (one(), other());
    }
    scope(|scope| match Builder::new().stack_size(STACK).spawn_scoped(scope, &other) {
        Ok(thread) => {
            let one = one();
            (one, thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
        }
        Err(_) => (one(), other()),
    })
}

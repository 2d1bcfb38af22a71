use super::{Lint, MAX_LINTS};
use crate::diagnostic::Code;
use crate::hash::HashSet;
use crate::json::Pointer;
use crate::openapi::walk::{Holds, SiteKind, walk};
use crate::openapi::{Document, ReferenceError};
use std::ops::ControlFlow;

/// Follows every reference of a document, whether an operation needs it or not: in its own text, and
/// in the parts of other files that references lead to.
pub(super) fn lint(document: &Document) -> Vec<Lint> {
    let mut lints = Vec::new();
    // What is reached in another file may stand within something that is reached later.
    let mut seen = HashSet::default();
    let own = (Pointer::root(), Holds::Fields);
    for (root, holds) in std::iter::once(&own).chain(document.reached()) {
        let value = match root.is_root() {
            true => document.root(),
            false => match document.get(root) {
                Some(value) => value,
                None => continue,
            },
        };
        let end = walk(value, &mut root.tokens().to_vec(), *holds, &mut |at, site| {
            if site.kind == SiteKind::Reference {
                let at = Pointer::of(at.iter().cloned());
                if root.is_root() || seen.insert(at.clone()) {
                    check(document, &at, &mut lints);
                }
            }
            if lints.len() < MAX_LINTS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if end.is_break() {
            break;
        }
    }
    lints
}

fn check(document: &Document, at: &Pointer, lints: &mut Vec<Lint>) {
    let Err(error) = document.resolve(at) else { return };
    // A chain is broken in one place: there it is reported. A circle has no such place, so that the
    // first of its members stands for it.
    let is_there = match &error {
        ReferenceError::Circle { chain, .. } => chain.iter().min() == Some(at),
        _ => error.at() == at,
    };
    if !is_there {
        return;
    }
    lints.push(Lint {
        code: Code::DOCUMENT_REFERENCE,
        pointer: at.child("$ref"),
        is_key: false,
        message: error.to_string(),
        label: error.label().to_owned(),
        also: None,
        notes: Vec::new(),
        help: error.help(),
    });
}

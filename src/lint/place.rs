//! The second place of a diagnostic: the line of the document.

use crate::diagnostic::Diagnostic;
use crate::json::Pointer;
use crate::openapi::Document;
use crate::source::{Source, Span};

/// A place of the document with the words under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DocumentLine {
    /// The value that promises.
    pub(super) pointer: Pointer,
    /// Whether its key is marked and not the value.
    pub(super) is_key: bool,
    /// What it promises; may be empty.
    pub(super) label: String,
}

impl DocumentLine {
    pub(super) fn value(pointer: Pointer, label: impl Into<String>) -> Self {
        Self { pointer, is_key: false, label: label.into() }
    }

    pub(super) fn key(pointer: Pointer, label: impl Into<String>) -> Self {
        Self { pointer, is_key: true, label: label.into() }
    }
}

/// Adds the line of the document, where it can be found.
pub(super) fn with_line(diagnostic: Diagnostic, document: &Document, line: &DocumentLine) -> Diagnostic {
    let key = || document.key_place_of(&line.pointer);
    let value = || document.place_of(&line.pointer);
    match if line.is_key { key().or_else(value) } else { value().or_else(key) } {
        Some(at) => {
            let span = first_line(&at.source, at.span);
            diagnostic.label(&at.source, span, line.label.clone())
        }
        None => diagnostic,
    }
}

/// A value of several lines is marked by its first.
fn first_line(source: &Source, span: Span) -> Span {
    let line = source.slice(span).lines().next().unwrap_or_default().len();
    Span::new(span.start, span.start + line)
}

use super::Code;
use crate::source::{Location, Source, Span};
use std::sync::Arc;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Probably not meant; nothing is refused.
    Warning,
    /// The file cannot be used; nothing is sent.
    Error,
}

/// A span with the words that stand under it.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub at: Location,
    /// The words; may be empty.
    pub text: String,
}

/// One fact about an input file of ours.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Stable and dotted: `scenario.unknown-key`.
    pub code: Code,
    /// Errors keep anything from being sent.
    pub level: Level,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The places, the most important first.
    pub labels: Vec<Label>,
    /// Further facts.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// Makes an error without a place.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            level: Level::Error,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Makes a warning without a place.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(code, message) }
    }

    /// Adds a place with the words under it.
    #[must_use]
    pub fn label(self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Self {
        self.label_at(Location::new(source, span), text)
    }

    /// The same for a place that knows its source.
    #[must_use]
    pub fn label_at(mut self, at: Location, text: impl Into<String>) -> Self {
        self.labels.push(Label { at, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds an advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// The diagnostics of one source while it is read: all are collected, none stops the reader.
#[derive(Debug)]
pub struct Problems {
    source: Arc<Source>,
    list: Vec<Diagnostic>,
}

impl Problems {
    /// Starts an empty list for a source.
    pub fn new(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), list: Vec::new() }
    }

    /// The source that is read.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Adds a diagnostic that already has its places.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds an error at a span of the source; the returned diagnostic can be given help and notes.
    pub fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> &mut Diagnostic {
        let diagnostic = Diagnostic::error(code, message).label(&self.source, span, label);
        self.list.push(diagnostic);
        self.list.last_mut().expect("one was pushed on the line before")
    }

    /// Adds a warning at a span of the source.
    pub fn warning(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> &mut Diagnostic {
        let diagnostic = self.error(code, span, message, label);
        diagnostic.level = Level::Warning;
        diagnostic
    }

    /// Whether an error is among them.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|each| each.level == Level::Error)
    }

    /// The number of diagnostics so far.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Gives the diagnostics away, in the order found.
    pub fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}

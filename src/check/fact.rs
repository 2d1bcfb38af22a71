use crate::diagnostic::{Change, Code, Severity};
use crate::json::Pointer;
use crate::source::Span;
use std::ops::Range;

/// A finding before its places are looked up: pointers only, so that a check costs nothing more
/// than its judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Stable and dotted: `response.body`.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, in the words of the API.
    pub headline: String,
    /// What was promised, in a few words.
    pub expected: Option<String>,
    /// What came, in a few words.
    pub actual: Option<String>,
    /// The line of the scenario that asked, where it is another than the step's.
    pub scenario: Option<ScenarioPlace>,
    /// The place in the document that promises.
    pub document: Option<DocumentPlace>,
    /// The place in the response that breaks the promise.
    pub response: Option<ResponsePlace>,
    /// Facts that belong to it: equal places folded, the form that was meant.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
    /// Every place at which a value is not as expected; see [`Finding::differences`].
    ///
    /// [`Finding::differences`]: crate::diagnostic::Finding::differences
    pub differences: Vec<Unlike>,
}

/// A [`Difference`](crate::diagnostic::Difference) whose expectation has no line yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlike {
    /// The expectation.
    pub expectation: ScenarioPlace,
    /// The way to the value.
    pub path: Vec<String>,
    /// What was expected and what came.
    pub changes: Vec<Change>,
    /// Further facts.
    pub notes: Vec<String>,
}

/// A place in the scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioPlace {
    /// Where.
    pub span: Span,
    /// The words under it.
    pub label: String,
    /// Where `$row.column` stands, when the span is a place in the source of the case's row.
    pub of_row: Option<Span>,
}

impl ScenarioPlace {
    /// Makes a place of the scenario file itself.
    pub fn new(span: Span, label: impl Into<String>) -> Self {
        Self { span, label: label.into(), of_row: None }
    }
}

/// A place in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentPlace {
    /// What is pointed at.
    pub pointer: Pointer,
    /// Whether its key is meant, where it is too large to be shown.
    pub is_key: bool,
    /// Whether it is a place in the schema files of the plan, and not in the operation's document.
    pub is_of_file: bool,
    /// The words under it.
    pub label: String,
}

/// A place in the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponsePlace {
    /// What is pointed at.
    pub at: ResponsePart,
    /// The words under it.
    pub label: String,
}

/// A part of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponsePart {
    /// The status line, with whatever the response looks like as a whole.
    StatusLine,
    /// A header line, by its name; one that is missing stands for the head as a whole.
    Header(String),
    /// A value in the JSON body.
    Body(Pointer),
    /// A byte of the body's text.
    BodyOffset(usize),
    /// A stretch of bytes of the body (of its text, where it is text), and what stands there in words:
    /// `item 3`, `the part "avatar"`, `/order/item[2]`.
    BodySpan(Range<usize>, String),
    /// The body as a whole.
    BodyWhole,
}

impl Fact {
    /// Makes a fact without places.
    pub fn new(code: Code, severity: Severity, headline: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            headline: headline.into(),
            expected: None,
            actual: None,
            scenario: None,
            document: None,
            response: None,
            notes: Vec::new(),
            help: Vec::new(),
            differences: Vec::new(),
        }
    }

    /// Adds what was promised and what came.
    #[must_use]
    pub fn compared(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.actual = Some(actual.into());
        self
    }

    /// Adds the value in the document that promises.
    #[must_use]
    pub fn document(mut self, pointer: Pointer, label: impl Into<String>) -> Self {
        self.document =
            Some(DocumentPlace { pointer, is_key: false, is_of_file: false, label: label.into() });
        self
    }

    /// Adds the key in the document under which the promise stands.
    #[must_use]
    pub fn document_key(mut self, pointer: Pointer, label: impl Into<String>) -> Self {
        self.document = Some(DocumentPlace { pointer, is_key: true, is_of_file: false, label: label.into() });
        self
    }

    /// Adds the part of the response that breaks the promise.
    #[must_use]
    pub fn response(mut self, at: ResponsePart, label: impl Into<String>) -> Self {
        self.response = Some(ResponsePlace { at, label: label.into() });
        self
    }

    /// Adds a fact that belongs to it.
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

use super::{Code, Known};
use crate::source::{Source, Span};
use std::sync::Arc;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The check is not run, and the summary says so.
    Off,
    /// Shown, and does not change the verdict.
    Warn,
    /// Makes the step fail.
    Deny,
}

/// One place that a finding points at.
#[derive(Clone, Debug)]
pub struct Place {
    /// The text that holds the place.
    pub source: Arc<Source>,
    /// Where in the text. A span of several lines is shown as its first line.
    ///
    /// An empty span without a label marks nothing: the source is shown from its beginning, below
    /// its name alone. So is shown what has no line of its own, a status line with its content.
    pub span: Span,
    /// The words under the underline: what this place promises or did.
    pub label: String,
    /// Where in the data, shown after the position in the file: `/data/status`.
    pub at: Option<String>,
}

impl Place {
    /// `specs/orders.yaml:61`: its text and its line, from 1.
    pub fn at_line(&self) -> String {
        format!("{}:{}", self.source.name(), self.source.position(self.span.start).line)
    }
}

/// One fact about the API under test.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Stable and dotted: `response.body`.
    pub code: Code,
    /// Deny fails the step; warn is only shown.
    pub severity: Severity,
    /// What is wrong, in the words of the API.
    pub headline: String,
    /// What was promised, in a few words.
    pub expected: Option<String>,
    /// What came, in a few words.
    pub actual: Option<String>,
    /// The line of the scenario that asked.
    pub scenario: Option<Place>,
    /// The line of the document that promises, behind every `$ref`; of a mock that cannot answer, the
    /// line of its rules.
    pub document: Option<Place>,
    /// The place in the response that breaks the promise.
    pub response: Option<Place>,
    /// Facts that belong to it: equal places folded, values of sub-expressions.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
    /// Every place at which a value is not as expected, where one finding speaks of several or of texts
    /// of several lines; in the order of the expectation.
    pub differences: Vec<Difference>,
    /// The entry of the baseline that knows it; then it only warns.
    pub known: Option<Arc<Known>>,
}

/// What a finding says wherever it was asked for.
#[derive(Clone, Copy, Debug)]
pub enum About<'f> {
    /// A promise of the document is broken: its place.
    Promise(&'f Place),
    /// A target is not reached, or gives no token: the words.
    Target(&'f str),
}

impl Finding {
    /// What it says that more than one case may find; `None` of what is about its own line of the scenario.
    pub fn about(&self) -> Option<About<'_>> {
        let is_target = ["transport.", "auth."].iter().any(|kind| self.code.as_str().starts_with(kind));
        let has_place = self.scenario.is_some() || self.document.is_some() || self.response.is_some();
        match &self.document {
            _ if is_target || !has_place => Some(About::Target(&self.headline)),
            Some(place) => Some(About::Promise(place)),
            None => None,
        }
    }
}

/// One place at which a value is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The way to the value, a name or an index a step: `data`, `tags`, `[1]`. Empty for the whole.
    pub path: Vec<String>,
    /// The line of the expectation, from 1.
    pub line: usize,
    /// The file of that line, where it is another than the finding's own scenario file.
    pub file: Option<String>,
    /// What was expected and what came.
    pub changes: Vec<Change>,
    /// Further facts.
    pub notes: Vec<String>,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What was expected: a value in a few words, or a line of a text.
    Expected(String),
    /// What came instead.
    Actual(String),
    /// A line of a text that is the same in both.
    Same(String),
    /// As many lines that are the same and not shown.
    Skipped(usize),
}

impl Change {
    /// Its text, for whoever replaces secrets.
    pub fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Expected(text) | Self::Actual(text) | Self::Same(text) => Some(text),
            Self::Skipped(_) => None,
        }
    }
}

impl Severity {
    /// The word that settings use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    /// The severity of a word in settings.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Off, Self::Warn, Self::Deny].into_iter().find(|severity| severity.as_str() == word)
    }
}

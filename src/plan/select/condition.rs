use super::Candidate;
use crate::clock::Timestamp;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::expression::{Condition, Reference, Scope, Unresolved};
use crate::json::{Datum, Map, Value};
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::yaml::nearest;
use std::borrow::Cow;

/// What a condition over cases can name.
const VARIABLES: &[&str] =
    &["file", "scenario", "name", "title", "tags", "operations", "operation", "row", "api"];

/// A condition over cases; one that could not be read holds for none.
pub(super) struct Chooser {
    condition: Option<Condition>,
    /// Whether it asks for one operation at a time.
    is_by_operation: bool,
}

impl Chooser {
    /// Reads the text of `--select`; every problem is reported at its place in it.
    pub(super) fn compile(text: &str, limits: &Limits, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let source = Source::new("--select", text);
        let mut problems = Problems::new(&source);
        let span = Span::new(0, text.len());
        let condition = Condition::compile(text, span, limits.expression, &mut problems);
        let mentions = condition.as_ref().map(Condition::mentions).unwrap_or_default();
        for mention in &mentions {
            let name = mention.root.as_str();
            if VARIABLES.contains(&name) {
                continue;
            }
            let label = match nearest(name, VARIABLES.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "is no variable".to_owned(),
            };
            let place = source.find(name, span).unwrap_or(span);
            let message = format!("there is no variable `{name}`");
            problems
                .error(Code::SCENARIO_UNKNOWN_REFERENCE, place, message, label)
                .help
                .push(format!("a case has {}", VARIABLES.join(", ")));
        }
        if condition.as_ref().is_some_and(Condition::uses_now) {
            let place = source.find("now", span).unwrap_or(span);
            problems.error(
                Code::SCENARIO_INVALID_CONDITION,
                place,
                "the time chooses no cases",
                "would choose others tomorrow",
            );
        }
        let is_by_operation = mentions.iter().any(|it| matches!(it.root.as_str(), "operation" | "api"));
        let condition = condition.filter(|_| !problems.has_errors());
        diagnostics.extend(problems.into_list());
        Self { condition, is_by_operation }
    }

    /// Whether it holds for a case: with `operation` or `api`, for any operation that the case calls.
    ///
    /// # Errors
    /// Why it has no value, where it holds for none and has none for one.
    pub(super) fn holds(&self, candidate: &Candidate<'_>) -> Result<bool, String> {
        let Some(condition) = &self.condition else { return Ok(false) };
        let n_called = if self.is_by_operation { candidate.called.len().max(1) } else { 1 };
        let mut failure = None;
        for index in 0..n_called {
            match condition.holds(&CaseScope { candidate, index }) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) => failure = Some(error.0),
            }
        }
        failure.map_or(Ok(false), Err)
    }
}

/// A case, looked at by one of the operations that it calls.
struct CaseScope<'c, 'a> {
    candidate: &'c Candidate<'a>,
    index: usize,
}

impl Scope for CaseScope<'_, '_> {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        Err(Unresolved {
            reference: reference.text.clone(),
            reason: "a selection knows no expressions".to_owned(),
        })
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        let case = self.candidate.case;
        let scenario = &case.scenario;
        let called = &self.candidate.called;
        Some(Cow::Owned(match name {
            "file" => scenario.file.name.clone().into(),
            "scenario" => scenario.scenario().name.value.clone().into(),
            "name" => case.id.clone().into(),
            "title" => scenario.title().into(),
            "tags" => case.tags.iter().cloned().collect(),
            "operations" => called.iter().map(|it| it.operation.name()).collect(),
            "operation" => called.get(self.index).map(|it| it.operation.name()).unwrap_or_default().into(),
            "api" => called.get(self.index).map_or("", |it| it.api).into(),
            "row" => row_of(self.candidate),
            _ => return None,
        }))
    }

    fn now(&self) -> Timestamp {
        // Never asked: a condition that calls `now()` is refused.
        Timestamp::UNIX_EPOCH
    }
}

/// The columns of a case's row as they are written, and `name`: its name, or its index as a text.
fn row_of(candidate: &Candidate<'_>) -> Value {
    let mut members = Map::new();
    if let Some(row) = candidate.case.row() {
        members.insert("name".to_owned(), row.label.clone().into());
        members.extend(row.values.iter().map(|cell| (cell.column.to_string(), cell.to_value())));
    }
    Value::Object(members)
}

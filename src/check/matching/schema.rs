//! `$schema`: the value is valid for a schema of the document or of a file.

use super::{MAX_MISMATCHES, Mismatch, Run, Words};
use crate::check::DocumentPlace;
use crate::check::fold::fold;
use crate::json::{Pointer, Value};
use crate::openapi::{Direction, SchemaError, Validity};
use crate::scenario::SchemaReference;
use crate::source::Span;

impl<'a> Run<'a> {
    /// Every place at which the value breaks the schema, as a contract finding tells it.
    pub(super) fn check_schema(&mut self, span: Span, reference: &SchemaReference, value: &'a Value) {
        let name = self.name();
        let is_of_file = matches!(reference, SchemaReference::File(_));
        let contract = if is_of_file { self.schemas.files } else { self.schemas.document };
        let (Some(contract), Some(schema)) = (contract, self.schemas.pointers.get(reference.text())) else {
            return self.not_held(span, reference, "it was not found");
        };
        let max = if self.is_quiet { 1 } else { MAX_MISMATCHES };
        let validity = contract.validate_as(&name, schema, Direction::Response, value, max);
        match validity {
            Validity::Valid => {}
            Validity::NotChecked(reason) => self.not_held(span, reference, &reason),
            Validity::Invalid(errors) => {
                self.has_failed = true;
                // Places are those in the whole body, those that a note names too.
                let place = self.place();
                let within =
                    |error: SchemaError| SchemaError { instance: place.join(&error.instance), ..error };
                for error in fold(errors.into_iter().map(within).collect()) {
                    if self.is_quiet || self.is_done() {
                        return;
                    }
                    self.report_broken(span, reference, error, is_of_file);
                }
            }
        }
    }

    /// What cannot be looked at is not as expected: it would pass for ever.
    fn not_held(&mut self, span: Span, reference: &SchemaReference, reason: &str) {
        self.report(span, |run| {
            let headline = format!("{} cannot be held against `{}`: {reason}", run.name(), reference.text());
            Words::said(headline, valid_for(reference), "not checked".to_owned())
        });
    }

    fn report_broken(
        &mut self,
        span: Span,
        reference: &SchemaReference,
        error: SchemaError,
        is_of_file: bool,
    ) {
        let of_row = self.of_row;
        let at = error.instance;
        // The first step is from the reference to its file, which the place shows.
        let via = error.via[usize::from(is_of_file && !error.via.is_empty())..].join(" › ");
        let speak = |text: String| if is_of_file { of_schema(&text) } else { text };
        let label = match (error.label.is_empty(), via.is_empty()) {
            (_, true) => error.label,
            (true, false) => format!("via {via}"),
            (false, false) => format!("{}, via {via}", error.label),
        };
        let promise = DocumentPlace { pointer: error.keyword, is_key: false, is_of_file, label };
        self.found.push(Mismatch {
            span,
            of_row,
            nearest: at.clone(),
            at,
            headline: speak(error.headline),
            expected: valid_for(reference),
            actual: error.actual,
            notes: error.notes.into_iter().map(speak).collect(),
            lines: Vec::new(),
            promise: Some(promise),
        });
    }

    fn place(&self) -> Pointer {
        let tokens: Vec<String> = self.path.iter().map(super::Token::text).collect();
        self.actual.at.join(&Pointer::of(tokens))
    }
}

/// What `$schema` expects, in words.
pub(super) fn valid_for(reference: &SchemaReference) -> String {
    format!("a value valid for `{}`", reference.text())
}

/// Words about a document as words about a schema that no document holds; what is quoted stays.
fn of_schema(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(index, part)| match index % 2 {
        0 => part.replace("the document", "the schema"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

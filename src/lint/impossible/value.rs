//! One value: written out, of a list of values, or of a format.

use super::words::marked;
use super::{Refusal, Walk, Wanted};
use crate::check::matching::{Actual, Schemas, match_value};
use crate::diagnostic::Severity;
use crate::diagnostic::words::{quoted, some_of};
use crate::json::{Datum, Pointer, Value};
use crate::lint::place::DocumentLine;
use crate::lint::schema::Node;
use crate::openapi::{Direction, Validity};
use crate::scenario::{Marker, Matcher, MatcherKind, OperatorKind};
use crate::source::Span;

impl Walk<'_> {
    /// A value that is written out is judged as the response's would be.
    pub(super) fn literal(&self, schema: &Pointer, datum: &Datum, span: Span, name: &str) -> Vec<Refusal> {
        let mut readings = vec![datum.value().clone()];
        if self.is_text && datum.value().is_number() {
            readings.push(Value::from(datum.to_text()));
        }
        let mut first = None;
        for value in &readings {
            match self.contract.validate_as(name, schema, Direction::Response, value, 8) {
                Validity::Invalid(errors) => {
                    let mut errors = errors.into_iter();
                    first = first.or(errors.find(|error| match &error.format {
                        Some(format) => self.severities.of_format(format) == Severity::Deny,
                        None => true,
                    }));
                    if first.is_none() {
                        return Vec::new();
                    }
                }
                Validity::Valid | Validity::NotChecked(_) => return Vec::new(),
            }
        }
        let Some(error) = first else { return Vec::new() };
        let label = match error.via.is_empty() {
            true => error.label,
            false => format!("via {}", error.via.join(" › ")),
        };
        let line = DocumentLine::value(error.keyword, label);
        vec![Refusal {
            span,
            is_of_row: false,
            expects: format!("expects {}", quoted(datum.value())),
            headline: error.headline,
            line,
        }]
    }

    /// A matcher that accepts none of the values that the document lists.
    pub(super) fn listed(&self, node: &Node<'_>, wanted: Wanted<'_>, name: &str) -> Option<Refusal> {
        let (keyword, values) = match (node.members.get("enum"), node.members.get("const")) {
            (Some(Value::Array(values)), _) => ("enum", values.as_slice()),
            (_, Some(value)) => ("const", std::slice::from_ref(value)),
            _ => return None,
        };
        for value in values {
            let datum = Datum::new(value.clone());
            let actual = Actual { value: Some(&datum), at: &Pointer::root(), name, is_text: self.is_text };
            match match_value(wanted.matcher, &actual, self.literals, Schemas::NONE) {
                Ok(mismatches) if !mismatches.is_empty() && !has_condition(wanted.matcher) => {}
                _ => return None,
            }
        }
        let shown: Vec<String> = values.iter().map(quoted).collect();
        let shown = some_of(&shown, "or");
        let headline = format!("{name} is one of {shown} in the document, and none of them is expected");
        let line = DocumentLine::value(node.at.child(keyword), "none of them is expected");
        Some(self.refusal(wanted, headline, line))
    }

    /// `<date>` where the document promises another format: no text has both.
    pub(super) fn other_format(
        &self,
        node: &Node<'_>,
        wanted: Wanted<'_>,
        markers: &[Marker],
        name: &str,
    ) -> Option<Refusal> {
        const APART: [&str; 7] = ["date", "date-time", "time", "uuid", "email", "uri", "ipv4"];
        let format = node.members.get("format")?.as_str().filter(|format| APART.contains(format))?;
        let is_apart = |marker: &Marker| APART.contains(&marker.word()) && marker.word() != format;
        if markers.is_empty()
            || !markers.iter().all(is_apart)
            || self.severities.of_format(format) != Severity::Deny
        {
            return None;
        }
        let headline = format!(
            "{name} is expected to be {}, and the document promises the format `{format}`",
            marked(markers)
        );
        let line = DocumentLine::value(node.at.child("format"), format!("promises the format `{format}`"));
        Some(self.refusal(wanted, headline, line))
    }
}

/// Whether CEL decides, which may ask for what is not known here.
pub(super) fn has_condition(matcher: &Matcher) -> bool {
    match &matcher.kind {
        MatcherKind::Equal(template) => !template.conditions().is_empty(),
        MatcherKind::Object(members) => members.iter().any(|member| has_condition(&member.matcher)),
        MatcherKind::List(matchers) => matchers.iter().any(has_condition),
        MatcherKind::Markers(_) => false,
        MatcherKind::Operators(operators) => operators.iter().any(|operator| match &operator.kind {
            OperatorKind::Literal(template)
            | OperatorKind::Ne(template)
            | OperatorKind::Order(_, template)
            | OperatorKind::In(template)
            | OperatorKind::NotIn(template)
            | OperatorKind::Match(template) => !template.conditions().is_empty(),
            OperatorKind::Contains(matchers)
            | OperatorKind::Unordered(matchers)
            | OperatorKind::AnyOf(matchers) => matchers.iter().any(has_condition),
            OperatorKind::Exact(members) => members.iter().any(|member| has_condition(&member.matcher)),
            OperatorKind::Each(matcher) | OperatorKind::Length(matcher) | OperatorKind::Not(matcher) => {
                has_condition(matcher)
            }
            // Equality to a whole value, conditions, and what else there may be.
            _ => true,
        }),
    }
}

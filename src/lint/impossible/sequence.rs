//! Elements of arrays and lengths, and the operators that speak of them.

use super::{Refusal, Walk, Wanted, common};
use crate::diagnostic::words::count;
use crate::json::Pointer;
use crate::lint::place::DocumentLine;
use crate::lint::schema::{Node, Together};
use crate::lint::types::{Types, elements};
use crate::scenario::{Matcher, MatcherKind, Operator, OperatorKind};
use crate::source::Span;

impl Walk<'_> {
    pub(super) fn list(
        &self,
        together: &Together<'_>,
        matchers: &[Matcher],
        span: Span,
        name: &str,
    ) -> Vec<Refusal> {
        let mut found = self.length(together, matchers.len() as u64, ["minItems", "maxItems"], span, name);
        for node in &together.nodes {
            for (index, matcher) in matchers.iter().enumerate() {
                if let Some(at) = node.element(index) {
                    let part = format!("`{}[{index}]`", name.trim_matches('`'));
                    found.extend(self.refusals(&at, Wanted { path: &[], matcher }, &part));
                }
            }
        }
        found
    }

    /// A number of parts that the document does not allow.
    pub(super) fn length(
        &self,
        together: &Together<'_>,
        length: u64,
        keywords: [&str; 2],
        span: Span,
        name: &str,
    ) -> Vec<Refusal> {
        let [least, most] = keywords;
        let noun = if least == "minLength" { ["character", "characters"] } else { ["element", "elements"] };
        let mut found = Vec::new();
        for node in &together.nodes {
            for (keyword, words) in [(least, "at least"), (most, "at most")] {
                let Some(bound) = node.count(keyword) else { continue };
                let is_broken = if keyword == least { length < bound } else { length > bound };
                if is_broken {
                    let expected = count(usize::try_from(length).unwrap_or(usize::MAX), noun[0], noun[1]);
                    found.push(Refusal {
                        span,
                        is_of_row: false,
                        expects: format!("expects {expected}"),
                        headline: format!(
                            "{name} is expected to have {expected}, and the document promises {words} {bound}"
                        ),
                        line: DocumentLine::value(node.at.child(keyword), ""),
                    });
                }
            }
        }
        found
    }

    pub(super) fn operator(
        &self,
        together: &Together<'_>,
        schema: &Pointer,
        operator: &Operator,
        has_length: bool,
        name: &str,
    ) -> Vec<Refusal> {
        let part = format!("`{}[0]`", name.trim_matches('`'));
        let each = |matcher: &Matcher| -> Vec<Refusal> {
            let nodes =
                together.nodes.iter().filter(|node| Types::of_schema(node.members) == Some(Types::ARRAY));
            let schemas = nodes.filter_map(Node::elements);
            schemas.flat_map(|at| self.refusals(&at, Wanted { path: &[], matcher }, &part)).collect()
        };
        match &operator.kind {
            OperatorKind::Literal(template) => match self.literals.value(template) {
                Some(datum) => self.literal(schema, &datum, operator.span, name),
                None => Vec::new(),
            },
            OperatorKind::In(template) => match self.literals.value(template) {
                Some(datum) => common(
                    elements(&datum).iter().map(|element| self.literal(schema, element, operator.span, name)),
                ),
                None => Vec::new(),
            },
            OperatorKind::Contains(matchers) => matchers.iter().flat_map(each).collect(),
            OperatorKind::Unordered(matchers) => {
                let counted = self.length(
                    together,
                    matchers.len() as u64,
                    ["minItems", "maxItems"],
                    operator.key_span,
                    name,
                );
                counted.into_iter().chain(matchers.iter().flat_map(each)).collect()
            }
            OperatorKind::Exact(members) => self.members(together, members),
            // Beside `$length` the array may be empty, and then nothing is expected of its elements.
            OperatorKind::Each(matcher) if !has_length => each(matcher),
            OperatorKind::Length(matcher) => self.counted(together, matcher, name),
            OperatorKind::AnyOf(matchers) => common(
                matchers.iter().map(|matcher| self.refusals(schema, Wanted { path: &[], matcher }, name)),
            ),
            _ => Vec::new(),
        }
    }

    /// `$length` of a number, where the document says of what.
    pub(super) fn counted(&self, together: &Together<'_>, matcher: &Matcher, name: &str) -> Vec<Refusal> {
        let MatcherKind::Equal(template) = &matcher.kind else { return Vec::new() };
        let Some(length) = self.literals.value(template).and_then(|datum| datum.value().as_u64()) else {
            return Vec::new();
        };
        let is =
            |types: Types| together.nodes.iter().any(|node| Types::of_schema(node.members) == Some(types));
        match (is(Types::ARRAY), is(Types::STRING)) {
            (true, false) => self.length(together, length, ["minItems", "maxItems"], matcher.span, name),
            (false, true) => self.length(together, length, ["minLength", "maxLength"], matcher.span, name),
            _ => Vec::new(),
        }
    }
}

//! Whether a value that keeps its schema can be what a scenario expects.
//!
//! The matcher is walked beside the schema: every schema that judges the value must leave room for it, of
//! a `oneOf` or `anyOf` one form. `not`, conditions and what else is not looked at leave everything
//! possible.

mod member;
mod sequence;
mod value;
mod words;

pub(super) use member::{is_absent, may_be_absent};

use super::literal::Literals;
use super::place::DocumentLine;
use super::schema::{Node, Together};
use super::types::Types;
use crate::check::Severities;
use crate::json::{Pointer, Token, array_index};
use crate::openapi::Contract;
use crate::scenario::{Matcher, MatcherKind, OperatorKind};
use crate::source::Span;
use std::cell::Cell;
use words::{expected, expects};

/// Schemas that are asked for one expectation; more are nested choices, of which nothing is said.
const MAX_QUESTIONS: usize = 20_000;

/// Schemas within schemas: matchers are not nested deeper, and choices that are go in a circle.
const MAX_DEPTH: usize = 64;

/// Why an expectation can never be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The expectation.
    pub(super) span: Span,
    /// Whether it stands in the row's source, and not in the scenario's.
    pub(super) is_of_row: bool,
    /// What it expects, for the place of the scenario.
    pub(super) expects: String,
    /// What is wrong, in one sentence.
    pub(super) headline: String,
    /// What the document promises instead.
    pub(super) line: DocumentLine,
}

/// What is expected of a value: a matcher, of it or of a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'m> {
    /// The way to the part, from the value.
    pub(super) path: &'m [Token],
    pub(super) matcher: &'m Matcher,
}

/// The schemas of a document, and what is known of a scenario's values.
pub(super) struct Walk<'a> {
    pub(super) contract: &'a Contract,
    pub(super) literals: &'a Literals<'a>,
    pub(super) severities: &'a Severities,
    /// Whether the value comes as bare text, which numeric expectations read as a number.
    pub(super) is_text: bool,
    questions: Cell<usize>,
    depth: Cell<usize>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        contract: &'a Contract,
        literals: &'a Literals<'a>,
        severities: &'a Severities,
        is_text: bool,
    ) -> Self {
        Self { contract, literals, severities, is_text, questions: Cell::new(0), depth: Cell::new(0) }
    }

    /// Why no value that the schema accepts is as wanted; nothing where one may be. `name` is what
    /// messages call the value.
    pub(super) fn refusals(&self, schema: &Pointer, wanted: Wanted<'_>, name: &str) -> Vec<Refusal> {
        let questions = self.questions.get() + 1;
        self.questions.set(questions);
        let depth = self.depth.get();
        if questions > MAX_QUESTIONS || depth >= MAX_DEPTH {
            return Vec::new();
        }
        self.depth.set(depth + 1);
        let mut found = self.refusals_within(schema, wanted, name);
        // What a row says is all of the row.
        found.iter_mut().for_each(|refusal| refusal.is_of_row |= wanted.matcher.of_row.is_some());
        self.depth.set(depth);
        found
    }

    fn refusals_within(&self, schema: &Pointer, wanted: Wanted<'_>, name: &str) -> Vec<Refusal> {
        let Some(together) = Together::at(self.contract.document(), schema) else {
            return Vec::new();
        };
        let types = self.types(wanted);
        if let Some(at) = &together.refusing {
            let headline = format!("{name} is expected, and the document allows no value there");
            return vec![self.refusal(wanted, headline, DocumentLine::value(at.clone(), "allows nothing"))];
        }
        // Leniently, `nullable` counts wherever it stands.
        if together.is_nullable && types.meets(Types::NULL) {
            return Vec::new();
        }
        // A value that is written out is judged by the whole schema at once.
        if let (MatcherKind::Equal(template), []) = (&wanted.matcher.kind, wanted.path)
            && let Some(datum) = self.literals.value(template)
        {
            return self.literal(schema, &datum, wanted.matcher.span, name);
        }
        let mut found = Vec::new();
        for node in &together.nodes {
            found.extend(self.other_type(node, wanted, types, name));
        }
        if found.is_empty() && wanted.path.is_empty() {
            found = self.of_matcher(&together, schema, wanted.matcher, name);
        } else if let (true, [first, rest @ ..]) = (found.is_empty(), wanted.path) {
            let inner = Wanted { path: rest, matcher: wanted.matcher };
            found = self.part(&together, first, inner, name);
        }
        for node in &together.nodes {
            for keyword in ["oneOf", "anyOf"] {
                if found.is_empty() {
                    let forms = node.forms(keyword);
                    found = common(forms.iter().map(|form| self.refusals(form, wanted, name)));
                }
            }
        }
        once_each(found)
    }

    fn types(&self, wanted: Wanted<'_>) -> Types {
        let types = match wanted.path.first() {
            None => Types::of_matcher(wanted.matcher, self.literals),
            Some(token) if array_index(token).is_some() => Types::OBJECT | Types::ARRAY,
            Some(_) => Types::OBJECT,
        };
        let is_numeric = types.meets(Types::NUMBER);
        if self.is_text && is_numeric { types | Types::STRING } else { types }
    }

    fn other_type(&self, node: &Node<'_>, wanted: Wanted<'_>, types: Types, name: &str) -> Option<Refusal> {
        let promised = Types::of_schema(node.members)?;
        // A matcher that nothing meets, as `<absent>` alone, says nothing of types.
        if promised.meets(types) || types == Types::NONE {
            return None;
        }
        let headline = match wanted.path {
            [] => format!(
                "{name} is expected to be {}, and the document promises {}",
                expected(wanted.matcher, types),
                promised.words()
            ),
            [token, ..] => format!(
                "{name} is expected to have `{token}`, and the document promises {}",
                promised.words()
            ),
        };
        let line = DocumentLine::value(node.at.child("type"), format!("promises {}", promised.words()));
        Some(self.refusal(wanted, headline, line))
    }

    fn refusal(&self, wanted: Wanted<'_>, headline: String, line: DocumentLine) -> Refusal {
        let is_of_row = wanted.matcher.of_row.is_some();
        Refusal { span: wanted.matcher.span, is_of_row, expects: expects(wanted.matcher), headline, line }
    }

    fn of_matcher(
        &self,
        together: &Together<'_>,
        schema: &Pointer,
        matcher: &Matcher,
        name: &str,
    ) -> Vec<Refusal> {
        let wanted = Wanted { path: &[], matcher };
        let listed: Vec<Refusal> =
            together.nodes.iter().filter_map(|node| self.listed(node, wanted, name)).collect();
        if !listed.is_empty() {
            return listed;
        }
        match &matcher.kind {
            MatcherKind::Equal(_) => Vec::new(),
            MatcherKind::Object(members) => self.members(together, members),
            MatcherKind::List(matchers) => self.list(together, matchers, matcher.span, name),
            MatcherKind::Markers(markers) => together
                .nodes
                .iter()
                .filter_map(|node| self.other_format(node, wanted, markers, name))
                .collect(),
            MatcherKind::Operators(operators) => {
                let has_length = operators.iter().any(|it| matches!(it.kind, OperatorKind::Length(_)));
                operators
                    .iter()
                    .flat_map(|operator| self.operator(together, schema, operator, has_length, name))
                    .collect()
            }
        }
    }
}

/// What is refused by all of several, of which one would do: the same expectation where there is one,
/// else the first of the first.
pub(super) fn common(all: impl IntoIterator<Item = Vec<Refusal>>) -> Vec<Refusal> {
    let all: Vec<Vec<Refusal>> = all.into_iter().collect();
    let Some((first, others)) = all.split_first().filter(|_| all.iter().all(|each| !each.is_empty())) else {
        return Vec::new();
    };
    let in_all =
        |refusal: &&Refusal| others.iter().all(|other| other.iter().any(|each| each.span == refusal.span));
    let shared: Vec<Refusal> = first.iter().filter(in_all).cloned().collect();
    if shared.is_empty() { first[..1].to_vec() } else { shared }
}

/// One refusal of each expectation.
fn once_each(refusals: Vec<Refusal>) -> Vec<Refusal> {
    let mut kept: Vec<Refusal> = Vec::new();
    for refusal in refusals {
        if !kept.iter().any(|each| each.span == refusal.span) {
            kept.push(refusal);
        }
    }
    kept
}

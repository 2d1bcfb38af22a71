//! Whether a value that keeps its schema can be what a scenario expects.
//!
//! The matcher is walked beside the schema: every schema that judges the value must leave room for it, of
//! a `oneOf` or `anyOf` one form. `not`, conditions and what else is not looked at leave everything
//! possible.

use super::literal::Literals;
use super::place::DocumentLine;
use super::schema::{Node, Together};
use super::types::{Types, elements};
use crate::check::Severities;
use crate::check::matching::{Actual, Schemas, match_value};
use crate::diagnostic::Severity;
use crate::diagnostic::words::{count, quoted};
use crate::json::{Datum, Pointer, Token, Value, array_index};
use crate::openapi::{Contract, Direction, Validity};
use crate::scenario::{Marker, Matcher, MatcherKind, Member, Operator, OperatorKind};
use crate::source::Span;
use std::cell::Cell;

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

    /// A value that is written out is judged as the response's would be.
    fn literal(&self, schema: &Pointer, datum: &Datum, span: Span, name: &str) -> Vec<Refusal> {
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
    fn listed(&self, node: &Node<'_>, wanted: Wanted<'_>, name: &str) -> Option<Refusal> {
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
        let shown = crate::diagnostic::words::some_of(&shown, "or");
        let headline = format!("{name} is one of {shown} in the document, and none of them is expected");
        let line = DocumentLine::value(node.at.child(keyword), "none of them is expected");
        Some(self.refusal(wanted, headline, line))
    }

    /// `<date>` where the document promises another format: no text has both.
    fn other_format(
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

    fn members(&self, together: &Together<'_>, members: &[Member]) -> Vec<Refusal> {
        members
            .iter()
            .flat_map(|member| {
                let wanted = Wanted { path: &[], matcher: &member.matcher };
                self.member(together, &member.name, wanted, member.name_span)
            })
            .collect()
    }

    /// The first step of a path: a member, or an element where the value is an array.
    fn part(&self, together: &Together<'_>, token: &str, inner: Wanted<'_>, name: &str) -> Vec<Refusal> {
        let is_member = inner.path.is_empty() && array_index(token).is_none();
        if may_be_absent(inner.matcher) && !is_member {
            return Vec::new();
        }
        let Some(index) = array_index(token) else {
            return self.member(together, token, inner, inner.matcher.span);
        };
        let is_array = |node: &Node<'_>| Types::of_schema(node.members) == Some(Types::ARRAY);
        let nodes = together.nodes.iter().filter(|node| is_array(node));
        let part = format!("`{}[{index}]`", name.trim_matches('`'));
        nodes.filter_map(|node| node.element(index)).flat_map(|at| self.refusals(&at, inner, &part)).collect()
    }

    fn member(
        &self,
        together: &Together<'_>,
        member: &str,
        wanted: Wanted<'_>,
        name_span: Span,
    ) -> Vec<Refusal> {
        let document = self.contract.document();
        let name = format!("`{member}`");
        if wanted.path.is_empty() && may_be_absent(wanted.matcher) {
            let required = together.required(member).filter(|_| !together.is_write_only(document, member));
            let Some(required) = required else { return Vec::new() };
            if is_absent(wanted.matcher) {
                let headline = format!("{name} is expected not to be there, and the document requires it");
                return vec![self.refusal(wanted, headline, DocumentLine::value(required, "requires it"))];
            }
            if !matches!(wanted.matcher.kind, MatcherKind::Markers(_)) {
                return Vec::new();
            }
        }
        let mut found = Vec::new();
        for node in &together.nodes {
            if let Some(at) = node.property(member) {
                found.extend(self.refusals(&at, wanted, &name));
                continue;
            }
            if node
                .members
                .get("patternProperties")
                .and_then(Value::as_object)
                .is_some_and(|it| !it.is_empty())
            {
                continue;
            }
            let at = node.at.child("additionalProperties");
            match node.members.get("additionalProperties") {
                Some(Value::Bool(false)) => {
                    let nearest = crate::yaml::nearest(member, node.property_names());
                    let meant = nearest.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
                    found.push(Refusal {
                        span: name_span,
                        is_of_row: false,
                        expects: format!("expects {name}"),
                        headline: format!(
                            "{name} is expected, and the document allows no such member{meant}"
                        ),
                        line: DocumentLine::value(at, "allows no other members"),
                    });
                }
                Some(Value::Object(_)) => found.extend(self.refusals(&at, wanted, &name)),
                _ => {}
            }
        }
        found
    }

    fn list(&self, together: &Together<'_>, matchers: &[Matcher], span: Span, name: &str) -> Vec<Refusal> {
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
    fn length(
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

    fn operator(
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
    fn counted(&self, together: &Together<'_>, matcher: &Matcher, name: &str) -> Vec<Refusal> {
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

/// Whether a value that is not there may meet a matcher.
pub(super) fn may_be_absent(matcher: &Matcher) -> bool {
    match &matcher.kind {
        MatcherKind::Markers(markers) => markers.contains(&Marker::Absent),
        MatcherKind::Operators(operators) => operators.iter().all(|operator| match &operator.kind {
            OperatorKind::AnyOf(matchers) => matchers.iter().any(may_be_absent),
            OperatorKind::Not(_) => true,
            _ => false,
        }),
        _ => false,
    }
}

/// `<absent>`, and nothing else.
pub(super) fn is_absent(matcher: &Matcher) -> bool {
    matches!(&matcher.kind, MatcherKind::Markers(markers) if markers[..] == [Marker::Absent])
}

/// Whether CEL decides, which may ask for what is not known here.
fn has_condition(matcher: &Matcher) -> bool {
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

/// A matcher as a part of "is expected to be …".
fn expected(matcher: &Matcher, types: Types) -> String {
    match &matcher.kind {
        MatcherKind::Markers(markers) => marked(markers),
        MatcherKind::Equal(template) => match template.as_literal() {
            Some(datum) => quoted(datum.value()),
            None => types.words(),
        },
        _ => types.words(),
    }
}

/// The words under an expectation.
fn expects(matcher: &Matcher) -> String {
    match &matcher.kind {
        MatcherKind::Markers(markers) => format!("expects {}", marked(markers)),
        MatcherKind::Equal(template) => match template.as_literal() {
            Some(datum) => format!("expects {}", quoted(datum.value())),
            None => "expects this value".to_owned(),
        },
        MatcherKind::Object(_) => "expects an object".to_owned(),
        MatcherKind::List(_) => "expects an array".to_owned(),
        MatcherKind::Operators(_) => "expects this".to_owned(),
    }
}

/// Markers as they are written.
fn marked(markers: &[Marker]) -> String {
    let words: Vec<&str> = markers.iter().map(|marker| marker.word()).collect();
    format!("`<{}>`", words.join("|"))
}

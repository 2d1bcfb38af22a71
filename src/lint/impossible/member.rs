//! Members of objects, and the first step of a path.

use super::{Refusal, Walk, Wanted};
use crate::json::{Value, array_index};
use crate::lint::place::DocumentLine;
use crate::lint::schema::{Node, Together};
use crate::lint::types::Types;
use crate::scenario::{Marker, Matcher, MatcherKind, Member, OperatorKind};
use crate::source::Span;

impl Walk<'_> {
    pub(super) fn members(&self, together: &Together<'_>, members: &[Member]) -> Vec<Refusal> {
        members
            .iter()
            .flat_map(|member| {
                let wanted = Wanted { path: &[], matcher: &member.matcher };
                self.member(together, &member.name, wanted, member.name_span)
            })
            .collect()
    }

    /// The first step of a path: a member, or an element where the value is an array.
    pub(super) fn part(
        &self,
        together: &Together<'_>,
        token: &str,
        inner: Wanted<'_>,
        name: &str,
    ) -> Vec<Refusal> {
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

    pub(super) fn member(
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
}

/// Whether a value that is not there may meet a matcher.
pub(in crate::lint) fn may_be_absent(matcher: &Matcher) -> bool {
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
pub(in crate::lint) fn is_absent(matcher: &Matcher) -> bool {
    matches!(&matcher.kind, MatcherKind::Markers(markers) if markers[..] == [Marker::Absent])
}

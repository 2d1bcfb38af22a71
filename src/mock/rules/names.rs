//! The names that rules may use, and the check that each name in them exists.

use crate::diagnostic::{Code, Problems};
use crate::expression::{Condition, Template};
use crate::openapi::{Document, OperationIndex, ParameterIn};
use crate::source::Span;
use crate::yaml::{Kind, Node, nearest};
use std::collections::BTreeSet;

/// The names that every request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mock) enum BuiltIn {
    Path,
    Query,
    Headers,
    Body,
    Token,
    Now,
    RequestId,
    RequestValid,
    RequestProblems,
    All,
}

impl BuiltIn {
    const TABLE: &[(&'static str, Self)] = &[
        ("path", Self::Path),
        ("query", Self::Query),
        ("headers", Self::Headers),
        ("body", Self::Body),
        ("token", Self::Token),
        ("now", Self::Now),
        ("requestId", Self::RequestId),
        ("requestValid", Self::RequestValid),
        ("requestProblems", Self::RequestProblems),
        ("all", Self::All),
    ];

    pub(in crate::mock) fn of(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|(each, _)| *each == name).map(|(_, built_in)| *built_in)
    }

    pub(super) fn words() -> impl Iterator<Item = &'static str> {
        Self::TABLE.iter().map(|(name, _)| *name)
    }
}

/// Words that CEL reads as something else than a name.
///
/// Source: Common Expression Language specification, "Syntax", reserved identifiers.
const RESERVED: &[&str] = &[
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The names of one rules file.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) entities: Vec<String>,
    pub(super) lets: Vec<String>,
    pub(super) collections: Vec<String>,
    /// The members of any grant's claims; `None` without `tokens`.
    pub(super) claims: Option<BTreeSet<String>>,
    /// Per entity, the index of its collection, if there is such a collection.
    pub(super) entity_from: Vec<Option<usize>>,
    /// Per collection, its private members.
    pub(super) private: Vec<Vec<String>>,
}

/// Where an expression stands, as far as that decides which names it may use.
#[derive(Clone, Copy)]
pub(super) struct Site<'s> {
    /// Names beside those of the file: what a reply is given, what a token reply knows.
    pub(super) extra: &'s [String],
    /// The operations of which the parameters are known.
    pub(super) operations: &'s [OperationIndex],
    /// Whether it becomes part of a reply, which nothing private may.
    pub(super) is_sent: bool,
}

/// Whether a name can be used in CEL and behind `$`.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !RESERVED.contains(&text)
}

impl Names {
    /// Every name that may stand first, in CEL or behind `$`.
    pub(super) fn roots(&self, extra: &[String]) -> Vec<String> {
        let own = self.entities.iter().chain(&self.lets).chain(extra).cloned();
        BuiltIn::words().map(str::to_owned).chain(own).collect()
    }

    /// Reports each name of a condition that does not exist.
    pub(super) fn check_condition(
        &self,
        condition: &Condition,
        site: Site<'_>,
        document: &Document,
        problems: &mut Problems,
    ) {
        let roots = self.roots(site.extra);
        for mention in condition.mentions() {
            if !roots.contains(&mention.root) {
                unknown(&mention.root, "there is no name", &roots, condition.span, problems);
            } else if let Some(member) = mention.members.first() {
                self.check_member(&mention.root, member, condition.span, site, document, problems);
            }
        }
    }

    /// Reports each name of a template that does not exist; its roots do, or they would be text.
    pub(super) fn check_template(
        &self,
        template: &Template,
        site: Site<'_>,
        document: &Document,
        problems: &mut Problems,
    ) {
        for (reference, span) in template.references() {
            if let Some(member) = reference.first_member() {
                self.check_member(&reference.root, member, span, site, document, problems);
            }
        }
        for condition in template.conditions() {
            self.check_condition(condition, site, document, problems);
        }
    }

    fn check_member(
        &self,
        root: &str,
        member: &str,
        span: Span,
        site: Site<'_>,
        document: &Document,
        problems: &mut Problems,
    ) {
        if let Some(entity) = self.entities.iter().position(|name| name == root) {
            let private = self.entity_from[entity].map_or(&[][..], |collection| &self.private[collection]);
            if site.is_sent && private.iter().any(|each| each == member) {
                problems.error(
                    Code::MOCK_INVALID_VALUE,
                    span,
                    format!("`{root}.{member}` is private, and would be sent"),
                    "never leaves the mock",
                );
            }
            return;
        }
        match BuiltIn::of(root) {
            Some(BuiltIn::All) if !self.collections.iter().any(|name| name == member) => {
                unknown(member, "`state` has no collection", &self.collections, span, problems);
            }
            Some(BuiltIn::Path) => {
                let declared = path_parameters(document, site.operations);
                if !declared.iter().any(|name| name == member) {
                    unknown(member, "no operation here has a path parameter", &declared, span, problems);
                }
            }
            Some(BuiltIn::Token) => match &self.claims {
                None => {
                    problems
                        .error(
                            Code::MOCK_UNKNOWN_REFERENCE,
                            span,
                            format!("`token.{member}` never exists"),
                            "the rules issue no tokens",
                        )
                        .help
                        .push("say under `tokens` how they are issued, and with which claims".to_owned());
                }
                Some(claims) if !claims.contains(member) => {
                    let claims: Vec<String> = claims.iter().cloned().collect();
                    unknown(member, "no grant has a claim", &claims, span, problems);
                }
                Some(_) => {}
            },
            Some(BuiltIn::Headers) if member.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                let lower = member.to_ascii_lowercase();
                problems.error(
                    Code::MOCK_UNKNOWN_REFERENCE,
                    span,
                    format!("`headers.{member}` never exists: the names of headers are in lower case here"),
                    format!("did you mean `headers.{lower}`?"),
                );
            }
            _ => {}
        }
    }
}

/// Reports texts that look like an expression over a name that does not exist: they would be
/// sent as text, which nobody means.
pub(super) fn check_roots(node: &Node, roots: &[String], problems: &mut Problems) {
    match &node.kind {
        Kind::String(text) => {
            for name in looks_like_names(text) {
                if !roots.iter().any(|root| root == name) {
                    unknown(name, "there is no name", roots, node.span, problems)
                        .push(format!("write `$${name}` for the text"));
                }
            }
        }
        Kind::List(elements) => elements.iter().for_each(|each| check_roots(each, roots, problems)),
        Kind::Map(entries) => {
            let plain = entries.iter().filter(|entry| !matches!(entry.key.as_str(), "$literal" | "$cel"));
            plain.for_each(|entry| check_roots(&entry.value, roots, problems));
        }
        _ => {}
    }
}

/// Reports a name that does not exist, with the one that was meant; gives the advice to be added to.
pub(super) fn unknown<'p>(
    name: &str,
    what: &str,
    known: &[String],
    span: Span,
    problems: &'p mut Problems,
) -> &'p mut Vec<String> {
    let meant = nearest(name, known.iter().map(String::as_str));
    let label = meant.map_or_else(|| "is not known".to_owned(), |meant| format!("did you mean `{meant}`?"));
    let help =
        (meant.is_none() && !known.is_empty()).then(|| format!("what is known here: {}", known.join(", ")));
    let diagnostic = problems.error(Code::MOCK_UNKNOWN_REFERENCE, span, format!("{what} `{name}`"), label);
    diagnostic.help.extend(help);
    &mut diagnostic.help
}

fn path_parameters(document: &Document, operations: &[OperationIndex]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for index in operations {
        for parameter in document.operation(*index).parameters() {
            if parameter.location() == ParameterIn::Path && !names.iter().any(|name| name == parameter.name())
            {
                names.push(parameter.name().to_owned());
            }
        }
    }
    names
}

/// The names of a text that stand where an expression would: `$name…` at its start, `{$name…` within.
fn looks_like_names(text: &str) -> Vec<&str> {
    let embedded = text.match_indices("{$").map(|(at, _)| at + 2);
    let whole = text.starts_with('$').then_some(1);
    whole.into_iter().chain(embedded).filter_map(|at| name_at(&text[at..])).collect()
}

fn name_at(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let name = &text[..end];
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers() {
        for name in ["order", "_x", "a1", "requestValid"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1a", "a-b", "a.b", "in", "null", "é"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn texts_that_look_like_expressions() {
        for (text, expected) in [
            ("$order", vec!["order"]),
            ("$order.id", vec!["order"]),
            ("at {$now} and {$then.x}", vec!["now", "then"]),
            ("$$order", vec![]),
            ("$5.00", vec![]),
            ("costs $order", vec![]),
            ("$", vec![]),
            ("{$", vec![]),
            ("{$é}", vec![]),
        ] {
            assert_eq!(looks_like_names(text), expected, "{text}");
        }
    }
}

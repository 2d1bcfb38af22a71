//! What a document says of a place in a body: whether there is such a member, and whether it is always
//! there.

use super::schema::{Node, Together};
use super::types::Types;
use crate::json::{Pointer, Token, Value, array_index};
use crate::openapi::Document;
use std::collections::BTreeSet;

/// Choices within choices that are followed; more leave everything open.
const MAX_DEPTH: usize = 8;

/// What a document says of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Described {
    /// Nothing that would decide it.
    Open,
    /// It is described; where the schema says that it may be missing, the property and its name.
    Known {
        /// The first member on the way that need not be there, with its schema.
        optional: Option<(String, Pointer)>,
    },
    /// There is no such member.
    Missing {
        /// The member that is not described.
        name: String,
        /// The schema that lists others, at its `properties`; at its `type` where it is no object.
        place: Pointer,
        /// The names that there are; none where it is no object.
        known: Vec<String>,
        /// What it is instead, where it is no object.
        instead: Option<String>,
    },
}

/// Everything that may judge one value: every form of every choice.
#[derive(Default)]
struct Forms<'d> {
    nodes: Vec<Node<'d>>,
    is_open: bool,
}

/// Looks a place up in the schema of a body.
pub(super) fn describe(document: &Document, schema: &Pointer, path: &[Token]) -> Described {
    let mut schemas = vec![schema.clone()];
    let mut optional = None;
    for token in path {
        let mut forms = Forms::default();
        for schema in &schemas {
            forms.add(document, schema, 0);
        }
        if forms.is_open || forms.nodes.is_empty() {
            return Described::Open;
        }
        let is_array =
            |node: &&Node<'_>| Types::of_schema(node.members).is_some_and(|it| it.meets(Types::ARRAY));
        let mut next: Vec<Pointer> = forms.nodes.iter().filter_map(|node| node.property(token)).collect();
        if let Some(index) = array_index(token).filter(|_| next.is_empty()) {
            next = forms.nodes.iter().filter(is_array).filter_map(|node| node.element(index)).collect();
            if next.is_empty() {
                return Described::Open;
            }
            schemas = next;
            continue;
        }
        if next.is_empty() {
            return forms.missing(token);
        }
        if optional.is_none() && !schemas.iter().all(|schema| is_required(document, schema, token, 0)) {
            optional = Some((token.to_string(), next[0].clone()));
        }
        schemas = next;
    }
    Described::Known { optional }
}

impl<'d> Forms<'d> {
    fn add(&mut self, document: &'d Document, schema: &Pointer, depth: usize) {
        let together = Together::at(document, schema).filter(|_| depth < MAX_DEPTH);
        let Some(together) = together else {
            self.is_open = true;
            return;
        };
        for node in together.nodes {
            let says = |keyword: &str| node.members.contains_key(keyword);
            // What these describe depends on the value, or on names that are not listed.
            self.is_open |= ["patternProperties", "if", "dependentSchemas", "not", "propertyNames"]
                .iter()
                .any(|keyword| says(keyword));
            self.is_open |= ["additionalProperties", "unevaluatedProperties"]
                .iter()
                .any(|keyword| node.members.get(*keyword).is_some_and(|it| *it != Value::Bool(false)));
            for form in node.forms("oneOf").into_iter().chain(node.forms("anyOf")) {
                self.add(document, &form, depth + 1);
            }
            self.nodes.push(node);
        }
    }

    fn missing(&self, token: &str) -> Described {
        let names: BTreeSet<&str> = self.nodes.iter().flat_map(Node::property_names).collect();
        if let Some(node) = self.nodes.iter().find(|node| node.property_names().next().is_some()) {
            return Described::Missing {
                name: token.to_owned(),
                place: node.at.child("properties"),
                known: names.into_iter().map(str::to_owned).collect(),
                instead: None,
            };
        }
        let types: Vec<(&Node<'_>, Types)> =
            self.nodes.iter().filter_map(|node| Some((node, Types::of_schema(node.members)?))).collect();
        match types.first() {
            Some((node, promised)) if types.iter().all(|(_, types)| !types.meets(Types::OBJECT)) => {
                Described::Missing {
                    name: token.to_owned(),
                    place: node.at.child("type"),
                    known: Vec::new(),
                    instead: Some(promised.words()),
                }
            }
            // An object of which nothing is said may have any member.
            _ => Described::Open,
        }
    }
}

/// Whether every value that a schema accepts has a member, as far as that is written: by the schema itself,
/// or by each form of a choice.
fn is_required(document: &Document, schema: &Pointer, name: &str, depth: usize) -> bool {
    let Some(together) = Together::at(document, schema).filter(|_| depth < MAX_DEPTH) else {
        return true;
    };
    together.required(name).is_some()
        || together.nodes.iter().any(|node| {
            ["oneOf", "anyOf"].iter().any(|keyword| {
                let forms = node.forms(keyword);
                !forms.is_empty() && forms.iter().all(|form| is_required(document, form, name, depth + 1))
            })
        })
}

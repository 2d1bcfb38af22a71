//! The schemas that judge one value together: through `$ref` and `allOf`.

use crate::json::{Map, Pointer, Value};
use crate::openapi::{Document, Version};

/// More schemas of one value than this are a circle that only looks long.
const MAX_SCHEMAS: usize = 128;

/// One schema that is a map, and where it stands behind its references.
#[derive(Clone, Debug)]
pub(super) struct Node<'d> {
    pub(super) at: Pointer,
    pub(super) members: &'d Map<String, Value>,
}

/// What judges one value.
#[derive(Clone, Debug, Default)]
pub(super) struct Together<'d> {
    /// All of these must accept it.
    pub(super) nodes: Vec<Node<'d>>,
    /// Whether `nullable` stands with one of them.
    pub(super) is_nullable: bool,
    /// The schema `false`, where one of them is that: nothing is accepted.
    pub(super) refusing: Option<Pointer>,
}

impl<'d> Together<'d> {
    /// Follows `$ref` and `allOf`; `None` where a part cannot be found, so that nothing can be said.
    pub(super) fn at(document: &'d Document, at: &Pointer) -> Option<Self> {
        let mut found = Self::default();
        let mut seen: Vec<Pointer> = Vec::new();
        let mut queue = vec![at.clone()];
        while let Some(at) = queue.pop() {
            if seen.contains(&at) {
                continue;
            }
            if seen.len() >= MAX_SCHEMAS {
                return None;
            }
            seen.push(at.clone());
            let members = match document.get(&at) {
                Some(Value::Object(members)) => members,
                Some(Value::Bool(true)) => continue,
                Some(Value::Bool(false)) => {
                    found.refusing = Some(at);
                    continue;
                }
                Some(_) => return None,
                // A part of the pointer may be a reference.
                None => {
                    queue.push(document.resolve(&at).ok()?.0);
                    continue;
                }
            };
            if members.contains_key("$dynamicRef") || members.contains_key("$recursiveRef") {
                return None;
            }
            found.is_nullable |= members.get("nullable") == Some(&Value::Bool(true));
            if let Some(reference) = members.get("$ref") {
                queue.push(document.reference_target(reference.as_str()?, &at).ok()?);
                // OpenAPI 3.0.4, "Reference Object": what stands beside `$ref` is ignored.
                if document.version() == Version::V30 {
                    continue;
                }
            }
            if let Some(Value::Array(schemas)) = members.get("allOf") {
                let all = at.child("allOf");
                queue.extend((0..schemas.len()).rev().map(|index| all.child(index.to_string())));
            }
            found.nodes.push(Node { at, members });
        }
        Some(found)
    }

    /// Where a member is required, by one of the schemas themselves.
    pub(super) fn required(&self, name: &str) -> Option<Pointer> {
        self.nodes.iter().find_map(|node| {
            let index = node.members.get("required")?.as_array()?.iter().position(|each| each == name)?;
            Some(node.at.child("required").child(index.to_string()))
        })
    }

    /// Whether a property may only be written, so that no response has it.
    pub(super) fn is_write_only(&self, document: &Document, name: &str) -> bool {
        const SAYS: (&str, Value) = ("writeOnly", Value::Bool(true));
        let says = |members: &Map<String, Value>| members.get(SAYS.0) == Some(&SAYS.1);
        self.nodes.iter().filter_map(|node| node.property(name)).any(|at| {
            let is_beside = document.get(&at).and_then(Value::as_object).is_some_and(says);
            let behind = Together::at(document, &at);
            is_beside || behind.is_none_or(|it| it.nodes.iter().any(|node| says(node.members)))
        })
    }
}

impl Node<'_> {
    /// The schema of a member that `properties` names.
    pub(super) fn property(&self, name: &str) -> Option<Pointer> {
        self.members.get("properties")?.get(name)?;
        Some(self.at.child("properties").child(name))
    }

    /// The names under `properties`.
    pub(super) fn property_names(&self) -> impl Iterator<Item = &str> {
        let properties = self.members.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|it| it.keys()).map(String::as_str)
    }

    /// The schema of the elements from `prefixItems.len()` on, and of one element.
    pub(super) fn element(&self, index: usize) -> Option<Pointer> {
        let prefix = self.members.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        if index < prefix {
            return Some(self.at.child("prefixItems").child(index.to_string()));
        }
        matches!(self.members.get("items")?, Value::Object(_) | Value::Bool(_))
            .then(|| self.at.child("items"))
    }

    /// The schema of every element, where there is but one.
    pub(super) fn elements(&self) -> Option<Pointer> {
        if self.members.contains_key("prefixItems") { None } else { self.element(0) }
    }

    /// The forms of a choice.
    pub(super) fn forms(&self, keyword: &str) -> Vec<Pointer> {
        let count = self.members.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        let at = self.at.child(keyword);
        (0..count).map(|index| at.child(index.to_string())).collect()
    }

    pub(super) fn count(&self, keyword: &str) -> Option<u64> {
        let number = self.members.get(keyword)?;
        number
            .as_u64()
            .or_else(|| number.as_f64().filter(|it| it.fract() == 0.0 && *it >= 0.0).map(|it| it as u64))
    }
}

//! Schemas that need not be rewritten, because equal ones were.

use crate::hash::{HashMap, Seed};
use crate::json::{Map, Value};
use crate::openapi::Version;
use crate::openapi::schema::draft::Draft;
use crate::openapi::schema::keyword::{Shape, shape};
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};

/// Schemas with no others in them that left no remark when they were rewritten: an equal one leaves none either.
///
/// A large document has tens of thousands of members that are texts of some length, and a dozen kinds of them.
#[derive(Default)]
pub(super) struct Leaves {
    known: HashMap<u64, Vec<Known>>,
    seed: Seed,
}

struct Known {
    dialect: Dialect,
    /// Those that decide.
    members: Map<String, Value>,
}

/// What tells how a schema is read.
pub(super) type Dialect = (Version, Option<Draft>);

/// A schema with no others in it.
pub(super) struct Leaf<'s> {
    dialect: Dialect,
    members: &'s Map<String, Value>,
    hash: u64,
}

impl Leaves {
    /// A schema of which nothing but itself and how it is read tells what becomes of it.
    pub(super) fn leaf<'s>(&self, dialect: Dialect, members: &'s Map<String, Value>) -> Option<Leaf<'s>> {
        let mut hasher = self.seed.build_hasher();
        for (keyword, operand) in deciding(members) {
            if !is_plain(dialect.0, keyword, operand) {
                return None;
            }
            keyword.hash(&mut hasher);
            operand.hash(&mut hasher);
        }
        Some(Leaf { dialect, members, hash: hasher.finish() })
    }

    /// Whether an equal one left no remark.
    pub(super) fn knows(&self, leaf: &Leaf<'_>) -> bool {
        let is_equal =
            |known: &Known| known.dialect == leaf.dialect && known.members.iter().eq(deciding(leaf.members));
        self.known.get(&leaf.hash).is_some_and(|known| known.iter().any(is_equal))
    }

    /// Notes one that left no remark.
    pub(super) fn add(&mut self, leaf: &Leaf<'_>) {
        let members = deciding(leaf.members).map(|(keyword, operand)| (keyword.clone(), operand.clone()));
        let known = Known { dialect: leaf.dialect, members: members.collect() };
        self.known.entry(leaf.hash).or_default().push(known);
    }
}

/// The members that decide something, in the order written.
fn deciding(members: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    members.iter().filter(|(name, _)| {
        let is_annotation = matches!(
            name.as_str(),
            "title"
                | "description"
                | "example"
                | "examples"
                | "default"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
        );
        !is_annotation && !name.starts_with("x-")
    })
}

fn is_plain(version: Version, keyword: &str, operand: &Value) -> bool {
    match (shape(keyword), operand) {
        (Some(Shape::Values), Value::Array(_)) => true,
        (Some(Shape::Type), Value::Array(types)) => types.iter().all(Value::is_string),
        (_, Value::Array(_) | Value::Object(_)) => false,
        (Some(Shape::Schema(_) | Shape::Reference | Shape::ContentSchema | Shape::Rest), _) => false,
        (Some(_), _) => true,
        // In 2.0 it may be an extension that was read as the keyword, which its place tells.
        (None, _) => keyword == "nullable" && version != Version::V20,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Whether the second is known once the first is.
    fn check(first: &Value, second: &Value, expected: bool) {
        let mut leaves = Leaves::default();
        let dialect = (Version::V31, None);
        let of = |value: &Value| value.as_object().expect("it is a map").clone();
        let (first_members, second_members) = (of(first), of(second));
        if let Some(leaf) = leaves.leaf(dialect, &first_members) {
            assert!(!leaves.knows(&leaf));
            leaves.add(&leaf);
        }
        let leaf = leaves.leaf(dialect, &second_members);
        assert_eq!(leaf.is_some_and(|leaf| leaves.knows(&leaf)), expected, "{first} {second}");
    }

    #[test]
    fn what_decides_alike_is_known() {
        let text = json!({"type": "string", "maxLength": 5});
        check(&text, &text, true);
        check(&text, &json!({"description": "a", "type": "string", "x-y": {}, "maxLength": 5}), true);
        check(&text, &json!({"type": "string", "maxLength": 6}), false);
        check(&text, &json!({"type": "string"}), false);
        check(&text, &json!({"type": "string", "maxLength": 5, "pattern": "a"}), false);
        check(&json!({"enum": [1, [2]]}), &json!({"enum": [1, [2]]}), true);
        check(&json!({"type": ["null"]}), &json!({"type": ["null"]}), true);
    }

    #[test]
    fn what_holds_or_names_others_is_not() {
        for schema in [
            json!({"$ref": "#/a"}),
            json!({"items": true}),
            json!({"properties": {}}),
            json!({"allOf": []}),
            json!({"required": ["a"]}),
            json!({"$anchor": "a"}),
            json!({"discriminator": "a"}),
            json!({"const": {}}),
        ] {
            check(&schema, &schema, false);
        }
    }

    #[test]
    fn how_it_is_read_is_part_of_it() {
        let members = Map::from_iter([("nullable".to_owned(), Value::Bool(true))]);
        let mut leaves = Leaves::default();
        let of_31 = leaves.leaf((Version::V31, None), &members).expect("it is one");
        leaves.add(&of_31);
        let of_30 = leaves.leaf((Version::V30, None), &members).expect("it is one");
        assert!(leaves.knows(&of_31) && !leaves.knows(&of_30));
        assert!(leaves.leaf((Version::V20, None), &members).is_none());
    }
}

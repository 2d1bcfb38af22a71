//! Whether the validator takes schemas, found out without compiling all that they reach.
//!
//! Every schema is taken apart: in the place of those within it, and of those that it links to, stands one
//! that accepts everything. What is left over is small, and most of it is equal, so that a document with a
//! hundred thousand schemas has some hundreds of pieces.

use super::build;
use super::closure::{Closure, linked, table};
use super::keyword::{Shape, shape};
use crate::hash::HashSet;
use crate::json::{Map, Value};

/// Whether the validator takes every piece of every entry.
pub(super) fn compile(closure: &Closure) -> bool {
    let mut pieces = HashSet::default();
    for number in 0..closure.entries.len() {
        take_apart(closure.schema(number), &mut pieces);
    }
    let n_pieces = pieces.len();
    let resource = table(pieces.into_iter().collect());
    build::compiles(&resource, &(0..n_pieces).collect::<Vec<usize>>())
}

fn take_apart(schema: &Value, into: &mut HashSet<Value>) {
    let Value::Object(members) = schema else { return };
    let mut piece = Map::with_capacity(members.len());
    for (keyword, operand) in members {
        let left = match (shape(keyword), operand) {
            (Some(Shape::Reference), _) if linked(schema).is_some() => continue,
            (Some(Shape::SchemasByName(_)), Value::Object(schemas)) => {
                schemas.values().for_each(|schema| take_apart(schema, into));
                continue;
            }
            (Some(Shape::SchemasByPattern), Value::Object(schemas)) => {
                schemas.values().for_each(|schema| take_apart(schema, into));
                schemas.keys().map(|pattern| (pattern.clone(), Value::Bool(true))).collect()
            }
            (Some(Shape::Schemas(_) | Shape::Choice), Value::Array(schemas)) => {
                schemas.iter().for_each(|schema| take_apart(schema, into));
                Value::Array(vec![Value::Bool(true)])
            }
            (Some(Shape::Schema(_)), operand) => {
                take_apart(operand, into);
                Value::Bool(true)
            }
            (_, operand) => operand.clone(),
        };
        piece.insert(keyword.clone(), left);
    }
    let piece = Value::Object(piece);
    if !into.contains(&piece) {
        into.insert(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(schema: &Value, expected: &[Value]) {
        let mut found = HashSet::default();
        take_apart(schema, &mut found);
        assert_eq!(found, expected.iter().cloned().collect(), "{schema}");
    }

    #[test]
    fn a_schema_is_taken_apart_into_what_stands_in_it_alone() {
        check(&json!(true), &[]);
        check(&json!({"$ref": "#/table/3"}), &[json!({})]);
        check(
            &json!({"type": "object", "properties": {"a": {"pattern": "x"}, "b": {"pattern": "x"}}, "required": ["a"]}),
            &[json!({"type": "object", "required": ["a"]}), json!({"pattern": "x"})],
        );
        check(
            &json!({"patternProperties": {"^a": {"minimum": 1}}, "additionalProperties": false}),
            &[
                json!({"patternProperties": {"^a": true}, "additionalProperties": true}),
                json!({"minimum": 1}),
            ],
        );
        check(
            &json!({"allOf": [{"enum": [{"$ref": "#/table/1"}]}, {"not": {"$ref": "#/table/1"}}]}),
            &[
                json!({"allOf": [true]}),
                json!({"enum": [{"$ref": "#/table/1"}]}),
                json!({"not": true}),
                json!({}),
            ],
        );
    }
}

//! What judges often is compiled by itself; what it says must be the same.

use super::super::contract::OFTEN;
use super::{contract, said};
use crate::openapi::Direction;

const SCHEMAS: &str = r##"T:
  type: object
  required: [id]
  properties:
    id: { type: string, format: uuid, minLength: 3 }
    lines: { type: array, items: { $ref: "#/components/schemas/Line" }, maxItems: 3 }
    pay:
      oneOf: [{ $ref: "#/components/schemas/Card" }, { $ref: "#/components/schemas/Cash" }]
      discriminator: { propertyName: kind }
    parent: { $ref: "#/components/schemas/T" }
Line: { type: object, properties: { count: { type: integer, minimum: 1, nullable: true } }, additionalProperties: false }
Card: { type: object, required: [kind, number], properties: { kind: { type: string }, number: { type: string } } }
Cash: { type: object, required: [kind], properties: { kind: { type: string, enum: [Cash] } } }
"##;

const VALUES: &[&str] = &[
    r#"{"id": "9b0bd8c5-9d1e-4c0c-8d7a-7f3b7d5a0f11"}"#,
    r#"{"id": "9b0bd8c5-9d1e-4c0c-8d7a-7f3b7d5a0f11", "lines": [{"count": null}, {"count": 2}], "pay": {"kind": "Cash"}}"#,
    r#"{"id": "no"}"#,
    r#"{"id": 7, "lines": [{"count": 0}, {"count": 1.5}, {"other": true}, 4]}"#,
    r#"{"lines": "none", "pay": {"kind": "Card"}, "parent": {"parent": {"id": "x-x-x"}}}"#,
    r#"[]"#,
    r#"null"#,
];

fn check(version: &str, direction: Direction) {
    let contract = contract(version, SCHEMAS, direction);
    let all = || VALUES.iter().map(|value| said(&contract, direction, value)).collect::<Vec<_>>();
    let before = all();
    assert_eq!(before[0], "valid");
    assert!(before[2..].iter().all(|said| said != "valid"), "{before:#?}");
    for _ in 0..=OFTEN {
        assert_eq!(said(&contract, direction, VALUES[0]), "valid");
    }
    assert_eq!(all(), before);
}

#[test]
fn a_schema_compiled_by_itself_says_the_same_of_the_same_places() {
    for version in ["3.0.3", "3.1.0"] {
        check(version, Direction::Response);
        check(version, Direction::Request);
    }
}

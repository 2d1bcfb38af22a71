//! Values and schemas that would cost too much if they were taken at their word.

use super::{check, contract, said, schema};
use crate::openapi::{Direction, Validity};
use serde_json::{Value, json};

#[test]
fn nested_choices_do_not_multiply() {
    // Every level has three forms that all go on downwards: followed blindly, 3^60 errors.
    let schemas = "T: { oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }, { $ref: '#/components/schemas/C' } ] }
A: { required: [a], properties: { next: { $ref: '#/components/schemas/T' } } }
B: { required: [b], properties: { next: { $ref: '#/components/schemas/T' } } }
C: { required: [c], properties: { next: { $ref: '#/components/schemas/T' } } }";
    let contract = contract("3.0.3", schemas, Direction::Response);
    let mut instance = json!({});
    for _ in 0..60 {
        instance = json!({"a": 1, "next": instance});
    }
    let said = said(&contract, Direction::Response, &instance.to_string());
    assert!(said.contains("fits none of A, B and C"), "{said}");
}

#[test]
fn a_body_of_a_million_errors_tells_the_first() {
    let contract = contract("3.0.3", "T: { type: array, items: { type: string } }", Direction::Response);
    let instance = Value::Array(vec![json!(1); 600_000]);
    let Validity::Invalid(errors) = contract.validate(&schema("T"), Direction::Response, &instance, 100)
    else {
        panic!("it is invalid");
    };
    assert_eq!(errors.len(), 1);
}

#[test]
fn no_more_errors_are_told_than_asked_for() {
    let contract = contract("3.0.3", "T: { type: array, items: { type: string } }", Direction::Response);
    let instance = Value::Array(vec![json!(1); 1000]);
    let Validity::Invalid(errors) = contract.validate(&schema("T"), Direction::Response, &instance, 7) else {
        panic!("it is invalid");
    };
    assert_eq!(errors.len(), 7);
}

#[test]
fn a_pattern_that_explodes_ends() {
    let text = format!("\"{}c\"", "a".repeat(5000));
    for pattern in ["^(a+)+$", "^(?=(a+)+b)x", "^(a|aa)+\\\\1$", "(?<!b)(a*)*d"] {
        let contract = contract("3.0.3", &format!("T: {{ pattern: \"{pattern}\" }}"), Direction::Response);
        let said = said(&contract, Direction::Response, &text);
        assert!(said.contains("pattern"), "{pattern}: {said}");
    }
}

#[test]
fn deep_values_are_judged() {
    let schemas =
        "T: { anyOf: [ { type: array, items: { $ref: '#/components/schemas/T' } }, { type: string } ] }";
    let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
    let contract = contract("3.0.3", schemas, Direction::Response);
    assert!(said(&contract, Direction::Response, &deep).contains("T/anyOf"));
    check(schemas, &format!("{}{}", "[".repeat(120), "]".repeat(120)), "valid");
}

#[test]
fn a_contract_is_shared_by_workers() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<crate::openapi::Contract>();
}

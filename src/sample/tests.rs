use super::sample;
use crate::diagnostic::Problems;
use crate::json::{Pointer, Value};
use crate::limits::Limits;
use crate::openapi::{Contract, Direction, Document};
use crate::source::Source;

/// The value made for the component `S`.
fn made(schemas: &str, direction: Direction) -> Result<Value, String> {
    let text = format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: 1.0 }}\npaths: {{}}\ncomponents:\n  schemas:\n{schemas}"
    );
    let mut problems = Problems::new(&Source::new("t.yaml", text));
    let document = Document::load(&Limits::default(), &mut problems).expect("it loads");
    let at = Pointer::of(["components", "schemas", "S"]);
    let contract = Contract::of_schemas(document, [(at.clone(), direction)]);
    sample(&contract, &at, direction).map(|sample| sample.value)
}

fn check(schema: &str, expected: &str) {
    let value = made(&format!("    S: {schema}\n"), Direction::Response);
    let text = value.map_or_else(|reason| reason, |value| value.to_string());
    assert_eq!(text, expected, "{schema}");
}

#[test]
fn scalars() {
    for (schema, expected) in [
        ("{ type: string }", "\"text\""),
        ("{ type: string, enum: [b, a] }", "\"b\""),
        ("{ const: 7 }", "7"),
        ("{ type: string, example: shown }", "\"shown\""),
        ("{ type: string, example: 7 }", "\"text\""),
        ("{ type: string, minLength: 6 }", "\"texttt\""),
        ("{ type: string, maxLength: 2 }", "\"te\""),
        ("{ type: string, format: uuid }", "\"50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3\""),
        ("{ type: string, pattern: '^ORD-[0-9]{3}$' }", "\"ORD-000\""),
        ("{ type: string, pattern: '^(a|b)\\.x?$' }", "\"a.\""),
        ("{ type: integer }", "1"),
        ("{ type: integer, minimum: 5 }", "5"),
        ("{ type: integer, exclusiveMinimum: 5 }", "6"),
        ("{ type: integer, maximum: -5 }", "-5"),
        ("{ type: integer, minimum: 3, multipleOf: 5 }", "5"),
        ("{ type: number, exclusiveMinimum: 1, exclusiveMaximum: 1.5 }", "1.25"),
        ("{ type: boolean }", "true"),
        ("{ type: 'null' }", "null"),
        ("{ type: [string, 'null'] }", "\"text\""),
    ] {
        check(schema, expected);
    }
}

#[test]
fn objects_and_arrays() {
    for (schema, expected) in [
        (
            "{ type: object, properties: { a: { type: integer }, b: { type: string } } }",
            r#"{"a":1,"b":"text"}"#,
        ),
        ("{ type: object, required: [z] }", r#"{"z":"text"}"#),
        ("{ type: object, additionalProperties: { type: integer } }", r#"{"key1":1}"#),
        (
            "{ type: object, minProperties: 2, additionalProperties: { type: integer } }",
            r#"{"key1":1,"key2":1}"#,
        ),
        ("{ type: array, items: { type: integer } }", "[1]"),
        ("{ type: array, items: { type: integer }, minItems: 3, uniqueItems: true }", "[1,2,3]"),
        ("{ type: array, items: { type: integer }, maxItems: 0 }", "[]"),
        (
            "{ type: array, prefixItems: [ { type: integer }, { type: string } ], minItems: 2 }",
            r#"[1,"text"]"#,
        ),
        ("{ type: array, contains: { const: 7 } }", "[7]"),
        ("{ properties: { a: { type: integer } } }", r#"{"a":1}"#),
    ] {
        check(schema, expected);
    }
}

#[test]
fn what_several_schemas_ask_for_holds_at_once() {
    check(
        "{ allOf: [ { type: object, properties: { a: { type: integer } } }, { required: [b], properties: { b: { type: string }, a: { minimum: 4 } } } ] }",
        r#"{"a":4,"b":"text"}"#,
    );
    check("{ oneOf: [ { type: 'null' }, { type: integer } ] }", "1");
    // Both forms fit the first value that comes to mind.
    check("{ oneOf: [ { type: number }, { type: integer }, { type: string } ] }", "\"text\"");
}

#[test]
fn a_discriminator_names_its_form() {
    let schemas = "    S: { oneOf: [ { $ref: '#/components/schemas/Cat' } ], discriminator: { propertyName: kind, mapping: { cat: '#/components/schemas/Cat' } } }\n    Cat: { type: object, required: [kind], properties: { kind: { type: string }, lives: { type: integer } } }\n";
    let value = made(schemas, Direction::Response).expect("it can be made");
    assert_eq!(value.to_string(), r#"{"kind":"cat","lives":1}"#);
}

#[test]
fn members_travel_one_way() {
    let schema = "    S: { type: object, properties: { id: { type: integer, readOnly: true }, password: { type: string, writeOnly: true } } }\n";
    let text = |direction| made(schema, direction).expect("it can be made").to_string();
    assert_eq!(text(Direction::Request), r#"{"password":"text"}"#);
    assert_eq!(text(Direction::Response), r#"{"id":1}"#);
}

#[test]
fn what_holds_itself_ends_and_what_needs_itself_has_no_value() {
    let node = |members: &str| {
        format!(
            "    S: {{ type: object, {members} properties: {{ s: {{ $ref: '#/components/schemas/S' }} }} }}\n"
        )
    };
    assert_eq!(made(&node(""), Direction::Response).expect("it ends").to_string(), r#"{"s":{}}"#);
    let reason = made(&node("required: [s],"), Direction::Response).expect_err("nothing fits");
    assert_eq!(reason, "it asks for itself without end");
}

#[test]
fn what_cannot_be_made_says_what_was_wrong() {
    check(
        "{ type: string, not: { type: string } }",
        "the nearest that could be made is wrong: the value is `text`, which the document rules out",
    );
}

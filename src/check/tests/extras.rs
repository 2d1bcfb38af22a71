use super::{document, exchange, judge, said};
use crate::check::{Check, Severities};
use crate::diagnostic::Severity;

/// Judges a body by the schema `T` with the check on; gives the places of members that nobody names,
/// in the order found.
fn check(schemas: &str, body: &str, expected: &[&str]) {
    let judgement = judged(schemas, body);
    let found: Vec<String> = judgement
        .facts
        .iter()
        .filter(|fact| fact.code.as_str() == "response.extra")
        .map(|fact| match &fact.response.as_ref().expect("it has a place").at {
            crate::check::ResponsePart::Body(at) => at.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(found, expected, "{schemas}\n{body}");
}

fn judged(schemas: &str, body: &str) -> crate::check::Judgement {
    let mut severities = Severities::default();
    severities.set(Check::Extras, Severity::Warn);
    let path = "/x:\n  get:\n    responses:\n      '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } }";
    let components: String = schemas.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("200\nContent-Type: application/json\n\n{body}");
    judge(&document(path, &components), &exchange("GET", &text), &severities)
}

#[test]
fn a_member_that_no_schema_names_is_found() {
    check("T: { properties: { a: {} } }", r#"{"a": 1, "b": 2}"#, &["/b"]);
    check("T: { properties: { a: { properties: { x: {} } } } }", r#"{"a": {"x": 1, "y": 2}}"#, &["/a/y"]);
    check("T: { items: { properties: { a: {} } } }", r#"[{"a": 1}, {"b": 1}]"#, &["/1/b"]);
    check("T: { type: object, properties: {} }", r#"{"a": 1}"#, &["/a"]);
}

#[test]
fn every_schema_of_the_object_names() {
    check(
        "T: { allOf: [{ $ref: '#/components/schemas/U' }, { properties: { b: {} } }], required: [c] }
U: { properties: { a: { properties: { x: {} } } } }",
        r#"{"a": {"x": 1, "z": 1}, "b": 1, "c": 1, "d": 1}"#,
        &["/a/z", "/d"],
    );
    check(
        "T: { oneOf: [{ properties: { a: {} } }, { properties: { b: {} } }], discriminator: { propertyName: k } }",
        r#"{"a": 1, "k": "x", "c": 1}"#,
        &["/c"],
    );
    check("T: { properties: { a: {} }, anyOf: [{ required: [b] }] }", r#"{"a": 1, "b": 1, "c": 1}"#, &["/c"]);
    check(
        "T: { properties: { a: { $ref: '#/components/schemas/T' } } }",
        r#"{"a": {"a": {"b": 1}}}"#,
        &["/a/a/b"],
    );
}

#[test]
fn an_object_that_is_open_may_have_what_it_likes() {
    for schema in [
        "T: { properties: { a: {} }, additionalProperties: true }",
        "T: { properties: { a: {} }, additionalProperties: { type: integer } }",
        "T: { properties: { a: {} }, patternProperties: { '^x': {} } }",
        "T: { properties: { a: {} }, unevaluatedProperties: true }",
        "T: { allOf: [{ properties: { a: {} } }, { additionalProperties: {} }] }",
        "T: { properties: { a: {} }, anyOf: [{}, { properties: { c: {} } }] }",
        "T: { properties: { a: {} }, oneOf: [{ type: object }] }",
        "T: { type: object }",
        "T: {}",
    ] {
        check(schema, r#"{"a": 1, "b": 2}"#, &[]);
    }
    check(
        "T: { additionalProperties: { properties: { a: {} } } }",
        r#"{"x": {"a": 1}, "y": {"b": 1}}"#,
        &["/y/b"],
    );
    // What is forbidden is said by the check `body`.
    check("T: { properties: { a: {} }, additionalProperties: false }", r#"{"b": 1}"#, &[]);
}

#[test]
fn equal_members_are_one_finding_with_two_places() {
    let judgement = judged(
        "T: { properties: { data: { items: { properties: { id: {}, name: {} } } } } }",
        r#"{"data": [{"id": 1, "x": 1}, {"id": 1}, {"x": 1}]}"#,
    );
    assert_eq!(
        said(&judgement),
        "warning[response.extra]: the body has a member `x`, which the document does not name
  expected members that the document names; came a member `x`
  document schemas/T/properties/data/items/properties (key): names `id` and `name`, via 200
  response body at \"/data/0/x\": not named
  = also at 1 more place: /data/2/x"
    );
}

#[test]
fn it_is_off_by_itself_and_that_is_no_news() {
    let path = "/x:\n  get:\n    responses:\n      '200': { description: d, content: { application/json: { schema: { properties: { a: {} } } } } }";
    let text = "200\nContent-Type: application/json\n\n{\"b\": 1}";
    let judgement = judge(&document(path, ""), &exchange("GET", text), &Severities::default());
    assert_eq!(said(&judgement), "");
    assert_eq!(judgement.off, Vec::<String>::new());
}

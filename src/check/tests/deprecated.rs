use super::{document, lines_of};
use crate::check::{Check, RequestContent, RequestValues, Severities, check_deprecated_use};
use crate::diagnostic::Severity;
use crate::json::Datum;
use crate::openapi::Contract;
use serde_json::{Value, json};
use std::sync::Arc;

const ITEM: &str = "/items/{id}:
  put:
    operationId: changeItem
    parameters:
      - { name: id, in: path, required: true, schema: {} }
      - { name: page, in: query, deprecated: true, schema: {} }
      - { name: X-Old, in: header, deprecated: true, schema: {} }
      - { name: seen, in: cookie, deprecated: true, schema: {} }
    requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } }
    responses: { '200': { description: d } }";

fn check_with(
    schemas: &str,
    change: impl FnOnce(&mut RequestValues),
    severities: &Severities,
    expected: &[&str],
) {
    let components: String = schemas.lines().map(|line| format!("  {line}\n")).collect();
    let document = document(ITEM, &components);
    let operation = document.operations().next().expect("an operation");
    let contract = Contract::compile(Arc::clone(&document), &[operation.index()]);
    let mut values = RequestValues::default();
    change(&mut values);
    let facts = check_deprecated_use(operation, &contract, &values, severities);
    let found: Vec<String> = facts.iter().map(|fact| lines_of(fact).join("\n")).collect();
    assert_eq!(found, expected, "{schemas}");
}

/// Sends a body; gives the places that are deprecated.
fn check_body(schemas: &str, body: Value, expected: &[&str]) {
    let components: String = schemas.lines().map(|line| format!("  {line}\n")).collect();
    let document = document(ITEM, &components);
    let operation = document.operations().next().expect("an operation");
    let contract = Contract::compile(Arc::clone(&document), &[operation.index()]);
    let content =
        RequestContent { media_type: "application/json".to_owned(), value: Some(body), ..Default::default() };
    let values = RequestValues { body: Some(content), ..RequestValues::default() };
    let facts = check_deprecated_use(operation, &contract, &values, &Severities::default());
    let found: Vec<String> =
        facts.into_iter().map(|fact| fact.document.map(|it| it.label).unwrap_or_default()).collect();
    assert_eq!(found, expected, "{schemas}");
}

#[test]
fn parameters_that_are_sent_count() {
    let send = |values: &mut RequestValues| {
        values.query.push(("page".to_owned(), Datum::new(json!(2))));
        values.headers.push(("x-old".to_owned(), Datum::new(json!("a"))));
        values.cookies.push(("seen".to_owned(), Datum::new(Value::Null)));
    };
    let expected = [
        "warning[parameter.deprecated]: the query parameter `page` of `changeItem` is deprecated
  document /paths/~1items~1{id}/put/parameters/1/deprecated: is sent by this step",
        "warning[parameter.deprecated]: the header `X-Old` of `changeItem` is deprecated
  document /paths/~1items~1{id}/put/parameters/2/deprecated: is sent by this step",
    ];
    check_with("T: {}", send, &Severities::default(), &expected);
    let mut off = Severities::default();
    off.set(Check::DeprecatedParameter, Severity::Off);
    check_with("T: {}", send, &off, &[]);
}

#[test]
fn properties_that_are_sent_count() {
    check_with(
        "T: { items: { properties: { old: { $ref: '#/components/schemas/Old' } } } }
Old: { deprecated: true }",
        |values| {
            let value = Some(json!([{"old": 1}, {}, {"old": 2}]));
            values.body = Some(RequestContent { media_type: "application/json".to_owned(), value, ..Default::default() });
        },
        &Severities::default(),
        &["warning[property.deprecated]: the property `old` of the request body of `changeItem` is deprecated
  document schemas/Old/deprecated: is sent at /0/old
  = also at 1 more place: /2/old"],
    );
    check_body("T: { properties: { a: { deprecated: true }, b: {} } }", json!({"b": 1}), &[]);
    check_body(
        "T: { allOf: [{ properties: { a: { deprecated: true } } }] }",
        json!({"a": {"b": 1}}),
        &["is sent at /a"],
    );
    check_body(
        "T: { properties: { a: { properties: { b: { deprecated: true } } } } }",
        json!({"a": {"b": 1}}),
        &["is sent at /a/b"],
    );
}

#[test]
fn only_the_form_that_fits_counts() {
    let schemas = "T: { oneOf: [{ required: [a], properties: { a: { deprecated: true } } }, { required: [b], properties: { a: {} } }] }";
    check_body(schemas, json!({"b": 1}), &[]);
    check_body(schemas, json!({"a": 1}), &["is sent at /a"]);
}

#[test]
fn what_refers_to_itself_has_an_end() {
    check_body(
        "T: { properties: { t: { $ref: '#/components/schemas/T' }, a: { deprecated: true } } }",
        json!({"t": {"t": {"a": 1}}}),
        &["is sent at /t/t/a"],
    );
}

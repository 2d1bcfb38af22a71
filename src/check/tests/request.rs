use super::document;
use crate::check::{RequestContent, RequestValues, Severities, check_request};
use crate::diagnostic::Severity;
use crate::json::Datum;
use crate::limits::Limits;
use crate::openapi::Contract;
use serde_json::{Value, json};
use std::sync::Arc;

const ORDER: &str = "/orders/{id}:
  put:
    operationId: updateOrder
    parameters:
      - { name: id, in: path, required: true, schema: { type: string, minLength: 2 } }
      - { name: limit, in: query, schema: { type: integer, maximum: 100 } }
      - { name: include, in: query, schema: { type: array, items: { type: string, enum: [items, account] } } }
      - { name: X-Trace, in: header, required: true, schema: { type: string } }
      - { name: page, in: query, allowEmptyValue: true, schema: { type: integer } }
      - { name: session, in: cookie, schema: { type: boolean } }
      - { name: filter, in: query, content: { application/json: { schema: { type: object } } } }
    requestBody:
      required: true
      content:
        application/json: { schema: { $ref: '#/components/schemas/Update' } }
        application/octet-stream: { schema: { type: string, format: binary } }
    responses: { '200': { description: d } }";

const UPDATE: &str = "  Update: { type: object, required: [type], properties: { id: { readOnly: true }, type: { type: string }, status: { type: string, enum: [open, closed] } } }";

/// A request that keeps the document.
fn valid() -> RequestValues {
    RequestValues {
        path: vec![("id".to_owned(), Datum::new(json!("o-1")))],
        headers: vec![("x-trace".to_owned(), Datum::new(json!("t")))],
        body: Some(RequestContent {
            media_type: "application/json".to_owned(),
            value: Some(json!({"type": "order"})),
            bytes: Vec::new(),
        }),
        ..RequestValues::default()
    }
}

/// Checks a request, changed from a valid one: each violation as `pointer: headline`.
fn check(change: impl FnOnce(&mut RequestValues), expected: &[&str]) {
    let document = document(ORDER, UPDATE);
    let operation = document.operations().next().expect("an operation");
    let contract = Contract::compile(Arc::clone(&document), &[operation.index()]);
    let mut values = valid();
    change(&mut values);
    let judgement = check_request(operation, &contract, &values, &Limits::default());
    let mut said: Vec<String> =
        judgement.violations.iter().map(|each| format!("{}: {}", each.pointer, each.headline)).collect();
    said.extend(judgement.not_checked.into_iter().map(|reason| format!("not checked, because {reason}")));
    assert_eq!(said, expected);
}

fn query(name: &'static str, value: Value) -> impl FnOnce(&mut RequestValues) {
    move |values| values.query.push((name.to_owned(), Datum::new(value)))
}

fn body(value: Value) -> impl FnOnce(&mut RequestValues) {
    move |values| values.body.as_mut().expect("there is one").value = Some(value)
}

#[test]
fn a_request_that_keeps_the_document_passes() {
    check(|_| (), &[]);
    check(body(json!({"type": "order", "status": "open", "other": 1})), &[]);
}

#[test]
fn an_empty_value_may_be_allowed() {
    check(query("page", json!("")), &[]);
    check(
        query("page", json!("x")),
        &["/query/page: the query parameter `page` is `x` where the document asks for an integer"],
    );
    check(
        query("limit", json!("")),
        &["/query/limit: the query parameter `limit` is `\"\"` where the document asks for an integer"],
    );
}

#[test]
fn parameters_keep_their_schemas() {
    check(
        query("limit", json!(101)),
        &["/query/limit: the query parameter `limit` is 101 where the document asks for at most 100"],
    );
    check(
        query("limit", json!("many")),
        &["/query/limit: the query parameter `limit` is `many` where the document asks for an integer"],
    );
    check(
        query("include", json!(["items", "taxes"])),
        &[
            "/query/include/1: element `[1]` of the query parameter `include` is `taxes`, which is none of the documented values",
        ],
    );
    check(
        |values| values.path[0].1 = Datum::new(json!("o")),
        &[
            "/path/id: the path parameter `id` has 1 character where the document asks for at least 2 characters",
        ],
    );
    check(
        |values| values.cookies.push(("session".to_owned(), Datum::new(json!(7)))),
        &["/cookies/session: the cookie `session` is an integer where the document asks for a boolean"],
    );
    check(
        query("filter", json!("{}")),
        &["/query/filter: the query parameter `filter` is `{}` where the document asks for an object"],
    );
}

#[test]
fn parameters_are_judged_by_what_arrives() {
    check(query("limit", json!("5")), &[]);
    check(|values| values.path[0].1 = Datum::new(json!(12)), &[]);
    check(|values| values.cookies.push(("session".to_owned(), Datum::new(json!("true")))), &[]);
    // `1.0` has three characters where `1` has one.
    check(|values| values.path[0].1 = Datum::number("1.0").expect("a number"), &[]);
}

#[test]
fn what_is_required_is_demanded() {
    check(
        |values| values.headers.clear(),
        &["/headers/X-Trace: the header `X-Trace` is missing, which the document requires"],
    );
    check(
        |values| values.path[0].1 = Datum::new(Value::Null),
        &["/path/id: the path parameter `id` is missing, which the document requires"],
    );
    check(|values| values.body = None, &["/body: the request has no body, which the document requires"]);
    check(
        body(json!({"status": "open"})),
        &["/body/type: the request body lacks `type`, which the document requires"],
    );
}

#[test]
fn bodies_keep_their_schemas() {
    check(
        body(json!({"type": 1, "status": "opened"})),
        &[
            "/body/type: `type` is an integer where the document asks for a string",
            "/body/status: `status` is `opened`, which is none of the documented values",
        ],
    );
}

#[test]
fn bodies_are_of_a_documented_media_type() {
    check(
        |values| values.body.as_mut().expect("there is one").media_type = "text/csv".to_owned(),
        &["/headers/Content-Type: `updateOrder` takes no body of the media type `text/csv`"],
    );
    check(
        |values| {
            values.body = Some(RequestContent {
                media_type: "application/octet-stream".to_owned(),
                value: None,
                bytes: vec![0, 255],
            })
        },
        &[],
    );
}

#[test]
fn a_broken_format_weighs_what_is_set_for_it() {
    const DATED: &str = "  Update: { type: object, properties: { day: { type: string, format: date }, n: { type: integer } } }";
    let check = |set: &[(&str, Severity)], body: Value, expected: &[Severity]| {
        let document = document(ORDER, DATED);
        let operation = document.operations().next().expect("an operation");
        let contract = Contract::compile(Arc::clone(&document), &[operation.index()]);
        let mut values = valid();
        values.body.as_mut().expect("there is one").value = Some(body);
        let mut severities = Severities::default();
        set.iter().for_each(|(name, severity)| severities.set_format(*name, *severity));
        let judgement = check_request(operation, &contract, &values, &Limits::default());
        let said: Vec<Severity> = judgement.violations.iter().map(|it| it.severity(&severities)).collect();
        assert_eq!(said, expected);
    };
    let both = || json!({"day": "today", "n": "1"});
    check(&[], both(), &[Severity::Deny, Severity::Deny]);
    check(&[("date", Severity::Warn)], both(), &[Severity::Warn, Severity::Deny]);
    check(&[("date", Severity::Off)], json!({"day": "today"}), &[Severity::Off]);
    check(&[("uuid", Severity::Off)], json!({"day": "today"}), &[Severity::Deny]);
}

//! The views over whole documents: what is written well is read, what is not costs its own part.

use super::testing::load;
use super::{Document, Operation, SecurityKind};
use crate::json::{Pointer, Value};
use serde_json::json;
use std::fmt::Write;

const ORDERS: &str = r##"
openapi: 3.0.3
info: { title: Orders, version: 1.0 }
security: [ { token: [] } ]
paths:
  x-note: { get: {} }
  /orders/{id}:
    summary: One order
    parameters:
      - $ref: '#/components/parameters/Id'
      - { name: trace, in: header, schema: { type: string } }
      - { name: Accept, in: header, schema: { type: string } }
    put:
      operationId: updateOrder
      deprecated: true
      parameters:
        - { name: TRACE, in: header, required: true, schema: { type: integer } }
        - { name: tags, in: query, style: pipeDelimited, schema: { type: array } }
        - { name: filter, in: query, content: { application/json: { schema: {} } } }
      requestBody: { $ref: '#/components/requestBodies/Order' }
      responses:
        default: { description: all else }
        '2XX': { description: any success, content: { text/*: {} } }
        200:
          description: fine
          headers:
            x-rate: { required: true, schema: { type: integer } }
            Content-Type: { schema: { type: string } }
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Order' }
              example: { id: 1 }
              examples:
                two: { $ref: '#/components/examples/Two' }
                kept: { externalValue: http://example.com/x }
                odd: true
            broken: true
      security: [ { basic: [], key: [] }, {}, { oauth: [read, write] }, { unknown: [] } ]
    get: {}
  /shared/{id}: { $ref: '#/components/pathItems/Shared' }
components:
  parameters: { Id: { name: id, in: path, schema: { type: string } } }
  requestBodies: { Order: { required: true, content: { application/json: { schema: true } } } }
  examples: { Two: { value: { id: 2 } } }
  schemas: { Order: { type: object } }
  pathItems:
    Shared: { get: { operationId: shared, security: [] }, parameters: [ { $ref: '#/components/parameters/Id' } ] }
  securitySchemes:
    token: { type: http, scheme: Bearer }
    basic: { type: http, scheme: basic }
    key: { type: apiKey, in: header, name: X-Key }
    oauth: { type: oauth2, flows: {} }
"##;

/// Asks everything there is to ask of an operation.
fn describe(operation: Operation<'_>) -> String {
    let mut out = format!("{} = {} at #{}\n", operation.name(), operation.label(), operation.pointer());
    if operation.is_deprecated() {
        out.push_str("  deprecated\n");
    }
    for each in operation.parameters() {
        let required = if each.is_required() { " required" } else { "" };
        let explode = if each.explode() { " explode" } else { "" };
        let (style, name, location) = (each.style().as_str(), each.name(), each.location());
        let content = each.content().map_or_else(String::new, |content| format!(" as {}", content.range()));
        let schema = each.schema().map_or_else(|| " no schema".to_owned(), |_| String::new());
        writeln!(out, "  {location} {name}:{required} {style}{explode}{content}{schema}").expect("a string");
    }
    if let Some(body) = operation.request_body() {
        let ranges: Vec<_> = body.media_types().iter().map(|each| each.range().to_owned()).collect();
        writeln!(out, "  body {} {}", body.is_required(), ranges.join(", ")).expect("a string");
    }
    for response in operation.responses() {
        let mut parts = vec![response.description().unwrap_or("-").to_owned()];
        parts.extend(response.headers().iter().map(|each| {
            format!(
                "header {} {} {:?}",
                each.name(),
                each.is_required(),
                each.schema().map(|it| it.to_string())
            )
        }));
        for media_type in response.media_types() {
            let schema = media_type.schema().map(|pointer| pointer.to_string()).unwrap_or_default();
            parts.push(format!("{} {schema}", media_type.range()));
            parts.extend(
                media_type
                    .examples()
                    .iter()
                    .map(|(name, pointer, value)| format!("{name:?} {pointer} {value}")),
            );
        }
        writeln!(out, "  {}: {}", response.key(), parts.join("; ")).expect("a string");
    }
    for all in operation.security() {
        let all: Vec<_> =
            all.iter().map(|each| format!("{} {:?} {:?}", each.name, each.kind, each.scopes)).collect();
        writeln!(out, "  needs [{}]", all.join(", ")).expect("a string");
    }
    out
}

fn describe_all(document: &Document) -> String {
    document.operations().map(describe).collect()
}

#[test]
fn an_operation_says_what_the_document_promises() {
    let (document, problems) = load(ORDERS);
    assert_eq!(problems, Vec::<String>::new());
    let expected = r#"updateOrder = PUT /orders/{id} at #/paths/~1orders~1{id}/put
  deprecated
  header TRACE: required simple
  query tags: pipeDelimited
  query filter: form explode as application/json no schema
  path id: required simple
  body true application/json
  default: all else
  2XX: any success; text/* 
  200: fine; header x-rate true Some("/paths/~1orders~1{id}/put/responses/200/headers/x-rate/schema"); application/json /paths/~1orders~1{id}/put/responses/200/content/application~1json/schema; None /paths/~1orders~1{id}/put/responses/200/content/application~1json/example {"id":1}; Some("two") /components/examples/Two/value {"id":2}
  needs [basic Basic [], key ApiKey { location: Header, name: "X-Key" } []]
  needs []
  needs [oauth OAuth2 ["read", "write"]]
  needs [unknown Other []]
GET /orders/{id} = GET /orders/{id} at #/paths/~1orders~1{id}/get
  path id: required simple
  header trace: simple
  needs [token Bearer []]
shared = GET /shared/{id} at #/components/pathItems/Shared/get
  path id: required simple
"#;
    let found = describe_all(&document.expect("it loads"));
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found, expected);
}

#[test]
fn a_status_is_answered_by_its_code_then_its_range_then_default() {
    let document = load(ORDERS).0.expect("it loads");
    let operation = document.find_operation("updateOrder").expect("it is there");
    let key = |status: u16| operation.response_for(status).map(|response| response.key().to_string());
    assert_eq!(key(200).as_deref(), Some("200"));
    assert_eq!(key(201).as_deref(), Some("2XX"));
    assert_eq!(key(404).as_deref(), Some("default"));
    let bare = document.find_template("get", "/orders/{id}").expect("it is there");
    assert!(bare.response_for(200).is_none());
}

#[test]
fn operations_are_found_by_id_template_and_index() {
    let document = load(ORDERS).0.expect("it loads");
    let found = document.find_template("PUT", "/orders/{id}").expect("it is there");
    assert_eq!(found.id(), Some("updateOrder"));
    assert_eq!(document.operation(found.index()).label(), found.label());
    assert!(document.find_template("PUT", "/orders/{orderId}").is_none());
    assert!(document.find_operation("updateorder").is_none());
    assert_eq!(found.template_names(), ["id"]);
}

#[test]
fn two_operations_of_one_id_are_warned_of_and_the_first_is_found() {
    let text =
        "openapi: 3.0.3\npaths:\n  /a: { get: { operationId: x } }\n  /b: { put: { operationId: x } }\n";
    let (document, problems) = load(text);
    assert_eq!(problems, ["4:29 document.duplicate-operation two operations have the operationId `x`"]);
    let document = document.expect("it loads");
    assert_eq!(document.find_operation("x").expect("it is there").label(), "GET /a");
    let shared = "openapi: 3.1.0\npaths: { /a: { $ref: '#/x-i' }, /b: { $ref: '#/x-i' } }\nx-i: { get: { operationId: x } }";
    let (document, problems) = load(shared);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(document.expect("it loads").operations().count(), 2);
}

#[test]
fn a_path_item_keeps_what_stands_beside_its_reference() {
    let text = r##"
openapi: 3.1.0
paths:
  /a/{id}:
    $ref: '#/components/pathItems/One'
    get: { operationId: own }
    parameters: [ { name: q, in: query } ]
components:
  pathItems:
    One: { $ref: '#/components/pathItems/Two', put: { operationId: one } }
    Two: { get: { operationId: two }, delete: { operationId: deep }, parameters: [ { name: q, in: query, required: true }, { name: id, in: path } ] }
"##;
    let document = load(text).0.expect("it loads");
    let found: Vec<_> = document
        .operations()
        .map(|each| {
            let parameters: Vec<_> = each
                .parameters()
                .iter()
                .map(|each| format!("{}{}", each.name(), each.is_required()))
                .collect();
            format!("{} {}", each.name(), parameters.join(" "))
        })
        .collect();
    assert_eq!(found, ["own qfalse idtrue", "one qfalse idtrue", "deep qfalse idtrue"]);
}

/// Documents that are wrong in ways that real ones are; each must load, and whatever is asked must
/// be answered without a panic.
#[test]
fn a_malformed_part_costs_that_part_alone() {
    let operation =
        |text: &str| format!("openapi: 3.0.3\npaths: {{ /a: {{ get: {{ {text} }}, put: {{}} }} }}\n");
    let whole = |text: &str| format!("openapi: 3.0.3\n{text}\n");
    let plain = "GET /a = GET /a at #/paths/~1a/get\n";
    let put = "PUT /a = PUT /a at #/paths/~1a/put\n";
    let check = |text: &str, expected: &str| {
        let (document, _) = load(text);
        let document = document.expect(text);
        assert_eq!(describe_all(&document), expected, "{text}");
        let _ = (document.server_urls(), document.title(), document.route("GET", "/a/%/"));
    };
    for text in [
        "parameters: { name: a }",
        "parameters: [ 1, null, {}, [], { name: 1, in: query }, { name: a, in: nowhere }, { $ref: 1 }, { $ref: '#/nowhere' } ]",
        "requestBody: true",
        "requestBody: { $ref: '#/paths/~1a/get/requestBody' }",
        "responses: true",
        "responses: [ 1 ]",
        "responses: { 200: true, ok: {}, x-note: {}, 2000: {} }",
        "responses: { 200: { $ref: 'elsewhere.yaml' } }",
        "security: {}",
        "security: [ 1, null ]",
        "deprecated: 'yes'",
        "operationId: 7",
    ] {
        check(&operation(text), &format!("{plain}{put}"));
    }
    for (text, expected) in [
        ("requestBody: { content: true }", "  body false \n"),
        ("requestBody: { content: { a/b: true, c: {} }, required: 'x' }", "  body false a/b, c\n"),
        ("responses: { 200: {} }", "  200: -\n"),
        ("responses: { 200: { description: 7, headers: [ 1 ], content: [ a/b ] } }", "  200: -\n"),
        (
            "responses: { 200: { headers: { A: 1, B: {} }, content: { a/b: { schema: 7, examples: [ 1 ], example: null } } } }",
            "  200: -; header B false None; a/b ; None /paths/~1a/get/responses/200/content/a~1b/example null\n",
        ),
        ("security: [ { a: b } ]", "  needs [a Other []]\n"),
        (
            "parameters: [ { name: '', in: query, style: banana, explode: 7, schema: x } ]",
            "  query : form explode no schema\n",
        ),
    ] {
        check(&operation(text), &format!("{plain}{expected}{put}"));
    }
    for text in [
        "",
        "paths: null",
        "paths: []",
        "paths: text",
        "paths: { /a: null, /b: true, /c: [], /d: { get: null, put: 7, post: [] } }",
        "paths: { /a: { $ref: '#/paths/~1a' } }",
        "paths: { /a: { $ref: '#/paths/~1b' }, /b: { $ref: '#/paths/~1a' } }",
        "paths: { /a: { $ref: 'other.yaml#/a' } }",
        "paths: { /a: { $ref: [] } }",
        "servers: [ { url: '{', variables: [] } ]\ncomponents: 7\ninfo: []\nsecurity: 7",
        "paths: { $ref: '#/components' }\ncomponents: { get: {} }",
        "webhooks: { a: { post: {} } }",
    ] {
        check(&whole(text), "");
    }
    check(&whole("paths: { '': { get: {} } }"), "GET  = GET  at #/paths//get\n");
    check(&whole("paths: { '{': { get: {} } }"), "GET { = GET { at #/paths/{/get\n");
}

/// Every value of a document in turn is replaced by something that does not belong there.
#[test]
fn every_part_may_be_anything() {
    let whole = load(ORDERS).0.expect("it loads").root().clone();
    let mut pointers = Vec::new();
    collect(&whole, Pointer::root(), &mut pointers);
    assert!(pointers.len() > 100);
    let strange = json!([null, true, -7, "x", "", [], {}, [[]], {"": 1}, {"$ref": "#"}, {"$ref": "#/paths"}]);
    for pointer in pointers.iter().filter(|pointer| !pointer.is_root()) {
        for value in strange.as_array().expect("it is one") {
            let mut changed = whole.clone();
            *pointer.get_mut(&mut changed).expect("it is there") = value.clone();
            let (document, _) = load(&changed.to_string());
            let Some(document) = document else { continue };
            let _ = (describe_all(&document), document.server_urls(), document.route("PUT", "/orders/1"));
            let _ = super::check_structure(&document, crate::openapi::Nullable::default());
        }
    }
}

fn collect(value: &Value, at: Pointer, found: &mut Vec<Pointer>) {
    match value {
        Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, each)| collect(each, at.child(index.to_string()), found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, each)| collect(each, at.child(name), found))
        }
        _ => {}
    }
    found.push(at);
}

#[test]
fn a_deep_document_is_read() {
    let deep = format!("openapi: 3.0.3\ncomponents: {}{}\n", "{a: ".repeat(120), "}".repeat(120));
    let document = load(&deep).0.expect("it loads");
    let bottom = Pointer::of(std::iter::once("components").chain(std::iter::repeat_n("a", 119)));
    assert!(document.get(&bottom).is_some());
    assert!(document.place_of(&bottom).is_some());
}

#[test]
fn schemes_are_known_by_their_type() {
    let check = |scheme: &str, expected: SecurityKind<'static>| {
        let text = format!(
            "openapi: 3.0.3\nsecurity: [ {{ s: [] }} ]\npaths: {{ /a: {{ get: {{}} }} }}\ncomponents: {{ securitySchemes: {{ s: {scheme} }} }}\n"
        );
        let document = load(&text).0.expect("it loads");
        let operation = document.operations().next().expect("it has one");
        assert_eq!(format!("{:?}", operation.security()[0][0].kind), format!("{expected:?}"), "{scheme}");
    };
    check("{ type: http, scheme: BEARER }", SecurityKind::Bearer);
    check("{ type: http, scheme: digest }", SecurityKind::Other);
    check("{ type: http }", SecurityKind::Other);
    check("{ type: openIdConnect }", SecurityKind::OpenIdConnect);
    check("{ type: mutualTLS }", SecurityKind::MutualTls);
    check("{ type: apiKey, in: body, name: k }", SecurityKind::Other);
    check("{ type: [] }", SecurityKind::Other);
    check("7", SecurityKind::Other);
}

/// What OpenAPI 3.2 adds to paths, parameters and media types.
#[test]
fn what_is_new_in_3_2_is_read() {
    let text = r##"
openapi: 3.2.0
$self: https://example.com/api/openapi
paths:
  /items:
    query:
      operationId: searchItems
      requestBody: { content: { application/json: { $ref: '#/components/mediaTypes/Item' } } }
      responses:
        '200':
          content:
            application/jsonl: { itemSchema: { $ref: 'openapi#/components/schemas/Item' } }
    additionalOperations:
      COPY: { operationId: copyItems, responses: { '204': {} } }
      POST: { operationId: never }
      'A B': { operationId: no }
    get:
      operationId: listItems
      parameters:
        - { name: filter, in: querystring, content: { application/x-www-form-urlencoded: { schema: { type: object } } } }
        - { name: session, in: cookie, style: cookie, schema: { type: string } }
      responses: { '200': { content: { text/plain: { examples: { one: { dataValue: x } } } } } }
      security: [ { device: [] } ]
components:
  schemas: { Item: { type: object } }
  mediaTypes: { Item: { schema: { $ref: 'https://example.com/api/openapi#/components/schemas/Item' } } }
  securitySchemes: { device: { type: oauth2, flows: { deviceAuthorization: { deviceAuthorizationUrl: 'https://x', tokenUrl: 'https://x', scopes: {} } } } }
"##;
    let (document, problems) = load(text);
    assert_eq!(problems, Vec::<String>::new());
    let document = document.expect("it loads");
    let expected = r#"searchItems = QUERY /items at #/paths/~1items/query
  body false application/json
  200: -; application/jsonl 
copyItems = COPY /items at #/paths/~1items/additionalOperations/COPY
  204: -
listItems = GET /items at #/paths/~1items/get
  querystring filter: form explode as application/x-www-form-urlencoded no schema
  cookie session: cookie explode
  200: -; text/plain ; Some("one") /paths/~1items/get/responses/200/content/text~1plain/examples/one/dataValue "x"
  needs [device OAuth2 []]
"#;
    assert_eq!(describe_all(&document), expected);
    let search = document.find_template("query", "/items").expect("it is there");
    let response = search.response_for(200).expect("it is documented");
    let item_schema = response.media_types()[0].item_schema().expect("it has one");
    assert_eq!(
        document.resolve(&item_schema).expect("it leads there").0.to_string(),
        "/components/schemas/Item"
    );
    let body = search.request_body().expect("it has one").media_types()[0].schema().expect("it has one");
    assert_eq!(document.resolve(&body).expect("it leads there").0.to_string(), "/components/schemas/Item");
    let lints: Vec<String> = super::check_structure(&document, crate::openapi::Nullable::default())
        .iter()
        .map(super::testing::render)
        .collect();
    assert_eq!(
        lints,
        [
            "15:7 document.structure `POST` under `additionalOperations` has a key of its own in the path item",
            "16:7 document.structure `A B` under `additionalOperations` is no method of HTTP",
        ]
    );
    assert!(matches!(document.route("COPY", "/items"), super::Route::Found { .. }));
}

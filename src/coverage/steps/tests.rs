use crate::coverage::tests::{document, universe};
use crate::coverage::{Dimension, Item, Tally};
use std::sync::Arc;

const COMPONENTS: &str = "
components:
  securitySchemes: { key: { type: http, scheme: bearer } }
  schemas:
    Cat: { type: object, required: [kind], properties: { kind: { const: Cat }, lives: { enum: [7, 9] } } }
    Dog: { type: object, required: [kind], properties: { kind: { const: Dog }, tricks: { type: array, items: { type: string } } } }
";

/// The step for a gap of the one operation, which is found by its words.
fn check(operation: &str, words: &str, expected: &str) {
    let text = format!(
        "openapi: 3.1.0\ninfo: {{ title: t, version: '1' }}\npaths:\n  /a/{{id}}: {{ {operation} }}\n{COMPONENTS}"
    );
    let document = document(&text);
    let universe = universe(&document, 1_000);
    let mut coverage = Tally::new(Arc::clone(&universe)).finish();
    universe.draft_steps(&mut coverage, usize::MAX);
    let gaps: Vec<_> =
        coverage.all_gaps().map(|gap| (gap.item.words(), gap.step.map(str::to_owned))).collect();
    let found = gaps.iter().find(|(item, _)| item == words);
    let step = found.map(|(_, step)| step.clone().unwrap_or_default());
    assert_eq!(step.as_deref(), Some(expected), "{words} of {operation}\n{gaps:#?}");
}

const ID: &str =
    "parameters: [ { name: id, in: path, required: true, schema: { type: string, example: '7' } } ]";

fn answering(responses: &str) -> String {
    format!("{ID}, get: {{ operationId: x, responses: {{ {responses} }} }}")
}

fn taking(schema: &str) -> String {
    format!(
        "{ID}, put: {{ operationId: x, requestBody: {{ required: true, content: {{ application/json: {{ schema: {schema} }} }} }}, responses: {{ '200': {{}}, '422': {{}} }} }}"
    )
}

#[test]
fn statuses_are_asked_for_as_a_person_would() {
    let json = "content: { application/json: { schema: { type: object } } }";
    let all = answering(&format!(
        "'200': {{ {json} }}, '202': {{}}, '404': {{}}, '409': {{}}, 4XX: {{}}, default: {{}}"
    ));
    check(&all, "the operation", "- call: x\n  path: { id: \"7\" }");
    check(&all, "200", "- call: x\n  path: { id: \"7\" }\n  expect: { status: 200 }");
    check(
        &all,
        "202",
        "# TODO: what makes the API answer 202.\n- call: x\n  path: { id: \"7\" }\n  expect: { status: 202 }",
    );
    check(&all, "404", "- call: x\n  path: { id: no-such-thing }\n  expect: { status: 404 }");
    check(
        &all,
        "4XX",
        "# TODO: what makes the API answer 4XX, and which it is.\n- call: x\n  path: { id: \"7\" }\n  expect: { status: 400 }",
    );
    check(
        &all,
        "default",
        "# TODO: what makes the API answer with another status, and which.\n- call: x\n  path: { id: \"7\" }\n  expect: { status: 500 }",
    );
    let default = answering("default: {}");
    check(&default, "default", "- call: x\n  path: { id: \"7\" }\n  expect: { status: 200 }");
    check(&answering("2XX: {}"), "2XX", "- call: x\n  path: { id: \"7\" }\n  expect: { status: 200 }");
    let secured = format!(
        "{ID}, get: {{ operationId: x, security: [ {{ key: [] }} ], responses: {{ '200': {{}}, '401': {{}} }} }}"
    );
    check(&secured, "401", "- call: x\n  path: { id: \"7\" }\n  auth: none\n  expect: { status: 401 }");
    let made_up = "get: { operationId: x, parameters: [ { name: id, in: path, required: true, schema: { type: string, format: uuid } } ], responses: { '200': {}, '404': {} } }";
    check(
        made_up,
        "200",
        "# TODO: `id` of something that exists.\n- call: x\n  path: { id: \"50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3\" }\n  expect: { status: 200 }",
    );
    check(
        made_up,
        "404",
        "- call: x\n  path: { id: \"00000000-0000-4000-8000-000000000000\" }\n  expect: { status: 404 }",
    );
}

#[test]
fn what_is_refused_breaks_the_document_in_one_place() {
    check(
        &taking("{ type: object, required: [a], properties: { a: { type: string }, b: { type: integer } } }"),
        "422",
        "- call: x\n  path: { id: \"7\" }\n  body: {}\n  sends: { invalid: [/body/a] }\n  expect: { status: 422 }",
    );
    let query = format!(
        "{ID}, get: {{ operationId: x, parameters: [ {{ name: n, in: query, schema: {{ type: integer }} }} ], responses: {{ '200': {{}}, '400': {{}} }} }}"
    );
    check(
        &query,
        "400",
        "- call: x\n  path: { id: \"7\" }\n  query: { n: no-such-value }\n  sends: { invalid: [/query/n] }\n  expect: { status: 400 }",
    );
    check(
        &answering("'200': {}, '400': {}"),
        "400",
        "# TODO: what makes the API answer 400.\n- call: x\n  path: { id: \"7\" }\n  expect: { status: 400 }",
    );
}

#[test]
fn parameters_are_sent_with_values_that_fit() {
    let operation = format!(
        "{ID}, get: {{ operationId: x, parameters: [ {{ name: sort, in: query, schema: {{ enum: [up, $down] }} }}, {{ name: in, in: query, schema: {{ type: array, items: {{ enum: [1, 2] }} }} }}, {{ name: never, in: header, schema: {{ type: string, not: {{}} }} }} ], responses: {{ '200': {{}} }} }}"
    );
    let step =
        |more: &str| format!("- call: x\n  path: {{ id: \"7\" }}\n  {more}\n  expect: {{ status: 200 }}");
    check(&operation, "query sort", &step("query: { sort: up }"));
    check(&operation, "\"$down\" as query sort", &step("query: { sort: \"$$down\" }"));
    check(&operation, "2 as query in", &step("query: { in: [2] }"));
    check(
        &operation,
        "header never",
        &format!(
            "# TODO: the header parameter `never`.\n{}",
            step("headers: { never: TODO }\n  sends: unchecked")
        ),
    );
}

#[test]
fn bodies_hold_what_was_not_sent() {
    let step = |body: &str| {
        format!("- call: x\n  path: {{ id: \"7\" }}\n  body: {body}\n  expect: {{ status: 200 }}")
    };
    let members = taking(
        "{ type: object, required: [a], properties: { a: { type: string }, b: { type: array, items: { properties: { c: { enum: [1, 2] } } } } } }",
    );
    check(&members, "b[].c in the request", &step("{ a: text, b: [{ c: 1 }] }"));
    check(&members, "2 as b[].c in the request", &step("{ a: text, b: [{ c: 2 }] }"));
    let pets = taking(
        "{ properties: { pet: { oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ], discriminator: { propertyName: kind } } } }",
    );
    check(&pets, "Dog as pet in the request", &step("{ pet: { kind: Dog, tricks: [text] } }"));
    check(&pets, "pet.tricks in the request", &step("{ pet: { kind: Dog, tricks: [text] } }"));
    check(&pets, "9 as pet.lives in the request", &step("{ pet: { kind: Cat, lives: 9 } }"));
    check(
        &taking("{ properties: { a: { not: {} }, b: {} } }"),
        "a in the request",
        &format!("# TODO: the member a of the body.\n{}", step("{}")),
    );
    check(&taking("{ properties: { a: { not: {} }, b: {} } }"), "b in the request", &step("{ b: text }"));
}

#[test]
fn answers_are_expected_to_hold_what_never_came() {
    let of = |schema: &str| {
        answering(&format!("'200': {{ content: {{ application/json: {{ schema: {schema} }} }} }}"))
    };
    let step =
        |body: &str| format!("- call: x\n  path: {{ id: \"7\" }}\n  expect: {{ status: 200, body: {body} }}");
    let schema = "{ properties: { all: { type: array, items: { properties: { c: { enum: [1, '<a>'] } } } }, m: { additionalProperties: { type: string } } } }";
    check(&of(schema), "all[].c in 200", &step("{ all: { \"$contains\": { c: <any> } } }"));
    check(&of(schema), "1 as all[].c in 200", &step("{ all: { \"$contains\": { c: 1 } } }"));
    check(
        &of(schema),
        "\"<a>\" as all[].c in 200",
        &step("{ all: { \"$contains\": { c: { \"$literal\": \"<a>\" } } } }"),
    );
    check(
        &of(schema),
        "m.* in 200",
        "# TODO: what makes the answer hold m.* in 200.\n- call: x\n  path: { id: \"7\" }\n  expect: { status: 200 }",
    );
    check(
        &of("{ oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ] }"),
        "Dog in 200",
        &step("{ \"$schema\": \"#/components/schemas/Dog\" }"),
    );
    let two = answering("'200': { content: { text/plain: {}, application/json: {} } }");
    check(
        &two,
        "text/plain in 200",
        "- call: x\n  path: { id: \"7\" }\n  headers: { Accept: text/plain }\n  expect: { status: 200 }",
    );
}

#[test]
fn a_few_steps_are_unlike_one_another() {
    let text = format!(
        "openapi: 3.1.0\npaths:\n  /a/{{id}}: {{ {} }}\n  /b: {{ get: {{ responses: {{ '200': {{}} }} }} }}\n{COMPONENTS}",
        taking("{ properties: { a: {}, b: {} } }")
    );
    let document = document(&text);
    let universe = universe(&document, 1_000);
    let mut coverage = Tally::new(Arc::clone(&universe)).finish();
    for operation in coverage.documents.get_mut("shop").expect("it is there").operations.values_mut() {
        let called = Item::of(Dimension::Operation);
        operation.gaps.remove(&called);
        operation.covered.insert(called);
    }
    universe.draft_steps(&mut coverage, 3);
    let drafted: Vec<String> =
        coverage.all_gaps().filter(|gap| gap.step.is_some()).map(|gap| gap.words()).collect();
    assert!(drafted.contains(&"200 of x".to_owned()), "{drafted:?}");
    let few = coverage.with_steps(1);
    let steps: std::collections::BTreeSet<_> = few.all_gaps().filter_map(|gap| gap.step).collect();
    assert_eq!(steps.len(), 1);
}

//! Requests as far as they are written out.

use super::{lint_file, words};

const DOCUMENT: &str = r##"
openapi: 3.0.3
info: { title: Shop, version: "1" }
paths:
  /items/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    put:
      operationId: putItem
      parameters: [{ name: page, in: query, schema: { type: integer, maximum: 9 } }]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              additionalProperties: false
              required: [name]
              properties:
                name: { type: string, minLength: 2 }
                count: { type: integer }
                parts: { type: array, items: { type: object, required: [sku], properties: { sku: { type: string }, n: { type: integer } } } }
                pet: { oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }] }
            examples: { lamp: { value: { name: Lamp, count: 1 } } }
          application/x-www-form-urlencoded:
            schema: { type: object, required: [name], properties: { name: { type: string }, count: { type: integer } } }
      responses: { "200": { description: Fine } }
components:
  schemas:
    Cat: { type: object, required: [kind, lives], properties: { kind: { type: string, enum: [cat] }, lives: { type: integer } } }
    Dog: { type: object, required: [kind, barks], properties: { kind: { type: string, enum: [dog] }, barks: { type: boolean } } }
"##;

fn check_code(code: &str, step: &str, expected: &[&str]) {
    let text = format!(
        "contest: 1\ninputs: {{ a: {{}} }}\nvars: {{ n: 3 }}\nscenarios: {{ s: {{ rows: [{{ bad: a, good: 1 }}], steps: [{{ call: putItem, {step} }}] }} }}\n"
    );
    let found = words(&lint_file(DOCUMENT, &text), code);
    let found: Vec<&str> = found.iter().filter_map(|it| it.split(" @ ").next()).collect();
    let found: Vec<&str> =
        found.iter().map(|it| it.trim_start_matches("the request breaks the document: ")).collect();
    assert_eq!(found, expected, "{step}");
}

fn check(body: &str, expected: &[&str]) {
    check_code("scenario.invalid-request", &format!("path: {{ id: 1 }}, body: {body}"), expected);
}

#[test]
fn literal_bodies_keep_their_schema() {
    check("{ name: Lamp, count: 2 }", &[]);
    check("{ name: L }", &["`name` has 1 character where the document asks for at least 2 characters"]);
    check("{ name: Lamp, count: a }", &["`count` is a string where the document asks for an integer"]);
    check("{ name: Lamp, count: $vars.n }", &[]);
    check("{ name: Lamp, count: $row.good }", &[]);
    check("{ name: Lamp, count: $row.bad }", &["`count` is a string where the document asks for an integer"]);
}

#[test]
fn what_is_not_known_hides_no_more_than_itself() {
    check("{ name: $inputs.a, count: $inputs.a }", &[]);
    check("$inputs.a", &[]);
    check("{ name: $inputs.a, count: a }", &["`count` is a string where the document asks for an integer"]);
    check("{ count: $inputs.a }", &["the request body lacks `name`, which the document requires"]);
    check(
        "{ name: $inputs.a, nmae: b }",
        &["the request body has a member `nmae` that the document does not allow"],
    );
    check(
        "{ name: Lamp, parts: [{ n: $inputs.a }] }",
        &["`parts[0]` lacks `sku`, which the document requires"],
    );
    check("{ name: Lamp, parts: $inputs.a }", &[]);
    check("{ name: 'x{$inputs.a}' }", &[]);
}

#[test]
fn a_form_that_is_not_known_is_not_judged() {
    check("{ name: Lamp, pet: { kind: dog } }", &["`pet` lacks `barks`, which the document requires"]);
    check("{ name: Lamp, pet: { kind: $inputs.a } }", &[]);
    check("{ name: $inputs.a, pet: { kind: dog } }", &["`pet` lacks `barks`, which the document requires"]);
}

#[test]
fn forms_examples_and_what_is_replaced_are_judged_too() {
    let check = |body: &str, expected: &[&str]| {
        check_code("scenario.invalid-request", &format!("path: {{ id: 1 }}, {body}"), expected);
    };
    check("form: { name: Lamp, count: 2 }", &[]);
    check("form: { name: Lamp, count: $vars.n }", &[]);
    check("form: { name: Lamp, count: a }", &["`count` is a string where the document asks for an integer"]);
    check("form: { count: 2 }", &["the request body lacks `name`, which the document requires"]);
    check("form: { count: $inputs.a }", &[]);
    check("body: { $example: lamp }", &[]);
    check(
        "body: { $example: lamp }, replace: { /count: a }",
        &["`count` is a string where the document asks for an integer"],
    );
    check("body: { $example: lamp }, replace: { /count: $inputs.a }", &[]);
    check("body: { name: L }, replace: { /name: Lamp }", &[]);
    check(
        "body: { name: $inputs.a, parts: [] }, replace: { /parts/-: { sku: 7 } }",
        &["`sku` is an integer where the document asks for a string"],
    );
    check("body: { name: $inputs.a, parts: [] }, replace: { /parts/-: { n: $inputs.a } }", &[]);
}

#[test]
fn parameters_are_judged_too() {
    let code = "scenario.invalid-request";
    let body = "body: { name: Lamp }";
    check_code(code, &format!("path: {{ id: 1 }}, query: {{ page: 3 }}, {body}"), &[]);
    check_code(
        code,
        &format!("path: {{ id: $inputs.a }}, query: {{ page: \"1{{$inputs.a}}\" }}, {body}"),
        &[],
    );
    check_code(
        code,
        &format!("path: {{ id: x }}, {body}"),
        &["the path parameter `id` is `x` where the document asks for an integer"],
    );
    check_code(
        code,
        &format!("path: {{ id: 1 }}, query: {{ page: 10 }}, {body}"),
        &["the query parameter `page` is 10 where the document asks for at most 9"],
    );
}

#[test]
fn sends_says_what_is_broken() {
    let valid = "scenario.valid-request";
    let invalid = "scenario.invalid-request";
    let with = |body: &str, sends: &str| format!("path: {{ id: 1 }}, body: {body}, sends: {sends}");
    let kept = "the request keeps the document at /body/name, where the step says it does not";
    check_code(valid, &with("{ name: L }", "{ invalid: [/body/name] }"), &[]);
    check_code(invalid, &with("{ name: L }", "{ invalid: [/body/name] }"), &[]);
    check_code(valid, &with("{ name: Lamp }", "{ invalid: [/body/name] }"), &[kept]);
    check_code(valid, &with("{ name: $inputs.a }", "{ invalid: [/body/name] }"), &[]);
    check_code(
        invalid,
        &with("{ name: L, count: a }", "{ invalid: [/body/name] }"),
        &["`count` is a string where the document asks for an integer"],
    );
    check_code(invalid, &with("{ name: L, count: a }", "unchecked"), &[]);
}

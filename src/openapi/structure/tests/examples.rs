use super::check;

const RESPONSE: &str = "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      operationId: getA\n";

fn check_content(content: &str, expected: &[&str]) {
    let text =
        format!("{RESPONSE}      responses: {{ 200: {{ description: '', content: {{ {content} }} }} }}\n");
    check(&text, expected);
}

#[test]
fn an_example_is_held_to_its_schema() {
    check_content(
        "application/json: { schema: { type: integer }, example: a }",
        &[
            "6:111 document.example the example of the 200 of getA breaks its own schema: the value is a string where the document promises an integer | a string",
        ],
    );
    check_content(
        "application/json: { schema: { type: integer }, examples: { one: { value: a }, two: { value: 2 } } }",
        &[
            "6:128 document.example the example `one` of the 200 of getA breaks its own schema: the value is a string where the document promises an integer | a string",
        ],
    );
    check_content("application/json: { schema: { type: integer }, example: 1.0 }", &[]);
    // The text as it is sent says nothing of the value.
    check_content("application/xml: { schema: { type: object }, example: <a/> }", &[]);
}

#[test]
fn several_faults_of_one_example_are_counted() {
    check_content(
        "application/json: { schema: { type: array, items: { type: integer } }, example: [a, b, c] }",
        &[
            "6:136 document.example the example of the 200 of getA breaks its own schema: element `[0]` of the value is a string where the document promises an integer | a string (and 2 further faults)",
        ],
    );
}

#[test]
fn defaults_and_examples_within_schemas_are_held_to_them() {
    check_content(
        "application/json: { schema: { type: object, properties: { n: { type: integer, default: x, examples: [1, y] } } } }",
        &[
            "6:142 document.example the default of `n` breaks its own schema: the value is a string where the document promises an integer | a string",
            "6:159 document.example example 2 of `n` breaks its own schema: the value is a string where the document promises an integer | a string",
        ],
    );
}

#[test]
fn a_value_within_a_schema_may_travel_either_way() {
    let secret =
        "s: { type: object, properties: { p: { type: string, writeOnly: true } }, example: { p: a } }";
    check_content(
        &format!("application/json: {{ schema: {{ type: object, properties: {{ {secret} }} }} }}"),
        &[],
    );
}

#[test]
fn a_default_is_named_after_what_its_schema_describes() {
    let named = |text: &str, name: &str| {
        let found = super::findings(text);
        let wanted = format!("the default of {name} breaks its own schema");
        assert!(found.len() == 1 && found[0].contains(&wanted), "{text}: {found:?}");
    };
    let of_3 = |of: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{ title: T, version: '1' }}\npaths: {{ /a: {{ get: {{ operationId: getA, {of} }} }} }}\n"
        )
    };
    let of_2 = |of: &str| {
        format!(
            "swagger: '2.0'\ninfo: {{ title: T, version: '1' }}\npaths: {{ /a: {{ post: {{ operationId: a, {of} }} }} }}\n"
        )
    };
    let ok = "responses: { 200: { description: '' } }";
    named(
        &of_3(&format!(
            "parameters: [{{ name: q, in: query, schema: {{ type: integer, default: x }} }}], {ok}"
        )),
        "the query parameter `q`",
    );
    named(
        &of_3(
            "responses: { 200: { description: '', headers: { X-A: { schema: { type: integer, default: x } } } } }",
        ),
        "the header `X-A`",
    );
    named(
        &of_2(&format!("parameters: [{{ name: q, in: query, type: integer, default: x }}], {ok}")),
        "the query parameter `q`",
    );
    named(
        &of_2(&format!(
            "consumes: [application/x-www-form-urlencoded], parameters: [{{ name: f, in: formData, type: integer, default: x }}], {ok}"
        )),
        "the form field `f`",
    );
    named(
        &of_2("responses: { 200: { description: '', headers: { X-A: { type: integer, default: x } } } }"),
        "the header `X-A`",
    );
}

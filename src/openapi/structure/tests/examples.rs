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

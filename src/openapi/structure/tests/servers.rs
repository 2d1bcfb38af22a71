use super::check;

#[test]
fn a_default_is_one_of_the_values_of_its_variable() {
    let with = |variables: &str, expected: &[&str]| {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{ title: T, version: '1' }}\npaths: {{ /a: {{ get: {{ responses: {{ 200: {{ description: fine }} }} }} }} }}\nservers:\n  - url: http://h/{{v}}\n    variables: {{ v: {variables} }}\n"
        );
        check(&text, expected);
    };
    with("{ default: a, enum: [a, b] }", &[]);
    with("{ default: a }", &[]);
    with("{ default: a, enum: [] }", &[]);
    with(
        "{ default: q, enum: [z] }",
        &[
            "6:32 document.structure the default of the server variable `v` is none of its `enum` | is used where nothing else is given",
        ],
    );
    with("{}", &[]);
}

#[test]
fn a_name_in_a_url_is_a_variable() {
    check(
        "openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths: { /a: { get: { responses: { 200: { description: fine } } } } }\nservers:\n  - { url: 'http://{a}/{b}', variables: { b: { default: x } } }\n  - { url: '{odd' }\n",
        &[
            "5:12 document.structure the server's variable `a` is not described under `variables` | has it in its URL",
        ],
    );
}

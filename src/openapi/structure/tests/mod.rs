mod examples;
mod impossible;
mod paths;
mod servers;

use super::check_structure;
use crate::openapi::testing::{load, render};

/// Each finding as `line:column code message | label`, notes and help behind it.
pub(super) fn findings(text: &str) -> Vec<String> {
    let (document, _) = load(text);
    let document = document.expect("it loads");
    let list = check_structure(&document, crate::openapi::Nullable::default());
    list.iter()
        .map(|each| {
            let extra = each.notes.iter().chain(&each.help).map(|text| format!(" ({text})"));
            format!("{} | {}{}", render(each), each.labels[0].text, extra.collect::<String>())
        })
        .collect()
}

pub(super) fn check(text: &str, expected: &[&str]) {
    assert_eq!(findings(text), expected, "{text}");
}

/// The body of one operation, `GET /a`, of an otherwise faultless document; it starts on line 3 in
/// column 18.
fn check_operation(version: &str, body: &str, expected: &[&str]) {
    let text = format!(
        "openapi: {version}\npaths:\n  /a: {{ get: {{ {body} }} }}\ninfo: {{ title: T, version: 1.0 }}\n"
    );
    check(&text, expected);
}

const OK: &str = "responses: { 200: { description: fine } }";

#[test]
fn what_is_as_it_should_be_has_no_finding() {
    for version in ["3.0.3", "3.1.0", "3.0"] {
        check_operation(version, OK, &[]);
        check_operation(
            version,
            "parameters: [ { name: q, in: query, schema: { type: string } } ], \
             responses: { 2XX: { description: '', headers: { x-a: { schema: {} } } }, default: { description: '' }, x-a: 1 }",
            &[],
        );
    }
}

#[test]
fn a_parameter_has_a_schema_or_a_media_type() {
    let check = |parameter: &str, expected: &[&str]| {
        check_operation(
            "3.1.0",
            &format!("parameters: [ {{ name: q, in: query{parameter} }} ], {OK}"),
            expected,
        );
    };
    check(", schema: true", &[]);
    check(", content: { text/plain: {} }", &[]);
    check(
        ", schema: {}, content: { text/plain: {} }",
        &[
            "3:64 document.structure the query parameter `q` has `schema` and `content`, of which one alone may stand | is passed over; `schema` counts",
        ],
    );
}

#[test]
fn a_document_without_operations_says_so() {
    let message = "document.structure the document describes no operations | nothing here can be called";
    check("openapi: 3.1.0\nwebhooks: {}\n", &[&format!("1:1 {message}")]);
    check("openapi: 3.1.0\npaths: {}\n", &[&format!("2:1 {message}")]);
}

#[test]
fn what_the_views_pass_over_is_named() {
    let v = "3.1.0";
    let s = "document.structure";
    check_operation(
        v,
        "",
        &[&format!("3:9 {s} GET /a documents no responses | lacks `responses`: no answer can be judged")],
    );
    check_operation(
        v,
        "operationId: list",
        &[&format!("3:9 {s} list documents no responses | lacks `responses`: no answer can be judged")],
    );
    check_operation(
        v,
        "responses: [1]",
        &[&format!("3:16 {s} the responses of GET /a are not a map | are passed over")],
    );
    check_operation(
        v,
        "responses: { 20X: {}, ok: {}, 200: true }",
        &[
            &format!(
                "3:29 {s} `20X` is neither a status code, a range such as `4XX`, nor `default` | is passed over"
            ),
            &format!(
                "3:38 {s} `ok` is neither a status code, a range such as `4XX`, nor `default` | is passed over"
            ),
            &format!("3:51 {s} the response `200` is not a map | is passed over"),
        ],
    );
    check_operation(
        v,
        "responses: { 200: { content: { a/b: true, c/d: { schema: 7 } }, headers: [] } }",
        &[
            &format!("3:52 {s} the media type `a/b` is not a map | is passed over"),
            &format!("3:73 {s} a schema is not a map | is passed over"),
            &format!("3:80 {s} `headers` is not a map | is passed over"),
        ],
    );
    check_operation(
        v,
        &format!("requestBody: true, {OK}"),
        &[&format!("3:29 {s} the request body is not a map | is passed over")],
    );
    check_operation(
        v,
        &format!("parameters: {{ a: b }}, {OK}"),
        &[&format!("3:16 {s} `parameters` is not a list | is passed over")],
    );
    check_operation(
        v,
        &format!("parameters: [ 7, {{ in: query }}, {{ name: a, in: body }} ], {OK}"),
        &[
            &format!("3:30 {s} a parameter is not a map | is passed over"),
            &format!("3:33 {s} a parameter has no `name` | is passed over"),
            &format!(
                "3:48 {s} a parameter is neither in `path`, `query`, `header` nor `cookie` | is passed over"
            ),
        ],
    );
    check_operation(
        v,
        &format!("parameters: [ {{ name: a, in: header, style: form }} ], {OK}"),
        &[&format!(
            "3:60 {s} the header parameter `a` cannot have the style `form` | is read as `simple`; there is `simple`"
        )],
    );
    check_operation(
        v,
        &format!("security: [ {{ token: [] }} ], {OK}"),
        &[&format!(
            "3:30 {s} no security scheme is called `token` | is not among `components/securitySchemes`"
        )],
    );
    check(
        "openapi: 3.1.0\npaths: { a: 7, b: { GET: {}, get: 7, put: { responses: {} } } }\n",
        &[
            &format!(
                "2:10 {s} the path template `a` does not start with `/` | is appended to the base URL as it is"
            ),
            &format!("2:13 {s} the path item of `a` is not a map | is passed over"),
            &format!(
                "2:16 {s} the path template `b` does not start with `/` | is appended to the base URL as it is"
            ),
            &format!("2:21 {s} the method `GET` is written in lower case: `get` | is passed over"),
            &format!("2:35 {s} the operation `get` of `b` is not a map | is passed over"),
        ],
    );
}

#[test]
fn path_templates_and_path_parameters_belong_together() {
    let s = "document.structure";
    let document = |parameters: &str| {
        format!(
            "openapi: 3.1.0\npaths:\n  /a/{{id}}: {{ get: {{ responses: {{}} }}, parameters: {parameters} }}\n"
        )
    };
    check(&document("[ { name: id, in: path } ]"), &[]);
    check(
        &document("[]"),
        &[&format!(
            "3:3 {s} `{{id}}` of `/a/{{id}}` is not described for GET | no parameter `id` with `in: path`"
        )],
    );
    check(
        &document("[ { name: ID, in: path } ]"),
        &[
            &format!(
                "3:3 {s} `{{id}}` of `/a/{{id}}` is not described for GET | no parameter `id` with `in: path`"
            ),
            &format!("3:52 {s} the path parameter `ID` does not occur in `/a/{{id}}` | is never sent"),
        ],
    );
    check(
        &document("[ { $ref: '#/nowhere' } ]"),
        &[
            "3:60 document.reference `#/nowhere` leads nowhere: the document has no `nowhere` | cannot be followed",
        ],
    );
}

#[test]
fn every_reference_is_followed_but_data_is_not() {
    let text = "
openapi: 3.1.0
paths:
  /a:
    get:
      responses:
        default: { $ref: '#/components/responses/Eror' }
        200:
          description: fine
          content:
            a/b:
              schema: { $ref: 'other.yaml#/A' }
              example: { $ref: '#/data' }
              examples: { one: { value: { $ref: '#/data' } }, two: { $ref: '#/nowhere' } }
components:
  x-own: { $ref: '#/data' }
  responses: { Error: { description: '' } }
  schemas:
    A:
      enum: [ { $ref: '#/data' } ]
      default: { $ref: '#/data' }
      const: { $ref: '#/data' }
      examples: [ { $ref: '#/data' } ]
      properties:
        default: { $ref: '#/nowhere' }
        properties: { properties: { example: { $ref: '#/nowhere' } } }
        $ref: { type: string }
    Own: { $id: 'https://example.com/own', items: { $ref: '#/$defs/x' }, $defs: { x: {} } }
    Circle: { $ref: '#/components/schemas/Circle' }
    Chain: { $ref: '#/components/schemas/Broken' }
    Broken: { $ref: '#/components/schemas/Zebra' }
    Recursive: { properties: { child: { $ref: '#/components/schemas/Recursive' } } }
";
    let r = "document.reference";
    let nowhere = "`#/nowhere` leads nowhere: the document has no `nowhere` | cannot be followed";
    let circle = "`#/components/schemas/Circle` leads in a circle: `#/components/schemas/Circle` → `#/components/schemas/Circle`";
    check(
        text,
        &[
            &format!(
                "7:26 {r} `#/components/responses/Eror` leads nowhere: `/components/responses` has no `Eror` | cannot be followed (did you mean `Error`?)"
            ),
            &format!(
                "12:31 {r} `other.yaml#/A` leads out of the document | is not followed (bundle the document into one file first; references are followed within it only)"
            ),
            &format!("14:76 {r} {nowhere} (also at 25:26, 26:54)"),
            &format!("29:21 {r} {circle} | cannot be followed"),
            &format!(
                "31:21 {r} `#/components/schemas/Zebra` leads nowhere: `/components/schemas` has no `Zebra` | cannot be followed"
            ),
        ],
    );
}

#[test]
fn documents_of_3_0_are_held_against_their_model() {
    let v = "3.0.3";
    let s = "document.structure";
    check(
        "openapi: 3.0.3\npaths: { /a: { get: { responses: {} } } }\n",
        &[&format!("1:1 {s} the document needs the key `info` | lacks `info`")],
    );
    check_operation(
        v,
        "responses: { 200: {}, 404: {} }",
        &[&format!(
            "3:29 {s} a Response Object needs the key `description` | lacks `description` (also at 3:38)"
        )],
    );
    check_operation(
        v,
        &format!("tags: x, {OK}"),
        &[&format!("3:22 {s} `tags` of an Operation Object is a list, not a text | expected a list")],
    );
    check_operation(
        v,
        &format!("parameters: [ {{ name: a, in: query }} ], {OK}"),
        &[&format!("3:30 {s} a Parameter Object needs the key `schema` or `content` | has neither")],
    );
    let schema = |schema: &str| {
        format!("responses: {{ 200: {{ description: '', content: {{ a/b: {{ schema: {schema} }} }} }} }}")
    };
    // It is read, and the contract says how.
    check_operation(v, &schema("{ type: [string] }"), &[]);
    check_operation(
        v,
        &schema("{ properties: { a: { items: { minLength: -1 } }, b: true } }"),
        &[
            &format!(
                "3:120 {s} `minLength` of a Schema Object is a whole number, not `-1` | expected a whole number"
            ),
            &format!("3:131 {s} a Schema Object is a map, not a boolean | is a boolean"),
        ],
    );
    check_operation(
        v,
        &format!("parameters: [ {{ name: a, in: query, schema: {{}}, explode: 7 }} ], {OK}"),
        &[&format!("3:73 {s} `explode` of a Parameter Object is a boolean, not `7` | expected a boolean")],
    );
    check_operation(
        v,
        &format!("parameters: [ {{ name: 5, in: query, schema: {{}} }} ], {OK}"),
        &[&format!("3:30 {s} a parameter has no `name` | is passed over")],
    );
    check_operation(
        v,
        &schema("{ additionalProperties: 7 }"),
        &[&format!(
            "3:103 {s} `additionalProperties` of a Schema Object is not as OpenAPI 3.0 describes it | cannot be a number"
        )],
    );
    check_operation(
        v,
        &schema("{ type: string, minLength: 1.5, description: null }"),
        &[&format!(
            "3:106 {s} `minLength` of a Schema Object is a whole number, not `1.5` | expected a whole number"
        )],
    );
    check_operation("3.1.0", &schema("{ type: [string] }"), &[]);
}

#[test]
fn the_model_reads_deep_documents_once() {
    let nested = |open: &str, close: &str, inner: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{ title: '', version: '' }}\npaths: {{ /a: {{ get: {{ responses: {{}} }} }} }}\ncomponents: {{ schemas: {{ A: {}{inner}{} }} }}\n",
            open.repeat(55),
            close.repeat(55)
        )
    };
    assert_eq!(findings(&nested("{ properties: { a: ", "} }", "{ required: 7 }")).len(), 1);
    assert_eq!(findings(&nested("{ allOf: [ ", "] }", "{ required: 7 }")).len(), 1);
    assert_eq!(findings(&nested("{ additionalProperties: { items: ", "} }", "{ required: 7 }")).len(), 1);
}

use crate::json::{Pointer, Value};
use crate::openapi::testing::{load, render};
use crate::openapi::{Document, check_structure, decode_header};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

fn swagger(text: &str) -> Arc<Document> {
    let (document, problems) = load(&format!("swagger: '2.0'\n{text}"));
    assert_eq!(problems, Vec::<String>::new(), "{text}");
    document.expect("it loads")
}

/// What the adapted document has at a pointer.
fn check(text: &str, pointer: &str, expected: Value) {
    let document = swagger(text);
    let pointer = Pointer::parse(pointer).expect("a pointer");
    assert_eq!(document.get(&pointer), Some(&expected), "{text} {pointer}");
}

/// The line of the text behind `swagger: '2.0'` that a pointer of the adapted document leads to, and
/// what stands there.
fn check_place(text: &str, pointer: &str, expected: &str) {
    let document = swagger(text);
    let place = document.place_of(&Pointer::parse(pointer).expect("a pointer")).expect("it has a place");
    let slice = place.source.slice(place.span).lines().next().unwrap_or_default();
    assert_eq!(format!("{} {slice}", place.position().line - 1), expected, "{text} {pointer}");
}

fn operation(text: &str) -> String {
    format!("paths: {{ /a: {{ post: {{ {text} }} }} }}")
}

#[test]
fn host_base_path_and_schemes_are_servers() {
    let check = |text: &str, expected: &[&str]| assert_eq!(swagger(text).server_urls(), expected, "{text}");
    check("host: x.test\nbasePath: /v1/\nschemes: [https, http]", &["https://x.test/v1", "http://x.test/v1"]);
    check("host: x.test:8080", &["https://x.test:8080"]);
    check("basePath: /v1", &["/v1"]);
    check("info: {}", &[]);
    check("host: 7\nbasePath: []\nschemes: {}", &[]);
    check_place("info: {}\nhost: x.test", "/servers/0/url", "2 x.test");
}

#[test]
fn a_body_parameter_is_the_request_body() {
    let body = operation(
        "parameters: [ { in: body, name: order, required: true, schema: { $ref: '#/definitions/O' } } ]",
    );
    check(
        &body,
        "/paths/~1a/post/requestBody",
        json!({"required": true, "content": {
            "application/json": {"schema": {"$ref": "#/paths/~1a/post/parameters/0/schema"}},
            "*/*": {"schema": {"$ref": "#/paths/~1a/post/parameters/0/schema"}},
        }}),
    );
    let shared = "consumes: [application/json]\nparameters:\n  Order: { in: body, name: o, schema: { type: object } }\npaths:\n  /a:\n    parameters: [ { $ref: '#/parameters/Order' } ]\n    put: {}\n    post: { consumes: [a/b], parameters: [ { in: body, name: x, schema: {} } ] }";
    check(
        shared,
        "/paths/~1a/put/requestBody/content",
        json!({"application/json": {"schema": {"$ref": "#/parameters/Order/schema"}}}),
    );
    check(
        shared,
        "/paths/~1a/post/requestBody/content",
        json!({"a/b": {"schema": {"$ref": "#/paths/~1a/post/parameters/0/schema"}}}),
    );
    let put = "/paths/~1a/put/requestBody";
    check_place(shared, put, "3 { in: body, name: o, schema: { type: object } }");
    check_place(shared, &format!("{put}/content/application~1json"), "1 application/json");
    check_place(shared, &format!("{put}/content/application~1json/schema"), "3 { type: object }");
}

#[test]
fn form_parameters_are_one_object() {
    let text = operation(
        "parameters: [ { in: formData, name: a, type: integer, required: true }, { in: formData, name: l, type: array, items: { type: string }, collectionFormat: multi } ]",
    );
    let at = "/paths/~1a/post/requestBody";
    check(
        &text,
        at,
        json!({"required": true, "content": {"application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "properties": {
                    "a": {"$ref": "#/paths/~1a/post/parameters/0/schema"},
                    "l": {"$ref": "#/paths/~1a/post/parameters/1/schema"},
                },
                "required": ["a"],
            },
            "encoding": {"l": {"style": "form", "explode": true}},
        }}}),
    );
    check(&text, "/paths/~1a/post/parameters/0/schema", json!({"type": "integer"}));
    let file =
        operation("consumes: [multipart/form-data], parameters: [ { in: formData, name: f, type: file } ]");
    check(
        &file,
        &format!("{at}/content"),
        json!({"multipart/form-data": {"schema": {
            "type": "object", "properties": {"f": {"$ref": "#/paths/~1a/post/parameters/0/schema"}},
        }}}),
    );
    check(&file, "/paths/~1a/post/parameters/0/schema", json!({"type": "string", "format": "binary"}));
}

#[test]
fn headers_of_responses_are_read_by_their_collection_format() {
    for (format, text) in
        [("csv", "1,2"), ("ssv", "1 2"), ("tsv", "1\t2"), ("pipes", "1|2"), ("multi", "1,2")]
    {
        let text_of = format!(
            "responses: {{ 200: {{ headers: {{ H: {{ type: array, items: {{ type: integer }}, collectionFormat: {format} }} }} }} }}"
        );
        let (document, _) = load(&format!("swagger: '2.0'\n{}", operation(&text_of)));
        let document = document.expect("it loads");
        let operation = document.operations().next().expect("there is one");
        let response = operation.response_for(200).expect("it is documented");
        let [header] = &response.headers()[..] else { panic!("one header") };
        assert_eq!(decode_header(header, text), json!([1, 2]), "{format}");
    }
}

#[test]
fn collection_formats_are_styles() {
    let check = |location: &str, format: &str, style: &str, explode: bool| {
        let format = if format.is_empty() { String::new() } else { format!(", collectionFormat: {format}") };
        let text = format!(
            "paths: {{ '/a/{{p}}': {{ get: {{ parameters: [ {{ in: {location}, name: p, type: array, items: {{ type: string }}{format} }} ] }} }} }}"
        );
        let document = swagger(&text);
        let parameters = document.operations().next().expect("it is there").parameters();
        let found = (parameters[0].style().as_str(), parameters[0].explode());
        assert_eq!(found, (style, explode), "{location}{format}");
    };
    check("query", "", "form", false);
    check("query", "csv", "form", false);
    check("query", "multi", "form", true);
    check("query", "ssv", "spaceDelimited", false);
    check("query", "pipes", "pipeDelimited", false);
    check("query", "tsv", "tabDelimited", false);
    check("path", "", "simple", false);
    check("path", "pipes", "pipeDelimited", false);
    check("header", "tsv", "tabDelimited", false);
}

#[test]
fn a_field_that_is_required_is_shown_where_it_says_so() {
    let text = "paths:
  /a:
    post:
      parameters:
        - { in: formData, name: a, type: string }
        - { in: formData, name: f, type: file, required: true }";
    let body = "/paths/~1a/post/requestBody/content/multipart~1form-data";
    check_place(text, &format!("{body}/schema/required/0"), "6 true");
}

#[test]
fn responses_are_written_as_what_is_produced() {
    let text = "produces: [application/json]
responses:
  Bad: { description: bad, schema: { $ref: '#/definitions/E' }, headers: { X-A: { type: integer } } }
definitions:
  E: { type: object, x-nullable: true, discriminator: kind }
paths:
  /a:
    get: { responses: { 200: { description: ok, schema: { type: string }, examples: { application/json: x } }, 400: { $ref: '#/responses/Bad' } } }
    put: { produces: [text/xml], responses: { 204: { description: none }, 400: { $ref: '#/responses/Bad' } } }
    post: { responses: { 200: { description: a file, schema: { type: file } } }, produces: [image/png] }";
    check(
        text,
        "/paths/~1a/get/responses/200/content",
        json!({"application/json": {"schema": {"$ref": "#/paths/~1a/get/responses/200/schema"}, "example": "x"}}),
    );
    let document = swagger(text);
    let media_types = |id: &str, status: u16| {
        let operation = document.find_template(id, "/a").expect("it is there");
        let response = operation.response_for(status).expect("it is documented");
        response.media_types().iter().map(|each| each.range().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(media_types("get", 400), ["application/json"]);
    assert_eq!(media_types("put", 400), ["text/xml"]);
    assert_eq!(media_types("put", 204), Vec::<String>::new());
    assert_eq!(media_types("post", 200), ["image/png"]);
    let schema = |id: &str| {
        let operation = document.find_template(id, "/a").expect("it is there");
        let response = operation.response_for(400).expect("it is documented");
        let schema = response.media_types()[0].schema().expect("it has one");
        document.resolve(&schema).expect("it leads there").0.to_string()
    };
    assert_eq!(schema("get"), "/definitions/E");
    assert_eq!(schema("put"), "/definitions/E");
    check(
        text,
        "/definitions/E",
        json!({"type": "object", "x-nullable": true, "nullable": true, "discriminator": {"propertyName": "kind"}}),
    );
    check_place(text, "/components/responses/Bad 1/content/text~1xml", "9 text/xml");
    check_place(text, "/definitions/E/nullable", "5 true");
    check_place(text, "/definitions/E/discriminator/propertyName", "5 kind");
    check_place(text, "/paths/~1a/get/responses/400", "8 { $ref: '#/responses/Bad' }");
}

#[test]
fn security_definitions_are_security_schemes() {
    let text = "securityDefinitions:
  plain: { type: basic }
  key: { type: apiKey, in: header, name: X-Key }
  oauth: { type: oauth2, flow: accessCode, tokenUrl: 'https://x', authorizationUrl: 'https://y', scopes: { a: b } }
security: [ { plain: [], key: [], oauth: [a] } ]
paths: { /a: { get: {} } }";
    let document = swagger(text);
    let all = document.operations().next().expect("it is there").security();
    let kinds: Vec<String> = all[0].iter().map(|each| format!("{:?}", each.kind)).collect();
    assert_eq!(kinds, ["Basic", "ApiKey { location: Header, name: \"X-Key\" }", "OAuth2"]);
    check_place(text, "/components/securitySchemes/plain/scheme", "2 basic");
    check_place(text, "/components/securitySchemes/key/name", "3 X-Key");
}

#[test]
fn what_cannot_be_said_is_remarked_on() {
    let check = |text: &str, expected: &[&str]| {
        let (_, problems) = load(&format!("swagger: 2.0\n{text}"));
        assert_eq!(problems, expected, "{text}");
    };
    let parameters = |text: &str| format!("paths: {{ /a: {{ get: {{ parameters: [ {text} ] }} }} }}");
    check(
        &parameters("{ in: header, name: h, type: array, items: {}, collectionFormat: multi }"),
        &["2:102 document.lenient the header parameter `h` cannot have the `collectionFormat` `multi`"],
    );
    check(
        &parameters("{ in: query, name: q, type: array, items: { type: array, items: {} } }"),
        &["2:79 document.lenient an array within an array of a parameter is not checked"],
    );
    check(
        &parameters("{ in: body, name: b }, { in: formData, name: f, type: string }"),
        &["2:60 document.lenient `f` is `in: formData`, and there is a parameter `in: body` too"],
    );
    check(
        "paths: { /a: { get: { responses: { 200: { headers: { H: { type: array, collectionFormat: multi } } } } } } }",
        &["2:90 document.lenient a header cannot have the `collectionFormat` `multi`"],
    );
}

#[test]
fn other_versions_are_refused() {
    for version in ["1.2", "'2.1'", "3.0.0", "two", "null"] {
        let (document, problems) = load(&format!("swagger: {version}\npaths: {{}}"));
        let stated = version.trim_matches('\'');
        assert!(document.is_none());
        assert_eq!(
            problems,
            [format!("1:10 document.version Swagger `{stated}` is not supported by this version of contest")]
        );
    }
}

#[test]
fn the_structure_is_spoken_of_in_its_own_words() {
    let document = swagger(
        "security: [ { nobody: [] } ]
paths:
  /a:
    post:
      parameters: [ { in: body, name: b, schema: { $ref: '#/definitions/Odrer' } }, { in: cookie, name: c } ]
      responses: { 200: { description: ok } }
definitions: { Order: {} }",
    );
    let lints: Vec<String> =
        check_structure(&document, crate::openapi::Nullable::default()).iter().map(render).collect();
    assert_eq!(
        lints,
        [
            "2:15 document.structure no security scheme is called `nobody`",
            "6:58 document.reference `#/definitions/Odrer` leads nowhere: `/definitions` has no `Odrer`",
        ]
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &[
        "$ref",
        "in",
        "name",
        "type",
        "schema",
        "items",
        "parameters",
        "responses",
        "paths",
        "get",
        "/a",
        "body",
        "headers",
        "collectionFormat",
        "examples",
        "consumes",
        "produces",
        "definitions",
        "200",
        "securityDefinitions",
        "host",
        "schemes",
        "discriminator",
        "x-nullable",
        "properties",
    ];
    const TEXTS: &[&str] = &[
        "body",
        "formData",
        "query",
        "array",
        "file",
        "multi",
        "#/paths/~1a",
        "#/parameters/0",
        "#",
        "",
        "a/b",
        "oauth2",
        "basic",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        Just(json!(7)),
        prop::sample::select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(7, 60, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..6).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_is_adapted(paths in any_json(), definitions in any_json(), rest in any_json()) {
        let text = json!({
            "swagger": "2.0", "host": rest, "parameters": rest, "responses": definitions,
            "consumes": rest, "definitions": definitions, "securityDefinitions": rest,
            "paths": {"/a": paths.clone(), "/b": {"get": paths, "parameters": rest}},
        });
        let (document, _) = load(&text.to_string());
        if let Some(document) = document {
            for operation in document.operations() {
                let _ = (operation.parameters(), operation.request_body(), operation.accept(), operation.security());
            }
            let _ = check_structure(&document, crate::openapi::Nullable::default());
        }
    }
}

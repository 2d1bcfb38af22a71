use super::*;
use crate::json::Datum;
use crate::openapi::testing::load;
use crate::openapi::{Document, Encoded, encode_parameter};
use serde_json::json;
use std::sync::Arc;

fn document(parameter: &str) -> Arc<Document> {
    let text = format!(
        "openapi: 3.1.0
paths: {{ '/a/{{color}}': {{ get: {{ parameters: [ {{ name: color, {parameter} }} ],
  responses: {{ 200: {{ headers: {{ color: {{ {parameter} }} }} }} }} }} }} }}
components: {{ schemas: {{
  Count: {{ type: integer }},
  Loop: {{ oneOf: [ {{ $ref: '#/components/schemas/Loop' }}, {{ $ref: '#/components/schemas/Count' }} ] }},
  Rgb: {{ type: object, properties: {{ R: {{ type: integer }}, G: {{ $ref: '#/components/schemas/Count' }} }}, additionalProperties: {{ type: boolean }} }},
  Colors: {{ type: array, items: {{ type: string }} }} }} }}\n"
    );
    load(&text).0.expect("it loads")
}

fn check_header(header: &str, text: &str, expected: Value) {
    let document = document(header);
    let operation = document.operations().next().expect("it has one");
    let response = operation.response_for(200).expect("it is there");
    let headers = response.headers();
    assert_eq!(decode_header(&headers[0], text), expected, "{header}: {text}");
}

/// `request` is what stands in the place of the parameter's location: a path segment, a query
/// string, header lines or a `Cookie` line.
fn check(parameter: &str, request: &str, expected: Option<Value>) {
    let document = document(parameter);
    let operation = document.operations().next().expect("it has one");
    let parameter_view = &operation.parameters()[0];
    let path = vec![("color".to_owned(), request.to_owned())];
    let headers: Headers = match parameter_view.location() {
        ParameterIn::Cookie => [("Cookie", request)].into_iter().collect(),
        ParameterIn::Header => request.lines().map(|line| ("Color", line)).collect(),
        _ => Headers::new(),
    };
    let raw = RawRequest { path: &path, query: request, headers: &headers };
    assert_eq!(decode_parameter(parameter_view, &raw), expected, "{parameter}: {request}");
}

#[test]
fn headers_are_read_by_their_declared_types() {
    let schema = |schema: &str| format!("schema: {schema}");
    check_header(&schema("{ type: integer }"), "5", json!(5));
    check_header(&schema("{ type: integer }"), " 5\t", json!(5));
    check_header(&schema("{ type: integer }"), "five", json!("five"));
    check_header(&schema("{ type: integer }"), "+5", json!("+5"));
    check_header(&schema("{ type: integer }"), "", json!(""));
    check_header(&schema("{ type: integer }"), "1e999", json!("1e999"));
    check_header(&schema("{ type: number }"), "-1.5", json!(-1.5));
    check_header(&schema("{ type: boolean }"), "true", json!(true));
    check_header(&schema("{ type: boolean }"), "True", json!("True"));
    check_header(&schema("{ type: string }"), "5", json!("5"));
    check_header(&schema("{}"), "5", json!("5"));
    check_header(&schema("true"), "5", json!("5"));
    check_header("required: true", "5", json!("5"));
    check_header(&schema("{ $ref: '#/nowhere' }"), "5", json!("5"));
    check_header(&schema("{ $ref: '#/components/schemas/Count' }"), "5", json!(5));
    check_header(&schema("{ $ref: '#/components/schemas/Loop' }"), "5", json!(5));
    check_header(&schema("{ type: [integer, 'null'] }"), "5", json!(5));
    check_header(&schema("{ type: [integer, 'null'] }"), "", json!(null));
    check_header(&schema("{ type: integer, nullable: true }"), "null", json!(null));
    check_header(&schema("{ type: [string, 'null'] }"), "", json!(""));
    check_header(&schema("{ anyOf: [ { type: integer }, { type: string } ] }"), "5", json!(5));
    check_header(&schema("{ anyOf: [ { type: integer }, { type: string } ] }"), "x", json!("x"));
    check_header(
        &schema("{ allOf: [ { $ref: '#/components/schemas/Count' }, { minimum: 3 } ] }"),
        "5",
        json!(5),
    );
    check_header(&schema("{ enum: [ 1, '2', true ] }"), "1", json!(1));
    check_header(&schema("{ enum: [ 1, '2', true ] }"), "2", json!("2"));
    check_header(&schema("{ enum: [ 1, '2', true ] }"), "true", json!(true));
    check_header(&schema("{ enum: [ 1 ] }"), "3", json!("3"));
    check_header(&schema("{ type: [string, integer], enum: [ '1', 2 ] }"), "1", json!("1"));
    check_header("content: { application/json: {} }", "{\"a\": 1}", json!({"a": 1}));
    check_header("content: { application/json: {} }", "{", json!("{"));
    check_header("content: { text/plain: {} }", "1", json!("1"));
}

#[test]
fn arrays_and_objects_in_headers_are_simple() {
    let colors = "schema: { $ref: '#/components/schemas/Colors' }";
    check_header(colors, "blue, black,brown", json!(["blue", "black", "brown"]));
    check_header(colors, "blue", json!(["blue"]));
    check_header(colors, "", json!([]));
    check_header(colors, "\"a,b\", c", json!(["\"a,b\"", "c"]));
    check_header(colors, "5\" wide, c", json!(["5\" wide", "c"]));
    check_header("schema: { type: array, items: { type: integer } }", "1,x", json!([1, "x"]));
    check_header("schema: { items: { type: integer } }", "1,2", json!([1, 2]));
    check_header("schema: { type: [string, array] }", "a", json!("a"));
    check_header("schema: { type: [string, array] }", "a,b", json!(["a", "b"]));
    check_header("schema: { type: string }", "a, b", json!("a, b"));
    let rgb = "schema: { $ref: '#/components/schemas/Rgb' }";
    check_header(rgb, "R,100,G,200,on,true", json!({"R": 100, "G": 200, "on": true}));
    check_header(rgb, "R,100,G", json!("R,100,G"));
    check_header(rgb, "", json!({}));
    check_header(&format!("{rgb}, explode: true"), "R=100, G=200", json!({"R": 100, "G": 200}));
    check_header(&format!("{rgb}, explode: true"), "R=100,G", json!("R=100,G"));
}

#[test]
fn parameters_are_read_out_of_a_request() {
    let colors = "schema: { $ref: '#/components/schemas/Colors' }";
    let rgb = "schema: { $ref: '#/components/schemas/Rgb' }";
    let integer = "schema: { type: integer }";
    check(&format!("in: query, {integer}"), "a=1&color=5&b", Some(json!(5)));
    check(&format!("in: query, {integer}"), "colour=5", None);
    check(&format!("in: query, {integer}"), "", None);
    check("in: query", "color=a+b%20c%2Bd", Some(json!("a b c+d")));
    check("in: query", "color", Some(json!("")));
    check("in: query", "c%6Flor=1", Some(json!("1")));
    check(&format!("in: query, {colors}"), "color=a&x=y&color=b%2Cc", Some(json!(["a", "b,c"])));
    check(&format!("in: query, {colors}"), "color=a,b", Some(json!(["a,b"])));
    check(&format!("in: query, {colors}, explode: false"), "color=a,b%2Cc", Some(json!(["a", "b,c"])));
    check(&format!("in: query, {colors}, explode: false"), "color=a&color=b", Some(json!(["a", "b"])));
    check(&format!("in: query, {colors}, explode: false"), "color=", Some(json!([])));
    check(
        &format!("in: query, {colors}, style: spaceDelimited, explode: false"),
        "color=a%20b+c",
        Some(json!(["a", "b", "c"])),
    );
    check(
        &format!("in: query, {colors}, style: pipeDelimited, explode: false"),
        "color=a%7Cb|c",
        Some(json!(["a", "b", "c"])),
    );
    check(&format!("in: query, {rgb}"), "R=100&x=y&G=2", Some(json!({"R": 100, "G": 2})));
    check(&format!("in: query, {rgb}"), "x=y", None);
    check(&format!("in: query, {rgb}, explode: false"), "color=R,100,G,2", Some(json!({"R": 100, "G": 2})));
    check(
        &format!("in: query, {rgb}, style: deepObject"),
        "color[R]=100&color%5BG%5D=2&color=3&colorx[R]=1&color[",
        Some(json!({"R": 100, "G": 2})),
    );
    check(&format!("in: query, {rgb}, style: deepObject"), "color=3", None);
    let deep = "schema: { type: object, properties: { a: { type: object, properties: { b: { type: integer } } }, l: { type: array, items: { type: integer } } } }, style: deepObject";
    check(
        &format!("in: query, {deep}"),
        "color[a][b]=1&color[l]=1&color[l][]=2",
        Some(json!({"a": {"b": 1}, "l": [1, 2]})),
    );
    check(&format!("in: query, {deep}"), "color[a]=1&color[a][b]=2", Some(json!({"a": "1"})));
    check("in: query, content: { application/json: {} }", "color=%5B1%5D", Some(json!([1])));
    check(&format!("in: header, {colors}"), "a, b\nc", Some(json!(["a", "b", "c"])));
    check(&format!("in: header, {integer}"), "5", Some(json!(5)));
    check(&format!("in: header, {integer}"), "", None);
    check(&format!("in: cookie, {integer}"), "a=b; color=5;c=d", Some(json!(5)));
    check(&format!("in: cookie, {integer}"), "a=b", None);
    check(&format!("in: cookie, {colors}, explode: false"), "color=a,b", Some(json!(["a", "b"])));
    check("in: cookie, schema: { type: string }", "color=a=b==", Some(json!("a=b==")));
    check(&format!("in: path, {integer}"), "5", Some(json!(5)));
    check("in: path", "a%2Fb%20c+d", Some(json!("a/b c+d")));
    check(&format!("in: path, {colors}"), "a,b%2Cc", Some(json!(["a", "b,c"])));
    check(
        &format!("in: path, {rgb}, style: matrix, explode: true"),
        ";R=100;G=2",
        Some(json!({"R": 100, "G": 2})),
    );
    check(&format!("in: path, {integer}, style: matrix"), ";color=5", Some(json!(5)));
    check(&format!("in: path, {integer}, style: matrix"), ";colour=5", Some(json!(";colour=5")));
}

/// What is encoded is decoded to the same, for every style and shape that is not ambiguous.
#[test]
fn decoding_is_the_inverse_of_encoding() {
    let places = [
        ("path", "simple"),
        ("path", "label"),
        ("path", "matrix"),
        ("query", "form"),
        ("query", "spaceDelimited"),
        ("query", "pipeDelimited"),
        ("query", "deepObject"),
        ("header", "simple"),
        ("cookie", "form"),
    ];
    let values = [
        ("{ type: integer }", json!(-5)),
        ("{ type: number }", json!(1.5)),
        ("{ type: boolean }", json!(false)),
        ("{ type: string }", json!("a/b?c#d é%41;=&x")),
        ("{ type: array, items: { type: integer } }", json!([1, 2, 3])),
        ("{ type: array, items: { type: string } }", json!(["one"])),
        ("{ type: array, items: { type: string } }", json!(["a=b", "c;d", "e&f", "100%"])),
        (
            "{ type: object, properties: { R: { type: integer }, s: { type: string } } }",
            json!({"R": 100, "s": "a&b"}),
        ),
    ];
    for (location, style) in places {
        for explode in [false, true] {
            for (schema, value) in &values {
                let parameter =
                    format!("in: {location}, style: {style}, explode: {explode}, schema: {schema}");
                let document = document(&parameter);
                let operation = document.operations().next().expect("it has one");
                let view = &operation.parameters()[0];
                let encoded = encode_parameter(view, &Datum::new(value.clone())).expect("it has a text");
                let joined = |pairs: Vec<(String, String)>, by: &str| {
                    pairs.iter().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join(by)
                };
                let text = match encoded {
                    Encoded::Nothing => String::new(),
                    Encoded::Path(text) | Encoded::Header(text) | Encoded::QueryString(text) => text,
                    Encoded::Query(pairs) => joined(pairs, "&"),
                    Encoded::Cookie(pairs) => joined(pairs, "; "),
                };
                check(&parameter, &text, Some(value.clone()));
            }
        }
    }
}

//! The table of the specification, both ways: what the client writes, the mock reads.

use super::testing::load;
use super::{Encoded, RawRequest, decode_parameter, encode_parameter};
use crate::exchange::Headers;
use crate::json::{Datum, Value};
use serde_json::json;

/// OpenAPI 3.1.1, "Style Examples": `style`, `explode`, `in` (the first one it is allowed in), and the
/// columns `undefined` (the empty string, as RFC 6570 has it), `string`, `array`, `object`. `n/a` is what
/// the specification says so of; `refused` what a URL cannot carry: a segment of nothing or a dot.
const TABLE: &[[&str; 7]] = &[
    [
        "matrix",
        "false",
        "path",
        ";color",
        ";color=blue",
        ";color=blue,black,brown",
        ";color=R,100,G,200,B,150",
    ],
    [
        "matrix",
        "true",
        "path",
        ";color",
        ";color=blue",
        ";color=blue;color=black;color=brown",
        ";R=100;G=200;B=150",
    ],
    ["label", "false", "path", "refused", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"],
    ["label", "true", "path", "refused", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"],
    ["simple", "false", "path", "refused", "blue", "blue,black,brown", "R,100,G,200,B,150"],
    ["simple", "true", "path", "refused", "blue", "blue,black,brown", "R=100,G=200,B=150"],
    ["simple", "false", "header", "", "blue", "blue,black,brown", "R,100,G,200,B,150"],
    ["simple", "true", "header", "", "blue", "blue,black,brown", "R=100,G=200,B=150"],
    ["form", "false", "query", "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"],
    [
        "form",
        "true",
        "query",
        "color=",
        "color=blue",
        "color=blue&color=black&color=brown",
        "R=100&G=200&B=150",
    ],
    ["form", "false", "cookie", "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"],
    [
        "form",
        "true",
        "cookie",
        "color=",
        "color=blue",
        "color=blue; color=black; color=brown",
        "R=100; G=200; B=150",
    ],
    [
        "spaceDelimited",
        "false",
        "query",
        "n/a",
        "n/a",
        "color=blue%20black%20brown",
        "color=R%20100%20G%20200%20B%20150",
    ],
    ["spaceDelimited", "true", "query", "n/a", "n/a", "n/a", "n/a"],
    [
        "pipeDelimited",
        "false",
        "query",
        "n/a",
        "n/a",
        "color=blue%7Cblack%7Cbrown",
        "color=R%7C100%7CG%7C200%7CB%7C150",
    ],
    ["pipeDelimited", "true", "query", "n/a", "n/a", "n/a", "n/a"],
    [
        "deepObject",
        "true",
        "query",
        "n/a",
        "n/a",
        "n/a",
        "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
    ],
];

fn check(row: &[&str; 7], schema: &str, value: &Value, cell: &str) {
    let [style, explode, location, ..] = *row;
    let text = format!(
        "openapi: 3.1.0\npaths: {{ '/a/{{color}}': {{ get: {{ parameters: [ {{ name: color, in: {location}, \
         style: {style}, explode: {explode}, schema: {schema} }} ] }} }} }}\n"
    );
    let document = load(&text).0.expect("it loads");
    let operation = document.operations().next().expect("it has one");
    let parameter = &operation.parameters()[0];
    let join = |pairs: Vec<(String, String)>, by: &str| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(by)
    };
    let written = match encode_parameter(parameter, &Datum::new(value.clone())) {
        Ok(Encoded::Path(text) | Encoded::Header(text)) => text,
        Ok(Encoded::Query(pairs)) => join(pairs, "&"),
        Ok(Encoded::Cookie(pairs)) => join(pairs, "; "),
        Ok(_) => "nothing".to_owned(),
        Err(_) => "refused".to_owned(),
    };
    assert_eq!(written, cell, "{row:?} {value}");
    if written == "refused" {
        return;
    }
    let path = [("color".to_owned(), written.clone())];
    let headers: Headers = match location {
        "header" => [("Color", written.as_str())].into_iter().collect(),
        "cookie" => [("Cookie", written.as_str())].into_iter().collect(),
        _ => Headers::new(),
    };
    let raw = RawRequest { path: &path, query: &written, headers: &headers };
    assert_eq!(decode_parameter(parameter, &raw).as_ref(), Some(value), "{row:?} {written}");
}

#[test]
fn the_style_examples_hold_both_ways() {
    let columns = [
        ("{ type: string }", json!("")),
        ("{ type: string }", json!("blue")),
        ("{ type: array, items: { type: string } }", json!(["blue", "black", "brown"])),
        (
            "{ type: object, additionalProperties: { type: integer }, properties: { R: {}, G: {}, B: {} } }",
            json!({"R": 100, "G": 200, "B": 150}),
        ),
    ];
    for row in TABLE {
        for ((schema, value), cell) in columns.iter().zip(&row[3..]) {
            if *cell != "n/a" {
                check(
                    row,
                    &schema.replace("R: {}, G: {}, B: {}", "R: &n { type: integer }, G: *n, B: *n"),
                    value,
                    cell,
                );
            }
        }
    }
}

//! Bodies of every kind, into the mock and out of it.

use super::IssuedTokens;
use super::answer::{Instance, answer};
use super::testing::{document, load};
use crate::exchange::{Headers, Request};
use std::time::Instant;

const ECHO: &str = r##"
openapi: 3.1.0
info: { title: Echo, version: "1" }
paths:
  /echo:
    post:
      operationId: echo
      requestBody:
        content:
          application/json: &content { schema: { $ref: "#/components/schemas/Thing" } }
          application/x-www-form-urlencoded: *content
          multipart/form-data: *content
          application/xml: *content
          application/x-ndjson: { schema: { type: array, items: { $ref: "#/components/schemas/Thing" } } }
          text/plain: { schema: { type: string } }
      responses:
        "200":
          description: ok
          content:
            application/json: {}
            application/x-www-form-urlencoded: *content
            multipart/form-data: *content
            application/x-ndjson: { schema: { type: array, items: { $ref: "#/components/schemas/Thing" } } }
            application/xml: *content
            text/plain: { schema: { type: string } }
        "400": { description: bad, content: { text/plain: { schema: { type: string } } } }
components:
  schemas:
    Thing:
      type: object
      required: [n]
      properties: { n: { type: integer }, tags: { type: array, items: { type: string } }, at: { type: object } }
"##;

/// Sends content; the reply has the media type `replied`, where one is named, and `body` as its value.
fn check(content_type: &str, content: &str, replied: &str, body: &str, expected: &str) {
    let rules = format!(
        "mock: 1\ndocument: shop.yaml\nrules:\n  - {{ on: echo, when: '!requestValid', reply: {{ status: 400, body: $requestProblems }} }}\n  - {{ on: echo, reply: {{ status: 200, headers: {{ content-type: {replied} }}, body: {body} }} }}\n"
    );
    let (rules, problems) = load(&document(ECHO), &rules);
    let rules = rules.unwrap_or_else(|| panic!("the rules load: {problems:?}"));
    let request = Request {
        method: "POST".to_owned(),
        url: "/echo".to_owned(),
        headers: [("content-type", content_type)].into_iter().collect::<Headers>(),
        body: Some(content.as_bytes().to_vec()),
    };
    let outgoing = answer(&rules, &IssuedTokens::new(), &mut Instance::new(&rules), request, Instant::now());
    let stated = outgoing.headers.get("content-type").unwrap_or_default();
    let text = String::from_utf8_lossy(&outgoing.body).into_owned();
    assert_eq!(format!("{} {stated} {text}", outgoing.status), expected, "{content_type} {content}");
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n5\r\n--b--\r\n";

#[test]
fn what_comes_is_read_by_the_document() {
    check(FORM, "n=5&tags=a", JSON, "$body", "200 application/json {\"n\":5,\"tags\":[\"a\"]}");
    check("multipart/form-data; boundary=b", PARTS, JSON, "$body", "200 application/json {\"n\":5}");
    check("application/xml", "<Thing><n>5</n></Thing>", JSON, "$body", "200 application/json {\"n\":5}");
    check(
        "application/x-ndjson",
        "{\"n\":1}\n{\"n\":2}",
        JSON,
        "$body",
        "200 application/json [{\"n\":1},{\"n\":2}]",
    );
    check("text/plain", "hi", JSON, "$body", "200 application/json \"hi\"");
}

#[test]
fn what_breaks_the_document_is_said() {
    check(
        FORM,
        "n=five",
        JSON,
        "$body",
        "400 text/plain `n` is a string where the document asks for an integer",
    );
    check(
        "application/xml",
        "<Thing>",
        JSON,
        "$body",
        "400 text/plain the body is not XML: it ends too early",
    );
    check(
        "multipart/form-data; boundary=b",
        "x",
        JSON,
        "$body",
        "400 text/plain the body is not multipart: no line is the delimiter",
    );
}

#[test]
fn what_goes_is_written_by_its_media_type() {
    let json = "{\"n\":5}";
    check(
        JSON,
        json,
        FORM,
        "{ n: 5, tags: [a, b] }",
        "200 application/x-www-form-urlencoded n=5&tags=a&tags=b",
    );
    check(
        JSON,
        json,
        "multipart/form-data",
        "{ n: 5, at: { x: 1 } }",
        "200 multipart/form-data; boundary=contest-mock --contest-mock\r\nContent-Disposition: form-data; \
         name=\"n\"\r\n\r\n5\r\n--contest-mock\r\nContent-Disposition: form-data; name=\"at\"\r\nContent-Type: \
         application/json\r\n\r\n{\"x\":1}\r\n--contest-mock--\r\n",
    );
    check(
        JSON,
        json,
        "application/x-ndjson",
        "[{ n: 1 }, { n: 2 }]",
        "200 application/x-ndjson {\"n\":1}\n{\"n\":2}\n",
    );
    check(
        JSON,
        json,
        "application/xml",
        "<Thing><n>5</n></Thing>",
        "200 application/xml <Thing><n>5</n></Thing>",
    );
    check(JSON, json, "text/plain", "hi", "200 text/plain hi");
}

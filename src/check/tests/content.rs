//! Content that is no JSON: what its schema says of it, and where it stands.

use super::{document, exchange, judge, said};
use crate::check::Severities;

/// `media` is what stands under `content`; the response is a 200 of that type.
fn check(media: &str, content_type: &str, content: &str, expected: &str) {
    let paths = format!(
        "/x:\n  get:\n    operationId: getX\n    responses: {{ '200': {{ description: d, content: {{ {media} }} }} }}"
    );
    let document =
        document(&paths, "  Point: { type: object, required: [x], properties: { x: { type: integer } } }");
    let exchange = exchange("GET", &format!("200\ncontent-type: {content_type}\n\n{content}"));
    assert_eq!(said(&judge(&document, &exchange, &Severities::default())), expected, "{media} {content}");
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn forms_are_judged_field_by_field() {
    let media = "application/x-www-form-urlencoded: { schema: { $ref: '#/components/schemas/Point' } }";
    check(media, FORM, "x=5", "");
    check(
        media,
        FORM,
        "y=1&x=five",
        "error[response.body]: `x` is a string where the document promises an integer
  expected an integer; came a string
  document schemas/Point/properties/x/type: via 200 › Point
  response body bytes 4..10, the field `x`: a string",
    );
    check(
        media,
        FORM,
        "y=1",
        "error[response.body]: the body lacks `x`, which the document requires
  expected a member `x`; came no member `x`
  document schemas/Point/required/0: via 200 › Point
  response body bytes 0..3, : no member `x`",
    );
}

#[test]
fn parts_are_judged_by_their_names() {
    let media = "multipart/form-data: { schema: { type: object, properties: { p: { $ref: '#/components/schemas/Point' } } }, encoding: { p: { headers: { X-N: { schema: { type: integer } } } } } }";
    let body = |head: &str, content: &str| {
        format!("--b\nContent-Disposition: form-data; name=\"p\"{head}\n\n{content}\n--b--\n")
            .replace('\n', "\r\n")
    };
    let stated = "multipart/form-data; boundary=b";
    check(media, stated, &body("\nX-N: 5", "{\"x\":1}"), "");
    check(
        media,
        stated,
        &body("\nX-N: n", "{\"x\":\"1\"}"),
        "error[response.body]: `x` is a string where the document promises an integer
  expected an integer; came a string
  document schemas/Point/properties/x/type: via 200 › Point
  response body bytes 62..65, /x of the part `p`: a string
error[response.header]: the header `X-N` of the part `p` is `n` where the document promises an integer
  expected an integer; came `n`
  document …/get/responses/200/content/multipart~1form-data/encoding/p/headers/X-N/schema/type: via 200
  response body bytes 57..66, the part `p`: `n`",
    );
    check(
        media,
        stated,
        "x",
        "error[response.decode]: the body is not multipart: no line is the delimiter
  expected a line `--b`; came other content
  document …/get/responses/200/content (key): documents multipart/form-data
  response body bytes 0..0, : holds no delimiter",
    );
}

#[test]
fn items_are_judged_one_by_one() {
    let media = "application/x-ndjson: { itemSchema: { $ref: '#/components/schemas/Point' } }";
    let lines = "{\"x\":1}\n{\"x\":\"2\"}\n{\"x\":3}\n{\"x\":\"4\"}\n{}\n";
    check(
        media,
        "application/x-ndjson",
        lines,
        "error[response.body]: `x` is a string where the document promises an integer
  expected an integer; came a string
  document schemas/Point/properties/x/type: via 200 › Point
  response body bytes 13..16, /x of item 2: a string
  = also at 1 more place: /x of item 4
error[response.body]: item 5 lacks `x`, which the document requires
  expected a member `x`; came no member `x`
  document schemas/Point/required/0: via 200 › Point
  response body bytes 36..38, item 5: no member `x`",
    );
    check(
        media,
        "application/x-ndjson",
        "{\"x\":1}\n{\"x\":\n",
        "error[response.decode]: item 2 is not JSON: EOF while parsing a value
  expected a JSON value; came other content
  document …/get/responses/200/content (key): documents application/x-ndjson
  response body bytes 12..12, item 2: stops being JSON here",
    );
}

#[test]
fn xml_is_judged_by_its_schema() {
    let media = "application/xml: { schema: { type: object, xml: { name: list }, properties: { points: { type: array, items: { $ref: '#/components/schemas/Point' }, xml: { name: point } } } } }";
    check(media, "application/xml", "<list><points><x>1</x></points></list>", "");
    check(
        media,
        "application/xml",
        "<list>\n<points><x>1</x></points>\n<points><x>two</x></points>\n</list>",
        "error[response.body]: `x` is a string where the document promises an integer
  expected an integer; came a string
  document schemas/Point/properties/x/type: via 200 › Point
  response body bytes 41..51, /list/points[2]/x: a string",
    );
    check(
        media,
        "application/xml",
        "<lists/>",
        "error[response.body]: the element `lists` stands where the document names `list`
  expected `list`; came `lists`
  document …/get/responses/200/content/application~1xml/schema/xml/name: via 200
  response body bytes 0..8, /lists: `lists`",
    );
    check("image/svg+xml: { schema: { type: string } }", "image/svg+xml", "<svg", "");
}

#[test]
fn bytes_have_a_length() {
    let media = "application/octet-stream: { schema: { type: string, format: binary, minLength: 3 } }";
    check(media, "application/octet-stream", "abc", "");
    check(
        media,
        "application/octet-stream",
        "ab",
        "error[response.body]: the body has 2 bytes where the document promises at least 3 bytes
  expected at least 3 bytes; came 2 bytes
  document …/get/responses/200/content/application~1octet-stream/schema/minLength: via 200
  response body: 2 bytes",
    );
    check("application/pdf: { schema: {} }", "application/pdf", "ab", "");
    check(
        "application/pdf: { schema: { type: object } }",
        "application/pdf",
        "ab",
        "not checked, because bytes of `application/pdf` are no value of the kind that their schema describes",
    );
}

#[test]
fn plain_text_is_what_it_spells() {
    check("text/plain: { schema: { type: integer } }", "text/plain", "5\n", "");
    check(
        "text/plain: { schema: { type: integer } }",
        "text/plain",
        "five",
        "error[response.body]: the body is a string where the document promises an integer
  expected an integer; came a string
  document …/get/responses/200/content/text~1plain/schema/type: via 200
  response body: a string",
    );
    check(
        "text/csv: { schema: { type: array } }",
        "text/csv",
        "a,b",
        "not checked, because bodies of `text/csv` are not compared with their schema",
    );
}

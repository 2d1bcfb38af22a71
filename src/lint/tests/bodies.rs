//! Bodies that are no JSON: parts, bytes, and texts sent as they are.

use super::{lint_with, words};
use crate::scenario::{Attachment, Attachments};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: { title: Shop, version: "1" }
paths:
  /items:
    post:
      operationId: send
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, required: [name], properties: { name: { type: string } } }
          multipart/form-data:
            schema:
              type: object
              required: [name]
              properties:
                name: { type: string, minLength: 2 }
                count: { type: integer }
                order: { type: object, required: [id], properties: { id: { type: integer } } }
                picture: { type: string, maxLength: 4 }
                tags: { type: array, items: { type: string, maxLength: 3 } }
                range: { type: object }
            encoding:
              picture: { contentType: "image/png" }
              range: { style: deepObject, explode: true }
          application/octet-stream: { schema: { type: string, maxLength: 4 } }
          text/plain: { schema: { type: string, maxLength: 4 } }
          application/xml: { schema: { type: object, xml: { name: item }, properties: { id: { type: integer } } } }
      responses: { "200": { description: Fine } }
"##;

/// `message @ line of the document` of everything that breaks the document.
fn check(step: &str, expected: &[&str]) {
    let text = format!(
        "contest: 1\ninputs: {{ a: {{}} }}\nvars: {{ n: 3 }}\nscenarios: {{ s: {{ steps: [{{ call: send, {step} }}] }} }}\n"
    );
    let mut files = Attachments::new();
    for (name, bytes) in
        [("large.bin", "12345"), ("small.bin", "\u{0}\u{1}"), ("broken.json", "{"), ("a.csv", "12345")]
    {
        files.insert(name.into(), Attachment::of_bytes(bytes.as_bytes()));
    }
    let found = words(&lint_with(DOCUMENT, &text, &files), "scenario.invalid-request");
    let found: Vec<&str> =
        found.iter().map(|it| it.trim_start_matches("the request breaks the document: ")).collect();
    assert_eq!(found, expected, "{step}");
}

#[test]
fn parts_are_judged_as_they_would_be_sent() {
    check("multipart: { name: Lamp, count: 2, order: { id: 1 }, picture: { $file: small.bin } }", &[]);
    check(
        "multipart: { name: L }",
        &[
            "`name` has 1 character where the document asks for at least 2 characters @ name: { type: string, minLength: 2 }",
        ],
    );
    check(
        "multipart: { count: 1 }",
        &["the request body lacks `name`, which the document requires @ required: [name]"],
    );
    check(
        "multipart: { name: Lamp, order: { $json: { id: x } } }",
        &[
            "`id` is a string where the document asks for an integer @ order: { type: object, required: [id], properties: { id: { type: integer } } }",
        ],
    );
    check(
        "multipart: { name: Lamp, picture: { $file: large.bin } }",
        &[
            "`picture` has 5 characters where the document asks for at most 4 characters @ picture: { type: string, maxLength: 4 }",
        ],
    );
    check(
        "multipart: { name: Lamp, picture: { $file: small.bin, contentType: text/csv } }",
        &[
            "the part `picture` is `text/csv`, which the document does not offer for it @ picture: { contentType: \"image/png\" }",
        ],
    );
    check(
        "multipart: { name: Lamp, tags: [abc, abcd] }",
        &[
            "`tags[1]` has 4 characters where the document asks for at most 3 characters @ tags: { type: array, items: { type: string, maxLength: 3 } }",
        ],
    );
}

#[test]
fn of_parts_that_are_not_known_nothing_is_said() {
    check("multipart: { name: $inputs.a, count: $vars.n }", &[]);
    check("multipart: { name: 'x{$inputs.a}' }", &[]);
    check("multipart: { name: Lamp, order: { $json: { id: $inputs.a } } }", &[]);
    check("multipart: { name: Lamp, order: { $text: $inputs.a, contentType: application/json } }", &[]);
    check("multipart: { name: Lamp, tags: [$inputs.a, abcd] }", &[]);
    // What it becomes may hold the name, too.
    check("multipart: { range: $inputs.a }", &[]);
    check(
        "multipart: { count: $inputs.a }",
        &["the request body lacks `name`, which the document requires @ required: [name]"],
    );
    check(
        "multipart: { name: L, count: $inputs.a }",
        &[
            "`name` has 1 character where the document asks for at least 2 characters @ name: { type: string, minLength: 2 }",
        ],
    );
}

#[test]
fn what_is_sent_as_it_is_is_read_by_its_media_type() {
    let of = |content_type: &str, text: &str| format!("contentType: {content_type}, rawBody: {text}");
    check(&of("application/json", "'{\"name\": \"a\"}'"), &[]);
    check(
        &of("application/json", "'{\"name\": 1}'"),
        &[
            "`name` is an integer where the document asks for a string @ schema: { type: object, required: [name], properties: { name: { type: string } } }",
        ],
    );
    check(
        &of("application/json", "'{\"name\": '"),
        &["the request body is not JSON: EOF while parsing a value @ application/json:"],
    );
    check(&of("application/json", "'{\"name\": {$inputs.a}'"), &[]);
    check(&of("text/plain", "abcd"), &[]);
    check(
        &of("text/plain", "abcde"),
        &[
            "the request body has 5 characters where the document asks for at most 4 characters @ text/plain: { schema: { type: string, maxLength: 4 } }",
        ],
    );
    check(&of("application/xml", "'<item><id>1</id></item>'"), &[]);
    check(
        &of("application/xml", "'<item><id>x</id></item>'"),
        &[
            "`id` is a string where the document asks for an integer @ application/xml: { schema: { type: object, xml: { name: item }, properties: { id: { type: integer } } } }",
        ],
    );
}

#[test]
fn bytes_of_files_are_judged_too() {
    let too_long = "the request body has 5 bytes where the document asks for at most 4 bytes @ application/octet-stream: { schema: { type: string, maxLength: 4 } }";
    check("contentType: application/octet-stream, body: { $file: small.bin }", &[]);
    check("contentType: application/octet-stream, body: { $file: large.bin }", &[too_long]);
    check("contentType: application/octet-stream, rawBody: { $file: large.bin }", &[too_long]);
    check(
        "contentType: application/json, rawBody: { $file: broken.json }",
        &["the request body is not JSON: EOF while parsing an object @ application/json:"],
    );
}

#[test]
fn a_media_type_among_the_headers_is_what_the_body_is() {
    let of = |header: &str, text: &str| format!("headers: {{ content-type: {header} }}, rawBody: {text}");
    check(&of("text/plain", "abcd"), &[]);
    check(&of("$inputs.a", "abcde"), &[]);
}

#[test]
fn a_path_into_text_or_bytes_leads_nowhere() {
    let check = |content: &str, saved: &str, expected: &[&str]| {
        let document = format!(
            "openapi: 3.1.0\ninfo: {{ title: S, version: '1' }}\npaths:\n  /a:\n    get:\n      operationId: get\n      responses:\n        '200':\n          description: d\n          content: {content}\n"
        );
        let text = format!(
            "contest: 1\nscenarios: {{ s: {{ steps: [{{ call: get, save: {{ x: {saved} }} }}] }} }}\n"
        );
        let found = words(&lint_with(&document, &text, &Attachments::new()), "scenario.undescribed-capture");
        assert_eq!(found, expected, "{content}");
    };
    let text = "{ text/plain: { schema: { type: string } } }";
    check(
        text,
        "$.id",
        &[&format!(
            "`x` is to be saved from `$.id`, and what `get` answers is `text/plain`, which has no parts @ content: {text}"
        )],
    );
    check(
        "{ image/png: {}, image/gif: {} }",
        "$.id",
        &[
            "`x` is to be saved from `$.id`, and what `get` answers is `image/gif` or `image/png`, which has no parts @ content: { image/png: {}, image/gif: {} }",
        ],
    );
    check(text, "$response.body", &[]);
    check("{ text/plain: {} }", "$.id", &[]);
    check("{ '*/*': {} }", "$.id", &[]);
    check("{ application/xml: {} }", "$.id", &[]);
    check("{ image/png: {}, application/json: {} }", "$.id", &[]);
    check("{ application/json: { schema: { type: string } } }", "$", &[]);
}

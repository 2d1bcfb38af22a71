//! Answers that are no JSON and yet made of parts, in captures and expectations.

use crate::process::Folder;
use crate::server::Server;
use std::io::{Read, Write};
use std::time::Duration;

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: { title: Contents, version: "1" }
paths:
  /thing:
    get:
      operationId: getThing
      responses:
        "200":
          description: Fine
          content:
            application/x-www-form-urlencoded:
              schema: { type: object, properties: { id: { type: string }, n: { type: integer } } }
            multipart/form-data:
              schema: { type: object, properties: { id: { type: string }, more: { type: object } } }
            application/xml:
              schema:
                type: object
                xml: { name: thing }
                properties:
                  id: { type: integer, xml: { attribute: true } }
                  tags: { type: array, xml: { wrapped: true }, items: { type: string, xml: { name: tag } } }
            application/x-ndjson: { schema: { type: object, properties: { n: { type: integer } } } }
            application/json-seq: { itemSchema: { type: object } }
            text/event-stream: { schema: { type: array, items: { type: object } } }
            text/plain: { schema: { type: string } }
            text/xml: {}
            application/vnd.text+xml: { schema: { type: string } }
"##;

/// Runs a step that is answered; gives what was printed.
fn run(content_type: &str, content: &str, step: &str) -> String {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{content}",
        content.len()
    );
    let server = Server::raw(move |mut stream| {
        let mut buffer = [0; 4096];
        let _ = stream.read(&mut buffer);
        let _ = stream.write_all(answer.as_bytes());
    });
    let folder = Folder::new();
    folder.write("openapi.yaml", DOCUMENT.as_bytes());
    let scenario = format!(
        "contest: 1\napi: openapi.yaml\nscenarios:\n  one:\n    steps:\n      - {{ id: get, {step} }}\n"
    );
    folder.write("x.contest.yaml", scenario.as_bytes());
    let mut process = folder.start(&["run", "x.contest.yaml", "--base-url", &server.base_url]);
    process.wait(Duration::from_secs(60)).expect("it ends");
    folder.read("stdout") + &folder.read("stderr")
}

fn check(content_type: &str, content: &str, step: &str) {
    let printed = run(content_type, content, &format!("call: getThing, {step}"));
    assert!(printed.contains("1 case: 1 passed"), "{content_type}: {step}\n{printed}");
}

/// A step that fails with these words.
fn check_fails(content_type: &str, content: &str, step: &str, words: &str) {
    let printed = run(content_type, content, &format!("call: getThing, {step}"));
    assert!(printed.contains(words), "{content_type}: {step}\n{printed}");
}

#[test]
fn forms_are_objects() {
    let form = ("application/x-www-form-urlencoded", "id=7&n=3&tag=a&tag=b");
    check(form.0, form.1, "expect: { body: { id: '7', n: 3, tag: [a, b] } }");
    check(form.0, form.1, "expect: { jsonpath: { $.n: { $gt: 2 } } }");
    check(form.0, form.1, "save: { n: $.n }, expect: { assert: \"vars.n == 3 && body.id == '7'\" }");
    check(form.0, form.1, "save: { t: '{$response.body.tag[1]}' }, expect: { assert: \"vars.t == 'b'\" }");
    check_fails(form.0, form.1, "expect: { body: { n: 4 } }", "at the field `n`");
}

#[test]
fn parts_are_objects() {
    let parts = "--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n\
        --x\r\nContent-Disposition: form-data; name=\"more\"\r\nContent-Type: application/json\r\n\r\n{\"a\":[1]}\r\n--x--\r\n";
    let check = |step: &str| check("multipart/form-data; boundary=x", parts, step);
    check("expect: { body: { id: '7', more: { a: [1] } } }");
    check("expect: { jsonpath: { '$.more.a[0]': 1 } }");
}

#[test]
fn xml_is_what_its_schema_makes_of_it() {
    let xml = "<thing id='7'><tags><tag>a</tag><tag>b</tag></tags></thing>";
    check("application/xml", xml, "expect: { body: { id: 7, tags: [a, b] } }");
    check("application/xml", xml, "expect: { jsonpath: { '$.tags[1]': b } }");
    // Without a schema it is what stands there.
    check("text/xml", xml, "expect: { body: { id: '7', tags: { tag: [a, b] } } }");
    check_fails(
        "application/vnd.text+xml",
        xml,
        "expect: { jsonpath: { $.id: 7 } }",
        "the body cannot be read",
    );
}

#[test]
fn sequences_are_arrays() {
    let lines = "{\"n\":1}\n{\"n\":2}\n";
    // Its schema describes one line, as many documents do; the lines are read for that.
    check("application/x-ndjson", lines, "expect: { body: [{ n: 1 }, { n: 2 }] }");
    check("application/x-ndjson", lines, "expect: { body: { $length: 2 }, jsonpath: { '$[*].n': [1, 2] } }");
    check("application/x-ndjson", "{\"n\":1}\n", "save: { n: '$[0].n' }");
    check(
        "application/json-seq",
        "\u{1e}{\"n\":1}\n\u{1e}{\"n\":2}\n",
        "expect: { body: { $each: { n: <integer> } } }",
    );
    check(
        "text/event-stream",
        "data: {\"n\":1}\n\ndata: {\"n\":2}\n\n",
        "expect: { jsonpath: { '$[1].n': 2 } }",
    );
    check_fails("application/x-ndjson", lines, "expect: { body: [{ n: 1 }, { n: 3 }] }", "item 2");
}

/// What is read out of content does not hide the text that it is.
#[test]
fn all_of_it_is_its_text_too() {
    let form = ("application/x-www-form-urlencoded", "id=7&n=3");
    check(form.0, form.1, "expect: { body: id=7&n=3 }");
    check(form.0, form.1, "expect: { body: { $match: '^id=\\d' } }");
    check(form.0, form.1, "expect: { body: { $contains: n=3 } }");
    check(form.0, form.1, "expect: { body: <string> }");
    check(form.0, form.1, "expect: { body: <object> }");
    check(
        form.0,
        form.1,
        "save: { n: { from: $response.body, regex: 'n=(\\d)' } }, expect: { assert: \"vars.n == '3'\" }",
    );
    check_fails(form.0, form.1, "expect: { body: id=8 }", "the body is `id=7&n=3`");
    check("text/plain", "id=7", "expect: { body: id=7 }");
    check_fails("text/plain", "id=7", "save: { n: $.id }", "reads JSON, and the body is text/plain");
}

#[test]
fn where_no_document_says_anything_it_is_read_as_it_stands() {
    let printed =
        run("application/x-www-form-urlencoded", "a=1", "send: GET /other, expect: { body: { a: '1' } }");
    assert!(printed.contains("1 case: 1 passed"), "{printed}");
}

//! The bodies that a scenario can send, as a server receives them: byte for byte.

use crate::process::Folder;
use crate::server::Server;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: { title: Bodies, version: "1" }
paths:
  /form:
    post:
      operationId: postForm
      requestBody:
        content:
          application/json: { schema: { type: object } }
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [name]
              properties:
                name: { type: string }
                size: { type: integer }
                tags: { type: array, items: { type: string } }
                at: { type: object, properties: { x: { type: integer } } }
            encoding:
              tags: { style: form, explode: false }
      responses: { "204": { description: d } }
  /parts:
    post:
      operationId: postParts
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [title]
              properties:
                title: { type: string }
                count: { type: integer }
                meta: { type: object, required: [a], properties: { a: { type: integer } } }
                tag: { type: array, items: { type: string } }
                photo: { type: string, maxLength: 8 }
            encoding:
              photo: { contentType: image/png, headers: { X-Size: { schema: { type: integer } } } }
      responses: { "204": { description: d } }
  /text:
    post:
      operationId: postText
      requestBody: { content: { text/plain: { schema: { type: string, maxLength: 20 } } } }
      responses: { "204": { description: d } }
  /any:
    post:
      operationId: postAny
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [id]
              properties: { id: { type: string }, n: { type: integer }, deep: { type: object } }
            examples:
              First: { value: { id: "1", n: 1 } }
              Second: { value: { id: "2", deep: { a: [1, 2] } } }
          application/xml:
            schema: { type: object, xml: { name: thing }, properties: { n: { type: integer } } }
          image/png: {}
          application/x-ndjson:
            schema: { type: array, items: { type: object, required: [n] } }
      responses: { "204": { description: d } }
"##;

const PNG: &[u8] = b"\x89PNG\0\xff";

/// Runs one scenario with a step; gives the head and the content of each request, and what was printed.
fn run(step: &str) -> (Vec<(String, Vec<u8>)>, String) {
    let received = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&received);
    let server = Server::raw(move |mut stream| {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        let (head, length) = loop {
            let Ok(count @ 1..) = stream.read(&mut buffer) else { return };
            bytes.extend_from_slice(&buffer[..count]);
            let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                break (head, end + 4);
            }
        };
        seen.lock().expect("no thread panics with it").push((head, bytes[length..].to_vec()));
        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
    });
    let folder = Folder::new();
    folder.write("openapi.yaml", DOCUMENT.as_bytes());
    folder.write("photo.png", PNG);
    folder.write("value.yaml", b"id: $vars.id\nn: 5\ndeep: { a: '{$vars.id}-x' }\n");
    folder.write("value.json", b"{\"id\": \"json\", \"n\": 1.0}");
    let indented: String = step.lines().map(|line| format!("        {line}\n")).collect();
    let scenario = format!(
        "contest: 1\napi: openapi.yaml\nscenarios:\n  one:\n    vars: {{ id: seven }}\n    steps:\n      -\n{indented}"
    );
    folder.write("x.contest.yaml", scenario.as_bytes());
    let mut process = folder.start(&[
        "run",
        "x.contest.yaml",
        "--base-url",
        &server.base_url,
        "--seed",
        "7",
        "--run-id",
        "r",
    ]);
    process.wait(Duration::from_secs(60)).expect("it ends");
    let received = received.lock().expect("no thread panics with it").clone();
    (received, folder.read("stdout") + &folder.read("stderr"))
}

/// What a step sends: its `Content-Type` and its content, in which `\n` stands for CR LF of parts.
fn check(step: &str, content_type: &str, content: impl AsRef<[u8]>) {
    let (received, printed) = run(step);
    assert!(printed.contains("1 case: 1 passed"), "{step}\n{printed}");
    let [(head, bytes)] = received.as_slice() else { panic!("{} requests\n{printed}", received.len()) };
    let found = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or("none");
    assert_eq!(found, content_type, "{step}");
    assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(content.as_ref()), "{step}");
    assert_eq!(bytes, content.as_ref(), "{step}");
}

/// A step that is not sent, and the words that say why.
fn check_refused(step: &str, words: &[&str]) {
    let (received, printed) = run(step);
    assert_eq!(received.len(), 0, "{step}\n{printed}");
    for words in words {
        assert!(printed.contains(words), "{step}: no `{words}` in\n{printed}");
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn forms_are_written_by_their_encoding() {
    check(
        "call: postForm\nform: { name: 'a b&c', size: 5, tags: [x, y], at: { x: 1 }, none: null }",
        FORM,
        "name=a%20b%26c&size=5&tags=x,y&at=%7B%22x%22%3A1%7D",
    );
    check("call: postForm\nform: { name: $vars.id }\nreplace: { /name: other }", FORM, "name=other");
    check(
        "call: postForm\ncontentType: application/x-www-form-urlencoded\nbody: { name: x }",
        FORM,
        "name=x",
    );
    check_refused(
        "call: postForm\nform: { size: many }",
        &["error[request.", "`size`", "many", "lacks `name`", "the step was not sent"],
    );
    check(
        "call: postForm\nform: { size: many }\nsends: { invalid: [/body/size, /body/name] }",
        FORM,
        "size=many",
    );
}

#[test]
fn parts_are_written_between_boundaries_of_the_seed() {
    let step = "call: postParts
multipart:
  title: a \"b\"
  count: 5
  meta: { a: 1 }
  tag: [x, y]
  photo: { $file: photo.png, headers: { X-Size: 6, X-Of: [$vars.id, b], X-Not: null } }
  more: { $json: [1], filename: m.json }";
    let (received, printed) = run(step);
    assert!(printed.contains("1 case: 1 passed"), "{printed}");
    let (head, bytes) = &received[0];
    let boundary = head.split("boundary=").nth(1).and_then(|rest| rest.lines().next()).expect("a boundary");
    assert_eq!(run(step).0[0].1, *bytes, "the same seed gives the same bytes");
    let mut expected = Vec::new();
    for (head, content) in [
        ("name=\"title\"", b"a \"b\"".as_slice()),
        ("name=\"count\"", b"5"),
        ("name=\"meta\"\r\nContent-Type: application/json", b"{\"a\":1}"),
        ("name=\"tag\"", b"x"),
        ("name=\"tag\"", b"y"),
        (
            "name=\"photo\"; filename=\"photo.png\"\r\nContent-Type: image/png\r\nX-Size: 6\r\nX-Of: seven,b",
            PNG,
        ),
        ("name=\"more\"; filename=\"m.json\"\r\nContent-Type: application/json", b"[1]"),
    ] {
        expected
            .extend(format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        expected.extend(content);
        expected.extend(b"\r\n");
    }
    expected.extend(format!("--{boundary}--\r\n").into_bytes());
    assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(&expected));
    assert_eq!(*bytes, expected);
}

#[test]
fn parts_are_held_to_the_document() {
    check_refused(
        "call: postParts\nmultipart: { title: x, meta: { b: 1 }, photo: { $file: photo.png, contentType: image/gif } }",
        &["`image/gif`", "lacks `a`"],
    );
    check_refused(
        "call: postParts\nmultipart: { title: x, photo: { $file: photo.png, headers: { X-Size: large } } }",
        &["`X-Size`", "an integer"],
    );
    check_refused(
        "call: postParts\nmultipart: { title: x, photo: { $file: photo.png, headers: { X-Of: \"a\\nb\" } } }",
        &["`X-Of`", "a line feed"],
    );
    check_refused("call: postParts\nmultipart: { count: x }", &["`count`", "lacks `title`"]);
    check_refused(
        "call: postParts\nmultipart: { title: x, photo: { $text: 123456789, contentType: image/png } }",
        &["`photo`", "at most 8"],
    );
    check_refused(
        "call: postText\nmultipart: { a: b }",
        &["`postText` takes no parts", "it takes text/plain"],
    );
}

#[test]
fn texts_and_files_are_sent_as_they_are() {
    check("call: postText\nbody: 'hi {$vars.id}'", "text/plain", "hi seven");
    check_refused("call: postText\nbody: 012345678901234567890x", &["at most 20"]);
    check("call: postAny\ncontentType: image/png\nbody: { $file: photo.png }", "image/png", PNG);
    check(
        "call: postAny\ncontentType: image/png\nrawBody: { $file: value.json }",
        "image/png",
        "{\"id\": \"json\", \"n\": 1.0}",
    );
    check("call: postAny\nrawBody: '{\"id\":  \"x\"}'", "application/json", "{\"id\":  \"x\"}");
    check_refused("call: postAny\nrawBody: '{\"id\":'", &["is not JSON"]);
    check("call: postAny\nrawBody: '{'\nsends: unchecked", "application/json", "{");
    check(
        "call: postAny\ncontentType: application/xml\nbody: <thing><n>5</n></thing>",
        "application/xml",
        "<thing><n>5</n></thing>",
    );
    check_refused("call: postAny\ncontentType: application/xml\nbody: <thing><n>x</n></thing>", &["`n`"]);
    check_refused(
        "call: postAny\ncontentType: application/xml\nbody: { n: 1 }",
        &["has no notation", "file"],
    );
    check(
        "call: postAny\ncontentType: application/x-ndjson\nbody: [{ n: 1 }, { n: 2 }]",
        "application/x-ndjson",
        "{\"n\":1}\n{\"n\":2}\n",
    );
    check_refused("call: postAny\ncontentType: application/x-ndjson\nbody: [{ n: 1 }, {}]", &["/body/1/n"]);
}

#[test]
fn a_stated_content_type_says_how_the_body_is_read() {
    check(
        "call: postParts\nheaders: { Content-Type: multipart/form-data; boundary=cut }\nrawBody: \"--cut\\r\\nContent-Disposition: form-data; name=title\\r\\n\\r\\nx\\r\\n--cut--\"",
        "multipart/form-data; boundary=cut",
        "--cut\r\nContent-Disposition: form-data; name=title\r\n\r\nx\r\n--cut--",
    );
    check_refused("call: postParts\nrawBody: x", &["names no `boundary`"]);
}

/// A stream of events that never ends is read for a while, and what came is judged.
#[test]
fn an_endless_stream_of_events_is_judged_all_the_same() {
    let events = |server: Server, limit: &str| {
        let folder = Folder::new();
        folder.write("openapi.yaml", STREAM.as_bytes());
        folder.write(
            "x.contest.yaml",
            b"contest: 1\napi: openapi.yaml\nscenarios:\n  one:\n    steps: [{ call: getEvents }]\n",
        );
        let arguments = ["run", "x.contest.yaml", "--base-url", &server.base_url, "-v", "--limit", limit];
        let mut process = folder.start(&arguments);
        process.wait(Duration::from_secs(20)).expect("it ends");
        folder.read("stdout") + &folder.read("stderr")
    };
    let endless = |pause: u64| {
        Server::talking(move |_, stream| {
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(head);
            let mut n = 0;
            while stream.write_all(format!("data: {{\"n\":{n}}}\n\n").as_bytes()).is_ok() {
                n += 1;
                std::thread::sleep(Duration::from_millis(pause));
            }
        })
    };
    let printed = events(endless(0), "items=50");
    assert!(printed.contains("1 case: 1 passed"), "{printed}");
    assert!(printed.contains("the first 50 items"), "{printed}");
    let printed = events(endless(20), "stream=1");
    assert!(printed.contains("1 case: 1 passed"), "{printed}");
    assert!(printed.contains("was read for 1 s"), "{printed}");
}

const STREAM: &str = "
openapi: 3.1.0
info: { title: Events, version: '1' }
paths:
  /events:
    get:
      operationId: getEvents
      responses:
        '200':
          description: d
          content:
            text/event-stream:
              schema: { type: array, items: { type: object, properties: { n: { type: integer } } } }
";

#[test]
fn values_come_from_files_and_examples() {
    check(
        "call: postAny\nbody: { $file: value.yaml }",
        "application/json",
        "{\"id\":\"seven\",\"n\":5,\"deep\":{\"a\":\"seven-x\"}}",
    );
    check(
        "call: postAny\nbody: { $file: value.json }\nreplace: { /id: $vars.id }",
        "application/json",
        "{\"id\":\"seven\",\"n\":1.0}",
    );
    check(
        "call: postAny\nbody: { $example: Second }\nreplace: { /deep/a/1: 9, /n: 3 }",
        "application/json",
        "{\"id\":\"2\",\"deep\":{\"a\":[1,9]},\"n\":3}",
    );
    check_refused(
        "call: postAny\nbody: { $example: Secnd }",
        &["has no example `Secnd`", "did you mean `Second`?"],
    );
    check_refused(
        "call: postAny\nbody: { $file: nowhere.yaml }",
        &["cannot read `nowhere.yaml`: there is no such file", "x.contest.yaml:9:24", "is named here"],
    );
    check_refused(
        "call: postAny\nbody: { $example: First }\nreplace: { /a/b: 1 }",
        &["`replace` cannot set /a/b"],
    );
    check_refused("call: postAny\nbody: {}\nform: {}", &["`body` and `form` are both a body"]);
}

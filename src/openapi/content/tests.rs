use super::*;
use crate::openapi::testing::load;
use serde_json::json;

/// What a test says: `range` and the Media Type Object under it, the type that was stated, the content.
fn read_all(media_type: &str, stated: &str, bytes: &[u8]) -> Result<(Reading, Reading), Unread> {
    let range = stated.split(';').next().unwrap_or_default();
    let text = format!(
        "openapi: 3.1.0
paths: {{ /a: {{ post: {{ requestBody: {{ content: {{ '{range}': {media_type} }} }} }} }} }}
components: {{ schemas: {{
  Point: {{ type: object, properties: {{ x: {{ type: integer }}, y: {{ type: integer }} }} }},
  Node: {{ type: object, properties: {{ v: {{ type: integer }}, next: {{ $ref: '#/components/schemas/Node' }} }} }} }} }}\n"
    );
    let document = load(&text).0.expect("it loads");
    let operation = document.operations().next().expect("it has one");
    let body = operation.request_body().expect("it is there");
    let media_types = body.media_types();
    let limits = Limits { parts: 20, items: 3, ..Limits::default() };
    let plain = read_content(&media_types[0], stated, bytes, &limits)?;
    let placed = read_content_with_places(&media_types[0], stated, bytes, &limits)?;
    assert_eq!(plain.value, placed.value, "{media_type}");
    Ok((plain, placed))
}

fn check(media_type: &str, stated: &str, content: &str, expected: Value) {
    let found = read_all(media_type, stated, content.as_bytes()).map(|(reading, _)| reading.value);
    assert_eq!(found, Ok(expected), "{media_type} {content}");
}

/// Where the parts of a value stand: pointer, words, text.
fn check_places(media_type: &str, stated: &str, content: &str, expected: &[(&str, &str, &str)]) {
    let (_, reading) = read_all(media_type, stated, content.as_bytes()).expect("it reads");
    for (pointer, words, text) in expected {
        let at = Pointer::parse(pointer).expect("a pointer");
        let place = reading.place(&at, content.as_bytes());
        assert_eq!((place.words.as_str(), &content[place.range]), (*words, *text), "{pointer} {content}");
    }
}

fn check_unread(media_type: &str, stated: &str, content: &str, expected: &str) {
    let said = match read_all(media_type, stated, content.as_bytes()) {
        Ok((reading, _)) => format!("{}", reading.value),
        Err(Unread::NotChecked(reason)) => format!("not checked, because {reason}"),
        Err(Unread::Broken(broken)) => format!("{} [{}]", broken.headline, broken.place.range.start),
    };
    assert_eq!(said, expected, "{content}");
}

fn check_faults(media_type: &str, stated: &str, content: &str, expected: &[&str]) {
    let (_, reading) = read_all(media_type, stated, content.as_bytes()).expect("it reads");
    let said: Vec<&str> = reading.faults.iter().map(|fault| fault.headline.as_str()).collect();
    assert_eq!(said, expected, "{content}");
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn forms_are_objects() {
    let schema = "{ schema: { type: object, properties: { n: { type: integer }, b: { type: boolean }, s: { type: string }, l: { type: array, items: { type: integer } }, p: { $ref: '#/components/schemas/Point' }, q: { type: array, items: { $ref: '#/components/schemas/Point' } } } } }";
    check(schema, FORM, "n=5&b=true&s=5&x=y", json!({"n": 5, "b": true, "s": "5", "x": "y"}));
    check(schema, FORM, "n=five", json!({"n": "five"}));
    check(schema, FORM, "s=a+b%26c%3D&s%20t=", json!({"s": "a b&c=", "s t": ""}));
    check(schema, FORM, "l=1&l=2", json!({"l": [1, 2]}));
    check(schema, FORM, "l=1", json!({"l": [1]}));
    check(schema, FORM, "n=1&n=2", json!({"n": [1, 2]}));
    check(schema, FORM, "p=%7B%22x%22%3A1%7D", json!({"p": {"x": 1}}));
    check(schema, FORM, "p=x", json!({"p": "x"}));
    check(schema, FORM, "q=%7B%22x%22%3A1%7D&q=%7B%7D", json!({"q": [{"x": 1}, {}]}));
    check(schema, FORM, "", json!({}));
    check(schema, FORM, "&&n&=", json!({"n": "", "": ""}));
    check("{}", FORM, "n=5", json!({"n": "5"}));
    check_places(
        schema,
        FORM,
        "n=5&l=1&l=2",
        &[
            ("/n", "the field `n`", "n=5"),
            ("/l", "the field `l`", "l=1"),
            ("/l/1", "the field `l`, number 2", "l=2"),
            ("/nowhere", "", "n=5&l=1&l=2"),
        ],
    );
    let many = "a=1&".repeat(30);
    check_unread(
        schema,
        FORM,
        &many,
        "not checked, because the body has more fields than the limit `parts` of 20; `--limit parts=40` reads more",
    );
}

#[test]
fn fields_of_a_form_have_their_encoding() {
    let schema = |encoding: &str| {
        format!(
            "{{ schema: {{ type: object, properties: {{ l: {{ type: array, items: {{ type: integer }} }}, p: {{ $ref: '#/components/schemas/Point' }} }} }}, encoding: {encoding} }}"
        )
    };
    check(&schema("{ l: { explode: false } }"), FORM, "l=1,2&z=1", json!({"l": [1, 2], "z": "1"}));
    check(&schema("{ l: { style: pipeDelimited } }"), FORM, "l=1%7C2", json!({"l": [1, 2]}));
    check(
        &schema("{ p: { style: deepObject } }"),
        FORM,
        "p[x]=1&p%5By%5D=2&z=1",
        json!({"p": {"x": 1, "y": 2}, "z": "1"}),
    );
    check(&schema("{ p: { style: form } }"), FORM, "x=1&y=2&z=1", json!({"p": {"x": 1, "y": 2}, "z": "1"}));
    check(&schema("{ l: { contentType: application/json } }"), FORM, "l=%5B1%5D", json!({"l": [1]}));
}

const MULTIPART: &str = "multipart/form-data; boundary=b";

/// Parts with CR LF; each is its header lines, an empty line, its content.
fn parts(parts: &[&str]) -> String {
    let mut text: String = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
    text.push_str("--b--\n");
    text.replace('\n', "\r\n")
}

fn named(name: &str, more: &str, content: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{name}\"{more}\n\n{content}")
}

#[test]
fn named_parts_are_objects() {
    let schema = "{ schema: { type: object, properties: { n: { type: integer }, s: { type: string }, l: { type: array, items: { type: integer } }, p: { $ref: '#/components/schemas/Point' }, f: { type: string, format: binary } } } }";
    let two = parts(&[&named("n", "", "5"), &named("s", "", "5")]);
    check(schema, MULTIPART, &two, json!({"n": 5, "s": "5"}));
    check(schema, MULTIPART, &parts(&[&named("l", "", "1"), &named("l", "", "2")]), json!({"l": [1, 2]}));
    check(schema, MULTIPART, &parts(&[&named("l", "", "1")]), json!({"l": [1]}));
    check(
        schema,
        MULTIPART,
        &parts(&[&named("l", "\nContent-Type: application/json", "[1,2]")]),
        json!({"l": [1, 2]}),
    );
    check(schema, MULTIPART, &parts(&[&named("p", "", "{\"x\":1}")]), json!({"p": {"x": 1}}));
    check(
        schema,
        MULTIPART,
        &parts(&[&named("p", "\nContent-Type: application/json", "{\"x\":1}")]),
        json!({"p": {"x": 1}}),
    );
    check(schema, MULTIPART, &parts(&[&named("p", "", "x")]), json!({"p": "x"}));
    check(
        schema,
        MULTIPART,
        &parts(&[&named("f", "; filename=a\nContent-Type: image/png", "é")]),
        json!({"f": "Ã\u{a9}"}),
    );
    check(schema, MULTIPART, &parts(&[&named("x", "", "1"), &named("x", "", "2")]), json!({"x": ["1", "2"]}));
    let styled = "{ schema: { type: object, properties: { l: { type: array, items: { type: integer } } } }, encoding: { l: { style: form, explode: false } } }";
    check(styled, MULTIPART, &parts(&[&named("l", "", "1,2")]), json!({"l": [1, 2]}));
    check_places(
        schema,
        MULTIPART,
        &parts(&[&named("n", "", "5"), &named("p", "", "{\"x\":\"no\"}")]),
        &[
            ("/n", "the part `n`", "5"),
            ("/p", "the part `p`", "{\"x\":\"no\"}"),
            ("/p/x", "/x of the part `p`", "\"no\""),
            ("/p/y", "/y of the part `p`", "{\"x\":\"no\"}"),
        ],
    );
}

#[test]
fn what_is_no_multipart_says_why() {
    let schema = "{ schema: { type: object } }";
    check_unread(
        schema,
        "multipart/form-data",
        "--b--",
        "`Content-Type` is `multipart/form-data`, which names no `boundary` [0]",
    );
    check_unread(schema, MULTIPART, "x", "the body is not multipart: no line is the delimiter [0]");
    check_unread(
        schema,
        MULTIPART,
        "--b\n\nx\n--b--\n",
        "the body is not multipart: its lines end in LF alone, and multipart asks for CR LF [0]",
    );
    check_unread(
        schema,
        MULTIPART,
        "--b\r\n\r\nx",
        "the body is not multipart: the delimiter that closes the last part is missing [8]",
    );
    check_unread(
        schema,
        MULTIPART,
        &parts(&["\nx"]),
        "the part 1 has no name, which `multipart/form-data` demands [7]",
    );
    check_unread(
        schema,
        MULTIPART,
        &parts(&[&named("n", "\nContent-Type: application/json", "{")]),
        "the part `n` is not JSON: EOF while parsing an object [81]",
    );
    check_unread(
        schema,
        "multipart/mixed; boundary=b",
        &parts(&["\nx"]),
        "not checked, because the parts have no names, by which they could be held to the properties of the schema",
    );
    check_unread(
        schema,
        MULTIPART,
        &parts(&[&named("n", "\nContent-Transfer-Encoding: base64", "eA==")]),
        "not checked, because the part `n` has the `Content-Transfer-Encoding` `base64`, which is not undone",
    );
    let many = parts(&["\nx"; 30]);
    check_unread(
        schema,
        MULTIPART,
        &many,
        "not checked, because the body has more parts than the limit `parts` of 20; `--limit parts=40` reads more",
    );
}

#[test]
fn parts_without_names_are_a_sequence() {
    let mixed = "multipart/mixed; boundary=b";
    let json = "Content-Type: application/json\n\n{\"x\":1}";
    let array = "{ schema: { type: array, items: { $ref: '#/components/schemas/Point' } } }";
    check(array, mixed, &parts(&[json, "\n{\"y\":2}"]), json!([{"x": 1}, {"y": 2}]));
    check(
        "{ itemSchema: { $ref: '#/components/schemas/Point' } }",
        mixed,
        &parts(&[json]),
        json!([{"x": 1}]),
    );
    check_places(array, mixed, &parts(&[json]), &[("/0/x", "/x of the part 1", "1")]);
    let by_position = "{ itemSchema: {}, prefixEncoding: [ { contentType: text/plain } ], itemEncoding: { contentType: image/* } }";
    check_faults(
        by_position,
        mixed,
        &parts(&[json, "Content-Type: image/png\n\nx"]),
        &["the part 1 is `application/json`, which the document does not offer for it"],
    );
}

#[test]
fn the_heads_of_parts_are_held_to_their_encoding() {
    let schema = "{ schema: { type: object, properties: { f: { type: string } } }, encoding: { f: { contentType: 'image/png, text/*', headers: { X-Size: { required: true, schema: { type: integer } } } } } }";
    let fine = named("f", "\nContent-Type: text/plain; charset=utf-8\nX-Size: 5", "x");
    check_faults(schema, MULTIPART, &parts(&[&fine]), &[]);
    let (reading, _) = read_all(schema, MULTIPART, parts(&[&fine]).as_bytes()).expect("it reads");
    let inner: Vec<_> = reading.inner.iter().map(|inner| (inner.whole.as_str(), &inner.value)).collect();
    assert_eq!(inner, [("the header `X-Size` of the part `f`", &json!(5))]);
    check_faults(
        schema,
        MULTIPART,
        &parts(&[&named("f", "\nContent-Type: image/gif", "x")]),
        &[
            "the part `f` is `image/gif`, which the document does not offer for it",
            "the part `f` has no header `X-Size`, which the document requires",
        ],
    );
    check_faults(schema, MULTIPART, &parts(&[&named("f", "\nX-Size: 5", "x")]), &[]);
}

#[test]
fn items_are_arrays() {
    let items = "{ itemSchema: { $ref: '#/components/schemas/Point' } }";
    check(items, "application/x-ndjson", "{\"x\":1}\n\r\n{\"y\":2}\r\n", json!([{"x": 1}, {"y": 2}]));
    check(items, "application/jsonl", "", json!([]));
    check(items, "application/json-seq", "\u{1e}{\"x\":1}\n\u{1e}{\n\"y\":2}\n", json!([{"x": 1}, {"y": 2}]));
    let array = "{ schema: { type: array, items: {} } }";
    check(array, "application/x-ndjson", "1\n2", json!([1, 2]));
    check_places(
        items,
        "application/x-ndjson",
        "{\"x\":1}\n {\"y\":\"no\"}\n",
        &[("/1", "item 2", "{\"y\":\"no\"}"), ("/1/y", "/y of item 2", "\"no\"")],
    );
    check_unread(items, "application/x-ndjson", "{}\n{\"x\":}\n", "item 2 is not JSON: expected value [8]");
    check_unread(
        "{ schema: { type: object } }",
        "application/x-ndjson",
        "{}",
        "not checked, because the schema of `application/x-ndjson` describes one value, and the body is a sequence of items; `itemSchema`, or a schema of an array, describes each",
    );
    let (reading, _) = read_all(items, "application/x-ndjson", b"{}\n{}\n{}\n{}").expect("it reads");
    assert_eq!(reading.value, json!([{}, {}, {}]));
    assert_eq!(
        reading.left,
        ["only the first 3 items are read, which is the limit `items`; `--limit items=6` reads more"]
    );
}

#[test]
fn events_are_items() {
    let stream = "text/event-stream";
    let events =
        "{ itemSchema: { type: object, properties: { event: { type: string }, data: { type: string } } } }";
    check(
        events,
        stream,
        ": hello\n\nevent: add\ndata: a\ndata:b\nid: 7\nretry: 10\nretry: x\n\ndata\n\nevent: none\n\ndata: cut",
        json!([{"event": "add", "data": "a\nb", "id": "7", "retry": 10}, {"data": ""}]),
    );
    check(
        events,
        stream,
        "data: a\r\n\r\ndata: b\r\rdata: c\n\n",
        json!([{"data": "a"}, {"data": "b"}, {"data": "c"}]),
    );
    let payloads = "{ schema: { type: array, items: { $ref: '#/components/schemas/Point' } } }";
    check(payloads, stream, "event: p\ndata: {\"x\":1}\n\n", json!([{"x": 1}]));
    check_places(
        payloads,
        stream,
        "event: p\ndata: {\"x\":\"no\"}\n\n",
        &[("/0/x", "/x of item 1", "\"no\"")],
    );
    check_unread(
        payloads,
        stream,
        "data: {\n\n",
        "the data of item 1 is not JSON: EOF while parsing an object [6]",
    );
    let typed = "{ itemSchema: { oneOf: [
        { properties: { event: { const: add }, data: { contentMediaType: application/json, contentSchema: { $ref: '#/components/schemas/Point' } } } },
        { properties: { event: { const: bye }, data: { type: string } } } ] } }";
    let content = "event: add\ndata: {\"x\":1}\n\nevent: bye\ndata: x\n\n";
    let (reading, _) = read_all(typed, stream, content.as_bytes()).expect("it reads");
    assert_eq!(reading.value, json!([{"event": "add", "data": "{\"x\":1}"}, {"event": "bye", "data": "x"}]));
    let inner: Vec<_> =
        reading.inner.iter().map(|it| (it.whole.as_str(), &it.value, it.schemas.len())).collect();
    assert_eq!(inner, [("the data of item 1", &json!({"x": 1}), 1)]);
}

const XML: &str = "application/xml";

fn object(properties: &str) -> String {
    format!("{{ schema: {{ type: object, properties: {{ {properties} }} }} }}")
}

/// OpenAPI 3.1.1, "XML Object Examples", in its order.
#[test]
fn xml_follows_the_examples_of_the_specification() {
    // "XML Element", "XML Attribute, Prefix and Namespace".
    check("{ schema: { type: string } }", XML, "<animals>x</animals>", json!("x"));
    let person = "id: { type: integer, xml: { attribute: true } }, name: { type: string, xml: { namespace: 'https://example.com/schema/sample', prefix: sample } }";
    let text = "<Person id=\"123\"><sample:name xmlns:sample=\"https://example.com/schema/sample\">example</sample:name></Person>";
    check(&object(person), XML, text, json!({"id": 123, "name": "example"}));
    check_faults(&object(person), XML, text, &[]);
    // "XML Arrays".
    let array = |items: &str, xml: &str| {
        object(&format!(
            "animals: {{ type: array, items: {{ type: string, xml: {{ {items} }} }}, xml: {{ {xml} }} }}"
        ))
    };
    let both = json!({"animals": ["a", "b"]});
    check(&array("name: animal", ""), XML, "<r><animal>a</animal><animal>b</animal></r>", both.clone());
    check(
        &array("name: animal", "name: aliens"),
        XML,
        "<r><animal>a</animal><animal>b</animal></r>",
        both.clone(),
    );
    check(
        &array("", "wrapped: true"),
        XML,
        "<r><animals><animals>a</animals><animals>b</animals></animals></r>",
        both.clone(),
    );
    check(
        &array("name: animal", "wrapped: true"),
        XML,
        "<r><animals><animal>a</animal><animal>b</animal></animals></r>",
        both.clone(),
    );
    check(
        &array("name: animal", "name: aliens, wrapped: true"),
        XML,
        "<r><aliens><animal>a</animal><animal>b</animal></aliens></r>",
        both.clone(),
    );
    check(
        &array("", "name: aliens, wrapped: true"),
        XML,
        "<r><aliens><aliens>a</aliens><aliens>b</aliens></aliens></r>",
        both,
    );
    check(&array("", "wrapped: true"), XML, "<r><animals/></r>", json!({"animals": []}));
    check(&array("", ""), XML, "<r/>", json!({}));
}

#[test]
fn xml_text_is_read_by_its_type() {
    let typed = object(
        "n: { type: integer }, d: { type: number }, b: { type: boolean }, s: { type: string }, z: { type: [integer, 'null'] }, o: { $ref: '#/components/schemas/Point' }",
    );
    check(
        &typed,
        XML,
        "<?xml version=\"1.0\"?><!-- c --><r><n> 5 </n><d>1.5</d><b>1</b><s> 5 </s><z/><o><x>1</x></o></r>",
        json!({"n": 5, "d": 1.5, "b": true, "s": " 5 ", "z": null, "o": {"x": 1}}),
    );
    check(
        &typed,
        XML,
        "<r><n>five</n><s>a&amp;<![CDATA[<b>]]></s><o/></r>",
        json!({"n": "five", "s": "a&<b>", "o": {}}),
    );
    check(&typed, XML, "<r><n>1</n><n>2</n></r>", json!({"n": [1, 2]}));
    check(
        &typed,
        XML,
        "<r xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='t'><s xsi:nil='true'/></r>",
        json!({"s": null}),
    );
    check(&typed, XML, "<r lang='de'><more><a>1</a></more></r>", json!({"more": {"a": "1"}, "lang": "de"}));
    check(
        &object(
            "v: { type: integer, xml: { nodeType: text } }, u: { type: string, xml: { nodeType: attribute } }",
        ),
        XML,
        "<r u='EUR'>5</r>",
        json!({"v": 5, "u": "EUR"}),
    );
    check(
        "{ schema: { type: array, items: { type: integer, xml: { name: n } } } }",
        XML,
        "<r><n>1</n><n>2</n></r>",
        json!([1, 2]),
    );
    check(
        "{ schema: { $ref: '#/components/schemas/Node' } }",
        XML,
        "<Node><v>1</v><next><v>2</v></next></Node>",
        json!({"v": 1, "next": {"v": 2}}),
    );
    check_places(
        &typed,
        XML,
        "<r>\n<n>five</n><o><x>y</x></o></r>",
        &[("/n", "/r/n", "<n>five</n>"), ("/o/x", "/r/o/x", "<x>y</x>"), ("/o/y", "/r/o", "<o><x>y</x></o>")],
    );
}

#[test]
fn xml_names_and_namespaces_are_compared() {
    let stated = "{ schema: { type: object, xml: { name: order, namespace: 'urn:o' }, properties: { l: { type: array, items: { xml: { name: line } }, xml: { wrapped: true } } } } }";
    check_faults(stated, XML, "<order xmlns='urn:o'><l><line/></l></order>", &[]);
    check_faults(stated, XML, "<o:order xmlns:o='urn:o'><l><line/></l></o:order>", &[]);
    check_faults(
        stated,
        XML,
        "<Order><l><item/></l></Order>",
        &[
            "the element `Order` stands where the document names `order`",
            "the element `Order` is in no namespace where the document names `urn:o`",
            "the element `item` stands where the document names `line`",
        ],
    );
    check_faults(
        stated,
        XML,
        "<order xmlns='urn:x'/>",
        &["the element `order` is in the namespace `urn:x` where the document names `urn:o`"],
    );
}

#[test]
fn what_is_no_xml_says_where() {
    let schema = "{ schema: { type: object } }";
    check_unread(schema, XML, "{}", "the body is not XML: unknown token [0]");
    check_unread(schema, XML, "<a>\n<b></a>", "the body is not XML: expected `b` tag, not `a` [7]");
    check_unread(schema, XML, "<a>", "the body is not XML: it ends too early [3]");
    check_unread(schema, XML, "<a>&x;</a>", "the body is not XML: unknown entity reference `x` [3]");
    check_unread(
        schema,
        XML,
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "not checked, because XML with a document type declaration is not read",
    );
    let deep = "<a>".repeat(200) + &"</a>".repeat(200);
    check_unread(
        schema,
        XML,
        &deep,
        "not checked, because the XML nests deeper than 128 levels, which is as deep as contest reads",
    );
}

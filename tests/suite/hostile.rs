//! Input that means harm, through the real command: documents, scenarios, project files, rules and
//! servers. Each row ends with an exit code of the table and a sentence, without a panic, within a
//! bound of time and of memory.

use crate::attempt::{Attempt, asked, checked, checked_scenario, document, in_parallel, scenario};
use crate::server::{Server, wire};
use std::io::{Read, Write};
use std::time::Duration;

fn bomb() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    text
}

#[test]
fn texts_that_grow() {
    let bomb = bomb();
    let limit = "the limit `nodes`";
    checked("bomb in a document", format!("openapi: 3.1.0\n{bomb}")).check(2, limit);
    checked_scenario("bomb in a scenario", format!("contest: 1\n{bomb}")).check(2, limit);
    checked_scenario("bomb in a project file", scenario("")).file("contest.yaml", &bomb).check(2, limit);
    checked_scenario("bomb of one alias in itself", "contest: 1\na: &a [*a]\n").check(2, "a");
    Attempt::new("bomb in rules", "mock a.mock.yaml").file("a.mock.yaml", &bomb).check(2, limit);
    let long = "x".repeat(1000);
    let text = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 100_000].join(", "));
    checked("many aliases of a long text", text).check(2, "does not state its OpenAPI version");
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 100_000].join(", "));
    checked("100 GB of aliases of a long text", text).check(2, limit);
}

#[test]
fn texts_that_nest() {
    let limit = "the limit `depth`";
    for (name, open) in [("lists", "["), ("maps", "{a: "), ("block lists", "- ")] {
        let text = open.repeat(100_000);
        checked("nested document", format!("a:\n  {text}")).check(2, limit);
        if name == "lists" {
            checked_scenario("nested scenario", format!("contest: 1\na:\n  {text}")).check(2, limit);
        }
    }
    checked("nested keys", "? ".repeat(100_000)).check(2, "a key is a text, not a collection");
    let aliases: String = (1..4_000).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
    checked("aliases that nest", format!("a0: &a0 x\n{aliases}")).check(2, limit);
    checked("nested JSON lists", format!("{{\"openapi\": {}", "[".repeat(100_000)))
        .check(2, "it nests deeper than the limit `depth` of 128 levels");
    checked("nested JSON maps", "{\"a\":".repeat(100_000)).check(2, "the limit `depth` of 128 levels");
    checked("nested and closed", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))).check(2, limit);
}

#[test]
fn texts_that_are_long() {
    let long = "x".repeat(20 << 20);
    let json = |text: &str| {
        format!(
            "{{\"openapi\":\"3.1.0\",\"info\":{{\"title\":\"{text}\",\"version\":\"1\"}},\"paths\":{{}}}}"
        )
    };
    checked("20 MB in a line of JSON", json(&long)).check(0, "checked 1 document");
    checked("20 MB in a line of JSON, broken", json(&long).replace("\"paths\"", "paths")).check(2, "JSON");
    let yaml = format!("openapi: 3.1.0\ninfo: {{ title: {long}, version: '1' }}\npaths: {{}}\n");
    checked("20 MB in a line of YAML", &yaml).slow().check(0, "checked 1 document");
    let short = yaml.replace(&long[..16 << 20], "");
    checked("4 MB in a line of YAML, broken", format!("{short}]")).check(2, "YAML");
    let lines: String = (0..450_000).map(|n| format!("  - {{ name: value {n}, other: [1, 2] }}\n")).collect();
    let yaml = format!("openapi: 3.1.0\ninfo: {{ title: T, version: '1' }}\npaths: {{}}\nx-a:\n{lines}");
    checked("more values than the limit", &yaml)
        .argument("--limit")
        .argument("nodes=100000")
        .check(2, "the limit `nodes`");
    checked("more than the limit", json(&long))
        .argument("--limit")
        .argument("document=1MiB")
        .check(2, "the limit `document`");
    let paths: String =
        (0..5_000).map(|n| format!("  /p{n}: {{ get: {{ responses: 7, operationId: 8 }} }}\n")).collect();
    checked(
        "10,000 mistakes",
        format!("openapi: 3.0.3\ninfo: {{ title: T, version: '1' }}\npaths:\n{paths}"),
    )
    .check(0, "1000 warnings");
}

#[test]
fn texts_in_other_bytes() {
    let plain = document("{}", "");
    checked("a byte order mark", format!("\u{feff}{plain}")).check(0, "nothing to report");
    checked("CRLF", plain.replace('\n', "\r\n")).check(0, "nothing to report");
    checked_scenario("CRLF in a scenario", scenario("").replace('\n', "\r\n")).check(0, "nothing to report");
    checked("invalid UTF-8", [plain.as_bytes(), b"# \xff\xfe"].concat()).check(2, "is not UTF-8");
    checked_scenario("invalid UTF-8 in a scenario", b"contest: 1\n\xc3\x28").check(2, "is not UTF-8");
    let utf16: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    checked("UTF-16", [&b"\xff\xfe"[..], &utf16].concat()).check(2, "is not UTF-8");
    checked("NUL bytes", "openapi: \0\0\0").check(2, "");
    checked("nothing", "").check(2, "");
    checked("nothing but a comment", "# x").check(2, "");
    checked_scenario("two documents", format!("{}---\na: 1\n", scenario(""))).check(2, "");
    checked_scenario("directions of text", scenario("        \u{202e}a\u{202c}: \u{0007}\u{001b}[31m"))
        .check(2, "");
}

#[test]
fn references_that_lead_nowhere() {
    let cycle = "components:\n  schemas:\n    A: { $ref: '#/components/schemas/B' }\n    B: { $ref: '#/components/schemas/A' }\n";
    checked("a cycle of references", document("{ $ref: '#/components/schemas/A' }", cycle))
        .check(0, "leads in a circle");
    let all_of = "components:\n  schemas:\n    A: { allOf: [ { $ref: '#/components/schemas/A' } ] }\n";
    checked("a cycle through allOf", document("{ $ref: '#/components/schemas/A' }", all_of)).check(0, "");
    let paths = "  /b: { $ref: '#/paths/~1c' }\n  /c: { $ref: '#/paths/~1b' }\n";
    checked("a cycle of path items", document("{}", paths)).check(0, "leads in a circle");
    let chain: String =
        (0..10_000).map(|n| format!("    S{n}: {{ $ref: '#/components/schemas/S{}' }}\n", n + 1)).collect();
    let chain = format!("components:\n  schemas:\n{chain}    S10000: {{ type: string }}\n");
    checked("a chain of references", document("{ $ref: '#/components/schemas/S0' }", &chain))
        .check(0, "stands behind more than 32 other references");
    let server = Server::start(|_| wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{\"x\":{}}"));
    let refused = "its references, `allOf`, `anyOf` and `oneOf` lead to more schemas than can be held";
    for (name, link, says) in [
        ("a chain of properties", "{ properties: { x: { $ref: '#/components/schemas/S@' } } }", "1 passed"),
        ("a chain of allOf", "{ allOf: [ { $ref: '#/components/schemas/S@' } ] }", refused),
        (
            "a tower of allOf",
            "{ allOf: [ { $ref: '#/components/schemas/S@' }, { $ref: '#/components/schemas/S@' } ] }",
            refused,
        ),
        (
            "a tower of oneOf",
            "{ oneOf: [ { $ref: '#/components/schemas/S@' }, { $ref: '#/components/schemas/S@' } ] }",
            refused,
        ),
    ] {
        let length = if name.contains("tower") { 40 } else { 1_000 };
        let links: String =
            (0..length).map(|n| format!("    S{n}: {}\n", link.replace('@', &(n + 1).to_string()))).collect();
        let text = format!("components:\n  schemas:\n{links}    S{length}: {{ type: object }}\n");
        let text = document("{ $ref: '#/components/schemas/S0' }", &text);
        Attempt::new(name, "run s.contest.yaml --base-url")
            .argument(server.base_url.as_str())
            .file("doc.yaml", &text)
            .file("s.contest.yaml", scenario(""))
            .check(0, says);
    }
}

#[test]
fn schemas_that_multiply_with_the_value() {
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(100), close.repeat(100));
    let text = nested("{\"a\":", "}");
    let wire_text = format!("{HEAD}content-length: {}\r\n\r\n{text}", text.len());
    let server = Server::start(move |_| wire_text.clone().into_bytes());
    for (name, first, second) in [
        ("members", "properties: { a: @ }", "properties: { a: @, b: { type: string } }"),
        ("a member and the rest", "properties: { a: @ }", "additionalProperties: @"),
        ("a member and a pattern", "properties: { a: @ }", "patternProperties: { '^a': @ }"),
        (
            "forms",
            "type: object, anyOf: [ { properties: { a: @ } } , { type: string } ]",
            "properties: { a: @ }",
        ),
        ("conditions", "if: { properties: { a: @ } }, then: { properties: { a: @, c: {} } }", "type: object"),
    ] {
        let schema = format!("    S: {{ allOf: [ {{ {first} }}, {{ {second} }} ] }}\n");
        let schema = schema
            .replace('@', "{ $ref: '#/components/schemas/S' }")
            .replace("type: object", "type: [object, integer]");
        let text =
            document("{ $ref: '#/components/schemas/S' }", &format!("components:\n  schemas:\n{schema}"));
        Attempt::new(name, "run s.contest.yaml --base-url")
            .argument(server.base_url.as_str())
            .file("doc.yaml", &text)
            .file("s.contest.yaml", scenario(""))
            .check(0, "which is the limit `questions` for a value of its size");
    }
}

#[test]
fn expressions_that_run_on() {
    let cel = |text: &str| scenario(&format!("        expect: {{ assert: ['{text}'] }}\n"));
    checked_scenario("CEL of 2,000 characters", cel(&"1+".repeat(1000))).check(2, "the limit `expression`");
    for open in ["(", "[", "{1:", "!", "-", "a.b(", "true ? ", "[1].all(x, "] {
        let text = open.repeat(1000 / open.len());
        checked_scenario("CEL that nests", cel(&text)).check(2, "is not a CEL expression");
    }
    let server = Server::start(|_| {
        wire(
            "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}",
        )
    });
    let mut text = "true".to_owned();
    for level in 0..12 {
        text = format!("body.a.all(x{level}, {text})");
    }
    asked("CEL that multiplies", &server, "{}", &format!("        expect: {{ assert: ['{text}'] }}\n"))
        .slow()
        .check(1, "the loops of one expression may visit 5000000 elements");
    let mut text = "[0]".to_owned();
    for _ in 0..40 {
        text = format!("[{text}].map(x, x + x)[0]");
    }
    asked(
        "CEL that doubles",
        &server,
        "{}",
        &format!("        expect: {{ assert: ['size({text}) > 1'] }}\n"),
    )
    .check(1, "the values that one expression builds may take 256 MiB together");
    let grown = "the values that one expression builds may take 256 MiB together";
    let server = Server::start(|_| {
        wire(&format!(
            "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{{\"a\":\"{}\"}}",
            "a".repeat(20_000)
        ))
    });
    let bodies = [
        "body.a.replace(\"a\", body.a).replace(\"a\", body.a) == \"\"".to_owned(),
        "body.a.replace(\"\", body.a, 20000).split(\"\") == []".to_owned(),
        "body.a.split(\"\").join(body.a).split(\"\").join(body.a) == \"\"".to_owned(),
        format!("size(body.a{}) > 1", ".split(\"\").join(\"aaaaaaaaaa\")".repeat(20)),
        format!("size([[1]]{}[0]) > 1", ".map(x, [x, x, x, x])".repeat(40)),
        format!("size([[1]]{}) > 1", ".map(x, [x + x, x + x, x + x]).flatten()".repeat(20)),
        format!("size([{{1: 1}}]{}) > 1", ".map(x, {1: x, 2: x, 3: x, 4: x})".repeat(30)),
        format!("size([body.a]{}) > 1", ".map(x, \"%s%s%s%s\".format([x, x, x, x]))".repeat(20)),
        "size(lists.range(100000).map(x, lists.range(100000))) > 1".to_owned(),
    ];
    in_parallel(&bodies, |text| {
        let step = format!("        expect: {{ assert: ['{text}'] }}\n");
        asked("CEL that grows", &server, "{}", &step).slow().check(1, grown);
    });
    let deep =
        format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}1{}", "[".repeat(100), "]".repeat(100));
    let server = Server::start(move |_| wire(&deep));
    asked("a JSONPath that multiplies", &server, "{}", "        save: { x: '$..*..*..*..*..*..*..*..*' }\n")
        .check(2, "more than 2 `..`");
    for (name, matcher, code, says) in [
        ("a pattern that backtracks", "{ $match: '^(a+)+$' }", 1, "expected text matching"),
        ("a pattern that grows", "{ $match: 'a{1000}{1000}{1000}' }", 2, "exceeds size limit"),
        ("a pattern that nests", &format!("{{ $match: '{}' }}", "(".repeat(100_000)), 2, "unclosed group"),
    ] {
        let server = Server::start(|_| {
            wire(&format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n\"{}!\"", "a".repeat(50_000)))
        });
        asked(name, &server, "{}", &format!("        expect: {{ body: {matcher} }}\n")).check(code, says);
    }
    for (name, pattern, code, says) in [
        ("schema pattern that backtracks", "^(a+)+$", 1, "does not match"),
        ("schema pattern that looks ahead and backtracks", "^(?=(a+)+$)((a|aa)+)+$", 1, "does not match"),
        ("schema pattern that refers back", "^(a*)*\\1$", 0, "takes too many steps"),
        ("schema pattern that grows", "(a{1000}){1000}", 0, "does not compile"),
    ] {
        let server = Server::start(|_| {
            wire(&format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n\"{}!\"", "a".repeat(50_000)))
        });
        asked(name, &server, &format!("{{ type: string, pattern: '{pattern}' }}"), "").check(code, says);
    }
}

#[test]
fn runs_that_grow() {
    let rows: String = (0..2_000).map(|n| format!("      - {{ n: {n} }}\n")).collect();
    let rows = format!(
        "contest: 1\napi: doc.yaml\nscenarios:\n  s:\n    rows:\n{rows}    steps:\n      - call: getA\n"
    );
    checked_scenario("2,000 rows", &rows).check(0, "2000 cases");
    checked_scenario("rows beyond the limit", &rows)
        .argument("--limit")
        .argument("cases=1000")
        .check(2, "the limit `cases`");
    Attempt::new(
        "repeat beyond the limit",
        "run s.contest.yaml --base-url http://127.0.0.1:1 --repeat 4294967295",
    )
    .file("doc.yaml", document("{}", ""))
    .file("s.contest.yaml", scenario(""))
    .check(2, "the limit `cases`");
    checked_scenario(
        "a long random text",
        scenario("        headers: { X-A: '{$gen.alnum(999999999999)}' }\n"),
    )
    .check(2, "length");
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// Writes one text again and again until the other side has had enough.
fn write_endlessly(stream: &mut impl Write, text: &[u8]) {
    let many = text.repeat(1 + 8192 / text.len());
    while stream.write_all(&many).is_ok() {}
}

/// Writes a text and then little by little, for ever.
fn drip(stream: &mut impl Write, begin: &[u8], text: &[u8]) {
    let _ = stream.write_all(begin);
    while stream.write_all(text).and_then(|()| stream.flush()).is_ok() {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn answers_without_end() {
    let check = |name: &'static str, server: Server, code: i32, says: &str| {
        asked(name, &server, "{}", "        timeout: 700ms\n").check(code, says);
    };
    let limit = "the limit `body`";
    let endless = Server::talking(|_, stream| {
        let _ = stream.write_all(format!("{HEAD}\r\n").as_bytes());
        write_endlessly(stream, b"[[[[");
    });
    asked("a body without end", &endless, "{}", "").check(3, limit);
    let long = Server::talking(|_, stream| {
        let _ = stream.write_all(format!("{HEAD}content-length: 99999999999999\r\n\r\n").as_bytes());
        write_endlessly(stream, b"    ");
    });
    asked("a long body", &long, "{}", "").argument("--limit").argument("body=1MiB").check(3, limit);
    let chunks = Server::talking(|_, stream| {
        let _ = stream.write_all(format!("{HEAD}transfer-encoding: chunked\r\n\r\n").as_bytes());
        write_endlessly(stream, b"1\r\n[\r\n");
    });
    asked("chunks without end", &chunks, "{}", "").argument("--limit").argument("body=64KiB").check(3, limit);
    asked("a gzip bomb", &Server::start(|_| gzip_bomb()), "{}", "").check(3, limit);
    let headers = Server::talking(|_, stream| {
        let _ = stream.write_all(HEAD.as_bytes());
        write_endlessly(stream, b"x-a: 1\r\n");
    });
    check("headers without end", headers, 3, "the head of the response does not end within");
    let line = Server::talking(|_, stream| {
        let _ = stream.write_all(format!("{HEAD}x-a: ").as_bytes());
        write_endlessly(stream, b"aaaa");
    });
    check("a header line without end", line, 3, "the head of the response does not end within");
    let large = format!("{HEAD}x-a: {}\r\ncontent-length: 2\r\n\r\n{{}}", "a".repeat(300 << 10));
    check(
        "headers beyond the limit",
        Server::start(move |_| large.clone().into_bytes()),
        3,
        "the limit `headers`",
    );
    let reason = Server::talking(|_, stream| write_endlessly(stream, b"HTTP/1.1 200 OK"));
    check("a status line without end", reason, 3, "the head of the response does not end within");
    let early = Server::talking(|_, stream| {
        write_endlessly(stream, b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
    });
    check("early hints without end", early, 1, "no answer");
    let slow = Server::talking(|_, stream| drip(stream, format!("{HEAD}\r\n").as_bytes(), b" "));
    check("a body that drips", slow, 1, "did not end within 700 ms");
    let slow = Server::talking(|_, stream| drip(stream, HEAD.as_bytes(), b"x-a: 1\r\n"));
    check("a head that drips", slow, 1, "no answer");
    let trailer = Server::talking(|_, stream| {
        let _ = stream
            .write_all(format!("{HEAD}transfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n").as_bytes());
        write_endlessly(stream, b"x-a: 1\r\n");
    });
    check("trailers without end", trailer, 1, "");
    check("silence", Server::raw(|_stream| std::thread::sleep(Duration::from_secs(5))), 1, "no answer");
}

/// 64 MiB of zeros, as gzip writes them.
fn gzip_bomb() -> Vec<u8> {
    let mut bomb = std::process::Command::new("sh")
        .args(["-c", "head -c 67108864 /dev/zero | gzip -9"])
        .output()
        .expect("there is a `gzip`")
        .stdout;
    let mut answer =
        format!("{HEAD}content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len()).into_bytes();
    answer.append(&mut bomb);
    answer
}

#[test]
fn answers_that_break_off() {
    let whole = format!("{HEAD}content-length: 7\r\n\r\n{{\"a\":1}}");
    let head = whole.len() - 7;
    // Each line's begin, middle and end, and every byte of the body.
    let ends: Vec<usize> =
        (0..whole.len()).filter(|end| *end <= 40 || end % 9 == 0 || *end >= head).collect();
    in_parallel(&ends, |end| {
        let cut = whole.as_bytes()[..*end].to_vec();
        let says = match end.checked_sub(head) {
            None => "error[transport.truncated]: http://127.0.0.1:".to_owned(),
            Some(came) => format!("the body ends after {came} bytes"),
        };
        asked("an answer cut short", &Server::start(move |_| cut.clone()), "{}", "").check(1, &says);
    });
    asked("a connection closed at once", &Server::raw(drop), "{}", "").check(1, "closed the connection");
    let half = Server::raw(|mut stream| {
        let _ = stream.read(&mut [0; 8]);
    });
    asked("a request read in part", &half, "{}", "").check(1, "closed the connection");
}

#[test]
fn answers_that_are_no_http() {
    let protocol = "error[transport.protocol]: the answer from http://127.0.0.1:";
    let cut = "error[transport.truncated]: http://127.0.0.1:";
    let rows = [
        ("hello\r\n\r\n", protocol),
        ("\r\n\r\n\r\n", cut),
        ("HTTP/1.1\r\n\r\n", protocol),
        ("HTTP/1.1 OK 200\r\n\r\n", protocol),
        ("HTTP/1.1 99999 What\r\n\r\n", protocol),
        ("HTTP/1.1 000 None\r\n\r\n", protocol),
        ("HTTP/9.9 200 OK\r\n\r\n", protocol),
        ("ICY 200 OK\r\n\r\n", protocol),
        ("SSH-2.0-OpenSSH_9.6\r\n", protocol),
        ("\u{16}\u{3}\u{1}\u{2}\0", protocol),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", protocol),
        ("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", protocol),
        ("HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551616\r\n\r\n", protocol),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}", protocol),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzebra\r\n", "error[response.decode]"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
            "error[response.decode]",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            "error[response.status]",
        ),
        ("HTTP/1.1 100 Continue\r\n\r\n", cut),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n\u{1b}[2J",
            "error[response.decode]",
        ),
    ];
    in_parallel(&rows, |(text, says)| {
        let answer = text.as_bytes().to_vec();
        let server = Server::start(move |_| answer.clone());
        asked("no HTTP", &server, "{ type: object }", "").check(1, says);
    });
    let nested =
        format!("{HEAD}content-length: 200000\r\n\r\n{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let server = Server::start(move |_| nested.clone().into_bytes());
    asked("a body that nests", &server, "{ type: object }", "").check(3, "nests deeper than 128 levels");
    let large = format!("{HEAD}content-length: 10\r\n\r\n[1, 1e400]");
    let server = Server::start(move |_| large.clone().into_bytes());
    asked("a number beyond all floats", &server, "{ type: array }", "").check(3, "a number beyond 1.8e308");
    let server = Server::talking(|_, stream| {
        let place = stream.local_addr().map(|address| format!("http://{address}/a")).unwrap_or_default();
        let _ = stream.write_all(&wire(&format!("HTTP/1.1 302 Found\nlocation: {place}\n\n")));
    });
    asked("a redirect to itself", &server, "{}", "").check(1, "302");
    assert_eq!(server.requests().len(), 1, "a redirect was followed");
}

#[test]
fn token_endpoints_that_lie() {
    let ask = |name: &'static str, token: String, code: i32, says: &str| {
        let server = Server::start(move |line| match line {
            "POST /token" => token.clone().into_bytes(),
            _ => wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}"),
        });
        let project = "contest: 1\napis: { a: doc.yaml }\nauth:\n  x:\n    oauth2: { grant: client_credentials, tokenUrl: /token, \
                       clientId: a, clientSecret: hidden-secret }\n";
        let text = scenario("        auth: x\n        timeout: 700ms\n").replace("api: doc.yaml", "api: a");
        let attempt =
            asked(name, &server, "{}", "").file("contest.yaml", project).file("s.contest.yaml", text);
        attempt.check(code, says);
        let requests = server.requests();
        assert!(requests.len() <= 2, "{name}: {requests:?}");
    };
    let json = |body: &str| {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n";
        format!("{head}content-length: {}\r\n\r\n{body}", body.len())
    };
    ask("HTML for a token", json("<html><body>Sign in</body></html>"), 3, "is not JSON");
    ask("no token", json("{}"), 3, "has nothing at `/access_token`");
    ask("a token that is null", json("{\"access_token\":null}"), 3, "has null at `/access_token`");
    ask(
        "a token that is empty",
        json("{\"access_token\":\"\"}"),
        3,
        "has an empty string at `/access_token`",
    );
    ask("a token of two lines", json("{\"access_token\":\"a\\r\\nx-b: c\"}"), 3, "");
    for lifetime in ["-1", "0", "1e999", "\"soon\"", "99999999999999999999999", "[]"] {
        let body = format!("{{\"access_token\":\"t-1234567\",\"expires_in\":{lifetime}}}");
        // A number that large is not read, and another lifetime than a number's is none.
        let (code, says) = if lifetime == "1e999" { (3, "number beyond 1.8e308") } else { (0, "1 passed") };
        ask("a lifetime that is none", json(&body), code, says);
    }
    let redirect = "HTTP/1.1 302 Found\r\nlocation: /token\r\ncontent-length: 0\r\n\r\n".to_owned();
    ask("a redirect", redirect, 3, "302");
    ask("a long token", json(&format!("{{\"access_token\":\"{}\"}}", "t".repeat(64 << 10))), 0, "");
    ask("nothing", String::new(), 3, "closed the connection");
    ask("nested", json(&"[".repeat(100_000)), 3, "the limit `depth` of 128 levels");
    ask("a page of control characters", json("\u{1b}[2J\u{7}\u{202e}"), 3, "is not JSON");
}

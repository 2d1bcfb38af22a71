use crate::check::Severities;
use crate::check::tests::{document, exchange, judge};

const ANY: &str = "default: { description: d }";

/// Judges a response to `getX`; gives each finding of HTTP as `code: headline`. Lines of the request
/// start with `> `.
fn check_as(method: &str, responses: &str, text: &str, expected: &[&str]) {
    let key = method.to_lowercase();
    let path = format!(
        "/x:\n  {key}:\n    operationId: getX\n    requestBody: {{ content: {{ application/json: {{}} }} }}\n    responses:\n      {responses}"
    );
    let (request, response): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with("> "));
    let mut exchange = exchange(method, &response.join("\n"));
    for (name, value) in request.iter().filter_map(|line| line[2..].split_once(": ")) {
        exchange.request.headers.push(name, value);
    }
    let judgement = judge(&document(&path, ""), &exchange, &Severities::default());
    let facts = judgement.facts.iter().filter(|fact| fact.code.as_str().starts_with("http."));
    let found: Vec<String> = facts.map(|fact| format!("{}: {}", fact.code, fact.headline)).collect();
    assert_eq!(found, expected, "{text}");
}

fn check(text: &str, expected: &[&str]) {
    check_as("GET", ANY, text, expected);
}

#[test]
fn what_http_allows_is_not_reported() {
    for text in [
        "200",
        "200\nDate: Tue, 15 Nov 1994 08:12:31 GMT\nLast-Modified: Tue, 15 Nov 1994 08:12:31 GMT",
        "200\nDate: Sat, 31 Dec 2016 23:59:60 GMT",
        "200\nETag: \"\"",
        "200\nETag: W/\"a,b/c\"",
        "200\nAllow: ",
        "200\nAllow: GET, M-SEARCH,, X",
        "200\nContent-Range: 0-24/573",
        "200\nRetry-After: 120",
        "201",
        "204\nContent-Length: 0",
        "201\nLocation: /x/%7E1?a=[b]".replace("[b]", "b").as_str(),
        "201\nLocation: urn:uuid:1",
        "201\nLocation: ",
        "201\nLocation: a/b:c",
        "201\nLocation: //[::1]:8080/x",
        "201\nLocation: https://u:p@example.com:/x?a:b#c:d",
        "> Range: bytes=0-1\n206\nContent-Range: bytes 0-1/*",
        "> Range: bytes=0-1\n206\nContent-Range: bytes 0-1/2",
        "> Range: bytes=0-1,3-4\n206\nContent-Type: multipart/byteranges; boundary=x",
        "> Range: pages=1\n206\nContent-Range: pages 1 of 7",
        "> Range: bytes=9-\n416\nContent-Range: bytes */2",
        "> Range: pages=9\n416",
        "300",
        "302\nLocation: ?page=2",
        "> If-None-Match: *\n304",
        "401\nWWW-Authenticate: Bearer",
        "401\nWWW-Authenticate: , Basic realm=\"a b, c\"",
        "405\nAllow: ",
        "426\nUpgrade: HTTP/3.0",
        "429\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT",
    ] {
        let expected: &[&str] = match text.starts_with("405") {
            true => &[
                "http.method: the API says that GET is not supported here, and the document declares `getX`",
            ],
            false => &[],
        };
        check(text, expected);
    }
}

#[test]
fn a_refusal_says_what_would_not_be_refused() {
    check(
        "401",
        &["http.www-authenticate: a 401 comes without `WWW-Authenticate`, which says how to sign in"],
    );
    check(
        "401\nWWW-Authenticate: ",
        &["http.www-authenticate: `WWW-Authenticate` is `\"\"`, which is not a challenge such as `Bearer`"],
    );
    check(
        "401\nWWW-Authenticate: \"Bearer\"",
        &[
            "http.www-authenticate: `WWW-Authenticate` is `\"Bearer\"`, which is not a challenge such as `Bearer`",
        ],
    );
    check(
        "407",
        &[
            "http.proxy-authenticate: a 407 comes without `Proxy-Authenticate`, which says how to sign in to the proxy",
        ],
    );
    check_as(
        "GET",
        "'405': { description: d }",
        "405",
        &["http.allow: a 405 comes without `Allow`, which says which methods there are"],
    );
    check("200\nAllow: GET POST", &["http.allow: `Allow` is `GET POST`, which is not a method"]);
    check("426", &["http.upgrade: a 426 comes without `Upgrade`, which says which protocol is wanted"]);
    check("600", &["http.status: 600 is no HTTP status: they are from 100 to 599"]);
}

#[test]
fn what_the_document_declares_is_not_refused() {
    let not_supported =
        "http.method: the API says that GET is not implemented, and the document declares `getX`";
    check("501", &[not_supported]);
    check_as("GET", "5XX: { description: d }", "501", &[not_supported]);
    check_as("GET", "'501': { description: d }", "501", &[]);
    check_as("GET", "'200': { description: d }", "501", &[]);
    let json = "> Content-Type: application/json\n415";
    check_as(
        "POST",
        ANY,
        json,
        &["http.media-type: the API does not take `application/json`, which the document offers"],
    );
    check_as("POST", "'415': { description: d }", json, &[]);
    check_as("POST", ANY, "> Content-Type: text/csv\n415", &[]);
    check_as(
        "GET",
        ANY,
        "> Accept: */*\n406",
        &["http.media-type: the API has no content of `*/*`, which the document offers"],
    );
    check("> Accept: text/html\n406", &[]);
}

#[test]
fn parts_are_asked_for_and_named() {
    check(
        "206\nContent-Range: bytes 0-1/2",
        &["http.range: a 206 is a part of the content, and the request asked for no range"],
    );
    check("416", &["http.range: a 416 refuses a range, and the request asked for no range"]);
    check(
        "> Range: bytes=0-1\n206",
        &[
            "http.content-range: a 206 comes without `Content-Range`, which says which part of the content it is",
        ],
    );
    for wrong in
        ["bytes 0-1", "bytes 1-0/2", "bytes 0-2/2", "bytes */2", "bytes x-y/z", "0-1/2", "bytes 0-1/+2"]
    {
        check(
            &format!("> Range: bytes=0-1\n206\nContent-Range: {wrong}"),
            &[&format!(
                "http.content-range: `Content-Range` is `{wrong}`, which is not a range such as `bytes 0-99/1234`"
            )],
        );
    }
    check(
        "> Range: bytes=9-\n416",
        &["http.content-range: a 416 comes without `Content-Range`, which says how long the content is"],
    );
    check(
        "> Range: bytes=0-1\n206\nContent-Type: multipart/byteranges; boundary=x\nContent-Range: bytes 0-1/2",
        &["http.content-range: a 206 of several parts has a `Content-Range` for the whole"],
    );
    check("304", &["http.not-modified: a 304 says that nothing has changed, and the request did not ask"]);
    check_as(
        "POST",
        ANY,
        "> If-None-Match: *\n304",
        &["http.not-modified: a 304 answers a POST, and only GET and HEAD can have it"],
    );
}

#[test]
fn content_is_where_there_is_room_for_it() {
    check("205\n\nx", &["http.content: a 205 has a body, which HTTP does not allow"]);
    check(
        "200\nContent-Length: 0x1",
        &["http.content-length: `Content-Length` is `0x1`, which is not a number of bytes"],
    );
    check(
        "200\nContent-Length: 1\nContent-Length: 1",
        &["http.content-length: `Content-Length` stands 2 times"],
    );
}

#[test]
fn dates_are_of_the_one_form_that_may_be_sent() {
    for wrong in [
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "0",
    ] {
        check(
            &format!("200\nDate: {wrong}"),
            &[&format!(
                "http.date: `Date` is `{wrong}`, which is not a date such as `Sun, 06 Nov 1994 08:49:37 GMT`"
            )],
        );
    }
    check(
        "200\nDate: Tue, 15 Nov 1994 08:12:31 GMT\nLast-Modified: Tue, 15 Nov 1994 08:12:32 GMT",
        &["http.last-modified: `Last-Modified` is later than `Date`"],
    );
    for wrong in ["1.5", "-1", "soon", "2026-01-01T00:00:00Z"] {
        check(
            &format!("503\nRetry-After: {wrong}"),
            &[&format!(
                "http.retry-after: `Retry-After` is `{wrong}`, which is not a number of seconds or a date such as `Sun, 06 Nov 1994 08:49:37 GMT`"
            )],
        );
    }
}

#[test]
fn entity_tags_are_in_quotes() {
    for wrong in ["abc", "w/\"a\"", "\"a", "\"a b\"", "\"a\"b\"", "W/abc"] {
        check(
            &format!("200\nETag: {wrong}"),
            &[&format!("http.etag: `ETag` is `{wrong}`, which is not an entity tag in quotes")],
        );
    }
}

#[test]
fn locations_can_be_followed() {
    check("302", &["http.location: a 302 comes without `Location`, which says where to"]);
    for (wrong, reason) in [
        ("/a b", "a space must be percent-encoded"),
        ("/{id}", "`{` must be percent-encoded"),
        ("/caf\u{e9}", "`\u{e9}` must be percent-encoded"),
        ("/a%2", "a `%` is not followed by two hexadecimal digits"),
        ("/a#b#c", "it has two fragments"),
        ("1a:b", "`1a` is no scheme"),
        (":8080/x", "`\"\"` is no scheme"),
        ("/a[0]", "`[` and `]` must be percent-encoded"),
        ("http://example.com:80a/", "`80a` is no port"),
        ("http://example.com:99999/", "it leads nowhere: invalid port number"),
    ] {
        check(
            &format!("201\nLocation: {wrong}"),
            &[&format!("http.location: `Location` is `{wrong}`, which is no URI reference: {reason}")],
        );
    }
    check("201\nLocation: /a\nLocation: /b", &["http.location: `Location` stands 2 times"]);
}

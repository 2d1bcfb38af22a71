//! Requests through [`super::answer::answer`], without a socket.

use super::answer::{Instance, answer};
use super::testing::shop;
use super::{IssuedTokens, LogEntry, Rules};
use crate::exchange::{Headers, Request};
use crate::json::Value;
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One instance, and what is sent to it.
struct Mock {
    rules: Arc<Rules>,
    tokens: Arc<IssuedTokens>,
    instance: Instance,
    now: Instant,
}

/// What came back.
struct Reply {
    status: u16,
    headers: Headers,
    body: Value,
}

impl Mock {
    fn new(rest: &str) -> Self {
        let rules = shop(rest);
        let instance = Instance::new(&rules);
        Self { rules, tokens: IssuedTokens::new(), instance, now: Instant::now() }
    }

    fn send_raw(&mut self, target: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Reply {
        let (method, url) = target.split_once(' ').expect("a method and a target");
        let request = Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: headers.iter().copied().collect(),
            body: body.map(<[u8]>::to_vec),
        };
        let outgoing = answer(&self.rules, &self.tokens, &mut self.instance, request, self.now);
        let body = match outgoing.body.as_slice() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes)
                .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(bytes).into_owned())),
        };
        Reply { status: outgoing.status, headers: outgoing.headers, body }
    }

    fn send(&mut self, target: &str, body: Option<Value>) -> Reply {
        let text = body.map(|body| body.to_string());
        self.send_raw(target, &[("content-type", "application/json")], text.as_ref().map(|it| it.as_bytes()))
    }

    fn get(&mut self, path: &str) -> Reply {
        self.send(&format!("GET {path}"), None)
    }

    fn last_log(&self) -> LogEntry {
        self.instance.log().pop().expect("something was answered")
    }

    /// The problem of the mock itself: status and detail.
    fn check_problem(&mut self, target: &str, body: Option<Value>, status: u16, detail: &str) {
        let reply = self.send(target, body);
        assert_eq!(reply.headers.get("content-type"), Some("application/problem+json"), "{}", reply.body);
        let found = (reply.status, reply.body["detail"].as_str().unwrap_or_default());
        assert_eq!(found, (status, detail), "{target}");
        assert_eq!(self.last_log().problem.as_deref(), Some(detail));
    }
}

const START: &str = "2026-01-01T00:00:00Z";

/// Rules that a test of changes starts from.
const CHANGES: &str = r#"
let:
  change: 'has(body.name) || has(body.price) || has(body.line) ? body : {}'
rules:
  - { on: [getItem, updateItem, removeItem], when: item == null, reply: missing }
  - { on: [createItem, updateItem], when: '!requestValid', reply: invalid }
  - { on: getItem, reply: item }
  - { on: listItems, reply: { status: 200, body: $all.items } }
  - on: updateItem
    name: change
    do:
      - { when: has(change.name), set: { item.name: $change.name } }
      - { when: has(change.price), merge: { item: { price: $change.price } } }
      - { when: has(change.line), insert: { item.lines: "{$change.line} of {$item.name}" } }
      - { when: size(change) > 0, set: { item.updated: $now } }
    reply: item
  - on: createItem
    do:
      - { insert: { item: { updated: $now, _cost: 1 } } }
      - { when: has(body.name), set: { item.name: $body.name } }
    reply: { status: 201, headers: { Location: "/items/{$item.id}" }, body: $item }
  - { on: removeItem, do: [{ remove: item }], reply: { status: 204 } }
"#;

#[test]
fn entities_are_sent_without_their_private_members() {
    let mut mock = Mock::new(CHANGES);
    let a = json!({"id": "a", "name": "Thing", "price": 5, "updated": START});
    let reply = mock.get("/items/a");
    assert_eq!((reply.status, &reply.body), (200, &a));
    assert_eq!(reply.headers.get("content-type"), Some("application/json"));
    assert_eq!(mock.get("/items").body[0], a);
    assert_eq!(mock.get("/items/%61").body["id"], "a");
    assert_eq!(mock.get("/items/z").status, 404);
}

#[test]
fn lists_and_maps_in_headers_are_written_by_their_style() {
    let headers = "{ X-Pages: [1, 2], X-Size: { w: 1, h: 2 }, X-Other: [a, b], X-None: null, X-Text: a }";
    let rules =
        format!("rules:\n  - {{ on: listItems, reply: {{ status: 200, headers: {headers}, body: [] }} }}\n");
    let reply = Mock::new(&rules).get("/items");
    let of = |name: &str| reply.headers.get(name);
    assert_eq!((reply.status, of("x-pages"), of("x-size")), (200, Some("1,2"), Some("w=1,h=2")));
    assert_eq!((of("x-other"), of("x-none"), of("x-text")), (Some("a,b"), None, Some("a")));
}

#[test]
fn a_change_is_kept_and_moves_the_clock() {
    let mut mock = Mock::new(CHANGES);
    let reply = mock.send("PUT /items/a", Some(json!({"name": "New", "line": "x"})));
    let expected = json!({"id": "a", "name": "New", "price": 5, "updated": "2026-01-01T00:00:01Z", "lines": ["x of New"]});
    assert_eq!((reply.status, &reply.body), (200, &expected));
    assert_eq!(mock.get("/items/a").body, expected);
    let reply = mock.send("PUT /items/b", Some(json!({"price": 9})));
    assert_eq!((&reply.body["price"], &reply.body["updated"]), (&json!(9), &json!("2026-01-01T00:00:02Z")));
}

#[test]
fn effects_that_do_not_apply_write_nothing() {
    let mut mock = Mock::new(CHANGES);
    assert_eq!(mock.send("PUT /items/a", None).body["updated"], START);
    let reply = mock.send("PUT /items/a", Some(json!({"price": 1})));
    assert_eq!(reply.body["updated"], "2026-01-01T00:00:01Z");
}

#[test]
fn made_entities_are_the_template_with_a_seeded_id() {
    let (mut mock, mut other) = (Mock::new(CHANGES), Mock::new(CHANGES));
    let reply = mock.send("POST /items", Some(json!({"name": "Made"})));
    assert_eq!(reply.status, 201, "{}", reply.body);
    let id = reply.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(reply.headers.get("location"), Some(format!("/items/{id}").as_str()));
    assert_eq!(reply.body["price"], 5);
    assert_eq!(mock.get(&format!("/items/{id}")).status, 200);
    assert_eq!(other.send("POST /items", Some(json!({"name": "Made"}))).body, reply.body);
    let again = mock.send("POST /items", Some(json!({"name": "Made"})));
    assert_ne!(again.body["id"], reply.body["id"]);
}

#[test]
fn removed_entities_are_gone() {
    let mut mock = Mock::new(CHANGES);
    let reply = mock.send("DELETE /items/a", None);
    assert_eq!((reply.status, reply.body, reply.headers.get("content-type")), (204, Value::Null, None));
    assert_eq!(mock.send("DELETE /items/a", None).status, 404);
    assert_eq!(mock.get("/items").body.as_array().map(Vec::len), Some(1));
}

#[test]
fn ids_of_entities_do_not_depend_on_ids_of_requests() {
    let rules = format!("{CHANGES}  - {{ on: getVersion, reply: {{ status: 200, body: $requestId }} }}\n");
    let (mut mock, mut other) = (Mock::new(&rules), Mock::new(&rules));
    let first = mock.get("/version").body;
    assert_ne!(first, mock.get("/version").body);
    let (left, right) =
        (mock.send("POST /items", Some(json!({}))), other.send("POST /items", Some(json!({}))));
    assert_eq!(left.body["id"], right.body["id"]);
    assert_eq!(other.get("/version").body, first);
}

#[test]
fn a_reset_gives_everything_back() {
    let mut mock = Mock::new(CHANGES);
    let made = mock.send("POST /items", Some(json!({"name": "Made"}))).body;
    mock.send("DELETE /items/a", None);
    let rules = Arc::clone(&mock.rules);
    mock.instance.reset(&rules);
    assert_eq!(mock.get("/items").body.as_array().map(Vec::len), Some(2));
    assert_eq!(mock.send("POST /items", Some(json!({"name": "Made"}))).body, made);
}

#[test]
fn requests_off_the_document_are_refused() {
    let mut mock = Mock::new(CHANGES);
    mock.check_problem("GET /nothing", None, 404, "the document has no path `/nothing`");
    mock.check_problem(
        "PATCH /items/a",
        None,
        405,
        "the document has DELETE, GET, PUT at `/items/a`, and no PATCH",
    );
    assert_eq!(mock.send("PATCH /items/a", None).headers.get("allow"), Some("DELETE, GET, PUT"));
    mock.check_problem("GET /version", None, 501, "`getVersion` has no rule in shop.mock.yaml");
}

#[test]
fn operations_without_a_rule_that_holds_are_not_answered() {
    let mut mock = Mock::new("rules: [{ on: getItem, when: item == null, reply: missing }]\n");
    let detail = "`getItem` has one rule, and its `when` does not hold in shop.mock.yaml";
    mock.check_problem("GET /items/a", None, 501, detail);
}

/// The rule `getItem` answers a request with what it finds wrong in one to `listItems`.
fn check_shape(target: &str, headers: &[(&str, &str)], body: Option<&[u8]>, problems: &str) {
    let rules = r#"
rules:
  - { on: [listItems, createItem, issueToken], when: '!requestValid', reply: invalid }
  - { on: listItems, reply: { status: 200, body: [] } }
  - { on: createItem, reply: { status: 201, headers: { Location: x }, body: { $cel: 'all.items[0]' } } }
  - { on: issueToken, reply: { status: 200, body: { access_token: x } } }
"#;
    let reply = Mock::new(rules).send_raw(target, headers, body);
    let found = reply.body.get("error").and_then(Value::as_str).unwrap_or_default();
    assert_eq!(found, problems, "{target} {headers:?} {}", reply.body);
    assert_eq!(reply.status, if problems.is_empty() { reply.status.min(299) } else { 400 }, "{}", reply.body);
}

#[test]
fn requests_are_held_to_the_document() {
    check_shape("GET /items", &[], None, "");
    check_shape("GET /items?limit=5&tags=a,b&other=1", &[], None, "");
    check_shape(
        "GET /items?limit=0",
        &[],
        None,
        "the query parameter `limit` is 0 where the document asks for at least 1",
    );
    check_shape(
        "GET /items?limit=x",
        &[("x-tenant", "much-too-long")],
        None,
        "the query parameter `limit` is `x` where the document asks for an integer; \
            the header `X-Tenant` has 13 characters where the document asks for at most 8 characters",
    );
    let json = &[("content-type", "application/json")][..];
    check_shape("POST /items", json, Some(b"{\"name\":\"x\"}"), "");
    check_shape("POST /items", &[], Some(b"{\"name\":\"x\"}"), "");
    check_shape("POST /items", json, None, "the request has no body, which the document requires");
    check_shape(
        "POST /items",
        json,
        Some(b"{"),
        "the body is not JSON: EOF while parsing an object, at byte 0",
    );
    check_shape(
        "POST /items",
        &[("content-type", "text/plain")],
        Some(b"x"),
        "`createItem` takes no body of the media type `text/plain`",
    );
    let form = &[("content-type", "application/x-www-form-urlencoded")][..];
    check_shape("POST /token", form, Some(b"grant_type=x"), "");
    check_shape("POST /token", form, Some(b"grant_type=5&ttl=60&scope=a"), "");
    check_shape("POST /token", form, Some(b"grant_type=5&scope=a&scope=b"), "");
    check_shape(
        "POST /token",
        form,
        Some(b"ttl=soon"),
        "the request body lacks `grant_type`, which the document requires; \
            `ttl` is a string where the document asks for an integer",
    );
    check_shape(
        "POST /items",
        &[("content-encoding", "gzip")],
        Some(b"x"),
        "the body is encoded as `gzip`, which the mock does not undo",
    );
}

fn check_broken(rest: &str, target: &str, body: Option<Value>, detail: &str) {
    let mut mock = Mock::new(rest);
    mock.check_problem(target, body, 500, detail);
}

#[test]
fn replies_are_held_to_the_document() {
    check_broken(
        "rules: [{ on: getItem, name: read, reply: { status: 200, body: { id: a } } }]\n",
        "GET /items/a",
        None,
        "the reply 200 of the rule `read` breaks the document: \
            the body lacks `name`, `price` and `updated`, which the document requires",
    );
    check_broken(
        "rules:\n  - { on: createItem, reply: { status: 201, body: { $cel: 'all.items[0]' } } }\n",
        "POST /items",
        None,
        "the reply 201 of the rule `shop.mock.yaml:19` breaks the document: the header `Location` is missing, which the document requires",
    );
    check_broken(
        "rules:\n  - { on: removeItem, name: r, reply: { status: 404, headers: { Content-Type: text/html }, body: x } }\n",
        "DELETE /items/a",
        None,
        "the reply 404 of the rule `r` breaks the document: `text/html` is not documented for a 404 of `removeItem`",
    );
}

#[test]
fn a_reply_that_breaks_the_document_undoes_its_effects() {
    let mut mock = Mock::new(
        "rules:\n  - { on: getItem, reply: item }\n  - { on: updateItem, do: [{ set: { item.price: free } }], reply: item }\n",
    );
    assert_eq!(mock.send("PUT /items/a", None).status, 500);
    assert_eq!(mock.get("/items/a").body["price"], 5);
}

#[test]
fn rules_that_fail_say_so() {
    check_broken(
        "rules: [{ on: getItem, name: read, when: item.colour == \"red\", reply: item }]\n",
        "GET /items/a",
        None,
        "the rule `read` failed: its `when` has no value: no key `colour` in `item`",
    );
    check_broken(
        "rules: [{ on: getItem, name: read, when: item.price, reply: item }]\n",
        "GET /items/a",
        None,
        "the rule `read` failed: its `when` has no value: it is an integer, not `true` or `false`: 5",
    );
    check_broken(
        "rules: [{ on: updateItem, name: change, do: [{ set: { item.name: x } }], reply: item }]\n",
        "PUT /items/z",
        None,
        "the rule `change` failed: `item` is null: there is nothing to change",
    );
    check_broken(
        "rules: [{ on: updateItem, name: change, do: [{ set: { item.name.first: x } }], reply: item }]\n",
        "PUT /items/a",
        None,
        "the rule `change` failed: `/name` is a string, so it has no member `first`",
    );
    check_broken(
        "let: { half: item.price / 0 }\nrules: [{ on: getItem, name: read, when: half == 1, reply: item }]\n",
        "GET /items/a",
        None,
        "the rule `read` failed: its `when` has no value: `half` has no value: `item.price / 0` divides by zero",
    );
    check_broken(
        "rules: [{ on: getItem, name: read, reply: { status: 200, headers: { X: \"{$path.itemID}\" }, body: $item } }]\n",
        "GET /items/a%0Ab",
        None,
        "the rule `read` failed: its header `X` would hold a control character",
    );
}

#[test]
fn names_that_nothing_asks_for_are_not_computed() {
    let mut mock = Mock::new(
        "let: { broken: item.nothing }\nrules: [{ on: getItem, when: 'item != null || broken == 1', reply: item }]\n",
    );
    assert_eq!(mock.get("/items/a").status, 200);
}

const TOKENS: &str = r#"
tokens:
  issue: issueToken
  grants:
    code: { require: [client_id, client_secret], claims: { kind: code, role: admin } }
    open: { claims: { kind: open, role: guest } }
  ttl: 60s
  reply: { access_token: $accessToken, kind: $claims.kind }
  refused: invalid
rules:
  - { on: getItem, when: token == null, reply: missing }
  - { on: getItem, when: token.role == "admin", reply: item }
  - { on: getItem, reply: { status: 404, body: { error: $token.kind } } }
"#;

impl Mock {
    fn token(&mut self, form: &str, headers: &[(&str, &str)]) -> Reply {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send_raw("POST /token", &all, Some(form.as_bytes()))
    }

    fn read_with(&mut self, authorization: &str) -> Reply {
        self.send_raw("GET /items/a", &[("authorization", authorization)], None)
    }
}

#[test]
fn tokens_carry_claims_until_they_expire() {
    let mut mock = Mock::new(TOKENS);
    let reply = mock.token("grant_type=code&client_id=me&client_secret=s", &[]);
    assert_eq!((reply.status, &reply.body["kind"]), (200, &json!("code")), "{}", reply.body);
    assert_eq!(reply.headers.get("cache-control"), Some("no-store"));
    let token = reply.body["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(mock.read_with(&format!("Bearer {token}")).status, 200);
    assert_eq!(mock.read_with(&format!("bearer {token}")).status, 200);
    assert_eq!(mock.read_with("Bearer forged").status, 404);
    assert_eq!(mock.read_with(&token).status, 404);
    mock.now += Duration::from_secs(60);
    assert_eq!(mock.read_with(&format!("Bearer {token}")).status, 404);
}

#[test]
fn tokens_are_of_their_grant() {
    let mut mock = Mock::new(TOKENS);
    let reply = mock.token("grant_type=open", &[]);
    let token = reply.body["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(mock.read_with(&format!("Bearer {token}")).body["error"], "open");
    // `me:s`, as RFC 6749 §2.3.1 sends a client.
    assert_eq!(mock.token("grant_type=code", &[("authorization", "Basic bWU6cw==")]).status, 200);
}

fn check_refused(form: &str, problem: &str) {
    let reply = Mock::new(TOKENS).token(form, &[]);
    assert_eq!((reply.status, reply.body), (400, json!({ "error": problem })), "{form}");
}

#[test]
fn tokens_are_refused_in_the_words_of_the_rules() {
    check_refused("", "`grant_type` is missing");
    check_refused("grant_type=", "`grant_type` is missing");
    check_refused("grant_type=x", "the grant `x` is none of code, open");
    check_refused("grant_type=code&client_id=me&client_secret=", "`client_secret` is missing");
}

#[test]
fn without_a_reply_of_their_own_tokens_are_refused_by_rfc_6749() {
    let rest = "tokens: { issue: issueToken, grants: { code: {} }, reply: { access_token: $accessToken } }\nrules: []\n";
    let reply = Mock::new(rest).token("grant_type=x", &[]);
    assert_eq!(reply.status, 500);
    let detail = "the reply 400 of `tokens` breaks the document: \
        the body has a member `error_description` that the document does not allow";
    assert_eq!(reply.body["detail"], detail);
    let help = "without `refused`, `tokens` refuses in the words of RFC 6749; name the API's own reply there";
    assert_eq!(reply.body["help"], help);
}

#[test]
fn texts_are_sent_as_texts() {
    let mut mock = Mock::new("rules: [{ on: getVersion, reply: { status: 200, body: \"1.{$now}\" } }]\n");
    let reply = mock.get("/version");
    assert_eq!((reply.status, reply.body), (200, json!(format!("1.{START}"))));
    assert_eq!(reply.headers.get("content-type"), Some("text/plain"));
}

#[test]
fn the_log_says_who_answered() {
    let mut mock = Mock::new(CHANGES);
    mock.send("PUT /items/a?x=1", None);
    let expected = LogEntry {
        number: 1,
        method: "PUT".to_owned(),
        target: "/items/a?x=1".to_owned(),
        operation: Some("updateItem".to_owned()),
        rule: Some("change".to_owned()),
        status: 200,
        problem: None,
        at: None,
    };
    assert_eq!(mock.last_log(), expected);
    mock.get("/items/a");
    assert_eq!(mock.last_log().rule.as_deref(), Some("shop.mock.yaml:24"));
}

#[test]
fn hostile_requests_are_answered() {
    let mut mock = Mock::new(CHANGES);
    let long = format!("GET /items/{}", "x".repeat(60_000));
    for target in [
        "GET ",
        "GET *",
        "GET /%",
        "GET /items/%zz",
        "GET /items/%00",
        "GET /items/%FF",
        "GET //items//",
        "GET /items/..",
        "GET /items?limit=99999999999999999999&limit=2",
        "GET /items?%=%&=&&tags=",
        "GET /items/{itemID}",
        "\u{7f} /items",
        &long,
    ] {
        let reply = mock.send_raw(target, &[("authorization", "Bearer"), ("cookie", ";=;")], None);
        assert!((200..=599).contains(&reply.status), "{target}");
    }
    let deep = [vec![b'['; 50_000], vec![b']'; 50_000]].concat();
    for body in [&b"\xff\xfe"[..], b"null", b"[]", b"1e999", b"\"\\ud800\"", &deep] {
        let reply = mock.send_raw("PUT /items/a", &[("content-type", "application/json")], Some(body));
        assert_eq!(reply.status, 400, "{body:?}");
    }
}

#[test]
fn what_a_reply_computes_it_computes_of_what_may_be_seen() {
    let mut mock = Mock::new(
        r#"
let: { hasCost: has(item._cost) }
rules:
  - { on: getItem, when: hasCost, reply: { status: 404, body: { error: "cost: {$hasCost}" } } }
  - { on: getItem, reply: item }
"#,
    );
    assert_eq!(mock.get("/items/a").body["error"], "cost: false");
    assert_eq!(mock.get("/items/b").status, 200);
}

/// A change that a server makes by and by, and one that it makes of what is there then.
const LATER: &str = r#"
rules:
  - on: updateItem
    when: has(body.name)
    do:
      - later: { after: { requests: 2 }, do: [{ set: { item.name: $body.name, item.updated: $now } }] }
    reply: item
  - on: updateItem
    when: has(body.price)
    do:
      - later: { after: { seconds: 3 }, do: [{ when: item.price > 5, set: { item.price: $body.price } }] }
    reply: item
  - { on: removeItem, do: [{ remove: item }], reply: { status: 204 } }
  - { on: getItem, when: item == null, reply: missing }
  - { on: [getItem, updateItem], reply: item }
"#;

#[test]
fn a_change_can_come_some_requests_later() {
    let mut mock = Mock::new(LATER);
    assert_eq!(mock.send("PUT /items/a", Some(json!({"name": "New"}))).body["name"], "Thing");
    assert_eq!(mock.get("/items/a").body["name"], "Thing");
    assert_eq!(mock.get("/nowhere").status, 404, "any request counts");
    let reply = mock.get("/items/a");
    assert_eq!([&reply.body["name"], &reply.body["updated"]], ["New", "2026-01-01T00:00:01Z"]);
    assert_eq!(mock.get("/items/b").body["name"], "Other");
}

#[test]
fn a_change_can_come_some_time_later_and_looks_at_what_is_there_then() {
    let mut mock = Mock::new(LATER);
    for item in ["a", "b"] {
        mock.send(&format!("PUT /items/{item}"), Some(json!({"price": 9})));
    }
    mock.now += Duration::from_millis(2999);
    assert_eq!(mock.get("/items/b").body["price"], 7);
    mock.now += Duration::from_millis(1);
    assert_eq!(
        [&mock.get("/items/a").body["price"], &mock.get("/items/b").body["price"]],
        [&json!(5), &json!(9)]
    );
}

#[test]
fn what_was_put_off_is_forgotten_with_its_entity_and_by_a_reset() {
    let mut mock = Mock::new(LATER);
    mock.send("PUT /items/a", Some(json!({"name": "New"})));
    assert_eq!(mock.send("DELETE /items/a", None).status, 204);
    mock.get("/items/b");
    assert_eq!((mock.get("/items/a").status, mock.last_log().problem), (404, None));
    mock.send("PUT /items/b", Some(json!({"name": "New"})));
    let rules = Arc::clone(&mock.rules);
    mock.instance.reset(&rules);
    for _ in 0..4 {
        assert_eq!(mock.get("/items/b").body["name"], "Other");
    }
}

#[test]
fn what_waits_has_a_limit() {
    let mut mock = Mock::new(LATER);
    let statuses: Vec<u16> =
        (0..1001).map(|_| mock.send("PUT /items/b", Some(json!({"price": 9}))).status).collect();
    assert_eq!((statuses[999], statuses[1000]), (200, 500));
    let problem = mock.last_log().problem;
    assert!(
        problem.as_deref().is_some_and(|it| it.contains("more than 1000 effects are put off")),
        "{problem:?}"
    );
}

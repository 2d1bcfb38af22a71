//! What of the judge must hold for the suites above it to mean anything: the clean lifecycle, every defect visible on
//! the wire, and a clean stop. The client here is a bare socket, so that it forgives nothing.

use super::defect::Site;
use super::routes::{CLIENT_ID, CLIENT_SECRET};
use super::state::SEED_ORDERS;
use super::{Defect, Judge, Oddity};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

/// What came back, as it came: the judge's bytes up to the end of the connection.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| json!({ "not JSON": self.body }))
    }
}

fn connect(judge: &Judge) -> TcpStream {
    TcpStream::connect(judge.base_url().trim_start_matches("http://")).expect("the judge listens")
}

fn send_raw(judge: &Judge, request: &str) -> Answer {
    let mut stream = connect(judge);
    stream.write_all(request.as_bytes()).expect("the judge reads");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("the judge answers and closes");
    let text = String::from_utf8_lossy(&bytes);
    // What is cut short or no HTTP has the status 0, and is all head.
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.get(9..12).and_then(|code| code.parse().ok()).unwrap_or_default();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

fn send(judge: &Judge, method: &str, path: &str, token: &str, body: &str) -> Answer {
    let media_type =
        if path.starts_with("/oauth") { "application/x-www-form-urlencoded" } else { "application/json" };
    send_raw(
        judge,
        &format!(
            "{method} {path} HTTP/1.1\r\nHost: judge\r\nAuthorization: Bearer {token}\r\nContent-Type: {media_type}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
    )
}

fn token(judge: &Judge, grant: &str) -> String {
    let form = format!("grant_type={grant}&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}");
    let reply = send(judge, "POST", "/oauth/access_token", "", &form).json();
    assert_eq!(reply["identifier"], grant);
    reply["access_token"].as_str().expect("a token").to_owned()
}

/// A token as the judge writes it; it knows its tokens by their form alone.
const SELLER: &str = "judge-seller-token-000001";
const SHOPPER: &str = "judge-shopper-token-000001";

fn path(order: usize) -> String {
    format!("/v2/orders/{}", SEED_ORDERS[order - 1].0)
}

fn update(judge: &Judge, order: usize, change: Value) -> Answer {
    let mut data = json!({ "type": "order" });
    for (name, value) in change.as_object().expect("a change is an object") {
        data[name] = value.clone();
    }
    send(judge, "PUT", &path(order), SELLER, &json!({ "data": data }).to_string())
}

fn read(judge: &Judge, order: usize) -> Answer {
    send(judge, "GET", &path(order), SHOPPER, "")
}

/// A walk through everything a client can see, one line an exchange; ports and tokens do not occur in it.
fn transcript(defects: &[Defect], oddities: &[Oddity]) -> Vec<String> {
    let judge = Judge::start(defects, oddities);
    let long = "x".repeat(65);
    let changes = [
        (1, json!({ "shipping_address": { "first_name": "John", "line_2": "" } })),
        (1, json!({ "external_ref": long })),
        (1, json!({ "external_ref": "a" })),
        (1, json!({ "external_ref": "" })),
        (1, json!({ "shipping": "fulfilled" })),
        (1, json!({ "status": "cancelled" })),
        (2, json!({ "shipping": "fulfilled" })),
        (3, json!({ "status": "cancelled" })),
        (3, json!({ "shipping_address": { "city": "Berlin" } })),
        (4, json!({ "status": "cancelled" })),
        (6, json!({ "status": "cancelled" })),
        (6, json!({ "shipping": "fulfilled" })),
        (10, json!({ "status": "cancelled" })),
    ];
    let mut answers = Vec::new();
    for (order, change) in changes {
        answers.push(update(&judge, order, change));
        answers.push(read(&judge, order));
    }
    answers.push(send(&judge, "PUT", &path(1), SHOPPER, r#"{"data":{"type":"order","order_number":"1"}}"#));
    answers.push(send(&judge, "GET", &path(1), "unknown", ""));
    answers.push(send(&judge, "GET", "/v2/orders", SHOPPER, ""));
    for path in ["/shapes/circle", "/shapes/square/picture", "/v2/orders/none"] {
        answers.push(send(&judge, "GET", path, SHOPPER, ""));
    }
    for (method, path) in
        [("HEAD", "/shapes/circle"), ("POST", "/shapes/circle/touch"), ("GET", "/shapes/circle/unchanged")]
    {
        answers.push(send(&judge, method, path, SHOPPER, ""));
    }
    answers.push(update(&judge, 1, json!({ "payment": "paid" })));
    answers.push(update(&judge, 9, json!({ "order_number": "2" })));
    answers.push(update(&judge, 3, json!({ "external_ref": "late" })));
    answers.push(send(&judge, "GET", "/v2/orders", SHOPPER, ""));
    // Wrong in the state alone, as nothing but the replies to refusals shows.
    answers.push(update(&judge, 1, json!({ "status": "complete" })));
    answers.push(update(&judge, 8, json!({ "shipping": "unfulfilled" })));
    answers.into_iter().map(|answer| format!("{}\n{}", answer.head, answer.body)).collect()
}

#[test]
fn the_lifecycle_without_defects() {
    let judge = Judge::start(&[], &[]);
    let check = |order: usize, change: Value, status: u16, member: &str, expected: Value| {
        let answer = update(&judge, order, change.clone());
        let found = answer.json().pointer(member).cloned().unwrap_or_default();
        assert_eq!((answer.status, found), (status, expected), "{change}");
    };
    let title = "/errors/0/title";
    check(
        1,
        json!({ "shipping_address": { "city": "Ulm" } }),
        200,
        "/data/shipping_address/last_name",
        json!("Doe"),
    );
    check(1, json!({ "order_number": "7" }), 200, "/data/order_number", json!("7"));
    check(1, json!({ "payment": "paid" }), 200, "/data/payment", json!("unpaid"));
    check(1, json!({ "order_number": "" }), 200, "/data/order_number", Value::Null);
    check(1, json!({ "status": "complete" }), 422, title, json!("Invalid status"));
    check(1, json!({ "status": "done" }), 400, title, json!("Bad Request"));
    check(1, json!({ "external_ref": 1 }), 400, title, json!("Bad Request"));
    check(1, json!({ "shipping_address": { "city": null } }), 400, title, json!("Bad Request"));
    check(1, json!({ "shipping_address": { "planet": "" } }), 400, title, json!("Bad Request"));
    check(1, json!({ "shipping": "fulfilled" }), 422, title, json!("Order not paid"));
    check(2, json!({ "shipping": "fulfilled" }), 200, "/data/status", json!("complete"));
    check(2, json!({ "status": "cancelled" }), 422, title, json!("Order already fulfilled"));
    check(2, json!({ "external_ref": "é".repeat(64) }), 200, "/data/shipping", json!("fulfilled"));
    check(4, json!({ "status": "cancelled" }), 422, title, json!("Unsupported gateway operation"));
    check(6, json!({ "status": "cancelled", "shipping": "fulfilled" }), 422, title, json!("Order cancelled"));
    check(6, json!({ "status": "cancelled" }), 200, "/data/payment", json!("paid"));
    check(10, json!({ "status": "cancelled" }), 200, "/data/payment", json!("authorized"));
    assert_eq!(read(&judge, 6).json()["data"]["status"], "cancelled");
    assert_eq!(read(&judge, 6).json()["data"]["meta"]["timestamps"]["updated_at"], "2026-01-01T00:00:07Z");

    let status = |method, path: &str, token: &str, body| send(&judge, method, path, token, body).status;
    let seller = token(&judge, "client_credentials");
    let unknown = "/v2/orders/00000000-0000-4000-8000-00000000ffff";
    assert_eq!(status("GET", unknown, &seller, ""), 404);
    assert_eq!(status("PUT", unknown, &seller, "{"), 404);
    assert_eq!(status("PUT", &path(1), &seller, "{"), 400);
    assert_eq!(status("PUT", &path(1), &seller, "{}"), 400);
    assert_eq!(status("PUT", &path(1), &token(&judge, "implicit"), "{"), 401);
    assert_eq!(status("GET", "/v2/orders?include=items", "", ""), 401);
    assert_eq!(status("GET", "/v2/carts", "", ""), 404);
    assert_eq!(status("POST", "/oauth/access_token", "", "grant_type=implicit"), 400);
    assert_eq!(status("POST", "/oauth/access_token", "", "grant_type=implicit&client_id=no"), 401);
    let answer = send(&judge, "DELETE", &path(1), &seller, "");
    assert_eq!((answer.status, answer.head.contains("\r\nAllow: GET, PUT\r\n")), (405, true));
}

#[test]
fn every_defect_shows() {
    let clean = transcript(&[], &[]);
    assert!(clean == transcript(&[], &[]), "a clean judge repeats itself");
    for (index, defect) in Defect::ALL.iter().enumerate() {
        // A transcript has no times in it; `tests/suite/judged.rs` asks for these.
        if defect.site() != Site::Time {
            let is_seen = transcript(&[*defect], &[]) != clean;
            assert!(is_seen, "{}: {}", defect.name(), defect.fact());
        }
        assert!(
            Defect::ALL[..index].iter().all(|other| other.name() != defect.name()),
            "{} twice",
            defect.name()
        );
    }
}

#[test]
fn every_oddity_shows() {
    let clean = transcript(&[], &[]);
    let hidden = Oddity::ALL.iter().filter(|oddity| {
        // Its bytes are the same, and only their times differ.
        **oddity != Oddity::Dripping && transcript(&[], &[**oddity]) == clean
    });
    assert_eq!(hidden.map(|oddity| oddity.fact()).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn a_connection_lives_on_and_takes_chunks() {
    let judge = Judge::start(&[], &[]);
    let token = token(&judge, "client_credentials");
    let (first, second) = (r#"{"data":{"type":"#, r#""order","order_number":"9"}}"#);
    let raw = format!(
        "GET {0} HTTP/1.1\r\nHost: judge\r\nAuthorization: bearer {token}\r\n\r\n\
         PUT {0} HTTP/1.1\r\nHost: judge\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n{1:x}\r\n{first}\r\n{2:x};a=b\r\n{second}\r\n0\r\nX-Trailer: 1\r\n\r\n\
         HEAD {0} HTTP/1.1\r\nHost: judge\r\nConnection: close\r\n\r\n",
        path(1),
        first.len(),
        second.len(),
    );
    let all = send_raw(&judge, &raw).body;
    assert_eq!(all.matches("HTTP/1.1 200 OK").count(), 1, "the first head is cut off already: {all}");
    assert!(all.contains(r#""order_number":"9""#) && all.ends_with("Connection: close\r\n\r\n"), "{all}");
    assert_eq!(judge.exchanges(), 4);
}

#[test]
fn what_is_not_http_is_refused() {
    let judge = Judge::start(&[], &[]);
    let host = "Host: judge\r\n";
    for request in [
        "GET /\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\nHost: judge\n\n".to_owned(),
        format!("GET / HTTP/1.1\r\n{host}X : 1\r\n\r\n"),
        format!("GET v2 HTTP/1.1\r\n{host}\r\n"),
        format!("PUT / HTTP/1.1\r\n{host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("PUT / HTTP/1.1\r\n{host}Content-Length: +1\r\n\r\nx"),
        format!("PUT / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n"),
    ] {
        assert_eq!(send_raw(&judge, &request).status, 400, "{request:?}");
    }
}

#[test]
fn a_dropped_judge_closes_idle_connections() {
    let judge = Judge::start(&[], &[]);
    let mut idle = connect(&judge);
    let mut half = connect(&judge);
    half.write_all(b"GET / HT").expect("the judge reads");
    drop(judge);
    // Either end is fine: a reset when the judge had not yet accepted it, else the end of the stream.
    let mut scrap = [0; 1];
    assert!(matches!(idle.read(&mut scrap), Ok(0) | Err(_)));
    assert!(matches!(half.read(&mut scrap), Ok(0) | Err(_)));
}

//! Each oddity of a server, and what becomes of it.

use super::decode::tests::encode;
use super::test_server::{Act, Server, answer, response};
use super::{Client, ClientSettings, TransportErrorKind};
use crate::exchange::{BodyProblem, Exchange, Headers, Request};
use crate::limits::Limits;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(40);
const MIB: u64 = 1 << 20;

fn client() -> Client {
    let limits = Limits { body: MIB, headers: 4096, ..Limits::default() };
    Client::new(ClientSettings { limits, ..ClientSettings::default() })
}

fn request(method: &str, url: &str, body: Option<&str>) -> Request {
    Request {
        method: method.to_owned(),
        url: url.to_owned(),
        headers: Headers::new(),
        body: body.map(|body| body.as_bytes().to_vec()),
    }
}

/// `{origin}` in the expected message stands for the server's origin.
async fn check_error(acts: Vec<Act>, timeout: Duration, kind: TransportErrorKind, message: &str) {
    let server = Server::start(vec![acts]);
    let url = format!("{}/a?key=hidden", server.origin);
    let error = client().send(&request("GET", &url, None), timeout).await.expect_err("it must fail");
    assert_eq!((error.kind, error.message.replace(&server.origin, "{origin}").as_str()), (kind, message));
    assert!(error.latency < LONG);
}

async fn exchange(method: &str, bytes: Vec<u8>) -> Exchange {
    let server = Server::start(vec![answer(bytes)]);
    let sent = client().send(&request(method, &format!("{}/", server.origin), None), LONG).await;
    sent.expect("there is a response")
}

async fn check_body(bytes: impl Into<Vec<u8>>, body: &[u8], problem: Option<BodyProblem>) -> Exchange {
    let exchange = exchange("GET", bytes.into()).await;
    assert_eq!(exchange.response.status, 200);
    assert_eq!(exchange.response.body.bytes(), body);
    assert_eq!(exchange.response.body.problem(), problem.as_ref());
    exchange
}

// No response.

#[tokio::test]
async fn nothing_listens() {
    let origin = Server::nowhere();
    let sent = client().send(&request("GET", &format!("{origin}/?key=hidden"), None), LONG).await;
    let error = sent.expect_err("nothing listens");
    assert_eq!(error.kind, TransportErrorKind::Connect);
    assert_eq!(error.message, format!("nothing listens at {origin} (connection refused)"));
    assert_eq!(error.help.as_deref(), Some("is the target up?"));
}

#[tokio::test]
async fn a_host_without_an_address() {
    let sent = client().send(&request("GET", "http://x.invalid/?key=hidden", None), LONG).await;
    let error = sent.expect_err("RFC 6761 §6.4: there is none");
    assert_eq!(error.kind, TransportErrorKind::Dns);
    assert!(error.message.starts_with("the host `x.invalid` has no address ("), "{error}");
}

#[tokio::test]
async fn a_proxy_is_named_when_it_is_down() {
    let proxy = Server::nowhere();
    let with_user = proxy.replace("http://", "http://me:hidden@");
    let client = Client::new(ClientSettings { proxy: Some(with_user), ..ClientSettings::default() });
    let error = client.send(&request("GET", "http://x.invalid/", None), LONG).await.expect_err("it is down");
    assert_eq!(error.message, format!("nothing listens at the proxy {proxy} (connection refused)"));
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls() {
    let server = Server::start(vec![vec![Act::Write(response("400 Bad Request", "", "")), Act::Hold]]);
    let url = server.origin.replace("http:", "https:");
    let sent = client().send(&request("GET", &url, None), LONG).await;
    let error = sent.expect_err("there is no TLS");
    assert_eq!(error.kind, TransportErrorKind::Tls);
    assert_eq!(error.message, format!("no secure connection to {url}: the server does not speak TLS"));
    assert_eq!(error.help.as_deref(), Some("should the URL begin with `http://`?"));
}

/// The server accepts and then says nothing, so that the TLS handshake does not end.
async fn check_hanging_handshake(connect_timeout: Duration, timeout: Duration) {
    let server = Server::start(vec![vec![Act::Hold]]);
    let client = Client::new(ClientSettings { connect_timeout, ..ClientSettings::default() });
    let url = server.origin.replace("http:", "https:");
    let error = client.send(&request("GET", &url, None), timeout).await.expect_err("it hangs");
    assert_eq!(error.kind, TransportErrorKind::Connect);
    assert_eq!(error.message, format!("no connection to {url} within 40 ms"));
}

#[tokio::test]
async fn connecting_takes_too_long() {
    check_hanging_handshake(SHORT, LONG).await;
    check_hanging_handshake(LONG, SHORT).await;
}

#[tokio::test]
async fn settings_that_cannot_be_used() {
    let settings = ClientSettings { authorities: Some(b"nothing".to_vec()), ..ClientSettings::default() };
    let error = Client::new(settings).send(&request("GET", "https://127.0.0.1:1", None), LONG).await;
    let error = error.expect_err("there is no certificate");
    assert_eq!(error.kind, TransportErrorKind::Tls);
    assert_eq!(error.message, "`tls.ca` holds no certificate in PEM form");
}

#[tokio::test]
async fn connections_that_end_before_an_answer() {
    const CLOSED: &str = "{origin} closed the connection without an answer";
    check_error(vec![], LONG, TransportErrorKind::Reset, CLOSED).await;
    check_error(vec![Act::Read], LONG, TransportErrorKind::Reset, CLOSED).await;
    check_error(answer("HTTP/1.1 200 OK\r\nContent-"), LONG, TransportErrorKind::Reset, CLOSED).await;
    check_error(answer("HTTP/1.1 103 Early Hints\r\n\r\n"), LONG, TransportErrorKind::Reset, CLOSED).await;
}

#[tokio::test]
async fn answers_that_are_not_http() {
    const KIND: TransportErrorKind = TransportErrorKind::Protocol;
    check_error(
        answer("SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        LONG,
        KIND,
        "the answer from {origin} is not HTTP (invalid HTTP version parsed)",
    )
    .await;
    check_error(
        answer("HTTP/1.1 banana\r\n\r\n"),
        LONG,
        KIND,
        "the answer from {origin} is not HTTP (invalid HTTP status-code parsed)",
    )
    .await;
    check_error(
        answer("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
        LONG,
        KIND,
        "the answer from {origin} is not HTTP (invalid HTTP header parsed)",
    )
    .await;
}

#[tokio::test]
async fn heads_that_are_too_large() {
    const KIND: TransportErrorKind = TransportErrorKind::Limit;
    const ENDLESS: &str = "the head of the response does not end within 408 KiB or has more than 500 lines";
    let flood = |line: &str| {
        let start = Act::Write(b"HTTP/1.1 200 OK\r\n".to_vec());
        vec![Act::Read, start, Act::Flood(line.as_bytes().to_vec())]
    };
    check_error(flood("X-Line: 1\r\n"), LONG, KIND, ENDLESS).await;
    check_error(flood("X-One-Line-Without-End"), LONG, KIND, ENDLESS).await;
    let large = format!("X-Line: {}\r\n", "a".repeat(4100));
    check_error(
        answer(response("200 OK", &large, "")),
        LONG,
        KIND,
        "the header lines of the response are 4129 bytes, more than the limit `headers`, 4 KiB",
    )
    .await;
}

#[tokio::test]
async fn answers_that_take_too_long() {
    const KIND: TransportErrorKind = TransportErrorKind::Timeout;
    check_error(vec![Act::Read, Act::Hold], SHORT, KIND, "no answer from {origin} within 40 ms").await;
    let drip = vec![Act::Read, Act::Drip(response("200 OK", "", vec![b'a'; 1000]))];
    check_error(drip, SHORT, KIND, "no answer from {origin} within 40 ms").await;
    let begun = Act::Write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec());
    check_error(
        vec![Act::Read, begun, Act::Hold],
        // Long enough for the first bytes to come on a busy machine.
        6 * SHORT,
        KIND,
        "the answer from {origin} did not end within 240 ms: its head and 3 bytes of its body came",
    )
    .await;
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    const KIND: TransportErrorKind = TransportErrorKind::Limit;
    const LARGE: &str = "the response body is larger than the limit `body`, 1 MiB";
    let endless = Act::Write(b"HTTP/1.1 200 OK\r\n\r\n".to_vec());
    check_error(vec![Act::Read, endless, Act::Flood(vec![0; 4096])], LONG, KIND, LARGE).await;
    // 100 MiB of zeros: RFC 1952 §2.2 lets members follow each other.
    let bomb = encode(&vec![0; 4 << 20], "gzip").await.repeat(25);
    assert!(bomb.len() < 200_000);
    check_error(answer(response("200 OK", "Content-Encoding: gzip\r\n", bomb)), LONG, KIND, LARGE).await;
}

// A response, and what its body is.

#[tokio::test]
async fn a_response_is_received_whole() {
    let bytes = response("299 Whatever", "X-B: 1\r\nX-A: caf\u{e9}\r\nx-b: 2\r\n", "{}");
    let latin: Vec<u8> = String::from_utf8_lossy(&bytes).chars().map(|it| it as u32 as u8).collect();
    let exchange = exchange("GET", latin).await;
    let response = exchange.response;
    assert_eq!((response.version.as_str(), response.status, response.reason.as_str()), ("HTTP/1.1", 299, ""));
    assert_eq!(response.headers.all("x-b").collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(response.headers.get("x-a"), Some("café"));
    assert_eq!(response.body.bytes(), b"{}");
    assert_eq!(exchange.notes, [""; 0]);
}

#[tokio::test]
async fn early_hints_are_passed_over() {
    let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".to_vec();
    check_body([hints, response("200 OK", "", "body")].concat(), b"body", None).await;
}

#[tokio::test]
async fn a_body_may_be_as_large_as_the_limit() {
    let body = vec![b'a'; 1 << 20];
    check_body(response("200 OK", "", &body), &body, None).await;
    let zipped = encode(&body, "br").await;
    check_body(response("200 OK", "Content-Encoding: br\r\n", zipped), &body, None).await;
}

#[tokio::test]
async fn bodies_that_end_with_the_connection_or_the_last_chunk() {
    check_body("HTTP/1.0 200 OK\r\n\r\nbody", b"body", None).await;
    check_body("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody", b"body", None).await;
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nbody\r\n0\r\nX-Trailer: 1\r\n\r\n";
    check_body(chunked, b"body", None).await;
}

#[tokio::test]
async fn bodies_that_are_cut_short() {
    let cut = |received| Some(BodyProblem::Truncated { received });
    check_body("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody", b"body", cut(4)).await;
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    check_body(format!("{chunked}9\r\nbody"), b"body", cut(4)).await;
    check_body(format!("{chunked}4\r\nbody\r\n"), b"body", cut(4)).await;
    let zipped = encode(b"body, body, body, body", "gzip").await;
    let half = &response("200 OK", "Content-Encoding: gzip\r\n", &zipped);
    let received = u64::try_from(zipped.len()).expect("small") - 8;
    check_body(&half[..half.len() - 8], b"body, body, body, body", cut(received)).await;
}

#[tokio::test]
async fn chunks_whose_size_is_no_number() {
    let reason = "Invalid chunk size line: missing size digit".to_owned();
    check_body(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\nzzz\r\n",
        b"body",
        Some(BodyProblem::Encoding { encoding: "chunked".to_owned(), reason }),
    )
    .await;
}

#[tokio::test]
async fn content_encodings_are_undone() {
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let zipped = encode(b"body", coding).await;
        let header = format!("Content-Encoding: {coding}\r\n");
        let exchange = check_body(response("200 OK", &header, zipped), b"body", None).await;
        assert_eq!(exchange.response.headers.get("content-encoding"), Some(coding));
        assert_eq!(exchange.notes, [""; 0]);
    }
    let bare = encode(b"body", "raw-deflate").await;
    let exchange = check_body(response("200 OK", "Content-Encoding: deflate\r\n", bare), b"body", None).await;
    assert_eq!(exchange.notes.len(), 1);
}

#[tokio::test]
async fn content_encodings_that_cannot_be_undone() {
    let reason = "it does not begin as gzip data does".to_owned();
    let broken = Some(BodyProblem::Encoding { encoding: "gzip".to_owned(), reason });
    let plain = response("200 OK", "Content-Encoding: gzip\r\n", "{\"not\": \"compressed at all\"}");
    check_body(plain, b"", broken).await;
    let unknown = Some(BodyProblem::UnknownEncoding { encoding: "banana".to_owned() });
    check_body(response("200 OK", "Content-Encoding: banana\r\n", "body"), b"body", unknown).await;
}

#[tokio::test]
async fn text_is_of_its_charset() {
    let typed = "Content-Type: text/plain; charset=ISO-8859-1\r\n";
    let exchange = check_body(response("200 OK", typed, [b'c', 0xE9]), &[b'c', 0xE9], None).await;
    assert_eq!(exchange.response.body.text(), Ok("cé"));
}

#[tokio::test]
async fn responses_that_have_no_body() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    let no_content = b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
    let not_modified = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n".to_vec();
    for (method, bytes) in [("HEAD", head), ("GET", no_content), ("GET", not_modified)] {
        let exchange = exchange(method, bytes).await;
        assert!(exchange.response.body.is_empty());
        assert_eq!(exchange.response.body.problem(), None);
    }
}

#[tokio::test]
async fn redirects_are_responses() {
    let exchange = exchange("GET", response("302 Found", "Location: /elsewhere\r\n", "")).await;
    assert_eq!((exchange.response.status, exchange.response.reason.as_str()), (302, "Found"));
}

// What goes out.

#[tokio::test]
async fn a_request_goes_out_as_it_was_built() {
    let server = Server::start(vec![answer(response("200 OK", "", ""))]);
    let mut request = request("PUT", &format!("{}/a%2Fb//c?x=%20&y", server.origin), Some("body"));
    request.headers.push("X-One", "caf\u{e9}");
    request.headers.push("Content-Type", "text/plain");
    let exchange = client().send(&request, LONG).await.expect("it is answered");
    assert_eq!(exchange.request.url, request.url);
    let host = server.origin.trim_start_matches("http://");
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "PUT /a%2Fb//c?x=%20&y HTTP/1.1\r\nx-one: caf\u{e9}\r\ncontent-type: text/plain\r\n\
         user-agent: contest/{version}\r\naccept: */*\r\nhost: {host}\r\ncontent-length: 4\r\n\r\nbody"
    );
    let sent = server.requests().remove(0);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
        lines[1..].sort();
        lines
    };
    assert_eq!(sorted(&sent), sorted(&expected));
}

#[tokio::test]
async fn a_post_without_a_body_says_so() {
    let server = Server::start(vec![answer(response("200 OK", "", ""))]);
    let url = format!("{}/", server.origin);
    client().send(&request("POST", &url, None), LONG).await.expect("it is answered");
    assert!(server.requests()[0].contains("\r\ncontent-length: 0\r\n"), "{:?}", server.requests());
}

#[tokio::test]
async fn a_proxy_gets_the_whole_url() {
    let proxy = Server::start(vec![answer(response("200 OK", "", "via"))]);
    let client =
        Client::new(ClientSettings { proxy: Some(proxy.origin.clone()), ..ClientSettings::default() });
    let exchange =
        client.send(&request("GET", "http://x.invalid/a?b", None), LONG).await.expect("it is answered");
    assert_eq!(exchange.response.body.bytes(), b"via");
    assert!(proxy.requests()[0].starts_with("GET http://x.invalid/a?b HTTP/1.1\r\n"));
}

// Kept-alive connections.

/// One connection that answers once and closes at the second request, and another that answers.
fn forgetful() -> Server {
    let ok = response("200 OK", "", "first");
    let once = vec![Act::Read, Act::Write(ok), Act::Read];
    Server::start(vec![once, answer(response("200 OK", "", "second"))])
}

#[tokio::test]
async fn a_connection_is_kept_alive() {
    let ok = || Act::Write(response("200 OK", "", ""));
    let server = Server::start(vec![vec![Act::Read, ok(), Act::Read, ok()]]);
    let (client, url) = (client(), format!("{}/", server.origin));
    for _ in 0..2 {
        client.send(&request("POST", &url, Some("a")), LONG).await.expect("it is answered");
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_a_client() {
    let last = response("200 OK", "Connection: close\r\n", "");
    let server = Server::start(vec![answer(last); 8]);
    let (client, url) = (client(), format!("{}/", server.origin));
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (client, request) = (client.clone(), request("POST", &url, None));
            tokio::spawn(async move { client.send(&request, LONG).await.map(|it| it.response.status) })
        })
        .collect();
    for worker in workers {
        assert_eq!(worker.await.expect("no worker panics"), Ok(200));
    }
}

#[tokio::test]
async fn an_idempotent_request_is_sent_again_when_its_connection_had_died() {
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let server = forgetful();
        let (client, url) = (client(), format!("{}/", server.origin));
        client.send(&request("GET", &url, None), LONG).await.expect("it is answered");
        let exchange = client.send(&request(method, &url, None), LONG).await.expect("it is sent again");
        assert_eq!(exchange.response.body.bytes(), b"second");
        let note = "sent twice: the server had closed the kept-alive connection before it answered";
        assert_eq!(exchange.notes, [note], "{method}");
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_post_is_not_sent_again() {
    let server = forgetful();
    let (client, url) = (client(), format!("{}/", server.origin));
    client.send(&request("GET", &url, None), LONG).await.expect("it is answered");
    let error = client.send(&request("POST", &url, Some("a")), LONG).await.expect_err("it is not sent again");
    assert_eq!(error.kind, TransportErrorKind::Reset);
    assert!(error.help.is_some_and(|help| help.contains("POST is not sent twice")));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_connection_that_was_closed_while_its_thread_was_busy_is_not_used() {
    let server = Server::start(vec![answer(response("200 OK", "", "a")); 3]);
    let client = client();
    let request = request("POST", &server.origin, Some("b"));
    client.send(&request, LONG).await.expect("the first is answered");
    // The server takes another connection when it has closed the one before; this thread waits for
    // that, as it does while an answer is judged.
    let mut other =
        std::net::TcpStream::connect(server.origin.trim_start_matches("http://")).expect("it listens");
    std::io::Write::write_all(&mut other, b"GET / HTTP/1.1\r\n\r\n").expect("it reads");
    std::io::copy(&mut other, &mut std::io::sink()).expect("it answers");
    let second = client.send(&request, LONG).await.expect("it goes over a new connection");
    assert_eq!(second.notes, Vec::<String>::new());
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_request_on_a_new_connection_is_not_sent_again() {
    let ok = answer(response("200 OK", "", ""));
    let server = Server::start(vec![vec![Act::Read], ok]);
    let sent = client().send(&request("GET", &server.origin, None), LONG).await;
    assert_eq!(sent.map(|it| it.response.status).map_err(|it| it.kind), Err(TransportErrorKind::Reset));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_time_out_beyond_all_clocks_is_none() {
    let server = Server::start(vec![answer(response("200 OK", "", ""))]);
    let sent = client().send(&request("GET", &server.origin, None), Duration::MAX).await;
    assert!(sent.is_ok());
}

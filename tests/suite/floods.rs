//! Clients of the mock that mean harm: it refuses, says why, and answers everybody else.

use crate::mock::load;
use contest::mock::{IssuedTokens, MockServer};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn with_mock(talk: impl FnOnce(&MockServer)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let start = MockServer::start(load("ecartapi-orders"), IssuedTokens::new(), ANY_PORT);
    let server = runtime.block_on(start).expect("a free port");
    talk(&server);
    let begun = Instant::now();
    runtime.block_on(server.stop());
    assert!(begun.elapsed() < Duration::from_secs(5), "stopping took {:?}", begun.elapsed());
}

fn connect(server: &MockServer) -> TcpStream {
    let address = server.base_url();
    let stream = TcpStream::connect(address.trim_start_matches("http://")).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it is no zero");
    stream.set_write_timeout(Some(Duration::from_secs(20))).expect("it is no zero");
    stream
}

/// What comes back once the other side has had enough; nothing when it only closes.
fn answer(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received);
    String::from_utf8_lossy(&received).into_owned()
}

/// Sends a beginning and then a text again and again, until the other side has had enough.
fn flood(server: &MockServer, begin: &str, text: &str) -> String {
    let mut stream = connect(server);
    let mut sent = stream.write_all(begin.as_bytes());
    let many = text.repeat(1 + 65_536 / text.len());
    let begun = Instant::now();
    while sent.is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it reads for ever: {begin} {}", &text[..1]);
        sent = stream.write_all(many.as_bytes());
    }
    answer(&mut stream)
}

fn is_alive(server: &MockServer) {
    let mut stream = connect(server);
    let request = "GET /nothing/here HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    assert!(answer(&mut stream).starts_with("HTTP/1.1 404"));
}

#[test]
fn requests_without_end_are_refused() {
    with_mock(|server| {
        let chunk = format!("1000\r\n{}\r\n", "[".repeat(4096));
        for (begin, text) in [
            ("", "GET "),
            ("GET /", "a"),
            ("GET / HTTP/1.1\r\n", "x-a: 1\r\n"),
            ("GET / HTTP/1.1\r\nx-a: ", "a"),
            ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999\r\n\r\n", "[[[["),
            ("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n", chunk.as_str()),
        ] {
            let answer = flood(server, begin, text);
            // What was refused while more was being sent may be lost with the connection.
            let status = answer.get(..12).unwrap_or("HTTP/1.1 4");
            assert!(status.starts_with("HTTP/1.1 4"), "{begin}: {answer}");
            is_alive(server);
        }
    });
}

#[test]
fn nested_json_is_refused_by_the_limit() {
    with_mock(|server| {
        for nested in ["[".repeat(100_000), format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))] {
            let mut stream = connect(server);
            let request = format!(
                "POST /api/v2/orders HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: x\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{nested}",
                nested.len()
            );
            stream.write_all(request.as_bytes()).expect("it reads");
            let answer = answer(&mut stream);
            assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
            assert!(!answer.contains("recursion"), "{answer}");
        }
        is_alive(server);
    });
}

#[test]
fn those_who_wait_stop_nobody() {
    with_mock(|server| {
        let waiting: Vec<TcpStream> =
            ["", "GE", "GET / HTTP/1.1\r\nhost", "POST / HTTP/1.1\r\ncontent-length: 7\r\n\r\n{"]
                .iter()
                .cycle()
                .take(200)
                .map(|begin| {
                    let mut stream = connect(server);
                    stream.write_all(begin.as_bytes()).expect("it reads");
                    stream
                })
                .collect();
        is_alive(server);
        drop(waiting);
        is_alive(server);
    });
}

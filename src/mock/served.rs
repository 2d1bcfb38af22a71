//! The server over sockets. The client is a few lines over a plain stream, so that no code of ours
//! reads what other code of ours wrote.

use super::testing::{HEAD, SHOP, document, shop};
use super::{IssuedTokens, MockServer, Rules};
use crate::diagnostic::Problems;
use crate::json::Value;
use crate::limits::Limits;
use crate::openapi::Nullable;
use crate::source::Source;
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Rules that change an item and say when.
const RULES: &str = r#"
rules:
  - on: updateItem
    when: has(body.name)
    do: [{ set: { item.name: $body.name, item.updated: $now } }]
    reply: item
  - { on: [getItem, updateItem], reply: item }
"#;

async fn start(rules: Arc<Rules>) -> MockServer {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    MockServer::start(rules, IssuedTokens::new(), any_port).await.expect("a free port")
}

fn address(server: &MockServer) -> String {
    server.base_url().strip_prefix("http://").expect("a plain URL").to_owned()
}

/// Sends one request on a connection of its own: status and body.
async fn exchange(server: &MockServer, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address(server)).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

async fn put(server: &MockServer, body: &str) -> (u16, String) {
    let length = body.len();
    let head = "PUT /items/a HTTP/1.1\r\nHost: x\r\nConnection: close";
    exchange(server, &format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}")).await
}

#[tokio::test]
async fn instances_share_rules_and_nothing_else() {
    let rules = shop(RULES);
    let (left, right) = (start(Arc::clone(&rules)).await, start(rules).await);
    let before = put(&right, "{}").await;
    assert_eq!(put(&left, "{}").await, before);
    let (status, changed) = put(&left, r#"{"name":"New"}"#).await;
    assert_eq!(status, 200);
    assert_eq!(put(&left, "{}").await.1, changed);
    assert_eq!(put(&right, "{}").await, before);
    left.reset();
    assert_eq!(put(&left, "{}").await, before);
    assert_eq!(put(&left, r#"{"name":"New"}"#).await.1, changed);
}

#[tokio::test]
async fn stopping_does_not_wait_for_idle_clients() {
    let server = start(shop(RULES)).await;
    let address = address(&server);
    let mut silent = TcpStream::connect(&address).await.expect("it listens");
    let mut halfway = TcpStream::connect(&address).await.expect("it listens");
    let head = b"PUT /items/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{";
    halfway.write_all(head).await.expect("it reads");
    tokio::time::timeout(Duration::from_secs(10), server.stop()).await.expect("it stops");
    // Both see the end of their connection: an error or no more bytes.
    let mut rest = Vec::new();
    for stream in [&mut silent, &mut halfway] {
        let _ = stream.read_to_end(&mut rest).await;
    }
    assert!(TcpStream::connect(&address).await.is_err(), "nothing listens any more");
}

#[tokio::test]
async fn a_server_that_is_dropped_stops() {
    let server = start(shop(RULES)).await;
    let address = address(&server);
    drop(server);
    let stopped = async {
        while TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), stopped).await.expect("it stops listening");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_the_same_time_are_answered_one_after_the_other() {
    let server = Arc::new(start(shop(RULES)).await);
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let name = format!("N-{number}");
                let (status, body) = put(&server, &json!({ "name": name }).to_string()).await;
                let body: Value = serde_json::from_str(&body).expect("it is JSON");
                assert_eq!((status, &body["name"]), (200, &json!(name)));
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("each sees its own change");
    }
    let body: Value = serde_json::from_str(&put(&server, "{}").await.1).expect("it is JSON");
    assert_eq!(body["updated"], "2026-01-01T00:00:16Z");
}

#[tokio::test]
async fn content_has_a_limit() {
    let limits = Limits { body: 100, ..Limits::default() };
    let mut problems = Problems::new(&Source::new("shop.mock.yaml", format!("{HEAD}{RULES}")));
    let rules =
        Rules::load(&mut problems, document(SHOP), Nullable::default(), &limits).expect("the rules load");
    let server = start(rules).await;
    assert_eq!(put(&server, "{}").await.0, 200);
    let (status, body) = put(&server, &"x".repeat(101)).await;
    assert_eq!(status, 413);
    assert!(body.contains("the content is longer than the limit `body` of 100 bytes"), "{body}");
    let chunk = "x".repeat(0x70);
    let chunked = format!(
        "PUT /items/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
            70\r\n{chunk}\r\n0\r\n\r\n",
    );
    assert_eq!(exchange(&server, &chunked).await.0, 413);
    assert_eq!(server.log().iter().map(|entry| entry.status).collect::<Vec<_>>(), [200, 413, 413]);
}

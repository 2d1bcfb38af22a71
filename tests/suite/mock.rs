//! The rules that ship with contest, served and asked over sockets. The client is a few lines over a
//! plain stream, so that no code of ours reads what other code of ours wrote.

use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::mock::{IssuedTokens, MockServer, Rules};
use contest::openapi::{Document, Nullable};
use contest::source::Source;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Loads a document of `specs/` with its rules; neither may leave a word, warnings included.
pub(crate) fn load(name: &str) -> Arc<Rules> {
    let limits = Limits::default();
    let read = |file: String| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs").join(&file);
        Source::read(&path, format!("specs/{file}"), limits.document).expect("the file ships")
    };
    let mut problems = Problems::new(&read(format!("{name}.yaml")));
    let document = Document::load(&limits, &mut problems).expect("the document loads");
    let mut problems = Problems::new(&read(format!("{name}.mock.yaml")));
    let rules = Rules::load(&mut problems, document, Nullable::default(), &limits);
    let problems = problems.into_list();
    assert!(problems.is_empty(), "{problems:?}");
    rules.expect("there is no problem")
}

/// One running server, and the token that requests carry.
struct Shop {
    server: MockServer,
    authorization: Option<String>,
}

impl Shop {
    async fn start(name: &str) -> Self {
        let server = MockServer::start(load(name), IssuedTokens::new(), ANY_PORT).await.expect("a free port");
        Self { server, authorization: None }
    }

    /// Status, header lines in lower case, body.
    async fn exchange(&self, request: &str) -> (u16, String, String) {
        exchange(&self.server.base_url(), request).await
    }

    async fn send(&self, target: &str, body: Option<Value>) -> (u16, Value) {
        let authorization = self.authorization.iter().map(|it| format!("Authorization: {it}\r\n"));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = format!(
            "{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}Content-Type: application/json\r\n\
                Content-Length: {}\r\n\r\n{body}",
            authorization.collect::<String>(),
            body.len(),
        );
        let (status, head, body) = self.exchange(&request).await;
        assert!(head.contains("content-type: application/"), "{head}");
        (status, serde_json::from_str(&body).expect("every body here is JSON"))
    }

    async fn token(&mut self, form: &str) -> (u16, Value) {
        let request = format!(
            "POST /oauth/access_token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len(),
        );
        let (status, _, body) = self.exchange(&request).await;
        let body: Value = serde_json::from_str(&body).expect("it is JSON");
        self.authorization = body["access_token"].as_str().map(|token| format!("Bearer {token}"));
        (status, body)
    }

    async fn seller() -> Self {
        let mut shop = Self::start("elasticpath-orders").await;
        let (status, body) = shop.token("grant_type=client_credentials&client_id=a&client_secret=b").await;
        assert_eq!((status, &body["identifier"]), (200, &json!("client_credentials")), "{body}");
        shop
    }

    /// An update of an order, and what comes of it: status, with the title of a refusal or the
    /// named members of the order.
    async fn check(&self, order: u32, change: Value, status: u16, expected: Value) {
        let mut data = json!({ "type": "order" });
        if let (Value::Object(data), Value::Object(change)) = (&mut data, change.clone()) {
            data.extend(change);
        }
        let target = format!("PUT /v2/orders/00000000-0000-4000-8000-{order:012}");
        let (found, body) = self.send(&target, Some(json!({ "data": data }))).await;
        let shown = match &expected {
            Value::Object(members) => {
                members.keys().map(|name| (name.clone(), body["data"][name].clone())).collect::<Value>()
            }
            _ => body["errors"][0]["title"].clone(),
        };
        assert_eq!((found, shown), (status, expected), "order {order}, {change}: {body}");
    }
}

async fn exchange(base_url: &str, request: &str) -> (u16, String, String) {
    let address = base_url.strip_prefix("http://").expect("a plain URL");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, head.to_lowercase(), body.to_owned())
}

#[tokio::test]
async fn an_address_is_merged_and_the_order_kept() {
    let shop = Shop::seller().await;
    shop.check(
        1,
        json!({ "shipping_address": { "first_name": "John" } }),
        200,
        json!({ "status": "incomplete" }),
    )
    .await;
    let (status, body) = shop.send("GET /v2/orders/00000000-0000-4000-8000-000000000001", None).await;
    let order = &body["data"];
    assert_eq!((status, &order["shipping_address"]["first_name"]), (200, &json!("John")));
    assert_eq!(order["shipping_address"]["line_1"], "1234 Disney Drive");
    assert_eq!(order["meta"]["timestamps"]["updated_at"], "2026-01-01T00:00:01Z");
    assert_eq!(order["meta"]["timestamps"]["created_at"], "2025-12-31T10:11:59.715Z");
}

#[tokio::test]
async fn the_lifecycle_of_an_order() {
    let shop = Shop::seller().await;
    let cancel = || json!({ "status": "cancelled" });
    let fulfill = || json!({ "shipping": "fulfilled" });
    shop.check(
        1,
        cancel(),
        200,
        json!({ "status": "cancelled", "payment": "unpaid", "shipping": "unfulfilled" }),
    )
    .await;
    shop.check(1, fulfill(), 422, json!("Order not paid")).await;
    shop.check(2, fulfill(), 200, json!({ "status": "complete", "shipping": "fulfilled" })).await;
    shop.check(2, json!({ "shipping_address": { "city": "X" } }), 422, json!("Order already fulfilled"))
        .await;
    shop.check(3, cancel(), 422, json!("Order already fulfilled")).await;
    shop.check(8, fulfill(), 422, json!("Order not paid")).await;
    shop.check(4, cancel(), 422, json!("Unsupported gateway operation")).await;
    shop.check(5, fulfill(), 422, json!("Order cancelled")).await;
    shop.check(6, json!({ "status": "cancelled", "shipping": "fulfilled" }), 422, json!("Order cancelled"))
        .await;
    shop.check(6, json!({ "status": "complete" }), 422, json!("Invalid status")).await;
    shop.check(6, json!({ "shipping": "unfulfilled" }), 422, json!("Invalid shipping")).await;
    let (status, body) = shop.send("GET /v2/orders/00000000-0000-4000-8000-000000000004", None).await;
    assert_eq!((status, body["data"].get("_gateway")), (200, None));
}

#[tokio::test]
async fn numbers_are_set_and_removed() {
    let shop = Shop::seller().await;
    shop.check(1, json!({ "order_number": "N-1" }), 200, json!({ "order_number": "N-1" })).await;
    shop.check(1, json!({ "order_number": "" }), 200, json!({ "order_number": null })).await;
    shop.check(
        9,
        json!({ "external_ref": "" }),
        200,
        json!({ "order_number": "INV-0009", "external_ref": null }),
    )
    .await;
    let (_, body) = shop.send("GET /v2/orders/00000000-0000-4000-8000-000000000009", None).await;
    assert_eq!(body["data"].get("external_ref"), None);
}

#[tokio::test]
async fn who_may_do_what() {
    let mut shop = Shop::seller().await;
    let (status, body) = shop.send("GET /v2/orders", None).await;
    assert_eq!((status, body["data"].as_array().map(Vec::len)), (200, Some(10)));
    let unknown = "GET /v2/orders/00000000-0000-4000-8000-000000000099";
    let (status, body) = shop.send(unknown, None).await;
    assert_eq!((status, &body["errors"][0]["status"]), (404, &json!(404)));
    shop.check(1, json!({ "status": "nonsense" }), 400, json!("Bad Request")).await;
    shop.check(1, json!({ "external_ref": "x".repeat(65) }), 400, json!("Bad Request")).await;
    let (status, _) = shop.token("grant_type=implicit&client_id=a").await;
    assert_eq!(status, 200);
    shop.check(1, json!({ "status": "cancelled" }), 401, json!("Unauthorized")).await;
    assert_eq!(shop.send("GET /v2/orders", None).await.0, 200);
    shop.authorization = None;
    for target in ["GET /v2/orders", unknown, "PUT /v2/orders/x"] {
        assert_eq!(shop.send(target, None).await.0, 401, "{target}");
    }
}

#[tokio::test]
async fn token_requests_are_refused_as_the_document_says() {
    let mut shop = Shop::start("elasticpath-orders").await;
    for (form, detail) in [
        ("grant_type=client_credentials&client_id=a", "`client_secret` is missing"),
        ("grant_type=password&client_id=a", "the grant `password` is none of client_credentials, implicit"),
        ("client_id=a", "`grant_type` is missing"),
    ] {
        let (status, body) = shop.token(form).await;
        assert_eq!((status, &body["errors"][0]["detail"]), (400, &json!(detail)), "{form}: {body}");
    }
}

#[tokio::test]
async fn request_ids_differ_and_repeat_after_a_reset() {
    let shop = Shop::start("elasticpath-orders").await;
    let request = "GET /v2/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let id = |head: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix("x-request-id: "));
        line.expect("every reply has one").to_owned()
    };
    let (first, second) = (id(&shop.exchange(request).await.1), id(&shop.exchange(request).await.1));
    assert_ne!(first, second);
    shop.server.reset();
    assert_eq!(id(&shop.exchange(request).await.1), first);
}

#[tokio::test]
async fn another_vendors_orders() {
    let mut shop = Shop::start("ecartapi-orders").await;
    let target = "PUT /api/v2/orders/1";
    let everything = json!({ "order": {
        "status": { "status": "on_hold" },
        "totals": { "subtotal": "90", "total": "100.50", "tax": "10", "discount": "0", "weight": "300" },
        "currency": "MXN", "taxesIncluded": "false", "payment": { "method": "cashondelivery" },
    } });
    assert_eq!(shop.send(target, Some(everything.clone())).await.0, 401);
    shop.authorization = Some("some key".to_owned());
    let (status, body) = shop.send(target, Some(everything)).await;
    let order = &body["orders"];
    assert_eq!((status, &body["success"]), (200, &json!(true)), "{body}");
    assert_eq!(order["status"]["status"], "pending_payment");
    assert_eq!(order["status"]["ecartapiId"], "1");
    assert_eq!((&order["totals"]["total"], &order["totals"]["shipping"]), (&json!("100.50"), &json!(null)));
    assert_eq!(order["payment"], json!({ "method": "cashondelivery", "status": "pending" }));
    assert_eq!(shop.send("GET /api/v2/orders/1", None).await.1, body);
    let (_, body) = shop.send("GET /api/v2/orders/2", None).await;
    assert_eq!(body["orders"]["billingAddress"], json!({}));
    let (status, body) =
        shop.send(target, Some(json!({ "order": { "status": { "status": "lost" } } }))).await;
    assert_eq!((status, &body["success"]), (400, &json!(false)), "{body}");
    assert_eq!(shop.send("GET /api/v2/orders/3", None).await.0, 404);
}

#[tokio::test]
async fn every_reply_of_the_shipped_rules_keeps_its_document() {
    let shop = Shop::seller().await;
    for order in 1..=9 {
        let (status, body) =
            shop.send(&format!("GET /v2/orders/00000000-0000-4000-8000-{order:012}"), None).await;
        assert_eq!(status, 200, "{body}");
    }
    assert_eq!(shop.send("GET /v2/orders/50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3", None).await.0, 200);
    assert!(shop.server.log().iter().all(|entry| entry.problem.is_none()));
    shop.server.stop().await;
}

#[tokio::test]
async fn instances_share_tokens_and_nothing_else() {
    let (rules, tokens) = (load("elasticpath-orders"), IssuedTokens::new());
    let start = || MockServer::start(Arc::clone(&rules), Arc::clone(&tokens), ANY_PORT);
    let mut left = Shop { server: start().await.expect("a free port"), authorization: None };
    left.token("grant_type=client_credentials&client_id=a&client_secret=b").await;
    let right =
        Shop { server: start().await.expect("a free port"), authorization: left.authorization.clone() };
    left.check(1, json!({ "status": "cancelled" }), 200, json!({ "status": "cancelled" })).await;
    right.check(1, json!({ "order_number": "N" }), 200, json!({ "status": "incomplete" })).await;
    left.server.reset();
    left.check(1, json!({ "order_number": "N" }), 200, json!({ "status": "incomplete" })).await;
}

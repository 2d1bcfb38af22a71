//! What of the second judge must hold for its suite to mean anything.

use super::{Defect, Oddity, Shop};
use crate::judge::wire::{Request, Response};
use serde_json::{Value, json};

fn request(method: &str, id: &str, key: &str, body: &Value) -> Request {
    Request {
        method: method.to_owned(),
        path: format!("/api/v2/orders/{id}"),
        headers: vec![("authorization".to_owned(), key.to_owned())],
        body: body.to_string().into_bytes(),
        keep_alive: true,
    }
}

fn update(shop: &mut Shop, change: Value) -> (u16, Value) {
    let response = shop.respond(&request("PUT", "1", "key", &json!({ "order": change })));
    (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
}

/// Everything a client can see, one text a response.
fn transcript(defects: &[Defect], oddities: &[Oddity]) -> Vec<String> {
    let mut shop = Shop::new(defects, oddities);
    let status = |status: &str| json!({ "status": { "status": status } });
    let changes = [
        json!({}),
        status("on_hold"),
        status("refunded"),
        status("pending_payment"),
        json!({ "totals": { "total": "1.50" } }),
        json!({ "totals": { "total": 1 } }),
        json!({ "currency": "MXN" }),
    ];
    let mut requests: Vec<Request> = Vec::new();
    for change in changes {
        requests.push(request("PUT", "1", "key", &json!({ "order": change })));
        requests.push(request("GET", "1", "key", &Value::Null));
    }
    requests.push(request("GET", "2", "key", &Value::Null));
    requests.push(request("GET", "3", "key", &Value::Null));
    requests.push(request("PUT", "3", "key", &json!({ "order": {} })));
    requests.push(request("GET", "1", "", &Value::Null));
    let shown = |response: Response| {
        let body = String::from_utf8_lossy(&response.body).into_owned();
        format!("{} {:?} {:?}\n{body}", response.status, response.headers, response.delivery)
    };
    requests.iter().map(|request| shown(shop.respond(request))).collect()
}

#[test]
fn an_update_without_defects() {
    let mut shop = Shop::new(&[], &[]);
    for (sent, stored) in [
        ("on_hold", "pending_payment"),
        ("pending", "processing"),
        ("paid", "processing"),
        ("cancelled", "canceled"),
        ("refunded", "refunded"),
    ] {
        let (status, body) = update(&mut shop, json!({ "status": { "status": sent } }));
        let found = &body["orders"]["status"];
        assert_eq!((status, &found["ecartapi"], &found["status"]), (200, &json!(sent), &json!(stored)));
    }
    let (_, body) =
        update(&mut shop, json!({ "totals": { "tax": "9.90" }, "payment": { "method": "cash" } }));
    assert_eq!(body["orders"]["totals"]["total"], "36.39");
    assert_eq!(body["orders"]["totals"]["tax"], "9.90");
    assert_eq!(body["orders"]["payment"], json!({ "method": "cash", "status": "pending" }));
    for wrong in [
        json!({ "status": { "status": "canceled" } }),
        json!({ "totals": { "total": 1 } }),
        json!({ "totals": { "total": "1,5" } }),
        json!({ "taxesIncluded": true }),
        json!({ "colour": "red" }),
    ] {
        assert_eq!(update(&mut shop, wrong.clone()).0, 400, "{wrong}");
    }
}

#[test]
fn every_defect_and_every_oddity_shows() {
    let clean = transcript(&[], &[]);
    assert!(clean == transcript(&[], &[]), "a clean judge repeats itself");
    for defect in Defect::ALL {
        assert!(transcript(&[*defect], &[]) != clean, "{}", defect.fact());
    }
    for oddity in Oddity::ALL {
        assert!(transcript(&[], &[*oddity]) != clean, "{}", oddity.fact());
    }
}

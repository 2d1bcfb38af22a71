//! Plants the defects of a reply's JSON and of its bytes, after the right reply is made.

use super::defect::{Defect, Site};
use super::gzip::gzip;
use super::routes::{Operation, Reply};
use super::shape::{PROMPT, put, spoil_shape};
use super::wire::{Delivery, Response};
use serde_json::{Value, json};
use std::time::Duration;

/// Plants a defect in a reply's JSON; does nothing for defects of other sites.
pub(crate) fn spoil_body(defect: Defect, reply: &mut Reply) {
    match (defect.site(), reply.operation) {
        (Site::Shape, _) => return spoil_shape(defect, reply),
        (Site::Body, Operation::ListOrders | Operation::ReadOrder | Operation::UpdateOrder) => {}
        _ => return,
    }
    if reply.status == 200 {
        match &mut reply.body["data"] {
            Value::Array(orders) => orders.iter_mut().for_each(|order| spoil_order(defect, order)),
            order => spoil_order(defect, order),
        }
        if defect == Defect::EnvelopeMissing {
            reply.body = reply.body["data"].take();
        }
        return;
    }
    if defect == Defect::ErrorShapeOther {
        reply.body = json!({ "error": reply.body["errors"][0].take() });
    }
    if reply.status != 422 {
        return;
    }
    if defect == Defect::ErrorsEmpty {
        reply.body["errors"] = json!([]);
    }
    for error in reply.body["errors"].as_array_mut().into_iter().flatten() {
        match defect {
            Defect::ErrorTitleMissing => put(error, "/title", None),
            Defect::ErrorTitleEmpty => error["title"] = json!(""),
            Defect::ErrorStatusAsText => error["status"] = json!("422"),
            Defect::ErrorStatusOutOfRange => error["status"] = json!(200),
            Defect::ErrorExtraMember => error["code"] = json!("E1"),
            _ => {}
        }
    }
}

fn spoil_order(defect: Defect, order: &mut Value) {
    let change = |path: &str, value: Value| (path.to_owned(), Some(value));
    let (pointer, value) = match defect {
        Defect::AmountAsString => {
            let amount = order["meta"]["display_price"]["with_tax"]["amount"].to_string();
            change("/meta/display_price/with_tax/amount", json!(amount))
        }
        Defect::AmountAsFraction => {
            let amount = order["meta"]["display_price"]["without_tax"]["amount"].as_f64().unwrap_or_default();
            change("/meta/display_price/without_tax/amount", json!(amount + 0.5))
        }
        Defect::MemberMissing => ("/meta/timestamps/created_at".to_owned(), None),
        Defect::StatusInUpperCase => change("/status", json!(text(&order["status"]).to_uppercase())),
        Defect::NullAddressLine => change("/shipping_address/company_name", Value::Null),
        Defect::ExtraAddressLine => change("/shipping_address/planet", json!("Earth")),
        Defect::CurrencyInLowerCase => change("/meta/display_price/with_tax/currency", json!("usd")),
        Defect::EmailMalformed => change("/customer/email", json!("andy.example.com")),
        Defect::ItemIdAsNumber => change("/relationships/items/data/0/id", json!(7)),
        Defect::ItemIdMalformed => change("/relationships/items/data/0/id", json!("item-7")),
        Defect::DateTimeWithoutZone => {
            let time = text(&order["meta"]["timestamps"]["updated_at"]).trim_end_matches('Z');
            change("/meta/timestamps/updated_at", json!(time))
        }
        _ => return,
    };
    put(order, &pointer, value);
}

/// Plants a defect in a response; does nothing for defects of other sites.
pub(crate) fn spoil_response(defect: Defect, operation: Operation, path: &str, response: &mut Response) {
    match (operation, response.status) {
        (Operation::IssueToken, _) => {}
        (Operation::ReadShape | Operation::DrawShape, 200) => spoil_shape_response(defect, path, response),
        (Operation::ReadShape | Operation::DrawShape, _) => {}
        (Operation::PeekShape | Operation::TouchShape | Operation::CheckShape, _) => {
            let surplus = match operation {
                Operation::PeekShape => Defect::HeadWithBody,
                Operation::TouchShape => Defect::NoContentWithBody,
                _ => Defect::NotModifiedWithBody,
            };
            if defect == surplus {
                response.delivery = Delivery::Surplus;
            }
        }
        (Operation::ReadOrder, 200) => {
            spoil_any(defect, response);
            spoil_read(defect, response);
        }
        (Operation::UpdateOrder, 200) => {
            spoil_any(defect, response);
            match defect {
                Defect::EmptyBody => response.body.clear(),
                Defect::UpdateAsNoContent => {
                    response.status = 204;
                    response.headers.retain(|(name, _)| name != "Content-Type");
                }
                _ => {}
            }
        }
        (_, status) => {
            spoil_any(defect, response);
            match defect {
                Defect::RefusalAsConflict if status == 422 => response.status = 409,
                Defect::RefusalAsServerError if status == 422 => response.status = 500,
                _ => {}
            }
        }
    }
}

fn spoil_any(defect: Defect, response: &mut Response) {
    match defect {
        Defect::RequestIdMissing => response.headers.retain(|(name, _)| name != "X-Request-Id"),
        Defect::RequestIdMalformed => set_header(response, "X-Request-Id", "request-1"),
        _ => {}
    }
}

fn spoil_read(defect: Defect, response: &mut Response) {
    let body = &mut response.body;
    match defect {
        Defect::ReadAsPartialContent => response.status = 206,
        Defect::ReadRedirects => {
            response.status = 302;
            add_header(response, "Location", "/v2/elsewhere");
        }
        Defect::WrongContentType => set_header(response, "Content-Type", "text/html; charset=utf-8"),
        Defect::ContentTypeMissing => response.headers.retain(|(name, _)| name != "Content-Type"),
        Defect::ContentTypeVendor => set_header(response, "Content-Type", "application/vnd.api+json"),
        Defect::TrailingBytes => body.push(b'}'),
        Defect::SingleQuotes => replace(body, "\"", "'"),
        Defect::HtmlPage => *body = b"<!doctype html><title>Bad Gateway</title>".to_vec(),
        Defect::DuplicateMember => replace(body, "\"type\":\"order\",", "\"type\":\"order\",\"id\":\"1\","),
        Defect::NotANumber => replace(body, "\"amount\":", "\"amount\":NaN,\"before\":"),
        Defect::EmptyOrder => body.clear(),
        Defect::Latin1 => {
            let at = find(body, b"Disney").expect("every order has this street");
            body[at] = 0xe9;
            set_header(response, "Content-Type", "application/json; charset=utf-8");
        }
        Defect::CharsetUnknown => set_header(response, "Content-Type", "application/json; charset=elvish"),
        Defect::GzipBroken => add_header(response, "Content-Encoding", "gzip"),
        Defect::GzipCutShort => {
            *body = gzip(body);
            body.truncate(body.len() - 9);
            add_header(response, "Content-Encoding", "gzip");
        }
        Defect::CodingUnknown => add_header(response, "Content-Encoding", "squeeze"),
        Defect::TruncatedBody => response.delivery = Delivery::CutShort,
        Defect::TruncatedChunks => response.delivery = Delivery::ChunksCutShort,
        Defect::TruncatedHead => response.delivery = Delivery::HeadCutShort,
        Defect::ConnectionClosed => response.delivery = Delivery::Nothing,
        Defect::NotHttp => response.manner.interim = "220 shop.example ESMTP\r\n",
        _ => {}
    }
}

fn spoil_shape_response(defect: Defect, path: &str, response: &mut Response) {
    match defect {
        Defect::PictureAsText => set_header(response, "Content-Type", "text/plain"),
        Defect::CountMissing => response.headers.retain(|(name, _)| name != "X-Count"),
        Defect::CountMalformed => set_header(response, "X-Count", "three"),
        Defect::CountOutOfRange => set_header(response, "X-Count", "10"),
        Defect::PartsUnknown => add_header(response, "X-Parts", "edge, middle"),
        Defect::Late if path.ends_with(PROMPT) => {
            response.delivery = Delivery::Late(Duration::from_millis(1200));
        }
        Defect::Silent if path.ends_with(PROMPT) => response.delivery = Delivery::Silence,
        _ => {}
    }
    if defect == Defect::PictureAsText && !path.ends_with("/picture") {
        set_header(response, "Content-Type", "application/json");
    }
}

/// Sets a header that is there.
fn set_header(response: &mut Response, wanted: &str, new: &str) {
    for (name, value) in &mut response.headers {
        if name == wanted {
            new.clone_into(value);
        }
    }
}

/// Adds a header line at the end.
pub(crate) fn add_header(response: &mut Response, name: &str, value: &str) {
    response.headers.push((name.to_owned(), value.to_owned()));
}

/// Replaces every occurrence.
fn replace(body: &mut Vec<u8>, from: &str, to: &str) {
    *body = String::from_utf8_lossy(body).replace(from, to).into_bytes();
}

fn find(body: &[u8], wanted: &[u8]) -> Option<usize> {
    body.windows(wanted.len()).position(|window| window == wanted)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

//! From a request to a response: routing, tokens, the shape of bodies, and the order of these checks. What an order may
//! do is asked of `state.rs`. Start reading at [`Service::respond`].

use super::Defect;
use super::oddity::{Oddity, bend_body, bend_response, print};
use super::shape;
use super::spoil::{spoil_body, spoil_response};
use super::state::Store;
use super::wire::{Delivery, Manner, Request, Response};
use serde_json::{Map, Value, json};

/// The client id a token is given for.
pub(crate) const CLIENT_ID: &str = "mock-client";
/// The client secret that goes with [`CLIENT_ID`].
pub(crate) const CLIENT_SECRET: &str = "mock-secret";
/// How long a token is said to be good for, in seconds; the judge never lets one expire.
const TOKEN_LIFETIME: u32 = 3600;

/// The lines of a shipping address; there are no others.
const ADDRESS_LINES: [&str; 12] = [
    "first_name",
    "last_name",
    "phone_number",
    "company_name",
    "line_1",
    "line_2",
    "city",
    "county",
    "region",
    "postcode",
    "country",
    "instructions",
];

/// What a request asks for, as far as its path and method tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// POST /oauth/access_token.
    IssueToken,
    /// GET /v2/orders.
    ListOrders,
    /// GET /v2/orders/{orderID}.
    ReadOrder,
    /// PUT /v2/orders/{orderID}.
    UpdateOrder,
    /// GET /shapes/{name}.
    ReadShape,
    /// GET /shapes/{name}/picture.
    DrawShape,
    /// HEAD /shapes/{name}.
    PeekShape,
    /// POST /shapes/{name}/touch: a 204.
    TouchShape,
    /// GET /shapes/{name}/unchanged: a 304.
    CheckShape,
    /// An unknown path, or a known one with a method it has not.
    Unknown,
}

/// An answer before it becomes bytes.
#[derive(Debug)]
pub(crate) struct Reply {
    /// What was asked for.
    pub(crate) operation: Operation,
    /// The status code.
    pub(crate) status: u16,
    /// The methods of the path, for `Allow`; only a 405 has them.
    pub(crate) allowed: Option<&'static str>,
    /// The JSON to send.
    pub(crate) body: Value,
}

/// Whom a token was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audience {
    /// `client_credentials`, role Seller Admin.
    Seller,
    /// `implicit`: a shopper's browser.
    Shopper,
}

/// The state behind one judge's connections, and how it answers.
#[derive(Debug)]
pub(crate) struct Service {
    store: Store,
    defects: Vec<Defect>,
    oddities: Vec<Oddity>,
    n_responses: u64,
    n_tokens: u64,
}

/// Status and JSON body; an `Err` is an error reply that ends the checks early.
pub(crate) type Answer = Result<(u16, Value), (u16, Value)>;

impl Service {
    /// A fresh service over the seed orders.
    pub(crate) fn new(defects: &[Defect], oddities: &[Oddity]) -> Service {
        Service {
            store: Store::new(defects),
            defects: defects.to_vec(),
            oddities: oddities.to_vec(),
            n_responses: 0,
            n_tokens: 0,
        }
    }

    /// Answers one request, defects and oddities included.
    pub(crate) fn respond(&mut self, request: &Request) -> Response {
        self.n_responses += 1;
        let mut reply = self.answer(request);
        for defect in &self.defects {
            spoil_body(*defect, &mut reply);
        }
        for oddity in &self.oddities {
            bend_body(*oddity, &mut reply);
        }
        let number = if self.has(Defect::RequestIdRepeated) { 1 } else { self.n_responses };
        let mut headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("X-Request-Id".to_owned(), format!("0000000a-0000-4000-8000-{number:012x}")),
        ];
        if let Some(methods) = reply.allowed {
            headers.push(("Allow".to_owned(), methods.to_owned()));
        }
        if reply.status == 401 {
            // RFC 9110 §15.5.2.
            headers.push(("WWW-Authenticate".to_owned(), "Bearer realm=\"orders\"".to_owned()));
        }
        let mut body = print(&reply.body, &self.oddities).into_bytes();
        match (reply.operation, reply.status) {
            (Operation::ReadShape, 200) => headers.push(("X-Count".to_owned(), "3".to_owned())),
            (Operation::DrawShape, 200) => {
                body = shape::PICTURE.to_vec();
                headers[0].1 = "image/png".to_owned();
            }
            _ => {}
        }
        let (delivery, manner) = (Delivery::Whole, Manner::default());
        let mut response = Response { status: reply.status, headers, body, delivery, manner };
        for defect in &self.defects {
            spoil_response(*defect, reply.operation, &request.path, &mut response);
        }
        for oddity in &self.oddities {
            bend_response(*oddity, reply.operation, &mut response);
        }
        response
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let segments: Option<Vec<String>> =
            request.path.split('/').skip(1).map(|raw| percent_decode(raw, false)).collect();
        let segments = segments.unwrap_or_default();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (operation, allowed, answer) = match (segments.as_slice(), request.method.as_str()) {
            (["oauth", "access_token"], "POST") => (Operation::IssueToken, None, self.issue_token(request)),
            (["oauth", "access_token"], _) => (Operation::Unknown, Some("POST"), method_not_allowed()),
            (["v2", "orders"], "GET") => (Operation::ListOrders, None, self.list_orders(request)),
            (["v2", "orders"], _) => (Operation::Unknown, Some("GET"), method_not_allowed()),
            (["v2", "orders", id], "GET") if !id.is_empty() => {
                (Operation::ReadOrder, None, self.read_order(request, id))
            }
            (["v2", "orders", id], "PUT") if !id.is_empty() => {
                (Operation::UpdateOrder, None, self.update_order(request, id))
            }
            (["v2", "orders", id], _) if !id.is_empty() => {
                (Operation::Unknown, Some("GET, PUT"), method_not_allowed())
            }
            (["shapes", name], "GET") => (Operation::ReadShape, None, shape::read(name)),
            (["shapes", name, "picture"], "GET") => (Operation::DrawShape, None, shape::read(name)),
            (["shapes", name], "HEAD") => (Operation::PeekShape, None, shape::read(name)),
            (["shapes", name, "touch"], "POST") => (Operation::TouchShape, None, shape::as_status(204, name)),
            (["shapes", name, "unchanged"], "GET") => {
                (Operation::CheckShape, None, shape::as_status(304, name))
            }
            _ => (Operation::Unknown, None, Err(error(404, "Not Found", "There is nothing at this path"))),
        };
        let (Ok((status, body)) | Err((status, body))) = answer;
        Reply { operation, status, allowed, body }
    }

    fn issue_token(&mut self, request: &Request) -> Answer {
        let form = read_form(request).ok_or_else(|| error(400, "Bad Request", "The body is not a form"))?;
        let field =
            |wanted: &str| form.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let grant = field("grant_type").unwrap_or_default();
        let audience = match grant {
            "client_credentials" => Audience::Seller,
            "implicit" => Audience::Shopper,
            _ => {
                return Err(error(400, "Bad Request", "The grant_type is missing or not supported"));
            }
        };
        let wanted = match audience {
            Audience::Seller => [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)].as_slice(),
            Audience::Shopper => [("client_id", CLIENT_ID)].as_slice(),
        };
        for (name, value) in wanted {
            match field(name) {
                None | Some("") => {
                    return Err(error(400, "Bad Request", &format!("The {name} is missing")));
                }
                Some(given) if given != *value => {
                    return Err(error(401, "Unauthorized", "The client is unknown or its secret is wrong"));
                }
                Some(_) => {}
            }
        }
        self.n_tokens += 1;
        let token = token(audience, self.n_tokens);
        Ok((
            200,
            json!({
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": TOKEN_LIFETIME,
                "identifier": grant,
            }),
        ))
    }

    fn list_orders(&self, request: &Request) -> Answer {
        self.authenticate(request)?;
        let orders = if self.has(Defect::ListStale) { Store::new(&[]).list() } else { self.store.list() };
        Ok((200, json!({ "data": orders })))
    }

    fn read_order(&self, request: &Request, id: &str) -> Answer {
        self.authenticate(request)?;
        if self.has(Defect::UnknownOrderRead) && self.store.read(id).is_none() {
            return Ok((200, json!({ "data": self.store.list()[0] })));
        }
        self.store.read(id).map(|order| (200, json!({ "data": order }))).ok_or_else(order_not_found)
    }

    fn update_order(&mut self, request: &Request, id: &str) -> Answer {
        let audience = self.authenticate(request)?;
        if audience != Audience::Seller && !self.has(Defect::ShopperMayUpdate) {
            return Err(unauthorized());
        }
        let before = self.store.read(id).ok_or_else(order_not_found)?;
        let change = match self.read_change(request) {
            Ok(change) => change,
            Err(_) if self.has(Defect::InvalidBodyPassedOver) => return Ok((200, json!({ "data": before }))),
            Err(problem) => return Err(error(400, "Bad Request", &problem)),
        };
        match self.store.update(id, &change) {
            None => Err(order_not_found()),
            Some(Ok(order)) => Ok((200, json!({ "data": order }))),
            Some(Err(refusal)) => Err(error(422, refusal.title, refusal.detail)),
        }
    }

    fn authenticate(&self, request: &Request) -> Result<Audience, (u16, Value)> {
        if self.has(Defect::TokenNotRequired) {
            return Ok(Audience::Seller);
        }
        let credentials = request.header("authorization").and_then(|value| value.split_once(' '));
        match credentials {
            // RFC 9110 §11.1: the scheme is case-insensitive.
            Some(_) if self.has(Defect::AnyTokenTaken) => Some(Audience::Seller),
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => audience_of(token.trim()),
            _ => None,
        }
        .ok_or_else(unauthorized)
    }

    /// The `data` of an update, its shape checked; an `Err` says what is wrong and where.
    fn read_change(&self, request: &Request) -> Result<Map<String, Value>, String> {
        if !has_media_type(request, "application/json") {
            return Err("the body is not application/json".to_owned());
        }
        let body: Value = serde_json::from_slice(&request.body)
            .map_err(|problem| format!("the body is not JSON: {problem}"))?;
        check_members(&body, "", &["data"])?;
        let Some(Value::Object(change)) = body.get("data") else {
            return Err("/data: an object is required".to_owned());
        };
        if change.get("type") != Some(&json!("order")) {
            return Err("/data/type: must be `order`".to_owned());
        }
        check_enum(change, "status", &["incomplete", "processing", "complete", "cancelled"])?;
        check_enum(change, "shipping", &["unfulfilled", "fulfilled"])?;
        for name in ["order_number", "external_ref"] {
            if change.get(name).is_some_and(|value| !value.is_string()) {
                return Err(format!("/data/{name}: must be a string"));
            }
        }
        let external_ref = change.get("external_ref").and_then(Value::as_str).unwrap_or_default();
        if external_ref.chars().count() > 64 && !self.has(Defect::LongExternalRefTaken) {
            return Err("/data/external_ref: at most 64 characters".to_owned());
        }
        if let Some(address) = change.get("shipping_address") {
            check_members(address, "/data/shipping_address", &ADDRESS_LINES)?;
            for (line, value) in address.as_object().into_iter().flatten() {
                if !value.is_string() {
                    return Err(format!("/data/shipping_address/{line}: must be a string"));
                }
            }
        }
        Ok(change.clone())
    }

    fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }
}

/// That `value` is an object and has no members but those `known`.
fn check_members(value: &Value, at: &str, known: &[&str]) -> Result<(), String> {
    let members = value.as_object().ok_or_else(|| format!("{at}: must be an object"))?;
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(format!("{at}/{unknown}: no such member")),
        None => Ok(()),
    }
}

fn check_enum(change: &Map<String, Value>, name: &str, values: &[&str]) -> Result<(), String> {
    match change.get(name) {
        Some(value) if !values.iter().any(|allowed| value == allowed) => {
            Err(format!("/data/{name}: must be one of {}", values.join(", ")))
        }
        _ => Ok(()),
    }
}

/// Tokens carry their audience, as signed ones do, and so outlive the judge that issued them: two judges may come to
/// have the same port one after the other, and a client's cached token for that origin must not decide a case.
fn token(audience: Audience, number: u64) -> String {
    match audience {
        Audience::Seller => format!("judge-seller-token-{number:06}"),
        Audience::Shopper => format!("judge-shopper-token-{number:06}"),
    }
}

fn audience_of(token: &str) -> Option<Audience> {
    let is_number = |text: &str| text.len() >= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    if token.strip_prefix("judge-seller-token-").is_some_and(is_number) {
        Some(Audience::Seller)
    } else if token.strip_prefix("judge-shopper-token-").is_some_and(is_number) {
        Some(Audience::Shopper)
    } else {
        None
    }
}

/// An error body as the vendor writes it, `status` an integer.
pub(crate) fn error(status: u16, title: &str, detail: &str) -> (u16, Value) {
    (status, json!({ "errors": [{ "status": status, "title": title, "detail": detail }] }))
}

fn unauthorized() -> (u16, Value) {
    error(401, "Unauthorized", "Unable to validate access token")
}

fn order_not_found() -> (u16, Value) {
    error(404, "Not Found", "The requested order could not be found")
}

fn method_not_allowed() -> Answer {
    Err(error(405, "Method Not Allowed", "This path has no such method"))
}

fn has_media_type(request: &Request, wanted: &str) -> bool {
    let value = request.header("content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// The fields of an `application/x-www-form-urlencoded` body; `None` for any other body.
fn read_form(request: &Request) -> Option<Vec<(String, String)>> {
    if !has_media_type(request, "application/x-www-form-urlencoded") {
        return None;
    }
    let text = std::str::from_utf8(&request.body).ok()?;
    text.split('&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            Some((percent_decode(name, true)?, percent_decode(value, true)?))
        })
        .collect()
}

/// Undoes percent-encoding, and `+` for a space in forms; `None` when it is malformed or not UTF-8.
fn percent_decode(text: &str, plus_is_space: bool) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?].map(|digit| char::from(digit).to_digit(16));
                u8::try_from(digits[0]? * 16 + digits[1]?).ok()?
            }
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

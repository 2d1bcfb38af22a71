use super::super::test_server::{Act, Server, answer, response};
use super::*;
use crate::http::ClientSettings;
use serde_json::json;

const LONG: Duration = Duration::from_secs(10);

fn request(origin: &str) -> TokenRequest {
    TokenRequest {
        url: format!("{origin}/oauth/access_token?tenant=hidden"),
        grant: "client_credentials".to_owned(),
        client_id: "my client".to_owned(),
        client_secret: Some(SecretString::from("p:w&d".to_owned())),
        client_auth: ClientAuth::Body,
        scope: None,
        params: Vec::new(),
        token_pointer: Pointer::of(["access_token"]),
        expires_pointer: Pointer::of(["expires_in"]),
    }
}

fn client() -> Client {
    Client::new(ClientSettings::default())
}

fn issued(token: &str, expires: &Value) -> Vec<u8> {
    response("200 OK", "", json!({"access_token": token, "expires_in": expires}).to_string())
}

/// One connection that issues these tokens one after the other.
fn issuer(tokens: &[(&str, Value)]) -> Server {
    let acts = tokens.iter().flat_map(|(token, expires)| [Act::Read, Act::Write(issued(token, expires))]);
    Server::start(vec![acts.collect()])
}

async fn value(tokens: &Tokens, client: &Client, request: &TokenSource) -> (String, bool) {
    let token = tokens.token(client, request, LONG).await.expect("there is one");
    (token.value.expose_secret().to_owned(), token.is_cached)
}

#[tokio::test]
async fn a_token_is_kept_until_it_is_refused() {
    let server = issuer(&[("one", json!(3600)), ("two", json!("3600"))]);
    let (tokens, client, request) = (Tokens::new(), client(), request(&server.origin).into());
    let first = tokens.token(&client, &request, LONG).await.expect("there is one");
    assert_eq!(value(&tokens, &client, &request).await, ("one".to_owned(), true));
    tokens.invalidate(&first).await;
    assert_eq!(value(&tokens, &client, &request).await, ("two".to_owned(), false));
    // Another worker was refused with the old token and comes late.
    tokens.invalidate(&first).await;
    assert_eq!(value(&tokens, &client, &request).await, ("two".to_owned(), true));
}

#[tokio::test]
async fn a_token_that_has_expired_is_fetched_anew() {
    let server = issuer(&[("one", json!(0)), ("two", json!(-5)), ("three", json!(null))]);
    let (tokens, client, request) = (Tokens::new(), client(), request(&server.origin).into());
    for expected in [("one", false), ("two", false), ("three", false), ("three", true)] {
        let (token, is_cached) = value(&tokens, &client, &request).await;
        assert_eq!((token.as_str(), is_cached), expected);
    }
}

#[tokio::test]
async fn one_request_serves_all_who_wait() {
    let server = issuer(&[("one", json!(3600))]);
    let (tokens, client, request) = (Tokens::new(), client(), request(&server.origin).into());
    let get = || value(&tokens, &client, &request);
    let all = tokio::join!(get(), get(), get());
    assert_eq!([all.0.0, all.1.0, all.2.0], ["one"; 3]);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn one_failure_serves_all_who_wait_and_none_who_come_later() {
    let refused = answer(response("503 Service Unavailable", "", ""));
    let server = Server::start(vec![refused, answer(issued("late", &json!(3600)))]);
    let (tokens, request) = (Tokens::new(), request(&server.origin).into());
    let client = client();
    let get = || tokens.token(&client, &request, LONG);
    let all = tokio::join!(get(), get(), get());
    assert!(all.0.is_err() && all.1.is_err() && all.2.is_err());
    assert_eq!(server.requests().len(), 1);
    assert_eq!(value(&tokens, &client, &request).await.0, "late");
}

#[test]
fn every_parameter_counts() {
    let base = || request("http://h");
    let mut others = vec![base(); 9];
    others[0].url.push('/');
    others[1].grant = "implicit".to_owned();
    others[2].client_id = "me".to_owned();
    others[3].client_secret = None;
    others[4].client_auth = ClientAuth::Basic;
    others[5].scope = Some(String::new());
    others[6].params = vec![("a".to_owned(), "bc".to_owned())];
    others[7].params = vec![("ab".to_owned(), "c".to_owned())];
    others[8].token_pointer = Pointer::root();
    let mut keys: Vec<TokenKey> = others.iter().map(TokenRequest::key).collect();
    keys.push(base().key());
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 10);
    assert_eq!(base().key(), base().key());
}

#[test]
fn the_form_follows_rfc_6749() {
    let body = |request: &TokenRequest| {
        let sent = request.to_request();
        let authorization = sent.headers.get("authorization").map(str::to_owned);
        (String::from_utf8(sent.body.expect("a form")).expect("text"), authorization)
    };
    let mut request = request("http://h");
    let plain = "grant_type=client_credentials&client_id=my+client&client_secret=p%3Aw%26d";
    assert_eq!(body(&request), (plain.to_owned(), None));
    request.client_auth = ClientAuth::Basic;
    request.scope = Some("a b".to_owned());
    request.params = vec![("audience".to_owned(), "é".to_owned())];
    let basic = format!("Basic {}", STANDARD.encode("my+client:p%3Aw%26d"));
    let form = "grant_type=client_credentials&scope=a+b&audience=%C3%A9";
    assert_eq!(body(&request), (form.to_owned(), Some(basic)));
}

async fn check_failure(bytes: Vec<u8>, expected: &str, help: &str) {
    let server = Server::start(vec![answer(bytes)]);
    let error =
        Tokens::new().token(&client(), &request(&server.origin).into(), LONG).await.expect_err("no token");
    assert_eq!(error.to_string().replace(&server.origin, "{origin}"), expected);
    assert!(error.help().unwrap_or_default().contains(help), "{:?}", error.help());
}

#[tokio::test]
async fn failures_say_what_came_and_what_to_do() {
    check_failure(
        response("401 Unauthorized", "", r#"{"error": "invalid_client"}"#),
        "no token: {origin}/oauth/access_token answered 401 Unauthorized: {\"error\": \"invalid_client\"}",
        "`clientSecret`",
    )
    .await;
    check_failure(
        response("500 Internal Server Error", "", ""),
        "no token: {origin}/oauth/access_token answered 500 Internal Server Error",
        "",
    )
    .await;
    check_failure(
        response("200 OK", "", "<html>\n<p>Sign in"),
        "no token: the answer of {origin}/oauth/access_token is not JSON (expected value): <html> <p>Sign in",
        "`tokenUrl`",
    )
    .await;
    check_failure(
        response("200 OK", "", r#"{"accessToken": "t", "x": 1}"#),
        "no token: the answer of {origin}/oauth/access_token has nothing at `/access_token`",
        "did you mean `tokenPointer: /accessToken`?",
    )
    .await;
    check_failure(
        response("200 OK", "", r#"{"data": {}, "x": 1}"#),
        "no token: the answer of {origin}/oauth/access_token has nothing at `/access_token`",
        "the answer has `data`, `x`",
    )
    .await;
    check_failure(
        response("200 OK", "", r#"{"access_token": 5}"#),
        "no token: the answer of {origin}/oauth/access_token has a number at `/access_token`",
        "the answer has `access_token`",
    )
    .await;
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_named() {
    let origin = Server::nowhere();
    let error = Tokens::new().token(&client(), &request(&origin).into(), LONG).await.expect_err("it is down");
    let expected = format!("no token: nothing listens at {origin} (connection refused)");
    assert_eq!((error.to_string(), error.help()), (expected, Some("is the target up?".to_owned())));
}

#[test]
fn a_token_is_renewed_before_it_expires() {
    let now = Instant::now();
    let held = |renew| Held { value: SecretString::from("t".to_owned()), serial: 0, renew };
    assert!(held(None).is_fresh(now));
    assert!(held(Some(now + MARGIN)).is_fresh(now));
    assert!(!held(Some(now)).is_fresh(now));
}

#[test]
fn lifetimes_are_seconds() {
    let seconds = |value: Value| lifetime(&value).map(|lifetime| lifetime.as_secs_f64());
    assert_eq!(seconds(json!(3600)), Some(3600.0));
    assert_eq!(seconds(json!("3600")), Some(3600.0));
    assert_eq!(seconds(json!(0.5)), Some(0.5));
    assert_eq!(seconds(json!(-1)), Some(0.0));
    for none in [json!("soon"), json!(null), json!([]), json!(1e300), json!("inf"), json!("NaN")] {
        assert_eq!(seconds(none), None);
    }
}

use super::token_error::excerpt;
use super::{Client, TokenError};
use crate::exchange::{Headers, Request, Response};
use crate::json::Pointer;
use crate::secret::{ExposeSecret, SecretString};
use crate::yaml::nearest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use url::form_urlencoded::{Serializer, byte_serialize};

/// What an `oauth2` profile asks for. Two requests with the same members share one token.
///
/// Source: RFC 6749, "Issuing an Access Token"; `grant` may be any string.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// The token endpoint, absolute.
    pub url: String,
    /// `grant_type`.
    pub grant: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`; a public client has none.
    pub client_secret: Option<SecretString>,
    /// Where the client's name and secret go.
    pub client_auth: ClientAuth,
    /// `scope`.
    pub scope: Option<String>,
    /// More form fields, in order.
    pub params: Vec<(String, String)>,
    /// Where the token stands in the answer.
    pub token_pointer: Pointer,
    /// Where its lifetime stands, in seconds, as a number or its digits; a token without is kept
    /// until it is invalidated.
    pub expires_pointer: Pointer,
}

impl PartialEq for TokenRequest {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for TokenRequest {}

impl Hash for TokenRequest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

/// How a client says who it is.
///
/// Source: RFC 6749 §2.3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClientAuth {
    /// By `Authorization: Basic`.
    #[default]
    Basic,
    /// By form fields.
    Body,
}

/// A token and where it came from.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token itself.
    pub value: SecretString,
    /// Whether it was there already, so that a 401 may mean that it has gone stale.
    pub is_cached: bool,
    serial: u64,
}

/// The tokens of a process, shared by all workers; one request for a token is in flight for each
/// set of parameters, and those who come meanwhile wait for its outcome, good or bad.
#[derive(Default)]
pub struct Tokens {
    slots: Mutex<HashMap<TokenRequest, Arc<Slot>>>,
    serials: AtomicU64,
}

impl fmt::Debug for Tokens {
    /// Without the parameters, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

#[derive(Debug, Default)]
struct Slot {
    /// How many fetches have ended; changed only under the lock of `outcome`.
    ended: AtomicU64,
    outcome: tokio::sync::Mutex<Option<Result<Held, TokenError>>>,
}

#[derive(Clone, Debug)]
struct Held {
    value: SecretString,
    serial: u64,
    /// When it is to be fetched anew; `None` when its lifetime is not known.
    renew: Option<Instant>,
}

impl Tokens {
    /// Makes a store without tokens.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token for these parameters, fetched on first need and again 30 s before it expires (at
    /// half its lifetime, when that is less than a minute). `timeout` bounds the request for it.
    ///
    /// # Errors
    /// [`TokenError`] when it cannot be had; the next call asks again.
    pub async fn token(
        &self,
        client: &Client,
        request: &TokenRequest,
        timeout: Duration,
    ) -> Result<Token, TokenError> {
        let slot = self.slot(request);
        let ended = slot.ended.load(Ordering::Acquire);
        let mut outcome = slot.outcome.lock().await;
        match outcome.as_ref() {
            Some(Ok(held)) if held.is_fresh(Instant::now()) => return Ok(held.token(true)),
            // It failed while this call was waiting: it would not have gone better.
            Some(Err(error)) if slot.ended.load(Ordering::Acquire) != ended => return Err(error.clone()),
            _ => {}
        }
        let fetched = self.fetch(client, request, timeout).await;
        *outcome = Some(fetched.clone());
        slot.ended.fetch_add(1, Ordering::Release);
        fetched.map(|held| held.token(false))
    }

    /// Forgets a token that was refused. One that has replaced it meanwhile is kept.
    pub async fn invalidate(&self, request: &TokenRequest, token: &Token) {
        let slot = self.slot(request);
        let mut outcome = slot.outcome.lock().await;
        if matches!(outcome.as_ref(), Some(Ok(held)) if held.serial == token.serial) {
            *outcome = None;
        }
    }

    fn slot(&self, request: &TokenRequest) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(request) {
            return Arc::clone(slot);
        }
        Arc::clone(slots.entry(request.clone()).or_default())
    }

    async fn fetch(
        &self,
        client: &Client,
        request: &TokenRequest,
        timeout: Duration,
    ) -> Result<Held, TokenError> {
        // A token request changes nothing that a second one would spoil.
        let exchange = client.send_repeatable(&request.to_request(), timeout).await;
        let response = exchange.map_err(TokenError::Transport)?.response;
        let answer = request.read(&response)?;
        let renew = answer.lifetime.and_then(|lifetime| {
            let margin = MARGIN.min(lifetime / 2);
            Instant::now().checked_add(lifetime.saturating_sub(margin))
        });
        let serial = self.serials.fetch_add(1, Ordering::Relaxed);
        Ok(Held { value: answer.token, serial, renew })
    }
}

/// How long before its expiry a token is fetched anew.
const MARGIN: Duration = Duration::from_secs(30);

impl Held {
    fn is_fresh(&self, now: Instant) -> bool {
        self.renew.is_none_or(|renew| now < renew)
    }

    fn token(&self, is_cached: bool) -> Token {
        Token { value: self.value.clone(), is_cached, serial: self.serial }
    }
}

struct Answer {
    token: SecretString,
    lifetime: Option<Duration>,
}

impl TokenRequest {
    /// Everything that tells two requests apart.
    fn parts(&self) -> impl PartialEq + Hash {
        let secret = self.client_secret.as_ref().map(ExposeSecret::expose_secret);
        (
            (&self.url, &self.grant, &self.client_id, secret, self.client_auth),
            (&self.scope, &self.params, &self.token_pointer, &self.expires_pointer),
        )
    }

    fn to_request(&self) -> Request {
        let mut headers = Headers::new();
        headers.push("Accept", "application/json");
        headers.push("Content-Type", "application/x-www-form-urlencoded");
        let secret = self.client_secret.as_ref().map(ExposeSecret::expose_secret);
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", &self.grant);
        match self.client_auth {
            ClientAuth::Basic => {
                // RFC 6749 §2.3.1: both are form-encoded before they are joined.
                let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encode(&self.client_id), encode(secret.unwrap_or_default()));
                headers.push("Authorization", format!("Basic {}", STANDARD.encode(pair)));
            }
            ClientAuth::Body => {
                form.append_pair("client_id", &self.client_id);
                if let Some(secret) = secret {
                    form.append_pair("client_secret", secret);
                }
            }
        }
        if let Some(scope) = &self.scope {
            form.append_pair("scope", scope);
        }
        form.extend_pairs(&self.params);
        let body = Some(form.finish().into_bytes());
        Request { method: "POST".to_owned(), url: self.url.clone(), headers, body }
    }

    fn read(&self, response: &Response) -> Result<Answer, TokenError> {
        let url = self.url.split(['?', '#']).next().unwrap_or_default().to_owned();
        let shown = || excerpt(&response.body.text_lossy());
        if !(200..300).contains(&response.status) {
            let status = format!("{} {}", response.status, response.reason).trim_end().to_owned();
            let error = response.body.value().and_then(|body| body.get("error")?.as_str());
            let error = error.map(str::to_owned);
            return Err(TokenError::Refused { url, status, error, excerpt: shown() });
        }
        if let Some(problem) = response.body.problem() {
            return Err(TokenError::NotJson { url, reason: problem.to_string(), excerpt: shown() });
        }
        let body = match response.body.json() {
            Ok(value) => value,
            Err(error) => {
                return Err(TokenError::NotJson { url, reason: error.reason.clone(), excerpt: shown() });
            }
        };
        match self.token_pointer.get(body) {
            Some(Value::String(token)) if !token.is_empty() => Ok(Answer {
                token: SecretString::from(token.clone()),
                lifetime: self.expires_pointer.get(body).and_then(lifetime),
            }),
            other => Err(self.missing(url, other, body)),
        }
    }

    fn missing(&self, url: String, found: Option<&Value>, body: &Value) -> TokenError {
        const MOST: usize = 8;
        let parent = self.token_pointer.parent();
        let wanted = self.token_pointer.tokens().last().map_or("", String::as_str);
        let members: Vec<&str> = match parent.get(body) {
            Some(Value::Object(members)) => members.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        // What stands there already is not what was meant.
        let others = members.iter().copied().filter(|name| *name != wanted);
        TokenError::NoToken {
            url,
            pointer: self.token_pointer.clone(),
            found: found.map_or("nothing", type_in_words),
            nearest: nearest(wanted, others).map(|name| parent.child(name)),
            members: members.iter().take(MOST).map(|name| excerpt(name)).collect(),
        }
    }
}

fn type_in_words(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "an empty string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Seconds as a number or its digits; what is neither says nothing of a lifetime.
fn lifetime(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // Negative: it has expired already. Beyond all clocks: it does not expire.
    if seconds.is_nan() { None } else { Duration::try_from_secs_f64(seconds.max(0.0)).ok() }
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;

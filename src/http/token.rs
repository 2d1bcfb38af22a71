use super::token_error::excerpt;
use super::{Client, TokenError, TransportError};
use crate::exchange::{Exchange, Headers, Request, Response};
use crate::json::Pointer;
use crate::secret::{ExposeSecret, SecretString};
use crate::yaml::nearest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
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

/// How a client says who it is.
///
/// Source: RFC 6749 §2.3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    key: TokenKey,
    serial: u64,
}

/// Somebody who wants to know of requests for tokens.
pub type Told<'t> = dyn Fn(&Request, Result<&Exchange, &TransportError>) + Sync + 't;

/// What was just issued.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token itself.
    pub value: SecretString,
    /// How long it is good for; a token without is kept until it is invalidated.
    pub lifetime: Option<Duration>,
}

/// The tokens of a process, shared by all workers; one request for a token is in flight for each
/// set of parameters, and those who come meanwhile wait for its outcome, good or bad.
#[derive(Debug, Default)]
pub struct Tokens {
    slots: Mutex<HashMap<TokenKey, Arc<Slot>>>,
    serials: AtomicU64,
}

/// What a token is kept under: a digest of everything that it is asked for with, so that a secret is
/// not kept a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// The key of these parts in this order; `None` is another part than the empty text.
    pub fn of<'p>(parts: impl IntoIterator<Item = Option<&'p str>>) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            // Lengths keep `a`, `bc` apart from `ab`, `c`; nothing from the empty text.
            let length = part.map_or(u64::MAX, |part| u64::try_from(part.len()).unwrap_or(u64::MAX));
            digest.update(length.to_be_bytes());
            digest.update(part.unwrap_or_default());
        }
        Self(digest.finalize().into())
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
        source: &TokenSource,
        timeout: Duration,
    ) -> Result<Token, TokenError> {
        self.token_and_tell(client, source, timeout, &|_, _| {}).await
    }

    /// Like [`Tokens::token`]; `told` is told of a request that was sent for it, with its answer or the
    /// reason why there is none.
    ///
    /// # Errors
    /// [`TokenError`] when it cannot be had; the next call asks again.
    pub async fn token_and_tell(
        &self,
        client: &Client,
        source: &TokenSource,
        timeout: Duration,
        told: &Told<'_>,
    ) -> Result<Token, TokenError> {
        self.kept(source.key, source.request.fetch(client, timeout, told)).await
    }

    /// The token that is kept under a key; `fetch` is waited for on first need, and again before the
    /// token expires, as [`Tokens::token`] says.
    ///
    /// # Errors
    /// What `fetch` gives; the next call asks again.
    pub async fn kept(
        &self,
        key: TokenKey,
        fetch: impl Future<Output = Result<Issued, TokenError>>,
    ) -> Result<Token, TokenError> {
        let slot = self.slot(key);
        let ended = slot.ended.load(Ordering::Acquire);
        let mut outcome = slot.outcome.lock().await;
        match outcome.as_ref() {
            Some(Ok(held)) if held.is_fresh(Instant::now()) => return Ok(held.token(key, true)),
            // It failed while this call was waiting: it would not have gone better.
            Some(Err(error)) if slot.ended.load(Ordering::Acquire) != ended => return Err(error.clone()),
            _ => {}
        }
        let fetched = fetch.await.map(|issued| self.hold(issued));
        *outcome = Some(fetched.clone());
        slot.ended.fetch_add(1, Ordering::Release);
        fetched.map(|held| held.token(key, false))
    }

    /// Forgets a token that was refused. One that has replaced it meanwhile is kept.
    pub async fn invalidate(&self, token: &Token) {
        let slot = self.slot(token.key);
        let mut outcome = slot.outcome.lock().await;
        if matches!(outcome.as_ref(), Some(Ok(held)) if held.serial == token.serial) {
            *outcome = None;
        }
    }

    fn slot(&self, key: TokenKey) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(key).or_default())
    }

    fn hold(&self, issued: Issued) -> Held {
        let renew = issued.lifetime.and_then(|lifetime| {
            let margin = MARGIN.min(lifetime / 2);
            Instant::now().checked_add(lifetime.saturating_sub(margin))
        });
        let serial = self.serials.fetch_add(1, Ordering::Relaxed);
        Held { value: issued.value, serial, renew }
    }
}

/// How long before its expiry a token is fetched anew.
const MARGIN: Duration = Duration::from_secs(30);

impl Held {
    fn is_fresh(&self, now: Instant) -> bool {
        self.renew.is_none_or(|renew| now < renew)
    }

    fn token(&self, key: TokenKey, is_cached: bool) -> Token {
        Token { value: self.value.clone(), is_cached, key, serial: self.serial }
    }
}

impl Issued {
    /// Reads a token and its lifetime, in seconds as a number or its digits, out of what was answered.
    /// `whence` names that in messages: `the answer of http://…`.
    ///
    /// # Errors
    /// [`TokenError::NoToken`] when no text, or an empty one, stands at `token`.
    pub fn read(body: &Value, token: &Pointer, expires: &Pointer, whence: &str) -> Result<Self, TokenError> {
        match token.get(body) {
            Some(Value::String(text)) if !text.is_empty() => {
                Ok(Self { value: SecretString::from(text.clone()), lifetime: lifetime_at(body, expires) })
            }
            other => Err(missing(token, other, body, whence.to_owned())),
        }
    }
}

/// The lifetime that stands at a pointer, in seconds as a number or its digits.
pub fn lifetime_at(body: &Value, pointer: &Pointer) -> Option<Duration> {
    pointer.get(body).and_then(lifetime)
}

/// A request for a token with the key that its token is kept under, which is worked out once.
#[derive(Clone, Debug)]
pub struct TokenSource {
    /// The request.
    pub request: TokenRequest,
    key: TokenKey,
}

impl From<TokenRequest> for TokenSource {
    fn from(request: TokenRequest) -> Self {
        Self { key: request.key(), request }
    }
}

impl TokenRequest {
    fn key(&self) -> TokenKey {
        let secret = self.client_secret.as_ref().map(ExposeSecret::expose_secret);
        let auth = match self.client_auth {
            ClientAuth::Basic => "basic",
            ClientAuth::Body => "body",
        };
        let pointers = [self.token_pointer.to_string(), self.expires_pointer.to_string()];
        let fixed = [
            Some(self.url.as_str()),
            Some(self.grant.as_str()),
            Some(self.client_id.as_str()),
            secret,
            Some(auth),
            self.scope.as_deref(),
            Some(pointers[0].as_str()),
            Some(pointers[1].as_str()),
        ];
        let params = self.params.iter().flat_map(|(name, value)| [Some(name.as_str()), Some(value.as_str())]);
        TokenKey::of(fixed.into_iter().chain(params))
    }

    async fn fetch(&self, client: &Client, timeout: Duration, told: &Told<'_>) -> Result<Issued, TokenError> {
        let request = self.to_request();
        // A token request changes nothing that a second one would spoil.
        let exchange = client.send_token_request(&request, timeout).await;
        told(&request, exchange.as_ref());
        self.read(&exchange.map_err(TokenError::Transport)?.response)
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

    fn read(&self, response: &Response) -> Result<Issued, TokenError> {
        let url = self.url.split(['?', '#']).next().unwrap_or_default().to_owned();
        let shown = || excerpt(&response.body.text_lossy());
        if !(200..300).contains(&response.status) {
            let status = format!("{} {}", response.status, response.reason).trim_end().to_owned();
            let error = response.body.value().and_then(|body| body.get("error")?.as_str());
            let error = error.map(str::to_owned);
            return Err(TokenError::Refused { url, status, error, excerpt: shown() });
        }
        let whence = format!("the answer of {url}");
        let not_json = |reason: String, whence: String| {
            let help = "is `tokenUrl` the URL of the token endpoint?";
            TokenError::NotJson { whence, reason, excerpt: shown(), help }
        };
        if let Some(problem) = response.body.problem() {
            return Err(not_json(problem.to_string(), whence));
        }
        match response.body.json() {
            Ok(body) => Issued::read(body, &self.token_pointer, &self.expires_pointer, &whence),
            Err(error) => Err(not_json(error.reason.clone(), whence)),
        }
    }
}

fn missing(pointer: &Pointer, found: Option<&Value>, body: &Value, whence: String) -> TokenError {
    const MOST: usize = 8;
    let parent = pointer.parent();
    let wanted = pointer.tokens().last().map_or("", |token| token.as_str());
    let members: Vec<&str> = match parent.get(body) {
        Some(Value::Object(members)) => members.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    // What stands there already is not what was meant.
    let others = members.iter().copied().filter(|name| *name != wanted);
    TokenError::NoToken {
        whence,
        pointer: pointer.clone(),
        found: found.map_or("nothing", type_in_words),
        nearest: nearest(wanted, others).map(|name| parent.child(name)),
        members: members.iter().take(MOST).map(|name| excerpt(name)).collect(),
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

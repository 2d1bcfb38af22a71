use super::connection::{Connecting, announce, observe, so_far};
use super::deadline::timeout_at;
use super::error::{Context, MAX_LINES, TransportError, TransportErrorKind};
use super::incoming::{self, Answer, Arriving};
use super::outgoing::{self, Outgoing};
use super::pace::Pace;
use super::plain::Plain;
use super::probe::speaks_tls;
use crate::exchange::{Exchange, Request, Response};
use crate::limits::Limits;
use crate::secret::{ExposeSecret, SecretString};
use reqwest::{Certificate, Identity, Proxy};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::yield_now;
use tokio::time::Instant;
use tower::util::MapFutureLayer;

/// What all requests of a run share.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// How long making a connection may take, TLS included; 5 s by default.
    pub connect_timeout: Duration,
    /// `body` and `headers` bound what is received.
    pub limits: Limits,
    /// Whether any certificate is trusted; then the run says so in a banner.
    pub insecure: bool,
    /// `User-Agent` where a request has none of its own; `contest/<version>` by default.
    pub user_agent: String,
    /// `tls.ca`: certificates, PEM, of authorities that are trusted beside the platform's.
    pub authorities: Option<Vec<u8>>,
    /// `tls.cert` and `tls.key`, one after the other, PEM: who this client is.
    pub identity: Option<SecretString>,
    /// The URL of the proxy that everything goes through; none is taken from the process's variables.
    pub proxy: Option<String>,
    /// How fast requests follow each other, those for tokens and resends included; clones of the
    /// settings share it.
    pub pace: Option<Pace>,
    /// The methods that may be sent at all, in capitals; requests for tokens are sent all the same.
    pub allow: Option<Vec<String>>,
    /// What `curl` must be told of these settings to connect in the same way: `--insecure`.
    pub curl: Vec<String>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            limits: Limits::default(),
            insecure: false,
            user_agent: concat!("contest/", env!("CARGO_PKG_VERSION")).to_owned(),
            authorities: None,
            identity: None,
            proxy: None,
            pace: None,
            allow: None,
            curl: Vec::new(),
        }
    }
}

/// Sends requests and receives responses whole; clones share their connections.
///
/// Redirects are not followed, nothing is retried but what [`Client::send`] says, cookies are the
/// caller's (see [`CookieJar`](super::CookieJar)), and no `Referer` is sent. A client belongs to
/// the tokio runtime it was first used in.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: ClientSettings,
    // Several, because reading the platform's certificates takes longer than a hundred requests: a run
    // against plain HTTP does without.
    plain: OnceLock<Result<Plain, TransportError>>,
    /// Plain HTTP through a proxy.
    proxied: OnceLock<Result<reqwest::Client, TransportError>>,
    secure: OnceLock<Result<reqwest::Client, TransportError>>,
    /// Clients that show another certificate, by a digest of it and its key.
    identities: Mutex<HashMap<[u8; 32], Client>>,
}

/// What carries a request.
#[derive(Clone, Copy)]
enum Carrier<'c> {
    Plain(&'c Plain),
    Layered(&'c reqwest::Client),
}

impl Client {
    /// Makes a client; nothing is read or connected before the first request.
    pub fn new(settings: ClientSettings) -> Self {
        let (proxied, secure, identities) = (OnceLock::new(), OnceLock::new(), Mutex::default());
        Self(Arc::new(Inner { settings, plain: OnceLock::new(), proxied, secure, identities }))
    }

    /// The client that shows this certificate (PEM, with its key) while it connects, and is otherwise
    /// the same; it has connections of its own, and is made once for each certificate.
    ///
    /// `curl` is what the command that repeats a request must be told of the certificate.
    pub fn with_identity(&self, identity: &SecretString, curl: &[String]) -> Self {
        let key: [u8; 32] = Sha256::digest(identity.expose_secret()).into();
        let mut identities = self.0.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let mut settings = self.0.settings.clone();
            settings.identity = Some(identity.clone());
            settings.curl.extend_from_slice(curl);
            Self::new(settings)
        };
        identities.entry(key).or_insert_with(make).clone()
    }

    /// The `curl` command that sends the same request over the same kind of connection, as
    /// [`curl`](super::curl()) writes it.
    pub fn curl(&self, request: &Request, body_file: Option<&str>) -> String {
        super::curl::curl_with(request, body_file, &self.0.settings.curl)
    }

    /// Reads what the settings say of TLS and of a proxy, without connecting.
    ///
    /// # Errors
    /// [`TransportError`] when a certificate, a key or the proxy's URL cannot be used.
    pub fn check(&self) -> Result<(), TransportError> {
        self.carrier_for(true).map(|_| ())
    }

    /// Sends a request and reads the response to its last byte.
    ///
    /// `timeout` covers connecting, sending and receiving, a resend included. The URL and the
    /// header lines go out as they are; a URL that would be altered is refused. A header value's
    /// characters are octets (ISO 8859-1) in both directions. `Content-Length`, `Host`, and where
    /// the request has none `User-Agent` and `Accept: */*`, are added.
    ///
    /// A body that is cut short, is not of its content encoding or has one that is not known is no
    /// error: [`Body::problem`](crate::exchange::Body::problem) says so.
    ///
    /// An idempotent request (GET, HEAD, OPTIONS, PUT, DELETE, TRACE) that failed on a kept-alive
    /// connection because the server had closed it is sent again, once, and noted: servers close
    /// idle connections when they like (RFC 9112 §9.3.1).
    ///
    /// # Errors
    /// [`TransportError`] when there is no response that could be judged.
    pub async fn send(&self, request: &Request, timeout: Duration) -> Result<Exchange, TransportError> {
        self.send_owned(request.clone(), timeout).await.map_err(|(error, _)| error)
    }

    /// Like [`Client::send`], without a copy: the request is in the exchange, or beside the error.
    ///
    /// # Errors
    /// Those of [`Client::send`].
    pub async fn send_owned(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<Exchange, (TransportError, Request)> {
        let is_repeatable = is_idempotent(&request.method);
        if let Err(error) = self.check_method(&request.method) {
            return Err((error, request));
        }
        match self.exchange(&request, timeout, is_repeatable).await {
            Ok((response, latency, notes)) => Ok(Exchange { request, response, latency, notes }),
            Err(error) => Err((error, request)),
        }
    }

    /// Like [`Client::send`] for a request for a token: it may be sent twice, and whatever its method.
    pub(super) async fn send_token_request(
        &self,
        request: &Request,
        timeout: Duration,
    ) -> Result<Exchange, TransportError> {
        let (response, latency, notes) = self.exchange(request, timeout, true).await?;
        Ok(Exchange { request: request.clone(), response, latency, notes })
    }

    async fn exchange(
        &self,
        request: &Request,
        timeout: Duration,
        is_repeatable: bool,
    ) -> Result<(Response, Duration, Vec<String>), TransportError> {
        let mut outgoing = outgoing::outgoing(request)?;
        let context = Context {
            authority: outgoing.authority.clone(),
            proxy: self.0.settings.proxy.as_deref(),
            is_secure: outgoing.is_secure,
            connect_timeout: self.0.settings.connect_timeout,
            limits: &self.0.settings.limits,
        };
        let carrier = self.carrier_for(context.is_secure)?;
        let_connections_be_polled().await;
        self.turn().await;
        let begun = Instant::now();
        // A time-out that no clock can count to is none: a year is as good.
        let mut deadline =
            begun.checked_add(timeout).unwrap_or_else(|| begun + Duration::from_secs(365 * 24 * 60 * 60));
        let mut notes = Vec::new();
        loop {
            let may_repeat = is_repeatable && notes.is_empty();
            let attempt_begun = Instant::now();
            let (result, was_kept_alive) = match carrier {
                Carrier::Plain(plain) => plain.attempt(outgoing, &context, deadline, timeout).await,
                Carrier::Layered(client) => {
                    let attempt = attempt(client, outgoing, &context, deadline, timeout);
                    let (result, connecting) = observe(attempt).await;
                    (result, connecting != Connecting::Done)
                }
            };
            let failure = match result {
                Ok(answer) => {
                    let latency = attempt_begun.elapsed();
                    let response = incoming::finish(answer, context.limits.body, &mut notes).await;
                    let response = response.map_err(|error| error.after(latency))?;
                    return Ok((response, latency, notes));
                }
                Err(failure) => failure.after(attempt_begun.elapsed()),
            };
            match may_repeat {
                true if was_kept_alive && failure.kind == TransportErrorKind::Reset => {
                    notes.push(RESENT.to_owned());
                    // Waiting for a turn is no part of the answer's time.
                    let waiting = Instant::now();
                    self.turn().await;
                    deadline = deadline.checked_add(waiting.elapsed()).unwrap_or(deadline);
                    outgoing = outgoing::outgoing(request)?;
                }
                false if was_kept_alive && failure.kind == TransportErrorKind::Reset && notes.is_empty() => {
                    return Err(failure.with_help(format!(
                        "the connection had served earlier requests, and the server may have closed it just then; \
                         {} is not sent twice by itself",
                        request.method
                    )));
                }
                _ if failure.kind == TransportErrorKind::Protocol
                    && matches!(carrier, Carrier::Plain(_))
                    && speaks_tls(&context.authority).await =>
                {
                    return Err(context.tls_instead().after(failure.latency));
                }
                _ => return Err(failure),
            }
        }
    }

    /// Waits until the next request may leave.
    async fn turn(&self) {
        if let Some(pace) = &self.0.settings.pace {
            pace.turn().await;
        }
    }

    /// What must not be sent does not leave, whoever asks for it: the plan refuses it earlier, where
    /// the method is known.
    fn check_method(&self, method: &str) -> Result<(), TransportError> {
        match &self.0.settings.allow {
            Some(allow) if !allow.iter().any(|each| each == method) => {
                let message = format!("`{method}` may not be sent: `allow` has {}", allow.join(", "));
                Err(TransportError::new(TransportErrorKind::Build, message))
            }
            _ => Ok(()),
        }
    }

    fn carrier_for(&self, is_secure: bool) -> Result<Carrier<'_>, TransportError> {
        let Inner { settings, plain, proxied, secure, .. } = &*self.0;
        if !is_secure && settings.proxy.is_none() {
            let plain = plain.get_or_init(|| Plain::new(&settings.user_agent));
            return plain.as_ref().map(Carrier::Plain).map_err(Clone::clone);
        }
        let cell = if is_secure { secure } else { proxied };
        let client = cell.get_or_init(|| build(settings, is_secure));
        client.as_ref().map(Carrier::Layered).map_err(Clone::clone)
    }
}

/// A server may have closed a kept-alive connection while an answer was judged. On a runtime of one
/// thread nobody has looked meanwhile, and the request would be sent to nobody.
async fn let_connections_be_polled() {
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        yield_now().await;
    }
}

/// What is noted about a request that was sent a second time.
const RESENT: &str = "sent twice: the server had closed the kept-alive connection before it answered";

/// RFC 9110 §9.2.2.
fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE" | "TRACE")
}

/// One attempt through reqwest.
async fn attempt(
    client: &reqwest::Client,
    outgoing: Outgoing,
    context: &Context<'_>,
    deadline: Instant,
    timeout: Duration,
) -> Result<Answer, TransportError> {
    let begun = Instant::now();
    let response = match timeout_at(deadline, client.execute(outgoing.into_reqwest()?)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(context.explain(&error.without_url())),
        // Connecting that lasts longer than its own time-out has ended: then it lost against
        // another connection, on which the answer is missing.
        Err(_) if so_far() == Connecting::Begun && begun.elapsed() < context.connect_timeout => {
            return Err(context.connect_timeout(timeout));
        }
        Err(_) => return Err(context.answer_timeout(timeout)),
    };
    Arriving::Layered(response).receive(context, deadline, timeout).await
}

fn build(settings: &ClientSettings, is_secure: bool) -> Result<reqwest::Client, TransportError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(settings.user_agent.as_str())
        .connect_timeout(settings.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .http1_max_headers(MAX_LINES)
        .http2_max_header_list_size(u32::try_from(settings.limits.headers).unwrap_or(u32::MAX))
        .connector_layer(MapFutureLayer::new(announce));
    if let Some(proxy) = &settings.proxy {
        let proxy = Proxy::all(proxy.as_str());
        builder = builder.proxy(proxy.map_err(|error| unusable("the proxy's URL", &error.without_url()))?);
    }
    if !is_secure {
        // A proxy is spoken to in TLS when its URL says so, with the platform's certificates.
        if !settings.proxy.as_ref().is_some_and(|proxy| proxy.starts_with("https:")) {
            builder = builder.tls_certs_only([]);
        }
        return builder.build().map_err(|error| unusable("the settings", &error));
    }
    if let Some(pem) = &settings.authorities {
        let certificates = Certificate::from_pem_bundle(pem);
        let certificates = certificates.map_err(|error| unusable("the certificates of `tls.ca`", &error))?;
        if certificates.is_empty() {
            let message = "`tls.ca` holds no certificate in PEM form";
            return Err(TransportError::new(TransportErrorKind::Tls, message));
        }
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(pem) = &settings.identity {
        let identity = Identity::from_pem(pem.expose_secret().as_bytes());
        let identity = identity.map_err(|error| unusable("`tls.cert` and `tls.key`", &error))?;
        builder = builder.identity(identity);
    }
    let builder = builder.tls_danger_accept_invalid_certs(settings.insecure);
    builder.build().map_err(|error| unusable("the TLS settings", &error))
}

fn unusable(what: &str, error: &reqwest::Error) -> TransportError {
    let message = format!("{what} cannot be used: {}", super::error::cause(error));
    TransportError::new(TransportErrorKind::Tls, message)
}

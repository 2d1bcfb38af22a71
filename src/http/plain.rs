//! HTTP/1.1 without TLS and without a proxy, on hyper itself: the layers that reqwest puts around it take
//! longer than building a request and judging its answer.

use super::deadline::timeout_at;
use super::error::{Context, MAX_LINES, NoAddress, TransportError, TransportErrorKind};
use super::incoming::{Answer, Arriving};
use super::outgoing::Outgoing;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use reqwest::header::{ACCEPT, HOST, HeaderValue, USER_AGENT};
use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{self, Poll};
use std::time::Duration;
use std::vec;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower::{Service, ServiceExt};

/// A connection that was idle for longer is not used any more; reqwest's figure.
const MAX_IDLE: Duration = Duration::from_secs(90);

/// How long a connection is silent before the peer is asked whether it is there, the time between the
/// questions, and how many of them are asked; reqwest's figures.
const KEEP_ALIVE: (Duration, Duration, u32) = (Duration::from_secs(15), Duration::from_secs(15), 3);

/// How long sent bytes may be unacknowledged; reqwest's figure.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Sends requests to `http:` URLs and keeps the connections.
pub(super) struct Plain {
    connector: HttpConnector<Resolver>,
    idle: Arc<Idle>,
    user_agent: HeaderValue,
}

type Sender = SendRequest<Content>;
type Connecting =
    Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, Box<dyn Error + Send + Sync>>> + Send>>;

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plain")
    }
}

impl Plain {
    /// Makes a client; nothing is connected before the first request.
    ///
    /// # Errors
    /// When `user_agent` cannot be sent.
    pub(super) fn new(user_agent: &str) -> Result<Self, TransportError> {
        let mut connector = HttpConnector::new_with_resolver(Resolver);
        let (time, interval, retries) = KEEP_ALIVE;
        connector.set_keepalive(Some(time));
        connector.set_keepalive_interval(Some(interval));
        connector.set_keepalive_retries(Some(retries));
        connector.set_nodelay(true);
        #[cfg(target_os = "linux")]
        connector.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        let user_agent = HeaderValue::from_str(user_agent).map_err(|error| {
            let message = format!("the settings cannot be used: {error}");
            TransportError::new(TransportErrorKind::Build, message)
        })?;
        Ok(Self { connector, idle: Arc::default(), user_agent })
    }

    /// Sends a request and receives what comes, and says whether the connection had served earlier
    /// requests.
    pub(super) async fn attempt(
        &self,
        outgoing: Outgoing,
        context: &Context<'_>,
        deadline: Instant,
        timeout: Duration,
    ) -> (Result<Answer, TransportError>, bool) {
        let authority = outgoing.authority.clone();
        let mut request = match self.request(outgoing) {
            Ok(request) => request,
            Err(reason) => return (Err(context.unbuildable(&reason)), false),
        };
        loop {
            let (mut sender, is_kept_alive) = match self.idle.take(&authority) {
                Some(sender) => (sender, true),
                None => match self.connect(&authority, context, deadline, timeout).await {
                    Ok(sender) => (sender, false),
                    Err(error) => return (Err(error), false),
                },
            };
            let response = match timeout_at(deadline, sender.try_send_request(request)).await {
                Err(_) => return (Err(context.answer_timeout(timeout)), is_kept_alive),
                Ok(Ok(response)) => response,
                Ok(Err(mut error)) => match error.take_message() {
                    // Nothing of it was sent: the connection had been closed.
                    Some(unsent) if is_kept_alive => {
                        request = unsent;
                        continue;
                    }
                    _ => return (Err(context.explain_exchange(&error.into_error())), is_kept_alive),
                },
            };
            let answer = Arriving::Bare(response).receive(context, deadline, timeout).await;
            if answer.as_ref().is_ok_and(Answer::is_whole) {
                self.idle.put(authority, sender);
            }
            return (answer, is_kept_alive);
        }
    }

    fn request(&self, outgoing: Outgoing) -> Result<hyper::Request<Content>, String> {
        let Outgoing { method, authority, target, mut headers, body, .. } = outgoing;
        // The order of reqwest.
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.entry(USER_AGENT).or_insert_with(|| self.user_agent.clone());
        if !headers.contains_key(HOST) {
            let host = HeaderValue::from_maybe_shared(Bytes::from(authority));
            headers.insert(HOST, host.map_err(|error| error.to_string())?);
        }
        let mut request = hyper::Request::new(Content(body));
        *request.method_mut() = method;
        *request.uri_mut() =
            target.parse().map_err(|error: hyper::http::uri::InvalidUri| error.to_string())?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn connecting(&self, url: hyper::Uri) -> Connecting {
        let connector = self.connector.clone();
        Box::pin(async move { Ok(connector.oneshot(url).await?) })
    }

    async fn connect(
        &self,
        authority: &str,
        context: &Context<'_>,
        deadline: Instant,
        timeout: Duration,
    ) -> Result<Sender, TransportError> {
        let url: hyper::Uri = format!("http://{authority}/")
            .parse()
            .map_err(|error: hyper::http::uri::InvalidUri| context.unbuildable(&error.to_string()))?;
        let until = Instant::now().checked_add(context.connect_timeout).unwrap_or(deadline);
        let connection = match timeout_at(deadline.min(until), self.connecting(url)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(error)) => return Err(context.explain_connect(&*error)),
            Err(_) if deadline <= until => return Err(context.connect_timeout(timeout)),
            Err(_) => return Err(context.connect_timeout(context.connect_timeout)),
        };
        let shaken = http1::Builder::new().max_headers(MAX_LINES).handshake(connection).await;
        let (sender, connection) = shaken.map_err(|error| context.explain_exchange(&error))?;
        // What ends it badly is told to the request that waits for it.
        tokio::spawn(async { drop(connection.with_upgrades().await) });
        Ok(sender)
    }
}

/// Asks the system for the addresses of a name, and marks its failures.
#[derive(Clone)]
struct Resolver;

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = NoAddress;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, NoAddress>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), NoAddress>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let name = (name.as_str().to_owned(), 0);
        Box::pin(async move {
            let found = tokio::net::lookup_host(name).await.map_err(NoAddress)?;
            Ok(found.collect::<Vec<_>>().into_iter())
        })
    }
}

/// The connections that wait for a request, by authority, the one that served last at the end.
#[derive(Default)]
struct Idle(Mutex<HashMap<String, Vec<(Sender, Instant)>>>);

impl Idle {
    fn take(&self, authority: &str) -> Option<Sender> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle.get_mut(authority)?;
        while let Some((sender, since)) = waiting.pop() {
            if sender.is_ready() && since.elapsed() < MAX_IDLE {
                return Some(sender);
            }
        }
        None
    }

    /// Keeps a connection once it is ready for a request: a server may answer before it has read all.
    fn put(self: &Arc<Self>, authority: String, mut sender: Sender) {
        if sender.is_ready() {
            return self.keep(authority, sender);
        }
        let idle = Arc::clone(self);
        tokio::spawn(async move {
            if sender.ready().await.is_ok() {
                idle.keep(authority, sender);
            }
        });
    }

    fn keep(&self, authority: String, sender: Sender) {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(authority).or_default().push((sender, Instant::now()));
    }
}

/// A request's content, sent as one part.
struct Content(Option<Bytes>);

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.0.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}

use super::answer::{Instance, answer};
use super::listen::Connections;
use super::log::LogEntry;
use super::outgoing::Outgoing;
use super::problem::Problem;
use super::{IssuedTokens, Rules};
use crate::exchange::{Headers, Request};
use crate::source::Source;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long a client may take to send a request's content.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How long stopping waits for requests that are being answered.
const GRACE: Duration = Duration::from_millis(500);

/// A running mock: one listener over one instance of the state.
///
/// Any number of them may run in a process; they share what their rules and tokens are made of and
/// nothing else. Dropping one stops it too, without waiting.
#[derive(Debug)]
pub struct MockServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Ends the accepting of connections, and each connection behind its current request.
    stopping: CancellationToken,
    /// Breaks every connection off.
    closing: CancellationToken,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    rules: Arc<Rules>,
    tokens: Arc<IssuedTokens>,
    instance: Mutex<Instance>,
}

impl MockServer {
    /// Starts a mock with the rules' initial state; port 0 takes a free one. Needs a Tokio runtime
    /// with time and I/O, which the connections live on.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub async fn start(rules: Arc<Rules>, tokens: Arc<IssuedTokens>, listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let instance = Mutex::new(Instance::new(&rules));
        let shared = Arc::new(Shared { rules, tokens, instance });
        let (stopping, closing) = (CancellationToken::new(), CancellationToken::new());
        let connections = Connections::new(listener, closing.clone());
        let router = axum::Router::new().fallback(handle).with_state(Arc::clone(&shared));
        let serving =
            axum::serve(connections, router).with_graceful_shutdown(stopping.clone().cancelled_owned());
        let task = tokio::spawn(async move {
            // It never fails: what goes wrong on one connection ends that connection.
            let _ = serving.await;
        });
        Ok(Self { shared, address, stopping, closing, task })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end; paths of the document stand right behind it.
    pub fn base_url(&self) -> String {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.address.port()))
    }

    /// Replaces the state by a fresh copy of the initial one; clock and ids start again. Issued
    /// tokens and the log stay.
    pub fn reset(&self) {
        self.shared.instance().reset(&self.shared.rules);
    }

    /// The last thousand requests, oldest first; those that the mock could not answer by its rules
    /// say why.
    pub fn log(&self) -> Vec<LogEntry> {
        self.shared.instance().log()
    }

    /// The last request, if the mock could not answer it by its rules.
    pub fn last_problem(&self) -> Option<LogEntry> {
        self.shared.instance().last().filter(|entry| entry.problem.is_some()).cloned()
    }

    /// The rules file.
    pub fn source(&self) -> &Arc<Source> {
        &self.shared.rules.source
    }

    /// Stops listening, lets requests that are being answered finish for half a second, and breaks
    /// off whatever connection is open then. No task is left behind.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        if timeout(GRACE, &mut self.task).await.is_err() {
            self.closing.cancel();
            // Only a panic in axum's loop could make this an error, and then the task has ended too.
            let _ = (&mut self.task).await;
        }
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.stopping.cancel();
        self.closing.cancel();
    }
}

impl Shared {
    /// The instance is replaced as a whole, at the end of a request: it is sound whatever happened
    /// to a thread that held it.
    fn instance(&self) -> MutexGuard<'_, Instance> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let limit = shared.rules.limits.body;
    let content = match timeout(BODY_TIME, to_bytes(body, usize::try_from(limit).unwrap_or(usize::MAX))).await
    {
        Ok(Ok(content)) => Ok(content),
        Ok(Err(error)) if is_too_long(&error) => {
            Err(Problem::new(413, format!("the content is longer than the limit `body` of {limit} bytes")))
        }
        Ok(Err(_)) => Err(Problem::new(400, "the content ends before its declared end")),
        Err(_) => Err(Problem::new(408, format!("the content did not come within {BODY_TIME:?}"))),
    };
    let content = match content {
        Ok(content) => content,
        Err(problem) => return respond(shared.instance().refuse(parts.method.as_str(), &target, problem)),
    };
    // RFC 9110 §5.5: octets outside ASCII are opaque; read as ISO 8859-1 none is lost.
    let value =
        |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect::<String>();
    let headers: Headers = parts.headers.iter().map(|(name, line)| (name.as_str(), value(line))).collect();
    let request = Request {
        method: parts.method.as_str().to_owned(),
        url: target,
        headers,
        body: (!content.is_empty()).then(|| content.to_vec()),
    };
    respond(answer(&shared.rules, &shared.tokens, &mut shared.instance(), request, Instant::now()))
}

/// axum's error hides its cause, which is a type of a crate below it.
fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string() == "length limit exceeded" {
            return true;
        }
        cause = error.source();
    }
    false
}

fn respond(outgoing: Outgoing) -> Response {
    let mut response = Response::new(Body::from(outgoing.body));
    *response.status_mut() =
        StatusCode::from_u16(outgoing.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in outgoing.headers.iter() {
        // Names and values were checked when the reply was built.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

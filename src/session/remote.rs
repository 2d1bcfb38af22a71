//! Reads documents and parts of documents from URLs.

use crate::exchange::{Headers, Request, Response};
use crate::http::{Client, ClientSettings};
use crate::limits::Limits;
use crate::openapi::Refusal;
use crate::source::Source;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use url::Url;

/// One text has to come within this time.
const TIMEOUT: Duration = Duration::from_secs(10);

/// And all texts of a run within this: a document may name hundreds of them.
const TOTAL: Duration = Duration::from_secs(60);

/// More redirects in a row lead nowhere.
const MAX_REDIRECTS: usize = 5;

/// Fetches texts from hosts that were allowed, each once.
pub(super) struct Remote {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    known: HashMap<String, Result<Arc<Source>, Refusal>>,
    /// Made for the first URL: most runs have none.
    network: Option<(Runtime, Client)>,
    spent: Duration,
}

/// The host of a URL as it is allowed: with its port where the URL has one.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl Remote {
    pub(super) fn new(limits: &Limits) -> Self {
        // A document is a body here, and may be as large as a file.
        let limits = Limits { body: limits.document, ..limits.clone() };
        Self { limits, state: Mutex::default() }
    }

    /// The text at a URL, whose host is allowed. Redirects are followed within the same host alone.
    pub(super) fn get(&self, url: &Url) -> Result<Arc<Source>, Refusal> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = state.known.get(url.as_str()) {
            return known.clone();
        }
        let begun = Instant::now();
        let outcome = self.fetch(url, &mut state);
        state.spent += begun.elapsed();
        state.known.insert(url.as_str().to_owned(), outcome.clone());
        outcome
    }

    fn fetch(&self, url: &Url, state: &mut State) -> Result<Arc<Source>, Refusal> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refusal("a URL of a document holds no credentials"));
        }
        let Some(left) = TOTAL.checked_sub(state.spent) else {
            return Err(refusal(format!("the documents of this run took {} s already", TOTAL.as_secs())));
        };
        if state.network.is_none() {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| refusal(format!("the network cannot be used: {error}")))?;
            let settings = ClientSettings { limits: self.limits.clone(), ..ClientSettings::default() };
            state.network = Some((runtime, Client::new(settings)));
        }
        let Some((runtime, client)) = &state.network else {
            return Err(refusal("the network cannot be used"));
        };
        // The caller may be a task of another runtime, in which nothing may be waited for.
        let work = || runtime.block_on(self.follow(client, url, TIMEOUT.min(left)));
        let outcome = std::thread::scope(|scope| scope.spawn(work).join());
        outcome.unwrap_or_else(|_| Err(refusal("the network cannot be used")))
    }

    async fn follow(&self, client: &Client, url: &Url, timeout: Duration) -> Result<Arc<Source>, Refusal> {
        let mut at = url.clone();
        at.set_fragment(None);
        for _ in 0..=MAX_REDIRECTS {
            let mut headers = Headers::new();
            headers.push("Accept", "application/json, application/yaml, text/yaml, */*;q=0.8");
            let request = Request { method: "GET".to_owned(), url: at.to_string(), headers, body: None };
            let exchange = client.send(&request, timeout).await;
            let response = exchange.map_err(|error| refusal(error.to_string()))?.response;
            match response.status {
                200 => return text(url, &response),
                301 | 302 | 303 | 307 | 308 => at = redirect(&at, &response)?,
                status => {
                    let words = format!("{status} {}", response.reason);
                    return Err(refusal(format!("`{at}` answers {}", words.trim_end())));
                }
            }
        }
        Err(refusal(format!("`{url}` redirects more than {MAX_REDIRECTS} times")))
    }
}

fn redirect(from: &Url, response: &Response) -> Result<Url, Refusal> {
    let location = response.headers.get("location").unwrap_or_default();
    let Ok(to) = from.join(location) else {
        return Err(refusal(format!("`{from}` redirects to `{location}`, which is no URL")));
    };
    let is_weaker = from.scheme() == "https" && to.scheme() != "https";
    if host_of(&to) != host_of(from) || is_weaker || !matches!(to.scheme(), "http" | "https") {
        return Err(Refusal {
            reason: format!("`{from}` redirects to `{to}`, and no other host is followed to"),
            help: Some("name the URL that it redirects to".to_owned()),
        });
    }
    Ok(to)
}

fn text(url: &Url, response: &Response) -> Result<Arc<Source>, Refusal> {
    if let Some(problem) = response.body.problem() {
        return Err(refusal(format!("`{url}` cannot be read: {problem}")));
    }
    let text =
        response.body.text().map_err(|problem| refusal(format!("`{url}` cannot be read: {problem}")))?;
    Ok(Source::new(url.as_str(), text.strip_prefix('\u{feff}').unwrap_or(text)))
}

fn refusal(reason: impl Into<String>) -> Refusal {
    Refusal { reason: reason.into(), help: None }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // A runtime waits for its end when it is dropped, which is not allowed within another one.
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some((runtime, _)) = state.network.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remote")
    }
}

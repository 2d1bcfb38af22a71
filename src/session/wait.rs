//! Waits until the servers of a run answer.

use super::Session;
use super::load::Destination;
use crate::diagnostic::words;
use crate::exchange::{Headers, Request};
use crate::http::{Client, ClientSettings, TransportErrorKind};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// One try takes no longer than this: a server that hangs while it starts is asked again.
const TRY: Duration = Duration::from_secs(5);

/// The pauses between tries grow from the first to the second.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// Why the run cannot begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// A server did not answer in time: a sentence with what was seen last.
    Unanswered(String),
    /// The run was interrupted.
    Interrupted,
}

impl Session {
    /// Waits until every server of the run has answered something, whatever its status, to a HEAD request for
    /// its base URL, which carries no credentials. On embedded mocks there is nothing to wait for.
    ///
    /// `tell` hears what is waited for, each time that there is something new to say.
    ///
    /// # Errors
    /// [`NotReady`] when the time is over or the run interrupted.
    pub async fn wait_for_targets(
        &self,
        limit: Duration,
        interrupt: &CancellationToken,
        tell: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(), NotReady> {
        let Destination::Urls(target) = &self.destination else { return Ok(()) };
        // `allow` is about what may be done to the API: a look whether it is there is no part of it.
        let settings =
            ClientSettings { connect_timeout: TRY, allow: None, pace: None, ..self.client.clone() };
        let client = Client::new(settings);
        let begun = Instant::now();
        for url in target.urls() {
            let waiting = self.wait_for(&client, url, begun, limit, tell);
            tokio::select! {
                biased;
                () = interrupt.cancelled() => return Err(NotReady::Interrupted),
                answered = waiting => answered?,
            }
        }
        Ok(())
    }

    async fn wait_for(
        &self,
        client: &Client,
        url: &str,
        begun: Instant,
        limit: Duration,
        tell: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(), NotReady> {
        let request = Request {
            method: "HEAD".to_owned(),
            url: url.to_owned(),
            headers: Headers::default(),
            body: None,
        };
        let (mut pause, mut last) = (PAUSES.0, String::new());
        loop {
            let left = limit.saturating_sub(begun.elapsed());
            let error = match client.send(&request, left.clamp(Duration::from_millis(1), TRY)).await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            };
            let url = self.mask(url);
            let seen = self.mask(&error.message);
            if error.kind == TransportErrorKind::Build || begun.elapsed() + pause >= limit {
                let waited = words::time(limit);
                return Err(NotReady::Unanswered(format!("{url} did not answer within {waited}: {seen}")));
            }
            if seen != last {
                tell(&format!("waiting for {url}: {seen}"));
                last = seen;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }
}

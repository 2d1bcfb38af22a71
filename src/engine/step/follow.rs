//! `follow: n`: redirects, as a browser follows them.
//!
//! Source: RFC 9110 §15.4 (redirection), §10.2.2 (`Location`); LANGUAGE S6.

use super::exchange::{First, NoExchange};
use super::report::request_line;
use super::{Sending, StepContext};
use crate::engine::request::url::is_same_origin;
use crate::exchange::{Exchange, Headers, Request};
use crate::http::CookieJar;
use std::time::Duration;
use url::Url;

/// What may go to any origin: what is asked for, and what describes the content.
const HARMLESS: &[&str] =
    &["accept", "accept-language", "user-agent", "content-type", "content-encoding", "content-language"];

/// The fields that describe content, and go with it.
const OF_CONTENT: &[&str] =
    &["content-type", "content-encoding", "content-language", "content-location", "content-length"];

/// The way from one response to the next.
struct Way {
    /// The first request: its origin is the one that its credentials are for.
    first: Request,
    /// The cookies of the first request that were not the jar's.
    own_cookies: Vec<String>,
    /// Whether the jar's cookies go along.
    with_jar: bool,
    /// Whether a request went to another origin: then nothing of the first one's is sent any more.
    has_left: bool,
    latency: Duration,
    notes: Vec<String>,
}

impl StepContext<'_> {
    /// Follows as many redirects as the step allows; the last response is the one that is judged.
    pub(super) async fn follow(
        &self,
        sending: Sending<'_>,
        first: First,
        jar: &mut CookieJar,
    ) -> Result<Exchange, NoExchange> {
        let First { mut exchange, with_jar, client } = first;
        let most = sending.written().follow;
        if most == 0 {
            return Ok(exchange);
        }
        let mut way = Way::from(&exchange.request, with_jar, jar);
        for _ in 0..most {
            let Some(next) = next_url(&exchange) else { break };
            let (status, line) = (exchange.response.status, request_line(&exchange.request));
            jar.store(&exchange.request.url, &exchange.response.headers);
            sending.log.followed(&exchange);
            way.latency += exchange.latency;
            way.notes.append(&mut exchange.notes);
            let request = way.next_request(&exchange, next, jar);
            let hop = format!("{line} answered {status} and led to {} {}", request.method, request.url);
            if !way.notes.contains(&hop) {
                way.notes.push(hop);
            }
            // A certificate is shown to the origin that it was chosen for.
            let client = client.as_ref().filter(|_| !way.has_left);
            exchange = self.transmit(sending, request, client).await.map_err(|mut none| {
                none.fact.notes.append(&mut way.notes);
                none
            })?;
        }
        if let Some(next) = next_url(&exchange) {
            let is_known = |hop: &String| hop.ends_with(&format!(" {next}"));
            let is_circle = next.as_str() == way.first.url || way.notes.iter().any(is_known);
            let words = if is_circle { ": the redirects go in a circle" } else { "" };
            way.notes.push(format!("it leads on to {next}, and `follow: {most}` allows no more{words}"));
        }
        way.notes.append(&mut exchange.notes);
        exchange.notes = way.notes;
        exchange.latency += way.latency;
        Ok(exchange)
    }
}

impl Way {
    fn from(first: &Request, with_jar: bool, jar: &CookieJar) -> Self {
        let pairs = |line: Option<&str>| -> Vec<String> {
            line.into_iter().flat_map(|line| line.split("; ")).map(str::to_owned).collect()
        };
        let of_jar = pairs(jar.header_for(&first.url).filter(|_| with_jar).as_deref());
        let mut own_cookies = pairs(first.headers.get("cookie"));
        own_cookies.retain(|pair| !of_jar.contains(pair));
        Self {
            first: first.clone(),
            own_cookies,
            with_jar,
            has_left: false,
            latency: Duration::ZERO,
            notes: Vec::new(),
        }
    }

    fn next_request(&mut self, last: &Exchange, next: Url, jar: &CookieJar) -> Request {
        let url = String::from(next);
        if !self.has_left && !is_same_origin(&self.first.url, &url) {
            self.has_left = true;
            self.notes.push(
                "at another origin, so without credentials and without the step's own cookies and headers"
                    .to_owned(),
            );
        }
        let method = next_method(&last.request.method, last.response.status);
        let body = last.request.body.clone().filter(|_| method == last.request.method);
        let is_among = |names: &[&str], name: &str| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        let kept = last.request.headers.iter().filter(|(name, _)| {
            !name.eq_ignore_ascii_case("cookie")
                && (!self.has_left || is_among(HARMLESS, name))
                && (method == last.request.method || !is_among(OF_CONTENT, name))
        });
        let mut headers: Headers = kept.collect();
        let cookies = self.cookies(&url, jar);
        if !cookies.is_empty() {
            headers.push("Cookie", cookies.join("; "));
        }
        Request { method, url, headers, body }
    }

    /// The jar's cookies for a URL, and at the first origin those of the step, which replace equal names.
    fn cookies(&self, url: &str, jar: &CookieJar) -> Vec<String> {
        let own: &[String] = if self.has_left { &[] } else { &self.own_cookies };
        let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
        let of_jar = jar.header_for(url).filter(|_| self.with_jar).unwrap_or_default();
        let of_jar = of_jar.split("; ").filter(|pair| !pair.is_empty());
        let of_jar = of_jar.filter(|pair| own.iter().all(|it| name(it) != name(pair)));
        of_jar.map(str::to_owned).chain(own.iter().cloned()).collect()
    }
}

/// Where a response leads to; `None` for one that is no redirect, or leads to no URL of HTTP.
fn next_url(exchange: &Exchange) -> Option<Url> {
    if !matches!(exchange.response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = exchange.response.headers.get("location")?;
    let mut url = Url::parse(&exchange.request.url).ok()?.join(location.trim()).ok()?;
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// A 303 is answered by GET, and a 301 or 302 to a POST too, as browsers do: RFC 9110 §15.4.2 to
/// §15.4.4. A 307 and a 308 keep method and content.
fn next_method(method: &str, status: u16) -> String {
    let becomes_get = match status {
        303 => method != "HEAD",
        301 | 302 => method == "POST",
        _ => false,
    };
    if becomes_get { "GET".to_owned() } else { method.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_change_as_browsers_change_them() {
        let check = |method: &str, status: u16, expected: &str| {
            assert_eq!(next_method(method, status), expected, "{method} {status}");
        };
        for status in [301, 302, 303] {
            check("POST", status, "GET");
            check("GET", status, "GET");
            check("HEAD", status, "HEAD");
        }
        check("PUT", 301, "PUT");
        check("DELETE", 302, "DELETE");
        check("PUT", 303, "GET");
        for method in ["GET", "POST", "PUT"] {
            check(method, 307, method);
            check(method, 308, method);
        }
    }
}

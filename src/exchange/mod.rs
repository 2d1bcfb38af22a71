//! One request as it was sent and the response as it was received: bytes, header lines, timings.
//!
//! Nothing here opens a socket or judges. The response body is decoded and parsed at most once, on
//! first use: see [`Body`].

mod body;
mod headers;

pub use body::{Body, BodyProblem};
pub use headers::Headers;

use std::time::Duration;

/// One request and what came of it.
#[derive(Debug)]
pub struct Exchange {
    /// The request as sent.
    pub request: Request,
    /// The response, when its head was read.
    pub response: Response,
    /// From sending to the last body byte of the final attempt, connecting included.
    pub latency: Duration,
    /// What happened on the way that the reader should know: a token fetched anew, a resend.
    pub notes: Vec<String>,
}

/// A request as sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, in upper case.
    pub method: String,
    /// The target URI, absolute.
    pub url: String,
    /// The header lines that contest set; `Host` and `Content-Length` are the transport's.
    pub headers: Headers,
    /// The content; `None` when there is none, which is not the same as an empty one.
    pub body: Option<Vec<u8>>,
}

/// A response as received.
#[derive(Debug)]
pub struct Response {
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The reason phrase of the status code's registration; empty for an unregistered one.
    pub reason: String,
    /// The header lines, in the order received.
    pub headers: Headers,
    /// The content.
    pub body: Body,
}

impl Response {
    /// `Content-Type` without surrounding space, when there is exactly one line of it.
    pub fn content_type(&self) -> Option<&str> {
        self.headers.get("content-type").map(str::trim)
    }
}

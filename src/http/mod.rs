//! The only network client code: sending a request and receiving the whole response, with limits,
//! time-outs and undone content encodings; cookies, tokens, and the `curl` command that repeats a
//! request.
//!
//! Nothing here judges: a response that is truncated or cannot be decoded is an
//! [`Exchange`](crate::exchange::Exchange) whose body says so, and only what leaves no response at
//! all is a [`TransportError`]. Start reading at [`Client::send`].

mod client;
mod connection;
mod cookies;
mod curl;
mod deadline;
mod decode;
mod error;
mod incoming;
mod measure;
mod outgoing;
mod pace;
mod plain;
mod probe;
mod retry_after;
#[cfg(test)]
mod test_server;
#[cfg(test)]
mod tests;
mod token;
mod token_error;

pub use client::{Client, ClientSettings};
pub use cookies::{CookieJar, response_cookie};
pub use curl::{curl, quote_if_needed};
pub use error::{TransportError, TransportErrorKind};
pub use pace::Pace;
pub use retry_after::retry_after;
pub use token::{ClientAuth, Issued, Token, TokenKey, TokenRequest, TokenSource, Tokens, Told, lifetime_at};
pub use token_error::{TokenError, excerpt};

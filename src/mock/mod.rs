//! The mock: a stateful server of the API that an OpenAPI document describes, driven by a file of
//! rules. Vendor behaviour is data; nothing here knows a vendor.
//!
//! [`Rules::load`] reads the file, [`MockServer::start`] serves it. One request goes: route by the
//! document → authenticate → validate the request → load entities → the first rule whose guard
//! holds → its effects → build the reply → validate the reply by the document → send. Start
//! reading at `answer.rs`, which is all of that without a socket.

mod answer;
mod clock;
#[cfg(test)]
mod content_tests;
mod effects;
mod grant;
mod incoming;
mod listen;
mod log;
mod outgoing;
mod patch;
mod pending;
mod problem;
mod reply;
mod rules;
mod scope;
#[cfg(test)]
mod served;
mod server;
mod shape;
mod state;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod verify;

pub use log::LogEntry;
pub use rules::{RULES, Rules};
pub use server::MockServer;
pub use tokens::IssuedTokens;

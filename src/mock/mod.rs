//! The mock: a server of the API that an OpenAPI document describes, driven by a file of rules.
mod clock;
mod listen;
mod log;
mod outgoing;
mod patch;
mod problem;
mod state;
mod tokens;

pub use log::LogEntry;
pub use tokens::IssuedTokens;

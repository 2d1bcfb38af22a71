//! contest tests that a running HTTP API keeps its OpenAPI contract.
//!
//! People write short YAML scenarios; the OpenAPI document supplies the rest. Data flows one way:
//! documents and scenarios become a plan, the plan exchanges requests and responses, exchanges
//! become findings, findings become events, and reports are written from events.
//!
//! The rooms are described in `ARCHITECTURE.md`.

pub mod baseline;
pub mod check;
pub mod cli;
pub mod clock;
pub mod coverage;
pub mod diagnostic;
pub mod editor;
pub mod engine;
pub mod exchange;
pub mod expression;
pub mod harness;
mod hash;
pub mod http;
pub mod init;
pub mod json;
pub mod limits;
pub mod lint;
pub mod mock;
pub mod openapi;
pub mod plan;
pub mod report;
pub mod sample;
pub mod scenario;
pub mod secret;
pub mod session;
pub mod source;
pub mod strength;
pub mod yaml;

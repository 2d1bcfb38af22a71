//! What people and machines read: each format consumes [`Event`](crate::engine::Event)s and writes
//! to a `Write`; none decides a verdict or works out a fact that the engine knew.
//!
//! [`snippet`] renders findings and diagnostics with the places they point at, and is used by every
//! report that shows them as text. [`Terminal`] is the report people watch; [`Progress`] is the
//! line below it while the run goes on.

mod attempts;
mod check;
mod coverage;
mod curl;
mod dry_run;
mod excerpt;
mod fingerprint;
mod format;
mod github;
mod gitlab;
mod har;
mod html;
mod json;
mod junit;
mod links;
mod list;
mod markdown;
mod ndjson;
mod picture;
mod plain;
mod progress;
pub mod record;
mod sarif;
pub mod snippet;
mod strength;
mod strength_json;
mod style;
mod summary;
mod tap;
mod terminal;
mod text;
mod timing;
mod trace;
mod window;
mod wire;

pub use check::{CheckCounts, render_check};
pub use coverage::{render_coverage, render_shortfalls};
pub use dry_run::DryRun;
pub use format::Format;
pub use links::{Links, supports_links};
pub use list::{ListedCase, ListedFile, ListedOperation, ListedScenario, Listing};
pub use progress::Progress;
pub use record::{Recorder, RunRecord};
pub use strength::render_strength;
pub use style::Style;
pub use terminal::{Terminal, Verbosity, render_case};
pub use text::render_error;
pub use trace::Trace;
pub use wire::{render_answer, render_request};

#[cfg(test)]
mod fixtures;

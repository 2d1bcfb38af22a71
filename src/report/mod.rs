//! What people and machines read: each format consumes [`Event`](crate::engine::Event)s and writes
//! to a `Write`; none decides a verdict or works out a fact that the engine knew.
//!
//! [`snippet`] renders findings and diagnostics with the places they point at, and is used by every
//! report that shows them as text. [`Terminal`] is the report people watch; [`Progress`] is the
//! line below it while the run goes on.

mod check;
mod coverage;
mod curl;
mod dry_run;
mod format;
mod list;
pub mod record;
pub mod snippet;
mod style;
mod terminal;
mod text;
mod trace;

pub use check::{CheckCounts, render_check, render_strength};
pub use coverage::{render_coverage, render_shortfalls};
pub use dry_run::DryRun;
pub use format::Format;
pub use list::{ListedCase, ListedFile, ListedOperation, ListedScenario, Listing};
pub use record::{Recorder, RunRecord};
pub use style::Style;
pub use terminal::{
    Links, Progress, Terminal, Verbosity, render_answer, render_case, render_request, supports_links,
};
pub use text::render_error;
pub use trace::Trace;

#[cfg(test)]
mod fixtures;

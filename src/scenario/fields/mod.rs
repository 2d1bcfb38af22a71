//! The keys of `contest.yaml` and of scenario files: what each holds and what it is for.
//!
//! A key is one line here. The order of a table is the one in which `contest fmt` writes its keys; the
//! JSON Schemas of `contest schema` and `docs/reference/keys.md` are made from the same lines, and a test
//! holds them to the readers. [`FILE`] and [`PROJECT`] lead to all others.

mod baseline;
mod coverage;
mod expect;
mod file;
mod project;
mod settings;
mod step;

pub use baseline::BASELINE;
pub(super) use coverage::FAIL_UNDER;
pub(super) use expect::EXPECT;
pub use expect::OPERATORS;
pub(super) use file::FLOW;
pub use file::{FILE, SCENARIO};
pub use project::{PROJECT, REPORTS};
pub use settings::CONTRACT_RULE;
pub(super) use step::STEP;

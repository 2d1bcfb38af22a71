//! Scenarios and documents become cases with resolved operations; everything that can be checked
//! without sending is checked here.
//!
//! A [`Case`] names real operations or does not exist: [`plan`] reports every problem of every file
//! and leaves out nothing silently. Start there.

mod auth;
mod case;
mod content;
mod operation;
mod references;
mod request;
mod rules;
mod schema;
mod select;
mod settings;
mod status;
mod step;
mod used;

#[cfg(test)]
mod tests;

pub use case::{Attached, Case, Plan, PlannedApi, PlannedAuth, PlannedScenario, PlannedStep};
pub use schema::SchemaFiles;
pub use select::{Selection, SelectorTally, Shard, ShardError, TagError, TagExpression};
pub use step::{PlanInput, plan};
pub use used::UsedNames;

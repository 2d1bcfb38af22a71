//! Scenarios and documents become cases with resolved operations; everything that can be checked
//! without sending is checked here.
//!
//! A [`Case`] names real operations or does not exist: [`plan`] reports every problem of every file
//! and leaves out nothing silently. Start there.

mod again;
mod allow;
mod auth;
mod case;
mod content;
mod flow;
mod login;
mod once;
mod operation;
mod parts;
mod planned;
mod planner;
mod references;
mod request;
mod rules;
mod schema;
mod select;
mod settings;
mod status;
mod step;
mod url;
mod used;

#[cfg(test)]
mod tests;

pub use again::PlannedRetry;
pub use allow::check_allowed;
pub use case::{Case, Plan, PlannedApi, PlannedOnce, PlannedScenario};
pub use login::{Logins, PlannedLogin};
pub use parts::{PartsError, outgoing_parts};
pub use planned::{
    Attached, PlannedAction, PlannedAuth, PlannedCall, PlannedFlow, PlannedFlowCall, PlannedRequest,
    PlannedSend, PlannedStep, PlannedTarget,
};
pub use planner::{PlanInput, plan};
pub use schema::SchemaFiles;
pub use select::{Selection, SelectorTally, Shard, ShardError, TagError, TagExpression, matches_pattern};
pub use settings::nullable_of;

pub use used::UsedNames;

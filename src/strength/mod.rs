//! How strong a contract is: the share of wrong answers that its schemas would notice.
//!
//! For each documented response a valid body is made, then changed in one place at a time, as an API
//! that goes wrong would change it; the schema notices a change or does not. What it lets through is
//! counted at the line of the document that could be tightened. Start with [`measure`].

mod change;
mod measure;

#[cfg(test)]
mod tests;

pub use change::Kind;
pub use measure::{OperationStrength, Strength, Unmeasured, Weakness, measure};

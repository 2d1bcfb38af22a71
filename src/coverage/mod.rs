//! Coverage of documents by what was really exchanged: what there is to cover, what one exchange covers,
//! and what a run has left uncovered.
//!
//! Start with [`Universe::of`], ask [`Universe::observe`] of each exchange, and add up with [`Tally`].

mod item;
mod json;
mod observe;
mod result;
mod shape;
mod steps;
#[cfg(test)]
mod tests;
mod threshold;
mod universe;

pub use item::{Dimension, Item};
pub use observe::{Observed, Undocumented};
pub use result::{Count, Counts, Coverage, DocumentCoverage, Gap, OperationCoverage, Tally};
pub use threshold::{Shortfall, Thresholds, percent_words};
pub use universe::{ApiToCover, Universe};

/// How coverage is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoverageSettings {
    /// For so many gaps of each document a step is drafted that would cover it.
    pub steps: usize,
}

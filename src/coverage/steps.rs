//! Steps that would cover what was not.

use super::result::Coverage;
use super::universe::Universe;

impl Universe {
    /// Drafts a step for the first gaps of each document, at most `most`.
    pub fn draft_steps(&self, _coverage: &mut Coverage, _most: usize) {}
}

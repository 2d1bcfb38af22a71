//! What one worker takes at a time: a case, or all cases of a file that has steps around them.

use crate::plan::{Case, PlannedOnce};
use std::collections::HashMap;
use std::sync::Arc;

/// Cases that one worker runs one after another, by their indices in all rounds.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) struct Unit {
    /// Never empty.
    pub(in crate::engine) cases: Vec<usize>,
}

/// Parts a sequence of cases into units, each at the place of its first case.
///
/// The cases of a file with `setupOnce` share what it makes, on an embedded mock the whole state, so that
/// none of them runs at the same time as another: whatever the number of workers, they see the same.
pub(in crate::engine) fn units(sequence: Vec<usize>, cases: &[Case]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(sequence.len());
    let mut of_file: HashMap<*const PlannedOnce, usize> = HashMap::new();
    for index in sequence {
        let once = cases[index % cases.len()].scenario.once.as_ref();
        let unit = once.map(|once| *of_file.entry(Arc::as_ptr(once)).or_insert(units.len()));
        match unit.and_then(|unit| units.get_mut(unit)) {
            Some(unit) => unit.cases.push(index),
            None => units.push(Unit { cases: vec![index] }),
        }
    }
    units
}

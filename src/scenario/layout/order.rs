//! The order of keys: that of the reference.

use crate::scenario::fields::{EXPECT, FILE, FLOW, SCENARIO, STEP};
use crate::yaml::{Entry, Fields};

/// What a map or a list is for, and so in which order its keys stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    File,
    /// The map from names to scenarios, whose order is that of the cases.
    Scenarios,
    Scenario,
    Flows,
    Flow,
    /// A list of steps, or one of them.
    Steps,
    Expect,
    /// Data, whose order may matter.
    Other,
}

impl Place {
    /// What the value of a key is for.
    pub(super) fn of_key(self, key: &str) -> Self {
        match (self, key) {
            (Self::File, "scenarios") => Self::Scenarios,
            (Self::File, "flows") => Self::Flows,
            (Self::Scenarios, _) => Self::Scenario,
            (Self::Flows, _) => Self::Flow,
            (Self::File, "setup" | "teardown" | "setupOnce" | "teardownOnce")
            | (Self::Scenario, "setup" | "steps" | "teardown")
            | (Self::Flow, "steps")
            | (Self::Steps, "cleanup") => Self::Steps,
            (Self::Steps, "expect") => Self::Expect,
            _ => Self::Other,
        }
    }

    /// What the elements of a list are for.
    pub(super) fn of_element(self) -> Self {
        match self {
            Self::Steps => Self::Steps,
            _ => Self::Other,
        }
    }

    fn fields(self) -> Option<&'static Fields> {
        match self {
            Self::File => Some(&FILE),
            Self::Scenario => Some(&SCENARIO),
            Self::Flow => Some(&FLOW),
            Self::Steps => Some(&STEP),
            Self::Expect => Some(&EXPECT),
            Self::Scenarios | Self::Flows | Self::Other => None,
        }
    }

    /// Whether the order of its keys has no meaning.
    pub(super) fn is_ordered_by_reference(self) -> bool {
        self.fields().is_some()
    }

    /// The entries' indices in the order of the reference; a key that it does not know stays behind the
    /// one it is written behind.
    pub(super) fn order(self, entries: &[Entry]) -> Vec<usize> {
        let mut rank = 0;
        let ranks = entries.iter().map(|entry| {
            if let Some(known) = self.fields().and_then(|fields| fields.position(&entry.key)) {
                rank = known;
            }
            rank
        });
        let ranks: Vec<usize> = ranks.collect();
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by_key(|index| ranks[*index]);
        order
    }
}

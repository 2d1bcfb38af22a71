//! The order of keys: that of the reference.

use crate::yaml::Entry;

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

const FILE: &[&str] = &[
    "contest",
    "title",
    "description",
    "api",
    "auth",
    "contract",
    "timeouts",
    "retry",
    "tags",
    "headers",
    "inputs",
    "vars",
    "setupOnce",
    "setup",
    "teardown",
    "teardownOnce",
    "flows",
    "scenarios",
];

const SCENARIO: &[&str] = &[
    "title",
    "description",
    "inputs",
    "tags",
    "auth",
    "contract",
    "timeouts",
    "retry",
    "headers",
    "vars",
    "rows",
    "lock",
    "exclusive",
    "skip",
    "xfail",
    "setup",
    "steps",
    "teardown",
];

const FLOW: &[&str] = &["title", "description", "inputs", "vars", "steps", "outputs"];

const STEP: &[&str] = &[
    "id",
    "title",
    "skip",
    "xfail",
    "when",
    "call",
    "send",
    "flow",
    "pause",
    "with",
    "url",
    "path",
    "query",
    "headers",
    "cookies",
    "body",
    "form",
    "multipart",
    "rawBody",
    "replace",
    "contentType",
    "auth",
    "sends",
    "retry",
    "poll",
    "repeat",
    "follow",
    "timeout",
    "always",
    "save",
    "expect",
    "cleanup",
];

const EXPECT: &[&str] = &["status", "contract", "headers", "body", "bytes", "jsonpath", "assert", "within"];

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

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::File => FILE,
            Self::Scenario => SCENARIO,
            Self::Flow => FLOW,
            Self::Steps => STEP,
            Self::Expect => EXPECT,
            Self::Scenarios | Self::Flows | Self::Other => &[],
        }
    }

    /// Whether the order of its keys has no meaning.
    pub(super) fn is_ordered_by_reference(self) -> bool {
        !self.keys().is_empty()
    }

    /// The entries' indices in the order of the reference; a key that it does not know stays behind the
    /// one it is written behind.
    pub(super) fn order(self, entries: &[Entry]) -> Vec<usize> {
        let mut rank = 0;
        let ranks = entries.iter().map(|entry| {
            if let Some(known) = self.keys().iter().position(|key| *key == entry.key) {
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

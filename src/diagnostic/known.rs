use serde::{Deserialize, Serialize};

/// Why a finding fails nothing: an entry of `contest.baseline.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// What is known of the fault.
    pub reason: String,
    /// Where it is tracked: a number, a key or a link.
    pub issue: Option<String>,
    /// The baseline's path as people know it.
    pub file: String,
    /// The line of the entry, from 1.
    pub line: u32,
}

impl Known {
    /// The reason, and the issue where one is given: `totals are texts (SHOP-12)`.
    pub fn words(&self) -> String {
        match &self.issue {
            Some(issue) => format!("{} ({issue})", self.reason),
            None => self.reason.clone(),
        }
    }

    /// Where the entry stands: `contest.baseline.yaml:4`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

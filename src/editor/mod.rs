//! JSON Schemas by which an editor completes and validates what people write: `contest.yaml`, scenario
//! files, rules of mocks, overlays; as they are, or specialised to the documents of a project.
//!
//! Draft 7, which YAML language servers read best. Start with [`schema`]; what a key holds and what it is
//! for stands in the tables of the readers ([`Fields`]), and only there.

mod facts;
mod named;
mod operation;
mod project;
#[cfg(test)]
mod tests;
mod values;
mod write;

pub use project::{Specialised, project_schema};

use crate::json::Value;
use crate::mock::RULES;
use crate::openapi::OVERLAY;
use crate::scenario::{BASELINE, FILE, PROJECT};
use crate::yaml::Fields;

/// The dialect of every schema that is made.
///
/// Source: JSON Schema Draft 7, "Core", §7.
const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// The kinds of files that people write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `contest.yaml`.
    Project,
    /// `*.contest.yaml`.
    Scenario,
    /// `*.mock.yaml`.
    Mock,
    /// `*.overlay.yaml`.
    Overlay,
    /// `contest.baseline.yaml`.
    Baseline,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Project, Self::Scenario, Self::Mock, Self::Overlay, Self::Baseline];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Scenario => "scenario",
            Self::Mock => "mock",
            Self::Overlay => "overlay",
            Self::Baseline => "baseline",
        }
    }

    /// The keys of the whole file.
    pub fn fields(self) -> &'static Fields {
        match self {
            Self::Project => &PROJECT,
            Self::Scenario => &FILE,
            Self::Mock => &RULES,
            Self::Overlay => &OVERLAY,
            Self::Baseline => &BASELINE,
        }
    }
}

/// The JSON Schema of a kind of files, for any project.
pub fn schema(kind: FileKind) -> Value {
    write::write(kind.fields())
}

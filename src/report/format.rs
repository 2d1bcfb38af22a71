use super::record::RunRecord;
use super::{json, ndjson};
use crate::engine::Event;
use std::io::{self, Write};

/// A form in which a run is written for machines or for people elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One JSON document, which is read again: `schemas/report.schema.json`.
    Json,
    /// A line of JSON an event, written while it runs: `schemas/report-events.schema.json`.
    Ndjson,
}

impl Format {
    /// Every format, in the order in which they are listed.
    pub const ALL: &[Self] = &[Self::Json, Self::Ndjson];

    /// The word for it, as in `--report junit=PATH`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// The format of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }

    /// What it is, for help texts.
    pub fn about(self) -> &'static str {
        match self {
            Self::Json => "one JSON document, which `contest report` reads again",
            Self::Ndjson => "a line of JSON an event, written while it runs",
        }
    }

    /// Whether it shows every request and response, so that the run has to keep them.
    pub fn keeps_exchanges(self) -> bool {
        match self {
            Self::Json => true,
            Self::Ndjson => false,
        }
    }

    /// Whether it grows with every event; of the others the whole is written anew.
    pub fn is_live(self) -> bool {
        self == Self::Ndjson
    }

    /// What an event adds to a report that [is live](Self::is_live); nothing to any other.
    ///
    /// # Errors
    /// When it cannot be put into words, which cannot happen to an event of a run.
    pub fn line(self, event: &Event) -> io::Result<Option<Vec<u8>>> {
        if self.is_live() { ndjson::line(event) } else { Ok(None) }
    }

    /// Writes a run in this format.
    ///
    /// # Errors
    /// What the writer answers.
    pub fn write(self, run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Json => json::write(run, out),
            Self::Ndjson => ndjson::write(run, out),
        }
    }
}

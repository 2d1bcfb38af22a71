use super::{RunRecord, VERSION, lines};
use serde::Deserialize;

/// Why a text is no report that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON, or cut short.
    #[error("{line}:{column}: it is no JSON: {reason}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// It is JSON of something else.
    #[error("it is no JSON report of contest: it lacks `contest` and `version`, which a report begins with")]
    Foreign,
    /// It is a report in a form that is not known.
    #[error("it is a report of form {version}, by contest {contest}; this contest reads form {VERSION}")]
    Version {
        /// The version of its form.
        version: u64,
        /// The version of contest that it names.
        contest: String,
    },
    /// A member is not as the schema says.
    #[error("{line}:{column}: {}{reason}", of_member(path))]
    Member {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The way to the member, `cases[3].verdict`; `.` is the whole.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn of_member(path: &str) -> String {
    if path == "." { String::new() } else { format!("`{path}`: ") }
}

impl ReadError {
    /// Whether its words begin with a line and a column.
    pub fn has_place(&self) -> bool {
        match self {
            Self::NotJson { .. } | Self::Member { .. } => true,
            Self::Foreign | Self::Version { .. } => false,
        }
    }
}

/// What tells lines of events.
#[derive(Deserialize)]
struct First {
    event: String,
}

/// What tells a report from other JSON.
#[derive(Deserialize)]
struct Head {
    contest: Option<String>,
    version: Option<u64>,
}

impl RunRecord {
    /// Reads the JSON report, or lines of events; memory and time are linear in its length.
    ///
    /// # Errors
    /// [`ReadError`], when it is none.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let first = text.lines().next().unwrap_or_default();
        if serde_json::from_str(first).is_ok_and(|first: First| first.event == "run-started") {
            return lines::read(text);
        }
        let head = serde_json::from_str(text).or_else(|error: serde_json::Error| match error.is_data() {
            true => Ok(Head { contest: None, version: None }),
            false => {
                let (line, column) = (error.line(), error.column());
                Err(ReadError::NotJson { line, column, reason: reason_of(&error) })
            }
        })?;
        let Head { contest: Some(contest), version: Some(version) } = head else {
            return Err(ReadError::Foreign);
        };
        if version != u64::from(VERSION) {
            return Err(ReadError::Version { version, contest });
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read: Result<Self, _> = serde_path_to_error::deserialize(&mut deserializer);
        let mut record = read.map_err(|error| {
            let (path, inner) = (error.path().to_string(), error.inner());
            let (line, column) = (inner.line(), inner.column());
            ReadError::Member { line, column, path, reason: reason_of(inner) }
        })?;
        record.cases.iter_mut().enumerate().for_each(|(index, case)| case.index = index);
        Ok(record)
    }
}

/// What is wrong, without the place, which stands before it.
pub(super) fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

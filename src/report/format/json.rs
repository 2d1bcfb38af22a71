//! The JSON report: the record of a run as one document, `schemas/report.schema.json`.

use crate::report::RunRecord;
use std::io::{self, Write};

/// Writes a run as one JSON document, a case a line, so that it can be read without a program and searched by
/// lines; ends with a line end.
///
/// # Errors
/// What the writer answers.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let mut head = serde_json::to_value(run.head())?;
    let members = head.as_object_mut().map(std::mem::take).unwrap_or_default();
    out.write_all(b"{")?;
    for (name, value) in members.iter().filter(|(name, _)| *name != "cases") {
        write!(out, "\n  {}: ", serde_json::to_string(name)?)?;
        serde_json::to_writer(&mut *out, value)?;
        out.write_all(b",")?;
    }
    out.write_all(b"\n  \"cases\": [")?;
    for (index, case) in run.cases.iter().enumerate() {
        out.write_all(if index > 0 { b",\n    " } else { b"\n    " })?;
        serde_json::to_writer(&mut *out, case)?;
    }
    out.write_all(if run.cases.is_empty() { b"]\n}\n" } else { b"\n  ]\n}\n" })
}

use super::report_request::{ReportRequest, ReportTarget};
use super::write::write_file_with;
use crate::limits::Limits;
use crate::report::RunRecord;
use crate::source::Source;
use std::io::{self, Write};
use std::path::Path;

/// Reads a report that was written as JSON.
///
/// # Errors
/// A sentence that says what is wrong with it, and where.
pub fn read_report(path: &Path, limits: &Limits) -> Result<RunRecord, String> {
    let name = path.display().to_string();
    let source = Source::read(path, name.clone(), limits.report);
    let source = source.map_err(|error| match error {
        crate::source::ReadError::TooLarge { .. } => {
            format!(
                "`{name}` is larger than the limit `report` of {} bytes; --limit report=2GiB raises it",
                limits.report
            )
        }
        error => error.to_string(),
    })?;
    RunRecord::read(source.text()).map_err(|error| match error.has_place() {
        true => format!("{name}:{error}"),
        false => format!("{name}: {error}"),
    })
}

/// Writes a run as one report.
///
/// # Errors
/// A sentence that says why it cannot be written.
pub fn write_report(record: &RunRecord, request: &ReportRequest) -> Result<(), String> {
    let write = || match &request.to {
        ReportTarget::Stdout | ReportTarget::Log => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            request.format.write(record, &mut out)?;
            out.flush()
        }
        ReportTarget::File(path) | ReportTarget::Behind(path) => {
            super::reports::make_folder(path)?;
            write_file_with(path, &mut |out| request.format.write(record, out))
        }
    };
    match write() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let to = match &request.to {
                ReportTarget::Stdout | ReportTarget::Log => "stdout".to_owned(),
                ReportTarget::File(path) | ReportTarget::Behind(path) => format!("`{}`", path.display()),
            };
            Err(format!("the report {} cannot be written to {to}: {error}", request.format.as_str()))
        }
        _ => Ok(()),
    }
}

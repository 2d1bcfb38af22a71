use super::fields::REPORTS;
use super::reader::{Named, Reader};
use crate::diagnostic::Code;
use crate::yaml::{Kind, MapReader, Node};

/// What a job writes without being asked, and need not.
const TURNED_OFF: &str = "github";

/// Reads `reports`, a map from formats to paths.
pub(super) fn read_reports(node: &Node, reader: &mut Reader<'_>) -> Vec<Named<Option<String>>> {
    let Some(mut map) = MapReader::config("`reports`", node, reader.problems) else {
        return Vec::new();
    };
    let mut reports = Vec::new();
    for field in REPORTS.keys {
        let Some(entry) = map.entry(field.key) else { continue };
        match entry.value.as_str() {
            None if field.key == TURNED_OFF && matches!(entry.value.kind, Kind::Bool(false)) => {
                reports.push(entry.named(None));
            }
            Some(path) if !matches!(path, "" | "-") => reports.push(entry.named(Some(path.to_owned()))),
            _ => {
                let message = format!("`{}` is the path of a file", field.key);
                let label = "write a path, as in `out/report`";
                reader.problems.error(Code::CONFIG_INVALID_VALUE, entry.value.span, message, label);
            }
        }
    }
    map.finish(&[], reader.problems);
    reports
}

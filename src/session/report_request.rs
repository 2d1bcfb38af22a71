use super::settings::Variables;
use crate::report::Format;
use crate::scenario::Project;
use crate::yaml::nearest;
use std::path::{Path, PathBuf};

/// A report that is asked for: `--report junit=out/junit.xml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRequest {
    /// Its format.
    pub format: Format,
    /// Where it goes.
    pub to: ReportTarget,
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportTarget {
    /// To stdout, `-`.
    Stdout,
    /// To a file; folders that are not there are made.
    File(PathBuf),
    /// Behind what a file holds already, when the run is over.
    Behind(PathBuf),
    /// Behind what is printed for people, when the run is over.
    Log,
}

/// Which reports a run writes.
#[derive(Clone, Debug, Default)]
pub struct ReportSettings {
    /// Those that were asked for.
    pub requests: Vec<ReportRequest>,
    /// Whether those of the project file are written beside them, but for formats that are asked for.
    pub takes_defaults: bool,
}

impl ReportRequest {
    /// Reads `FORMAT=PATH`.
    ///
    /// # Errors
    /// A sentence that says how it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (word, path) = text.split_once('=').unwrap_or((text, ""));
        let Some(format) = Format::parse(word) else {
            let words = Format::ALL.iter().map(|format| format.as_str());
            return Err(match nearest(word, words.clone()) {
                Some(meant) => format!("there is no format `{word}`; did you mean `{meant}`?"),
                None => format!(
                    "there is no format `{word}`; the formats are {}",
                    words.collect::<Vec<_>>().join(", ")
                ),
            });
        };
        let to = match path {
            "" => return Err(format!("write FORMAT=PATH, as in {word}=out/report, or {word}=- for stdout")),
            "-" => ReportTarget::Stdout,
            path => ReportTarget::File(PathBuf::from(path)),
        };
        Ok(Self { format, to })
    }
}

/// The reports that a run writes, their files below `folder`, or below that of the project file.
///
/// # Errors
/// A sentence that names two that would go to the same place.
pub(super) fn chosen(
    settings: &ReportSettings,
    folder: &Path,
    project: Option<&Project>,
) -> Result<Vec<ReportRequest>, String> {
    let mut chosen: Vec<ReportRequest> = Vec::new();
    for request in &settings.requests {
        let to = match &request.to {
            ReportTarget::File(path) => ReportTarget::File(folder.join(path)),
            to => to.clone(),
        };
        chosen.push(ReportRequest { format: request.format, to });
    }
    let defaults = project.into_iter().filter(|_| settings.takes_defaults).flat_map(|project| {
        project.reports.iter().filter_map(|report| {
            let to = ReportTarget::File(project.folder.join(report.value.as_deref()?));
            Some(ReportRequest { format: Format::parse(&report.name)?, to })
        })
    });
    let is_given = |format| settings.requests.iter().any(|request| request.format == format);
    chosen.extend(defaults.filter(|default| !is_given(default.format)));
    for (index, request) in chosen.iter().enumerate() {
        let Some(other) = chosen[..index].iter().find(|other| other.to == request.to) else { continue };
        let (one, two) = (other.format.as_str(), request.format.as_str());
        return Err(match &request.to {
            ReportTarget::Stdout | ReportTarget::Log => {
                format!("the reports {one} and {two} both go to stdout, which holds one: give one a file")
            }
            ReportTarget::File(path) | ReportTarget::Behind(path) => {
                format!("the reports {one} and {two} both go to `{}`: give one another file", path.display())
            }
        });
    }
    Ok(chosen)
}

/// What a job of GitHub Actions reads without being told: annotations in its log, and its summary.
pub(super) fn of_job(variables: &Variables, project: Option<&Project>) -> Vec<ReportRequest> {
    let is_off = |project: &Project| {
        let name = Format::Github.as_str();
        project.reports.iter().any(|report| report.name == name && report.value.is_none())
    };
    let is_job = variables.get("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    if !is_job || project.is_some_and(is_off) {
        return Vec::new();
    }
    let summary = variables.get("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
    let summary = summary.map(|path| ReportRequest {
        format: Format::Markdown,
        to: ReportTarget::Behind(PathBuf::from(path)),
    });
    let annotations = ReportRequest { format: Format::Github, to: ReportTarget::Log };
    summary.into_iter().chain([annotations]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::REPORTS;

    #[test]
    fn a_request_is_a_format_and_a_path() {
        let file = |path: &str| ReportTarget::File(PathBuf::from(path));
        let to = |text| ReportRequest::parse(text).map(|it| (it.format, it.to));
        assert_eq!(to("json=a=b/c.json"), Ok((Format::Json, file("a=b/c.json"))));
        assert_eq!(to("ndjson=-"), Ok((Format::Ndjson, ReportTarget::Stdout)));
        assert_eq!(to("jsn=x"), Err("there is no format `jsn`; did you mean `json`?".to_owned()));
        for text in ["json", "json=", "=x", "", "pdf=x"] {
            assert!(to(text).is_err(), "{text}");
        }
    }

    #[test]
    fn two_reports_of_one_place_are_refused() {
        let of = |texts: &[&str]| {
            let requests = texts.iter().map(|text| ReportRequest::parse(text).expect("it is well written"));
            let settings = ReportSettings { requests: requests.collect(), takes_defaults: true };
            chosen(&settings, Path::new("/a"), None).map(|all| all.len())
        };
        assert_eq!(of(&["json=-", "ndjson=x"]), Ok(2));
        assert_eq!(
            of(&["json=-", "ndjson=-"]),
            Err("the reports json and ndjson both go to stdout, which holds one: give one a file".to_owned())
        );
        assert!(of(&["json=x", "ndjson=x"]).is_err());
    }

    #[test]
    fn the_project_file_takes_every_format() {
        let keys: Vec<&str> = REPORTS.keys.iter().map(|field| field.key).collect();
        let formats: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
        assert_eq!(keys, formats);
    }
}

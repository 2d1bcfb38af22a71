//! The code quality report of GitLab: a list of findings, which a merge request shows beside its lines.

use super::fingerprint::Fingerprints;
use super::plain;
use crate::report::record::{RunRecord, Weight, WholeFact};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// One finding, with the members that GitLab reads.
#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: Cow<'static, str>,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// Writes the findings; those that are known by an `xfail` are of severity `info`.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let mut issues = Vec::new();
    for case in &run.cases {
        for (step, finding, weight) in case.findings() {
            let place = finding.scenario.as_ref().or(finding.document.as_ref());
            let (path, line) = place.map_or((case.path.as_str(), case.line), |it| (&it.path, it.line));
            let at = finding.response.as_ref().and_then(|it| it.at.as_ref());
            let at = at.map(|at| format!(", in the response at {at}")).unwrap_or_default();
            let text = format!("{}{at} ({})", finding.headline, case.name());
            issues.push(Issue {
                description: plain::visible(&text).replace('\n', " "),
                check_name: finding.code.as_str().into(),
                fingerprint: fingerprints.of(case, step, finding),
                severity: match weight {
                    Weight::Error => "major",
                    Weight::Warning => "minor",
                    Weight::Known => "info",
                },
                // GitLab takes no path that begins with `./`.
                location: Location {
                    path: run.from_root(path.strip_prefix("./").unwrap_or(path)),
                    lines: Lines { begin: line.max(1) },
                },
            });
        }
    }
    for fact in run.whole().into_iter().filter(WholeFact::is_failure) {
        // Every issue has a line of a file: what has none stands where the run begins.
        let first = run.cases.first().map(|case| case.path.as_str());
        let Some(path) = fact.path.as_deref().or(first) else { continue };
        issues.push(Issue {
            description: plain::visible(&format!("{}: {}", fact.name, fact.message())).replace('\n', " "),
            check_name: fact.rule(),
            fingerprint: fingerprints.of_whole(&fact.name),
            severity: "major",
            location: Location {
                path: run.from_root(path.strip_prefix("./").unwrap_or(path)),
                lines: Lines { begin: fact.line.max(1) },
            },
        });
    }
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    out.write_all(b"\n")
}

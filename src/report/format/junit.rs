//! JUnit XML: a test case a case, a test suite a scenario file.
//!
//! There is no one specification. What is written keeps to the schema of Jenkins (`junit-10.xsd` of its xUnit
//! plugin) but for three things that GitLab and other readers look for and that schema lacks: `file` and `line`
//! of a test case, and its `properties`. `tests/schemas/junit.xsd` says all of it.

use super::plain;
use crate::report::record::{CaseRecord, Outcome, RunRecord, Weight, WholeFact};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

/// The cases of one file.
struct Suite<'r> {
    file: &'r str,
    path: &'r str,
    cases: Vec<&'r CaseRecord>,
}

/// Writes the run as one XML document.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(run);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let whole = run.whole();
    let outcomes = run.cases.iter().map(CaseRecord::outcome).chain(whole.iter().map(|fact| fact.outcome));
    let Counts { tests, failures, errors, .. } = counts(outcomes);
    let _ = writeln!(
        text,
        "<testsuites name=\"contest\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" \
         time=\"{}\">",
        seconds(run.elapsed)
    );
    out.write_all(text.as_bytes())?;
    for suite in &suites {
        let mut text = String::new();
        suite.write(run, &mut text);
        out.write_all(text.as_bytes())?;
    }
    if !whole.is_empty() {
        let mut text = String::new();
        write_whole(&whole, run, &mut text);
        out.write_all(text.as_bytes())?;
    }
    out.write_all(b"</testsuites>\n")
}

/// A suite of what is to be said of the run itself: a case for each thing that was asked of it as a whole. A reader
/// must not take a run for a success that is none.
fn write_whole(facts: &[WholeFact], run: &RunRecord, out: &mut String) {
    let Counts { tests, failures, errors, skipped } = counts(facts.iter().map(|fact| fact.outcome));
    let _ = writeln!(
        out,
        "  <testsuite name=\"contest\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" \
         skipped=\"{skipped}\" time=\"0.000\" timestamp=\"{}\">",
        run.started
    );
    for fact in facts {
        let name = attribute(&fact.name);
        let _ = write!(out, "    <testcase name=\"{name}\" classname=\"contest\" time=\"0.000\"");
        if let Some(path) = &fact.path {
            let _ =
                write!(out, " file=\"{}\" line=\"{}\"", attribute(&run.from_root(path)), fact.line.max(1));
        }
        match element(fact.outcome) {
            None => out.push_str("/>\n"),
            Some(element) => {
                let (message, words) = (attribute(&fact.message()), content(&fact.words.join("\n")));
                let _ = writeln!(
                    out,
                    ">\n      <{element} message=\"{message}\" type=\"{}\">{words}</{element}>\n    </testcase>",
                    fact.kind
                );
            }
        }
    }
    out.push_str("  </testsuite>\n");
}

/// What a test case holds of an outcome.
fn element(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Passed => None,
        Outcome::Failed => Some("failure"),
        Outcome::Errored => Some("error"),
        Outcome::Skipped => Some("skipped"),
    }
}

/// The files in the order of their first case.
fn suites(run: &RunRecord) -> Vec<Suite<'_>> {
    let mut places = std::collections::HashMap::new();
    let mut suites: Vec<Suite<'_>> = Vec::new();
    for case in &run.cases {
        let place = *places.entry(case.file.as_str()).or_insert_with(|| {
            suites.push(Suite { file: &case.file, path: &case.path, cases: Vec::new() });
            suites.len() - 1
        });
        suites[place].cases.push(case);
    }
    suites
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn counts(outcomes: impl Iterator<Item = Outcome>) -> Counts {
    let mut counts = Counts::default();
    for outcome in outcomes {
        counts.tests += 1;
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed => counts.failures += 1,
            Outcome::Errored => counts.errors += 1,
            Outcome::Skipped => counts.skipped += 1,
        }
    }
    counts
}

impl Suite<'_> {
    fn write(&self, run: &RunRecord, out: &mut String) {
        let Counts { tests, failures, errors, skipped } =
            counts(self.cases.iter().map(|case| case.outcome()));
        let time = self.cases.iter().map(|case| case.elapsed).sum();
        let started = self.cases.iter().map(|case| case.started).min().unwrap_or(run.started);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" \
             skipped=\"{skipped}\" time=\"{}\" timestamp=\"{started}\" file=\"{}\">",
            attribute(self.file),
            seconds(time),
            attribute(&run.from_root(self.path))
        );
        out.push_str("    <properties>\n");
        property(out, 6, "contest", &run.contest);
        run.environment.iter().for_each(|environment| property(out, 6, "environment", environment));
        property(out, 6, "target", &run.target);
        property(out, 6, "seed", &run.seed.to_string());
        property(out, 6, "runId", &run.run_id);
        out.push_str("    </properties>\n");
        // Readers tell cases apart by class and name.
        let mut names = HashSet::new();
        for case in &self.cases {
            let mut name = match &case.row {
                Some(row) => format!("{} [{row}]", case.title),
                None => case.title.clone(),
            };
            if !names.insert(name.clone()) {
                name = format!("{name} ({})", case.id);
            }
            write_case(run, case, &name, out);
        }
        out.push_str("  </testsuite>\n");
    }
}

fn write_case(run: &RunRecord, case: &CaseRecord, name: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" time=\"{}\" file=\"{}\" line=\"{}\">",
        attribute(name),
        attribute(&case.file),
        seconds(case.elapsed),
        attribute(&run.from_root(&case.path)),
        case.line
    );
    out.push_str("      <properties>\n");
    property(out, 8, "id", &case.id);
    property(out, 8, "verdict", case.verdict.as_str());
    if case.is_flaky || !case.earlier.is_empty() {
        property(out, 8, "flaky", if case.is_flaky { "true" } else { "false" });
        property(out, 8, "attempts", &(case.earlier.len() + 1).to_string());
    }
    case.tags.iter().for_each(|tag| property(out, 8, "tag", tag));
    case.operations.iter().for_each(|operation| property(out, 8, "operation", operation));
    out.push_str("      </properties>\n");
    if let Some(element) = element(case.outcome()) {
        let (open, findings) = (opening(element, case), plain::findings(case));
        let _ = match findings.is_empty() {
            true => writeln!(out, "      <{open}/>"),
            false => writeln!(out, "      <{open}>{}</{element}>", content(&findings)),
        };
    }
    case.earlier.iter().for_each(|attempt| write_attempt(attempt, case.is_flaky, out));
    let steps = plain::steps(case);
    if !steps.is_empty() {
        let _ = writeln!(out, "      <system-out>{}</system-out>", content(&steps));
    }
    out.push_str("    </testcase>\n");
}

/// An attempt that failed, before one that passed or failed as well; in the elements of Maven Surefire, which
/// Jenkins reads.
fn write_attempt(attempt: &CaseRecord, is_flaky: bool, out: &mut String) {
    let element = match (is_flaky, attempt.outcome()) {
        (true, Outcome::Errored) => "flakyError",
        (true, _) => "flakyFailure",
        (false, Outcome::Errored) => "rerunError",
        (false, _) => "rerunFailure",
    };
    let _ = writeln!(out, "      <{}>", opening(element, attempt));
    for (name, text) in [("stackTrace", plain::findings(attempt)), ("system-out", plain::steps(attempt))] {
        if !text.is_empty() {
            let _ = writeln!(out, "        <{name}>{}</{name}>", content(&text));
        }
    }
    let _ = writeln!(out, "      </{element}>");
}

/// The name of an element with what was wrong in a line, and its kind: the code, or the verdict where nothing was
/// found.
fn opening(element: &str, case: &CaseRecord) -> String {
    let kind = match case.findings().find(|(.., weight)| *weight == Weight::Error) {
        Some((_, finding, _)) => finding.code.as_str(),
        None => case.verdict.as_str(),
    };
    let message = case.message().unwrap_or_default();
    format!("{element} message=\"{}\" type=\"{}\"", attribute(&message), attribute(kind))
}

fn property(out: &mut String, indent: usize, name: &str, value: &str) {
    let _ = writeln!(out, "{:indent$}<property name=\"{name}\" value=\"{}\"/>", "", attribute(value));
}

/// Seconds with milliseconds behind the point.
fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// A text between tags. What XML 1.0 cannot hold, not even escaped, becomes visible (§2.2, Characters).
fn content(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in plain::visible(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}

/// A text between quotes; line ends would be read as spaces (§3.3.3, Attribute-Value Normalization).
fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;").replace('\n', "&#10;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_hold_what_xml_can_hold() {
        let rows = [
            ("a < b & c > \"d\"", "a &lt; b &amp; c &gt; \"d\"", "a &lt; b &amp; c &gt; &quot;d&quot;"),
            ("a\nb", "a\nb", "a&#10;b"),
            ("]]>", "]]&gt;", "]]&gt;"),
            // Not even a reference may stand for these: XML 1.0 §2.2.
            ("\u{1b}[31m\u{0}\u{fffe}\u{ffff}", "␛[31m␀\u{fffd}\u{fffd}", "␛[31m␀\u{fffd}\u{fffd}"),
        ];
        for (text, between_tags, between_quotes) in rows {
            assert_eq!((content(text).as_str(), attribute(text).as_str()), (between_tags, between_quotes));
        }
    }
}

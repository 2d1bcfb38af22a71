//! Annotations of GitHub Actions: workflow commands that put what was found beside the lines of the pull request.

use super::plain;
use crate::report::record::{CaseRecord, FindingRecord, Outcome, PlaceRecord, RunRecord, Weight, WholeFact};
use crate::report::text::plural;
use std::collections::HashSet;
use std::io::{self, Write};

/// GitHub shows ten errors and ten warnings of one step; what comes behind them is counted here.
const MOST: usize = 10;

/// Writes a line a finding: what made cases fail first, then the warnings of the whole run.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let whole = run.whole().into_iter().filter(WholeFact::is_failure);
    let mut errors: Vec<String> = whole.map(|fact| of_whole(run, &fact)).collect();
    for case in &run.cases {
        errors.extend(case_errors(run, case));
    }
    // The same fault of the document is one annotation, however many cases meet it.
    let mut known = HashSet::new();
    let mut warnings = Vec::new();
    for case in &run.cases {
        for (_, finding, weight) in case.findings() {
            let place = finding.document.as_ref().map(|place| format!("{}:{}", place.path, place.line));
            let about = place.as_deref().unwrap_or(&finding.headline);
            if weight == Weight::Warning
                && warnings.len() < MOST
                && known.insert((finding.code, about.to_owned()))
            {
                warnings.push(annotation("warning", run, case, finding));
            }
        }
    }
    for line in errors.iter().take(MOST).chain(&warnings) {
        out.write_all(line.as_bytes())?;
    }
    if errors.len() > MOST {
        let words = format!("{} in all; GitHub shows {MOST} of them", plural(errors.len(), "finding"));
        out.write_all(command("notice", "", "contest", &words).as_bytes())?;
    }
    Ok(())
}

/// The annotation of what is wrong with the run as a whole.
fn of_whole(run: &RunRecord, fact: &WholeFact) -> String {
    let place = fact.path.as_ref().map(|path| at(&run.from_root(path), fact.line.max(1), None));
    command("error", &place.unwrap_or_default(), &fact.name, &fact.words.join("\n"))
}

/// The annotations of a case that failed; one without a finding is said at its own line.
fn case_errors(run: &RunRecord, case: &CaseRecord) -> Vec<String> {
    let found = case.findings().filter(|(.., weight)| *weight == Weight::Error);
    let lines: Vec<String> = found.map(|(_, finding, _)| annotation("error", run, case, finding)).collect();
    match case.outcome() {
        Outcome::Failed | Outcome::Errored if lines.is_empty() => {
            let place = at(&run.from_root(&case.path), case.line, None);
            vec![command("error", &place, &case.name(), &case.message().unwrap_or_default())]
        }
        Outcome::Failed | Outcome::Errored => lines,
        Outcome::Passed | Outcome::Skipped => Vec::new(),
    }
}

fn annotation(level: &str, run: &RunRecord, case: &CaseRecord, finding: &FindingRecord) -> String {
    let place = match finding.scenario.as_ref().or(finding.document.as_ref()) {
        Some(place) => at(&run.from_root(&place.path), place.line, Some(place)),
        None => at(&run.from_root(&case.path), case.line, None),
    };
    let mut words = finding.headline.clone();
    finding.document.iter().for_each(|place| words += &format!("\ndocument: {}", place.words()));
    finding.response.iter().for_each(|place| words += &format!("\n{}", place.words()));
    finding.notes.iter().for_each(|note| words += &format!("\n{note}"));
    finding.help.iter().for_each(|help| words += &format!("\nhelp: {help}"));
    command(level, &place, &format!("{}: {}", finding.code, case.name()), &words)
}

fn at(path: &str, line: u32, place: Option<&PlaceRecord>) -> String {
    let mut properties = format!("file={},line={line}", property(path));
    if let Some(place) = place.filter(|place| place.length > 0) {
        let end = place.column.saturating_add(place.length);
        properties += &format!(",col={},endColumn={end}", place.column);
    }
    properties
}

/// `::error file=…,line=…,title=…::words`, a line of its own.
fn command(level: &str, place: &str, title: &str, words: &str) -> String {
    let comma = if place.is_empty() { "" } else { "," };
    format!("::{level} {place}{comma}title={}::{}\n", property(title), data(words))
}

/// The escapes of the runner's commands: `%`, and the ends of lines.
fn data(text: &str) -> String {
    plain::visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a property also what parts properties.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_command() {
        let line = command("error", &at("a,b:c.yaml", 3, None), "50%: x,y", "a\n::set-output name=x::y\r%0A");
        let expected =
            "::error file=a%2Cb%3Ac.yaml,line=3,title=50%25%3A x%2Cy::a%0A::set-output name=x::y␍%250A\n";
        assert_eq!(line, expected);
        assert_eq!(command("notice", "", "contest", "x"), "::notice title=contest::x\n");
    }
}

//! SARIF 2.1.0 (OASIS): a result a finding, at the line of the scenario, with the lines of the document and of the
//! response related to it, and a rule a code.

use super::fingerprint::Fingerprints;
use super::plain;
use crate::diagnostic::Code;
use crate::report::record::{
    CaseRecord, FindingRecord, PlaceRecord, RunRecord, StepRecord, Weight, WholeFact,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{self, Write};

/// RFC 3986 §3.3: what a path segment cannot hold as it is.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

/// The id of the related location of the document.
const DOCUMENT: usize = 1;

/// Writes the run as one log with one run, a result a line: what is written is never held as a whole.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let rules = Rules::of(run);
    let mut fingerprints = Fingerprints::default();
    out.write_all(b"{\n  \"$schema\": \"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json\",\n  \"version\": \"2.1.0\",\n  \"runs\": [{")?;
    let tool = json!({ "driver": {
        "name": "contest",
        "version": run.contest,
        "semanticVersion": run.contest,
        "rules": rules.written,
    } });
    let invocation = json!({
        "executionSuccessful": run.is_complete,
        "startTimeUtc": run.started.to_string(),
        "endTimeUtc": run.started.saturating_add(run.elapsed).unwrap_or(run.started).to_string(),
        "toolExecutionNotifications": notifications(run),
    });
    let root = "The root of the repository, or the folder of the run outside of one.";
    let properties = json!({
        "environment": run.environment, "target": run.target, "seed": run.seed.to_string(), "runId": run.run_id,
    });
    let members = [
        ("tool", tool),
        ("invocations", json!([invocation])),
        ("originalUriBaseIds", json!({ "%SRCROOT%": { "description": { "text": root } } })),
        ("columnKind", json!("unicodeCodePoints")),
        ("properties", properties),
    ];
    for (name, value) in members {
        write!(out, "\n    \"{name}\": ")?;
        serde_json::to_writer(&mut *out, &value)?;
        out.write_all(b",")?;
    }
    out.write_all(b"\n    \"results\": [")?;
    let mut is_first = true;
    let mut item = |out: &mut dyn Write, result: &Value| {
        out.write_all(if std::mem::take(&mut is_first) { b"\n      " } else { b",\n      " })?;
        serde_json::to_writer(out, result).map_err(io::Error::from)
    };
    for case in &run.cases {
        for (step, finding, weight) in case.findings() {
            let fingerprint = fingerprints.of(case, step, finding);
            let rule = rules.index(finding.code.as_str());
            item(out, &result(run, (case, step, finding), weight, rule, &fingerprint))?;
        }
    }
    for (fact, path) in failures(run) {
        let fingerprint = fingerprints.of_whole(&fact.name);
        item(out, &of_whole(run, &fact, &path, rules.index(&fact.rule()), &fingerprint))?;
    }
    out.write_all(b"\n    ]\n  }]\n}\n")
}

/// The rules that results name, in the order met with.
struct Rules {
    written: Vec<Value>,
    indices: HashMap<String, usize>,
}

impl Rules {
    fn of(run: &RunRecord) -> Self {
        let mut rules = Self { written: Vec::new(), indices: HashMap::new() };
        for (_, finding, _) in run.cases.iter().flat_map(CaseRecord::findings) {
            rules.note(finding.code.as_str(), || rule(finding.code));
        }
        for (fact, _) in failures(run) {
            rules.note(
                &fact.rule(),
                || json!({ "id": fact.rule(), "shortDescription": { "text": fact.about } }),
            );
        }
        rules
    }

    fn note(&mut self, id: &str, rule: impl FnOnce() -> Value) {
        if !self.indices.contains_key(id) {
            self.indices.insert(id.to_owned(), self.written.len());
            self.written.push(rule());
        }
    }

    /// Every rule was noted before results are written.
    fn index(&self, id: &str) -> usize {
        self.indices.get(id).copied().unwrap_or_default()
    }
}

/// What was asked of the run and not met, each with the file that it is shown at. Code scanning takes no result
/// without a place: what has none stands where the run begins.
fn failures(run: &RunRecord) -> impl Iterator<Item = (WholeFact, String)> {
    let first = run.cases.first().map(|case| case.path.clone());
    let unmet = run.asked().filter(WholeFact::is_failure);
    unmet.filter_map(move |fact| {
        let path = fact.path.clone().or(first.clone())?;
        Some((fact, path))
    })
}

fn of_whole(run: &RunRecord, fact: &WholeFact, path: &str, rule: usize, fingerprint: &str) -> Value {
    json!({
        "ruleId": fact.rule(),
        "ruleIndex": rule,
        "level": "error",
        "message": { "text": plain::visible(&unlinked(&format!("{}: {}", fact.name, fact.message()))) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": artifact(&run.from_root(path)), "region": { "startLine": fact.line.max(1) },
        } }],
        "partialFingerprints": { "contestFinding/v1": fingerprint },
    })
}

/// What the reader of the whole should know: §3.58.
fn notifications(run: &RunRecord) -> Vec<Value> {
    let error = |fact: WholeFact| json!({ "level": "error", "message": { "text": format!("{}: {}", fact.name, fact.message()) } });
    let failures = run.whole().into_iter().filter(WholeFact::is_failure).map(error);
    let banners =
        run.banners.iter().map(|banner| json!({ "level": "warning", "message": { "text": banner } }));
    failures.chain(banners).collect()
}

/// A code with its page.
fn rule(code: Code) -> Value {
    let page = code.page();
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": code.summary() },
        "help": { "text": page, "markdown": page },
        "properties": { "tags": [code.as_str().split('.').next().unwrap_or_default()] },
    })
}

fn result(
    run: &RunRecord,
    (case, step, finding): (&CaseRecord, &StepRecord, &FindingRecord),
    weight: Weight,
    rule: usize,
    fingerprint: &str,
) -> Value {
    let mut places = [&finding.scenario, &finding.document].into_iter().flatten();
    let location = match places.next() {
        Some(place) => location(run, place, None),
        None => json!({ "physicalLocation": {
            "artifactLocation": artifact(&run.from_root(&case.path)),
            "region": { "startLine": case.line.max(1) },
        } }),
    };
    let document = places.next();
    let mut related: Vec<Value> =
        document.map(|place| self::location(run, place, Some(DOCUMENT))).into_iter().collect();
    related.extend(finding.response.as_ref().map(|place| response(place, related.len() + 1)));
    let mut result = json!({
        "ruleId": finding.code.as_str(),
        "ruleIndex": rule,
        "level": match weight {
            Weight::Error | Weight::Known => "error",
            Weight::Warning => "warning",
        },
        "message": { "text": message(case, step, finding, document) },
        "locations": [location],
        "relatedLocations": related,
        "partialFingerprints": { "contestFinding/v1": fingerprint },
        "properties": { "case": case.id, "step": step.id, "operations": case.operations, "repeat": step.repeat },
    });
    if weight == Weight::Known {
        let reason = step.reason.as_ref().or(case.reason.as_ref());
        result["suppressions"] = json!([{ "kind": "inSource", "justification": reason }]);
    }
    if let Some(known) = &finding.known {
        let justification = format!("{}, {}", known.words(), known.place());
        result["suppressions"] = json!([{ "kind": "external", "justification": justification }]);
    }
    result
}

/// A response is no file: where it is wrong is said in words.
fn response(place: &PlaceRecord, id: usize) -> Value {
    let at = place.at.as_deref().unwrap_or_default();
    let words = if at.is_empty() { place.path.clone() } else { format!("{}, at {at}", place.path) };
    let line = line_of(place).filter(|_| place.length > 0).map(|line| format!(": {}", line.trim()));
    json!({
        "id": id,
        "message": { "text": plain::visible(&(words + line.as_deref().unwrap_or_default())) },
        "logicalLocations": [{ "fullyQualifiedName": format!("{}{at}", place.path) }],
    })
}

/// The line that a place is in, as much of it as is kept.
fn line_of(place: &PlaceRecord) -> Option<&String> {
    place.excerpt.lines.get(place.line.saturating_sub(place.excerpt.line) as usize)
}

/// The headline, what each place says, and what to do; a link leads to the line of the document.
fn message(
    case: &CaseRecord,
    step: &StepRecord,
    finding: &FindingRecord,
    document: Option<&PlaceRecord>,
) -> String {
    let mut sentences = vec![unlinked(&finding.headline)];
    if let (Some(expected), Some(actual)) = (&finding.expected, &finding.actual) {
        sentences.push(unlinked(&format!("expected {expected}, got {actual}")));
    }
    if let Some(place) = document {
        sentences.push(format!("promised at [{}:{}]({DOCUMENT})", unlinked(&place.path), place.line));
    }
    if let Some(at) = finding.response.as_ref().and_then(|place| place.at.as_ref()) {
        sentences.push(unlinked(&format!("in the response at {at}")));
    }
    sentences.extend(finding.notes.iter().map(|note| unlinked(note)));
    sentences.extend(finding.help.iter().map(|help| unlinked(&format!("help: {help}"))));
    sentences.push(unlinked(&format!("in `{}`, step `{}`", case.name(), step.id)));
    plain::visible(&sentences.join("\n"))
}

/// §3.11.6: brackets begin a link unless a backslash stands before them.
fn unlinked(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn location(run: &RunRecord, place: &PlaceRecord, id: Option<usize>) -> Value {
    let mut region = json!({ "startLine": place.line.max(1), "startColumn": place.column.max(1) });
    if place.length > 0 {
        region["endColumn"] = json!(place.column.max(1).saturating_add(place.length));
    }
    if let Some(line) = line_of(place).filter(|_| place.excerpt.cut == 0) {
        region["snippet"] = json!({ "text": line });
    }
    let mut location = json!({ "physicalLocation": { "artifactLocation": artifact(&run.from_root(&place.path)), "region": region } });
    if let Some(id) = id {
        location["id"] = json!(id);
    }
    if !place.label.is_empty() {
        location["message"] = json!({ "text": place.label });
    }
    location
}

/// A path below the root of the repository, an absolute one, or the URL of a document.
fn artifact(path: &str) -> Value {
    if path.starts_with("http://") || path.starts_with("https://") {
        return json!({ "uri": path });
    }
    let path = path.replace('\\', "/");
    let encoded = path.split('/').map(|segment| utf8_percent_encode(segment, SEGMENT).to_string());
    let encoded = encoded.collect::<Vec<_>>().join("/");
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{encoded}") }),
        false => json!({ "uri": encoded, "uriBaseId": "%SRCROOT%" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri() {
        let rows = [
            ("specs/a b#1.yaml", "specs/a%20b%231.yaml", true),
            ("../x[1].yaml", "../x%5B1%5D.yaml", true),
            ("a:b/ü.yaml", "a%3Ab/%C3%BC.yaml", true),
            ("/abs/a.yaml", "file:///abs/a.yaml", false),
            ("https://example.com/a.yaml", "https://example.com/a.yaml", false),
        ];
        for (path, uri, is_below_root) in rows {
            let written = artifact(path);
            assert_eq!((&written["uri"], written["uriBaseId"].is_string()), (&json!(uri), is_below_root));
        }
    }

    #[test]
    fn brackets_in_words_are_no_links() {
        assert_eq!(unlinked(r"a [b](1) \c"), r"a \[b\](1) \\c");
    }
}

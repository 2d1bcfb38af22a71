//! `contest.baseline.yaml`: the findings that are known.

use super::StatusPattern;
use super::file::check_version;
use super::mark::{read_date, read_issue, read_reason};
use super::reader::{Reader, Spanned};
use crate::clock::Date;
use crate::diagnostic::{Check, Code, Problems};
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::yaml::{Dialect, Kind, MapReader, Node, load, nearest};
use std::sync::Arc;

/// One baseline, as it is written.
#[derive(Debug)]
pub struct Baseline {
    /// Its text.
    pub source: Arc<Source>,
    /// Its entries, in the order written.
    pub entries: Vec<KnownFinding>,
    /// Where the key `known` and its list stand; `None` where nothing is written.
    pub list: Option<(Span, Span)>,
}

/// One entry: what it fits, and why that is known.
#[derive(Clone, Debug)]
pub struct KnownFinding {
    /// Where it is written.
    pub span: Span,
    /// The code of the finding.
    pub code: Code,
    /// The operation: an `operationId`, `api.operationId`, or method and template; any, when there is none.
    pub operation: Option<Spanned<String>>,
    /// The status of the answer; any, when there is none.
    pub status: Option<StatusPattern>,
    /// The place in the document, [`Document::stable_place`](crate::openapi::Document::stable_place), with `*`
    /// for any one name; any, when there is none.
    pub at: Option<String>,
    /// The place in the answer: a JSON Pointer into the body, with `*` for any one name, or `header NAME`; any,
    /// when there is none.
    pub member: Option<String>,
    /// The scenario file, named as below its root; any, when there is none.
    pub file: Option<String>,
    /// The name of the scenario; any, when there is none.
    pub scenario: Option<String>,
    /// What is known of it.
    pub reason: Spanned<String>,
    /// Where it is tracked.
    pub issue: Option<String>,
    /// The last day, in UTC, on which the entry counts.
    pub expires: Option<Spanned<Date>>,
}

/// The reason that stands where nobody has given one yet.
pub const REASON_TO_GIVE: &str = "TODO";

/// Whether a finding of a code may be known: it is one of what the contract says of an answer. What a request
/// breaks and what a scenario expects is the scenario's own.
pub fn is_knowable(code: Code) -> bool {
    Check::ALL.iter().any(|check| check.code() == code && !check.is_of_request())
}

impl Baseline {
    /// A baseline without entries, which nobody has written yet.
    pub fn empty(source: Arc<Source>) -> Self {
        Self { source, entries: Vec::new(), list: None }
    }

    /// Reads a baseline; every problem is reported, and what can be read is given when the text is YAML at all.
    pub fn read(limits: &Limits, problems: &mut Problems) -> Option<Self> {
        let source = Arc::clone(problems.source());
        let node = load(Dialect::Ours, limits, problems)?;
        let mut map = MapReader::config("a baseline", &node, problems)?;
        check_version(&mut map, problems);
        let mut reader = Reader::new(problems, limits, &[]);
        let list = map.entry("known").map(|entry| (entry.key_span, entry.value.span));
        let nodes = map.list("known", reader.problems);
        let entries = nodes.iter().filter_map(|node| read_entry(node, &mut reader)).collect();
        let elsewhere = [("findings", "write `known`, a list"), ("baseline", "write `known`, a list")];
        map.finish(&elsewhere, reader.problems);
        Some(Self { source, entries, list })
    }
}

fn read_entry(node: &Node, reader: &mut Reader<'_>) -> Option<KnownFinding> {
    let mut map = MapReader::config("a known finding", node, reader.problems)?;
    let code = map.require("code", reader.problems).and_then(|node| read_code(node, reader));
    let operation = map.take("operation").map(|node| read_operation(node, reader));
    let status = map.take("status").map(|node| read_status(node, reader));
    let at = map.text("at", reader.problems).map(str::to_owned);
    let member = map.text("member", reader.problems).map(str::to_owned);
    let file = map.text("file", reader.problems).map(str::to_owned);
    let scenario = map.text("scenario", reader.problems).map(str::to_owned);
    let reason = map.require("reason", reader.problems);
    let reason = reason.and_then(|node| Some(Spanned::new(read_reason("reason", node, reader)?, node.span)));
    let issue = map.take("issue").and_then(|node| read_issue(node, reader));
    let expires = map.take("expires").map(|node| Some(Spanned::new(read_date(node, reader)?, node.span)));
    map.finish(&[("pointer", "write `at`"), ("path", "write `at` or `member`")], reader.problems);
    // A condition that cannot be read must not make the entry fit more than was meant.
    Some(KnownFinding {
        span: node.span,
        code: code?,
        operation: match operation {
            None => None,
            Some(operation) => Some(operation?),
        },
        status: match status {
            None => None,
            Some(status) => Some(status?),
        },
        at,
        member,
        file,
        scenario,
        reason: reason?,
        issue,
        expires: match expires {
            None => None,
            Some(date) => Some(date?),
        },
    })
}

fn read_operation(node: &Node, reader: &mut Reader<'_>) -> Option<Spanned<String>> {
    let text = node.as_str();
    if text.is_none() {
        let message = format!(
            "`operation` is an operationId or `GET /template`, not {}; another entry is for another operation",
            node.type_name()
        );
        reader.problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, "is no name");
    }
    Some(Spanned::new(text?.to_owned(), node.span))
}

fn read_status(node: &Node, reader: &mut Reader<'_>) -> Option<StatusPattern> {
    let pattern = match &node.kind {
        Kind::Number(text) | Kind::String(text) => StatusPattern::parse(text),
        _ => None,
    };
    if pattern.is_none() {
        let message = "`status` is a code such as 404 or a class such as 4xx";
        reader.problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, "is neither");
    }
    pattern
}

fn read_code(node: &Node, reader: &mut Reader<'_>) -> Option<Code> {
    let Some(text) = node.as_str() else {
        let message = format!("`code` is a code such as response.body, not {}", node.type_name());
        reader.problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, "is no code");
        return None;
    };
    let code = Code::ALL.iter().find(|code| code.as_str() == text).copied();
    if let Some(code) = code.filter(|code| is_knowable(*code)) {
        return Some(code);
    }
    let (message, label, help) = match code {
        Some(_) if text.starts_with("request.") => (
            format!("`{text}` cannot be known: it is about what a scenario sends"),
            "is no finding about the API",
            "mend the step, or say with its `sends` what it means to break",
        ),
        Some(_) if text.starts_with("expect.") || text == Code::CAPTURE_MISSING.as_str() => (
            format!("`{text}` cannot be known: it is what a scenario expects"),
            "is no promise of the document",
            "`xfail` marks a scenario or a step whose fault is known",
        ),
        Some(_) => (
            format!("`{text}` cannot be known: a test that cannot be carried out has found nothing"),
            "is no finding about the API",
            "what may be known is what the contract says of answers: `response.*`, `http.*`, `*.deprecated`",
        ),
        None => {
            let known = Code::ALL.iter().filter(|code| is_knowable(**code)).map(|code| code.as_str());
            let label = match nearest(text, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "is not known".to_owned(),
            };
            let message = format!("there is no code `{text}`");
            reader.problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, label);
            return None;
        }
    };
    let diagnostic = reader.problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, label);
    diagnostic.help.push(help.to_owned());
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entry: &str, expected: &[&str]) {
        let text = format!("contest: 1\nknown:\n  - {{ {entry} }}\n");
        let mut problems = Problems::new(&Source::new("contest.baseline.yaml", text));
        let baseline = Baseline::read(&Limits::default(), &mut problems).expect("it is YAML");
        let list = problems.into_list();
        let found: Vec<_> =
            list.iter().map(|each| format!("{} | {}", each.message, each.labels[0].text)).collect();
        assert_eq!(found, expected, "{entry}");
        assert_eq!(baseline.entries.len(), usize::from(expected.is_empty()), "{entry}");
    }

    #[test]
    fn right_entries_say_nothing() {
        for entry in [
            "code: response.body, reason: totals are texts",
            "code: http.allow, operation: GET /a, status: 4xx, reason: r, issue: 12, expires: 2027-01-31",
            "code: response.extra, at: /components/schemas/A, member: /items/*/x, file: a, scenario: b, reason: r",
            "code: operation.deprecated, reason: TODO, x-by: us",
        ] {
            check(entry, &[]);
        }
    }

    #[test]
    fn what_is_wrong_has_a_place_and_a_suggestion() {
        check(
            "code: response.bdy, reason: r",
            &["there is no code `response.bdy` | did you mean `response.body`?"],
        );
        check("code: response.body", &["a known finding needs the key `reason` | lacks `reason`"]);
        check("code: response.body, reason: ''", &["`reason` says why, and is not empty | is empty"]);
        check(
            "code: expect.status, reason: r",
            &[
                "`expect.status` cannot be known: it is what a scenario expects | is no promise of the document",
            ],
        );
        check(
            "code: request.body, reason: r",
            &[
                "`request.body` cannot be known: it is about what a scenario sends | is no finding about the API",
            ],
        );
        check(
            "code: transport.timeout, reason: r",
            &[
                "`transport.timeout` cannot be known: a test that cannot be carried out has found nothing | is no finding \
             about the API",
            ],
        );
        check(
            "code: response.body, reason: r, status: 99",
            &["`status` is a code such as 404 or a class such as 4xx | is neither"],
        );
        check(
            "code: response.body, reason: r, expires: soon",
            &["`expires` is a day such as 2027-01-31 | is no such day"],
        );
    }
}

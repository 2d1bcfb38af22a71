use super::reader::{Reader, Spanned};
use crate::clock::Date;
use crate::diagnostic::Code;
use crate::expression::Condition;
use crate::source::Span;
use crate::yaml::{Kind, MapReader, Node, nearest};

/// `skip: reason`, or `skip: { when: CEL, reason }`.
#[derive(Clone, Debug)]
pub struct Skip {
    /// Why nothing is sent.
    pub reason: String,
    /// When it holds; always, where there is none. It sees `inputs` and `row`.
    pub when: Option<Condition>,
}

/// `xfail: { reason, issue, code, expires, strict }`: a fault that is known.
#[derive(Clone, Debug)]
pub struct ExpectedFailure {
    /// The fault.
    pub reason: String,
    /// Where it is discussed: a number or a link.
    pub issue: Option<String>,
    /// The codes that the fault has; any, when there is none. A finding of another code is no part of
    /// the fault.
    pub codes: Vec<Code>,
    /// The last day, in UTC, on which the mark counts.
    pub expires: Option<Date>,
    /// Whether passing anyway fails the run; so it is unless `strict: false` is written.
    pub is_strict: bool,
    /// The whole mark.
    pub span: Span,
}

impl ExpectedFailure {
    /// A mark that says no more than why.
    pub(super) fn of_reason(reason: String, span: Span) -> Self {
        Self { reason, issue: None, codes: Vec::new(), expires: None, is_strict: true, span }
    }

    /// The reason, and the issue where one is given: `totals are rounded down (SHOP-12)`.
    pub fn words(&self) -> String {
        match &self.issue {
            Some(issue) => format!("{} ({issue})", self.reason),
            None => self.reason.clone(),
        }
    }
}

/// Reads `skip`; whatever is no reason is reported.
pub(super) fn read_skip(node: &Node, reader: &mut Reader<'_>) -> Option<Skip> {
    if !matches!(node.kind, Kind::Map(_)) {
        let reason = read_reason("skip", node, reader)?;
        return Some(Skip { reason, when: None });
    }
    let mut map = MapReader::new("`skip`", node, reader.problems)?;
    let when = map.take("when");
    // What cannot be read is reported; a mark without its condition would skip everything.
    let condition = when.map(|node| reader.condition("when", node));
    let reason = map.require("reason", reader.problems);
    let reason = reason.and_then(|node| read_reason("reason", node, reader));
    map.finish(&[("issue", "write it into the `reason`")], reader.problems);
    let when = match condition {
        None => None,
        Some(condition) => Some(condition?),
    };
    Some(Skip { reason: reason?, when })
}

/// Reads `xfail`.
pub(super) fn read_xfail(node: &Node, reader: &mut Reader<'_>) -> Option<ExpectedFailure> {
    let mut map = MapReader::new("`xfail`", node, reader.problems)?;
    let reason = map.require("reason", reader.problems);
    let reason = reason.and_then(|node| read_reason("reason", node, reader));
    let issue = map.take("issue").and_then(|node| read_issue(node, reader));
    let codes = match map.take("code") {
        None => Vec::new(),
        Some(Node { kind: Kind::String(text), span, .. }) => {
            vec![Spanned::new(text.clone(), *span)]
        }
        Some(_) => {
            let texts = map.texts("code", reader.problems).into_iter();
            texts.map(|(text, span)| Spanned::new(text.to_owned(), span)).collect()
        }
    };
    let expires = map.take("expires").map(|node| read_date(node, reader));
    let is_strict = map.boolean("strict", reader.problems).unwrap_or(true);
    map.finish(
        &[
            ("when", "it belongs in `skip`; a row may carry an `xfail` of its own"),
            ("codes", "write `code`, a code or a list of them"),
        ],
        reader.problems,
    );
    let mut known = Vec::new();
    for code in &codes {
        known.push(read_code(code, reader));
    }
    Some(ExpectedFailure {
        reason: reason?,
        issue,
        codes: known.into_iter().collect::<Option<_>>()?,
        expires: match expires {
            None => None,
            Some(date) => Some(date?),
        },
        is_strict,
        span: node.span,
    })
}

/// A text that is not empty.
pub(super) fn read_reason(key: &str, node: &Node, reader: &mut Reader<'_>) -> Option<String> {
    match node.as_str() {
        Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
        Some(_) => {
            reader.invalid(node.span, format!("`{key}` says why, and is not empty"), "is empty");
            None
        }
        None => {
            let message = format!("`{key}` is a text that says why, not {}", node.type_name());
            reader.invalid(node.span, message, format!("is {}", node.type_name()));
            None
        }
    }
}

/// `#12`, `SHOP-12`, a link, or a number.
pub(super) fn read_issue(node: &Node, reader: &mut Reader<'_>) -> Option<String> {
    match &node.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(_) => Some(format!("#{}", node.to_value())),
        _ => {
            let message = format!("`issue` is a text or a number, not {}", node.type_name());
            reader.invalid(node.span, message, format!("is {}", node.type_name()));
            None
        }
    }
}

fn read_code(code: &Spanned<String>, reader: &mut Reader<'_>) -> Option<Code> {
    let found = Code::ALL.iter().find(|each| each.as_str() == code.value).copied();
    if found.is_none() {
        let label = match nearest(&code.value, Code::ALL.iter().map(|each| each.as_str())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "is not known".to_owned(),
        };
        reader.invalid(code.span, format!("there is no code `{}`", code.value), label);
    }
    found
}

/// `2027-01-31`, and no other form of a date.
pub(super) fn read_date(node: &Node, reader: &mut Reader<'_>) -> Option<Date> {
    let text = node.as_str().filter(|text| text.len() == "2027-01-31".len());
    let date = text.and_then(|text| text.parse().ok());
    if date.is_none() {
        reader.invalid(node.span, "`expires` is a day such as 2027-01-31", "is no such day");
    }
    date
}

#[cfg(test)]
mod tests {
    use super::super::ScenarioFile;
    use crate::diagnostic::Problems;
    use crate::limits::Limits;
    use crate::source::Source;
    use std::path::Path;

    fn check(marks: &str, expected: &[&str]) {
        let text = format!("contest: 1\nscenarios: {{ s: {{ {marks}, steps: [{{ call: x }}] }} }}\n");
        let source = Source::new("x.contest.yaml", &*text);
        let mut problems = Problems::new(&source);
        let limits = Limits::default();
        let file = ScenarioFile::read(Path::new("x.contest.yaml"), "x".to_owned(), &limits, &mut problems);
        let list = problems.into_list();
        let found: Vec<_> =
            list.iter().map(|each| format!("{} | {}", each.message, each.labels[0].text)).collect();
        assert_eq!(found, expected, "{marks}");
        let scenario = file.map(|mut file| file.scenarios.remove(0));
        let is_marked = scenario.is_some_and(|it| it.skip.is_some() || it.xfail.is_some());
        assert_eq!(is_marked, expected.is_empty(), "{marks}");
    }

    #[test]
    fn right_marks_say_nothing() {
        for marks in [
            "skip: no refunds here",
            "skip: { reason: no refunds here, when: inputs.region == 'eu' }",
            "xfail: { reason: rounds down }",
            "xfail: { reason: rounds down, issue: 12, code: response.body }",
            "xfail: { reason: r, issue: SHOP-1, code: [response.body, expect.status], strict: false }",
            "xfail: { reason: rounds down, expires: 2027-01-31 }",
        ] {
            check(marks, &[]);
        }
    }

    #[test]
    fn a_mark_says_why() {
        check("skip: true", &["`skip` is a text that says why, not a boolean | is a boolean"]);
        check("skip: ''", &["`skip` says why, and is not empty | is empty"]);
        check("skip: { when: 'true' }", &["`skip` needs the key `reason` | lacks `reason`"]);
        check(
            "skip: { reason: r, when: 1 }",
            &["`when` is a condition in CEL, not a number | is no condition"],
        );
        check("xfail: { issue: 1 }", &["`xfail` needs the key `reason` | lacks `reason`"]);
        check(
            "xfail: { reason: r, code: response.bdy }",
            &["there is no code `response.bdy` | did you mean `response.body`?"],
        );
        for day in ["2027-02-30", "31.1.2027", "2027-01-31T00:00:00Z", "soon", "2027"] {
            check(
                &format!("xfail: {{ reason: r, expires: {day} }}"),
                &["`expires` is a day such as 2027-01-31 | is no such day"],
            );
        }
    }
}

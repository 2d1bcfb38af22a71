use super::attachment::FileReference;
use super::contract::{ContractSettings, read_contract};
use super::matcher::{Matcher, Member, SchemaReference};
use super::reader::{Reader, Spanned};
use super::settings::read_duration;
use crate::diagnostic::Code;
use crate::expression::{Condition, Selector, Template};
use crate::source::Span;
use crate::yaml::{Kind, MapReader, Node};
use std::time::Duration;

/// What a step expects of its response, beyond the contract.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    /// The status; `None` is any documented 2xx.
    pub status: Option<Spanned<Vec<StatusPattern>>>,
    /// The severities of contract checks for this step.
    pub contract: ContractSettings,
    /// By header name.
    pub headers: Vec<Member>,
    /// The body.
    pub body: Option<Matcher>,
    /// By selector.
    pub jsonpath: Vec<JsonPathExpectation>,
    /// Conditions in CEL.
    pub assert: Vec<Condition>,
    /// The bytes of the body.
    pub bytes: Option<BytesExpectation>,
    /// The longest latency.
    pub within: Option<Spanned<Duration>>,
}

impl Expectation {
    /// Every `$schema` in it, in the order written.
    pub fn schemas(&self) -> Vec<&SchemaReference> {
        let headers = self.headers.iter().map(|member| &member.matcher);
        let matchers = headers.chain(&self.body).chain(self.jsonpath.iter().map(|each| &each.matcher));
        matchers.flat_map(Matcher::schemas).collect()
    }
}

/// What is expected of a body's bytes.
#[derive(Clone, Debug)]
pub struct BytesExpectation {
    /// How many there are.
    pub length: Option<Matcher>,
    /// Their SHA-256 in hexadecimal digits, in lower case.
    pub sha256: Option<Matcher>,
    /// A file with the same bytes.
    pub file: Option<FileReference>,
}

/// What is expected of the values that a selector finds.
#[derive(Clone, Debug)]
pub struct JsonPathExpectation {
    /// The JSONPath.
    pub selector: Selector,
    /// Where it is written.
    pub span: Span,
    /// A singular path's value, or the array of all that any other path finds.
    pub matcher: Matcher,
}

/// One expected status.
#[derive(Clone, Debug)]
pub enum StatusPattern {
    /// A code.
    Code(u16),
    /// A class: 2 for `2xx`.
    Class(u16),
    /// An expression that gives a code or a class.
    Expression(Template),
}

impl Expectation {
    /// Whether it says nothing of an answer; severities are no expectation.
    pub fn is_empty(&self) -> bool {
        let Self { status, contract: _, headers, body, jsonpath, assert, bytes, within } = self;
        let has_values = body.is_some() || !headers.is_empty() || !jsonpath.is_empty() || bytes.is_some();
        status.is_none() && !has_values && assert.is_empty() && within.is_none()
    }
}

impl StatusPattern {
    /// Reads `200` or `2xx`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
            return class.parse().ok().filter(|class| (1..=5).contains(class)).map(Self::Class);
        }
        text.parse().ok().filter(|code| (100..=599).contains(code)).map(Self::Code)
    }

    /// Whether a status is meant; an expression means none.
    pub fn matches(&self, status: u16) -> bool {
        match self {
            Self::Code(code) => *code == status,
            Self::Class(class) => *class == status / 100,
            Self::Expression(_) => false,
        }
    }
}

impl std::fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Class(class) => write!(f, "{class}xx"),
            Self::Expression(_) => f.write_str("an expression"),
        }
    }
}

/// Reads `expect`.
pub(super) fn read_expectation(node: &Node, reader: &mut Reader<'_>) -> Expectation {
    let Some(mut map) = MapReader::new("`expect`", node, reader.problems) else {
        return Expectation::default();
    };
    let expectation = Expectation {
        status: map.take("status").and_then(|node| read_status(node, reader)),
        contract: map.take("contract").map(|node| read_contract(node, reader)).unwrap_or_default(),
        headers: super::matcher_reader::read_members(map.map("headers", reader.problems), reader),
        body: map.take("body").map(|node| super::matcher_reader::read_matcher(node, reader)),
        jsonpath: read_jsonpath(&mut map, reader),
        assert: read_assert(&mut map, reader),
        bytes: map.take("bytes").and_then(|node| read_bytes(node, reader)),
        within: map.take("within").and_then(|node| read_duration("within", node, reader)),
    };
    let elsewhere = [
        ("status_code", "write `status`"),
        ("statusCode", "write `status`"),
        ("code", "write `status`"),
        ("json", "write `body`"),
        ("schema", "the document's schema is always checked"),
        ("path", "write `jsonpath`, or give `path` in the step"),
        ("save", "it belongs in the step, beside `expect`"),
        ("capture", "write `save` in the step, beside `expect`"),
    ];
    map.finish(&elsewhere, reader.problems);
    expectation
}

fn read_bytes(node: &Node, reader: &mut Reader<'_>) -> Option<BytesExpectation> {
    let mut map = MapReader::new("`bytes`", node, reader.problems)?;
    let mut matcher = |key, reader: &mut Reader<'_>| {
        map.take(key).map(|node| super::matcher_reader::read_matcher(node, reader))
    };
    let length = matcher("length", reader);
    let sha256 = matcher("sha256", reader);
    let file = map.text("file", reader.problems).map(str::to_owned);
    let span = map.take("file").map_or(node.span, |node| node.span);
    map.finish(&[("size", "write `length`"), ("hash", "write `sha256`")], reader.problems);
    if length.is_none() && sha256.is_none() && file.is_none() {
        reader.invalid(node.span, "`bytes` expects a `length`, a `sha256` or a `file`", "expects nothing");
    }
    let file = file.map(|path| FileReference { path, span, is_value: false });
    Some(BytesExpectation { length, sha256, file })
}

fn read_status(node: &Node, reader: &mut Reader<'_>) -> Option<Spanned<Vec<StatusPattern>>> {
    let elements = match &node.kind {
        Kind::List(elements) => elements.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if elements.is_empty() {
        reader.invalid(node.span, "`status` names at least one status", "is empty");
    }
    let mut patterns = Vec::new();
    for element in elements {
        let pattern = match &element.kind {
            Kind::Number(text) => StatusPattern::parse(text),
            Kind::String(text) if text.starts_with('$') => {
                Some(StatusPattern::Expression(reader.template(element)))
            }
            Kind::String(text) => StatusPattern::parse(text),
            _ => None,
        };
        match pattern {
            Some(StatusPattern::Class(class)) => {
                reader.problems.warning(
                    Code::SCENARIO_VAGUE_STATUS,
                    element.span,
                    format!("`{class}xx` accepts every status of its class"),
                    "name the status",
                );
                patterns.push(StatusPattern::Class(class));
            }
            Some(pattern) => patterns.push(pattern),
            None => reader.invalid(
                element.span,
                "a status is a code such as 200, a class such as 2xx, or a list of them",
                "is none of them",
            ),
        }
    }
    (!patterns.is_empty()).then(|| Spanned::new(patterns, node.span))
}

fn read_jsonpath(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Vec<JsonPathExpectation> {
    map.map("jsonpath", reader.problems)
        .iter()
        .filter_map(|entry| {
            let matcher = super::matcher_reader::read_matcher(&entry.value, reader);
            let selector = Selector::compile(&entry.key, entry.key_span, reader.problems)?;
            Some(JsonPathExpectation { selector, span: entry.key_span, matcher })
        })
        .collect()
}

fn read_assert(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Vec<Condition> {
    let Some(node) = map.take("assert") else {
        return Vec::new();
    };
    let conditions = match &node.kind {
        Kind::List(elements) => elements.as_slice(),
        _ => std::slice::from_ref(node),
    };
    conditions.iter().filter_map(|condition| reader.condition("assert", condition)).collect()
}

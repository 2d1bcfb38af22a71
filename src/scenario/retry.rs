use super::expectation::StatusPattern;
use super::interval::{Interval, read_interval};
use super::reader::{Reader, Spanned};
use crate::source::Span;
use crate::yaml::{Kind, MapReader, Node, nearest};
use std::time::Duration;

/// `retry`: when the same request is sent again. What is not written is inherited.
///
/// Source: LANGUAGE §10.
#[derive(Clone, Debug, Default)]
pub struct Retry {
    /// Where it is written.
    pub span: Span,
    /// How often it is sent again at most, after the first time.
    pub times: Option<usize>,
    /// The waits, where the response does not say how long.
    pub every: Option<Interval>,
    /// What it is sent again for.
    pub on: Option<Spanned<Vec<RetryCause>>>,
    /// Whether a request that is not idempotent may be sent again though it may have had its effect.
    pub is_unsafe: Option<bool>,
    /// Whether nothing further out is inherited: `null` is written there.
    pub is_alone: bool,
}

/// What a request is sent again for.
#[derive(Clone, Debug)]
pub enum RetryCause {
    /// There was no connection, so that nothing was sent.
    Connect,
    /// The answer did not come in time.
    Timeout,
    /// The connection ended before the whole answer was there.
    Reset,
    /// The status of the answer: a code or a class.
    Status(StatusPattern),
}

impl RetryCause {
    /// Whether the request cannot have had an effect.
    pub fn is_safe(&self) -> bool {
        matches!(self, Self::Connect)
    }
}

impl std::fmt::Display for RetryCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connect => f.write_str("`connect`"),
            Self::Timeout => f.write_str("`timeout`"),
            Self::Reset => f.write_str("`reset`"),
            Self::Status(pattern) => write!(f, "{pattern}"),
        }
    }
}

/// As often as a request is sent again at most.
const MOST_TIMES: usize = 100;

impl Retry {
    /// How often where nothing says so.
    pub const TIMES: usize = 3;

    /// The wait where nothing says so.
    pub const EVERY: Interval = Interval::constant(Duration::from_secs(1));

    /// What it is sent again for where nothing says so: what a gateway answers while nobody is behind
    /// it, and what asks for patience.
    pub fn causes() -> Vec<RetryCause> {
        let statuses = [429, 502, 503, 504].map(|code| RetryCause::Status(StatusPattern::Code(code)));
        std::iter::once(RetryCause::Connect).chain(statuses).collect()
    }

    /// This where it is written, `outer` elsewhere.
    #[must_use]
    pub fn over(&self, outer: &Self) -> Self {
        if self.is_alone {
            return self.clone();
        }
        Self {
            span: self.span,
            times: self.times.or(outer.times),
            every: self.every.or(outer.every),
            on: self.on.clone().or_else(|| outer.on.clone()),
            is_unsafe: self.is_unsafe.or(outer.is_unsafe),
            is_alone: outer.is_alone,
        }
    }

    /// `null`: never again, whatever is written further out.
    fn never(span: Span) -> Self {
        Self { span, times: Some(0), is_alone: true, ..Self::default() }
    }
}

/// Reads `retry`: a number of times, or a map; null switches it off.
pub(super) fn read_retry(node: &Node, reader: &mut Reader<'_>) -> Option<Retry> {
    match &node.kind {
        Kind::Null => Some(Retry::never(node.span)),
        Kind::Number(_) => {
            Some(Retry { span: node.span, times: Some(read_times(node, reader)?), ..Retry::default() })
        }
        Kind::Map(_) => {
            let mut map = MapReader::new("`retry`", node, reader.problems)?;
            let retry = Retry {
                span: node.span,
                times: map.take("times").and_then(|node| read_times(node, reader)),
                every: map.take("every").and_then(|node| read_interval(node, reader)),
                on: map.take("on").and_then(|node| read_causes(node, reader)),
                is_unsafe: map.boolean("unsafe", reader.problems),
                is_alone: false,
            };
            map.finish(
                &[
                    ("max", "write `times`"),
                    ("count", "write `times`"),
                    ("attempts", "write `times`: how often it is sent again"),
                    ("interval", "write `every`"),
                    ("delay", "write `every`"),
                    ("backoff", "write `every: { from: …, to: …, factor: … }`"),
                    ("status", "write `on`, a list such as `[connect, 503]`"),
                    ("until", "it belongs under `poll`, which waits for an answer of the API"),
                    ("for", "it belongs under `poll`, which waits for an answer of the API"),
                ],
                reader.problems,
            );
            Some(retry)
        }
        _ => {
            let message = "`retry` is a number of times, or a map such as `{ times: 3, every: 1s, on: [connect, 503] }`";
            reader.invalid(node.span, message, format!("is {}", node.type_name()));
            None
        }
    }
}

fn read_times(node: &Node, reader: &mut Reader<'_>) -> Option<usize> {
    let times = match &node.kind {
        Kind::Number(text) => text.parse().ok().filter(|times| (0..=MOST_TIMES).contains(times)),
        _ => None,
    };
    if times.is_none() {
        let message = format!("a request is sent again from 0 to {MOST_TIMES} times");
        reader.invalid(node.span, message, "is no such number");
    }
    times
}

fn read_causes(node: &Node, reader: &mut Reader<'_>) -> Option<Spanned<Vec<RetryCause>>> {
    let elements = match &node.kind {
        Kind::List(elements) => elements.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if elements.is_empty() {
        reader.invalid(node.span, "`on` names at least one cause; `retry: null` is never again", "is empty");
    }
    let causes: Vec<RetryCause> = elements.iter().filter_map(|element| read_cause(element, reader)).collect();
    (!causes.is_empty()).then(|| Spanned::new(causes, node.span))
}

fn read_cause(node: &Node, reader: &mut Reader<'_>) -> Option<RetryCause> {
    const WORDS: [&str; 3] = ["connect", "timeout", "reset"];
    let status = match &node.kind {
        Kind::String(text) if text == "connect" => return Some(RetryCause::Connect),
        Kind::String(text) if text == "timeout" => return Some(RetryCause::Timeout),
        Kind::String(text) if text == "reset" => return Some(RetryCause::Reset),
        Kind::String(text) | Kind::Number(text) => StatusPattern::parse(text),
        _ => None,
    };
    let is_fault = match &status {
        Some(StatusPattern::Code(code)) => *code >= 400,
        Some(StatusPattern::Class(class)) => *class >= 4,
        _ => false,
    };
    match status {
        Some(pattern) if is_fault => Some(RetryCause::Status(pattern)),
        Some(_) => {
            let message = "a request is sent again for a status from 400 on";
            reader.invalid(node.span, message, "is no failure: `poll` waits for another answer");
            None
        }
        None => {
            let message =
                "a cause is `connect`, `timeout`, `reset`, a status such as 503, or a class such as 5xx";
            let label = match node.as_str().and_then(|text| nearest(text, WORDS)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "is none of them".to_owned(),
            };
            reader.invalid(node.span, message, label);
            None
        }
    }
}

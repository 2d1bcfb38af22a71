use super::Named;
use super::reader::Reader;
use crate::diagnostic::Code;
use crate::expression::{Selector, Template};
use crate::source::Span;
use crate::yaml::{Entry, Kind, MapReader, Node};
use regex::Regex;

/// `save: { name: source }`: a value of the exchange that later steps use.
#[derive(Clone, Debug)]
pub struct Capture {
    /// Where the source is written.
    pub span: Span,
    /// Where the value is found.
    pub source: CaptureSource,
    /// Applied to what is found, which must be text: group 1, or the whole match.
    pub regex: Option<Regex>,
    /// Which of several found values; without it a singular selector gives its value, any other an array.
    pub take: Option<Take>,
    /// The value when nothing is found; without it the step fails.
    pub default: Option<Template>,
    /// Whether the value is masked in every output.
    pub is_secret: bool,
    /// Whether another step may have saved the name before.
    pub is_overwrite: bool,
}

/// Where a captured value is found.
#[derive(Clone, Debug)]
pub enum CaptureSource {
    /// A JSONPath or pointer into the body.
    Body(Selector),
    /// A response header, by its name in any case.
    Header(String),
    /// A cookie that the response sets.
    Cookie(String),
    /// An expression.
    Expression(Template),
}

/// Which of several found values is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// The only one; several are a failure.
    One,
    /// The first.
    First,
    /// The last.
    Last,
    /// All of them, as an array.
    All,
}

/// Reads `save`.
pub(super) fn read_captures(entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Named<Capture>> {
    entries
        .iter()
        .filter_map(|entry| {
            reader.check_name("a saved value", &entry.key, entry.key_span);
            Some(entry.named(read_capture(&entry.value, reader)?))
        })
        .collect()
}

fn read_capture(node: &Node, reader: &mut Reader<'_>) -> Option<Capture> {
    let mut capture = Capture {
        span: node.span,
        source: CaptureSource::Cookie(String::new()),
        regex: None,
        take: None,
        default: None,
        is_secret: false,
        is_overwrite: false,
    };
    match &node.kind {
        Kind::String(text) => {
            capture.source = read_source(text, node, reader)?;
            Some(capture)
        }
        Kind::Map(_) => read_object(node, capture, reader),
        _ => {
            reader.invalid(
                node.span,
                "a saved value comes from a JSONPath such as `$.data.id`, an expression, or a map",
                format!("is {}", node.type_name()),
            );
            None
        }
    }
}

/// `$.` and `$[` start a JSONPath, everything else that starts with `$` an expression.
fn read_source(text: &str, node: &Node, reader: &mut Reader<'_>) -> Option<CaptureSource> {
    if text == "$" || text.starts_with("$.") || text.starts_with("$[") {
        return Selector::compile(text, node.span, reader.problems).map(CaptureSource::Body);
    }
    if !text.contains('$') {
        reader
            .problems
            .error(
                Code::SCENARIO_INVALID_SELECTOR,
                node.span,
                format!("`{text}` is neither a JSONPath nor an expression"),
                "starts with no `$`",
            )
            .help
            .push(format!("a JSONPath starts with `$.`: `$.{text}`; a pointer is `{{ pointer: /… }}`"));
        return None;
    }
    let template = Template::compile(node, &reader.capture_syntax, reader.problems);
    Some(CaptureSource::Expression(template))
}

fn read_object(node: &Node, mut capture: Capture, reader: &mut Reader<'_>) -> Option<Capture> {
    let mut map = MapReader::new("a saved value", node, reader.problems)?;
    let mut sources = Vec::new();
    for key in ["jsonpath", "pointer"] {
        if let Some(at) = map.take(key) {
            let text = at.as_str().unwrap_or_default();
            sources.extend(Selector::compile(text, at.span, reader.problems).map(CaptureSource::Body));
        }
    }
    sources.extend(map.text("header", reader.problems).map(|name| CaptureSource::Header(name.to_owned())));
    sources.extend(map.text("cookie", reader.problems).map(|name| CaptureSource::Cookie(name.to_owned())));
    if let Some(from) = map.take("from") {
        let template = Template::compile(from, &reader.capture_syntax, reader.problems);
        sources.push(CaptureSource::Expression(template));
    }
    if let Some(at) = map.take("regex") {
        capture.regex = read_regex(at, reader);
    }
    if let Some(at) = map.take("take") {
        capture.take = match at.as_str() {
            Some("one") => Some(Take::One),
            Some("first") => Some(Take::First),
            Some("last") => Some(Take::Last),
            Some("all") => Some(Take::All),
            _ => {
                reader.invalid(at.span, "`take` is one, first, last or all", "is none of them");
                None
            }
        };
    }
    capture.default = map.take("default").map(|at| reader.template(at));
    capture.is_secret = map.boolean("secret", reader.problems).unwrap_or(false);
    capture.is_overwrite = map.boolean("overwrite", reader.problems).unwrap_or(false);
    map.finish(&[], reader.problems);
    if sources.len() > 1 {
        reader.invalid(node.span, "a saved value has one source", "has several");
    } else if sources.is_empty() && !["jsonpath", "pointer"].iter().any(|key| node.get(key).is_some()) {
        reader.invalid(
            node.span,
            "a saved value needs one of `jsonpath`, `pointer`, `header`, `cookie`, `from`",
            "has none of them",
        );
    }
    capture.source = sources.into_iter().next()?;
    Some(capture)
}

/// The linear-time engine: a pattern of ours needs no look-around, and cannot run away.
fn read_regex(node: &Node, reader: &mut Reader<'_>) -> Option<Regex> {
    let text = node.as_str().unwrap_or_default();
    match regex::RegexBuilder::new(text).size_limit(1 << 20).build() {
        Ok(regex) => Some(regex),
        Err(error) => {
            let reason = error.to_string();
            let last = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            reader.invalid(node.span, format!("not a regular expression: {last}"), "does not compile");
            None
        }
    }
}

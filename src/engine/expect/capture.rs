use crate::check::matching::Schemas;
use crate::engine::scope::{CaseScope, ExchangeScope, OutputScope};
use crate::exchange::Exchange;
use crate::expression::{Selector, Unresolved};
use crate::json::{Datum, Pointer, Value};
use crate::openapi::{ContentKind, content_kind, is_json};
use crate::scenario::{Capture, CaptureSource, Named, Take};
use std::collections::BTreeMap;

/// Why a capture has no value.
pub(in crate::engine) struct Missing {
    /// What was looked for and not found.
    pub(in crate::engine) reason: String,
    /// Where in the body it was looked for.
    pub(in crate::engine) at: Option<Pointer>,
    /// What to do about it.
    pub(in crate::engine) help: Option<&'static str>,
}

/// The value of a capture; its default when nothing is found.
pub(in crate::engine) fn evaluate_capture(
    capture: &Named<Capture>,
    exchange: &Exchange,
    case: &CaseScope,
) -> Result<Datum, Missing> {
    let scope = ExchangeScope { case, exchange, schemas: Schemas::NONE };
    let found = find(&capture.value, exchange, &scope).and_then(|datum| match &capture.value.regex {
        Some(regex) => apply_regex(regex, &datum),
        None => Ok(datum),
    });
    match (found, &capture.value.default) {
        (Err(_), Some(default)) => default.resolve(&scope).map_err(|error| Missing {
            reason: error.to_string(),
            at: None,
            help: None,
        }),
        (found, _) => found,
    }
}

/// The value of a capture of what a flow gave; its default when there is none.
pub(in crate::engine) fn evaluate_output(
    capture: &Named<Capture>,
    case: &CaseScope,
    outputs: &BTreeMap<String, Datum>,
) -> Result<Datum, Missing> {
    let scope = OutputScope { case, outputs };
    let missing = |error: Unresolved| Missing { reason: error.to_string(), at: None, help: None };
    let found = match &capture.value.source {
        CaptureSource::Expression(template) => template.resolve(&scope).map_err(missing),
        _ => Err(Missing { reason: "a flow has no answer of its own".to_owned(), at: None, help: None }),
    };
    let found = found.and_then(|datum| match &capture.value.regex {
        Some(regex) => apply_regex(regex, &datum),
        None => Ok(datum),
    });
    match (found, &capture.value.default) {
        (Err(_), Some(default)) => default.resolve(&scope).map_err(missing),
        (found, _) => found,
    }
}

fn find(capture: &Capture, exchange: &Exchange, scope: &ExchangeScope<'_>) -> Result<Datum, Missing> {
    let missing = |reason: String| Missing { reason, at: None, help: None };
    match &capture.source {
        CaptureSource::Body(selector) => select(selector, capture.take, exchange),
        CaptureSource::Header(name) => {
            let lines = exchange.response.headers.all(name).map(Datum::new).collect();
            take(lines, capture.take.or(Some(Take::First))).map_err(|reason| {
                missing(reason.unwrap_or_else(|| format!("the response has no header `{name}`")))
            })
        }
        CaptureSource::Cookie(name) => {
            let values = exchange.response.headers.all("set-cookie").filter_map(|line| {
                let (each, value) = line.split(';').next()?.split_once('=')?;
                (each.trim() == name).then(|| Datum::new(value.trim()))
            });
            take(values.collect(), capture.take.or(Some(Take::Last))).map_err(|reason| {
                missing(reason.unwrap_or_else(|| format!("the response sets no cookie `{name}`")))
            })
        }
        CaptureSource::Expression(template) => {
            template.resolve(scope).map_err(|error| missing(error.to_string()))
        }
    }
}

fn select(selector: &Selector, how: Option<Take>, exchange: &Exchange) -> Result<Datum, Missing> {
    let body = &exchange.response.body;
    let Some(value) = body.value() else {
        let (reason, help) = match body.is_empty() {
            true => ("the response has no body".to_owned(), None),
            false => (no_json(exchange, selector), is_text(exchange).then_some(OF_TEXT)),
        };
        return Err(Missing { reason, at: None, help });
    };
    let found = selector.select(value);
    // An array of nothing is what a plural path gives when it finds nothing: still nothing found.
    let how = how.or(selector.is_singular().then_some(Take::One)).unwrap_or(Take::All);
    let data: Vec<Datum> = found.iter().filter_map(|(pointer, _)| body.datum(pointer)).collect();
    let nearest = nearest_ancestor(selector, value);
    take(data, Some(how)).map_err(|reason| Missing {
        reason: reason.unwrap_or_else(|| format!("`{}` finds nothing in the body", selector.text())),
        at: Some(nearest),
        help: None,
    })
}

/// How text is saved, of which a JSONPath knows nothing.
const OF_TEXT: &str = "of a text, save all of it: `{ from: $response.body }`, with `regex` for a part";

fn is_text(exchange: &Exchange) -> bool {
    exchange.response.content_type().is_some_and(|stated| !is_json(stated))
}

/// What a JSONPath meets that is no JSON.
pub(in crate::engine) fn no_json(exchange: &Exchange, selector: &Selector) -> String {
    match exchange.response.content_type() {
        Some(stated) if !is_json(stated) => {
            let has_parts = !matches!(content_kind(stated), ContentKind::Text | ContentKind::Binary);
            match has_parts {
                true => {
                    format!("`{}` reads values, and the body cannot be read as {stated}", selector.text())
                }
                false => format!("`{}` reads JSON, and the body is {stated}", selector.text()),
            }
        }
        _ => "the body is not JSON".to_owned(),
    }
}

/// How much of a pointer-like selector exists: the place to show when the rest is missing.
fn nearest_ancestor(selector: &Selector, value: &Value) -> Pointer {
    let Some(wanted) = selector.as_pointer() else {
        return Pointer::root();
    };
    let mut at = wanted;
    while at.get(value).is_none() && !at.is_root() {
        at = at.parent();
    }
    at
}

/// `None` as the reason means that nothing was found.
fn take(mut data: Vec<Datum>, how: Option<Take>) -> Result<Datum, Option<String>> {
    if data.is_empty() {
        return Err(None);
    }
    match how {
        Some(Take::One) if data.len() > 1 => {
            Err(Some(format!("{} values were found, and one is wanted", data.len())))
        }
        Some(Take::One | Take::First) | None => Ok(data.swap_remove(0)),
        Some(Take::Last) => data.pop().ok_or(None),
        Some(Take::All) => Ok(Datum::array(data)),
    }
}

fn apply_regex(regex: &regex::Regex, datum: &Datum) -> Result<Datum, Missing> {
    if let Value::Array(elements) = datum.value() {
        let parts: Result<Vec<_>, _> =
            elements.iter().map(|element| apply_regex(regex, &Datum::new(element.clone()))).collect();
        return Ok(Datum::array(parts?));
    }
    let text = datum.to_text();
    match regex.captures(&text) {
        Some(groups) => {
            let group = groups.get(1).or_else(|| groups.get(0)).map_or("", |group| group.as_str());
            Ok(Datum::new(group))
        }
        None => {
            let shown: String = text.chars().take(60).collect();
            Err(Missing { reason: format!("`{regex}` is not found in `{shown}`"), at: None, help: None })
        }
    }
}

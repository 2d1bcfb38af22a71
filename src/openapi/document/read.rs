//! From the text of a document to its value.

use crate::diagnostic::{Code, Problems};
use crate::json::{self, Token, Value};
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::yaml;
use std::sync::Arc;

pub(in crate::openapi) fn read_json(source: &Arc<Source>, problems: &mut Problems) -> Option<Value> {
    let parsed = match json::parse(source.text()) {
        Ok(parsed) => parsed,
        Err(error) => {
            let text = source.text();
            let end =
                text[error.offset..].chars().next().map_or(error.offset, |c| error.offset + c.len_utf8());
            let message = match error.is_trailing {
                true => "something follows the JSON value".to_owned(),
                false if error.limit.is_some() => format!("the document cannot be read: {error}"),
                false => format!("not JSON: {error}"),
            };
            let span = Span::new(error.offset, end);
            problems.error(Code::DOCUMENT_SYNTAX, span, message, "the parser stops here");
            return None;
        }
    };
    if !parsed.duplicates.is_empty()
        && let Some(places) = json::Located::parse(source.text())
    {
        for pointer in &parsed.duplicates {
            let name = pointer.tokens().last().map(Token::as_str).unwrap_or_default();
            let span = places.name_span(pointer).unwrap_or_default();
            let message = format!("the key `{name}` stands twice in one map");
            problems.warning(Code::YAML_DUPLICATE_KEY, span, message, "this one is used");
        }
    }
    Some(parsed.value)
}

/// Reads YAML that must be a map; `what` is what it is to be, with its article.
pub(in crate::openapi) fn read_yaml(what: &str, limits: &Limits, problems: &mut Problems) -> Option<Value> {
    let reported = problems.len();
    let root = yaml::load(yaml::Dialect::Document, limits, problems);
    let is_empty = root.as_ref().is_none_or(yaml::Node::is_null);
    if is_empty && problems.len() == reported {
        problems.error(
            Code::DOCUMENT_SYNTAX,
            Span::default(),
            "the document is empty",
            "nothing stands here",
        );
        return None;
    }
    let root = root?;
    if root.as_map().is_none() {
        let first_line = problems.source().slice(root.span).lines().next().unwrap_or_default().len();
        problems.error(
            Code::DOCUMENT_SYNTAX,
            Span::new(root.span.start, root.span.start + first_line),
            format!("{what} is a map, not {}", root.type_name()),
            format!("is {}", root.type_name()),
        );
        return None;
    }
    Some(root.into_value())
}

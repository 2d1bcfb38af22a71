//! Problems of a YAML text in words.

use super::load::Dialect;
use super::node::Entry;
use crate::diagnostic::{Code, Problems};
use crate::source::{Source, Span};

/// The scanner's words, and what mostly causes them: an unquoted expression within `{ … }`.
pub(super) fn syntax(source: &Source, at: usize, info: &str, problems: &mut Problems) {
    let position = source.position(at);
    let line = source.slice(source.line(position.line));
    let has_flow_expression = line.contains('{') && line.contains('$');
    let end = (at + 1).min(source.text().len());
    let end = (end..=source.text().len()).find(|end| source.text().is_char_boundary(*end)).unwrap_or(at);
    let diagnostic = problems.error(
        Code::YAML_SYNTAX,
        Span::new(at, end),
        format!("not YAML: {info}"),
        "the parser stops here",
    );
    if has_flow_expression {
        diagnostic.help.push(
            "within `{ … }` and `[ … ]`, quote an expression that holds `{`, `}`, `[`, `]` or `,`".to_owned(),
        );
    }
    if info.contains("indentation") && line.trim_start().starts_with(['}', ']']) {
        diagnostic.help.push(
            "every line of a `{ … }` or `[ … ]`, its end too, is indented deeper than the key it belongs to"
                .to_owned(),
        );
    }
    if line.contains('\t') {
        diagnostic.help.push("YAML is indented by spaces, not by tabs".to_owned());
    }
}

/// A key that stands twice in one map.
pub(super) fn duplicate(dialect: Dialect, problems: &mut Problems, first: Option<Span>, entry: &Entry) {
    let source = std::sync::Arc::clone(problems.source());
    let message = format!("the key `{}` stands twice in one map", entry.key);
    let diagnostic = match dialect {
        Dialect::Ours => {
            problems.error(Code::YAML_DUPLICATE_KEY, entry.key_span, message, "stands here again")
        }
        Dialect::Document => {
            problems.warning(Code::YAML_DUPLICATE_KEY, entry.key_span, message, "this one is used")
        }
    };
    if let Some(first) = first {
        *diagnostic = diagnostic.clone().label(&source, first, "stands here first");
    }
}

/// The number that a text with leading zeros may have meant.
pub(super) fn strip_zeros(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (&text[..1], rest),
        None => ("", text),
    };
    let stripped = digits.trim_start_matches('0');
    match stripped.bytes().next() {
        Some(byte) if byte.is_ascii_digit() => format!("{sign}{stripped}"),
        _ => format!("{sign}0{stripped}"),
    }
}

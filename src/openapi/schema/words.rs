//! Values, types and places as parts of a sentence.

use crate::json::{Pointer, Value};
use jsonschema::JsonType;

/// Longer values are cut; the place in the body shows the whole.
const MAX_CHARS: usize = 60;

/// A type with its article.
pub(super) fn type_phrase(name: JsonType) -> &'static str {
    match name {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

/// What a value is: "a string"; a number that is no integer is told by its value, since its type
/// alone would explain nothing.
pub(super) fn kind_of(value: &Value) -> String {
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() != 0.0) => {
            format!("the number {number}")
        }
        other => crate::json::type_name(other).to_owned(),
    }
}

/// A value in backticks: text as it is, everything else as JSON, cut where it is long.
pub(super) fn quoted(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.trim().is_empty() => text.clone(),
        // Text that is empty or blank would not be seen without its quotes.
        other => other.to_string(),
    };
    format!("`{}`", shorten(&text))
}

/// The first characters of a text, on one line.
pub(super) fn shorten(text: &str) -> String {
    let mut cut: String =
        text.chars().take(MAX_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        cut.push('…');
    }
    cut
}

/// `a, b or c`.
pub(super) fn any_of<S: AsRef<str>>(items: &[S]) -> String {
    join(items, "or")
}

/// `a, b and c`.
pub(super) fn all_of<S: AsRef<str>>(items: &[S]) -> String {
    join(items, "and")
}

/// The first eight of a long list, and how many more there are.
pub(super) fn some_of(items: &[String], conjunction: &str) -> String {
    const SHOWN: usize = 8;
    if items.len() <= SHOWN + 1 {
        return join(items, conjunction);
    }
    format!("{} {conjunction} {} more", items[..SHOWN].join(", "), items.len() - SHOWN)
}

fn join<S: AsRef<str>>(items: &[S], conjunction: &str) -> String {
    let Some((last, rest)) = items.split_last() else { return String::new() };
    let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
    match rest.is_empty() {
        true => last.as_ref().to_owned(),
        false => format!("{} {conjunction} {}", rest.join(", "), last.as_ref()),
    }
}

/// `1 character`, `2 characters`, `no characters`.
pub(super) fn count(number: usize, singular: &str, plural: &str) -> String {
    match number {
        0 => format!("no {plural}"),
        1 => format!("1 {singular}"),
        many => format!("{many} {plural}"),
    }
}

/// What the value at a pointer is called: its member name in backticks, with its index where it is
/// an element, or the name of the whole.
pub(super) fn subject(root: &Value, whole: &str, at: &Pointer) -> String {
    let mut indices = String::new();
    let mut tokens = at.tokens();
    while let Some((last, rest)) = tokens.split_last() {
        let holder = Pointer::of(rest.iter().cloned());
        if !holder.get(root).is_some_and(Value::is_array) {
            return format!("`{last}{indices}`");
        }
        indices.insert_str(0, &format!("[{last}]"));
        tokens = rest;
    }
    match indices.is_empty() {
        true => whole.to_owned(),
        false => format!("element `{indices}` of {whole}"),
    }
}

/// Where a value stands among all others, for sorting: the position of each token in what holds it.
pub(super) fn position(root: &Value, at: &Pointer) -> Vec<usize> {
    let mut value = root;
    let mut path = Vec::with_capacity(at.tokens().len());
    for token in at.tokens() {
        let index = match value {
            Value::Array(_) => token.parse().ok(),
            Value::Object(members) => members.keys().position(|name| name == token),
            _ => None,
        };
        path.push(index.unwrap_or(usize::MAX));
        match Pointer::of([token.as_str()]).get(value) {
            Some(child) => value = child,
            None => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_have_names() {
        let root = json!({"data": {"items": [[1], {"id": 2}]}, "7": {"a": 1}});
        for (at, name) in [
            ("", "the body"),
            ("/data", "`data`"),
            ("/data/items/0", "`items[0]`"),
            ("/data/items/0/0", "`items[0][0]`"),
            ("/data/items/1/id", "`id`"),
            ("/7/a", "`a`"),
            ("/7", "`7`"),
        ] {
            assert_eq!(subject(&root, "the body", &Pointer::parse(at).expect("a pointer")), name);
        }
        let list = json!([[1]]);
        assert_eq!(subject(&list, "the body", &Pointer::of(["0"])), "element `[0]` of the body");
    }

    #[test]
    fn values_are_cut_and_visible() {
        assert_eq!(quoted(&json!("cancelled")), "`cancelled`");
        assert_eq!(quoted(&json!("")), "`\"\"`");
        assert_eq!(quoted(&json!(" ")), "`\" \"`");
        assert_eq!(quoted(&json!(null)), "`null`");
        assert_eq!(quoted(&json!("é".repeat(61))), format!("`{}…`", "é".repeat(60)));
        assert_eq!(quoted(&json!("a\nb")), "`a b`");
    }

    #[test]
    fn lists_read_as_english() {
        assert_eq!(any_of(&["a"]), "a");
        assert_eq!(any_of(&["a", "b", "c"]), "a, b or c");
        let many: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        assert_eq!(some_of(&many, "or"), "0, 1, 2, 3, 4, 5, 6, 7 or 4 more");
        assert_eq!(count(0, "element", "elements"), "no elements");
    }
}

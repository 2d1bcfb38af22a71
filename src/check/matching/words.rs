//! Values, places and matchers in the words of messages.

use super::Token;
use crate::expression::Template;
use crate::json::{Datum, Value, brief, cut};
use crate::scenario::{Marker, Matcher, MatcherKind, Member, Operator, OperatorKind, Ordering};

/// A value as its type is clear from the other it is shown beside: `` `incomplete` ``, `` `5` ``.
pub(super) fn plain(value: &Value, number: &str) -> String {
    match value {
        Value::String(text) if text.is_empty() => "an empty string".to_owned(),
        Value::String(text) => format!("`{}`", visible(text)),
        Value::Number(_) => format!("`{}`", cut(number)),
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Array(elements) if elements.is_empty() => "an empty array".to_owned(),
        Value::Object(members) if members.is_empty() => "an empty object".to_owned(),
        Value::Array(_) | Value::Object(_) => format!("`{}`", brief(value)),
    }
}

/// A value with its type: `` the string `5` ``.
pub(super) fn typed(value: &Value, number: &str) -> String {
    match value {
        Value::String(text) if !text.is_empty() => format!("the string {}", plain(value, number)),
        Value::Number(_) => format!("the number {}", plain(value, number)),
        Value::Array(elements) if !elements.is_empty() => {
            format!("an array of {}", count(elements.len(), "element"))
        }
        Value::Object(members) if !members.is_empty() => {
            format!("an object of {}", count(members.len(), "member"))
        }
        _ => plain(value, number),
    }
}

/// Whether two values have one JSON type, integers and other numbers being one.
pub(super) fn is_same_type(left: &Value, right: &Value) -> bool {
    matches!(
        (left, right),
        (Value::Null, Value::Null)
            | (Value::Bool(_), Value::Bool(_))
            | (Value::Number(_), Value::Number(_))
            | (Value::String(_), Value::String(_))
            | (Value::Array(_), Value::Array(_))
            | (Value::Object(_), Value::Object(_))
    )
}

/// A datum as a whole; see [`plain`].
pub(super) fn datum(datum: &Datum) -> String {
    plain(datum.value(), &datum.to_text())
}

/// A datum as a whole with its type; see [`typed`].
pub(super) fn typed_datum(datum: &Datum) -> String {
    typed(datum.value(), &datum.to_text())
}

/// `1 element`, `2 elements`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A text on one line, control characters escaped, cut.
fn visible(text: &str) -> String {
    let start: String = text.chars().take(61).collect();
    if !start.contains(char::is_control) {
        return cut(&start);
    }
    let escaped =
        start.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.into() });
    cut(&escaped.collect::<String>())
}

/// Where two texts part, for those whose beginnings look alike: a sentence, or nothing.
pub(super) fn difference(expected: &str, actual: &str) -> Option<String> {
    if visible(expected) != visible(actual) {
        let is_space = expected.trim() == actual.trim();
        return is_space.then(|| "they differ in white space at an end".to_owned());
    }
    let same = expected.chars().zip(actual.chars()).take_while(|(left, right)| left == right).count();
    let rest = |text: &str| match text.chars().skip(same).take(20).collect::<String>() {
        rest if rest.is_empty() => "nothing".to_owned(),
        // The ellipsis says that it is a part, to readers and to whoever masks secrets.
        rest => {
            format!("`…{}{}`", visible(&rest), if text.chars().nth(same + 20).is_some() { "…" } else { "" })
        }
    };
    Some(format!("after {same} characters {} is expected, and {} is there", rest(expected), rest(actual)))
}

/// The name of a place: its last member with the indexes behind it, or what the whole is called.
pub(super) fn name(tokens: &[Token], whole: &str) -> String {
    let start = tokens.iter().rposition(|token| matches!(token, Token::Name(_)));
    let tail = &tokens[start.unwrap_or(0)..];
    let mut text = String::new();
    for token in tail {
        match token {
            Token::Name(name) => text.push_str(&visible(name)),
            Token::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    match (text.is_empty(), start) {
        (true, _) => whole.to_owned(),
        (false, Some(_)) => format!("`{text}`"),
        (false, None) => format!("`{text}` of {whole}"),
    }
}

/// What a marker stands for.
pub(super) fn marker(marker: Marker) -> &'static str {
    match marker {
        Marker::Any => "any value",
        Marker::String => "a string",
        Marker::NonEmpty => "a string, array or object that is not empty",
        Marker::Number => "a number",
        Marker::Integer => "an integer",
        Marker::Boolean => "a boolean",
        Marker::Array => "an array",
        Marker::Object => "an object",
        Marker::Null => "null",
        Marker::Absent => "no member",
        Marker::Uuid => "a UUID",
        Marker::Date => "a date as `2026-01-31`",
        Marker::DateTime => "a date-time as `2026-01-31T12:00:00Z`",
        Marker::Time => "a time as `12:00:00Z`",
        Marker::Email => "an email address",
        Marker::Uri => "a URI",
        Marker::Ipv4 => "an IPv4 address",
        Marker::Hostname => "a host name",
    }
}

/// `a UUID or null`.
pub(super) fn markers(all: &[Marker]) -> String {
    alternatives(all.iter().map(|each| marker(*each).to_owned()))
}

/// `a, b or c`.
pub(super) fn alternatives(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
    }
}

/// What an ordering asks for.
pub(super) fn ordering(ordering: Ordering) -> &'static str {
    match ordering {
        Ordering::Greater => "greater than",
        Ordering::GreaterOrEqual => "at least",
        Ordering::Less => "less than",
        Ordering::LessOrEqual => "at most",
    }
}

/// What a matcher expects, in a few words; expressions by their text.
pub(super) fn matcher(matcher: &Matcher) -> String {
    match &matcher.kind {
        MatcherKind::Equal(expected) => template(expected),
        MatcherKind::Markers(all) => markers(all),
        MatcherKind::Object(members) if members.is_empty() => "an object".to_owned(),
        MatcherKind::List(elements) if elements.is_empty() => "an empty array".to_owned(),
        MatcherKind::Object(_) | MatcherKind::List(_) => format!("`{}`", cut(&written(matcher))),
        MatcherKind::Operators(operators) => operators.iter().map(operator).collect::<Vec<_>>().join(" and "),
    }
}

fn operator(operator: &Operator) -> String {
    match &operator.kind {
        OperatorKind::Schema(reference) => super::schema::valid_for(reference),
        OperatorKind::Literal(value) => template(value),
        OperatorKind::Ne(value) => format!("anything but {}", template(value)),
        OperatorKind::Order(order, value) => format!("{} {}", ordering(*order), template(value)),
        OperatorKind::In(values) => format!("one of {}", template(values)),
        OperatorKind::NotIn(values) => format!("none of {}", template(values)),
        OperatorKind::Match(pattern) => format!("text matching {}", template(pattern)),
        OperatorKind::Not(inner) => format!("anything but {}", matcher(inner)),
        OperatorKind::AnyOf(inner) => alternatives(inner.iter().map(matcher)),
        OperatorKind::Length(inner) => format!("a length of {}", matcher(inner)),
        OperatorKind::Each(inner) => format!("elements that are each {}", matcher(inner)),
        OperatorKind::Contains(inner) => {
            format!("something with {}", inner.iter().map(matcher).collect::<Vec<_>>().join(" and "))
        }
        OperatorKind::Unordered(inner) => {
            format!("exactly {} in any order", inner.iter().map(matcher).collect::<Vec<_>>().join(", "))
        }
        OperatorKind::Sorted(sorting) => {
            let order = if sorting.is_descending { "descending" } else { "ascending" };
            format!("elements in {order} order")
        }
        OperatorKind::Unique(by) if by.is_root() => "elements of which no two are equal".to_owned(),
        OperatorKind::Unique(by) => format!("elements of which no two have the same {by}"),
        OperatorKind::Exact(members) => format!("exactly `{}`", cut(&written_members(members))),
        OperatorKind::SameAs { value, .. } => format!("the same as {}", template(value)),
        OperatorKind::Cel(condition) => format!("a value with `{}`", cut(&condition.text)),
    }
}

fn template(template: &Template) -> String {
    match (template.as_literal(), template.as_reference()) {
        (Some(literal), _) => datum(literal),
        (None, Some(reference)) => format!("the value of `{}`", cut(&reference.text)),
        (None, None) => "the value of an expression".to_owned(),
    }
}

/// A matcher in something like the notation it was written in.
fn written(matcher: &Matcher) -> String {
    match &matcher.kind {
        MatcherKind::Equal(expected) => match (expected.as_literal(), expected.as_reference()) {
            (Some(literal), _) => literal.to_text(),
            (None, Some(reference)) => reference.text.clone(),
            (None, None) => "…".to_owned(),
        },
        MatcherKind::Object(members) => written_members(members),
        MatcherKind::List(elements) => {
            format!("[{}]", elements.iter().map(written).collect::<Vec<_>>().join(", "))
        }
        MatcherKind::Markers(all) => {
            format!("<{}>", all.iter().map(|each| each.word()).collect::<Vec<_>>().join("|"))
        }
        MatcherKind::Operators(operators) => {
            operators.iter().map(operator).collect::<Vec<_>>().join(" and ").replace('`', "")
        }
    }
}

fn written_members(members: &[Member]) -> String {
    let members: Vec<_> =
        members.iter().map(|each| format!("{}: {}", each.name, written(&each.matcher))).collect();
    format!("{{ {} }}", members.join(", "))
}

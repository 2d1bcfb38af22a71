//! Whether two texts say the same, and have the same comments.

use super::order::Place;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

/// Whether they do; the order of keys aside where the reference has one.
pub(super) fn is_same(before: (&str, &Node), after: (&str, &Node)) -> bool {
    is_same_node(before.1, after.1, Place::File) && comments(before.0, before.1) == comments(after.0, after.1)
}

fn is_same_node(before: &Node, after: &Node, place: Place) -> bool {
    match (&before.kind, &after.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool(left), Kind::Bool(right)) => left == right,
        (Kind::Number(left), Kind::Number(right)) | (Kind::String(left), Kind::String(right)) => {
            left == right
        }
        (Kind::List(left), Kind::List(right)) => {
            let element = place.of_element();
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| is_same_node(a, b, element))
        }
        (Kind::Map(left), Kind::Map(right)) => {
            let has_same = |entry: &Entry| {
                let value = after.get(&entry.key);
                value.is_some_and(|value| is_same_node(&entry.value, value, place.of_key(&entry.key)))
            };
            let keys = || left.iter().map(|it| &it.key).eq(right.iter().map(|it| &it.key));
            left.len() == right.len()
                && left.iter().all(has_same)
                && (place.is_ordered_by_reference() || keys())
        }
        _ => false,
    }
}

/// Every comment, sorted: what stands behind a `#` that is part of no key and no value.
pub(super) fn comments<'t>(text: &'t str, node: &Node) -> Vec<&'t str> {
    let mut spans = Vec::new();
    collect(node, &mut spans);
    spans.sort_by_key(|span| span.start);
    let mut comments = Vec::new();
    let mut from = 0;
    let mut spans = spans.into_iter().peekable();
    while let Some(found) = text[from..].find('#').map(|at| from + at) {
        while spans.peek().is_some_and(|span| span.end <= found) {
            spans.next();
        }
        let is_written_in = spans.peek().filter(|span| span.start <= found);
        if let Some(span) = is_written_in {
            from = span.end;
            continue;
        }
        let is_alone = text[..found].chars().next_back().is_none_or(char::is_whitespace);
        let end = text[found..].find('\n').map_or(text.len(), |at| found + at);
        if is_alone {
            comments.push(text[found..end].trim_end());
            from = end;
        } else {
            from = found + 1;
        }
    }
    comments.sort_unstable();
    comments
}

fn collect(node: &Node, spans: &mut Vec<Span>) {
    match &node.kind {
        Kind::List(elements) => elements.iter().for_each(|element| collect(element, spans)),
        Kind::Map(entries) => {
            for entry in entries {
                spans.push(entry.key_span);
                collect(&entry.value, spans);
            }
        }
        _ => spans.push(node.span),
    }
}

//! What a matcher expects, in words.

use crate::diagnostic::words::quoted;
use crate::lint::types::Types;
use crate::scenario::{Marker, Matcher, MatcherKind};

/// A matcher as a part of "is expected to be …".
pub(super) fn expected(matcher: &Matcher, types: Types) -> String {
    match &matcher.kind {
        MatcherKind::Markers(markers) => marked(markers),
        MatcherKind::Equal(template) => match template.as_literal() {
            Some(datum) => quoted(datum.value()),
            None => types.words(),
        },
        _ => types.words(),
    }
}

/// The words under an expectation.
pub(super) fn expects(matcher: &Matcher) -> String {
    match &matcher.kind {
        MatcherKind::Markers(markers) => format!("expects {}", marked(markers)),
        MatcherKind::Equal(template) => match template.as_literal() {
            Some(datum) => format!("expects {}", quoted(datum.value())),
            None => "expects this value".to_owned(),
        },
        MatcherKind::Object(_) => "expects an object".to_owned(),
        MatcherKind::List(_) => "expects an array".to_owned(),
        MatcherKind::Operators(_) => "expects this".to_owned(),
    }
}

/// Markers as they are written.
pub(super) fn marked(markers: &[Marker]) -> String {
    let words: Vec<&str> = markers.iter().map(|marker| marker.word()).collect();
    format!("`<{}>`", words.join("|"))
}

//! `http.etag`: an entity tag that can be sent back.

use super::{Check, Fact, HttpCase, malformed, single};

/// Source: RFC 9110 §8.8.3: `[ W/ ] DQUOTE *etagc DQUOTE`, the `W` in upper case.
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    let value = match single(case, Check::HttpEtag, "ETag") {
        Ok(value) => value?,
        Err(fact) => return Some(*fact),
    };
    let opaque = value.strip_prefix("W/").unwrap_or(value);
    let inner = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let is_etagc = |c: char| c == '!' || ('#'..='~').contains(&c) || ('\u{80}'..='\u{ff}').contains(&c);
    if inner.is_some_and(|inner| inner.chars().all(is_etagc)) {
        return None;
    }
    let fact = malformed(case, Check::HttpEtag, "ETag", value, "an entity tag in quotes");
    let is_bare = !value.is_empty() && value.chars().all(is_etagc);
    Some(if is_bare && !value.contains('/') { fact.help(format!("send `ETag: \"{value}\"`")) } else { fact })
}

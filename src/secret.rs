//! Secrets: a type that cannot print itself, and the masker that keeps them out of every output.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

pub use secrecy::{ExposeSecret, SecretString};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Shorter values are not masked: they stand in half of all words, and guard nothing.
const MIN_LENGTH: usize = 4;

/// A longer value is looked for by itself: the automaton of the others takes memory by the length of
/// all of them, and time to build.
const LONG: usize = 4 << 10;

/// RFC 3986 §2.3: everything but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Knows every secret of a run and replaces each, however encoded, by [`MASK`].
///
/// Encodings: the text itself, JSON-escaped, percent-encoded (also with lower-case digits, and as a
/// form field), base64 and base64url, with and without padding. Values of fewer than four bytes are
/// not masked. Shared between workers; masking takes no lock longer than a pointer's copy.
#[derive(Debug, Default)]
pub struct Masker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    patterns: BTreeSet<String>,
    /// Longest first, so that what holds another goes as a whole.
    long: Arc<Vec<String>>,
    matcher: Option<Arc<AhoCorasick>>,
}

impl Masker {
    /// Makes a masker that knows no secret yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret; from now on it is masked.
    pub fn add(&self, secret: &str) {
        if secret.len() < MIN_LENGTH {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for pattern in encodings(secret) {
            if pattern.len() > LONG {
                if !state.long.contains(&pattern) {
                    let long = Arc::make_mut(&mut state.long);
                    long.push(pattern);
                    long.sort_by_key(|pattern| std::cmp::Reverse(pattern.len()));
                }
            } else if state.patterns.insert(pattern) {
                state.matcher = None;
            }
        }
    }

    /// The text with every secret replaced.
    pub fn mask(&self, text: &str) -> String {
        let (matcher, long) = self.matcher();
        let mut text = Cow::Borrowed(text);
        for pattern in long.iter() {
            if text.contains(pattern.as_str()) {
                text = Cow::Owned(text.replace(pattern.as_str(), MASK));
            }
        }
        match matcher {
            Some(matcher) => {
                let mut out = String::with_capacity(text.len());
                matcher.replace_all_with(&text, &mut out, |_, _, out| {
                    out.push_str(MASK);
                    true
                });
                out
            }
            None => text.into_owned(),
        }
    }

    fn matcher(&self) -> (Option<Arc<AhoCorasick>>, Arc<Vec<String>>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.matcher.is_none() && !state.patterns.is_empty() {
            let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&state.patterns);
            state.matcher = built.ok().map(Arc::new);
        }
        (state.matcher.clone(), Arc::clone(&state.long))
    }
}

fn encodings(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let percent = utf8_percent_encode(secret, RESERVED).to_string();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let bytes = secret.as_bytes();
    vec![
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        lower_case_escapes(&percent),
        percent,
        form,
        STANDARD.encode(bytes),
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
    ]
}

/// `%2F` as `%2f`: both are the same octet, and servers echo either.
fn lower_case_escapes(percent: &str) -> String {
    let mut left = 0;
    let lower = |character: char| {
        if character == '%' {
            left = 2;
        } else if left > 0 {
            left -= 1;
            return character.to_ascii_lowercase();
        }
        character
    };
    percent.chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_a_secret_is_masked() {
        let secret = "pä/s \"w+rd=";
        let masker = Masker::new();
        masker.add(secret);
        for encoded in encodings(secret) {
            let text = format!("before {encoded} after");
            assert_eq!(masker.mask(&text), "before *** after", "{encoded}");
        }
    }

    #[test]
    fn the_longest_secret_is_masked_whole() {
        let masker = Masker::new();
        masker.add("token");
        masker.add("token-and-more");
        assert_eq!(masker.mask("token-and-more token"), "*** ***");
    }

    #[test]
    fn short_values_and_no_values_change_nothing() {
        let masker = Masker::new();
        masker.add("a");
        masker.add("");
        assert_eq!(masker.mask("banana"), "banana");
    }

    #[test]
    fn escapes_get_lower_case_digits_and_letters_stay() {
        assert_eq!(lower_case_escapes("A%2FB%C3C"), "A%2fB%c3C");
    }
}

//! Secrets: a type that cannot print itself, and the masker that keeps them out of every output.

mod excerpt;
mod fragment;
mod spelling;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::{Regex, RegexBuilder};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub(crate) use excerpt::mask_sources;
pub use secrecy::{ExposeSecret, SecretString};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Shorter values are not masked: they stand in half of all words, and guard nothing.
pub(crate) const MIN_LENGTH: usize = 4;

/// Room for the compiled patterns; some thousand secrets of a hundred characters fit.
const PATTERN_SIZE: usize = 1 << 28;

/// A longer secret is looked for by itself, in its commonest spellings: a pattern of every way to spell
/// each of its characters would take memory and time by its length.
const LONG: usize = 4 << 10;

/// As much of a long secret as is looked for beside a cut.
const SHOWN_OF_LONG: usize = 512;

/// Knows every secret of a run and replaces each, however spelled, by [`MASK`].
///
/// Spellings: the text itself, and with any of its characters escaped as JSON, percent-encoding,
/// forms, HTML, YAML, shells and JSON pointers do, in either case of their digits; the whole as
/// base64 and base64url, with and without padding, also in the midst of a longer text that was
/// encoded. Values of fewer than four bytes are not masked. Shared between workers; masking takes no
/// lock longer than a pointer's copy.
#[derive(Debug, Default)]
pub struct Masker {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    secrets: BTreeSet<String>,
    matcher: Option<Arc<Matcher>>,
}

/// Names no secret.
impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.secrets.len())
    }
}

struct Matcher {
    /// Texts of which one at least stands wherever a spelling does, none where there is no secret that is not
    /// long; `None` where any text may hold one.
    marks: Option<AhoCorasick>,
    pattern: String,
    /// The pattern, compiled when the first text has a mark; `None` when there are more secrets than a
    /// pattern holds: then nothing of such a text is shown.
    whole: OnceLock<Option<Regex>>,
    /// Spellings of long secrets, longest first.
    long: Vec<String>,
    /// What a text that was cut may hold a part of.
    spellings: Vec<String>,
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
        if !state.secrets.contains(secret) {
            state.secrets.insert(secret.to_owned());
            state.matcher = None;
        }
    }

    /// The text with every secret replaced.
    pub fn mask(&self, text: &str) -> String {
        match self.matcher() {
            Some(matcher) => matcher.mask(text),
            None => text.to_owned(),
        }
    }

    /// Like [`Masker::mask`], for words that may quote a value cut at `…`: what is left of a secret
    /// beside the cut is replaced too.
    ///
    /// The work is that of the text's length times the length of all secrets: for sentences, not for
    /// bodies.
    pub fn mask_words(&self, text: &str) -> String {
        match self.matcher() {
            Some(matcher) => fragment::mask(&matcher.mask(text), &matcher.spellings),
            None => text.to_owned(),
        }
    }

    /// The text with every byte of a secret replaced by `*`, so that the places in it stay.
    pub fn mask_in_place(&self, text: &str) -> String {
        let Some(matcher) = self.matcher().filter(|matcher| matcher.is_marked(text)) else {
            return text.to_owned();
        };
        let Some(whole) = matcher.whole() else { return MASK.to_owned() };
        let stars = |found: &regex::Captures<'_>| {
            let star = |byte: u8| if byte == b'\n' { '\n' } else { '*' };
            found[0].bytes().map(star).collect::<String>()
        };
        whole.replace_all(text, stars).into_owned()
    }

    fn matcher(&self) -> Option<Arc<Matcher>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.secrets.is_empty() {
            return None;
        }
        if state.matcher.is_none() {
            state.matcher = Some(Arc::new(Matcher::new(&state.secrets)));
        }
        state.matcher.clone()
    }
}

impl Matcher {
    fn new(secrets: &BTreeSet<String>) -> Self {
        let (long, short): (Vec<&String>, Vec<&String>) =
            secrets.iter().partition(|secret| secret.len() > LONG);
        let mut patterns: Vec<(usize, String)> =
            short.iter().flat_map(|secret| spelling::patterns(secret)).collect();
        // Of two that match at one place the first is taken: the longest secret is replaced whole.
        patterns.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
        patterns.dedup();
        let pattern = patterns.into_iter().map(|(_, pattern)| pattern).collect::<Vec<_>>().join("|");
        let marks: Option<Vec<Vec<String>>> = short.iter().map(|secret| spelling::marks(secret)).collect();
        // The kind that is made soonest.
        let marks = marks.and_then(|lists| {
            AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::NoncontiguousNFA))
                .build(lists.into_iter().flatten())
                .ok()
        });
        let mut long: Vec<String> = long.iter().flat_map(|secret| spelling::literal(secret)).collect();
        long.sort_by_key(|spelled| std::cmp::Reverse(spelled.len()));
        let mut spellings: Vec<String> = short.iter().flat_map(|secret| spelling::literal(secret)).collect();
        spellings.extend(long.iter().map(|spelled| spelled.chars().take(SHOWN_OF_LONG).collect()));
        Self { marks, pattern, whole: OnceLock::new(), long, spellings }
    }

    /// Whether a text may hold a spelling of a secret that is not long.
    fn is_marked(&self, text: &str) -> bool {
        self.marks.as_ref().is_none_or(|marks| marks.is_match(text))
    }

    fn whole(&self) -> Option<&Regex> {
        let compile = || RegexBuilder::new(&self.pattern).size_limit(PATTERN_SIZE).build().ok();
        self.whole.get_or_init(compile).as_ref()
    }

    fn mask(&self, text: &str) -> String {
        let mut text = std::borrow::Cow::Borrowed(text);
        for spelled in &self.long {
            if text.contains(spelled.as_str()) {
                text = text.replace(spelled.as_str(), MASK).into();
            }
        }
        if !self.is_marked(&text) {
            return text.into_owned();
        }
        match self.whole() {
            Some(whole) => whole.replace_all(&text, regex::NoExpand(MASK)).into_owned(),
            None => MASK.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_secret_is_masked() {
        let secret = "pä/s \"w+rd=%'\\ö";
        let masker = Masker::new();
        masker.add(secret);
        for spelled in spelling::literal(secret) {
            let text = format!("before {spelled} after");
            assert_eq!(masker.mask(&text), "before *** after", "{spelled}");
        }
        for spelled in [
            r#"p\u00e4\/s \"w\u002Brd=%'\\\u00F6"#,
            r#"p&#228;/s&#x20;&quot;w+rd=%&apos;\&ouml;"#,
            r#"pä/s "w+rd=%'\''\ö"#,
            r#"pä~1s "w+rd=%''\ö"#,
            r"p%c3%a4/s%20%22w+rd=%25'%5c%c3%b6",
            "p\u{fffd}/s \"w+rd=%'\\\u{fffd}",
            "pÃ¤/s \"w+rd=%'\\Ã¶",
            r"p\0344/s \0042w+rd=%\0047\0134\0366",
            r"p\0303\0244/s \0042w+rd=%\0047\0134\0303\0266",
        ] {
            assert_eq!(masker.mask(&format!("({spelled})")), "(***)", "{spelled}");
        }
    }

    #[test]
    fn every_spelling_has_a_mark() {
        for secret in ["pä/s \"w+rd=%'\\ö", "correct-horse", "äöüß", "----", "a-b-", "\n\t\"\r\\", "Ünïcode9"]
        {
            let marks = spelling::marks(secret);
            let has_letters = secret.contains(|c: char| c.is_ascii_alphanumeric());
            assert_eq!(marks.is_some(), has_letters, "{secret}");
            for spelled in marks.iter().flat_map(|_| spelling::literal(secret)) {
                assert!(marks.iter().flatten().any(|mark| spelled.contains(mark)), "{spelled}");
            }
            let masker = Masker::new();
            masker.add(secret);
            for spelled in spelling::literal(secret) {
                assert_eq!(masker.mask(&format!("({spelled})")), "(***)", "{spelled}");
            }
        }
    }

    #[test]
    fn base64_of_a_longer_text_shows_nothing_of_it() {
        use base64::Engine as _;
        let masker = Masker::new();
        masker.add("correct-horse");
        for before in ["", "i", "id", "id:"] {
            let text = format!("{before}correct-horse and more");
            let masked = masker.mask(&base64::engine::general_purpose::STANDARD.encode(text));
            assert!(masked.contains(MASK), "{masked}");
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
        assert_eq!(masker.mask_words("ba…"), "ba…");
        assert_eq!(masker.mask_in_place("banana"), "banana");
    }

    #[test]
    fn what_is_left_of_a_secret_beside_a_cut_is_masked() {
        let masker = Masker::new();
        masker.add("correct-horse-battery");
        let check = |text: &str, expected: &str| assert_eq!(masker.mask_words(text), expected);
        check("is `Bearer correct-hor…`, expected", "is `Bearer ***…`, expected");
        check("`cor…` and `corr…`", "`cor…` and `***…`");
        check("after 8 `…horse-batt` and `…tery`", "after 8 `…***` and `…***`");
        check("`…horse…`", "`…horse…`");
        check("correct-horse-battery… and more", "***… and more");
        check("and more…", "and more…");
    }

    #[test]
    fn masking_in_place_keeps_places() {
        let masker = Masker::new();
        masker.add("päss\nword");
        assert_eq!(masker.mask_in_place("a: päss\nword\nb"), "a: *****\n****\nb");
    }

    #[test]
    fn secrets_do_not_print_themselves() {
        let masker = Masker::new();
        masker.add("correct-horse");
        let _ = masker.mask("");
        assert!(!format!("{masker:?}").contains("horse"));
    }
}

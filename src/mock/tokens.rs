use crate::json::Value;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The access tokens that mocks issued: shared by all instances of one api, so that a client's
/// token stays good when it meets another instance, or an instance with fresh state.
///
/// At most 10,000 are kept; then the oldest is forgotten, and whoever bears it is refused.
#[derive(Debug, Default)]
pub struct IssuedTokens(Mutex<Issued>);

#[derive(Debug, Default)]
struct Issued {
    tokens: HashMap<String, Token>,
    /// The tokens in the order of their first issue.
    order: VecDeque<String>,
    /// How many tokens each subject was given.
    counts: HashMap<String, u64>,
}

#[derive(Debug)]
struct Token {
    claims: Arc<Value>,
    expires: Instant,
}

const MAX_TOKENS: usize = 10_000;

impl IssuedTokens {
    /// Makes an empty, shared store.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Issues a token of 40 hexadecimal digits.
    ///
    /// It follows from the seed, the subject (who asked, for what) and how many tokens that
    /// subject had before, so that it does not depend on what other subjects do at the same time.
    pub(super) fn issue(&self, seed: u64, subject: &str, claims: Arc<Value>, expires: Instant) -> String {
        let mut issued = self.lock();
        if issued.counts.len() >= MAX_TOKENS && !issued.counts.contains_key(subject) {
            // Names of subjects are the clients' own. Counting anew repeats tokens, which does no
            // harm: the same subject gets the same claims.
            issued.counts.clear();
        }
        let count = issued.counts.entry(subject.to_owned()).or_default();
        *count += 1;
        let token = token_text(seed, subject, *count);
        if issued.tokens.insert(token.clone(), Token { claims, expires }).is_none() {
            issued.order.push_back(token.clone());
        }
        if issued.order.len() > MAX_TOKENS
            && let Some(oldest) = issued.order.pop_front()
        {
            issued.tokens.remove(&oldest);
        }
        token
    }

    /// The claims of a token that was issued and has not expired.
    pub(super) fn claims(&self, token: &str, now: Instant) -> Option<Arc<Value>> {
        let issued = self.lock();
        issued.tokens.get(token).filter(|token| now < token.expires).map(|token| Arc::clone(&token.claims))
    }

    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The moment a token issued now expires; a lifetime beyond the clock's range is a day.
pub(super) fn expiry(now: Instant, ttl: Duration) -> Instant {
    now.checked_add(ttl).unwrap_or_else(|| now + Duration::from_secs(86_400))
}

fn token_text(seed: u64, subject: &str, count: u64) -> String {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(count.to_be_bytes());
    hash.update(subject.as_bytes());
    hash.finalize().iter().take(20).fold(String::with_capacity(40), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The token of an `Authorization: Bearer …` line; `None` for any other scheme.
///
/// Source: RFC 6750 §2.1; RFC 9110 §11.1 (the scheme has no case).
pub(super) fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TTL: Duration = Duration::from_secs(3600);

    fn issue(tokens: &IssuedTokens, subject: &str) -> String {
        tokens.issue(7, subject, Arc::new(json!({ "subject": subject })), expiry(Instant::now(), TTL))
    }

    #[test]
    fn a_token_carries_its_claims_until_it_expires() {
        let tokens = IssuedTokens::new();
        let start = Instant::now();
        let token = tokens.issue(7, "a", Arc::new(json!({"role": "seller"})), expiry(start, TTL));
        assert_eq!(token.len(), 40);
        assert_eq!(tokens.claims(&token, start).as_deref(), Some(&json!({"role": "seller"})));
        assert_eq!(tokens.claims(&token, start + TTL), None);
        assert_eq!(tokens.claims("forged", start), None);
    }

    #[test]
    fn tokens_do_not_depend_on_other_subjects() {
        let (left, right) = (IssuedTokens::new(), IssuedTokens::new());
        let (a1, b1, a2) = (issue(&left, "a"), issue(&left, "b"), issue(&left, "a"));
        assert_eq!(
            (issue(&right, "b"), issue(&right, "a"), issue(&right, "a")),
            (b1.clone(), a1.clone(), a2.clone())
        );
        assert_ne!(a1, a2);
        assert_ne!(a1, b1);
    }

    #[test]
    fn the_oldest_token_is_forgotten_first() {
        let tokens = IssuedTokens::new();
        let first = issue(&tokens, "first");
        let second = issue(&tokens, "second");
        for number in 2..=MAX_TOKENS {
            issue(&tokens, &number.to_string());
        }
        let now = Instant::now();
        assert_eq!(tokens.claims(&first, now), None);
        assert!(tokens.claims(&second, now).is_some());
    }

    fn check_bearer(line: &str, expected: Option<&str>) {
        assert_eq!(bearer(line), expected, "{line}");
    }

    #[test]
    fn the_scheme_has_no_case() {
        check_bearer("Bearer abc", Some("abc"));
        check_bearer("bEARER  abc ", Some("abc"));
        check_bearer("Basic abc", None);
        check_bearer("abc", None);
        check_bearer("", None);
    }
}

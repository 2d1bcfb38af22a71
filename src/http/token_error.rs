use super::TransportError;
use crate::json::Pointer;

/// Why a token could not be had.
///
/// The words may quote what the token endpoint answered: the caller masks them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The token endpoint gave no answer.
    #[error("no token: {0}")]
    Transport(TransportError),
    /// The token endpoint answered with another status than 2xx.
    #[error("no token: {url} answered {status}{}", quoted(.excerpt))]
    Refused {
        /// The token endpoint, without its query.
        url: String,
        /// The status code and its reason phrase.
        status: String,
        /// The error code of an OAuth error response, RFC 6749 §5.2: `invalid_client`.
        error: Option<String>,
        /// The first 200 characters of the body, on one line.
        excerpt: String,
    },
    /// The answer is not JSON, so that no pointer leads into it.
    #[error("no token: {whence} is not JSON ({reason}){}", quoted(.excerpt))]
    NotJson {
        /// What should hold the token: `the answer of http://…`, without the query.
        whence: String,
        /// What is wrong with it.
        reason: String,
        /// Its first 200 characters, on one line.
        excerpt: String,
        /// What to do about it.
        help: &'static str,
    },
    /// The answer has no text where the token should be.
    #[error("no token: {whence} has {found} at `{pointer}`")]
    NoToken {
        /// What should hold the token: `the answer of http://…`, without the query.
        whence: String,
        /// Where the token was looked for.
        pointer: Pointer,
        /// What is there: `nothing`, `a number`, `an empty string`.
        found: &'static str,
        /// The member whose name is nearest to the one looked for.
        nearest: Option<Pointer>,
        /// The names of the members beside it, as many as a line holds.
        members: Vec<String>,
    },
    /// What else should have given it did not.
    #[error("no token: {message}")]
    Other {
        /// What happened.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
}

impl TokenError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Transport(error) => error.help.clone(),
            Self::Refused { status, error, .. } => help_refused(status, error.as_deref()).map(str::to_owned),
            Self::NotJson { help, .. } => Some((*help).to_owned()),
            Self::Other { help, .. } => help.clone(),
            Self::NoToken { nearest: Some(nearest), .. } => {
                Some(format!("did you mean `tokenPointer: {nearest}`?"))
            }
            Self::NoToken { members, .. } if !members.is_empty() => {
                let names = members.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                Some(format!("`tokenPointer` names the token's place; the answer has {names}"))
            }
            Self::NoToken { .. } => Some("`tokenPointer` names the token's place".to_owned()),
        }
    }
}

/// RFC 6749 §5.2 for the codes; the rest by status.
fn help_refused(status: &str, error: Option<&str>) -> Option<&'static str> {
    match error {
        Some("invalid_client") => {
            return Some("are `clientId` and `clientSecret` right, and is it `clientAuth: basic` or `body`?");
        }
        Some("unsupported_grant_type" | "unauthorized_client") => {
            return Some("does this client have the `grant` of the profile?");
        }
        Some("invalid_scope") => return Some("may this client have the `scope` of the profile?"),
        _ => {}
    }
    match status.get(..3)? {
        "400" | "401" | "403" => {
            Some("are `grant`, `clientId`, `clientSecret` and `clientAuth` of the profile right?")
        }
        "404" | "405" | "415" => Some("is `tokenUrl` the URL of the token endpoint?"),
        "429" => Some("the token endpoint is asked too often; a token is fetched once a process"),
        other if other.starts_with('3') => Some("is `tokenUrl` the URL of the token endpoint? It redirects"),
        _ => None,
    }
}

fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(": {excerpt}") }
}

/// The first 200 characters of a text on one line, without control characters.
pub fn excerpt(text: &str) -> String {
    const LENGTH: usize = 200;
    let mut out = String::new();
    // Runs of space are one; what a line may not hold is left out.
    let words = text.split_whitespace().map(|word| word.chars().filter(|character| !character.is_control()));
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word);
        if out.chars().nth(LENGTH).is_some() {
            let mut cut: String = out.chars().take(LENGTH).collect();
            cut.push('…');
            return cut;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_one_line() {
        assert_eq!(excerpt(" a\n\tb \u{1b}c "), "a b c");
        assert_eq!(excerpt(&"é".repeat(200)), "é".repeat(200));
        assert_eq!(excerpt(&"é".repeat(201)), format!("{}…", "é".repeat(200)));
        assert_eq!(excerpt(""), "");
    }

    fn check_help(status: &str, error: Option<&str>, mentions: Option<&str>) {
        let help = help_refused(status, error);
        assert_eq!(help.is_some(), mentions.is_some(), "{status}");
        assert!(help.unwrap_or_default().contains(mentions.unwrap_or_default()), "{status}: {help:?}");
    }

    #[test]
    fn refusals_have_advice() {
        check_help("401 Unauthorized", Some("invalid_client"), Some("`clientSecret`"));
        check_help("400 Bad Request", Some("unsupported_grant_type"), Some("`grant`"));
        check_help("400 Bad Request", Some("invalid_scope"), Some("`scope`"));
        check_help("400 Bad Request", None, Some("`grant`"));
        check_help("404 Not Found", None, Some("`tokenUrl`"));
        check_help("302 Found", None, Some("redirects"));
        check_help("500 Internal Server Error", None, None);
    }
}

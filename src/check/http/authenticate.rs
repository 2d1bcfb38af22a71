//! `http.www-authenticate` and `http.proxy-authenticate`: who is refused is told how to sign in.

use super::{Check, Fact, HttpCase, is_token, lines, malformed, missing};

/// Source: RFC 9110 §15.5.2: a server that answers 401 "MUST send a WWW-Authenticate header field
/// containing at least one challenge".
pub(super) fn check_server(case: &HttpCase<'_>) -> Option<Fact> {
    check(case, 401, Check::HttpWwwAuthenticate, "WWW-Authenticate", "how to sign in")
}

/// Source: RFC 9110 §15.5.8, the same for a proxy.
pub(super) fn check_proxy(case: &HttpCase<'_>) -> Option<Fact> {
    check(case, 407, Check::HttpProxyAuthenticate, "Proxy-Authenticate", "how to sign in to the proxy")
}

fn check(case: &HttpCase<'_>, status: u16, check: Check, name: &str, purpose: &str) -> Option<Fact> {
    if case.status() != status {
        return None;
    }
    let lines = lines(case, name);
    let elements: Vec<&str> =
        lines.iter().flat_map(|line| line.split(',')).map(str::trim).filter(|it| !it.is_empty()).collect();
    match elements.first() {
        None if lines.is_empty() => Some(missing(case, check, name, purpose)),
        None => Some(malformed(case, check, name, "", "a challenge such as `Bearer`")),
        // A challenge starts with its scheme; what follows is the scheme's own affair.
        Some(first) => {
            let scheme = first.split(' ').next().unwrap_or_default();
            (!is_token(scheme)).then(|| malformed(case, check, name, first, "a challenge such as `Bearer`"))
        }
    }
}

//! `http.location`: a redirect says where to, and `Location` can be followed.

use super::{Check, Fact, HttpCase, ResponsePart, missing, single};
use crate::diagnostic::words::quoted;

const CHECK: Check = Check::HttpLocation;

/// Source: RFC 9110 §10.2.2 (a URI reference, resolved against the target URI) and §15.4.2 to
/// §15.4.9 ("The server SHOULD generate a Location header field").
pub(super) fn check(case: &HttpCase<'_>) -> Option<Fact> {
    let value = match single(case, CHECK, "Location") {
        Ok(value) => value,
        Err(fact) => return Some(*fact),
    };
    let is_redirect = matches!(case.status(), 301 | 302 | 303 | 307 | 308);
    let Some(value) = value else {
        return is_redirect.then(|| missing(case, CHECK, "Location", "where to"));
    };
    let reason = match flaw(value) {
        Some(reason) => reason,
        None => {
            let base = url::Url::parse(&case.exchange.request.url).ok()?;
            format!("it leads nowhere: {}", base.join(value).err()?)
        }
    };
    let shown = quoted(&value.into());
    Some(
        case.fact(CHECK, format!("`Location` is {shown}, which is no URI reference: {reason}"))
            .compared("a URI reference", shown)
            .response(ResponsePart::Header("Location".to_owned()), "is no URI reference"),
    )
}

/// What keeps a text from being a URI reference.
///
/// Source: RFC 3986 §4.1 and Appendix A. The empty text is one.
fn flaw(text: &str) -> Option<String> {
    if let Some(wrong) = text.chars().find(|c| !is_uri_character(*c)) {
        let shown = match wrong {
            ' ' => "a space".to_owned(),
            c if c.is_control() => "a control character".to_owned(),
            c => format!("`{c}`"),
        };
        return Some(format!("{shown} must be percent-encoded"));
    }
    let is_hex = |text: &str, at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    let is_escape = |at: usize| is_hex(text, at + 1) && is_hex(text, at + 2);
    if text.match_indices('%').any(|(at, _)| !is_escape(at)) {
        return Some("a `%` is not followed by two hexadecimal digits".to_owned());
    }
    if text.matches('#').count() > 1 {
        return Some("it has two fragments".to_owned());
    }
    let hierarchy = text.split(['?', '#']).next().unwrap_or_default();
    let first_segment = hierarchy.split('/').next().unwrap_or_default();
    let rest = match first_segment.split_once(':') {
        Some((scheme, _)) => {
            let mut bytes = scheme.bytes();
            let is_scheme = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
            if !is_scheme {
                return Some(format!("{} is no scheme", quoted(&scheme.into())));
            }
            &hierarchy[scheme.len() + 1..]
        }
        None => hierarchy,
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let outside = text[hierarchy.len()..].contains(['[', ']']) || path.contains(['[', ']']);
    if outside {
        return Some("`[` and `]` must be percent-encoded".to_owned());
    }
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = host.rsplit_once(']').map_or(host, |(_, rest)| rest).rsplit_once(':').map(|(_, port)| port);
    port.filter(|port| !port.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|port| format!("{} is no port", quoted(&port.into())))
}

/// Unreserved, reserved, or the start of an escape.
fn is_uri_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

//! URLs that are written in a scenario or named by a server: resolution, and whose they are.
//!
//! Source: RFC 3986 §5 (resolution); RFC 6454 §4 (the origin: scheme, host and port).

use std::net::Ipv4Addr;
use url::Url;

/// A URL as it is sent, resolved against a base URL, whose path counts as a folder; without its fragment,
/// which is not sent (RFC 9110 §7.1).
///
/// # Errors
/// A sentence that says why it cannot be sent.
pub(in crate::engine) fn resolve_url(reference: &str, base_url: Option<&str>) -> Result<Url, String> {
    let trimmed = reference.trim();
    if trimmed.is_empty() {
        return Err("the URL is empty".to_owned());
    }
    let parsed = match (Url::parse(trimmed), base_url) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base_url)) => {
            let base = Url::parse(&format!("{}/", base_url.trim_end_matches('/')));
            base.and_then(|base| base.join(trimmed))
        }
        (Err(url::ParseError::RelativeUrlWithoutBase), None) => {
            return Err(format!("`{trimmed}` is relative, and there is no base URL"));
        }
        (parsed, _) => parsed,
    };
    let mut url = parsed.map_err(|error| format!("`{trimmed}` is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{trimmed}` begins neither with `http://` nor with `https://`"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Whether two URLs are of one origin; what is no URL is of none.
pub(in crate::engine) fn is_same_origin(one: &str, other: &str) -> bool {
    // Every request asks, and most are written with the base URL itself.
    if let Some(origin) = plain_origin(one)
        && plain_origin(other) == Some(origin)
    {
        return true;
    }
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin() && one.origin().is_tuple(),
        _ => false,
    }
}

/// The beginning of an http URL that surely is its origin, whichever way it is read: a host of letters, or
/// four numbers, and perhaps a port.
fn plain_origin(url: &str) -> Option<&str> {
    let start = ["http://", "https://"].into_iter().find(|scheme| url.starts_with(scheme))?.len();
    let end = url[start..].find(['/', '?', '#', '\\']).map_or(url.len(), |length| start + length);
    let (host, port) = url[start..end].split_once(':').unwrap_or((&url[start..end], "80"));
    let is_label = |label: &str| {
        label.starts_with(|first: char| first.is_ascii_lowercase())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with("xn--")
    };
    let is_host = host.split('.').all(is_label) || host.parse::<Ipv4Addr>().is_ok();
    (is_host && port.parse::<u16>().is_ok()).then_some(&url[..end])
}

/// `https://files.example`, as people know the origin of a URL.
pub(in crate::engine) fn origin_of(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reference: &str, base_url: Option<&str>, expected: &str) {
        let found = resolve_url(reference, base_url).map_or_else(|reason| reason, String::from);
        assert_eq!(found, expected, "{reference} against {base_url:?}");
    }

    #[test]
    fn a_reference_is_resolved_against_the_base_url() {
        const BASE: Option<&str> = Some("https://shop.example/v2");
        check("https://files.example/a?b=c#d", BASE, "https://files.example/a?b=c");
        check("//files.example/a", BASE, "https://files.example/a");
        check("/health", BASE, "https://shop.example/health");
        check("orders/1", BASE, "https://shop.example/v2/orders/1");
        check("?page=2", BASE, "https://shop.example/v2/?page=2");
        check("orders/1", Some("https://shop.example/"), "https://shop.example/orders/1");
        check(" /a b ", BASE, "https://shop.example/a%20b");
    }

    #[test]
    fn what_cannot_be_sent_says_so() {
        check("", Some("https://h"), "the URL is empty");
        check("/a", None, "`/a` is relative, and there is no base URL");
        check(
            "ftp://h/a",
            Some("https://h"),
            "`ftp://h/a` begins neither with `http://` nor with `https://`",
        );
        check("https://", Some("https://h"), "`https://` is no URL: empty host");
        check("http://h:x/", None, "`http://h:x/` is no URL: invalid port number");
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let check = |one: &str, other: &str, expected: bool| {
            assert_eq!(is_same_origin(one, other), expected, "{one} {other}");
        };
        check("https://h/a", "https://H:443/b?c", true);
        check("https://h/", "http://h/", false);
        check("https://h/", "https://h:8443/", false);
        check("https://h/", "https://sub.h/", false);
        check("nonsense", "nonsense", false);
        check("http://h:4010/v2", "http://h:4010/v2/orders?a=b", true);
        check("http://127.0.0.1:4010", "http://127.0.0.1:4010/a", true);
        check("http://h", "http://h@other/", false);
        check("http://h", "http://h.other/", false);
        check("http://h:x/", "http://h:x/", false);
        check("http://h:99999/", "http://h:99999/", false);
        check("http://1.2.3.400/", "http://1.2.3.400/", false);
        check("http:///a", "http:///a", true);
        assert_eq!(origin_of("https://h:8443/a?key=k"), "https://h:8443");
    }
}

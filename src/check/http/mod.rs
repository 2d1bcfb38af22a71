//! `http.*`: what HTTP itself asks of a response, whatever the document says.
//!
//! Only what RFC 9110 says with MUST or SHOULD, or what makes a field unreadable; each is a warning
//! unless a setting makes it more. One file a field or a status.

mod allow;
mod authenticate;
mod conditional;
mod content;
mod date;
mod declared;
mod etag;
mod location;
mod range;
mod retry_after;
mod status;
mod upgrade;

#[cfg(test)]
mod tests;

use super::judgement::{Case, HttpCase};
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::quoted;

/// What looks at one response for one thing.
enum Rule {
    /// By HTTP alone.
    Http(fn(&HttpCase<'_>) -> Option<Fact>),
    /// By what the document says as well.
    Declared(fn(&Case<'_>) -> Option<Fact>),
}

/// All of them, in their order.
const RULES: &[(Check, Rule)] = &[
    (Check::HttpStatus, Rule::Http(status::check)),
    (Check::HttpMethod, Rule::Declared(declared::check_method)),
    (Check::HttpMediaType, Rule::Declared(declared::check_media_type)),
    (Check::HttpWwwAuthenticate, Rule::Http(authenticate::check_server)),
    (Check::HttpProxyAuthenticate, Rule::Http(authenticate::check_proxy)),
    (Check::HttpAllow, Rule::Http(allow::check)),
    (Check::HttpUpgrade, Rule::Http(upgrade::check)),
    (Check::HttpRange, Rule::Http(range::check_asked)),
    (Check::HttpContentRange, Rule::Http(range::check_content_range)),
    (Check::HttpNotModified, Rule::Http(conditional::check)),
    (Check::HttpContent, Rule::Http(content::check)),
    (Check::HttpContentLength, Rule::Http(content::check_length)),
    (Check::HttpLocation, Rule::Http(location::check)),
    (Check::HttpRetryAfter, Rule::Http(retry_after::check)),
    (Check::HttpDate, Rule::Http(date::check)),
    (Check::HttpLastModified, Rule::Http(date::check_last_modified)),
    (Check::HttpEtag, Rule::Http(etag::check)),
];

/// What breaks HTTP in a response that a document describes.
pub(super) fn check(case: &Case<'_>) -> Vec<Fact> {
    let running = RULES.iter().filter(|(check, _)| case.runs(*check));
    let found = running.filter_map(|(_, rule)| match rule {
        Rule::Http(check) => check(&case.http()),
        Rule::Declared(check) => check(case),
    });
    found.collect()
}

/// What breaks HTTP in a response that no document describes.
pub(super) fn check_alone(case: &HttpCase<'_>) -> Vec<Fact> {
    let running = RULES.iter().filter(|(check, _)| case.runs(*check));
    let found = running.filter_map(|(_, rule)| match rule {
        Rule::Http(check) => check(case),
        Rule::Declared(_) => None,
    });
    found.collect()
}

/// The lines of a field.
fn lines<'c>(case: &HttpCase<'c>, name: &str) -> Vec<&'c str> {
    case.exchange.response.headers.all(name).map(|line| line.trim_matches([' ', '\t'])).collect()
}

/// The value of a field that stands once at most; `Err` is the finding for one that stands more
/// often.
///
/// Source: RFC 9110 §5.3: only fields that are lists may have several lines.
fn single<'c>(case: &HttpCase<'c>, check: Check, name: &str) -> Result<Option<&'c str>, Box<Fact>> {
    match lines(case, name)[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        ref all => {
            let fact = case
                .fact(check, format!("`{name}` stands {} times", all.len()))
                .compared(format!("`{name}` once"), all.join(" and "))
                .response(ResponsePart::Header(name.to_owned()), "is the first of them");
            Err(Box::new(fact))
        }
    }
}

/// The finding for a field that a status must come with.
fn missing(case: &HttpCase<'_>, check: Check, name: &str, purpose: &str) -> Fact {
    case.fact(check, format!("a {} comes without `{name}`, which says {purpose}", case.status()))
        .compared(format!("a header `{name}`"), "no such header")
        .response(ResponsePart::Header(name.to_owned()), format!("comes without `{name}`"))
}

/// The finding for a field whose value is not of its form.
fn malformed(case: &HttpCase<'_>, check: Check, name: &str, value: &str, wanted: &str) -> Fact {
    let shown = quoted(&value.into());
    case.fact(check, format!("`{name}` is {shown}, which is not {wanted}"))
        .compared(wanted, shown)
        .response(ResponsePart::Header(name.to_owned()), format!("is not {wanted}"))
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}

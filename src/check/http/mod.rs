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

use super::judgement::Case;
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::quoted;

/// What looks at one response for one thing.
type Rule = fn(&Case<'_>) -> Option<Fact>;

/// Every check of this kind that is not off, in their order.
pub(super) fn check(case: &Case<'_>) -> Vec<Fact> {
    let all: &[(Check, Rule)] = &[
        (Check::HttpStatus, status::check),
        (Check::HttpMethod, declared::check_method),
        (Check::HttpMediaType, declared::check_media_type),
        (Check::HttpWwwAuthenticate, authenticate::check_server),
        (Check::HttpProxyAuthenticate, authenticate::check_proxy),
        (Check::HttpAllow, allow::check),
        (Check::HttpUpgrade, upgrade::check),
        (Check::HttpRange, range::check_asked),
        (Check::HttpContentRange, range::check_content_range),
        (Check::HttpNotModified, conditional::check),
        (Check::HttpContent, content::check),
        (Check::HttpContentLength, content::check_length),
        (Check::HttpLocation, location::check),
        (Check::HttpRetryAfter, retry_after::check),
        (Check::HttpDate, date::check),
        (Check::HttpLastModified, date::check_last_modified),
        (Check::HttpEtag, etag::check),
    ];
    all.iter().filter(|(check, _)| case.runs(*check)).filter_map(|(_, run)| run(case)).collect()
}

/// The lines of a field.
fn lines<'c>(case: &Case<'c>, name: &str) -> Vec<&'c str> {
    case.exchange.response.headers.all(name).map(|line| line.trim_matches([' ', '\t'])).collect()
}

/// The value of a field that stands once at most; `Err` is the finding for one that stands more
/// often.
///
/// Source: RFC 9110 §5.3: only fields that are lists may have several lines.
fn single<'c>(case: &Case<'c>, check: Check, name: &str) -> Result<Option<&'c str>, Box<Fact>> {
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
fn missing(case: &Case<'_>, check: Check, name: &str, purpose: &str) -> Fact {
    case.fact(check, format!("a {} comes without `{name}`, which says {purpose}", case.status()))
        .compared(format!("a header `{name}`"), "no such header")
        .response(ResponsePart::Header(name.to_owned()), format!("comes without `{name}`"))
}

/// The finding for a field whose value is not of its form.
fn malformed(case: &Case<'_>, check: Check, name: &str, value: &str, wanted: &str) -> Fact {
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

//! `response.content-type`: the media type is one that the document offers for the response.

use super::judgement::Case;
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::{any_of, quoted};
use crate::openapi::{MediaType, Response, match_media_type};

/// Picks the documented media type of the content, and says what is wrong with its statement.
///
/// Content that states no type is taken as the one that is documented, where there is one alone: it
/// is judged all the same.
pub(super) fn check<'c>(case: &Case<'c>, response: &Response<'c>) -> (Option<MediaType<'c>>, Option<Fact>) {
    let received = &case.exchange.response;
    let mut offered = response.media_types();
    // Without documented content there is nothing to offer; content that comes all the same is the
    // body's affair, and a HEAD or 304 may name the type of content it does not carry.
    if offered.is_empty() || case.never_has_content() {
        return (None, None);
    }
    let fact = |headline: String, actual: &str| {
        let ranges: Vec<String> = response.media_types().iter().map(|each| each.range().to_owned()).collect();
        case.fact(Check::ContentType, headline)
            .compared(any_of(&ranges), actual)
            .document_key(response.pointer().child("content"), format!("documents {}", ranges.join(", ")))
    };
    let lines: Vec<&str> = received.headers.all("content-type").map(str::trim).collect();
    match lines[..] {
        [] if received.body.is_empty() => (None, None),
        [] => {
            let headline = "the response has a body and no `Content-Type`".to_owned();
            let fact = fact(headline, "none")
                .response(ResponsePart::Header("Content-Type".to_owned()), "comes without `Content-Type`");
            (offered.pop().filter(|_| offered.is_empty()), Some(fact))
        }
        [one] => match match_media_type(one, offered) {
            Some(found) => (Some(found), None),
            None => {
                let headline = match one {
                    "" => "`Content-Type` is empty".to_owned(),
                    one => format!(
                        "{} is not documented for a {} of {}",
                        quoted(&one.into()),
                        case.status(),
                        case.name()
                    ),
                };
                let place = ResponsePart::Header("Content-Type".to_owned());
                let mut fact = fact(headline, one).response(place, "not documented");
                if let Some(help) = advice(one, case) {
                    fact = fact.help(help);
                }
                (None, Some(fact))
            }
        },
        [..] => {
            let headline = format!("`Content-Type` stands {} times", lines.len());
            let place = ResponsePart::Header("Content-Type".to_owned());
            (None, Some(fact(headline, &lines.join(" and ")).response(place, "more than once")))
        }
    }
}

/// What a media type that is not documented mostly means, by what the body begins with.
fn advice(media_type: &str, case: &Case<'_>) -> Option<&'static str> {
    let begin = case.exchange.response.body.bytes().iter().find(|byte| !byte.is_ascii_whitespace());
    match begin {
        Some(b'<') if media_type.starts_with("text/html") => Some(
            "an HTML page in its place mostly comes from a proxy, a login or an error page before the API",
        ),
        Some(b'{' | b'[') if !media_type.contains("json") => {
            Some("the body looks like JSON: the server may only name it wrongly")
        }
        _ => None,
    }
}

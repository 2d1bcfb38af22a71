use crate::check::{Fact, ResponsePart};
use crate::diagnostic::Code;
use crate::json::Pointer;
use crate::openapi::Document;

/// What a new finding is recognised by: the entry that would fit it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observed {
    /// The operation, as people name it.
    pub operation: String,
    /// The code.
    pub code: Code,
    /// The status of the answer.
    pub status: u16,
    /// The place in the document, where there is one.
    pub at: Option<String>,
    /// The place in the answer, where that of the document does not tell all.
    pub member: Option<String>,
}

/// The place in the document that a fact speaks of, which stays when lines move.
pub(super) fn place_in_document(fact: &Fact, document: &Document) -> Option<String> {
    let place = fact.document.as_ref().filter(|place| !place.is_of_file)?;
    let list = place.pointer.parent();
    // A required member by its name: its index changes with those before it.
    let name = document.get(&list).filter(|_| list.tokens().last().is_some_and(|it| it == "required"));
    let name = name.and_then(|list| list.as_array()).and_then(|_| document.get(&place.pointer)?.as_str());
    Some(match name {
        Some(name) => document.stable_place(&list.child(name)),
        None => document.stable_place(&place.pointer),
    })
}

/// The place in the answer: a pointer in which `*` stands for each index, or `header name`.
pub(super) fn place_in_answer(fact: &Fact) -> Option<String> {
    match &fact.response.as_ref()?.at {
        ResponsePart::Body(pointer) => {
            let is_index = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
            let tokens = pointer.tokens().iter();
            let tokens = tokens.map(|token| if is_index(token) { "*".into() } else { token.clone() });
            Some(Pointer::of(tokens).to_string())
        }
        ResponsePart::Header(name) => Some(format!("header {}", name.to_ascii_lowercase())),
        ResponsePart::StatusLine
        | ResponsePart::BodyOffset(_)
        | ResponsePart::BodySpan(..)
        | ResponsePart::BodyWhole => None,
    }
}

/// The place in the answer as far as an entry needs it: beside none in the document, and where one place of the
/// document speaks of many members.
pub(super) fn telling_member(code: Code, at: Option<&str>, member: Option<String>) -> Option<String> {
    let speaks_of_many = match at {
        None => true,
        Some(at) => {
            let last = at.split('/').next_back().unwrap_or_default();
            code == Code::RESPONSE_EXTRA || ["additionalProperties", "unevaluatedProperties"].contains(&last)
        }
    };
    member.filter(|member| speaks_of_many && !member.is_empty())
}

/// Whether a place is the one that is written, segment by segment; `*` stands for any one.
pub(super) fn fits(written: &str, place: &str) -> bool {
    let (mut written, mut place) = (written.split('/'), place.split('/'));
    loop {
        match (written.next(), place.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == "*" || wanted == found => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_one_name() {
        let check =
            |written, place, expected| assert_eq!(fits(written, place), expected, "{written} {place}");
        check("/a/b", "/a/b", true);
        check("/a/*/c", "/a/b/c", true);
        check("/a/*/c", "/a/*/c", true);
        check("/a/*", "/a/b/c", false);
        check("/a/b/c", "/a/b", false);
        check("common.yaml#/Order/*", "common.yaml#/Order/type", true);
        check("", "", true);
    }

    #[test]
    fn indices_are_any_index() {
        let fact =
            |at| Fact::new(Code::RESPONSE_BODY, crate::diagnostic::Severity::Deny, "x").response(at, "");
        let check = |at, expected: Option<&str>| assert_eq!(place_in_answer(&fact(at)).as_deref(), expected);
        check(ResponsePart::Body(Pointer::of(["items", "12", "v2"])), Some("/items/*/v2"));
        check(ResponsePart::Body(Pointer::root()), Some(""));
        check(ResponsePart::Header("Retry-After".to_owned()), Some("header retry-after"));
        check(ResponsePart::StatusLine, None);
    }

    #[test]
    fn a_member_is_named_where_the_document_does_not_tell() {
        let check = |code, at, expected: Option<&str>| {
            assert_eq!(telling_member(code, at, Some("/a".to_owned())).as_deref(), expected);
        };
        check(Code::RESPONSE_BODY, Some("/components/schemas/A/type"), None);
        check(Code::RESPONSE_BODY, Some("/components/schemas/A/additionalProperties"), Some("/a"));
        check(Code::RESPONSE_EXTRA, Some("/components/schemas/A"), Some("/a"));
        check(Code::RESPONSE_HEADER, Some("/paths/~1a/get/responses/200/headers/A/required"), None);
        check(Code::RESPONSE_BODY, None, Some("/a"));
        assert_eq!(telling_member(Code::HTTP_ALLOW, None, Some(String::new())), None);
    }
}

use super::header::Header;
use super::media_type::MediaType;
use super::view::View;
use crate::json::Pointer;
use std::fmt;

/// One documented response of an operation.
///
/// Source: OpenAPI 3.1.1, "Response Object".
#[derive(Clone, Debug)]
pub struct Response<'d> {
    key: ResponseKey,
    view: View<'d>,
}

/// The key of a response: exactly what a document may write.
///
/// Source: OpenAPI 3.1.1, "Responses Object", "Patterned Fields".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResponseKey {
    /// One status code.
    Status(u16),
    /// A range of a hundred status codes, by its first digit: `4XX`.
    Range(u8),
    /// All others.
    Default,
}

impl ResponseKey {
    /// Reads `200`, `4XX` (also in lower case) or `default`.
    pub fn parse(text: &str) -> Option<Self> {
        let class = |digit: u8| matches!(digit, b'1'..=b'9').then(|| digit - b'0');
        match text.as_bytes() {
            b"default" => Some(Self::Default),
            [first, b'X' | b'x', b'X' | b'x'] => class(*first).map(Self::Range),
            [first, _, _] => class(*first).and_then(|_| text.parse().ok()).map(Self::Status),
            _ => None,
        }
    }
}

impl fmt::Display for ResponseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(code) => write!(f, "{code}"),
            Self::Range(class) => write!(f, "{class}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl<'d> Response<'d> {
    pub(super) fn new(key: ResponseKey, view: View<'d>) -> Self {
        Self { key, view }
    }

    /// Where the response object stands, behind its references.
    pub fn pointer(&self) -> &Pointer {
        &self.view.pointer
    }

    /// The key it is documented under.
    pub fn key(&self) -> ResponseKey {
        self.key
    }

    /// What the document says it means.
    pub fn description(&self) -> Option<&'d str> {
        self.view.text("description")
    }

    /// The media types it may be written in, in the order written; empty when it documents no
    /// content.
    pub fn media_types(&self) -> Vec<MediaType<'d>> {
        MediaType::list(&self.view)
    }

    /// Why nothing is known of its content although something is written there.
    pub fn lost_content(&self) -> Option<String> {
        let is_lost = self.view.value.get("content").is_some() && self.view.object("content").is_none();
        is_lost.then(|| format!("the `content` of the response `{}` is not a map in the document", self.key))
    }

    /// Its documented headers in the order written; `Content-Type` is left out, as OpenAPI says.
    pub fn headers(&self) -> Vec<Header<'d>> {
        let headers = self.view.headers().into_iter();
        headers
            .filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"))
            .map(|(name, view)| Header::new(name, view))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_codes_ranges_and_default() {
        for (text, expected) in [
            ("200", Some(ResponseKey::Status(200))),
            ("799", Some(ResponseKey::Status(799))),
            ("4XX", Some(ResponseKey::Range(4))),
            ("5xx", Some(ResponseKey::Range(5))),
            ("default", Some(ResponseKey::Default)),
            ("Default", None),
            ("099", None),
            ("0XX", None),
            ("20X", None),
            ("+20", None),
            ("2 0", None),
            ("2é", None),
            ("20", None),
            ("2000", None),
            ("", None),
        ] {
            assert_eq!(ResponseKey::parse(text), expected, "{text}");
        }
    }
}

use super::{Code, Severity};

/// Makes the enum, and from the same rows its list, names, codes and default severities.
macro_rules! checks {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $code:ident, $severity:ident;)*) => {
        /// The checks that hold an exchange to its contract: the document's promises first, then what
        /// HTTP itself says. In the order in which they run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check { $($(#[$doc])* $variant,)* }

        impl Check {
            /// Every check, in the order in which they run.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in settings: `content-type`; the code itself where the code is no
            /// `response.*`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The code of its findings.
            pub fn code(self) -> Code {
                match self { $(Self::$variant => Code::$code,)* }
            }

            /// How much it weighs when no setting says so. What breaks no promise is a warning.
            pub fn default_severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

checks! {
    /// The path parameters of the request keep their schemas.
    RequestPath = "request.path", REQUEST_PATH, Deny;
    /// The query parameters of the request keep their schemas, and those required are there.
    RequestQuery = "request.query", REQUEST_QUERY, Deny;
    /// The header parameters of the request keep their schemas, and those required are there.
    RequestHeader = "request.header", REQUEST_HEADER, Deny;
    /// The cookie parameters of the request keep their schemas, and those required are there.
    RequestCookie = "request.cookie", REQUEST_COOKIE, Deny;
    /// The request body is of a documented media type, keeps its schema, and is there where it must be.
    RequestBody = "request.body", REQUEST_BODY, Deny;
    /// The status is documented.
    Status = "status", RESPONSE_STATUS, Deny;
    /// The body can be decoded as it is declared.
    Decode = "decode", RESPONSE_DECODE, Deny;
    /// The media type is offered for the response.
    ContentType = "content-type", RESPONSE_CONTENT_TYPE, Deny;
    /// Documented headers are there and keep their schemas.
    Header = "header", RESPONSE_HEADER, Deny;
    /// The body keeps its schema, and is there only where one may be.
    Body = "body", RESPONSE_BODY, Deny;
    /// Documented formats are kept.
    Format = "format", RESPONSE_FORMAT, Deny;
    /// The value of a discriminator is in its mapping.
    Discriminator = "discriminator", RESPONSE_DISCRIMINATOR, Warn;
    /// The body has no members that the document does not name.
    Extras = "extras", RESPONSE_EXTRA, Off;
    /// The operation is not deprecated.
    DeprecatedOperation = "operation.deprecated", OPERATION_DEPRECATED, Warn;
    /// No parameter that is sent is deprecated.
    DeprecatedParameter = "parameter.deprecated", PARAMETER_DEPRECATED, Warn;
    /// No property of the request body that is sent is deprecated.
    DeprecatedProperty = "property.deprecated", PROPERTY_DEPRECATED, Warn;
    /// The status is one that HTTP has room for.
    HttpStatus = "http.status", HTTP_STATUS, Warn;
    /// The operation that the document declares is not refused as unknown: 405, 501.
    HttpMethod = "http.method", HTTP_METHOD, Warn;
    /// The media types that the document offers are not refused: 406, 415.
    HttpMediaType = "http.media-type", HTTP_MEDIA_TYPE, Warn;
    /// A 401 says how to sign in.
    HttpWwwAuthenticate = "http.www-authenticate", HTTP_WWW_AUTHENTICATE, Warn;
    /// A 407 says how to sign in to the proxy.
    HttpProxyAuthenticate = "http.proxy-authenticate", HTTP_PROXY_AUTHENTICATE, Warn;
    /// A 405 says which methods there are.
    HttpAllow = "http.allow", HTTP_ALLOW, Warn;
    /// A 426 says which protocol is wanted.
    HttpUpgrade = "http.upgrade", HTTP_UPGRADE, Warn;
    /// Partial content and refused ranges answer a request for a range.
    HttpRange = "http.range", HTTP_RANGE, Warn;
    /// Partial content says which part it is.
    HttpContentRange = "http.content-range", HTTP_CONTENT_RANGE, Warn;
    /// A 304 answers a conditional GET or HEAD.
    HttpNotModified = "http.not-modified", HTTP_NOT_MODIFIED, Warn;
    /// A 205 has no content.
    HttpContent = "http.content", HTTP_CONTENT, Warn;
    /// `Content-Length` is one number.
    HttpContentLength = "http.content-length", HTTP_CONTENT_LENGTH, Warn;
    /// `Location` is one URI reference, and a redirect has it.
    HttpLocation = "http.location", HTTP_LOCATION, Warn;
    /// `Retry-After` is a number of seconds or a date.
    HttpRetryAfter = "http.retry-after", HTTP_RETRY_AFTER, Warn;
    /// `Date` is a date.
    HttpDate = "http.date", HTTP_DATE, Warn;
    /// `Last-Modified` is a date, and not after `Date`.
    HttpLastModified = "http.last-modified", HTTP_LAST_MODIFIED, Warn;
    /// `ETag` is an entity tag.
    HttpEtag = "http.etag", HTTP_ETAG, Warn;
}

/// Names in settings that stand for several checks.
const FAMILIES: &[(&str, &[Check])] =
    &[("deprecated", &[Check::DeprecatedOperation, Check::DeprecatedParameter, Check::DeprecatedProperty])];

impl Check {
    /// Whether it looks at the request before it is sent. Such a check is only set by its own name
    /// or its family's, never by `*`: it holds the scenario, not the API.
    pub fn is_of_request(self) -> bool {
        self.code().as_str().starts_with("request.")
    }

    /// Every name that a setting may use for one check or a family, in the order of the checks.
    pub fn names() -> Vec<&'static str> {
        let families = FAMILIES.iter().map(|(name, _)| *name);
        let checks = Self::ALL.iter().flat_map(|check| [check.name(), check.code().as_str()]);
        let mut names: Vec<&str> = checks.chain(families).collect();
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(*name));
        names
    }
}

/// The checks that one name of a setting speaks of: `header`, `response.header`, `deprecated`,
/// `http.*`, `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckSelector {
    text: String,
    checks: Vec<Check>,
    rank: (u8, usize),
}

impl CheckSelector {
    /// Reads a name, a code or a pattern in which `*` stands for anything; `None` when it selects no
    /// check.
    pub fn parse(text: &str) -> Option<Self> {
        let exact = |check: &&Check| check.name() == text || check.code().as_str() == text;
        let (checks, rank): (Vec<Check>, _) = if let Some(check) = Check::ALL.iter().find(exact) {
            (vec![*check], (3, 0))
        } else if let Some((_, checks)) = FAMILIES.iter().find(|(name, _)| *name == text) {
            (checks.to_vec(), (2, 0))
        } else if text == "*" {
            return Some(Self::all());
        } else if text.contains('*') {
            let fits = |check: &&Check| matches(text, check.code().as_str());
            (Check::ALL.iter().filter(fits).copied().collect(), (1, text.len()))
        } else {
            return None;
        };
        (!checks.is_empty()).then(|| Self { text: text.to_owned(), checks, rank })
    }

    /// Every check of a response: what `contract: warn` and `*` speak of.
    pub fn all() -> Self {
        let checks = Check::ALL.iter().filter(|check| !check.is_of_request()).copied().collect();
        Self { text: "*".to_owned(), checks, rank: (0, 0) }
    }

    /// The name as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The checks, in the order in which they run.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Orders selectors: `*`, then patterns by their length, then families, then single checks. Of
    /// two in one place the greater wins.
    pub fn rank(&self) -> (u8, usize) {
        self.rank
    }
}

/// `*` is any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut rest = rest;
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let selector = CheckSelector::parse(text);
        let checks = selector.iter().flat_map(CheckSelector::checks);
        let codes: Vec<&str> = checks.map(|check| check.code().as_str()).collect();
        assert_eq!(codes, expected, "{text}");
    }

    #[test]
    fn names_codes_and_families_select() {
        check("header", &["response.header"]);
        check("response.header", &["response.header"]);
        check("extras", &["response.extra"]);
        check("deprecated", &["operation.deprecated", "parameter.deprecated", "property.deprecated"]);
        check("statsu", &[]);
        check("", &[]);
    }

    #[test]
    fn patterns_select() {
        check("parameter.*", &["parameter.deprecated"]);
        check("*.extra", &["response.extra"]);
        check("http.*-authenticate", &["http.www-authenticate", "http.proxy-authenticate"]);
        check("x.*", &[]);
        check(
            "request.*",
            &["request.path", "request.query", "request.header", "request.cookie", "request.body"],
        );
    }

    #[test]
    fn a_star_alone_leaves_the_request_alone() {
        let all = CheckSelector::parse("*").expect("it selects");
        assert_eq!(all.checks().len(), Check::ALL.len() - 5);
        assert!(all.checks().iter().all(|check| !check.is_of_request()));
    }

    #[test]
    fn the_more_a_selector_says_the_more_it_weighs() {
        let ranks: Vec<_> = ["*", "h*", "http.*", "deprecated", "http.allow"]
            .iter()
            .map(|text| CheckSelector::parse(text).expect("it selects").rank())
            .collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    }

    #[test]
    fn a_name_is_the_end_of_its_code_or_the_code_itself() {
        for check in Check::ALL {
            let code = check.code().as_str();
            assert!(
                code.ends_with(check.name().trim_end_matches('s')) || code.contains(check.name()),
                "{code}"
            );
            assert!(Check::names().contains(&check.name()) && Check::names().contains(&code));
        }
    }
}

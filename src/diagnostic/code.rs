use std::fmt;

/// The stable dotted name of a finding or a diagnostic.
///
/// The part before the dot is what it speaks of: `response`, `request`, `http`, `operation`,
/// `parameter`, `property`, `expect`, `capture`, `transport`, `auth`, `value` and others for findings;
/// `scenario`, `config`, `document`, `overlay`, `mock` for files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl Code {
            $($(#[$doc])* pub const $name: Self = Self($text);)*

            /// Every code, in the order of this file.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The page about it, in Markdown: `# code`, a paragraph of one sentence, then more.
            pub fn page(self) -> &'static str {
                match self.0 {
                    $($text => include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes/", $text, ".md")),)*
                    _ => unreachable!("codes are made in this file alone"),
                }
            }
        }
    };
}

codes! {
    // Findings: the contract.
    /// The status is not documented for the operation.
    RESPONSE_STATUS = "response.status";
    /// The media type is not offered for that response, or is missing.
    RESPONSE_CONTENT_TYPE = "response.content-type";
    /// A documented header is missing or breaks its schema.
    RESPONSE_HEADER = "response.header";
    /// The body breaks its schema, or is there where none may be.
    RESPONSE_BODY = "response.body";
    /// A documented format is broken.
    RESPONSE_FORMAT = "response.format";
    /// A discriminator's value is outside its mapping.
    RESPONSE_DISCRIMINATOR = "response.discriminator";
    /// The body cannot be decoded as it is declared.
    RESPONSE_DECODE = "response.decode";
    /// The body has a member that the document does not name.
    RESPONSE_EXTRA = "response.extra";
    /// The operation is deprecated.
    OPERATION_DEPRECATED = "operation.deprecated";
    /// A parameter that was sent is deprecated.
    PARAMETER_DEPRECATED = "parameter.deprecated";
    /// A property of the body that was sent is deprecated.
    PROPERTY_DEPRECATED = "property.deprecated";
    // Findings: what HTTP itself says.
    /// A status outside of 100 to 599.
    HTTP_STATUS = "http.status";
    /// A 405 or 501 to an operation that the document declares.
    HTTP_METHOD = "http.method";
    /// A 406 or 415 about media types that the document offers.
    HTTP_MEDIA_TYPE = "http.media-type";
    /// A 401 without a challenge.
    HTTP_WWW_AUTHENTICATE = "http.www-authenticate";
    /// A 407 without a challenge.
    HTTP_PROXY_AUTHENTICATE = "http.proxy-authenticate";
    /// A 405 without `Allow`.
    HTTP_ALLOW = "http.allow";
    /// A 426 without `Upgrade`.
    HTTP_UPGRADE = "http.upgrade";
    /// A 206 or 416 to a request that asked for no range.
    HTTP_RANGE = "http.range";
    /// Partial content that does not say which part it is.
    HTTP_CONTENT_RANGE = "http.content-range";
    /// A 304 to a request that was not conditional.
    HTTP_NOT_MODIFIED = "http.not-modified";
    /// Content in a 205.
    HTTP_CONTENT = "http.content";
    /// `Content-Length` that is no number, or stands twice.
    HTTP_CONTENT_LENGTH = "http.content-length";
    /// `Location` that is no URI reference, or a redirect without it.
    HTTP_LOCATION = "http.location";
    /// `Retry-After` that is neither seconds nor a date.
    HTTP_RETRY_AFTER = "http.retry-after";
    /// `Date` that is no date.
    HTTP_DATE = "http.date";
    /// `Last-Modified` that is no date, or after `Date`.
    HTTP_LAST_MODIFIED = "http.last-modified";
    /// `ETag` that is no entity tag.
    HTTP_ETAG = "http.etag";
    // Findings: the scenario's expectations.
    /// Another status than the scenario expects.
    EXPECT_STATUS = "expect.status";
    /// A header differs from the scenario's expectation.
    EXPECT_HEADER = "expect.header";
    /// The body differs from the scenario's expectation.
    EXPECT_BODY = "expect.body";
    /// A selected value differs from the scenario's expectation.
    EXPECT_JSONPATH = "expect.jsonpath";
    /// A condition is false, or could not be evaluated.
    EXPECT_ASSERT = "expect.assert";
    /// The body's bytes differ from the scenario's expectation.
    EXPECT_BYTES = "expect.bytes";
    /// The answer took longer than the scenario allows.
    EXPECT_WITHIN = "expect.within";
    /// What a poll waits for has not come.
    EXPECT_POLL = "expect.poll";
    /// A repeated step did not come to its end.
    EXPECT_REPEAT = "expect.repeat";
    /// A capture found nothing.
    CAPTURE_MISSING = "capture.missing";
    // Findings: the exchange did not happen, or the test could not be carried out.
    /// No connection.
    TRANSPORT_CONNECT = "transport.connect";
    /// The host's name is unknown.
    TRANSPORT_DNS = "transport.dns";
    /// No secure connection.
    TRANSPORT_TLS = "transport.tls";
    /// The request was taken and not answered in time.
    TRANSPORT_TIMEOUT = "transport.timeout";
    /// The answer was cut short.
    TRANSPORT_TRUNCATED = "transport.truncated";
    /// The answer is not HTTP, or broke a limit.
    TRANSPORT_PROTOCOL = "transport.protocol";
    /// The answer is larger than a limit of ours.
    TRANSPORT_LIMIT = "transport.limit";
    /// The embedded mock has no answer that its rules and its document allow.
    MOCK_REFUSED = "mock.refused";
    /// A token could not be had.
    AUTH_TOKEN = "auth.token";
    /// A path parameter breaks the document, and the step does not say that it should.
    REQUEST_PATH = "request.path";
    /// A query parameter breaks the document, and the step does not say that it should.
    REQUEST_QUERY = "request.query";
    /// A header parameter breaks the document, and the step does not say that it should.
    REQUEST_HEADER = "request.header";
    /// A cookie breaks the document, and the step does not say that it should.
    REQUEST_COOKIE = "request.cookie";
    /// The request body breaks the document, and the step does not say that it should.
    REQUEST_BODY = "request.body";
    /// The request keeps the document, and the step says that it should not.
    REQUEST_VALID = "request.valid";
    /// The request could not be built.
    REQUEST_BUILD = "request.build";
    /// A value that the step needs does not exist.
    VALUE_UNRESOLVED = "value.unresolved";
    /// A `when` condition could not be evaluated.
    CONDITION_FAILED = "value.condition";
    /// The scenario took longer than its time-out.
    SCENARIO_TIMEOUT = "case.timeout";
    // Diagnostics: scenario files.
    /// A file cannot be read.
    FILE_UNREADABLE = "file.unreadable";
    /// The text is not YAML.
    YAML_SYNTAX = "yaml.syntax";
    /// A YAML feature that files of ours do not use.
    YAML_UNSUPPORTED = "yaml.unsupported";
    /// A key stands twice in one map.
    YAML_DUPLICATE_KEY = "yaml.duplicate-key";
    /// A limit was reached.
    YAML_LIMIT = "yaml.limit";
    /// A number that could be read in two ways.
    YAML_AMBIGUOUS_NUMBER = "yaml.ambiguous-number";
    /// The file is not of the kind that was asked for.
    SCENARIO_KIND = "scenario.kind";
    /// A key that has no meaning anywhere.
    SCENARIO_UNKNOWN_KEY = "scenario.unknown-key";
    /// A key that has a meaning elsewhere.
    SCENARIO_MISPLACED_KEY = "scenario.misplaced-key";
    /// A key that is part of the language and not of this version.
    SCENARIO_NOT_SUPPORTED = "scenario.not-supported";
    /// A key that must be there.
    SCENARIO_MISSING_KEY = "scenario.missing-key";
    /// A value of the wrong type or form.
    SCENARIO_INVALID_VALUE = "scenario.invalid-value";
    /// A name that breaks the rules for names.
    SCENARIO_INVALID_NAME = "scenario.invalid-name";
    /// A name that is given twice.
    SCENARIO_DUPLICATE_NAME = "scenario.duplicate-name";
    /// An operation that the document lacks.
    SCENARIO_UNKNOWN_OPERATION = "scenario.unknown-operation";
    /// A parameter that the operation lacks.
    SCENARIO_UNKNOWN_PARAMETER = "scenario.unknown-parameter";
    /// A required parameter or body that the step does not give.
    SCENARIO_MISSING_PARAMETER = "scenario.missing-parameter";
    /// A body for an operation without one, or a media type it does not offer.
    SCENARIO_REQUEST_BODY = "scenario.request-body";
    /// A status that the operation does not document.
    SCENARIO_UNDOCUMENTED_STATUS = "scenario.undocumented-status";
    /// A flow that its file does not have.
    SCENARIO_UNKNOWN_FLOW = "scenario.unknown-flow";
    /// A flow that is given what it does not take, or not what it needs.
    SCENARIO_FLOW_INPUTS = "scenario.flow-inputs";
    /// Flows that call one another without end.
    SCENARIO_FLOW_CIRCLE = "scenario.flow-circle";
    /// An api that the project file does not name.
    SCENARIO_UNKNOWN_API = "scenario.unknown-api";
    /// An auth profile that the project file does not name.
    SCENARIO_UNKNOWN_AUTH = "scenario.unknown-auth";
    /// The auth profile's kind is not among the operation's security.
    SCENARIO_AUTH_MISMATCH = "scenario.auth-mismatch";
    /// An operator or a `<marker>` that does not exist.
    SCENARIO_UNKNOWN_MATCHER = "scenario.unknown-matcher";
    /// An operator with an operand it cannot use.
    SCENARIO_INVALID_MATCHER = "scenario.invalid-matcher";
    /// A name in an expression that does not exist, or not yet.
    SCENARIO_UNKNOWN_REFERENCE = "scenario.unknown-reference";
    /// An expression that does not parse.
    SCENARIO_INVALID_EXPRESSION = "scenario.invalid-expression";
    /// A text that looks like an expression and would be sent as text.
    SCENARIO_TEXT_LOOKS_LIKE_EXPRESSION = "scenario.text-looks-like-expression";
    /// A condition that does not parse.
    SCENARIO_INVALID_CONDITION = "scenario.invalid-condition";
    /// A JSONPath or pointer that does not parse.
    SCENARIO_INVALID_SELECTOR = "scenario.invalid-selector";
    /// A contract check that does not exist.
    SCENARIO_UNKNOWN_CHECK = "scenario.unknown-check";
    /// A rule of `contract` that never fits.
    SCENARIO_IDLE_RULE = "scenario.idle-rule";
    /// A poll that waits for nothing.
    SCENARIO_IDLE_POLL = "scenario.idle-poll";
    /// An expectation that can be named better.
    SCENARIO_VAGUE_STATUS = "scenario.vague-status";
    /// An expectation that no response which keeps the document can meet.
    SCENARIO_IMPOSSIBLE_EXPECTATION = "scenario.impossible-expectation";
    /// A saved value that the document does not describe.
    SCENARIO_UNDESCRIBED_CAPTURE = "scenario.undescribed-capture";
    /// A saved value that the document does not promise; a hint.
    SCENARIO_OPTIONAL_CAPTURE = "scenario.optional-capture";
    /// A request that breaks the document as it is written, and the step does not say that it should.
    SCENARIO_INVALID_REQUEST = "scenario.invalid-request";
    /// A request that keeps the document as it is written, and the step says that it does not.
    SCENARIO_VALID_REQUEST = "scenario.valid-request";
    /// A name that has a value and is never read.
    SCENARIO_UNUSED_NAME = "scenario.unused-name";
    /// A secured operation that is called without credentials.
    SCENARIO_MISSING_AUTH = "scenario.missing-auth";
    /// A file with nothing to run.
    SCENARIO_EMPTY = "scenario.empty";
    // Diagnostics: the project file.
    /// A project file cannot be found.
    CONFIG_MISSING = "config.missing";
    /// A key of the project file that has no meaning.
    CONFIG_UNKNOWN_KEY = "config.unknown-key";
    /// A value of the project file that is wrong.
    CONFIG_INVALID_VALUE = "config.invalid-value";
    /// An environment that the project file does not name.
    CONFIG_UNKNOWN_ENVIRONMENT = "config.unknown-environment";
    /// An api without a URL to send to.
    CONFIG_NO_BASE_URL = "config.no-base-url";
    /// An input that nothing declares, or a value that it refuses.
    CONFIG_INPUT = "config.input";
    /// Something that the settings do not let happen: a method to be sent, a command to be run.
    CONFIG_NOT_ALLOWED = "config.not-allowed";
    /// A secret that is too short to be kept out of what is printed.
    CONFIG_SHORT_SECRET = "config.short-secret";
    // Diagnostics: documents.
    /// The text is not JSON or YAML.
    DOCUMENT_SYNTAX = "document.syntax";
    /// The document has no version, or one that is not known.
    DOCUMENT_VERSION = "document.version";
    /// A part of the document has another shape than OpenAPI says.
    DOCUMENT_STRUCTURE = "document.structure";
    /// A `$ref` that leads nowhere, or in a circle.
    DOCUMENT_REFERENCE = "document.reference";
    /// A schema that does not compile.
    DOCUMENT_SCHEMA = "document.schema";
    /// An operation id that stands twice.
    DOCUMENT_DUPLICATE_OPERATION = "document.duplicate-operation";
    /// Two path templates that match the same request.
    DOCUMENT_AMBIGUOUS_PATH = "document.ambiguous-path";
    /// A schema that nothing can satisfy.
    DOCUMENT_IMPOSSIBLE = "document.impossible";
    /// An example or default that breaks its own schema.
    DOCUMENT_EXAMPLE = "document.example";
    /// A construct that is read leniently.
    DOCUMENT_LENIENT = "document.lenient";
    // Diagnostics: overlays.
    /// An overlay that cannot be applied.
    OVERLAY_INVALID = "overlay.invalid";
    /// A target that selects nothing, or to which the change does not fit.
    OVERLAY_TARGET = "overlay.target";
    /// A key of an overlay that has no meaning.
    OVERLAY_UNKNOWN_KEY = "overlay.unknown-key";
    // Diagnostics: the mock's rules.
    /// A key of the rules that has no meaning.
    MOCK_UNKNOWN_KEY = "mock.unknown-key";
    /// A key of the rules that is not part of this version.
    MOCK_NOT_SUPPORTED = "mock.not-supported";
    /// A value of the rules that is wrong.
    MOCK_INVALID_VALUE = "mock.invalid-value";
    /// A name in the rules that does not exist.
    MOCK_UNKNOWN_REFERENCE = "mock.unknown-reference";
    /// An operation in the rules that the document lacks.
    MOCK_UNKNOWN_OPERATION = "mock.unknown-operation";
    /// An expression in the rules that does not parse.
    MOCK_INVALID_EXPRESSION = "mock.invalid-expression";
    /// A reply whose status the operation does not document.
    MOCK_UNDOCUMENTED_STATUS = "mock.undocumented-status";
    /// A rule that never answers, for one above it always does.
    MOCK_UNREACHABLE_RULE = "mock.unreachable-rule";
}

impl Code {
    /// The code of a dotted name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// What its page says first, in one sentence without a full stop.
    pub fn summary(self) -> &'static str {
        self.page().lines().nth(2).unwrap_or_default().trim_end_matches('.')
    }

    /// The dotted name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Code;
    use crate::diagnostic::{Check, Severity};

    #[test]
    fn every_code_has_a_page_of_one_shape() {
        for code in Code::ALL {
            let page = code.page();
            let lines: Vec<&str> = page.lines().collect();
            assert_eq!(lines.first(), Some(&format!("# {code}").as_str()), "{code}");
            assert!(lines[1].is_empty() && lines[3].is_empty(), "{code}: a paragraph of one line follows");
            assert!(lines[2].ends_with('.') && lines[2].chars().count() <= 80, "{code}: {}", lines[2]);
            assert!(page.ends_with('\n') && !page.ends_with("\n\n"), "{code}: ends with one line end");
            assert!(lines.iter().all(|line| line.chars().count() <= 80), "{code}: a line is too long");
            assert!(page.contains("## What to do\n"), "{code} does not say what to do");
            assert!(page.contains("```"), "{code} shows no example");
        }
    }

    #[test]
    fn the_page_of_a_check_says_why_how_to_turn_it_off_and_the_source() {
        for check in Check::ALL {
            let page = check.code().page();
            for section in ["## Why it matters\n", "## Severity\n", "## Source\n"] {
                assert!(page.contains(section), "{}: no {section}", check.code());
            }
            let severity = page.split("## Severity\n").nth(1).unwrap_or_default();
            let word = check.default_severity().as_str();
            assert!(severity.contains(&format!("`{word}`")), "{}: {word} by default", check.code());
            let setting = match check.default_severity() {
                Severity::Off => format!("{}: warn", check.name()),
                _ => format!("{}: off", check.name()),
            };
            assert!(severity.contains(&setting), "{}: does not show `{setting}`", check.code());
        }
    }

    #[test]
    fn there_is_no_page_without_a_code() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
        for entry in std::fs::read_dir(folder).expect("docs/codes is there") {
            let name = entry.expect("docs/codes is readable").file_name();
            let name = name.to_string_lossy().trim_end_matches(".md").to_owned();
            assert!(Code::parse(&name).is_some(), "docs/codes/{name}.md is about no code");
        }
    }

    #[test]
    fn codes_are_unique_dotted_and_lower_case() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            assert_eq!(code.as_str().matches('.').count(), 1, "{code}");
            assert!(code.as_str().chars().all(|c| c.is_ascii_lowercase() || ".-".contains(c)), "{code}");
        }
    }
}

use super::measure;
use crate::diagnostic::Code;
use crate::limits::Limits;
use std::error::Error;
use std::io;
use std::time::Duration;
use url::Url;

/// Why there is no response that could be judged.
///
/// The words name the origin only, never a query, so that a key in a URL is not printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// What kind of thing went wrong.
    pub kind: TransportErrorKind,
    /// What happened, in the API's words: "nothing listens at http://127.0.0.1:1 (connection
    /// refused)".
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The header of the request that it is about, if it is about one.
    pub header: Option<String>,
    /// From sending to the failure, resends excluded; zero when nothing was tried.
    pub latency: Duration,
}

/// The kinds of failure that leave no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransportErrorKind {
    /// The request cannot be sent as it was built; nothing was tried.
    Build,
    /// No connection, or none in time.
    Connect,
    /// The host's name has no address.
    Dns,
    /// A connection, but no secure one.
    Tls,
    /// The request was sent, and the answer did not come, or not to its end, in time.
    Timeout,
    /// The answer is not HTTP.
    Protocol,
    /// The answer is larger than a limit.
    Limit,
    /// The connection ended after the request was sent, before an answer came.
    Reset,
}

impl TransportErrorKind {
    /// The code of the finding that this becomes.
    pub fn code(self) -> Code {
        match self {
            Self::Build => Code::REQUEST_BUILD,
            Self::Connect => Code::TRANSPORT_CONNECT,
            Self::Dns => Code::TRANSPORT_DNS,
            Self::Tls => Code::TRANSPORT_TLS,
            Self::Timeout => Code::TRANSPORT_TIMEOUT,
            Self::Protocol => Code::TRANSPORT_PROTOCOL,
            Self::Limit => Code::TRANSPORT_LIMIT,
            Self::Reset => Code::TRANSPORT_TRUNCATED,
        }
    }
}

impl TransportError {
    pub(super) fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None, header: None, latency: Duration::ZERO }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn about_header(mut self, name: &str) -> Self {
        self.header = Some(name.to_owned());
        self
    }

    pub(super) fn after(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// The response body is larger than `limit` bytes.
    pub(super) fn body_limit(limit: u64) -> Self {
        let message =
            format!("the response body is larger than the limit `body`, {}", measure::size_in_words(limit));
        let more = measure::size(limit.saturating_mul(2));
        Self::new(TransportErrorKind::Limit, message)
            .with_help(format!("`--limit body={more}`, or `limits: {{ body: {more} }}`, allows more"))
    }

    /// The header lines are more than is read; `bytes` are as many as came, when that is known.
    pub(super) fn headers_limit(limit: u64, bytes: Option<u64>) -> Self {
        let kind = TransportErrorKind::Limit;
        match bytes {
            Some(bytes) => {
                let more = measure::size(bytes.next_multiple_of(64 << 10));
                let message = format!(
                    "the header lines of the response are {bytes} bytes, more than the limit `headers`, {}",
                    measure::size_in_words(limit)
                );
                Self::new(kind, message).with_help(format!(
                    "`--limit headers={more}`, or `limits: {{ headers: {more} }}`, allows more"
                ))
            }
            None => Self::new(
                kind,
                format!(
                    "the head of the response does not end within {MAX_HEAD} or has more than {MAX_LINES} lines"
                ),
            )
            .with_help("no setting allows more than that: the server repeats itself, or a proxy does"),
        }
    }
}

/// The most header lines of one response. hyper's own default is 100, which a policy header a
/// resource or a cookie a tracker reaches without being wrong.
pub(super) const MAX_LINES: usize = 500;

/// hyper reads this much of a head (8 KiB and 100 pages), whatever the limits say.
const MAX_HEAD: &str = "408 KiB";

/// A host's name has no address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NoAddress(#[source] pub(super) io::Error);

/// What a failure is put into words with.
pub(super) struct Context<'c> {
    /// Host and port of the target URL.
    pub(super) authority: String,
    /// The proxy's URL, if there is one; it may hold a name and a password.
    pub(super) proxy: Option<&'c str>,
    pub(super) is_secure: bool,
    pub(super) connect_timeout: Duration,
    pub(super) limits: &'c Limits,
}

impl Context<'_> {
    /// Scheme, host and port of the target URL.
    fn origin(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }

    /// The host of the target URL.
    fn host(&self) -> &str {
        let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match self.authority.rsplit_once(':') {
            Some((host, port)) if is_port(port) => host,
            _ => &self.authority,
        }
    }

    /// Scheme, host and port of the proxy.
    fn proxy_origin(&self) -> Option<String> {
        let proxy = self.proxy?;
        let origin = Url::parse(proxy).map(|url| url.origin().ascii_serialization());
        Some(origin.unwrap_or_else(|_| "of the settings".to_owned()))
    }

    /// Who a connection is made to.
    fn peer(&self) -> String {
        match self.proxy_origin() {
            Some(proxy) => format!("the proxy {proxy}"),
            None => self.origin(),
        }
    }

    /// No connection came about within `limit`.
    pub(super) fn connect_timeout(&self, limit: Duration) -> TransportError {
        let message = format!("no connection to {} within {}", self.peer(), measure::time(limit));
        TransportError::new(TransportErrorKind::Connect, message)
            .with_help("is the host reachable from here? `timeouts: { connect: … }` waits longer")
    }

    /// The request was sent and no head came within `limit`.
    pub(super) fn answer_timeout(&self, limit: Duration) -> TransportError {
        let message = format!("no answer from {} within {}", self.origin(), measure::time(limit));
        TransportError::new(TransportErrorKind::Timeout, message)
            .with_help("`timeout: …` at the step, or `timeouts: { request: … }`, waits longer")
    }

    /// The body had not ended after `limit`.
    pub(super) fn body_timeout(&self, limit: Duration, received: u64) -> TransportError {
        let message = format!(
            "the answer from {} did not end within {}: its head and {received} bytes of its body came",
            self.origin(),
            measure::time(limit)
        );
        TransportError::new(TransportErrorKind::Timeout, message)
            .with_help("`timeout: …` at the step, or `timeouts: { request: … }`, waits longer")
    }

    /// Says what a failed attempt means.
    pub(super) fn explain(&self, error: &reqwest::Error) -> TransportError {
        if error.is_builder() {
            return self.unbuildable(&cause(error));
        }
        if error.is_dns() {
            return self.explain_dns(error);
        }
        if error.is_connect() {
            return match error.is_timeout() {
                true => self.connect_timeout(self.connect_timeout),
                false => self.explain_connect(error),
            };
        }
        // In TLS 1.3 a server refuses a client's certificate after the handshake has ended for the
        // client.
        let reason = cause(error);
        if self.is_secure && reason.contains("fatal alert") {
            return self.explain_tls(&reason);
        }
        if let Some(hyper) = find::<hyper::Error>(error) {
            return self.explain_exchange(hyper);
        }
        match find::<io::Error>(error) {
            Some(_) => self.reset(),
            None => self.broken(&reason),
        }
    }

    /// The request cannot be put as HTTP wants it.
    pub(super) fn unbuildable(&self, reason: &str) -> TransportError {
        let message = format!("the request to {} cannot be built: {reason}", self.origin());
        TransportError::new(TransportErrorKind::Build, message)
    }

    fn explain_dns(&self, error: &(dyn Error + 'static)) -> TransportError {
        let host = match self.proxy_origin() {
            Some(proxy) => format!("proxy {proxy}"),
            None => format!("host `{}`", self.host()),
        };
        let message = format!("the {host} has no address ({})", dns_reason(&cause(error)));
        TransportError::new(TransportErrorKind::Dns, message)
            .with_help("is the base URL spelled right, and is its name known in this network?")
    }

    /// Says why no connection came about.
    pub(super) fn explain_connect(&self, error: &(dyn Error + 'static)) -> TransportError {
        if find::<NoAddress>(error).is_some() {
            return self.explain_dns(error);
        }
        let reason = cause(error);
        let kind = find::<io::Error>(error).map(io::Error::kind);
        let (peer, connect) = (self.peer(), TransportErrorKind::Connect);
        match kind {
            Some(io::ErrorKind::TimedOut) => self.connect_timeout(self.connect_timeout),
            Some(io::ErrorKind::ConnectionRefused) => {
                let help = if self.proxy.is_some() { "is the proxy up?" } else { "is the target up?" };
                TransportError::new(connect, format!("nothing listens at {peer} (connection refused)"))
                    .with_help(help)
            }
            Some(
                io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::NetworkDown
                | io::ErrorKind::AddrNotAvailable,
            ) => {
                TransportError::new(connect, format!("{peer} cannot be reached ({})", plain_reason(&reason)))
                    .with_help("is the host reachable from here?")
            }
            _ if self.is_secure => self.explain_tls(&reason),
            _ => TransportError::new(connect, format!("no connection to {peer} ({})", plain_reason(&reason)))
                .with_help("is the target up?"),
        }
    }

    fn explain_tls(&self, reason: &str) -> TransportError {
        let (reason, help) = tls_reason(reason);
        let message = format!("no secure connection to {}: {reason}", self.origin());
        let error = TransportError::new(TransportErrorKind::Tls, message);
        match help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }

    /// Says why an exchange on a connection broke off.
    pub(super) fn explain_exchange(&self, error: &hyper::Error) -> TransportError {
        if error.is_parse_too_large() {
            return TransportError::headers_limit(self.limits.headers, None);
        }
        if error.is_parse() {
            let message = format!("the answer from {} is not HTTP ({error})", self.origin());
            let swapped = if self.is_secure { "http" } else { "https" };
            return TransportError::new(TransportErrorKind::Protocol, message).with_help(format!(
                "is it an HTTP server, and should the URL not begin with `{swapped}://`?"
            ));
        }
        if error.is_user() {
            let message = format!("the request to {} cannot be sent: {}", self.origin(), cause(error));
            return TransportError::new(TransportErrorKind::Build, message);
        }
        let is_cut = error.is_incomplete_message()
            || error.is_canceled()
            || error.is_closed()
            || error.is_shutdown()
            || find::<io::Error>(error).is_some();
        if is_cut { self.reset() } else { self.broken(&cause(error)) }
    }

    /// The server answered plain HTTP with a record of TLS.
    pub(super) fn tls_instead(&self) -> TransportError {
        let message = format!("{} speaks TLS, and the URL does not", self.origin());
        TransportError::new(TransportErrorKind::Tls, message)
            .with_help("the URL should begin with `https://`")
    }

    fn reset(&self) -> TransportError {
        let message = format!("{} closed the connection without an answer", self.origin());
        TransportError::new(TransportErrorKind::Reset, message).with_help(if self.is_secure {
            "did the server crash, or does something between here and there cut connections?"
        } else {
            "did the server crash, or is the port one for `https://`?"
        })
    }

    /// The connection spoke HTTP and then broke its rules: HTTP/2 errors, above all.
    fn broken(&self, reason: &str) -> TransportError {
        let message = format!("the exchange with {} broke off ({reason})", self.origin());
        TransportError::new(TransportErrorKind::Protocol, message)
            .with_help("the server, or a proxy before it, broke it off: its log may say more")
    }
}

/// The first error of a type among the sources of an error and the error itself.
pub(super) fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    sources(error).find_map(|error| error.downcast_ref())
}

/// The words of the deepest source, which alone says what happened.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    sources(error).last().map(ToString::to_string).unwrap_or_default()
}

fn sources<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// `Connection reset by peer (os error 104)` as `connection reset by peer`.
fn plain_reason(reason: &str) -> String {
    let words = reason.split(" (os error ").next().unwrap_or(reason);
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "no reason given".to_owned(),
    }
}

/// The resolver's words without those of the call that failed.
fn dns_reason(reason: &str) -> String {
    plain_reason(reason.rsplit("information: ").next().unwrap_or(reason))
}

/// rustls' words as a reason and what to do about it.
fn tls_reason(reason: &str) -> (String, Option<&'static str>) {
    if let Some(certificate) = reason.strip_prefix("invalid peer certificate: ") {
        return certificate_reason(certificate);
    }
    let help = if reason.contains("InvalidContentType") {
        return ("the server does not speak TLS".to_owned(), Some("should the URL begin with `http://`?"));
    } else if ["CertificateRequired", "HandshakeFailure"].iter().any(|alert| reason.contains(alert)) {
        Some("does the server ask for a client certificate? `tls: { cert: …, key: … }` gives one")
    } else if reason.contains("fatal alert") {
        Some("the server says so: its log may say more")
    } else {
        None
    };
    (plain_reason(reason), help)
}

fn certificate_reason(certificate: &str) -> (String, Option<&'static str>) {
    const TRUST: &str = "`tls: { ca: … }` of the environment names an authority to trust; against a test \
                         system only, `tls: { insecure: true }` trusts all";
    const NAME: &str = "does the base URL name the host that the certificate is for?";
    const CLOCK: &str = "is the certificate to be renewed, or does this machine's clock go wrong?";
    // rustls says either a word or a sentence that begins with `certificate`.
    let own = certificate.strip_prefix("certificate ").unwrap_or(certificate);
    match own {
        "UnknownIssuer" => ("the certificate is signed by no trusted authority".to_owned(), Some(TRUST)),
        _ if own.starts_with("expired") || own == "Expired" => {
            ("the certificate has expired".to_owned(), Some(CLOCK))
        }
        _ if own.starts_with("not valid yet") || own == "NotValidYet" => {
            ("the certificate is not valid yet".to_owned(), Some(CLOCK))
        }
        _ if own.starts_with("not valid for name ") => {
            // `not valid for name "a"; certificate is only valid for DnsName("b"), IpAddress(…)`.
            let mut quoted = own.split('"').skip(1).step_by(2);
            let wanted = quoted.next().unwrap_or_default();
            let names: Vec<String> = quoted.map(|name| format!("`{name}`")).collect();
            let others = if names.is_empty() { "another host".to_owned() } else { names.join(", ") };
            (format!("the certificate is for {others}, not for `{wanted}`"), Some(NAME))
        }
        "NotValidForName" => ("the certificate is for another host".to_owned(), Some(NAME)),
        _ => {
            let help = if own.contains("name") { NAME } else { TRUST };
            (format!("the certificate is not accepted: {own}"), Some(help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `help` is a part of the advice; none means that there is none.
    fn check_tls(reason: &str, expected: &str, help: Option<&str>) {
        let (words, advice) = tls_reason(reason);
        assert_eq!((words.as_str(), advice.is_some()), (expected, help.is_some()), "{reason}");
        assert!(advice.unwrap_or_default().contains(help.unwrap_or_default()), "{reason}: {advice:?}");
    }

    #[test]
    fn tls_failures_are_said_in_words() {
        check_tls(
            "invalid peer certificate: UnknownIssuer",
            "the certificate is signed by no trusted authority",
            Some("`tls: { ca: … }`"),
        );
        check_tls(
            "invalid peer certificate: certificate not valid for name \"a.example\"; certificate is only valid \
             for DnsName(\"b.example\")",
            "the certificate is for `b.example`, not for `a.example`",
            Some("base URL"),
        );
        check_tls(
            "invalid peer certificate: certificate expired: verified at time 2 (UNIX), but certificate is not \
             valid after 1 (1 seconds ago)",
            "the certificate has expired",
            Some("clock"),
        );
        check_tls(
            "received corrupt message of type InvalidContentType",
            "the server does not speak TLS",
            Some("`http://`"),
        );
        check_tls(
            "received fatal alert: CertificateRequired",
            "received fatal alert: CertificateRequired",
            Some("client certificate"),
        );
        check_tls("tls handshake eof", "tls handshake eof", None);
    }

    #[test]
    fn reasons_lose_what_only_a_programmer_reads() {
        assert_eq!(plain_reason("Connection reset by peer (os error 104)"), "connection reset by peer");
        assert_eq!(plain_reason(""), "no reason given");
        let resolver = "failed to lookup address information: Name or service not known";
        assert_eq!(dns_reason(resolver), "name or service not known");
    }

    #[test]
    fn limits_are_named_with_their_value_and_their_flag() {
        let error = TransportError::body_limit(32 << 20);
        assert_eq!(error.to_string(), "the response body is larger than the limit `body`, 32 MiB");
        assert_eq!(
            error.help.as_deref(),
            Some("`--limit body=64MiB`, or `limits: { body: 64MiB }`, allows more")
        );
        let error = TransportError::headers_limit(1024, Some(1500));
        let message = "the header lines of the response are 1500 bytes, more than the limit `headers`, 1 KiB";
        assert_eq!(error.to_string(), message);
        assert_eq!(
            error.help.as_deref(),
            Some("`--limit headers=64KiB`, or `limits: { headers: 64KiB }`, allows more")
        );
    }
}

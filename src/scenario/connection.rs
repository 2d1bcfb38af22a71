//! How an environment is reached: `rate`, `proxy`, `tls`, and `allow`, the methods that may be sent.

use super::reader::{Reader, Spanned};
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::yaml::{Kind, MapReader, Node};
use std::time::Duration;

/// How often requests may leave: `rate: 20/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The time from one request to the next.
    pub interval: Duration,
}

/// More requests a second than any machine sends: a larger number is a typing error.
const MOST_A_SECOND: f64 = 1_000_000.0;

impl Rate {
    /// Reads `20/s`, `100/m` or `5000/h`: a whole number from 1, and the unit it counts for.
    ///
    /// # Errors
    /// A sentence that says how a rate is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read = || {
            let (count, unit) = text.split_once('/')?;
            let seconds = match unit {
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
            let is_number = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
            let count: f64 = count.parse().ok().filter(|count| is_number && *count >= 1.0)?;
            let interval = Duration::try_from_secs_f64(seconds / count).ok()?;
            (count / seconds <= MOST_A_SECOND).then_some(Self { interval })
        };
        read().ok_or_else(|| {
            "a rate is a number of requests and the time they are for, as in 20/s, 100/m or 1000/h".to_owned()
        })
    }
}

/// What `tls` says. A value that begins with `-----BEGIN` is PEM itself, any other is the path of a file.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Certificates of authorities that are trusted beside the platform's.
    pub ca: Option<Template>,
    /// The client's certificate, with those that lead from it to its authority.
    pub cert: Option<Template>,
    /// The key of that certificate.
    pub key: Option<Template>,
    /// Whether any certificate of a server is trusted.
    pub is_insecure: bool,
}

impl Tls {
    /// Every value that is written in it.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        [&self.ca, &self.cert, &self.key].into_iter().flatten()
    }
}

pub(super) fn read_rate(node: &Node, reader: &mut Reader<'_>) -> Option<Rate> {
    match node.as_str().map(Rate::parse) {
        Some(Ok(rate)) => Some(rate),
        found => {
            let message = match found {
                Some(Err(message)) => message,
                _ => "a rate is a text, as in 20/s".to_owned(),
            };
            reader.problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, "is no rate");
            None
        }
    }
}

pub(super) fn read_tls(node: &Node, reader: &mut Reader<'_>) -> Tls {
    let Some(mut map) = MapReader::config("`tls`", node, reader.problems) else { return Tls::default() };
    let mut text = |key: &'static str, reader: &mut Reader<'_>| {
        map.take(key).map(|node| reader.text_template(key, node))
    };
    let (ca, cert, key) = (text("ca", reader), text("cert", reader), text("key", reader));
    let is_insecure = map.boolean("insecure", reader.problems).unwrap_or(false);
    map.finish(
        &[
            ("verify", "`insecure: true` trusts every certificate, which is for test systems only"),
            ("cacert", "write `ca`"),
        ],
        reader.problems,
    );
    if cert.is_some() != key.is_some() {
        let (has, lacks) = if cert.is_some() { ("cert", "key") } else { ("key", "cert") };
        let message = format!("`{has}` is of no use without `{lacks}`");
        reader.problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, format!("lacks `{lacks}`"));
    }
    Tls { ca, cert, key, is_insecure }
}

/// Reads the methods that may be sent, in capitals, whatever they are written in.
pub(super) fn read_allow(node: &Node, reader: &mut Reader<'_>) -> Option<Spanned<Vec<String>>> {
    let invalid = |reader: &mut Reader<'_>, node: &Node, label: &str| {
        let message = "`allow` is a list of the methods that may be sent, as in [GET, HEAD]";
        reader.problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, label);
    };
    let Kind::List(elements) = &node.kind else {
        invalid(reader, node, &format!("is {}", node.type_name()));
        return None;
    };
    if elements.is_empty() {
        invalid(reader, node, "lets nothing be sent");
    }
    let mut methods = Vec::new();
    for element in elements {
        // RFC 9110 §9.1: a method is a token.
        let is_token = |text: &&str| {
            let is_token_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            !text.is_empty() && text.chars().all(is_token_char)
        };
        match element.as_str().filter(is_token) {
            Some(method) => methods.push(method.to_ascii_uppercase()),
            None => invalid(reader, element, "is no method"),
        }
    }
    Some(Spanned::new(methods, node.span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, microseconds: Option<u64>) {
        let found = Rate::parse(text).ok().map(|rate| rate.interval);
        assert_eq!(found, microseconds.map(Duration::from_micros), "{text}");
    }

    #[test]
    fn rates_are_counts_for_a_time() {
        check("20/s", Some(50_000));
        check("100/m", Some(600_000));
        check("3600/h", Some(1_000_000));
        check("1/h", Some(3_600_000_000));
        check("1000000/s", Some(1));
        for text in
            ["", "20", "/s", "0/s", "-1/s", "1.5/s", "20/d", "20 / s", "20/sec", "1000001/s", "1e3/s", "s/20"]
        {
            check(text, None);
        }
        check(&format!("{}/h", "9".repeat(400)), None);
    }
}

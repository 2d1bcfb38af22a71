//! Takes multipart content apart.
//!
//! By hand and not by `multer`, which streams: it gives no offsets, so that no place could be shown, and
//! reads a part without header lines (legal, RFC 2046 §5.1.1) as if its content were header lines.

use super::kind::header_parameter;
use crate::exchange::Headers;
use memchr::memmem;
use std::ops::Range;

/// More header lines than any part has.
const MAX_LINES: usize = 64;

/// One part between boundaries.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) headers: Headers,
    /// The parameter `name` of `Content-Disposition`.
    pub(super) name: Option<String>,
    /// Where its content stands.
    pub(super) content: Range<usize>,
}

/// Why content is no multipart.
#[derive(Debug, PartialEq)]
pub(super) enum PartsError {
    /// No line is the delimiter.
    NoDelimiter,
    /// The delimiter that closes the last part is missing.
    NotClosed,
    /// The header lines of a part, at an offset, are none; its number from 1.
    Headers(usize, usize),
    /// There are more parts than are read.
    TooMany,
}

/// Takes content apart at its boundary, at most `most` parts.
///
/// Source: RFC 2046 §5.1.1; RFC 7578 §4.
pub(super) fn split(bytes: &[u8], boundary: &str, most: usize) -> Result<Vec<Part>, PartsError> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    // Where the part that is open starts.
    let mut open: Option<usize> = None;
    let mut from = 0;
    while let Some(found) = memmem::find(&bytes[from..], delimiter.as_bytes()) {
        let start = from + found;
        from = start + delimiter.len();
        let Some(line) = delimiter_line(bytes, start, from) else { continue };
        if let Some(open) = open {
            if parts.len() >= most {
                return Err(PartsError::TooMany);
            }
            // The line end before a delimiter belongs to it; it may be the one that ends no headers.
            let end = start.saturating_sub(2).max(open);
            parts.push(part(bytes, open..end, parts.len() + 1)?);
        }
        match line {
            Line::Closing => return Ok(parts),
            Line::Next(next) => {
                open = Some(next);
                from = next;
            }
        }
    }
    Err(if open.is_some() { PartsError::NotClosed } else { PartsError::NoDelimiter })
}

enum Line {
    /// A part starts at the offset.
    Next(usize),
    Closing,
}

/// What stands from `start` is a delimiter when it starts a line and nothing but space follows.
fn delimiter_line(bytes: &[u8], start: usize, end: usize) -> Option<Line> {
    if start > 0 && !bytes[..start].ends_with(b"\r\n") {
        return None;
    }
    let rest = &bytes[end..];
    if rest.starts_with(b"--") {
        return Some(Line::Closing);
    }
    let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    rest[padding..].starts_with(b"\r\n").then_some(Line::Next(end + padding + 2))
}

fn part(bytes: &[u8], range: Range<usize>, number: usize) -> Result<Part, PartsError> {
    let region = &bytes[range.clone()];
    let (head, content) = match memmem::find(region, b"\r\n\r\n") {
        _ if region.is_empty() => (&region[..0], range.end),
        _ if region.starts_with(b"\r\n") => (&region[..0], range.start + 2),
        Some(at) => (&region[..at], range.start + at + 4),
        None => (region, range.end),
    };
    let headers = headers(head).ok_or(PartsError::Headers(number, range.start))?;
    let disposition = headers.get("content-disposition");
    let name = disposition.and_then(|line| header_parameter(line, "name"));
    Ok(Part { name, headers, content: content..range.end })
}

fn headers(head: &[u8]) -> Option<Headers> {
    if head.is_empty() {
        return Some(Headers::new());
    }
    let mut lines = [httparse::EMPTY_HEADER; MAX_LINES];
    let whole = [head, b"\r\n\r\n"].concat();
    let httparse::Status::Complete((_, lines)) = httparse::parse_headers(&whole, &mut lines).ok()? else {
        return None;
    };
    // RFC 7578 §5.1: names are UTF-8 nowadays; what is not is read as ISO 8859-1, so that none is lost.
    let text = |value: &[u8]| match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    };
    Some(lines.iter().map(|line| (line.name, text(line.value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each part as `name|header lines|content`; `\n` in the text stands for CR LF.
    fn check(text: &str, expected: Result<&[&str], PartsError>) {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        let found = split(&bytes, "b", 10).map(|parts| {
            let said = |part: &Part| {
                let lines: Vec<String> =
                    part.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                let content = String::from_utf8_lossy(&bytes[part.content.clone()]).into_owned();
                format!("{}|{}|{content}", part.name.as_deref().unwrap_or("-"), lines.join(";"))
            };
            parts.iter().map(said).collect::<Vec<_>>()
        });
        let expected = expected.map(|parts| parts.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn parts_stand_between_delimiters() {
        let form = "--b\nContent-Disposition: form-data; name=\"a\"\n\nx\n--b\nA: 1\nB:2\n\n\n--b--\n";
        check(form, Ok(&["a|Content-Disposition: form-data; name=\"a\"|x", "-|A: 1;B: 2|"]));
        check("preamble\n--b \t\n\nx\n--b--\nepilogue", Ok(&["-||x"]));
        check("--b\n\nx\n--bc\ny --b\n--b--", Ok(&["-||x\r\n--bc\r\ny --b"]));
        check("--b\n\n--b--", Ok(&["-||"]));
        check("--b\n--b--", Ok(&["-||"]));
        check("--b\nA: 1\n--b--", Ok(&["-|A: 1|"]));
        check("--b--", Ok(&[]));
    }

    #[test]
    fn what_is_no_multipart_says_why() {
        check("", Err(PartsError::NoDelimiter));
        check("x --b\n\n--c--", Err(PartsError::NoDelimiter));
        check("--b\n\nx", Err(PartsError::NotClosed));
        check("--b\n\nx\n--b\n\ny", Err(PartsError::NotClosed));
        check("--b\nno header\n\nx\n--b--", Err(PartsError::Headers(1, 5)));
        check(&"--b\n\nx\n".repeat(12), Err(PartsError::TooMany));
    }
}

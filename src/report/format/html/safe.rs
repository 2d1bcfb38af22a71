//! JSON that can stand in an element of HTML.

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, Write};

/// Writes a block of JSON in a line of its own.
///
/// # Errors
/// What the writer answers.
pub(super) fn block(id: &str, value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<script type=\"application/json\" id=\"{id}\">")?;
    value.serialize(&mut Serializer::with_formatter(&mut *out, Escaping))?;
    out.write_all(b"</script>\n")
}

/// Escapes in strings what means something to readers of HTML or JavaScript; outside of strings JSON has none of
/// it. So nothing can end the element, and `<!--` hides nothing (HTML, "Restrictions for contents of script
/// elements").
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        let is_risky = |character| matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
        while let Some(at) = rest.find(is_risky) {
            let (before, behind) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            let mut characters = behind.chars();
            let character = characters.next().map_or(0, u32::from);
            write!(out, "\\u{character:04x}")?;
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_block_is_markup_and_all_of_it_is_read_again() {
        let texts = [
            "</script><script>alert(1)</script>",
            "<!--<script>",
            "]]> & &lt; \u{2028}\u{2029} \u{0} ü \u{1f600} \\ \" '",
            "<img src=x onerror=alert(1)>",
            "<",
            "",
        ];
        for text in texts {
            let mut out = Vec::new();
            block("a", &[text], &mut out).expect("memory can be written");
            let out = String::from_utf8(out).expect("it is text");
            let inner = out.strip_prefix("<script type=\"application/json\" id=\"a\">");
            let inner = inner.and_then(|inner| inner.strip_suffix("</script>\n")).expect("it is one element");
            assert!(!inner.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{inner}");
            assert_eq!(serde_json::from_str::<Vec<String>>(inner).expect("it is JSON"), [text]);
        }
    }
}

use serde_json::Value;
use std::io::{self, Write};

/// About as much as fits beside the words of a message.
const MAX_CHARACTERS: usize = 60;

/// A value as compact JSON, cut after 60 characters; the work is bounded however large the value.
pub fn brief(value: &Value) -> String {
    let mut short = Short { bytes: Vec::new() };
    // Writing stops by an error of our own when there is enough.
    let _ = serde_json::to_writer(&mut short, value);
    cut(&String::from_utf8_lossy(&short.bytes))
}

/// The first 60 characters of a text, with `…` where it goes on.
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text[..end].trim_end_matches('\u{fffd}')),
    }
}

struct Short {
    bytes: Vec<u8>,
}

impl Write for Short {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() > MAX_CHARACTERS * 4 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let taken = bytes.len().min(MAX_CHARACTERS * 5);
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn long_values_are_cut_and_short_ones_are_not() {
        assert_eq!(brief(&json!({"a": [1, "x", null]})), r#"{"a":[1,"x",null]}"#);
        assert_eq!(brief(&json!("ü".repeat(70))), format!("\"{}…", "ü".repeat(59)));
        assert_eq!(brief(&json!(vec![1; 1_000_000])).chars().count(), 61);
        assert_eq!(brief(&json!("ü".repeat(1_000_000))).chars().count(), 61);
        assert_eq!(cut("short"), "short");
    }
}

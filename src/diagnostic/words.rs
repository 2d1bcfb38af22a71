//! Values and lists as parts of a sentence.

use crate::json::Value;

/// Longer values are cut; the place in the body shows the whole.
const MAX_CHARS: usize = 60;

/// A value in backticks: text as it is, everything else as JSON, cut where it is long.
pub fn quoted(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.trim().is_empty() => text.clone(),
        // Text that is empty or blank would not be seen without its quotes.
        other => beginning(other),
    };
    format!("`{}`", shorten(&text))
}

/// The first bytes of a value's JSON; a body of many megabytes is not written out to be cut.
fn beginning(value: &Value) -> String {
    struct Bounded(Vec<u8>);
    impl std::io::Write for Bounded {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0.len() > 4 * MAX_CHARS {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut bounded = Bounded(Vec::new());
    // Being full is what ends it early, and no error.
    let _ = serde_json::to_writer(&mut bounded, value);
    String::from_utf8_lossy(&bounded.0).into_owned()
}

/// The first characters of a text, on one line.
pub fn shorten(text: &str) -> String {
    let mut cut: String =
        text.chars().take(MAX_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        cut.push('…');
    }
    cut
}

/// `a, b or c`.
pub fn any_of<S: AsRef<str>>(items: &[S]) -> String {
    join(items, "or")
}

/// `a, b and c`.
pub fn all_of<S: AsRef<str>>(items: &[S]) -> String {
    join(items, "and")
}

/// The first eight of a long list, and how many more there are.
pub fn some_of(items: &[String], conjunction: &str) -> String {
    const SHOWN: usize = 8;
    if items.len() <= SHOWN + 1 {
        return join(items, conjunction);
    }
    format!("{} {conjunction} {} more", items[..SHOWN].join(", "), items.len() - SHOWN)
}

fn join<S: AsRef<str>>(items: &[S], conjunction: &str) -> String {
    let Some((last, rest)) = items.split_last() else { return String::new() };
    let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
    match rest.is_empty() {
        true => last.as_ref().to_owned(),
        false => format!("{} {conjunction} {}", rest.join(", "), last.as_ref()),
    }
}

/// `1 character`, `2 characters`, `no characters`.
pub fn count(number: usize, singular: &str, plural: &str) -> String {
    match number {
        0 => format!("no {plural}"),
        1 => format!("1 {singular}"),
        many => format!("{many} {plural}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_cut_and_visible() {
        assert_eq!(quoted(&json!("cancelled")), "`cancelled`");
        assert_eq!(quoted(&json!("")), "`\"\"`");
        assert_eq!(quoted(&json!(" ")), "`\" \"`");
        assert_eq!(quoted(&json!(null)), "`null`");
        assert_eq!(quoted(&json!("é".repeat(61))), format!("`{}…`", "é".repeat(60)));
        assert_eq!(quoted(&json!("a\nb")), "`a b`");
        let long = quoted(&json!(vec![1; 1000]));
        assert!(long.starts_with("`[1,1,") && long.ends_with("…`"), "{long}");
    }

    #[test]
    fn lists_read_as_english() {
        assert_eq!(any_of(&["a"]), "a");
        assert_eq!(any_of(&["a", "b", "c"]), "a, b or c");
        let many: Vec<String> = (0..12).map(|n| n.to_string()).collect();
        assert_eq!(some_of(&many, "or"), "0, 1, 2, 3, 4, 5, 6, 7 or 4 more");
        assert_eq!(count(0, "element", "elements"), "no elements");
    }
}

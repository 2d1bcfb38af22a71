//! Values and lists as parts of a sentence.

use crate::json::{Value, brief, cut};
use std::time::Duration;

/// A value in backticks: text as it is, everything else as JSON, cut after 60 characters.
pub fn quoted(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.trim().is_empty() => shorten(text),
        // Text that is empty or blank would not be seen without its quotes.
        other => brief(other),
    };
    format!("`{text}`")
}

/// The first 60 characters of a text, on one line.
pub fn shorten(text: &str) -> String {
    let beginning = text.chars().take(61).map(|c| if c.is_control() { ' ' } else { c });
    cut(&beginning.collect::<String>())
}

/// What stands in the place of a member that is not there; findings of one member say the same.
pub(crate) fn no_member(name: &str) -> String {
    format!("no member `{}`", shorten(name))
}

/// The same of an element of an array.
pub(crate) fn no_element(index: &str) -> String {
    format!("no element `{index}`")
}

/// What is said of a value that should not be there, whatever it is.
pub(crate) const NOT_ALLOWED: &str = "not allowed";

/// Whether words say that something is not there: those of [`no_member`] and [`no_element`].
pub(crate) fn is_missing(found: &str) -> bool {
    found.starts_with("no member ") || found.starts_with("no element ")
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

/// A time as people write it: `250 ms`, `1.5 s`, `90 s`.
pub fn time(time: Duration) -> String {
    match time.as_millis() {
        milliseconds @ 0..1000 => format!("{milliseconds} ms"),
        // Three digits behind the point are as exact as anybody writes.
        milliseconds => {
            let thousandths = format!("{:03}", milliseconds % 1000);
            match thousandths.trim_end_matches('0') {
                "" => format!("{} s", milliseconds / 1000),
                digits => format!("{}.{digits} s", milliseconds / 1000),
            }
        }
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
    fn times_have_the_digits_that_they_need() {
        let check = |milliseconds, expected: &str| {
            assert_eq!(time(Duration::from_millis(milliseconds)), expected);
        };
        check(0, "0 ms");
        check(250, "250 ms");
        check(1000, "1 s");
        check(1500, "1.5 s");
        check(60_050, "60.05 s");
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

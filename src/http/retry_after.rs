use crate::clock::Timestamp;
use crate::exchange::Headers;
use std::time::Duration;

/// How long a response asks to wait before the next request: `Retry-After`, as seconds or as a date in
/// any of its three forms. What is neither asks for nothing.
///
/// A date is compared with the response's own `Date`, so that a server whose clock goes wrong is
/// understood as it was meant; with `now` where there is none. One that has passed asks for no time.
///
/// Source: RFC 9110 §10.2.3, and §5.6.7 for dates.
pub fn retry_after(headers: &Headers, now: Timestamp) -> Option<Duration> {
    let value = headers.get("retry-after")?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number can have are longer than anybody waits.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let then = seconds(value)?;
    let date = headers.get("date").and_then(|date| seconds(date.trim()));
    let now = date.unwrap_or_else(|| u64::try_from(now.as_second()).unwrap_or(0));
    Some(Duration::from_secs(then.saturating_sub(now)))
}

/// Seconds since 1970.
fn seconds(date: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(date).ok()?;
    Some(date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wait in seconds; it is 08:49:00 on the sixth of November 1994.
    fn check(lines: &[(&str, &str)], expected: Option<u64>) {
        let mut headers = Headers::new();
        lines.iter().for_each(|(name, value)| headers.push(*name, *value));
        let now = "1994-11-06T08:49:00Z".parse().expect("a moment");
        assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{lines:?}");
    }

    #[test]
    fn seconds_are_read() {
        check(&[], None);
        check(&[("Retry-After", "120")], Some(120));
        check(&[("retry-after", " 0 ")], Some(0));
        check(&[("Retry-After", "99999999999999999999999")], Some(u64::MAX));
        for text in ["", "-1", "1.5", "soon", "1s"] {
            check(&[("Retry-After", text)], None);
        }
    }

    #[test]
    fn dates_of_all_three_forms_are_read() {
        check(&[("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")], Some(37));
        check(&[("Retry-After", "Sunday, 06-Nov-94 08:49:37 GMT")], Some(37));
        check(&[("Retry-After", "Sun Nov  6 08:49:37 1994")], Some(37));
        check(&[("Retry-After", "Sun, 06 Nov 1994 08:48:00 GMT")], Some(0));
        check(&[("Retry-After", "Sun, 36 Nov 1994 08:48:00 GMT")], None);
    }

    #[test]
    fn the_date_of_the_response_is_its_clock() {
        let then = ("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT");
        check(&[then, ("Date", "Sun, 06 Nov 1994 08:49:35 GMT")], Some(2));
        check(&[then, ("Date", "yesterday")], Some(37));
    }
}

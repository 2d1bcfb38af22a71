use std::time::Duration;

/// Reads `250ms`, `1.5s`, `5m` or `1h`; a bare number has no unit and is refused.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let units = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (digits, factor) =
        units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))?;
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let amount: f64 = digits.parse().ok()?;
    Duration::try_from_secs_f64(amount * factor).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, milliseconds: Option<u64>) {
        assert_eq!(parse_duration(text), milliseconds.map(Duration::from_millis), "{text}");
    }

    #[test]
    fn durations_have_a_unit() {
        check("250ms", Some(250));
        check("1.5s", Some(1500));
        check("5m", Some(300_000));
        check("1h", Some(3_600_000));
        check("0s", Some(0));
        for text in ["", "5", "s", "-1s", "1e3s", "1 s", "1d", "99999999999999999999999h", ".s"] {
            check(text, None);
        }
    }
}

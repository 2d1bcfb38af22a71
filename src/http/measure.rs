//! Times and sizes in words.

use std::time::Duration;

/// A time-out as people write it: `10 s`, `1.5 s`, `800 ms`.
pub(super) fn time(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0..1000 => format!("{millis} ms"),
        _ if millis.is_multiple_of(1000) => format!("{} s", millis / 1000),
        _ => format!("{} s", duration.as_secs_f64()),
    }
}

/// A limit as `--limit` takes it: `32MiB`, `1000`.
pub(super) fn size(bytes: u64) -> String {
    [("GiB", 30), ("MiB", 20), ("KiB", 10)]
        .into_iter()
        .find(|(_, shift)| bytes > 0 && bytes.is_multiple_of(1 << shift))
        .map_or_else(|| bytes.to_string(), |(unit, shift)| format!("{}{unit}", bytes >> shift))
}

/// A limit in a sentence: `32 MiB`, `1000 bytes`.
pub(super) fn size_in_words(bytes: u64) -> String {
    let size = size(bytes);
    match size.find(|character: char| !character.is_ascii_digit()) {
        Some(unit) => format!("{} {}", &size[..unit], &size[unit..]),
        None => format!("{size} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        let times = [10_000, 1_500, 800, 0].map(|millis| time(Duration::from_millis(millis)));
        assert_eq!(times, ["10 s", "1.5 s", "800 ms", "0 ms"]);
        assert_eq!([32 << 20, 1 << 30, 1536, 1000, 0].map(size), ["32MiB", "1GiB", "1536", "1000", "0"]);
        assert_eq!(size_in_words(256 << 10), "256 KiB");
        assert_eq!(size_in_words(1000), "1000 bytes");
    }
}

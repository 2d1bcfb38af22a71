use std::collections::BTreeMap;
use std::time::Duration;

/// How long exchanges took, as counts of times.
///
/// A time is kept in microseconds with three significant digits, rounded up: what is said of a sample is
/// less than 1 % above what was measured, and a sample has at most a few thousand different times, however
/// many exchanges there were. The longest time is exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// How often each time occurred, in microseconds.
    times: BTreeMap<u64, u64>,
    count: u64,
    max: Duration,
}

/// What a sample says, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durations {
    /// What took that long: an operation as `updateAnOrder`.
    pub operation: String,
    /// How many judged exchanges there were.
    pub count: u64,
    /// The time that half of them did not exceed.
    pub p50: Duration,
    /// The time that 95 of 100 did not exceed.
    pub p95: Duration,
    /// The longest time.
    pub max: Duration,
}

impl Sample {
    /// Counts a time.
    pub fn add(&mut self, time: Duration) {
        *self.times.entry(rounded(time)).or_default() += 1;
        self.count += 1;
        self.max = self.max.max(time);
    }

    /// How many times were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest time; zero where there is none.
    pub fn max(&self) -> Duration {
        self.max
    }

    /// The percentile by the nearest rank: the smallest counted time that `percent` of 100 do not exceed.
    /// Zero where nothing was counted; from 100 on the longest.
    pub fn percentile(&self, percent: u8) -> Duration {
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100).max(1);
        let mut seen = 0;
        for (time, count) in &self.times {
            seen += u128::from(*count);
            if seen >= rank {
                return Duration::from_micros(*time).min(self.max);
            }
        }
        self.max
    }

    /// What it says of an operation.
    pub fn durations(&self, operation: &str) -> Durations {
        Durations {
            operation: operation.to_owned(),
            count: self.count,
            p50: self.percentile(50),
            p95: self.percentile(95),
            max: self.max,
        }
    }
}

/// Microseconds with three significant digits, rounded up.
pub(in crate::engine) fn rounded(time: Duration) -> u64 {
    let time = u64::try_from(time.as_nanos().div_ceil(1000)).unwrap_or(u64::MAX);
    let mut unit: u64 = 1;
    while time / unit >= 1000 {
        unit *= 10;
    }
    time.div_ceil(unit).saturating_mul(unit)
}

/// A time with three digits that count: `0.43 ms`, `12.3 ms`, `301 ms`, `1.23 s`, `123 s`.
pub fn fine_time(time: Duration) -> String {
    let (number, unit) = match time.as_micros() {
        // Rounded up, as samples are, so that what is over a limit never looks like the limit.
        micros @ 0..=999_000 => (micros as f64 / 1000.0, "ms"),
        micros => (micros as f64 / 1_000_000.0, "s"),
    };
    let decimals = match number {
        n if n < 9.995 => 2,
        n if n < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(times: &[u64]) -> Sample {
        let mut sample = Sample::default();
        times.iter().for_each(|time| sample.add(Duration::from_micros(*time)));
        sample
    }

    fn check(times: &[u64], percent: u8, expected: u64) {
        assert_eq!(
            micros(times).percentile(percent).as_micros(),
            u128::from(expected),
            "{times:?} p{percent}"
        );
    }

    #[test]
    fn percentiles_are_times_that_were_measured_by_the_nearest_rank() {
        // The example of the method: the ranks of 5 values at 5, 30, 40, 50 and 100 percent.
        let five = [15, 20, 35, 40, 50];
        for (percent, expected) in [(5, 15), (30, 20), (40, 20), (50, 35), (100, 50)] {
            check(&five, percent, expected);
        }
        check(&[50, 15, 40, 20, 35], 50, 35);
        check(&[7], 1, 7);
        check(&[7], 99, 7);
        check(&[1, 2], 50, 1);
        check(&[1, 2], 51, 2);
        check(&[3; 10], 95, 3);
        check(&[], 95, 0);
        check(&(1..=100).collect::<Vec<_>>(), 95, 95);
        check(&(1..=20).collect::<Vec<_>>(), 95, 19);
        check(&(1..=21).collect::<Vec<_>>(), 95, 20);
    }

    #[test]
    fn a_sample_is_less_than_a_hundredth_too_long_and_its_longest_time_is_exact() {
        check(&[1_001, 2_000], 50, 1_010);
        check(&[999_999, 2_000_000], 50, 1_000_000);
        check(&[1_234_567], 50, 1_234_567);
        assert_eq!(micros(&[1_234_567]).max(), Duration::from_micros(1_234_567));
        for time in [1, 999, 1_000, 1_001, 12_345, 98_765_432, u64::MAX / 1000] {
            let kept = rounded(Duration::from_micros(time));
            assert!(kept >= time && (kept - time) * 100 <= time.max(1), "{time} is kept as {kept}");
        }
    }

    #[test]
    fn a_sample_does_not_grow_with_what_it_counts() {
        let mut sample = Sample::default();
        (0..200_000).for_each(|time| sample.add(Duration::from_micros(time * 37)));
        assert_eq!(sample.count(), 200_000);
        assert!(sample.times.len() < 5_000, "{} times are kept", sample.times.len());
    }

    #[test]
    fn times_that_no_count_of_microseconds_holds_are_kept() {
        let mut sample = Sample::default();
        sample.add(Duration::MAX);
        assert_eq!(sample.percentile(50).as_micros(), u128::from(u64::MAX));
    }

    #[test]
    fn times_have_three_digits() {
        let check =
            |micros: u64, expected: &str| assert_eq!(fine_time(Duration::from_micros(micros)), expected);
        check(0, "0.00 ms");
        check(430, "0.43 ms");
        check(9_990, "9.99 ms");
        check(9_999, "10.0 ms");
        check(12_300, "12.3 ms");
        check(301_000, "301 ms");
        check(999_000, "999 ms");
        check(1_000_000, "1.00 s");
        check(1_234_567, "1.23 s");
        check(123_000_000, "123 s");
    }
}

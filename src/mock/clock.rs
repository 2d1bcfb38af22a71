use crate::clock::Timestamp;
use std::time::Duration;

/// The moment that stands in an instance's data: frozen, and moved on by each write.
///
/// A frozen clock makes every reply repeatable; the tick makes `updated_at` of two writes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DataClock {
    now: Timestamp,
    tick: Duration,
}

impl DataClock {
    /// Where a clock starts when the rules do not say: 2026-01-01T00:00:00Z.
    pub(super) const START: Timestamp = Timestamp::constant(1_767_225_600, 0);
    /// How far a write moves a clock when the rules do not say.
    pub(super) const TICK: Duration = Duration::from_secs(1);

    pub(super) fn new(start: Timestamp, tick: Duration) -> Self {
        Self { now: start, tick }
    }

    pub(super) fn now(self) -> Timestamp {
        self.now
    }

    /// Moves on by one tick; a clock at the end of time stays there.
    pub(super) fn tick(&mut self) {
        self.now = self.now.saturating_add(self.tick).unwrap_or(self.now);
    }
}

/// Reads `500ms`, `3s`, `5m` or `1h`; `None` for anything else.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (amount, unit) = text.split_at(unit_at);
    let amount: u64 = amount.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(amount)),
        "s" => Some(Duration::from_secs(amount)),
        "m" => amount.checked_mul(60).map(Duration::from_secs),
        "h" => amount.checked_mul(3600).map(Duration::from_secs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_duration(text: &str, expected: Option<Duration>) {
        assert_eq!(parse_duration(text), expected, "{text}");
    }

    #[test]
    fn durations_have_a_unit() {
        check_duration("500ms", Some(Duration::from_millis(500)));
        check_duration("3600s", Some(Duration::from_secs(3600)));
        check_duration("5m", Some(Duration::from_secs(300)));
        check_duration("1h", Some(Duration::from_secs(3600)));
        for text in
            ["", "5", "s", "-1s", "1.5s", "1 s", "1d", "99999999999999999999s", "9999999999999999999h"]
        {
            check_duration(text, None);
        }
    }

    #[test]
    fn the_clock_moves_by_ticks_only() {
        let mut clock = DataClock::new(DataClock::START, DataClock::TICK);
        assert_eq!(clock.now().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(clock.now(), clock.now());
        clock.tick();
        assert_eq!(clock.now().to_string(), "2026-01-01T00:00:01Z");
    }

    #[test]
    fn the_clock_stays_at_the_end_of_time() {
        let mut clock = DataClock::new(Timestamp::MAX, Duration::from_secs(1));
        clock.tick();
        assert_eq!(clock.now(), Timestamp::MAX);
        let mut clock = DataClock::new(DataClock::START, Duration::from_secs(u64::MAX));
        clock.tick();
        assert!(clock.now() >= DataClock::START);
    }
}

use super::reader::Reader;
use super::settings::read_duration;
use crate::yaml::{Kind, MapReader, Node};
use std::time::Duration;

/// How long is waited between one try and the next: always the same, or longer each time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Before the second try.
    pub from: Duration,
    /// The longest; not less than `from`.
    pub to: Duration,
    /// What each wait is multiplied by for the next; at least 1.
    pub factor: f64,
}

/// What each wait is multiplied by where `factor` is not written.
const FACTOR: f64 = 2.0;

impl Interval {
    /// The same time again and again.
    pub const fn constant(every: Duration) -> Self {
        Self { from: every, to: every, factor: 1.0 }
    }

    /// The wait behind so many tries, from 1: `from · factor^(tries - 1)`, and never more than `to`.
    pub fn after(&self, tries: usize) -> Duration {
        let exponent = i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.from.as_secs_f64() * self.factor.powi(exponent);
        // What is more than a duration can hold is more than `to` as well.
        Duration::try_from_secs_f64(seconds).map_or(self.to, |wait| wait.min(self.to))
    }
}

/// Reads `every`: a duration, or `{ from, to, factor }`.
pub(super) fn read_interval(node: &Node, reader: &mut Reader<'_>) -> Option<Interval> {
    if !matches!(node.kind, Kind::Map(_)) {
        return read_duration("every", node, reader).map(|every| Interval::constant(every.value));
    }
    let mut map = MapReader::new("`every`", node, reader.problems)?;
    let mut bound = |key: &'static str, reader: &mut Reader<'_>| {
        let node = map.require(key, reader.problems)?;
        read_duration(key, node, reader)
    };
    let (from, to) = (bound("from", reader), bound("to", reader));
    let factor = match map.take("factor") {
        Some(node) => read_factor(node, reader),
        None => Some(FACTOR),
    };
    map.finish(
        &[("min", "write `from`"), ("max", "write `to`"), ("multiplier", "write `factor`")],
        reader.problems,
    );
    let (from, to) = (from?, to?);
    if to.value < from.value {
        reader.invalid(to.span, "`to` is the longest wait, and not less than `from`", "is less than `from`");
        return None;
    }
    Some(Interval { from: from.value, to: to.value, factor: factor? })
}

/// Below 1 the waits would become shorter until there are none.
fn read_factor(node: &Node, reader: &mut Reader<'_>) -> Option<f64> {
    let factor = match &node.kind {
        Kind::Number(text) => text.parse().ok().filter(|factor: &f64| (1.0..=1000.0).contains(factor)),
        _ => None,
    };
    if factor.is_none() {
        reader.invalid(node.span, "`factor` is a number from 1 to 1000", "is none");
    }
    factor
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first waits, in milliseconds.
    fn check(from: u64, to: u64, factor: f64, expected: &[u128]) {
        let interval = Interval { from: Duration::from_millis(from), to: Duration::from_millis(to), factor };
        let waits: Vec<u128> = (1..=expected.len()).map(|tries| interval.after(tries).as_millis()).collect();
        assert_eq!(waits, expected, "{interval:?}");
    }

    #[test]
    fn waits_grow_by_the_factor_up_to_the_longest() {
        check(200, 5000, 2.0, &[200, 400, 800, 1600, 3200, 5000, 5000]);
        check(1000, 1000, 1.0, &[1000, 1000, 1000]);
        check(100, 1000, 1.5, &[100, 150, 225, 337]);
    }

    #[test]
    fn no_number_of_tries_is_too_large() {
        let interval =
            Interval { from: Duration::from_secs(1), to: Duration::from_secs(u64::MAX), factor: 1000.0 };
        assert_eq!(interval.after(usize::MAX), interval.to);
        assert_eq!(interval.after(0), interval.from);
    }
}

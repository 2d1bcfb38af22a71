use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Lets requests leave one after the other, evenly spaced, whoever sends them: `rate: 20/s`. Clones
/// share their turns.
#[derive(Clone, Debug)]
pub struct Pace {
    interval: Duration,
    /// When the next request may leave; `None` before the first.
    next: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    /// Makes a pace of one request in each interval.
    pub fn new(interval: Duration) -> Self {
        Self { interval, next: Arc::default() }
    }

    /// Waits for this request's turn. Turns are given in the order of the calls; time in which nobody
    /// sends is not saved up, so that no burst follows it. A turn that nobody waits for any more passes
    /// unused.
    pub(super) async fn turn(&self) {
        sleep_until(self.take(Instant::now())).await;
    }

    /// When the request may leave that asks now.
    fn take(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.unwrap_or(now).max(now);
        // What no clock can count to is a year away.
        let year = Duration::from_secs(365 * 24 * 60 * 60);
        *next = turn.checked_add(self.interval).or_else(|| turn.checked_add(year));
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests that ask at these times, in milliseconds, may leave at those.
    fn check(interval: u64, asked: &[u64], expected: &[u64]) {
        let pace = Pace::new(Duration::from_millis(interval));
        let start = Instant::now();
        let at = |time: u64| start + Duration::from_millis(time);
        let found: Vec<u128> =
            asked.iter().map(|time| pace.take(at(*time)).duration_since(start).as_millis()).collect();
        assert_eq!(found, expected.iter().map(|time| u128::from(*time)).collect::<Vec<_>>());
    }

    #[test]
    fn requests_are_evenly_spaced() {
        check(50, &[0, 0, 0, 0], &[0, 50, 100, 150]);
        check(50, &[0, 10, 60, 200], &[0, 50, 100, 200]);
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        check(50, &[0, 1000, 1000, 1000], &[0, 1000, 1050, 1100]);
    }
}

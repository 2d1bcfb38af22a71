//! Wall time, passed in: the rooms below the engine read no clock of their own.

pub use jiff::Timestamp;
pub use jiff::civil::Date;

/// The day of a moment, in UTC.
pub fn day_of(moment: Timestamp) -> Date {
    moment.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Where "now" comes from.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A moment that does not pass, for tests and for the mock.
    Fixed(Timestamp),
}

impl Clock {
    /// The present moment.
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(moment) => moment,
        }
    }
}

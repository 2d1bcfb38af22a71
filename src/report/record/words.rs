//! Verdicts, codes, times and moments as JSON has them.

use crate::clock::Timestamp;
use crate::diagnostic::{Code, Severity};
use crate::engine::{Phase, Verdict};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// The longest time that is read, in milliseconds: some thirty years. Sums of such times do not overflow.
const LONGEST: f64 = 1e12;

const VERDICTS: [Verdict; 7] = [
    Verdict::Passed,
    Verdict::Failed,
    Verdict::Errored,
    Verdict::XPassed,
    Verdict::XFailed,
    Verdict::Skipped,
    Verdict::NotRun,
];

/// Makes a closed set of words of a type with `as_str`-like words.
macro_rules! words {
    ($type:ty, $word:expr, $find:expr, $expected:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($word(*self))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                $find(&*word).ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&word), &$expected))
            }
        }
    };
}

words!(Verdict, Verdict::as_str, find_verdict, "a verdict");
words!(Phase, Phase::key, find_phase, "a phase of a case");
words!(Code, Code::as_str, Code::parse, "a code that this version of contest knows");
words!(Severity, Severity::as_str, Severity::parse, "deny, warn or off");

fn find_verdict(word: &str) -> Option<Verdict> {
    VERDICTS.into_iter().find(|verdict| verdict.as_str() == word)
}

fn find_phase(word: &str) -> Option<Phase> {
    Phase::ALL.iter().copied().find(|phase| phase.key() == word)
}

/// Milliseconds with microseconds behind the point.
pub(in crate::report) fn milliseconds(time: Duration) -> f64 {
    let microseconds = u32::try_from(time.as_micros()).map_or(f64::INFINITY, f64::from);
    if microseconds.is_finite() { microseconds / 1000.0 } else { time.as_secs_f64() * 1000.0 }
}

/// A time as milliseconds.
pub(super) mod time {
    use super::*;

    pub(in crate::report) fn serialize<S: Serializer>(
        time: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(milliseconds(*time))
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let time = f64::deserialize(deserializer)?;
        let expected = "a number of milliseconds";
        if !(0.0..=LONGEST).contains(&time) {
            return Err(D::Error::invalid_value(Unexpected::Float(time), &expected));
        }
        // Microseconds are what is written; rounded, they are the same again.
        let time = Duration::try_from_secs_f64((time * 1000.0).round() / 1e6);
        time.map_err(|_| D::Error::custom(expected))
    }
}

/// Times as milliseconds.
pub(super) mod times {
    use super::*;

    #[derive(Deserialize)]
    struct Written(#[serde(with = "super::time")] Duration);

    pub(in crate::report) fn serialize<S: Serializer>(
        times: &[Duration],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(times.iter().map(|time| milliseconds(*time)))
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Duration>, D::Error> {
        Ok(Vec::<Written>::deserialize(deserializer)?.into_iter().map(|it| it.0).collect())
    }
}

/// A moment as RFC 3339 has it.
pub(super) mod moment {
    use super::*;

    pub(in crate::report) fn serialize<S: Serializer>(
        moment: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(moment)
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let expected = "a moment as in 2026-11-23T01:02:03Z";
        text.parse().map_err(|_| D::Error::invalid_value(Unexpected::Str(&text), &expected))
    }

    /// A moment or null.
    pub(in crate::report) mod option {
        use super::*;

        pub(in crate::report) fn serialize<S: Serializer>(
            moment: &Option<Timestamp>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match moment {
                Some(moment) => serializer.collect_str(moment),
                None => serializer.serialize_none(),
            }
        }

        pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Timestamp>, D::Error> {
            #[derive(Deserialize)]
            struct Written(#[serde(with = "super")] Timestamp);
            Ok(Option::<Written>::deserialize(deserializer)?.map(|it| it.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_written() {
        // Adding one makes the compiler ask for it here, and this test for it in the table.
        for verdict in VERDICTS {
            match verdict {
                Verdict::Passed | Verdict::Failed | Verdict::Errored | Verdict::XPassed => {}
                Verdict::XFailed | Verdict::Skipped | Verdict::NotRun => {}
            }
            assert_eq!(find_verdict(verdict.as_str()), Some(verdict));
        }
        for phase in Phase::ALL {
            assert_eq!(find_phase(phase.key()), Some(*phase));
        }
        assert_eq!((VERDICTS.len(), Phase::ALL.len()), (7, 7));
    }

    #[test]
    fn times_are_read_to_the_microsecond() {
        #[derive(Serialize, Deserialize, PartialEq, Debug)]
        struct Time(#[serde(with = "time")] Duration);
        for microseconds in [0, 1, 999, 1_000, 3_214, 61_234_567, 9_000_000_000_123] {
            let time = Time(Duration::from_micros(microseconds));
            let text = serde_json::to_string(&time).expect("it is a number");
            assert_eq!(serde_json::from_str::<Time>(&text).expect("it is a time"), time, "{text}");
        }
        for text in ["-1", "1e13", "\"1\"", "null"] {
            assert!(serde_json::from_str::<Time>(text).is_err(), "{text}");
        }
    }
}

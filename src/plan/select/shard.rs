use sha2::{Digest, Sha256};
use std::fmt;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;

/// One of several shares of the cases, which together hold every case exactly once.
///
/// Which share holds a case follows from its id alone, so that cases which come and go move no other
/// from share to share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `count`.
    index: NonZeroU32,
    count: NonZeroU32,
}

/// Why a text names no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It is not written as one.
    #[error("`{0}` is no shard: write I/N with I from 1 to N, as in 2/5, or auto or auto/N")]
    Unreadable(String),
    /// The environment does not say which it is.
    #[error("`{0}` takes its number from JOB_COMPLETION_INDEX or CI_NODE_INDEX, and neither is set")]
    NoIndex(String),
    /// Nothing says how many there are.
    #[error("`auto` takes the number of shards from CI_NODE_TOTAL, which is not set; write auto/N")]
    NoCount,
    /// A variable of the environment is no number that fits.
    #[error("`{name}` is `{value}`, and {expected} was expected")]
    Variable {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        expected: String,
    },
}

/// The number of a pod of an indexed Job, from 0 (Kubernetes, "Jobs", "Completion mode").
const COMPLETION_INDEX: &str = "JOB_COMPLETION_INDEX";

/// The number of a job of several that run at the same time, from 1, and how many there are.
const NODE: (&str, &str) = ("CI_NODE_INDEX", "CI_NODE_TOTAL");

impl Shard {
    /// Which one it is, from 1.
    pub fn index(self) -> u32 {
        self.index.get()
    }

    /// Of how many.
    pub fn count(self) -> u32 {
        self.count.get()
    }

    /// Reads `I/N`, the I-th of N shares.
    ///
    /// # Errors
    /// [`ShardError`] when it is anything else, or I is not between 1 and N.
    pub fn parse(text: &str) -> Result<Self, ShardError> {
        let number = |part: &str| part.trim().parse::<NonZeroU32>().ok();
        let parts = text.split_once('/').and_then(|(index, count)| Some((number(index)?, number(count)?)));
        match parts {
            Some((index, count)) if index <= count => Ok(Self { index, count }),
            _ => Err(ShardError::Unreadable(text.to_owned())),
        }
    }

    /// Reads a shard whose number may come from the environment: `I/N`, `auto/N` or `auto`.
    ///
    /// `auto/N` is numbered by `JOB_COMPLETION_INDEX`, which counts from 0, or else by `CI_NODE_INDEX`, which
    /// counts from 1; `auto` takes N from `CI_NODE_TOTAL`.
    ///
    /// # Errors
    /// [`ShardError`] when it is anything else, or the environment does not say what is missing.
    pub fn parse_with(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ShardError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let number =
            |name: &'static str, value: String, range: RangeInclusive<u32>| match value.trim().parse::<u32>()
            {
                Ok(number) if range.contains(&number) => Ok(number),
                _ => {
                    let expected = match *range.end() {
                        u32::MAX => format!("a number from {}", range.start()),
                        end => format!("a number from {} to {end}", range.start()),
                    };
                    Err(ShardError::Variable { name, value, expected })
                }
            };
        let written = match text.split_once('/') {
            Some(("auto", count)) => Some(count),
            None if text == "auto" => None,
            _ => return Self::parse(text),
        };
        let count = match (written, variable(NODE.1)) {
            (Some(written), _) => {
                written.trim().parse().map_err(|_| ShardError::Unreadable(text.to_owned()))?
            }
            (None, Some(total)) => number(NODE.1, total, 1..=u32::MAX)?,
            (None, None) => return Err(ShardError::NoCount),
        };
        if count == 0 {
            return Err(ShardError::Unreadable(text.to_owned()));
        }
        let index = match (variable(COMPLETION_INDEX), variable(NODE.0)) {
            (Some(index), _) => number(COMPLETION_INDEX, index, 0..=count - 1)? + 1,
            (None, Some(index)) => number(NODE.0, index, 1..=count)?,
            (None, None) => return Err(ShardError::NoIndex(text.to_owned())),
        };
        match (NonZeroU32::new(index), NonZeroU32::new(count)) {
            (Some(index), Some(count)) => Ok(Self { index, count }),
            _ => Err(ShardError::Unreadable(text.to_owned())),
        }
    }

    /// Whether the case of an id is in this share.
    pub fn holds(self, id: &str) -> bool {
        let digest = Sha256::digest(id.as_bytes());
        let first: [u8; 8] = std::array::from_fn(|index| digest[index]);
        u64::from_be_bytes(first) % u64::from(self.count.get()) == u64::from(self.index.get() - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_auto(text: &str, variables: &[(&str, &str)], expected: Result<&str, &str>) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let found = Shard::parse_with(text, &variable);
        let found = found.map(|it| it.to_string()).map_err(|error| error.to_string());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{text} {variables:?}");
    }

    #[test]
    fn a_shard_may_be_numbered_by_the_environment() {
        let (job, node, total) = ("JOB_COMPLETION_INDEX", "CI_NODE_INDEX", "CI_NODE_TOTAL");
        check_auto("auto/5", &[(job, "0")], Ok("1/5"));
        check_auto("auto/5", &[(job, "4")], Ok("5/5"));
        check_auto("auto/5", &[(node, "2"), (total, "5")], Ok("2/5"));
        check_auto("auto", &[(node, "2"), (total, "3")], Ok("2/3"));
        check_auto("auto", &[(job, "2"), (node, "1"), (total, "3")], Ok("3/3"));
        check_auto("auto/5", &[(job, ""), (node, "5")], Ok("5/5"));
        check_auto("2/5", &[], Ok("2/5"));
        let range = "`JOB_COMPLETION_INDEX` is `5`, and a number from 0 to 4 was expected";
        check_auto("auto/5", &[(job, "5")], Err(range));
        check_auto(
            "auto/5",
            &[(node, "x")],
            Err("`CI_NODE_INDEX` is `x`, and a number from 1 to 5 was expected"),
        );
        check_auto(
            "auto",
            &[(node, "1")],
            Err("`auto` takes the number of shards from CI_NODE_TOTAL, which is not set; write auto/N"),
        );
        check_auto(
            "auto/5",
            &[],
            Err("`auto/5` takes its number from JOB_COMPLETION_INDEX or CI_NODE_INDEX, and neither is set"),
        );
        for text in ["auto/0", "auto/", "auto/x", "Auto/5", "auto5"] {
            let message =
                format!("`{text}` is no shard: write I/N with I from 1 to N, as in 2/5, or auto or auto/N");
            check_auto(text, &[(job, "0")], Err(&message));
        }
    }

    #[test]
    fn shards_together_hold_every_case_once() {
        for count in 1..8 {
            let shards: Vec<Shard> =
                (1..=count).map(|i| Shard::parse(&format!("{i}/{count}")).expect("a shard")).collect();
            for case in 0..200 {
                let id = format!("orders/cancel::s{case}[row {case}]");
                assert_eq!(shards.iter().filter(|shard| shard.holds(&id)).count(), 1, "{id} of {count}");
            }
        }
    }

    /// Machines of one run may have different versions: what a shard holds does not change.
    #[test]
    fn a_shard_stays_as_it_is() {
        let shard = Shard::parse("2/3").expect("a shard");
        let held: Vec<usize> = (0..12).filter(|i| shard.holds(&format!("a::case{i}"))).collect();
        assert_eq!(held, HELD);
    }

    const HELD: &[usize] = &[0, 1, 4];

    #[test]
    fn only_shards_are_read() {
        assert_eq!(Shard::parse("2/5").map(|it| it.to_string()), Ok("2/5".to_owned()));
        for text in ["", "2", "0/5", "6/5", "1/0", "-1/5", "a/b", "1/2/3", "1/99999999999"] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
    }
}

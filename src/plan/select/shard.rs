use sha2::{Digest, Sha256};
use std::fmt;
use std::num::NonZeroU32;

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
#[error("`{text}` is no shard: write I/N with I from 1 to N, as in 2/5")]
pub struct ShardError {
    text: String,
}

impl Shard {
    /// Reads `I/N`, the I-th of N shares.
    ///
    /// # Errors
    /// [`ShardError`] when it is anything else, or I is not between 1 and N.
    pub fn parse(text: &str) -> Result<Self, ShardError> {
        let number = |part: &str| part.trim().parse::<NonZeroU32>().ok();
        let parts = text.split_once('/').and_then(|(index, count)| Some((number(index)?, number(count)?)));
        match parts {
            Some((index, count)) if index <= count => Ok(Self { index, count }),
            _ => Err(ShardError { text: text.to_owned() }),
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

use crate::json::Datum;
use crate::yaml::nearest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// The seeded functions behind `$gen`: the same seed and stream give the same values on every
/// platform, whatever other streams do.
#[derive(Clone, Debug)]
pub struct Generator {
    random: ChaCha12Rng,
}

/// The longest text or byte string that one call gives.
const MAX_LENGTH: u64 = 1 << 20;

impl Generator {
    /// The functions, as they are written.
    pub const FUNCTIONS: &[&str] = &["uuid", "int(a, b)", "alnum(n)", "email", "bytes(n)"];

    /// Starts a stream; `stream` is a case's id.
    pub fn new(seed: u64, stream: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(seed.to_le_bytes());
        hasher.update(stream.as_bytes());
        Self { random: ChaCha12Rng::from_seed(hasher.finalize().into()) }
    }

    /// Whether a call can be carried out, without drawing anything.
    ///
    /// # Errors
    /// A sentence that says what the function is and takes.
    pub fn check_call(name: &str, arguments: &[Datum]) -> Result<(), String> {
        Call::parse(name, arguments).map(|_| ())
    }

    /// Draws a value: `uuid` (version 4), `int(a, b)` (both included), `alnum(n)`, `email` (at
    /// example.com, RFC 2606), `bytes(n)` (as base64, RFC 4648 §4).
    ///
    /// # Errors
    /// Those of [`Generator::check_call`].
    pub fn call(&mut self, name: &str, arguments: &[Datum]) -> Result<Datum, String> {
        Ok(match Call::parse(name, arguments)? {
            Call::Uuid => Datum::new(self.uuid()),
            Call::Int(low, high) => Datum::new(self.between(low, high)),
            Call::Alnum(length) => Datum::new(self.letters(ALNUM, length)),
            Call::Email => Datum::new(format!("{}@example.com", self.letters(&ALNUM[26..], 12))),
            Call::Bytes(length) => {
                let mut bytes = vec![0; length];
                self.random.fill_bytes(&mut bytes);
                Datum::new(STANDARD.encode(bytes))
            }
        })
    }

    /// Puts elements into an order of which each is as likely as any other.
    ///
    /// Source: Durstenfeld's form of the Fisher–Yates shuffle.
    pub fn shuffle<T>(&mut self, elements: &mut [T]) {
        for last in (1..elements.len()).rev() {
            let bound = i64::try_from(last).unwrap_or(i64::MAX);
            let other = usize::try_from(self.between(0, bound)).unwrap_or(last);
            elements.swap(last, other);
        }
    }

    /// Source: RFC 9562 §5.4.
    fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        self.random.fill_bytes(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        match high.wrapping_sub(low).cast_unsigned().checked_add(1) {
            Some(count) => low.wrapping_add(self.below(count).cast_signed()),
            None => self.random.next_u64().cast_signed(),
        }
    }

    /// Uniform below `count`, which is not 0: draws that would favour the low numbers are thrown away.
    fn below(&mut self, count: u64) -> u64 {
        let fair = u64::MAX - u64::MAX % count;
        loop {
            let drawn = self.random.next_u64();
            if drawn < fair {
                return drawn % count;
            }
        }
    }

    fn letters(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[self.below(alphabet.len() as u64) as usize])).collect()
    }
}

/// Upper-case letters first: addresses use the rest.
const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A call whose name and arguments are right.
enum Call {
    Uuid,
    Int(i64, i64),
    Alnum(usize),
    Email,
    Bytes(usize),
}

impl Call {
    fn parse(name: &str, arguments: &[Datum]) -> Result<Self, String> {
        let length = || match arguments {
            [one] => match one.value().as_u64() {
                Some(length) if length <= MAX_LENGTH => Ok(length as usize),
                _ => Err(format!("`{name}` takes a length of 0 to {MAX_LENGTH}")),
            },
            _ => Err(format!("`{name}` takes one length: `{name}(8)`")),
        };
        let nothing = |call| match arguments {
            [] => Ok(call),
            _ => Err(format!("`{name}` takes nothing in parentheses")),
        };
        match name {
            "uuid" => nothing(Self::Uuid),
            "email" => nothing(Self::Email),
            "alnum" => length().map(Self::Alnum),
            "bytes" => length().map(Self::Bytes),
            "int" => match arguments {
                [low, high] => match (low.value().as_i64(), high.value().as_i64()) {
                    (Some(low), Some(high)) if low <= high => Ok(Self::Int(low, high)),
                    _ => Err("`int` takes two integers, the lower one first: `int(1, 6)`".to_owned()),
                },
                _ => Err("`int` takes two integers, the lower one first: `int(1, 6)`".to_owned()),
            },
            _ => {
                let names = Self::NAMES.iter().copied();
                Err(match nearest(name, names) {
                    Some(meant) => format!("`$gen` has no function `{name}`; did you mean `{meant}`?"),
                    None => {
                        let known = Generator::FUNCTIONS.join(", ");
                        format!("`$gen` has no function `{name}`; it has {known}")
                    }
                })
            }
        }
    }

    const NAMES: &[&str] = &["uuid", "int", "alnum", "email", "bytes"];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(seed: u64, stream: &str, name: &str, arguments: &[i64]) -> Result<String, String> {
        let arguments: Vec<_> = arguments.iter().map(|each| Datum::new(*each)).collect();
        Generator::new(seed, stream).call(name, &arguments).map(|datum| datum.to_text())
    }

    #[test]
    fn the_same_seed_and_stream_give_the_same_values_for_ever() {
        for (name, arguments, expected) in [
            ("uuid", &[][..], "85aec552-9515-43fc-8e3c-2d408876cb47"),
            ("int", &[1, 6][..], "6"),
            ("alnum", &[8][..], "xIZBBJXo"),
            ("email", &[][..], "r89b1dz81k9n@example.com"),
            ("bytes", &[6][..], "ha7FUpUV"),
        ] {
            assert_eq!(draw(7, "a::b", name, arguments).as_deref(), Ok(expected), "{name}");
        }
        assert_ne!(draw(7, "a::b", "uuid", &[]), draw(8, "a::b", "uuid", &[]));
        assert_ne!(draw(7, "a::b", "uuid", &[]), draw(7, "a::c", "uuid", &[]));
    }

    #[test]
    fn integers_lie_between_their_bounds() {
        let mut generator = Generator::new(1, "");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let drawn = generator.call("int", &[Datum::new(-1), Datum::new(1)]).expect("it is a call");
            seen.insert(drawn.value().as_i64());
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [Some(-1), Some(0), Some(1)]);
        assert_eq!(draw(1, "", "int", &[i64::MAX, i64::MAX]), Ok(i64::MAX.to_string()));
        assert!(draw(1, "", "int", &[i64::MIN, i64::MAX]).is_ok());
    }

    fn check_refused(name: &str, arguments: &[i64], expected: &str) {
        assert_eq!(draw(1, "", name, arguments), Err(expected.to_owned()), "{name}");
    }

    #[test]
    fn wrong_calls_say_what_is_right() {
        check_refused("uid", &[], "`$gen` has no function `uid`; did you mean `uuid`?");
        check_refused(
            "zebra",
            &[],
            "`$gen` has no function `zebra`; it has uuid, int(a, b), alnum(n), email, bytes(n)",
        );
        check_refused("uuid", &[1], "`uuid` takes nothing in parentheses");
        check_refused("alnum", &[], "`alnum` takes one length: `alnum(8)`");
        check_refused("alnum", &[-1], "`alnum` takes a length of 0 to 1048576");
        check_refused("int", &[5, 1], "`int` takes two integers, the lower one first: `int(1, 6)`");
    }
}

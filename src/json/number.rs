//! Numbers by their digits: comparison without rounding.

use std::cmp::Ordering;

/// Compares two JSON numbers by value, exactly, from their texts; `None` when a text is no number.
///
/// `1`, `1.0` and `1e0` are equal. The work is bounded by the length of the texts, whatever the
/// exponents say.
pub fn compare_decimals(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (Decimal::parse(left)?, Decimal::parse(right)?);
    Some(match (left.sign(), right.sign()) {
        (l, r) if l != r => l.cmp(&r),
        (0, _) => Ordering::Equal,
        (1, _) => left.compare_magnitude(&right),
        _ => right.compare_magnitude(&left),
    })
}

/// Whether a JSON number's value is integral, as in `2`, `2.0` and `20e-1`.
pub fn is_integer(text: &str) -> bool {
    Decimal::parse(text).is_some_and(|it| it.digits.len() as i64 <= it.point)
}

/// A text that the numbers of one value share, and no others; a text that is no number is its own.
pub(super) fn canonical(text: &str) -> String {
    let Some(decimal) = Decimal::parse(text) else {
        return text.to_owned();
    };
    let sign = if decimal.sign() < 0 { "-" } else { "" };
    let digits: String = decimal.digits.iter().map(|digit| char::from(*digit)).collect();
    format!("{sign}.{digits}e{}", decimal.point)
}

/// A sign, digits without zeros at either end, and the place of the point:
/// the value is `0.digits × 10^point`.
struct Decimal {
    is_negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let trailing = all[leading..].iter().rev().take_while(|digit| **digit == b'0').count();
        let digits = all[leading..all.len() - trailing].to_vec();
        let point = if digits.is_empty() {
            0
        } else {
            exponent.saturating_add(whole.len() as i64).saturating_sub(leading as i64)
        };
        Some(Self { is_negative, digits, point })
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits))
    }
}

/// An exponent that does not fit is one that no other number shares: the end of the range will do.
fn parse_exponent(text: &str) -> Option<i64> {
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Some(if is_negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &str, right: &str, expected: Ordering) {
        assert_eq!(compare_decimals(left, right), Some(expected), "{left} ? {right}");
        assert_eq!(compare_decimals(right, left), Some(expected.reverse()), "{right} ? {left}");
    }

    #[test]
    fn numbers_compare_by_value() {
        check("1", "1.0", Ordering::Equal);
        check("1", "1e0", Ordering::Equal);
        check("10", "1e1", Ordering::Equal);
        check("0.1", "1e-1", Ordering::Equal);
        check("0", "-0.0", Ordering::Equal);
        check("0e99", "0", Ordering::Equal);
        check("100000000000000000001", "100000000000000000000", Ordering::Greater);
        check("0.1", "0.10000000000000000001", Ordering::Less);
        check("-2", "1", Ordering::Less);
        check("-2", "-1", Ordering::Less);
        check("1e999999999999999999999", "2", Ordering::Greater);
        check("9", "10", Ordering::Less);
        check("0.05", "0.5", Ordering::Less);
    }

    #[test]
    fn a_text_that_is_no_number_is_refused() {
        for text in ["", "-", ".", "1e", "1x", "NaN", "0x1", "1e+"] {
            assert_eq!(compare_decimals(text, "1"), None, "{text}");
        }
    }

    #[test]
    fn integers_are_known_by_value() {
        for (text, expected) in [
            ("2", true),
            ("2.0", true),
            ("20e-1", true),
            ("2.5", false),
            ("0.0", true),
            ("1e400", true),
            ("1e-1", false),
        ] {
            assert_eq!(is_integer(text), expected, "{text}");
        }
    }
}

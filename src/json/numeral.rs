use super::number::{canonical, compare_decimals, is_integer};
use serde_json::Number;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A number within a datum: its 64-bit value, and the digits it was written with where they differ.
#[derive(Clone, Copy, Debug)]
pub struct Numeral<'d> {
    number: &'d Number,
    digits: Option<&'d str>,
}

impl<'d> Numeral<'d> {
    /// A number that is written as it prints.
    pub fn of(number: &'d Number) -> Self {
        Self { number, digits: None }
    }

    pub(super) fn new(number: &'d Number, digits: Option<&'d str>) -> Self {
        Self { number, digits }
    }

    /// The digits: as written, or as the value prints.
    pub fn text(self) -> Cow<'d, str> {
        match self.digits {
            Some(digits) => Cow::Borrowed(digits),
            None => Cow::Owned(self.number.to_string()),
        }
    }

    /// Compares by value, exactly.
    pub fn compare(self, other: Numeral<'_>) -> Ordering {
        if let (Some(left), Some(right)) = (self.number.as_i64(), other.number.as_i64()) {
            return left.cmp(&right);
        }
        // Both texts are those of JSON numbers, which always compare.
        compare_decimals(&self.text(), &other.text()).unwrap_or(Ordering::Equal)
    }

    /// A text that numbers of one value share, and no others.
    pub fn canonical(self) -> String {
        canonical(&self.text())
    }

    /// Whether the value is integral, as in `2`, `2.0` and `20e-1`.
    pub fn is_integer(self) -> bool {
        !self.number.is_f64() || is_integer(&self.text())
    }
}

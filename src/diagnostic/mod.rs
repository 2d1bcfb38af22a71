//! What contest says: findings about the API under test, diagnostics about files of ours.
//!
//! Both are data with places; nothing here renders. A [`Finding`] is never an error of the program,
//! a [`Diagnostic`] always has a place in an input file where there is one.

mod check;
mod code;
mod finding;
mod known;
mod problems;
pub mod words;

pub use check::{Check, CheckSelector};
pub use code::Code;
pub use finding::{About, Change, Difference, Finding, Place, Severity};
pub use known::Known;
pub use problems::{Diagnostic, Label, Level, Problems};

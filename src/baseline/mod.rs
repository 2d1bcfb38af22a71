//! The findings that are known, as `contest.baseline.yaml` lists them.
//!
//! A [`Ledger`] is one run's account: it says of each finding whether it is known, and in the end which entries
//! fit nothing and what was new. [`edit`] brings the text of the file up to date. Pure: the day is passed in, and
//! nothing is read or written here.

mod edit;
mod ledger;
mod observed;

pub use edit::edit;
pub use ledger::{Answer, Ledger, is_operation};
pub use observed::Observed;

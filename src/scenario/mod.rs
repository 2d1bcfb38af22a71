//! The files that people write: scenarios and the matchers in them.

mod matcher;

pub use matcher::*;

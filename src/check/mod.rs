//! Checks: pure functions from a response to what is wrong with it.

pub mod matching;

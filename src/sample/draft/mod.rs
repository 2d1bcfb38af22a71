//! Steps drafted from a document: their values, their bodies, and the YAML that they are written as.

mod call;
mod data;
#[cfg(test)]
mod tests;
mod values;

pub use call::{body_key, call_name, content, expect, expected_status, is_body_of, ranked};
pub use data::{Data, Entry, Item, write};
pub use values::{first_body, fits, is_writable, made, shown};

//! One OpenAPI document of any version behind one face: load, `$ref`, operations, parameters,
//! responses, media types, the parameter codec.
//!
//! The raw tree is the truth, the views are thin and lenient: a malformed leaf costs that leaf and
//! no more, and [`check_structure`] names what was passed over. Start with [`Document::load`].

mod document;
mod places;
mod reference;
mod schema;
mod version;

#[cfg(test)]
mod testing;

pub use document::Document;
pub use reference::ReferenceError;
pub use schema::{Contract, Direction, SchemaError, Validity};
pub use version::Version;

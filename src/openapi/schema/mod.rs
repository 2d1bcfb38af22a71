//! The schemas of a document as something that judges values.
//!
//! [`Contract`] compiles the schemas of the operations that a run uses, all in one build, and turns
//! what breaks them into words with places. Start with [`Contract::compile`] and
//! [`Contract::validate`].

mod build;
mod choice;
mod closure;
mod content;
mod contract;
mod dialect;
mod discriminator;
mod draft;
mod explain;
mod format;
mod keyword;
mod pattern;
mod pieces;
mod questions;
mod remark;
mod target;
mod trace;
mod visibility;
mod words;

#[cfg(test)]
mod tests;

pub use contract::{Contract, Validity};
pub use discriminator::{Discriminated, Discriminator, takes_in};
pub use format::checked_formats;
pub(super) use keyword::{Shape, shape};
pub use words::subject;

use crate::json::Pointer;

/// Which way a value travels; it decides what `readOnly` and `writeOnly` mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the client to the server.
    Request,
    /// From the server to the client.
    Response,
}

/// How far `nullable` of OpenAPI 3.0 reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nullable {
    /// Wherever it is written, null is accepted: beside `$ref`, `allOf` and the like, beside an
    /// `enum` without null, and in a document of OpenAPI 3.1.
    #[default]
    Lenient,
    /// Only where OpenAPI 3.0.4, "Schema Object", gives it an effect: beside `type`.
    Strict,
}

/// One way in which a value breaks a schema, as data and in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    /// The offending value; the object for a member that is missing, the member for one too many.
    pub instance: Pointer,
    /// The keyword in the document, behind every `$ref`; the element of `required` that is missing.
    pub keyword: Pointer,
    /// The names of the component schemas walked through, outermost first.
    pub via: Vec<String>,
    /// The keyword's name: `type`.
    pub name: String,
    /// The member that is missing or one too many, where that is what is wrong.
    pub member: Option<String>,
    /// What is wrong: "`amount` is a string where the document promises an integer".
    pub headline: String,
    /// What was promised: "an integer".
    pub expected: String,
    /// What came: "a string".
    pub actual: String,
    /// What the keyword's place promises, where its text does not say it; may be empty.
    pub label: String,
    /// The format that is broken, when nothing else is.
    pub format: Option<String>,
    /// Further facts: which form of several was meant, a name that is nearly right.
    pub notes: Vec<String>,
}

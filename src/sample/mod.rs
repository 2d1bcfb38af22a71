//! Values made from the schemas of a document: what a request or a response might look like.
//!
//! What the document shows by itself (`const`, `enum`, `example`, `default`) is preferred to what is made
//! up; the same schema gives the same value every time. A value is given only when the document's own
//! judgement of it is "valid". Start with [`sample`]; [`draft`] makes steps of them.

mod builder;
mod conjunction;
pub mod draft;
mod number;
mod text;

#[cfg(test)]
mod tests;

use crate::json::{Pointer, Value};
use crate::openapi::{Contract, Direction, Validity};
use builder::Builder;
use std::collections::HashMap;

/// A value that fits a schema.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The value.
    pub value: Value,
    /// The schema that each part was made for, behind its references.
    pub schemas: HashMap<Pointer, Pointer>,
    /// The limit that kept parts from being made, where one did.
    pub cut: Option<String>,
}

/// So often is it tried with other forms of `oneOf`, and with fewer members.
const TURNS: usize = 8;

/// Makes a value that fits a schema: of objects every member that may travel that way, of arrays one
/// element, or as many as there must be. At most 2,000 parts and 12 levels are made.
///
/// # Errors
/// Why there is none: what is wrong with the nearest that could be made.
pub fn sample(contract: &Contract, schema: &Pointer, direction: Direction) -> Result<Sample, String> {
    let mut reason = match contract.document().resolve(schema) {
        Ok((_, Value::Bool(false))) => "it allows nothing".to_owned(),
        _ => "it asks for itself without end".to_owned(),
    };
    for turn in 0..TURNS {
        let Some(made) = Builder::new(contract.document(), direction, turn).build(schema) else { continue };
        match contract.validate_as("the value", schema, direction, &made.value, 1) {
            Validity::Valid => return Ok(made),
            Validity::NotChecked(because) => return Err(because),
            Validity::Invalid(errors) => {
                if let (Some(error), 0) = (errors.first(), turn) {
                    reason = format!("the nearest that could be made is wrong: {}", error.headline);
                }
            }
        }
    }
    Err(reason)
}

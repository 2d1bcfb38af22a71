//! The one YAML loader: parser events become a tree in which every value has its place.
//!
//! YAML 1.2 core schema, decided here and not by the parser: only `true/True/TRUE/false/False/FALSE`
//! are booleans, `012`, `10_003` and dates are no numbers, numbers keep their digits. [`load`] reads
//! a text under a [`Dialect`]; [`MapReader`] reads a map whose keys are fixed and suggests the key
//! that was meant.

mod entries;
mod fields;
mod load;
mod map;
mod node;
mod places;
mod repeat;
mod scalar;
mod suggest;
mod words;

pub use fields::{Field, Fields, Form, Presence, Shape};
pub use load::{Dialect, load};
pub use map::MapReader;
pub use node::{Entry, Kind, Node};
pub use suggest::nearest;

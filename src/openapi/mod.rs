//! One OpenAPI document of any version behind one face: load, `$ref`, operations, parameters,
//! responses, media types, the parameter codec.
//!
//! The raw tree is the truth, the views are thin and lenient: a malformed leaf costs that leaf and
//! no more, and [`check_structure`] names what was passed over. Start with [`Document::load`].

mod content;
mod declared;
mod decode;
mod deprecated;
mod document;
mod files;
mod form;
mod header;
mod inspection;
mod known;
mod lost;
mod media_range;
mod media_type;
mod names;
mod operation;
mod origin;
mod outline;
mod overlay;
mod parameter;
mod places;
mod reference;
mod request_body;
mod response;
mod route;
mod schema;
mod security;
mod server;
mod side_by_side;
mod structure;
mod style;
#[cfg(test)]
mod style_table;
mod swagger;
mod tree;
mod types;
mod version;
mod view;
mod walk;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use content::{
    BrokenContent, ContentFault, ContentKind, ContentPlace, InnerValue, LengthFault, OutgoingPart, Reading,
    Unread, WriteError, Written, check_length, content_kind, documented_type, header_parameter, is_binary,
    parts_of, read_content, read_content_with_places, read_structure, read_structure_with_places, read_text,
    write_content, write_parts,
};
pub use decode::{RawRequest, decode_header, decode_parameter};
pub use document::Document;
pub use files::{Fetch, Refusal};
pub use form::{encode_form, has_stated_style};
pub use header::Header;
pub use inspection::inspect;
pub use media_range::{is_json, match_media_type};
pub use media_type::MediaType;
pub use operation::{Operation, OperationIndex};
pub use overlay::{OVERLAY, Overlay};
pub use parameter::{Parameter, ParameterIn, Style};
pub use reference::ReferenceError;
pub use request_body::RequestBody;
pub use response::{Response, ResponseKey};
pub use route::Route;
pub use schema::{
    Contract, Direction, Discriminated, Discriminator, Nullable, SchemaError, Validity, checked_formats,
    subject, takes_in,
};
pub use security::{Security, SecurityKind};
pub use server::{Server, ServerError};
pub use structure::check_structure;
pub use style::{EncodeError, Encoded, Serialization, encode_parameter};
pub use types::Types;
pub use version::Version;

//! The fields of an overlay. Their order and the JSON Schema of `contest schema overlay` come from here,
//! and so does what the reader knows.
//!
//! Source: Overlay Specification 1.0.0, "Overlay Object", "Info Object" and "Action Object"; 1.1.0, `copy`.

use crate::yaml::{Field, Fields, Shape};

/// An overlay.
pub static OVERLAY: Fields = Fields {
    name: "overlay",
    about: "An overlay (1.0 or 1.1): changes that are made to an OpenAPI document before it is used.",
    keys: &[
        Field::required(
            "overlay",
            Shape::Named("overlay-version"),
            "The version of the Overlay Specification, as 1.0.0.",
        ),
        Field::new("info", Shape::Members(&Shape::Value), "What the overlay is: `title` and `version`."),
        Field::new("extends", Shape::Text, "The document that it is for."),
        Field::required("actions", Shape::SomeOf(&Shape::Map(&ACTION)), "The changes, made in this order."),
    ],
    others: None,
    forms: &[],
};

/// One action.
pub(super) static ACTION: Fields = Fields {
    name: "action",
    about: "One change, at every place that its target selects.",
    keys: &[
        Field::required(
            "target",
            JSONPATH,
            "A JSONPath (RFC 9535) that selects what is changed, as `$.paths['/orders'].get`.",
        ),
        Field::new("description", Shape::Text, "Why, for people."),
        Field::new(
            "update",
            Shape::Value,
            "What is merged into the targets, or appended to them where they are lists.",
        ),
        Field::new("remove", Shape::Boolean, "Whether the targets are removed."),
        Field::new("copy", JSONPATH, "A JSONPath that selects what is merged into the targets."),
    ],
    others: None,
    forms: &[],
};

const JSONPATH: Shape = Shape::Pattern("^\\$");

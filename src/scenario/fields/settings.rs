//! What stands in several places: time-outs, severities, marks.

use crate::yaml::{Field, Fields, Shape};

pub(super) const DURATION: Shape = Shape::Named("duration");
pub(super) const CONDITION: Shape = Shape::Named("condition");
pub(super) const AUTH: Shape = Shape::Named("auth");
pub(super) const CONTRACT: Shape = Shape::Named("contract");
pub(super) const TAGS: Shape = Shape::List(&Shape::Named("name"));
pub(super) const VALUES: Shape = Shape::Members(&Shape::Value);
pub(super) const HEADERS: Shape = Shape::Members(&Shape::Value);
pub(super) const SEVERITY: Shape = Shape::OneOf(&["deny", "warn", "off"]);

pub(super) static TIMEOUTS: Fields = Fields {
    name: "timeouts",
    about: "Time-outs; those that are not written are inherited.",
    keys: &[
        Field::new("connect", DURATION, "How long a connection may take to be made."),
        Field::new(
            "request",
            DURATION,
            "How long a request may take, from sending to the last byte of the body.",
        ),
        Field::new("scenario", DURATION, "How long a case may take, without its cleanup."),
    ],
    others: None,
    forms: &[],
};

/// A rule of `contract`.
pub static CONTRACT_RULE: Fields = Fields {
    name: "contract-rule",
    about: "A severity for some operations or statuses.",
    keys: &[
        Field::required(
            "code",
            Shape::OneOrMore(&Shape::Named("check")),
            "The checks that are meant: a code such as response.header, a pattern such as http.*, or a list of them.",
        ),
        Field::new(
            "operation",
            Shape::OneOrMore(&Shape::Text),
            "The operations that are meant: an operationId, `GET /template`, a pattern of either, or a list of them.",
        ),
        Field::new(
            "status",
            Shape::OneOrMore(&Shape::Named("status-pattern")),
            "The statuses that are meant: a code such as 404, a class such as 4xx, or a list of them.",
        ),
        Field::required("severity", SEVERITY, "How much a finding weighs: deny, warn or off."),
        Field::new("reason", Shape::Text, "Why, for people."),
    ],
    others: None,
    forms: &[],
};

pub(super) static SKIP_MAP: Fields = Fields {
    name: "skip",
    about: "Says why nothing of a case is sent, and when.",
    keys: &[
        Field::new("when", CONDITION, "CEL over `inputs` and `row`; the case is skipped where it is true."),
        Field::required("reason", Shape::Words, "Why the case is skipped."),
    ],
    others: None,
    forms: &[],
};

pub(super) const SKIP: Shape = Shape::Any(&[Shape::Words, Shape::Map(&SKIP_MAP)]);

pub(super) static XFAIL: Fields = Fields {
    name: "xfail",
    about: "Marks a fault that is known: what fails in this way does not fail the run, and what passes anyway does.",
    keys: &[
        Field::required("reason", Shape::Words, "What the fault is."),
        Field::new("issue", Shape::Scalar, "Where it is tracked: a number, or a text such as SHOP-12."),
        Field::new(
            "code",
            Shape::OneOrMore(&Shape::Named("code")),
            "The codes it may fail with; any when nothing is written.",
        ),
        Field::new("expires", Shape::Named("date"), "The last day on which the mark counts."),
        Field::new(
            "strict",
            Shape::Boolean,
            "Whether passing anyway fails the run; true when nothing is written.",
        ),
    ],
    others: None,
    forms: &[],
};

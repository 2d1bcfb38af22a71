use crate::yaml::{Field, Fields, Shape};

const PERCENT: Shape = Shape::Integer(0, 100);

/// What a run that measures coverage has to reach.
pub(super) static COVERAGE: Fields = Fields {
    name: "coverage",
    about: "How much of the documents a run with `--coverage` has to cover.",
    keys: &[Field::new(
        "failUnder",
        Shape::Map(&FAIL_UNDER),
        "The least percentages; a run with `--coverage` that covers less exits with 1.",
    )],
    others: None,
    forms: &[],
};

/// Percentages by the dimensions of coverage.
pub(in crate::scenario) static FAIL_UNDER: Fields = Fields {
    name: "fail-under",
    about: "The least that is to be covered of each dimension, in percent.",
    keys: &[
        Field::new("operation", PERCENT, "Of the operations, those that were called."),
        Field::new("status", PERCENT, "Of the documented statuses, those that came."),
        Field::new("mediaType", PERCENT, "Of the media types of requests and responses."),
        Field::new("parameter", PERCENT, "Of the parameters, those that were sent."),
        Field::new("requestMember", PERCENT, "Of the members of request bodies."),
        Field::new("responseMember", PERCENT, "Of the members of responses."),
        Field::new("enumValue", PERCENT, "Of the values of every `enum`."),
        Field::new("branch", PERCENT, "Of the forms of every `oneOf` and `anyOf`."),
    ],
    others: None,
    forms: &[],
};

use crate::yaml::{Field, Fields, Shape};

/// The baseline.
pub static BASELINE: Fields = Fields {
    name: "baseline",
    about: "The findings that are known: they are counted and fail nothing, and any other fails as ever.",
    keys: &[
        Field::required("contest", Shape::Integer(1, 1), "The version of the format, 1."),
        Field::new("known", Shape::List(&Shape::Map(&KNOWN_FINDING)), "The known findings."),
    ],
    others: None,
    forms: &[],
};

static KNOWN_FINDING: Fields = Fields {
    name: "known-finding",
    about: "A finding that is known; every key but `reason`, `issue` and `expires` narrows what it fits.",
    keys: &[
        Field::required(
            "code",
            Shape::Named("known-code"),
            "The code of the finding, one of what the contract says of answers.",
        ),
        Field::new(
            "operation",
            Shape::Text,
            "The operation: an operationId, `api.operationId` or `GET /template`; any when nothing is written.",
        ),
        Field::new(
            "status",
            Shape::Named("status-pattern"),
            "The status of the answer: a code such as 404 or a class such as 4xx.",
        ),
        Field::new(
            "at",
            Shape::Text,
            "The place in the document as a JSON Pointer, behind every `$ref`, in which `*` stands for any one name.",
        ),
        Field::new(
            "member",
            Shape::Text,
            "The place in the answer: a JSON Pointer into the body, in which `*` stands for any one name, or `header NAME`.",
        ),
        Field::new("file", Shape::Text, "The scenario file, named as `contest list` names it."),
        Field::new("scenario", Shape::Text, "The name of the scenario."),
        Field::required("reason", Shape::Words, "What the fault is and why it is known."),
        Field::new(
            "issue",
            Shape::Scalar,
            "Where it is tracked: a number, a link or a text such as SHOP-12.",
        ),
        Field::new("expires", Shape::Named("date"), "The last day on which the entry counts."),
    ],
    others: None,
    forms: &[],
};

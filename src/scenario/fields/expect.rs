use super::settings::{CONDITION, CONTRACT, DURATION};
use crate::yaml::{Field, Fields, Shape};

const MATCHER: Shape = Shape::Named("matcher");

/// What a step expects.
pub(in crate::scenario) static EXPECT: Fields = Fields {
    name: "expect",
    about: "What is expected of an answer, besides what the document says of it.",
    keys: &[
        Field::new(
            "status",
            Shape::Named("status"),
            "The status, or several; any documented 2xx when nothing is written.",
        ),
        Field::new("contract", CONTRACT, "How much the findings of contract checks weigh for this step."),
        Field::new("headers", Shape::Members(&MATCHER), "What the headers hold, by their names."),
        Field::new(
            "body",
            MATCHER,
            "What the body holds: partial on objects, exact on lists, with markers and operators.",
        ),
        Field::new("bytes", Shape::Map(&BYTES), "The bytes of the body."),
        Field::new("jsonpath", Shape::Members(&MATCHER), "What JSONPaths into the body find."),
        Field::new("assert", Shape::OneOrMore(&CONDITION), "Conditions in CEL that hold."),
        Field::new("within", DURATION, "How long the answer may take."),
    ],
    others: None,
    forms: &[],
};

/// The bytes of a body.
static BYTES: Fields = Fields {
    name: "bytes",
    about: "What is expected of the bytes of a body.",
    keys: &[
        Field::new("length", MATCHER, "How many there are."),
        Field::new("sha256", MATCHER, "Their SHA-256 in hexadecimal digits, in lower case."),
        Field::new("file", Shape::Text, "A file with the same bytes."),
    ],
    others: None,
    forms: &[],
};

const BOUND: Shape = Shape::Named("bound");
const MATCHERS: Shape = Shape::List(&MATCHER);
const POINTER: Shape = Shape::Pattern("^/");

/// The operators of expectations.
pub static OPERATORS: Fields = Fields {
    name: "operators",
    about: "Operators; of several in one map all hold.",
    keys: &[
        Field::new("$literal", Shape::Value, "Equal to this; nothing is read inside it."),
        Field::new("$ne", Shape::Value, "Not equal to this."),
        Field::new("$gt", BOUND, "Greater than this; two numbers, or two texts."),
        Field::new("$gte", BOUND, "This or greater."),
        Field::new("$lt", BOUND, "Less than this; two numbers, or two texts."),
        Field::new("$lte", BOUND, "This or less."),
        Field::new("$in", Shape::Named("values"), "Equal to one of these."),
        Field::new("$notIn", Shape::Named("values"), "Equal to none of these."),
        Field::new("$match", Shape::Text, "A text in which this regular expression is found."),
        Field::new(
            "$contains",
            MATCHER,
            "A text with this in it, or a list with such an element; of a list each.",
        ),
        Field::new("$unordered", MATCHERS, "A list with exactly these elements, in any order."),
        Field::new("$exact", Shape::Members(&MATCHER), "A map with exactly these members."),
        Field::new(
            "$each",
            MATCHER,
            "Every element is like this; an empty list fails unless `$length` stands beside it.",
        ),
        Field::new(
            "$length",
            Shape::Named("length"),
            "The length of a text, a list or a map: a whole number, or `{ $gte: 1 }`.",
        ),
        Field::new(
            "$sorted",
            Shape::Any(&[ORDER, Shape::Map(&SORTED)]),
            "A list in this order: asc, desc, or by a member.",
        ),
        Field::new(
            "$unique",
            Shape::Any(&[Shape::True, POINTER]),
            "A list without equal elements, or without equal members at a pointer.",
        ),
        Field::new(
            "$sameAs",
            Shape::Any(&[Shape::Named("plain"), Shape::Map(&SAME_AS)]),
            "Equal to an earlier value, except at some places.",
        ),
        Field::new("$not", MATCHER, "Not like this."),
        Field::new("$anyOf", Shape::SomeOf(&MATCHER), "Like one of these."),
        Field::new("$schema", Shape::Text, "Valid for a schema of the document, or of a file.").later(),
        Field::new("$cel", CONDITION, "A condition in CEL over `this`."),
    ],
    others: None,
    forms: &[],
};

const ORDER: Shape = Shape::OneOf(&["asc", "desc"]);

static SORTED: Fields = Fields {
    name: "sorted",
    about: "The order of a list by a member of its elements.",
    keys: &[
        Field::required("by", POINTER, "A JSON pointer into each element."),
        Field::new("order", ORDER, "asc or desc; asc when nothing is written."),
    ],
    others: None,
    forms: &[],
};

/// The operand of `$sameAs`, where it is a map.
static SAME_AS: Fields = Fields {
    name: "same-as",
    about: "An earlier value, and where it may differ.",
    keys: &[
        Field::required("value", Shape::Value, "The earlier value, as `$vars.before`."),
        Field::new("except", Shape::List(&Shape::Pattern("^(/|$)")), "JSON pointers to what may differ."),
    ],
    others: None,
    forms: &[],
};

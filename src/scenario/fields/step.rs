use super::expect::EXPECT;
use super::settings::{AUTH, CONDITION, DURATION, HEADERS, VALUES, XFAIL};
use crate::scenario::step::{OF_CALLS, OF_REQUESTS};
use crate::yaml::{Field, Fields, Form, Shape};

/// A step.
pub(in crate::scenario) static STEP: Fields = Fields {
    name: "step",
    about: "A step: one request and what is expected of its answer.",
    keys: &[
        Field::new(
            "id",
            Shape::Named("name"),
            "Its name for `$steps.<id>`; step1, step2, … when nothing is written.",
        ),
        Field::new("title", Shape::Text, "What it does, for people."),
        Field::new("xfail", Shape::Map(&XFAIL), "The fault that it is known to have."),
        Field::new(
            "when",
            CONDITION,
            "CEL; where it is false the step is skipped, and the scenario goes on.",
        ),
        Field::either(
            "call",
            Shape::Named("call"),
            "The operation: an operationId, `api.operationId`, or method and path template as in `PUT /orders/{id}`.",
        ),
        Field::either(
            "send",
            Shape::Text,
            "Method and URL of a request outside the document, which is not contract-checked.",
        ),
        Field::either("flow", Shape::Text, "The flow to run: its name, or `file.contest.yaml#name`."),
        Field::either("pause", DURATION, "How long to wait."),
        Field::new("with", Shape::Members(&Shape::Value), "What the flow is given as its inputs."),
        Field::new(
            "url",
            Shape::TextValue,
            "The URL that the server named itself; it must match the template of the operation.",
        ),
        Field::new(
            "path",
            Shape::Members(&Shape::Value),
            "Values of the path parameters, by the names of the document.",
        ),
        Field::new("query", VALUES, "Values of the query parameters, by the names of the document."),
        Field::new(
            "headers",
            HEADERS,
            "Header values; null removes a header that is set further out or by contest itself.",
        ),
        Field::new("cookies", VALUES, "Cookie values, by the names of the document."),
        Field::new(
            "body",
            Shape::Named("body"),
            "The body, written by its media type: any value, `{ $file: … }`, or `{ $example: … }`.",
        ),
        Field::new("form", VALUES, "The body as a form: names and values."),
        Field::new(
            "multipart",
            Shape::Members(&Shape::Any(&[Shape::Map(&PART), Shape::Value])),
            "The body as multipart: names and parts; a list is several parts of one name.",
        ),
        Field::new(
            "rawBody",
            Shape::Any(&[Shape::TextValue, Shape::Map(&FILE_REFERENCE)]),
            "The body as a text that is sent as it is, or a file.",
        ),
        Field::new(
            "replace",
            Shape::Named("pointers"),
            "What is set in the body afterwards: JSON pointers with values.",
        ),
        Field::new(
            "contentType",
            Shape::Text,
            "The media type of the body, where the operation offers several.",
        ),
        Field::new("auth", AUTH, "The auth profile, or none."),
        Field::new(
            "sends",
            Shape::Any(&[
                Shape::OneOf(&["valid", "unchecked"]),
                Shape::Named("expression"),
                Shape::Map(&SENDS),
            ]),
            "Whether the request keeps the document: valid, unchecked, or the places where it breaks it.",
        ),
        Field::new(
            "retry",
            Shape::Value,
            "The same request again on faults of the transport and on some statuses.",
        ),
        Field::new("poll", Shape::Value, "The step again until a condition holds or the time is over."),
        Field::new("repeat", Shape::Value, "The step again and again, each time judged."),
        Field::new("follow", Shape::Integer(0, 20), "How many redirects are followed."),
        Field::new("timeout", DURATION, "How long the request may take."),
        Field::new("always", Shape::Boolean, "Whether it runs after an earlier step failed."),
        Field::new(
            "save",
            Shape::Names(&Shape::Any(&[Shape::Named("source"), Shape::Map(&CAPTURE)])),
            "What is kept of the exchange, read as `$vars.name`.",
        ),
        Field::new(
            "expect",
            Shape::Map(&EXPECT),
            "What is expected of the answer, besides what the document says.",
        ),
        Field::new(
            "cleanup",
            Shape::List(&Shape::Map(&STEP)),
            "Steps that run at the end of the case once this one was sent, the last registered first.",
        ),
    ],
    others: None,
    forms: &[
        Form { key: "call", without: &[&["with"]] },
        Form { key: "send", without: &[OF_CALLS, &["with"]] },
        Form { key: "flow", without: &[OF_CALLS, OF_REQUESTS] },
        Form { key: "pause", without: &[OF_CALLS, OF_REQUESTS, &["with", "save", "cleanup", "xfail"]] },
    ],
};

static SENDS: Fields = Fields {
    name: "sends",
    about: "A request that breaks the document at these places, and nowhere else.",
    keys: &[Field::required(
        "invalid",
        Shape::SomeOf(&Shape::Pattern("^/(body|query/|path/|headers/|cookies/)")),
        "The places: `/body/…`, `/query/name`, `/path/name`, `/headers/name` or `/cookies/name`.",
    )],
    others: None,
    forms: &[],
};

static FILE_REFERENCE: Fields = Fields {
    name: "file-reference",
    about: "The bytes of a file.",
    keys: &[Field::required("$file", Shape::Words, "The path of the file, relative to this one.")],
    others: None,
    forms: &[],
};

/// One part of a multipart body.
static PART: Fields = Fields {
    name: "part",
    about: "One part of a multipart body.",
    keys: &[
        Field::new("$file", Shape::Words, "The file whose bytes it holds, relative to this one."),
        Field::new("$json", Shape::Value, "A value that it holds as JSON."),
        Field::new("$text", Shape::Value, "A value that it holds as text."),
        Field::new("contentType", Shape::Text, "Its media type; by default what the document says."),
        Field::new("filename", Shape::Text, "The name of its file; by default that of the file it holds."),
        Field::new("headers", Shape::Members(&Shape::Value), "Its header lines beside those two."),
    ],
    others: None,
    forms: &[],
};

/// What is kept of an exchange.
static CAPTURE: Fields = Fields {
    name: "capture",
    about: "Where a saved value comes from, and what is taken of it.",
    keys: &[
        Field::new("jsonpath", Shape::Text, "A JSONPath (RFC 9535) into the body."),
        Field::new("pointer", Shape::Text, "A JSON pointer (RFC 6901) into the body."),
        Field::new("header", Shape::Text, "The name of a response header."),
        Field::new("cookie", Shape::Text, "The name of a cookie that the response sets."),
        Field::new("from", Shape::Value, "An expression over the exchange."),
        Field::new(
            "regex",
            Shape::Text,
            "A regular expression over the text found: its first group, or the whole match.",
        ),
        Field::new("take", Shape::OneOf(&["one", "first", "last", "all"]), "Which of several are taken."),
        Field::new("default", Shape::Value, "What it is when nothing is found; without it the step fails."),
        Field::new("secret", Shape::Boolean, "Whether it is masked in every output."),
        Field::new(
            "overwrite",
            Shape::Boolean,
            "Whether it may replace a value that was saved under the same name.",
        ),
    ],
    others: None,
    forms: &[],
};

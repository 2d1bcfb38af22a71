//! The keys of a rules file, for the JSON Schema of `contest schema mock`; a test holds them to the
//! readers beside them.

use crate::yaml::{Field, Fields, Shape};

const DURATION: Shape = Shape::Pattern("^[0-9]+(ms|s|m|h)$");
const CONDITION: Shape = Shape::Text;
const CALL: Shape = Shape::Named("call");
const REPLY_CHOICE: Shape = Shape::Any(&[Shape::Text, Shape::Map(&REPLY), Shape::Map(&REPLY_USE)]);

/// A rules file.
pub static RULES: Fields = Fields {
    name: "rules-file",
    about: "The rules of a mock: how the API that a document describes behaves, as data.",
    keys: &[
        Field::required("mock", Shape::Integer(1, 1), "The version of the format, 1."),
        Field::required(
            "document",
            Shape::Text,
            "The path of the OpenAPI document that is served, relative to this file.",
        ),
        Field::new(
            "seed",
            Shape::Integer(0, u64::MAX),
            "The seed of generated ids; 0 when nothing is written.",
        ),
        Field::new(
            "clock",
            Shape::Map(&CLOCK),
            "The clock of the data, which stands still between requests.",
        ),
        Field::new(
            "state",
            Shape::Members(&Shape::Map(&COLLECTION)),
            "Collections of entities, by their names.",
        ),
        Field::new(
            "load",
            Shape::Members(&Shape::Map(&ENTITY)),
            "Entities that a request speaks of, by the names that rules use.",
        ),
        Field::new("let", Shape::Members(&CONDITION), "Names for values in CEL."),
        Field::new("tokens", Shape::Map(&TOKENS), "How access tokens are issued."),
        Field::new("replies", Shape::Members(&Shape::Map(&REPLY)), "Replies that rules name."),
        Field::new("faults", Shape::Value, "Faults to plant, chosen by a header or by a rule.").later(),
        Field::required(
            "rules",
            Shape::List(&Shape::Map(&RULE)),
            "The rules; the first whose `on` and `when` fit answers.",
        ),
    ],
    others: None,
    forms: &[],
};

static CLOCK: Fields = Fields {
    name: "clock",
    about: "The clock of the data.",
    keys: &[
        Field::new("start", Shape::Text, "The moment at which it starts, as \"2026-01-01T00:00:00Z\"."),
        Field::new("tick", DURATION, "How far each write moves it."),
    ],
    others: None,
    forms: &[],
};

static COLLECTION: Fields = Fields {
    name: "collection",
    about: "A collection of entities.",
    keys: &[
        Field::new("key", Shape::Text, "The member that an entity is found by; id when nothing is written."),
        Field::new("private", Shape::List(&Shape::Text), "Members that are never sent."),
        Field::new(
            "template",
            Shape::Members(&Shape::Value),
            "What every entity has unless it says otherwise.",
        ),
        Field::new("items", Shape::List(&Shape::Members(&Shape::Value)), "The entities that it starts with."),
    ],
    others: None,
    forms: &[],
};

static ENTITY: Fields = Fields {
    name: "entity",
    about: "An entity that a request speaks of; null when there is none.",
    keys: &[
        Field::required("from", Shape::Text, "The collection it is in."),
        Field::required("id", CONDITION, "Its key, in CEL, as path.orderId."),
    ],
    others: None,
    forms: &[],
};

static TOKENS: Fields = Fields {
    name: "tokens",
    about: "How access tokens are issued.",
    keys: &[
        Field::required("issue", CALL, "The operation that issues them."),
        Field::required(
            "grants",
            Shape::Members(&Shape::Map(&GRANT)),
            "The kinds of grants, by `grant_type`.",
        ),
        Field::new("ttl", DURATION, "How long a token is good."),
        Field::required("reply", Shape::Value, "The body of the reply, with `$accessToken` and `$claims`."),
        Field::new("refused", REPLY_CHOICE, "The reply to what cannot be granted."),
    ],
    others: None,
    forms: &[],
};

static GRANT: Fields = Fields {
    name: "grant",
    about: "What a grant asks for, and what its tokens say.",
    keys: &[
        Field::new("require", Shape::List(&Shape::Text), "Form fields that must be there."),
        Field::new("claims", Shape::Members(&Shape::Value), "What `token` holds in rules."),
    ],
    others: None,
    forms: &[],
};

static REPLY: Fields = Fields {
    name: "reply",
    about: "A reply; it is held to the document before it is sent.",
    keys: &[
        Field::required("status", Shape::Integer(200, 599), "Its status."),
        Field::new("headers", Shape::Members(&Shape::Value), "Its headers."),
        Field::new("body", Shape::Value, "Its body; expressions may stand in it."),
        Field::new("fault", Shape::Value, "A fault to plant.").later(),
        Field::new("faults", Shape::Value, "Faults to plant.").later(),
    ],
    others: None,
    forms: &[],
};

static REPLY_USE: Fields = Fields {
    name: "reply-use",
    about: "A reply of `replies`, with values for the names in it.",
    keys: &[Field::required("use", Shape::Text, "The name of the reply.")],
    others: Some(Shape::Value),
    forms: &[],
};

static RULE: Fields = Fields {
    name: "rule",
    about: "What is answered, when, and what changes.",
    keys: &[
        Field::required(
            "on",
            Shape::OneOrMore(&CALL),
            "The operations it answers: their ids, or method and path template as in `PUT /orders/{id}`.",
        ),
        Field::new("name", Shape::Text, "Its name, for people."),
        Field::new(
            "when",
            CONDITION,
            "CEL; the rule answers where it is true, and always when nothing is written.",
        ),
        Field::new("do", Shape::List(&Shape::Map(&EFFECT)), "What changes before the reply is made."),
        Field::required(
            "reply",
            REPLY_CHOICE,
            "The reply: the name of one, `{ use: name, … }`, or one written out.",
        ),
        Field::new("fault", Shape::Value, "A fault to plant.").later(),
        Field::new("faults", Shape::Value, "Faults to plant.").later(),
    ],
    others: None,
    forms: &[],
};

static EFFECT: Fields = Fields {
    name: "effect",
    about: "A change of the state; it has at least one of the changes.",
    keys: &[
        Field::new("when", CONDITION, "CEL; the change is made where it is true."),
        Field::new(
            "set",
            Shape::Members(&Shape::Value),
            "Places in entities, as order.lines[0].sku, with their new values.",
        ),
        Field::new(
            "merge",
            Shape::Members(&Shape::Value),
            "Places, with what is merged into them (RFC 7396).",
        ),
        Field::new("unset", Shape::OneOrMore(&Shape::Text), "Places that are taken away."),
        Field::new(
            "insert",
            Shape::Members(&Shape::Value),
            "Collections or entities with a new entity, or lists with a new element.",
        ),
        Field::new("remove", Shape::OneOrMore(&Shape::Text), "Entities that are removed."),
        Field::new(
            "later",
            Shape::Map(&LATER),
            "Changes that are made some requests or some time later, for polling.",
        ),
    ],
    others: None,
    forms: &[],
};

static LATER: Fields = Fields {
    name: "later",
    about: "Changes that are made later.",
    keys: &[
        Field::required("after", Shape::Map(&AFTER), "When they are made."),
        Field::required("do", Shape::List(&Shape::Map(&EFFECT)), "What changes then."),
    ],
    others: None,
    forms: &[],
};

static AFTER: Fields = Fields {
    name: "after",
    about: "When later changes are made: one of these.",
    keys: &[
        Field::either("requests", Shape::Integer(1, 1000), "After this number of further requests."),
        Field::either("seconds", Shape::Named("seconds"), "After this number of seconds, up to 3600."),
    ],
    others: None,
    forms: &[],
};

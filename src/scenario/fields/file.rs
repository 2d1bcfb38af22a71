use super::settings::{AUTH, CONTRACT, HEADERS, SKIP, TAGS, TIMEOUTS, XFAIL};
use super::step::STEP;
use crate::yaml::{Field, Fields, Shape};

const STEPS: Shape = Shape::List(&Shape::Map(&STEP));

/// A scenario file.
pub static FILE: Fields = Fields {
    name: "file",
    about: "A scenario file: what to call, and what is expected of the answers.",
    keys: &[
        Field::required("contest", Shape::Integer(1, 1), "The version of the format, 1."),
        Field::new("title", Shape::Text, "What the file is about, for people."),
        Field::new("description", Shape::Text, "More words for people."),
        Field::new(
            "api",
            Shape::Named("api"),
            "The api that steps call when they name none: a name of `contest.yaml`, or the path of a document.",
        ),
        Field::new("auth", AUTH, "The auth profile of every step that names none."),
        Field::new(
            "contract",
            CONTRACT,
            "How much the findings of contract checks weigh: deny, warn or off.",
        ),
        Field::new("timeouts", Shape::Map(&TIMEOUTS), "Time-outs for every scenario of the file."),
        Field::new("tags", TAGS, "Tags of every scenario, to choose by."),
        Field::new("headers", HEADERS, "Headers of every request; null removes one that is set further out."),
        Field::new(
            "inputs",
            Shape::Names(&Shape::Map(&INPUT)),
            "Values from outside: names with JSON Schemas, `default` and `optional`.",
        ),
        Field::new(
            "vars",
            Shape::Names(&Shape::Value),
            "Values that are computed once a case, in the order written.",
        ),
        Field::new("setupOnce", STEPS, "Steps before the first case of the file, once a run.").later(),
        Field::new("setup", STEPS, "Steps before each scenario; when one fails, the case is errored."),
        Field::new("teardown", STEPS, "Steps behind each scenario, which always run."),
        Field::new("teardownOnce", STEPS, "Steps behind the last case of the file, once a run.").later(),
        Field::new(
            "flows",
            Shape::Names(&Shape::Map(&FLOW)),
            "Lists of steps that steps call by `flow`, not reported as tests.",
        )
        .later(),
        Field::required(
            "scenarios",
            Shape::Named("scenarios"),
            "The scenarios by their names, in the order they run.",
        ),
    ],
    others: None,
    forms: &[],
};

/// A scenario.
pub static SCENARIO: Fields = Fields {
    name: "scenario",
    about: "A scenario: steps one after the other; one case, or one for each of its rows.",
    keys: &[
        Field::new("title", Shape::Text, "What it shows, as a sentence for people."),
        Field::new("description", Shape::Text, "More words for people."),
        Field::new(
            "inputs",
            Shape::Names(&Shape::Map(&INPUT)),
            "Values from outside, besides those of the file: names with JSON Schemas.",
        ),
        Field::new("tags", TAGS, "Its own tags, besides those of the file."),
        Field::new("auth", AUTH, "The auth profile of its steps that name none."),
        Field::new(
            "contract",
            CONTRACT,
            "How much the findings of contract checks weigh: deny, warn or off.",
        ),
        Field::new("timeouts", Shape::Map(&TIMEOUTS), "Its time-outs."),
        Field::new("headers", HEADERS, "Headers of its requests; null removes one that is set further out."),
        Field::new(
            "vars",
            Shape::Names(&Shape::Value),
            "Values that are computed once a case, behind those of the file.",
        ),
        Field::new(
            "rows",
            Shape::Any(&[Shape::SomeOf(&Shape::Map(&ROW)), Shape::Map(&TABLE)]),
            "One case for each row.",
        ),
        Field::new("lock", Shape::Named("name"), "A named lock: cases that hold it never overlap.").later(),
        Field::new("exclusive", Shape::Boolean, "Whether its cases run alone.").later(),
        Field::new("skip", SKIP, "Why nothing of it is sent, and when."),
        Field::new("xfail", Shape::Map(&XFAIL), "The fault that its cases are known to have."),
        Field::new("setup", STEPS, "Steps before its own; when one fails, the case is errored."),
        Field::required("steps", STEPS, "What is done, one step after the other."),
        Field::new("teardown", STEPS, "Steps behind its own, which always run."),
    ],
    others: None,
    forms: &[],
};

/// A flow.
pub(in crate::scenario) static FLOW: Fields = Fields {
    name: "flow",
    about: "A list of steps that other steps call.",
    keys: &[
        Field::new("title", Shape::Text, "What it does, for people."),
        Field::new("description", Shape::Text, "More words for people."),
        Field::new("inputs", Shape::Names(&Shape::Map(&INPUT)), "What it is given by `with`."),
        Field::new("vars", Shape::Names(&Shape::Value), "Values that are computed at each call."),
        Field::required("steps", STEPS, "What it does, one step after the other."),
        Field::new("outputs", Shape::Names(&Shape::Value), "What it gives back, as `$outputs`."),
    ],
    others: None,
    forms: &[],
};

static ROW: Fields = Fields {
    name: "row",
    about: "One case: its columns are values, read as `$row.column`.",
    keys: &[
        Field::new("name", Shape::Text, "The name of the case; its index when nothing is written."),
        Field::new("tags", Shape::List(&Shape::Text), "Tags of the case, besides those of the scenario."),
        Field::new("skip", Shape::Any(&[SKIP, Shape::Null]), "Why nothing of the case is sent, and when."),
        Field::new(
            "xfail",
            Shape::Any(&[Shape::Map(&XFAIL), Shape::Null]),
            "The fault that the case is known to have.",
        ),
    ],
    others: Some(Shape::Value),
    forms: &[],
};

static TABLE: Fields = Fields {
    name: "rows-table",
    about: "Rows as a table.",
    keys: &[
        Field::new("columns", Shape::List(&Shape::Text), "The names of the columns."),
        Field::new(
            "rows",
            Shape::List(&Shape::List(&Shape::Value)),
            "The rows, each a list with a cell for every column.",
        ),
        Field::new("file", Shape::Text, "A CSV, YAML or JSON file with the rows.").later(),
    ],
    others: None,
    forms: &[],
};

/// What an input has besides a JSON Schema.
static INPUT: Fields = Fields {
    name: "input",
    about: "A value from outside, described by a JSON Schema (2020-12).",
    keys: &[
        Field::new("type", Shape::OneOrMore(&Shape::Text), "The JSON type of the value, or a list of them."),
        Field::new("description", Shape::Text, "What the value is, for people."),
        Field::new("default", Shape::Value, "What it is when nothing else gives it."),
        Field::new("optional", Shape::Boolean, "Whether it may be missing."),
    ],
    others: Some(Shape::Value),
    forms: &[],
};

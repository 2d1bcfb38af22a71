//! `retry`, `poll` and `repeat`, right and wrong.

use super::{check_file, check_project, check_step};

/// A key of a step, behind `{ call: x, `, which ends in column 20.
fn check(key: &str, expected: &[&str]) {
    check_step(&format!("{{ call: x, {key} }}"), expected);
}

#[test]
fn what_is_right_says_nothing() {
    for key in [
        "retry: 3",
        "retry: null",
        "retry: { times: 0 }",
        "retry: { times: 3, every: 1s, on: [connect, timeout, reset, 429, 5xx], unsafe: true }",
        "retry: { on: 503, every: { from: 200ms, to: 5s } }",
        "poll: { for: 60s }",
        "poll: { every: { from: 200ms, to: 5s, factor: 1.5 }, for: 60s, until: 'body.a == 1' }",
        "repeat: 6",
        "repeat: { max: 20, while: 'has(body.next)', carry: { cursor: $.next }, collect: { ids: \"$.items[*].id\" } }",
    ] {
        check(key, &[]);
    }
}

#[test]
fn retry_names_times_waits_and_causes() {
    let times = "a request is sent again from 0 to 100 times | is no such number";
    check("retry: 101", &[&format!("scenario.invalid-value 5:27 {times}")]);
    check("retry: { times: many }", &[&format!("scenario.invalid-value 5:36 {times}")]);
    check(
        "retry: always",
        &[
            "scenario.invalid-value 5:27 `retry` is a number of times, or a map such as `{ times: 3, every: 1s, on: [connect, 503] }` | is a text",
        ],
    );
    let cause = "a cause is `connect`, `timeout`, `reset`, a status such as 503, or a class such as 5xx";
    check(
        "retry: { on: [conect] }",
        &[&format!("scenario.invalid-value 5:34 {cause} | did you mean `connect`?")],
    );
    check("retry: { on: [999] }", &[&format!("scenario.invalid-value 5:34 {cause} | is none of them")]);
    check(
        "retry: { on: [202] }",
        &[
            "scenario.invalid-value 5:34 a request is sent again for a status from 400 on | is no failure: `poll` waits for another answer",
        ],
    );
    check(
        "retry: { on: [] }",
        &[
            "scenario.invalid-value 5:33 `on` names at least one cause; `retry: null` is never again | is empty",
        ],
    );
    check(
        "retry: { until: 'true' }",
        &[
            "scenario.misplaced-key 5:29 `until` does not belong in `retry`; it belongs under `poll`, which waits for an answer of the API | does not belong here",
        ],
    );
}

#[test]
fn waits_are_durations_or_grow_between_two_of_them() {
    check(
        "retry: { every: 5 }",
        &["scenario.invalid-value 5:36 `every` is a duration such as 250ms, 10s or 5m | is no duration"],
    );
    check(
        "poll: { for: 1s, every: { from: 5s, to: 1s } }",
        &[
            "scenario.invalid-value 5:60 `to` is the longest wait, and not less than `from` | is less than `from`",
        ],
    );
    check(
        "poll: { for: 1s, every: { from: 5s, to: 9s, factor: 0.5 } }",
        &["scenario.invalid-value 5:72 `factor` is a number from 1 to 1000 | is none"],
    );
    check(
        "poll: { for: 1s, every: { from: 5s } }",
        &["scenario.missing-key 5:44 `every` needs the key `to` | lacks `to`"],
    );
}

#[test]
fn a_poll_needs_an_end() {
    check("poll: {}", &["scenario.missing-key 5:26 `poll` needs the key `for` | lacks `for`"]);
    check(
        "poll: { for: 0s, until: 'true' }",
        &["scenario.invalid-value 5:33 `for` of no time at all can never be kept | is zero"],
    );
    check(
        "poll: { for: 1s, while: 'true' }",
        &[
            "scenario.misplaced-key 5:37 `while` does not belong in `poll`; write `until`, and the opposite; `repeat` has `while` | does not belong here",
        ],
    );
}

#[test]
fn a_repetition_needs_an_end() {
    check(
        "repeat: { while: 'true' }",
        &["scenario.missing-key 5:28 `repeat` needs the key `max` | lacks `max`"],
    );
    let rounds = "a step is repeated a number of rounds, from 1 on | is no such number";
    check("repeat: 0", &[&format!("scenario.invalid-value 5:28 {rounds}")]);
    check("repeat: { max: 1.5 }", &[&format!("scenario.invalid-value 5:35 {rounds}")]);
    check(
        "repeat: 1001",
        &["yaml.limit 5:28 1001 rounds are more than the limit `rounds` of 1000 | asks for more"],
    );
    check(
        "repeat: { max: 2, carry: { a: { jsonpath: $.b, overwrite: true } } }",
        &[
            "scenario.invalid-value 5:50 `overwrite` belongs under `save`: `carry` and `collect` go on from round to round | has `overwrite`",
        ],
    );
}

#[test]
fn only_requests_are_sent_again() {
    check_step(
        "{ pause: 1s, retry: 3 }",
        &[
            "scenario.misplaced-key 5:22 `retry` does not belong in a step with `pause`; it belongs in a step that sends a request | does not belong here",
        ],
    );
}

#[test]
fn retry_stands_in_files_scenarios_environments_and_defaults() {
    check_file(
        "contest: 1\nretry: 2\nscenarios: { s: { retry: { on: [503] }, steps: [{ call: x }] } }\n",
        &[],
    );
    check_project("contest: 1\ndefaults: { retry: 2 }\nenvironments: { e: { retry: { every: 2s } } }\n", &[]);
}

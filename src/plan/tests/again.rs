//! What is found about `retry`, `poll` and `repeat` without sending.

use super::{GET, check_steps, plan_file};
use crate::plan::Selection;

fn check(keys: &str, expected: &[&str]) {
    check_steps(&format!("{{ {GET}, {keys} }}"), expected);
}

#[test]
fn a_poll_ends_before_its_scenario() {
    check("poll: { for: 5m }", &[]);
    check(
        "poll: { for: 6m }",
        &[
            "scenario.invalid-value `for` is 360 s, and the scenario is cut off after 300 s, its time-out | is longer than the scenario",
        ],
    );
}

#[test]
fn conditions_see_the_answer_and_what_was_made_before() {
    check("poll: { for: 1s, until: 'body.a == inputs.a && status == 200 && vars.v == \"x\"' }", &[]);
    check(
        "poll: { for: 1s, until: 'this == 1 && bdy.a == vars.w' }",
        &[
            "scenario.unknown-reference there is no variable `this` | is no variable",
            "scenario.unknown-reference there is no variable `bdy` | did you mean `body`?",
            "scenario.unknown-reference there is no `vars.w` | did you mean `vars.v`?",
        ],
    );
    check(
        "poll: { for: 1s, until: 'vars.b == 1' }, save: { b: $.b }",
        &["scenario.unknown-reference `vars.b` is not known yet | is made by a step further down"],
    );
    check(
        "repeat: { max: 2, while: 'vars.c != null && size(vars.d) < 9', carry: { c: $.c }, collect: { d: $.d } }",
        &[],
    );
}

#[test]
fn what_is_carried_is_known_in_the_request_and_what_is_collected_behind_the_step() {
    let step = |name: &str| {
        format!(
            "{{ call: getItem, path: {{ id: x }}, query: {{ tenant: $vars.{name} }}, repeat: {{ max: 2, carry: {{ c: $.c }}, collect: {{ d: $.d }} }} }}"
        )
    };
    check_steps(&step("c"), &[]);
    check_steps(
        &step("d"),
        &["scenario.unknown-reference `$vars.d` is not known yet | is made by a step further down"],
    );
    check_steps(
        &format!("{}, {{ call: getItem, path: {{ id: $vars.d }}, query: {{ tenant: $vars.c }} }}", step("c")),
        &[],
    );
}

#[test]
fn names_are_given_once() {
    check("repeat: { max: 2, carry: { v: $.v } }", &[]);
    check(
        "repeat: { max: 2, collect: { v: $.v } }",
        &["scenario.duplicate-name `v` is saved twice | has a value already"],
    );
    check(
        "save: { c: $.c }, repeat: { max: 2, carry: { c: $.c } }",
        &["scenario.duplicate-name `c` is saved twice | has a value already"],
    );
    check(
        "repeat: { max: 2, carry: { c: $.c }, collect: { c: $.c } }",
        &["scenario.duplicate-name `c` is saved twice | has a value already"],
    );
}

#[test]
fn what_is_not_idempotent_says_that_twice_is_meant() {
    let file = |around: &str, step: &str| {
        let text = format!(
            "contest: 1\n{around}\nscenarios: {{ s: {{ steps: [{{ call: postItem, path: {{ id: x }}{step} }}] }} }}\n"
        );
        plan_file(&text, &Selection::default()).problems
    };
    let none: [&str; 0] = [];
    assert_eq!(file("", ", retry: { on: [connect] }"), none);
    assert_eq!(file("", ", retry: { on: [503], unsafe: true }"), none);
    assert_eq!(file("retry: { on: [503] }", ""), none);
    assert_eq!(file("retry: { unsafe: true }", ", retry: 2"), none);
    assert_eq!(
        file("", ", retry: { on: [connect, timeout, 503] }"),
        [
            "scenario.invalid-value POST is not idempotent: sent again after `timeout` or 503, it may have its effect twice | is not safe"
        ]
    );
    assert_eq!(
        file("retry: { on: [503] }", ", retry: 2"),
        [
            "scenario.invalid-value POST is not idempotent: sent again after 503, it may have its effect twice | is not safe"
        ]
    );
}

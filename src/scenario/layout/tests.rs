use super::verify::comments;
use super::{Layout, lay_out, quotes};
use crate::diagnostic::Problems;
use crate::limits::Limits;
use crate::source::Source;
use crate::yaml::{Dialect, load};

fn laid(text: &str) -> Option<Layout> {
    lay_out(&Limits::default(), &mut Problems::new(&Source::new("x.contest.yaml", text)))
}

/// The text is laid out as expected, and what is expected stays as it is.
fn check(text: &str, expected: &str) {
    for text in [text, expected] {
        match laid(text) {
            Some(Layout::Canonical(found)) => assert_eq!(found, expected, "\n{text}\n-- gives\n{found}"),
            other => panic!("{text}\n-- gives {other:?}"),
        }
    }
}

/// The text is left untouched.
fn check_kept(text: &str) {
    assert_eq!(laid(text), Some(Layout::Kept), "{text}");
}

#[test]
fn keys_stand_in_the_order_of_the_reference() {
    check("api: x\ncontest: 1\ntitle: t\n", "contest: 1\ntitle: t\napi: x\n");
    check(
        "contest: 1\nscenarios:\n  a:\n    steps:\n      - expect:\n          body: { b: 1, a: 2 }\n          status: 200\n        call: x\n        id: i\n    title: t\n",
        "contest: 1\nscenarios:\n  a:\n    title: t\n    steps:\n      - id: i\n        call: x\n        expect:\n          status: 200\n          body: { b: 1, a: 2 }\n",
    );
}

#[test]
fn data_keeps_its_order_and_unknown_keys_their_neighbour() {
    check(
        "contest: 1\nvars:\n  z: 1\n  a: 2\nx-note: 1\ntitle: t\n",
        "contest: 1\ntitle: t\nvars:\n  z: 1\n  a: 2\nx-note: 1\n",
    );
    check("x-first: 1\ncontest: 1\n", "x-first: 1\ncontest: 1\n");
}

#[test]
fn comments_move_with_their_key() {
    check(
        "# The file.\n\n# Its api.\napi: x  # an api\ncontest: 1\n# The last.\n",
        "# The file.\n\n# Its api.\ncontest: 1\napi: x  # an api\n# The last.\n",
    );
    check(
        "contest: 1\nscenarios:\n  a:\n    steps:\n        # The first.\n        - call: x # calls\n          # inside\n",
        "contest: 1\nscenarios:\n  a:\n    steps:\n      # The first.\n      - call: x # calls\n        # inside\n",
    );
}

#[test]
fn a_comment_above_what_becomes_the_first_key_goes_above_the_dash() {
    check(
        "contest: 1\nscenarios:\n  a:\n    steps:\n      - call: x\n        # its name\n        id: i\n",
        "contest: 1\nscenarios:\n  a:\n    steps:\n      # its name\n      - id: i\n        call: x\n",
    );
}

#[test]
fn indents_are_two_spaces() {
    check(
        "contest:   1\nscenarios:\n    a:\n        # steps\n        steps:\n        -   call:  x\n            body:\n              - 1\n              -   - 2\n                  - 3\n        # behind\n    b:\n         steps: []\n",
        "contest: 1\nscenarios:\n  a:\n    # steps\n    steps:\n      - call: x\n        body:\n          - 1\n          - - 2\n            - 3\n    # behind\n  b:\n    steps: []\n",
    );
}

#[test]
fn of_blank_lines_one_is_kept() {
    check(
        "\n\ncontest: 1   \n\n\n\nscenarios:\n\n\n  a:\n    steps: []\n\n\n\n",
        "contest: 1\n\nscenarios:\n\n  a:\n    steps: []\n",
    );
}

#[test]
fn what_stands_in_lines_is_kept() {
    check(
        "contest: 1\nvars:\n    a: |\n        one\n          two  \n\n        three\n    b: { x: 1,\n      y: [ 2,3 ] }\n    c: >-\n      folded\n      text\n    d: \"a\n      b\"\n    e: plain\n       text\n",
        "contest: 1\nvars:\n  a: |\n      one\n        two  \n\n      three\n  b: { x: 1,\n    y: [ 2,3 ] }\n  c: >-\n    folded\n    text\n  d: \"a\n    b\"\n  e: plain\n     text\n",
    );
    check("contest: 1\nvars: &v\n    a: 1\nx-b: *v\n", "contest: 1\nvars: &v\n  a: 1\nx-b: *v\n");
    check(
        "contest: 1\nvars:\n  a: '# no comment'\n  b: x#y # one\n",
        "contest: 1\nvars:\n  a: '# no comment'\n  b: x#y # one\n",
    );
    check("---\n# c\ncontest: 1\n", "---\n# c\ncontest: 1\n");
}

#[test]
fn what_cannot_be_moved_is_left_untouched() {
    check_kept("{ contest: 1 }\n");
    check_kept("contest: 1\r\ntitle: x\r\n");
    check_kept("contest: 1\nvars:\n  a: |+\n    text\n\n\n\ntitle: x\n");
    check_kept("contest: 1\nscenarios:\n  a:\n    steps:\n      -\n        call: x\n");
    check_kept("contest: 1\nscenarios:\n  a:\n    steps:\n      - # inside\n        call: x\n");
    check_kept("contest: 1\nvars:\n  ? a\n  : 1\n");
    check_kept("contest: 1\n...\n");
}

#[test]
fn an_alias_stays_behind_its_anchor() {
    check("contest: 1\nvars:\n    a: &x 1\napi: *x\n", "contest: 1\nvars:\n  a: &x 1\napi: *x\n");
}

#[test]
fn what_is_no_yaml_is_reported() {
    let source = Source::new("x.contest.yaml", "contest: [1\ntitle: {");
    let mut problems = Problems::new(&source);
    assert_eq!(lay_out(&Limits::default(), &mut problems), None);
    assert!(problems.has_errors());
}

fn check_quotes(value: &str, expected: &str) {
    let around = |value: &str| format!("a:\n  - b: {{ c: {value}, d: [{value}] }} # {value}\n");
    let quoted = quotes::quote(&around(value)).unwrap_or_else(|| around(value));
    assert_eq!(quoted, around(expected).replace(&format!("# {expected}"), &format!("# {value}")));
}

#[test]
fn expressions_that_need_quotes_get_them() {
    check_quotes("$vars.x", "$vars.x");
    check_quotes("$steps.a.response.body[0].id", "\"$steps.a.response.body[0].id\"");
    check_quotes("$gen.int(1, 9)", "\"$gen.int(1, 9)\"");
    check_quotes("{$vars.x}", "\"{$vars.x}\"");
    check_quotes("run-{$run.id} of {$vars.y}", "\"run-{$run.id} of {$vars.y}\"");
    check_quotes("{$vars.base}/v2/{$vars.id}", "\"{$vars.base}/v2/{$vars.id}\"");
    check_quotes("\"{$vars.x}\"", "\"{$vars.x}\"");
    check_quotes("'{$vars.x}'", "'{$vars.x}'");
    check_quotes("{ $gte: 1 }", "{ $gte: 1 }");
    check_quotes("{$gte: 1}", "{$gte: 1}");
    check_quotes("$5.00", "$5.00");
    check_quotes("{ x: $gen.alnum(3), y: it's }", "{ x: $gen.alnum(3), y: it's }");
    check_quotes("<uuid>", "<uuid>");
}

#[test]
fn quotes_are_given_in_flow_style_only() {
    for text in [
        "a: run-{$run.id}\n",
        "a: $gen.int(1, 9)\n",
        "a: |\n  { b: {$vars.x} }\nc: 1\n",
        "a:\n  - >-\n    { b: {$vars.x} }\n",
        "# { b: {$vars.x} }\n",
        "a: \"{ b: {$vars.x} }\"\n",
        "\"{ b: {$vars.x} }\": 1\n",
        "a: body.x[0] == \"{ b: {$vars.x} }\"\n",
    ] {
        assert_eq!(quotes::quote(text), None, "{text}");
    }
    assert_eq!(quotes::quote("- { b: {$vars.x} }\n").as_deref(), Some("- { b: \"{$vars.x}\" }\n"));
}

#[test]
fn a_file_that_lacks_quotes_is_mended() {
    check(
        "contest: 1\napi: x\nscenarios:\n  a:\n    steps:\n      - call: x\n        path: { id: $steps.a.response.body[0], n: run-{$run.id} }\n",
        "contest: 1\napi: x\nscenarios:\n  a:\n    steps:\n      - call: x\n        path: { id: \"$steps.a.response.body[0]\", n: \"run-{$run.id}\" }\n",
    );
}

#[test]
fn comments_are_known_from_texts() {
    let source = Source::new("x.yaml", "# a\na: '# b' # c\nb#: x#d\nc: |\n  # e\nd: [ # f\n  \"# g\" ]\n#h");
    let node = load(Dialect::Ours, &Limits::default(), &mut Problems::new(&source)).expect("it is YAML");
    assert_eq!(comments(source.text(), &node), ["# a", "# c", "# f", "#h"]);
}

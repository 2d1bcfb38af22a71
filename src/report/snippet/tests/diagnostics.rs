//! Diagnostics: facts about files of ours.

use super::*;

#[test]
fn an_unknown_operation_is_pointed_at_with_a_suggestion() {
    let scenario = source("scenarios/marketplace/update.contest.yaml", 14, "      - call: updateOrder\n");
    let diagnostic =
        Diagnostic::error(Code::SCENARIO_UNKNOWN_OPERATION, "no operation `updateOrder` in api `ep`");
    let label = "did you mean `updateAnOrder`? (PUT /v2/orders/{orderID})";
    let diagnostic = diagnostic.label(&scenario, span(&scenario, "updateOrder"), label);
    let missing = Diagnostic::warning(Code::CONFIG_MISSING, "there is no `contest.yaml` here or above");
    let missing = missing.help("make one with `contest init`");
    check(
        &render_diagnostics(&[diagnostic, missing], &PLAIN),
        r#"
error[scenario.unknown-operation]: no operation `updateOrder` in api `ep`
   ╭▸ scenarios/marketplace/update.contest.yaml:14:15
14 │       - call: updateOrder
   │               ━━━━━━━━━━━ did you mean `updateAnOrder`? (PUT
   ╰╴                          /v2/orders/{orderID})

warning[config.missing]: there is no `contest.yaml` here or above
 ╰ help: make one with `contest init`
"#,
    );
    assert_eq!(render_diagnostics(&[], &PLAIN), "");
}

#[test]
fn places_in_several_files_stand_below_each_other() {
    let one = source("scenarios/a.contest.yaml", 3, "flows:\n  cancel:\n    steps: []\n");
    let two = source("scenarios/b.contest.yaml", 120, "flows:\n  cancel: {}\n");
    let diagnostic = Diagnostic::warning(Code::SCENARIO_DUPLICATE_NAME, "two flows are named `cancel`")
        .label(&two, span(&two, "cancel"), "this one is never called")
        .label(&one, span(&one, "cancel"), "this one is")
        .note("a flow of another file is called as `file#name`");
    check(
        &render_diagnostics(&[diagnostic], &PLAIN),
        r#"
warning[scenario.duplicate-name]: two flows are named `cancel`
    ╭▸ scenarios/b.contest.yaml:121:3
121 │   cancel: {}
    │   ━━━━━━ this one is never called
    ├▸ scenarios/a.contest.yaml:4:3
  4 │   cancel:
    │   ────── this one is
    ╰ a flow of another file is called as `file#name`
"#,
    );
}

#[test]
fn places_close_to_each_other_share_an_excerpt() {
    let file = source("a.contest.yaml", 9, "scenarios:\n  cancel:\n    steps: []\n\n  cancel:\n");
    let again = file.text().rfind("cancel").expect("it stands there twice");
    let near = Diagnostic::error(Code::YAML_DUPLICATE_KEY, "the key `cancel` stands twice")
        .label(&file, Span::new(again, again + 6), "again")
        .label(&file, span(&file, "cancel"), "first");
    check(
        &render_diagnostics(&[near], &PLAIN),
        r#"
error[yaml.duplicate-key]: the key `cancel` stands twice
   ╭▸ a.contest.yaml:13:3
10 │   cancel:
   │   ────── first
   ┆
13 │   cancel:
   ╰╴  ━━━━━━ again
"#,
    );

    let line = Source::new("b.contest.yaml", "{ first: 1, second: 2, first: 3 }");
    let same_line = Diagnostic::error(Code::YAML_DUPLICATE_KEY, "the key `first` stands twice")
        .label(&line, Span::new(23, 28), "again")
        .label(&line, Span::new(2, 7), "first");
    check(
        &render_diagnostics(&[same_line], &PLAIN),
        r#"
error[yaml.duplicate-key]: the key `first` stands twice
  ╭▸ b.contest.yaml:1:24
1 │ { first: 1, second: 2, first: 3 }
  ╰╴  ───── first          ━━━━━ again
"#,
    );

    let far = source("c.contest.yaml", 1, &format!("first: 1\n{}first: 2\n", "x: y\n".repeat(90)));
    let again = far.text().rfind("first").expect("it stands there twice");
    let far = Diagnostic::error(Code::YAML_DUPLICATE_KEY, "the key `first` stands twice")
        .label(&far, Span::new(again, again + 5), "again")
        .label(&far, Span::new(0, 5), "first");
    check(
        &render_diagnostics(&[far], &PLAIN),
        r#"
error[yaml.duplicate-key]: the key `first` stands twice
   ╭▸ c.contest.yaml:92:1
92 │ first: 2
   │ ━━━━━ again
   ├▸ c.contest.yaml:1:1
 1 │ first: 1
   ╰╴───── first
"#,
    );
}

#[test]
fn deep_lines_move_to_the_left() {
    let file = source("d.contest.yaml", 99, &format!("{}deep: [1, 2, three, four]\n", " ".repeat(50)));
    let code = Code::SCENARIO_TEXT_LOOKS_LIKE_EXPRESSION;
    let diagnostic =
        Diagnostic::error(code, "the headline of a long code is indented no further than four columns");
    let label = "a number is expected here, and the words that say so need more than one line";
    let diagnostic = diagnostic.label(&file, span(&file, "three"), label);
    check(
        &render_diagnostics(&[diagnostic], &PLAIN),
        r#"
error[scenario.text-looks-like-expression]: the headline of a long code is
    indented no further than four columns
   ╭▸ d.contest.yaml:99:64
99 │         deep: [1, 2, three, four]
   │                      ━━━━━ a number is expected here, and the words that
   ╰╴                           say so need more than one line
"#,
    );
}

#[test]
fn the_end_of_a_file_and_an_empty_file_can_be_pointed_at() {
    let file = Source::new("e.contest.yaml", "a: [1,\n");
    let end = file.text().len();
    let open = Diagnostic::error(Code::YAML_SYNTAX, "the list is not closed");
    let open = open.label(&file, Span::new(end, end), "`]` is missing");
    let nothing = Source::new("f.contest.yaml", "");
    let empty = Diagnostic::error(Code::SCENARIO_EMPTY, "the file is empty");
    let empty = empty.label(&nothing, Span::default(), "`contest: 1` is missing");
    check(
        &render_diagnostics(&[open, empty], &PLAIN),
        r#"
error[yaml.syntax]: the list is not closed
  ╭▸ e.contest.yaml:2:1
2 │
  ╰╴━ `]` is missing

error[scenario.empty]: the file is empty
  ╭▸ f.contest.yaml:1:1
1 │
  ╰╴━ `contest: 1` is missing
"#,
    );
}

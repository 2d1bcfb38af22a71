//! Flows: what they see, what they give, who they are sent as, and when what they made is removed.

use crate::lifecycle::{check, run, step, step_with};
use contest::engine::StepReport;

/// A file with these flows and one scenario with these steps.
fn file(flows: &str, steps: &str) -> String {
    format!("flows: {{ {flows} }}\nscenarios: {{ s: {{ steps: [{steps}] }} }}\n")
}

fn steps_of(text: &str) -> Vec<StepReport> {
    run(text, |_| {}).0.remove(0).steps
}

/// `id verdict` of every step, in the order of the report.
fn check_steps(text: &str, expected: &[&str]) {
    let found: Vec<String> = steps_of(text)
        .iter()
        .map(|step| match &step.reason {
            Some(reason) => format!("{} {}: {reason}", step.id, step.verdict),
            None => format!("{} {}", step.id, step.verdict),
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_flow_sees_its_inputs_and_gives_its_outputs() {
    let flow = "f: { inputs: { name: { type: string }, rest: { type: string, default: end } }, steps: [\
        { id: one, call: at, path: { name: $inputs.name }, save: { saved: $.id } }, \
        { call: at, path: { name: \"{$vars.saved}-{$inputs.rest}\" } }], \
        outputs: { id: $vars.saved, status: $steps.one.response.status } }";
    let call = "{ id: order, flow: f, with: { name: first }, save: { a: $outputs.id } }";
    let after =
        step_with("\"{$vars.a}-{$steps.order.outputs.status}\"", "when: steps.order.outputs.id == \"a1\"");
    check(&file(flow, &format!("{call}, {after}")), "first a1-end a1-200", "passed");
}

#[test]
fn values_given_are_resolved_where_they_are_written() {
    let inner =
        "inner: { inputs: { v: { type: string } }, steps: [{ call: at, path: { name: $inputs.v } }] }";
    let outer = "outer: { inputs: { v: { type: string } }, steps: [\
        { flow: inner, with: { v: \"{$inputs.v}-in\" } }, { flow: inner, with: { v: $inputs.v } }] }";
    check(
        &file(
            &format!("{inner}, {outer}"),
            "{ flow: outer, with: { v: x } }, { flow: inner, with: { v: y } }",
        ),
        "x-in x y",
        "passed",
    );
}

#[test]
fn a_failing_step_fails_the_call_and_ends_the_steps() {
    let flow = format!(
        "f: {{ steps: [{}, {}, {}] }}",
        step_with("broken", "id: one"),
        step_with("two", "id: two"),
        step_with("three", "id: three, always: true")
    );
    let text = file(&flow, &format!("{{ id: order, flow: f }}, {}", step("last")));
    check(&text, "broken three", "failed");
    check_steps(
        &text,
        &[
            "order failed: step order.one failed",
            "order.one failed",
            "order.two not run: step order.one failed",
            "order.three passed",
            "step2 not run: step order failed",
        ],
    );
}

#[test]
fn cleanup_of_a_flow_runs_at_the_end_in_its_own_scope() {
    let flow = "f: { inputs: { name: { type: string } }, steps: [{ call: at, path: { name: $inputs.name }, \
        save: { id: $.id }, cleanup: [{ call: at, path: { name: \"undo-{$inputs.name}-{$vars.id}\" } }] }] }";
    let call = |name: &str| {
        format!("{{ flow: f, with: {{ name: {name} }}, cleanup: [{}] }}", step(&format!("undo-call-{name}")))
    };
    check(
        &file(flow, &format!("{}, {}, {}", call("a"), call("b"), step("c"))),
        "a b c undo-b-a1 undo-call-b undo-a-a1 undo-call-a",
        "passed",
    );
}

#[test]
fn cleanup_of_a_call_is_due_once_something_of_its_flow_was_sent() {
    let flow = "f: { steps: [{ when: false, call: at, path: { name: a } }] }";
    let call = format!("{{ flow: f, cleanup: [{}] }}", step("undo"));
    check(&file(flow, &format!("{call}, {}", step("b"))), "b", "passed");
    let broken = format!("f: {{ steps: [{}] }}", step("broken"));
    check(&file(&broken, &format!("{{ flow: f, cleanup: [{}] }}", step("undo"))), "broken undo", "failed");
}

#[test]
fn a_flow_may_be_cleanup() {
    let flow = format!("f: {{ steps: [{}, {}] }}", step("undo-one"), step("undo-two"));
    check(&file(&flow, &step_with("a", "cleanup: [{ flow: f }]")), "a undo-one undo-two", "passed");
}

#[test]
fn a_call_may_be_left_out_run_always_and_known_to_fail() {
    let flow = format!("f: {{ steps: [{}] }}", step("a"));
    check(&file(&flow, "{ flow: f, when: 1 > 2 }"), "", "skipped");
    check(&file(&flow, &format!("{}, {{ flow: f, always: true }}", step("broken"))), "broken a", "failed");
    let broken = format!("f: {{ steps: [{}] }}", step("broken"));
    let text = file(&broken, "{ id: known, flow: f, xfail: { reason: is broken } }");
    check(&text, "broken", "xfailed");
    check_steps(&text, &["known xfailed: is broken", "known.step1 xfailed: is broken"]);
    check(&file(&flow, "{ flow: f, xfail: { reason: is broken } }"), "a", "xpassed");
}

#[test]
fn a_flow_of_which_nothing_was_sent_is_skipped() {
    let flow = "f: { steps: [{ when: false, call: at, path: { name: a } }] }";
    check(&file(flow, "{ flow: f }"), "", "skipped");
}

#[test]
fn outputs_that_have_no_value_error_the_call() {
    let flow = "f: { steps: [{ when: 1 > 2, call: at, path: { name: a }, save: { id: $.id } }, \
        { call: at, path: { name: b } }], outputs: { id: $vars.id } }";
    let text = file(flow, "{ id: order, flow: f }");
    check(&text, "b", "errored");
    let call = &steps_of(&text)[0];
    assert_eq!(call.findings[0].headline, "`$vars.id` has no value: nothing was saved under `id`");
    // Without a reader it may be left out.
    let optional = "{ id: order, flow: f, save: { a: { from: $outputs.missing, default: 1 } } }";
    let flow = format!(
        "f: {{ steps: [{}], outputs: {{ missing: {{ $cel: \"steps.step1.response.body.x\" }} }} }}",
        step("b")
    );
    check(&file(&flow, optional), "b", "errored");
}

#[test]
fn what_is_given_must_fit_when_it_is_known() {
    let flow = "f: { inputs: { n: { type: integer, minimum: 3 } }, steps: [{ call: at, path: { name: $inputs.n } }] }";
    check(
        &file(flow, &format!("{}, {{ flow: f, with: {{ n: $steps.step1.response.status }} }}", step("a"))),
        "a 200",
        "passed",
    );
    let text = file(
        flow,
        &format!("{}, {{ id: order, flow: f, with: {{ n: $steps.step1.response.body#/id }} }}", step("a")),
    );
    check(&text, "a", "errored");
    let call = &steps_of(&text)[1];
    assert_eq!(
        call.findings[0].headline,
        "the input `n` of the flow `f` does not fit: its schema says `type: \"integer\"`"
    );
}

#[test]
fn generated_values_of_two_calls_differ_and_repeat_with_the_seed() {
    let flow = "f: { inputs: { n: { type: string, default: \"{$gen.uuid}\" } }, steps: [{ call: at, path: { name: $inputs.n } }] }";
    let text = file(flow, "{ flow: f }, { flow: f }");
    let seen = |seed: u64| run(&text, |settings| settings.seed = Some(seed)).1;
    let (first, second) = (seen(7), seen(7));
    assert_eq!(first, second);
    assert_ne!(first[0], first[1]);
    assert_ne!(first, seen(8));
}

#[test]
fn a_flow_may_be_setup_and_teardown() {
    let flow = |name: &str| format!("{name}: {{ steps: [{}] }}", step(name));
    check(
        &format!(
            "flows: {{ {}, {} }}\nsetup: [{{ flow: make }}]\nteardown: [{{ flow: undo }}]\nscenarios: {{ s: {{ steps: [{}] }} }}\n",
            flow("make"),
            flow("undo"),
            step("a")
        ),
        "make a undo",
        "passed",
    );
}

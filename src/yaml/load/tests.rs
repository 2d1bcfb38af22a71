use super::*;
use crate::source::Source;
use serde_json::json;

fn read(dialect: Dialect, text: &str) -> (Option<Node>, Vec<String>) {
    let source = Source::new("t.yaml", text);
    let mut problems = Problems::new(&source);
    let node = load(dialect, &Limits::default(), &mut problems);
    let list = problems.into_list();
    (node, list.iter().map(|each| format!("{} {}", each.code, each.message)).collect())
}

fn check_value(text: &str, expected: serde_json::Value) {
    let (node, problems) = read(Dialect::Ours, text);
    assert_eq!(problems, Vec::<String>::new(), "{text}");
    assert_eq!(node.expect("it has a value").to_value(), expected, "{text}");
}

fn check_problem(dialect: Dialect, text: &str, expected: &str) {
    let (_, problems) = read(dialect, text);
    assert_eq!(problems, [expected], "{text}");
}

#[test]
fn values_are_read() {
    check_value(
        "a: 1\nb: [x, 'y', \"z\"]\nc:\n  d: null\n  e:\n",
        json!({"a": 1, "b": ["x", "y", "z"], "c": {"d": null, "e": null}}),
    );
    check_value("a: |\n  x\n  y\n", json!({"a": "x\ny\n"}));
    check_value("a: &x [1]\nb: *x\n", json!({"a": [1], "b": [1]}));
    check_value("a: \"\"\nb: ''\n", json!({"a": "", "b": ""}));
    check_value("{a: no, b: 2024-01-31}", json!({"a": "no", "b": "2024-01-31"}));
}

#[test]
fn files_of_ours_are_read_strictly() {
    let ours = Dialect::Ours;
    check_problem(ours, "a: 1\na: 2\n", "yaml.duplicate-key the key `a` stands twice in one map");
    check_problem(ours, "a: 012\n", "yaml.ambiguous-number `012` could be a number or a text");
    check_problem(ours, "a: .inf\n", "yaml.unsupported JSON has no number `.inf`");
    check_problem(ours, "a: !x 1\n", "yaml.unsupported the tag `x` has no meaning here");
    check_problem(
        ours,
        "b: &b {c: 1}\na:\n  <<: *b\n",
        "yaml.unsupported merge keys are not part of YAML 1.2",
    );
    check_problem(ours, "1: x\n", "yaml.unsupported the key `1` is a number, and keys are texts");
    check_problem(ours, "a: 1\n---\nb: 2\n", "yaml.unsupported a file holds one YAML document");
    check_problem(ours, "[a, b]: c\n", "yaml.unsupported a key is a text, not a collection");
}

#[test]
fn documents_are_read_leniently() {
    let (node, problems) =
        read(Dialect::Document, "200: a\nx: 012\nx: .inf\nb: &b {c: 1, d: 1}\ne: {<<: *b, c: 2}\n");
    let expected = json!({"200": "a", "x": ".inf", "b": {"c": 1, "d": 1}, "e": {"c": 2, "d": 1}});
    assert_eq!(node.expect("it has a value").to_value(), expected);
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn every_value_has_its_place() {
    let text = "é: {ü: 1}\nf: { g: [1, 2] }\nb:\n  - x y\n  - \"q\"\n\n# end\nc: 2\n";
    let source = Source::new("t", text);
    let mut problems = Problems::new(&source);
    let node = load(Dialect::Ours, &Limits::default(), &mut problems).expect("it is YAML");
    let at = |pointer: &str| {
        let pointer = crate::json::Pointer::parse(pointer).expect("a pointer");
        source.slice(node.at(&pointer).expect("it is there").span)
    };
    assert_eq!(at("/é/ü"), "1");
    assert_eq!(at("/é"), "{ü: 1}");
    assert_eq!(at("/f/g"), "[1, 2]");
    assert_eq!(at("/b/0"), "x y");
    assert_eq!(at("/b/1"), "\"q\"");
    assert_eq!(at("/b"), "- x y\n  - \"q\"");
    assert_eq!(at("/c"), "2");
}

#[test]
fn a_flow_collection_that_ends_too_far_left_is_explained() {
    let source = Source::new("t.yaml", "a:\n  b: {\n    \"c\": 1\n }\n");
    let mut problems = Problems::new(&source);
    assert!(load(Dialect::Document, &Limits::default(), &mut problems).is_none());
    let help: Vec<_> = problems.into_list().into_iter().flat_map(|each| each.help).collect();
    let expected =
        "every line of a `{ … }` or `[ … ]`, its end too, is indented deeper than the key it belongs to";
    assert_eq!(help, [expected]);
}

#[test]
fn bombs_stop_early() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let last = level - 1;
        let refs = vec![format!("*a{last}"); 10].join(",");
        bomb.push_str(&format!("a{level}: &a{level} [{refs}]\n"));
    }
    let (node, problems) = read(Dialect::Document, &bomb);
    assert!(node.is_none());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("yaml.limit"), "{problems:?}");
    let (node, problems) = read(Dialect::Ours, &"[".repeat(100_000));
    assert!(node.is_none());
    assert_eq!(problems.len(), 1, "{problems:?}");
}

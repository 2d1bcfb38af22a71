use super::Overlay;
use crate::diagnostic::Problems;
use crate::json::{Pointer, Value};
use crate::limits::Limits;
use crate::openapi::Document;
use crate::openapi::testing::render;
use crate::source::Source;
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

const DOCUMENT: &str = "openapi: 3.1.0
info: { title: Shop }
paths:
  /orders:
    get: { operationId: listOrders, parameters: [ { name: a, in: query }, { name: b, in: query }, { name: c, in: query } ] }
    put: { operationId: putOrder, deprecated: true }
x: { deep: { er: [ 1, { y: 2 } ] } }
";

fn read(text: &str) -> (Option<Arc<Overlay>>, Vec<String>) {
    let source = Source::new("o.yaml", text);
    let mut problems = Problems::new(&source);
    let overlay = Overlay::load(&Limits::default(), &mut problems);
    let list = problems.into_list();
    let shown = |each: &crate::diagnostic::Diagnostic| {
        let help = each.help.iter().map(|help| format!(" ({help})"));
        format!("{} | {}{}", render(each), each.labels[0].text, help.collect::<String>())
    };
    (overlay, list.iter().map(shown).collect())
}

fn apply_with(actions: &str, limits: &Limits) -> (Option<Arc<Document>>, Vec<String>) {
    let (overlay, problems) = read(&format!("overlay: 1.0.0\nactions:\n{actions}"));
    assert_eq!(problems, Vec::<String>::new(), "{actions}");
    let source = Source::new("shop.yaml", DOCUMENT);
    let mut problems = Problems::new(&source);
    let document = Document::load_overlaid(&[overlay.expect("it is read")], None, limits, &mut problems);
    let list = problems.into_list();
    let shown = |each: &crate::diagnostic::Diagnostic| {
        let help = each.help.iter().map(|help| format!(" ({help})"));
        format!("{} {}{}", each.labels[0].at.source.name(), render(each), help.collect::<String>())
    };
    (document, list.iter().map(shown).collect())
}

fn apply(actions: &str) -> Arc<Document> {
    let (document, problems) = apply_with(actions, &Limits::default());
    assert_eq!(problems, Vec::<String>::new(), "{actions}");
    document.expect("it loads")
}

fn check(actions: &str, pointer: &str, expected: Value) {
    let document = apply(actions);
    let pointer = Pointer::parse(pointer).expect("a pointer");
    assert_eq!(document.get(&pointer).cloned().unwrap_or_default(), expected, "{actions} {pointer}");
}

/// Where the value at a pointer was written: file, line and what stands there.
fn check_place(actions: &str, pointer: &str, expected: &str) {
    let document = apply(actions);
    let place = document.place_of(&Pointer::parse(pointer).expect("a pointer")).expect("it has a place");
    let slice = place.source.slice(place.span).lines().next().unwrap_or_default();
    assert_eq!(format!("{}:{} {slice}", place.source.name(), place.position().line), expected, "{pointer}");
}

const LIST: &str = "/paths/~1orders/get/parameters";

#[test]
fn maps_are_merged_and_lists_are_appended_to() {
    check(
        "- { target: $.info, update: { title: New, x: { a: 1 } } }",
        "/info",
        json!({"title": "New", "x": {"a": 1}}),
    );
    check(
        "- { target: $.x, update: { deep: { er: [ 3 ], new: 4 } } }",
        "/x/deep",
        json!({"er": [1, {"y": 2}, 3], "new": 4}),
    );
    check("- { target: $.x.deep.er, update: { z: 1 } }", "/x/deep/er", json!([1, {"y": 2}, {"z": 1}]));
    check("- { target: $.x.deep.er, update: [ 5, 6 ] }", "/x/deep/er", json!([1, {"y": 2}, 5, 6]));
    check("- { target: $, update: { info: , x: 7 } }", "/info", json!({"title": "Shop"}));
    check("- { target: $, update: { x: 7 } }", "/x", json!(7));
    check("- { target: $.info.title, update: Other }", "/info/title", json!("Other"));
    check("- { target: '$.paths.*.*', update: { tags: [ t ] } }", "/paths/~1orders/put/tags", json!(["t"]));
}

#[test]
fn what_is_removed_is_gone_and_the_rest_moves_up() {
    check("- { target: '$.paths[\"/orders\"].put', remove: true }", "/paths/~1orders/put", Value::Null);
    let remove = "- { target: '$..parameters[?@.name != \"b\"]', remove: true }";
    check(remove, LIST, json!([{"name": "b", "in": "query"}]));
    check_place(remove, &format!("{LIST}/0/name"), "shop.yaml:5 b");
    check(
        "- { target: '$..er', remove: true }\n- { target: $.x.deep, update: { er: 1 } }",
        "/x/deep/er",
        json!(1),
    );
    check("- { target: '$.x..*', remove: true }", "/x", json!({}));
}

#[test]
fn a_part_may_be_copied() {
    let place = "- { target: $.info, copy: $.x.deep }";
    check(place, "/info", json!({"title": "Shop", "er": [1, {"y": 2}]}));
    check_place(place, "/info/er/1/y", "shop.yaml:7 2");
}

#[test]
fn what_an_overlay_brings_in_has_its_place_there() {
    let actions = "- target: $.paths['/orders'].get
  update:
    responses: { '200': { description: fine } }
    parameters: [ { name: d, in: query } ]
- target: $.paths['/orders'].get.parameters[0]
  remove: true";
    check_place(actions, "/paths/~1orders/get/responses/200/description", "o.yaml:5 fine");
    check_place(actions, &format!("{LIST}/1/name"), "shop.yaml:5 c");
    check_place(actions, &format!("{LIST}/2/name"), "o.yaml:6 d");
    check_place(actions, "/paths/~1orders/get/operationId", "shop.yaml:5 listOrders");
}

#[test]
fn a_target_that_fits_nothing_is_said() {
    let check = |action: &str, expected: &str| {
        let (document, problems) = apply_with(&format!("- {action}"), &Limits::default());
        assert!(document.is_some());
        assert_eq!(problems, [expected], "{action}");
    };
    check(
        "{ target: '$.paths[\"/order\"].get', update: {} }",
        "o.yaml 3:13 overlay.target `$.paths[\"/order\"].get` selects nothing in the document \
         (`$.paths` has no `/order`; did you mean `/orders`?)",
    );
    check(
        "{ target: $.components, remove: true }",
        "o.yaml 3:13 overlay.target `$.components` selects nothing in the document (the document has no `components`)",
    );
    check(
        "{ target: '$.paths[?@.x]', remove: true }",
        "o.yaml 3:13 overlay.target `$.paths[?@.x]` selects nothing in the document",
    );
    check("{ target: $, remove: true }", "o.yaml 3:13 overlay.target the whole document cannot be removed");
    check(
        "{ target: $.info, update: text }",
        "o.yaml 3:13 overlay.target a text cannot be merged into `$.info`, which is a map",
    );
    check(
        "{ target: $.info.title, update: {} }",
        "o.yaml 3:13 overlay.target a map cannot be merged into `$.info.title`, which is neither a map nor a list",
    );
    check(
        "{ target: '$.paths[\"/orders\"].get.responses[\"200\"].x', remove: true }",
        "o.yaml 3:13 overlay.target `$.paths[\"/orders\"].get.responses[\"200\"].x` selects nothing in the document \
         (`$.paths['/orders'].get` has no `responses`)",
    );
    check(
        "{ target: $.paths, update: { /items: { $ref: \"#/x/deep\" } } }\n- { target: '$.paths[\"/items\"].get', remove: true }",
        "o.yaml 4:13 overlay.target `$.paths[\"/items\"].get` selects nothing in the document \
         (`$.paths['/items']` is a `$ref` to `#/x/deep`: target what it leads to)",
    );
    check(
        "{ target: $.info, copy: '$..name' }",
        "o.yaml 3:27 overlay.target `$..name` selects 3 values, and one is copied",
    );
}

#[test]
fn what_is_no_overlay_is_refused_with_its_place() {
    let check = |text: &str, expected: &[&str]| {
        let (overlay, problems) = read(text);
        assert!(overlay.is_none(), "{text}");
        assert_eq!(problems, expected, "{text}");
    };
    check("- a", &["1:1 document.syntax an overlay is a map, not a list | is a list"]);
    check(
        "actions: [ { target: $, update: {} } ]",
        &[
            "1:1 overlay.invalid the overlay does not state its version | an overlay starts with a line such as `overlay: 1.0.0`",
        ],
    );
    check(
        "overlay: 2.0.0\nactions: [ { target: $, update: {} } ]",
        &[
            "1:10 overlay.invalid Overlay `2.0.0` is not supported by this version of contest | 1.0 and 1.1 are read",
        ],
    );
    check("overlay: 1.0.0", &["1:1 overlay.invalid an overlay needs the key `actions` | lacks `actions`"]);
    check(
        "overlay: 1.0.0\nactions: []",
        &["2:10 overlay.invalid `actions` is empty, and an overlay has at least one | lists nothing"],
    );
    check(
        "overlay: 1.0.0\nactions: {}",
        &["2:10 overlay.invalid `actions` is a list, not a map | is no list"],
    );
    check(
        "overlay: 1.0.0\nactions: [ 7, { update: {} }, { target: 7 }, { target: /a, remove: true }, { target: '$.a[', remove: true }, { target: $, remove: 'yes' } ]",
        &[
            "2:12 overlay.invalid an action is a map, not a number | is no map",
            "2:15 overlay.invalid an action needs the key `target` | lacks `target`",
            "2:41 overlay.invalid `target` is a JSONPath, not a number | is no text",
            "2:56 overlay.invalid `/a` is not a JSONPath (RFC 9535) | a JSONPath starts with `$`, as `$.paths['/orders'].get`",
            "2:90 overlay.invalid `$.a[` is not a JSONPath (RFC 9535) | reads up to here: `$.a`",
            "2:131 overlay.invalid `remove` is `true` or `false`, not a text | is neither",
        ],
    );
}

#[test]
fn what_is_passed_over_is_said() {
    let (overlay, problems) = read(
        "overlay: 1.2.0\nextend: x\nx-y: 1\nactions: [ { target: $, updat: {} }, { target: $, update: {}, x-z: 1 } ]",
    );
    assert!(overlay.is_some());
    assert_eq!(
        problems,
        [
            "1:10 document.lenient Overlay 1.2.0 is read as 1.1 | is newer than what is known",
            "2:1 overlay.unknown-key `extend` is no field of an overlay | did you mean `extends`?",
            "4:25 overlay.unknown-key `updat` is no field of an action | did you mean `update`?",
            "4:22 overlay.target the action changes nothing | lacks `update`, `remove` and `copy`",
        ]
    );
}

#[test]
fn copies_of_copies_end_at_a_limit() {
    let limits = Limits { nodes: 1_000, depth: 12, ..Limits::default() };
    let check = |actions: &str, expected: &str| {
        let (document, problems) = apply_with(&actions.repeat(20), &limits);
        assert!(document.is_some());
        let problem = problems.first().expect("there is one");
        assert!(problem.ends_with(expected), "{problem}");
    };
    let larger = "the document with its overlays is larger than the limit";
    check(
        "- { target: $.x, update: { a: {} } }\n- { target: $.x.a, copy: $.x }\n- { target: $.x.deep, remove: true }\n- { target: $.x, update: { deep: 1 } }\n",
        &format!("{larger} `depth` of 12"),
    );
    check(
        "- { target: $.x.deep.er, copy: $.x.deep.er }\n",
        &format!("{larger} `nodes` of 1000 (`--limit nodes=2000` allows it)"),
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &["paths", "a", "b", "get", "0", "", "x"];
    let leaf =
        prop_oneof![Just(Value::Null), Just(json!(7)), Just(json!("t")), any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..4).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_takes_any_overlay(
        tree in any_json(),
        updates in prop::collection::vec((0_usize..9, any_json(), 0_usize..3), 1..5),
    ) {
        const TARGETS: [&str; 9] =
            ["$", "$.x", "$.x.*", "$..*", "$..a", "$..[0]", "$.x[-1]", "$.x[?@.a == 7]", "$..b[1:]"];
        let actions: Vec<Value> = updates
            .into_iter()
            .map(|(target, value, kind)| match kind {
                0 => json!({"target": TARGETS[target], "update": value}),
                1 => json!({"target": TARGETS[target], "remove": true}),
                _ => json!({"target": TARGETS[target], "copy": "$.x"}),
            })
            .collect();
        let (overlay, _) = read(&json!({"overlay": "1.0.0", "actions": actions}).to_string());
        let source = Source::new("t.json", json!({"openapi": "3.1.0", "x": tree}).to_string());
        let mut problems = Problems::new(&source);
        let limits = Limits { nodes: 20_000, ..Limits::default() };
        let document = Document::load_overlaid(&[overlay.expect("it is read")], None, &limits, &mut problems);
        // What is in the tree was written somewhere.
        let Some(document) = document else { return Ok(()) };
        let mut open = vec![(Pointer::root(), document.root())];
        while let Some((pointer, value)) = open.pop() {
            prop_assert!(document.place_of(&pointer).is_some(), "{pointer} of {}", document.root());
            match value {
                Value::Object(members) => open.extend(members.iter().map(|(name, it)| (pointer.child(name.as_str()), it))),
                Value::Array(list) => {
                    open.extend(list.iter().enumerate().map(|(index, it)| (pointer.child(index.to_string()), it)));
                }
                _ => {}
            }
        }
    }
}

use crate::mock::testing::{HEAD, SHOP, document, load};

/// Loads the head with what a test adds; each expected line is code, message and label.
fn check(rest: &str, expected: &[&str]) {
    check_whole(&format!("{HEAD}{rest}"), expected);
}

fn check_whole(text: &str, expected: &[&str]) {
    let (rules, problems) = load(&document(SHOP), text);
    let found: Vec<String> = problems
        .iter()
        .map(|each| format!("{} | {} | {}", each.code, each.message, each.labels[0].text))
        .collect();
    assert_eq!(found, expected, "{text}");
    let has_errors = problems.iter().any(|each| each.level == crate::diagnostic::Level::Error);
    assert_eq!(rules.is_none(), has_errors, "{text}");
}

/// One rule for `getItem` with more keys; the rule is complete.
fn check_rule(rest: &str, expected: &[&str]) {
    check(&format!("rules:\n  - {{ on: getItem, reply: item, {rest} }}\n"), expected);
}

/// One value as the body of a reply of `updateItem`.
fn check_body(body: &str, expected: &[&str]) {
    check(&format!("rules:\n  - {{ on: updateItem, reply: {{ status: 200, body: {body} }} }}\n"), expected);
}

#[test]
fn the_smallest_file() {
    check_whole("{ mock: 1, document: shop.yaml, rules: [] }", &[]);
    check_whole(
        "{ mock: 2, rules: {} }",
        &[
            "mock.invalid-value | the rules are of a version that is not known | is not 1",
            "mock.invalid-value | a rules file needs the key `document` | lacks `document`",
            "mock.invalid-value | `rules` is a list, not a map | is a map",
        ],
    );
    check_whole("[]", &["mock.invalid-value | a rules file is a map, not a list | is a list"]);
}

#[test]
fn unknown_keys_are_named_with_what_was_meant() {
    check_rule("whn: 'true'", &["mock.unknown-key | a rule has no key `whn` | did you mean `when`?"]);
    check(
        "rules: []\nfaults: {}\n",
        &[
            "mock.not-supported | `faults` is part of the language, but not of this version of contest | not supported yet",
        ],
    );
}

#[test]
fn operations_are_ids_or_methods_with_templates() {
    check("rules: [{ on: 'GET /items/{itemID}', reply: item }]\n", &[]);
    check("rules: [{ on: [getItem, 'PUT /items/{itemID}'], reply: item }]\n", &[]);
    check(
        "rules: [{ on: [getItm, getItem], reply: item }]\n",
        &[
            "mock.unknown-operation | no operation `getItm` in shop.yaml | did you mean `getItem`? (GET /items/{itemID})",
        ],
    );
    check(
        "rules: [{ on: 'GET /item', reply: missing }]\n",
        &["mock.unknown-operation | no operation `GET /item` in shop.yaml | did you mean `GET /items`?"],
    );
    check(
        "rules: [{ on: zebra, reply: missing }]\n",
        &["mock.unknown-operation | no operation `zebra` in shop.yaml | is not in the document"],
    );
    check("rules: [{ reply: item }]\n", &["mock.invalid-value | a rule needs the key `on` | lacks `on`"]);
}

#[test]
fn names_in_conditions_exist() {
    check_rule("when: item != null && requestValid && has(headers.accept)", &[]);
    check_rule(
        "when: itm == null",
        &["mock.unknown-reference | there is no name `itm` | did you mean `item`?"],
    );
    check_rule(
        "when: path.itemId == \"a\"",
        &[
            "mock.unknown-reference | no operation here has a path parameter `itemId` | did you mean `itemID`?",
        ],
    );
    check_rule(
        "when: size(all.item) > 0",
        &["mock.unknown-reference | `state` has no collection `item` | did you mean `items`?"],
    );
    check_rule(
        "when: has(headers.Authorization)",
        &[
            "mock.unknown-reference | `headers.Authorization` never exists: the names of headers are in lower case here \
            | did you mean `headers.authorization`?",
        ],
    );
    check_rule(
        "when: token.role == \"x\"",
        &["mock.unknown-reference | `token.role` never exists | the rules issue no tokens"],
    );
    check_rule("when: 'all.items.exists(other, other.price > item.price)'", &[]);
}

#[test]
fn conditions_parse() {
    let (_, problems) =
        load(&document(SHOP), &format!("{HEAD}rules: [{{ on: getItem, reply: item, when: 'item ==' }}]\n"));
    assert_eq!(
        problems.iter().map(|each| each.code.as_str()).collect::<Vec<_>>(),
        ["mock.invalid-expression"]
    );
    check_rule(
        "when: true",
        &["mock.invalid-value | `when` is a CEL expression, and so a text, not a boolean | is a boolean"],
    );
}

#[test]
fn names_in_values_exist() {
    check_body("$item", &[]);
    check_body("{ id: $path.itemID, at: \"seen {$now}\", cost: $5, same: $$item, list: $all.items }", &[]);
    check_body("$itm", &["mock.unknown-reference | there is no name `itm` | did you mean `item`?"]);
    check_body("\"seen {$nw}\"", &["mock.unknown-reference | there is no name `nw` | did you mean `now`?"]);
    check_body("$all.thing", &["mock.unknown-reference | `state` has no collection `thing` | is not known"]);
    check_body(
        "{ $cel: 'itm.id' }",
        &["mock.unknown-reference | there is no name `itm` | did you mean `item`?"],
    );
    check_body("{ $literal: $itm }", &[]);
}

#[test]
fn nothing_private_is_sent() {
    check_body(
        "{ cost: $item._cost }",
        &["mock.invalid-value | `item._cost` is private, and would be sent | never leaves the mock"],
    );
    check_body(
        "{ cost: { $cel: 'item._cost + 1' } }",
        &["mock.invalid-value | `item._cost` is private, and would be sent | never leaves the mock"],
    );
    check_rule("when: item._cost == 3", &[]);
}

#[test]
fn replies_are_given_what_they_need() {
    let refused = "  refused: { status: 409, body: { error: \"{$title}: {$detail}\" } }\n";
    let uses = |given: &str| format!("{refused}rules: [{{ on: updateItem, reply: {given} }}]\n");
    check(&uses("{ use: refused, title: T, detail: $item.name }"), &[]);
    let second = "  - { on: updateItem, when: 'true', reply: { use: refused, title: T } }\n";
    let first = "  - { on: updateItem, when: 'true', reply: { use: refused, title: T, detail: D } }\n";
    check(
        &format!("{refused}rules:\n{first}{second}"),
        &["mock.unknown-reference | the reply `refused` needs `detail` | is given no `detail`"],
    );
    check(
        &uses("{ use: refusd, title: T }"),
        &[
            "mock.unknown-reference | there is no name `title` | is not known",
            "mock.unknown-reference | there is no name `detail` | is not known",
            "mock.unknown-reference | `replies` has no reply `refusd` | did you mean `refused`?",
        ],
    );
    check(
        &uses("{ use: refused, title: T, detail: D, status: 400 }"),
        &["mock.invalid-value | `status` cannot be given to a reply | belongs to the reply itself"],
    );
    check(
        &uses("{ use: refused, title: T, detail: D, item: 1 }"),
        &["mock.invalid-value | `item` cannot be given to a reply | already means something else"],
    );
}

#[test]
fn replies_have_a_documented_status() {
    check(
        "rules: [{ on: removeItem, reply: item }]\n",
        &["mock.undocumented-status | 200 is not documented for `removeItem` | the document has 204, 404"],
    );
    check(
        "rules: [{ on: removeItem, reply: { status: 100 } }]\n",
        &["mock.invalid-value | `status` is a final status code, from 200 to 599 | is none"],
    );
    check(
        "rules: [{ on: removeItem, reply: { body: 1 } }]\n",
        &["mock.invalid-value | a reply needs the key `status` | lacks `status`"],
    );
    check(
        "rules: [{ on: removeItem, reply: { status: 204, headers: { 'a b': x } } }]\n",
        &["mock.invalid-value | `a b` cannot be the name of a header | is no token of HTTP"],
    );
}

#[test]
fn effects_change_places_of_entities() {
    check_rule(
        "do: [{ set: { item.name: x, 'item.lines[0]': $now } }, { unset: item.name }, { remove: [item] }]",
        &[],
    );
    check_rule(
        "do: [{ insert: { items: { name: x } } }, { insert: { item: {} } }, { insert: { item.lines: x } }]",
        &[],
    );
    check_rule(
        "do: [{ set: { itm.name: x } }]",
        &["mock.unknown-reference | `load` has no entity `itm` | did you mean `item`?"],
    );
    check_rule(
        "do: [{ set: { 'item.': x } }]",
        &["mock.invalid-value | `item.` is no place in an entity | cannot be read"],
    );
    check_rule(
        "do: [{ set: { item.id: x } }]",
        &[
            "mock.invalid-value | `item.id` is the key of its collection, and stays as it is | cannot be changed",
        ],
    );
    check_rule(
        "do: [{ unset: item }]",
        &["mock.invalid-value | `item` is a whole entity, and `unset` takes members away | names no member"],
    );
    check_rule(
        "do: [{ when: 'true' }]",
        &[
            "mock.invalid-value | an effect changes something: `set`, `merge`, `unset`, `insert`, `remove` or `later` | changes nothing",
        ],
    );
}

#[test]
fn effects_can_be_put_off() {
    check_rule("do: [{ later: { after: { requests: 2 }, do: [{ set: { item.name: x } }] } }]", &[]);
    check_rule("do: [{ when: 'true', later: { after: { seconds: 0.5 }, do: [{ remove: item }] } }]", &[]);
    let number = "mock.invalid-value | `requests` is a number from 1 to 1000 | is none";
    for wrong in ["0", "1.5", "1001", "two"] {
        check_rule(&format!("do: [{{ later: {{ after: {{ requests: {wrong} }}, do: [] }} }}]"), &[number]);
    }
    check_rule(
        "do: [{ later: { after: { seconds: -1 }, do: [] } }]",
        &["mock.invalid-value | `seconds` is a number from 0 to 3600 | is none"],
    );
    for wrong in ["{}", "{ requests: 1, seconds: 1 }"] {
        check_rule(
            &format!("do: [{{ later: {{ after: {wrong}, do: [] }} }}]"),
            &["mock.invalid-value | `after` has one of `requests` and `seconds` | is none"],
        );
    }
    check_rule(
        "do: [{ later: { after: { seconds: 1 }, do: [{ set: { itm.name: x } }] } }]",
        &["mock.unknown-reference | `load` has no entity `itm` | did you mean `item`?"],
    );
}

#[test]
fn rules_below_one_without_a_guard_are_not_reached() {
    check(
        "rules: [{ on: getItem, reply: item }, { on: getItem, reply: missing }]\n",
        &[
            "mock.unreachable-rule | the rule is never reached: one above it answers the operation without a `when` \
            | is never reached",
        ],
    );
    check("rules: [{ on: getItem, reply: item }, { on: [getItem, updateItem], reply: missing }]\n", &[]);
}

#[test]
fn names_are_distinct_and_lead_somewhere() {
    check(
        "let: { item: '1', path: '1', a-b: '1' }\nrules: []\n",
        &[
            "mock.invalid-value | the name `item` is taken | already means something else",
            "mock.invalid-value | the name `path` is taken | already means something else",
            "mock.invalid-value | `a-b` cannot be a name in an expression | is not a name",
        ],
    );
    check(
        "let: { a: b + 1, b: c, c: a, d: a }\nrules: []\n",
        &[
            "mock.invalid-value | `a` is computed from itself | leads back to its own name",
            "mock.invalid-value | `b` is computed from itself | leads back to its own name",
            "mock.invalid-value | `c` is computed from itself | leads back to its own name",
        ],
    );
}

fn check_state(state: &str, expected: &[&str]) {
    check_whole(&format!("mock: 1\ndocument: shop.yaml\nstate: {{ items: {state} }}\nrules: []\n"), expected);
}

#[test]
fn items_have_keys_of_their_own() {
    check_state("{ key: sku, items: [{ sku: 1 }, { sku: x }] }", &[]);
    check_state(
        "{ items: [{ name: x }] }",
        &["mock.invalid-value | an item of `items` needs a text or a number as its key `id` | lacks `id`"],
    );
    check_state(
        "{ items: [{ id: 1 }, { id: \"1\" }] }",
        &["mock.invalid-value | `items` already has an entity `1` | stands twice"],
    );
    check_state("{ items: [1] }", &["mock.invalid-value | an item is a map, not a number | is no map"]);
    check_state("{ template: [] }", &["mock.invalid-value | `template` is a map, not a list | is a list"]);
    check_state(
        "{ items: [{ id: $nw }] }",
        &["mock.unknown-reference | there is no name `nw` | did you mean `now`?"],
    );
    check_whole(
        "{ mock: 1, document: shop.yaml, load: { a: { from: item, id: path.itemID } }, state: { items: {} }, \
            rules: [{ on: getItem, reply: { status: 200 } }] }",
        &["mock.unknown-reference | `state` has no collection `item` | did you mean `items`?"],
    );
}

fn check_head(head: &str, expected: &[&str]) {
    check_whole(&format!("mock: 1\ndocument: shop.yaml\n{head}\nrules: []\n"), expected);
}

#[test]
fn seed_and_clock() {
    check_head("clock: { start: \"2020-01-01T00:00:00Z\", tick: 5m }\nseed: 18446744073709551615", &[]);
    check_head("seed: -1", &["mock.invalid-value | `seed` is an integer of 64 bits, from 0 | is a number"]);
    check_head("clock: { start: noon }", &["mock.invalid-value | `noon` is no moment | cannot be read"]);
    check_head("clock: { tick: 1 }", &["mock.invalid-value | `tick` is a duration | cannot be read as one"]);
}

#[test]
fn tokens_are_issued_by_an_operation() {
    let tokens = |rest: &str| format!("tokens: {{ issue: issueToken, grants: {{ code: {{}} }}, {rest} }}");
    check_head(&tokens("reply: { access_token: $accessToken }, ttl: 1h"), &[]);
    check_head(
        &tokens("reply: { access_token: $accesToken }"),
        &["mock.unknown-reference | there is no name `accesToken` | did you mean `accessToken`?"],
    );
    check_head(&tokens("reply: {}, refused: { status: 400, body: { error: $requestProblems } }"), &[]);
    check_head(
        &tokens("reply: {}, refused: { status: 402 }"),
        &["mock.undocumented-status | 402 is not documented for `issueToken` | the document has 200, 400"],
    );
    check_head(
        "tokens: { issue: POST /tokens, grants: {}, reply: {} }",
        &["mock.unknown-operation | no operation `POST /tokens` in shop.yaml | did you mean `POST /token`?"],
    );
    check_head(
        "tokens: {}",
        &[
            "mock.invalid-value | `tokens` needs the key `issue` | lacks `issue`",
            "mock.invalid-value | `tokens` needs the key `grants` | lacks `grants`",
            "mock.invalid-value | `tokens` needs the key `reply` | lacks `reply`",
        ],
    );
    check(
        "tokens: { issue: issueToken, grants: { code: { claims: { role: x } } }, reply: {} }\n\
            rules: [{ on: getItem, when: token.rol == \"x\", reply: item }]\n",
        &["mock.unknown-reference | no grant has a claim `rol` | did you mean `role`?"],
    );
}

#[test]
fn the_document_is_named_with_its_place() {
    let source = crate::source::Source::new("r.yaml", "mock: 1\ndocument: a.yaml\n");
    let mut problems = crate::diagnostic::Problems::new(&source);
    let limits = crate::limits::Limits::default();
    let root = crate::yaml::load(crate::yaml::Dialect::Ours, &limits, &mut problems).expect("it is YAML");
    let (path, span) = super::Rules::document_path(&root).expect("it is named");
    assert_eq!((path, source.slice(span)), ("a.yaml", "a.yaml"));
}

#[test]
fn no_part_of_a_file_panics() {
    let rules = "let: { change: 'has(body.name) ? body : {}' }\ntokens: { issue: POST /token, ttl: 1h, grants: \
        { code: { require: [a], claims: { role: x } } }, reply: { access_token: $accessToken } }\nrules:\n  - on: \
        [updateItem, 'GET /items/{itemID}']\n    when: item != null && token.role == \"x\"\n    do:\n      - { when: \
        has(change.name), set: { \"item.lines[0]\": $change.name }, unset: [item.name], insert: { items: {} } }\n    \
        reply: { use: missing, title: \"{$now}\" }\n";
    let whole = format!("{HEAD}{rules}");
    let document = document(SHOP);
    for end in 0..whole.len() {
        load(&document, &whole[..end]);
        for length in [4, 30] {
            load(&document, &format!("{}{}", &whole[..end], &whole[(end + length).min(whole.len())..]));
        }
    }
    let (rules, problems) = load(&document, &whole);
    assert!(rules.is_some(), "{problems:?}");
}

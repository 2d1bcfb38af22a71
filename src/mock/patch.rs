//! Changes to one JSON value: the deep merge of a template, and the edits that effects are made of.

use crate::json::{Map, Pointer, Value, type_name};

/// An entity may hold so many values; a merge that adds members for ever ends here.
pub(super) const MAX_VALUES: usize = 100_000;

/// Lays `item` over `template`: objects member by member, anything else replaces what is there. A
/// null replaces too: unlike a merge patch, an item cannot take a member of the template away.
pub(super) fn overlay(template: &Value, item: Value) -> Value {
    match (template, item) {
        (Value::Object(template), Value::Object(item)) => {
            let mut whole = template.clone();
            for (name, value) in item {
                let value = match whole.get(&name) {
                    Some(below) => overlay(below, value),
                    None => value,
                };
                whole.insert(name, value);
            }
            Value::Object(whole)
        }
        (_, item) => item,
    }
}

/// Sets the value at a place; objects that are missing on the way are made.
///
/// # Errors
/// Words for what stands on the way and is no object, or for an element that does not exist.
pub(super) fn set(whole: &mut Value, at: &Pointer, new: Value) -> Result<(), String> {
    *place(whole, at)? = new;
    Ok(())
}

/// Merges a patch into the value at a place; a missing value counts as none.
///
/// # Errors
/// As for [`set`].
///
/// Source: RFC 7396 §2.
pub(super) fn merge(whole: &mut Value, at: &Pointer, patch: Value) -> Result<(), String> {
    merge_patch(place(whole, at)?, patch);
    Ok(())
}

/// Removes the member or element at a place, if it is there.
pub(super) fn unset(whole: &mut Value, at: &Pointer) {
    let Some(token) = at.tokens().last() else { return };
    match at.parent().get_mut(whole) {
        Some(Value::Object(members)) => {
            // `remove` would move the last member into the gap.
            members.shift_remove(token.as_str());
        }
        Some(Value::Array(elements)) => {
            if let Some(index) = crate::json::array_index(token).filter(|index| *index < elements.len()) {
                elements.remove(index);
            }
        }
        _ => {}
    }
}

/// Appends an element to the array at a place; a missing or null one is made.
///
/// # Errors
/// As for [`set`], and words for a value that is no array.
pub(super) fn append(whole: &mut Value, at: &Pointer, new: Value) -> Result<(), String> {
    let target = place(whole, at)?;
    match target {
        Value::Array(elements) => elements.push(new),
        Value::Null => *target = Value::Array(vec![new]),
        other => return Err(format!("`{at}` is {}, so nothing can be appended", type_name(other))),
    }
    Ok(())
}

/// Whether a value holds at most `limit` values, itself and all within counted.
pub(super) fn is_within(value: &Value, limit: usize) -> bool {
    fn count(value: &Value, left: &mut usize) -> bool {
        match left.checked_sub(1) {
            Some(rest) => *left = rest,
            None => return false,
        }
        match value {
            Value::Array(elements) => elements.iter().all(|each| count(each, left)),
            Value::Object(members) => members.values().all(|each| count(each, left)),
            _ => true,
        }
    }
    count(value, &mut { limit })
}

/// The value at a pointer, made of objects and a null where it is missing.
fn place<'v>(whole: &'v mut Value, at: &Pointer) -> Result<&'v mut Value, String> {
    let mut value = whole;
    for (depth, token) in at.tokens().iter().enumerate() {
        let here = || Pointer::of(at.tokens()[..depth].iter().cloned());
        // A null on the way is as good as nothing: a member that may be null gets an object.
        if value.is_null() && depth > 0 {
            *value = Value::Object(Map::new());
        }
        value = match value {
            Value::Object(members) => members.entry(token.as_str()).or_insert(Value::Null),
            Value::Array(elements) => {
                let length = elements.len();
                crate::json::array_index(token)
                    .and_then(|index| elements.get_mut(index))
                    .ok_or_else(|| format!("`{}` has {length} elements, and none at `{token}`", here()))?
            }
            other => {
                let what = if depth == 0 { "the entity".to_owned() } else { format!("`{}`", here()) };
                return Err(format!("{what} is {}, so it has no member `{token}`", type_name(other)));
            }
        };
    }
    Ok(value)
}

fn merge_patch(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(members) = target {
        for (name, value) in patch {
            if value.is_null() {
                members.shift_remove(&name);
            } else {
                merge_patch(members.entry(name).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(text: &str) -> Pointer {
        Pointer::parse(text).expect("a pointer")
    }

    fn check_overlay(template: Value, item: Value, expected: Value) {
        assert_eq!(overlay(&template, item).to_string(), expected.to_string());
    }

    #[test]
    fn an_item_is_laid_over_the_template() {
        check_overlay(json!({"a": 1, "b": 2}), json!({"b": 3, "c": 4}), json!({"a": 1, "b": 3, "c": 4}));
        check_overlay(json!({"a": {"x": 1, "y": 2}}), json!({"a": {"y": 3}}), json!({"a": {"x": 1, "y": 3}}));
        check_overlay(json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]}));
        check_overlay(json!({"a": {"x": 1}}), json!({"a": null}), json!({"a": null}));
        check_overlay(json!({"a": 1}), json!({"a": {"x": 1}}), json!({"a": {"x": 1}}));
    }

    fn check_set(pointer: &str, expected: Result<Value, &str>) {
        let mut value = json!({"a": {"b": 1}, "list": [1, 2], "null": null});
        let found = set(&mut value, &at(pointer), json!("new")).map(|()| value);
        assert_eq!(found, expected.map_err(str::to_owned), "{pointer}");
    }

    #[test]
    fn setting_makes_what_is_missing_on_the_way() {
        check_set("/a/b", Ok(json!({"a": {"b": "new"}, "list": [1, 2], "null": null})));
        check_set("/x/y", Ok(json!({"a": {"b": 1}, "list": [1, 2], "null": null, "x": {"y": "new"}})));
        check_set("/null/y", Ok(json!({"a": {"b": 1}, "list": [1, 2], "null": {"y": "new"}})));
        check_set("/list/1", Ok(json!({"a": {"b": 1}, "list": [1, "new"], "null": null})));
        check_set("/list/2", Err("`/list` has 2 elements, and none at `2`"));
        check_set("/list/x", Err("`/list` has 2 elements, and none at `x`"));
        check_set("/a/b/c", Err("`/a/b` is an integer, so it has no member `c`"));
    }

    /// The table of RFC 7396, Appendix A.
    #[test]
    fn merging_follows_rfc_7396() {
        for (original, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut value = original.clone();
            merge(&mut value, &Pointer::root(), patch.clone()).expect("the root is always there");
            assert_eq!(value, expected, "{original} + {patch}");
        }
    }

    #[test]
    fn merging_into_nothing_makes_an_object() {
        let mut value = json!({});
        merge(&mut value, &at("/a/b"), json!({"c": 1, "d": null})).expect("the way is free");
        assert_eq!(value, json!({"a": {"b": {"c": 1}}}));
    }

    #[test]
    fn unsetting_keeps_the_order_and_forgives_what_is_missing() {
        let mut value = json!({"a": 1, "b": {"x": 1}, "c": [1, 2, 3]});
        for pointer in ["/a", "/b/x", "/c/1", "/c/9", "/c/x", "/z/y", "/b/x/y", ""] {
            unset(&mut value, &at(pointer));
        }
        assert_eq!(value.to_string(), r#"{"b":{},"c":[1,3]}"#);
    }

    #[test]
    fn appending_makes_the_array() {
        let mut value = json!({"a": [1], "n": null, "t": "x"});
        append(&mut value, &at("/a"), json!(2)).expect("an array");
        append(&mut value, &at("/n"), json!(1)).expect("null");
        append(&mut value, &at("/new"), json!(1)).expect("missing");
        let refused = append(&mut value, &at("/t"), json!(1));
        assert_eq!(refused, Err("`/t` is a string, so nothing can be appended".to_owned()));
        assert_eq!(value, json!({"a": [1, 2], "n": [1], "t": "x", "new": [1]}));
    }

    #[test]
    fn values_are_counted_with_all_within() {
        let value = json!({"a": [1, 2], "b": {}});
        assert!(is_within(&value, 5));
        assert!(!is_within(&value, 4));
    }
}

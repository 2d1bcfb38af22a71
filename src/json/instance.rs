use super::{Members as _, Number, Value};
use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object};
use serde_json::{Map, map};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::slice;

/// Instances as the schema validator reads them here: values as they stand, and members that are said of
/// them.
///
/// Schemas that are compiled in one build stand under the names of one object, so that a value is judged by
/// one of them as a member of that name ([`Instance::Member`]); it is not copied for it.
pub(crate) struct Instances;

/// A validator of [`Instances`].
pub(crate) type Validator = jsonschema::Validator<Instances>;

/// Options for a validator of [`Instances`].
pub(crate) type ValidationOptions<'i> =
    jsonschema::ValidationOptions<'i, std::sync::Arc<dyn jsonschema::Retrieve>, Instances>;

/// What is held against a schema.
#[derive(Clone, Copy)]
pub(crate) enum Instance<'v> {
    /// A value.
    Value(&'v Value),
    /// The object whose only member is this.
    Member(&'v Member<'v>),
}

/// The only member of an object.
pub(crate) struct Member<'v> {
    /// Its name.
    pub(crate) name: SmolStr,
    /// Its value.
    pub(crate) value: &'v Value,
}

/// How a validator of [`Instances`] is made.
pub(crate) fn validation_options<'i>() -> ValidationOptions<'i> {
    jsonschema::options_for()
}

impl Json for Instances {
    type Node<'v> = Instance<'v>;
    type PreparedKey = SmolStr;
    type StringBuffer = Value;

    // A member is looked for one by one, see `Members`.
    const KEYS_PER_LOOKUP: usize = 2;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> SmolStr {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut Value, string: &str, f: impl FnOnce(Instance<'_>) -> T) -> T {
        match buffer {
            Value::String(text) => {
                text.clear();
                text.push_str(string);
            }
            _ => *buffer = Value::String(string.to_owned()),
        }
        f(Instance::Value(buffer))
    }
}

impl<'v> Instance<'v> {
    fn value(self) -> Option<&'v Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Member(_) => None,
        }
    }
}

impl<'v> Node<'v, Instances> for Instance<'v> {
    type Object = Objects<'v>;
    type Array = Elements<'v>;
    type Number = &'v Number;

    fn as_object(&self) -> Option<Objects<'v>> {
        match self {
            Self::Value(value) => value.as_object().map(Objects::Map),
            Self::Member(member) => Some(Objects::Member(member)),
        }
    }

    fn as_array(&self) -> Option<Elements<'v>> {
        self.value()?.as_array().map(|elements| Elements(elements))
    }

    fn as_string(&self) -> Option<Cow<'v, str>> {
        self.value()?.as_str().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<&'v Number> {
        self.value()?.as_number()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.value()?.as_bool()
    }

    fn is_null(&self) -> bool {
        self.value().is_some_and(Value::is_null)
    }

    fn json_type(&self) -> JsonType {
        match self {
            Self::Value(Value::Null) => JsonType::Null,
            Self::Value(Value::Bool(_)) => JsonType::Boolean,
            Self::Value(Value::Number(_)) => JsonType::Number,
            Self::Value(Value::String(_)) => JsonType::String,
            Self::Value(Value::Array(_)) => JsonType::Array,
            Self::Value(Value::Object(_)) | Self::Member(_) => JsonType::Object,
        }
    }

    fn to_value(&self) -> Cow<'v, Value> {
        match self {
            Self::Value(value) => Cow::Borrowed(value),
            Self::Member(Member { name, value }) => {
                Cow::Owned(Value::Object(Map::from_iter([(name.to_string(), (*value).clone())])))
            }
        }
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(match self {
            Self::Value(value) => std::ptr::from_ref::<Value>(value) as usize,
            Self::Member(member) => std::ptr::from_ref::<Member<'_>>(member) as usize,
        }))
    }
}

/// The members of an instance.
pub(crate) enum Objects<'v> {
    Map(&'v Map<String, Value>),
    Member(&'v Member<'v>),
}

impl<'v> Object<'v, Instances> for Objects<'v> {
    type Node = Instance<'v>;
    type MemberName = &'v str;
    type MembersIter = MembersOf<'v>;

    fn len(&self) -> usize {
        match self {
            Self::Map(members) => members.len(),
            Self::Member(_) => 1,
        }
    }

    fn get(&self, key: &SmolStr) -> Option<Instance<'v>> {
        match self {
            Self::Map(members) => members.member(key),
            Self::Member(member) => (member.name == *key).then_some(member.value),
        }
        .map(Instance::Value)
    }

    fn members(&self) -> MembersOf<'v> {
        match self {
            Self::Map(members) => MembersOf::Map(members.iter()),
            Self::Member(member) => MembersOf::Member(Some(member)),
        }
    }
}

/// Goes through the members of an instance, in the order written.
pub(crate) enum MembersOf<'v> {
    Map(map::Iter<'v>),
    Member(Option<&'v Member<'v>>),
}

impl<'v> Iterator for MembersOf<'v> {
    type Item = (&'v str, Instance<'v>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Map(members) => members.next().map(|(name, value)| (name.as_str(), value)),
            Self::Member(member) => member.take().map(|member| (member.name.as_str(), member.value)),
        }
        .map(|(name, value)| (name, Instance::Value(value)))
    }
}

/// The elements of an instance.
pub(crate) struct Elements<'v>(&'v [Value]);

impl<'v> Array<'v, Instances> for Elements<'v> {
    type Node = Instance<'v>;
    type ElementsIter = std::iter::Map<slice::Iter<'v, Value>, fn(&'v Value) -> Instance<'v>>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> Self::ElementsIter {
        self.0.iter().map(Instance::Value)
    }

    fn is_unique(&self) -> bool {
        jsonschema::json::unique::is_unique(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(schema: Value, value: Value, expected: bool) {
        let alone = validation_options().build(&schema).expect("the schema is a schema");
        let plain = jsonschema::options().build(&schema).expect("the schema is a schema");
        assert_eq!(plain.is_valid(&value), expected, "{value} by {schema}");
        assert_eq!(alone.is_valid(Instance::Value(&value)), expected, "{value} by {schema}");
        let schema =
            json!({"properties": {"16": false, "17": schema}, "required": ["17"], "maxProperties": 1});
        let named = validation_options().build(&schema).expect("the schema is a schema");
        for (name, expected) in [("17", expected), ("16", false), ("18", false)] {
            let member = Member { name: name.into(), value: &value };
            assert_eq!(named.is_valid(Instance::Member(&member)), expected, "{value} as {name} by {schema}");
            let errors: Vec<_> = named.iter_errors(Instance::Member(&member)).collect();
            assert_eq!(errors.is_empty(), expected);
        }
    }

    #[test]
    fn values_are_judged_as_by_the_validator_of_serde_values() {
        for (schema, good, bad) in [
            (json!({"type": "null"}), json!(null), json!(0)),
            (json!({"type": "boolean"}), json!(false), json!("false")),
            (json!({"type": "integer"}), json!(1.0), json!(1.5)),
            (json!({"type": "number"}), json!(1e300), json!("1")),
            (json!({"type": "string"}), json!(""), json!([])),
            (json!({"type": "array"}), json!([]), json!({})),
            (json!({"type": "object"}), json!({}), json!([])),
            (json!({"minLength": 2}), json!("éé"), json!("é")),
            (json!({"maxLength": 2}), json!("🦀🦀"), json!("🦀🦀🦀")),
            (json!({"minLength": 3, "maxLength": 3}), json!("aéb"), json!("aé")),
            (json!({"const": {"a": [1.0]}}), json!({"a": [1]}), json!({"a": [2]})),
            (json!({"enum": ["a", 1]}), json!(1.0), json!("A")),
            (json!({"uniqueItems": true}), json!([1, "1", [1]]), json!([1, {"a": 2}, 3, {"a": 2.0}])),
            (json!({"items": {"type": "integer"}}), json!([1, 2]), json!([1, "2"])),
            (json!({"contains": {"const": null}}), json!([1, null]), json!([1])),
            (json!({"required": ["a"]}), json!({"b": 1, "a": 2}), json!({"b": 1})),
            (json!({"additionalProperties": false}), json!({}), json!({"a": 1})),
            (json!({"propertyNames": {"maxLength": 1}}), json!({"a": 1, "é": 2}), json!({"a": 1, "bc": 2})),
            (json!({"maxProperties": 1}), json!({"a": 1}), json!({"a": 1, "b": 2})),
            (json!({"patternProperties": {"^x": {"type": "null"}}}), json!({"y": 1}), json!({"x": 1})),
            (json!({"unevaluatedProperties": false}), json!({}), json!({"a": 1})),
            (json!({"multipleOf": 0.1}), json!(0.3), json!(0.35)),
            (
                json!({"maximum": 9_007_199_254_740_993_u64}),
                json!(9_007_199_254_740_992_u64),
                json!(9_007_199_254_740_994_u64),
            ),
        ] {
            check(schema.clone(), good, true);
            check(schema, bad, false);
        }
    }

    #[test]
    fn many_members_are_found_by_name() {
        let value: Value = (0..40).map(|n| (format!("n{n}"), Value::from(n))).collect::<Map<_, _>>().into();
        let schema: Value =
            (0..40).map(|n| (format!("n{n}"), json!({"const": n}))).collect::<Map<_, _>>().into();
        check(json!({"properties": schema, "additionalProperties": false}), value.clone(), true);
        check(json!({"properties": {"n39": {"const": 0}}}), value, false);
    }

    #[test]
    fn an_error_tells_where_it_is() {
        let schema = json!({"properties": {"3": {"properties": {"a": {"type": "string"}}}}});
        let validator = validation_options().build(&schema).expect("the schema is a schema");
        let value = json!({"a": 1});
        let member = Member { name: "3".into(), value: &value };
        let error = validator.validate(Instance::Member(&member)).expect_err("a number is no string");
        assert_eq!((error.instance_path().as_str(), error.instance().as_ref()), ("/3/a", &json!(1)));
        let whole = Instance::Member(&member).to_value().into_owned();
        assert_eq!(whole, json!({"3": {"a": 1}}));
    }

    #[test]
    fn a_member_and_its_value_are_told_apart() {
        let value = json!({});
        let member = Member { name: "3".into(), value: &value };
        let (outer, inner) = (Instance::Member(&member), Instance::Value(&value));
        assert_ne!(outer.identity(), inner.identity());
        assert_eq!(outer.identity(), outer.identity());
    }
}

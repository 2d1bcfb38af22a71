//! JSON to CEL and back, by hand: through serde, 200 becomes a `uint` and `200 + 1` an error.

use super::mentions::Need;
use super::time::{Elapsed, Moment};
use crate::json::{Map, Number, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cel::common::types::{
    CelBool, CelBytes, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelOptional, CelString,
    CelType, CelUInt,
};
use cel::common::value::Val;
use std::collections::HashMap;

/// Converts as much of a value as an expression needs. Integers of 64 bits become `int`, all other
/// numbers `double`; strings are borrowed.
pub(super) fn to_cel<'v>(value: &'v Value, need: &Need) -> Box<dyn Val + 'v> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Box::new(CelInt::from(integer)),
            None => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(elements) => {
            Box::new(CelList::from(elements.iter().map(|each| to_cel(each, &Need::All)).collect::<Vec<_>>()))
        }
        Value::Object(members) => {
            let mut map: HashMap<CelMapKey<'v>, Box<dyn Val + 'v>> = HashMap::new();
            match need {
                Need::All => {
                    map.reserve(members.len());
                    for (name, member) in members {
                        map.insert(CelMapKey::from(name.as_str()), to_cel(member, &Need::All));
                    }
                }
                Need::Members(needs) => {
                    for (name, need) in needs {
                        if let Some((name, member)) = members.get_key_value(name) {
                            map.insert(CelMapKey::from(name.as_str()), to_cel(member, need));
                        }
                    }
                }
            }
            Box::new(CelMap::from(map))
        }
    }
}

/// Converts a result. Members are sorted by name, since CEL's maps have no order; bytes become
/// base64, times RFC 3339, durations their text, an empty optional null.
///
/// # Errors
/// What the value is, when JSON has nothing like it.
pub(super) fn to_json(value: &dyn Val) -> Result<Value, String> {
    if value.downcast_ref::<CelNull>().is_some() {
        return Ok(Value::Null);
    }
    if let Some(value) = value.downcast_ref::<CelBool>() {
        return Ok(Value::Bool(*value.inner()));
    }
    if let Some(value) = value.downcast_ref::<CelInt>() {
        return Ok(Value::from(*value.inner()));
    }
    if let Some(value) = value.downcast_ref::<CelUInt>() {
        return Ok(Value::from(*value.inner()));
    }
    if let Some(value) = value.downcast_ref::<CelDouble>() {
        let double = *value.inner();
        return Number::from_f64(double).map(Value::Number).ok_or_else(|| format!("`{double}`"));
    }
    if let Some(value) = value.downcast_ref::<CelString>() {
        return Ok(Value::from(value.inner()));
    }
    if let Some(value) = value.downcast_ref::<CelBytes>() {
        return Ok(Value::from(STANDARD.encode(value.inner())));
    }
    if let Some(Moment(moment)) = value.downcast_ref::<Moment>() {
        return Ok(Value::from(moment.to_string()));
    }
    if let Some(elapsed) = value.downcast_ref::<Elapsed>() {
        return Ok(Value::from(elapsed.to_string()));
    }
    if let Some(list) = value.downcast_ref::<CelList>() {
        let elements = list.inner().iter().map(|each| to_json(each.as_ref()));
        return elements.collect::<Result<_, _>>().map(Value::Array);
    }
    if let Some(map) = value.downcast_ref::<CelMap>() {
        let mut members = Vec::new();
        for (key, member) in map.inner() {
            let name = match to_json(key.inner())? {
                Value::String(name) => name,
                other => other.to_string(),
            };
            members.push((name, to_json(member.as_ref())?));
        }
        members.sort_by(|(left, _), (right, _)| left.cmp(right));
        return Ok(Value::Object(members.into_iter().collect::<Map<_, _>>()));
    }
    if let Some(optional) = value.downcast_ref::<CelOptional>() {
        return optional.inner().map_or(Ok(Value::Null), to_json);
    }
    if let Some(of) = value.downcast_ref::<CelType>() {
        return Ok(Value::from(of.name()));
    }
    Err(type_name(value).to_owned())
}

/// The word for a value's type, in the words of JSON where it has one.
pub(super) fn type_name(value: &dyn Val) -> &'static str {
    word_for_type(value.get_type().name())
}

/// The word for a CEL type's name.
pub(super) fn word_for_type(name: &str) -> &'static str {
    match name {
        "null_type" => "null",
        "bool" => "a boolean",
        "int" | "uint" => "an integer",
        "double" => "a number",
        "string" => "a string",
        "bytes" => "bytes",
        "list" => "an array",
        "map" => "an object",
        "timestamp" => "a time",
        "duration" => "a duration",
        "type" => "a type",
        _ => "a value of another type",
    }
}

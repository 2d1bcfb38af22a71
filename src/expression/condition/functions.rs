//! The functions that contest adds to CEL's.

use super::convert::type_name;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cel::common::types::{CelBool, CelBytes, CelInt, CelList, CelMap, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

type Arguments<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Outcome<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// Declares `get`, `isUuid`, `base64`, `sha256` and `hmacSha256`.
pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload("get", "get", vec![DYN_TYPE, DYN_TYPE, DYN_TYPE], get)?;
    env.add_overload("isUuid", "isUuid", vec![DYN_TYPE], |arguments| {
        let text = arguments[0].downcast_ref::<CelString>();
        Ok(CowVal::owned(CelBool::from(text.is_some_and(|text| is_uuid(text.inner())))))
    })?;
    env.add_overload("base64", "base64", vec![DYN_TYPE], |arguments| {
        Ok(text(STANDARD.encode(bytes("base64", &arguments[0])?)))
    })?;
    env.add_overload("sha256", "sha256", vec![DYN_TYPE], |arguments| {
        Ok(text(hexadecimal(&Sha256::digest(bytes("sha256", &arguments[0])?))))
    })?;
    env.add_overload("hmacSha256", "hmacSha256", vec![DYN_TYPE, DYN_TYPE], |arguments| {
        let failed = |_| ExecutionError::function_error("hmacSha256", "the key cannot be used");
        let mut mac = Hmac::<Sha256>::new_from_slice(bytes("hmacSha256", &arguments[0])?).map_err(failed)?;
        mac.update(bytes("hmacSha256", &arguments[1])?);
        Ok(text(hexadecimal(&mac.finalize().into_bytes())))
    })?;
    Ok(())
}

/// Whether a text is a UUID of any version, in any case of letters.
///
/// Source: RFC 9562 §4.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `get(value, "a.b.0", default)`: the part at a path of names and indexes, or the default where the
/// path leads nowhere. A null at its end is found.
fn get<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let path = match arguments[1].downcast_ref::<CelString>() {
        Some(path) => path.inner().to_owned(),
        None => {
            let what = type_name(arguments[1].as_ref());
            let reason = format!("the path is a text as `a.b`, not {what}");
            return Err(ExecutionError::function_error("get", reason));
        }
    };
    let default = arguments.remove(2);
    let found = path
        .split('.')
        .filter(|name| !name.is_empty())
        .try_fold(arguments[0].as_ref(), |value: &(dyn Val + 'v), name| step(value, name));
    Ok(match found {
        Some(found) => CowVal::Owned(found.clone_as_boxed()),
        None => default,
    })
}

fn step<'a, 'v>(value: &'a (dyn Val + 'v), name: &str) -> Option<&'a (dyn Val + 'v)> {
    if let Some(map) = value.downcast_ref::<CelMap<'v>>() {
        let key = cel::common::types::CelMapKey::from(name);
        return map.inner().iter().find(|(each, _)| **each == key).map(|(_, member)| member.as_ref());
    }
    let list = value.downcast_ref::<CelList<'v>>()?;
    let index: usize = name.parse().ok()?;
    list.inner().get(index).map(|element| element.as_ref())
}

fn bytes<'a>(function: &str, value: &'a CowVal<'_, '_>) -> Result<&'a [u8], ExecutionError> {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return Ok(text.inner().as_bytes());
    }
    match value.downcast_ref::<CelBytes>() {
        Some(bytes) => Ok(bytes.inner()),
        None => Err(ExecutionError::no_such_overload(function, vec![value.get_type().name().to_owned()])),
    }
}

fn text<'b, 'v>(text: String) -> CowVal<'b, 'v> {
    CowVal::owned(CelString::from(text))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A whole number, where a value is one.
pub(super) fn integer(value: &dyn Val) -> Option<i64> {
    value.downcast_ref::<CelInt>().map(|value| *value.inner())
}

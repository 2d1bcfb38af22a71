//! The shapes of `shapes.yaml`: what the judge serves beside the orders, and the defects that are one changed value.

use super::Defect;
use super::routes::{Answer, Operation, Reply, error};
use serde_json::{Value, json};

/// What stands for a picture: the first bytes of every PNG file.
pub(crate) const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The name that defects of time are planted at.
pub(crate) const PROMPT: &str = "prompt";

/// Answers GET /shapes/{name}.
pub(crate) fn read(name: &str) -> Answer {
    let form = match name {
        "circle" | PROMPT => json!({ "type": "circle", "radius": 2 }),
        "square" => json!({ "type": "square", "side": 1.5 }),
        _ => return Err(error(404, "Not Found", "There is no such shape")),
    };
    Ok((
        200,
        json!({
            "id": "0000000b-0000-4000-8000-00000000000c",
            "name": name,
            "title": "A shape",
            "code": "AB-12",
            "kind": "shape",
            "colour": "red",
            "note": "plain",
            "isFilled": true,
            "sides": 0,
            "area": 12.5,
            "grid": 15,
            "count": 3,
            "serial": 7,
            "tags": ["a", "b"],
            "span": [1, "m"],
            "odd": ["even", "odd"],
            "labels": { "de": "Form", "fr": "forme" },
            "fill": { "colour": "red" },
            "size": { "width": 10 },
            "form": form,
            "layers": [
                { "points": [{ "x": 1, "y": 2 }, { "x": 30, "y": 400 }] },
                { "points": [], "below": { "points": [{ "x": 0, "y": 0 }] } },
            ],
            "card": { "number": "1", "holder": "A. Dwyer" },
            "day": "2024-02-29",
            "hour": "10:11:12Z",
            "at": "2024-02-29T10:11:12Z",
            "mail": "andy@example.com",
            "site": "https://example.com/shapes?a=b",
            "host": "example.com",
            "address4": "192.0.2.1",
            "address6": "2001:db8::1",
        }),
    ))
}

/// A shape under a status that has no content.
pub(crate) fn as_status(status: u16, name: &str) -> Answer {
    read(name).map(|(_, shape)| (status, shape))
}

/// The pointer and the value there of a defect of [`super::defect::Site::Shape`]; no value takes the member away.
fn change_of(defect: Defect) -> Option<(&'static str, Option<Value>)> {
    let (pointer, value) = match defect {
        Defect::NullForText => ("/title", Value::Null),
        Defect::TextForBoolean => ("/isFilled", json!("true")),
        Defect::FractionForInteger => ("/sides", json!(1.5)),
        Defect::ObjectForArray => ("/tags", json!({ "0": "a" })),
        Defect::ArrayForObject => ("/labels", json!(["Form"])),
        Defect::TextDeepInArrays => ("/layers/0/points/1/y", json!("400")),
        Defect::TextInRecursion => ("/layers/1/below/points/0/x", json!("0")),
        Defect::RequiredInArrayMissing => return Some(("/layers/0/points/1/x", None)),
        Defect::RequiredAtTopMissing => return Some(("/colour", None)),
        Defect::ExtraMemberAtTop => ("/weight", json!(1)),
        Defect::ExtraMemberInArray => ("/layers/0/points/0/z", json!(1)),
        Defect::ConstOther => ("/kind", json!("line")),
        Defect::EnumOther => ("/colour", json!("pink")),
        Defect::EnumPadded => ("/colour", json!("red ")),
        Defect::BelowMinimum => ("/sides", json!(-1)),
        Defect::AboveMaximum => ("/sides", json!(101)),
        Defect::AtExclusiveMinimum => ("/area", json!(0)),
        Defect::AtExclusiveMaximum => ("/area", json!(1000)),
        Defect::NoMultiple => ("/grid", json!(12)),
        Defect::TooShort => ("/title", json!("")),
        Defect::TooLong => ("/title", json!("thirteen long")),
        Defect::PatternBroken => ("/code", json!("ab-12")),
        Defect::TooFewItems => ("/tags", json!([])),
        Defect::TooManyItems => ("/tags", json!(["a", "b", "c", "d"])),
        Defect::ItemsRepeated => ("/tags", json!(["a", "b", "a"])),
        Defect::ItemBehindTheLast => ("/span/2", json!(true)),
        Defect::PrefixItemOther => ("/span/0", json!("1")),
        Defect::NothingContained => ("/odd", json!(["even"])),
        Defect::TooFewMembers => ("/labels", json!({})),
        Defect::TooManyMembers => ("/labels", json!({ "a": "", "b": "", "c": "", "d": "" })),
        Defect::MemberNameBroken => ("/labels/DE", json!("Form")),
        Defect::MapValueOther => ("/labels/de", json!(1)),
        Defect::DependentMissing => return Some(("/card/holder", None)),
        Defect::AnyOfNone => ("/fill", json!({ "pattern": "dots" })),
        Defect::OneOfNone => ("/size", json!({ "height": 1 })),
        Defect::OneOfBoth => ("/size/diameter", json!(10)),
        Defect::DiscriminatorUnknown => ("/form/type", json!("ellipse")),
        Defect::DiscriminatorMissing => return Some(("/form/type", None)),
        Defect::BranchBroken => ("/form/radius", json!("2")),
        Defect::WriteOnlyLeaked => ("/secret", json!("hunter2")),
        Defect::UuidBroken => ("/id", json!("0000000b-0000-4000-8000-00000000000")),
        Defect::DateBroken => ("/day", json!("2023-02-29")),
        Defect::TimeBroken => ("/hour", json!("25:00:00Z")),
        Defect::DateTimeBroken => ("/at", json!("2024-02-29 10:11")),
        Defect::EmailBroken => ("/mail", json!("andy at example.com")),
        Defect::UriBroken => ("/site", json!("/shapes")),
        Defect::HostnameBroken => ("/host", json!("-example.com")),
        Defect::Ipv4Broken => ("/address4", json!("192.0.2.256")),
        Defect::Ipv6Broken => ("/address6", json!("2001:db8::1::2")),
        Defect::Int32Overflown => ("/count", json!(2_147_483_648_u32)),
        _ => return None,
    };
    Some((pointer, Some(value)))
}

/// Plants a defect in a shape; does nothing for defects of other sites.
pub(crate) fn spoil_shape(defect: Defect, reply: &mut Reply) {
    let (Some((pointer, value)), Operation::ReadShape, 200) =
        (change_of(defect), reply.operation, reply.status)
    else {
        return;
    };
    // The square shows that what is right about it stays silent.
    if reply.body["name"] == "circle" {
        put(&mut reply.body, pointer, value);
    }
}

/// Sets, appends or removes the value at a pointer whose parent exists.
pub(crate) fn put(body: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer starts with a slash");
    match (body.pointer_mut(parent), value) {
        (Some(Value::Object(members)), Some(value)) => {
            members.insert(name.to_owned(), value);
        }
        // `remove` would move the last member into the gap.
        (Some(Value::Object(members)), None) => {
            members.shift_remove(name);
        }
        (Some(Value::Array(items)), Some(value)) => match name.parse::<usize>() {
            Ok(index) if index < items.len() => items[index] = value,
            _ => items.push(value),
        },
        _ => {}
    }
}

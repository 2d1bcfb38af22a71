//! `coverage`: how much of the documents a run that measures it has to cover.

use super::fields::FAIL_UNDER;
use super::reader::Reader;
use crate::yaml::{Kind, MapReader, Node};

/// Dimensions of coverage with what they have to reach, in percent.
pub(super) fn read_coverage(node: &Node, reader: &mut Reader<'_>) -> Vec<(&'static str, u8)> {
    let Some(mut map) = MapReader::config("`coverage`", node, reader.problems) else { return Vec::new() };
    let found = map.take("failUnder").map(|node| read_fail_under(node, reader));
    map.finish(&[], reader.problems);
    found.unwrap_or_default()
}

fn read_fail_under(node: &Node, reader: &mut Reader<'_>) -> Vec<(&'static str, u8)> {
    let Some(mut map) = MapReader::config("`failUnder`", node, reader.problems) else { return Vec::new() };
    let mut found = Vec::new();
    for field in FAIL_UNDER.keys {
        let Some(node) = map.take(field.key) else { continue };
        let percent = match &node.kind {
            Kind::Number(text) => text.parse().ok().filter(|percent| *percent <= 100),
            _ => None,
        };
        match percent {
            Some(percent) => found.push((field.key, percent)),
            None => {
                let message = format!("`{}` is a percentage, a whole number from 0 to 100", field.key);
                reader.invalid(node.span, message, "is none");
            }
        }
    }
    map.finish(&[], reader.problems);
    found
}

use super::fields::OPERATORS;
use super::matcher::{Marker, Matcher, MatcherKind, Member, Operator, OperatorKind, Ordering, Sorting};
use super::reader::Reader;
use crate::diagnostic::Code;
use crate::expression::{Condition, Template};
use crate::json::Pointer;
use crate::source::Span;
use crate::yaml::{Entry, Kind, MapReader, Node, nearest};

/// Spellings of other tools, with ours.
const FOREIGN: &[(&str, &str)] = &[
    ("$eq", "write the value itself"),
    ("$regex", "write `$match`"),
    ("$matches", "write `$match`"),
    ("$size", "write `$length`"),
    ("$nin", "write `$notIn`"),
    ("$all", "write `$each` or `$contains`"),
    ("$or", "write `$anyOf`"),
    ("$oneOf", "write `$anyOf`"),
    ("$exists", "write `<any>` or `<absent>`"),
    ("$type", "write a marker such as `<string>`"),
];

/// Marker words of other tools, with ours.
const FOREIGN_WORDS: &[(&str, &str)] = &[
    ("int", "integer"),
    ("bool", "boolean"),
    ("str", "string"),
    ("float", "number"),
    ("list", "array"),
    ("map", "object"),
    ("datetime", "date-time"),
    ("url", "uri"),
    ("guid", "uuid"),
    ("missing", "absent"),
    ("undefined", "absent"),
    ("*", "any"),
    ("not-null", "any"),
    ("nil", "null"),
];

/// Reads what is expected of a value.
pub(super) fn read_matcher(node: &Node, reader: &mut Reader<'_>) -> Matcher {
    let kind = match &node.kind {
        Kind::Map(entries) => read_map(node, entries, reader),
        Kind::List(elements) => {
            MatcherKind::List(elements.iter().map(|element| read_matcher(element, reader)).collect())
        }
        Kind::String(text) => match marker_text(text) {
            Some(words) => read_markers(words, node.span, reader),
            None => MatcherKind::Equal(reader.template(node)),
        },
        _ => MatcherKind::Equal(reader.template(node)),
    };
    Matcher { span: node.span, kind }
}

/// Reads names and what is expected of their values.
pub(super) fn read_members(entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Member> {
    entries
        .iter()
        .map(|entry| Member {
            name: entry.key.clone(),
            name_span: entry.key_span,
            matcher: read_matcher(&entry.value, reader),
        })
        .collect()
}

fn read_map(node: &Node, entries: &[Entry], reader: &mut Reader<'_>) -> MatcherKind {
    let n_operators = entries.iter().filter(|entry| entry.key.starts_with('$')).count();
    if n_operators == 0 {
        return MatcherKind::Object(read_members(entries, reader));
    }
    if n_operators < entries.len() {
        let plain = entries.iter().find(|entry| !entry.key.starts_with('$'));
        let span = plain.map_or(node.span, |entry| entry.key_span);
        reader
            .problems
            .error(
                Code::SCENARIO_INVALID_MATCHER,
                span,
                "a map holds either operators or members, not both",
                "stands among operators",
            )
            .help
            .push("a member whose name starts with `$` is expected by `{ $literal: … }`".to_owned());
        return MatcherKind::Object(Vec::new());
    }
    MatcherKind::Operators(entries.iter().filter_map(|entry| read_operator(entry, reader)).collect())
}

fn read_operator(entry: &Entry, reader: &mut Reader<'_>) -> Option<Operator> {
    let node = &entry.value;
    let kind = match entry.key.as_str() {
        "$literal" => OperatorKind::Literal(Template::literal(node.span, node.to_datum())),
        "$ne" => OperatorKind::Ne(reader.template(node)),
        "$gt" => OperatorKind::Order(Ordering::Greater, read_bound("$gt", node, reader)?),
        "$gte" => OperatorKind::Order(Ordering::GreaterOrEqual, read_bound("$gte", node, reader)?),
        "$lt" => OperatorKind::Order(Ordering::Less, read_bound("$lt", node, reader)?),
        "$lte" => OperatorKind::Order(Ordering::LessOrEqual, read_bound("$lte", node, reader)?),
        "$in" => OperatorKind::In(read_list_template("$in", node, reader)?),
        "$notIn" => OperatorKind::NotIn(read_list_template("$notIn", node, reader)?),
        "$match" => OperatorKind::Match(read_pattern(node, reader)?),
        "$contains" => OperatorKind::Contains(match &node.kind {
            Kind::List(elements) => elements.iter().map(|element| read_matcher(element, reader)).collect(),
            _ => vec![read_matcher(node, reader)],
        }),
        "$unordered" => OperatorKind::Unordered(read_list("$unordered", node, reader)?),
        "$exact" => match &node.kind {
            Kind::Map(members) => OperatorKind::Exact(read_members(members, reader)),
            _ => return wrong_operand("$exact", "a map of members", node, reader),
        },
        "$each" => OperatorKind::Each(Box::new(read_matcher(node, reader))),
        "$length" => OperatorKind::Length(Box::new(read_length(node, reader)?)),
        "$sorted" => OperatorKind::Sorted(read_sorted(node, reader)?),
        "$unique" => OperatorKind::Unique(read_unique(node, reader)?),
        "$sameAs" => read_same_as(node, reader)?,
        "$not" => OperatorKind::Not(Box::new(read_matcher(node, reader))),
        "$anyOf" if node.as_list().is_some_and(<[Node]>::is_empty) => {
            return wrong_operand("$anyOf", "a list with at least one element", node, reader);
        }
        "$anyOf" => OperatorKind::AnyOf(read_list("$anyOf", node, reader)?),
        "$cel" => OperatorKind::Cel(read_cel(node, reader)?),
        unknown => {
            report_unknown_operator(unknown, entry.key_span, reader);
            return None;
        }
    };
    Some(Operator { key_span: entry.key_span, span: node.span, kind })
}

fn wrong_operand<T>(key: &str, wanted: &str, node: &Node, reader: &mut Reader<'_>) -> Option<T> {
    reader.problems.error(
        Code::SCENARIO_INVALID_MATCHER,
        node.span,
        format!("`{key}` takes {wanted}"),
        format!("is {}", node.type_name()),
    );
    None
}

fn read_bound(key: &str, node: &Node, reader: &mut Reader<'_>) -> Option<Template> {
    match node.kind {
        Kind::Number(_) | Kind::String(_) | Kind::Map(_) => Some(reader.template(node)),
        _ => wrong_operand(key, "a number, a text or an expression", node, reader),
    }
}

/// A length is a whole number, or a map of operators over one.
fn read_length(node: &Node, reader: &mut Reader<'_>) -> Option<Matcher> {
    let is_possible = match &node.kind {
        Kind::Number(text) => crate::json::is_integer(text) && !text.starts_with('-'),
        Kind::String(text) => text.starts_with('$'),
        Kind::Map(entries) => entries.iter().all(|entry| {
            let is_number = matches!(&entry.value.kind, Kind::Number(_))
                || entry.value.as_str().is_some_and(|text| text.starts_with('$'))
                || entry.value.as_list().is_some();
            let takes_numbers = ["$gt", "$gte", "$lt", "$lte", "$ne", "$in", "$notIn"];
            (takes_numbers.contains(&entry.key.as_str()) && is_number)
                || ["$not", "$anyOf", "$cel"].contains(&entry.key.as_str())
        }),
        _ => false,
    };
    if !is_possible {
        return wrong_operand("$length", "a whole number from 0, or `{ $gte: 1 }` and its kin", node, reader);
    }
    Some(read_matcher(node, reader))
}

fn read_list(key: &str, node: &Node, reader: &mut Reader<'_>) -> Option<Vec<Matcher>> {
    match &node.kind {
        Kind::List(elements) => Some(elements.iter().map(|element| read_matcher(element, reader)).collect()),
        _ => wrong_operand(key, "a list", node, reader),
    }
}

fn read_list_template(key: &str, node: &Node, reader: &mut Reader<'_>) -> Option<Template> {
    match &node.kind {
        Kind::List(_) => Some(reader.template(node)),
        Kind::String(text) if text.starts_with('$') => Some(reader.template(node)),
        _ => wrong_operand(key, "a list of values", node, reader),
    }
}

/// A pattern that is written out is compiled now, so that a typing error is a load error.
fn read_pattern(node: &Node, reader: &mut Reader<'_>) -> Option<Template> {
    if node.as_str().is_none() {
        return wrong_operand("$match", "a regular expression, as a text", node, reader);
    }
    let template = reader.template(node);
    if let Some(literal) = template.as_literal().and_then(|literal| literal.value().as_str())
        && let Err(error) = regex::RegexBuilder::new(literal).size_limit(1 << 20).build()
    {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        reader.problems.error(
            Code::SCENARIO_INVALID_MATCHER,
            node.span,
            format!("not a regular expression: {reason}"),
            "does not compile",
        );
        return None;
    }
    Some(template)
}

fn read_same_as(node: &Node, reader: &mut Reader<'_>) -> Option<OperatorKind> {
    if node.as_map().is_none() {
        return Some(OperatorKind::SameAs { value: reader.template(node), except: Vec::new() });
    }
    let mut map = MapReader::new("`$sameAs`", node, reader.problems)?;
    let value = map.require("value", reader.problems).map(|node| reader.template(node));
    let mut except = Vec::new();
    for (text, span) in map.texts("except", reader.problems) {
        match Pointer::parse(text) {
            Some(pointer) => except.push(pointer),
            None => reader.invalid(
                span,
                "`except` is a list of JSON pointers such as /meta/updated_at",
                "is no pointer",
            ),
        }
    }
    map.finish(&[], reader.problems);
    Some(OperatorKind::SameAs { value: value?, except })
}

fn read_sorted(node: &Node, reader: &mut Reader<'_>) -> Option<Sorting> {
    let order = |node: &Node, reader: &mut Reader<'_>| match node.as_str() {
        Some("asc") => Some(false),
        Some("desc") => Some(true),
        _ => wrong_operand("$sorted", "asc, desc or `{ by: /price, order: desc }`", node, reader),
    };
    if node.as_map().is_none() {
        return Some(Sorting { by: Pointer::default(), is_descending: order(node, reader)? });
    }
    let mut map = MapReader::new("`$sorted`", node, reader.problems)?;
    let by = map.require("by", reader.problems);
    let by = by.and_then(|node| read_element_pointer("by", node, reader));
    let is_descending = map.take("order").map_or(Some(false), |node| order(node, reader));
    map.finish(&[], reader.problems);
    Some(Sorting { by: by?, is_descending: is_descending? })
}

/// `true` tells whole elements apart.
fn read_unique(node: &Node, reader: &mut Reader<'_>) -> Option<Pointer> {
    match &node.kind {
        Kind::Bool(true) => Some(Pointer::default()),
        Kind::String(_) => read_element_pointer("$unique", node, reader),
        _ => wrong_operand("$unique", "true, or a JSON pointer into each element such as /id", node, reader),
    }
}

fn read_element_pointer(key: &str, node: &Node, reader: &mut Reader<'_>) -> Option<Pointer> {
    let pointer = node.as_str().and_then(Pointer::parse).filter(|pointer| !pointer.is_root());
    if pointer.is_none() {
        reader.problems.error(
            Code::SCENARIO_INVALID_MATCHER,
            node.span,
            format!("`{key}` takes a JSON pointer into each element such as /id"),
            "is no pointer",
        );
    }
    pointer
}

fn read_cel(node: &Node, reader: &mut Reader<'_>) -> Option<Condition> {
    reader.condition("$cel", node)
}

fn report_unknown_operator(key: &str, span: Span, reader: &mut Reader<'_>) {
    let known: Vec<&str> = OPERATORS.known().map(|field| field.key).collect();
    if OPERATORS.position(key).is_some() {
        reader.problems.error(
            Code::SCENARIO_NOT_SUPPORTED,
            span,
            format!("`{key}` is part of the language, but not of this version of contest"),
            "not supported yet",
        );
        return;
    }
    let foreign = FOREIGN.iter().find(|(name, _)| *name == key).map(|(_, advice)| (*advice).to_owned());
    let label = foreign
        .or_else(|| nearest(key, known.iter().copied()).map(|meant| format!("did you mean `{meant}`?")))
        .unwrap_or_else(|| format!("the operators are {}", known.join(" ")));
    reader
        .problems
        .error(Code::SCENARIO_UNKNOWN_MATCHER, span, format!("there is no operator `{key}`"), label)
        .help
        .push("a member whose name starts with `$` is expected by `{ $literal: … }`".to_owned());
}

/// `<word>` or `<word|word>`: angle brackets around nothing but words and bars.
fn marker_text(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_|*".contains(c);
    (!inner.is_empty() && inner.chars().all(is_word)).then_some(inner)
}

fn read_markers(words: &str, span: Span, reader: &mut Reader<'_>) -> MatcherKind {
    let mut markers = Vec::new();
    for word in words.split('|') {
        if let Some((_, marker)) = Marker::ALL.iter().find(|(name, _)| *name == word) {
            markers.push(*marker);
            continue;
        }
        let foreign = FOREIGN_WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        let meant = foreign
            .map(|(_, ours)| *ours)
            .or_else(|| nearest(word, Marker::ALL.iter().map(|(name, _)| *name)));
        let label = match meant {
            Some(meant) => format!("did you mean `<{meant}>`?"),
            None => {
                let names: Vec<_> = Marker::ALL.iter().map(|(name, _)| format!("<{name}>")).collect();
                format!("the markers are {}", names.join(" "))
            }
        };
        reader
            .problems
            .error(Code::SCENARIO_UNKNOWN_MATCHER, span, format!("there is no marker `<{word}>`"), label)
            .help
            .push("`{ $literal: \"<…>\" }` expects the text itself".to_owned());
    }
    MatcherKind::Markers(markers)
}

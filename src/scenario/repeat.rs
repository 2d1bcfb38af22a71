use super::capture::{Capture, read_captures};
use super::reader::{Named, Reader, Spanned};
use crate::diagnostic::Code;
use crate::expression::Condition;
use crate::source::Span;
use crate::yaml::{Kind, MapReader, Node};

/// `repeat`: the step again and again, each round judged in full.
///
/// Source: LANGUAGE §10.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Where it is written.
    pub span: Span,
    /// How many rounds there are; with `condition`, at most. At least 1.
    pub max: Spanned<usize>,
    /// `while`: whether there is another round, asked behind each.
    pub condition: Option<Condition>,
    /// What the next round knows of this one, as variables.
    pub carry: Vec<Named<Capture>>,
    /// What is gathered over all rounds, as variables that hold arrays.
    pub collect: Vec<Named<Capture>>,
}

impl Repeat {
    /// The names that it gives values to.
    pub fn names(&self) -> impl Iterator<Item = &Named<Capture>> {
        self.carry.iter().chain(&self.collect)
    }
}

/// Reads `repeat`: a number of rounds, or a map.
pub(super) fn read_repeat(node: &Node, reader: &mut Reader<'_>) -> Option<Repeat> {
    if matches!(node.kind, Kind::Number(_)) {
        let max = read_max(node, reader)?;
        let (carry, collect) = (Vec::new(), Vec::new());
        return Some(Repeat { span: node.span, max, condition: None, carry, collect });
    }
    if !matches!(node.kind, Kind::Map(_)) {
        let message =
            "`repeat` is a number of rounds, or a map such as `{ max: 20, while: 'has(body.next)' }`";
        reader.invalid(node.span, message, format!("is {}", node.type_name()));
        return None;
    }
    let mut map = MapReader::new("`repeat`", node, reader.problems)?;
    let max = map.require("max", reader.problems).and_then(|node| read_max(node, reader));
    let condition = map.take("while").map(|node| reader.condition("while", node));
    let carry = read_captures(map.map("carry", reader.problems), reader);
    let collect = read_captures(map.map("collect", reader.problems), reader);
    map.finish(
        &[
            ("until", "write `while`, and the opposite; `poll` has `until`"),
            ("times", "write `repeat: 6`, or `max`"),
            ("every", "it belongs under `poll`; a step `pause: 1s` waits"),
            (
                "save",
                "write `carry` for the next round, `collect` for all of them; `save` belongs in the step",
            ),
        ],
        reader.problems,
    );
    for each in carry.iter().chain(&collect).filter(|each| each.value.is_overwrite) {
        let message = "`overwrite` belongs under `save`: `carry` and `collect` go on from round to round";
        reader.invalid(each.value.span, message, "has `overwrite`");
    }
    let condition = match condition {
        Some(condition) => Some(condition?),
        None => None,
    };
    Some(Repeat { span: node.span, max: max?, condition, carry, collect })
}

fn read_max(node: &Node, reader: &mut Reader<'_>) -> Option<Spanned<usize>> {
    let rounds: Option<usize> = match &node.kind {
        Kind::Number(text) => text.parse().ok().filter(|rounds| *rounds > 0),
        _ => None,
    };
    let limit = reader.limits.rounds;
    match rounds {
        Some(rounds) if rounds <= limit => Some(Spanned::new(rounds, node.span)),
        Some(rounds) => {
            let message = format!("{rounds} rounds are more than the limit `rounds` of {limit}");
            let help = format!("`--limit rounds={rounds}`, or `limits: {{ rounds: {rounds} }}`, allows them");
            let code = Code::YAML_LIMIT;
            reader.problems.error(code, node.span, message, "asks for more").help.push(help);
            None
        }
        None => {
            reader.invalid(
                node.span,
                "a step is repeated a number of rounds, from 1 on",
                "is no such number",
            );
            None
        }
    }
}

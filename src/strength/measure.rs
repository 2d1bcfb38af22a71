use super::change::{Kind, changes};
use crate::json::{Pointer, Value};
use crate::openapi::{Contract, Direction, Document, Operation, OperationIndex, Validity, is_json};
use crate::sample::{Sample, sample};
use std::collections::HashMap;
use std::sync::Arc;

/// As many parts of one answer are changed; each change costs a copy and a judgement.
const MAX_PARTS: usize = 300;

/// How strong the contract of a document is.
#[derive(Clone, Debug)]
pub struct Strength {
    /// Each operation with an answer that could be measured, in the order written.
    pub operations: Vec<OperationStrength>,
    /// The answers and parts of answers that could not be measured, in the order of the operations.
    pub unmeasured: Vec<Unmeasured>,
}

/// How many wrong answers of one operation would be noticed.
#[derive(Clone, Debug)]
pub struct OperationStrength {
    /// The operation.
    pub index: OperationIndex,
    /// The name people know it by.
    pub name: String,
    /// The number of wrong answers that were tried.
    pub tried: usize,
    /// The number of those that a schema noticed.
    pub noticed: usize,
    /// What lets the others through, the most harmful first.
    pub weaknesses: Vec<Weakness>,
}

/// A place of the document that lets wrong answers through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakness {
    /// The schema.
    pub schema: Pointer,
    /// In which way answers may be wrong.
    pub kind: Kind,
    /// So many wrong answers are let through.
    pub missed: usize,
}

/// An answer that could not be measured, or not all of it, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmeasured {
    /// The operation.
    pub index: OperationIndex,
    /// The name people know the operation by.
    pub operation: String,
    /// The response: `200`, `4XX`, `default`.
    pub response: String,
    /// Whether something of the answer was measured.
    pub is_partly: bool,
    /// What stands behind "because".
    pub reason: String,
}

impl Strength {
    /// The wrong answers tried and noticed in all operations.
    pub fn total(&self) -> (usize, usize) {
        let sum = |count: fn(&OperationStrength) -> usize| self.operations.iter().map(count).sum();
        (sum(|each| each.tried), sum(|each| each.noticed))
    }

    /// Operations with something to tighten, the laxest first; of equal shares the one that lets more
    /// through.
    pub fn laxest(&self) -> Vec<&OperationStrength> {
        let mut lax: Vec<_> = self.operations.iter().filter(|each| each.noticed < each.tried).collect();
        lax.sort_by(|a, b| {
            // a.noticed / a.tried against b.noticed / b.tried, without rounding.
            let share = (a.noticed * b.tried).cmp(&(b.noticed * a.tried));
            share.then((b.tried - b.noticed).cmp(&(a.tried - a.noticed)))
        });
        lax
    }
}

impl Unmeasured {
    /// "the 200 of getOrder".
    pub fn what(&self) -> String {
        let part = if self.is_partly { "a part of " } else { "" };
        format!("{part}the {} of {}", self.response, self.operation)
    }
}

/// Measures every response of every operation that is described as JSON; what of the others and of these
/// is left out is said.
pub fn measure(document: &Arc<Document>) -> Strength {
    let operations: Vec<OperationIndex> = document.operations().map(Operation::index).collect();
    let contract = Contract::compile(Arc::clone(document), &operations);
    let mut strength = Strength { operations: Vec::new(), unmeasured: Vec::new() };
    for operation in document.operations() {
        let mut tally = Tally::default();
        for response in operation.responses() {
            for content in response.media_types() {
                let mut left: Vec<(bool, String)> = Vec::new();
                match (is_json(content.range()), content.schema()) {
                    (false, _) => {
                        left.push((
                            false,
                            format!("`{}` is no JSON, which alone is measured", content.range()),
                        ));
                    }
                    (true, None) => {
                        let none = || format!("`{}` has no schema", content.range());
                        left.push((false, content.lost_schema().unwrap_or_else(none)));
                    }
                    (true, Some(schema)) => tally.of_schema(&contract, &schema, &mut left),
                }
                strength.unmeasured.extend(left.into_iter().map(|(is_partly, reason)| Unmeasured {
                    index: operation.index(),
                    operation: operation.name(),
                    response: response.key().to_string(),
                    is_partly,
                    reason,
                }));
            }
        }
        if tally.tried > 0 {
            strength.operations.push(tally.finish(operation));
        }
    }
    strength
}

#[derive(Default)]
struct Tally {
    tried: usize,
    noticed: usize,
    missed: HashMap<(Pointer, Kind), usize>,
}

impl Tally {
    /// Measures a schema; what is left out is added to `left`, with whether the rest is measured.
    fn of_schema(&mut self, contract: &Contract, schema: &Pointer, left: &mut Vec<(bool, String)>) {
        let made = match sample(contract, schema, Direction::Response) {
            Ok(made) => made,
            Err(reason) => return left.push((false, format!("no answer could be made up: {reason}"))),
        };
        // Of what judges nothing every wrong answer is let through; the line to mend is another.
        left.extend(contract.left_out(schema, Direction::Response).into_iter().map(|reason| (true, reason)));
        left.extend(made.cut.iter().map(|reason| (true, reason.clone())));
        if made.schemas.len() > MAX_PARTS {
            let reason = format!("{MAX_PARTS} of its {} parts are changed", made.schemas.len());
            left.push((true, reason));
        }
        self.measure(contract, schema, &made);
    }

    fn measure(&mut self, contract: &Contract, schema: &Pointer, made: &Sample) {
        let mut parts: Vec<(&Pointer, &Pointer)> = made.schemas.iter().collect();
        parts.sort();
        parts.truncate(MAX_PARTS);
        for (at, part) in parts {
            let written = contract.document().get(part).unwrap_or(&Value::Null);
            for change in changes(&made.value, at, written) {
                let verdict = contract.validate(schema, Direction::Response, &change.value, 1);
                // Whether a text is wrong only its pattern knows, and of one that cannot be judged it is said
                // that it is not measured.
                if change.kind == Kind::Text && is_by_pattern(written) && verdict == Validity::Valid {
                    continue;
                }
                self.tried += 1;
                match verdict {
                    Validity::Invalid(_) => self.noticed += 1,
                    Validity::Valid | Validity::NotChecked(_) => {
                        let changed = made.schemas.get(&change.at).unwrap_or(part).clone();
                        *self.missed.entry((changed, change.kind)).or_default() += 1;
                    }
                }
            }
        }
    }

    fn finish(self, operation: Operation<'_>) -> OperationStrength {
        let weakness = |((schema, kind), missed)| Weakness { schema, kind, missed };
        let mut weaknesses: Vec<Weakness> = self.missed.into_iter().map(weakness).collect();
        // Where any type is taken, null is one of them.
        let untyped: Vec<Pointer> =
            weaknesses.iter().filter(|it| it.kind == Kind::Type).map(|it| it.schema.clone()).collect();
        weaknesses.retain(|it| it.kind != Kind::Null || !untyped.contains(&it.schema));
        weaknesses.sort_by(|a, b| {
            b.missed.cmp(&a.missed).then_with(|| a.schema.cmp(&b.schema)).then(a.kind.cmp(&b.kind))
        });
        OperationStrength {
            index: operation.index(),
            name: operation.name(),
            tried: self.tried,
            noticed: self.noticed,
            weaknesses,
        }
    }
}

/// Whether nothing but a pattern restricts the texts of a schema.
fn is_by_pattern(schema: &Value) -> bool {
    schema.get("pattern").is_some()
        && ["enum", "const", "format"].iter().all(|keyword| schema.get(keyword).is_none())
}

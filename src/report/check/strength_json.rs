//! How strong contracts are, as part of what `contest check --format json` writes.

use crate::openapi::Document;
use crate::strength::{OperationStrength, Strength, Weakness};
use serde::Serialize;

/// The contract of one document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WrittenStrength {
    file: String,
    tried: usize,
    noticed: usize,
    operations: Vec<WrittenOperation>,
    not_measured: Vec<WrittenUnmeasured>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenOperation {
    operation: String,
    tried: usize,
    noticed: usize,
    weaknesses: Vec<WrittenWeakness>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenWeakness {
    kind: &'static str,
    missed: usize,
    schema: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenUnmeasured {
    operation: String,
    response: String,
    partly: bool,
    reason: String,
}

/// Everything that was measured of a document: every operation in the order written, its weaknesses the most
/// harmful first.
pub(super) fn written(document: &Document, strength: &Strength) -> WrittenStrength {
    let (tried, noticed) = strength.total();
    let unmeasured = strength.unmeasured.iter().map(|each| WrittenUnmeasured {
        operation: each.operation.clone(),
        response: each.response.clone(),
        partly: each.is_partly,
        reason: each.reason.clone(),
    });
    WrittenStrength {
        file: document.source().name().to_owned(),
        tried,
        noticed,
        operations: strength.operations.iter().map(|each| operation(document, each)).collect(),
        not_measured: unmeasured.collect(),
    }
}

fn operation(document: &Document, strength: &OperationStrength) -> WrittenOperation {
    let weakness = |each: &Weakness| {
        let place = document.place_of(&each.schema);
        let position = place.as_ref().map(|at| at.position());
        WrittenWeakness {
            kind: each.kind.name(),
            missed: each.missed,
            schema: document.written_pointer(&each.schema).to_string(),
            file: place.as_ref().map(|at| at.source.name().to_owned()),
            line: position.as_ref().map(|it| it.line),
            column: position.as_ref().map(|it| it.column),
        }
    };
    WrittenOperation {
        operation: strength.name.clone(),
        tried: strength.tried,
        noticed: strength.noticed,
        weaknesses: strength.weaknesses.iter().map(weakness).collect(),
    }
}

//! Coverage as JSON: lists in the order of reports, with the counts that follow from them.

use super::item::Item;
use super::observe::Undocumented;
use super::result::{Counts, Coverage, DocumentCoverage, OperationCoverage};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The version of the format.
const VERSION: u32 = 1;

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Whole {
    version: u32,
    counts: Counts,
    documents: Vec<Document>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    api: String,
    document: String,
    is_complete: bool,
    counts: Counts,
    operations: Vec<Operation>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Operation {
    operation: String,
    operation_id: Option<String>,
    is_called: bool,
    counts: Counts,
    covered: Vec<Item>,
    gaps: Vec<Gap>,
    undocumented: Vec<Undocumented>,
    /// Each once: one step may cover several gaps.
    steps: Vec<String>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Gap {
    #[serde(flatten)]
    item: Item,
    /// The place of its step among those of the operation, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
}

impl Serialize for Coverage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let documents = self.documents.iter().map(|(api, document)| Document::of(api, document)).collect();
        Whole { version: VERSION, counts: self.counts(), documents }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Coverage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Whole::deserialize(deserializer)?;
        if whole.version != VERSION {
            return Err(D::Error::custom(format!(
                "coverage of version {} cannot be read, only of version {VERSION}",
                whole.version
            )));
        }
        let mut coverage = Self::default();
        for document in whole.documents {
            let one = BTreeMap::from([(document.api.clone(), document.into_coverage())]);
            coverage = coverage.merge(Self { documents: one });
        }
        Ok(coverage)
    }
}

impl Document {
    fn of(api: &str, document: &DocumentCoverage) -> Self {
        Self {
            api: api.to_owned(),
            document: document.source.clone(),
            is_complete: document.is_complete,
            counts: document.counts(),
            operations: document.operations.iter().map(|((_, label), it)| Operation::of(label, it)).collect(),
        }
    }

    fn into_coverage(self) -> DocumentCoverage {
        let operations = self.operations.into_iter().enumerate();
        DocumentCoverage {
            source: self.document,
            is_complete: self.is_complete,
            operations: operations
                .map(|(place, it)| ((place, it.operation.clone()), it.into_coverage()))
                .collect(),
        }
    }
}

impl Operation {
    fn of(label: &str, operation: &OperationCoverage) -> Self {
        let mut steps: Vec<String> = Vec::new();
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut gaps = Vec::with_capacity(operation.gaps.len());
        for (item, step) in &operation.gaps {
            let step = step.as_ref().map(|step| {
                *known.entry(step).or_insert_with(|| {
                    steps.push(step.to_string());
                    steps.len() - 1
                })
            });
            gaps.push(Gap { item: item.clone(), step });
        }
        Self {
            operation: label.to_owned(),
            operation_id: operation.id.clone(),
            is_called: operation.is_called(),
            counts: operation.counts(),
            covered: operation.covered.iter().cloned().collect(),
            gaps,
            undocumented: operation.undocumented.iter().cloned().collect(),
            steps,
        }
    }

    fn into_coverage(self) -> OperationCoverage {
        let steps: Vec<Arc<str>> = self.steps.into_iter().map(Arc::from).collect();
        let gaps = self.gaps.into_iter();
        OperationCoverage {
            id: self.operation_id,
            covered: self.covered.into_iter().collect(),
            gaps: gaps.map(|gap| (gap.item, gap.step.and_then(|step| steps.get(step).cloned()))).collect(),
            undocumented: self.undocumented.into_iter().collect(),
        }
    }
}

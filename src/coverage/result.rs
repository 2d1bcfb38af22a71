//! What a run has covered, and what not.

use super::item::{Dimension, Item};
use super::observe::{Observed, Undocumented};
use super::universe::{NONE, Universe};
use serde::{Deserialize, Serialize};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// As many undocumented answers of one operation are kept.
const MAX_UNDOCUMENTED: usize = 100;

/// How much of its documents a run has covered. As JSON it is `schemas/coverage.schema.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The documents, by the names of their apis.
    pub documents: BTreeMap<String, DocumentCoverage>,
}

/// How much of one document was covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentCoverage {
    /// The name of the document's file.
    pub source: String,
    /// Whether everything was counted; otherwise the limit `coverage` left the deepest members out.
    pub is_complete: bool,
    /// Its operations by their places in the document, and their labels: `GET /orders/{id}`.
    pub operations: BTreeMap<(usize, String), OperationCoverage>,
}

/// How much of one operation was covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationCoverage {
    /// Its `operationId`, where it has one.
    pub id: Option<String>,
    /// What was covered.
    pub covered: BTreeSet<Item>,
    /// What was not, each with a step that would cover it where one was drafted.
    pub gaps: BTreeMap<Item, Option<Arc<str>>>,
    /// What came and is not documented; at most 100.
    pub undocumented: BTreeSet<Undocumented>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Those that were covered.
    pub covered: usize,
    /// All of them.
    pub total: usize,
}

/// Counts by dimension; one of which there is nothing has none.
pub type Counts = BTreeMap<Dimension, Count>;

impl Count {
    /// The share in percent; of nothing all is covered.
    pub fn percent(self) -> f64 {
        match self.total {
            0 => 100.0,
            total => self.covered as f64 * 100.0 / total as f64,
        }
    }
}

impl Coverage {
    /// Joins what two runs have covered, as the shares of one: what one of them has covered is covered.
    /// Neither order nor grouping matters.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (name, document) in other.documents {
            match self.documents.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(document);
                }
                Entry::Occupied(mut entry) => entry.get_mut().merge(document),
            }
        }
        self
    }

    /// The same with steps for the first gaps of each document alone, so many different ones.
    #[must_use]
    pub fn with_steps(&self, most: usize) -> Self {
        let mut few = self.clone();
        for (api, document) in &mut few.documents {
            let mut kept: Vec<Arc<str>> = Vec::new();
            for gap in self.documents[api].gaps_by_turns(api) {
                if let Some(step) = gap.step.filter(|step| !kept.iter().any(|known| **known == **step))
                    && kept.len() < most
                {
                    kept.push(Arc::from(step));
                }
            }
            for step in document.operations.values_mut().flat_map(|it| it.gaps.values_mut()) {
                if step.as_ref().is_some_and(|step| !kept.contains(step)) {
                    *step = None;
                }
            }
        }
        few
    }

    /// The counts of everything.
    pub fn counts(&self) -> Counts {
        sum(self.documents.values().map(DocumentCoverage::counts))
    }

    /// The gaps of everything: by document, by dimension, by operation.
    pub fn all_gaps(&self) -> impl Iterator<Item = Gap<'_>> {
        self.documents.iter().flat_map(|(api, document)| document.all_gaps(api))
    }
}

/// Something that was not covered.
#[derive(Clone, Copy, Debug)]
pub struct Gap<'c> {
    /// The api.
    pub api: &'c str,
    /// The operation: method and path template.
    pub operation: &'c str,
    /// Its `operationId`, where it has one.
    pub id: Option<&'c str>,
    /// Whether an answer of the operation was judged.
    pub is_called: bool,
    /// What it is.
    pub item: &'c Item,
    /// A step that would cover it.
    pub step: Option<&'c str>,
}

impl DocumentCoverage {
    fn merge(&mut self, other: Self) {
        self.is_complete &= other.is_complete;
        // Of two versions of a document the names may differ; any rule will do that has no order.
        self.source = std::mem::take(&mut self.source).max(other.source);
        // The place of an operation may differ as well: it is known by its label.
        let mut all: BTreeMap<String, (usize, OperationCoverage)> = BTreeMap::new();
        for ((place, label), operation) in
            std::mem::take(&mut self.operations).into_iter().chain(other.operations)
        {
            match all.entry(label) {
                Entry::Vacant(entry) => {
                    entry.insert((place, operation));
                }
                Entry::Occupied(mut entry) => {
                    let (known, whole) = entry.get_mut();
                    *known = place.min(*known);
                    whole.merge(operation);
                }
            }
        }
        self.operations = all.into_iter().map(|(label, (place, it))| ((place, label), it)).collect();
    }

    /// The counts of the document.
    pub fn counts(&self) -> Counts {
        sum(self.operations.values().map(OperationCoverage::counts))
    }

    /// The gaps of the document: by dimension, and by operation in the order of the document.
    pub fn all_gaps<'c>(&'c self, api: &'c str) -> impl Iterator<Item = Gap<'c>> {
        let of = move |dimension: Dimension, label: &'c String, operation: &'c OperationCoverage| {
            let (id, is_called) = (operation.id.as_deref(), operation.is_called());
            let gaps = operation.gaps.iter().filter(move |(item, _)| item.dimension == dimension);
            gaps.map(move |(item, step)| Gap {
                api,
                operation: label,
                id,
                is_called,
                item,
                step: step.as_deref(),
            })
        };
        let dimensions = Dimension::ALL.into_iter();
        dimensions.flat_map(move |dimension| {
            self.operations.iter().flat_map(move |((_, label), operation)| of(dimension, label, operation))
        })
    }

    /// The gaps that are worth telling one by one: of an operation that was never called, that it was not,
    /// and of a member that never came nothing of what stands in it.
    pub fn gaps<'c>(&'c self, api: &'c str) -> impl Iterator<Item = Gap<'c>> {
        let labelled: BTreeMap<&str, &OperationCoverage> =
            self.operations.iter().map(|((_, label), operation)| (label.as_str(), operation)).collect();
        self.all_gaps(api).filter(move |gap| {
            let is_told = gap.item.dimension == Dimension::Operation || gap.is_called;
            let operation = labelled.get(gap.operation);
            is_told && operation.is_none_or(|operation| !operation.implies(gap.item))
        })
    }

    /// The gaps that are worth telling, one of each dimension after the other: where there is room for a few
    /// alone, they are unlike one another.
    pub(super) fn gaps_by_turns<'c>(&'c self, api: &'c str) -> Vec<Gap<'c>> {
        let mut by_dimension: BTreeMap<Dimension, VecDeque<Gap<'c>>> = BTreeMap::new();
        for gap in self.gaps(api) {
            by_dimension.entry(gap.item.dimension).or_default().push_back(gap);
        }
        let mut found = Vec::new();
        while !by_dimension.is_empty() {
            by_dimension.retain(|_, gaps| {
                found.extend(gaps.pop_front());
                !gaps.is_empty()
            });
        }
        found
    }
}

impl Gap<'_> {
    /// The name that people know the operation by.
    pub fn name(&self) -> &str {
        self.id.unwrap_or(self.operation)
    }

    /// `getOrder`, `404 of getOrder`, `data.price in 200 of getOrder`.
    pub fn words(&self) -> String {
        match self.item.dimension {
            Dimension::Operation => self.name().to_owned(),
            _ => format!("{} of {}", self.item.words(), self.name()),
        }
    }
}

impl OperationCoverage {
    /// Whether an answer of it was judged.
    pub fn is_called(&self) -> bool {
        self.covered.iter().any(|item| item.dimension == Dimension::Operation)
    }

    /// Whether it follows from another gap that this is one.
    fn implies(&self, item: &Item) -> bool {
        item.holders().iter().any(|holder| self.gaps.contains_key(holder))
    }

    /// The counts of the operation.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for item in self.covered.iter() {
            let count = counts.entry(item.dimension).or_default();
            count.covered += 1;
            count.total += 1;
        }
        for item in self.gaps.keys() {
            counts.entry(item.dimension).or_default().total += 1;
        }
        counts
    }

    fn merge(&mut self, other: Self) {
        self.id = self.id.take().max(other.id);
        self.covered.extend(other.covered);
        for (item, step) in other.gaps {
            let known = self.gaps.entry(item).or_default();
            // Of two steps either would do; any rule will do that has no order.
            *known = known.take().max(step);
        }
        self.gaps.retain(|item, _| !self.covered.contains(item));
        self.undocumented.extend(other.undocumented);
        while self.undocumented.len() > MAX_UNDOCUMENTED {
            self.undocumented.pop_last();
        }
    }
}

fn sum(all: impl Iterator<Item = Counts>) -> Counts {
    let mut whole = Counts::new();
    for (dimension, count) in all.flatten() {
        let sum = whole.entry(dimension).or_default();
        sum.covered += count.covered;
        sum.total += count.total;
    }
    whole
}

/// Adds up what exchanges cover; their order does not matter.
#[derive(Debug)]
pub struct Tally {
    universe: Arc<Universe>,
    /// Whether each item of each document was covered.
    seen: Vec<Vec<bool>>,
    undocumented: BTreeMap<(usize, u32), BTreeSet<Undocumented>>,
}

impl Tally {
    /// Nothing is covered yet.
    pub fn new(universe: Arc<Universe>) -> Self {
        let seen = universe.apis.iter().map(|api| vec![false; api.items.len()]).collect();
        Self { universe, seen, undocumented: BTreeMap::new() }
    }

    /// Adds what exchanges cover.
    pub fn add(&mut self, observed: &Observed) {
        for (api, item) in &observed.items {
            let seen = self.seen.get_mut(*api).and_then(|items| items.get_mut(*item as usize));
            if let Some(seen) = seen {
                *seen = true;
            }
        }
        for (api, operation, what) in &observed.undocumented {
            let of_operation = self.undocumented.entry((*api, *operation)).or_default();
            of_operation.insert(what.clone());
            while of_operation.len() > MAX_UNDOCUMENTED {
                of_operation.pop_last();
            }
        }
    }

    /// What was covered, and what not.
    pub fn finish(mut self) -> Coverage {
        let mut coverage = Coverage::default();
        for (place, api) in self.universe.apis.iter().enumerate() {
            let document = api.contract.document();
            let labelled = document.operations().zip(0_u32..);
            let mut operations: Vec<((usize, String), OperationCoverage)> = labelled
                .map(|(operation, number)| {
                    let covered = OperationCoverage {
                        id: operation.id().map(str::to_owned),
                        undocumented: self.undocumented.remove(&(place, number)).unwrap_or_default(),
                        ..OperationCoverage::default()
                    };
                    ((number as usize, operation.label()), covered)
                })
                .collect();
            for ((operation, item), is_covered) in api.items.iter().zip(&self.seen[place]) {
                let Some((_, whole)) = operations.get_mut(*operation as usize) else { continue };
                match is_covered {
                    true => drop(whole.covered.insert(item.clone())),
                    false => drop(whole.gaps.insert(item.clone(), None)),
                }
            }
            // What the limit left out altogether is no operation of which anything is known.
            operations
                .retain(|((number, _), _)| api.operations.get(*number).is_some_and(|it| it.item != NONE));
            let whole = DocumentCoverage {
                source: document.source().name().to_owned(),
                is_complete: api.is_complete,
                operations: operations.into_iter().collect(),
            };
            coverage.documents.insert(api.name.clone(), whole);
        }
        coverage
    }
}

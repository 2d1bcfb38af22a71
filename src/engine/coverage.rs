//! What the exchanges of a run cover of its documents, for those who asked.

use super::run::Run;
use super::step::{Described, Sending};
use crate::check::RequestValues;
use crate::coverage::{ApiToCover, Coverage, CoverageSettings, Observed, Tally, Universe};
use crate::exchange::Exchange;
use crate::openapi::OperationIndex;
use crate::plan::Plan;
use crate::secret::Masker;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What there is to cover: the documents of which a case calls an operation.
pub(super) fn universe(plan: &Plan, limit: usize) -> Universe {
    let mut called: BTreeMap<usize, BTreeSet<OperationIndex>> = BTreeMap::new();
    for (api, operation) in plan.scenarios().flat_map(|scenario| scenario.calls()) {
        called.entry(api).or_default().insert(operation);
    }
    let apis = called.into_iter().map(|(index, called)| ApiToCover {
        index,
        name: plan.apis[index].name.clone(),
        contract: Arc::clone(&plan.apis[index].contract),
        called: called.into_iter().collect(),
    });
    Universe::of(apis.collect(), limit)
}

impl Run {
    /// What an exchange covers; nothing where nobody asked, and where no document describes it.
    pub(super) fn observe(
        &self,
        sending: Sending<'_>,
        values: &RequestValues,
        exchange: &Exchange,
    ) -> Option<Box<Observed>> {
        let universe = self.coverage.as_ref()?;
        let Described { call, .. } = sending.described()?;
        let limits = &self.settings.limits;
        Some(Box::new(universe.observe(call.api, call.operation, values, exchange, limits)))
    }
}

/// Joins what two exchanges of one step cover.
pub(super) fn join(whole: &mut Option<Box<Observed>>, other: Option<Box<Observed>>) {
    match (whole.as_mut(), other) {
        (Some(whole), Some(other)) => whole.merge(*other),
        (None, other) => *whole = other,
        (Some(_), None) => {}
    }
}

/// The result, with as many steps for gaps as are asked for. What a server says of itself may be a secret.
pub(super) fn finish(
    tally: Tally,
    universe: &Universe,
    settings: CoverageSettings,
    masker: &Masker,
) -> Coverage {
    let mut coverage = tally.finish();
    for operation in coverage.documents.values_mut().flat_map(|it| it.operations.values_mut()) {
        let masked = std::mem::take(&mut operation.undocumented).into_iter().map(|mut it| {
            it.media_type = it.media_type.map(|text| masker.mask(&text));
            it
        });
        operation.undocumented = masked.collect();
    }
    universe.draft_steps(&mut coverage, settings.steps);
    coverage
}

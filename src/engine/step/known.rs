//! Which findings of a step are known.

use super::{Sending, StepContext};
use crate::baseline::{Answer, Ledger};
use crate::engine::case::mark::xfail_of;

impl<'c> StepContext<'c> {
    /// The baseline, and an answer as it sees one; none of what no document describes, and none where an
    /// `xfail` says already what is known.
    pub(super) fn ledger<'s>(
        &'s self,
        sending: Sending<'s>,
        status: u16,
    ) -> Option<(&'s Ledger, Answer<'s>)> {
        let ledger = self.run.settings.baseline.as_deref()?;
        let described = sending.described()?;
        let case = self.run.plan.case_at(self.index);
        if sending.step.step.xfail.is_some() || xfail_of(case).is_some() {
            return None;
        }
        let answer = Answer {
            api: &self.run.plan.apis[described.call.api].name,
            operation: described.operation,
            status,
            file: &case.scenario.file.name,
            scenario: &case.scenario.scenario().name.value,
        };
        Some((ledger, answer))
    }
}

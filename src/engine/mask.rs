//! Takes the secrets out of a case's report, once, before anybody sees it.

use super::event::{CaseReport, StepReport};
use crate::diagnostic::{Change, Finding, Place};
use crate::secret::{Masker, mask_sources};
use std::sync::Arc;

/// Masks every text of a report, and the files that are excerpted. Responses are masked where their
/// excerpts are made, for their places depend on it.
pub(super) fn mask_report(report: &mut CaseReport, masker: &Masker) {
    let words = |text: &mut String| *text = masker.mask_words(text);
    words(&mut report.id);
    words(&mut report.title);
    report.row.iter_mut().for_each(words);
    report.reason.iter_mut().for_each(words);
    report.left_behind.iter_mut().for_each(words);
    report.earlier.iter_mut().for_each(|attempt| mask_report(attempt, masker));
    for step in &mut report.steps {
        mask_step(step, &words);
    }
    let findings = report.steps.iter_mut().flat_map(|step| &mut step.findings);
    let places = findings.flat_map(|finding| [&mut finding.scenario, &mut finding.document]).flatten();
    mask_sources(masker, places.map(|place| (&mut place.source, place.span)), |_, text| text);
}

fn mask_step(step: &mut StepReport, words: &impl Fn(&mut String)) {
    step.title.iter_mut().for_each(words);
    step.reason.iter_mut().for_each(words);
    step.not_checked.iter_mut().for_each(words);
    step.notes.iter_mut().for_each(words);
    step.exchange.iter_mut().for_each(|exchange| words(&mut exchange.request));
    step.repeat.iter_mut().for_each(words);
    for finding in &mut step.findings {
        mask_finding(finding, words);
    }
}

fn mask_finding(finding: &mut Finding, words: &impl Fn(&mut String)) {
    words(&mut finding.headline);
    finding.expected.iter_mut().for_each(words);
    finding.actual.iter_mut().for_each(words);
    finding.notes.iter_mut().for_each(words);
    finding.help.iter_mut().for_each(words);
    for difference in &mut finding.differences {
        difference.path.iter_mut().for_each(words);
        difference.changes.iter_mut().filter_map(Change::text_mut).for_each(words);
        difference.notes.iter_mut().for_each(words);
    }
    if let Some(known) = finding.known.as_mut().map(Arc::make_mut) {
        words(&mut known.reason);
        known.issue.iter_mut().for_each(words);
    }
    let places = [&mut finding.scenario, &mut finding.document, &mut finding.response];
    for place in places.into_iter().flatten() {
        let Place { label, at, .. } = place;
        words(label);
        at.iter_mut().for_each(words);
    }
}

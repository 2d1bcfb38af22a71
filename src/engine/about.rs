use crate::plan::{Case, Plan};
use crate::secret::Masker;

/// What is known of a case before it runs, for reports that name more than the case itself.
/// Its words are masked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseAbout {
    /// The path of the scenario's file, as shown in messages.
    pub path: String,
    /// The line of the scenario's name in it, from 1.
    pub line: usize,
    /// The tags of file, scenario and row, sorted.
    pub tags: Vec<String>,
    /// The operations that it calls, setup and cleanup included, each once, in the order of the file:
    /// `updateAnOrder`.
    pub operations: Vec<String>,
    /// Its place among all cases of the files, from 0, whichever were selected: shards of one run agree
    /// about it.
    pub place: usize,
    /// Which time it runs, from 1.
    pub round: usize,
}

impl CaseAbout {
    /// Gathers what is known; a walk over all steps of the case.
    pub(super) fn of(plan: &Plan, case: &Case, round: usize, masker: &Masker) -> Self {
        let scenario = &case.scenario;
        let source = &scenario.file.source;
        let operations = scenario.calls().into_iter().map(|(api, operation)| {
            let document = plan.apis[api].contract.document();
            document.operation(operation).name()
        });
        Self {
            path: source.name().to_owned(),
            line: source.position(scenario.scenario().name.span.start).line,
            tags: case.tags.iter().map(|tag| masker.mask_words(tag)).collect(),
            operations: operations.map(|name| masker.mask_words(&name)).collect(),
            place: case.place,
            round: round + 1,
        }
    }
}

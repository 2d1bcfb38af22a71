use super::case::PlannedOnce;
use super::planner::{Planner, reached_inputs};
use super::references::{Names, Place};
use super::step::{Course, made_names};
use crate::diagnostic::Problems;
use crate::scenario::ScenarioFile;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Planner<'_> {
    /// `setupOnce` and `teardownOnce` of a file, where it has any: they see the file's inputs, and what
    /// they make themselves. The file's `vars` belong to its cases, which evaluate them anew.
    pub(super) fn once(&self, file: &Arc<ScenarioFile>, problems: &mut Problems) -> Option<Arc<PlannedOnce>> {
        if file.setup_once.is_empty() && file.teardown_once.is_empty() {
            return None;
        }
        let mut surroundings = self.surroundings();
        surroundings.push(&file.settings);
        let later = file.setup_once.iter().chain(&file.teardown_once);
        let names = Names {
            inputs: file.inputs.iter().map(|input| input.name.clone()).collect(),
            later: later.flat_map(|step| made_names(step)).collect(),
            ..self.listed_names()
        };
        let mut course = Course {
            own_auth: file.settings.auth.as_ref(),
            ..Course::new(surroundings, self.project_auth(), names)
        };
        for input in &file.inputs {
            if let Some(default) = &input.value.default {
                course.names.check_template(default, Place::Values, problems);
            }
        }
        let setup = self.steps(file, &file.setup_once, &mut course, problems);
        let teardown = self.steps(file, &file.teardown_once, &mut course, problems);
        let timeout = course.surroundings.scenario_timeout();
        let inputs = reached_inputs(&[&file.inputs], &course.names.used_inputs);
        let used = course.names.used;
        Some(Arc::new(PlannedOnce { file: Arc::clone(file), setup, teardown, inputs, used, timeout }))
    }
}

/// The names that `setupOnce` saves, which every scenario of the file may read and none may change.
pub(super) fn saved_once(file: &ScenarioFile) -> BTreeSet<String> {
    let steps = file.setup_once.iter();
    steps.flat_map(|step| step.named().map(|capture| capture.name.clone())).collect()
}

//! Flows: which one a step means, what it is given, and its steps as those of its caller.
//!
//! A flow is planned anew for each call, for its caller decides who its steps are sent as and where their
//! ids stand. The limits `flows` and `steps` bound what may come of that.

use super::auth::resolve_auth;
use super::planner::{Planner, contracts_of};
use super::references::{Names, Place};
use super::rules::check_rules;
use super::settings::Surroundings;
use super::step::{Course, made_names};
use super::{PlannedAction, PlannedFlow, PlannedFlowCall};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::scenario::{Action, AuthChoice, CaptureSource, Flow, FlowCall, ScenarioFile, Step};
use crate::yaml::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// A flow by the path of its file and its name.
pub(super) type FlowKey = (PathBuf, String);

/// A flow in its file.
#[derive(Clone, Copy)]
pub(super) struct Found<'i> {
    file: &'i Arc<ScenarioFile>,
    index: usize,
}

impl<'i> Found<'i> {
    pub(super) fn flow(self) -> &'i Flow {
        &self.file.flows[self.index]
    }

    fn key(self) -> FlowKey {
        (self.file.path.clone(), self.flow().name.value.clone())
    }
}

/// The flow of a name in a file.
pub(super) fn find<'i>(file: &'i Arc<ScenarioFile>, name: &str) -> Option<Found<'i>> {
    let index = file.flows.iter().position(|flow| flow.name.value == name)?;
    Some(Found { file, index })
}

impl<'i> Planner<'i> {
    /// The file of a flow; `None` where it could not be read, which is reported.
    fn flow_file(&self, from: &ScenarioFile, call: &FlowCall) -> Option<&'i Arc<ScenarioFile>> {
        match call.path(&from.path) {
            None => self.file_of(from),
            Some(path) => self.input.flow_files.get(&path),
        }
    }

    /// The shared form of a file of the run.
    fn file_of(&self, file: &ScenarioFile) -> Option<&'i Arc<ScenarioFile>> {
        let all = self.input.files.iter().chain(self.input.flow_files.values());
        all.into_iter().find(|each| std::ptr::eq(each.as_ref(), file))
    }

    fn find_flow(&self, from: &ScenarioFile, call: &FlowCall, problems: &mut Problems) -> Option<Found<'i>> {
        let file = self.flow_file(from, call)?;
        let found = find(file, call.name());
        if found.is_none() {
            let is_own = std::ptr::eq(file.as_ref(), from);
            self.report_unknown_flow(file, is_own, call, problems);
        }
        found
    }

    /// Reports that a file has no flow of a name.
    pub(super) fn report_unknown_flow(
        &self,
        file: &ScenarioFile,
        is_own: bool,
        call: &FlowCall,
        problems: &mut Problems,
    ) {
        let place = if is_own { "the file".to_owned() } else { format!("`{}`", file.source.name()) };
        let names: Vec<&str> = file.flows.iter().map(|flow| flow.name.value.as_str()).collect();
        let label = match (nearest(call.name(), names.iter().copied()), names.as_slice()) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, []) if is_own => "write it under `flows`, or name its file: `FILE#NAME`".to_owned(),
            (None, []) => "it has no `flows`".to_owned(),
            (None, [only]) => format!("its only flow is {only}"),
            (None, _) => format!("its flows are {}", names.join(", ")),
        };
        let message = format!("{place} has no flow `{}`", call.name());
        problems.error(Code::SCENARIO_UNKNOWN_FLOW, call.flow.span, message, label);
    }

    /// Something needs a flow.
    pub(super) fn note_called(&self, found: Found<'_>) {
        self.called.borrow_mut().insert(found.key());
    }

    /// A step with `flow`: the names it gives and takes, and the steps of the flow.
    pub(super) fn flow<'s>(
        &'s self,
        file: &ScenarioFile,
        step: &'s Step,
        name: &str,
        call: &Arc<FlowCall>,
        course: &mut Course<'s>,
        problems: &mut Problems,
    ) -> Option<PlannedAction> {
        for given in &call.with {
            course.names.check_template(&given.value, Place::Request, problems);
        }
        let found = self.find_flow(file, call, problems);
        self.check_given(call, found, problems);
        check_saved_outputs(step, name, found, &mut course.names, problems);
        let found = found?;
        // A circle is reported where it closes.
        if course.chain.contains(&found.key()) {
            return None;
        }
        if course.chain.len() >= self.input.limits.flows {
            let limit = self.input.limits.flows;
            let message =
                format!("more than {limit} flows call one another, and the limit `flows` is {limit}");
            let diagnostic =
                problems.error(Code::YAML_LIMIT, call.flow.span, message, "would be one too many");
            diagnostic.help.push(format!("`--limit flows={}` allows them", limit.saturating_mul(2)));
            return None;
        }
        self.note_called(found);
        let (choice, is_expression) = match course.own_auth {
            Some(AuthChoice::Expression(_)) => (None, true),
            choice => (choice, course.auth_is_of_caller),
        };
        let mut inner = self.flow_course(found, course, choice, is_expression);
        inner.prefix = format!("{}{name}.", course.prefix);
        let flow = self.planned_flow(found, &mut inner, problems);
        course.n_steps = inner.n_steps;
        let auth = Self::inherited_auth(course);
        Some(PlannedAction::Flow(Box::new(PlannedFlowCall { call: Arc::clone(call), auth, flow })))
    }

    /// What is made while the steps of a flow are planned.
    pub(super) fn flow_course<'s>(
        &'s self,
        found: Found<'i>,
        caller: &Course<'s>,
        caller_auth: Option<&'s AuthChoice>,
        auth_is_of_caller: bool,
    ) -> Course<'s>
    where
        'i: 's,
    {
        let flow = found.flow();
        let mut surroundings = self.surroundings();
        surroundings.push(&found.file.settings);
        let names = Names {
            inputs: flow.inputs.iter().map(|input| input.name.clone()).collect(),
            later: flow.steps.iter().flat_map(|step| made_names(step)).collect(),
            is_of_flow: true,
            ..self.listed_names()
        };
        // Who a flow that signs in is sent as must not follow from whom it signs in.
        let own_auth = match auth_is_of_caller || caller.signs_in {
            true => None,
            false => caller_auth.or(found.file.settings.auth.as_ref()),
        };
        let mut chain = caller.chain.clone();
        chain.push(found.key());
        Course {
            own_auth,
            auth_is_of_caller,
            auth_is_foreign: !auth_is_of_caller && caller_auth.is_some(),
            signs_in: caller.signs_in,
            chain,
            n_steps: caller.n_steps,
            ..Course::new(surroundings, caller.project_auth, names)
        }
    }

    pub(super) fn planned_flow<'s>(
        &'s self,
        found: Found<'i>,
        course: &mut Course<'s>,
        problems: &mut Problems,
    ) -> PlannedFlow
    where
        'i: 's,
    {
        let flow = found.flow();
        let mut own = Problems::new(&found.file.source);
        for input in &flow.inputs {
            if let Some(default) = &input.value.default {
                course.names.check_template(default, Place::Values, &mut own);
            }
        }
        if let Some(choice) = &found.file.settings.auth {
            resolve_auth(Some(choice), self.input.project, &mut own);
        }
        let steps = self.steps(found.file, &flow.steps, course, &mut own);
        for output in &flow.outputs {
            course.names.check_template(&output.value, Place::Request, &mut own);
        }
        own.into_list().into_iter().for_each(|diagnostic| problems.push(diagnostic));
        let used = std::mem::take(&mut course.names.used);
        PlannedFlow { file: Arc::clone(found.file), index: found.index, steps, used }
    }

    /// Checks what stands around the flows of files that are no scenario files of the run.
    pub(super) fn check_flow_files(&self, diagnostics: &mut Vec<Diagnostic>) {
        let is_own = |file: &Arc<ScenarioFile>| self.input.files.iter().any(|own| own.path == file.path);
        let files: BTreeMap<&PathBuf, &Arc<ScenarioFile>> =
            self.input.flow_files.values().map(|file| (&file.path, file)).collect();
        for file in files.into_values().filter(|file| !is_own(file)) {
            let mut problems = Problems::new(&file.source);
            self.check_api(file, &mut problems);
            for settings in contracts_of(file) {
                check_rules(self, settings, self.default_api(file), &mut problems);
            }
            diagnostics.extend(problems.into_list());
        }
    }

    /// The flows of the run's own files that nothing calls, so that what is wrong with them is said too.
    pub(super) fn uncalled(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<PlannedFlow> {
        let mut flows = Vec::new();
        for file in &self.input.files {
            for index in 0..file.flows.len() {
                let found = Found { file, index };
                if self.called.borrow().contains(&found.key()) {
                    continue;
                }
                let nobody = Course::new(Surroundings::default(), None, Names::default());
                // Who it would be sent as is for its caller to say.
                let is_of_caller = file.settings.auth.is_none();
                let mut course = self.flow_course(found, &nobody, None, is_of_caller);
                let mut problems = Problems::new(&file.source);
                flows.push(self.planned_flow(found, &mut course, &mut problems));
                diagnostics.extend(problems.into_list());
            }
        }
        flows
    }

    /// What `with` gives is what the flow takes, and everything that it needs.
    pub(super) fn check_given(&self, call: &FlowCall, found: Option<Found<'_>>, problems: &mut Problems) {
        let Some(found) = found else { return };
        let inputs = &found.flow().inputs;
        for given in &call.with {
            let Some(input) = inputs.iter().find(|input| input.name == given.name) else {
                let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
                let label = match (nearest(&given.name, names.iter().copied()), names.as_slice()) {
                    (Some(meant), _) => format!("did you mean `{meant}`?"),
                    (None, []) => "it takes none".to_owned(),
                    (None, [only]) => format!("its only input is {only}"),
                    (None, _) => format!("its inputs are {}", names.join(", ")),
                };
                let message = format!("the flow `{}` has no input `{}`", call.name(), given.name);
                problems.error(Code::SCENARIO_FLOW_INPUTS, given.name_span, message, label);
                continue;
            };
            let literal = given.value.as_literal();
            if let Some(Err(reason)) = literal.map(|datum| input.value.validate(datum.value())) {
                let message = format!(
                    "the input `{}` of the flow `{}` does not fit: {reason}",
                    input.name,
                    call.name()
                );
                problems.error(Code::SCENARIO_INVALID_VALUE, given.value.span, message, "is given here");
            }
        }
        let is_missing = |name: &str| call.with.iter().all(|given| given.name != name);
        let needed = inputs.iter().filter(|it| it.value.default.is_none() && !it.value.is_optional);
        let missing: Vec<String> =
            needed.filter(|it| is_missing(&it.name)).map(|it| format!("`{}`", it.name)).collect();
        if let Some(first) = missing.first() {
            let message = match missing.len() {
                1 => format!("the flow `{}` needs the input {first}", call.name()),
                _ => format!("the flow `{}` needs the inputs {}", call.name(), missing.join(", ")),
            };
            let label = if missing.len() == 1 { "is called without it" } else { "is called without them" };
            problems
                .error(Code::SCENARIO_FLOW_INPUTS, call.flow.span, message, label)
                .help
                .push("write it under `with`, or give the input a `default` in the flow".to_owned());
        }
    }

    /// Reports every circle of flows, once, at the call that closes it.
    pub(super) fn check_circles(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut walk = Walk { planner: self, trail: Vec::new(), done: BTreeSet::new(), diagnostics };
        let files: BTreeMap<&PathBuf, &Arc<ScenarioFile>> =
            self.input.files.iter().chain(self.input.flow_files.values()).map(|it| (&it.path, it)).collect();
        for file in files.into_values() {
            for index in 0..file.flows.len() {
                walk.visit(Found { file, index });
            }
        }
    }
}

/// A walk from flow to flow.
struct Walk<'w, 'i> {
    planner: &'w Planner<'i>,
    /// The flows from the first to the one that is looked at.
    trail: Vec<Found<'w>>,
    done: BTreeSet<FlowKey>,
    diagnostics: &'w mut Vec<Diagnostic>,
}

impl<'w> Walk<'w, '_> {
    fn visit(&mut self, found: Found<'w>) {
        // What is nested deeper than the limit is reported by that.
        if self.trail.len() > self.planner.input.limits.flows || !self.done.insert(found.key()) {
            return;
        }
        self.trail.push(found);
        let mut steps: Vec<&Arc<Step>> = found.flow().steps.iter().collect();
        while let Some(step) = steps.pop() {
            steps.extend(&step.cleanup);
            let Action::Flow(call) = &step.action else { continue };
            let file = self.planner.flow_file(found.file, call);
            let Some(called) = file.and_then(|file| find(file, call.name())) else { continue };
            match self.trail.iter().position(|each| each.key() == called.key()) {
                Some(start) => self.report(start, found, call),
                None => self.visit(called),
            }
        }
        self.trail.pop();
    }

    fn report(&mut self, start: usize, closing: Found<'_>, call: &FlowCall) {
        let circle = &self.trail[start..];
        let first = circle[0].flow().name.value.as_str();
        let names = circle.iter().map(|found| found.flow().name.value.as_str()).chain([first]);
        let message = match circle.len() {
            1 => format!("the flow `{first}` calls itself"),
            _ => format!("flows call one another in a circle: {}", names.collect::<Vec<_>>().join(" → ")),
        };
        let mut problems = Problems::new(&closing.file.source);
        problems
            .error(Code::SCENARIO_FLOW_CIRCLE, call.flow.span, message, "closes the circle")
            .help
            .push("what is to happen several times is several steps, or `repeat`".to_owned());
        self.diagnostics.extend(problems.into_list());
    }
}

/// What a step with `flow` saves are outputs of the flow.
fn check_saved_outputs(
    step: &Step,
    name: &str,
    found: Option<Found<'_>>,
    names: &mut Names,
    problems: &mut Problems,
) {
    names.steps.insert(name.to_owned());
    if let Some(found) = found {
        let outputs: BTreeSet<String> = found.flow().outputs.iter().map(|it| it.name.clone()).collect();
        names.outputs.insert(name.to_owned(), outputs.clone());
        names.own_outputs = Some(outputs);
        for capture in &step.save {
            if let CaptureSource::Expression(template) = &capture.value.source {
                names.check_template(template, Place::Request, problems);
            }
            if let Some(template) = &capture.value.default {
                names.check_template(template, Place::Request, problems);
            }
        }
        names.own_outputs = None;
    }
    names.add_saved(step);
}

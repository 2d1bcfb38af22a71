use super::auth::{check_auth_kind, resolve_auth};
use super::content::{Offer, attach, plain_media_type};
use super::operation::resolve_operation;
use super::planner::Planner;
use super::references::{Names, Place};
use super::request::check_request;
use super::rules::is_about;
use super::settings::Surroundings;
use super::status::check_status;
use super::url::check_url;
use super::{
    PlannedAction, PlannedAuth, PlannedCall, PlannedRequest, PlannedSend, PlannedStep, PlannedTarget,
};
use crate::diagnostic::{Code, Problems};
use crate::scenario::{
    Action, AuthChoice, Call, ContractRule, ScenarioFile, Send, Step, StepBody, StepRequest,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is made while the steps of a scenario are planned in their order.
pub(super) struct Course<'s> {
    pub(super) surroundings: Surroundings<'s>,
    /// The choice of the scenario or its file.
    pub(super) own_auth: Option<&'s AuthChoice>,
    /// That of the project file.
    pub(super) project_auth: Option<&'s AuthChoice>,
    pub(super) names: Names,
    pub(super) ids: BTreeSet<String>,
    pub(super) saved: BTreeMap<String, bool>,
    pub(super) count: usize,
}

impl Planner<'_> {
    pub(super) fn steps<'s>(
        &self,
        file: &ScenarioFile,
        steps: &'s [Arc<Step>],
        course: &mut Course<'s>,
        problems: &mut Problems,
    ) -> Vec<PlannedStep> {
        let numbered = steps.iter().map(|step| {
            course.count += 1;
            (format!("step{}", course.count), step)
        });
        let numbered: Vec<_> = numbered.collect();
        numbered.into_iter().filter_map(|(id, step)| self.step(file, step, id, course, problems)).collect()
    }

    fn step<'s>(
        &self,
        file: &ScenarioFile,
        step: &'s Arc<Step>,
        default_id: String,
        course: &mut Course<'s>,
        problems: &mut Problems,
    ) -> Option<PlannedStep> {
        let id = step.id.as_ref().map_or(default_id, |id| id.value.clone());
        if !course.ids.insert(id.clone()) {
            let span = step.id.as_ref().map_or(step.place(), |id| id.span);
            let message = format!("two steps have the id `{id}`");
            problems.error(Code::SCENARIO_DUPLICATE_NAME, span, message, "the second of them");
        }
        check_saved(step, course, problems);
        if let Some(when) = &step.when {
            course.names.check_condition(when, Place::Request, problems);
        }
        let action = match &step.action {
            Action::Call(call) => self.call(file, step, &id, call, course, problems),
            Action::Send(send) => self.send(file, step, &id, send, course, problems),
            Action::Flow(flow) => {
                let message = "`flow` is part of the language, but not of this version of contest";
                problems.error(Code::SCENARIO_NOT_SUPPORTED, flow.flow.span, message, "not supported yet");
                course.names.add_saved(step);
                None
            }
            Action::Pause(time) => {
                let limit = course.surroundings.scenario_timeout();
                if time.value >= limit {
                    let message = format!(
                        "a scenario is cut off after {} s, and this pause lasts longer",
                        limit.as_secs_f64()
                    );
                    let help = "`timeouts: { scenario: … }` allows more".to_owned();
                    problems
                        .error(Code::SCENARIO_INVALID_VALUE, time.span, message, "is longer")
                        .help
                        .push(help);
                }
                course.names.steps.insert(id.clone());
                Some(PlannedAction::Pause(time.value))
            }
        };
        let was_at_end = std::mem::replace(&mut course.names.is_at_end, true);
        let numbered = step.cleanup.iter().enumerate();
        let cleanup = numbered
            .filter_map(|(index, cleanup)| {
                self.step(file, cleanup, format!("{id}.cleanup{}", index + 1), course, problems)
            })
            .collect();
        course.names.is_at_end = was_at_end;
        Some(PlannedStep { id, step: Arc::clone(step), action: action?, cleanup })
    }

    /// A request to an operation, which must be there and take what is given.
    fn call<'s>(
        &self,
        file: &ScenarioFile,
        step: &'s Step,
        id: &str,
        call: &'s Arc<Call>,
        course: &mut Course<'s>,
        problems: &mut Problems,
    ) -> Option<PlannedAction> {
        let request = &call.request;
        let headers = course.surroundings.headers(&request.headers);
        course.names.check_call(call, problems);
        course.names.check_request(request, &headers, problems);
        course.names.check_answer(id, step, request, problems);
        self.check_attachments(file, request, &mut course.names, problems);
        let own_choice = request.auth.as_ref().or(course.own_auth);
        let auth = self.auth(own_choice.or(course.project_auth), course, problems);
        let (api, operation) = resolve_operation(self, file, &call.operation, problems)?;
        let described = self.document(api).operation(operation);
        let fits = |rule: &ContractRule| is_about(rule, self.api_name(api), &described);
        let (of_api, own) = (self.api_contract(api), &request.expect.contract);
        let policy = course.surroundings.policy(of_api, own, self.input.overrides, fits);
        let offer = Offer { request, attachments: self.input.attachments, path: &file.path };
        let media_type = check_request(&offer, call, &headers, &described, problems);
        let attached = attach(&offer, media_type.as_deref(), Some(&described), problems);
        check_status(call, &described, &policy, problems);
        check_auth_kind(&auth, &described, self.input.project, &call.operation, problems);
        let target = PlannedTarget::Operation(PlannedCall { call: Arc::clone(call), api, operation });
        Some(PlannedAction::Request(Box::new(PlannedRequest {
            target,
            auth,
            auth_span: own_choice.and_then(AuthChoice::span),
            policy,
            headers,
            removed_headers: course.surroundings.removed_headers(&request.headers),
            media_type,
            attached,
            timeout: course.surroundings.request_timeout(request.timeout),
        })))
    }

    /// A request to a URL outside the documents: the defaults for headers and auth are made for the apis,
    /// so it is sent what the step itself says.
    fn send<'s>(
        &self,
        file: &ScenarioFile,
        step: &'s Step,
        id: &str,
        send: &'s Arc<Send>,
        course: &mut Course<'s>,
        problems: &mut Problems,
    ) -> Option<PlannedAction> {
        let request = &send.request;
        let own = Surroundings::default();
        let headers = own.headers(&request.headers);
        course.names.check_template(&send.url, Place::Request, problems);
        course.names.check_request(request, &headers, problems);
        course.names.check_answer(id, step, request, problems);
        self.check_attachments(file, request, &mut course.names, problems);
        let auth = self.auth(request.auth.as_ref(), course, problems);
        let is_about_all = |rule: &ContractRule| rule.operations.is_empty();
        let policy =
            course.surroundings.policy(None, &request.expect.contract, self.input.overrides, is_about_all);
        let offer = Offer { request, attachments: self.input.attachments, path: &file.path };
        let media_type = plain_media_type(&offer, problems);
        let attached = attach(&offer, None, None, problems);
        let api = self.default_api(file);
        check_url(send, api.is_some(), problems);
        let target = PlannedTarget::Url(PlannedSend { send: Arc::clone(send), api });
        Some(PlannedAction::Request(Box::new(PlannedRequest {
            target,
            auth,
            auth_span: request.auth.as_ref().and_then(AuthChoice::span),
            policy,
            headers,
            removed_headers: own.removed_headers(&request.headers),
            media_type,
            attached,
            timeout: course.surroundings.request_timeout(request.timeout),
        })))
    }

    /// The profile of a choice, whose names must be known.
    fn auth(
        &self,
        choice: Option<&AuthChoice>,
        course: &mut Course<'_>,
        problems: &mut Problems,
    ) -> PlannedAuth {
        let auth = resolve_auth(choice, self.input.project, problems);
        if let PlannedAuth::Expression(template) = &auth {
            course.names.check_template(template, Place::Request, problems);
        }
        auth
    }

    /// Checks the expressions in files that a step sends as values.
    fn check_attachments(
        &self,
        file: &ScenarioFile,
        request: &StepRequest,
        names: &mut Names,
        problems: &mut Problems,
    ) {
        for reference in request.body.iter().flat_map(StepBody::files) {
            let found = self.input.attachments.get(&reference.resolve(&file.path));
            let Some((template, source)) = found.and_then(|found| found.value.as_ref()) else { continue };
            let mut own = Problems::new(source);
            names.check_template(template, Place::Request, &mut own);
            own.into_list().into_iter().for_each(|diagnostic| problems.push(diagnostic));
        }
    }
}

/// Saving a name twice is an error unless both steps have a `when`, or the capture says so.
fn check_saved(step: &Step, course: &mut Course<'_>, problems: &mut Problems) {
    for capture in &step.save {
        let is_conditional = step.when.is_some();
        let earlier = course.saved.insert(capture.name.clone(), is_conditional);
        let is_var = course.names.vars.contains(&capture.name);
        let is_allowed = capture.value.is_overwrite
            || match earlier {
                Some(was_conditional) => was_conditional && is_conditional,
                None => !is_var,
            };
        if !is_allowed {
            let message = format!("`{}` is saved twice", capture.name);
            problems
                .error(Code::SCENARIO_DUPLICATE_NAME, capture.name_span, message, "has a value already")
                .help
                .push(format!("choose another name, or write `{}: {{ …, overwrite: true }}`", capture.name));
        }
    }
}

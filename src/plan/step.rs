use super::again::{PlannedRetry, check_poll, plan_retry};
use super::auth::{check_auth_kind, resolve_auth};
use super::content::{Offer, attach, plain_media_type};
use super::flow::FlowKey;
use super::operation::resolve_operation;
use super::planner::Planner;
use super::references::{Names, Place};
use super::request::check_request;
use super::rules::is_about;
use super::schema::find_schemas;
use super::settings::Surroundings;
use super::status::check_status;
use super::url::check_url;
use super::{
    PlannedAction, PlannedAuth, PlannedCall, PlannedRequest, PlannedSend, PlannedStep, PlannedTarget,
};
use crate::diagnostic::{Code, Problems};
use crate::expression::{Access, Template};
use crate::openapi::{ParameterIn, SecurityKind};
use crate::scenario::{
    Action, AuthChoice, Call, ContractRule, Named, ScenarioFile, Send, Step, StepBody, StepRequest, parts_of,
};
use crate::source::{Location, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is made while the steps of a scenario, or of a flow, are planned in their order.
pub(super) struct Course<'s> {
    pub(super) surroundings: Surroundings<'s>,
    /// The choice of the scenario or its file; for a flow, of its caller or its file.
    pub(super) own_auth: Option<&'s AuthChoice>,
    /// That of the environment or the project file.
    pub(super) project_auth: Option<&'s AuthChoice>,
    /// Whether `own_auth` is written in the file of a flow's caller, where it is judged.
    pub(super) auth_is_foreign: bool,
    /// Whether only the running caller of a flow knows who it is sent as.
    pub(super) auth_is_of_caller: bool,
    /// Whether they sign in for an auth profile, and are sent as nobody unless they say otherwise.
    pub(super) signs_in: bool,
    pub(super) names: Names,
    /// What `setupOnce` saves.
    pub(super) read_only: BTreeSet<String>,
    /// What stands before the ids of a flow's steps: `order.`.
    pub(super) prefix: String,
    /// The flows around a flow's steps, from the outside in.
    pub(super) chain: Vec<FlowKey>,
    /// How many steps there are by now, those of flows included.
    pub(super) n_steps: usize,
    pub(super) ids: BTreeSet<String>,
    pub(super) saved: BTreeMap<String, bool>,
    pub(super) count: usize,
}

impl<'s> Course<'s> {
    pub(super) fn new(
        surroundings: Surroundings<'s>,
        project_auth: Option<&'s AuthChoice>,
        names: Names,
    ) -> Self {
        Self {
            surroundings,
            own_auth: None,
            project_auth,
            auth_is_foreign: false,
            auth_is_of_caller: false,
            signs_in: false,
            names,
            read_only: BTreeSet::new(),
            prefix: String::new(),
            chain: Vec::new(),
            n_steps: 0,
            ids: BTreeSet::new(),
            saved: BTreeMap::new(),
            count: 0,
        }
    }

    /// Reports a name that `setupOnce` saves already, for all cases of the file together.
    pub(super) fn check_read_only(&self, name: &str, span: Span, problems: &mut Problems) -> bool {
        let is_taken = self.read_only.contains(name);
        if is_taken {
            let message = format!("`{name}` is saved by `setupOnce`, and no scenario may change it");
            problems
                .error(Code::SCENARIO_DUPLICATE_NAME, span, message, "has a value already")
                .help
                .push("choose another name".to_owned());
        }
        is_taken
    }
}

impl<'i> Planner<'i> {
    pub(super) fn steps<'s>(
        &'s self,
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
        &'s self,
        file: &ScenarioFile,
        step: &'s Arc<Step>,
        default_id: String,
        course: &mut Course<'s>,
        problems: &mut Problems,
    ) -> Option<PlannedStep> {
        course.n_steps += 1;
        if course.n_steps > self.input.limits.steps {
            self.report_too_many(step, course, problems);
            return None;
        }
        let name = step.id.as_ref().map_or(default_id, |id| id.value.clone());
        let id = format!("{}{name}", course.prefix);
        if !course.ids.insert(name.clone()) {
            let span = step.id.as_ref().map_or(step.place(), |id| id.span);
            let message = format!("two steps have the id `{name}`");
            problems.error(Code::SCENARIO_DUPLICATE_NAME, span, message, "the second of them");
        }
        check_saved(step, course, problems);
        if let Some(when) = &step.when {
            course.names.check_condition(when, Place::Request, problems);
        }
        let action = match &step.action {
            Action::Call(call) => self.call(file, step, &name, call, course, problems),
            Action::Send(send) => self.send(file, step, &name, send, course, problems),
            Action::Flow(flow) => self.flow(file, step, &name, flow, course, problems),
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
                course.names.steps.insert(name.clone());
                Some(PlannedAction::Pause(time.value))
            }
        };
        let was_at_end = std::mem::replace(&mut course.names.is_at_end, true);
        let numbered = step.cleanup.iter().enumerate();
        let cleanup = numbered
            .filter_map(|(index, cleanup)| {
                self.step(file, cleanup, format!("{name}.cleanup{}", index + 1), course, problems)
            })
            .collect();
        course.names.is_at_end = was_at_end;
        let source = Arc::clone(&file.source);
        Some(PlannedStep { id, name, source, step: Arc::clone(step), action: action?, cleanup })
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
        course.names.add_carried(step);
        let outer_headers = course.surroundings.outer_headers(&request.headers);
        course.names.check_call(call, problems);
        course.names.check_request(request, &headers, problems);
        course.names.check_answer(id, step, request, problems);
        self.check_attachments(file, request, &mut course.names, problems);
        let (auth, auth_at) = self.call_auth(request.auth.as_ref(), course, problems);
        let (api, operation) = resolve_operation(self, file, &call.operation, problems)?;
        let described = self.document(api).operation(operation);
        let fits = |rule: &ContractRule| is_about(rule, self.api_name(api), &described);
        let (of_api, own) = (self.api_contract(api), &request.expect.contract);
        let retry = self.again(request, described.method(), course, problems);
        let policy = course.surroundings.policy(of_api, own, self.input.overrides, fits);
        let offer = Offer { request, attachments: self.input.attachments, path: &file.path };
        let all_headers: Vec<_> = outer_headers.iter().chain(&headers).cloned().collect();
        let media_type = check_request(&offer, call, &all_headers, &described, problems);
        let mut attached = attach(&offer, media_type.as_deref(), Some(&described), problems);
        let named = request.expect.schemas();
        attached.schemas =
            find_schemas(named, &file.path, Some(api), self.input, problems).into_iter().collect();
        check_status(call, &described, &policy, problems);
        let is_given = |kind: &SecurityKind<'_>| self.is_given(kind, call, &all_headers);
        check_auth_kind(&auth, &described, self.input.project, is_given, &call.operation, problems);
        let target = PlannedTarget::Operation(PlannedCall { call: Arc::clone(call), api, operation });
        Some(PlannedAction::Request(Box::new(PlannedRequest {
            target,
            auth,
            auth_at,
            policy,
            headers,
            outer_headers,
            removed_headers: course.surroundings.removed_headers(&request.headers),
            media_type,
            attached,
            timeout: course.surroundings.request_timeout(request.timeout),
            retry,
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
        course.names.add_carried(step);
        course.names.check_template(&send.url, Place::Request, problems);
        course.names.check_request(request, &headers, problems);
        course.names.check_answer(id, step, request, problems);
        self.check_attachments(file, request, &mut course.names, problems);
        let (auth, auth_at) = self.auth(request.auth.as_ref(), None, course, problems);
        let retry = self.again(request, &send.method, course, problems);
        let is_about_all = |rule: &ContractRule| rule.operations.is_empty();
        let policy =
            course.surroundings.policy(None, &request.expect.contract, self.input.overrides, is_about_all);
        let offer = Offer { request, attachments: self.input.attachments, path: &file.path };
        let media_type = plain_media_type(&offer, problems);
        let mut attached = attach(&offer, None, None, problems);
        let named = request.expect.schemas();
        attached.schemas = find_schemas(named, &file.path, None, self.input, problems).into_iter().collect();
        let api = self.default_api(file);
        check_url(send, api.is_some(), problems);
        let target = PlannedTarget::Url(PlannedSend { send: Arc::clone(send), api });
        Some(PlannedAction::Request(Box::new(PlannedRequest {
            target,
            auth,
            auth_at,
            policy,
            headers,
            outer_headers: Vec::new(),
            removed_headers: own.removed_headers(&request.headers),
            media_type,
            attached,
            timeout: course.surroundings.request_timeout(request.timeout),
            retry,
        })))
    }

    /// When a request is sent again; how long it is polled for must fit into the scenario's time.
    fn again(
        &self,
        request: &StepRequest,
        method: &str,
        course: &Course<'_>,
        problems: &mut Problems,
    ) -> Option<PlannedRetry> {
        if let Some(poll) = &request.poll {
            check_poll(poll, course.surroundings.scenario_timeout(), problems);
        }
        plan_retry(&course.surroundings.retry, request.retry.as_ref(), method, problems)
    }

    /// Who a call is sent as, and where its file says so.
    fn call_auth(
        &self,
        own: Option<&AuthChoice>,
        course: &mut Course<'_>,
        problems: &mut Problems,
    ) -> (PlannedAuth, Option<Location>) {
        match own.or(course.own_auth) {
            None if course.auth_is_of_caller => (PlannedAuth::Caller, None),
            // What is wrong with it is said where it is written.
            Some(choice) if own.is_none() && course.auth_is_foreign => {
                let nobody = &mut Problems::new(problems.source());
                (self.auth(Some(choice), None, course, nobody).0, None)
            }
            choice => self.auth(choice, course.project_auth, course, problems),
        }
    }

    /// What the steps of a flow are sent as that say nothing themselves, where only the caller's own
    /// scope can tell.
    pub(super) fn inherited_auth(course: &Course<'_>) -> PlannedAuth {
        match course.own_auth {
            Some(AuthChoice::Expression(template)) => PlannedAuth::Expression(template.clone()),
            _ if course.auth_is_of_caller => PlannedAuth::Caller,
            _ => PlannedAuth::Unset,
        }
    }

    /// Reports the first step beyond the limit; the rest is left out.
    fn report_too_many(&self, step: &Step, course: &Course<'_>, problems: &mut Problems) {
        let limit = self.input.limits.steps;
        if course.n_steps == limit.saturating_add(1) {
            let message = format!(
                "a case has more than {limit} steps with those of its flows, and the limit `steps` is {limit}"
            );
            problems
                .error(Code::YAML_LIMIT, step.place(), message, "is one too many")
                .help
                .push(format!("`--limit steps={}` allows them", limit.saturating_mul(2)));
        }
    }

    /// Who a request is sent as, and where that is written; what is wrong with it is said there.
    fn auth(
        &self,
        own: Option<&AuthChoice>,
        of_project: Option<&AuthChoice>,
        course: &mut Course<'_>,
        problems: &mut Problems,
    ) -> (PlannedAuth, Option<Location>) {
        let (choice, source) = match (own, self.input.project) {
            (None, Some(project)) => (of_project, &project.source),
            (own, _) => (own, problems.source()),
        };
        let mut found = Problems::new(source);
        let at = choice.and_then(AuthChoice::span).map(|span| Location::new(source, span));
        let auth = resolve_auth(choice, self.input.project, &mut found);
        if let PlannedAuth::Expression(template) = &auth {
            course.names.check_template(template, Place::Request, &mut found);
        }
        found.into_list().into_iter().for_each(|diagnostic| problems.push(diagnostic));
        // An input that only a profile reads is reached all the same.
        if let (PlannedAuth::Profile(index), Some(project)) = (&auth, self.input.project) {
            let parts = parts_of(&project.auth, *index).into_iter();
            let templates = parts.flat_map(|part| project.auth[part].value.templates());
            for (reference, _) in templates.flat_map(Template::references) {
                if let ("inputs", Some(Access::Member(name))) =
                    (reference.root.as_str(), reference.steps.first())
                {
                    course.names.used_inputs.insert(name.clone());
                }
            }
        }
        (auth, at)
    }

    /// Whether something else than an auth profile gives what a security scheme asks for.
    fn is_given(&self, kind: &SecurityKind<'_>, call: &Call, headers: &[Named<Template>]) -> bool {
        let has_header = |name: &str| headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
        match kind {
            SecurityKind::ApiKey { location, name } => match location {
                ParameterIn::Header => has_header(name),
                ParameterIn::Query => call.query.iter().any(|it| it.name == *name),
                ParameterIn::Cookie => {
                    call.request.cookies.iter().any(|it| it.name == *name) || has_header("cookie")
                }
                ParameterIn::Path | ParameterIn::QueryString => false,
            },
            SecurityKind::MutualTls => self.input.environment.is_some_and(|it| it.tls.cert.is_some()),
            SecurityKind::Bearer
            | SecurityKind::Basic
            | SecurityKind::OAuth2
            | SecurityKind::OpenIdConnect => has_header("authorization"),
            SecurityKind::Other => true,
        }
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

/// Saving a name twice is an error unless both steps have a `when`, or the capture says so. What is
/// carried from round to round may start with the value of a variable.
fn check_saved(step: &Step, course: &mut Course<'_>, problems: &mut Problems) {
    let carried: Vec<&str> =
        step.repeat().into_iter().flat_map(|repeat| &repeat.carry).map(|each| each.name.as_str()).collect();
    for capture in step.named() {
        if course.check_read_only(&capture.name, capture.name_span, problems) {
            continue;
        }
        let is_conditional = step.when.is_some();
        let earlier = course.saved.insert(capture.name.clone(), is_conditional);
        let is_var = course.names.vars.contains(&capture.name);
        let is_carried = carried.contains(&capture.name.as_str());
        let is_allowed = capture.value.is_overwrite
            || match earlier {
                Some(was_conditional) => was_conditional && is_conditional,
                None => !is_var || is_carried,
            };
        if !is_allowed {
            let message = format!("`{}` is saved twice", capture.name);
            let is_saved = step.save.iter().any(|each| std::ptr::eq(each, capture));
            problems
                .error(Code::SCENARIO_DUPLICATE_NAME, capture.name_span, message, "has a value already")
                .help
                .push(match is_saved {
                    true => {
                        format!("choose another name, or write `{}: {{ …, overwrite: true }}`", capture.name)
                    }
                    false => "choose another name".to_owned(),
                });
        }
    }
}

/// The ids and saved names of a step and its cleanup.
pub(super) fn made_names(step: &Step) -> Vec<String> {
    let id = step.id.iter().map(|id| id.value.clone());
    let saved = step.named().map(|capture| capture.name.clone());
    id.chain(saved).chain(step.cleanup.iter().flat_map(|step| made_names(step))).collect()
}

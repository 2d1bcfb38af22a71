//! Flows that sign in for auth profiles: which they are, what they give, and that none needs itself.

use super::flow::find;
use super::planner::Planner;
use super::references::{Names, check_output};
use super::settings::Surroundings;
use super::step::Course;
use super::{PlannedAuth, PlannedFlow, PlannedScenario, PlannedStep};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::expression::Access;
use crate::scenario::{AuthFlow, AuthKind, FlowCall, Project, TOKEN_OUTPUT, parts_of};
use crate::yaml::nearest;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A flow that signs in for an auth profile.
#[derive(Debug)]
pub struct PlannedLogin {
    /// The place of the profile in the project file.
    pub profile: usize,
    /// The call as written in the project file.
    pub call: Arc<FlowCall>,
    /// The flow; its steps are sent as nobody where they name no profile themselves.
    pub flow: PlannedFlow,
}

/// The flows that sign in for the profiles of a project file.
#[derive(Debug, Default)]
pub struct Logins {
    all: Vec<PlannedLogin>,
    /// For each profile of the project file the places in `all` of what it needs, and what that needs.
    of_profiles: Vec<BTreeSet<usize>>,
}

impl Logins {
    /// All of them, in the order of the project file.
    pub fn all(&self) -> &[PlannedLogin] {
        &self.all
    }

    /// The one of a profile; `None` where it could not be planned, which is reported.
    pub fn of_profile(&self, profile: usize) -> Option<&PlannedLogin> {
        self.all.iter().find(|login| login.profile == profile)
    }

    /// Those that steps need; all of them where only a running case knows who it is sent as.
    pub fn of_steps<'s>(&self, steps: impl Iterator<Item = &'s PlannedStep>) -> Vec<&PlannedLogin> {
        let mut found = BTreeSet::new();
        if !self.all.is_empty() {
            for step in steps {
                let auth = step.request().map(|it| &it.auth).or(step.flow_call().map(|it| &it.auth));
                match auth {
                    Some(PlannedAuth::Profile(profile)) => {
                        found.extend(self.of_profiles.get(*profile).into_iter().flatten());
                    }
                    Some(PlannedAuth::Expression(_)) => found.extend(0..self.all.len()),
                    Some(PlannedAuth::Unset | PlannedAuth::None | PlannedAuth::Caller) | None => {}
                }
            }
        }
        found.into_iter().map(|index| &self.all[index]).collect()
    }

    /// The steps of those that scenarios need, with everything in them.
    pub fn steps_for<'l>(
        &'l self,
        scenarios: impl Iterator<Item = &'l PlannedScenario>,
    ) -> impl Iterator<Item = &'l PlannedStep> {
        self.of_steps(scenarios.flat_map(PlannedScenario::all_steps))
            .into_iter()
            .flat_map(PlannedLogin::all_steps)
    }
}

impl PlannedLogin {
    /// Its steps, those of the flows that it calls included.
    pub fn all_steps(&self) -> impl Iterator<Item = &PlannedStep> {
        self.flow.steps.iter().flat_map(PlannedStep::with_inner)
    }
}

impl Planner<'_> {
    /// Plans the flow of every profile that has one.
    pub(super) fn logins(&self, diagnostics: &mut Vec<Diagnostic>) -> Logins {
        let Some(project) = self.input.project else { return Logins::default() };
        let mut all = Vec::new();
        for (index, profile) in project.auth.iter().enumerate() {
            if let AuthKind::Flow(written) = &profile.value.kind {
                let mut problems = Problems::new(&project.source);
                let planned = self.login(project, index, written, &mut problems);
                diagnostics.extend(problems.into_list());
                all.extend(planned);
            }
        }
        for login in &all {
            check_cleanup(login, project, diagnostics);
            check_senders(login, &all, project, diagnostics);
        }
        let of_profiles = (0..project.auth.len()).map(|profile| needed(profile, &all, project)).collect();
        Logins { all, of_profiles }
    }

    fn login(
        &self,
        project: &Project,
        index: usize,
        written: &AuthFlow,
        problems: &mut Problems,
    ) -> Option<PlannedLogin> {
        let call = &written.call;
        let path = call.path_below(&project.folder)?;
        let file = self.input.flow_files.get(&path)?;
        let found = find(file, call.name());
        if found.is_none() {
            self.report_unknown_flow(file, false, call, problems);
        }
        let found = found?;
        self.check_given(call, Some(found), problems);
        let outputs: BTreeSet<String> = found.flow().outputs.iter().map(|it| it.name.clone()).collect();
        check_outputs(written, &outputs, problems);
        self.note_called(found);
        let nobody =
            Course { signs_in: true, ..Course::new(Surroundings::default(), None, Names::default()) };
        let mut course = self.flow_course(found, &nobody, None, false);
        course.prefix = format!("{}.", project.auth[index].name);
        let flow = self.planned_flow(found, &mut course, problems);
        Some(PlannedLogin { profile: index, call: Arc::clone(call), flow })
    }
}

/// What a profile reads is what its flow gives.
fn check_outputs(written: &AuthFlow, outputs: &BTreeSet<String>, problems: &mut Problems) {
    let values = written.headers.iter().map(|header| &header.value).chain(&written.expires);
    let references = values.flat_map(|value| value.references());
    for (reference, span) in references.filter(|(reference, _)| reference.root == "outputs") {
        let name = match reference.steps.first() {
            Some(Access::Member(name)) => Some(name.as_str()),
            _ => None,
        };
        check_output(outputs, name, "$outputs", span, problems);
    }
    if written.headers.is_empty() && !outputs.contains(TOKEN_OUTPUT) {
        let flow = &written.call;
        let label = match nearest(TOKEN_OUTPUT, outputs.iter().map(String::as_str)) {
            Some(near) => format!("it gives `{near}`"),
            None if outputs.is_empty() => "it has no `outputs`".to_owned(),
            None => format!("it gives {}", outputs.iter().cloned().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("the flow `{}` gives no output `{TOKEN_OUTPUT}`", flow.name());
        problems.error(Code::SCENARIO_UNKNOWN_REFERENCE, flow.flow.span, message, label).help.push(
            "without `headers` a profile sends `Authorization: Bearer {$outputs.token}`; write `headers` to send \
             something else"
                .to_owned(),
        );
    }
}

/// What a flow gives is kept for all cases, and so nothing of it is cleaned up behind one of them.
fn check_cleanup(login: &PlannedLogin, project: &Project, diagnostics: &mut Vec<Diagnostic>) {
    for step in login.all_steps() {
        let Some(cleanup) = step.step.cleanup.first() else { continue };
        let message = "a flow that signs in has no `cleanup`: what it gives is kept for all cases of the run";
        diagnostics.push(
            Diagnostic::error(Code::SCENARIO_INVALID_VALUE, message)
                .label(&step.source, cleanup.place(), "would end it behind one case")
                .label(&project.source, login.call.flow.span, "signs in with it")
                .help("sign in with a flow of its own, without `cleanup`"),
        );
    }
}

/// Who the steps of a flow are sent as must be known, and not wait for the flow itself.
fn check_senders(
    login: &PlannedLogin,
    all: &[PlannedLogin],
    project: &Project,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let name = &project.auth[login.profile].name;
    for step in login.all_steps() {
        let Some(request) = step.request() else { continue };
        let place = request.auth_at.as_ref();
        let (source, span) = place.map_or((&step.source, step.step.place()), |at| (&at.source, at.span));
        let found = match &request.auth {
            PlannedAuth::Profile(profile) if leads_to(*profile, login.profile, all, project) => {
                let message = format!("the auth profile `{name}` signs in with itself");
                (Code::SCENARIO_FLOW_CIRCLE, message, "leads back to it")
            }
            PlannedAuth::Expression(_) => {
                let message = "in a flow that signs in, `auth` is the name of a profile, or `none`";
                (Code::SCENARIO_INVALID_VALUE, message.to_owned(), "is known only in a case")
            }
            _ => continue,
        };
        let (code, message, label) = found;
        diagnostics.push(
            Diagnostic::error(code, message)
                .label(source, span, label)
                .label(&project.source, login.call.flow.span, format!("`{name}` signs in with this flow"))
                .help("a flow that signs in is sent as nobody unless its steps say otherwise"),
        );
    }
}

/// Whether a profile is another, or needs it.
fn leads_to(from: usize, wanted: usize, all: &[PlannedLogin], project: &Project) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(profile) = open.pop() {
        if !seen.insert(profile) {
            continue;
        }
        for part in parts_of(&project.auth, profile) {
            if part == wanted {
                return true;
            }
            open.extend(all.iter().filter(|login| login.profile == part).flat_map(senders));
        }
    }
    false
}

/// The logins that a profile needs.
fn needed(profile: usize, all: &[PlannedLogin], project: &Project) -> BTreeSet<usize> {
    let is_needed = |login: &PlannedLogin| leads_to(profile, login.profile, all, project);
    all.iter().enumerate().filter(|(_, login)| is_needed(login)).map(|(index, _)| index).collect()
}

/// The profiles that the steps of a flow are sent as.
fn senders(login: &PlannedLogin) -> impl Iterator<Item = usize> {
    login.all_steps().filter_map(|step| match step.request()?.auth {
        PlannedAuth::Profile(profile) => Some(profile),
        _ => None,
    })
}

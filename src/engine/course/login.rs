//! The flow of an auth profile: it runs between the steps of the case that needs it first, in a course of
//! its own, with cookies of its own.

use super::{CaseName, CaseScope, Course, default_of, new_scope};
use crate::diagnostic::{Code, Finding, Severity};
use crate::engine::Verdict;
use crate::engine::event::{Phase, StepReport};
use crate::engine::fact::value_finding;
use crate::engine::run::Run;
use crate::engine::scope::Credential;
use crate::expression::Template;
use crate::json::Datum;
use crate::plan::PlannedLogin;
use crate::scenario::{AuthFlow, Flow, Named};
use std::collections::BTreeMap;
use tokio::time::Instant;

/// What came of signing in.
pub(in crate::engine) struct SignedIn {
    /// The outputs of the flow, or the headline of what was wrong.
    pub(in crate::engine) outcome: Result<BTreeMap<String, Datum>, String>,
    /// The reports of its steps; what was wrong stands in them.
    pub(in crate::engine) reports: Vec<StepReport>,
}

/// On whose behalf somebody signs in.
pub(in crate::engine) struct Asker<'a> {
    pub(in crate::engine) case: CaseName,
    pub(in crate::engine) worker: usize,
    pub(in crate::engine) deadline: Instant,
    /// How often the same was asked before, so that what is generated differs.
    pub(in crate::engine) n_before: usize,
    /// The flow as the project file writes it.
    pub(in crate::engine) written: &'a AuthFlow,
    /// The name of the profile.
    pub(in crate::engine) profile: &'a str,
    /// Where its flow is named, for people: `contest.yaml:8:11`.
    pub(in crate::engine) place: &'a str,
}

/// Runs a flow that signs in, with these values for its inputs.
pub(in crate::engine) async fn sign_in<'c>(
    run: &'c Run,
    login: &'c PlannedLogin,
    given: BTreeMap<String, Datum>,
    asker: Asker<'_>,
) -> SignedIn {
    // The same whichever case is the first, so that the seed alone decides what is sent.
    let stream = format!("::auth::{}#{}", asker.profile, asker.n_before);
    let mut course = Course::new(run, None, asker.worker, stream);
    course.stand_for(asker.case.clone());
    course.deadline = asker.deadline;
    let outcome = course.sign_in(login, given, &asker).await;
    let mut reports = std::mem::take(&mut course.reports);
    let outcome = outcome.map_err(|findings| {
        if !findings.is_empty() {
            reports.push(StepReport {
                findings,
                ..StepReport::blank(format!("{}.outputs", asker.profile), Phase::Auth, Verdict::Errored)
            });
        }
        blame(&mut reports, asker.profile, asker.place)
    });
    SignedIn { outcome, reports }
}

impl<'c> Course<'c> {
    /// The outputs, or what no step says by itself.
    async fn sign_in(
        &mut self,
        login: &'c PlannedLogin,
        given: BTreeMap<String, Datum>,
        asker: &Asker<'_>,
    ) -> Result<BTreeMap<String, Datum>, Vec<Finding>> {
        let inner = self.scope_of_login(login, given, asker)?;
        self.scopes.push(inner);
        let own = self.scopes.len() - 1;
        if self.run_steps(&login.flow.steps, own, Phase::Auth).await.is_some() {
            return Err(Vec::new());
        }
        self.outputs(&login.flow, own, "to the auth profile")
    }

    fn scope_of_login(
        &self,
        login: &PlannedLogin,
        mut given: BTreeMap<String, Datum>,
        asker: &Asker<'_>,
    ) -> Result<CaseScope, Vec<Finding>> {
        let mut inner = new_scope(self.run, &self.stream);
        inner.credentials = credentials_of(login.flow.flow(), Some(asker.written));
        for input in &login.flow.flow().inputs {
            let named = login.call.with.iter().find(|each| each.name == input.name);
            let datum = match (given.remove(&input.name), &input.value.default) {
                (Some(datum), _) => datum,
                (None, Some(default)) => {
                    default_of(&login.flow, input, default, &inner).map_err(|it| vec![*it])?
                }
                (None, None) => continue,
            };
            if let Err(reason) = input.value.validate(datum.value()) {
                let (name, flow) = (&input.name, login.call.name());
                let headline = format!("the input `{name}` of the flow `{flow}` does not fit: {reason}");
                let source = &login.flow.file.source;
                let label = match named {
                    Some(_) => "is given another value by the auth profile",
                    None => "has a default that does not fit",
                };
                return Err(vec![value_finding(
                    source,
                    input.name_span,
                    Code::CONFIG_INPUT,
                    headline,
                    label,
                    None,
                )]);
            }
            if input.value.is_secret() {
                self.run.settings.masker.add(&datum.to_text());
            }
            inner.inputs.insert(input.name.clone(), datum);
        }
        Ok(inner)
    }
}

/// The outputs of a flow that signs in, which nobody may read once they are known.
pub(super) fn credentials_of(flow: &Flow, written: Option<&AuthFlow>) -> Vec<Credential> {
    let credential = |output: &Named<Template>| Credential {
        value: output.value.clone(),
        is_sent: written.is_some_and(|written| written.sends(&output.name)),
    };
    flow.outputs.iter().map(credential).collect()
}

/// Makes what was found the reason why there are no credentials; gives its headline.
fn blame(reports: &mut [StepReport], profile: &str, place: &str) -> String {
    let mut headline = None;
    for report in reports.iter_mut() {
        if report.verdict == Verdict::Failed {
            report.verdict = Verdict::Errored;
        }
        for finding in report.findings.iter_mut().filter(|it| it.severity == Severity::Deny) {
            if finding.code != Code::MOCK_REFUSED {
                finding.code = Code::AUTH_TOKEN;
            }
            if headline.is_none() {
                finding.headline = format!("signing in as `{profile}` failed: {}", finding.headline);
                finding.help.push(format!("the auth profile `{profile}` signs in with this flow: {place}"));
                headline = Some(finding.headline.clone());
            }
        }
    }
    headline.unwrap_or_else(|| format!("signing in as `{profile}` failed"))
}

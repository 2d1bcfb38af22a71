//! Credentials that the flow of an auth profile gives: `flow: login.contest.yaml#login`.

use super::command::OutputScope;
use super::{AttachError, Attached, Signing, hide, secret, set_header, set_or_join};
use crate::engine::course::{Asker, CaseName, SignedIn, sign_in};
use crate::exchange::Request;
use crate::http::{Issued, TokenError, TokenKey};
use crate::json::{Datum, Value};
use crate::plan::{PlannedLogin, PlannedTarget};
use crate::scenario::{AuthFlow, TOKEN_OUTPUT, lifetime_of};
use crate::secret::{ExposeSecret, SecretString};
use crate::source::Location;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often each of them was asked for.
#[derive(Default)]
pub(in crate::engine) struct LoginCounts(Mutex<HashMap<TokenKey, usize>>);

impl LoginCounts {
    /// How often this one was asked for before.
    fn next(&self, key: TokenKey) -> usize {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_default();
        *count += 1;
        *count - 1
    }
}

impl Signing<'_> {
    /// Attaches what a flow gives, which is run where nothing of it is kept.
    pub(in crate::engine) async fn attach_flow(
        &self,
        profile: usize,
        written: &AuthFlow,
        request: &mut Request,
        attached: &mut Attached,
    ) -> Result<(), AttachError> {
        let Self { run, scope, .. } = self;
        let name = &run.settings.profiles[profile].name;
        let Some(login) = run.plan.logins.of_profile(profile) else {
            return Err(format!("the flow of the auth profile `{name}` cannot be run").into());
        };
        let mut given = BTreeMap::new();
        for with in &written.call.with {
            let datum = with.value.resolve(*scope).map_err(|error| error.to_string())?;
            given.insert(with.name.clone(), datum);
        }
        let key = self.key_of(login, name, &given);
        let mut is_told = false;
        let token =
            run.settings.tokens.kept(key, self.sign_in(login, written, given, key, &mut is_told)).await;
        let token = token.map_err(|error| AttachError { is_told, ..AttachError::from(error) })?;
        let outputs: Value = serde_json::from_str(token.value.expose_secret()).unwrap_or_default();
        let outputs = OutputScope { case: *scope, outputs: Datum::new(outputs) };
        for header in &written.headers {
            let value = secret(&header.value, run, &outputs)?;
            set_or_join(request, &header.name, value.expose_secret())?;
        }
        if written.headers.is_empty() {
            let token = outputs.outputs.value().get(TOKEN_OUTPUT).and_then(Value::as_str);
            let Some(token) = token.filter(|token| !token.is_empty()) else {
                return Err(format!(
                    "the output `{TOKEN_OUTPUT}` of the flow `{}` is no text",
                    written.call.name()
                )
                .into());
            };
            set_header(request, "Authorization", &format!("Bearer {token}"))?;
        }
        if token.is_cached {
            attached.cached_tokens.push(token);
        }
        Ok(())
    }

    /// What is kept is kept for a profile, for what its flow is given, and for where that is sent.
    fn key_of(&self, login: &PlannedLogin, profile: &str, given: &BTreeMap<String, Datum>) -> TokenKey {
        let run = self.run;
        let given = given.iter().flat_map(|(name, datum)| [name.clone(), datum.value().to_string()]);
        let apis = login.all_steps().filter_map(|step| match &step.request()?.target {
            PlannedTarget::Operation(call) => Some(call.api),
            PlannedTarget::Url(url) => url.api,
        });
        let bases = apis.filter_map(|api| run.target.base_url(self.context.worker, api));
        let parts: Vec<String> =
            ["flow".to_owned(), profile.to_owned()].into_iter().chain(given).chain(bases).collect();
        TokenKey::of(parts.iter().map(|part| Some(part.as_str())))
    }

    async fn sign_in(
        &self,
        login: &PlannedLogin,
        written: &AuthFlow,
        given: BTreeMap<String, Datum>,
        key: TokenKey,
        is_told: &mut bool,
    ) -> Result<Issued, TokenError> {
        let Self { run, context, .. } = self;
        let profile = &run.settings.profiles[login.profile];
        let place = run.settings.project.as_ref();
        let place = place.map(|source| Location::new(source, written.call.flow.span).to_string());
        let asker = Asker {
            case: CaseName {
                attempt: context.attempt,
                index: context.index,
                id: Arc::clone(&context.id),
                name: Arc::clone(&context.name),
            },
            worker: context.worker,
            deadline: context.deadline,
            n_before: run.login_counts.next(key),
            written,
            profile: &profile.name,
            place: place.as_deref().unwrap_or("contest.yaml"),
        };
        let SignedIn { outcome, reports } = sign_in(run, login, given, asker).await;
        context.logins.lock().unwrap_or_else(PoisonError::into_inner).extend(reports);
        let outputs = outcome.map_err(|message| {
            *is_told = true;
            TokenError::Other { message, help: None }
        })?;
        for (name, output) in &outputs {
            hide(output.value(), written.sends(name), &run.settings.masker);
        }
        let outputs = Datum::object(outputs.into_iter().collect::<Vec<_>>());
        let lifetime = self.lifetime(written, &outputs)?;
        Ok(Issued { value: SecretString::from(outputs.value().to_string()), lifetime })
    }

    /// How long the outputs are good; null means until they are refused.
    fn lifetime(&self, written: &AuthFlow, outputs: &Datum) -> Result<Option<Duration>, TokenError> {
        let Some(expires) = &written.expires else { return Ok(None) };
        let fail = |message: String| TokenError::Other { message, help: None };
        let scope = OutputScope { case: self.scope, outputs: outputs.clone() };
        let datum = expires.resolve(&scope).map_err(|error| fail(format!("`expires`: {error}")))?;
        match lifetime_of(datum.value()) {
            None if datum.value().is_null() => Ok(None),
            None => Err(fail(format!(
                "`expires` is {}, and neither a time such as 15m nor a number of seconds",
                self.run.settings.masker.mask(&datum.to_text())
            ))),
            lifetime => Ok(lifetime),
        }
    }
}

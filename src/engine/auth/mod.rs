//! Who a request is sent as: what profiles attach to it, and where they get it from.

pub(super) mod command;
pub(super) mod login;
pub(super) mod token_requests;

use crate::engine::run::Run;
use crate::engine::scope::CaseScope;
use crate::engine::step::StepContext;
use crate::exchange::{Exchange, Request};
use crate::expression::{Scope, Template};
use crate::http::{
    Client, ClientAuth as TokenClientAuth, Token, TokenError, TokenKey, TokenRequest, TransportError,
};
use crate::json::{Datum, Value};
use crate::openapi::{Operation, ParameterIn, SecurityKind};
use crate::plan::{PlannedAuth, PlannedRequest};
use crate::scenario::{AuthCommand, AuthKind, ClientAuth, KeyLocation, Named, OAuth2, parts_of};
use crate::secret::{ExposeSecret, Masker, SecretString};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use command::{Invocation, OutputScope, issue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;

/// RFC 3986 §2.3: everything but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Who a request is sent as, resolved.
#[derive(Clone, Copy, Debug)]
pub(super) enum Credentials {
    /// Nobody; whether the jar's cookies still go along.
    None { with_cookies: bool },
    /// A profile of the project file.
    Profile(usize),
}

/// What was attached to a request.
#[derive(Default)]
pub(super) struct Attached {
    /// The tokens that came from the cache and may be stale.
    pub(super) cached_tokens: Vec<Token>,
    /// What the reader should know.
    pub(super) notes: Vec<String>,
    /// The client that shows a certificate of a profile, in place of the run's.
    pub(super) client: Option<Client>,
    /// The headers that were set, with what stood there before.
    set: Vec<(String, Option<String>)>,
    /// The URL as it was and as it became, where a key was put into it.
    urls: Option<(String, String)>,
}

impl Attached {
    /// Takes out of a request what was attached to it; what else was changed meanwhile stays.
    pub(super) fn take_back(&self, request: &mut Request) {
        for (name, before) in &self.set {
            match before {
                Some(value) => request.headers.set(name.clone(), value.clone()),
                None => request.headers.remove(name),
            }
        }
        if let Some((before, after)) = &self.urls
            && request.url == *after
        {
            request.url.clone_from(before);
        }
    }

    /// Notes what became of a request.
    fn remember(&mut self, before: &Request, request: &Request) {
        for (name, value) in request.headers.iter() {
            let earlier = before.headers.get(name);
            if earlier != Some(value) && self.set.iter().all(|(known, _)| known != name) {
                self.set.push((name.to_owned(), earlier.map(str::to_owned)));
            }
        }
        if before.url != request.url {
            self.urls = Some((before.url.clone(), request.url.clone()));
        }
    }
}

/// Why no credentials could be attached.
pub(super) struct AttachError {
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Whether the api itself was asked for a token, and answered.
    pub(super) is_answered: bool,
    /// Whether the reports of a flow say it already.
    pub(super) is_told: bool,
}

impl From<String> for AttachError {
    fn from(message: String) -> Self {
        Self { message, help: None, is_answered: false, is_told: false }
    }
}

impl From<TokenError> for AttachError {
    fn from(error: TokenError) -> Self {
        Self { help: error.help(), message: error.to_string(), is_answered: false, is_told: false }
    }
}

/// What a request needs to be signed, besides itself.
pub(super) struct Signing<'s> {
    pub(super) run: &'s Run,
    /// The step that is sent.
    pub(super) context: &'s StepContext<'s>,
    pub(super) scope: &'s CaseScope,
    /// The base URL of the api, which relative token endpoints are below.
    pub(super) base_url: &'s str,
    /// The longest that a token may take.
    pub(super) timeout: Duration,
    /// The request's headers, which count before a profile's.
    pub(super) planned: &'s PlannedRequest,
}

/// Reads the profile that a step names, if it names one.
pub(super) fn resolve_credentials(
    auth: &PlannedAuth,
    run: &Run,
    scope: &CaseScope,
) -> Result<Credentials, String> {
    match auth {
        PlannedAuth::Unset => Ok(Credentials::None { with_cookies: true }),
        PlannedAuth::None => Ok(Credentials::None { with_cookies: false }),
        PlannedAuth::Profile(index) => Ok(Credentials::Profile(*index)),
        PlannedAuth::Caller => Ok(scope.caller.unwrap_or(Credentials::None { with_cookies: true })),
        PlannedAuth::Expression(template) => {
            let datum = template.resolve(scope).map_err(|error| error.to_string())?;
            match datum.value().as_str() {
                None if datum.value().is_null() => Ok(Credentials::None { with_cookies: true }),
                Some("none") => Ok(Credentials::None { with_cookies: false }),
                Some(name) => {
                    let index = run.settings.profiles.iter().position(|profile| profile.name == name);
                    index
                        .map(Credentials::Profile)
                        .ok_or_else(|| format!("there is no auth profile `{name}`"))
                }
                None => Err(format!("`{}` is no name of an auth profile", datum.to_text())),
            }
        }
    }
}

/// Attaches the credentials of a profile to a request; a token is fetched when there is none.
pub(super) async fn attach(
    profile: usize,
    request: &mut Request,
    signing: &Signing<'_>,
) -> Result<Attached, AttachError> {
    let mut attached = Attached::default();
    // Without the content, which nothing changes.
    let body = request.body.take();
    let before = request.clone();
    request.body = body;
    for part in parts_of(&signing.run.settings.profiles, profile) {
        signing.attach_part(part, request, &mut attached).await?;
    }
    attached.remember(&before, request);
    Ok(attached)
}

/// The client that requests leave by: the run's, or one that shows the certificate of a profile.
pub(super) fn client_of(auth: &PlannedAuth, run: &Run, scope: &CaseScope) -> Client {
    let client = &run.settings.client;
    let Ok(Credentials::Profile(profile)) = resolve_credentials(auth, run, scope) else {
        return client.clone();
    };
    let mut parts = parts_of(&run.settings.profiles, profile).into_iter();
    let identity = parts.find_map(|part| run.settings.identities.get(part)?.as_ref());
    identity.map_or_else(|| client.clone(), |it| client.with_identity(&it.pem, &it.curl))
}

/// Takes the credentials of the project file and of the command line out of a request that is sent as
/// nobody: `Authorization`, cookies, and what a scheme of the operation calls a key. What the scenario
/// writes itself stays.
pub(super) fn send_as_nobody(
    request: &mut Request,
    planned: &PlannedRequest,
    operation: Option<Operation<'_>>,
) {
    let alternatives = operation.map(Operation::security).unwrap_or_default();
    let is_key = |name: &str| {
        alternatives.iter().flatten().any(|scheme| match scheme.kind {
            SecurityKind::ApiKey { location: ParameterIn::Header, name: key } => {
                key.eq_ignore_ascii_case(name)
            }
            _ => false,
        })
    };
    for header in &planned.outer_headers {
        let name = &header.name;
        if name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("cookie") || is_key(name) {
            request.headers.remove(name);
        }
    }
}

impl Signing<'_> {
    async fn attach_part(
        &self,
        index: usize,
        request: &mut Request,
        attached: &mut Attached,
    ) -> Result<(), AttachError> {
        let Self { run, scope, .. } = self;
        let profile = &run.settings.profiles[index];
        // What is written by hand is what is under test.
        // Cookies go along with others.
        let mut own = profile.value.headers().into_iter().filter(|name| !name.eq_ignore_ascii_case("cookie"));
        let by_hand = own.find(|name| request.headers.get(name).is_some());
        if let Some(name) = by_hand {
            let is_outer = |header: &Named<Template>| header.name.eq_ignore_ascii_case(name);
            let whose = match self.planned.outer_headers.iter().any(is_outer) {
                true => format!("the `{name}` of `headers` in contest.yaml or of `--header`"),
                false => format!("the step's own `{name}`"),
            };
            let note = format!("{whose} was sent, and not that of the auth profile `{}`", profile.name);
            attached.notes.push(note);
            return Ok(());
        }
        match &profile.value.kind {
            AuthKind::Bearer(value) => {
                let token = secret(value, run, *scope)?;
                set_header(request, "Authorization", &format!("Bearer {}", token.expose_secret()))?;
            }
            AuthKind::Basic { username, password } => {
                let username = username.resolve(*scope).map_err(|error| error.to_string())?.to_text();
                let password = secret(password, run, *scope)?;
                let encoded = basic_credentials(&username, password.expose_secret())?;
                run.settings.masker.add(&encoded);
                set_header(request, "Authorization", &format!("Basic {encoded}"))?;
            }
            AuthKind::ApiKey { location, name, value } => {
                let key = secret(value, run, *scope)?;
                attach_key(request, *location, name, key.expose_secret())?;
            }
            // Its token would be an answer.
            AuthKind::OAuth2(_) if run.settings.is_dry => {
                set_header(request, "Authorization", &format!("Bearer ‹token of `{}`›", profile.name))?;
            }
            AuthKind::Command(command) if run.settings.is_dry => {
                set_placeholders(request, &command.headers, &profile.name)?;
            }
            AuthKind::Flow(flow) if run.settings.is_dry => {
                set_placeholders(request, &flow.headers, &profile.name)?;
            }
            AuthKind::OAuth2(oauth2) => {
                let templates = profile.value.templates();
                let token_request = run.token_requests.of(index, self.base_url, &templates, || {
                    token_request(oauth2, self.base_url, run, scope)
                })?;
                let client = attached.client.as_ref().unwrap_or(&run.settings.client);
                let told = |request: &Request, exchange: Result<&Exchange, &TransportError>| {
                    self.context.tell_token(&profile.name, &oauth2.token_pointer, request, exchange);
                };
                let tokens = &run.settings.tokens;
                let token = tokens.token_and_tell(client, &token_request, self.timeout, &told).await;
                let token = token.map_err(|error| {
                    let is_answered = !matches!(error, TokenError::Transport(_));
                    let is_own = token_request.request.url.starts_with(self.base_url);
                    AttachError { is_answered: is_answered && is_own, ..AttachError::from(error) }
                })?;
                self.attach_token(token, request, attached)?;
            }
            AuthKind::Command(command) => self.attach_command(command, request, attached).await?,
            AuthKind::Flow(flow) => self.attach_flow(index, flow, request, attached).await?,
            AuthKind::MutualTls { .. } => {
                let Some(Some(identity)) = run.settings.identities.get(index) else {
                    let name = &profile.name;
                    return Err(format!("the certificate of the auth profile `{name}` cannot be read").into());
                };
                if request.url.starts_with("http:") {
                    let name = &profile.name;
                    attached.notes.push(format!(
                        "the certificate of `{name}` was not shown: the URL is one of http://"
                    ));
                }
                attached.client = Some(run.settings.client.with_identity(&identity.pem, &identity.curl));
            }
            // Its parts are attached in its place.
            AuthKind::All(_) => {}
        }
        Ok(())
    }

    fn attach_token(
        &self,
        token: Token,
        request: &mut Request,
        attached: &mut Attached,
    ) -> Result<(), String> {
        self.run.settings.masker.add(token.value.expose_secret());
        set_header(request, "Authorization", &format!("Bearer {}", token.value.expose_secret()))?;
        if token.is_cached {
            attached.cached_tokens.push(token);
        }
        Ok(())
    }

    async fn attach_command(
        &self,
        command: &AuthCommand,
        request: &mut Request,
        attached: &mut Attached,
    ) -> Result<(), AttachError> {
        let Self { run, scope, .. } = self;
        let Some(folder) = &run.settings.commands else {
            return Err(AttachError {
                help: Some("`--allow-commands` lets auth profiles run commands".to_owned()),
                ..AttachError::from("the auth profile runs a command, which nothing allows".to_owned())
            });
        };
        let words = command.words.iter().map(|word| word.resolve(*scope).map(|datum| datum.to_text()));
        let words: Vec<String> = words.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        let kind = if command.headers.is_empty() { "token" } else { "headers" };
        let pointers = [command.token_pointer.to_string(), command.expires_pointer.to_string()];
        let fixed = ["command", kind, &pointers[0], &pointers[1]];
        let key = TokenKey::of(fixed.into_iter().chain(words.iter().map(String::as_str)).map(Some));
        let invocation = Invocation {
            words: &words,
            folder,
            timeout: self.timeout,
            limit: run.settings.limits.body,
            masker: &run.settings.masker,
        };
        let token = run.settings.tokens.kept(key, issue(command, &invocation)).await?;
        if command.headers.is_empty() {
            return Ok(self.attach_token(token, request, attached)?);
        }
        let outputs: Value = serde_json::from_str(token.value.expose_secret()).unwrap_or_default();
        let outputs = OutputScope { case: *scope, outputs: Datum::new(outputs) };
        hide(outputs.outputs.value(), false, &run.settings.masker);
        for header in &command.headers {
            let value = secret(&header.value, run, &outputs)?;
            set_or_join(request, &header.name, value.expose_secret())?;
        }
        if token.is_cached {
            attached.cached_tokens.push(token);
        }
        Ok(())
    }
}

/// Makes every text of an output secret that is one, or may be: a word such as `Bearer` is none.
pub(super) fn hide(value: &Value, is_certain: bool, masker: &Masker) {
    const SHORTEST: usize = 12;
    match value {
        Value::String(text) if is_certain || text.len() >= SHORTEST => masker.add(text),
        Value::Array(elements) => elements.iter().for_each(|element| hide(element, is_certain, masker)),
        Value::Object(members) => members.values().for_each(|member| hide(member, is_certain, masker)),
        _ => {}
    }
}

pub(super) fn secret(template: &Template, run: &Run, scope: &dyn Scope) -> Result<SecretString, String> {
    let datum = template.resolve(scope).map_err(|error| error.to_string())?;
    if datum.value().is_null() {
        return Err("the value of the auth profile is null".to_owned());
    }
    let text = datum.to_text();
    run.settings.masker.add(&text);
    Ok(SecretString::from(text))
}

/// RFC 7617 §2: the user-id ends at the first colon, and neither part has control characters; the text
/// is UTF-8.
fn basic_credentials(username: &str, password: &str) -> Result<String, String> {
    if username.contains(':') {
        return Err("the username holds a colon, which ends it in Basic credentials".to_owned());
    }
    if username.chars().chain(password.chars()).any(char::is_control) {
        return Err("the username or the password holds a control character, which cannot be sent".to_owned());
    }
    Ok(STANDARD.encode(format!("{username}:{password}")))
}

pub(super) fn set_header(request: &mut Request, name: &str, value: &str) -> Result<(), String> {
    if value.contains(['\r', '\n', '\0']) {
        return Err(format!(
            "the value for the header `{name}` holds a line end or a NUL, which cannot be sent"
        ));
    }
    request.headers.set(name, value);
    Ok(())
}

fn attach_key(request: &mut Request, location: KeyLocation, name: &str, key: &str) -> Result<(), String> {
    match location {
        KeyLocation::Header => set_header(request, name, key),
        KeyLocation::Query => {
            let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
            let separator = if request.url.contains('?') { '&' } else { '?' };
            request.url = format!("{}{separator}{}={}", request.url, encode(name), encode(key));
            Ok(())
        }
        KeyLocation::Cookie => set_or_join(request, "Cookie", &format!("{name}={key}")),
    }
}

/// Sets a header; cookies are joined with those that are there.
pub(super) fn set_or_join(request: &mut Request, name: &str, value: &str) -> Result<(), String> {
    match request.headers.get(name) {
        Some(others) if name.eq_ignore_ascii_case("cookie") => {
            let cookies = format!("{others}; {value}");
            set_header(request, name, &cookies)
        }
        _ => set_header(request, name, value),
    }
}

/// What stands in a dry run for what only an answer or a command gives.
fn set_placeholders(request: &mut Request, headers: &[Named<Template>], profile: &str) -> Result<(), String> {
    for Named { name, .. } in headers {
        set_or_join(request, name, &format!("‹`{name}` of `{profile}`›"))?;
    }
    match headers {
        [] => set_header(request, "Authorization", &format!("Bearer ‹token of `{profile}`›")),
        [..] => Ok(()),
    }
}

fn token_request(
    oauth2: &OAuth2,
    base_url: &str,
    run: &Run,
    scope: &CaseScope,
) -> Result<TokenRequest, String> {
    let text = |template: &Template| {
        let datum = template.resolve(scope).map_err(|error| error.to_string())?;
        Ok::<_, String>(datum.to_text())
    };
    let optional = |template: &Option<Template>| template.as_ref().map(text).transpose();
    let client_secret = match &oauth2.client_secret {
        Some(template) => Some(secret(template, run, scope)?),
        None => None,
    };
    let params = oauth2.params.iter().map(|param| Ok((param.name.clone(), text(&param.value)?)));
    let url = text(&oauth2.token_url)?;
    Ok(TokenRequest {
        url: absolute(&url, base_url),
        grant: text(&oauth2.grant)?,
        client_id: text(&oauth2.client_id)?,
        client_secret,
        client_auth: match oauth2.client_auth {
            ClientAuth::Basic => TokenClientAuth::Basic,
            ClientAuth::Body => TokenClientAuth::Body,
        },
        scope: optional(&oauth2.scope)?,
        params: params.collect::<Result<_, String>>()?,
        token_pointer: oauth2.token_pointer.clone(),
        expires_pointer: oauth2.expires_pointer.clone(),
    })
}

/// A relative token URL is below the base URL of the api in use.
fn absolute(url: &str, base_url: &str) -> String {
    if url.contains("://") {
        return url.to_owned();
    }
    format!("{}/{}", base_url.trim_end_matches('/'), url.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(username: &str, password: &str, expected: Option<&str>) {
        let found = basic_credentials(username, password).ok();
        assert_eq!(found.as_deref(), expected, "{username} {password}");
    }

    #[test]
    fn basic_credentials_are_those_of_rfc_7617() {
        // §2 and §2.1, the examples.
        check("Aladdin", "open sesame", Some("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        check("test", "123\u{a3}", Some("dGVzdDoxMjPCow=="));
        check("", "a:b", Some("OmE6Yg=="));
        check("a:b", "c", None);
        check("a", "b\n", None);
    }
}

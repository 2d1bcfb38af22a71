use super::run::Run;
use super::scope::CaseScope;
use crate::exchange::Request;
use crate::expression::{Scope, Template};
use crate::http::{ClientAuth as TokenClientAuth, Token, TokenRequest};
use crate::plan::PlannedAuth;
use crate::scenario::{AuthKind, ClientAuth, KeyLocation, OAuth2};
use crate::secret::{ExposeSecret, SecretString};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// RFC 3986 §2.3: everything but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Who a request is sent as, resolved.
pub(super) enum Credentials {
    /// Nobody; whether the jar's cookies still go along.
    None { with_cookies: bool },
    /// A profile of the project file.
    Profile(usize),
}

/// What was attached to a request.
pub(super) struct Attached {
    /// The token request, when the token came from the cache and may be stale.
    pub(super) cached_token: Option<(Arc<TokenRequest>, Token)>,
    /// What the reader should know.
    pub(super) note: Option<String>,
}

/// Why no credentials could be attached.
pub(super) struct AttachError {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl From<String> for AttachError {
    fn from(message: String) -> Self {
        Self { message, help: None }
    }
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
    base_url: &str,
    timeout: Duration,
    run: &Run,
    scope: &CaseScope,
) -> Result<Attached, AttachError> {
    let index = profile;
    let profile = &run.settings.profiles[index];
    let mut attached = Attached { cached_token: None, note: None };
    // The nearest wins: a header that the scenario writes itself is what is under test.
    if let Some(name) = profile.value.header().filter(|name| request.headers.get(name).is_some()) {
        attached.note = Some(format!(
            "the step's own `{name}` was sent, and not that of the auth profile `{}`",
            profile.name
        ));
        return Ok(attached);
    }
    match &profile.value.kind {
        AuthKind::Bearer(value) => {
            let token = secret(value, run, scope)?;
            set_header(request, "Authorization", &format!("Bearer {}", token.expose_secret()))?;
        }
        AuthKind::Basic { username, password } => {
            let username = username.resolve(scope).map_err(|error| error.to_string())?.to_text();
            let password = secret(password, run, scope)?;
            let encoded = basic_credentials(&username, password.expose_secret())?;
            run.settings.masker.add(&encoded);
            set_header(request, "Authorization", &format!("Basic {encoded}"))?;
        }
        AuthKind::ApiKey { location, name, value } => {
            let key = secret(value, run, scope)?;
            attach_key(request, *location, name, key.expose_secret())?;
        }
        // Its token would be an answer.
        AuthKind::OAuth2(_) if run.settings.is_dry => {
            set_header(request, "Authorization", &format!("Bearer ‹token of `{}`›", profile.name))?;
        }
        AuthKind::OAuth2(oauth2) => {
            let token_request = run.token_requests.of(index, base_url, || {
                let request = token_request(oauth2, base_url, run, scope)?;
                Ok::<_, String>((request, profile.value.templates().into_iter().all(is_fixed)))
            })?;
            let token = run
                .settings
                .tokens
                .token(&run.settings.client, &token_request, timeout)
                .await
                .map_err(|error| AttachError { help: error.help(), message: error.to_string() })?;
            run.settings.masker.add(token.value.expose_secret());
            set_header(request, "Authorization", &format!("Bearer {}", token.value.expose_secret()))?;
            attached.cached_token = token.is_cached.then_some((token_request, token));
        }
    }
    Ok(attached)
}

/// Token requests in which no value of a case stands, by profile and base URL: they are the same all run
/// long.
#[derive(Default)]
pub(super) struct TokenRequests(Mutex<HashMap<usize, HashMap<String, Arc<TokenRequest>>>>);

impl TokenRequests {
    /// The request of a profile; `make` makes one, and says whether it may be kept.
    fn of<E>(
        &self,
        profile: usize,
        base_url: &str,
        make: impl FnOnce() -> Result<(TokenRequest, bool), E>,
    ) -> Result<Arc<TokenRequest>, E> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(&profile).and_then(|requests| requests.get(base_url)) {
            return Ok(Arc::clone(known));
        }
        let (request, may_be_kept) = make()?;
        let request = Arc::new(request);
        if may_be_kept {
            kept().entry(profile).or_default().insert(base_url.to_owned(), Arc::clone(&request));
        }
        Ok(request)
    }
}

/// Whether a value is the same in every case.
fn is_fixed(template: &Template) -> bool {
    template.conditions().is_empty()
        && template.references().iter().all(|(it, _)| matches!(it.root.as_str(), "env" | "secrets"))
}

fn secret(template: &Template, run: &Run, scope: &dyn Scope) -> Result<SecretString, String> {
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

fn set_header(request: &mut Request, name: &str, value: &str) -> Result<(), String> {
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
        KeyLocation::Cookie => {
            let pair = format!("{name}={key}");
            let cookies = match request.headers.get("cookie") {
                Some(others) => format!("{others}; {pair}"),
                None => pair,
            };
            set_header(request, "Cookie", &cookies)
        }
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

//! How servers are reached: what the environment says of headers, rate, proxy and TLS, and what the
//! command line says in its place.

use super::files::{normalise, shown, unreadable};
use super::settings::Settings;
use super::values::{ProjectScope, unresolved};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::Values;
use crate::expression::Template;
use crate::http::{Client, ClientSettings, Pace, TransportError};
use crate::json::Datum;
use crate::limits::Limits;
use crate::scenario::{Environment, Named, Project};
use crate::secret::{Masker, SecretString};
use crate::source::{Span, read_bytes};
use std::path::Path;

/// Where a text is PEM itself and no path.
const PEM: &str = "-----BEGIN";

/// Everything that is at hand when a connection is settled.
pub(super) struct Surroundings<'s> {
    pub(super) settings: &'s Settings,
    pub(super) project: Option<&'s Project>,
    pub(super) environment: Option<&'s Named<Environment>>,
    pub(super) values: &'s Values,
    pub(super) limits: &'s Limits,
    pub(super) masker: &'s Masker,
    /// Whether the servers are mocks in this process.
    pub(super) is_mocked: bool,
}

/// A certificate with its key, and what `curl` is told of them.
#[derive(Clone, Debug)]
pub(super) struct ClientIdentity {
    pub(super) pem: SecretString,
    pub(super) curl: Vec<String>,
}

/// The content of a file or of a value, and the path of the file as people see it.
pub(super) struct Pem {
    pub(super) bytes: Vec<u8>,
    pub(super) path: Option<String>,
}

/// Headers around every file, the nearest last: the project's, the environment's, the command line's.
pub(super) fn outer_headers(
    settings: &Settings,
    project: Option<&Project>,
    environment: Option<&Named<Environment>>,
) -> Vec<Named<Option<Template>>> {
    let of_project = project.into_iter().flat_map(|it| &it.headers);
    let of_environment = environment.into_iter().flat_map(|it| &it.value.headers);
    let given = settings.connection.headers.iter().map(|(name, value)| Named {
        name: name.clone(),
        name_span: Span::default(),
        value: value.as_ref().map(|value| Template::literal(Span::default(), Datum::new(value.as_str()))),
    });
    of_project.chain(of_environment).cloned().chain(given).collect()
}

/// The transport's settings; what cannot be used is reported where it is written.
pub(super) fn connect(around: &Surroundings<'_>, diagnostics: &mut Vec<Diagnostic>) -> ClientSettings {
    let mut client = ClientSettings { limits: around.limits.clone(), ..ClientSettings::default() };
    let environment = around.environment.map(|it| &it.value);
    let given = &around.settings.connection;
    let rate = given.rate.or(environment.and_then(|it| it.rate)).or(around.project.and_then(|it| it.rate));
    client.pace = rate.map(|rate| Pace::new(rate.interval));
    client.allow = environment.and_then(|it| it.allow.as_ref()).map(|allow| allow.value.clone());
    around.check_headers(diagnostics);
    if around.is_mocked {
        around.refuse_for_mocks(diagnostics);
        return client;
    }
    client.proxy = around.proxy(diagnostics);
    if let Some(proxy) = &client.proxy {
        client.curl.extend(["--proxy".to_owned(), proxy.clone()]);
    }
    client.insecure = given.is_insecure || environment.is_some_and(|it| it.tls.is_insecure);
    if client.insecure {
        client.curl.push("--insecure".to_owned());
    }
    let ca = environment.and_then(|it| it.tls.ca.as_ref());
    if let Some(ca) = around.given_or_written(given.ca.as_deref(), ca, diagnostics) {
        client.curl.extend(ca.path.into_iter().flat_map(|path| ["--cacert".to_owned(), path]));
        client.authorities = Some(ca.bytes);
    }
    let cert = environment.and_then(|it| it.tls.cert.as_ref());
    let key = environment.and_then(|it| it.tls.key.as_ref());
    let cert_pem = around.given_or_written(given.cert.as_deref(), cert, diagnostics);
    let key_pem = around.given_or_written(given.key.as_deref(), key, diagnostics);
    if let (Some(cert), Some(key)) = (cert_pem, key_pem) {
        let identity = identity(cert, key);
        client.curl.extend(identity.curl);
        client.identity = Some(identity.pem);
    } else if given.cert.is_some() != given.key.is_some() && cert.is_none() {
        let message = "`--cert` and `--key` are of use together only";
        diagnostics.push(Diagnostic::error(Code::CONFIG_INVALID_VALUE, message));
    }
    let is_special = client.proxy.is_some() || client.authorities.is_some() || client.identity.is_some();
    // Only then: reading the platform's certificates takes as long as a hundred requests.
    if is_special && let Err(error) = Client::new(client.clone()).check() {
        let written = [ca.filter(|_| given.ca.is_none()), cert.filter(|_| given.cert.is_none())];
        diagnostics.push(around.unusable(&error, written.into_iter().flatten().next()));
    }
    client
}

/// What people should know first of how servers are reached.
pub(super) fn banners(settings: &Settings, environment: Option<&Named<Environment>>) -> Vec<String> {
    let by_environment = environment.filter(|it| it.value.tls.is_insecure);
    let said_by = match by_environment {
        _ if settings.connection.is_insecure => "`--insecure`".to_owned(),
        Some(environment) => format!("`tls: {{ insecure: true }}` of the environment `{}`", environment.name),
        None => return Vec::new(),
    };
    vec![format!("certificates are not checked, and anybody may answer for the servers: {said_by}")]
}

pub(super) fn identity(cert: Pem, key: Pem) -> ClientIdentity {
    let text = |pem: &Pem| String::from_utf8_lossy(&pem.bytes).trim_end().to_owned();
    let pem = SecretString::from(format!("{}\n{}\n", text(&cert), text(&key)));
    let curl = match (cert.path, key.path) {
        (Some(cert), Some(key)) => vec!["--cert".to_owned(), cert, "--key".to_owned(), key],
        // What is no file cannot be given to a command by its name.
        _ => Vec::new(),
    };
    ClientIdentity { pem, curl }
}

/// Whether a text is the URL of a proxy.
///
/// # Errors
/// A sentence that says what is wrong; a name and a password of the URL are not in it.
fn check_proxy(text: &str) -> Result<(), String> {
    const FORM: &str = "a proxy is a URL, as in http://proxy.example.com:8080";
    if !text.contains("://") {
        return Err(format!("{FORM}: it begins with http:// or https://"));
    }
    let url = url::Url::parse(text).map_err(|error| format!("{FORM}: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(format!("{FORM}: {} is not spoken", url.scheme()));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{FORM}: it has nothing behind the port"));
    }
    Ok(())
}

impl Surroundings<'_> {
    /// A value of the project file as text; one that it lacks is reported.
    pub(super) fn text(&self, template: &Template, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        let project = self.project?;
        // That such a name is not known here is said where names are checked.
        if template.references().iter().any(|(reference, _)| reference.root == "inputs") {
            return None;
        }
        let scope =
            ProjectScope::new(&self.values.env, &self.values.secrets).with_run(self.values.run_id.as_str());
        match template.resolve(&scope) {
            Ok(datum) => Some(datum.to_text()),
            Err(error) => {
                diagnostics.push(unresolved(project, template, &error));
                None
            }
        }
    }

    /// PEM of a file that the project file names, or of the value itself.
    pub(super) fn pem(&self, template: &Template, diagnostics: &mut Vec<Diagnostic>) -> Option<Pem> {
        let project = self.project?;
        let text = self.text(template, diagnostics)?;
        if text.trim_start().starts_with(PEM) {
            return Some(Pem { bytes: text.into_bytes(), path: None });
        }
        let path = normalise(&project.folder.join(&text));
        self.read(&path, diagnostics, |it| it.label(&project.source, template.span, "is named here"))
    }

    fn given_or_written(
        &self,
        given: Option<&Path>,
        written: Option<&Template>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Pem> {
        match given {
            Some(path) => self.read(&self.settings.folder.join(path), diagnostics, |it| it),
            None => self.pem(written?, diagnostics),
        }
    }

    fn read(
        &self,
        path: &Path,
        diagnostics: &mut Vec<Diagnostic>,
        place: impl Fn(Diagnostic) -> Diagnostic,
    ) -> Option<Pem> {
        match read_bytes(path, self.limits.document) {
            Ok(bytes) => Some(Pem { bytes, path: Some(shown(path, &self.settings.folder)) }),
            Err(error) => {
                diagnostics.push(place(unreadable(&error, &self.settings.folder)));
                None
            }
        }
    }

    pub(super) fn unusable(&self, error: &TransportError, written: Option<&Template>) -> Diagnostic {
        let diagnostic = Diagnostic::error(Code::CONFIG_INVALID_VALUE, error.message.clone());
        match (self.project, written) {
            (Some(project), Some(template)) => {
                diagnostic.label(&project.source, template.span, "is named here")
            }
            _ => diagnostic,
        }
    }

    fn proxy(&self, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
        let written = self.environment.and_then(|it| it.value.proxy.as_ref());
        let (text, place) = match &self.settings.connection.proxy {
            Some(given) => (given.clone(), None),
            None => (self.text(written?, diagnostics)?, written),
        };
        // What stands between a colon and the last `@` is a password, which no report shows.
        let password =
            text.rsplit_once('@').map(|(before, _)| before.split_once("://").map_or(before, |it| it.1));
        if let Some(password) = password.and_then(|user| user.rsplit_once(':')).map(|(_, password)| password)
        {
            let decoded = percent_encoding::percent_decode_str(password).decode_utf8_lossy();
            self.masker.add(password);
            self.masker.add(&decoded);
        }
        if let Err(message) = check_proxy(&text) {
            let diagnostic = Diagnostic::error(Code::CONFIG_INVALID_VALUE, message);
            diagnostics.push(match (self.project, place) {
                (Some(project), Some(template)) => {
                    diagnostic.label(&project.source, template.span, "gives the proxy")
                }
                _ => diagnostic.note("`--proxy` gives it"),
            });
            return None;
        }
        Some(text)
    }

    /// Values of headers that are missing are said once, before anything is sent; credentials among
    /// them are secret wherever they come from.
    fn check_headers(&self, diagnostics: &mut Vec<Diagnostic>) {
        for (name, value) in &self.settings.connection.headers {
            self.mask_header(name, value.as_deref().unwrap_or_default());
        }
        let of_project = self.project.into_iter().flat_map(|it| &it.headers);
        let of_environment = self.environment.into_iter().flat_map(|it| &it.value.headers);
        for header in of_project.chain(of_environment) {
            let Some(template) = &header.value else { continue };
            let Some(text) = self.text(template, diagnostics) else { continue };
            self.mask_header(&header.name, &text);
            if let (true, Some(project)) = (text.contains(['\r', '\n', '\0']), self.project) {
                let name = &header.name;
                let message = format!("the header `{name}` holds a line end or a NUL, which cannot be sent");
                let diagnostic = Diagnostic::error(Code::CONFIG_INVALID_VALUE, message);
                diagnostics.push(diagnostic.label(&project.source, template.span, "gives its value"));
            }
        }
    }

    fn mask_header(&self, name: &str, value: &str) {
        const WORDS: &[&str] = &["auth", "cookie", "key", "password", "secret", "session", "token"];
        let name = name.to_ascii_lowercase();
        if WORDS.iter().any(|word| name.contains(word)) {
            // RFC 9110 §11.4: the scheme before the credentials is no secret.
            let credentials = value.split_once(' ').map_or(value, |(_, credentials)| credentials.trim());
            self.masker.add(if name.ends_with("authorization") { credentials } else { value });
        }
    }

    /// What speaks of servers elsewhere says nothing of mocks in this process.
    fn refuse_for_mocks(&self, diagnostics: &mut Vec<Diagnostic>) {
        let Some(environment) = self.environment else { return };
        let tls = &environment.value.tls;
        let written = [
            ("proxy", environment.value.proxy.is_some()),
            ("tls", tls.is_insecure || tls.templates().next().is_some()),
        ];
        let given = &self.settings.connection;
        let flags = [
            ("--proxy", given.proxy.is_some()),
            ("--insecure", given.is_insecure),
            ("--cacert", given.ca.is_some()),
            ("--cert", given.cert.is_some()),
            ("--key", given.key.is_some()),
        ];
        for (name, _) in written.into_iter().chain(flags).filter(|(_, is_there)| *is_there) {
            let message = format!(
                "`{name}` is of no use in the environment `{}`, whose mocks run in this process",
                environment.name
            );
            let mut diagnostic = Diagnostic::error(Code::CONFIG_INVALID_VALUE, message);
            diagnostic = match (name.starts_with('-'), self.project) {
                (false, Some(project)) => {
                    diagnostic.label(&project.source, environment.name_span, "starts mocks")
                }
                _ => {
                    diagnostic.help("`--env` chooses another environment, `--base-url` says where an api is")
                }
            };
            diagnostics.push(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let found = check_proxy(text).err();
        assert_eq!(found.is_some(), expected.is_some(), "{text}: {found:?}");
        assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{text}");
    }

    #[test]
    fn proxies_are_urls() {
        check("http://proxy:3128", None);
        check("https://me:secret@proxy.example.com", None);
        check("proxy:3128", Some("begins with http://"));
        check("socks5://proxy:1080", Some("socks5 is not spoken"));
        check("http://", Some("as in http://proxy.example.com:8080"));
        check("http://me:sec ret@pro xy", Some("invalid"));
        check("http://proxy:3128/path", Some("nothing behind the port"));
    }
}

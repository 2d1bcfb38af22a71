use super::Named;
use super::login::{AuthFlow, read_login};
use super::reader::{Reader, Spanned};
use crate::expression::Template;
use crate::json::Pointer;
use crate::source::Span;
use crate::yaml::{Entry, MapReader, Node};

/// A named way to authenticate, from `auth:` of the project file.
#[derive(Clone, Debug)]
pub struct AuthProfile {
    /// What is attached to a request.
    pub kind: AuthKind,
}

/// The kinds of profiles.
#[derive(Clone, Debug)]
pub enum AuthKind {
    /// `Authorization: Bearer <value>`.
    Bearer(Template),
    /// `Authorization: Basic <base64 of username:password>` (RFC 7617 §2).
    Basic {
        /// The user-id, which has no colon.
        username: Template,
        /// The password.
        password: Template,
    },
    /// A value in a header, a query parameter or a cookie.
    ApiKey {
        /// Where it goes.
        location: KeyLocation,
        /// The header's, parameter's or cookie's name.
        name: String,
        /// The value.
        value: Template,
    },
    /// A token of an OAuth 2.0 token endpoint.
    OAuth2(Box<OAuth2>),
    /// A certificate of the client's, shown while a connection is made. A value that begins with
    /// `-----BEGIN` is PEM itself, any other is the path of a file.
    MutualTls {
        /// The certificate, with those that lead from it to its authority.
        cert: Template,
        /// Its key.
        key: Template,
    },
    /// What a command prints, as JSON.
    Command(Box<AuthCommand>),
    /// What a flow of a scenario file gives.
    Flow(Box<AuthFlow>),
    /// Several profiles at once, by their names.
    All(Vec<Spanned<String>>),
}

/// A command that gives a token: `command: [./token.sh]`.
#[derive(Clone, Debug)]
pub struct AuthCommand {
    /// Where it is written.
    pub span: Span,
    /// The program and its arguments; no shell reads them.
    pub words: Vec<Template>,
    /// Where the token stands in what it prints; `/access_token` when nothing is written.
    pub token_pointer: Pointer,
    /// Where its lifetime in seconds stands; `/expires_in` when nothing is written.
    pub expires_pointer: Pointer,
    /// The headers to send, made of `$outputs`, in place of `Authorization: Bearer`.
    pub headers: Vec<Named<Template>>,
}

/// Where an API key travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLocation {
    /// A header field.
    Header,
    /// A query parameter.
    Query,
    /// A cookie.
    Cookie,
}

/// How an OAuth 2.0 token is asked for.
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// Sent as `grant_type`; any text.
    pub grant: Template,
    /// The token endpoint; relative ones are below the base URL of the api in use.
    pub token_url: Template,
    /// The client's id.
    pub client_id: Template,
    /// The client's secret.
    pub client_secret: Option<Template>,
    /// Where id and secret go; `basic` when nothing is written (RFC 6749 §2.3.1).
    pub client_auth: ClientAuth,
    /// The scope asked for.
    pub scope: Option<Template>,
    /// Further form fields.
    pub params: Vec<Named<Template>>,
    /// Where the token stands in the reply; `/access_token` when nothing is written.
    pub token_pointer: Pointer,
    /// Where its lifetime in seconds stands; `/expires_in` when nothing is written.
    pub expires_pointer: Pointer,
}

/// Where a client's credentials go in a token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// In an `Authorization: Basic` header.
    Basic,
    /// In the form.
    Body,
}

/// Which profile a step uses.
#[derive(Clone, Debug)]
pub enum AuthChoice {
    /// `none` or a written null: no credentials, and no cookies of the jar either.
    None,
    /// A profile by its name.
    Profile(Spanned<String>),
    /// An expression that gives a profile's name, `none`, or null.
    Expression(Template),
}

impl AuthChoice {
    /// Where it is written; `None` for no credentials, which has nothing to point at.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::None => None,
            Self::Profile(name) => Some(name.span),
            Self::Expression(template) => Some(template.span),
        }
    }
}

const KINDS: &[&str] = &["bearer", "basic", "apiKey", "oauth2", "mtls", "flow", "command", "all"];

/// Reads `auth: seller`, `auth: none`, `auth: $row.auth`.
pub(super) fn read_choice(node: &Node, reader: &mut Reader<'_>) -> AuthChoice {
    match node.as_str() {
        None if node.is_null() => AuthChoice::None,
        Some("none") => AuthChoice::None,
        Some(text) if text.starts_with('$') => AuthChoice::Expression(reader.template(node)),
        Some(text) => AuthChoice::Profile(Spanned::new(text.to_owned(), node.span)),
        None => {
            reader.invalid(
                node.span,
                "`auth` is the name of a profile, `none`, or an expression",
                format!("is {}", node.type_name()),
            );
            AuthChoice::None
        }
    }
}

/// Reads one profile of the project file.
pub(super) fn read_profile(entry: &Entry, reader: &mut Reader<'_>) -> Option<Named<AuthProfile>> {
    if entry.key == "none" {
        reader.invalid(
            entry.key_span,
            "`none` is no name for a profile: it means no credentials",
            "is taken",
        );
    }
    let mut map = MapReader::new("an auth profile", &entry.value, reader.problems)?;
    let mut kinds = Vec::new();
    if let Some(node) = map.take("bearer") {
        kinds.push(AuthKind::Bearer(reader.text_template("bearer", node)));
    }
    if let Some(node) = map.take("basic") {
        kinds.extend(read_basic(node, reader));
    }
    if let Some(node) = map.take("apiKey") {
        kinds.extend(read_api_key(node, reader));
    }
    if let Some(node) = map.take("oauth2") {
        kinds.extend(read_oauth2(node, reader));
    }
    if let Some(node) = map.take("mtls") {
        kinds.extend(read_mtls(node, reader));
    }
    if let Some(node) = map.take("flow") {
        kinds.extend(read_login(node, &mut map, reader));
    }
    if let Some(node) = map.take("command") {
        kinds.extend(read_command(node, &mut map, reader));
    }
    if let Some(node) = map.take("all") {
        kinds.extend(read_all(node, reader));
    }
    let problems_before = reader.problems.len();
    map.finish(
        &[
            ("tokenPointer", "it belongs under `oauth2`, or beside `command`"),
            ("expiresPointer", "it belongs under `oauth2`, or beside `command`"),
            ("cert", "it belongs under `mtls`"),
            ("key", "it belongs under `mtls`"),
            ("with", "it belongs beside `flow`"),
            ("expires", "it belongs beside `flow`"),
            ("headers", "it belongs beside `flow` or `command`"),
        ],
        reader.problems,
    );
    let is_complete = reader.problems.len() == problems_before;
    if kinds.len() > 1 || (kinds.is_empty() && is_complete && !has_kind(&entry.value)) {
        reader.invalid(
            entry.key_span,
            format!("the auth profile `{}` has exactly one of {}", entry.key, KINDS.join(", ")),
            if kinds.is_empty() { "has none" } else { "has several" },
        );
        return None;
    }
    kinds.pop().map(|kind| entry.named(AuthProfile { kind }))
}

fn has_kind(node: &Node) -> bool {
    KINDS.iter().any(|kind| node.get(kind).is_some())
}

fn read_basic(node: &Node, reader: &mut Reader<'_>) -> Option<AuthKind> {
    let mut map = MapReader::new("a basic profile", node, reader.problems)?;
    let mut part = |key: &'static str, reader: &mut Reader<'_>| {
        map.require(key, reader.problems).map(|node| reader.text_template(key, node))
    };
    let (username, password) = (part("username", reader), part("password", reader));
    map.finish(
        &[("user", "write `username`"), ("value", "write `username` and `password`")],
        reader.problems,
    );
    Some(AuthKind::Basic { username: username?, password: password? })
}

fn read_api_key(node: &Node, reader: &mut Reader<'_>) -> Option<AuthKind> {
    let mut map = MapReader::new("an apiKey profile", node, reader.problems)?;
    let location = map.require("in", reader.problems).and_then(|node| {
        let location = match node.as_str() {
            Some("header") => Some(KeyLocation::Header),
            Some("query") => Some(KeyLocation::Query),
            Some("cookie") => Some(KeyLocation::Cookie),
            _ => None,
        };
        if location.is_none() {
            reader.invalid(node.span, "`in` is header, query or cookie", "is none of them");
        }
        location
    });
    map.require("name", reader.problems);
    let name = map.text("name", reader.problems).map(ToOwned::to_owned);
    let value = map.require("value", reader.problems).map(|node| reader.text_template("value", node));
    map.finish(&[], reader.problems);
    Some(AuthKind::ApiKey { location: location?, name: name?, value: value? })
}

fn read_oauth2(node: &Node, reader: &mut Reader<'_>) -> Option<AuthKind> {
    let mut map = MapReader::new("an oauth2 profile", node, reader.problems)?;
    let grant = map.require("grant", reader.problems).map(|node| reader.text_template("grant", node));
    let token_url =
        map.require("tokenUrl", reader.problems).map(|node| reader.text_template("tokenUrl", node));
    let client_id =
        map.require("clientId", reader.problems).map(|node| reader.text_template("clientId", node));
    let client_secret = map.take("clientSecret").map(|node| reader.text_template("clientSecret", node));
    let scope = map.take("scope").map(|node| reader.text_template("scope", node));
    let client_auth = match map.take("clientAuth") {
        None => ClientAuth::Basic,
        Some(node) => match node.as_str() {
            Some("basic") => ClientAuth::Basic,
            Some("body") => ClientAuth::Body,
            _ => {
                reader.invalid(node.span, "`clientAuth` is basic or body", "is neither");
                ClientAuth::Basic
            }
        },
    };
    let params = reader.template_map(&mut map, "params");
    let token_pointer = read_pointer("tokenPointer", "/access_token", &mut map, reader);
    let expires_pointer = read_pointer("expiresPointer", "/expires_in", &mut map, reader);
    map.finish(&[], reader.problems);
    Some(AuthKind::OAuth2(Box::new(OAuth2 {
        grant: grant?,
        token_url: token_url?,
        client_id: client_id?,
        client_secret,
        client_auth,
        scope,
        params,
        token_pointer,
        expires_pointer,
    })))
}

fn read_pointer(
    key: &'static str,
    default: &str,
    map: &mut MapReader<'_>,
    reader: &mut Reader<'_>,
) -> Pointer {
    let node = map.take(key);
    let written = node.map_or(Some(default), |node| node.as_str());
    let pointer = written.and_then(Pointer::parse);
    if let (None, Some(node)) = (&pointer, node) {
        let message = format!("`{key}` is a JSON pointer such as {default}");
        reader.invalid(node.span, message, "is no pointer");
    }
    pointer.unwrap_or_default()
}

fn read_mtls(node: &Node, reader: &mut Reader<'_>) -> Option<AuthKind> {
    let mut map = MapReader::new("an mtls profile", node, reader.problems)?;
    let mut part = |key: &'static str, reader: &mut Reader<'_>| {
        map.require(key, reader.problems).map(|node| reader.text_template(key, node))
    };
    let (cert, key) = (part("cert", reader), part("key", reader));
    map.finish(&[("ca", "it belongs under `tls` of an environment")], reader.problems);
    Some(AuthKind::MutualTls { cert: cert?, key: key? })
}

/// Reads `command` and the keys beside it.
fn read_command(node: &Node, map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<AuthKind> {
    let token_pointer = read_pointer("tokenPointer", "/access_token", map, reader);
    let expires_pointer = read_pointer("expiresPointer", "/expires_in", map, reader);
    let headers = read_output_headers(map, reader);
    let words: Vec<Template> = match node.as_list() {
        Some(elements) if !elements.is_empty() => {
            elements.iter().map(|element| reader.text_template("command", element)).collect()
        }
        _ => {
            let message = "`command` is a list of a program and its arguments, as in [./token.sh, --quiet]";
            let label = match node.as_list() {
                Some(_) => "is empty".to_owned(),
                None => format!("is {}: no shell reads it", node.type_name()),
            };
            reader.invalid(node.span, message, label);
            return None;
        }
    };
    let span = node.span;
    Some(AuthKind::Command(Box::new(AuthCommand { span, words, token_pointer, expires_pointer, headers })))
}

/// Reads `headers`, in which `$outputs` is known: what a command prints, or a flow gives.
pub(super) fn read_output_headers(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Vec<Named<Template>> {
    let entries = map.map("headers", reader.problems);
    with_outputs(reader, |reader| {
        entries.iter().map(|entry| entry.named(reader.text_template(&entry.key, &entry.value))).collect()
    })
}

/// Reads values in which `$outputs` is known.
pub(super) fn with_outputs<T>(reader: &mut Reader<'_>, read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
    let roots = reader.syntax.roots.clone();
    reader.syntax.roots.push("outputs".to_owned());
    let found = read(reader);
    reader.syntax.roots = roots;
    found
}

fn read_all(node: &Node, reader: &mut Reader<'_>) -> Option<AuthKind> {
    let message = "`all` is a list of the names of auth profiles";
    let elements = match node.as_list() {
        Some(elements) if !elements.is_empty() => elements,
        _ => {
            let label = if node.as_list().is_some() {
                "is empty".to_owned()
            } else {
                format!("is {}", node.type_name())
            };
            reader.invalid(node.span, message, label);
            return None;
        }
    };
    let mut names = Vec::new();
    for element in elements {
        match element.as_str() {
            Some(name) => names.push(Spanned::new(name.to_owned(), element.span)),
            None => reader.invalid(element.span, message, format!("is {}", element.type_name())),
        }
    }
    Some(AuthKind::All(names))
}

impl AuthProfile {
    /// The headers that the profile itself sets; those of `all` are set by the profiles it names.
    pub fn headers(&self) -> Vec<&str> {
        match &self.kind {
            AuthKind::Bearer(_) | AuthKind::Basic { .. } | AuthKind::OAuth2(_) => vec!["Authorization"],
            AuthKind::ApiKey { location: KeyLocation::Header, name, .. } => vec![name],
            AuthKind::Command(command) if command.headers.is_empty() => vec!["Authorization"],
            AuthKind::Command(command) => command.headers.iter().map(|it| it.name.as_str()).collect(),
            AuthKind::Flow(flow) if flow.headers.is_empty() => vec!["Authorization"],
            AuthKind::Flow(flow) => flow.headers.iter().map(|it| it.name.as_str()).collect(),
            AuthKind::ApiKey { .. } | AuthKind::MutualTls { .. } | AuthKind::All(_) => Vec::new(),
        }
    }

    /// Every value that is written in the profile.
    pub fn templates(&self) -> Vec<&Template> {
        match &self.kind {
            AuthKind::Bearer(value) | AuthKind::ApiKey { value, .. } => vec![value],
            AuthKind::Basic { username, password } => vec![username, password],
            AuthKind::MutualTls { cert, key } => vec![cert, key],
            AuthKind::Command(command) => {
                command.words.iter().chain(command.headers.iter().map(|header| &header.value)).collect()
            }
            AuthKind::Flow(flow) => flow.templates(),
            AuthKind::All(_) => Vec::new(),
            AuthKind::OAuth2(oauth2) => {
                let optional = [&oauth2.client_secret, &oauth2.scope];
                [&oauth2.grant, &oauth2.token_url, &oauth2.client_id]
                    .into_iter()
                    .chain(optional.into_iter().flatten())
                    .chain(oauth2.params.iter().map(|param| &param.value))
                    .collect()
            }
        }
    }
}

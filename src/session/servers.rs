//! Base URLs from the `servers` of a document, where somebody asked for them.

use super::settings::check_url;
use crate::diagnostic::{Code, Diagnostic};
use crate::openapi::{Document, OperationIndex, Server, ServerError};
use crate::plan::{Plan, PlannedStep};
use crate::scenario::{Project, ServerChoice};
use crate::source::{Source, Span};
use crate::yaml::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The URLs of one api.
#[derive(Debug, Default)]
pub(super) struct ServerUrls {
    /// Of the document.
    pub(super) api: Option<String>,
    /// Of operations that have servers of their own.
    pub(super) operations: BTreeMap<OperationIndex, String>,
}

/// Who asked, and what of.
pub(super) struct Asked<'a> {
    /// The choice in the project file; `None` for `--use-servers`.
    pub(super) choice: Option<(&'a ServerChoice, &'a Project)>,
    /// The values of the variables.
    pub(super) variables: Vec<(String, String)>,
}

/// The URLs of an api that the operations of the plan need; what is wrong with a server is reported.
pub(super) fn server_urls(
    plan: &Plan,
    api: usize,
    asked: &Asked<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> ServerUrls {
    let document = plan.apis[api].contract.document();
    let mut urls = ServerUrls::default();
    let calls = plan.all_steps().filter_map(PlannedStep::call);
    let called: BTreeSet<OperationIndex> =
        calls.filter(|call| call.api == api).map(|call| call.operation).collect();
    let mut known: BTreeSet<&str> = document.servers().iter().flat_map(Server::variables).collect();
    let mut needs_document = false;
    for index in called {
        let own = document.operation(index).own_servers();
        known.extend(own.iter().flat_map(Server::variables));
        match asked.choose(&own).or(own.first()) {
            Some(server) => {
                let url = asked.url(document, server, diagnostics);
                urls.operations.extend(url.map(|url| (index, url)));
            }
            None => needs_document = true,
        }
    }
    asked.check_variables(&known, diagnostics);
    if needs_document {
        let servers = document.servers();
        match asked.choose(&servers) {
            Some(server) => urls.api = asked.url(document, server, diagnostics),
            None => diagnostics.push(asked.nothing(&plan.apis[api].name, document, &servers)),
        }
    }
    urls
}

impl Asked<'_> {
    /// The server of the choice, or the first where none is named.
    fn choose<'s, 'd>(&self, servers: &'s [Server<'d>]) -> Option<&'s Server<'d>> {
        match self.choice.and_then(|(choice, _)| choice.server.as_ref()) {
            Some(wanted) => servers.iter().find(|server| {
                server.url() == Some(wanted.value.as_str())
                    || server.description() == Some(wanted.value.as_str())
            }),
            None => servers.first(),
        }
    }

    fn url(
        &self,
        document: &Document,
        server: &Server<'_>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let url = match server.resolve(&self.variables) {
            Ok(url) => url,
            Err(error) => {
                let diagnostic = Diagnostic::error(Code::CONFIG_NO_BASE_URL, error.to_string());
                let diagnostic = match (&error, self.value_of(&error)) {
                    (ServerError::NotListed { nearest: Some(meant), .. }, Some((source, span))) => {
                        diagnostic.label(source, span, format!("did you mean `{meant}`?"))
                    }
                    (_, Some((source, span))) => diagnostic.label(source, span, "gives the value"),
                    (_, None) => self.labelled(diagnostic),
                };
                diagnostics.push(with_server(diagnostic, document, server));
                return None;
            }
        };
        if let Err(reason) = check_url(&url) {
            let is_relative = !url.contains("://");
            let message = match is_relative {
                true => format!(
                    "the server `{url}` is relative to where the document is served, which a file does not say"
                ),
                false => format!("the document's server cannot be used: {reason}"),
            };
            let diagnostic = self
                .labelled(Diagnostic::error(Code::CONFIG_NO_BASE_URL, message))
                .help("give `--base-url`, or a URL under `baseUrls`");
            diagnostics.push(with_server(diagnostic, document, server));
            return None;
        }
        Some(url)
    }

    fn nothing(&self, api: &str, document: &Document, servers: &[Server<'_>]) -> Diagnostic {
        let name = document.source().name();
        let wanted = self.choice.and_then(|(choice, _)| choice.server.as_ref());
        let (Some(wanted), Some((_, project)), false) = (wanted, self.choice, servers.is_empty()) else {
            let message = format!("{name} names no servers for the api `{api}`");
            return self
                .labelled(Diagnostic::error(Code::CONFIG_NO_BASE_URL, message))
                .help("give `--base-url`, or a URL under `baseUrls`");
        };
        let urls: Vec<&str> = servers.iter().filter_map(Server::url).collect();
        let descriptions = servers.iter().filter_map(Server::description);
        let label = match nearest(&wanted.value, urls.iter().copied().chain(descriptions)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the servers are {}", urls.join(", ")),
        };
        let message = format!("{name} has no server `{}`", wanted.value);
        Diagnostic::error(Code::CONFIG_NO_BASE_URL, message).label(&project.source, wanted.span, label)
    }

    fn check_variables(&self, known: &BTreeSet<&str>, diagnostics: &mut Vec<Diagnostic>) {
        let Some((choice, project)) = self.choice else { return };
        for variable in choice.variables.iter().filter(|it| !known.contains(it.name.as_str())) {
            let label = match nearest(&variable.name, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "no server that is used has it".to_owned(),
            };
            let message = format!("the servers have no variable `{}`", variable.name);
            let diagnostic = Diagnostic::error(Code::CONFIG_INVALID_VALUE, message);
            diagnostics.push(diagnostic.label(&project.source, variable.name_span, label));
        }
    }

    /// Where the project file gives the variable that an error is about its value.
    fn value_of(&self, error: &ServerError) -> Option<(&Arc<Source>, Span)> {
        let ServerError::NotListed { name: wanted, .. } = error else { return None };
        let (choice, project) = self.choice?;
        let variable = choice.variables.iter().find(|variable| variable.name == *wanted)?;
        Some((&project.source, variable.value.span))
    }

    fn labelled(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.choice {
            Some((choice, project)) => diagnostic.label(&project.source, choice.span, "asks for it"),
            None => diagnostic,
        }
    }
}

fn with_server(diagnostic: Diagnostic, document: &Document, server: &Server<'_>) -> Diagnostic {
    let place =
        document.place_of(&server.pointer().child("url")).or_else(|| document.place_of(server.pointer()));
    match place {
        Some(at) => diagnostic.label(&at.source, at.span, "names the server"),
        None => diagnostic,
    }
}

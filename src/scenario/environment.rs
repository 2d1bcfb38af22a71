use super::auth::{AuthChoice, read_choice};
use super::budget::{Budget, read_budgets};
use super::connection::{Rate, Tls, read_allow, read_rate, read_tls};
use super::contract::{ContractSettings, read_contract};
use super::reader::{Named, Reader, Spanned};
use super::retry::{Retry, read_retry};
use super::settings::{Timeouts, read_headers, read_timeouts};
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::source::Span;
use crate::yaml::{Entry, Kind, MapReader, Node};

/// Where the apis are, and the values that differ from place to place.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Rules files of embedded mocks, by api.
    pub mocks: Vec<Named<String>>,
    /// Base URLs, by api.
    pub base_urls: Vec<Named<Template>>,
    /// The apis whose base URL is one of their document's servers.
    pub servers: Vec<Named<ServerChoice>>,
    /// Values for `$env`, before the process's.
    pub env: Vec<Named<Template>>,
    /// Where secrets come from; the process variable of the same name otherwise.
    pub secrets: Vec<Named<SecretSource>>,
    /// A YAML map from input names to values.
    pub inputs_file: Option<Spanned<String>>,
    /// Time-outs.
    pub timeouts: Timeouts,
    /// When a request is sent again.
    pub retry: Option<Retry>,
    /// The number of workers.
    pub jobs: Option<usize>,
    /// Limits, as written, by name.
    pub limits: Vec<Named<String>>,
    /// The severities of contract checks.
    pub contract: ContractSettings,
    /// Headers of every request of a step, the outermost of all; `None` is a written `null`.
    pub headers: Vec<Named<Option<Template>>>,
    /// The auth profile of every step that nothing nearer gives one.
    pub auth: Option<AuthChoice>,
    /// How often requests leave at most, all workers together.
    pub rate: Option<Rate>,
    /// How long judged exchanges may take.
    pub budgets: Vec<Budget>,
    /// The URL of the proxy that everything goes through.
    pub proxy: Option<Template>,
    /// Whom to trust, and as whom to connect.
    pub tls: Tls,
    /// The methods that may be sent at all, in capitals; any where nothing is written.
    pub allow: Option<Spanned<Vec<String>>>,
}

impl Environment {
    /// Every value that is written in it but for the URLs of servers.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        let headers = self.headers.iter().filter_map(|header| header.value.as_ref());
        let named = self.base_urls.iter().chain(&self.env).map(|named| &named.value);
        named.chain(headers).chain(&self.proxy).chain(self.tls.templates())
    }
}

/// `baseUrls: { api: servers }`, or `{ api: { server: …, variables: { … } } }`.
#[derive(Clone, Debug)]
pub struct ServerChoice {
    /// Where it is written.
    pub span: Span,
    /// The `url` or `description` of the server; the first one when nothing is written.
    pub server: Option<Spanned<String>>,
    /// Values of the server's variables.
    pub variables: Vec<Named<Template>>,
}

/// Where a secret comes from.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// `{ env: NAME }`: a process variable.
    Env(String),
    /// `{ file: PATH }`: a file, without the line end at its end.
    File(String),
    /// `{ value: … }`: the value itself, for mocks.
    Value(String),
}

/// Reads one environment.
pub(super) fn read_environment(entry: &Entry, reader: &mut Reader<'_>) -> Option<Named<Environment>> {
    reader.check_name("an environment", &entry.key, entry.key_span);
    let mut map = MapReader::config("an environment", &entry.value, reader.problems)?;
    let (base_urls, servers) = read_base_urls(map.map("baseUrls", reader.problems), reader);
    let environment = Environment {
        mocks: texts(map.map("mocks", reader.problems), "a rules file", reader),
        base_urls,
        servers,
        env: reader.template_map(&mut map, "env"),
        secrets: map
            .map("secrets", reader.problems)
            .iter()
            .filter_map(|entry| Some(entry.named(read_secret(&entry.value, reader)?)))
            .collect(),
        inputs_file: map.entry("inputsFile").and_then(|entry| {
            let path = entry.value.as_str()?;
            Some(Spanned::new(path.to_owned(), entry.value.span))
        }),
        timeouts: map.take("timeouts").map(|node| read_timeouts(node, reader)).unwrap_or_default(),
        retry: map.take("retry").and_then(|node| read_retry(node, reader)),
        jobs: map.take("jobs").and_then(|node| read_jobs(node, reader)),
        limits: scalars(map.map("limits", reader.problems)),
        contract: map.take("contract").map(|node| read_contract(node, reader)).unwrap_or_default(),
        headers: read_headers(map.map("headers", reader.problems), reader),
        auth: map.take("auth").map(|node| read_choice(node, reader)),
        budgets: read_budgets(map.map("budgets", reader.problems), reader),
        rate: map.take("rate").and_then(|node| read_rate(node, reader)),
        proxy: map.take("proxy").map(|node| reader.text_template("proxy", node)),
        tls: map.take("tls").map(|node| read_tls(node, reader)).unwrap_or_default(),
        allow: map.take("allow").and_then(|node| read_allow(node, reader)),
    };
    map.finish(
        &[
            ("baseUrl", "write `baseUrls`, a map from apis to URLs"),
            ("inputs", "write `inputsFile`, the path of a YAML map from names to values"),
        ],
        reader.problems,
    );
    let has_urls = !environment.base_urls.is_empty() || !environment.servers.is_empty();
    if has_urls && !environment.mocks.is_empty() {
        reader.problems.error(
            Code::CONFIG_INVALID_VALUE,
            entry.key_span,
            format!("the environment `{}` has either `mocks` or `baseUrls`", entry.key),
            "has both",
        );
    }
    Some(entry.named(environment))
}

/// A URL, the word `servers`, or a choice among them, by api.
fn read_base_urls(
    entries: &[Entry],
    reader: &mut Reader<'_>,
) -> (Vec<Named<Template>>, Vec<Named<ServerChoice>>) {
    let (mut urls, mut servers) = (Vec::new(), Vec::new());
    for entry in entries {
        let span = entry.value.span;
        match &entry.value.kind {
            Kind::String(text) if text == "servers" => {
                servers.push(entry.named(ServerChoice { span, server: None, variables: Vec::new() }));
            }
            Kind::Map(_) => {
                let map = MapReader::config("a choice of servers", &entry.value, reader.problems);
                let Some(mut map) = map else { continue };
                let server = map.take("server").and_then(|node| match node.as_str() {
                    Some(text) => Some(Spanned::new(text.to_owned(), node.span)),
                    None => {
                        map_invalid(reader, node);
                        None
                    }
                });
                let variables = reader.template_map(&mut map, "variables");
                map.finish(&[("url", "write the URL itself: `api: https://…`")], reader.problems);
                servers.push(entry.named(ServerChoice { span: entry.key_span, server, variables }));
            }
            _ => urls.push(entry.named(reader.template(&entry.value))),
        }
    }
    (urls, servers)
}

fn map_invalid(reader: &mut Reader<'_>, node: &Node) {
    reader.problems.error(
        Code::CONFIG_INVALID_VALUE,
        node.span,
        "`server` is the `url` or the `description` of one of the document's servers",
        format!("is {}", node.type_name()),
    );
}

pub(super) fn read_jobs(node: &Node, reader: &mut Reader<'_>) -> Option<usize> {
    let jobs = match &node.kind {
        Kind::Number(text) => text.parse().ok().filter(|jobs| (1..=1024).contains(jobs)),
        _ => None,
    };
    if jobs.is_none() {
        reader.problems.error(
            Code::CONFIG_INVALID_VALUE,
            node.span,
            "`jobs` is a number of workers from 1 to 1024",
            "is none",
        );
    }
    jobs
}

/// Names with texts or numbers, as texts.
pub(super) fn scalars(entries: &[Entry]) -> Vec<Named<String>> {
    entries.iter().map(|entry| entry.named(entry.value.to_datum().to_text())).collect()
}

fn texts(entries: &[Entry], what: &str, reader: &mut Reader<'_>) -> Vec<Named<String>> {
    let mut list = Vec::new();
    for entry in entries {
        match entry.value.as_str() {
            Some(text) => list.push(entry.named(text.to_owned())),
            None => {
                let message = format!("`{}` is the path of {what}", entry.key);
                let label = format!("is {}", entry.value.type_name());
                reader.problems.error(Code::CONFIG_INVALID_VALUE, entry.value.span, message, label);
            }
        }
    }
    list
}

fn read_secret(node: &Node, reader: &mut Reader<'_>) -> Option<SecretSource> {
    let mut map = MapReader::config("a secret", node, reader.problems)?;
    let env = map.text("env", reader.problems).map(|text| SecretSource::Env(text.to_owned()));
    let file = map.text("file", reader.problems).map(|text| SecretSource::File(text.to_owned()));
    let value = map.text("value", reader.problems).map(|text| SecretSource::Value(text.to_owned()));
    map.finish(&[], reader.problems);
    let mut sources: Vec<_> = [env, file, value].into_iter().flatten().collect();
    if sources.len() != 1 {
        reader.problems.error(
            Code::CONFIG_INVALID_VALUE,
            node.span,
            "a secret has one of `env`, `file` and `value`",
            if sources.is_empty() { "has none" } else { "has several" },
        );
    }
    sources.pop()
}

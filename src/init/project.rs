//! The first `contest.yaml`.

use super::ApiToDraft;
use super::auth::Profiles;
use super::names::{kebab, unique};
use crate::json::Value;
use crate::openapi::Document;
use crate::sample::draft::{Data, Entry, Item, write};
use url::Url;

/// Environments are for people to choose from.
const MAX_SERVERS: usize = 8;

pub(super) fn draft(apis: &[ApiToDraft], profiles: &Profiles, has_scenarios: bool) -> String {
    let named = apis.iter().map(|api| Entry::text(&api.name, api.path.as_str())).collect();
    let mut file = vec![Entry::raw("contest", "1"), Entry::new("apis", Item::Map(named))];
    let local = apis.iter().map(|api| (api.name.clone(), Data::Value(Value::from(local_url(&api.document)))));
    let local = Entry::data("baseUrls", Data::Map(local.collect()))
        .with_comment("TODO: where the API runs while you work on it.");
    let mut environments = vec![Entry::new("local", Item::Map(vec![local]))];
    let mut servers: Vec<(String, Vec<(String, Data)>)> = Vec::new();
    for api in apis {
        for (name, choice) in choices(&api.document) {
            match servers.iter_mut().find(|(known, _)| *known == name) {
                Some((_, urls)) => urls.push((api.name.clone(), choice)),
                None => servers.push((name, vec![(api.name.clone(), choice)])),
            }
        }
    }
    for (name, urls) in servers {
        environments.push(Entry::new(&name, Item::Map(vec![Entry::data("baseUrls", Data::Map(urls))])));
    }
    file.push(Entry::new("environments", Item::Map(environments)).apart());
    file.push(Entry::text("defaultEnvironment", "local"));
    if has_scenarios {
        file.push(Entry::raw("scenarios", "[scenarios/]").apart());
    }
    let list =
        |names: Vec<&String>| Data::List(names.into_iter().map(|name| Data::Raw(name.clone())).collect());
    let variables: Vec<&String> = profiles.list.iter().flat_map(|profile| &profile.variables).collect();
    let secrets: Vec<&String> = profiles.list.iter().flat_map(|profile| &profile.secrets).collect();
    if !variables.is_empty() {
        let entry = Entry::data("env", list(variables));
        file.push(entry.with_comment("Variables of the process that are read.").apart());
    }
    if !secrets.is_empty() {
        let entry = Entry::data("secrets", list(secrets));
        file.push(
            entry.with_comment("Read from variables of these names, and masked in every output.").apart(),
        );
    }
    if !profiles.list.is_empty() {
        let entries = profiles.list.iter().map(|profile| profile.entry.clone()).collect();
        file.push(Entry::new("auth", Item::Map(entries)).apart());
    }
    let mut text = String::new();
    write(&file, 0, &mut text);
    text
}

/// A URL of this machine, with the path of the first server.
fn local_url(document: &Document) -> String {
    let url = document.servers().first().and_then(|server| server.resolve(&[]).ok());
    let path = url.and_then(|url| {
        let base = Url::parse("http://127.0.0.1:8080/").ok()?;
        Some(base.join(&url).ok()?.path().trim_end_matches('/').to_owned())
    });
    format!("http://127.0.0.1:8080{}", path.unwrap_or_default())
}

/// Environments for the servers that can be sent to: their names, and how `baseUrls` speaks of them.
fn choices(document: &Document) -> Vec<(String, Data)> {
    let mut taken = vec!["local".to_owned()];
    let mut found = Vec::new();
    for (index, server) in document.servers().iter().enumerate() {
        let Some(url) = server.resolve(&[]).ok().and_then(|url| Url::parse(&url).ok()) else { continue };
        let is_usable = ["http", "https"].contains(&url.scheme())
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let (Some(host), true, true) = (url.host_str(), is_usable, found.len() < MAX_SERVERS) else {
            continue;
        };
        let described = kebab(server.description().unwrap_or_default());
        let is_short = !described.is_empty() && described.matches('-').count() < 3;
        let wanted = if is_short { described } else { kebab(host) };
        let name = unique(if wanted.is_empty() { "server" } else { &wanted }, &mut taken);
        let choice = match (index, server.url()) {
            (0, _) => Data::Raw("servers".to_owned()),
            (_, Some(url)) => Data::Map(vec![("server".to_owned(), Data::Value(Value::from(url)))]),
            (_, None) => continue,
        };
        found.push((name, choice));
    }
    found
}

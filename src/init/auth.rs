//! Auth profiles from security schemes.

use super::ApiToDraft;
use super::names::{kebab, unique, upper};
use crate::json::Value;
use crate::openapi::{Document, Operation, Security, SecurityKind};
use crate::sample::draft::{Data, Entry};
use std::collections::BTreeMap;

/// The profiles of a project, and which scheme of which api each is for.
#[derive(Default)]
pub(super) struct Profiles {
    pub(super) list: Vec<Profile>,
    by_scheme: BTreeMap<(String, String), usize>,
}

/// One profile, as it is written.
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) entry: Entry,
    pub(super) secrets: Vec<String>,
    pub(super) variables: Vec<String>,
}

impl Profiles {
    /// A profile for every scheme that an operation asks for and that a profile can be.
    pub(super) fn of(apis: &[ApiToDraft]) -> Self {
        let mut profiles = Self::default();
        let mut names = vec!["none".to_owned()];
        for api in apis {
            for operation in api.document.operations() {
                for security in operation.security().iter().flatten() {
                    let key = (api.name.clone(), security.name.to_owned());
                    if profiles.by_scheme.contains_key(&key) {
                        continue;
                    }
                    let wanted = Some(kebab(security.name)).filter(|name| !name.is_empty());
                    let wanted = wanted.unwrap_or_else(|| format!("{}-auth", api.name));
                    let taken = names.contains(&wanted);
                    let wanted = if taken { format!("{}-{wanted}", api.name) } else { wanted };
                    let mut attempt = names.clone();
                    let name = unique(&wanted, &mut attempt);
                    if let Some(profile) = profile(&name, security, api) {
                        names = attempt;
                        profiles.by_scheme.insert(key, profiles.list.len());
                        profiles.list.push(profile);
                    }
                }
            }
        }
        profiles
    }

    /// The profile that an operation is called with: that of the first alternative that has one.
    pub(super) fn choose(&self, api: &str, operation: Operation<'_>) -> Option<&str> {
        let alternatives = operation.security();
        let find = |security: &Security<'_>| {
            let index = self.by_scheme.get(&(api.to_owned(), security.name.to_owned()))?;
            Some(self.list[*index].name.as_str())
        };
        // One scheme alone needs nothing besides.
        let alone = alternatives.iter().find_map(|all| match all.as_slice() {
            [only] => find(only),
            _ => None,
        });
        alone.or_else(|| alternatives.iter().flatten().find_map(find))
    }
}

fn profile(name: &str, security: &Security<'_>, api: &ApiToDraft) -> Option<Profile> {
    let document = &api.document;
    let words = upper(name);
    // `KEY` alone would be a variable of anybody's.
    let words = if words.contains('_') { words } else { format!("{}_{words}", upper(&api.name)) };
    let with = |ending: &str| match words.ends_with(ending) {
        true => words.clone(),
        false => format!("{words}_{ending}"),
    };
    let map = |members: Vec<(&str, Data)>| {
        Data::Map(members.into_iter().map(|(key, data)| (key.to_owned(), data)).collect())
    };
    let secret = |name: &str| Data::Raw(format!("$secrets.{name}"));
    let bearer = |token: String, comment: Option<&str>| {
        let mut entry = Entry::data(name, map(vec![("bearer", secret(&token))]));
        entry.comments.extend(comment.map(str::to_owned));
        Profile { name: name.to_owned(), entry, secrets: vec![token], variables: Vec::new() }
    };
    Some(match security.kind {
        SecurityKind::Bearer | SecurityKind::OpenIdConnect => bearer(with("TOKEN"), None),
        SecurityKind::OAuth2 => match client_credentials(security, document) {
            Some((token_url, scope)) => {
                let (id, key) = (format!("{words}_CLIENT_ID"), format!("{words}_CLIENT_SECRET"));
                let mut members = vec![
                    ("grant", Data::Raw("client_credentials".to_owned())),
                    ("tokenUrl", Data::Value(Value::from(token_url))),
                    ("clientId", Data::Raw(format!("$env.{id}"))),
                    ("clientSecret", secret(&key)),
                ];
                if !scope.is_empty() {
                    members.push(("scope", Data::Value(Value::from(scope))));
                }
                let entry = Entry::data(name, map(vec![("oauth2", map(members))]));
                Profile { name: name.to_owned(), entry, secrets: vec![key], variables: vec![id] }
            }
            None => bearer(
                with("TOKEN"),
                Some("TODO: a person has to sign in here; give a token, or another grant."),
            ),
        },
        SecurityKind::Basic => {
            let (user, password) = (format!("{words}_USERNAME"), format!("{words}_PASSWORD"));
            let members =
                vec![("username", Data::Raw(format!("$env.{user}"))), ("password", secret(&password))];
            let entry = Entry::data(name, map(vec![("basic", map(members))]));
            Profile { name: name.to_owned(), entry, secrets: vec![password], variables: vec![user] }
        }
        SecurityKind::ApiKey { location, name: key } => {
            let value = with("KEY");
            let location = location.as_str();
            if !["header", "query", "cookie"].contains(&location) {
                return None;
            }
            let members = vec![
                ("in", Data::Raw(location.to_owned())),
                ("name", Data::Value(Value::from(key))),
                ("value", secret(&value)),
            ];
            let entry = Entry::data(name, map(vec![("apiKey", map(members))]));
            Profile { name: name.to_owned(), entry, secrets: vec![value], variables: Vec::new() }
        }
        SecurityKind::MutualTls | SecurityKind::Other => return None,
    })
}

/// The token endpoint of the flow `clientCredentials`, with all its scopes.
///
/// Source: OpenAPI 3.1.1, "OAuth Flows Object".
fn client_credentials(security: &Security<'_>, document: &Document) -> Option<(String, String)> {
    let scheme = document.get(security.pointer.as_ref()?)?;
    let flow = scheme.get("flows")?.get("clientCredentials")?;
    let url = flow.get("tokenUrl")?.as_str()?.to_owned();
    let scopes = flow.get("scopes").and_then(Value::as_object);
    let scopes: Vec<&str> = scopes.into_iter().flat_map(|it| it.keys()).map(String::as_str).collect();
    Some((url, scopes.join(" ")))
}

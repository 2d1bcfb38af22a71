use super::{Document, Operation};
use crate::json::{Pointer, Value};
use crate::yaml::nearest;

/// A server that a document names.
///
/// Source: OpenAPI 3.1.1, "Server Object" and "Server Variable Object".
#[derive(Clone, Debug)]
pub struct Server<'d> {
    pointer: Pointer,
    value: &'d Value,
}

/// Why a server has no URL to send to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// The server states no URL.
    #[error("the server has no `url`")]
    NoUrl,
    /// A name between braces that nothing gives a value.
    #[error("the server's variable `{name}` has neither a default nor a value")]
    NoValue {
        /// The variable.
        name: String,
    },
    /// A value that is not among those that the document lists.
    #[error("the server's variable `{name}` is `{value}`, and the document allows {}", allowed.join(", "))]
    NotListed {
        /// The variable.
        name: String,
        /// The value that was given.
        value: String,
        /// The values of its `enum`.
        allowed: Vec<String>,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
}

impl<'d> Server<'d> {
    fn list(document: &'d Document, at: Pointer) -> Vec<Self> {
        let servers = match at.tokens() {
            [only] => document.member(only),
            _ => document.get(&at),
        };
        let servers = servers.and_then(Value::as_array).into_iter().flatten().enumerate();
        servers.map(|(index, value)| Self { pointer: at.child(index.to_string()), value }).collect()
    }

    /// Where it stands.
    pub fn pointer(&self) -> &Pointer {
        &self.pointer
    }

    /// Its URL as written, with the names of variables between braces; it may be relative.
    pub fn url(&self) -> Option<&'d str> {
        self.value.get("url")?.as_str()
    }

    /// What the document says of it.
    pub fn description(&self) -> Option<&'d str> {
        self.value.get("description")?.as_str()
    }

    /// The names of its variables, in the order written.
    pub fn variables(&self) -> impl Iterator<Item = &'d str> {
        let variables = self.value.get("variables").and_then(Value::as_object);
        variables.into_iter().flat_map(|it| it.keys()).map(String::as_str)
    }

    /// The names between braces in its URL, in the order written.
    pub fn names(&self) -> impl Iterator<Item = &'d str> {
        let url = self.url().unwrap_or_default();
        url.split('{').skip(1).filter_map(|behind| Some(behind.split_once('}')?.0))
    }

    /// Its URL with a value for each variable: the given one, else the default. Given names that it does
    /// not have are passed over.
    ///
    /// # Errors
    /// [`ServerError`] when there is no URL, or a variable has no value, or one that its `enum` lacks.
    pub fn resolve(&self, given: &[(String, String)]) -> Result<String, ServerError> {
        let mut rest = self.url().ok_or(ServerError::NoUrl)?;
        let mut url = String::new();
        // What a value holds is not read again.
        while let Some((before, behind)) = rest.split_once('{') {
            let Some((name, after)) = behind.split_once('}') else { break };
            url.push_str(before);
            url.push_str(&self.variable(name, given)?);
            rest = after;
        }
        Ok(url + rest)
    }

    fn variable(&self, name: &str, given: &[(String, String)]) -> Result<String, ServerError> {
        let variable = self.value.get("variables").and_then(|variables| variables.get(name));
        let default = || variable.and_then(|it| scalar(it.get("default")?));
        let given = given.iter().find(|(each, _)| each == name).map(|(_, value)| value.clone());
        let Some(value) = given.clone().or_else(default) else {
            return Err(ServerError::NoValue { name: name.to_owned() });
        };
        let listed = variable.and_then(|it| it.get("enum")).and_then(Value::as_array);
        let allowed: Vec<String> = listed.into_iter().flatten().filter_map(scalar).collect();
        // A default outside the list is the document's own affair.
        if given.is_some() && !allowed.is_empty() && !allowed.contains(&value) {
            let meant = nearest(&value, allowed.iter().map(String::as_str)).map(str::to_owned);
            return Err(ServerError::NotListed { name: name.to_owned(), value, allowed, nearest: meant });
        }
        Ok(value)
    }
}

impl Document {
    /// Its own `servers`, in the order written.
    pub fn servers(&self) -> Vec<Server<'_>> {
        Server::list(self, Pointer::of(["servers"]))
    }
}

impl<'d> Operation<'d> {
    /// The servers that the operation, or else its path item, has instead of the document's; empty where
    /// those of the document count.
    ///
    /// Source: OpenAPI 3.1.1, "Operation Object" and "Path Item Object", `servers`.
    pub fn own_servers(self) -> Vec<Server<'d>> {
        let holders = self.parameter_holders().map(|pointer| pointer.child("servers"));
        let mut lists = holders.map(|at| Server::list(self.document(), at));
        lists.find(|list| !list.is_empty()).unwrap_or_default()
    }
}

/// `default: 8443` without quotes is a number in YAML.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::openapi::testing::load;

    const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: T, version: "1" }
servers:
  - url: https://{region}.example:{port}/v1
    variables: { region: { default: eu, enum: [eu, us] }, port: { default: 8443 } }
  - { url: "/v{major}" }
paths:
  /a:
    servers: [{ url: https://path.example }]
    get: { operationId: path }
    put: { operationId: own, servers: [{ url: https://own.example }] }
  /b: { get: { operationId: document, servers: [] } }
"#;

    fn check(index: usize, given: &[(&str, &str)], expected: Result<&str, &str>) {
        let document = load(DOCUMENT).0.expect("it loads");
        let given: Vec<_> =
            given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let url = document.servers()[index].resolve(&given).map_err(|error| error.to_string());
        assert_eq!(url.as_deref().map_err(String::as_str), expected, "{given:?}");
    }

    #[test]
    fn variables_have_defaults_and_listed_values() {
        check(0, &[], Ok("https://eu.example:8443/v1"));
        check(0, &[("region", "us"), ("port", "1"), ("other", "x")], Ok("https://us.example:1/v1"));
        check(0, &[("port", "{region}")], Ok("https://eu.example:{region}/v1"));
        check(
            0,
            &[("region", "ue")],
            Err("the server's variable `region` is `ue`, and the document allows eu, us"),
        );
        check(1, &[], Err("the server's variable `major` has neither a default nor a value"));
        check(1, &[("major", "2")], Ok("/v2"));
    }

    #[test]
    fn the_nearest_list_of_servers_counts() {
        let document = load(DOCUMENT).0.expect("it loads");
        for (id, expected) in [
            ("own", vec!["https://own.example"]),
            ("path", vec!["https://path.example"]),
            ("document", vec![]),
        ] {
            let operation = document.find_operation(id).expect("it is there");
            let found: Vec<&str> = operation.own_servers().iter().filter_map(super::Server::url).collect();
            assert_eq!(found, expected, "{id}");
        }
    }
}

//! Where the API is, and what it asks of its callers.

use super::Adapter;
use crate::json::{Map, Pointer, Value};
use serde_json::json;

impl Adapter<'_, '_> {
    /// `schemes`, `host` and `basePath` as `servers`. Where there are no schemes, `https` is taken: the
    /// one by which the document was fetched is not known.
    ///
    /// Source: Swagger 2.0, "Swagger Object", `host`, `basePath` and `schemes`.
    pub(super) fn servers(&mut self) {
        let text = |key: &str| self.written(&Pointer::of([key])).and_then(Value::as_str);
        let path = text("basePath").unwrap_or_default().trim_end_matches('/').to_owned();
        let Some(host) = text("host").map(str::to_owned) else {
            if !path.is_empty() {
                self.put(&Pointer::root(), "servers", json!([{"url": path}]));
                self.made(Pointer::of(["servers"]), Pointer::of(["basePath"]));
            }
            return;
        };
        let schemes = self.written(&Pointer::of(["schemes"])).and_then(Value::as_array);
        let schemes: Vec<String> =
            schemes.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let schemes = if schemes.is_empty() { vec!["https".to_owned()] } else { schemes };
        let servers: Vec<Value> =
            schemes.iter().map(|scheme| json!({"url": format!("{scheme}://{host}{path}")})).collect();
        self.put(&Pointer::root(), "servers", Value::Array(servers));
        self.made(Pointer::of(["servers"]), Pointer::of(["host"]));
    }

    /// `securityDefinitions` as `components/securitySchemes`.
    ///
    /// Source: Swagger 2.0, "Security Scheme Object".
    pub(super) fn security(&mut self) {
        let at = Pointer::of(["securityDefinitions"]);
        let Some(definitions) = self.written_map(&at) else { return };
        let mut schemes = Map::new();
        let holder = Pointer::of(["components", "securitySchemes"]);
        let mut made = Vec::new();
        for (name, definition) in definitions {
            let mut scheme = definition.clone();
            if let Value::Object(members) = &mut scheme {
                match members.get("type").and_then(Value::as_str) {
                    Some("basic") => {
                        members.insert("type".to_owned(), "http".into());
                        members.insert("scheme".to_owned(), "basic".into());
                        made.push((holder.child(name).child("scheme"), at.child(name).child("type")));
                    }
                    Some("oauth2") => {
                        let flows = flows(members);
                        members.insert("flows".to_owned(), flows);
                        made.push((holder.child(name).child("flows"), at.child(name).child("flow")));
                    }
                    _ => {}
                }
            }
            schemes.insert(name.clone(), scheme);
        }
        let components = self.components(&at);
        self.put(&components, "securitySchemes", Value::Object(schemes));
        self.moved(holder, at);
        for (added, from) in made {
            self.made(added, from);
        }
    }
}

/// The one flow of 2.0 under the name that 3.0 gives it.
fn flows(scheme: &Map<String, Value>) -> Value {
    let name = match scheme.get("flow").and_then(Value::as_str) {
        Some("application") => "clientCredentials",
        Some("accessCode") => "authorizationCode",
        Some(known @ ("implicit" | "password")) => known,
        _ => return json!({}),
    };
    let keys = ["authorizationUrl", "tokenUrl", "scopes"];
    let fields = keys.iter().filter_map(|key| Some(((*key).to_owned(), scheme.get(*key)?.clone())));
    json!({name: fields.collect::<Map<_, _>>()})
}

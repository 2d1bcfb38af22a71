use super::{Also, Lint};
use crate::diagnostic::Code;
use crate::json::Value;
use crate::openapi::Document;

/// Names defaults of server variables that are none of the values that the variable may have, and names in
/// the URL of a server that are no variables of it.
///
/// Source: OpenAPI 3.1.1, "Server Variable Object", `default`: a must there, advice in 3.0; "Server Object".
pub(super) fn lint(document: &Document) -> Vec<Lint> {
    let own = document.operations().flat_map(|operation| operation.own_servers());
    let mut lints: Vec<Lint> = Vec::new();
    for server in document.servers().into_iter().chain(own) {
        let url = server.pointer().child("url");
        for name in server.names().filter(|name| server.variables().all(|it| it != *name)) {
            if !lints.iter().any(|lint| lint.pointer == url) {
                lints.push(Lint {
                    code: Code::DOCUMENT_STRUCTURE,
                    pointer: url.clone(),
                    is_key: false,
                    message: format!("the server's variable `{name}` is not described under `variables`"),
                    label: "has it in its URL".to_owned(),
                    also: None,
                    notes: Vec::new(),
                    help: None,
                });
            }
        }
        let at = server.pointer().child("variables");
        let variables = document.get(&at).and_then(Value::as_object);
        for (name, variable) in variables.into_iter().flatten() {
            let at = at.child(name.as_str());
            let (Some(default), Some(Value::Array(values))) = (variable.get("default"), variable.get("enum"))
            else {
                continue;
            };
            let pointer = at.child("default");
            // The servers of a path item are those of each of its operations.
            let is_known = lints.iter().any(|lint| lint.pointer == pointer);
            if !values.is_empty() && !values.contains(default) && !is_known {
                lints.push(Lint {
                    code: Code::DOCUMENT_STRUCTURE,
                    pointer,
                    is_key: false,
                    message: format!("the default of the server variable `{name}` is none of its `enum`"),
                    label: "is used where nothing else is given".to_owned(),
                    also: Some(Also {
                        pointer: at.child("enum"),
                        label: "the values it may have".to_owned(),
                    }),
                    notes: Vec::new(),
                    help: None,
                });
            }
        }
    }
    lints
}

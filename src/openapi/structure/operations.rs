use super::{Lint, MAX_LINTS};
use crate::diagnostic::Code;
use crate::hash::HashSet;
use crate::json::{Members as _, Pointer, Value};
use crate::openapi::operation::{ADDITIONAL, METHODS, method_fault, templates};
use crate::openapi::reference::reference_of;
use crate::openapi::view::View;
use crate::openapi::{Document, Operation, ParameterIn, ResponseKey, SecurityKind, Style};
use std::borrow::Cow;

/// Looks at what operations are made of: the same in every version.
pub(super) fn lint(document: &Document) -> Vec<Lint> {
    let mut linter = Linter { document, lints: Vec::new(), seen: HashSet::default() };
    linter.paths();
    for operation in document.operations() {
        linter.operation(operation);
    }
    linter.lints.truncate(MAX_LINTS);
    linter.lints
}

struct Linter<'d> {
    document: &'d Document,
    lints: Vec<Lint>,
    /// Objects that were looked at: a response may be referred to a hundred times.
    seen: HashSet<Pointer>,
}

impl<'d> Linter<'d> {
    fn report(&mut self, pointer: Pointer, message: impl Into<String>, label: impl Into<String>) {
        self.report_at(pointer, false, message, label);
    }

    fn report_key(&mut self, pointer: Pointer, message: impl Into<String>, label: impl Into<String>) {
        self.report_at(pointer, true, message, label);
    }

    fn report_at(
        &mut self,
        pointer: Pointer,
        is_key: bool,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        let (message, label) = (message.into(), label.into());
        self.lints.push(Lint {
            code: Code::DOCUMENT_STRUCTURE,
            pointer,
            is_key,
            message,
            label,
            also: None,
            notes: Vec::new(),
            help: None,
        });
    }

    fn paths(&mut self) {
        let at = Pointer::of(["paths"]);
        let paths = self.document.root().member("paths");
        if self.document.operations().next().is_none() {
            let at = if paths.is_some() { at.clone() } else { Pointer::root() };
            self.report(at, "the document describes no operations", "nothing here can be called");
        }
        for (template, at, _) in templates(self.document) {
            let Some(item) = self.document.get(&at) else { continue };
            if template.starts_with("x-") {
                continue;
            }
            if !template.starts_with('/') {
                let message = format!("the path template `{template}` does not start with `/`");
                self.report_key(at.clone(), message, "is appended to the base URL as it is");
            }
            let Some(members) = item.as_object() else {
                self.report(at, format!("the path item of `{template}` is not a map"), "is passed over");
                continue;
            };
            for (key, value) in members {
                let method = METHODS.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
                let at = at.child(key.as_str());
                match method {
                    Some((name, _)) if name != key => {
                        let message = format!("the method `{key}` is written in lower case: `{name}`");
                        self.report_key(at, message, "is passed over");
                    }
                    Some(_) if !value.is_object() => {
                        self.report(
                            at,
                            format!("the operation `{key}` of `{template}` is not a map"),
                            "is passed over",
                        );
                    }
                    None if key == ADDITIONAL => self.additional(template, &at, value),
                    _ => {}
                }
            }
            self.parameter_list(&at, item);
        }
    }

    /// OpenAPI 3.2.0, "Path Item Object": the names of `additionalOperations` are methods that have
    /// no key of their own.
    fn additional(&mut self, template: &str, at: &Pointer, value: &Value) {
        let Some(members) = value.as_object() else {
            self.report(at.clone(), format!("`{ADDITIONAL}` of `{template}` is not a map"), "is passed over");
            return;
        };
        for (name, value) in members {
            let at = at.child(name.as_str());
            if let Some(fault) = method_fault(name) {
                self.report_key(at, format!("`{name}` under `{ADDITIONAL}` {fault}"), "is passed over");
            } else if !value.is_object() {
                let message = format!("the operation `{name}` of `{template}` is not a map");
                self.report(at, message, "is passed over");
            }
        }
    }

    fn operation(&mut self, operation: Operation<'d>) {
        self.path_parameters(operation);
        if !self.seen.insert(operation.pointer().clone()) {
            return;
        }
        let Some(view) = View::at(self.document, operation.pointer()) else { return };
        self.parameter_list(&view.pointer, view.value);
        for parameter in operation.parameters() {
            let name = parameter.name();
            if !self.seen.insert(parameter.pointer().clone()) {
                continue;
            }
            self.style(parameter.view(), parameter.location(), name);
            self.described_twice(parameter.view(), parameter.location(), name);
            self.content(parameter.view());
        }
        if let Some(body) = self.object(&view, "requestBody", "the request body") {
            self.content(&body);
        }
        self.responses(operation, &view);
        self.security(operation, &view);
    }

    /// OpenAPI 3.1.1, "Path Templating": each template expression has its path parameter.
    fn path_parameters(&mut self, operation: Operation<'d>) {
        let names = operation.template_names();
        let path_item = Pointer::of(["paths", operation.template()]);
        let parameters = operation.parameters();
        let declared: Vec<_> =
            parameters.iter().filter(|parameter| parameter.location() == ParameterIn::Path).collect();
        if !self.has_broken_parameters(operation) {
            for name in names.iter().filter(|name| !declared.iter().any(|each| each.name() == **name)) {
                self.report(
                    path_item.clone(),
                    format!(
                        "`{{{name}}}` of `{}` is not described for {}",
                        operation.template(),
                        operation.method()
                    ),
                    format!("no parameter `{name}` with `in: path`"),
                );
            }
        }
        for parameter in declared.iter().filter(|parameter| !names.contains(&parameter.name())) {
            self.report(
                parameter.pointer().clone(),
                format!(
                    "the path parameter `{}` does not occur in `{}`",
                    parameter.name(),
                    operation.template()
                ),
                "is never sent",
            );
        }
    }

    /// Whether a parameter of the operation cannot be read: it may be the one that is missed.
    fn has_broken_parameters(&self, operation: Operation<'d>) -> bool {
        operation.parameter_holders().any(|holder| {
            let list = self.document.get(&holder.child("parameters"));
            let elements = list.and_then(Value::as_array).map_or(0, Vec::len);
            let at = holder.child("parameters");
            list.is_some_and(|list| !list.is_array())
                || (0..elements).any(|index| self.document.resolve(&at.child(index.to_string())).is_err())
        })
    }

    fn parameter_list(&mut self, holder: &Pointer, value: &Value) {
        let at = holder.child("parameters");
        let Some(list) = value.member("parameters") else { return };
        let Some(elements) = list.as_array() else {
            self.report(at, "`parameters` is not a list", "is passed over");
            return;
        };
        for (index, element) in elements.iter().enumerate() {
            let at = at.child(index.to_string());
            let element = match reference_of(element) {
                // An unresolvable one is reported as such.
                Some(_) => self.document.resolve(&at).ok(),
                None => Some((at, element)),
            };
            let Some((at, element)) = element.filter(|(at, _)| self.seen.insert(at.child("in"))) else {
                continue;
            };
            if !element.is_object() {
                self.report(at, "a parameter is not a map", "is passed over");
            } else if element.member("name").and_then(Value::as_str).is_none() {
                self.report(at, "a parameter has no `name`", "is passed over");
            } else if element.member("in").and_then(Value::as_str).and_then(ParameterIn::parse).is_none()
                && !self.is_body_parameter(element)
            {
                let version = self.document.version();
                let message = match (version.has_body_parameters(), version.has_query_strings()) {
                    (true, _) => "a parameter is neither in `path`, `query`, `header`, `formData` nor `body`",
                    (_, true) => {
                        "a parameter is neither in `path`, `query`, `querystring`, `header` nor `cookie`"
                    }
                    _ => "a parameter is neither in `path`, `query`, `header` nor `cookie`",
                };
                self.report(at, message, "is passed over");
            }
        }
    }

    /// Whether a parameter is what other versions say under `requestBody`.
    fn is_body_parameter(&self, parameter: &Value) -> bool {
        let location = parameter.member("in").and_then(Value::as_str);
        self.document.version().has_body_parameters() && matches!(location, Some("body" | "formData"))
    }

    /// A parameter is described by a schema or by a media type, and the schema counts where both are. Of
    /// 3.0 the model says so.
    ///
    /// Source: OpenAPI 3.1.1, "Parameter Object": "a `content` field or a `schema` field, but not both".
    fn described_twice(&mut self, view: &View<'d>, location: ParameterIn, name: &str) {
        let has = |key: &str| view.value.get(key).is_some();
        if !self.document.version().has_structure_model() && has("schema") && has("content") {
            let message = format!(
                "the {location} parameter `{name}` has `schema` and `content`, of which one alone may stand"
            );
            self.report_key(view.pointer.child("content"), message, "is passed over; `schema` counts");
        }
    }

    fn style(&mut self, view: &View<'d>, location: ParameterIn, name: &str) {
        if location == ParameterIn::QueryString {
            if view.value.member("content").is_none() {
                let message = format!("the querystring parameter `{name}` needs `content`");
                self.report(
                    view.pointer.clone().into_owned(),
                    message,
                    "lacks `content`: it is sent as text",
                );
            }
            return;
        }
        let Some(stated) = view.value.member("style") else { return };
        if self.document.is_added(&view.pointer.child("style")) {
            return;
        }
        let style = stated.as_str().and_then(Style::parse);
        if style.is_none_or(|style| !location.styles().contains(&style)) {
            let allowed: Vec<_> =
                location.styles().iter().map(|style| format!("`{}`", style.as_str())).collect();
            let shown = stated.as_str().map_or_else(|| stated.to_string(), str::to_owned);
            self.report(
                view.pointer.child("style"),
                format!("the {location} parameter `{name}` cannot have the style `{shown}`"),
                format!(
                    "is read as `{}`; there is {}",
                    location.default_style().as_str(),
                    allowed.join(", ")
                ),
            );
        }
    }

    fn responses(&mut self, operation: Operation<'d>, view: &View<'d>) {
        let at = operation.pointer().child("responses");
        let Some(responses) = view.value.member("responses") else {
            let message = format!("{} documents no responses", operation.name());
            self.report(operation.pointer().clone(), message, "lacks `responses`: no answer can be judged");
            return;
        };
        let Some(members) = responses.as_object() else {
            self.report(
                at,
                format!("the responses of {} are not a map", operation.name()),
                "are passed over",
            );
            return;
        };
        let named = members.keys().filter(|key| !key.starts_with("x-"));
        for key in named {
            if ResponseKey::parse(key).is_none() {
                let message =
                    format!("`{key}` is neither a status code, a range such as `4XX`, nor `default`");
                self.report_key(at.child(key.as_str()), message, "is passed over");
                continue;
            }
            let holder = View {
                pointer: Cow::Owned(at.clone()),
                value: responses,
                document: view.document,
                place: None,
            };
            let Some(response) = self.object(&holder, key, "the response") else { continue };
            if !self.seen.insert(response.pointer.clone().into_owned()) {
                continue;
            }
            self.content(&response);
            let Some(headers) = self.map(&response, "headers") else { continue };
            for name in headers.value.as_object().into_iter().flat_map(|members| members.keys()) {
                if let Some(header) = self.object(&headers, name, "the header")
                    && self.seen.insert(header.pointer.clone().into_owned())
                {
                    self.content(&header);
                }
            }
        }
    }

    /// `content` and its media types, and the schema beside it.
    fn content(&mut self, holder: &View<'d>) {
        self.schema(holder);
        let Some(content) = self.map(holder, "content") else { return };
        for range in content.value.as_object().into_iter().flat_map(|members| members.keys()) {
            if let Some(media_type) = self.object(&content, range, "the media type") {
                self.schema(&media_type);
                self.schema_under(&media_type, "itemSchema");
            }
        }
    }

    fn schema(&mut self, holder: &View<'d>) {
        self.schema_under(holder, "schema");
    }

    fn schema_under(&mut self, holder: &View<'d>, key: &str) {
        if let Some(schema) = holder.value.get(key)
            && !schema.is_object()
            && !schema.is_boolean()
        {
            self.report(holder.pointer.child(key), "a schema is not a map", "is passed over");
        }
    }

    fn security(&mut self, operation: Operation<'d>, view: &View<'d>) {
        let own = view.value.member("security").is_some();
        let holder = if own { operation.pointer().clone() } else { Pointer::root() };
        if !self.seen.insert(holder.child("security")) {
            return;
        }
        for (index, all) in operation.security().iter().enumerate() {
            for each in all.iter().filter(|each| each.kind == SecurityKind::Other && each.pointer.is_none()) {
                let at = holder.child("security").child(index.to_string()).child(each.name);
                self.report(
                    at,
                    format!("no security scheme is called `{}`", each.name),
                    format!("is not among `{}`", self.document.version().security_schemes()),
                );
            }
        }
    }

    /// A map of objects; reported where it is none.
    fn map(&mut self, holder: &View<'d>, key: &str) -> Option<View<'d>> {
        let value = holder.value.get(key)?;
        let found = holder.object(key);
        if found.is_none() && reference_of(value).is_none() {
            self.report(holder.pointer.child(key), format!("`{key}` is not a map"), "is passed over");
        }
        found
    }

    /// An object; reported where it is none, unless it is a reference: those are followed
    /// elsewhere.
    fn object(&mut self, holder: &View<'d>, key: &str, what: &str) -> Option<View<'d>> {
        let value = holder.value.get(key)?;
        let found = holder.object(key);
        if found.is_none() && reference_of(value).is_none() {
            let named = if what.ends_with("body") { what.to_owned() } else { format!("{what} `{key}`") };
            self.report(holder.pointer.child(key), format!("{named} is not a map"), "is passed over");
        }
        found
    }
}

use super::fields::{ACTION, OVERLAY};
use super::{Action, Change, Overlay};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::expression::Selector;
use crate::json::{Pointer, Token, Value};
use crate::limits::Limits;
use crate::openapi::document::{read_json, read_yaml};
use crate::openapi::places::Format;
use crate::source::Location;
use crate::yaml::{Fields, nearest};
use std::sync::{Arc, OnceLock};

/// Each action looks through the whole document.
const MAX_ACTIONS: usize = 1_000;

impl Overlay {
    /// Reads the text of `problems` as an overlay, in JSON or YAML.
    ///
    /// What keeps it from being applied as it was meant is an error, and gives `None`: another version
    /// than 1.x, no actions, an action without a target, a target that is no JSONPath (RFC 9535). An
    /// unknown key is a warning.
    ///
    /// Source: Overlay Specification 1.0.0, "Overlay Object" and "Action Object".
    pub fn load(limits: &Limits, problems: &mut Problems) -> Option<Arc<Self>> {
        let source = Arc::clone(problems.source());
        let format = Format::of(source.text());
        let root = match format {
            Format::Json => read_json(&source, problems)?,
            Format::Yaml => read_yaml("an overlay", limits, problems)?,
        };
        let places = OnceLock::new();
        let (limits, actions) = (limits.clone(), Vec::new());
        let mut overlay = Self { source, format, limits, root, actions, places };
        let mut reader = Reader { overlay: &overlay, problems, is_broken: false };
        let actions = reader.read();
        if reader.is_broken {
            return None;
        }
        overlay.actions = actions;
        Some(Arc::new(overlay))
    }

    /// Says so when the overlay names another file than the one it is applied to.
    pub(in crate::openapi) fn check_extends(&self, file_name: &str, problems: &mut Problems) {
        let at = Pointer::of(["extends"]);
        let Some(extends) = at.get(&self.root).and_then(Value::as_str) else { return };
        // A document that was fetched from a URL may be called anything here.
        if extends.contains("://") || extends.rsplit('/').next() == Some(file_name) {
            return;
        }
        let message = format!("the overlay is for `{extends}`, and is applied to `{file_name}`");
        let diagnostic = Diagnostic::warning(Code::OVERLAY_TARGET, message);
        problems.push(diagnostic.label_at(self.place(&at), "names another document"));
    }
}

struct Reader<'r> {
    overlay: &'r Overlay,
    problems: &'r mut Problems,
    is_broken: bool,
}

impl Reader<'_> {
    fn read(&mut self) -> Vec<Action> {
        let root = &self.overlay.root;
        if !root.is_object() {
            self.error(&Pointer::root(), format!("an overlay is a map, not {}", words(root)), "is no map");
            return Vec::new();
        }
        self.check_version();
        self.check_fields(&Pointer::root(), "an overlay", &OVERLAY);
        let at = Pointer::of(["actions"]);
        let actions = match at.get(root) {
            Some(Value::Array(actions)) if actions.is_empty() => {
                self.error(&at, "`actions` is empty, and an overlay has at least one", "lists nothing");
                return Vec::new();
            }
            Some(Value::Array(actions)) if actions.len() > MAX_ACTIONS => {
                let message = format!("the overlay has more than {MAX_ACTIONS} actions");
                self.error(&at, message, format!("lists {}", actions.len()));
                return Vec::new();
            }
            Some(Value::Array(actions)) => actions,
            Some(other) => {
                self.error(&at, format!("`actions` is a list, not {}", words(other)), "is no list");
                return Vec::new();
            }
            None => {
                self.error(&Pointer::root(), "an overlay needs the key `actions`", "lacks `actions`");
                return Vec::new();
            }
        };
        (0..actions.len()).filter_map(|index| self.action(&at.child(index.to_string()))).collect()
    }

    fn check_version(&mut self) {
        let at = Pointer::of(["overlay"]);
        let Some(stated) = at.get(&self.overlay.root) else {
            self.error(
                &Pointer::root(),
                "the overlay does not state its version",
                "an overlay starts with a line such as `overlay: 1.0.0`",
            );
            return;
        };
        // `overlay: 1.0` without quotes is a number in YAML.
        let text = stated.as_str().map_or_else(|| stated.to_string(), str::to_owned);
        match text.trim().split('.').collect::<Vec<_>>()[..] {
            ["1", "0" | "1"] | ["1", "0" | "1", _] => {}
            ["1", _] | ["1", _, _] => {
                let diagnostic = Diagnostic::warning(
                    Code::DOCUMENT_LENIENT,
                    format!("Overlay {} is read as 1.1", text.trim()),
                );
                let diagnostic = diagnostic.label_at(self.overlay.place(&at), "is newer than what is known");
                self.problems.push(diagnostic);
            }
            _ => {
                let message =
                    format!("Overlay `{}` is not supported by this version of contest", text.trim());
                self.error(&at, message, "1.0 and 1.1 are read");
            }
        }
    }

    fn action(&mut self, at: &Pointer) -> Option<Action> {
        let action = at.get(&self.overlay.root)?;
        if !action.is_object() {
            self.error(at, format!("an action is a map, not {}", words(action)), "is no map");
            return None;
        }
        self.check_fields(at, "an action", &ACTION);
        let Some(target) = action.get("target") else {
            self.error(at, "an action needs the key `target`", "lacks `target`");
            return None;
        };
        let target = self.query(&at.child("target"), target)?;
        let change = match (action.get("remove"), action.get("update"), action.get("copy")) {
            (Some(Value::Bool(true)), ..) => Change::Remove,
            (Some(other), ..) if !other.is_boolean() => {
                let message = format!("`remove` is `true` or `false`, not {}", words(other));
                self.error(&at.child("remove"), message, "is neither");
                return None;
            }
            (_, Some(_), _) => Change::Update(at.child("update")),
            (_, None, Some(copy)) => Change::Copy(self.query(&at.child("copy"), copy)?),
            (_, None, None) => {
                let message = "the action changes nothing";
                self.warning(&at.child("target"), message, "lacks `update`, `remove` and `copy`");
                return None;
            }
        };
        Some(Action { at: at.clone(), target, change })
    }

    /// Reads a JSONPath; other ways to select are not part of the specification.
    fn query(&mut self, at: &Pointer, written: &Value) -> Option<Selector> {
        let key = at.tokens().last().map(Token::as_str).unwrap_or_default();
        let Some(text) = written.as_str() else {
            self.error(at, format!("`{key}` is a JSONPath, not {}", words(written)), "is no text");
            return None;
        };
        if !text.starts_with('$') {
            let label = "a JSONPath starts with `$`, as `$.paths['/orders'].get`";
            self.error(at, format!("`{text}` is not a JSONPath (RFC 9535)"), label);
            return None;
        }
        let place = self.overlay.place(at);
        let mut found = Problems::new(&self.overlay.source);
        let selector = Selector::compile(text, place.span, &mut found);
        for mut diagnostic in found.into_list() {
            diagnostic.code = Code::OVERLAY_INVALID;
            if text.contains(".x-") {
                diagnostic.help.push("a name with a hyphen stands in brackets: `['x-internal']`".to_owned());
            }
            self.problems.push(diagnostic);
        }
        self.is_broken |= selector.is_none();
        selector
    }

    fn check_fields(&mut self, at: &Pointer, what: &str, fields: &Fields) {
        let members = at.get(&self.overlay.root).and_then(Value::as_object);
        for name in members.into_iter().flat_map(|members| members.keys()) {
            if fields.position(name).is_some() || name.starts_with("x-") {
                continue;
            }
            let label = match nearest(name, fields.keys.iter().map(|field| field.key)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "is passed over".to_owned(),
            };
            let place = self.overlay.key_place(&at.child(name.as_str()));
            let message = format!("`{name}` is no field of {what}");
            self.problems
                .push(Diagnostic::warning(Code::OVERLAY_UNKNOWN_KEY, message).label_at(place, label));
        }
    }

    fn error(&mut self, at: &Pointer, message: impl Into<String>, label: impl Into<String>) {
        self.is_broken = true;
        let place: Location = self.overlay.place(at);
        self.problems.push(Diagnostic::error(Code::OVERLAY_INVALID, message).label_at(place, label));
    }

    fn warning(&mut self, at: &Pointer, message: &str, label: &str) {
        let place = self.overlay.place(at);
        self.problems.push(Diagnostic::warning(Code::OVERLAY_TARGET, message).label_at(place, label));
    }
}

/// What a value is, in the words that people use of YAML.
pub(super) fn words(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

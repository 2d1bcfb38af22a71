use crate::expression::{Scope, Template};
use crate::json::Value;
use crate::scenario::reader::{Reader, Spanned};
use crate::source::Span;
use crate::yaml::{Kind, MapReader, Node};

/// The policy for requests that break the document.
#[derive(Clone, Debug, Default)]
pub enum Sends {
    /// The request keeps the document; otherwise the test is wrong.
    #[default]
    Valid,
    /// Anything may be sent.
    Unchecked,
    /// The request breaks the document at these places, and nowhere else.
    Invalid(Vec<Spanned<String>>),
    /// An expression that gives one of these.
    Expression(Template),
}

impl Sends {
    /// Where an expression that gives it is written.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Expression(template) => Some(template.span),
            Self::Valid | Self::Unchecked | Self::Invalid(_) => None,
        }
    }

    /// The policy itself, an expression resolved.
    ///
    /// # Errors
    /// A sentence that says why the expression gives none.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<Self, String> {
        let Self::Expression(template) = self else {
            return Ok(self.clone());
        };
        let datum = template.resolve(scope).map_err(|error| error.to_string())?;
        match datum.value() {
            Value::String(text) if text == "valid" => Ok(Self::Valid),
            Value::String(text) if text == "unchecked" => Ok(Self::Unchecked),
            Value::Object(members) => {
                let places =
                    members.get("invalid").and_then(Value::as_array).ok_or("`sends` names no places")?;
                let places = places.iter().filter_map(Value::as_str);
                Ok(Self::Invalid(places.map(|it| Spanned::new(it.to_owned(), template.span)).collect()))
            }
            _ => Err(format!("`{}` is neither valid, unchecked nor invalid places", datum.to_text())),
        }
    }
}

/// Reads `sends`.
pub(super) fn read_sends(node: &Node, reader: &mut Reader<'_>) -> Sends {
    match &node.kind {
        Kind::String(text) if text == "valid" => Sends::Valid,
        Kind::String(text) if text == "unchecked" => Sends::Unchecked,
        Kind::String(text) if text.starts_with('$') => Sends::Expression(reader.template(node)),
        Kind::Map(_) => {
            let Some(mut map) = MapReader::new("`sends`", node, reader.problems) else {
                return Sends::Valid;
            };
            let places = map.texts("invalid", reader.problems);
            map.finish(&[], reader.problems);
            let mut list = Vec::new();
            for (text, span) in places {
                if !["/body", "/query/", "/path/", "/headers/", "/cookies/"]
                    .iter()
                    .any(|it| text.starts_with(it))
                {
                    reader.invalid(
                        span,
                        "a place is `/body/…`, `/query/name`, `/path/name`, `/headers/name` or `/cookies/name`",
                        "is none of them",
                    );
                }
                list.push(Spanned::new(text.to_owned(), span));
            }
            if list.is_empty() {
                reader.invalid(node.span, "`invalid` names at least one place", "names none");
            }
            Sends::Invalid(list)
        }
        _ => {
            reader.invalid(
                node.span,
                "`sends` is valid, unchecked, or `{ invalid: [/body/…] }`",
                "is none of them",
            );
            Sends::Valid
        }
    }
}

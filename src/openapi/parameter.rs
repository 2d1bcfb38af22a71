use super::media_type::MediaType;
use super::view::View;
use crate::json::Pointer;
use std::borrow::Cow;
use std::fmt;

/// One parameter of an operation.
///
/// Source: OpenAPI 3.1.1, "Parameter Object".
#[derive(Clone, Debug)]
pub struct Parameter<'d> {
    view: View<'d>,
    name: &'d str,
    location: ParameterIn,
}

/// Where a parameter, or an API key, travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterIn {
    /// Within the path.
    Path,
    /// Behind the `?`.
    Query,
    /// As a header field.
    Header,
    /// Within the `Cookie` header field.
    Cookie,
    /// As the whole of what stands behind the `?` (OpenAPI 3.2).
    QueryString,
}

/// How a value becomes text.
///
/// Source: OpenAPI 3.1.1, "Style Values".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// `blue,black,brown`: path and header.
    Simple,
    /// `.blue.black.brown`: path.
    Label,
    /// `;color=blue;color=black`: path.
    Matrix,
    /// `color=blue&color=black`: query and cookie.
    Form,
    /// `color=blue%20black`: query.
    SpaceDelimited,
    /// `color=blue%7Cblack`: query.
    PipeDelimited,
    /// `color%5BR%5D=100`: query.
    DeepObject,
    /// `blue%09black`: what Swagger 2.0 calls `tsv`, and no later version has.
    TabDelimited,
    /// `color=blue; color=black`, and nothing encoded: cookie (OpenAPI 3.2).
    Cookie,
}

impl<'d> Parameter<'d> {
    /// `None` when it has no name or no known location.
    pub(super) fn new(view: View<'d>) -> Option<Self> {
        let name = view.text("name")?;
        let location = ParameterIn::parse(view.text("in")?)?;
        Some(Self { view, name, location })
    }

    /// Where it stands, behind its references.
    pub fn pointer(&self) -> &Pointer {
        &self.view.pointer
    }

    /// Its name; of a header parameter without regard to case.
    pub fn name(&self) -> &'d str {
        self.name
    }

    /// Where it travels.
    pub fn location(&self) -> ParameterIn {
        self.location
    }

    /// Whether a request must carry it; a path parameter always.
    pub fn is_required(&self) -> bool {
        self.location == ParameterIn::Path || self.view.boolean("required") == Some(true)
    }

    /// Whether the document says `deprecated: true`.
    pub fn is_deprecated(&self) -> bool {
        self.view.boolean("deprecated") == Some(true)
    }

    /// Its style; the location's default where none is stated, or one that the location lacks.
    pub fn style(&self) -> Style {
        let stated = self.view.text("style").and_then(Style::parse);
        let allowed = self.location.styles();
        // A delimiter of Swagger 2.0 may stand anywhere.
        let is_allowed =
            |style: &Style| allowed.contains(style) || self.view.document.version().has_body_parameters();
        stated.filter(is_allowed).unwrap_or(self.location.default_style())
    }

    /// Whether arrays and objects become one item a part; by default for the styles `form` and
    /// `cookie` alone.
    pub fn explode(&self) -> bool {
        self.view.boolean("explode").unwrap_or(matches!(self.style(), Style::Form | Style::Cookie))
    }

    /// Whether reserved characters stay as they are; query only.
    pub fn allow_reserved(&self) -> bool {
        self.location == ParameterIn::Query && self.view.boolean("allowReserved") == Some(true)
    }

    /// Whether it may be sent as `name=` whatever its schema says; query only.
    ///
    /// Source: OpenAPI 3.1.1, "Parameter Object", `allowEmptyValue`.
    pub fn allows_empty_value(&self) -> bool {
        self.location == ParameterIn::Query && self.view.boolean("allowEmptyValue") == Some(true)
    }

    /// The pointer to its schema, where it has one; the schema may be a reference.
    pub fn schema(&self) -> Option<Cow<'d, Pointer>> {
        self.view.schema()
    }

    /// The one media type it is written in, where it has `content` instead of a schema.
    pub fn content(&self) -> Option<MediaType<'d>> {
        MediaType::list(&self.view).into_iter().next()
    }

    pub(super) fn view(&self) -> &View<'d> {
        &self.view
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        let names_are_equal = match self.location {
            ParameterIn::Header => self.name.eq_ignore_ascii_case(other.name),
            _ => self.name == other.name,
        };
        names_are_equal && self.location == other.location
    }
}

/// OpenAPI 3.1.1, "Parameter Object", `name`: these are described elsewhere.
pub(super) fn is_ignored(parameter: &Parameter<'_>) -> bool {
    parameter.location() == ParameterIn::Header
        && ["accept", "content-type", "authorization"].contains(&parameter.name().to_lowercase().as_str())
}

impl ParameterIn {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "path" => Self::Path,
            "query" => Self::Query,
            "header" => Self::Header,
            "cookie" => Self::Cookie,
            "querystring" => Self::QueryString,
            _ => return None,
        })
    }

    /// The word of the specification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::QueryString => "querystring",
        }
    }

    /// Where a scenario gives it: a whole query string stands among the query parameters, under its
    /// name.
    pub fn section(self) -> Self {
        if self == Self::QueryString { Self::Query } else { self }
    }

    /// The style of a parameter that states none.
    pub(super) fn default_style(self) -> Style {
        match self {
            Self::Path | Self::Header => Style::Simple,
            Self::Query | Self::Cookie | Self::QueryString => Style::Form,
        }
    }

    /// The styles of a location.
    pub(super) fn styles(self) -> &'static [Style] {
        match self {
            Self::Path => &[Style::Simple, Style::Label, Style::Matrix],
            Self::Query => &[Style::Form, Style::SpaceDelimited, Style::PipeDelimited, Style::DeepObject],
            Self::Header => &[Style::Simple],
            Self::Cookie => &[Style::Form, Style::Cookie],
            // It is written by its media type alone.
            Self::QueryString => &[],
        }
    }
}

impl fmt::Display for ParameterIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Style {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "simple" => Self::Simple,
            "label" => Self::Label,
            "matrix" => Self::Matrix,
            "form" => Self::Form,
            "spaceDelimited" => Self::SpaceDelimited,
            "pipeDelimited" => Self::PipeDelimited,
            "deepObject" => Self::DeepObject,
            "tabDelimited" => Self::TabDelimited,
            "cookie" => Self::Cookie,
            _ => return None,
        })
    }

    /// The word of the specification.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Label => "label",
            Self::Matrix => "matrix",
            Self::Form => "form",
            Self::SpaceDelimited => "spaceDelimited",
            Self::PipeDelimited => "pipeDelimited",
            Self::DeepObject => "deepObject",
            Self::TabDelimited => "tabDelimited",
            Self::Cookie => "cookie",
        }
    }
}

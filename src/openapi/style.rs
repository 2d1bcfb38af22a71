use super::{Header, MediaType, Parameter, ParameterIn, Style, encode_form, is_json};
use crate::json::{Datum, Pointer, Value};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// A parameter's value as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoded {
    /// The parameter is left out.
    Nothing,
    /// The text that stands for the name and its braces in the path template, percent-encoded.
    Path(String),
    /// Names and values of the query string, percent-encoded, to be joined by `=` and `&`.
    Query(Vec<(String, String)>),
    /// The whole query string, percent-encoded, without the question mark.
    QueryString(String),
    /// The field's value.
    Header(String),
    /// Names and values of the `Cookie` field, to be joined by `=` and `; `.
    Cookie(Vec<(String, String)>),
}

/// Why a value cannot be sent as that parameter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// RFC 3986 §5.2.4 takes such segments out of a path, so the server would see another one.
    #[error("the path parameter `{name}` is {value}, which cannot be sent in a URL path")]
    NotInPath {
        /// The parameter.
        name: String,
        /// The value, as people read it: `null`, `""`, `".."`.
        value: String,
    },
    /// A line end within a header would end the header.
    #[error("the value of the {location} parameter `{name}` holds {character}, which no header can carry")]
    Control {
        /// The parameter.
        name: String,
        /// Header or cookie.
        location: ParameterIn,
        /// `a line feed`, `a carriage return` or `a NUL`.
        character: &'static str,
    },
    /// OpenAPI says nothing of arrays and objects within arrays and objects.
    #[error("`{name}` holds {what}, for which OpenAPI has no spelling in the style `{}`", style.as_str())]
    Nested {
        /// The parameter.
        name: String,
        /// `an array` or `an object`.
        what: &'static str,
        /// The parameter's style.
        style: Style,
    },
}

impl EncodeError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotInPath { .. } => "give a value that is neither null, empty, `.` nor `..`",
            Self::Control { .. } => "take the line end or NUL out of the value",
            Self::Nested { .. } => "give the text that the API expects in place of the inner array or object",
        }
    }
}

/// How one parameter becomes text: what the codec has to know of it.
///
/// Source: OpenAPI 3.1.1, "Fixed Fields for use with `schema`" of the Parameter Object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serialization<'p> {
    /// The parameter's name.
    pub name: &'p str,
    /// Where it travels.
    pub location: ParameterIn,
    /// Its style.
    pub style: Style,
    /// Whether arrays and objects become one item a part.
    pub explode: bool,
    /// Whether reserved characters stay as they are.
    pub allow_reserved: bool,
}

/// Everything but the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What `allowReserved` leaves to be encoded: `#[]` may not stand in a query, `&` and `+` mean
/// something there (OpenAPI 3.1.1, "URL Percent-Encoding"), and URL parsers encode `'` by
/// themselves. A `%` is looked at on its own.
const NOT_ALLOWED_RESERVED: &AsciiSet = &RESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'%');

/// RFC 6265 §4.1.1: everything but `cookie-octet`. OpenAPI 3.1.1, Appendix D, warns of
/// percent-encoding cookies that servers do not decode, so what may stand is left standing.
const NOT_COOKIE_OCTET: &AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\');

const NOT_COOKIE_OCTET_OR_PERCENT: &AsciiSet = &NOT_COOKIE_OCTET.add(b'%');

/// Makes the text of a parameter's value by its style, or by its media type where it has `content`.
///
/// Null is not sent; neither are an empty array and an empty object (RFC 6570 §2.3 calls them
/// undefined), nor null members of either. The empty string is sent: `name=`. Strings are sent as
/// they are, numbers by the digits they were written with. Space becomes `%20` and `+` `%2B`.
///
/// The style `deepObject` is followed into nested objects (`a[b][c]=1`) and arrays
/// (`a[b]=1&a[b]=2`), as most servers read it; OpenAPI leaves both open.
///
/// # Errors
/// [`EncodeError`] when the value has no text there: an empty path segment or `.` and `..`, line
/// ends in a header, arrays and objects within one another.
///
/// Source: OpenAPI 3.1.1, "Style Values" and "Style Examples"; RFC 6570.
pub fn encode_parameter(parameter: &Parameter<'_>, value: &Datum) -> Result<Encoded, EncodeError> {
    let serialization = parameter.serialization();
    if parameter.location() == ParameterIn::QueryString {
        return encode_query_string(parameter, value);
    }
    match parameter.content() {
        Some(_) if value.value().is_null() => serialization.encode(value),
        Some(content) if parameter.schema().is_none() => {
            let text = if is_json(content.range()) { value.to_json() } else { value.to_text() };
            let plain = Serialization::plain(parameter.location(), parameter.name());
            plain.encode(&Datum::new(text))
        }
        _ => serialization.encode(value),
    }
}

/// OpenAPI 3.2.0, "Parameter Object", `in: querystring`: the value is written by its one media type,
/// and what is no form is percent-encoded as a whole.
fn encode_query_string(parameter: &Parameter<'_>, value: &Datum) -> Result<Encoded, EncodeError> {
    if value.value().is_null() {
        return Ok(Encoded::Nothing);
    }
    let content = parameter.content();
    let range = content.as_ref().map(MediaType::range).unwrap_or_default();
    let text = match value.value() {
        Value::Object(_) if is_form(range) => encode_form(content.as_ref(), value)?,
        // Whoever gives a text gives the form as it is to be sent.
        Value::String(text) if is_form(range) => encode_reserved_query(text),
        _ if is_json(range) => utf8_percent_encode(&value.to_json(), RESERVED).to_string(),
        _ => utf8_percent_encode(&value.to_text(), RESERVED).to_string(),
    };
    Ok(if text.is_empty() { Encoded::Nothing } else { Encoded::QueryString(text) })
}

/// Whether a media type is the one of HTML forms.
pub(super) fn is_form(range: &str) -> bool {
    let essence = range.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

impl<'p> Serialization<'p> {
    /// How a parameter is sent of which the document says nothing.
    pub fn plain(location: ParameterIn, name: &'p str) -> Self {
        let style = location.default_style();
        Self { name, location, style, explode: style == Style::Form, allow_reserved: false }
    }

    /// Makes the text of a value; see [`encode_parameter`].
    ///
    /// # Errors
    /// [`EncodeError`] when the value has no text there.
    pub fn encode(&self, value: &Datum) -> Result<Encoded, EncodeError> {
        match self.location {
            ParameterIn::Path => self.encode_path(value).map(Encoded::Path),
            ParameterIn::Query => Ok(match self.encode_query(value)? {
                pairs if pairs.is_empty() => Encoded::Nothing,
                pairs => Encoded::Query(pairs),
            }),
            ParameterIn::Header => Ok(match self.encode_header(value)? {
                Some(text) => Encoded::Header(text),
                None => Encoded::Nothing,
            }),
            ParameterIn::Cookie => {
                let pairs = self.encode_form(&self.shape(value)?);
                self.check_controls(value)?;
                Ok(if pairs.is_empty() { Encoded::Nothing } else { Encoded::Cookie(pairs) })
            }
            ParameterIn::QueryString => {
                Ok(Encoded::QueryString(utf8_percent_encode(&value.to_text(), RESERVED).to_string()))
            }
        }
    }

    fn encode_path(&self, value: &Datum) -> Result<String, EncodeError> {
        let refuse = || EncodeError::NotInPath { name: self.name.to_owned(), value: value.to_json() };
        let shape = self.shape(value)?;
        if shape.is_undefined() {
            return Err(refuse());
        }
        let text = match (self.style, &shape) {
            (Style::Label, Shape::List(parts)) if self.explode => format!(".{}", self.join(parts, ".")),
            (Style::Label, Shape::Members(members)) if self.explode => {
                format!(".{}", self.join_pairs(members, "=", "."))
            }
            (Style::Label, _) => format!(".{}", self.joined(&shape)),
            (Style::Matrix, Shape::List(parts)) if self.explode => {
                parts.iter().map(|part| self.matrix_item(self.name, &self.text(part))).collect()
            }
            (Style::Matrix, Shape::Members(members)) if self.explode => {
                members.iter().map(|(name, part)| self.matrix_item(name, &self.text(part))).collect()
            }
            (Style::Matrix, _) => self.matrix_item(self.name, &self.joined(&shape)),
            (_, Shape::Members(members)) if self.explode => self.join_pairs(members, "=", ","),
            _ => self.joined(&shape),
        };
        if matches!(text.as_str(), "" | "." | "..") { Err(refuse()) } else { Ok(text) }
    }

    fn encode_query(&self, value: &Datum) -> Result<Vec<(String, String)>, EncodeError> {
        if self.style == Style::DeepObject && value.value().is_object() {
            let mut pairs = Vec::new();
            self.collect_deep(self.name, value, &mut pairs);
            return Ok(pairs);
        }
        let shape = self.shape(value)?;
        let delimiter = match self.style {
            Style::SpaceDelimited => "%20",
            Style::PipeDelimited => "%7C",
            Style::TabDelimited => "%09",
            _ => return Ok(self.encode_form(&shape)),
        };
        // With `explode`, and of a single text, the specification says "n/a"; all tools send these
        // as `form` does.
        Ok(match &shape {
            Shape::List(parts) if !self.explode && !parts.is_empty() => {
                vec![(self.text_of_name(self.name), self.join(parts, delimiter))]
            }
            Shape::Members(members) if !self.explode && !members.is_empty() => {
                vec![(self.text_of_name(self.name), self.join_pairs(members, delimiter, delimiter))]
            }
            _ => self.encode_form(&shape),
        })
    }

    fn encode_form(&self, shape: &Shape) -> Vec<(String, String)> {
        let name = self.text_of_name(self.name);
        match shape {
            _ if shape.is_undefined() => Vec::new(),
            Shape::List(parts) if self.explode => {
                parts.iter().map(|part| (name.clone(), self.text(part))).collect()
            }
            Shape::Members(members) if self.explode => {
                members.iter().map(|(name, part)| (self.text_of_name(name), self.text(part))).collect()
            }
            _ => vec![(name, self.joined(shape))],
        }
    }

    fn encode_header(&self, value: &Datum) -> Result<Option<String>, EncodeError> {
        let shape = self.shape(value)?;
        self.check_controls(value)?;
        Ok(match &shape {
            _ if shape.is_undefined() => None,
            Shape::Members(members) if self.explode => Some(self.join_pairs(members, "=", ",")),
            _ => Some(self.joined(&shape)),
        })
    }

    fn collect_deep(&self, name: &str, value: &Datum, pairs: &mut Vec<(String, String)>) {
        match value.value() {
            Value::Null => {}
            Value::Object(members) => {
                for key in members.keys() {
                    if let Some(member) = value.at(&Pointer::of([key.as_str()])) {
                        self.collect_deep(&format!("{name}[{key}]"), &member, pairs);
                    }
                }
            }
            Value::Array(elements) => {
                for index in 0..elements.len() {
                    if let Some(element) = value.at(&Pointer::of([index.to_string()])) {
                        self.collect_deep(name, &element, pairs);
                    }
                }
            }
            _ => pairs.push((self.text_of_name(name), self.text(&value.to_text()))),
        }
    }

    /// Sorts a value into what RFC 6570 knows; null parts are undefined and fall out.
    fn shape(&self, value: &Datum) -> Result<Shape, EncodeError> {
        let part = |token: &str| {
            let part = value.at(&Pointer::of([token])).unwrap_or_default();
            let what = match part.value() {
                Value::Null => return Ok(None),
                Value::Array(_) => "an array",
                Value::Object(_) => "an object",
                _ => return Ok(Some(part.to_text())),
            };
            Err(EncodeError::Nested { name: self.name.to_owned(), what, style: self.style })
        };
        Ok(match value.value() {
            Value::Null => Shape::Undefined,
            Value::Array(elements) => {
                let parts = (0..elements.len()).map(|index| part(&index.to_string()));
                Shape::List(parts.filter_map(Result::transpose).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let parts = members.keys().map(|name| Ok(part(name)?.map(|part| (name.clone(), part))));
                Shape::Members(parts.filter_map(Result::transpose).collect::<Result<_, _>>()?)
            }
            _ => Shape::Text(value.to_text()),
        })
    }

    fn check_controls(&self, value: &Datum) -> Result<(), EncodeError> {
        let found = match value.value() {
            Value::String(text) => control(text),
            Value::Array(elements) => elements.iter().filter_map(Value::as_str).find_map(control),
            Value::Object(members) => {
                let parts = members.iter().flat_map(|(name, part)| [Some(name.as_str()), part.as_str()]);
                parts.flatten().find_map(control)
            }
            _ => None,
        };
        match found {
            None => Ok(()),
            Some(character) => {
                Err(EncodeError::Control { name: self.name.to_owned(), location: self.location, character })
            }
        }
    }

    /// The form without `explode`: everything between commas.
    fn joined(&self, shape: &Shape) -> String {
        match shape {
            Shape::Undefined => String::new(),
            Shape::Text(text) => self.text(text),
            Shape::List(parts) => self.join(parts, self.delimiter()),
            Shape::Members(members) => self.join_pairs(members, self.delimiter(), self.delimiter()),
        }
    }

    /// What stands between the parts of a path segment or a header: a comma in every version but
    /// Swagger 2.0.
    fn delimiter(&self) -> &'static str {
        match (self.style, self.location) {
            (Style::SpaceDelimited, ParameterIn::Header) => " ",
            (Style::SpaceDelimited, _) => "%20",
            (Style::PipeDelimited, ParameterIn::Header) => "|",
            (Style::PipeDelimited, _) => "%7C",
            (Style::TabDelimited, ParameterIn::Header) => "\t",
            (Style::TabDelimited, _) => "%09",
            _ => ",",
        }
    }

    fn join(&self, parts: &[String], delimiter: &str) -> String {
        parts.iter().map(|part| self.text(part)).collect::<Vec<_>>().join(delimiter)
    }

    fn join_pairs(&self, members: &[(String, String)], equals: &str, delimiter: &str) -> String {
        let pairs =
            members.iter().map(|(name, part)| format!("{}{equals}{}", self.text(name), self.text(part)));
        pairs.collect::<Vec<_>>().join(delimiter)
    }

    /// RFC 6570 §3.2.7: the name alone stands for an empty value.
    fn matrix_item(&self, name: &str, text: &str) -> String {
        let name = self.text_of_name(name);
        if text.is_empty() { format!(";{name}") } else { format!(";{name}={text}") }
    }

    fn text(&self, text: &str) -> String {
        match self.location {
            ParameterIn::Header => text.to_owned(),
            // OpenAPI 3.2.0, "Style Values": `cookie` takes the value as it is.
            ParameterIn::Cookie if self.style == Style::Cookie => text.to_owned(),
            ParameterIn::Cookie => encode_cookie(text),
            ParameterIn::Query if self.allow_reserved => encode_reserved(text),
            _ => utf8_percent_encode(text, RESERVED).to_string(),
        }
    }

    fn text_of_name(&self, name: &str) -> String {
        match self.location {
            ParameterIn::Header | ParameterIn::Cookie => self.text(name),
            _ => utf8_percent_encode(name, RESERVED).to_string(),
        }
    }
}

impl<'d> Parameter<'d> {
    /// How it becomes text.
    pub fn serialization(&self) -> Serialization<'d> {
        Serialization {
            name: self.name(),
            location: self.location(),
            style: self.style(),
            explode: self.explode(),
            allow_reserved: self.allow_reserved(),
        }
    }
}

impl Header<'_> {
    /// The text of a value by the header's style, or as JSON where it has `content` of that kind; `None`
    /// for a value that is not sent: null, an empty list or map.
    ///
    /// # Errors
    /// [`EncodeError`] for a line end, and for lists and maps within one another.
    ///
    /// Source: OpenAPI 3.1.1, "Header Object".
    pub fn encode(&self, value: &Datum) -> Result<Option<String>, EncodeError> {
        let (location, style) = (ParameterIn::Header, self.style());
        let written = |value: &Datum| {
            Serialization {
                name: self.name(),
                location,
                style,
                explode: self.explode(),
                allow_reserved: false,
            }
            .encode_header(value)
        };
        match self.content().filter(|_| self.schema().is_none()) {
            Some(content) if is_json(content.range()) && !value.value().is_null() => {
                written(&Datum::new(value.to_json()))
            }
            _ => written(value),
        }
    }
}

/// What RFC 6570 §2.3 and §2.4 tell apart.
enum Shape {
    Undefined,
    Text(String),
    List(Vec<String>),
    Members(Vec<(String, String)>),
}

impl Shape {
    fn is_undefined(&self) -> bool {
        match self {
            Self::Undefined => true,
            Self::Text(_) => false,
            Self::List(parts) => parts.is_empty(),
            Self::Members(members) => members.is_empty(),
        }
    }
}

/// A text of `cookie-octet`s alone is sent as it is, its `%` too; any other is encoded as a whole.
fn encode_cookie(text: &str) -> String {
    let encoded = utf8_percent_encode(text, NOT_COOKIE_OCTET).to_string();
    if encoded == text { encoded } else { utf8_percent_encode(text, NOT_COOKIE_OCTET_OR_PERCENT).to_string() }
}

/// RFC 6570 §3.2.3: reserved characters and percent-encoded triples pass, a lone `%` does not.
fn encode_reserved(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut out = utf8_percent_encode(pieces.next().unwrap_or_default(), NOT_ALLOWED_RESERVED).to_string();
    for piece in pieces {
        let is_triple = piece.len() >= 2 && piece.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        out.push_str(if is_triple { "%" } else { "%25" });
        out.extend(utf8_percent_encode(piece, NOT_ALLOWED_RESERVED));
    }
    out
}

/// The same for a form that is written already: `&`, `+` and `%` mean what they mean there.
fn encode_reserved_query(text: &str) -> String {
    const NOT_IN_FORM: &AsciiSet = &NOT_ALLOWED_RESERVED.remove(b'&').remove(b'+');
    utf8_percent_encode(text, NOT_IN_FORM).to_string()
}

fn control(text: &str) -> Option<&'static str> {
    text.chars().find_map(|character| match character {
        '\n' => Some("a line feed"),
        '\r' => Some("a carriage return"),
        '\0' => Some("a NUL"),
        _ => None,
    })
}

#[cfg(test)]
mod tests;

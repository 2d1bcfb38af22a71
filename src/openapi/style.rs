use super::{Parameter, ParameterIn, Style, is_json};
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
    /// The field's value.
    Header(String),
    /// Names and values of the `Cookie` field, to be joined by `=` and `; `.
    Cookie(Vec<(String, String)>),
}

/// Why a value cannot be sent as that parameter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// RFC 3986 §5.2.4 takes such segments out of a path, so the server would see another one.
    #[error("the value {value} of `{name}` cannot be sent in a URL path")]
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
    #[error("OpenAPI does not say how {what} within `{name}` is sent in the style `{}`", style.as_str())]
    Nested {
        /// The parameter.
        name: String,
        /// `an array` or `an object`.
        what: &'static str,
        /// The parameter's style.
        style: Style,
    },
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
            Shape::List(parts) => self.join(parts, ","),
            Shape::Members(members) => self.join_pairs(members, ",", ","),
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
            ParameterIn::Cookie => utf8_percent_encode(text, NOT_COOKIE_OCTET).to_string(),
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

fn control(text: &str) -> Option<&'static str> {
    text.chars().find_map(|character| match character {
        '\n' => Some("a line feed"),
        '\r' => Some("a carriage return"),
        '\0' => Some("a NUL"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Located;

    fn datum(json: &str) -> Datum {
        let located = Located::parse(json).expect("it is JSON");
        Datum::of_part(&serde_json::from_str(json).expect("it is JSON"), &located, &Pointer::root())
    }

    /// The parameter is called `color`; `how` is its location, its style, and `explode` or
    /// `reserved` where they hold.
    fn check(how: &str, value: &str, expected: &str) {
        let mut words = how.split(' ');
        let location = words.next().and_then(ParameterIn::parse).expect("a location");
        let style = words.next().and_then(Style::parse).expect("a style");
        let flags: Vec<&str> = words.collect();
        let serialization = Serialization {
            name: "color",
            location,
            style,
            explode: flags.contains(&"explode"),
            allow_reserved: flags.contains(&"reserved"),
        };
        let join = |pairs: Vec<(String, String)>, by: &str| {
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(by)
        };
        let found = match serialization.encode(&datum(value)) {
            Ok(Encoded::Nothing) => "nothing".to_owned(),
            Ok(Encoded::Path(text) | Encoded::Header(text)) => text,
            Ok(Encoded::Query(pairs)) => join(pairs, "&"),
            Ok(Encoded::Cookie(pairs)) => join(pairs, "; "),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{how} {value}");
    }

    /// OpenAPI 3.1.1, "Style Examples": style, explode, string, array, object. The column
    /// "undefined" is not sent, or refused where something must be.
    #[test]
    fn the_table_of_the_specification() {
        for (how, string, array, object) in [
            ("path matrix", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
            (
                "path matrix explode",
                ";color=blue",
                ";color=blue;color=black;color=brown",
                ";R=100;G=200;B=150",
            ),
            ("path label", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
            ("path label explode", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
            ("path simple", "blue", "blue,black,brown", "R,100,G,200,B,150"),
            ("path simple explode", "blue", "blue,black,brown", "R=100,G=200,B=150"),
            ("header simple", "blue", "blue,black,brown", "R,100,G,200,B,150"),
            ("header simple explode", "blue", "blue,black,brown", "R=100,G=200,B=150"),
            ("query form", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
            ("query form explode", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
            ("cookie form", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
            (
                "cookie form explode",
                "color=blue",
                "color=blue; color=black; color=brown",
                "R=100; G=200; B=150",
            ),
            (
                "query spaceDelimited",
                "color=blue",
                "color=blue%20black%20brown",
                "color=R%20100%20G%20200%20B%20150",
            ),
            (
                "query pipeDelimited",
                "color=blue",
                "color=blue%7Cblack%7Cbrown",
                "color=R%7C100%7CG%7C200%7CB%7C150",
            ),
            (
                "query deepObject explode",
                "color=blue",
                "color=blue&color=black&color=brown",
                "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
            ),
        ] {
            check(how, "\"blue\"", string);
            check(how, "[\"blue\", \"black\", \"brown\"]", array);
            check(how, "{\"R\": 100, \"G\": 200, \"B\": 150}", object);
        }
    }

    #[test]
    fn undefined_values_are_not_sent_and_the_empty_string_is() {
        for how in [
            "query form",
            "query form explode",
            "query pipeDelimited",
            "query deepObject",
            "header simple",
            "cookie form",
        ] {
            for value in ["null", "[]", "{}", "[null]", "{\"a\": null}"] {
                check(how, value, "nothing");
            }
        }
        check("query form", "\"\"", "color=");
        check("query form explode", "[\"\", \"a\"]", "color=&color=a");
        check("query form", "[\"a\", null, \"b\"]", "color=a,b");
        check("query form explode", "{\"a\": \"\", \"b\": null}", "a=");
        check("query deepObject", "{\"a\": \"\", \"b\": null}", "color%5Ba%5D=");
        check("header simple", "\"\"", "");
        check("cookie form", "\"\"", "color=");
        check("path matrix", "\"\"", ";color");
        check("path matrix explode", "[\"a\", \"\"]", ";color=a;color");
        check("path simple", "[\"\", \"\"]", ",");
    }

    #[test]
    fn what_would_change_the_path_is_refused() {
        for value in ["null", "\"\"", "\".\"", "\"..\"", "[]", "{}", "[\"..\"]", "[null]"] {
            let shown = datum(value).to_json();
            let expected = format!("the value {shown} of `color` cannot be sent in a URL path");
            check("path simple", value, &expected);
        }
        check("path label", "\"\"", "the value \"\" of `color` cannot be sent in a URL path");
        check("path label", "\".\"", "the value \".\" of `color` cannot be sent in a URL path");
        check("path label explode", "[]", "the value [] of `color` cannot be sent in a URL path");
        check("path matrix", "null", "the value null of `color` cannot be sent in a URL path");
        check("path matrix", "\"..\"", ";color=..");
        check("path simple", "\"...\"", "...");
        check("path simple", "\".a\"", ".a");
    }

    #[test]
    fn texts_are_percent_encoded_outside_the_unreserved_characters() {
        check("path simple", "\"a/b c%?#é~._-\"", "a%2Fb%20c%25%3F%23%C3%A9~._-");
        check("path simple", "[\"a,b\", \"c\"]", "a%2Cb,c");
        check("path simple", "\"\\n\"", "%0A");
        check("query form", "\"a b+c&d=e\"", "color=a%20b%2Bc%26d%3De");
        check("query form explode", "{\"a&b\": \"c=d\"}", "a%26b=c%3Dd");
        check("query deepObject", "{\"a b\": 1}", "color%5Ba%20b%5D=1");
        check("query pipeDelimited", "[\"a|b\", \"c\"]", "color=a%7Cb%7Cc");
        check("header simple", "\"a b,é%\"", "a b,é%");
        check("cookie form", "\"a b;c,d==%2F\"", "color=a%20b%3Bc%2Cd==%2F");
    }

    #[test]
    fn reserved_characters_pass_where_the_document_allows_them() {
        check("query form reserved", "\":/?@!$()*,;=\"", "color=:/?@!$()*,;=");
        check("query form reserved", "\"#[]&+'\"", "color=%23%5B%5D%26%2B%27");
        check("query form reserved", "\"%2F %zz %\"", "color=%2F%20%25zz%20%25");
        check("query form reserved", "\"%é\"", "color=%25%C3%A9");
        check("path simple reserved", "\"/\"", "%2F");
    }

    #[test]
    fn numbers_keep_their_digits_and_booleans_are_words() {
        check("query form", "1.10", "color=1.10");
        check("query form", "100000000000000000001", "color=100000000000000000001");
        check("query form explode", "[1e3, true, false]", "color=1e3&color=true&color=false");
        check("header simple", "-0.50", "-0.50");
        check("query deepObject", "{\"a\": 1.10}", "color%5Ba%5D=1.10");
    }

    #[test]
    fn line_ends_cannot_be_sent_in_headers() {
        let words = |location: &str, what: &str| {
            format!("the value of the {location} parameter `color` holds {what}, which no header can carry")
        };
        check("header simple", "\"a\\nb\"", &words("header", "a line feed"));
        check("header simple", "[\"a\", \"\\r\"]", &words("header", "a carriage return"));
        check("header simple", "{\"a\\u0000\": 1}", &words("header", "a NUL"));
        check("cookie form", "{\"a\": \"\\n\"}", &words("cookie", "a line feed"));
        check("header simple", "\"a\\tb\"", "a\tb");
    }

    #[test]
    fn nested_values_are_sent_where_servers_agree_how() {
        let words = |what: &str, style: &str| {
            format!("OpenAPI does not say how {what} within `color` is sent in the style `{style}`")
        };
        check("query form", "[[1]]", &words("an array", "form"));
        check("query form explode", "{\"a\": {\"b\": 1}}", &words("an object", "form"));
        check("path simple", "[{}]", &words("an object", "simple"));
        check("header simple", "{\"a\": []}", &words("an array", "simple"));
        check("query pipeDelimited", "[[1]]", &words("an array", "pipeDelimited"));
        check(
            "query deepObject",
            "{\"a\": {\"b\": [1, 2], \"c\": null}}",
            "color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bb%5D=2",
        );
        check("query deepObject", "[[1]]", &words("an array", "deepObject"));
    }

    #[test]
    fn spaces_and_pipes_with_explode_are_sent_as_form_sends_them() {
        check("query spaceDelimited explode", "[1, 2]", "color=1&color=2");
        check("query pipeDelimited explode", "{\"a\": 1}", "a=1");
    }

    #[test]
    fn content_is_written_in_its_media_type() {
        let text = "openapi: 3.0.3\npaths: { /a: { get: { parameters: [
            { name: f, in: query, content: { application/json: {} } },
            { name: t, in: header, content: { text/plain: {} } } ] } } }\n";
        let document = crate::openapi::testing::load(text).0.expect("it loads");
        let operation = document.operations().next().expect("it has one");
        let parameters = operation.parameters();
        let query = |text: &str| Ok(Encoded::Query(vec![("f".to_owned(), text.to_owned())]));
        assert_eq!(
            encode_parameter(&parameters[0], &datum("{\"a\": [1.10]}")),
            query("%7B%22a%22%3A%5B1.10%5D%7D")
        );
        assert_eq!(encode_parameter(&parameters[0], &datum("\"x\"")), query("%22x%22"));
        assert_eq!(encode_parameter(&parameters[0], &datum("null")), Ok(Encoded::Nothing));
        assert_eq!(encode_parameter(&parameters[1], &datum("\"x\"")), Ok(Encoded::Header("x".to_owned())));
    }
}

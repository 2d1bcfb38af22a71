use super::declared::Declared;
use super::style::is_form;
use super::{Header, Parameter, ParameterIn, Serialization, Style, is_json};
use crate::exchange::Headers;
use crate::json::{Map, Value};
use percent_encoding::percent_decode_str;

/// Where the parameters of a received request are read from.
#[derive(Clone, Copy, Debug)]
pub struct RawRequest<'r> {
    /// The names of the path template with their values, percent-encoded as they came: the
    /// `encoded_values` of [`super::Route::Found`].
    pub path: &'r [(String, String)],
    /// The query string, percent-encoded, without the question mark.
    pub query: &'r str,
    /// The header lines.
    pub headers: &'r Headers,
}

/// Reads a documented header's text as the value that its schema or media type describes: style
/// `simple`, elements of an array between commas, numbers and booleans by their JSON spelling.
///
/// Several lines of one header are joined by `, ` before. A text that cannot be what the schema
/// asks for is given as the string it is, so that a check can say so.
///
/// Source: OpenAPI 3.1.1, "Header Object"; RFC 9110 §5.3 and §5.6.1.
pub fn decode_header(header: &Header<'_>, text: &str) -> Value {
    let text = text.trim_matches([' ', '\t']);
    if let (None, Some(content)) = (header.schema(), header.content()) {
        return decode_content(content.range(), text);
    }
    let declare = || Declared::of(header.view().document, header.schema());
    if header.view().answer(|traits| &traits.is_literal, || declare().is_literal()) {
        return Value::String(text.to_owned());
    }
    let declared = declare();
    let codec = Codec { declared: &declared, unescape: &str::to_owned };
    match delimiter(header.style()) {
        Some(delimiter) => codec.decode_delimited(text, &delimiter.to_string(), false),
        None => codec.decode_simple(text, header.explode()),
    }
}

/// Reads the value of a parameter out of a request by its style, or by its media type where it has
/// `content`; `None` when the request does not carry it.
///
/// A text that cannot be what the schema asks for is given as the string it is.
///
/// Source: OpenAPI 3.1.1, "Style Values", "Style Examples" and "URL Percent-Encoding".
pub fn decode_parameter(parameter: &Parameter<'_>, request: &RawRequest<'_>) -> Option<Value> {
    let pairs = match parameter.location() {
        ParameterIn::Path => {
            let text = &request.path.iter().find(|(name, _)| name == parameter.name())?.1;
            return Some(decode_path(parameter, text));
        }
        ParameterIn::Header => {
            let lines: Vec<&str> = request.headers.all(parameter.name()).map(str::trim).collect();
            if lines.is_empty() {
                return None;
            }
            return Some(decode_header_parameter(parameter, &lines.join(", ")));
        }
        ParameterIn::Query => pairs(request.query, '&'),
        ParameterIn::Cookie => {
            request.headers.all("cookie").flat_map(|line| pairs(line, ';')).collect::<Vec<_>>()
        }
        ParameterIn::QueryString => return decode_query_string(parameter, request.query),
    };
    let is_query = parameter.location() == ParameterIn::Query;
    let unescape: &dyn Fn(&str) -> String = match parameter.style() {
        Style::Cookie => &str::to_owned,
        _ if is_query => &form_decoded,
        _ => &percent_decoded,
    };
    if let (None, Some(content)) = (parameter.schema(), parameter.content()) {
        let (_, text) = pairs.iter().find(|(name, _)| unescape(name) == parameter.name())?;
        return Some(decode_content(content.range(), &unescape(text)));
    }
    let declared = Declared::of(parameter.view().document, parameter.schema());
    decode_pairs(&parameter.serialization(), &declared, unescape, &pairs)
}

/// OpenAPI 3.2.0, "Parameter Object", `in: querystring`: the whole query is one value.
fn decode_query_string(parameter: &Parameter<'_>, query: &str) -> Option<Value> {
    if query.is_empty() {
        return None;
    }
    let content = parameter.content()?;
    if !is_form(content.range()) {
        return Some(decode_content(content.range(), &percent_decoded(query)));
    }
    let declared = Declared::of(parameter.view().document, content.schema());
    let mut members = Map::new();
    for (name, text) in pairs(query, '&') {
        let name = form_decoded(name);
        let declared = declared.property(&name);
        let text = form_decoded(text);
        if !declared.is_array() {
            members.insert(name, declared.scalar(&text));
            continue;
        }
        let element = declared.items().scalar(&text);
        match members.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(elements) => elements.push(element),
            other => *other = element,
        }
    }
    Some(Value::Object(members))
}

fn decode_header_parameter(parameter: &Parameter<'_>, text: &str) -> Value {
    if let (None, Some(content)) = (parameter.schema(), parameter.content()) {
        return decode_content(content.range(), text);
    }
    let declared = Declared::of(parameter.view().document, parameter.schema());
    let codec = Codec { declared: &declared, unescape: &str::to_owned };
    match delimiter(parameter.style()) {
        Some(delimiter) => codec.decode_delimited(text, &delimiter.to_string(), false),
        None => codec.decode_simple(text, parameter.explode()),
    }
}

/// The character between the parts of a delimited style.
fn delimiter(style: Style) -> Option<char> {
    match style {
        Style::SpaceDelimited => Some(' '),
        Style::PipeDelimited => Some('|'),
        Style::TabDelimited => Some('\t'),
        _ => None,
    }
}

/// The text of a delimited style in a path or query, where the delimiter may be encoded or not, with
/// one spelling of the delimiter, and that spelling.
fn with_one_delimiter(text: &str, delimiter: char, is_query: bool) -> (String, String) {
    // In a query, `+` is a space.
    let plain = if is_query && delimiter == ' ' { '+' } else { delimiter }.to_string();
    let encoded = format!("%{:02X}", u32::from(delimiter));
    let text = text.replace(&encoded, &plain).replace(&encoded.to_lowercase(), &plain);
    (text.replace(delimiter, &plain), plain)
}

fn decode_path(parameter: &Parameter<'_>, text: &str) -> Value {
    if let (None, Some(content)) = (parameter.schema(), parameter.content()) {
        return decode_content(content.range(), &percent_decoded(text));
    }
    let declared = Declared::of(parameter.view().document, parameter.schema());
    let codec = Codec { declared: &declared, unescape: &percent_decoded };
    let explode = parameter.explode();
    match parameter.style() {
        Style::Label => {
            let text = text.strip_prefix('.').unwrap_or(text);
            codec.decode_delimited(text, if explode { "." } else { "," }, explode)
        }
        Style::Matrix => {
            let items: Vec<(&str, &str)> = pairs(text, ';');
            let named = items.iter().filter(|(name, _)| percent_decoded(name) == parameter.name());
            let parts: Vec<&str> = named.map(|(_, part)| *part).collect();
            match (explode, parts.as_slice()) {
                (true, _) if declared.is_object() => codec.object(&items),
                (true, _) if declared.is_array() => codec.array(&parts),
                (_, [single]) => codec.decode_delimited(single, ",", false),
                _ => Value::String(percent_decoded(text)),
            }
        }
        style => match delimiter(style) {
            Some(delimiter) => {
                let (text, delimiter) = with_one_delimiter(text, delimiter, false);
                codec.decode_delimited(&text, &delimiter, false)
            }
            None => codec.decode_simple(text, explode),
        },
    }
}

/// Query, cookie and fields of a form: `form` and the styles made for queries. `unescape` undoes the
/// percent-encoding, where there is one.
pub(super) fn decode_pairs(
    serialization: &Serialization<'_>,
    declared: &Declared<'_>,
    unescape: &dyn Fn(&str) -> String,
    pairs: &[(&str, &str)],
) -> Option<Value> {
    let Serialization { name, style, explode, .. } = *serialization;
    let named = pairs.iter().filter(|(each, _)| unescape(each) == name);
    let parts: Vec<&str> = named.map(|(_, part)| *part).collect();
    let codec = Codec { declared, unescape };
    if style == Style::DeepObject && declared.is_object() {
        return codec.deep_object(name, pairs);
    }
    if explode && declared.is_object() && parts.is_empty() {
        // The members travel under their own names, among those of all other parameters.
        let is_member = |name: &str| declared.names().is_empty() || declared.names().contains(&name);
        let members: Vec<_> = pairs.iter().filter(|(name, _)| is_member(&unescape(name))).copied().collect();
        return (!members.is_empty()).then(|| codec.object(&members));
    }
    let single = *parts.first()?;
    if explode || parts.len() > 1 {
        return Some(match declared.is_array() && (parts.len() > 1 || !declared.is_scalar()) {
            true => codec.array(&parts),
            false => codec.scalar(single),
        });
    }
    Some(match delimiter(style) {
        Some(delimiter) => {
            let (text, delimiter) = with_one_delimiter(single, delimiter, true);
            codec.decode_delimited(&text, &delimiter, false)
        }
        None => codec.decode_delimited(single, ",", false),
    })
}

/// What one parameter's parts become.
struct Codec<'c> {
    declared: &'c Declared<'c>,
    /// Undoes the percent-encoding, where there is one.
    unescape: &'c dyn Fn(&str) -> String,
}

impl Codec<'_> {
    fn decode_simple(&self, text: &str, explode: bool) -> Value {
        self.decode_delimited(text, ",", explode)
    }

    /// Parts between delimiters: elements of an array, `name=value` members of an object with
    /// `explode`, names and values in turn without.
    fn decode_delimited(&self, text: &str, delimiter: &str, explode: bool) -> Value {
        let parts = split(text, delimiter);
        if self.declared.is_array() && (parts.len() > 1 || !self.declared.is_scalar()) {
            return if text.is_empty() { Value::Array(Vec::new()) } else { self.array(&parts) };
        }
        if self.declared.is_object() {
            let members: Option<Vec<(&str, &str)>> = match (text.is_empty(), explode) {
                (true, _) => Some(Vec::new()),
                (false, true) => parts.iter().map(|part| part.split_once('=')).collect(),
                (false, false) => {
                    let (pairs, rest) = parts.as_chunks::<2>();
                    rest.is_empty().then(|| pairs.iter().map(|[name, part]| (*name, *part)).collect())
                }
            };
            if let Some(members) = members.filter(|_| !text.is_empty() || !self.declared.is_scalar()) {
                return self.object(&members);
            }
        }
        self.scalar(text)
    }

    fn array(&self, parts: &[&str]) -> Value {
        let items = self.declared.items();
        Value::Array(parts.iter().map(|part| items.scalar(&(self.unescape)(part))).collect())
    }

    fn object(&self, members: &[(&str, &str)]) -> Value {
        let mut object = Map::new();
        for (name, part) in members {
            let name = (self.unescape)(name);
            let value = self.declared.property(&name).scalar(&(self.unescape)(part));
            object.insert(name, value);
        }
        Value::Object(object)
    }

    fn scalar(&self, text: &str) -> Value {
        self.declared.scalar(&(self.unescape)(text))
    }

    /// `name[a][b]=1`; a name that comes again makes an array.
    fn deep_object(&self, name: &str, pairs: &[(&str, &str)]) -> Option<Value> {
        let mut root = Map::new();
        for (key, part) in pairs {
            let key = (self.unescape)(key);
            let Some(path) = key.strip_prefix(name).and_then(bracketed) else { continue };
            insert_deep(&mut root, self.declared, &path, (self.unescape)(part));
        }
        (!root.is_empty()).then_some(Value::Object(root))
    }
}

fn insert_deep(object: &mut Map<String, Value>, declared: &Declared<'_>, path: &[&str], text: String) {
    let [name, rest @ ..] = path else { return };
    let declared = declared.property(name);
    if !rest.is_empty() && rest != [""] {
        let child = object.entry(*name).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(child) = child {
            insert_deep(child, &declared, rest, text);
        }
        return;
    }
    // `a[b][]=1` names an array as plainly as saying `a[b]` twice.
    if declared.is_array() || rest == [""] {
        let element = declared.items().scalar(&text);
        match object.entry(*name).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(elements) => elements.push(element),
            other => *other = Value::Array(vec![element]),
        }
    } else {
        object.insert((*name).to_owned(), declared.scalar(&text));
    }
}

/// The names of `[a][b]`; at most 32, as no schema nests its parameters deeper.
fn bracketed(text: &str) -> Option<Vec<&str>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let path: Vec<&str> = inner.split("][").collect();
    (path.len() <= 32).then_some(path)
}

pub(super) fn decode_content(range: &str, text: &str) -> Value {
    let parsed = is_json(range).then(|| crate::json::parse(text).ok()).flatten();
    parsed.map_or_else(|| Value::String(text.to_owned()), |parsed| parsed.value)
}

/// Cuts `a=1&b` into names and values, still encoded; empty pieces fall out.
fn pairs(text: &str, delimiter: char) -> Vec<(&str, &str)> {
    let pieces = text.split(delimiter).map(str::trim).filter(|piece| !piece.is_empty());
    pieces.map(|piece| piece.split_once('=').unwrap_or((piece, ""))).collect()
}

/// Cuts at a delimiter, but not within double quotes (RFC 9110 §5.6.4), and takes the space around
/// the parts away.
fn split<'t>(text: &'t str, delimiter: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut is_quoted = false;
    for (at, character) in text.char_indices() {
        if character == '"' {
            is_quoted = !is_quoted;
        } else if !is_quoted && text[at..].starts_with(delimiter) {
            parts.push(text[start..at].trim());
            start = at + delimiter.len();
        }
    }
    // A quote that nothing closes quotes nothing.
    if is_quoted {
        return text.split(delimiter).map(str::trim).collect();
    }
    parts.push(text[start..].trim());
    parts
}

fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// OpenAPI 3.1.1, "URL Percent-Encoding": in a query, `+` is a space.
pub(super) fn form_decoded(text: &str) -> String {
    percent_decoded(&text.replace('+', "%20"))
}

#[cfg(test)]
mod tests;

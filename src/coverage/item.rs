use serde::{Deserialize, Serialize};
use std::fmt;

/// What a part of a document is counted as. In the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Dimension {
    /// An operation: covered once an answer of it was judged.
    Operation,
    /// A key of an operation's responses: `200`, `4XX`, `default`.
    Status,
    /// A media type of a request body or of a response.
    MediaType,
    /// A parameter: covered once it was sent.
    Parameter,
    /// A member of a request body.
    RequestMember,
    /// A member of a response's body.
    ResponseMember,
    /// A value of an `enum`, and of a boolean parameter each of its two.
    EnumValue,
    /// A form of a `oneOf` or `anyOf`, or one that a discriminator maps.
    Branch,
}

impl Dimension {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Operation,
        Self::Status,
        Self::MediaType,
        Self::Parameter,
        Self::RequestMember,
        Self::ResponseMember,
        Self::EnumValue,
        Self::Branch,
    ];

    /// The name in `--fail-under`, in `contest.yaml` and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Status => "status",
            Self::MediaType => "mediaType",
            Self::Parameter => "parameter",
            Self::RequestMember => "requestMember",
            Self::ResponseMember => "responseMember",
            Self::EnumValue => "enumValue",
            Self::Branch => "branch",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// Several of it, as people say: `response members`.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Operation => "operations",
            Self::Status => "statuses",
            Self::MediaType => "media types",
            Self::Parameter => "parameters",
            Self::RequestMember => "request members",
            Self::ResponseMember => "response members",
            Self::EnumValue => "enum values",
            Self::Branch => "branches",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One part of an operation's description that an exchange may cover.
///
/// The fields say where it stands; those that do not apply are `None`. Items of one operation are unlike
/// one another, and their order is the one that reports use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// What it is counted as.
    pub dimension: Dimension,
    /// The key of the response that it belongs to; `None` for what belongs to requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Where the parameter travels that it is or belongs to: `path`, `query`, `header`, `cookie`,
    /// `querystring`.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The name of that parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The media type, or range, of the body that it is or belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The member of the body, or of the parameter's value: `items[].price`. `None` for the value as a
    /// whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The value of the `enum`, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The form: the name of its schema, its title, or its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

impl Item {
    /// An item of which only the dimension is known.
    pub(super) fn of(dimension: Dimension) -> Self {
        Self {
            dimension,
            status: None,
            location: None,
            parameter: None,
            media_type: None,
            path: None,
            value: None,
            branch: None,
        }
    }

    /// The item in words, without its operation: `404`, `query limit`, `data.price in 200`,
    /// `"open" as status in the request`.
    pub fn words(&self) -> String {
        let path = self.path.as_deref().unwrap_or_default();
        let within = match (&self.status, &self.location, &self.parameter) {
            (Some(status), ..) => format!("in {status}"),
            (None, Some(location), Some(name)) => format!("{location} {name}"),
            (None, ..) => "in the request".to_owned(),
        };
        let at = if path.is_empty() { within.clone() } else { format!("as {path} {within}") };
        let at = if self.parameter.is_some() { format!("as {within}") } else { at };
        let (value, branch) = (self.value.as_deref(), self.branch.as_deref());
        match self.dimension {
            Dimension::Operation => "the operation".to_owned(),
            Dimension::Status => self.status.clone().unwrap_or_default(),
            Dimension::Parameter => within,
            Dimension::MediaType => format!("{} {within}", self.media_type.as_deref().unwrap_or_default()),
            Dimension::RequestMember | Dimension::ResponseMember => format!("{path} {within}"),
            Dimension::EnumValue => format!("{} {at}", value.unwrap_or_default()),
            Dimension::Branch => format!("{} {at}", branch.unwrap_or_default()),
        }
    }
}

impl Item {
    /// Where it stands, as a heading of its kind: `200`, `request`; nothing for statuses and parameters,
    /// which say it themselves.
    pub fn place(&self) -> Option<&str> {
        match (self.dimension, &self.status, &self.parameter) {
            (Dimension::Operation | Dimension::Status | Dimension::Parameter, ..) => None,
            (_, Some(status), _) => Some(status),
            (_, None, Some(_)) => None,
            (_, None, None) => Some("request"),
        }
    }

    /// The item in words below such a heading: `404`, `query limit`, `data.price`, `status = "open"`.
    pub fn short(&self) -> String {
        let path = match (&self.location, &self.parameter) {
            (Some(location), Some(name)) => format!("{location} {name}"),
            _ => self.path.clone().unwrap_or_default(),
        };
        let at = if path.is_empty() { "body" } else { path.as_str() };
        match self.dimension {
            Dimension::EnumValue => format!("{at} = {}", self.value.as_deref().unwrap_or_default()),
            Dimension::Branch => format!("{at} as {}", self.branch.as_deref().unwrap_or_default()),
            Dimension::MediaType => self.media_type.clone().unwrap_or_default(),
            Dimension::RequestMember | Dimension::ResponseMember => path,
            Dimension::Operation | Dimension::Status | Dimension::Parameter => self.words(),
        }
    }

    /// The members that it stands in, the outermost first.
    pub(super) fn holders(&self) -> Vec<Self> {
        let member = match (&self.status, &self.parameter) {
            (Some(_), _) => Dimension::ResponseMember,
            (None, None) => Dimension::RequestMember,
            (None, Some(_)) => return Vec::new(),
        };
        let Some(path) = self.path.as_deref().and_then(segments) else { return Vec::new() };
        let mut at = String::new();
        let mut found = Vec::new();
        for segment in path {
            at = match segment {
                Segment::Name(name) => member_path(&at, &name),
                Segment::Element => element_path(&at),
                Segment::Further => further_path(&at),
            };
            let holder =
                Self { dimension: member, path: Some(at.clone()), value: None, branch: None, ..self.clone() };
            if holder != *self {
                found.push(holder);
            }
        }
        found
    }
}

/// One step of the path of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// A member by its name.
    Name(String),
    /// Any element of an array.
    Element,
    /// Any member that is not described by name.
    Further,
}

/// The path of a member of what a path leads to: `items[].price`; a name that could be read as something
/// else stands in brackets and quotes, as in `["a.b"]`.
pub(super) fn member_path(path: &str, name: &str) -> String {
    let is_plain = !name.is_empty() && !name.contains(['.', '[', ']', '*', '"', ' ', '\\']);
    match (is_plain, path.is_empty()) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{path}.{name}"),
        (false, _) => format!("{path}[{}]", serde_json::Value::from(name)),
    }
}

/// The path of the elements of what a path leads to.
pub(super) fn element_path(path: &str) -> String {
    format!("{path}[]")
}

/// The path of the members that no name describes.
pub(super) fn further_path(path: &str) -> String {
    if path.is_empty() { "*".to_owned() } else { format!("{path}.*") }
}

/// Reads a path that the functions above wrote; `None` for any other text.
pub(super) fn segments(path: &str) -> Option<Vec<Segment>> {
    let mut found = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("[]") {
            found.push(Segment::Element);
            rest = behind;
        } else if let Some(quoted) = rest.strip_prefix('[') {
            let mut names = serde_json::Deserializer::from_str(quoted).into_iter::<String>();
            let name = names.next()?.ok()?;
            rest = quoted.get(names.byte_offset()..)?.strip_prefix(']')?;
            found.push(Segment::Name(name));
        } else {
            rest = match (rest.strip_prefix('.'), found.is_empty()) {
                (Some(behind), false) => behind,
                (None, true) => rest,
                _ => return None,
            };
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let name = &rest[..end];
            found.push(if name == "*" { Segment::Further } else { Segment::Name(name.to_owned()) });
            rest = &rest[end..];
            if name.is_empty() {
                return None;
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_were_written() {
        for names in [
            vec!["a"],
            vec!["a", "b"],
            vec!["a.b", "c"],
            vec!["[]", "*"],
            vec!["", "a b", "\"", "é"],
            vec!["a]", "\\"],
        ] {
            let path = names.iter().fold(String::new(), |path, name| member_path(&path, name));
            let expected: Vec<Segment> = names.iter().map(|name| Segment::Name((*name).to_owned())).collect();
            assert_eq!(segments(&path), Some(expected), "{path}");
        }
        let path = member_path(&element_path(&element_path("")), "a");
        assert_eq!(path, "[][].a");
        let name = Segment::Name("a".to_owned());
        assert_eq!(segments(&path), Some(vec![Segment::Element, Segment::Element, name.clone()]));
        assert_eq!(segments(&further_path("a")), Some(vec![name, Segment::Further]));
        assert_eq!(segments(&further_path("")), Some(vec![Segment::Further]));
        for broken in [".a", "a..b", "a[", "[a]", "a."] {
            assert_eq!(segments(broken), None, "{broken}");
        }
    }

    #[test]
    fn every_dimension_has_a_name_that_is_read_again() {
        for dimension in Dimension::ALL {
            assert_eq!(Dimension::parse(dimension.name()), Some(dimension));
            assert_eq!(
                serde_json::to_value(dimension).expect("it is a text"),
                serde_json::json!(dimension.name())
            );
        }
        assert_eq!(Dimension::parse("zebra"), None);
    }

    #[test]
    fn items_have_words() {
        let of = |dimension| Item {
            status: Some("200".to_owned()),
            media_type: Some("text/plain".to_owned()),
            path: Some("items[].price".to_owned()),
            value: Some("7".to_owned()),
            branch: Some("Cat".to_owned()),
            ..Item::of(dimension)
        };
        let request = |dimension| Item { status: None, ..of(dimension) };
        let parameter = |dimension| Item {
            location: Some("query".to_owned()),
            parameter: Some("sort".to_owned()),
            path: None,
            ..request(dimension)
        };
        for (item, expected) in [
            (of(Dimension::Status), "200"),
            (of(Dimension::MediaType), "text/plain in 200"),
            (request(Dimension::MediaType), "text/plain in the request"),
            (parameter(Dimension::Parameter), "query sort"),
            (of(Dimension::ResponseMember), "items[].price in 200"),
            (request(Dimension::RequestMember), "items[].price in the request"),
            (of(Dimension::EnumValue), "7 as items[].price in 200"),
            (parameter(Dimension::EnumValue), "7 as query sort"),
            (Item { path: None, ..of(Dimension::Branch) }, "Cat in 200"),
        ] {
            assert_eq!(item.words(), expected);
        }
    }
}

//! From the kind of an error to the words for it.

use super::format;
use super::trace::Trace;
use super::words::{kind_of, type_phrase};
use super::{Direction, SchemaError, visibility};
use crate::diagnostic::words::{any_of, count, no_member, quoted, shorten, some_of};
use crate::json::{Pointer, Token, Value};
use crate::openapi::Document;
use crate::yaml::nearest;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};

/// One error with everything that its words are made of.
pub(super) struct Failure<'e> {
    pub(super) document: &'e Document,
    pub(super) kind: &'e Kind,
    pub(super) trace: Trace,
    /// The offending value and where it stands.
    pub(super) value: &'e Value,
    pub(super) at: Pointer,
    /// What the offending value is called: "`amount`", "the body".
    pub(super) subject: String,
    /// A response is promised, a request is asked for.
    pub(super) direction: Direction,
}

/// Turns a failure into errors: one, or one a member where several members are too many.
///
/// `None` for a match that took more steps than a pattern may take: nothing is known then.
pub(super) fn explain(failure: &Failure<'_>) -> Option<Vec<SchemaError>> {
    let Failure { document, value, subject, .. } = failure;
    if let Some(name) = failure.trace.format {
        return Some(vec![failure.broken_format(name)]);
    }
    let promised = |expected: String| failure.promised(&kind_of(value), expected);
    Some(match failure.kind {
        Kind::Type { kind } => {
            let types: Vec<_> = match kind {
                TypeKind::Single(one) => vec![*one],
                TypeKind::Multiple(set) => set.iter().collect(),
            };
            // Null stands first in the set and is said last: "a string or null".
            let mut phrases: Vec<&str> = types.into_iter().map(type_phrase).collect();
            phrases.sort_by_key(|phrase| *phrase == "null");
            vec![promised(any_of(&phrases))]
        }
        Kind::Enum { options } => vec![failure.outside_enum(options)],
        Kind::Constant { expected_value } => {
            vec![failure.another_value(expected_value)]
        }
        Kind::Minimum { limit } => vec![failure.bound(&format!("at least {limit}"))],
        Kind::Maximum { limit } => vec![failure.bound(&format!("at most {limit}"))],
        Kind::ExclusiveMinimum { limit } => vec![failure.bound(&format!("more than {limit}"))],
        Kind::ExclusiveMaximum { limit } => vec![failure.bound(&format!("less than {limit}"))],
        Kind::MultipleOf { multiple_of } => vec![failure.bound(&format!("a multiple of {multiple_of}"))],
        Kind::MinLength { limit } => vec![failure.size("at least", *limit)],
        Kind::MaxLength { limit } => vec![failure.size("at most", *limit)],
        Kind::MinItems { limit } => vec![failure.size("at least", *limit)],
        Kind::MaxItems { limit } => vec![failure.size("at most", *limit)],
        Kind::MinProperties { limit } => vec![failure.size("at least", *limit)],
        Kind::MaxProperties { limit } => vec![failure.size("at most", *limit)],
        Kind::AdditionalItems { limit } => vec![failure.size("at most", *limit as u64)],
        Kind::UnevaluatedItems { .. } => {
            let headline = format!("{subject} has elements that the document does not allow");
            vec![failure.error(headline, "no further elements".to_owned(), "further elements".to_owned())]
        }
        Kind::Pattern { pattern } => {
            let headline = format!("{}does not match the documented pattern", failure.which());
            // As written, not as it is run.
            let written = document.get(&failure.trace.keyword).and_then(Value::as_str);
            let expected = format!("text that matches `{}`", shorten(written.unwrap_or(pattern)));
            vec![failure.error(headline, expected, quoted(value))]
        }
        Kind::Format { format } => vec![failure.broken_format(format)],
        Kind::UniqueItems => vec![failure.equal_elements()],
        Kind::Required { property } => vec![failure.missing(property.as_str().unwrap_or_default())],
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| failure.unexpected(name)).collect()
        }
        Kind::PropertyNames { error } => return failure.bad_name(error),
        Kind::Contains => vec![failure.contains()],
        Kind::Not { .. } => {
            let headline = format!("{subject} is {}, which the document rules out", quoted(value));
            let mut error = failure.error(headline, "anything else".to_owned(), quoted(value));
            error.label = "rules it out".to_owned();
            vec![error]
        }
        Kind::FalseSchema => match value.as_object().filter(|_| failure.closes()) {
            Some(members) => members.keys().map(|name| failure.unexpected(name)).collect(),
            None => vec![failure.forbidden()],
        },
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => return None,
        // Choices are taken apart before, content keywords only annotate in 2020-12, references were
        // resolved at compile time, and keywords of our own there are none. Should one of these
        // come all the same, its keyword still says something true.
        Kind::AnyOf { .. }
        | Kind::OneOfNotValid { .. }
        | Kind::OneOfMultipleValid { .. }
        | Kind::ContentEncoding { .. }
        | Kind::ContentMediaType { .. }
        | Kind::FromUtf8 { .. }
        | Kind::Custom { .. }
        | Kind::Referencing(_) => {
            let keyword = document.get(&failure.trace.keyword).map(quoted).unwrap_or_default();
            let headline = format!("{subject} does not fit `{}`", failure.name());
            vec![failure.error(headline, format!("{} {keyword}", failure.name()), quoted(value))]
        }
    })
}

impl Failure<'_> {
    /// The keyword's name.
    pub(super) fn name(&self) -> &str {
        self.trace.keyword.tokens().last().map_or("schema", Token::as_str)
    }

    /// Whether the schema that is `false` is that of every member not named.
    fn closes(&self) -> bool {
        let keyword = &self.trace.keyword;
        self.name() == "additionalProperties"
            && keyword.parent().tokens().last().is_none_or(|holder| holder != "properties")
    }

    fn error(&self, headline: String, expected: String, actual: String) -> SchemaError {
        SchemaError {
            instance: self.at.clone(),
            keyword: self.trace.keyword.clone(),
            via: self.trace.via.clone(),
            name: self.name().to_owned(),
            member: None,
            headline,
            expected,
            actual,
            label: String::new(),
            format: None,
            notes: self.condition(),
        }
    }

    /// Why the keyword applies, where that depends on the value.
    fn condition(&self) -> Vec<String> {
        let holds = self.trace.condition.map(|holds| if holds { "holds" } else { "does not hold" });
        holds
            .map(|holds| format!("it is asked for because the condition in `if` {holds}"))
            .into_iter()
            .collect()
    }

    /// "`status` is `Open`, which "; a name is its own value and is said once.
    fn which(&self) -> String {
        let value = quoted(self.value);
        match self.subject.ends_with(&value) && self.subject != value {
            true => format!("{} ", self.subject),
            false => format!("{} is {value}, which ", self.subject),
        }
    }

    fn promises(&self) -> &'static str {
        promises(self.direction)
    }

    fn promised(&self, actual: &str, expected: String) -> SchemaError {
        let headline =
            format!("{} is {actual} where the document {} {expected}", self.subject, self.promises());
        self.error(headline, expected, actual.to_owned())
    }

    /// A bound of a number; an exclusive one of OpenAPI 3.0 is a flag, and its number stands beside.
    fn bound(&self, expected: &str) -> SchemaError {
        let mut error = self.promised(&self.value.to_string(), expected.to_owned());
        if self.document.get(&error.keyword).is_some_and(Value::is_boolean) {
            let beside = if error.name == "exclusiveMinimum" { "minimum" } else { "maximum" };
            error.keyword = error.keyword.parent().child(beside);
            error.label = "exclusive".to_owned();
        }
        error
    }

    fn size(&self, comparison: &str, limit: u64) -> SchemaError {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let (size, singular, plural) = match self.value {
            Value::String(text) => (text.chars().count(), "character", "characters"),
            Value::Array(elements) => (elements.len(), "element", "elements"),
            Value::Object(members) => (members.len(), "member", "members"),
            _ => (0, "part", "parts"),
        };
        let expected = format!("{comparison} {}", count(limit, singular, plural));
        let actual = count(size, singular, plural);
        let found = if size == 0 { "is empty".to_owned() } else { format!("has {actual}") };
        let headline = format!("{} {found} where the document {} {expected}", self.subject, self.promises());
        self.error(headline, expected, actual)
    }

    fn broken_format(&self, name: &str) -> SchemaError {
        let expected = format::describe(name);
        let plain = expected.split(" such as ").next().unwrap_or_default();
        let headline = format!("{}is not {plain}", self.which());
        let mut error = self.error(headline, expected.clone(), quoted(self.value));
        error.format = Some(name.to_owned());
        error
    }

    /// One value alone is right; one that only looks the same is told by its type.
    fn another_value(&self, only: &Value) -> SchemaError {
        let (actual, expected) = (quoted(self.value), quoted(only));
        match actual == expected {
            true => {
                let with_type = |value: &Value| format!("{} ({})", quoted(value), kind_of(value));
                self.promised(&with_type(self.value), with_type(only))
            }
            false => self.promised(&actual, expected),
        }
    }

    fn outside_enum(&self, options: &Value) -> SchemaError {
        // The document's own list, without the null that `nullable` adds.
        let documented = self.document.get(&self.trace.keyword).unwrap_or(options);
        let values = documented.as_array().map(Vec::as_slice).unwrap_or_default();
        let expected = some_of(&values.iter().map(quoted).collect::<Vec<_>>(), "or");
        let mut error = match values {
            [only] => return self.another_value(only),
            _ => {
                let headline = format!("{}is none of the documented values", self.which());
                self.error(headline, expected, quoted(self.value))
            }
        };
        let texts = values.iter().filter_map(Value::as_str);
        let near = self.value.as_str().and_then(|text| nearest(text, texts));
        let as_text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let other_type = values.iter().find(|each| {
            as_text(each) == as_text(self.value)
                && std::mem::discriminant(*each) != std::mem::discriminant(self.value)
        });
        if let Some(other) = other_type {
            error.notes.push(format!("{} is documented as {}", quoted(other), kind_of(other)));
        } else if let Some(near) = near.filter(|_| values.len() > 1) {
            error.notes.push(format!("`{near}` is documented"));
        }
        error
    }

    fn equal_elements(&self) -> SchemaError {
        let pair = self.value.as_array().and_then(|elements| first_equal(elements));
        let actual = match pair {
            Some((first, second)) => format!("elements {first} and {second} are equal"),
            None => "equal elements".to_owned(),
        };
        let places = pair.map(|(first, second)| format!(" at {first} and {second}")).unwrap_or_default();
        let headline = format!(
            "{} has equal elements{places} where the document {} that all differ",
            self.subject,
            match self.direction {
                Direction::Request => "asks",
                Direction::Response => "promises",
            }
        );
        self.error(headline, "elements that all differ".to_owned(), actual)
    }

    fn missing(&self, property: &str) -> SchemaError {
        let keyword = &self.trace.keyword;
        let mut condition = String::new();
        let mut pointer = keyword.clone();
        let of_dependencies = keyword.parent().tokens().last().is_some_and(|it| it == "dependencies");
        if of_dependencies && self.name() != "required" {
            condition = format!(" beside `{}`", self.name());
        }
        if let Some(Value::Object(lists)) = self.document.get(keyword)
            && self.name() == "dependentRequired"
        {
            let is_cause = |(name, list): &(&String, &Value)| {
                self.value.get(name.as_str()).is_some()
                    && list.as_array().is_some_and(|names| names.iter().any(|each| each == property))
            };
            if let Some((name, _)) = lists.iter().find(is_cause) {
                condition = format!(" beside `{name}`");
                pointer = keyword.child(name);
            }
        }
        if let Some(Value::Array(names)) = self.document.get(&pointer)
            && let Some(index) = names.iter().position(|each| each == property)
        {
            pointer = pointer.child(index.to_string());
        }
        let headline = format!("{} lacks `{property}`, which the document requires{condition}", self.subject);
        let actual = no_member(property);
        let mut error = self.error(headline, format!("a member `{property}`{condition}"), actual);
        let present = self.value.as_object().into_iter().flat_map(|members| members.keys());
        let required = self.document.get(&pointer.parent()).and_then(Value::as_array);
        let mut documented = self.properties();
        documented.extend(required.into_iter().flatten().filter_map(Value::as_str));
        let candidates = present.map(String::as_str).filter(|name| !documented.contains(name));
        // Among names of one or two characters everything is near.
        let near = nearest(property, candidates.filter(|_| property.len() > 2));
        error.notes.extend(near.map(|near| format!("it has `{near}`, which the document does not name")));
        error.keyword = pointer;
        if of_dependencies {
            error.name = "dependencies".to_owned();
        }
        error.member = Some(property.to_owned());
        error
    }

    fn unexpected(&self, name: &str) -> SchemaError {
        let documented = self.properties();
        let headline = format!("{} has a member `{name}` that the document does not allow", self.subject);
        let expected = match documented.is_empty() {
            true => "no such member".to_owned(),
            false => {
                let names: Vec<String> = documented.iter().map(|name| format!("`{name}`")).collect();
                format!("only {}", some_of(&names, "and"))
            }
        };
        let mut error = self.error(headline, expected, format!("a member `{name}`"));
        error.instance = self.at.child(name);
        error.member = Some(name.to_owned());
        error.label = "allows no other members".to_owned();
        let near = nearest(name, documented.iter().copied().filter(|each| self.value.get(*each).is_none()));
        error.notes.extend(near.map(|near| format!("the document has `{near}`, which is not there")));
        error
    }

    /// The names of `properties` beside the keyword.
    fn properties(&self) -> Vec<&str> {
        let properties = self.document.get(&self.trace.keyword.parent().child("properties"));
        properties
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|all| all.keys())
            .map(String::as_str)
            .collect()
    }

    fn bad_name(&self, error: &jsonschema::ValidationError<'static>) -> Option<Vec<SchemaError>> {
        let name = error.instance().as_str().unwrap_or_default().to_owned();
        let inner = Failure {
            document: self.document,
            kind: error.kind(),
            trace: self.trace.clone(),
            value: error.instance(),
            at: self.at.child(&name),
            direction: self.direction,
            subject: format!("the member name {}", quoted(error.instance())),
        };
        explain(&inner)
    }

    fn contains(&self) -> SchemaError {
        let demanded = self.document.get(&self.trace.keyword).and_then(Value::as_u64);
        let (expected, headline) = match (self.name(), demanded) {
            ("minContains", Some(number)) => (
                format!("at least {} fitting `contains`", count(number as usize, "element", "elements")),
                format!(
                    "{} has fewer than {} fitting `contains`",
                    self.subject,
                    count(number as usize, "element", "elements")
                ),
            ),
            ("maxContains", Some(number)) => (
                format!("at most {} fitting `contains`", count(number as usize, "element", "elements")),
                format!(
                    "{} has more than {} fitting `contains`",
                    self.subject,
                    count(number as usize, "element", "elements")
                ),
            ),
            _ => (
                "an element that fits `contains`".to_owned(),
                format!("{} has no element that fits `contains`", self.subject),
            ),
        };
        let actual = match self.value.as_array() {
            Some(elements) => count(elements.len(), "element", "elements"),
            None => kind_of(self.value),
        };
        self.error(headline, expected, actual)
    }

    /// The schema is `false`: written so, or because a `writeOnly` property is in a response.
    fn forbidden(&self) -> SchemaError {
        let keyword = &self.trace.keyword;
        let is_written_false = self.document.get(keyword) == Some(&Value::Bool(false));
        let flag = || visibility::place_of_flag(self.document, keyword, "writeOnly");
        if let Some(pointer) = (!is_written_false).then(flag).flatten() {
            let headline = format!("{} is write-only and must not be in a response", self.subject);
            let expected = "no such member: it is `writeOnly`".to_owned();
            let mut error = self.error(headline, expected, quoted(self.value));
            error.keyword = pointer.child("writeOnly");
            error.name = "writeOnly".to_owned();
            return error;
        }
        let what = match self.name() {
            "items" | "unevaluatedItems" | "additionalItems" => "an element more than the document allows",
            _ => "something that the document does not allow",
        };
        let headline = format!("{} is {what}", self.subject);
        self.error(headline, "nothing".to_owned(), quoted(self.value))
    }
}

/// The verb for what a document says of a value.
pub(super) fn promises(direction: Direction) -> &'static str {
    match direction {
        Direction::Request => "asks for",
        Direction::Response => "promises",
    }
}

/// The first two equal elements, looked for among the first few hundred.
fn first_equal(elements: &[Value]) -> Option<(usize, usize)> {
    const SEARCHED: usize = 500;
    let searched = &elements[..elements.len().min(SEARCHED)];
    searched.iter().enumerate().find_map(|(second, element)| {
        let first = searched[..second].iter().position(|each| is_equal(each, element))?;
        Some((first, second))
    })
}

/// Equal as JSON Schema has it: numbers by value, objects whatever their order.
fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, value)| right.get(name).is_some_and(|other| is_equal(value, other)))
        }
        _ => left == right,
    }
}

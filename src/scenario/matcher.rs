use super::attachment::FileReference;
use super::reader::Spanned;
use crate::expression::{Condition, Template};
use crate::json::Pointer;
use crate::source::Span;

/// What a scenario expects of a value, as written.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Where it is written: the value, or the key of an operator.
    pub span: Span,
    /// What it says.
    pub kind: MatcherKind,
    /// Where `$row.column` stands that it replaces. Its span, and those of everything in it, are then
    /// places in the row's source.
    pub of_row: Option<Span>,
}

/// The forms of a matcher.
#[derive(Clone, Debug)]
pub enum MatcherKind {
    /// A scalar, an expression or a `$literal`: exactly equal to the value.
    Equal(Template),
    /// A mapping: an object that holds at least these members.
    Object(Vec<Member>),
    /// A list: an array of the same length and order.
    List(Vec<Matcher>),
    /// `<uuid|null>`: any of these.
    Markers(Vec<Marker>),
    /// A mapping of operators: all of them hold.
    Operators(Vec<Operator>),
}

/// One member of an expected object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The member's name.
    pub name: String,
    /// Where the name is written.
    pub name_span: Span,
    /// What is expected of its value.
    pub matcher: Matcher,
}

/// A word in angle brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// `<any>`: present.
    Any,
    /// `<string>`.
    String,
    /// `<nonempty>`: a string, array or object with something in it.
    NonEmpty,
    /// `<number>`.
    Number,
    /// `<integer>`: integral by value.
    Integer,
    /// `<boolean>`.
    Boolean,
    /// `<array>`.
    Array,
    /// `<object>`.
    Object,
    /// `<null>`.
    Null,
    /// `<absent>`: not there.
    Absent,
    /// `<uuid>`.
    Uuid,
    /// `<date>`.
    Date,
    /// `<date-time>`.
    DateTime,
    /// `<time>`.
    Time,
    /// `<email>`.
    Email,
    /// `<uri>`.
    Uri,
    /// `<ipv4>`.
    Ipv4,
    /// `<hostname>`.
    Hostname,
}

/// One `$operator` with its operand.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Where the operator's key is written.
    pub key_span: Span,
    /// Where the operand is written.
    pub span: Span,
    /// What it demands.
    pub kind: OperatorKind,
}

/// The operators.
#[derive(Clone, Debug)]
pub enum OperatorKind {
    /// `$literal`: equal to this.
    Literal(Template),
    /// `$ne`: not equal.
    Ne(Template),
    /// `$gt`, `$gte`, `$lt`, `$lte`: two numbers or two strings.
    Order(Ordering, Template),
    /// `$in`: equal to one element of the list.
    In(Template),
    /// `$notIn`: equal to none.
    NotIn(Template),
    /// `$match`: the regular expression is found in the string.
    Match(Template),
    /// `$contains`: a substring, or an element that matches; each has a partner of its own.
    Contains(Vec<Matcher>),
    /// `$unordered`: exactly these elements in any order.
    Unordered(Vec<Matcher>),
    /// `$exact`: an object with exactly these members.
    Exact(Vec<Member>),
    /// `$each`: every element matches; an empty array fails unless `$length` stands beside it.
    Each(Box<Matcher>),
    /// `$length`: of a string (in characters), array or object.
    Length(Box<Matcher>),
    /// `$sorted`: the elements are in order.
    Sorted(Sorting),
    /// `$unique`: no two elements are equal in what this points at.
    Unique(Pointer),
    /// `$sameAs`: equal to the value but for the places in `except`.
    SameAs {
        /// The value to be equal to.
        value: Template,
        /// Pointers into both values that may differ.
        except: Vec<Pointer>,
    },
    /// `$not`: does not match.
    Not(Box<Matcher>),
    /// `$anyOf`: matches one of these.
    AnyOf(Vec<Matcher>),
    /// `$schema`: valid for a schema.
    Schema(SchemaReference),
    /// `$cel`: the condition over `this` holds.
    Cel(Condition),
}

/// The operand of `$schema`, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaReference {
    /// A schema of the document: `#/components/schemas/Order`.
    Document(Spanned<String>),
    /// A file that holds one, and the part of it that is meant: `schemas/order.json#/$defs/Line`.
    File(FileReference),
}

impl SchemaReference {
    /// As it is written.
    pub fn text(&self) -> &str {
        match self {
            Self::Document(reference) => &reference.value,
            Self::File(file) => &file.path,
        }
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        match self {
            Self::Document(reference) => reference.span,
            Self::File(file) => file.span,
        }
    }
}

impl Matcher {
    /// Every `$schema` in it, in the order written.
    pub fn schemas(&self) -> Vec<&SchemaReference> {
        fn of_all(matchers: &[Matcher]) -> Vec<&SchemaReference> {
            matchers.iter().flat_map(Matcher::schemas).collect()
        }
        fn of_members(members: &[Member]) -> Vec<&SchemaReference> {
            members.iter().flat_map(|member| member.matcher.schemas()).collect()
        }
        match &self.kind {
            MatcherKind::Equal(_) | MatcherKind::Markers(_) => Vec::new(),
            MatcherKind::Object(members) => of_members(members),
            MatcherKind::List(matchers) => of_all(matchers),
            MatcherKind::Operators(operators) => operators
                .iter()
                .flat_map(|operator| match &operator.kind {
                    OperatorKind::Schema(reference) => vec![reference],
                    OperatorKind::Contains(list)
                    | OperatorKind::Unordered(list)
                    | OperatorKind::AnyOf(list) => of_all(list),
                    OperatorKind::Exact(members) => of_members(members),
                    OperatorKind::Each(inner) | OperatorKind::Length(inner) | OperatorKind::Not(inner) => {
                        inner.schemas()
                    }
                    OperatorKind::Literal(_)
                    | OperatorKind::Ne(_)
                    | OperatorKind::Order(..)
                    | OperatorKind::In(_)
                    | OperatorKind::NotIn(_)
                    | OperatorKind::Match(_)
                    | OperatorKind::Sorted(_)
                    | OperatorKind::Unique(_)
                    | OperatorKind::SameAs { .. }
                    | OperatorKind::Cel(_) => Vec::new(),
                })
                .collect(),
        }
    }
}

/// The operand of `$sorted`; equal neighbours are in order.
#[derive(Clone, Debug)]
pub struct Sorting {
    /// What is compared in each element: numbers by value, strings by code points.
    pub by: Pointer,
    /// Whether the largest comes first.
    pub is_descending: bool,
}

/// The orderings of `$gt` and its kin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordering {
    /// `$gt`.
    Greater,
    /// `$gte`.
    GreaterOrEqual,
    /// `$lt`.
    Less,
    /// `$lte`.
    LessOrEqual,
}

impl Marker {
    /// Every marker with its word.
    pub const ALL: &[(&'static str, Self)] = &[
        ("any", Self::Any),
        ("string", Self::String),
        ("nonempty", Self::NonEmpty),
        ("number", Self::Number),
        ("integer", Self::Integer),
        ("boolean", Self::Boolean),
        ("array", Self::Array),
        ("object", Self::Object),
        ("null", Self::Null),
        ("absent", Self::Absent),
        ("uuid", Self::Uuid),
        ("date", Self::Date),
        ("date-time", Self::DateTime),
        ("time", Self::Time),
        ("email", Self::Email),
        ("uri", Self::Uri),
        ("ipv4", Self::Ipv4),
        ("hostname", Self::Hostname),
    ];

    /// The word within the brackets.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, marker)| *marker == self).map_or("", |(word, _)| word)
    }
}

impl Ordering {
    /// The operator's key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Greater => "$gt",
            Self::GreaterOrEqual => "$gte",
            Self::Less => "$lt",
            Self::LessOrEqual => "$lte",
        }
    }
}

//! The keywords that decide validity, with the shape each must have.

use crate::openapi::Version;

/// What a keyword's value must look like, and how it is carried over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::openapi) enum Shape {
    /// `type`.
    Type,
    /// `enum`: a list.
    Values,
    /// `const`: anything.
    Value,
    /// A number.
    Number,
    /// A number above zero.
    Divisor,
    /// An integer from zero.
    Count,
    /// `true` or `false`.
    Flag,
    /// A number, or in OpenAPI 3.0 a flag that belongs to the bound beside it.
    Exclusive,
    /// A regular expression.
    Pattern,
    /// The name of a format.
    Format,
    /// `contentEncoding`: the name of an encoding.
    ContentEncoding,
    /// `contentMediaType`: a media type.
    ContentMediaType,
    /// `contentSchema`: a schema for what the text holds.
    ContentSchema,
    /// `required`: a list of names.
    Names,
    /// A map from a name to a list of names.
    NamesByName,
    /// A schema.
    Schema(Scope),
    /// A list of schemas that is not empty.
    Schemas(Scope),
    /// A list of schemas of which one or some must hold.
    Choice,
    /// A map from a name to a schema.
    SchemasByName(Scope),
    /// A map from a regular expression to a schema.
    SchemasByPattern,
    /// `$ref`, `$dynamicRef`, and `$recursiveRef` of 2019-09.
    Reference,
    /// `additionalItems` of drafts before 2020-12: what stands behind the elements of `items`.
    Rest,
    /// `dependencies` of drafts before 2019-09: lists of names, and schemas.
    Dependencies,
}

/// What the schemas behind a keyword judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::openapi) enum Scope {
    /// The same value, which must fit.
    Same,
    /// The same value, which need not fit.
    Condition,
    /// A part of the value.
    Part,
}

/// The shape of a keyword; `None` for one that decides nothing: annotations, extensions, and
/// `$defs`, which are reached through references alone.
///
/// Source: JSON Schema 2020-12, "Core" §10 and §11, "Validation" §6 to §8; OpenAPI 3.0.4,
/// "Schema Object".
pub(in crate::openapi) fn shape(keyword: &str) -> Option<Shape> {
    Some(match keyword {
        "type" => Shape::Type,
        "enum" => Shape::Values,
        "const" => Shape::Value,
        "minimum" | "maximum" => Shape::Number,
        "exclusiveMinimum" | "exclusiveMaximum" => Shape::Exclusive,
        "multipleOf" => Shape::Divisor,
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        | "minContains" | "maxContains" => Shape::Count,
        "uniqueItems" => Shape::Flag,
        "pattern" => Shape::Pattern,
        "format" => Shape::Format,
        "contentEncoding" => Shape::ContentEncoding,
        "contentMediaType" => Shape::ContentMediaType,
        "contentSchema" => Shape::ContentSchema,
        "required" => Shape::Names,
        "dependentRequired" => Shape::NamesByName,
        "items"
        | "additionalProperties"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contains"
        | "propertyNames" => Shape::Schema(Scope::Part),
        "not" | "if" => Shape::Schema(Scope::Condition),
        "then" | "else" => Shape::Schema(Scope::Same),
        "allOf" => Shape::Schemas(Scope::Same),
        "prefixItems" => Shape::Schemas(Scope::Part),
        "oneOf" | "anyOf" => Shape::Choice,
        "properties" => Shape::SchemasByName(Scope::Part),
        "dependentSchemas" => Shape::SchemasByName(Scope::Same),
        "patternProperties" => Shape::SchemasByPattern,
        "$ref" | "$dynamicRef" | "$recursiveRef" => Shape::Reference,
        "additionalItems" => Shape::Rest,
        "dependencies" => Shape::Dependencies,
        _ => return None,
    })
}

/// Whether the schemas of a version know the keyword.
///
/// Source: Swagger 2.0 and OpenAPI 3.0.4, "Schema Object".
pub(super) fn is_known_to(version: Version, keyword: &str) -> bool {
    match version {
        Version::V20 => is_of_v30(keyword) && !matches!(keyword, "oneOf" | "anyOf" | "not"),
        Version::V30 => is_of_v30(keyword),
        Version::V31 | Version::V32 => true,
    }
}

fn is_of_v30(keyword: &str) -> bool {
    !matches!(
        keyword,
        "const"
            | "if"
            | "then"
            | "else"
            | "patternProperties"
            | "propertyNames"
            | "contains"
            | "minContains"
            | "maxContains"
            | "prefixItems"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "dependentRequired"
            | "dependentSchemas"
            | "$dynamicRef"
            | "contentEncoding"
            | "contentMediaType"
            | "contentSchema"
    )
}

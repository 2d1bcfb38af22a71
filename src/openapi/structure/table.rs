//! The fields of every object, by version.
//!
//! Source: Swagger 2.0; OpenAPI 3.0.4, 3.1.1 and 3.2.0, "Fixed Fields" of each object; JSON Schema
//! 2020-12 for the keywords of schemas.

use crate::openapi::Version;
use Holds::{Data, ExtensibleMap, List, Map, One};

/// An object of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Document,
    Info,
    Contact,
    License,
    Server,
    ServerVariable,
    Tag,
    ExternalDocs,
    Components,
    PathItem,
    Operation,
    Callback,
    Parameter,
    RequestBody,
    Response,
    Header,
    MediaType,
    Encoding,
    Example,
    Link,
    SecurityScheme,
    Flows,
    Flow,
    Schema,
    Discriminator,
    Xml,
}

/// What the value of a field is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holds {
    /// Nothing with fields.
    Data,
    /// An object.
    One(Object),
    /// A list of objects.
    List(Object),
    /// A map from names to objects.
    Map(Object),
    /// The same, but `x-…` are extensions and no names.
    ExtensibleMap(Object),
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The first version that has it.
    pub(super) since: Version,
    /// The last one.
    until: Version,
    pub(super) holds: Holds,
}

impl Field {
    /// Whether a version has the field.
    pub(super) fn is_of(&self, version: Version) -> bool {
        (self.since..=self.until).contains(&version)
    }
}

const fn all(name: &'static str, holds: Holds) -> Field {
    Field { name, since: Version::V20, until: Version::V32, holds }
}

const fn v2(name: &'static str, holds: Holds) -> Field {
    Field { name, since: Version::V20, until: Version::V20, holds }
}

const fn v3(name: &'static str, holds: Holds) -> Field {
    Field { name, since: Version::V30, until: Version::V32, holds }
}

const fn v31(name: &'static str, holds: Holds) -> Field {
    Field { name, since: Version::V31, until: Version::V32, holds }
}

const fn v32(name: &'static str, holds: Holds) -> Field {
    Field { name, since: Version::V32, until: Version::V32, holds }
}

impl Object {
    /// The field of a name, whatever the version.
    pub(super) fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// Its name in a sentence, with its article.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Document => "the document",
            Self::Info => "`info`",
            Self::Contact => "`contact`",
            Self::License => "`license`",
            Self::Server => "a server",
            Self::ServerVariable => "a server variable",
            Self::Tag => "a tag",
            Self::ExternalDocs => "`externalDocs`",
            Self::Components => "`components`",
            Self::PathItem => "a path item",
            Self::Operation => "an operation",
            Self::Callback => "a callback",
            Self::Parameter => "a parameter",
            Self::RequestBody => "a request body",
            Self::Response => "a response",
            Self::Header => "a header",
            Self::MediaType => "a media type",
            Self::Encoding => "an encoding",
            Self::Example => "an example",
            Self::Link => "a link",
            Self::SecurityScheme => "a security scheme",
            Self::Flows => "`flows`",
            Self::Flow => "an OAuth flow",
            Self::Schema => "a schema",
            Self::Discriminator => "a discriminator",
            Self::Xml => "`xml`",
        }
    }

    /// Its fields in every version.
    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Self::Document => DOCUMENT,
            Self::Info => INFO,
            Self::Contact => CONTACT,
            Self::License => LICENSE,
            Self::Server => SERVER,
            Self::ServerVariable => SERVER_VARIABLE,
            Self::Tag => TAG,
            Self::ExternalDocs => EXTERNAL_DOCS,
            Self::Components => COMPONENTS,
            Self::PathItem => PATH_ITEM,
            Self::Operation => OPERATION,
            Self::Callback => &[],
            Self::Parameter => PARAMETER,
            Self::RequestBody => REQUEST_BODY,
            Self::Response => RESPONSE,
            Self::Header => HEADER,
            Self::MediaType => MEDIA_TYPE,
            Self::Encoding => ENCODING,
            Self::Example => EXAMPLE,
            Self::Link => LINK,
            Self::SecurityScheme => SECURITY_SCHEME,
            Self::Flows => FLOWS,
            Self::Flow => FLOW,
            Self::Schema => SCHEMA,
            Self::Discriminator => DISCRIMINATOR,
            Self::Xml => XML,
        }
    }
}

const CONTACT: &[Field] = &[all("name", Data), all("url", Data), all("email", Data)];

const LICENSE: &[Field] = &[all("name", Data), v31("identifier", Data), all("url", Data)];

const SERVER_VARIABLE: &[Field] = &[v3("enum", Data), v3("default", Data), v3("description", Data)];

const EXTERNAL_DOCS: &[Field] = &[all("description", Data), all("url", Data)];

const REQUEST_BODY: &[Field] =
    &[v3("description", Data), v3("content", Map(Object::MediaType)), v3("required", Data)];

const DISCRIMINATOR: &[Field] = &[v3("propertyName", Data), v3("mapping", Data), v32("defaultMapping", Data)];

const DOCUMENT: &[Field] = &[
    v3("openapi", Data),
    v2("swagger", Data),
    v32("$self", Data),
    all("info", One(Object::Info)),
    v31("jsonSchemaDialect", Data),
    v3("servers", List(Object::Server)),
    v2("host", Data),
    v2("basePath", Data),
    v2("schemes", Data),
    v2("consumes", Data),
    v2("produces", Data),
    all("paths", ExtensibleMap(Object::PathItem)),
    v31("webhooks", Map(Object::PathItem)),
    v3("components", One(Object::Components)),
    v2("definitions", Map(Object::Schema)),
    v2("parameters", Map(Object::Parameter)),
    v2("responses", Map(Object::Response)),
    v2("securityDefinitions", Map(Object::SecurityScheme)),
    all("security", Data),
    all("tags", List(Object::Tag)),
    all("externalDocs", One(Object::ExternalDocs)),
];

const INFO: &[Field] = &[
    all("title", Data),
    v31("summary", Data),
    all("description", Data),
    all("termsOfService", Data),
    all("contact", One(Object::Contact)),
    all("license", One(Object::License)),
    all("version", Data),
];

const SERVER: &[Field] = &[
    v3("url", Data),
    v3("description", Data),
    v32("name", Data),
    v3("variables", Map(Object::ServerVariable)),
];

const TAG: &[Field] = &[
    all("name", Data),
    v32("summary", Data),
    all("description", Data),
    all("externalDocs", One(Object::ExternalDocs)),
    v32("parent", Data),
    v32("kind", Data),
];

const COMPONENTS: &[Field] = &[
    v3("schemas", Map(Object::Schema)),
    v3("responses", Map(Object::Response)),
    v3("parameters", Map(Object::Parameter)),
    v3("examples", Map(Object::Example)),
    v3("requestBodies", Map(Object::RequestBody)),
    v3("headers", Map(Object::Header)),
    v3("securitySchemes", Map(Object::SecurityScheme)),
    v3("links", Map(Object::Link)),
    v3("callbacks", Map(Object::Callback)),
    v31("pathItems", Map(Object::PathItem)),
    v32("mediaTypes", Map(Object::MediaType)),
];

const PATH_ITEM: &[Field] = &[
    all("$ref", Data),
    v3("summary", Data),
    v3("description", Data),
    all("get", One(Object::Operation)),
    all("put", One(Object::Operation)),
    all("post", One(Object::Operation)),
    all("delete", One(Object::Operation)),
    all("options", One(Object::Operation)),
    all("head", One(Object::Operation)),
    all("patch", One(Object::Operation)),
    v3("trace", One(Object::Operation)),
    v32("query", One(Object::Operation)),
    v32("additionalOperations", Map(Object::Operation)),
    v3("servers", List(Object::Server)),
    all("parameters", List(Object::Parameter)),
];

const OPERATION: &[Field] = &[
    all("tags", Data),
    all("summary", Data),
    all("description", Data),
    all("externalDocs", One(Object::ExternalDocs)),
    all("operationId", Data),
    v2("consumes", Data),
    v2("produces", Data),
    v2("schemes", Data),
    all("parameters", List(Object::Parameter)),
    v3("requestBody", One(Object::RequestBody)),
    all("responses", ExtensibleMap(Object::Response)),
    v3("callbacks", Map(Object::Callback)),
    all("deprecated", Data),
    all("security", Data),
    v3("servers", List(Object::Server)),
];

const PARAMETER: &[Field] = &[
    all("name", Data),
    all("in", Data),
    all("description", Data),
    all("required", Data),
    v3("deprecated", Data),
    all("allowEmptyValue", Data),
    v3("style", Data),
    v3("explode", Data),
    v3("allowReserved", Data),
    all("schema", One(Object::Schema)),
    v3("example", Data),
    v3("examples", Map(Object::Example)),
    v3("content", Map(Object::MediaType)),
    v2("type", Data),
    v2("format", Data),
    v2("items", Data),
    v2("collectionFormat", Data),
    v2("default", Data),
    v2("maximum", Data),
    v2("exclusiveMaximum", Data),
    v2("minimum", Data),
    v2("exclusiveMinimum", Data),
    v2("maxLength", Data),
    v2("minLength", Data),
    v2("pattern", Data),
    v2("maxItems", Data),
    v2("minItems", Data),
    v2("uniqueItems", Data),
    v2("enum", Data),
    v2("multipleOf", Data),
];

const RESPONSE: &[Field] = &[
    v32("summary", Data),
    all("description", Data),
    all("headers", Map(Object::Header)),
    v3("content", Map(Object::MediaType)),
    v3("links", Map(Object::Link)),
    v2("schema", One(Object::Schema)),
    v2("examples", Data),
];

const HEADER: &[Field] = &[
    all("description", Data),
    v3("required", Data),
    v3("deprecated", Data),
    v3("allowEmptyValue", Data),
    v3("style", Data),
    v3("explode", Data),
    v3("allowReserved", Data),
    v3("schema", One(Object::Schema)),
    v3("example", Data),
    v3("examples", Map(Object::Example)),
    v3("content", Map(Object::MediaType)),
    v2("type", Data),
    v2("format", Data),
    v2("items", Data),
    v2("collectionFormat", Data),
    v2("default", Data),
    v2("maximum", Data),
    v2("exclusiveMaximum", Data),
    v2("minimum", Data),
    v2("exclusiveMinimum", Data),
    v2("maxLength", Data),
    v2("minLength", Data),
    v2("pattern", Data),
    v2("maxItems", Data),
    v2("minItems", Data),
    v2("uniqueItems", Data),
    v2("enum", Data),
    v2("multipleOf", Data),
];

const MEDIA_TYPE: &[Field] = &[
    v3("schema", One(Object::Schema)),
    v32("itemSchema", One(Object::Schema)),
    v3("example", Data),
    v3("examples", Map(Object::Example)),
    v3("encoding", Map(Object::Encoding)),
    v32("prefixEncoding", List(Object::Encoding)),
    v32("itemEncoding", One(Object::Encoding)),
];

const ENCODING: &[Field] = &[
    v3("contentType", Data),
    v3("headers", Map(Object::Header)),
    v3("style", Data),
    v3("explode", Data),
    v3("allowReserved", Data),
    v32("encoding", Map(Object::Encoding)),
    v32("prefixEncoding", List(Object::Encoding)),
    v32("itemEncoding", One(Object::Encoding)),
];

const EXAMPLE: &[Field] = &[
    v3("summary", Data),
    v3("description", Data),
    v32("dataValue", Data),
    v32("serializedValue", Data),
    v3("externalValue", Data),
    v3("value", Data),
];

const LINK: &[Field] = &[
    v3("operationRef", Data),
    v3("operationId", Data),
    v3("parameters", Data),
    v3("requestBody", Data),
    v3("description", Data),
    v3("server", One(Object::Server)),
];

const SECURITY_SCHEME: &[Field] = &[
    all("type", Data),
    all("description", Data),
    all("name", Data),
    all("in", Data),
    v3("scheme", Data),
    v3("bearerFormat", Data),
    v3("flows", One(Object::Flows)),
    v3("openIdConnectUrl", Data),
    v32("oauth2MetadataUrl", Data),
    v32("deprecated", Data),
    v2("flow", Data),
    v2("authorizationUrl", Data),
    v2("tokenUrl", Data),
    v2("scopes", Data),
];

const FLOWS: &[Field] = &[
    v3("implicit", One(Object::Flow)),
    v3("password", One(Object::Flow)),
    v3("clientCredentials", One(Object::Flow)),
    v3("authorizationCode", One(Object::Flow)),
    v32("deviceAuthorization", One(Object::Flow)),
];

const FLOW: &[Field] = &[
    v3("authorizationUrl", Data),
    v32("deviceAuthorizationUrl", Data),
    v3("tokenUrl", Data),
    v3("refreshUrl", Data),
    v3("scopes", Data),
];

const XML: &[Field] = &[
    v32("nodeType", Data),
    all("name", Data),
    all("namespace", Data),
    all("prefix", Data),
    all("attribute", Data),
    all("wrapped", Data),
];

/// Keywords are looked at for names that are nearly one of them alone: which of them a version knows
/// is said where a schema is used.
const SCHEMA: &[Field] = &[
    all("$ref", Data),
    all("$id", Data),
    all("$schema", Data),
    all("$anchor", Data),
    all("$dynamicRef", Data),
    all("$dynamicAnchor", Data),
    all("$recursiveRef", Data),
    all("$recursiveAnchor", Data),
    all("$vocabulary", Data),
    all("$comment", Data),
    all("$defs", Map(Object::Schema)),
    all("definitions", Map(Object::Schema)),
    all("id", Data),
    all("title", Data),
    all("description", Data),
    all("default", Data),
    all("deprecated", Data),
    all("readOnly", Data),
    all("writeOnly", Data),
    all("example", Data),
    all("examples", Data),
    all("nullable", Data),
    all("discriminator", One(Object::Discriminator)),
    all("xml", One(Object::Xml)),
    all("externalDocs", One(Object::ExternalDocs)),
    all("type", Data),
    all("enum", Data),
    all("const", Data),
    all("format", Data),
    all("multipleOf", Data),
    all("maximum", Data),
    all("exclusiveMaximum", Data),
    all("minimum", Data),
    all("exclusiveMinimum", Data),
    all("maxLength", Data),
    all("minLength", Data),
    all("pattern", Data),
    all("contentEncoding", Data),
    all("contentMediaType", Data),
    all("contentSchema", One(Object::Schema)),
    all("maxItems", Data),
    all("minItems", Data),
    all("uniqueItems", Data),
    all("maxContains", Data),
    all("minContains", Data),
    all("items", One(Object::Schema)),
    all("additionalItems", One(Object::Schema)),
    all("prefixItems", List(Object::Schema)),
    all("contains", One(Object::Schema)),
    all("unevaluatedItems", One(Object::Schema)),
    all("maxProperties", Data),
    all("minProperties", Data),
    all("required", Data),
    all("dependentRequired", Data),
    all("dependencies", Data),
    all("properties", Map(Object::Schema)),
    all("patternProperties", Map(Object::Schema)),
    all("additionalProperties", One(Object::Schema)),
    all("propertyNames", One(Object::Schema)),
    all("unevaluatedProperties", One(Object::Schema)),
    all("dependentSchemas", Map(Object::Schema)),
    all("allOf", List(Object::Schema)),
    all("anyOf", List(Object::Schema)),
    all("oneOf", List(Object::Schema)),
    all("not", One(Object::Schema)),
    all("if", One(Object::Schema)),
    all("then", One(Object::Schema)),
    all("else", One(Object::Schema)),
];

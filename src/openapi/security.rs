use super::view::View;
use super::{Document, ParameterIn};
use crate::json::{Pointer, Value};

/// One thing that an operation demands of its caller.
///
/// Source: OpenAPI 3.1.1, "Security Requirement Object" and "Security Scheme Object".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Security<'d> {
    /// The name of the security scheme.
    pub name: &'d str,
    /// What the scheme is.
    pub kind: SecurityKind<'d>,
    /// The scopes or roles asked for.
    pub scopes: Vec<&'d str>,
    /// Where the scheme stands; `None` when the document does not describe it.
    pub pointer: Option<Pointer>,
}

/// The kinds of security schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityKind<'d> {
    /// HTTP with the scheme `bearer`.
    Bearer,
    /// HTTP with the scheme `basic`.
    Basic,
    /// A key of the API's own.
    ApiKey {
        /// Where it travels.
        location: ParameterIn,
        /// The name of the query parameter, header field or cookie.
        name: &'d str,
    },
    /// OAuth 2: in the end a bearer token.
    OAuth2,
    /// OpenID Connect: in the end a bearer token.
    OpenIdConnect,
    /// A certificate of the client's.
    MutualTls,
    /// Any other, or one that the document does not describe.
    Other,
}

impl<'d> Security<'d> {
    pub(super) fn new(document: &'d Document, name: &'d str, scopes: &'d Value) -> Self {
        let pointer = Pointer::of(["components", "securitySchemes", name]);
        let scheme = View::at(document, &pointer);
        let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        Self {
            name,
            kind: scheme.as_ref().and_then(kind).unwrap_or(SecurityKind::Other),
            scopes,
            pointer: scheme.map(|scheme| scheme.pointer.into_owned()),
        }
    }
}

fn kind<'d>(scheme: &View<'d>) -> Option<SecurityKind<'d>> {
    Some(match scheme.text("type")? {
        // RFC 9110 §11.1: the name of an authentication scheme has no case.
        "http" => match scheme.text("scheme")?.to_lowercase().as_str() {
            "bearer" => SecurityKind::Bearer,
            "basic" => SecurityKind::Basic,
            _ => SecurityKind::Other,
        },
        "apiKey" => {
            let location = ParameterIn::parse(scheme.text("in")?)?;
            SecurityKind::ApiKey { location, name: scheme.text("name")? }
        }
        "oauth2" => SecurityKind::OAuth2,
        "openIdConnect" => SecurityKind::OpenIdConnect,
        "mutualTLS" => SecurityKind::MutualTls,
        _ => SecurityKind::Other,
    })
}

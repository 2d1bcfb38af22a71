//! The token endpoint: who asks, for which grant, with what.

use super::incoming::{Incoming, field};
use super::outgoing::Outgoing;
use super::reply;
use super::rules::{Grant, ReplyUse, Rules, TokenPlan};
use super::scope::RequestScope;
use super::tokens::{IssuedTokens, expiry};
use crate::exchange::Headers;
use crate::json::{Datum, Value};
use crate::openapi::Operation;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::time::Instant;

/// Why a token is not issued: the code of RFC 6749 §5.2, and words.
struct Refusal {
    error: &'static str,
    reason: String,
}

/// Answers a token request.
///
/// # Errors
/// Why the reply cannot be built.
pub(super) fn answer(
    rules: &Rules,
    plan: &TokenPlan,
    tokens: &IssuedTokens,
    (operation, incoming): (Operation<'_>, &Incoming<'_>),
    scope: &mut RequestScope<'_>,
    now: Instant,
) -> Result<Outgoing, String> {
    let fields = fields(incoming);
    let grant = match grant(plan, incoming, &fields) {
        Ok(grant) => grant,
        Err(refusal) => return refuse(rules, plan.refused.as_ref(), operation, scope, &refusal),
    };
    let client = fields.get("client_id").map_or("", String::as_str);
    // The rules are named too: where two apis share the tokens, neither takes the other's for its own.
    let subject = format!("{} {} {client}", rules.source.name(), grant.name);
    let token = tokens.issue(rules.seed, &subject, grant.claims.clone(), expiry(now, plan.ttl));
    scope.show_reply(vec![
        ("accessToken".to_owned(), Datum::new(token)),
        ("claims".to_owned(), Datum::new(Value::clone(&grant.claims))),
    ]);
    let body = reply::content(&plan.reply, scope)?;
    // RFC 6749 §5.1.
    let headers = [("cache-control", "no-store")].into_iter().collect();
    reply::assemble(operation, 200, headers, Some(&body))
}

/// The fields of the form, with a client that came as `Authorization: Basic`.
///
/// Source: RFC 6749 §2.3.1.
fn fields(incoming: &Incoming<'_>) -> BTreeMap<String, String> {
    let body = incoming.body().as_object();
    let mut fields: BTreeMap<String, String> =
        body.into_iter().flatten().map(|(name, value)| (name.clone(), field(value))).collect();
    if let Some((id, secret)) =
        incoming.headers().get("authorization").and_then(Value::as_str).and_then(basic)
    {
        fields.entry("client_id".to_owned()).or_insert(id);
        fields.entry("client_secret".to_owned()).or_insert(secret);
    }
    fields
}

fn basic(authorization: &str) -> Option<(String, String)> {
    let (scheme, credentials) = authorization.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    // Both were form-encoded before they were joined.
    let plain = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
    };
    Some((plain(id)?, plain(secret)?))
}

fn grant<'p>(
    plan: &'p TokenPlan,
    incoming: &Incoming<'_>,
    fields: &BTreeMap<String, String>,
) -> Result<&'p Grant, Refusal> {
    let refusal = |error, reason| Err(Refusal { error, reason });
    let wanted = fields.get("grant_type").map_or("", String::as_str);
    if wanted.is_empty() {
        return refusal("invalid_request", "`grant_type` is missing".to_owned());
    }
    let Some(grant) = plan.grants.iter().find(|grant| grant.name == wanted) else {
        let known: Vec<&str> = plan.grants.iter().map(|grant| grant.name.as_str()).collect();
        let wanted = super::problem::shortened(wanted);
        return refusal(
            "unsupported_grant_type",
            format!("the grant `{wanted}` is none of {}", known.join(", ")),
        );
    };
    let is_given = |name: &String| fields.get(name).is_some_and(|value| !value.is_empty());
    if let Some(missing) = grant.require.iter().find(|name| !is_given(name)) {
        let error = if missing.starts_with("client_") { "invalid_client" } else { "invalid_request" };
        return refusal(error, format!("`{missing}` is missing"));
    }
    match incoming.problems() {
        "" => Ok(grant),
        problems => refusal("invalid_request", problems.to_owned()),
    }
}

fn refuse(
    rules: &Rules,
    refused: Option<&ReplyUse>,
    operation: Operation<'_>,
    scope: &mut RequestScope<'_>,
    refusal: &Refusal,
) -> Result<Outgoing, String> {
    scope.refuse(refusal.reason.clone());
    if let Some(used) = refused {
        return super::answer::build_reply(rules, operation, used, scope);
    }
    let body = Datum::object([
        ("error".to_owned(), Datum::new(refusal.error)),
        ("error_description".to_owned(), Datum::new(refusal.reason.as_str())),
    ]);
    reply::assemble(operation, 400, Headers::new(), Some(&body))
}

use super::load::{Loader, duration};
use super::names::Site;
use super::{Grant, TokenPlan};
use crate::diagnostic::Code;
use crate::json::Value;
use crate::openapi::OperationIndex;
use crate::yaml::{Entry, MapReader, Node};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long a token is good when the rules do not say.
const TTL: Duration = Duration::from_secs(3600);

impl Loader<'_> {
    /// The members of every grant's claims, which are those that `token` may have.
    pub(super) fn claims(tokens: &Node) -> BTreeSet<String> {
        let grants = tokens.get("grants").and_then(Node::as_map).into_iter().flatten();
        let claims = grants.filter_map(|grant| grant.value.get("claims")?.as_map()).flatten();
        claims.map(|claim| claim.key.clone()).collect()
    }

    /// The operation that issues tokens.
    pub(super) fn token_operation(&mut self, tokens: &Node) -> Option<OperationIndex> {
        let node = tokens.get("issue")?;
        self.operation(node.as_str()?, node.span)
    }

    /// Reads `tokens`.
    pub(super) fn tokens(&mut self, node: &Node, operation: Option<OperationIndex>) -> Option<TokenPlan> {
        let mut map = MapReader::mock("`tokens`", node, self.problems)?;
        if let Some(issue) = map.require("issue", self.problems)
            && issue.as_str().is_none()
        {
            map.wrong_type("issue", "an operation: `POST /oauth/token`, or its id", issue, self.problems);
        }
        map.require("grants", self.problems);
        let grants = map.map("grants", self.problems);
        let grants = grants.iter().filter_map(|entry| self.grant(entry)).collect();
        let ttl = map.take("ttl").and_then(|node| duration("ttl", node, self.problems)).unwrap_or(TTL);
        let operations: Vec<OperationIndex> = operation.into_iter().collect();
        let extra = ["accessToken".to_owned(), "claims".to_owned()];
        let site = Site { extra: &extra, operations: &operations, is_sent: true };
        let span = map.entry("reply").map_or(node.span, |entry| entry.key_span);
        let reply = map.require("reply", self.problems).map(|node| self.template(node, site));
        let refused = map.take("refused").map(|node| self.reply_use(node, &operations));
        map.finish(&[], self.problems);
        self.check_documented(200, &operations, span);
        let refused = match refused {
            Some(None) => return None,
            Some(used) => used,
            None => None,
        };
        Some(TokenPlan { operation: operation?, grants, ttl, reply: reply?, refused })
    }

    fn grant(&mut self, entry: &Entry) -> Option<Grant> {
        let mut map = MapReader::mock("a grant", &entry.value, self.problems)?;
        let require = map.texts("require", self.problems);
        let require = require.into_iter().map(|(name, _)| name.to_owned()).collect();
        let claims = match map.take("claims") {
            None => Value::Object(crate::json::Map::new()),
            Some(node) => {
                if node.as_map().is_none() {
                    let message = format!("`claims` is a map, not {}", node.type_name());
                    self.problems.error(Code::MOCK_INVALID_VALUE, node.span, message, "is no map");
                }
                node.to_value()
            }
        };
        map.finish(&[], self.problems);
        Some(Grant { name: entry.key.clone(), require, claims: Arc::new(claims) })
    }
}

use super::outgoing::Outgoing;
use crate::exchange::Headers;
use crate::json::{Map, Pointer, Value};

/// Why the mock answers for itself and not for the API: an `application/problem+json` body.
///
/// The type is `about:blank`, so the title is the status code's phrase; what happened is in `detail`,
/// and what it happened to in members of its own.
///
/// Source: RFC 9457 §3, §4.2.1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    status: u16,
    detail: String,
    members: Vec<(&'static str, Value)>,
    allow: Option<String>,
}

impl Problem {
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), members: Vec::new(), allow: None }
    }

    /// The API has no such path.
    pub(super) fn no_path(path: &str) -> Self {
        Self::new(404, format!("the document has no path `{}`", shortened(path)))
    }

    /// The path has no such method; `Allow` names those it has (RFC 9110 §15.5.6).
    pub(super) fn no_method(method: &str, path: &str, allowed: &[String]) -> Self {
        let allowed = allowed.join(", ");
        let detail =
            format!("the document has {allowed} at `{}`, and no {}", shortened(path), shortened(method));
        Self { allow: Some(allowed), ..Self::new(405, detail) }
    }

    /// Adds a member beside those that every problem has.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members.push((name, value.into()));
        self
    }

    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    pub(super) fn into_outgoing(self) -> Outgoing {
        let phrase = axum::http::StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("Error");
        let mut body = Map::new();
        body.insert("title".to_owned(), phrase.into());
        body.insert("status".to_owned(), self.status.into());
        body.insert("detail".to_owned(), self.detail.into());
        body.extend(self.members.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let mut headers = Headers::new();
        headers.push("content-type", "application/problem+json");
        if let Some(allow) = self.allow {
            headers.push("allow", allow);
        }
        Outgoing { status: self.status, headers, body: Value::Object(body).to_string().into_bytes() }
    }
}

/// What is wrong, with the place where the words alone do not say it: behind the first level of the
/// content.
pub(super) fn sentence(headline: &str, at: &Pointer, depth: usize) -> String {
    match depth {
        0 | 1 => headline.to_owned(),
        _ => format!("{headline} (at {at})"),
    }
}

/// A client's own text, cut where it is too long to be shown or kept.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_problem_says_what_happened_to_what() {
        let problem = Problem::new(500, "it broke").with("rule", "update").into_outgoing();
        let body: Value = serde_json::from_slice(&problem.body).expect("it is JSON");
        let expected =
            json!({"title": "Internal Server Error", "status": 500, "detail": "it broke", "rule": "update"});
        assert_eq!((problem.status, body), (500, expected));
        assert_eq!(problem.headers.get("content-type"), Some("application/problem+json"));
    }

    #[test]
    fn a_method_that_is_missing_names_those_that_are_not() {
        let allowed = ["GET".to_owned(), "PUT".to_owned()];
        let problem = Problem::no_method("POST", "/x", &allowed);
        assert_eq!(problem.detail(), "the document has GET, PUT at `/x`, and no POST");
        assert_eq!(problem.into_outgoing().headers.get("allow"), Some("GET, PUT"));
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shortened("é"), "é");
        assert_eq!(shortened(&"é".repeat(400)), format!("{}…", "é".repeat(300)));
    }
}

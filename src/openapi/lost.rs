//! The parts of an operation that are there and cannot be looked at: a reference that leads nowhere, a
//! value of another shape. What touches them is not checked, and everything else is.

use super::operation::rank;
use super::{Operation, ResponseKey};
use crate::json::{Pointer, Value};

impl<'d> Operation<'d> {
    /// Whether a status is documented, by a response that can be looked at or by one that cannot.
    pub fn documents(self, status: u16) -> bool {
        self.response_for(status).is_some() || self.lost_response(status).is_some()
    }

    /// Why nothing is known of the response that a status is documented as. `None` where it can be
    /// looked at, and where there is none.
    pub fn lost_response(self, status: u16) -> Option<String> {
        let document = self.document();
        let at = self.pointer().child("responses");
        document.get(&at)?;
        let (at, responses) = match document.resolve(&at) {
            Ok(found) => found,
            Err(error) => return Some(error.to_string()),
        };
        let Some(members) = responses.as_object() else {
            return Some("the responses are not a map in the document".to_owned());
        };
        let ranked = members.keys().filter_map(|key| Some((rank(ResponseKey::parse(key)?, status)?, key)));
        let (_, key) = ranked.min_by_key(|(rank, _)| *rank)?;
        self.why_lost(&at.child(key.as_str()), &format!("the response `{key}`"))
    }

    /// Why nothing is known of its request body. `None` where it can be looked at, and where there is
    /// none.
    pub fn lost_request_body(self) -> Option<String> {
        let find = || {
            let at = self.pointer().child("requestBody");
            self.document().get(&at)?;
            self.why_lost(&at, "the request body")
        };
        self.known().lost_request_body.get_or_init(find).clone()
    }

    /// Why nothing is known of its parameters that are no Parameter Objects, one sentence each.
    pub fn lost_parameters(self) -> &'d [String] {
        self.known().lost_parameters.get_or_init(|| self.find_lost_parameters())
    }

    fn find_lost_parameters(self) -> Vec<String> {
        let document = self.document();
        let mut found = Vec::new();
        for holder in self.parameter_holders() {
            let at = holder.child("parameters");
            match document.get(&at) {
                Some(Value::Array(elements)) => found.extend(
                    (0..elements.len())
                        .filter_map(|index| self.why_lost(&at.child(index.to_string()), "a parameter")),
                ),
                Some(_) => found.push("the parameters are not a list in the document".to_owned()),
                None => {}
            }
        }
        found
    }

    fn why_lost(self, at: &Pointer, what: &str) -> Option<String> {
        match self.document().resolve(at) {
            Ok((_, value)) if value.is_object() => None,
            Ok(_) => Some(format!("{what} is not a map in the document")),
            Err(error) => Some(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::openapi::testing::load;

    #[test]
    fn what_cannot_be_looked_at_is_told_from_what_is_not_there() {
        let document = load(
            "openapi: 3.0.3
paths:
  /a:
    parameters: [ { $ref: '#/gone' }, 7, { name: q, in: query } ]
    get:
      requestBody: { $ref: '#/gone' }
      responses: { '200': { $ref: '#/gone' }, '201': null, '202': { description: d }, default: { description: d } }
    put: { responses: 7, parameters: 7 }
",
        );
        let document = document.0.expect("it loads");
        let get = document.find_template("get", "/a").expect("it is there");
        let gone = "`#/gone` leads nowhere: the document has no `gone`";
        assert_eq!(get.lost_response(200).as_deref(), Some(gone));
        assert_eq!(
            get.lost_response(201).as_deref(),
            Some("the response `201` is not a map in the document")
        );
        assert_eq!(get.lost_response(202), None);
        assert_eq!(get.lost_response(404), None);
        assert_eq!(get.lost_request_body().as_deref(), Some(gone));
        assert_eq!(get.lost_parameters(), [gone, "a parameter is not a map in the document"]);
        let put = document.find_template("put", "/a").expect("it is there");
        assert_eq!(put.lost_response(200).as_deref(), Some("the responses are not a map in the document"));
        assert_eq!(put.lost_request_body(), None);
        assert_eq!(put.lost_parameters()[0], "the parameters are not a list in the document");
    }
}

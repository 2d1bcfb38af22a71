//! Whose a URL is: what is sent to an origin that no configuration names carries no credentials.

use super::{Aim, Sending, StepContext};
use crate::engine::request::url::{is_same_origin, origin_of};

/// Whether a request may carry the credentials of a profile.
pub(super) enum Carriage {
    /// It goes to an origin that the configuration names, or the step writes out.
    Allowed,
    /// It goes elsewhere, and is sent without; the words say so.
    Dropped(String),
    /// It goes elsewhere, and the step asks for credentials all the same.
    Refused { reason: String, help: &'static str },
}

impl StepContext<'_> {
    /// The api that answers at a URL: that of the request, where it is of the same origin, or any other.
    pub(super) fn api_at(&self, sending: Sending<'_>, url: &str) -> Option<usize> {
        let is_at = |api: &usize| {
            let target = &self.run.target;
            let of_operation = sending.described().filter(|it| it.call.api == *api);
            let operation_url =
                of_operation.and_then(|it| target.operation_url(self.worker, *api, it.call.operation));
            [target.base_url(self.worker, *api), operation_url]
                .into_iter()
                .flatten()
                .any(|base| is_same_origin(&base, url))
        };
        sending.api().into_iter().chain(0..self.run.plan.apis.len()).find(is_at)
    }

    /// Whether the credentials of a profile may go to the URL of a request.
    pub(super) fn carriage(&self, sending: Sending<'_>, profile: &str, url: &str) -> Carriage {
        let is_own = match sending.aim {
            Aim::Operation(described) => described.call.call.url.is_none(),
            Aim::Url(send) => send.send.written_origin().is_some(),
        };
        if is_own || self.api_at(sending, url).is_some() {
            return Carriage::Allowed;
        }
        let origin = origin_of(url);
        match sending.aim {
            Aim::Operation(_) => Carriage::Dropped(format!(
                "sent without the credentials of `{profile}`: `url` leads to {origin}, which is no base URL"
            )),
            Aim::Url(_) => Carriage::Refused {
                reason: format!(
                    "the credentials of `{profile}` are not sent to {origin}: it is no base URL, and the step \
                     does not write it out"
                ),
                help: "a URL that a server gave is sent without `auth`; write the origin to send them there: \
                       `send: \"GET https://…\"`",
            },
        }
    }
}

//! What a judge can do wrong, on purpose: one fact each, off unless [`super::Judge::start`] names it. Defects of the
//! lifecycle are asked for in `state.rs`, defects of access in `routes.rs`; those of a reply's JSON and of its bytes are
//! planted here, after the right reply is made. To add one: a row in the table and the branch that plants it; the test
//! `every_defect_shows` fails while it cannot be seen from outside.

use super::routes::{Operation, Reply};
use super::wire::{Delivery, Response};
use serde_json::{Value, json};

/// The part of the judge a defect lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// What may happen to an order: `state.rs`.
    Lifecycle,
    /// Who may ask, and with what: `routes.rs`.
    Access,
    /// The JSON value of a reply: [`spoil_body`].
    Body,
    /// Status, headers, bytes and delivery of a response: [`spoil_response`].
    Wire,
}

/// Makes the enum, and from the same rows its list, names, sites and facts, so that none can be forgotten.
macro_rules! defects {
    ($( #[doc = $fact:literal] $variant:ident = $name:literal in $site:ident; )+) => {
        /// One switchable defect. No reply to a token request is ever spoiled.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Defect { $( #[doc = $fact] $variant, )+ }

        impl Defect {
            /// Every defect, in the order of the table.
            pub(crate) const ALL: &'static [Defect] = &[$( Defect::$variant, )+];

            /// The stable name, in kebab case.
            pub(crate) fn name(self) -> &'static str {
                match self { $( Defect::$variant => $name, )+ }
            }

            /// Where it is planted.
            pub(crate) fn site(self) -> Site {
                match self { $( Defect::$variant => Site::$site, )+ }
            }

            /// What is wrong, as one sentence.
            pub(crate) fn fact(self) -> &'static str {
                match self { $( Defect::$variant => $fact.trim_ascii(), )+ }
            }
        }
    };
}

defects! {
    /// An unpaid order can be fulfilled.
    FulfillsUnpaid = "fulfills-unpaid" in Lifecycle;
    /// A cancelled, paid order can be fulfilled.
    FulfillsCancelled = "fulfills-cancelled" in Lifecycle;
    /// A fulfilled order can be cancelled.
    CancelsFulfilled = "cancels-fulfilled" in Lifecycle;
    /// The shipping address of a fulfilled order can be changed.
    MovesFulfilled = "moves-fulfilled" in Lifecycle;
    /// An order of the manual gateway can be cancelled.
    CancelsManualGateway = "cancels-manual-gateway" in Lifecycle;
    /// Cancelling an order sets its payment to `refunded`.
    CancelRefunds = "cancel-refunds" in Lifecycle;
    /// Fulfilling an order leaves its status as it was.
    FulfillLeavesStatus = "fulfill-leaves-status" in Lifecycle;
    /// The reply to an update shows the change, a later read does not.
    UpdateNotPersisted = "update-not-persisted" in Lifecycle;
    /// The reply to an update shows the order as it was before, a later read shows the change.
    UpdateReplyStale = "update-reply-stale" in Lifecycle;
    /// Address lines that an update does not name become empty.
    AddressReplaced = "address-replaced" in Lifecycle;
    /// An empty `external_ref` does not remove the one there is.
    EmptyExternalRefKept = "empty-external-ref-kept" in Lifecycle;
    /// An update sets `updated_at` to a time before the order was created.
    UpdatedAtGoesBack = "updated-at-goes-back" in Lifecycle;

    /// A shopper's token may update orders.
    ShopperMayUpdate = "shopper-may-update" in Access;
    /// Orders are read and updated without any token, or with an unknown one.
    TokenNotRequired = "token-not-required" in Access;
    /// An `external_ref` of more than 64 characters is taken.
    LongExternalRefTaken = "long-external-ref-taken" in Access;

    /// In every order, `meta.display_price.with_tax.amount` is a string.
    AmountAsString = "amount-as-string" in Body;
    /// In every order, `meta.timestamps` has no `created_at`.
    MemberMissing = "member-missing" in Body;
    /// In every order, `status` is in upper case.
    StatusInUpperCase = "status-in-upper-case" in Body;
    /// In every order, `shipping_address.company_name` is null.
    NullAddressLine = "null-address-line" in Body;
    /// In every order, `updated_at` has no time zone, which RFC 3339 wants.
    DateTimeWithoutZone = "date-time-without-zone" in Body;
    /// The error items of refused updates have no `title`.
    ErrorTitleMissing = "error-title-missing" in Body;

    /// A refused update is a 409 instead of a 422.
    RefusalAsConflict = "refusal-as-conflict" in Wire;
    /// A successful update has an empty body.
    EmptyBody = "empty-body" in Wire;
    /// An order that is read comes as `text/html`, its bytes still JSON.
    WrongContentType = "wrong-content-type" in Wire;
    /// Order replies have no `X-Request-Id`.
    RequestIdMissing = "request-id-missing" in Wire;
    /// The `X-Request-Id` of order replies is not a UUID.
    RequestIdMalformed = "request-id-malformed" in Wire;
    /// A closing brace too many ends an order that is read.
    TrailingBytes = "trailing-bytes" in Wire;
    /// Half of an order that is read arrives, then the connection is closed.
    TruncatedBody = "truncated-body" in Wire;
}

/// Plants a defect in a reply's JSON; does nothing for defects of other sites.
pub(crate) fn spoil_body(defect: Defect, reply: &mut Reply) {
    if defect.site() != Site::Body || reply.operation == Operation::IssueToken {
        return;
    }
    if reply.status == 200 {
        match &mut reply.body["data"] {
            Value::Array(orders) => orders.iter_mut().for_each(|order| spoil_order(defect, order)),
            order => spoil_order(defect, order),
        }
    } else if defect == Defect::ErrorTitleMissing && reply.status == 422 {
        for error in reply.body["errors"].as_array_mut().into_iter().flatten() {
            remove(error, "title");
        }
    }
}

fn spoil_order(defect: Defect, order: &mut Value) {
    match defect {
        Defect::AmountAsString => {
            let amount = &mut order["meta"]["display_price"]["with_tax"]["amount"];
            *amount = json!(amount.to_string());
        }
        Defect::MemberMissing => remove(&mut order["meta"]["timestamps"], "created_at"),
        Defect::StatusInUpperCase => order["status"] = json!(text(&order["status"]).to_uppercase()),
        Defect::NullAddressLine => order["shipping_address"]["company_name"] = Value::Null,
        Defect::DateTimeWithoutZone => {
            let time = &mut order["meta"]["timestamps"]["updated_at"];
            *time = json!(text(time).trim_end_matches('Z'));
        }
        _ => {}
    }
}

/// Plants a defect in a response; does nothing for defects of other sites.
pub(crate) fn spoil_response(defect: Defect, operation: Operation, response: &mut Response) {
    if operation == Operation::IssueToken {
        return;
    }
    let status = response.status;
    match defect {
        Defect::RefusalAsConflict if status == 422 => response.status = 409,
        Defect::EmptyBody if operation == Operation::UpdateOrder && status == 200 => response.body.clear(),
        Defect::WrongContentType if operation == Operation::ReadOrder && status == 200 => {
            set_header(response, "Content-Type", "text/html; charset=utf-8");
        }
        Defect::RequestIdMissing => response.headers.retain(|(name, _)| name != "X-Request-Id"),
        Defect::RequestIdMalformed => set_header(response, "X-Request-Id", "request-1"),
        Defect::TrailingBytes if operation == Operation::ReadOrder && status == 200 => {
            response.body.push(b'}')
        }
        Defect::TruncatedBody if operation == Operation::ReadOrder && status == 200 => {
            response.delivery = Delivery::CutShort;
        }
        _ => {}
    }
}

fn set_header(response: &mut Response, wanted: &str, new: &str) {
    for (name, value) in &mut response.headers {
        if name == wanted {
            new.clone_into(value);
        }
    }
}

fn remove(object: &mut Value, member: &str) {
    if let Value::Object(members) = object {
        // `remove` would move the last member into the gap.
        members.shift_remove(member);
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

//! What the second judge can do wrong, on purpose: one fact each. Defects of the lifecycle and of access are asked for
//! where requests are answered; those of a reply's JSON and of its bytes are planted here.

use super::Reply;
use crate::judge::shape::put;
use crate::judge::wire::Response;
use serde_json::{Value, json};

/// Makes the enum, and from the same rows its list and facts.
macro_rules! defects {
    ($( #[doc = $fact:literal] $variant:ident; )+) => {
        /// One switchable defect.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Defect { $( #[doc = $fact] $variant, )+ }

        impl Defect {
            /// Every defect, in the order of the table.
            pub(crate) const ALL: &'static [Defect] = &[$( Defect::$variant, )+];

            /// What is wrong, as one sentence.
            pub(crate) fn fact(self) -> &'static str {
                match self { $( Defect::$variant => $fact.trim_ascii(), )+ }
            }
        }
    };
}

defects! {
    /// The reply to an update shows the change, a later read does not.
    UpdateNotPersisted;
    /// The reply to an update shows the order as it was before.
    UpdateReplyStale;
    /// A status is stored in the words it was sent in, not in Magento's.
    StatusNotMapped;
    /// A refunded order is stored as canceled.
    RefundedAsCancelled;
    /// What was sent as status is not kept beside Magento's word for it.
    SentStatusForgotten;
    /// A status in Magento's words is taken.
    UnknownStatusTaken;
    /// An amount that is a number is taken.
    NumberTaken;
    /// Amounts that an update does not name become null.
    TotalsReplaced;
    /// A new currency sets the payment to `refunded`.
    CurrencyRefunds;
    /// Nothing asks for the key.
    KeyNotRequired;
    /// An id that no order has reads the first order.
    UnknownOrderRead;
    /// An id that no order has updates the first order.
    UnknownOrderUpdated;

    /// Orders come without the envelope.
    EnvelopeMissing;
    /// The order comes as a list of one.
    OrderAsList;
    /// `success` is a text.
    SuccessAsText;
    /// The total is a number.
    TotalAsNumber;
    /// The tax has a comma in place of its point.
    TaxWithComma;
    /// `taxesIncluded` is a truth value.
    TaxesIncludedAsBoolean;
    /// The quantity of an item is a number.
    QuantityAsNumber;
    /// The id of an order is a number.
    IdAsNumber;
    /// The one number that is a number, the customer's id, is a text.
    CustomerIdAsText;
    /// The status in ecartapi's words is one that it does not have.
    StatusUnknown;
    /// The currency, which cannot be null, is null.
    CurrencyNull;
    /// An empty list is null.
    TaxLinesNull;
    /// What an order does not have is missing, not null.
    NoteMissing;
    /// An address has one line alone.
    AddressOfOneLine;
    /// A closed object has another member.
    ExtraStatusMember;
    /// The time of creation is written with `T` and `Z`.
    TimeOfRfc3339;
    /// An email address has no `@`.
    EmailMalformed;
    /// Refusals have no `success`.
    RefusalWithoutSuccess;
    /// Refusals are a success.
    RefusalIsSuccess;

    /// Refusals are a 200 all the same.
    RefusalAsOk;
    /// A body that is refused is a 422.
    RefusalAs422;
    /// An order that is read comes as `text/html`, its bytes still JSON.
    OrderAsHtml;
    /// An order that is read has an empty body.
    EmptyOrder;
    /// The end of an order that is read is missing, its length right.
    EndMissing;
}

/// Plants a defect in a reply's JSON; does nothing for other defects.
pub(super) fn spoil(defect: Defect, reply: &mut Reply) {
    let body = &mut reply.body;
    if reply.status != 200 {
        match defect {
            Defect::RefusalWithoutSuccess => put(body, "/success", None),
            Defect::RefusalIsSuccess => body["success"] = json!(true),
            Defect::RefusalAsOk => reply.status = 200,
            Defect::RefusalAs422 if reply.status == 400 => reply.status = 422,
            _ => {}
        }
        return;
    }
    let (pointer, value) = match defect {
        Defect::EnvelopeMissing => {
            *body = body["orders"].take();
            return;
        }
        Defect::OrderAsList => ("/orders", json!([body["orders"].take()])),
        Defect::SuccessAsText => ("/success", json!("true")),
        Defect::TotalAsNumber => ("/orders/totals/total", json!(36.39)),
        Defect::TaxWithComma => ("/orders/totals/tax", json!("2,39")),
        Defect::TaxesIncludedAsBoolean => ("/orders/taxesIncluded", json!(true)),
        Defect::QuantityAsNumber => ("/orders/items/0/quantity", json!(1)),
        Defect::IdAsNumber => ("/orders/id", json!(1)),
        Defect::CustomerIdAsText => ("/orders/customer/id", json!("1")),
        Defect::StatusUnknown => ("/orders/status/ecartapi", json!("shipped")),
        Defect::CurrencyNull => ("/orders/currency", Value::Null),
        Defect::TaxLinesNull => ("/orders/taxLines", Value::Null),
        Defect::NoteMissing => return put(body, "/orders/note", None),
        Defect::AddressOfOneLine => {
            ("/orders/shippingAddress", json!({ "address1": "6146 Honey Bluff Parkway" }))
        }
        Defect::ExtraStatusMember => ("/orders/status/since", json!("2019")),
        Defect::TimeOfRfc3339 => ("/orders/dates/createdAt", json!("2019-01-14T09:43:39Z")),
        Defect::EmailMalformed => ("/orders/email", json!("roni_cost")),
        _ => return,
    };
    put(body, pointer, Some(value));
}

/// Plants a defect in a response; does nothing for other defects.
pub(super) fn spoil_response(defect: Defect, is_read: bool, response: &mut Response) {
    if !is_read || response.status != 200 {
        return;
    }
    match defect {
        Defect::OrderAsHtml => response.headers[0].1 = "text/html".to_owned(),
        Defect::EmptyOrder => response.body.clear(),
        Defect::EndMissing => response.body.truncate(response.body.len() - 1),
        _ => {}
    }
}

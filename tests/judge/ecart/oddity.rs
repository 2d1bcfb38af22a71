//! What the second judge can say in another way, and still be right. Nothing here may be reported.

use super::Reply;
use crate::judge::oddity::print as print_oddly;
use crate::judge::shape::put;
use crate::judge::wire::{Delivery, Response};
use serde_json::{Value, json};

/// Makes the enum, and from the same rows its list and facts.
macro_rules! oddities {
    ($( #[doc = $fact:literal] $variant:ident; )+) => {
        /// One legal way that is not the plainest.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Oddity { $( #[doc = $fact] $variant, )+ }

        impl Oddity {
            /// Every oddity, in the order of the table.
            pub(crate) const ALL: &'static [Oddity] = &[$( Oddity::$variant, )+];

            /// What is odd, as one sentence.
            pub(crate) fn fact(self) -> &'static str {
                match self { $( Oddity::$variant => $fact.trim_ascii(), )+ }
            }
        }
    };
}

oddities! {
    /// Objects that are open have members that no document names.
    ExtraMembers;
    /// Members that may be null and that nobody compares are null.
    Nulls;
    /// Members that may be null are texts.
    Texts;
    /// The shipping address is an empty object, as some carts write one that they do not have.
    NoShippingAddress;
    /// There are no items.
    NoItems;
    /// Amounts are negative, or have more digits than there are cents.
    OddAmounts;
    /// Magento has a status for the money that no table names.
    OtherFinancialStatus;
    /// The time of the last change is another with every reply.
    TouchedByReading;
    /// Refusals have no message, and members that no document names.
    TerseRefusals;
    /// Members come in the opposite order.
    Reordered;
    /// Every character of every text is an escape.
    Escapes;
    /// The body comes in chunks.
    Chunked;
}

/// Makes a reply odd in its JSON value; does nothing for other oddities.
pub(super) fn bend(oddity: Oddity, reply: &mut Reply) {
    let body = &mut reply.body;
    if reply.status != 200 {
        if oddity == Oddity::TerseRefusals {
            *body = json!({ "success": false, "code": 17, "errors": [{ "field": null }] });
        }
        return;
    }
    let changes: &[(&str, Value)] = match oddity {
        Oddity::ExtraMembers => {
            &[("/orders/channel", json!({ "id": 7 })), ("/orders/items/0/colour", json!("red"))]
        }
        Oddity::Nulls => &[
            ("/orders/number", Value::Null),
            ("/orders/email", Value::Null),
            ("/orders/customer/id", Value::Null),
            ("/orders/customer/ecartapiUrl", Value::Null),
            ("/orders/items/0/price", Value::Null),
            ("/orders/items/0/taxable", Value::Null),
            ("/orders/fulfillmentStatus/partiallAvailable", Value::Null),
        ],
        Oddity::Texts => &[
            ("/orders/note", json!("leave at the door")),
            ("/orders/cancelReason", json!("")),
            ("/orders/totals/discount", json!("0")),
            ("/orders/totals/shipping", json!("5.00")),
            ("/orders/dates/paidAt", json!("2019-01-14 09:43:41")),
            ("/orders/partialFulfillment", json!("false")),
        ],
        Oddity::NoShippingAddress => &[("/orders/shippingAddress", json!({}))],
        Oddity::NoItems => &[("/orders/items", json!([]))],
        Oddity::OddAmounts => &[
            ("/orders/totals/discount", json!("-3.5000")),
            ("/orders/totals/weight", json!("0000.1")),
            ("/orders/items/0/price", json!("12345678901234567890.123456789")),
        ],
        Oddity::OtherFinancialStatus => &[("/orders/status/financial", json!("fraud_review"))],
        Oddity::TouchedByReading => &[("/orders/dates/updatedAt", json!("2026-02-28 23:59:59"))],
        _ => &[],
    };
    for (pointer, value) in changes {
        put(body, pointer, Some(value.clone()));
    }
}

/// Writes a JSON value in the way of some oddities.
pub(super) fn print(value: &Value, oddities: &[Oddity]) -> String {
    use crate::judge::Oddity as Way;
    let ways = oddities.iter().filter_map(|oddity| match oddity {
        Oddity::Reordered => Some(Way::Reordered),
        Oddity::Escapes => Some(Way::Escapes),
        _ => None,
    });
    print_oddly(value, &ways.collect::<Vec<_>>())
}

/// Makes a response odd; does nothing for other oddities.
pub(super) fn bend_response(oddity: Oddity, response: &mut Response) {
    if oddity == Oddity::Chunked {
        response.delivery = Delivery::Chunked;
    }
}

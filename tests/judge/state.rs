//! The orders of one judge and what may happen to them: the Elastic Path lifecycle. It knows neither HTTP nor tokens
//! (`routes.rs` does); a change that reaches it has the right shape. Start reading at [`Store::update`].

use super::Defect;
use serde_json::{Map, Value, json};

/// The orders a judge starts with, as (id, status, payment, shipping), in the order of the list.
///
/// They are those of `specs/elasticpath-orders.mock.yaml`. The fourth was paid through the manual gateway, the ninth
/// has an order number and an external reference, the last is the vendor's own sample of a cancellation.
pub(crate) const SEED_ORDERS: [(&str, &str, &str, &str); 10] = [
    ("00000000-0000-4000-8000-000000000001", "incomplete", "unpaid", "unfulfilled"),
    ("00000000-0000-4000-8000-000000000002", "processing", "paid", "unfulfilled"),
    ("00000000-0000-4000-8000-000000000003", "complete", "paid", "fulfilled"),
    (MANUAL_GATEWAY_ORDER, "incomplete", "authorized", "unfulfilled"),
    ("00000000-0000-4000-8000-000000000005", "cancelled", "paid", "unfulfilled"),
    ("00000000-0000-4000-8000-000000000006", "processing", "paid", "unfulfilled"),
    ("00000000-0000-4000-8000-000000000007", "cancelled", "refunded", "unfulfilled"),
    ("00000000-0000-4000-8000-000000000008", "incomplete", "partially_paid", "unfulfilled"),
    (NUMBERED_ORDER, "incomplete", "unpaid", "unfulfilled"),
    (ANDYS_ORDER, "incomplete", "authorized", "unfulfilled"),
];

const MANUAL_GATEWAY_ORDER: &str = "00000000-0000-4000-8000-000000000004";
const NUMBERED_ORDER: &str = "00000000-0000-4000-8000-000000000009";
const ANDYS_ORDER: &str = "50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3";

/// A change the lifecycle does not allow; it becomes a 422.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `title` of the error item.
    pub(crate) title: &'static str,
    /// `detail` of the error item.
    pub(crate) detail: &'static str,
}

/// All orders of one judge.
#[derive(Debug)]
pub(crate) struct Store {
    orders: Vec<Order>,
    /// Seconds since 2026-01-01T00:00:00Z; ticks with every write, never by itself.
    clock: u32,
    defects: Vec<Defect>,
}

#[derive(Clone, Debug)]
struct Order {
    /// What clients see.
    public: Map<String, Value>,
    /// Paid outside of the shop, so that the shop cannot cancel the payment. Never sent.
    manual_gateway: bool,
}

impl Store {
    /// A store of the seed orders, following the rules except for `defects`.
    pub(crate) fn new(defects: &[Defect]) -> Store {
        let orders = SEED_ORDERS
            .iter()
            .map(|seed| Order { public: seed_order(*seed), manual_gateway: seed.0 == MANUAL_GATEWAY_ORDER })
            .collect();
        Store { orders, clock: 0, defects: defects.to_vec() }
    }

    /// All orders, in the order of their seeds.
    pub(crate) fn list(&self) -> Vec<Value> {
        self.orders.iter().map(|order| Value::Object(order.public.clone())).collect()
    }

    /// One order; `None` when no order has this id.
    pub(crate) fn read(&self, id: &str) -> Option<Value> {
        self.find(id).map(|index| Value::Object(self.orders[index].public.clone()))
    }

    /// Merges `change` into an order and gives the order after it; `None` when no order has this id.
    ///
    /// Members of `change` that cannot be changed are ignored. Nothing is changed by a refusal.
    pub(crate) fn update(&mut self, id: &str, change: &Map<String, Value>) -> Option<Result<Value, Refusal>> {
        let index = self.find(id)?;
        if let Some(refusal) = self.refusal(&self.orders[index], change) {
            if self.has(Defect::RefusalLeavesTraces) {
                self.orders[index].public = self.changed(&self.orders[index].public, change);
            }
            return Some(Err(refusal));
        }
        self.clock += 1;
        let before = self.orders[index].public.clone();
        let after = self.changed(&before, change);
        if !self.has(Defect::UpdateNotPersisted) {
            self.orders[index].public = after.clone();
        }
        let shown = if self.has(Defect::UpdateReplyStale) { before } else { after };
        Some(Ok(Value::Object(shown)))
    }

    /// The first rule that `change` breaks.
    ///
    /// Stated by the vendor: the two target values, frozen after fulfilment, the manual gateway's words, payment before
    /// fulfilment. Assumed: the words of the others, and that a cancelled order cannot be fulfilled.
    fn refusal(&self, order: &Order, change: &Map<String, Value>) -> Option<Refusal> {
        let refuse = |title, detail| Some(Refusal { title, detail });
        let is = |member: &str, value: &str| order.public[member] == value;
        let cancels = change.contains_key("status");
        let fulfills = change.contains_key("shipping");
        let moves = change.contains_key("shipping_address");
        if cancels && change["status"] != "cancelled" && !self.has(Defect::AnyStatusTaken) {
            return refuse("Invalid status", "The status can only be updated to cancelled");
        }
        if fulfills && change["shipping"] != "fulfilled" {
            if self.has(Defect::AnyShippingTaken) {
                return None;
            }
            return refuse("Invalid shipping", "The shipping can only be updated to fulfilled");
        }
        let frozen = (cancels && !self.has(Defect::CancelsFulfilled))
            || (moves && !self.has(Defect::MovesFulfilled))
            || fulfills;
        if is("shipping", "fulfilled") && self.has(Defect::FulfilledTakesNoReference) {
            return refuse("Order already fulfilled", "A fulfilled order cannot be changed");
        }
        if is("shipping", "fulfilled") && frozen {
            return refuse("Order already fulfilled", "A fulfilled order cannot be changed");
        }
        if cancels
            && order.manual_gateway
            && is("payment", "authorized")
            && !self.has(Defect::CancelsManualGateway)
        {
            return refuse(
                "Unsupported gateway operation",
                "Cancellation is not supported for Manual payment gateway",
            );
        }
        if fulfills && !is("payment", "paid") && !self.has(Defect::FulfillsUnpaid) {
            return refuse("Order not paid", "Only a paid order can be fulfilled");
        }
        // A request that does both at once falls under the same rule.
        if fulfills && (cancels || is("status", "cancelled")) && !self.has(Defect::FulfillsCancelled) {
            return refuse("Order cancelled", "A cancelled order cannot be fulfilled");
        }
        None
    }

    /// The order `before` with an allowed `change` merged into it.
    fn changed(&self, before: &Map<String, Value>, change: &Map<String, Value>) -> Map<String, Value> {
        let mut after = before.clone();
        if let Some(Value::Object(lines)) = change.get("shipping_address") {
            let address = after["shipping_address"].as_object_mut().expect("every order has an address");
            if self.has(Defect::AddressReplaced) {
                address.values_mut().for_each(|line| *line = json!(""));
            }
            for (line, value) in lines {
                address.insert(line.clone(), value.clone());
            }
        }
        if change.contains_key("status") {
            after.insert("status".into(), change["status"].clone());
            if self.has(Defect::CancelRefunds) {
                after.insert("payment".into(), json!("refunded"));
            }
        }
        if change.contains_key("shipping") {
            after.insert("shipping".into(), change["shipping"].clone());
            if change["shipping"] == "fulfilled" && !self.has(Defect::FulfillLeavesStatus) {
                after.insert("status".into(), json!("complete"));
            }
        }
        for name in ["order_number", "external_ref"] {
            match change.get(name) {
                None => {}
                Some(value) if value == "" => {
                    if name == "external_ref" && self.has(Defect::EmptyExternalRefKept) {
                        continue;
                    }
                    // `remove` would move the last member into the gap.
                    after.shift_remove(name);
                }
                Some(value) => {
                    after.insert(name.into(), value.clone());
                }
            }
        }
        if self.has(Defect::PaymentTaken)
            && let Some(payment) = change.get("payment")
        {
            after.insert("payment".into(), payment.clone());
        }
        if self.has(Defect::UpdateForgetsReference) && !change.contains_key("external_ref") {
            after.shift_remove("external_ref");
        }
        if self.has(Defect::BillingFollowsShipping) && change.contains_key("shipping_address") {
            after["billing_address"]["line_2"] = after["shipping_address"]["line_2"].clone();
        }
        let now = if self.has(Defect::UpdatedAtGoesBack) { LONG_AGO.to_owned() } else { time(self.clock) };
        after["meta"]["timestamps"]["updated_at"] = json!(now);
        after
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.orders.iter().position(|order| order.public["id"] == id)
    }

    fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }
}

/// `seconds` after the start of 2026, in RFC 3339; for one day only, which is 86 400 writes.
fn time(seconds: u32) -> String {
    format!("2026-01-01T{:02}:{:02}:{:02}Z", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// Before every `created_at` of the seeds.
const LONG_AGO: &str = "2001-09-09T01:46:40Z";
const CREATED_AT: &str = "2025-12-31T10:11:59.715Z";

/// An order as the vendor's page "Update an Order" shows it.
fn seed_order((id, status, payment, shipping): (&str, &str, &str, &str)) -> Map<String, Value> {
    let price = json!({ "amount": 237_500, "currency": "USD", "formatted": "$2375.00" });
    let mut order = json!({
        "type": "order",
        "id": id,
        "status": status,
        "payment": payment,
        "shipping": shipping,
        "customer": { "name": "Mr John Doe", "email": "johndoe@example.com" },
        "shipping_address": {
            "first_name": "James",
            "last_name": "Doe",
            "phone_number": "",
            "company_name": "",
            "line_1": "1234 Disney Drive",
            "line_2": "Disney Resort",
            "city": "Anaheim",
            "county": "Orange",
            "region": "CA",
            "postcode": "92802",
            "country": "US",
            "instructions": "",
        },
        "billing_address": {
            "first_name": "John",
            "last_name": "Doe",
            "company_name": "",
            "line_1": "1234 Disney Drive",
            "line_2": "Disney Resort",
            "city": "Anaheim",
            "county": "Orange",
            "region": "CA",
            "postcode": "92802",
            "country": "US",
        },
        "links": {},
        "meta": {
            "display_price": { "with_tax": price, "without_tax": price },
            "timestamps": { "created_at": CREATED_AT, "updated_at": CREATED_AT },
        },
        "relationships": { "items": { "data": [{ "type": "item", "id": "de9fddf5-011b-4485-abf8-ebb8f53c39ff" }] } },
    });
    if id == NUMBERED_ORDER {
        order["order_number"] = json!("INV-0009");
        order["external_ref"] = json!("crm-0009");
    }
    if id == ANDYS_ORDER {
        make_andys(&mut order);
    }
    match order {
        Value::Object(order) => order,
        _ => unreachable!("an order is written as an object"),
    }
}

/// Turns the first sample order of the vendor's page into its second.
fn make_andys(order: &mut Value) {
    let price =
        |amount: u32, formatted: &str| json!({ "amount": amount, "currency": "USD", "formatted": formatted });
    order["anonymized"] = json!(false);
    order["customer"] = json!({ "name": "Andy", "email": "andy@example.com" });
    for address in ["shipping_address", "billing_address"] {
        order[address]["first_name"] = json!("Andy");
        order[address]["last_name"] = json!("Dwyer");
        order[address]["company_name"] = json!("Elasticpath");
    }
    order["shipping_address"]["phone_number"] = json!("123-456-1111");
    order["meta"]["display_price"] = json!({
        "with_tax": price(10_000, "$100.00"),
        "without_tax": price(10_000, "$100.00"),
        "tax": price(0, "$0.00"),
        "discount": price(0, "$0.00"),
    });
    let created_at = json!("2022-02-16T00:30:24Z");
    order["meta"]["timestamps"] = json!({ "created_at": created_at, "updated_at": created_at });
    order["relationships"]["items"]["data"][0]["id"] = json!("df6f9b0c-b4b6-4fbe-b94c-c36bab71f121");
}

//! What an update may hold, and what it does to an order.

use super::{Defect, Reply, Shop, envelope, refusal};
use serde_json::{Map, Value, json};

/// The page's table: what is sent, what Magento 2 calls it, and the number of it, which is assumed.
const STATUSES: [(&str, &str, &str); 5] = [
    ("on_hold", "pending_payment", "1"),
    ("pending", "processing", "2"),
    ("paid", "processing", "3"),
    ("cancelled", "canceled", "4"),
    ("refunded", "refunded", "5"),
];

impl Shop {
    pub(super) fn update(&mut self, index: usize, body: &[u8]) -> Reply {
        let change = match self.read_change(body) {
            Ok(change) => change,
            Err(problem) => return refusal(400, &problem),
        };
        self.n_updates += 1;
        let before = self.orders[index].clone();
        let after = self.changed(&before, &change);
        if !self.has(Defect::UpdateNotPersisted) {
            self.orders[index] = after.clone();
        }
        envelope(if self.has(Defect::UpdateReplyStale) { before } else { after })
    }

    /// The members of `order`, their form checked; an `Err` says what is wrong and where.
    fn read_change(&self, body: &[u8]) -> Result<Map<String, Value>, String> {
        let body: Value = serde_json::from_slice(body).map_err(|_| "the body is not JSON".to_owned())?;
        let change = members(&body, "", &["order"])?.get("order").ok_or("/order: is missing")?;
        const MEMBERS: [&str; 7] =
            ["status", "totals", "currency", "taxesIncluded", "payment", "billingAddressId", "products"];
        let change = members(change, "/order", &MEMBERS)?;
        for (name, value) in change {
            let at = format!("/order/{name}");
            match name.as_str() {
                "status" => {
                    let status = &members(value, &at, &["status"])?["status"];
                    let is_known = STATUSES.iter().any(|(sent, ..)| status == sent);
                    if !is_known && !self.has(Defect::UnknownStatusTaken) {
                        return Err(format!("{at}/status: no such status"));
                    }
                }
                "totals" => {
                    let names = ["subtotal", "total", "tax", "discount", "weight"];
                    for (name, amount) in members(value, &at, &names)? {
                        if !is_decimal(amount) && !self.has(Defect::NumberTaken) {
                            return Err(format!("{at}/{name}: must be a number as text"));
                        }
                    }
                }
                "taxesIncluded" if value != "true" && value != "false" => {
                    return Err(format!("{at}: must be a truth value as text"));
                }
                "payment" => {
                    members(value, &at, &["method"])?;
                }
                "products" if !value.is_array() => return Err(format!("{at}: must be a list")),
                "currency" | "billingAddressId" if !value.is_string() => {
                    return Err(format!("{at}: must be text"));
                }
                _ => {}
            }
        }
        Ok(change.clone())
    }

    fn changed(&self, before: &Value, change: &Map<String, Value>) -> Value {
        let mut after = before.clone();
        if let Some(sent) = change.get("status").and_then(|status| status["status"].as_str()) {
            let row = STATUSES.iter().find(|(known, ..)| *known == sent);
            let (_, mut magento, number) = row.copied().unwrap_or((sent, sent, "0"));
            if self.has(Defect::StatusNotMapped) {
                magento = sent;
            }
            if self.has(Defect::RefundedAsCancelled) && sent == "refunded" {
                magento = "canceled";
            }
            if !self.has(Defect::SentStatusForgotten) && row.is_some() {
                after["status"]["ecartapi"] = json!(sent);
            }
            after["status"]["ecartapiId"] = json!(number);
            after["status"]["status"] = json!(magento);
            after["status"]["financial"] = json!(magento);
        }
        if let Some(Value::Object(totals)) = change.get("totals") {
            if self.has(Defect::TotalsReplaced) {
                for amount in after["totals"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
                    *amount = Value::Null;
                }
            }
            for (name, amount) in totals {
                after["totals"][name] =
                    amount.as_str().map_or_else(|| json!(amount.to_string()), Value::from);
            }
        }
        for name in ["currency", "taxesIncluded"] {
            if let Some(value) = change.get(name) {
                after[name] = value.clone();
            }
        }
        if let Some(payment) = change.get("payment") {
            after["payment"]["method"] = payment["method"].clone();
        }
        if self.has(Defect::CurrencyRefunds) && change.contains_key("currency") {
            after["payment"]["status"] = json!("refunded");
        }
        after["dates"]["updatedAt"] = json!(format!("2026-01-01 00:00:{:02}", self.n_updates % 60));
        after
    }
}

fn members<'v>(value: &'v Value, at: &str, known: &[&str]) -> Result<&'v Map<String, Value>, String> {
    let members = value.as_object().ok_or_else(|| format!("{at}: must be an object"))?;
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(format!("{at}/{unknown}: no such member")),
        None => Ok(members),
    }
}

/// `-12.50`, as text.
fn is_decimal(value: &Value) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    value.as_str().is_some_and(|text| {
        let text = text.strip_prefix('-').unwrap_or(text);
        text.split_once('.').map_or_else(|| digits(text), |(whole, rest)| digits(whole) && digits(rest))
    })
}

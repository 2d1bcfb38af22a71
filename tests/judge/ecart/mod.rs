//! The second judge: orders of ecartapi as `specs/ecartapi-orders.yaml` has them, on the wire of the first. Start reading
//! at [`start`]; a request goes through [`Shop::respond`] to `update.rs`, which knows what an update may hold and what it
//! does, and back through `defect.rs`, which plants defects, and `oddity.rs`.

mod defect;
mod oddity;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use defect::Defect;
pub(crate) use oddity::Oddity;

use super::Judge;
use super::wire::{Delivery, Manner, Request, Response};
use serde_json::{Value, json};

/// Starts a judge with fresh orders, "1" and "2"; the second has no billing address.
pub(crate) fn start(defects: &[Defect], oddities: &[Oddity]) -> Judge {
    let mut shop = Shop::new(defects, oddities);
    Judge::serve(move |request| shop.respond(request))
}

/// The state behind one judge's connections, and how it answers.
#[derive(Debug)]
struct Shop {
    /// What clients see, in the order of their ids.
    orders: Vec<Value>,
    defects: Vec<Defect>,
    oddities: Vec<Oddity>,
    n_updates: u32,
}

/// An answer before it becomes bytes.
struct Reply {
    status: u16,
    body: Value,
}

impl Shop {
    fn new(defects: &[Defect], oddities: &[Oddity]) -> Shop {
        let orders = vec![order("1", address()), order("2", json!({}))];
        Shop { orders, defects: defects.to_vec(), oddities: oddities.to_vec(), n_updates: 0 }
    }

    fn respond(&mut self, request: &Request) -> Response {
        let mut reply = self.answer(request);
        for defect in &self.defects {
            defect::spoil(*defect, &mut reply);
        }
        for oddity in &self.oddities {
            oddity::bend(*oddity, &mut reply);
        }
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        if reply.status == 401 {
            // RFC 9110 §15.5.2.
            headers.push(("WWW-Authenticate".to_owned(), "ApiKey".to_owned()));
        }
        let body = oddity::print(&reply.body, &self.oddities).into_bytes();
        let (delivery, manner) = (Delivery::Whole, Manner::default());
        let mut response = Response { status: reply.status, headers, body, delivery, manner };
        for defect in &self.defects {
            defect::spoil_response(*defect, request.method == "GET", &mut response);
        }
        for oddity in &self.oddities {
            oddity::bend_response(*oddity, &mut response);
        }
        response
    }

    /// The key before the order, the order before the body: the order of the checks is assumed.
    fn answer(&mut self, request: &Request) -> Reply {
        let Some(id) = request.path.strip_prefix("/api/v2/orders/") else {
            return refusal(404, "There is nothing at this path");
        };
        let has_key = request.header("authorization").is_some_and(|key| !key.is_empty());
        if !has_key && !self.has(Defect::KeyNotRequired) {
            return refusal(401, "The header Authorization is missing");
        }
        let found = self.orders.iter().position(|order| order["id"] == id);
        let is_taken_for_the_first = match request.method.as_str() {
            "GET" => self.has(Defect::UnknownOrderRead),
            _ => self.has(Defect::UnknownOrderUpdated),
        };
        let Some(index) = found.or(is_taken_for_the_first.then_some(0)) else {
            return refusal(404, "There is no order of this id");
        };
        match request.method.as_str() {
            "GET" => envelope(self.orders[index].clone()),
            "PUT" => self.update(index, &request.body),
            _ => refusal(405, "This path has no such method"),
        }
    }

    fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }
}

fn envelope(order: Value) -> Reply {
    Reply { status: 200, body: json!({ "success": true, "orders": order }) }
}

/// Assumed: the vendor documents no refusal.
fn refusal(status: u16, message: &str) -> Reply {
    Reply { status, body: json!({ "success": false, "message": message }) }
}

/// The order that the vendor's page shows.
fn order(id: &str, billing_address: Value) -> Value {
    json!({
        "id": id,
        "number": format!("{id:0>9}"),
        "marketPlaceId": null,
        "groupId": null,
        "name": "000000001",
        "email": "roni_cost@example.com",
        "fulfillmentStatus": {
            "id": null, "status": null, "ecartapi": null, "ecartapiId": null, "partiallAvailable": "true",
        },
        "currency": "USD",
        "totals": {
            "subtotal": "29", "total": "36.39", "tax": "2.39", "discount": null, "weight": "1", "shipping": null,
        },
        "taxesIncluded": "true",
        "taxLines": [],
        "units": { "weight": null },
        "status": {
            "id": null, "status": "processing", "financial": "processing", "ecartapi": "pending", "ecartapiId": "2",
        },
        "locationId": null,
        "reference": null,
        "tags": [],
        "payment": { "method": "checkmo", "status": "pending" },
        "customer": {
            "id": 1,
            "email": "roni_cost@example.com",
            "firstName": "Veronica",
            "lastName": "Costello",
            "phone": null,
            "ecartapiUrl": "https://api.ecartapi.com/api/v2/customers/1",
            "company": null,
        },
        "billingAddress": billing_address,
        "shippingMethod": "Flat Rate - Fixed",
        "shippingLabel": null,
        "shippingAddress": address(),
        "items": [{
            "id": "1",
            "variantId": null,
            "productId": "1436",
            "sku": "WS03-XS-Red",
            "fulfillment": { "quantity": null, "service": null, "status": null },
            "name": "Iris Workout Top",
            "quantity": "1",
            "price": "29",
            "discount": null,
            "associatedItems": [],
            "taxable": "true",
            "weight": "1",
            "ecartapiUrl": "https://api.ecartapi.com/api/v2/products/1436",
        }],
        "packages": [],
        "meta": null,
        "dates": {
            "deliveredAt": null,
            "canceledAt": null,
            "closedAt": null,
            "createdAt": "2019-01-14 09:43:39",
            "updatedAt": "2019-01-14 09:43:40",
            "paidAt": null,
        },
        "cancelReason": null,
        "note": null,
        "locations": [],
        "checkoutId": null,
        "partialFulfillment": null,
    })
}

fn address() -> Value {
    let region = |code: &str| json!({ "code": code, "name": null, "codeIso2": null, "codeIso3": null });
    json!({
        "id": null,
        "firstName": "Veronica",
        "lastName": "Costello",
        "dni": null,
        "address1": "6146 Honey Bluff Parkway",
        "address2": null,
        "address3": null,
        "country": region("US"),
        "state": region("MI"),
        "city": "Calder",
        "postalCode": "49628-7978",
        "phone": "(555) 229-3326",
        "email": null,
        "company": null,
        "references": null,
    })
}

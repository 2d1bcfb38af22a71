//! What the tests of this room share: a small API, and a way to load rules for it.

use super::Rules;
use crate::diagnostic::{Diagnostic, Problems};
use crate::limits::Limits;
use crate::openapi::{Document, Nullable};
use crate::source::Source;
use std::sync::Arc;

/// A shop of items; every kind of operation that rules can answer.
pub(super) const SHOP: &str = r##"
openapi: 3.0.3
info: { title: Shop, version: "1" }
paths:
  /token:
    post:
      operationId: issueToken
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [grant_type]
              properties:
                grant_type: { type: string }
                ttl: { type: integer }
                scope: { type: array, items: { type: string } }
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema: { type: object, required: [access_token], properties: { access_token: { type: string } } }
        "400": { $ref: "#/components/responses/Error" }
  /items:
    get:
      operationId: listItems
      parameters:
        - { name: limit, in: query, schema: { type: integer, minimum: 1 } }
        - { name: tags, in: query, explode: false, schema: { type: array, items: { type: string } } }
        - { name: X-Tenant, in: header, schema: { type: string, maxLength: 8 } }
      responses:
        "200":
          description: ok
          headers:
            X-Pages: { schema: { type: array, items: { type: integer } } }
            X-Size: { explode: true, schema: { type: object, properties: { w: { type: integer } } } }
          content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Item" } } } }
        "400": { $ref: "#/components/responses/Error" }
    post:
      operationId: createItem
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Change" } } }
      responses:
        "201":
          description: made
          headers: { Location: { required: true, schema: { type: string } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } }
        "400": { $ref: "#/components/responses/Error" }
  /items/{itemID}:
    parameters:
      - { name: itemID, in: path, required: true, schema: { type: string } }
    get:
      operationId: getItem
      responses:
        "200": { $ref: "#/components/responses/Item" }
        "404": { $ref: "#/components/responses/Error" }
    put:
      operationId: updateItem
      requestBody:
        content: { application/json: { schema: { $ref: "#/components/schemas/Change" } } }
      responses:
        "200": { $ref: "#/components/responses/Item" }
        "400": { $ref: "#/components/responses/Error" }
        "404": { $ref: "#/components/responses/Error" }
        "409": { $ref: "#/components/responses/Error" }
    delete:
      operationId: removeItem
      responses:
        "204": { description: gone }
        "404": { $ref: "#/components/responses/Error" }
  /version:
    get:
      operationId: getVersion
      responses:
        "200": { description: ok, content: { text/plain: { schema: { type: string } } } }
components:
  responses:
    Item:
      description: ok
      content: { application/json: { schema: { $ref: "#/components/schemas/Item" } } }
    Error:
      description: refused
      content:
        application/json:
          schema:
            type: object
            required: [error]
            additionalProperties: false
            properties: { error: { type: string } }
  schemas:
    Item:
      type: object
      required: [id, name, price, updated]
      additionalProperties: false
      properties:
        id: { type: string }
        name: { type: string }
        price: { type: integer }
        lines: { type: array, items: { type: string } }
        updated: { type: string, format: date-time }
    Change:
      type: object
      additionalProperties: false
      properties:
        name: { type: string, minLength: 1 }
        price: { type: integer, minimum: 0 }
        line: { type: string }
"##;

/// The head of every rules file here.
pub(super) const HEAD: &str = r#"
mock: 1
document: shop.yaml
seed: 7
state:
  items:
    private: [_cost]
    template: { name: Thing, price: 5, updated: $now }
    items:
      - { id: a, _cost: 3 }
      - { id: b, name: Other, price: 7 }
load:
  item: { from: items, id: path.itemID }
replies:
  item: { status: 200, body: $item }
  missing: { status: 404, body: { error: There is no such item } }
  invalid: { status: 400, body: { error: $requestProblems } }
"#;

pub(super) fn document(text: &str) -> Arc<Document> {
    let mut problems = Problems::new(&Source::new("shop.yaml", text));
    let document = Document::load(&Limits::default(), &mut problems);
    document.unwrap_or_else(|| panic!("the document loads: {:?}", problems.into_list()))
}

pub(super) fn load(document: &Arc<Document>, text: &str) -> (Option<Arc<Rules>>, Vec<Diagnostic>) {
    let mut problems = Problems::new(&Source::new("shop.mock.yaml", text));
    let rules = Rules::load(&mut problems, Arc::clone(document), Nullable::default(), &Limits::default());
    (rules, problems.into_list())
}

/// Rules for the shop: the head, and what a test adds to it.
pub(super) fn shop(rest: &str) -> Arc<Rules> {
    let (rules, problems) = load(&document(SHOP), &format!("{HEAD}{rest}"));
    rules.unwrap_or_else(|| panic!("the rules load: {problems:?}"))
}

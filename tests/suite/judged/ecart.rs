//! The scenarios of ecartapi against the second judge.

use super::table::Row;
use super::{is_found, is_loud, problems, rendered, run, session};
use crate::judge::ecart::{Defect, Oddity, start};
use contest::engine::CaseReport;
use contest::session::Session;

fn judged(
    session: &Session,
    defects: &[Defect],
    oddities: &[Oddity],
    is_enough: impl Fn(&CaseReport) -> bool + Sync,
) -> Vec<CaseReport> {
    let (defects, oddities) = (defects.to_vec(), oddities.to_vec());
    run(session, move || start(&defects, &oddities), &is_enough)
}

#[test]
fn the_shipped_scenarios_pass_against_the_second_judge() {
    let reports = judged(&session("", "scenarios/ecartapi"), &[], &[], |_| false);
    assert!(reports.len() >= 15, "only {} cases ran", reports.len());
    assert!(!reports.iter().any(is_loud), "{}", rendered(&reports));
}

#[test]
fn what_is_odd_and_legal_is_not_reported_of_the_second_judge() {
    let session = session("", "scenarios/ecartapi");
    let false_alarms = problems(Oddity::ALL, |oddity| {
        let reports = judged(&session, &[], &[*oddity], is_loud);
        reports.iter().any(is_loud).then(|| format!("{oddity:?}: {}\n{}", oddity.fact(), rendered(&reports)))
    });
    assert!(false_alarms.is_empty(), "false alarms:\n{}", false_alarms.join("\n"));
}

#[test]
fn each_defect_of_the_second_judge_is_found_with_its_code_and_its_places() {
    let tabled: Vec<Defect> = ROWS.iter().map(|row| row.0).collect();
    assert_eq!(tabled, Defect::ALL, "one row of the table for each defect, in their order");
    let session = session("", "scenarios/ecartapi");
    let missed = problems(ROWS, |row| {
        let is_found = |report: &CaseReport| is_found(report, row);
        let reports = judged(&session, &[row.0], &[], is_found);
        let is_found = reports.iter().any(is_found);
        (!is_found).then(|| format!("{row:?}: {}\n{}", row.0.fact(), rendered(&reports)))
    });
    assert!(missed.is_empty(), "not found as the table says:\n{}", missed.join("\n"));
}

/// One row for each defect, in their order.
#[rustfmt::skip] // A row is a line.
const ROWS: &[Row<Defect>] = &[
    (Defect::UpdateNotPersisted, "expect.body", "ecartapi: «$row.sent»", "", "/orders/status/ecartapi"),
    (Defect::UpdateReplyStale, "expect.body", "ecartapi: «$row.sent»", "", "/orders/status/ecartapi"),
    (Defect::StatusNotMapped, "expect.body", "status: «$row.stored»", "", "/orders/status/status"),
    (Defect::RefundedAsCancelled, "expect.body", "status: «$row.stored»", "", "/orders/status/status"),
    (Defect::SentStatusForgotten, "expect.body", "ecartapi: «$row.sent»", "", "/orders/status/ecartapi"),
    (Defect::UnknownStatusTaken, "expect.status", "status: «400»", "", "HTTP/1.1 200"),
    (Defect::NumberTaken, "expect.status", "status: «400»", "", "HTTP/1.1 200"),
    (Defect::TotalsReplaced, "expect.body", "«$sameAs»", "", "/orders/totals/subtotal"),
    (Defect::CurrencyRefunds, "expect.body", "«$sameAs»", "", "/orders/payment/status"),
    (Defect::KeyNotRequired, "expect.status", "status: «401»", "", "HTTP/1.1 200"),
    (Defect::UnknownOrderRead, "expect.status", "status: «404»", "", "HTTP/1.1 200"),
    (Defect::UnknownOrderUpdated, "expect.status", "status: «404»", "", "HTTP/1.1 200"),
    (Defect::EnvelopeMissing, "response.body", "call: «getOrder»", "schemas/OrdersEnvelope'»", "«{»"),
    (Defect::OrderAsList, "response.body", "call: «getOrder»", "type: «object»", "/orders"),
    (Defect::SuccessAsText, "response.body", "call: «getOrder»", "const: «true»", "/success"),
    (Defect::TotalAsNumber, "response.body", "call: «getOrder»", "type: «[string, \"null\"]»", "/orders/totals/total"),
    (Defect::TaxWithComma, "response.body", "call: «getOrder»", "pattern: «'^-?[0-9]+", "/orders/totals/tax"),
    (Defect::TaxesIncludedAsBoolean, "response.body", "call: «getOrder»", "type: «[string, \"null\"]»", "/orders/taxesIncluded"),
    (Defect::QuantityAsNumber, "response.body", "call: «getOrder»", "type: «[string, \"null\"]»", "/orders/items/0/quantity"),
    (Defect::IdAsNumber, "response.body", "call: «getOrder»", "type: «string»", "/orders/id"),
    (Defect::CustomerIdAsText, "response.body", "call: «getOrder»", "type: «[integer, \"null\"]»", "/orders/customer/id"),
    (Defect::StatusUnknown, "response.body", "call: «getOrder»", "enum: «[on_hold, pending, paid", "/orders/status/ecartapi"),
    (Defect::CurrencyNull, "response.body", "call: «getOrder»", "type: «string»", "/orders/currency"),
    (Defect::TaxLinesNull, "response.body", "call: «getOrder»", "type: «array»", "/orders/taxLines"),
    (Defect::NoteMissing, "response.body", "call: «getOrder»", "«note»", "/orders"),
    (Defect::AddressOfOneLine, "response.body", "call: «getOrder»", "«", "/orders/shippingAddress"),
    (Defect::ExtraStatusMember, "response.body", "call: «getOrder»", "additionalProperties: «false»", "/orders/status/since"),
    (Defect::TimeOfRfc3339, "response.body", "call: «getOrder»", "pattern: «'^[0-9]{4}", "/orders/dates/createdAt"),
    (Defect::EmailMalformed, "response.format", "call: «getOrder»", "format: «email»", "/orders/email"),
    (Defect::RefusalWithoutSuccess, "response.body", "call: «updateOrder»", "«success»", "«{"),
    (Defect::RefusalIsSuccess, "response.body", "call: «updateOrder»", "const: «false»", "/success"),
    (Defect::RefusalAsOk, "expect.status", "status: «400»", "", "HTTP/1.1 200"),
    (Defect::RefusalAs422, "response.status", "status: «400»", "«responses»", "HTTP/1.1 422"),
    (Defect::OrderAsHtml, "response.content-type", "call: «getOrder»", "«content»", "«content-type: text/html»"),
    (Defect::EmptyOrder, "response.decode", "call: «getOrder»", "«content»", "HTTP/1.1 200"),
    (Defect::EndMissing, "response.decode", "call: «getOrder»", "«content»", "«"),
];

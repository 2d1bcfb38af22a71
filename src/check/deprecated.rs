//! `operation.deprecated`: the operation is not to be used any more.

use super::judgement::Case;
use super::{Check, Fact};

/// The finding for an operation that the document calls deprecated.
pub(super) fn check(case: &Case<'_>) -> Option<Fact> {
    case.operation.is_deprecated().then(|| {
        case.fact(Check::Deprecated, format!("{} is deprecated", case.name()))
            .document(case.operation.pointer().child("deprecated"), case.operation.label())
    })
}

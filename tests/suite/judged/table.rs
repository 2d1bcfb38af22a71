//! x
use crate::judge::Defect;
pub(super) const ROWS: &[(Defect, &str, &str, &str, &str)] = &[];

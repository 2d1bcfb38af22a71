//! Runs a plan: cases on workers, steps in order, cleanup always. What happens is said in
//! [`Event`]s; nothing here prints or knows a report format.

mod event;
mod verdict;

pub use event::{
    Attention, CaseReport, Event, ExchangeReport, Phase, RunStarted, StepReport, Summary, WarningCount,
};
pub use verdict::Verdict;

//! Runs a plan: cases on workers, steps in order, cleanup always. What happens is said in
//! [`Event`]s; nothing here prints or knows a report format. Start with [`run`].

mod about;
mod auth;
mod case;
mod course;
mod coverage;
mod event;
mod exchange_log;
mod expect;
mod fact;
mod habits;
mod inputs;
mod mask;
mod place;
mod record;
mod request;
mod run;
mod scope;
mod step;
mod stepper;
mod summary;
mod target;
mod unanswered;
mod values;
mod verdict;

pub use about::CaseAbout;
pub use case::gate::{Gate, Permit};
pub use event::{
    Attention, CaseReport, CommonFinding, Event, ExchangeReport, FlakyCase, Phase, RunStarted, SlowCase,
    StepReport, Stopped, Summary, WarningCount,
};
pub use habits::Habits;
pub use record::{BodyRecord, ExchangeRecord, RequestRecord, ResponseRecord};
pub use run::{Identity, Order, RunSettings, run};
pub use stepper::{Decision, StepPause, Stepper};
pub use summary::SummaryBuilder;
pub use summary::budget::BudgetOutcome;
pub use summary::durations::{Durations, Sample, fine_time};
pub use summary::requirement::{Demands, Requirement, RequirementKind, RequirementOutcome};
pub use target::{Refusal, Target};
pub use values::{GivenInput, Values};
pub use verdict::Verdict;

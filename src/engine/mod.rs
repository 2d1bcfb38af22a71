//! Runs a plan: cases on workers, steps in order, cleanup always. What happens is said in
//! [`Event`]s; nothing here prints or knows a report format. Start with [`run`].

mod about;
mod attempts;
mod auth;
mod body;
mod budget;
mod capture;
mod case;
mod command;
mod common;
mod course;
mod coverage;
mod durations;
mod edit;
mod event;
mod exchange_log;
mod expect;
mod fact;
mod folded;
mod gate;
mod habits;
mod inputs;
mod login;
mod mark;
mod mask;
mod once;
mod place;
mod record;
mod request;
mod requirement;
mod run;
mod scope;
mod sends;
mod status;
mod step;
mod stepper;
mod structure;
mod summary;
mod target;
mod target_uri;
mod token_requests;
mod unanswered;
mod unit;
mod url;
mod values;
mod verdict;

pub use about::CaseAbout;
pub use budget::BudgetOutcome;
pub use durations::{Durations, Sample, fine_time};
pub use event::{
    Attention, CaseReport, CommonFinding, Event, ExchangeReport, FlakyCase, Phase, RunStarted, SlowCase,
    StepReport, Stopped, Summary, WarningCount,
};
pub use gate::{Gate, Permit};
pub use habits::Habits;
pub use record::{BodyRecord, ExchangeRecord, RequestRecord, ResponseRecord};
pub use requirement::{Demands, Requirement, RequirementKind, RequirementOutcome};
pub use run::{Identity, Order, RunSettings, run};
pub use stepper::{Decision, StepPause, Stepper};
pub use summary::SummaryBuilder;
pub use target::{Refusal, Target};
pub use values::{GivenInput, Values};
pub use verdict::Verdict;

//! The files that people write: `contest.yaml` and `*.contest.yaml`, read into models in which every
//! value has its place.
//!
//! Reading reports every problem of a file at once and never stops at the first. Nothing here knows
//! an OpenAPI document: whether an operation or a parameter exists is the plan's business. Start with
//! [`ScenarioFile::read`] and [`Project::read`]; the language itself is described in
//! `docs/scenario-format.md`.

mod attachment;
mod auth;
mod baseline;
mod body;
mod budget;
mod capture;
mod connection;
mod contract;
mod coverage;
mod duration;
mod environment;
mod expectation;
mod fields;
mod file;
mod flow;
mod formats;
mod input;
mod input_schema;
mod interval;
mod joint;
mod layout;
mod login;
mod mark;
mod matcher;
mod matcher_reader;
mod poll;
mod project;
mod reader;
mod repeat;
mod report;
mod retry;
mod row;
mod row_csv;
mod row_file;
mod row_matcher;
mod settings;
mod step;
#[cfg(test)]
mod tests;

pub use attachment::{Attachment, Attachments, FileReference};
pub use auth::{AuthChoice, AuthCommand, AuthKind, AuthProfile, ClientAuth, KeyLocation, OAuth2};
pub use baseline::{Baseline, KnownFinding, REASON_TO_GIVE, is_knowable};
pub use body::{BodyPart, PartContent, Replacement, StepBody, StepBodyKind};
pub use budget::{Budget, BudgetError, BudgetScope, Measure};
pub use capture::{Capture, CaptureSource, Take};
pub use connection::{Rate, Tls};
pub use contract::{ContractRule, ContractSettings, unknown_check};
pub use duration::parse_duration;
pub use environment::{Environment, SecretSource, ServerChoice};
pub use expectation::{BytesExpectation, Expectation, JsonPathExpectation, StatusPattern};
pub use fields::{BASELINE, CONTRACT_RULE, FILE, OPERATORS, PROJECT, REPORTS, SCENARIO};
pub use file::{Scenario, ScenarioFile};
pub use flow::{Flow, FlowFiles};
pub use formats::FORMATS;
pub use input::Input;
pub use interval::Interval;
pub use joint::parts_of;
pub use layout::{Layout, lay_out};
pub use login::{AuthFlow, TOKEN_OUTPUT, lifetime_of};
pub use mark::{ExpectedFailure, Skip};
pub use matcher::{
    Marker, Matcher, MatcherKind, Member, Operator, OperatorKind, Ordering, SchemaReference, Sorting,
};
pub use poll::Poll;
pub use project::{Api, NullableReading, Project, is_host};
pub use reader::{Named, Spanned};
pub use repeat::Repeat;
pub use retry::{Retry, RetryCause};
pub use row::{Cell, Row};
pub use settings::{Settings, Timeouts};
pub use step::{Action, Call, FlowCall, Send, Sends, Step, StepRequest};

/// The roots that stand behind `$` in a scenario.
pub const ROOTS: &[&str] = &["inputs", "vars", "row", "outputs", "steps", "env", "secrets", "run", "gen"];

/// The roots that a capture has besides: the exchange that was just made.
pub const CAPTURE_ROOTS: &[&str] = &["statusCode", "url", "method", "request", "response"];

/// The roots of the project file.
pub const PROJECT_ROOTS: &[&str] = &["env", "secrets", "inputs", "run"];

//! The one call: settings become documents, a plan, a target and a run.
//!
//! [`Session::load`] reads and plans, and reports every problem of every file; [`Session::run`] sends.
//! The command line and the harness differ only in how they fill [`Settings`] and what they do with
//! events.

mod base_url;
mod baseline;
mod check;
mod connection;
mod demands;
mod documents;
mod editor;
mod env_file;
mod files;
mod flows;
mod format;
mod init;
mod last_run;
mod library;
mod load;
mod mask;
mod mocks;
mod overlays;
mod profiles;
mod read_report;
mod remote;
mod report_request;
mod reports;
mod run;
mod runtime;
mod schemas;
mod servers;
mod settings;
mod values;
mod wait;
mod watch;
mod watched;
mod write;

pub use baseline::{BaselineSettings, UpdatedBaseline};
pub use check::{Checked, check_files};
pub use editor::make_schema;
pub use format::{Formatted, format_files};
pub use init::{Initialised, initialise};
pub use last_run::{LastRun, Rerun};
pub use load::Session;
pub use mocks::{MockError, StandaloneMock, start_mock};
pub use overlays::OverlayFile;
pub use read_report::{read_report, write_report};
pub use report_request::{ReportRequest, ReportSettings, ReportTarget};
pub use reports::Reports;
pub use runtime::runtime;
pub use settings::{BaseUrl, ConnectionSettings, Settings, Variables};
pub use wait::NotReady;
pub use watch::{Round, Watch};
pub use write::{prepare_file, write_file};

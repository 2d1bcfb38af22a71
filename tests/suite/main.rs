//! Tests over the whole: the house, the shipped documents, the judge, the command line.

mod attempt;
mod bodies;
mod certificates;
mod check_format;
mod corpus;
mod documents;
mod dry_run;
mod editors;
mod floods;
mod gallery;
mod guide;
mod hostile;
mod house;
mod interruption;
#[path = "../judge/mod.rs"]
mod judge;
mod judged;
mod kinds;
mod layout;
mod lifecycle;
mod listing;
mod messages;
mod mock;
mod process;
mod properties;
mod readme;
mod remote;
mod resets;
mod secrets;
mod semantics;
mod server;
mod servers;
mod starting;
mod tokens;
mod trace;
mod watch;

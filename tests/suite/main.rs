//! Tests over the whole: the house, the shipped documents, the judge, the command line.

mod documents;
mod house;
#[path = "../judge/mod.rs"]
mod judge;
mod judged;
mod lifecycle;
mod messages;
mod mock;
mod readme;
mod secrets;
mod server;

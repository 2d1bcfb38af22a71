//! The command line: arguments become settings, the one call is made, and its outcome becomes an exit
//! code. One file a subcommand; no logic of its own.
//!
//! Exit codes: 0 all passed, skipped or xfailed; 1 at least one failed or strictly xpassed; 2 bad
//! usage or a file that cannot be loaded, nothing was sent; 3 none failed, at least one errored; 4
//! nothing selected; 130 interrupted, cleanup was run.

mod args;
mod baseline;
mod check;
mod completions;
mod coverage;
mod exit;
mod explain;
mod fmt;
mod habits;
mod init;
mod list;
mod mock;
mod output;
mod report;
mod run;
mod schema;
mod select;
mod step;
mod watch;

use args::{Arguments, Command};
use clap::Parser as _;
use std::process::ExitCode;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // clap leaves with 2 on bad usage by itself, and with 0 behind `--help` and `--version`.
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Run(run) => run::run(*run, &arguments.output),
        Command::List(list) => list::list(*list, &arguments.output),
        Command::Baseline(baseline) => baseline::baseline(baseline, &arguments.output),
        Command::Check(check) => check::check(check, &arguments.output),
        Command::Explain(explain) => explain::explain(&explain, &arguments.output),
        Command::Fmt(fmt) => fmt::fmt(fmt, &arguments.output),
        Command::Completions(completions) => completions::completions(&completions),
        Command::Man(man) => completions::man(&man),
        Command::Init(documents) => init::init(documents, &arguments.output),
        Command::Schema(schema) => schema::schema(schema, &arguments.output),
        Command::Report(report) => report::report(report, &arguments.output),
        Command::Mock(mock) => mock::mock(&mock, &arguments.output),
    }
}

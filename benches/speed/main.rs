//! `cargo bench --bench speed [-- requests | process | document | memory | reports]`: what `docs/performance.md` states.
//!
//! Plain measurements of processor time, printed; nothing is asserted about them. Linux only: the figures are read from
//! `/proc`. `profile [rounds]` runs the scenarios alone, for a profiler, and `profile-bare [rounds]` the bare client on one
//! thread.

mod document;
mod process;
mod reports;
mod requests;
mod server;
mod usage;

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let chosen: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if chosen.contains(&server::ARGUMENT) {
        return server::serve();
    }
    if let [reports::ARGUMENT, name, cases] = chosen[..] {
        return reports::cost(name, cases.parse().map_err(io::Error::other)?);
    }
    if let Some(at) = chosen.iter().position(|it| matches!(*it, "profile" | "profile-bare")) {
        let rounds = chosen.get(at + 1).and_then(|rounds| rounds.parse().ok()).unwrap_or(500);
        let server = server::Server::start()?;
        match chosen[at] {
            "profile" => requests::run_contest(&server, rounds),
            _ => requests::run_bare_alone(&server, rounds),
        }
        return Ok(());
    }
    let wants = |name: &str| chosen.is_empty() || chosen.contains(&name);
    let mut out = io::stdout();
    if wants("requests") {
        write!(out, "{}", requests::compare(1_000))?;
    }
    if wants("process") {
        write!(out, "{}", process::measure(100))?;
    }
    if wants("document") {
        write!(out, "{}", document::compare(10))?;
    }
    if wants("memory") {
        write!(out, "{}", requests::memory())?;
    }
    if wants("reports") {
        write!(out, "{}", reports::compare()?)?;
    }
    Ok(())
}

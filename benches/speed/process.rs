//! The whole process, start to end: four scenarios and twenty requests through the command.

use crate::requests::folder;
use crate::server::Server;
use crate::usage::{cpu_of_children, peak};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Processor time and peak memory of `contest run`, over `rounds` processes.
pub(crate) fn measure(rounds: u32) -> String {
    let server = Server::start().expect("the server starts");
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contest"));
        command.args(["run", "--jobs", "1", "--seed", "1", "--base-url", &server.base_url]);
        command.current_dir(folder()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    assert!(command().status().expect("it starts").success(), "the scenarios pass");
    let (before, begun) = (cpu_of_children(), Instant::now());
    for _ in 0..rounds {
        command().status().expect("it starts");
    }
    let (cpu, wall) = (cpu_of_children() - before, begun.elapsed());
    let memory = (0..10).map(|_| peak_of(command())).max().unwrap_or(0);
    let millis = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(rounds);
    format!(
        "process: {:.1} ms CPU (goal: at most 10), {:.1} MiB peak (goal: at most 20), {:.1} ms wall\n  \
         mean of {rounds} processes of 4 scenarios and 20 requests; the most memory of 10\n",
        millis(cpu),
        memory as f64 / 1024.0,
        millis(wall)
    )
}

/// The most memory that a process was seen with, asked again and again until it has ended.
fn peak_of(mut command: Command) -> u64 {
    let mut child = command.spawn().expect("it starts");
    let mut most = 0;
    while let Ok(None) = child.try_wait() {
        most = peak(child.id()).unwrap_or(0).max(most);
        std::thread::sleep(Duration::from_micros(50));
    }
    most
}

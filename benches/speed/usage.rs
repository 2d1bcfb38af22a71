//! What a process has used, read from `/proc`: Linux only, without `unsafe`.

use std::fs;
use std::time::Duration;

/// Linux counts processor time for user space in hundredths of a second on every architecture (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// Processor time of this process so far, user and system, all threads; in steps of 10 ms.
pub(crate) fn cpu() -> Duration {
    // proc_pid_stat(5): fields 14 and 15.
    ticks(11) + ticks(12)
}

/// Processor time of the children that have ended and were waited for; in steps of 10 ms.
pub(crate) fn cpu_of_children() -> Duration {
    ticks(13) + ticks(14)
}

/// Processor time of this thread so far, in nanoseconds.
pub(crate) fn cpu_of_thread() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0))
}

/// Memory of this process that is in RAM, in KiB.
pub(crate) fn resident() -> u64 {
    kib("self", "VmRSS:").unwrap_or(0)
}

/// The most memory that a process had in RAM so far, in KiB; `None` when it has ended.
pub(crate) fn peak(process: u32) -> Option<u64> {
    kib(&process.to_string(), "VmHWM:")
}

/// A field of `/proc/self/stat`, counted from the one behind the name in parentheses.
fn ticks(field: usize) -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let count = fields.split(' ').nth(field).and_then(|it| it.parse().ok()).unwrap_or(0);
    TICK * count
}

/// Lets the peak of this process begin anew at what it has now.
pub(crate) fn reset_peak() -> std::io::Result<()> {
    // proc_pid_clear_refs(5): 5 resets the peak.
    fs::write("/proc/self/clear_refs", "5")
}

fn kib(process: &str, field: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

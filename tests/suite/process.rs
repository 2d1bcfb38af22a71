//! The command in a process of its own, in a folder of its own, held to a time and a memory.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A folder that is removed with the value; made below cargo's own folder for tests.
pub(crate) struct Folder {
    /// Where it is.
    pub(crate) path: PathBuf,
}

impl Folder {
    /// Makes an empty one, in which the walk up to a `contest.yaml` ends.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("cargo's folder for tests is writable");
        let folder = Self { path };
        folder.write("contest.yaml", b"contest: 1\n");
        folder
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        let path = self.path.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&self.path)).expect("the folder is writable");
        std::fs::write(path, content).expect("the folder is writable");
    }

    /// What a file holds; nothing when there is none.
    pub(crate) fn read(&self, name: &str) -> String {
        let bytes = std::fs::read(self.path.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Starts the command in the folder; its streams go to the files `stdout` and `stderr`.
    pub(crate) fn start(&self, arguments: &[&str]) -> Process {
        self.start_with(arguments, &[])
    }

    /// Like [`Folder::start`], with more variables of the process.
    pub(crate) fn start_with(&self, arguments: &[&str], variables: &[(&str, String)]) -> Process {
        let file = |name: &str| {
            Stdio::from(std::fs::File::create(self.path.join(name)).expect("the folder is writable"))
        };
        let mut command = if cfg!(target_os = "linux") {
            // The hard end, so that a test that fails spares the machine; VmHWM is the measure.
            let mut shell = Command::new("sh");
            shell.args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_contest")]);
            shell
        } else {
            Command::new(env!("CARGO_BIN_EXE_contest"))
        };
        let child = command
            .args(arguments)
            .current_dir(&self.path)
            .env_clear()
            .envs([("COLUMNS", "100"), ("NO_COLOR", "1"), ("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin")])
            // glibc reserves address space for every thread otherwise.
            .env("MALLOC_ARENA_MAX", "2")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn();
        Process { child: child.expect("the command starts"), started: Instant::now(), peak: 0 }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A command under way; it is killed with the value.
pub(crate) struct Process {
    child: Child,
    started: Instant,
    /// The most memory seen so far, in KiB; 0 where there is no `/proc`.
    pub(crate) peak: u64,
}

impl Process {
    /// Sends a signal by its name: `INT`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([&format!("-{name}"), id.as_str()]).status();
        assert!(status.expect("there is a `kill`").success(), "the process had ended before {name}");
    }

    /// Waits for the end; `None` when it has not come `within` this time of the start.
    pub(crate) fn wait(&mut self, within: Duration) -> Option<ExitStatus> {
        loop {
            self.measure();
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                return Some(status);
            }
            if self.started.elapsed() > within {
                return None;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// How long it has been running.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn measure(&mut self) {
        let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())) else { return };
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let amount = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
        self.peak = self.peak.max(amount.unwrap_or(0));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

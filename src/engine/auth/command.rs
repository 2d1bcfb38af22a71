//! Tokens that a command prints: `command: [./token.sh]`.

use crate::expression::{Reference, Scope, Unresolved};
use crate::http::{Issued, TokenError, excerpt, lifetime_at};
use crate::json::{Datum, Value};
use crate::scenario::AuthCommand;
use crate::secret::{Masker, SecretString};
use std::borrow::Cow;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

/// As much of what a command says on stderr as a message can use.
const MAX_STDERR: usize = 16 << 10;

/// What a command is run with.
pub(in crate::engine) struct Invocation<'i> {
    /// The program and its arguments, resolved.
    pub(in crate::engine) words: &'i [String],
    /// The folder of the project file: programs with a `/` are below it, and it is the working folder.
    pub(in crate::engine) folder: &'i Path,
    /// The longest it may take.
    pub(in crate::engine) timeout: Duration,
    /// The most bytes that it may print; the limit `body`.
    pub(in crate::engine) limit: u64,
    pub(in crate::engine) masker: &'i Masker,
}

/// Runs a command, without a shell and without stdin, and reads the token, or with `headers` all that it
/// prints, out of the JSON on its stdout. stdout is never shown; stderr is, masked, when it fails.
///
/// # Errors
/// [`TokenError`] when it cannot be started, fails, takes too long, prints too much, or no token.
pub(in crate::engine) async fn issue(
    command: &AuthCommand,
    invocation: &Invocation<'_>,
) -> Result<Issued, TokenError> {
    let printed = run(invocation).await?;
    let name = &invocation.words[0];
    let whence = format!("what `{name}` printed");
    let body: Value = serde_json::from_slice(&printed).map_err(|_| TokenError::NotJson {
        whence: whence.clone(),
        reason: if printed.is_empty() { "it is empty".to_owned() } else { "a token by itself?".to_owned() },
        // It may be the token.
        excerpt: String::new(),
        help: "a command prints a JSON object, as in {\"access_token\": \"…\", \"expires_in\": 3600}",
    })?;
    if command.headers.is_empty() {
        return Issued::read(&body, &command.token_pointer, &command.expires_pointer, &whence);
    }
    Ok(Issued {
        value: SecretString::from(body.to_string()),
        lifetime: lifetime_at(&body, &command.expires_pointer),
    })
}

async fn run(invocation: &Invocation<'_>) -> Result<Vec<u8>, TokenError> {
    let [program, arguments @ ..] = invocation.words else { return Err(failed("there is no command", None)) };
    let below = invocation.folder.join(program);
    let is_path = program.contains(['/', '\\']);
    let mut command = Command::new(if is_path { below.as_os_str() } else { program.as_ref() });
    #[cfg(unix)]
    command.process_group(0);
    let child = command
        .args(arguments)
        .current_dir(match invocation.folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => invocation.folder,
        })
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = child.map_err(|error| {
        let reason = error.to_string();
        let reason = reason.split(" (os error").next().unwrap_or_default().to_lowercase();
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "a program with a `/` is looked for below the folder of contest.yaml, any other in PATH"
            }
            std::io::ErrorKind::PermissionDenied => "is the file executable? `chmod +x` makes it so",
            _ => "is it a program of this system, with `#!` in its first line if it is a script?",
        };
        failed(format!("`{program}` cannot be run ({reason})"), Some(help.to_owned()))
    })?;
    let family = Family::of(&child);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let all = async {
        tokio::try_join!(
            read_to(stdout, usize::try_from(invocation.limit).unwrap_or(usize::MAX), Beyond::Fails),
            read_to(stderr, MAX_STDERR, Beyond::IsDropped),
            async { child.wait().await.map_err(|_| Unread::Broken) },
        )
    };
    let ended = tokio::time::timeout(invocation.timeout, all).await;
    if matches!(ended, Ok(Ok(_))) {
        family.has_ended();
    }
    match ended {
        Err(_) => Err(failed(
            format!("`{program}` did not end within {}", seconds(invocation.timeout)),
            Some(
                "`timeouts: { request: … }` waits longer; what asks for a password waits for ever".to_owned(),
            ),
        )),
        Ok(Err(Unread::TooLong)) => {
            let message =
                format!("`{program}` printed more than the limit `body` of {} bytes", invocation.limit);
            let more = invocation.limit.saturating_mul(2);
            Err(failed(message, Some(format!("`--limit body={more}` allows it"))))
        }
        Ok(Err(Unread::Broken)) => Err(failed(format!("what `{program}` printed cannot be read"), None)),
        Ok(Ok((printed, _, status))) if status.success() => Ok(printed),
        Ok(Ok((_, said, status))) => {
            // Masked before it is cut: what is left of a secret would not be known.
            let said = excerpt(&invocation.masker.mask(&String::from_utf8_lossy(&said)));
            let said =
                if said.is_empty() { "; it says nothing on stderr".to_owned() } else { format!(": {said}") };
            Err(failed(format!("`{program}` {}{said}", ending(status)), None))
        }
    }
}

/// A command with everything that it has started, which ends with it when nobody waits for it any more:
/// what a script runs would live on.
struct Family {
    /// The process group of the command, whose id is that of the command.
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Family {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { group: id.and_then(rustix::process::Pid::from_raw) }
    }

    /// Nothing is left to be ended.
    fn has_ended(mut self) {
        self.group = None;
    }
}

#[cfg(unix)]
impl Drop for Family {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            // Whoever has ended meanwhile needs it no more.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

/// Elsewhere the command alone is ended, by `kill_on_drop`.
#[cfg(not(unix))]
impl Family {
    fn of(_: &Child) -> Self {
        Self {}
    }

    fn has_ended(self) {}
}

fn failed(message: impl Into<String>, help: Option<String>) -> TokenError {
    TokenError::Other { message: message.into(), help }
}

fn seconds(time: Duration) -> String {
    match time.subsec_millis() {
        0 => format!("{} s", time.as_secs()),
        _ => format!("{} ms", time.as_millis()),
    }
}

fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

/// What happens to bytes beyond the most that is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beyond {
    Fails,
    IsDropped,
}

enum Unread {
    TooLong,
    Broken,
}

/// Reads a pipe to its end, and keeps no more than `most` bytes.
async fn read_to(
    pipe: Option<impl AsyncRead + Unpin>,
    most: usize,
    beyond: Beyond,
) -> Result<Vec<u8>, Unread> {
    let (mut kept, mut chunk) = (Vec::new(), [0; 8 << 10]);
    let Some(mut pipe) = pipe else { return Ok(kept) };
    loop {
        let length = pipe.read(&mut chunk).await.map_err(|_| Unread::Broken)?;
        if length == 0 {
            return Ok(kept);
        }
        let room = most.saturating_sub(kept.len());
        if length > room && beyond == Beyond::Fails {
            return Err(Unread::TooLong);
        }
        kept.extend_from_slice(&chunk[..length.min(room)]);
    }
}

/// The names of a case, and `$outputs`: what a command printed.
pub(in crate::engine) struct OutputScope<'s> {
    pub(in crate::engine) case: &'s dyn Scope,
    pub(in crate::engine) outputs: Datum,
}

impl Scope for OutputScope<'_> {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        match reference.root.as_str() {
            "outputs" => reference.walk_within(0, &self.outputs),
            _ => self.case.resolve(reference),
        }
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.case.variable(name)
    }

    fn now(&self) -> crate::clock::Timestamp {
        self.case.now()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::json::Pointer;
    use crate::secret::ExposeSecret;

    async fn run_script(script: &str, limit: u64) -> Result<(String, Option<u64>), (String, bool)> {
        let command = AuthCommand {
            span: Default::default(),
            words: Vec::new(),
            token_pointer: Pointer::of(["access_token"]),
            expires_pointer: Pointer::of(["expires_in"]),
            headers: Vec::new(),
        };
        let masker = Masker::new();
        masker.add("hunter2");
        let words = ["sh".to_owned(), "-c".to_owned(), script.to_owned(), "it's one word".to_owned()];
        let invocation = Invocation {
            words: if script == "no such" { &words[2..3] } else { &words },
            folder: Path::new("/"),
            timeout: Duration::from_millis(if script.contains("sleep") { 50 } else { 10_000 }),
            limit,
            masker: &masker,
        };
        let issued = issue(&command, &invocation).await;
        issued
            .map(|it| (it.value.expose_secret().to_owned(), it.lifetime.map(|it| it.as_secs())))
            .map_err(|error| (error.to_string(), error.help().is_some()))
    }

    async fn check(script: &str, expected: Result<(&str, Option<u64>), (&str, bool)>) {
        let found = run_script(script, 1000).await;
        let expected = expected
            .map(|(token, lifetime)| (token.to_owned(), lifetime))
            .map_err(|(message, has_help)| (message.to_owned(), has_help));
        assert_eq!(found, expected, "{script}");
    }

    #[tokio::test]
    async fn a_command_prints_a_token() {
        check(r#"echo '{"access_token": "t"}'"#, Ok(("t", None))).await;
        check(r#"echo '{"access_token": "t", "expires_in": "60"}'; echo x >&2"#, Ok(("t", Some(60)))).await;
        check(r#"printf '{"access_token": "%s"}' "$0""#, Ok(("it's one word", None))).await;
        check(r#"printf '{"access_token": "%s"}' "$(pwd)""#, Ok(("/", None))).await;
        // Nobody answers a question.
        check(r#"read x; printf '{"access_token": "none%s"}' "$x""#, Ok(("none", None))).await;
    }

    #[tokio::test]
    async fn failures_say_what_happened() {
        check("exit 3", Err(("no token: `sh` ended with 3; it says nothing on stderr", false))).await;
        check(
            "echo 'not hunter2,\nyou' >&2; exit 1",
            Err(("no token: `sh` ended with 1: not ***, you", false)),
        )
        .await;
        check("kill -9 $$", Err(("no token: `sh` was ended by a signal; it says nothing on stderr", false)))
            .await;
        check("sleep 10", Err(("no token: `sh` did not end within 50 ms", true))).await;
        check("echo s3cr3t", Err(("no token: what `sh` printed is not JSON (a token by itself?)", true)))
            .await;
        check("true", Err(("no token: what `sh` printed is not JSON (it is empty)", true))).await;
        check(
            r#"echo '{"accessToken": "s3cr3t"}'"#,
            Err(("no token: what `sh` printed has nothing at `/access_token`", true)),
        )
        .await;
        check("no such", Err(("no token: `no such` cannot be run (no such file or directory)", true))).await;
        check(
            "head -c 2000 /dev/zero",
            Err(("no token: `sh` printed more than the limit `body` of 1000 bytes", true)),
        )
        .await;
        // What it started and left behind ends with it.
        let marker = std::env::temp_dir().join(format!("contest-family-{}", std::process::id()));
        let script = format!("(sleep 0.2; touch {}) & sleep 10", marker.display());
        check(&script, Err(("no token: `sh` did not end within 50 ms", true))).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!marker.exists(), "a grandchild lived on");
        // More on stderr than anybody reads holds nothing up.
        check(r#"head -c 300000 /dev/zero >&2; echo '{"access_token": "t"}'"#, Ok(("t", None))).await;
    }
}

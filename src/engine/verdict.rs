use std::fmt;

/// How a step or a case ended. The order is from best to worst, so the maximum of several verdicts
/// is the verdict of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing was sent, on purpose.
    Skipped,
    /// Nothing was sent, because something before it went wrong.
    NotRun,
    /// It failed, as it was said to.
    XFailed,
    /// No finding of severity deny.
    Passed,
    /// It passed, and was said to fail.
    XPassed,
    /// The test could not be carried out.
    Errored,
    /// The API answered, and something was wrong.
    Failed,
}

impl Verdict {
    /// The word for it in running text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::NotRun => "not run",
            Self::XFailed => "xfailed",
            Self::Passed => "passed",
            Self::XPassed => "xpassed",
            Self::Errored => "errored",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

//! Watching the files of a session: when one changes, what it touches is loaded anew.

use super::load::Session;
use super::settings::Settings;
use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// An editor writes a file in several steps; when nothing has happened for this long it is done.
const QUIET: Duration = Duration::from_millis(80);

/// What never gets quiet is looked at all the same, this long after its first change.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// File systems take their times from a clock that goes in steps of up to 10 ms.
const CLOCK_STEP: Duration = Duration::from_millis(20);

/// New folders may hold folders that are new themselves; deeper than this they wait for the next change.
const MAX_LOADS: usize = 4;

/// The files of a session, under watch.
#[derive(Debug)]
pub struct Watch {
    settings: Settings,
    watcher: RecommendedWatcher,
    changes: mpsc::UnboundedReceiver<()>,
    folders: BTreeSet<PathBuf>,
    /// The files as they were when they were last loaded.
    seen: BTreeMap<PathBuf, Stamp>,
    /// The files that changed and have not run since, for something could not be loaded.
    pending: BTreeSet<PathBuf>,
    /// The ids of the cases that there were the last time.
    known: BTreeSet<String>,
}

/// A session after a change.
#[derive(Debug)]
pub struct Round {
    /// Everything, loaded anew.
    pub session: Session,
    /// The indices of the cases that are to run: all of the first round, then those that depend on a file
    /// that changed, and those that are new. None when the session is refused.
    pub cases: Vec<usize>,
    /// The files that changed, sorted; none in the first round.
    pub changed: Vec<PathBuf>,
    /// Folders that cannot be watched, with the reason.
    pub unwatched: Vec<String>,
}

/// What tells two states of a file apart; `None` for one that is not there.
type Stamp = Option<(SystemTime, u64)>;

impl Watch {
    /// Makes a watch over what settings name; nothing is read before the first round.
    ///
    /// # Errors
    /// A sentence when the system cannot watch files.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let (sender, changes) = mpsc::unbounded_channel();
        let notice = move |event: notify::Result<notify::Event>| {
            if event.map_or(true, |event| is_change(event.kind)) {
                // The watch that receives it may be gone.
                let _ = sender.send(());
            }
        };
        let watcher = notify::recommended_watcher(notice);
        Ok(Self {
            settings,
            watcher: watcher.map_err(|error| format!("files cannot be watched: {error}"))?,
            changes,
            folders: BTreeSet::new(),
            seen: BTreeMap::new(),
            pending: BTreeSet::new(),
            known: BTreeSet::new(),
        })
    }

    /// Loads everything, and watches what it was loaded from.
    pub fn first(&mut self) -> Round {
        let (session, unwatched) = self.load();
        self.seen = stamps(session.files());
        self.round(session, None, unwatched)
    }

    /// Waits until a file changes that the last round depended on, or one comes that it would have taken,
    /// and loads everything anew.
    ///
    /// May be dropped while it waits, and be asked again.
    pub async fn next(&mut self) -> Round {
        loop {
            self.wait().await;
            let (session, unwatched) = self.load();
            let mut now = stamps(session.files());
            // What an unfinished file no longer names is not gone.
            for path in self.seen.keys().filter(|path| !session.files().contains(*path)) {
                now.insert(path.clone(), stamp(path));
            }
            let is_other = |path: &&PathBuf| self.seen.get(*path) != now.get(*path);
            let changed: Vec<PathBuf> = now.keys().filter(is_other).cloned().collect();
            self.seen = now;
            if !changed.is_empty() {
                return self.round(session, Some(changed), unwatched);
            }
        }
    }

    /// Waits for a change and until it is over.
    async fn wait(&mut self) {
        if self.changes.recv().await.is_none() {
            // The watcher lives as long as this value, and so does its end of the channel.
            std::future::pending::<()>().await;
        }
        let latest = Instant::now() + LONGEST_WAIT;
        while Instant::now() < latest
            && let Ok(Some(())) = timeout_at((Instant::now() + QUIET).min(latest), self.changes.recv()).await
        {
        }
    }

    /// Loads the session, and again when there was a new folder, for what came into it before it was
    /// watched would go unnoticed, or when a file was written while it was being read.
    fn load(&mut self) -> (Session, Vec<String>) {
        let mut unwatched = Vec::new();
        for _ in 1..MAX_LOADS {
            let begun = SystemTime::now().checked_sub(CLOCK_STEP);
            let session = Session::load(self.settings.clone(), true);
            let is_written = |stamp: Stamp| stamp.is_some_and(|(written, _)| Some(written) > begun);
            let is_unsettled = session.files().iter().any(|path| is_written(stamp(path)));
            if !self.watch(&session.folders(), &mut unwatched) && !is_unsettled {
                return (session, unwatched);
            }
        }
        (Session::load(self.settings.clone(), true), unwatched)
    }

    /// Watches folders that are not watched yet; gives whether there was one.
    fn watch(&mut self, folders: &BTreeSet<PathBuf>, unwatched: &mut Vec<String>) -> bool {
        // One that was removed and made again has lost its watch.
        self.folders.retain(|folder| folder.is_dir() && folders.contains(folder));
        let mut is_new = false;
        for folder in folders.iter().filter(|folder| folder.is_dir()) {
            if self.folders.insert(folder.clone()) {
                match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                    Ok(()) => is_new = true,
                    Err(error) => unwatched.push(format!("`{}` is not watched: {error}", folder.display())),
                }
            }
        }
        is_new
    }

    fn round(&mut self, session: Session, changed: Option<Vec<PathBuf>>, unwatched: Vec<String>) -> Round {
        let is_first = changed.is_none();
        let changed = changed.unwrap_or_default();
        self.pending.extend(changed.iter().cloned());
        let mut cases = Vec::new();
        if !session.is_refused() {
            let is_touched = |index: usize| {
                let is_new = !self.known.contains(&session.plan.cases[index].id);
                is_first || is_new || !self.pending.is_disjoint(&session.files_of(index))
            };
            cases = (0..session.plan.cases.len()).filter(|index| is_touched(*index)).collect();
            self.known = session.plan.cases.iter().map(|case| case.id.clone()).collect();
            self.pending.clear();
        }
        Round { session, cases, changed, unwatched }
    }
}

/// Reading a file changes nothing, nor does a new owner or time of access.
fn is_change(kind: EventKind) -> bool {
    use notify::event::MetadataKind;
    match kind {
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Metadata(kind)) => {
            matches!(kind, MetadataKind::Any | MetadataKind::WriteTime)
        }
        _ => true,
    }
}

fn stamps(files: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, Stamp> {
    files.iter().map(|path| (path.clone(), stamp(path))).collect()
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

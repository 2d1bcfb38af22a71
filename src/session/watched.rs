//! What a session depends on, so that a change of a file runs the cases that it touches and no others.

use super::files::{ScenarioFiles, normalise};
use super::load::Session;
use super::settings::Settings;
use crate::plan::PlannedStep;
use crate::scenario::Project;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The files that a session read, or looked for in vain.
#[derive(Debug, Default)]
pub(super) struct SessionFiles {
    /// All of them, absolute and without detours, as all others.
    pub(super) read: BTreeSet<PathBuf>,
    /// Those that were read for the sake of a scenario file, itself among them, by its path.
    pub(super) scenarios: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Those that steps of a scenario file name, by its path.
    pub(super) attachments: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Those that an api's document, overlays and rules consist of, by the api's name.
    pub(super) apis: BTreeMap<String, BTreeSet<PathBuf>>,
    /// The files and folders that scenario files are looked for in.
    pub(super) roots: Vec<PathBuf>,
}

impl SessionFiles {
    /// Notes the files that scenario files name and are read for.
    pub(super) fn of_scenarios(&mut self, scenarios: &ScenarioFiles) {
        for (path, read) in &scenarios.read {
            let path = plain(path);
            self.scenarios.insert(path, normalised(read.iter().cloned()));
        }
        for file in &scenarios.files {
            let path = plain(&file.path);
            let named = file.attachments().into_iter().map(|reference| reference.resolve(&file.path));
            self.attachments.insert(path, normalised(named));
        }
    }

    /// Notes everything that was read.
    pub(super) fn of_all(&mut self, read: BTreeSet<PathBuf>) {
        self.read = normalised(read);
    }

    /// Notes the files and folders that scenario files are looked for in.
    pub(super) fn of_roots(&mut self, settings: &Settings, project: Option<&Project>) {
        let given = settings.files.iter().map(|file| settings.folder.join(file));
        let named = project.iter().flat_map(|it| it.scenarios.iter().map(|root| it.folder.join(&root.value)));
        let roots: Vec<PathBuf> = if settings.files.is_empty() { named.collect() } else { given.collect() };
        self.roots = normalised(roots).into_iter().collect();
    }

    /// Adds files to those of an api.
    pub(super) fn of_api(&mut self, api: &str, files: BTreeSet<PathBuf>) {
        self.apis.entry(api.to_owned()).or_default().extend(normalised(files));
    }
}

fn normalised(paths: impl IntoIterator<Item = PathBuf>) -> BTreeSet<PathBuf> {
    paths.into_iter().map(|path| plain(&path)).collect()
}

fn plain(path: &Path) -> PathBuf {
    normalise(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

impl Session {
    /// Every file that was read, or looked for in vain, absolute and without detours.
    pub fn files(&self) -> &BTreeSet<PathBuf> {
        &self.files.read
    }

    /// The files that a case depends on: its scenario file, those of the flows
    /// that it calls and what these name, the documents of the
    /// apis that it calls with everything they refer to, their overlays and rules; and what all cases
    /// depend on, `contest.yaml` and whatever belongs to no case alone.
    ///
    /// Shared by the cases of one scenario; an index that is none has the files that all share.
    pub fn files_of(&self, case: usize) -> BTreeSet<PathBuf> {
        let mut files = self.shared_files();
        let Some(case) = self.plan.cases.get(case) else { return files };
        let flows = case.scenario.all_steps().filter_map(PlannedStep::flow_call);
        let of_flows = flows.map(|call| plain(&call.flow.file.path));
        let logins = self.plan.logins.of_steps(case.scenario.all_steps()).into_iter();
        let of_logins = logins.map(|login| plain(&login.flow.file.path));
        let own: BTreeSet<PathBuf> =
            of_flows.chain(of_logins).chain([plain(&case.scenario.file.path)]).collect();
        for path in &own {
            let own = [&self.files.scenarios, &self.files.attachments].map(|it| it.get(path));
            files.extend(own.into_iter().flatten().flatten().cloned());
        }
        for (api, _) in case.scenario.calls() {
            files.extend(self.files.apis.get(&self.plan.apis[api].name).into_iter().flatten().cloned());
        }
        files
    }

    /// The folders whose entries matter: those of the files, and those that scenario files are looked
    /// for in, down to the last one. Each is to be watched by itself.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let parents = self.files.read.iter().filter_map(|file| file.parent().map(Path::to_owned));
        let mut folders: BTreeSet<PathBuf> = parents.filter(|folder| folder.is_dir()).collect();
        self.files.roots.iter().for_each(|root| add_folders(root, 0, &mut folders));
        folders
    }

    /// What belongs to no scenario file and no api.
    fn shared_files(&self) -> BTreeSet<PathBuf> {
        let mut files = self.files.read.clone();
        let owned = [&self.files.scenarios, &self.files.attachments].into_iter().flat_map(BTreeMap::values);
        for file in owned.chain(self.files.apis.values()).flatten() {
            files.remove(file);
        }
        files
    }
}

/// A deeper tree of folders is a link that leads in a circle.
const MAX_DEPTH: usize = 32;

fn add_folders(path: &Path, depth: usize, folders: &mut BTreeSet<PathBuf>) {
    if !path.is_dir() || depth > MAX_DEPTH {
        return;
    }
    folders.insert(path.to_owned());
    for entry in std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok) {
        if !entry.file_name().to_string_lossy().starts_with('.') {
            add_folders(&entry.path(), depth + 1, folders);
        }
    }
}

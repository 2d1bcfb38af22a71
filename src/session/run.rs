//! The session as a run: its runtime, its target, its settings.

use super::Session;
use super::connection::banners;
use super::load::Destination;
use super::mocks::{IdleMocks, start_mocks};
use super::runtime::runtime_of_one_thread;
use crate::engine::{Event, Gate, Habits, RunSettings, Summary, Target, run};
use crate::http::{Client, ClientSettings, Tokens};
use crate::plan::Plan;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// LANGUAGE: a connection is made within 5 s.
const CONNECT: Duration = Duration::from_secs(5);

impl Session {
    /// A runtime that suits the run, to be waited on by the thread that asks for it: of one thread for
    /// one worker that talks to servers elsewhere, otherwise [`runtime`](super::runtime).
    ///
    /// # Errors
    /// When the system gives no threads or no event queue.
    pub fn runtime(&self) -> io::Result<Runtime> {
        let is_alone = matches!(self.destination, Destination::Urls(_)) && self.n_workers() == 1;
        match is_alone.then(runtime_of_one_thread).flatten() {
            Some(runtime) => runtime,
            None => super::runtime(),
        }
    }

    /// Runs the plan and says what happens; `interrupt` stops it, with cleanup.
    ///
    /// # Errors
    /// A sentence that says why an embedded mock could not be started.
    pub async fn run(
        &self,
        interrupt: CancellationToken,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Summary, String> {
        let settings = self.run_settings(interrupt, true);
        let ledger = settings.baseline.clone();
        let summary = self.run_plan(Arc::clone(&self.plan), settings, emit).await?;
        ledger.iter().for_each(|ledger| self.update_baseline(ledger, &summary));
        Ok(summary)
    }

    async fn run_plan(
        &self,
        plan: Arc<Plan>,
        settings: RunSettings,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Summary, String> {
        let target: Arc<dyn Target> = match &self.destination {
            Destination::Urls(target) => Arc::new(target.clone()),
            Destination::Mocks(_) if settings.is_dry => Arc::new(IdleMocks::new(&plan)),
            Destination::Mocks(rules) => {
                let n_cases = plan.cases.len() * settings.repeat.max(1);
                Arc::new(start_mocks(rules, settings.workers.clamp(1, n_cases.max(1))).await?)
            }
        };
        Ok(run(plan, Arc::new(settings), target, emit).await)
    }

    /// Runs some cases of the plan, as [`Session::run`] runs all.
    ///
    /// # Errors
    /// A sentence that says why an embedded mock could not be started.
    pub async fn run_some(
        &self,
        cases: &[usize],
        interrupt: CancellationToken,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Summary, String> {
        self.run_plan(Arc::new(self.plan.only(cases)), self.run_settings(interrupt, false), emit).await
    }

    /// Runs one case of the plan, on a target of its own, once no other case that is run so holds one of
    /// its locks.
    ///
    /// # Errors
    /// A sentence that says why an embedded mock could not be started.
    pub async fn run_only(
        &self,
        case: usize,
        interrupt: CancellationToken,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Summary, String> {
        let gate = self.gate.get_or_init(|| Gate::of(&self.plan)).as_ref();
        let _permit = match gate {
            Some(gate) => Some(gate.enter(case).await),
            None => None,
        };
        let settings = RunSettings { workers: 1, repeat: 1, ..self.run_settings(interrupt, false) };
        self.run_plan(Arc::new(self.plan.only(&[case])), settings, emit).await
    }

    /// Runs the plan against a target of the caller's, for tests of servers in the same process.
    pub async fn run_on(
        &self,
        target: Arc<dyn Target>,
        interrupt: CancellationToken,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Summary {
        run(Arc::clone(&self.plan), Arc::new(self.run_settings(interrupt, true)), target, emit).await
    }

    /// What was asked for, with the budgets of the files where flags give none of the same kind.
    fn habits(&self) -> Habits {
        let mut habits = self.settings.habits.clone();
        let of_environment = self.environment.as_ref().map(|it| &it.value.budgets);
        let of_project = self.project.as_ref().map(|it| &it.budgets);
        for budget in of_environment.into_iter().chain(of_project).flatten() {
            if !habits.budgets.iter().any(|nearer| nearer.is_for_the_same(budget)) {
                habits.budgets.push(budget.clone());
            }
        }
        habits
    }

    /// How many cases run at a time.
    fn n_workers(&self) -> usize {
        if self.settings.stepper.is_some() {
            return 1;
        }
        let of_environment = self.environment.as_ref().and_then(|it| it.value.jobs);
        let written = of_environment.or(self.project.as_ref().and_then(|it| it.jobs));
        let default = match &self.destination {
            Destination::Mocks(_) => std::thread::available_parallelism().map_or(1, usize::from),
            Destination::Urls(_) => 1,
        };
        let n_cases = self.plan.cases.len() * self.settings.repeat.unwrap_or(1);
        self.settings.jobs.or(written).unwrap_or(default).clamp(1, n_cases.max(1))
    }

    /// `is_all` says whether every case of the plan is to run.
    fn run_settings(&self, interrupt: CancellationToken, is_all: bool) -> RunSettings {
        // Two of one place were refused before.
        let reports = self.report_requests().unwrap_or_default();
        let environment = self.environment.as_ref();
        let project = self.project.as_ref();
        let connect = environment
            .map(|it| it.value.timeouts)
            .unwrap_or_default()
            .over(project.map(|it| it.timeouts).unwrap_or_default())
            .connect;
        let mut banners = banners(&self.settings, environment);
        if let Destination::Urls(target) = &self.destination {
            banners.extend(target.banner().map(str::to_owned));
        }
        RunSettings {
            environment: environment.map(|it| it.name.clone()),
            target: match &self.destination {
                Destination::Urls(target) if target.words().is_empty() => "URLs that steps name".to_owned(),
                Destination::Urls(target) => target.words(),
                Destination::Mocks(_) => "embedded mock".to_owned(),
            },
            banners,
            baseline: self.ledger(is_all),
            workers: self.n_workers(),
            habits: self.habits(),
            repeat: self.settings.repeat.unwrap_or(1),
            order: self.settings.order,
            values: Arc::clone(&self.values),
            profiles: project.map(|it| it.auth.clone()).unwrap_or_default(),
            project: project.map(|it| Arc::clone(&it.source)),
            identities: self.identities.clone(),
            commands: self
                .settings
                .allow_commands
                .then(|| project.map(|it| it.folder.clone()).unwrap_or_else(|| self.settings.folder.clone())),
            client: Client::new(ClientSettings {
                connect_timeout: connect.unwrap_or(CONNECT),
                ..self.client.clone()
            }),
            tokens: Arc::new(Tokens::default()),
            masker: Arc::clone(&self.masker),
            limits: self.limits.clone(),
            keeps_exchanges: self.settings.keeps_exchanges
                || reports.iter().any(|report| report.format.keeps_exchanges())
                || self.settings.is_dry
                || self.settings.stepper.is_some(),
            keeps_about: !reports.is_empty(),
            stepper: self.settings.stepper.clone(),
            coverage: self.settings.coverage,
            is_dry: self.settings.is_dry,
            demands: self.demands(),
            interrupt,
        }
    }
}

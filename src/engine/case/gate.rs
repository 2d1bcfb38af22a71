//! Which cases may run at the same time: `lock` and `exclusive`.
//!
//! Cases wait in one line. A case may start when no running case holds one of its locks, and no case in
//! front of it waits for one of them; an exclusive case starts when nothing runs, and nothing behind it
//! starts before it. So two holders never overlap, nobody is overtaken by those it waits for, and as a case
//! takes all of its locks at once or none, no two can wait for one another.

use super::unit::Unit;
use crate::plan::{Case, Plan};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The line of the cases of a plan in which some have locks.
#[derive(Debug)]
pub struct Gate {
    state: Mutex<State>,
    /// Told whenever something has ended.
    freed: Notify,
    /// The kind of each case of the plan, or of each unit of a run.
    kinds: Vec<usize>,
    /// The locks by number.
    names: Vec<String>,
}

/// The right of a case to run; it ends when this is dropped.
#[derive(Debug)]
pub struct Permit<'g> {
    gate: &'g Gate,
    kind: usize,
}

/// What a free worker finds.
#[derive(Debug)]
enum Next {
    /// A place in the line, whose case may start.
    Start(usize),
    /// Everybody in the line waits for somebody.
    Wait,
    /// The line is empty.
    End,
}

/// Cases with the same locks, which wait for the same.
#[derive(Debug)]
struct Kind {
    /// By number, in order.
    locks: Vec<usize>,
    is_exclusive: bool,
    /// Their places in the line, in order.
    waiting: VecDeque<usize>,
}

#[derive(Debug)]
struct State {
    kinds: Vec<Kind>,
    /// By number, whether a case that runs holds it.
    is_held: Vec<bool>,
    n_running: usize,
    is_exclusive_running: bool,
    /// The first place behind everybody in the line.
    next_place: usize,
}

impl Gate {
    /// The gate of a plan's cases, with nobody in the line; `None` where no case has locks, and nothing
    /// has to be asked.
    pub fn of(plan: &Plan) -> Option<Self> {
        has_claims(plan).then(|| Self::of_claims(plan.cases.iter().map(|case| claim([case].into_iter()))))
    }

    /// The gate of a run, with all of its units in the line; the cases of a unit hold their locks together.
    pub(in crate::engine) fn of_units(units: &[Unit], plan: &Plan) -> Option<Self> {
        let cases =
            |unit: &Unit| -> Vec<&Case> { unit.cases.iter().map(|index| plan.case_at(*index)).collect() };
        let gate = has_claims(plan)
            .then(|| Self::of_claims(units.iter().map(|unit| claim(cases(unit).into_iter()))))?;
        gate.line_up();
        Some(gate)
    }

    fn of_claims<'c>(claims: impl Iterator<Item = (BTreeSet<&'c str>, bool)>) -> Self {
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        let mut known: BTreeMap<(Vec<usize>, bool), usize> = BTreeMap::new();
        let mut of_cases = Vec::new();
        for (locks, is_exclusive) in claims {
            let mut numbers = Vec::new();
            for name in locks {
                let n_names = names.len();
                numbers.push(*names.entry(name).or_insert(n_names));
            }
            numbers.sort_unstable();
            let n_kinds = known.len();
            of_cases.push(*known.entry((numbers, is_exclusive)).or_insert(n_kinds));
        }
        let mut kinds: Vec<(usize, Kind)> = known
            .into_iter()
            .map(|((locks, is_exclusive), number)| {
                (number, Kind { locks, is_exclusive, waiting: VecDeque::new() })
            })
            .collect();
        kinds.sort_by_key(|(number, _)| *number);
        let state = State {
            kinds: kinds.into_iter().map(|(_, kind)| kind).collect(),
            is_held: vec![false; names.len()],
            n_running: 0,
            is_exclusive_running: false,
            next_place: 0,
        };
        let mut numbered: Vec<(usize, &str)> =
            names.into_iter().map(|(name, number)| (number, name)).collect();
        numbered.sort_unstable();
        let names = numbered.into_iter().map(|(_, name)| name.to_owned()).collect();
        Self { state: Mutex::new(state), freed: Notify::new(), kinds: of_cases, names }
    }

    /// Puts all of them into the line.
    fn line_up(&self) {
        let mut state = self.state();
        for kind in &self.kinds {
            state.join(*kind);
        }
    }

    /// Takes the first of the line that may start, once one may: its index. `None` when
    /// the line is empty. `waits` is told who stands first while nobody may, and what that waits for.
    pub(in crate::engine) async fn next(&self, waits: impl Fn(usize, String)) -> Option<(usize, Permit<'_>)> {
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            // What ends between the look and the wait is not missed.
            freed.as_mut().enable();
            let (next, kind) = self.state().take_first();
            match next {
                Next::Start(place) => return Some((place, Permit { gate: self, kind })),
                Next::Wait => {
                    // What was true a moment ago is good enough for a line that tells what goes on.
                    let first = self.state().first_waiting();
                    if let Some((place, lock)) = first {
                        let words = match lock {
                            Some(lock) => format!("waits for lock `{}`", self.names[lock]),
                            None => "waits until it runs alone".to_owned(),
                        };
                        waits(place, words);
                    }
                    freed.await;
                }
                Next::End => return None,
            }
        }
    }

    /// Joins the line with a case of the plan, and waits until it may start.
    pub async fn enter(&self, case: usize) -> Permit<'_> {
        let kind = self.kinds[case];
        let place = self.state().join(kind);
        // Who is no longer waited for leaves the line.
        let mut visit = Visit { gate: self, kind, place: Some(place) };
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            if self.state().take(kind, place) {
                visit.place = None;
                return Permit { gate: self, kind };
            }
            freed.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether any case has locks.
fn has_claims(plan: &Plan) -> bool {
    plan.cases.iter().any(|case| {
        let scenario = case.scenario.scenario();
        scenario.is_exclusive || !scenario.locks.is_empty()
    })
}

/// The locks of cases that run one after another, and whether one of them runs alone.
fn claim<'c>(cases: impl Iterator<Item = &'c Case>) -> (BTreeSet<&'c str>, bool) {
    let mut claim = (BTreeSet::new(), false);
    for scenario in cases.map(|case| case.scenario.scenario()) {
        claim.0.extend(scenario.locks.iter().map(|lock| lock.value.as_str()));
        claim.1 |= scenario.is_exclusive;
    }
    claim
}

/// A case that waits in the line by itself.
struct Visit<'g> {
    gate: &'g Gate,
    kind: usize,
    place: Option<usize>,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.gate.state().kinds[self.kind].waiting.retain(|each| *each != place);
            self.gate.freed.notify_waiters();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.gate.state().end(self.kind);
        self.gate.freed.notify_waiters();
    }
}

impl State {
    fn join(&mut self, kind: usize) -> usize {
        let place = self.next_place;
        self.next_place += 1;
        self.kinds[kind].waiting.push_back(place);
        place
    }

    /// The kinds whose first case may start, the one that stands first in the line first.
    fn startable(&self) -> Vec<usize> {
        let mut fronts: Vec<(usize, usize)> = self
            .kinds
            .iter()
            .enumerate()
            .filter_map(|(kind, it)| Some((*it.waiting.front()?, kind)))
            .collect();
        fronts.sort_unstable();
        let mut is_wanted = vec![false; self.is_held.len()];
        let mut startable = Vec::new();
        for (_, number) in fronts {
            if self.is_exclusive_running {
                break;
            }
            let kind = &self.kinds[number];
            if kind.is_exclusive {
                if self.n_running == 0 && startable.is_empty() {
                    startable.push(number);
                }
                // Nothing behind it starts before it, or it might wait for ever.
                break;
            }
            if kind.locks.iter().all(|lock| !self.is_held[*lock] && !is_wanted[*lock]) {
                startable.push(number);
            }
            // Who comes later must not take them first.
            kind.locks.iter().for_each(|lock| is_wanted[*lock] = true);
        }
        startable
    }

    /// The first in the line, with the lock that it waits for; none of one that runs alone, or waits for one that does.
    fn first_waiting(&self) -> Option<(usize, Option<usize>)> {
        let fronts = self.kinds.iter().filter_map(|kind| Some((*kind.waiting.front()?, kind)));
        let (place, kind) = fronts.min_by_key(|(place, _)| *place)?;
        let lock = kind.locks.iter().copied().find(|lock| self.is_held[*lock]);
        Some((place, lock.filter(|_| !kind.is_exclusive)))
    }

    fn take_first(&mut self) -> (Next, usize) {
        match self.startable().first() {
            Some(kind) => match self.kinds[*kind].waiting.pop_front() {
                Some(place) => {
                    self.start(*kind);
                    (Next::Start(place), *kind)
                }
                None => (Next::End, 0),
            },
            None if self.kinds.iter().all(|kind| kind.waiting.is_empty()) => (Next::End, 0),
            None => (Next::Wait, 0),
        }
    }

    /// Starts the case at a place if it may.
    fn take(&mut self, kind: usize, place: usize) -> bool {
        let may_start = self.kinds[kind].waiting.front() == Some(&place) && self.startable().contains(&kind);
        if may_start {
            self.kinds[kind].waiting.pop_front();
            self.start(kind);
        }
        may_start
    }

    fn start(&mut self, kind: usize) {
        let kind = &self.kinds[kind];
        self.n_running += 1;
        self.is_exclusive_running |= kind.is_exclusive;
        kind.locks.iter().for_each(|lock| self.is_held[*lock] = true);
    }

    fn end(&mut self, kind: usize) {
        let kind = &self.kinds[kind];
        self.n_running -= 1;
        self.is_exclusive_running &= !kind.is_exclusive;
        kind.locks.iter().for_each(|lock| self.is_held[*lock] = false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// `""` has no lock, `"a b"` has two, `"!"` is exclusive.
    fn gate(claims: &[&str]) -> Gate {
        Gate::of_claims(claims.iter().map(|claim| match *claim {
            "!" => (BTreeSet::new(), true),
            claim => (claim.split_whitespace().collect(), false),
        }))
    }

    /// Starts whatever may start, in turns: what has started ends before the next turn, unless it is said
    /// to go on for more. Gives the cases of each turn.
    fn check(claims: &[&str], lasts: &[(usize, usize)], expected: &[&[usize]]) {
        let gate = gate(claims);
        gate.line_up();
        let mut running: Vec<(usize, usize, usize)> = Vec::new();
        let mut turns = Vec::new();
        loop {
            let mut turn = Vec::new();
            let is_at_end = loop {
                match gate.state().take_first() {
                    (Next::Start(place), kind) => {
                        turn.push(place);
                        let more = lasts.iter().find(|(case, _)| *case == place).map_or(0, |it| it.1);
                        running.push((place, kind, more));
                    }
                    (Next::Wait, _) => break false,
                    (Next::End, _) => break true,
                }
            };
            turns.push(turn);
            if is_at_end {
                break;
            }
            for (_, kind, _) in running.iter().filter(|it| it.2 == 0) {
                gate.state().end(*kind);
            }
            running.retain(|it| it.2 > 0);
            running.iter_mut().for_each(|it| it.2 -= 1);
        }
        assert_eq!(turns, expected, "{claims:?}");
    }

    #[test]
    fn who_waits_is_told_with_the_lock() {
        let first = |claims: &[&str], n_started: usize| {
            let gate = gate(claims);
            gate.line_up();
            for _ in 0..n_started {
                let _ = gate.state().take_first();
            }
            let first = gate.state().first_waiting();
            first.map(|(place, lock)| (place, lock.map(|lock| gate.names[lock].clone())))
        };
        assert_eq!(first(&["b", "a b", ""], 2), Some((1, Some("b".to_owned()))));
        assert_eq!(first(&["a", "!"], 1), Some((1, None)));
        assert_eq!(first(&["!", "a"], 1), Some((1, None)));
        assert_eq!(first(&["a"], 1), None);
    }

    #[test]
    fn holders_wait_and_others_do_not() {
        check(&["a", "a", ""], &[], &[&[0, 2], &[1]]);
        check(&["a", "b", "a b", "c"], &[], &[&[0, 1, 3], &[2]]);
        check(&["", "", ""], &[], &[&[0, 1, 2]]);
    }

    #[test]
    fn who_comes_later_does_not_take_what_is_waited_for() {
        // 1 waits for `a`; 2 would have `b` at once, for ever again.
        check(&["a", "a b", "b", "b"], &[(0, 2)], &[&[0], &[], &[], &[1], &[2], &[3]]);
    }

    #[test]
    fn an_exclusive_case_is_alone_and_comes_to_its_turn() {
        check(&["", "!", "", "a"], &[], &[&[0], &[1], &[2, 3]]);
        check(&["", "!", ""], &[(0, 1)], &[&[0], &[], &[1], &[2]]);
        check(&["!", "!"], &[], &[&[0], &[1]]);
    }

    /// Workers, and cases that come by themselves, at once: whoever overlaps with a holder of the same
    /// lock, or with an exclusive case, finds its number taken.
    #[test]
    fn nothing_overlaps_and_everything_ends() {
        const CLAIMS: &[&str] = &["a", "b a", "", "b", "!", "c", "a c", "", "c b"];
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build();
        let runtime = runtime.expect("a runtime");
        let claims: Vec<&str> = CLAIMS.iter().copied().cycle().take(900).collect();
        for by_workers in [true, false] {
            let gate = Arc::new(gate(&claims));
            if by_workers {
                gate.line_up();
            }
            let watch = Arc::new(Watch::default());
            let tasks = (0..if by_workers { 8 } else { claims.len() }).map(|task| {
                let (gate, watch) = (Arc::clone(&gate), Arc::clone(&watch));
                runtime.spawn(async move {
                    if !by_workers {
                        let _permit = gate.enter(task).await;
                        return watch.stay(CLAIMS[task % CLAIMS.len()]).await;
                    }
                    while let Some((place, _permit)) = gate.next(|_, _| {}).await {
                        watch.stay(CLAIMS[place % CLAIMS.len()]).await;
                    }
                })
            });
            let tasks: Vec<_> = tasks.collect();
            runtime.block_on(async {
                for task in tasks {
                    task.await.expect("nothing overlaps");
                }
            });
            assert_eq!(watch.n_seen.load(Ordering::SeqCst), claims.len());
        }
    }

    #[derive(Default)]
    struct Watch {
        n_inside: AtomicUsize,
        is_alone: AtomicUsize,
        held: [AtomicUsize; 3],
        n_seen: AtomicUsize,
    }

    impl Watch {
        async fn stay(&self, claim: &str) {
            let locks: Vec<usize> = claim.split_whitespace().filter_map(|name| "abc".find(name)).collect();
            let n_others = self.n_inside.fetch_add(1, Ordering::SeqCst);
            assert_eq!(self.is_alone.load(Ordering::SeqCst), 0, "something runs beside an exclusive case");
            if claim == "!" {
                assert_eq!(n_others, 0, "an exclusive case is not alone");
                self.is_alone.store(1, Ordering::SeqCst);
            }
            for lock in &locks {
                assert_eq!(self.held[*lock].fetch_add(1, Ordering::SeqCst), 0, "two hold one lock");
            }
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            locks.iter().for_each(|lock| {
                self.held[*lock].fetch_sub(1, Ordering::SeqCst);
            });
            if claim == "!" {
                self.is_alone.store(0, Ordering::SeqCst);
            }
            self.n_inside.fetch_sub(1, Ordering::SeqCst);
            self.n_seen.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn who_gives_up_leaves_the_line() {
        let gate = gate(&["!", "!", ""]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(async {
            let first = gate.enter(0).await;
            let gave_up = tokio::time::timeout(std::time::Duration::ZERO, gate.enter(1)).await;
            assert!(gave_up.is_err());
            drop(first);
            gate.enter(2).await;
        });
    }
}

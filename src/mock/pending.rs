//! Effects that rules put off (`later`): what a server does by and by, for clients that ask again.

use super::answer::Instance;
use super::effects;
use super::incoming::Incoming;
use super::problem::Problem;
use super::rules::{After, Later, Rules};
use super::scope::RequestScope;
use crate::exchange::Request;
use crate::json::Value;
use std::sync::Arc;
use std::time::Instant;

/// So many effects may wait at a time: a client that asks for more for ever is refused at last.
pub(super) const MAX_PENDING: usize = 1000;

/// Effects that a request puts off.
#[derive(Debug)]
pub(super) struct PutOff {
    pub(super) later: Arc<Later>,
    /// The keys of the entities that the request knew.
    pub(super) keys: Vec<Option<Option<String>>>,
}

/// Effects that wait, with the request that put them off: they see its names, over the state of then.
#[derive(Debug)]
pub(super) struct Pending {
    put_off: PutOff,
    due: Due,
    request: Arc<Request>,
    token: Arc<Value>,
}

#[derive(Debug)]
enum Due {
    /// When so many requests have been answered since the start.
    Answered(u64),
    At(Instant),
}

impl Due {
    fn has_come(&self, n_answered: u64, now: Instant) -> bool {
        match self {
            Self::Answered(count) => n_answered >= *count,
            Self::At(moment) => now >= *moment,
        }
    }
}

impl Instance {
    /// Keeps what a request puts off.
    ///
    /// # Errors
    /// When too much waits already.
    pub(super) fn put_off(
        &mut self,
        put_off: Vec<PutOff>,
        (request, token): (&Request, &Arc<Value>),
        now: Instant,
    ) -> Result<(), Problem> {
        if put_off.is_empty() {
            return Ok(());
        }
        if self.pending.len() + put_off.len() > MAX_PENDING {
            return Err(Problem::new(500, format!("more than {MAX_PENDING} effects are put off")));
        }
        let request = Arc::new(request.clone());
        for put_off in put_off {
            let due = match put_off.later.after {
                // The request itself counts when it is answered.
                After::Requests(count) => Due::Answered(self.n_answered + count + 1),
                After::Time(time) => Due::At(now + time),
            };
            let (request, token) = (Arc::clone(&request), Arc::clone(token));
            self.pending.push(Pending { put_off, due, request, token });
        }
        Ok(())
    }

    /// Carries out the effects whose time has come, in the order in which they were put off. What an
    /// entity was to become that is gone by now is forgotten.
    ///
    /// # Errors
    /// Why one of them cannot be carried out; it is forgotten too.
    pub(super) fn catch_up(&mut self, rules: &Rules, now: Instant) -> Result<(), Problem> {
        let n_answered = self.n_answered;
        while let Some(next) = self.pending.iter().position(|it| it.due.has_come(n_answered, now)) {
            let Pending { put_off, request, token, .. } = self.pending.remove(next);
            let (operation, path_values) = Incoming::route(rules, &request)?;
            let incoming = Incoming::new(rules, operation, path_values, &request);
            let start = (self.state.clone(), self.clock);
            let mut scope = RequestScope::new(rules, &incoming, Arc::clone(&token), start, &self.ids);
            scope.bind_all(put_off.keys);
            let effects = &put_off.later.effects;
            let done = effects::has_targets(effects, &scope).and_then(|has_targets| {
                if has_targets { effects::apply(rules, effects, &mut scope) } else { Ok(()) }
            });
            done.map_err(|reason| {
                let detail = format!("a `later` of `{}` failed: {reason}", operation.name());
                Problem::new(500, detail).with("operation", operation.name())
            })?;
            let (state, clock, put_off) = scope.into_state();
            (self.state, self.clock) = (state, clock);
            self.put_off(put_off, (&request, &token), now)?;
        }
        Ok(())
    }
}

//! One request, from its bytes to the bytes of its response; no socket, so that it can be tested
//! without one. Start reading at [`answer`].

use super::clock::DataClock;
use super::incoming::Incoming;
use super::log::{Log, LogEntry};
use super::outgoing::Outgoing;
use super::pending::Pending;
use super::problem::{Problem, shortened};
use super::rules::{ReplyUse, Rule, Rules, TokenPlan};
use super::scope::RequestScope;
use super::state::State;
use super::tokens::{IssuedTokens, bearer};
use super::{effects, grant, reply, verify};
use crate::exchange::Request;
use crate::expression::{Generator, on_one_stack};
use crate::json::{Datum, Value};
use crate::openapi::Operation;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Instant;

/// The advice where a token request is refused in words that the document does not have.
const REFUSED: &str =
    "without `refused`, `tokens` refuses in the words of RFC 6749; name the API's own reply there";

/// What one server holds: its own state, and what it did.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) state: State,
    pub(super) clock: DataClock,
    pub(super) ids: RefCell<Ids>,
    /// What rules put off, in the order in which they did.
    pub(super) pending: Vec<Pending>,
    /// How many requests were answered since the start or the last reset.
    pub(super) n_answered: u64,
    log: Log,
}

/// Where ids come from: one stream for what is made and one for requests, so that reading more does
/// not give what is made another id.
#[derive(Debug)]
pub(super) struct Ids {
    pub(super) entities: Generator,
    pub(super) requests: Generator,
}

impl Instance {
    pub(super) fn new(rules: &Rules) -> Self {
        Self {
            state: rules.initial.clone(),
            clock: rules.clock,
            ids: Ids::new(rules),
            pending: Vec::new(),
            n_answered: 0,
            log: Log::default(),
        }
    }

    /// State, clock and ids as they were at the start; what was put off is forgotten.
    pub(super) fn reset(&mut self, rules: &Rules) {
        let log = std::mem::take(&mut self.log);
        *self = Self { log, ..Self::new(rules) };
    }

    pub(super) fn log(&self) -> Vec<LogEntry> {
        self.log.entries()
    }

    pub(super) fn last(&self) -> Option<&LogEntry> {
        self.log.last()
    }

    /// Answers a request whose content could not be read.
    pub(super) fn refuse(&mut self, method: &str, target: &str, problem: Problem) -> Outgoing {
        let mut entry = LogEntry::new(&shortened(method), &shortened(target));
        entry.problem = Some(problem.detail().to_owned());
        let outgoing = problem.into_outgoing();
        entry.status = outgoing.status;
        self.log.push(entry);
        outgoing
    }
}

impl Ids {
    fn new(rules: &Rules) -> RefCell<Self> {
        let stream = |name| Generator::new(rules.seed, name);
        RefCell::new(Self { entities: stream("mock entities"), requests: stream("mock requests") })
    }
}

/// Answers a request and keeps what it changed, if it succeeded. `request.url` is the request
/// target: path and query. `now` is the moment by which tokens expire.
pub(super) fn answer(
    rules: &Rules,
    tokens: &IssuedTokens,
    instance: &mut Instance,
    request: Request,
    now: Instant,
) -> Outgoing {
    let mut entry = LogEntry::new(&shortened(&request.method), &shortened(&request.url));
    let answered = on_one_stack(|| {
        instance.catch_up(rules, now)?;
        respond(rules, tokens, instance, &request, now, &mut entry)
    });
    instance.n_answered += 1;
    let outgoing = answered.unwrap_or_else(|problem| {
        entry.problem = Some(problem.detail().to_owned());
        problem.into_outgoing()
    });
    entry.status = outgoing.status;
    // The place of a rule that answered as it should is of no use.
    entry.at = entry.at.filter(|_| entry.problem.is_some());
    instance.log.push(entry);
    outgoing
}

fn respond(
    rules: &Rules,
    tokens: &IssuedTokens,
    instance: &mut Instance,
    request: &Request,
    now: Instant,
    entry: &mut LogEntry,
) -> Result<Outgoing, Problem> {
    let (operation, path_values) = Incoming::route(rules, request)?;
    entry.operation = Some(operation.name());
    let token = request.headers.get("authorization").and_then(bearer);
    let token = token.and_then(|token| tokens.claims(token, now)).unwrap_or(Arc::new(Value::Null));
    let incoming = Incoming::new(rules, operation, path_values, request);
    let start = (instance.state.clone(), instance.clock);
    let mut scope = RequestScope::new(rules, &incoming, Arc::clone(&token), start, &instance.ids);
    let who = choose(rules, operation, &scope)?;
    let built = match who {
        Who::Rule(rule) => {
            entry.rule = Some(rules.name_of(rule));
            entry.at = Some(rule.span);
            by_rule(rules, operation, rule, &mut scope)
        }
        Who::Tokens(plan) => grant::answer(rules, plan, tokens, (operation, &incoming), &mut scope, now),
    };
    let outgoing = built.map_err(|reason| who.failed(rules, operation, &reason))?;
    verify::reply(rules, operation, &outgoing)
        .map_err(|broken| who.broke_the_document(rules, operation, outgoing.status, broken))?;
    let (state, clock, put_off) = scope.into_state();
    instance.put_off(put_off, (request, &token), now)?;
    instance.state = state;
    instance.clock = clock;
    Ok(outgoing)
}

/// Who answers a request.
#[derive(Clone, Copy)]
enum Who<'r> {
    Rule(&'r Rule),
    Tokens(&'r TokenPlan),
}

/// The first rule of the operation whose guard holds; else the issuing of tokens, where the operation
/// is that.
fn choose<'r>(
    rules: &'r Rules,
    operation: Operation<'_>,
    scope: &RequestScope<'_>,
) -> Result<Who<'r>, Problem> {
    let mut n_rules = 0;
    for rule in rules.rules_of(operation.index()) {
        n_rules += 1;
        let holds = rule.when.as_ref().map_or(Ok(true), |when| scope.holds(when));
        let failed = |reason: String| {
            Who::Rule(rule).failed(rules, operation, &format!("its `when` has no value: {reason}"))
        };
        if holds.map_err(failed)? {
            return Ok(Who::Rule(rule));
        }
    }
    if let Some(plan) = rules.tokens.as_ref().filter(|plan| plan.operation == operation.index()) {
        return Ok(Who::Tokens(plan));
    }
    let reason = match n_rules {
        0 => "has no rule",
        1 => "has one rule, and its `when` does not hold",
        _ => "has rules, and the `when` of none holds",
    };
    let detail = format!("`{}` {reason} in {}", operation.name(), rules.source.name());
    Err(Problem::new(501, detail).with("operation", operation.name()))
}

fn by_rule(
    rules: &Rules,
    operation: Operation<'_>,
    rule: &Rule,
    scope: &mut RequestScope<'_>,
) -> Result<Outgoing, String> {
    effects::apply(rules, &rule.effects, scope)?;
    build_reply(rules, operation, &rule.reply, scope)
}

/// Builds the response of a reply that is used, with the names it is given.
///
/// # Errors
/// Why one of its values has none.
pub(super) fn build_reply(
    rules: &Rules,
    operation: Operation<'_>,
    used: &ReplyUse,
    scope: &mut RequestScope<'_>,
) -> Result<Outgoing, String> {
    scope.show_reply(Vec::new());
    let given = used.given.iter().map(|(name, template)| Ok((name.clone(), scope.value(template)?)));
    let given: Vec<(String, Datum)> = given.collect::<Result<_, String>>()?;
    scope.show_reply(given);
    reply::build(operation, &rules.replies[used.reply], scope)
}

impl Who<'_> {
    /// The words for it in messages.
    fn words(self, rules: &Rules) -> String {
        match self {
            Self::Rule(rule) => format!("the rule `{}`", rules.name_of(rule)),
            Self::Tokens(_) => "`tokens`".to_owned(),
        }
    }

    /// An expression has no value, or a change cannot be made.
    fn failed(self, rules: &Rules, operation: Operation<'_>, reason: &str) -> Problem {
        let detail = format!("{} failed: {reason}", self.words(rules));
        self.about(Problem::new(500, detail), rules, operation)
    }

    /// The mock's own reply breaks the document: the rules have drifted from it, or it from them.
    fn broke_the_document(
        self,
        rules: &Rules,
        operation: Operation<'_>,
        status: u16,
        broken: Vec<String>,
    ) -> Problem {
        let (words, all) = (self.words(rules), broken.join("; "));
        let problem = Problem::new(500, format!("the reply {status} of {words} breaks the document: {all}"));
        let problem = self.about(problem, rules, operation).with("problems", broken);
        match self {
            Self::Tokens(TokenPlan { refused: None, .. }) if status >= 400 => problem.with("help", REFUSED),
            _ => problem,
        }
    }

    fn about(self, problem: Problem, rules: &Rules, operation: Operation<'_>) -> Problem {
        let problem = problem.with("operation", operation.name());
        match self {
            Self::Rule(rule) => problem.with("rule", rules.name_of(rule)).with("at", rules.place_of(rule)),
            Self::Tokens(_) => problem,
        }
    }
}

use super::names::{BuiltIn, Names, Site, check_roots, is_name, unknown};
use super::reply::NamedReply;
use super::{EntityPlan, LetPlan, ReplyPlan, Rule, Rules};
use crate::clock::Timestamp;
use crate::diagnostic::{Code, Problems};
use crate::expression::{Condition, Syntax, Template};
use crate::limits::Limits;
use crate::mock::clock::{DataClock, parse_duration};
use crate::openapi::{Contract, Document, Nullable, OperationIndex};
use crate::source::Span;
use crate::yaml::{self, Dialect, Entry, Kind, MapReader, Node, nearest};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// What is known while a file is read.
pub(super) struct Loader<'l> {
    pub(super) problems: &'l mut Problems,
    pub(super) document: &'l Document,
    pub(super) names: Names,
    /// Per collection, its key.
    pub(super) keys: Vec<String>,
    /// Per collection, whether a condition names it as a whole.
    pub(super) in_cel: Vec<bool>,
    pub(super) named_replies: Vec<NamedReply>,
    pub(super) replies: Vec<ReplyPlan>,
    pub(super) expression_limit: usize,
}

impl Rules {
    /// Reads and compiles a rules file against its document; every problem is reported, and there
    /// are rules when none of them is an error.
    ///
    /// `document` is the one that the file's key `document` names, loaded by the caller (see
    /// [`Rules::document_path`]).
    pub fn load(
        problems: &mut Problems,
        document: Arc<Document>,
        nullable: Nullable,
        limits: &Limits,
    ) -> Option<Arc<Self>> {
        let root = yaml::load(Dialect::Ours, limits, problems)?;
        let source = Arc::clone(problems.source());
        let mut map = MapReader::mock("a rules file", &root, problems)?;
        map.not_yet(&["faults"]);
        check_version(&mut map, problems);
        if let Some(node) = map.require("document", problems)
            && node.as_str().is_none()
        {
            map.wrong_type("document", "a path", node, problems);
        }
        let seed = map.take("seed").map_or(0, |node| read_seed(node, problems));
        let clock = map
            .take("clock")
            .map_or(DataClock::new(DataClock::START, DataClock::TICK), |node| read_clock(node, problems));
        let state = map.map("state", problems);
        let load = map.map("load", problems);
        let lets = map.map("let", problems);
        let tokens = map.take("tokens");
        let replies = map.map("replies", problems);
        map.require("rules", problems);
        let rules = map.list("rules", problems);
        map.finish(&[], problems);

        let mut loader = Loader {
            problems,
            document: &document,
            names: Names::default(),
            keys: Vec::new(),
            in_cel: Vec::new(),
            named_replies: Vec::new(),
            replies: Vec::new(),
            expression_limit: limits.expression,
        };
        let (mut collections, initial) = loader.collections(state, clock.now());
        loader.declare(load, lets);
        loader.names.claims = tokens.map(Loader::claims);
        let operations: Vec<Vec<OperationIndex>> = rules.iter().map(|node| loader.operations(node)).collect();
        let token_operation = tokens.and_then(|node| loader.token_operation(node));
        let all: Vec<OperationIndex> = operations
            .iter()
            .flatten()
            .copied()
            .chain(token_operation)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        // A name is computed for whichever operation asks for it.
        let every: Vec<OperationIndex> = document.operations().map(|operation| operation.index()).collect();
        let site = Site { extra: &[], operations: &every, is_sent: false };
        let entities = loader.entities(load, site);
        let lets = loader.lets(lets, site);
        loader.check_cycles(&entities, &lets);
        let mut uses: Vec<&Node> = rules.iter().filter_map(|node| node.get("reply")).collect();
        uses.extend(tokens.and_then(|node| node.get("refused")));
        loader.named_replies(replies, &uses, &all);
        let rules: Vec<Rule> = rules
            .iter()
            .zip(operations)
            .filter_map(|(node, operations)| loader.rule(node, operations))
            .collect();
        let tokens = tokens.and_then(|node| loader.tokens(node, token_operation));
        loader.check_reachable(&rules);
        for (plan, is_in_cel) in collections.iter_mut().zip(&loader.in_cel) {
            plan.is_in_cel = *is_in_cel;
        }
        let replies = loader.replies;
        if problems.has_errors() {
            return None;
        }
        let mut by_operation: HashMap<OperationIndex, Vec<usize>> = HashMap::new();
        for (index, rule) in rules.iter().enumerate() {
            for operation in &rule.operations {
                by_operation.entry(*operation).or_default().push(index);
            }
        }
        let contract = Contract::compile(Arc::clone(&document), &all).with_nullable(nullable);
        Some(Arc::new(Self {
            source,
            document,
            contract,
            seed,
            clock,
            tokens,
            collections,
            initial,
            entities,
            lets,
            replies,
            rules,
            by_operation,
            limits: limits.clone(),
        }))
    }

    /// What a rules file names under `document`, relative to itself, with its place; `None` when it
    /// names none, which [`Rules::load`] reports.
    pub fn document_path(root: &Node) -> Option<(&str, Span)> {
        let node = root.get("document")?;
        Some((node.as_str()?, node.span))
    }
}

impl Loader<'_> {
    /// Compiles a condition and checks its names.
    pub(super) fn condition(&mut self, key: &str, node: &Node, site: Site<'_>) -> Option<Condition> {
        let Some(text) = node.as_str() else {
            self.problems
                .error(
                    Code::MOCK_INVALID_VALUE,
                    node.span,
                    format!("`{key}` is a CEL expression, and so a text, not {}", node.type_name()),
                    format!("is {}", node.type_name()),
                )
                .help
                .push("quote it".to_owned());
            return None;
        };
        let mut inner = Problems::new(self.problems.source());
        let condition = Condition::compile(text, node.span, self.expression_limit, &mut inner);
        self.adopt(inner);
        let condition = condition?;
        self.names.check_condition(&condition, site, self.document, self.problems);
        self.note_collections(&condition);
        Some(condition)
    }

    /// Compiles a value and checks its names.
    pub(super) fn template(&mut self, node: &Node, site: Site<'_>) -> Template {
        let template = self.compile(node, self.names.roots(site.extra));
        self.names.check_template(&template, site, self.document, self.problems);
        template.conditions().into_iter().for_each(|condition| self.note_collections(condition));
        template
    }

    /// Compiles a value in which these names may stand behind `$`.
    pub(super) fn compile(&mut self, node: &Node, roots: Vec<String>) -> Template {
        let n_problems = self.problems.len();
        check_roots(node, &roots, self.problems);
        let is_reported = self.problems.len() > n_problems;
        let syntax = Syntax { roots, expression_limit: self.expression_limit };
        let mut inner = Problems::new(self.problems.source());
        let template = Template::compile(node, &syntax, &mut inner);
        // A misspelt name is reported once, in the words for rules.
        if !is_reported {
            self.adopt(inner);
        }
        template
    }

    /// Takes over what an expression reports, under the codes of rules: to a reader of a mock's
    /// file, `scenario.…` would name a file that there is not.
    fn adopt(&mut self, inner: Problems) {
        for mut diagnostic in inner.into_list() {
            diagnostic.code = Code::MOCK_INVALID_EXPRESSION;
            self.problems.push(diagnostic);
        }
    }

    /// Notes which collections a condition names, so that no other is converted for it.
    fn note_collections(&mut self, condition: &Condition) {
        for mention in condition.mentions() {
            if BuiltIn::of(&mention.root) != Some(BuiltIn::All) {
                continue;
            }
            for (is_in_cel, name) in self.in_cel.iter_mut().zip(&self.names.collections) {
                *is_in_cel |= mention.members.first().is_none_or(|member| member == name);
            }
        }
    }

    /// Notes the names of `load` and `let`, so that each may use the others.
    fn declare(&mut self, load: &[Entry], lets: &[Entry]) {
        for (entry, is_entity) in
            load.iter().map(|entry| (entry, true)).chain(lets.iter().map(|entry| (entry, false)))
        {
            let roots = self.names.roots(&[]);
            if !is_name(&entry.key) {
                self.problems
                    .error(
                        Code::MOCK_INVALID_VALUE,
                        entry.key_span,
                        format!("`{}` cannot be a name in an expression", entry.key),
                        "is not a name",
                    )
                    .help
                    .push(
                        "a name is made of letters, digits and `_`, and does not start with a digit"
                            .to_owned(),
                    );
            } else if roots.contains(&entry.key) {
                self.problems.error(
                    Code::MOCK_INVALID_VALUE,
                    entry.key_span,
                    format!("the name `{}` is taken", entry.key),
                    "already means something else",
                );
            }
            if is_entity {
                self.names.entities.push(entry.key.clone());
                let from = self.collection_of(entry);
                self.names.entity_from.push(from);
            } else {
                self.names.lets.push(entry.key.clone());
            }
        }
    }

    /// The collection that an entity comes from; an unknown one is reported.
    fn collection_of(&mut self, entry: &Entry) -> Option<usize> {
        let node = entry.value.get("from")?;
        let name = node.as_str()?;
        let found = self.names.collections.iter().position(|each| each == name);
        if found.is_none() {
            unknown(name, "`state` has no collection", &self.names.collections, node.span, self.problems);
        }
        found
    }

    fn entities(&mut self, entries: &[Entry], site: Site<'_>) -> Vec<EntityPlan> {
        let mut plans = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let Some(mut map) = MapReader::mock("an entity to load", &entry.value, self.problems) else {
                continue;
            };
            if let Some(node) = map.require("from", self.problems)
                && node.as_str().is_none()
            {
                map.wrong_type("from", "the name of a collection", node, self.problems);
            }
            let id = map.require("id", self.problems).and_then(|node| self.condition("id", node, site));
            map.finish(&[], self.problems);
            if let (Some(from), Some(id)) = (self.names.entity_from[index], id) {
                plans.push(EntityPlan { name: entry.key.clone(), from, id });
            }
        }
        plans
    }

    fn lets(&mut self, entries: &[Entry], site: Site<'_>) -> Vec<LetPlan> {
        let mut plans = Vec::new();
        for entry in entries {
            if let Some(value) = self.condition(&entry.key, &entry.value, site) {
                plans.push(LetPlan { name: entry.key.clone(), value });
            }
        }
        plans
    }

    /// Reports names that are computed from themselves.
    fn check_cycles(&mut self, entities: &[EntityPlan], lets: &[LetPlan]) {
        let nodes: Vec<(&str, &Condition)> = entities
            .iter()
            .map(|plan| (plan.name.as_str(), &plan.id))
            .chain(lets.iter().map(|plan| (plan.name.as_str(), &plan.value)))
            .collect();
        let edges: Vec<Vec<usize>> = nodes
            .iter()
            .map(|(_, condition)| {
                let mentioned = condition.mentions();
                (0..nodes.len()).filter(|at| mentioned.iter().any(|it| it.root == nodes[*at].0)).collect()
            })
            .collect();
        for (start, (name, condition)) in nodes.iter().enumerate() {
            let mut seen = BTreeSet::new();
            let mut open = edges[start].clone();
            while let Some(next) = open.pop() {
                if seen.insert(next) {
                    open.extend(&edges[next]);
                }
            }
            if seen.contains(&start) {
                self.problems.error(
                    Code::MOCK_INVALID_VALUE,
                    condition.span,
                    format!("`{name}` is computed from itself"),
                    "leads back to its own name",
                );
            }
        }
    }

    /// The operations of a rule's `on`.
    fn operations(&mut self, rule: &Node) -> Vec<OperationIndex> {
        let Some(on) = rule.get("on") else { return Vec::new() };
        let texts: Vec<(&str, Span)> = match &on.kind {
            Kind::String(text) => vec![(text, on.span)],
            Kind::List(elements) => {
                elements.iter().filter_map(|each| Some((each.as_str()?, each.span))).collect()
            }
            _ => Vec::new(),
        };
        texts.into_iter().filter_map(|(text, span)| self.operation(text, span)).collect()
    }

    /// The operation of an id, or of a method with a path template.
    pub(super) fn operation(&mut self, text: &str, span: Span) -> Option<OperationIndex> {
        let by_template = || {
            text.split_once(' ').and_then(|(method, path)| self.document.find_template(method, path.trim()))
        };
        if let Some(operation) = self.document.find_operation(text).or_else(by_template) {
            return Some(operation.index());
        }
        let known: Vec<(String, String)> =
            self.document.operations().map(|operation| (operation.name(), operation.label())).collect();
        let words = known.iter().flat_map(|(name, label)| [name.as_str(), label.as_str()]);
        let label = match nearest(text, words) {
            Some(meant) => {
                let other = known.iter().find(|(name, _)| name == meant).map(|(_, label)| label);
                let other = other.filter(|label| *label != meant);
                let other = other.map(|label| format!(" ({label})")).unwrap_or_default();
                format!("did you mean `{meant}`?{other}")
            }
            None => "is not in the document".to_owned(),
        };
        let message = format!("no operation `{text}` in {}", self.document.source().name());
        self.problems.error(Code::MOCK_UNKNOWN_OPERATION, span, message, label);
        None
    }

    fn rule(&mut self, node: &Node, operations: Vec<OperationIndex>) -> Option<Rule> {
        let mut map = MapReader::mock("a rule", node, self.problems)?;
        map.not_yet(&["fault", "faults"]);
        if let Some(on) = map.require("on", self.problems) {
            let n_problems = self.problems.len();
            let texts = self.one_or_more(&mut map, "on");
            if texts.is_empty() && self.problems.len() == n_problems {
                let message = "`on` names operations, by their ids or as `PUT /path/{id}`";
                self.problems.error(Code::MOCK_INVALID_VALUE, on.span, message, "names none");
            }
        }
        let name = map.text("name", self.problems).map(str::to_owned);
        let site = Site { extra: &[], operations: &operations, is_sent: false };
        let when = map.take("when").and_then(|node| self.condition("when", node, site));
        let effects = map.list("do", self.problems);
        let effects = self.effects(effects, site);
        let reply = map.require("reply", self.problems);
        map.finish(&[("respond", "write `reply`"), ("response", "write `reply`")], self.problems);
        let reply = reply.and_then(|node| self.reply_use(node, &operations))?;
        // A rule is shown as its first line.
        let first = self.problems.source().slice(node.span).lines().next().unwrap_or_default();
        let span = Span::new(node.span.start, node.span.start + first.trim_end().len());
        Some(Rule { name, span, operations, when, effects, reply })
    }

    /// Warns of rules that never answer, for one above answers all their operations without asking.
    fn check_reachable(&mut self, rules: &[Rule]) {
        let mut answered: BTreeMap<OperationIndex, Span> = BTreeMap::new();
        let source = Arc::clone(self.problems.source());
        for rule in rules {
            let mut above = rule.operations.iter().map(|operation| answered.get(operation));
            if !rule.operations.is_empty() && above.all(|span| span.is_some()) {
                let message =
                    "the rule is never reached: one above it answers the operation without a `when`";
                let code = Code::MOCK_UNREACHABLE_RULE;
                let diagnostic = self.problems.warning(code, rule.span, message, "is never reached");
                let first = rule.operations.first().and_then(|operation| answered.get(operation));
                if let Some(first) = first {
                    *diagnostic = diagnostic.clone().label(&source, *first, "always answers");
                }
            }
            if rule.when.is_none() {
                for operation in &rule.operations {
                    answered.entry(*operation).or_insert(rule.span);
                }
            }
        }
    }
}

fn check_version(map: &mut MapReader<'_>, problems: &mut Problems) {
    let Some(node) = map.require("mock", problems) else { return };
    if !matches!(&node.kind, Kind::Number(text) if text == "1") {
        problems
            .error(
                Code::MOCK_INVALID_VALUE,
                node.span,
                "the rules are of a version that is not known",
                "is not 1",
            )
            .help
            .push("write `mock: 1`".to_owned());
    }
}

fn read_seed(node: &Node, problems: &mut Problems) -> u64 {
    let seed = match &node.kind {
        Kind::Number(text) => text.parse().ok(),
        _ => None,
    };
    seed.unwrap_or_else(|| {
        let label = format!("is {}", node.type_name());
        problems.error(Code::MOCK_INVALID_VALUE, node.span, "`seed` is an integer of 64 bits, from 0", label);
        0
    })
}

fn read_clock(node: &Node, problems: &mut Problems) -> DataClock {
    let (mut start, mut tick) = (DataClock::START, DataClock::TICK);
    if let Some(mut map) = MapReader::mock("the clock", node, problems) {
        if let Some(text) = map.text("start", problems) {
            start = text.parse::<Timestamp>().unwrap_or_else(|_| {
                let span = map.take("start").map_or(node.span, |node| node.span);
                problems
                    .error(Code::MOCK_INVALID_VALUE, span, format!("`{text}` is no moment"), "cannot be read")
                    .help
                    .push("write it as `\"2026-01-01T00:00:00Z\"`".to_owned());
                start
            });
        }
        if let Some(node) = map.take("tick") {
            tick = duration("tick", node, problems).unwrap_or(tick);
        }
        map.finish(&[], problems);
    }
    DataClock::new(start, tick)
}

/// Reads a duration; anything else is reported.
pub(super) fn duration(key: &str, node: &Node, problems: &mut Problems) -> Option<Duration> {
    let duration = node.as_str().and_then(parse_duration);
    if duration.is_none() {
        problems
            .error(
                Code::MOCK_INVALID_VALUE,
                node.span,
                format!("`{key}` is a duration"),
                "cannot be read as one",
            )
            .help
            .push("write `500ms`, `3s`, `5m` or `1h`".to_owned());
    }
    duration
}

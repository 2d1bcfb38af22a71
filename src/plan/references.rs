use super::UsedNames;
use crate::diagnostic::{Code, Problems};
use crate::expression::{Access, Condition, Reference, Template};
use crate::scenario::{
    CAPTURE_ROOTS, Call, Capture, CaptureSource, Expectation, Matcher, MatcherKind, Member, Named,
    OperatorKind, Sends, StatusPattern, Step, StepBody, StepRequest,
};
use crate::source::Span;
use crate::yaml::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// The CEL variables of a response.
const RESPONSE_VARIABLES: &[&str] = &["status", "headers", "headerLines", "body", "request", "latencyMs"];

/// The names that exist at a point of a case, in the order in which steps make them.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) inputs: BTreeSet<String>,
    pub(super) vars: BTreeSet<String>,
    pub(super) columns: BTreeSet<String>,
    /// Whether they are those of a flow, which sees nothing of its caller.
    pub(super) is_of_flow: bool,
    /// Whether there are rows that could not be read, which is reported: nothing is known of columns.
    pub(super) has_broken_rows: bool,
    pub(super) steps: BTreeSet<String>,
    pub(super) env: BTreeSet<String>,
    pub(super) secrets: BTreeSet<String>,
    /// What the steps with `flow` give, by their ids.
    pub(super) outputs: BTreeMap<String, BTreeSet<String>>,
    /// While the `save` of a step with `flow` is checked: what the flow gives.
    pub(super) own_outputs: Option<BTreeSet<String>>,
    /// Names that steps further down make; they get a message of their own.
    pub(super) later: BTreeSet<String>,
    /// Those of `vars` that are not computed yet.
    pub(super) computed_later: BTreeSet<String>,
    /// Whether what is checked runs at the end of the case, when all of `later` is known.
    pub(super) is_at_end: bool,
    /// The inputs that were referred to.
    pub(super) used_inputs: BTreeSet<String>,
    /// Every name that was referred to.
    pub(super) used: UsedNames,
}

/// What may be referred to besides inputs, variables, rows and steps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `vars` and defaults of inputs: `$env` and `$secrets` too.
    Values,
    /// A value of a row: what is known before the case starts.
    Row,
    /// `when` and everything of the request.
    Request,
    /// `save`: the exchange too.
    Capture,
    /// `assert`: the response too.
    Response,
    /// Within an expectation: the response and `this`.
    Expectation,
}

impl Names {
    /// Checks every name that the parameters of a call refer to.
    pub(super) fn check_call(&mut self, call: &Call, problems: &mut Problems) {
        let parameters = call.path.iter().chain(&call.query).map(|it| &it.value);
        for template in parameters.chain(&call.url) {
            self.check_template(template, Place::Request, problems);
        }
        if let Sends::Expression(template) = &call.sends {
            self.check_template(template, Place::Request, problems);
        }
    }

    /// Checks every name that a request refers to, `headers` being those that will be sent.
    pub(super) fn check_request(
        &mut self,
        request: &StepRequest,
        headers: &[Named<Template>],
        problems: &mut Problems,
    ) {
        let named = request.cookies.iter().chain(headers).map(|it| &it.value);
        let body = request.body.iter().flat_map(StepBody::templates);
        for template in named.chain(body) {
            self.check_template(template, Place::Request, problems);
        }
    }

    /// Checks every name that is referred to once the answer is there, and adds those that a step makes.
    pub(super) fn check_answer(
        &mut self,
        id: &str,
        step: &Step,
        request: &StepRequest,
        problems: &mut Problems,
    ) {
        self.steps.insert(id.to_owned());
        // Asked of every answer, and so before anything is saved.
        if let Some(until) = request.poll.as_ref().and_then(|poll| poll.until.as_ref()) {
            self.check_condition(until, Place::Response, problems);
        }
        self.check_captures(&step.save, problems);
        self.add_saved(step);
        self.check_expectation(&request.expect, problems);
        if let Some(repeat) = &request.repeat {
            self.check_captures(&repeat.carry, problems);
            self.check_captures(&repeat.collect, problems);
            self.vars.extend(repeat.collect.iter().map(|each| each.name.clone()));
            if let Some(condition) = &repeat.condition {
                self.check_condition(condition, Place::Response, problems);
            }
        }
    }

    fn check_captures(&mut self, captures: &[Named<Capture>], problems: &mut Problems) {
        for capture in captures {
            if let CaptureSource::Expression(template) = &capture.value.source {
                self.check_template(template, Place::Capture, problems);
            }
            if let Some(template) = &capture.value.default {
                self.check_template(template, Place::Request, problems);
            }
        }
    }

    /// Adds the names that a step carries from round to round: they have a value in the first as well.
    pub(super) fn add_carried(&mut self, step: &Step) {
        let carried = step.repeat().into_iter().flat_map(|repeat| &repeat.carry);
        self.vars.extend(carried.map(|each| each.name.clone()));
    }

    /// Adds the names that a step saves.
    pub(super) fn add_saved(&mut self, step: &Step) {
        self.vars.extend(step.save.iter().map(|capture| capture.name.clone()));
    }

    fn check_expectation(&mut self, expect: &Expectation, problems: &mut Problems) {
        for pattern in expect.status.iter().flat_map(|status| &status.value) {
            if let StatusPattern::Expression(template) = pattern {
                self.check_template(template, Place::Request, problems);
            }
        }
        self.check_members(&expect.headers, problems);
        let bytes = expect.bytes.iter().flat_map(|bytes| [&bytes.length, &bytes.sha256]).flatten();
        let matchers = expect.body.iter().chain(expect.jsonpath.iter().map(|it| &it.matcher)).chain(bytes);
        for matcher in matchers {
            self.check_matcher(matcher, problems);
        }
        for condition in &expect.assert {
            self.check_condition(condition, Place::Response, problems);
        }
    }

    fn check_members(&mut self, members: &[Member], problems: &mut Problems) {
        for member in members {
            self.check_matcher(&member.matcher, problems);
        }
    }

    fn check_matcher(&mut self, matcher: &Matcher, problems: &mut Problems) {
        match &matcher.kind {
            MatcherKind::Equal(template) => self.check_template(template, Place::Expectation, problems),
            MatcherKind::Object(members) => self.check_members(members, problems),
            MatcherKind::List(elements) => {
                elements.iter().for_each(|element| self.check_matcher(element, problems));
            }
            MatcherKind::Markers(_) => {}
            MatcherKind::Operators(operators) => {
                operators.iter().for_each(|operator| self.check_operator(&operator.kind, problems));
            }
        }
    }

    fn check_operator(&mut self, kind: &OperatorKind, problems: &mut Problems) {
        match kind {
            OperatorKind::Literal(template)
            | OperatorKind::Ne(template)
            | OperatorKind::Order(_, template)
            | OperatorKind::In(template)
            | OperatorKind::NotIn(template)
            | OperatorKind::Match(template)
            | OperatorKind::SameAs { value: template, .. } => {
                self.check_template(template, Place::Expectation, problems);
            }
            OperatorKind::Contains(list) | OperatorKind::Unordered(list) | OperatorKind::AnyOf(list) => {
                list.iter().for_each(|matcher| self.check_matcher(matcher, problems));
            }
            OperatorKind::Exact(members) => self.check_members(members, problems),
            OperatorKind::Each(matcher) | OperatorKind::Length(matcher) | OperatorKind::Not(matcher) => {
                self.check_matcher(matcher, problems);
            }
            OperatorKind::Sorted(_) | OperatorKind::Unique(_) | OperatorKind::Schema(_) => {}
            OperatorKind::Cel(condition) => self.check_condition(condition, Place::Expectation, problems),
        }
    }

    /// `{{name}}` is how other tools write what is `{$vars.name}` here.
    fn check_foreign_braces(&self, template: &Template, problems: &mut Problems) {
        if let Some(literal) = template.as_literal() {
            let text = literal.value().as_str().unwrap_or_default();
            for inner in text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()) {
                let name = inner.trim();
                let root = match name {
                    _ if self.inputs.contains(name) => "inputs",
                    _ if self.vars.contains(name) => "vars",
                    _ if self.columns.contains(name) => "row",
                    _ => continue,
                };
                problems.warning(
                    Code::SCENARIO_TEXT_LOOKS_LIKE_EXPRESSION,
                    template.span,
                    format!("`{{{{{inner}}}}}` is sent as text"),
                    format!("for the value, write `{{${root}.{name}}}`"),
                );
            }
        }
        let members = template.members().into_iter().flatten().map(|(_, _, member)| member);
        for inner in members.chain(template.elements().unwrap_or_default()) {
            self.check_foreign_braces(inner, problems);
        }
    }

    /// Checks every reference and condition of a value.
    pub(super) fn check_template(&mut self, template: &Template, place: Place, problems: &mut Problems) {
        self.check_foreign_braces(template, problems);
        for (reference, span) in template.references() {
            self.check_reference(reference, span, place, problems);
        }
        for condition in template.conditions() {
            self.check_condition(condition, place, problems);
        }
    }

    fn check_reference(&mut self, reference: &Reference, span: Span, place: Place, problems: &mut Problems) {
        let member = match reference.steps.first() {
            Some(Access::Member(name)) => Some(name.as_str()),
            _ => None,
        };
        let root = reference.root.as_str();
        if place == Place::Row && matches!(root, "vars" | "row" | "steps") {
            let message = format!("`{}` is not known in a row", reference.text);
            report(problems, span, message, "a row sees `$inputs`, `$run` and `$gen`".to_owned());
            return;
        }
        match root {
            "inputs" | "vars" | "row" | "steps" => match member {
                Some(name) => {
                    let known = self.check_name(root, name, &format!("${root}.{name}"), span, problems);
                    if root == "steps" && known {
                        let member = |at: usize| match reference.steps.get(at) {
                            Some(Access::Member(name)) => Some(name.as_str()),
                            _ => None,
                        };
                        self.check_outputs(name, [member(1), member(2)], "$", span, problems);
                    }
                }
                None => report(
                    problems,
                    span,
                    format!("`{}` names nothing", reference.text),
                    format!("write `${root}.name`"),
                ),
            },
            "env" | "secrets" => self.check_listed(root, member, &reference.text, span, place, problems),
            "run" if member != Some("id") => report(
                problems,
                span,
                format!("there is no `{}`", reference.text),
                "the only member of `$run` is `$run.id`".to_owned(),
            ),
            "outputs" => match &self.own_outputs {
                Some(known) => check_output(known, member, "$outputs", span, problems),
                None => report(
                    problems,
                    span,
                    format!("`{}` is known only in the `save` of a step with `flow`", reference.text),
                    "elsewhere write `$steps.ID.outputs.…`".to_owned(),
                ),
            },
            _ if CAPTURE_ROOTS.contains(&root) && place != Place::Capture => report(
                problems,
                span,
                format!("`{}` is known only in `save`", reference.text),
                "save it, then write `$vars.…`".to_owned(),
            ),
            _ => {}
        }
    }

    /// `inputs.x`, `vars.x`, `row.x` and `steps.x`, in either notation.
    /// Tells whether it is known.
    fn check_name(
        &mut self,
        root: &str,
        name: &str,
        text: &str,
        span: Span,
        problems: &mut Problems,
    ) -> bool {
        let (known, hint) = match root {
            "inputs" => (&self.inputs, "declare it under `inputs`"),
            "vars" => (&self.vars, "nothing saves it, and `vars` has no such name"),
            "row" if matches!(name, "name" | "tags" | "skip" | "xfail") => {
                (&self.columns, "is of the row itself and no value; give the value a column of its own")
            }
            "row" if self.is_of_flow => (&self.columns, "a flow sees what `with` gives, as `$inputs`"),
            "row" if self.columns.is_empty() => {
                (&self.columns, "the scenario has no rows, or rows without columns")
            }
            "row" => (&self.columns, "no row has that column"),
            _ => (&self.steps, "no step has that id"),
        };
        let is_computed_later = root == "vars" && self.computed_later.contains(name);
        let is_later = is_computed_later || (self.later.contains(name) && matches!(root, "vars" | "steps"));
        let is_unknowable = root == "row" && self.has_broken_rows;
        if known.contains(name) || (self.is_at_end && is_later) || is_unknowable {
            self.used.add(root, name);
            if root == "inputs" {
                self.used_inputs.insert(name.to_owned());
            }
            return true;
        }
        if is_later {
            let label = match is_computed_later {
                true => "is computed later: `vars` come behind the file's `setup`, in the order written",
                false => "is made by a step further down",
            };
            report(problems, span, format!("`{text}` is not known yet"), label.to_owned());
            return false;
        }
        let label = match nearest(name, known.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{}`?", text.replacen(name, meant, 1)),
            None => hint.to_owned(),
        };
        report(problems, span, format!("there is no `{text}`"), label);
        false
    }

    /// `steps.x.outputs.y`: of a step with `flow` there are outputs and nothing else, and of others there
    /// are none. A step further down is not looked at.
    fn check_outputs(
        &self,
        step: &str,
        [part, output]: [Option<&str>; 2],
        sign: &str,
        span: Span,
        problems: &mut Problems,
    ) {
        match (self.outputs.get(step), part) {
            (Some(known), Some("outputs")) => {
                check_output(known, output, &format!("{sign}steps.{step}.outputs"), span, problems);
            }
            (Some(_), Some(part)) => report(
                problems,
                span,
                format!("`{step}` calls a flow, which has no `{part}`"),
                format!("write `{sign}steps.{step}.outputs.…`"),
            ),
            (None, Some("outputs")) if self.steps.contains(step) => report(
                problems,
                span,
                format!("`{step}` calls no flow, and so has no `outputs`"),
                "a request has `request` and `response`".to_owned(),
            ),
            _ => {}
        }
    }

    fn check_listed(
        &self,
        root: &str,
        member: Option<&str>,
        text: &str,
        span: Span,
        place: Place,
        problems: &mut Problems,
    ) {
        if place != Place::Values {
            report(
                problems,
                span,
                format!("`{text}` is read only in `contest.yaml`, `vars` and `inputs`"),
                "write it under `vars`, and `$vars.…` here".to_owned(),
            );
            return;
        }
        let listed = if root == "env" { &self.env } else { &self.secrets };
        let name = member.unwrap_or_default();
        if !listed.contains(name) {
            let label = match nearest(name, listed.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean `${root}.{meant}`?"),
                None => format!("list it under `{root}` in `contest.yaml`"),
            };
            report(problems, span, format!("`{name}` is not listed under `{root}`"), label);
        }
    }

    /// Checks the condition of a `skip`, which is evaluated before anything is made.
    pub(super) fn check_skip(&mut self, condition: &Condition, problems: &mut Problems) {
        for mention in condition.mentions() {
            let root = mention.root.as_str();
            if matches!(root, "vars" | "steps") {
                report(
                    problems,
                    condition.span,
                    format!("`{root}` is not known before a case starts"),
                    "a condition of `skip` sees `inputs` and `row`".to_owned(),
                );
                return;
            }
        }
        self.check_condition(condition, Place::Request, problems);
    }

    /// Checks the variables of a CEL expression.
    pub(super) fn check_condition(&mut self, condition: &Condition, place: Place, problems: &mut Problems) {
        for mention in condition.mentions() {
            let root = mention.root.as_str();
            match (root, mention.members.first()) {
                ("inputs" | "vars" | "row" | "steps", Some(name)) => {
                    let text = format!("{root}.{name}");
                    let known = self.check_name(root, name, &text, condition.span, problems);
                    if root == "steps" && known {
                        let member = |at: usize| mention.members.get(at).map(String::as_str);
                        self.check_outputs(name, [member(1), member(2)], "", condition.span, problems);
                    }
                }
                ("inputs" | "vars" | "row" | "steps", None) => self.used.add_whole(root),
                ("this", _) if place == Place::Expectation => {}
                (name, _) if RESPONSE_VARIABLES.contains(&name) => {
                    if matches!(place, Place::Request | Place::Values | Place::Row) {
                        report(
                            problems,
                            condition.span,
                            format!("`{name}` is not known before the request is sent"),
                            "belongs to a response".to_owned(),
                        );
                    }
                }
                (name, _) => {
                    let known = ["inputs", "vars", "row", "steps"];
                    let this = (place == Place::Expectation).then_some("this");
                    let names = known.iter().chain(RESPONSE_VARIABLES).copied().chain(this);
                    let label = match (name, nearest(name, names)) {
                        ("env" | "secrets", _) => {
                            "conditions do not see it; write it under `vars`".to_owned()
                        }
                        (_, Some(meant)) => format!("did you mean `{meant}`?"),
                        (_, None) => "is no variable".to_owned(),
                    };
                    report(problems, condition.span, format!("there is no variable `{name}`"), label);
                }
            }
        }
    }
}

/// Checks the name of an output of a flow.
pub(super) fn check_output(
    known: &BTreeSet<String>,
    name: Option<&str>,
    text: &str,
    span: Span,
    problems: &mut Problems,
) {
    // As a whole they are an object.
    let Some(name) = name.filter(|name| !known.contains(*name)) else { return };
    let label = match nearest(name, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{text}.{meant}`?"),
        None if known.is_empty() => "the flow has no `outputs`".to_owned(),
        None => {
            format!("the flow gives {}", known.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
        }
    };
    report(problems, span, format!("there is no `{text}.{name}`"), label);
}

fn report(problems: &mut Problems, span: Span, message: String, label: String) {
    problems.error(Code::SCENARIO_UNKNOWN_REFERENCE, span, message, label);
}

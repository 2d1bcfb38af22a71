use super::contract::{ContractSettings, read_contract};
use super::reader::{Reader, Spanned};
use super::retry::{Retry, read_retry};
use super::{AuthChoice, Named, parse_duration};
use crate::expression::Template;
use crate::yaml::{Entry, MapReader, Node};
use std::time::Duration;

/// The settings that may stand in defaults, files, scenarios and steps; the nearest wins, key by key.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The auth profile; `Some(None)` is a written `null`, which removes what stands further out.
    pub auth: Option<AuthChoice>,
    /// The severities of contract checks.
    pub contract: ContractSettings,
    /// Time-outs.
    pub timeouts: Timeouts,
    /// When a request is sent again.
    pub retry: Option<Retry>,
    /// Headers for every request; `None` is a written `null`, which removes a header.
    pub headers: Vec<Named<Option<Template>>>,
}

/// The time-outs that were written; what was not is inherited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection to be made.
    pub connect: Option<Duration>,
    /// From sending to the last body byte.
    pub request: Option<Duration>,
    /// For a case, without its cleanup.
    pub scenario: Option<Duration>,
}

impl Timeouts {
    /// These where they are written, those of `outer` elsewhere.
    #[must_use]
    pub fn over(self, outer: Self) -> Self {
        Self {
            connect: self.connect.or(outer.connect),
            request: self.request.or(outer.request),
            scenario: self.scenario.or(outer.scenario),
        }
    }
}

/// Reads `auth`, `contract`, `timeouts`, `retry` and `headers`.
pub(super) fn read_settings(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Settings {
    Settings {
        auth: map.take("auth").map(|node| super::auth::read_choice(node, reader)),
        contract: map.take("contract").map(|node| read_contract(node, reader)).unwrap_or_default(),
        timeouts: map.take("timeouts").map(|node| read_timeouts(node, reader)).unwrap_or_default(),
        retry: map.take("retry").and_then(|node| read_retry(node, reader)),
        headers: read_headers(map.map("headers", reader.problems), reader),
    }
}

/// Reads header lines to send; null removes.
pub(super) fn read_headers(entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Named<Option<Template>>> {
    entries
        .iter()
        .map(|entry| {
            let value = (!entry.value.is_null()).then(|| reader.template(&entry.value));
            entry.named(value)
        })
        .collect()
}

pub(super) fn read_timeouts(node: &Node, reader: &mut Reader<'_>) -> Timeouts {
    let Some(mut map) = MapReader::new("a map of time-outs", node, reader.problems) else {
        return Timeouts::default();
    };
    let mut take = |key: &'static str| {
        let node = map.take(key)?;
        read_duration(key, node, reader).map(|duration| duration.value)
    };
    let timeouts =
        Timeouts { connect: take("connect"), request: take("request"), scenario: take("scenario") };
    map.finish(&[], reader.problems);
    timeouts
}

/// Reads a duration such as `250ms`; anything else is reported.
pub(super) fn read_duration(key: &str, node: &Node, reader: &mut Reader<'_>) -> Option<Spanned<Duration>> {
    let duration = node.as_str().and_then(parse_duration);
    if duration.is_some_and(|duration| duration.is_zero()) {
        reader.invalid(node.span, format!("`{key}` of no time at all can never be kept"), "is zero");
        return None;
    }
    if duration.is_none() {
        reader.invalid(
            node.span,
            format!("`{key}` is a duration such as 250ms, 10s or 5m"),
            "is no duration",
        );
    }
    duration.map(|duration| Spanned::new(duration, node.span))
}

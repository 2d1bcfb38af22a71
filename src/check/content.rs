//! `response.body` of content that is no JSON: forms, parts, XML, sequences of items, bytes.

use super::body::fact;
use super::decode::promised;
use super::fold::fold_by;
use super::judgement::{Case, Judgement};
use super::schema_fact::{speak_of_text, via};
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::{count, quoted, some_of};
use crate::json::Pointer;
use crate::openapi::{
    BrokenContent, ContentFault, ContentKind, ContentPlace, Direction, InnerValue, MediaType, Reading,
    Response, SchemaError, Unread, Validity, check_length, content_kind, read_content,
    read_content_with_places,
};
use std::borrow::Cow;

/// Judges content by the schema of its media type, of its items, and of what is inside.
pub(super) fn check(
    case: &Case<'_>,
    response: &Response<'_>,
    media_type: &MediaType<'_>,
    stated: &str,
    judgement: &mut Judgement,
) {
    let body = &case.exchange.response.body;
    // What is text was decoded before; parts are bytes.
    let bytes = match content_kind(stated) {
        ContentKind::Multipart => body.bytes(),
        _ => body.text().map_or(&[][..], str::as_bytes),
    };
    let mut judge = Judge { case, media_type, stated, bytes, judgement };
    let reading = match read_content(media_type, stated, bytes, case.limits) {
        Ok(reading) => reading,
        Err(Unread::NotChecked(reason)) => return judge.judgement.leave(reason),
        Err(Unread::Broken(broken)) => return judge.broken(response, broken),
    };
    for reason in &reading.left {
        judge.judgement.leave(reason.clone());
    }
    for schema in media_type.schema().map(Cow::into_owned).into_iter().chain(media_type.item_schema()) {
        for reason in case.contract.left_out(&schema, Direction::Response) {
            judge.judgement.leave(reason);
        }
    }
    let errors = judge.errors(&reading);
    let inner = judge.inner(&reading);
    if errors.is_empty() && inner.is_empty() && reading.faults.is_empty() {
        return;
    }
    // Places cost as much as the value, so that they are looked for when there is something to show.
    let Ok(reading) = read_content_with_places(media_type, stated, bytes, case.limits) else { return };
    judge.report(response, &reading, errors, inner);
}

/// Judges bytes by the bounds that a schema sets on their length.
pub(super) fn check_bytes(
    case: &Case<'_>,
    response: &Response<'_>,
    schema: &Pointer,
    range: &str,
    judgement: &mut Judgement,
) {
    let length = case.exchange.response.body.bytes().len();
    let Some(faults) = check_length(case.contract.document(), schema, length) else {
        return judgement.leave(format!(
            "bytes of {} are no value of the kind that their schema describes",
            quoted(&range.into())
        ));
    };
    if !case.runs(Check::Body) {
        return;
    }
    let came = count(length, "byte", "bytes");
    judgement.facts.extend(faults.into_iter().map(|fault| {
        let headline = format!("the body has {came} where the document promises {}", fault.expected);
        case.fact(Check::Body, headline)
            .compared(fault.expected, came.clone())
            .document(fault.keyword, via(response, &[]))
            .response(ResponsePart::BodyWhole, came.clone())
    }));
}

struct Judge<'j, 'c> {
    case: &'j Case<'c>,
    media_type: &'j MediaType<'j>,
    stated: &'j str,
    bytes: &'j [u8],
    judgement: &'j mut Judgement,
}

impl Judge<'_, '_> {
    fn broken(&mut self, response: &Response<'_>, broken: BrokenContent) {
        if !self.case.runs(Check::Decode) {
            return self.judgement.leave("the body cannot be decoded");
        }
        let fact = self.case.fact(Check::Decode, broken.headline).compared(broken.expected, "other content");
        let part = ResponsePart::BodySpan(broken.place.range, broken.place.words);
        let fact = promised(fact, Some(response)).response(part, broken.label);
        self.judgement.facts.push(fact);
    }

    /// What breaks the schema of the whole, and that of each item.
    fn errors(&mut self, reading: &Reading) -> Vec<SchemaError> {
        let mut errors = Vec::new();
        let limit = self.case.limits.findings;
        if let Some(schema) = self.media_type.schema() {
            match self.case.contract.validate(&schema, Direction::Response, &reading.value, limit) {
                Validity::Valid => {}
                Validity::NotChecked(reason) => self.judgement.leave(reason),
                Validity::Invalid(found) => errors.extend(found.into_iter().map(|error| self.named(error))),
            }
        }
        let Some(schema) = self.media_type.item_schema() else { return errors };
        let word = if content_kind(self.stated) == ContentKind::Multipart { "the part" } else { "item" };
        for (index, item) in reading.value.as_array().into_iter().flatten().enumerate() {
            if errors.len() >= limit {
                break;
            }
            let whole = format!("{word} {}", index + 1);
            let left = limit - errors.len();
            match self.case.contract.validate_as(&whole, &schema, Direction::Response, item, left) {
                Validity::Valid => {}
                Validity::NotChecked(reason) => self.judgement.leave(reason),
                Validity::Invalid(found) => errors.extend(found.into_iter().map(|mut error| {
                    error.instance = Pointer::of([index.to_string()]).join(&error.instance);
                    error
                })),
            }
        }
        errors
    }

    /// An element of a sequence is called what people call it who read the body.
    fn named(&self, mut error: SchemaError) -> SchemaError {
        let index = error.instance.tokens().first().and_then(|token| token.parse::<usize>().ok());
        if let (Some(index), true) = (index, content_kind(self.stated).is_sequence()) {
            let element = format!("element `[{index}]` of the body");
            error.headline = error.headline.replacen(&element, &format!("item {}", index + 1), 1);
        }
        error
    }

    /// What breaks the schemas of values within: the index of the value, and its errors.
    fn inner(&mut self, reading: &Reading) -> Vec<(usize, Vec<SchemaError>)> {
        let mut all = Vec::new();
        for (index, inner) in reading.inner.iter().enumerate() {
            if inner.is_header && !self.case.runs(Check::Header) {
                continue;
            }
            let mut first = None;
            for schema in &inner.schemas {
                let validity = self.case.contract.validate_as(
                    &inner.whole,
                    schema,
                    Direction::Response,
                    &inner.value,
                    self.case.limits.findings,
                );
                match validity {
                    Validity::Valid => {
                        first = None;
                        break;
                    }
                    Validity::NotChecked(reason) => self.judgement.leave(reason),
                    Validity::Invalid(errors) => first = first.or(Some(errors)),
                }
            }
            all.extend(first.map(|errors| (index, errors)));
        }
        all
    }

    fn report(
        &mut self,
        response: &Response<'_>,
        reading: &Reading,
        errors: Vec<SchemaError>,
        inner: Vec<(usize, Vec<SchemaError>)>,
    ) {
        let is_cut = errors.len() >= self.case.limits.findings;
        self.faults(response, &reading.faults);
        let place = |pointer: &Pointer| reading.place(pointer, self.bytes);
        let note = |_: &Pointer, others: &[Pointer]| {
            let words: Vec<String> = others.iter().map(|other| place(other).words).collect();
            let places = if others.len() == 1 { "place" } else { "places" };
            format!("also at {} more {places}: {}", others.len(), some_of(&words, "and"))
        };
        let folded = fold_by(errors, note);
        let mut facts: Vec<Fact> = folded
            .into_iter()
            .filter_map(|error| {
                let part = part(place(&error.instance));
                fact(self.case, response, error, part)
            })
            .collect();
        if is_cut && let Some(last) = facts.last_mut() {
            let limit = self.case.limits.findings;
            last.notes.push(format!("there may be more: the limit `findings` ends the search at {limit}"));
        }
        for (index, errors) in inner {
            let Some(inner) = reading.inner.get(index) else { continue };
            facts.extend(errors.into_iter().filter_map(|error| self.inner_fact(response, inner, error)));
        }
        self.judgement.facts.extend(facts);
    }

    fn faults(&mut self, response: &Response<'_>, faults: &[ContentFault]) {
        let mut seen: Vec<(&Pointer, &str)> = Vec::new();
        for fault in faults {
            let check = if fault.is_header { Check::Header } else { Check::Body };
            // A hundred items of a wrong name are one fault of the API.
            if !self.case.runs(check) || seen.contains(&(&fault.document, fault.actual.as_str())) {
                continue;
            }
            seen.push((&fault.document, &fault.actual));
            let same = faults.iter().filter(|it| it.document == fault.document && it.actual == fault.actual);
            let others = same.count() - 1;
            let mut fact = self
                .case
                .fact(check, fault.headline.clone())
                .compared(fault.expected.clone(), fault.actual.clone())
                .document(fault.document.clone(), via(response, &[]))
                .response(part(fault.place.clone()), fault.actual.clone());
            if others > 0 {
                let places = if others == 1 { "place" } else { "places" };
                fact = fact.note(format!("also at {others} more {places}"));
            }
            self.judgement.facts.push(fact);
        }
    }

    fn inner_fact(
        &self,
        response: &Response<'_>,
        inner: &InnerValue,
        mut error: SchemaError,
    ) -> Option<Fact> {
        if inner.is_header {
            speak_of_text(&mut error, &inner.whole, &inner.value, Direction::Response);
            let mut fact = fact(self.case, response, error, part(inner.place.clone()))?;
            fact.code = Check::Header.code();
            fact.severity = self.case.severities.of(Check::Header);
            return Some(fact);
        }
        let place = inner.place.clone().within(&error.instance, self.bytes);
        fact(self.case, response, error, part(place))
    }
}

fn part(place: ContentPlace) -> ResponsePart {
    ResponsePart::BodySpan(place.range, place.words)
}

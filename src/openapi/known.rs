use super::Document;
use super::operation::Operation;
use super::parameter::{self, Parameter};
use super::response::ResponseKey;
use super::view::View;
use crate::json::Pointer;
use std::borrow::Cow;
use std::sync::OnceLock;

/// The parts of an operation that every request and response of it asks for, with their references
/// followed once.
#[derive(Debug, Default)]
pub(super) struct Known {
    parameters: OnceLock<Vec<Place>>,
    request_body: OnceLock<Option<Place>>,
    responses: OnceLock<Vec<(ResponseKey, Place)>>,
    /// Why parameters, and the request body, cannot be looked at.
    pub(super) lost_parameters: OnceLock<Vec<String>>,
    pub(super) lost_request_body: OnceLock<Option<String>>,
    pub(super) has_deprecated_parameters: OnceLock<bool>,
    /// The value of `Accept`.
    pub(super) accept: OnceLock<String>,
}

/// Where an object stands behind its references, and where the objects stand that its views ask for.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) pointer: Pointer,
    pub(super) schema: Option<Pointer>,
    /// The members of `content`, by their media types.
    pub(super) content: Vec<(String, Place)>,
    /// The members of `headers`, by their names.
    pub(super) headers: Vec<(String, Place)>,
    /// What is asked of the schema for every request and response.
    pub(super) traits: Traits,
}

/// Answers about a schema that are worked out once.
#[derive(Clone, Debug, Default)]
pub(super) struct Traits {
    /// Whether it describes text or bytes as a whole.
    pub(super) is_text: OnceLock<bool>,
    /// Whether every text of a header is the value that it stands for.
    pub(super) is_literal: OnceLock<bool>,
    /// Whether anything in it, or behind its references, is deprecated.
    pub(super) has_deprecated: OnceLock<bool>,
}

impl Place {
    fn of(view: &View<'_>) -> Self {
        let members = |key: &str| {
            let found = view.objects(key).into_iter();
            found.map(|(name, member)| (name.to_owned(), Self::of(&member))).collect()
        };
        Self {
            pointer: view.pointer.clone().into_owned(),
            schema: view.schema().map(Cow::into_owned),
            content: members("content"),
            headers: members("headers"),
            traits: Traits::default(),
        }
    }

    pub(super) fn view<'d>(&'d self, document: &'d Document) -> Option<View<'d>> {
        let value = document.get(&self.pointer)?;
        Some(View { document, pointer: Cow::Borrowed(&self.pointer), value, place: Some(self) })
    }
}

impl Known {
    /// The parameters that count, as [`Operation::parameters`] gives them.
    pub(super) fn parameters<'d>(&'d self, operation: Operation<'d>) -> Vec<Parameter<'d>> {
        let places = self.parameters.get_or_init(|| {
            let mut found: Vec<Parameter<'_>> = Vec::new();
            let document = operation.document();
            for holder in operation.parameter_holders().filter_map(|pointer| View::raw(document, pointer)) {
                let inherited = holder.elements("parameters").into_iter().filter_map(Parameter::new);
                let new: Vec<_> = inherited
                    .filter(|each| !parameter::is_ignored(each))
                    .filter(|each| !found.iter().any(|known| known.is_same(each)))
                    .collect();
                found.extend(new);
            }
            found.iter().map(|each| Place::of(each.view())).collect()
        });
        let views = places.iter().filter_map(|place| place.view(operation.document()));
        views.filter_map(Parameter::new).collect()
    }

    /// The object under `requestBody`.
    pub(super) fn request_body<'d>(&'d self, operation: Operation<'d>) -> Option<View<'d>> {
        let place =
            self.request_body.get_or_init(|| operation.view()?.object("requestBody").as_ref().map(Place::of));
        place.as_ref()?.view(operation.document())
    }

    /// The members of `responses` whose keys are such, in the order written.
    pub(super) fn responses<'d>(&'d self, operation: Operation<'d>) -> &'d [(ResponseKey, Place)] {
        self.responses.get_or_init(|| {
            let written = operation.view().map(|view| view.objects("responses")).unwrap_or_default();
            let keyed = written.into_iter().filter_map(|(key, view)| Some((ResponseKey::parse(key)?, view)));
            keyed.map(|(key, view)| (key, Place::of(&view))).collect()
        })
    }
}

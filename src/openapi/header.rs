use super::Style;
use super::media_type::MediaType;
use super::view::View;
use crate::json::Pointer;
use std::borrow::Cow;

/// One documented header of a response.
///
/// Source: OpenAPI 3.1.1, "Header Object".
#[derive(Clone, Debug)]
pub struct Header<'d> {
    name: &'d str,
    view: View<'d>,
}

impl<'d> Header<'d> {
    pub(super) fn new(name: &'d str, view: View<'d>) -> Self {
        Self { name, view }
    }

    /// Its name as written; names compare without regard to case.
    pub fn name(&self) -> &'d str {
        self.name
    }

    /// Where the header object stands, behind its references.
    pub fn pointer(&self) -> &Pointer {
        &self.view.pointer
    }

    /// Whether every such response must carry it.
    pub fn is_required(&self) -> bool {
        self.view.boolean("required") == Some(true)
    }

    /// Whether an object is written as `R=100,G=200` rather than `R,100,G,200`.
    pub fn explode(&self) -> bool {
        self.view.boolean("explode") == Some(true)
    }

    /// Its style: `simple`, but for a `collectionFormat` of Swagger 2.0.
    pub(super) fn style(&self) -> Style {
        let is_of_swagger = self.view.document.version().has_body_parameters();
        let stated = self.view.text("style").filter(|_| is_of_swagger).and_then(Style::parse);
        stated.unwrap_or(Style::Simple)
    }

    /// The pointer to its schema, where it has one; the schema may be a reference.
    pub fn schema(&self) -> Option<Cow<'d, Pointer>> {
        self.view.schema()
    }

    /// The one media type it is written in, where it has `content` instead of a schema.
    pub fn content(&self) -> Option<MediaType<'d>> {
        MediaType::list(&self.view).into_iter().next()
    }

    pub(super) fn view(&self) -> &View<'d> {
        &self.view
    }
}

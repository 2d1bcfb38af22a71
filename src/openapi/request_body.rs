use super::media_type::MediaType;
use super::view::View;
use crate::json::Pointer;

/// The content that an operation takes.
///
/// Source: OpenAPI 3.1.1, "Request Body Object".
#[derive(Clone, Debug)]
pub struct RequestBody<'d>(View<'d>);

impl<'d> RequestBody<'d> {
    pub(super) fn new(view: View<'d>) -> Self {
        Self(view)
    }

    /// Where it stands, behind its references.
    pub fn pointer(&self) -> &Pointer {
        &self.0.pointer
    }

    /// Whether a request must carry it.
    pub fn is_required(&self) -> bool {
        self.0.boolean("required") == Some(true)
    }

    /// The media types it may be written in, in the order written.
    pub fn media_types(&self) -> Vec<MediaType<'d>> {
        MediaType::list(&self.0)
    }
}

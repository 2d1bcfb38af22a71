//! Paths and operations.

use super::Adapter;
use crate::json::{Pointer, Value};
use crate::openapi::reference::{MAX_CHAIN, reference_of};

/// The methods of a path item.
///
/// Source: Swagger 2.0, "Path Item Object".
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

impl Adapter<'_, '_> {
    pub(super) fn paths(&mut self) {
        let Some((paths, items)) = self.behind_references(&Pointer::of(["paths"])) else { return };
        for template in items.keys() {
            if !template.starts_with("x-") {
                self.path_item(&paths.child(template));
            }
        }
    }

    /// A path item, and those that it refers to.
    fn path_item(&mut self, at: &Pointer) {
        let mut current = at.clone();
        for _ in 0..=MAX_CHAIN {
            let Some(members) = self.written_map(&current) else { return };
            if !self.seen.insert(current.clone()) {
                return;
            }
            for method in METHODS.iter().filter(|method| members.contains_key(**method)) {
                if let Some((operation, _)) = self.behind_references(&current.child(*method)) {
                    self.operation(&operation, &current);
                }
            }
            // An operation may want its path item's parameters only, and an item may have none.
            self.parameters(std::slice::from_ref(&current));
            let Some(reference) = self.written(&current).and_then(reference_of) else { return };
            let Ok(target) = self.resolver.target(reference, &current) else { return };
            current = target;
        }
    }

    fn operation(&mut self, at: &Pointer, path_item: &Pointer) {
        if !self.seen.insert(at.clone()) {
            return;
        }
        let parameters = self.parameters(&[at.clone(), path_item.clone()]);
        self.request_body(at, &parameters);
        let produces = self.media_types(at, "produces");
        let responses = at.child("responses");
        let keys = self.written(&responses).and_then(Value::as_object);
        for key in keys.into_iter().flat_map(|keys| keys.keys()) {
            if !key.starts_with("x-") {
                self.response(&responses.child(key), &produces);
            }
        }
    }
}

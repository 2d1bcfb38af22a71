use crate::expression::Template;
use crate::http::{TokenRequest, TokenSource};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Token requests in which no value of a case stands, by profile and base URL: they are the same all run
/// long.
#[derive(Default)]
pub(in crate::engine) struct TokenRequests(Mutex<HashMap<usize, HashMap<String, Arc<TokenSource>>>>);

impl TokenRequests {
    /// The request of a profile, whose values are `templates`; `make` makes one.
    pub(in crate::engine) fn of<E>(
        &self,
        profile: usize,
        base_url: &str,
        templates: &[&Template],
        make: impl FnOnce() -> Result<TokenRequest, E>,
    ) -> Result<Arc<TokenSource>, E> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().get(&profile).and_then(|requests| requests.get(base_url)) {
            return Ok(Arc::clone(known));
        }
        let request = Arc::new(TokenSource::from(make()?));
        if templates.iter().copied().all(is_fixed) {
            kept().entry(profile).or_default().insert(base_url.to_owned(), Arc::clone(&request));
        }
        Ok(request)
    }
}

/// Whether a value is the same in every case.
fn is_fixed(template: &Template) -> bool {
    template.conditions().is_empty()
        && template.references().iter().all(|(it, _)| matches!(it.root.as_str(), "env" | "secrets"))
}

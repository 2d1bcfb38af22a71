//! Files that are excerpted: their secrets become stars, and every place in them stays where it is.

use super::Masker;
use crate::source::{Source, Span};
use std::sync::Arc;

/// Larger files are masked around the places that are shown only.
const LARGE: usize = 1 << 20;

/// As much as is masked before and behind a place in a large file: far more than an excerpt shows.
const AROUND: usize = 64 << 10;

/// Replaces the sources of places by ones without secrets, each source once; `further` hides more in
/// the text of a source, and keeps its length.
pub(crate) fn mask_sources<'p>(
    masker: &Masker,
    places: impl IntoIterator<Item = (&'p mut Arc<Source>, Span)>,
    further: impl Fn(&Source, String) -> String,
) {
    let mut places: Vec<_> = places.into_iter().collect();
    let mut sources: Vec<(Arc<Source>, Vec<Span>)> = Vec::new();
    for (source, span) in &places {
        match sources.iter_mut().find(|(known, _)| Arc::ptr_eq(known, source)) {
            Some((_, spans)) => spans.push(*span),
            None => sources.push((Arc::clone(source), vec![*span])),
        }
    }
    let masked: Vec<(Arc<Source>, Arc<Source>)> = sources
        .into_iter()
        .map(|(source, spans)| {
            let text = further(&source, text(masker, source.text(), &spans));
            let masked = if text == source.text() { None } else { Some(Source::new(source.name(), text)) };
            (Arc::clone(&source), masked.unwrap_or(source))
        })
        .collect();
    for (source, _) in &mut places {
        if let Some((_, masked)) = masked.iter().find(|(known, _)| Arc::ptr_eq(known, source)) {
            **source = Arc::clone(masked);
        }
    }
}

fn text(masker: &Masker, text: &str, spans: &[Span]) -> String {
    if text.len() <= LARGE {
        return masker.mask_in_place(text);
    }
    let mut shown: Vec<(usize, usize)> = spans
        .iter()
        .flat_map(|span| [span.start, span.end])
        .map(|at| {
            let end = at.saturating_add(AROUND).min(text.len());
            (text.floor_char_boundary(at.saturating_sub(AROUND)), text.ceil_char_boundary(end))
        })
        .collect();
    shown.sort_unstable();
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    let mut shown = shown.into_iter().peekable();
    while let Some((start, mut end)) = shown.next() {
        while let Some((_, next)) = shown.next_if(|(next, _)| *next <= end) {
            end = end.max(next);
        }
        let start = start.max(done);
        masked.push_str(&text[done..start]);
        masked.push_str(&masker.mask_in_place(&text[start..end]));
        done = end;
    }
    masked.push_str(&text[done..]);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_masked_around_the_places_shown() {
        let masker = Masker::new();
        masker.add("correct-horse");
        let line = format!("{}correct-horse\n", " ".repeat(4000));
        let text = line.repeat(500);
        let mut source = Source::new("a", text.as_str());
        let at = |line: usize| Span::new(line * 4014 + 4000, line * 4014 + 4013);
        let mut sources = [Arc::clone(&source), Arc::clone(&source), Arc::clone(&source)];
        let spans = [at(3), at(250), at(251)];
        mask_sources(&masker, sources.iter_mut().zip(spans), |_, text| text);
        for (source, span) in sources.iter().zip(spans) {
            assert_eq!(source.slice(span), "*************");
            assert_eq!(source.text().len(), text.len());
        }
        assert!(Arc::ptr_eq(&sources[0], &sources[2]));
        assert_eq!(sources[0].slice(at(100)), "correct-horse", "nobody sees it");
        mask_sources(&Masker::new(), [(&mut source, at(1))], |_, text| text);
        assert_eq!(source.text(), text);
    }
}

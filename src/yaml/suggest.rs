/// The candidate that a person most probably meant: equal but for case, or at an edit distance
/// (Damerau–Levenshtein) of at most a third of the word's length.
pub fn nearest<'c>(wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let lower = wanted.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_is_near() {
        let keys = ["status", "headers", "body", "updateAnOrder"];
        assert_eq!(nearest("staus", keys), Some("status"));
        assert_eq!(nearest("Body", keys), Some("body"));
        assert_eq!(nearest("updateOrder", keys), Some("updateAnOrder"));
        assert_eq!(nearest("zebra", keys), None);
        assert_eq!(nearest("", keys), None);
    }
}

//! Names made from those of a document.

/// `order-items` of `orderItems`, `order_items` and `Order Items`; empty where no letter is left.
pub(super) fn kebab(text: &str) -> String {
    words(text).join("-")
}

/// `ORDER_ITEMS`.
pub(super) fn upper(text: &str) -> String {
    words(text).join("_").to_uppercase()
}

/// `orderItems`.
pub(super) fn camel(text: &str) -> String {
    let words = words(text).into_iter().enumerate();
    words.map(|(index, word)| if index == 0 { word } else { capitalised(&word) }).collect()
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// The words of a name, in lower case: parted by other characters than letters and digits, and where a
/// small letter stands before a capital one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    let mut characters = text.chars().take(80).peekable();
    while let Some(c) = characters.next() {
        let is_small_next = characters.peek().is_some_and(char::is_ascii_lowercase);
        let starts = !before.is_ascii_alphanumeric()
            || (c.is_ascii_uppercase() && (!before.is_ascii_uppercase() || is_small_next));
        if c.is_ascii_alphanumeric() {
            match words.last_mut() {
                Some(word) if !starts => word.push(c.to_ascii_lowercase()),
                _ => words.push(c.to_ascii_lowercase().to_string()),
            }
        }
        before = c;
    }
    words
}

/// One of several, by the rules of English for most nouns: `order` of `orders`, `category` of `categories`.
pub(super) fn singular(text: &str) -> String {
    for (ending, one) in [("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")] {
        if let Some(stem) = text.strip_suffix(ending).filter(|stem| stem.len() > 1) {
            return format!("{stem}{one}");
        }
    }
    let is_plural = text.len() > 2 && !["ss", "us", "is"].iter().any(|ending| text.ends_with(ending));
    text.strip_suffix('s').filter(|_| is_plural).unwrap_or(text).to_owned()
}

/// `a thing`, `an order`.
pub(super) fn with_article(noun: &str) -> String {
    let is_vowel = noun.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {noun}", if is_vowel { "an" } else { "a" })
}

/// A name that is not taken yet: with a number behind it where it is.
pub(super) fn unique(wanted: &str, taken: &mut Vec<String>) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while taken.contains(&name) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    taken.push(name.clone());
    name
}

//! Values with expressions, conditions and JSONPath selectors.

#![no_main]

use contest::diagnostic::Problems;
use contest::expression::{Selector, Syntax, Template};
use contest::json::{Pointer, Value, parse};
use contest::scenario::{ROOTS, parse_duration};
use contest::source::{Source, Span};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (source, span) = (Source::new("x", text), Span::new(0, text.len()));
    let mut problems = Problems::new(&source);
    let roots = ROOTS.iter().map(|root| (*root).to_owned()).collect();
    let _ = Template::of_text(text, span, &Syntax { roots, expression_limit: 1024 }, &mut problems);
    if let Some(selector) = Selector::compile(text, span, &mut problems) {
        let _ = selector.select(&Value::Null);
    }
    let _ = (parse(text), Pointer::parse(text), parse_duration(text));
});

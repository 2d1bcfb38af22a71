//! How strong a contract is, for people: the share, and the laxest operations with the lines to tighten.

use crate::diagnostic::words::some_of;
use crate::openapi::Document;
use crate::report::text::{plural, wrap};
use crate::report::{Style, style};
use crate::strength::{Kind, OperationStrength, Strength, Weakness};

/// So many of the laxest operations are shown.
const SHOWN: usize = 10;

/// So many lines to tighten are named for one operation.
const LINES: usize = 3;

/// More reasons why something could not be measured than this are counted.
const UNMEASURED: usize = 10;

/// `  12 %  `: what stands before the name of an operation.
const LEAD: usize = 8;

/// Renders how strong the contract of one document is; ends with a line end.
pub fn render_strength(document: &Document, strength: &Strength, style: Style) -> String {
    let name = style.visible(document.source().name());
    let (tried, noticed) = strength.total();
    if tried == 0 {
        let mut out = format!("strength of {name}: not measured, for no response is described as JSON\n");
        unmeasured(strength, style, &mut out);
        return out;
    }
    let mut out = style.paint(style::BOLD, &format!("strength of {name}: {}", share(noticed, tried)));
    let words = format!(" of {} would be noticed", plural(tried, "wrong answer"));
    out.push_str(&words);
    out.push('\n');
    let laxest = strength.laxest();
    for operation in laxest.iter().take(SHOWN) {
        one(document, operation, style, &mut out);
    }
    if laxest.len() > SHOWN {
        let rest = laxest.len() - SHOWN;
        out.push_str(&format!("  … and {} with something to tighten\n", plural(rest, "further operation")));
    }
    unmeasured(strength, style, &mut out);
    out
}

fn one(document: &Document, operation: &OperationStrength, style: Style, out: &mut String) {
    let share = share(operation.noticed, operation.tried);
    let ink = match operation.noticed * 2 < operation.tried {
        true => style::ERROR,
        false => style::WARNING,
    };
    let missed = operation.tried - operation.noticed;
    out.push_str("  ");
    out.push_str(&style.paint(ink, &format!("{share:>5}")));
    out.push_str(&format!(
        " {}: {missed} of {} {} unnoticed\n",
        style.paint(style::BOLD, &style.visible(&operation.name)),
        plural(operation.tried, "wrong answer"),
        if missed == 1 { "goes" } else { "go" }
    ));
    for weakness in operation.weaknesses.iter().take(LINES) {
        let place = document.place_of(&weakness.schema).map_or_else(String::new, |at| {
            let position = at.position();
            format!("{}:{}:{}: ", at.source.name(), position.line, position.column)
        });
        let text = style.visible(&format!("{place}{}", advice(weakness)));
        for (index, line) in wrap(&text, style.columns() - LEAD - 2).iter().enumerate() {
            let indent = if index == 0 { LEAD } else { LEAD + 2 };
            out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
        }
    }
    let rest = operation.weaknesses.len().saturating_sub(LINES);
    if rest > 0 {
        out.push_str(&format!("{}and {}\n", " ".repeat(LEAD), plural(rest, "further place")));
    }
}

/// What goes unnoticed, and what would notice it.
fn advice(weakness: &Weakness) -> String {
    let count = weakness.missed;
    let is_one = count == 1;
    match weakness.kind {
        Kind::Missing if is_one => "a member may be missing: name it in `required`".to_owned(),
        Kind::Missing => format!("{count} members may be missing: name them in `required`"),
        Kind::Type => "any type is taken: state `type`".to_owned(),
        Kind::Null => "null is taken: state `type` without it".to_owned(),
        Kind::Text => "any text is taken: what restricts it is not judged".to_owned(),
        Kind::Bound => "what is beyond the bounds is taken as well".to_owned(),
    }
}

/// What could not be measured, what has the same reason together.
fn unmeasured(strength: &Strength, style: Style, out: &mut String) {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for each in &strength.unmeasured {
        let known = groups.iter_mut().find(|(reason, _)| *reason == each.reason);
        match known {
            Some((_, all)) => all.push(each.what()),
            None => groups.push((&each.reason, vec![each.what()])),
        }
    }
    for (reason, all) in groups.iter().take(UNMEASURED) {
        let text = style.visible(&format!("not measured: {}, because {reason}", some_of(all, "and")));
        for (index, line) in wrap(&text, style.columns() - 4).iter().enumerate() {
            out.push_str(&format!("{}{line}\n", if index == 0 { "  " } else { "    " }));
        }
    }
    let rest: usize = groups.iter().skip(UNMEASURED).map(|(_, all)| all.len()).sum();
    if rest > 0 {
        out.push_str(&format!("  not measured: {}\n", plural(rest, "further response")));
    }
}

/// Rounded down, so that 100 % means all.
fn share(noticed: usize, tried: usize) -> String {
    format!("{} %", noticed * 100 / tried.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Problems;
    use crate::limits::Limits;
    use crate::source::Source;
    use crate::strength::measure;

    const DOCUMENT: &str = "\
openapi: 3.1.0
paths:
  /orders:
    get:
      operationId: listOrders
      responses:
        200:
          description: all
          content:
            application/json:
              schema:
                type: object
                properties:
                  id: { type: string, format: order-number }
                  total: {}
    post:
      operationId: createOrder
      responses:
        201:
          description: made
          content:
            application/json:
              schema: { type: object, required: [id], properties: { id: { type: string } } }
  /never:
    get:
      operationId: never
      responses:
        200: { description: '', content: { application/json: { schema: { type: string, not: {} } } } }
";

    #[test]
    fn the_laxest_operations_are_named_with_the_lines_to_tighten() {
        let mut problems = Problems::new(&Source::new("shop.yaml", DOCUMENT));
        let document = Document::load(&Limits::default(), &mut problems).expect("it loads");
        let shown = render_strength(&document, &measure(&document), Style::plain(80));
        let expected = "\
strength of shop.yaml: 64 % of 14 wrong answers would be noticed
   44 % listOrders: 5 of 9 wrong answers go unnoticed
        shop.yaml:12:17: 2 members may be missing: name them in `required`
        shop.yaml:14:23: any text is taken: what restricts it is not judged
        shop.yaml:15:26: any type is taken: state `type`
  not measured: the 200 of never, because no answer could be made up: the
    nearest that could be made is wrong: the value is `text`, which the document
    rules out
";
        assert_eq!(shown, expected, "{shown}");
    }
}

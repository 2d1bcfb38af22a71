//! How long things took, as the end of the terminal report shows it.

use crate::engine::{Durations, SlowCase, fine_time};
use crate::report::text::{cut, plural, width};
use crate::report::{Style, style};

/// More operations than this are counted.
const MOST_OPERATIONS: usize = 50;

/// `1.23 s  file › title (step pay: 1.10 s)`.
pub(super) fn slow(case: &SlowCase) -> String {
    let longest =
        case.longest.iter().map(|(step, time)| format!(", {} of it in step `{step}`", fine_time(*time)));
    format!("{} took {}{}", case.name, fine_time(case.elapsed), longest.collect::<String>())
}

/// A table of operations, the slowest first.
pub(super) fn durations(all: &[Durations], style: Style) -> String {
    let mut sorted: Vec<&Durations> = all.iter().collect();
    sorted.sort_by(|one, other| (other.p95, &one.operation).cmp(&(one.p95, &other.operation)));
    let more = sorted.len().saturating_sub(MOST_OPERATIONS);
    sorted.truncate(MOST_OPERATIONS);
    let mut rows = vec![["operation", "count", "p50", "p95", "max"].map(str::to_owned)];
    rows.extend(sorted.iter().map(|it| {
        let name = style.visible(&it.operation).replace('\n', " ");
        [name, it.count.to_string(), fine_time(it.p50), fine_time(it.p95), fine_time(it.max)]
    }));
    // A time takes at most seven columns: the table stands still from run to run.
    let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
    let numbers: [usize; 4] =
        std::array::from_fn(|index| widest(index + 1).max(if index == 0 { 0 } else { 7 }));
    let left = style.columns().saturating_sub(2 + numbers.iter().map(|it| it + 2).sum::<usize>());
    let names = widest(0).min(left.max(10));
    let mut out = String::new();
    for (index, [name, values @ ..]) in rows.iter().enumerate() {
        let name = cut(name, names, style.glyphs().ellipsis);
        let mut line = format!("{name}{}", " ".repeat(names - width(&name)));
        for (value, columns) in values.iter().zip(numbers) {
            line += &format!("  {value:>columns$}");
        }
        let ink = if index == 0 { style::BOLD } else { anstyle::Style::new() };
        out += &format!("  {}\n", style.paint(ink, &line));
    }
    if more > 0 {
        out += &format!("  and {}\n", plural(more, "more operation"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn operations_stand_in_a_table_with_the_slowest_first() {
        let of = |operation: &str, count, p95| Durations {
            operation: operation.to_owned(),
            count,
            p50: Duration::from_millis(3),
            p95: Duration::from_millis(p95),
            max: Duration::from_millis(p95),
        };
        let text = durations(&[of("getAnOrder", 7, 9), of("updateAnOrder", 12, 420)], Style::plain(80));
        assert_eq!(
            text,
            "  operation      count      p50      p95      max\n\
             \x20 updateAnOrder     12  3.00 ms   420 ms   420 ms\n\
             \x20 getAnOrder         7  3.00 ms  9.00 ms  9.00 ms\n"
        );
        let narrow = durations(&[of(&"x".repeat(90), 7, 9)], Style::plain(40));
        assert!(narrow.lines().all(|line| width(line) <= 50), "{narrow}");
    }
}

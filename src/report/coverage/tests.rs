use super::{Style, render_coverage, render_shortfalls};
use crate::coverage::{Coverage, Thresholds};
use crate::engine::Requirement;
use crate::report::text::width;
use serde_json::json;

/// One document with a called and an uncalled operation.
fn coverage() -> Coverage {
    let gap = |dimension: &str, status: Option<&str>, path: Option<&str>| {
        let mut gap = json!({ "dimension": dimension });
        status.iter().for_each(|status| gap["status"] = json!(status));
        path.iter().for_each(|path| gap["path"] = json!(path));
        gap
    };
    let mut gaps: Vec<_> = ["400", "401", "404", "409"].map(|it| gap("status", Some(it), None)).to_vec();
    gaps[0]["step"] = json!(0);
    gaps[1]["step"] = json!(0);
    for number in 0..30 {
        gaps.push(gap("responseMember", Some("200"), Some(&format!("data.member{number}"))));
    }
    let report = json!({
        "version": 1,
        "counts": {},
        "documents": [{
            "api": "shop",
            "document": "specs/shop.yaml",
            "isComplete": false,
            "counts": {},
            "operations": [
                {
                    "operation": "GET /orders/{id}",
                    "operationId": "getOrder",
                    "isCalled": true,
                    "counts": {},
                    "covered": [{ "dimension": "operation" }, { "dimension": "status", "status": "200" }],
                    "gaps": gaps,
                    "undocumented": [{ "status": 503 }, { "status": 200, "mediaType": "text/\u{1b}[31mhtml" }],
                    "steps": ["- call: getOrder\n  expect: { status: 400 }"],
                },
                {
                    "operation": "DELETE /orders/{id}",
                    "operationId": null,
                    "isCalled": false,
                    "counts": {},
                    "covered": [],
                    "gaps": [{ "dimension": "operation" }, { "dimension": "status", "status": "204" }],
                    "undocumented": [],
                    "steps": [],
                },
            ],
        }],
    });
    serde_json::from_value(report).expect("it is coverage")
}

#[test]
fn a_document_has_a_table_its_gaps_and_steps() {
    let expected = "\
coverage of shop (specs/shop.yaml)
  operations         1 of  2   50.0 %
  statuses           1 of  6   16.6 %
  response members   0 of 30    0.0 %
  the limit `coverage` is reached: members that stand deeper are not counted;
  `--limit coverage=N` counts more
  not covered
    operations        DELETE /orders/{id}
    statuses          getOrder: 400, 401, 404, 409
    response members  getOrder 200: data.member0, data.member1 and 28 more
  came, and is not documented
    answers           text/\u{241b}[31mhtml in 200 of getOrder, 503 of getOrder
  1 step that would cover more
      # 400 of getOrder and 1 more
      - call: getOrder
        expect: { status: 400 }
";
    assert_eq!(render_coverage(&coverage(), Style::plain(80)), expected);
}

#[test]
fn lines_fit_and_colours_change_no_word() {
    let ink = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern");
    for columns in [40, 80, 120] {
        let plain = render_coverage(&coverage(), Style::plain(columns));
        for line in plain.lines().filter(|line| !line.contains("expect")) {
            assert!(width(line) <= columns, "{columns}: {line}");
        }
        let painted = render_coverage(&coverage(), Style { color: true, ..Style::plain(columns) });
        assert_ne!(painted, plain);
        assert_eq!(ink.replace_all(&painted, ""), plain);
        let ascii = render_coverage(&coverage(), Style { is_unicode: false, ..Style::plain(columns) });
        assert!(!ascii.contains('…'), "{ascii}");
    }
}

#[test]
fn nothing_is_said_of_nothing() {
    assert_eq!(render_coverage(&Coverage::default(), Style::plain(80)), "");
}

#[test]
fn what_was_not_reached_names_the_first_gaps() {
    let thresholds = Thresholds::parse("operation=50,status=80,branch=100").expect("it is right");
    let of = |thresholds: &Thresholds, coverage: &Coverage, is_share| {
        render_shortfalls(&Requirement::coverage(thresholds, Some(coverage), is_share), Style::plain(80))
    };
    let text = of(&thresholds, &coverage(), false);
    let expected = "\
error: 16.6 % of the statuses are covered (1 of 6), less than 80 %
       not covered: 400 of getOrder, 401 of getOrder, 404 of getOrder, and 2
       more
";
    assert_eq!(text, expected);
    let one = Thresholds::parse("operation=1").expect("it is right");
    let text = of(&one, &Coverage::default(), false);
    assert_eq!(text, "error: nothing of operations was covered: no case calls an operation\n");
    let text = of(&one, &Coverage::default(), true);
    let expected = "\
note:  coverage operation=1 is not checked: a share of the cases has run:
       `contest report merge` holds all shares together to it
";
    assert_eq!(text, expected);
}

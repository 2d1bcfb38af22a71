use super::ROOTS;
use super::attachment::FileReference;
use super::file::ScenarioFile;
use super::reader::Reader;
use super::row::read_table;
use super::row_csv::read_csv;
use crate::diagnostic::{Code, Problems};
use crate::limits::Limits;
use crate::source::Span;
use crate::yaml::{Dialect, load};
use std::sync::Arc;

impl ScenarioFile {
    /// The files that hold rows, each with the index of its scenario.
    pub fn row_files(&self) -> Vec<(usize, FileReference)> {
        let scenarios = self.scenarios.iter().enumerate();
        scenarios.filter_map(|(index, scenario)| Some((index, scenario.row_file.clone()?))).collect()
    }

    /// Gives a scenario the rows of the file that it names, whose text is the source of `problems`: CSV,
    /// or, as `reference` says, YAML or JSON that holds a list of maps or `{ columns, rows }`.
    ///
    /// What is wrong in the file is reported; lines of a CSV file that cannot be read are left out.
    pub fn read_rows_of(
        &mut self,
        (scenario, reference): &(usize, FileReference),
        limits: &Limits,
        problems: &mut Problems,
    ) {
        let source = Arc::clone(problems.source());
        let rows = if reference.is_value {
            let before = problems.len();
            match load(Dialect::Ours, limits, problems) {
                Some(node) => read_table(&node, Some(&source), &mut Reader::new(problems, limits, ROOTS)),
                None if problems.len() > before => Vec::new(),
                None => {
                    let message = "the file has no row, so nothing would run";
                    problems.error(Code::SCENARIO_EMPTY, Span::default(), message, "is empty");
                    Vec::new()
                }
            }
        } else {
            read_csv(&source, &mut Reader::new(problems, limits, ROOTS))
        };
        if let Some(scenario) = self.scenarios.get_mut(*scenario) {
            scenario.rows = Some(rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use std::path::Path;

    /// The rows of a file, `label(tags){skip}: column=value`, and the problems in it.
    fn read(name: &str, text: &str, limits: &Limits) -> (Vec<String>, Vec<String>) {
        let scenario = format!("contest: 1\nscenarios: {{ s: {{ rows: {{ file: {name} }}, steps: [] }} }}\n");
        let source = Source::new("x.contest.yaml", scenario);
        let mut problems = Problems::new(&source);
        let file = ScenarioFile::read(
            Path::new("a/x.contest.yaml"),
            "x".to_owned(),
            &Limits::default(),
            &mut problems,
        );
        let mut file = file.expect("the scenario file is right");
        let named = file.row_files();
        assert_eq!(named[0].1.resolve(&file.path), Path::new("a").join(name));
        let source = Source::new(name, text);
        let mut problems = Problems::new(&source);
        file.read_rows_of(&named[0], limits, &mut problems);
        let rows = file.scenarios[0].rows.iter().flatten().map(|row| {
            let values = row.values.iter().map(|cell| {
                let value =
                    cell.template.as_literal().map_or_else(|| "?".into(), |it| it.value().to_string());
                let at = source.position(cell.template.span.start);
                format!(" {}={value}@{}:{}", cell.column, at.line, at.column)
            });
            let marks =
                [row.skip.as_ref().map(|it| it.reason.clone()), row.xfail.as_ref().map(|it| it.words())];
            let marks: String = marks.into_iter().flatten().map(|reason| format!("{{{reason}}}")).collect();
            format!("{}({}){marks}:{}", row.label, row.tags.join(","), values.collect::<String>())
        });
        let problems = problems.into_list().into_iter().map(|each| {
            let label = &each.labels[0];
            let at = label.at.position();
            format!("{}:{} {} | {}", at.line, at.column, each.message, label.text)
        });
        (rows.collect(), problems.collect())
    }

    fn check(name: &str, text: &str, rows: &[&str], problems: &[&str]) {
        let (found, said) = read(name, text, &Limits::default());
        assert_eq!((found, said), (texts(rows), texts(problems)), "{text:?}");
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn check_csv(text: &str, rows: &[&str]) {
        check("c.csv", text, rows, &[]);
    }

    fn check_wrong_csv(text: &str, problems: &[&str]) {
        assert_eq!(read("c.csv", text, &Limits::default()).1, texts(problems), "{text:?}");
    }

    #[test]
    fn cells_are_plain_text_and_know_their_places() {
        check_csv("a,b\n1,x\n", &[r#"0(): a="1"@2:1 b="x"@2:3"#]);
        check_csv(
            "a\n<uuid>\n$vars.x\n{$run.id}\n",
            &[r#"0(): a="<uuid>"@2:1"#, r#"1(): a="$vars.x"@3:1"#, r#"2(): a="{$run.id}"@4:1"#],
        );
        check_csv("a,b\ntrue,null\n", &[r#"0(): a="true"@2:1 b="null"@2:6"#]);
        check_csv("a,b\n,\n", &[r#"0(): a=""@2:1 b=""@2:2"#]);
        check_csv("ä,b\né,ö\n", &[r#"0(): ä="é"@2:1 b="ö"@2:3"#]);
    }

    /// RFC 4180 §2, rule by rule.
    #[test]
    fn the_rules_of_rfc_4180_hold() {
        // 1: each record on a line of its own, ended by CR LF; 2: the last may have no end.
        check_csv("a,b\r\n1,2\r\n3,4", &[r#"0(): a="1"@2:1 b="2"@2:3"#, r#"1(): a="3"@3:1 b="4"@3:3"#]);
        // 4: spaces are part of a field.
        check_csv("a,b\n 1 , 2\n", &[r#"0(): a=" 1 "@2:1 b=" 2"@2:5"#]);
        // 5: fields may be quoted.
        check_csv("\"a\",b\n\"1\",2\n", &[r#"0(): a="1"@2:1 b="2"@2:5"#]);
        // 6: line ends, commas and quotes stand in quoted fields.
        check_csv(
            "a,b\n\"1\r\n,2\",3\n4,5\n",
            &[r#"0(): a="1\r\n,2"@2:1 b="3"@3:5"#, r#"1(): a="4"@4:1 b="5"@4:3"#],
        );
        // 7: a quote is doubled.
        check_csv("a\n\"5\"\" tube\"\n\"\"\"\"\n", &[r#"0(): a="5\" tube"@2:1"#, r#"1(): a="\""@3:1"#]);
    }

    #[test]
    fn empty_lines_are_passed_over_and_an_empty_text_is_quoted() {
        check_csv("\n\na\n\n1\n\r\n2\n\n", &[r#"0(): a="1"@5:1"#, r#"1(): a="2"@7:1"#]);
        check_csv("a\n\"\"\n", &[r#"0(): a=""@2:1"#]);
    }

    #[test]
    fn name_tags_skip_and_xfail_are_columns_of_their_own() {
        check_csv(
            "name,a,tags,skip,xfail\nfirst,1,smoke  slow,,\n,2,,no refunds,\n,3,,,rounds down\n",
            &[
                r#"first(smoke,slow): a="1"@2:7"#,
                r#"1(){no refunds}: a="2"@3:2"#,
                r#"2(){rounds down}: a="3"@4:2"#,
            ],
        );
    }

    #[test]
    fn wrong_csv_says_where() {
        check_wrong_csv("", &["1:1 the file has no header line, which names the columns | is empty"]);
        check_wrong_csv("a,b\n", &["1:1 `rows` has no row, so nothing would run | is empty"]);
        check_wrong_csv("a,,b\n1,2,3\n", &["1:3 a column of the header line has no name | is empty"]);
        check_wrong_csv("a,b,a\n1,2,3\n", &["1:5 two columns have the name `a` | the second of them"]);
        check_wrong_csv(
            "a, b\n1,2\n",
            &["1:3 the column ` b` starts or ends with a space | spaces count in CSV"],
        );
        check_wrong_csv("a;b\n1;2\n", &["1:1 cells are separated by commas | has `;` instead"]);
        check_wrong_csv("a\tb\n1\t2\n", &["1:1 cells are separated by commas | has tabs instead"]);
        check_wrong_csv(
            "a,b\n1\n1,2,3\n",
            &[
                "2:1 line 2 has 1 cell, and the header line has 2 columns | lacks `b`",
                "3:5 line 3 has 3 cells, and the header line has 2 columns | is one too many",
            ],
        );
        check_wrong_csv(
            "a,b\n1,\"2\n3,4\n",
            &["2:3 the quote that starts a cell is never closed | starts it"],
        );
        check_wrong_csv(
            "a,b\n1,5\" x\n",
            &["2:4 a quote stands in a cell that is not quoted | is not at its start"],
        );
        check_wrong_csv(
            "a,b\n\"1\"x,2\n",
            &["2:3 something stands behind the quote that ends a cell | ends it"],
        );
        check_wrong_csv("name,a\nx,1\nx,2\n", &["3:1 two rows have the name `x` | the second of them"]);
        check_wrong_csv(
            "a,tags\n1,no/name\n",
            &["2:3 `no/name` is no name for a tag | has other characters than letters, digits, `_` and `-`"],
        );
    }

    #[test]
    fn the_limits_end_a_file() {
        let mut limits = Limits::default();
        limits.set("rows", "2").expect("a count");
        let (rows, problems) = read("c.csv", "a\n1\n2\n3\n4\n", &limits);
        assert_eq!(rows.len(), 2);
        let said =
            ["4:1 there are more than 2 rows, which is the limit `rows` | is the first that is too many"];
        assert_eq!(problems, texts(&said));
        let (_, problems) = read("c.yaml", "[{ a: 1 }, { a: 2 }, { a: 3 }]", &limits);
        let said =
            ["1:22 there are more than 2 rows, which is the limit `rows` | is the first that is too many"];
        assert_eq!(problems, texts(&said));
        limits.set("nodes", "5").expect("a count");
        let (_, problems) = read("c.csv", "a,b\n1,2\n3,4\n", &limits);
        let said =
            ["3:1 the file has more than 5 cells, which is the limit `nodes` | is the first line too many"];
        assert_eq!(problems, texts(&said));
        let many = format!("a,b\n{}", "1\n".repeat(50));
        assert_eq!(read("c.csv", &many, &Limits::default()).1.len(), 21);
    }

    #[test]
    fn yaml_and_json_hold_maps_or_a_table() {
        check(
            "c.yaml",
            "- { name: one, a: 1 }\n- { a: [x] }\n",
            &["one(): a=1@1:19", r#"1(): a=["x"]@2:8"#],
            &[],
        );
        check("c.json", "[{\"a\": 1.50, \"tags\": [\"t\"]}]", &["0(t): a=1.5@1:8"], &[]);
        check(
            "c.yaml",
            "columns: [a, skip]\nrows: [[$run.id, null], [<uuid>, later]]\n",
            &["0(): a=?@2:9", "1(){later}: a=\"<uuid>\"@2:26"],
            &[],
        );
        check("c.yaml", "", &[], &["1:1 the file has no row, so nothing would run | is empty"]);
        check("c.yaml", "[]", &[], &["1:1 `rows` has no row, so nothing would run | is empty"]);
        check("c.yaml", "[1]", &[], &["1:2 a row is a map from columns to values | is a number"]);
        check(
            "c.yaml",
            "file: d.csv\n",
            &[],
            &[
                "1:1 a table of rows needs the key `columns` | lacks `columns`",
                "1:1 a table of rows needs the key `rows` | lacks `rows`",
                "1:1 `file` does not belong in a table of rows; it stands alone: `rows: { file: cases.csv }` | does not belong here",
            ],
        );
        check(
            "c.yaml",
            "[{ a: no $vars.t }]",
            &["0(): a=\"no $vars.t\"@1:7"],
            &[
                "1:10 `no $vars.t` would be sent as text | `$vars.t` is only read where it is the whole value, or in braces",
            ],
        );
    }
}

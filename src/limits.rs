//! The table of limits: every bound on input that somebody else controls, with its name and default.

/// The limits of a run. All sizes are bytes, all others counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file that is read: documents, scenarios, rules.
    pub document: u64,
    /// The largest response body, after its content encoding is undone.
    pub body: u64,
    /// The most values in one YAML file, those that aliases repeat included; the most nodes of XML; the
    /// most cells of one CSV file.
    pub nodes: usize,
    /// The deepest nesting of a YAML file.
    pub depth: usize,
    /// The most bytes of all header lines of a response together.
    pub headers: u64,
    /// The longest CEL expression.
    pub expression: usize,
    /// The most findings of one check of one response that are kept.
    pub findings: usize,
    /// The most cases of one run.
    pub cases: usize,
    /// The most rows of one scenario.
    pub rows: usize,
    /// The most steps of one case, those of the flows it calls included.
    pub steps: usize,
    /// The most flows that may call one another, one within the other.
    pub flows: usize,
    /// The most parts of a multipart body, or fields of a form.
    pub parts: usize,
    /// The most items of a sequence that are read: JSON lines, server-sent events.
    pub items: usize,
    /// How many seconds an event stream is read for that does not end by itself.
    pub stream: usize,
    /// The most rounds of one step that is repeated.
    pub rounds: usize,
    /// The most other files that one document may refer to.
    pub files: usize,
    /// The most files that may stand between a document and one that it refers to, that one included.
    pub chain: usize,
    /// The most of one body that a trace keeps.
    pub trace: u64,
    /// The most of one body that is shown where all are asked for.
    pub shown: u64,
    /// The largest JSON Schema made for a project, bodies included.
    pub schema: u64,
    /// The most parts of one document that coverage counts.
    pub coverage: usize,
    /// The largest report that is read again.
    pub report: u64,
}

/// One row of the table, for help texts and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The name in `limits:` and `--limit NAME=VALUE`.
    pub name: &'static str,
    /// What it bounds.
    pub what: &'static str,
    /// Whether its value is a size in bytes, to be written as `32MiB`.
    pub is_size: bool,
}

/// Why a limit could not be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// There is no limit of that name.
    #[error("there is no limit `{name}`; the limits are {}", names())]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// The value is neither a count nor a size.
    #[error("`{value}` is no value for the limit `{name}`: write a count as `5000`, a size as `64MiB`")]
    Invalid {
        /// The limit.
        name: String,
        /// The value given.
        value: String,
    },
}

impl Limits {
    /// Every limit, in the order of the table.
    pub const TABLE: &[Limit] = &[
        Limit { name: "document", what: "the largest file that is read", is_size: true },
        Limit { name: "body", what: "the largest response body, decoded", is_size: true },
        Limit { name: "nodes", what: "the most values in one YAML file, or nodes in XML", is_size: false },
        Limit { name: "depth", what: "the deepest nesting of a YAML file", is_size: false },
        Limit { name: "headers", what: "all header lines of a response together", is_size: true },
        Limit { name: "expression", what: "the longest CEL expression", is_size: true },
        Limit {
            name: "findings",
            what: "the most findings kept of one check of one response",
            is_size: false,
        },
        Limit { name: "cases", what: "the most cases of one run", is_size: false },
        Limit { name: "rows", what: "the most rows of one scenario", is_size: false },
        Limit { name: "steps", what: "the most steps of one case, with those of its flows", is_size: false },
        Limit { name: "flows", what: "the most flows that call one another", is_size: false },
        Limit {
            name: "parts",
            what: "the most parts of a multipart body, or fields of a form",
            is_size: false,
        },
        Limit { name: "items", what: "the most items read of a sequence or an event stream", is_size: false },
        Limit {
            name: "stream",
            what: "the seconds that an endless event stream is read for",
            is_size: false,
        },
        Limit { name: "rounds", what: "the most rounds of a repeated step", is_size: false },
        Limit { name: "files", what: "the most files that a document refers to", is_size: false },
        Limit { name: "chain", what: "the longest chain of such files", is_size: false },
        Limit { name: "trace", what: "the most of one body that `--trace` keeps", is_size: true },
        Limit { name: "shown", what: "the most of one body that `-vv` shows", is_size: true },
        Limit { name: "schema", what: "the largest JSON Schema made for a project", is_size: true },
        Limit {
            name: "coverage",
            what: "the most parts of one document that coverage counts",
            is_size: false,
        },
        Limit { name: "report", what: "the largest report that is read again", is_size: true },
    ];

    /// Sets a limit by its name; sizes take `KiB`, `MiB` and `GiB`.
    ///
    /// # Errors
    /// [`LimitError`] when the name or the value is not understood.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), LimitError> {
        let unknown = || LimitError::Unknown { name: name.to_owned() };
        let limit = Self::TABLE.iter().find(|limit| limit.name == name).ok_or_else(unknown)?;
        let amount = parse_amount(value, limit.is_size)
            .ok_or_else(|| LimitError::Invalid { name: name.to_owned(), value: value.to_owned() })?;
        let count = usize::try_from(amount).unwrap_or(usize::MAX);
        match limit.name {
            "document" => self.document = amount,
            "body" => self.body = amount,
            "nodes" => self.nodes = count,
            // serde_json and the JSON scanner read 128 levels; deeper YAML could not be used.
            "depth" => self.depth = count.min(128),
            "headers" => self.headers = amount,
            "expression" => self.expression = count,
            "findings" => self.findings = count,
            "cases" => self.cases = count,
            "rows" => self.rows = count,
            "steps" => self.steps = count,
            // A flow within a flow costs stack, where it is planned and where it runs.
            "flows" => self.flows = count.min(64),
            "parts" => self.parts = count,
            "items" => self.items = count,
            "stream" => self.stream = count,
            "rounds" => self.rounds = count,
            "files" => self.files = count,
            "chain" => self.chain = count,
            "trace" => self.trace = amount,
            "shown" => self.shown = amount,
            "schema" => self.schema = amount,
            "coverage" => self.coverage = count,
            "report" => self.report = amount,
            _ => return Err(unknown()),
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document: 64 << 20,
            body: 32 << 20,
            nodes: 5_000_000,
            depth: 128,
            headers: 256 << 10,
            expression: 1 << 10,
            findings: 100,
            cases: 100_000,
            rows: 10_000,
            steps: 10_000,
            flows: 16,
            parts: 10_000,
            items: 10_000,
            stream: 5,
            rounds: 1_000,
            files: 256,
            chain: 64,
            trace: 1 << 20,
            shown: 16 << 10,
            schema: 4 << 20,
            coverage: 50_000,
            report: 512 << 20,
        }
    }
}

fn names() -> String {
    Limits::TABLE.iter().map(|limit| limit.name).collect::<Vec<_>>().join(", ")
}

fn parse_amount(text: &str, is_size: bool) -> Option<u64> {
    let units: &[(&str, u64)] = &[("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)];
    let (digits, factor) = units
        .iter()
        .filter(|_| is_size)
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))
        .unwrap_or((text, 1));
    let amount: u64 = digits.trim().parse().ok()?;
    amount.checked_mul(factor).filter(|amount| *amount > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_of_the_table_can_be_set() {
        for limit in Limits::TABLE {
            let mut limits = Limits::default();
            limits.set(limit.name, "7").expect("it is in the table");
            assert_ne!(limits, Limits::default(), "{}", limit.name);
        }
    }

    #[test]
    fn sizes_have_units_and_counts_have_none() {
        let mut limits = Limits::default();
        limits.set("body", "2MiB").expect("a size");
        assert_eq!(limits.body, 2 << 20);
        for (name, value) in [
            ("nodes", "2MiB"),
            ("body", "-1"),
            ("body", "0"),
            ("body", "x"),
            ("body", "99999999999GiB"),
            ("zebra", "1"),
        ] {
            assert!(limits.set(name, value).is_err(), "{name}={value}");
        }
    }
}

//! How much is to be covered at least.

use super::item::Dimension;
use super::result::{Count, Coverage};
use std::collections::BTreeMap;

/// So many gaps are named where too little was covered.
const NAMED: usize = 3;

/// How much of each dimension is to be covered at least, in percent from 0 to 100.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thresholds(BTreeMap<Dimension, f64>);

/// A dimension of which too little was covered.
#[derive(Clone, Debug, PartialEq)]
pub struct Shortfall {
    /// The dimension.
    pub dimension: Dimension,
    /// What was asked for, in percent.
    pub wanted: f64,
    /// What was reached; of nothing where no operation of any document is called.
    pub count: Count,
    /// The first gaps in words, at most three.
    pub gaps: Vec<String>,
}

impl Shortfall {
    /// What was reached, and what is missing: a sentence each.
    pub fn words(&self) -> Vec<String> {
        let Self { dimension, wanted, count, gaps } = self;
        let mut words = vec![match count.total {
            0 => format!("nothing of {} was covered: no case calls an operation", dimension.plural()),
            total => format!(
                "{} % of the {} are covered ({} of {total}), less than {wanted} %",
                percent_words(count.percent()),
                dimension.plural(),
                count.covered
            ),
        }];
        let rest = (count.total - count.covered).saturating_sub(gaps.len());
        let rest = (rest > 0).then(|| format!("and {rest} more"));
        let gaps: Vec<String> = gaps.iter().cloned().chain(rest).collect();
        words.extend((!gaps.is_empty()).then(|| format!("not covered: {}", gaps.join(", "))));
        words
    }
}

/// A share in percent with one decimal, rounded down, so that 100 % means all.
pub fn percent_words(share: f64) -> String {
    match share {
        share if share >= 100.0 => "100".to_owned(),
        share => format!("{:.1}", (share * 10.0).floor() / 10.0),
    }
}

impl Thresholds {
    /// Reads `operation=100,status=80.5`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut thresholds = Self::default();
        for part in text.split(',') {
            let Some((name, percent)) = part.split_once('=') else {
                return Err("write NAME=PERCENT, as in operation=100,status=80".to_owned());
            };
            thresholds.set(name.trim(), percent.trim())?;
        }
        Ok(thresholds)
    }

    /// Sets what is asked of the dimension of a name.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the name or the number.
    pub fn set(&mut self, name: &str, percent: &str) -> Result<(), String> {
        let Some(dimension) = Dimension::parse(name) else {
            let names = Dimension::ALL.map(Dimension::name);
            return Err(match crate::yaml::nearest(name, names) {
                Some(meant) => format!("there is no dimension `{name}`; did you mean `{meant}`?"),
                None => format!("there is no dimension `{name}`: they are {}", names.join(", ")),
            });
        };
        let number = percent.strip_suffix('%').unwrap_or(percent).trim_end().parse::<f64>().ok();
        let Some(number) = number.filter(|number| (0.0..=100.0).contains(number)) else {
            return Err(format!("`{percent}` is no percentage: write a number from 0 to 100"));
        };
        self.0.insert(dimension, number);
        Ok(())
    }

    /// These, and where they say nothing of a dimension the others.
    #[must_use]
    pub fn over(mut self, others: &Self) -> Self {
        for (dimension, percent) in &others.0 {
            self.0.entry(*dimension).or_insert(*percent);
        }
        self
    }

    /// What is asked for, each dimension with how it is written: `operation=100`.
    pub fn written(&self) -> impl Iterator<Item = (Dimension, String)> {
        self.0.iter().map(|(dimension, percent)| (*dimension, format!("{}={percent}", dimension.name())))
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The dimensions of which too little was covered, over all documents together.
    pub fn shortfalls(&self, coverage: &Coverage) -> Vec<Shortfall> {
        let counts = coverage.counts();
        let mut found = Vec::new();
        for (dimension, wanted) in &self.0 {
            let count = counts.get(dimension).copied().unwrap_or_default();
            // Where nothing is there to be covered nothing is missing, unless there is nothing at all.
            let is_reached = match count.total {
                0 => !coverage.documents.is_empty(),
                total => count.covered as f64 * 100.0 >= *wanted * total as f64,
            };
            if !is_reached {
                let gaps = coverage.all_gaps().filter(|gap| gap.item.dimension == *dimension);
                let gaps = gaps.take(NAMED).map(|gap| gap.words()).collect();
                found.push(Shortfall { dimension: *dimension, wanted: *wanted, count, gaps });
            }
        }
        found
    }
}

use crate::clock::Clock;
use crate::json::{Datum, Value};
use crate::scenario::Input;
use std::collections::BTreeMap;

/// The values of a run that do not change from case to case.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// `$run.id`.
    pub run_id: String,
    /// The seed of `$gen`.
    pub seed: u64,
    /// `$env`, by name; a name without a value is missing.
    pub env: BTreeMap<String, Datum>,
    /// `$secrets`, by name; their values are known to the masker.
    pub secrets: BTreeMap<String, Datum>,
    /// Values given for inputs, by name.
    pub inputs: BTreeMap<String, GivenInput>,
    /// Where conditions read the time.
    pub clock: Clock,
}

/// A value that a run was given for an input.
#[derive(Clone, Debug)]
pub enum GivenInput {
    /// A text of the command line or the environment, to be read as the input's schema says.
    Text {
        /// The text.
        text: String,
        /// Who gave it: `--input`, or the variable.
        from: String,
    },
    /// A value of an inputs file.
    Value {
        /// The value.
        datum: Datum,
        /// The file and line.
        from: String,
    },
}

impl GivenInput {
    /// Who gave it, as people know it.
    pub fn from(&self) -> &str {
        match self {
            Self::Text { from, .. } | Self::Value { from, .. } => from,
        }
    }

    /// The value for an input, valid for its schema.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(&self, input: &Input) -> Result<Datum, String> {
        let datum = match self {
            Self::Text { text, .. } => {
                let value = input.read_text(text)?;
                match (&value, Datum::number(text.trim())) {
                    (Value::Number(_), Some(number)) => number,
                    _ => Datum::new(value),
                }
            }
            Self::Value { datum, .. } => datum.clone(),
        };
        input.validate(datum.value())?;
        Ok(datum)
    }
}

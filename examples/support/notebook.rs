//! What a notebook printed beside what is generated and the reference of 25 digits: the tables of `notebook_000` to
//! `notebook_004`.

#![allow(dead_code, reason = "each example uses a part of it")]

use serde_json::Value;

/// A file of `tests/oracles`; the README there has the schema.
pub struct Reference(Value);

impl Reference {
    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        Ok(Self(serde_json::from_str(text)?))
    }

    /// All numbers at a path of keys, last axis fastest.
    pub fn numbers(&self, path: &str) -> Vec<f64> {
        let found = self.0.pointer(path);
        let mut numbers = Vec::new();
        collect(
            found.expect("the reference file has the path"),
            &mut numbers,
        );
        numbers
    }

    /// The numbers of an expected tensor, last axis fastest.
    pub fn expected(&self, tensor: &str) -> Vec<f64> {
        self.numbers(&format!("/expected/{tensor}"))
    }

    /// How many entries the list at a path has.
    pub fn length(&self, path: &str) -> usize {
        self.0
            .pointer(path)
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    }
}

fn collect(value: &Value, numbers: &mut Vec<f64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, numbers)),
        Value::String(text) => numbers.push(text.parse().expect("a decimal of the reference file")),
        value => numbers.push(value.as_f64().expect("a number of the reference file")),
    }
}

/// A table of tensors, one a line: an entry of each as the notebook printed it, as generated, and as it is.
pub struct Table {
    width: usize,
    worst: f64,
}

impl Table {
    /// Prints the headings; names of quantities are at most so long.
    pub fn new(width: usize) -> Self {
        println!(
            "{:<width$}  {:>13}  {:>24}  {:>24}  {:>10}",
            "", "notebook", "generated", "reference", "difference"
        );
        Self { width, worst: 0.0 }
    }

    /// One line: the first entry of a tensor that is not zero, and the greatest difference of any entry relative to the largest one.
    pub fn row(&mut self, quantity: &str, printed: &str, found: &[f64], reference: &[f64]) {
        assert_eq!(found.len(), reference.len(), "{quantity}: entries");
        let shown = reference
            .iter()
            .position(|entry| *entry != 0.0)
            .unwrap_or(0);
        let difference = relative_difference(found, reference);
        self.worst = self.worst.max(difference);
        println!(
            "{quantity:<width$}  {printed:>13}  {:>24.16e}  {:>24.16e}  {difference:>10.1e}",
            found[shown],
            reference[shown],
            width = self.width
        );
    }

    /// The greatest difference of all lines.
    pub fn worst(&self) -> f64 {
        self.worst
    }
}

/// The greatest difference of any entry, relative to the largest one.
pub fn relative_difference(found: &[f64], reference: &[f64]) -> f64 {
    let largest = reference
        .iter()
        .fold(0.0_f64, |most, entry| most.max(entry.abs()));
    let differences = found
        .iter()
        .zip(reference)
        .map(|(found, wanted)| (found - wanted).abs());
    let most = differences.fold(0.0_f64, f64::max);
    if largest == 0.0 { most } else { most / largest }
}

/// A line on what the notebook has wrong, or leaves open.
pub fn remark(text: &str) {
    println!("  ! {text}");
}

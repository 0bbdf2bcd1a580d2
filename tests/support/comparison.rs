//! A file of reference vectors, of which each tensor has to be compared.

#![allow(dead_code, reason = "each test uses a part of it")]

use derive_network::nalgebra::SVector;
use derive_network::{Lanes, with_lanes};
use serde_json::Value;
use std::collections::BTreeSet;

use crate::face::Entries;
use crate::oracles::{Oracle, rows};

/// What was compared, and the worst error over the scale of its tensor.
pub struct Comparison {
    pub oracle: Oracle,
    precision: &'static str,
    compared: BTreeSet<String>,
    worst: f64,
}

impl Comparison {
    /// Runs the comparisons in double precision on all lanes; those tensors of the file that no lanes compared are a fault.
    pub fn on_all_lanes(case: &'static str, compare: impl Fn(&mut Comparison)) {
        Self::in_precision("f64", case, compare);
    }

    /// The same by the tolerances of a precision, `f64` or `f32`.
    pub fn in_precision(
        precision: &'static str,
        case: &'static str,
        compare: impl Fn(&mut Comparison),
    ) {
        let mut comparison = Comparison {
            oracle: Oracle::read(case),
            precision,
            compared: BTreeSet::new(),
            worst: 0.0,
        };
        for lanes in Lanes::available() {
            with_lanes(lanes, || compare(&mut comparison));
        }
        let mut left = Vec::new();
        comparison.left(comparison.oracle.at("/expected"), "", &mut left);
        assert!(left.is_empty(), "{case}: {left:?} were not compared");
        println!(
            "{case} in {precision}: {} tensors, worst relative error {:.1e}",
            comparison.compared.len(),
            comparison.worst
        );
    }

    /// Compares a tensor, last axis fastest.
    pub fn tensor(&mut self, name: &str, found: &[f64]) {
        let error = self
            .oracle
            .compare(("expected", name), self.precision, found);
        self.worst = self.worst.max(error);
        self.compared.insert(name.to_owned());
    }

    /// Compares a tensor of which a row belongs to each point.
    pub fn rows(&mut self, name: &str, found: &[Vec<f64>]) {
        self.tensor(name, &found.concat());
    }

    /// The matrix at a path, a point for each row.
    pub fn points<const N: usize>(&self, path: &str) -> Vec<SVector<f64, N>> {
        vectors(&rows(self.oracle.at(path)))
    }

    fn left(&self, expected: &Value, path: &str, left: &mut Vec<String>) {
        let below = |key: &str| {
            if path.is_empty() {
                key.to_owned()
            } else {
                format!("{path}/{key}")
            }
        };
        match expected {
            Value::Object(entries) => {
                for (key, entry) in entries {
                    self.left(entry, &below(key), left);
                }
            }
            Value::Array(entries) if entries[0].is_object() => {
                for (index, entry) in entries.iter().enumerate() {
                    self.left(entry, &below(&index.to_string()), left);
                }
            }
            _ if self.compared.contains(path) => {}
            _ => left.push(path.to_owned()),
        }
    }
}

/// Rows as vectors of a static length.
pub fn vectors<const N: usize>(rows: &[Vec<f64>]) -> Vec<SVector<f64, N>> {
    rows.iter().map(|row| SVector::from_numbers(row)).collect()
}

/// As many times the points: blocks of other lengths, for sums over points that are known.
pub fn repeated<P: Clone>(points: &[P], copies: usize) -> Vec<P> {
    (0..copies).flat_map(|_| points.iter().cloned()).collect()
}

/// A slice, each entry divided.
pub fn divided(numbers: &[f64], by: f64) -> Vec<f64> {
    numbers.iter().map(|number| number / by).collect()
}

/// The rows of a column-major matrix, of these columns.
pub fn columns(matrix: &[f64], rows: usize, columns: std::ops::Range<usize>) -> Vec<f64> {
    let row = |row: usize| {
        columns
            .clone()
            .map(move |column| matrix[row + column * rows])
    };
    (0..rows).flat_map(row).collect()
}

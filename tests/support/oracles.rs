//! Reference vectors: a case by name goes in, its points, parameters, expected tensors and tolerances come out.

#![allow(dead_code, reason = "each test uses a part of it")]

use serde_json::Value;
use std::fs;
use std::path::Path;

/// One file of `tests/oracles`; the README there has the schema.
pub struct Oracle {
    pub case: &'static str,
    json: Value,
}

/// An expected tensor and how close one has to come.
pub struct Expected {
    /// For each point its numbers, first axis fastest.
    pub points: Vec<Vec<f64>>,
    /// The greatest permitted error of each point.
    pub permitted: Vec<f64>,
    /// What relative errors of each point are relative to.
    pub scale: Vec<f64>,
}

impl Oracle {
    pub fn read(case: &'static str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/oracles/{case}.json"));
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let json = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Oracle { case, json }
    }

    /// What lies at a path of keys.
    pub fn at(&self, path: &str) -> &Value {
        let found = self.json.pointer(path);
        found.unwrap_or_else(|| panic!("{} has no {path}", self.case))
    }

    pub fn points(&self) -> Vec<Vec<f64>> {
        array(self.at("/inputs/points"))
            .iter()
            .map(numbers)
            .collect()
    }

    /// The flat parameters of a dense chain: each kernel as it lies in the file, then its bias.
    pub fn parameters(&self) -> Vec<f64> {
        let layers = array(self.at("/parameters/layers")).iter();
        layers
            .flat_map(|layer| [numbers(&layer["kernel"]), numbers(&layer["bias"])].concat())
            .collect()
    }

    /// Compares a whole tensor of a block, last axis fastest, in a precision, `f64` or `f32`, by the rule of the README;
    /// gives the worst error over its scale.
    pub fn compare(&self, (block, tensor): (&str, &str), precision: &str, found: &[f64]) -> f64 {
        let expected = self.at(&format!("/{block}/{tensor}"));
        let wanted = numbers(expected);
        assert_eq!(
            wanted.len(),
            found.len(),
            "{}: entries of {block} {tensor}",
            self.case
        );
        let key = match block {
            "expected" => tensor.to_owned(),
            block => format!("{block}.{tensor}"),
        };
        let own = self
            .json
            .pointer(&format!("/tolerance/{precision}_overrides"));
        let own = own.and_then(|own| own.get(key));
        let tolerance =
            number(own.unwrap_or_else(|| self.at(&format!("/tolerance/{precision}_rtol"))));
        let slices = match expected {
            Value::Array(slices) if slices[0].is_array() => slices.len(),
            _ => 1,
        };
        let largest = |numbers: &[f64]| numbers.iter().fold(0.0_f64, |m, n| m.max(n.abs()));
        let tensor_largest = largest(&wanted);
        let mut worst: f64 = 0.0;
        let length = wanted.len() / slices;
        for (found, wanted) in found.chunks(length).zip(wanted.chunks(length)) {
            let scale = largest(wanted).max(1e-6 * tensor_largest);
            let permitted = if scale == 0.0 {
                1e-15
            } else {
                tolerance * scale
            };
            for (found, wanted) in found.iter().zip(wanted) {
                let error = (found - wanted).abs();
                assert!(
                    error <= permitted,
                    "{}: {block} {tensor} in {precision}: {found:e}, want {wanted:e}",
                    self.case
                );
                worst = worst.max(if scale == 0.0 { error } else { error / scale });
            }
        }
        worst
    }

    /// An expected tensor with the tolerance of a precision, `f64` or `f32`.
    pub fn expected(&self, tensor: &str, precision: &str) -> Expected {
        let rows = self.at(&format!("/expected/{tensor}"));
        self.with_tolerance(rows, tensor, precision)
    }

    /// An expected tensor of one of several runs, each with a step.
    pub fn run(&self, run: usize, tensor: &str) -> Expected {
        let of_run = self.at(&format!("/expected/runs/{run}"));
        let key = format!("step{}.{tensor}", of_run["step"]);
        self.with_tolerance(&of_run[tensor], &key, "f64")
    }

    /// A tensor with the tolerance that a key has.
    fn with_tolerance(&self, tensor: &Value, key: &str, precision: &str) -> Expected {
        let rows = array(tensor);
        let points: Vec<Vec<f64>> = rows.iter().map(column_major).collect();
        let overrides = self.at(&format!("/tolerance/{precision}_overrides"));
        let own = overrides.get(key);
        let tolerance =
            number(own.unwrap_or_else(|| self.at(&format!("/tolerance/{precision}_rtol"))));
        let largest = |numbers: &[f64]| {
            numbers
                .iter()
                .fold(0.0_f64, |most, number| most.max(number.abs()))
        };
        let tensor_largest = largest(&points.concat());
        let is_vector = !rows[0].is_array();
        let scale = points.iter().map(|point| {
            let slice_largest = if is_vector {
                tensor_largest
            } else {
                largest(point)
            };
            slice_largest.max(1e-6 * tensor_largest)
        });
        let scale: Vec<f64> = scale.collect();
        assert!(tensor_largest > 0.0, "{}: {key} is zero", self.case);
        Expected {
            permitted: scale.iter().map(|scale| tolerance * scale).collect(),
            scale,
            points,
        }
    }
}

pub fn array(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}

pub fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().expect("a decimal string"),
        other => other.to_string().parse().expect("a number"),
    }
}

/// The rows of a matrix.
pub fn rows(value: &Value) -> Vec<Vec<f64>> {
    array(value).iter().map(numbers).collect()
}

/// All numbers of nested arrays, last axis fastest.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(entries) => entries.iter().flat_map(numbers).collect(),
        entry => vec![number(entry)],
    }
}

/// The numbers of a vector, of a matrix column by column, or of matrices one after the other.
fn column_major(value: &Value) -> Vec<f64> {
    let is_matrix = |value: &Value| value[0].is_array() && !value[0][0].is_array();
    if is_matrix(value) {
        let rows: Vec<Vec<f64>> = array(value).iter().map(numbers).collect();
        return (0..rows[0].len())
            .flat_map(|column| rows.iter().map(move |row| row[column]))
            .collect();
    }
    match value {
        Value::Array(entries) => entries.iter().flat_map(column_major).collect(),
        entry => vec![number(entry)],
    }
}

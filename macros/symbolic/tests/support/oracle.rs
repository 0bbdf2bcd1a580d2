//! Reads reference vectors.

use serde_json::Value;
use std::fs;
use std::path::Path;

/// A file, by its path from this crate.
pub fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All numbers of nested arrays, in order.
pub fn numbers(array: &Value) -> Vec<f64> {
    match array {
        Value::Array(entries) => entries.iter().flat_map(numbers).collect(),
        Value::String(text) => vec![text.parse().expect("a decimal string")],
        other => vec![other.to_string().parse().expect("a number")],
    }
}

//! The arguments of an example: flags, and where its drawing goes.

use std::env;
use std::path::PathBuf;

/// Whether this flag was given, such as `--quick`.
pub fn flag(name: &str) -> bool {
    env::args().skip(1).any(|argument| argument == name)
}

/// The path that was given, or this file in `target`.
pub fn output(file: &str) -> PathBuf {
    let path = env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    path.map_or_else(|| PathBuf::from("target").join(file), PathBuf::from)
}

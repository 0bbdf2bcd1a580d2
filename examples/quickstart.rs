//! Placeholder until the pipeline stands.
fn main() {}

//! Does rustc show each mistake in a definition once, where it was made, and nothing at the places that use the struct?
//!
//! All wrong definitions stand in `macros/compiler/tests/diagnostics`; these few also go through rustc. The expected
//! output is written anew by `TRYBUILD=overwrite cargo test -p derive-network --test compile_fail`. They stand in this package because
//! what that depends on is checked once more for them.

#[test]
fn a_mistake_is_one_error() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}

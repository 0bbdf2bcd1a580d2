//! Writes `generality.rs` for the test of that name: hand-built programs, emitted as networks are.

#[path = "tests/generality/programs.rs"]
mod programs;

use derive_network_compiler::{emit, model, request::Scheduled};
use derive_network_symbolic::request::{Elimination, Request, derive};
use programs::HandBuilt;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=tests/generality/programs.rs");
    let code: String = programs::programs().iter().map(emitted).collect();
    // Tokens print on one line, where clippy takes two statements for one.
    let code = code.replace("} if ", "}\nif ");
    let folder = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&folder).join("generality.rs"), code).expect("OUT_DIR can be written");
}

/// The struct of the definition with one method, whose body is the program.
fn emitted(hand_built: &HandBuilt) -> String {
    let (attribute, item) = hand_built.definition;
    let (attribute, item) = (
        attribute.parse().expect("tokens"),
        item.parse().expect("tokens"),
    );
    let network = model(attribute, item).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let program = &hand_built.program;
    assert_eq!(
        network.parameters(),
        program.parameters,
        "the definition has as many parameters"
    );
    program.verify().expect("a well-formed program");
    let asked = network
        .requests
        .iter()
        .find(|request| request.kind.name() == hand_built.request);
    let mut derived = derive(program, Request::Value, Elimination::Automatic);
    derived.program = program.clone();
    let kind = asked.expect("the request is asked").kind;
    let scheduled = Scheduled::of_output(kind, derived, None, network.scalar);
    for loops in scheduled.programs() {
        loops.verify().expect("a well-formed loop program");
    }
    format!(
        "{}\n{}\n",
        emit::structure(&network),
        emit::functions(&network, &[scheduled], &Default::default())
    )
}

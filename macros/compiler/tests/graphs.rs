//! Does a graph of neurons compute the steps of its whole matrix, with derivatives in all pairs, for the cost of its walks?

use derive_network_compiler::lower::{lower, lower_definition, lower_in_parameters};
use derive_network_compiler::model::Network;
use derive_network_compiler::parameter_request::schedule_in_parameters;
use derive_network_compiler::request::schedule_requests;
use derive_network_symbolic::interpret::{interpret, interpret_loops};
use derive_network_symbolic::ir::Program;
use derive_network_symbolic::parameter_request::derive_parameter_jacobian;

fn model(attribute: &str, fields: &str) -> Network {
    let item = format!("struct Network {{ {fields} }}");
    let found = derive_network_compiler::model(attribute.parse().unwrap(), item.parse().unwrap());
    found.unwrap_or_else(|mistakes| panic!("{}", mistakes[0].text()))
}

#[test]
fn look() {
    let network = model(
        "input(x: 3), output(y), loss(total = sum(y)), derive(parameter_jacobian, hessian)",
        "#[graph(neurons = 9, outputs = 3, steps = 2, edges(0..3 => 6..9, 6..9 => 3..6), hidden = Sigmoid, output = Sigmoid)] net: Graph",
    );
    let mut program = lower(&network);
    println!("{program}");
    let root = program.outputs[0].node;
    println!("{:?}", program.graph.cost(&[root]));
    let lowered = lower_in_parameters(&network);
    println!("{}", lowered.program);
    let derived = derive_parameter_jacobian(&lowered.program, lowered.program.outputs[0].node, &[]);
    println!("{}", derived.program);
    println!("{:?}", derived.pieces);
    let plain = lower_definition(&network);
    for scheduled in schedule_requests(&network, &plain) {
        println!("{:?} {}", scheduled.kind, scheduled.batch);
    }
    let params = schedule_in_parameters(&network, &plain);
    for f in &params.functions {
        println!("{}", f.program);
        f.program.verify().unwrap();
    }
    for f in &params.losses {
        println!("{:?} {}", f.request, f.program);
        f.program.verify().unwrap();
    }
}

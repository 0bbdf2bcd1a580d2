//! The text of a definition goes in; the operations and results per point of what is asked of it come out, as the compiler counts them
//! in the elimination it chose.

use std::collections::BTreeMap;

use derive_network_compiler::lower::{lower, lower_definition};
use derive_network_compiler::model::{Network, RequestKind};
use derive_network_compiler::request::schedule_request;
use derive_network_symbolic::functions::{Family, Primitive, Step, StraightLine};
use derive_network_symbolic::ir::{NodeId, Op, Program};
use derive_network_symbolic::parameter_request::{
    Densities, LossRequest, derive_loss, derive_parameter_jacobian,
};
use derive_network_symbolic::schedule::{ElementwiseNest, Mode, Nest, schedule};

/// A network whose text is known.
pub trait Definition {
    /// Within the parentheses of the attribute.
    const ATTRIBUTE: &'static str;
    /// The struct below it.
    const ITEM: &'static str;
}

/// What is asked of a network.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    /// Derivatives of the output in the inputs.
    Output(RequestKind),
    /// A loss by its name, with its parameter gradient.
    Loss(&'static str),
    /// The derivatives of a function by its name in the parameters, for each point.
    Rows(&'static str),
    /// The same, and their products summed over the points.
    GaussNewton(&'static str),
}

/// The generators of one family that are computed from one argument.
pub type Generators = (Family, Vec<Primitive>);

/// Operations and results, per point.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// One triangle of what is symmetric; what depends on the parameters alone is not counted.
    pub multiply_adds: f64,
    /// How many arguments each set of generators has.
    pub elementary: BTreeMap<Generators, f64>,
    /// Numbers that are written for the caller.
    pub results: usize,
}

/// The counts of what is asked of `D`.
pub fn count<D: Definition>(ask: Ask) -> Counts {
    let network = model::<D>();
    match ask {
        Ask::Output(kind) => {
            let request = network.requests.iter().find(|request| request.kind == kind);
            let request = request.expect("the definition asks for what is timed");
            let program = schedule_request(&lower(&network), request, network.scalar);
            let program = program.derived.program;
            count_outputs(program)
        }
        Ask::Loss(name) => {
            let position = network.losses.iter().position(|loss| loss.name == name);
            let position = position.expect("the definition has the loss that is timed");
            let lowered = lower_definition(&network);
            let densities = Densities {
                sum: lowered.losses[position].sum_part,
                mean: lowered.losses[position].mean_part,
            };
            let program = derive_loss(
                &lowered.program,
                densities,
                &network.frozen,
                LossRequest::Gradient,
            );
            let totals: Vec<NodeId> = program.totals.iter().map(|total| total.node).collect();
            let added = outer_products(&program, &totals);
            let counts = count_program(program, &totals);
            Counts {
                multiply_adds: counts.multiply_adds + added,
                ..counts
            }
        }
        Ask::Rows(name) => count_rows(&network, name),
        Ask::GaussNewton(name) => {
            let rows = count_rows(&network, name);
            let parameters = network.parameters() as f64;
            Counts {
                multiply_adds: rows.multiply_adds + parameters * (parameters + 3.0) / 2.0,
                results: 0,
                ..rows
            }
        }
    }
}

fn model<D: Definition>() -> Network {
    let parse = |text: &str| text.parse().expect("rustc has read the same text");
    derive_network_compiler::model(parse(D::ATTRIBUTE), parse(D::ITEM))
        .expect("the macro has accepted the same definition")
}

fn count_rows(network: &Network, name: &str) -> Counts {
    let lowered = lower_definition(network);
    let mut functions = network.functions.iter();
    let position = functions.position(|function| function.name == name);
    let node = lowered.functions[position.expect("the definition has the function that is timed")];
    let mut value = lowered.program;
    let node = value.graph.reshape_unit(node, &[1]);
    let program = derive_parameter_jacobian(&value, node, &network.frozen).program;
    let outputs: Vec<NodeId> = program.outputs.iter().map(|output| output.node).collect();
    let added = outer_products(&program, &outputs);
    let counts = count_outputs(program);
    Counts {
        multiply_adds: counts.multiply_adds + added,
        ..counts
    }
}

/// The products without a summed index among the terms of results. In a program they are elementwise; as derivatives in weights they
/// are most of the work, and each is multiplied and added in one instruction.
fn outer_products(program: &Program, results: &[NodeId]) -> f64 {
    let graph = &program.graph;
    let terms = results
        .iter()
        .flat_map(|result| match &graph.node(*result).op {
            Op::Sum(terms) => terms.iter().map(|(_, term)| *term).collect(),
            _ => vec![*result],
        });
    let products = terms.filter(|term| match &graph.node(*term).op {
        Op::Contract(contract) => contract.is_elementwise() && contract.tensors().count() == 2,
        _ => false,
    });
    products
        .map(|product| graph.node(product).size() as f64)
        .sum()
}

fn count_outputs(program: Program) -> Counts {
    let outputs: Vec<NodeId> = program.outputs.iter().map(|output| output.node).collect();
    let sizes = outputs.iter().map(|node| program.graph.node(*node).size());
    let results = sizes.sum();
    Counts {
        results,
        ..count_program(program, &outputs)
    }
}

fn count_program(mut program: Program, roots: &[NodeId]) -> Counts {
    let mut elementary = BTreeMap::new();
    for nest in &schedule(&program, Mode::Batch).body {
        if let Nest::Elementwise(nest) = nest {
            count_elementary(nest, &mut elementary);
        }
    }
    Counts {
        multiply_adds: program.graph.cost(roots).multiply_adds,
        elementary,
        results: 0,
    }
}

fn count_elementary(nest: &ElementwiseNest, elementary: &mut BTreeMap<Generators, f64>) {
    let times: f64 = nest.loops.iter().map(|extent| *extent as f64).product();
    for generators in generators(&nest.body) {
        *elementary.entry(generators).or_default() += times;
    }
}

/// The sets of generators that straight-line code computes, one for each family and argument.
fn generators(code: &StraightLine) -> Vec<Generators> {
    let mut sets: BTreeMap<(Family, usize), Vec<Primitive>> = BTreeMap::new();
    for step in &code.steps {
        if let Step::Primitive(primitive, argument) = step {
            sets.entry((primitive.family(), *argument))
                .or_default()
                .push(*primitive);
        }
    }
    let sets = sets.into_iter().map(|((family, _), mut primitives)| {
        primitives.sort();
        (family, primitives)
    });
    sets.collect()
}

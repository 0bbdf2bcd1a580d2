//! The potential of OT-Flow, a residual network beside a quadratic form, in the words of the language: the reference files of two
//! and four layers, of all activations and steps.

use crate::face::{Face, Form};
use crate::oracles::{Oracle, number, numbers, rows};
use derive_network::nalgebra::SVector;
use derive_network::{Lanes, with_lanes};

/// One point, a padded block, full blocks and a rest.
const LENGTHS: [usize; 3] = [1, 5, 19];

macro_rules! potentials {
    ($($module:ident $activation:ident $blocks:literal $step:literal $order:ident;)+) => {$(
        mod $module {
            crate::face::network! {
                [
                    input(x: 2),
                    output(phi),
                    forward = {
                        let mut u = $activation(open(x));
                        for block in blocks { u = u + $step * $activation(block(u)); }
                        dot(w, u) + b + 0.5 * dot(x, a * x) + dot(c, x)
                    },
                    derive(gradient, hessian(order = $order), laplacian)
                ]
                struct Potential {
                    open: Dense<16>,
                    blocks: [Dense<16>; $blocks],
                    w: Parameter<16>,
                    b: Parameter,
                    a: Parameter<2, 2>,
                    c: Parameter<2>,
                }
                f64: value gradient hessian laplacian
            }
        }
    )+};
}

potentials! {
    softplus_one softplus 1 1.0 automatic;
    softplus_half softplus 1 0.5 automatic;
    softplus_contraction softplus 1 0.5 contraction;
    softplus_recursion softplus 1 0.5 recursion;
    softplus_forward softplus 1 0.5 forward;
    deep_one softplus 3 1.0 automatic;
    deep_half softplus 3 0.5 automatic;
    deep_mixed softplus 3 0.5 mixed;
    deep_recursion softplus 3 0.5 recursion;
    sigmoid_one sigmoid 1 1.0 automatic;
    sigmoid_half sigmoid 1 0.5 automatic;
    log_cosh_one log_cosh2 1 1.0 automatic;
    log_cosh_half log_cosh2 1 0.5 automatic;
}

/// The part wN alone, and the whole as a function of it.
mod part {
    use derive_network::prelude::*;

    #[derive_network(
        input(x: 2),
        output(wn),
        forward = {
            let mut u = softplus(open(x));
            for block in blocks { u += 0.5 * softplus(block(u)); }
            dot(w, u)
        },
        define = {
            let phi = wn + b + 0.5 * dot(x, a * x) + dot(c, x);
            let hidden = softplus(open(x));
            let again = dot(w, hidden + 0.5 * softplus(blocks[0](hidden)));
        },
        derive(hessian, phi(hessian)),
    )]
    pub struct Potential {
        open: Dense<16>,
        blocks: [Dense<16>; 1],
        w: Parameter<16>,
        b: Parameter,
        a: Parameter<2, 2>,
        c: Parameter<2>,
    }
}

#[test]
fn a_part_is_the_output_and_the_whole_a_function_of_it() {
    let oracle = Oracle::read("s4_resnet_softplus_L2");
    let network = part::Potential::from_parameters(&parameters(&oracle)).unwrap();
    for (at, x) in oracle.points().iter().enumerate() {
        let x = SVector::from_column_slice(x);
        let close = |tensor: &str, found: &[f64]| {
            let expected = oracle.run(1, tensor);
            for (found, wanted) in found.iter().zip(&expected.points[at]) {
                let error = (found - wanted).abs();
                assert!(
                    error <= expected.permitted[at],
                    "{tensor} at {at}: {found:e}, expected {wanted:e}"
                );
            }
        };
        let (value, gradient, hessian) = network.hessian(&x);
        close("wN_value", &[value]);
        close("wN_gradient", gradient.as_slice());
        close("wN_hessian", hessian.as_slice());
        // Layers that a function calls are the layers that `forward` calls.
        close("wN_value", &[network.again(&x)]);
        let (value, gradient, hessian) = network.phi_hessian(&x);
        close("value", &[value]);
        close("gradient", gradient.as_slice());
        close("hessian", hessian.as_slice());
    }
}

/// The parameters of a file: kernels as they lie there, matrices column by column.
fn parameters(oracle: &Oracle) -> Vec<f64> {
    let at = |name: &str| oracle.at(&format!("/parameters/{name}"));
    let kernels = at("K").as_array().unwrap().iter();
    let layers = kernels.zip(at("b").as_array().unwrap());
    let mut parameters: Vec<f64> = layers
        .flat_map(|(kernel, bias)| [numbers(kernel), numbers(bias)].concat())
        .collect();
    parameters.extend(numbers(at("w")));
    parameters.push(number(at("b_out")));
    let a = rows(at("A"));
    for column in 0..a[0].len() {
        parameters.extend(a.iter().map(|row| row[column]));
    }
    parameters.extend(numbers(at("c")));
    parameters
}

fn check<N: Face>(oracle: &Oracle, run: usize) {
    let network = N::with_parameters(&parameters(oracle));
    let points = oracle.points();
    let mut worst: f64 = 0.0;
    for request in N::REQUESTS {
        let tensors: &[&str] = match *request {
            "value" => &["value"],
            "gradient" => &["value", "gradient"],
            "hessian" => &["value", "gradient", "hessian"],
            _ => &["value", "gradient", "laplacian"],
        };
        let expected = tensors
            .iter()
            .map(|tensor| oracle.run(run, tensor))
            .collect::<Vec<_>>();
        for lanes in Lanes::available() {
            for form in Form::ALL {
                for length in LENGTHS {
                    let cycled: Vec<_> = points.iter().cycle().take(length).cloned().collect();
                    let answers = with_lanes(lanes, || network.ask(request, form, &cycled, &[]));
                    for (position, answer) in answers.iter().enumerate() {
                        let at = position % points.len();
                        for (found, expected) in answer.iter().zip(&expected) {
                            assert_eq!(found.len(), expected.points[at].len());
                            for (found, wanted) in found.iter().zip(&expected.points[at]) {
                                let error = (found - wanted).abs();
                                assert!(
                                    error <= expected.permitted[at],
                                    "{} {request}, {form:?} on {lanes}, point {at}: {found:e}, expected {wanted:e}",
                                    oracle.case
                                );
                                worst = worst.max(error / expected.scale[at]);
                            }
                        }
                    }
                }
            }
        }
    }
    println!(
        "{} run {run}: worst relative error {worst:.1e}",
        oracle.case
    );
}

macro_rules! agree {
    ($($test:ident $case:literal: $($module:ident $run:literal),+;)+) => {$(
        #[test]
        fn $test() {
            let oracle = Oracle::read($case);
            $(check::<$module::Potential>(&oracle, $run);)+
        }
    )+};
}

agree! {
    softplus_of_two_layers "s4_resnet_softplus_L2": softplus_one 0, softplus_half 1,
        softplus_contraction 1, softplus_recursion 1, softplus_forward 1;
    softplus_of_four_layers "s4_resnet_softplus_L4": deep_one 0, deep_half 1, deep_mixed 1, deep_recursion 1;
    sigmoid_of_two_layers "s4_resnet_sigmoid_L2": sigmoid_one 0, sigmoid_half 1;
    log_cosh_of_two_layers "s4_resnet_logcosh2_L2": log_cosh_one 0, log_cosh_half 1;
}

#[test]
fn the_documentation_shows_forward_as_it_was_written() {
    let value = "open(a) = W a + b, width 16\n\
                 blocks[i](a) = W a + b, i = 0..1, width 16\n\
                 let mut u = softplus(open(x));\n\
                 for block in blocks {\n    \
                     u = u + 0.5 * softplus(block(u));\n\
                 }\n\
                 wn = dot(w, u)";
    assert_eq!(part::Potential::FORMULA, value);
    let hessian = part::Potential::PHI_HESSIAN_FORMULA;
    let expected = format!("{value}\nphi = wn + b + 0.5 * dot(x, a * x) + dot(c, x)\nH = ");
    assert!(hessian.starts_with(&expected), "{hessian}");
}

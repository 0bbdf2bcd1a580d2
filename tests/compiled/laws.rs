//! Do compiled networks compute what the interpreter says of the same definition, and what dual numbers say?

use derive_network::nalgebra::{DVector, Dyn};
use derive_network_compiler::model::{LayerKind, Network};
use num_dual::{Dual2Vec64, DualNum, hessian};

use crate::face::{Face, Form};
use crate::interpreted::{check, model, parameters, tolerance};
use crate::networks::{
    Custom, Deep, FourOutputs, Kinked, OneInput, OneLayer, Single, SingleBoxed, SingleCustom,
    SingleOutputs, Wide, WithoutBias,
};
use crate::random::Random;

macro_rules! agree_with_the_interpreter {
    ($($test:ident $network:ident)+) => {$(
        #[test]
        fn $test() {
            check::<$network>();
        }
    )+};
}

agree_with_the_interpreter! {
    one_layer OneLayer
    one_input OneInput
    wide Wide
    deep Deep
    four_outputs FourOutputs
    kinked Kinked
    custom Custom
    without_bias WithoutBias
    single Single
    single_outputs SingleOutputs
    single_custom SingleCustom
    single_boxed SingleBoxed
}

/// An activation on dual numbers, from its definition.
fn activation<D: DualNum<f64> + Clone>(name: &str, z: D) -> D {
    let one = || D::from(1.0);
    let sigmoid = |z: D| one() / (one() + (-z).exp());
    match name {
        "Identity" => z,
        "Tanh" => z.tanh(),
        "Sigmoid" => sigmoid(z),
        "Softplus" => (one() + z.exp()).ln(),
        "Silu" => z.clone() * sigmoid(z),
        "GeluTanh" => {
            let inner = (z.clone() + z.clone() * z.clone() * z.clone() * D::from(0.044715))
                * D::from((2.0 / std::f64::consts::PI).sqrt());
            z * (one() + inner.tanh()) * D::from(0.5)
        }
        other => panic!("{other} has no definition on dual numbers"),
    }
}

/// One output of the chain, in plain loops.
fn chain<D: DualNum<f64> + Clone>(
    network: &Network,
    parameters: &[f64],
    x: Vec<D>,
    output: usize,
) -> D {
    let mut state = x;
    for layer in &network.layers {
        let LayerKind::Dense(dense) = &layer.kind;
        let (weight, bias) = parameters[layer.parameters()].split_at(dense.inputs * dense.outputs);
        let neuron = |row: usize| {
            let mut sum = D::from(bias.get(row).copied().unwrap_or(0.0));
            for (column, entry) in state.iter().enumerate() {
                sum += entry.clone() * D::from(weight[row + column * dense.outputs]);
            }
            activation(&dense.activation.name, sum)
        };
        state = (0..dense.outputs).map(neuron).collect();
    }
    state[output].clone()
}

/// The definition's numbers by dual numbers: neither our calculus nor our interpreter.
fn check_with_dual_numbers<N: Face>() {
    let network = model::<N>();
    let mut random = Random(17);
    let parameters = parameters(&network, &mut random);
    let compiled = N::with_parameters(&parameters);
    let points = random.rows(5, network.inputs());
    let tolerance = 4.0 * tolerance::<N>(&network);
    let answers = compiled.ask("hessian", Form::Batch, &points, &[]);
    let (inputs, outputs) = (network.inputs(), network.outputs());
    for (point, answer) in points.iter().zip(&answers) {
        let [value, first, second] = &answer[..] else {
            panic!("three results")
        };
        for output in 0..outputs {
            let function = |x: DVector<Dual2Vec64<Dyn>>| {
                chain(&network, &parameters, x.iter().cloned().collect(), output)
            };
            let (expected, gradient, curvature) =
                hessian(function, &DVector::from_vec(point.clone()));
            let close = |got: f64, want: f64| {
                assert!(
                    (got - want).abs() <= tolerance * want.abs().max(1.0),
                    "{}: {got} beside {want}",
                    network.name
                );
            };
            close(value[output], expected);
            for i in 0..inputs {
                close(first[output + outputs * i], gradient[i]);
                for j in 0..inputs {
                    close(
                        second[output * inputs * inputs + i + inputs * j],
                        curvature[(i, j)],
                    );
                }
            }
        }
    }
}

#[test]
fn dual_numbers_agree() {
    check_with_dual_numbers::<OneInput>();
    check_with_dual_numbers::<Wide>();
    check_with_dual_numbers::<Deep>();
    check_with_dual_numbers::<FourOutputs>();
    check_with_dual_numbers::<Single>();
}

#[test]
fn every_request_is_among_the_networks() {
    let asked = [
        OneLayer::REQUESTS,
        OneInput::REQUESTS,
        Wide::REQUESTS,
        Deep::REQUESTS,
        FourOutputs::REQUESTS,
        Kinked::REQUESTS,
        Custom::REQUESTS,
        WithoutBias::REQUESTS,
        Single::REQUESTS,
        SingleOutputs::REQUESTS,
        SingleCustom::REQUESTS,
        SingleBoxed::REQUESTS,
    ]
    .concat();
    for kind in derive_network_compiler::model::RequestKind::ALL {
        assert!(
            asked.contains(&kind.name()),
            "{} is asked of no network",
            kind.name()
        );
    }
}

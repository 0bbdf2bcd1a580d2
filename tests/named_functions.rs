//! Do named functions give what their formulas say: 25-digit reference values and dual numbers, in every form, on all lanes?

#[path = "support/face.rs"]
mod face;
#[path = "support/oracles.rs"]
mod oracles;

use derive_network::Network;
use derive_network::prelude::*;
use face::{Answers, Form};
use num_dual::{DualNum, hessian};
use oracles::{Expected, Oracle, number};

/// Asks a function of a network by name, in a form, at points with given data or a direction each.
trait Ask {
    fn ask(&self, function: &str, form: Form, points: &[Vec<f64>], seconds: &[Vec<f64>])
    -> Answers;
}

/// A struct and its methods, each with its other forms, its operand and its results.
macro_rules! network {
    ({ $($definition:tt)* } $name:ident {
        $($method:ident $with:ident $batch:ident $batch_with:ident ($($operand:ident)?) ($($result:ident),+);)+
    }) => {
        $($definition)*

        impl Ask for $name {
            #[allow(unused_parens)]
            fn ask(&self, function: &str, form: Form, points: &[Vec<f64>], seconds: &[Vec<f64>]) -> Answers {
                let _ = seconds;
                match function {
                    $(stringify!($method) => face::ask!(
                        self, form, points, seconds;
                        $method $with $batch $batch_with ($($operand)?) ($($result),+)
                    ),)+
                    other => panic!("{other} is not asked of {}", stringify!($name)),
                }
            }
        }
    };
}

/// The tolerances of the files in single precision: they have as many roundings in them.
const SINGLE: f64 = f32::EPSILON as f64 / f64::EPSILON;

/// Full and padded blocks and points one by one, on 1 to 16 lanes.
const LENGTHS: [usize; 3] = [1, 12, 19];

/// Asks in every form on all lanes and compares each result with what is expected of it.
fn check(
    network: &impl Ask,
    function: &str,
    points: &[Vec<f64>],
    seconds: &[Vec<f64>],
    expected: &[Expected],
) {
    for lanes in Lanes::available() {
        for form in Form::ALL {
            let single = matches!(form, Form::ByValue | Form::With);
            for length in if single { &[12][..] } else { &LENGTHS } {
                let cycled = |rows: &[Vec<f64>]| {
                    rows.iter()
                        .cycle()
                        .take(*length)
                        .cloned()
                        .collect::<Vec<_>>()
                };
                let (batch, operands) = (cycled(points), cycled(seconds));
                let answers = with_lanes(lanes, || network.ask(function, form, &batch, &operands));
                for (position, answer) in answers.iter().enumerate() {
                    assert_eq!(answer.len(), expected.len(), "{function}: results");
                    let at = position % points.len();
                    for (found, expected) in answer.iter().zip(expected) {
                        let permitted = expected.permitted[at];
                        let expected = &expected.points[at];
                        assert_eq!(found.len(), expected.len(), "{function}: entries");
                        for (found, expected) in found.iter().zip(expected) {
                            let error = (found - expected).abs();
                            assert!(
                                error <= permitted,
                                "{function}, {form:?} of {length} on {lanes}, point {position}: \
                                 {found:e}, expected {expected:e}"
                            );
                        }
                    }
                }
            }
        }
    }
}

/// An expected tensor of a file, with the tolerance of the file times a factor.
fn tensor(oracle: &Oracle, name: &str, factor: f64) -> Expected {
    let mut expected = oracle.expected(name, "f64");
    for permitted in &mut expected.permitted {
        *permitted *= factor;
    }
    expected
}

network! {
    {
        /// The net of two reference files: all partial derivatives up to order four, and Burgers' residual.
        #[derive_network(
            input(x, t),
            output(u),
            define = {
                let u_x = d(u, x);
                let u_t = d(u, t);
                let u_xx = d(u_x, x);
                let u_xt = d(u, x, t);
                let u_tt = d(u, t, t);
                let u_xxx = d(u_xx, x);
                let u_xxt = d(u_t, x, x);
                let u_xtt = d(u, t, x, t);
                let u_ttt = d(u, t, t, t);
                let u_xxxx = d(u, x, x, x, x);
                let u_xxxt = d(u_xt, x, x);
                let u_xxtt = d(u, x, t, x, t);
                let u_xttt = d(u_ttt, x);
                let u_tttt = d(u_tt, t, t);
                let residual = u_t + u * u_x - nu * u_xx;
            },
        )]
        struct Burgers {
            hidden: [Dense<16, Tanh>; 2],
            output: Dense<1>,
            nu: Parameter,
        }
    }
    Burgers {
        u_x u_x_with u_x_batch u_x_batch_with () (values);
        u_t u_t_with u_t_batch u_t_batch_with () (values);
        u_xx u_xx_with u_xx_batch u_xx_batch_with () (values);
        u_xt u_xt_with u_xt_batch u_xt_batch_with () (values);
        u_tt u_tt_with u_tt_batch u_tt_batch_with () (values);
        u_xxx u_xxx_with u_xxx_batch u_xxx_batch_with () (values);
        u_xxt u_xxt_with u_xxt_batch u_xxt_batch_with () (values);
        u_xtt u_xtt_with u_xtt_batch u_xtt_batch_with () (values);
        u_ttt u_ttt_with u_ttt_batch u_ttt_batch_with () (values);
        u_xxxx u_xxxx_with u_xxxx_batch u_xxxx_batch_with () (values);
        u_xxxt u_xxxt_with u_xxxt_batch u_xxxt_batch_with () (values);
        u_xxtt u_xxtt_with u_xxtt_batch u_xxtt_batch_with () (values);
        u_xttt u_xttt_with u_xttt_batch u_xttt_batch_with () (values);
        u_tttt u_tttt_with u_tttt_batch u_tttt_batch_with () (values);
        residual residual_with residual_batch residual_batch_with () (values);
    }
}

network! {
    {
        /// The same in single precision.
        #[derive_network(
            input(x, t),
            output(u),
            scalar = f32,
            define = {
                let u_xxtt = d(u, x, x, t, t);
                let residual = d(u, t) + u * d(u, x) - nu * d(u, x, x);
            },
        )]
        struct BurgersSingle {
            nu: Parameter,
            hidden: [Dense<16, Tanh>; 2],
            output: Dense<1>,
        }
    }
    BurgersSingle {
        u_xxtt u_xxtt_with u_xxtt_batch u_xxtt_batch_with () (values);
        residual residual_with residual_batch residual_batch_with () (values);
    }
}

network! {
    {
        /// The net of a reference file: derivatives of a Laplacian.
        #[derive_network(
            input(x: 3),
            output(u),
            define = {
                let laplace = laplacian(u, x);
                let slope = gradient(laplace, x);
                let biharmonic = laplacian(laplace, x);
            },
            derive(laplace(gradient, laplacian)),
        )]
        struct Biharmonic {
            hidden: [Dense<12, Softplus>; 2],
            output: Dense<1>,
        }
    }
    Biharmonic {
        laplace laplace_with laplace_batch laplace_batch_with () (values);
        slope slope_with slope_batch slope_batch_with () (values);
        biharmonic biharmonic_with biharmonic_batch biharmonic_batch_with () (values);
        laplace_gradient laplace_gradient_with laplace_gradient_batch laplace_gradient_batch_with () (values, gradients);
        laplace_laplacian laplace_laplacian_with laplace_laplacian_batch laplace_laplacian_batch_with ()
            (values, gradients, laplacians);
    }
}

network! {
    {
        /// Given data, vectors, and parameters of every shape; functions that need little or nothing.
        #[derive_network(
            input(x: 2),
            output(u),
            given(target, weights: 2),
            define = {
                let misfit = weights[0] * powi(u - target, 2) + dot(slope, x) * nu * u;
                let flow = gradient(u, x) * weights + stiffness * x * u;
                let plain = sin(u) * x;
                let place = x;
                let level = nu;
            },
            derive(
                misfit(gradient, hessian, laplacian, hvp),
                flow(jacobian, hessian, laplacian, adjoint_hessian, jvp, vjp),
                plain(jacobian, jvp),
                place(hessian),
                level(hessian),
            ),
        )]
        #[derive(Clone)]
        struct Mixed {
            nu: Parameter,
            hidden: Dense<4, Tanh>,
            /// A matrix.
            stiffness: Parameter<2, 2>,
            #[frozen]
            slope: Parameter<2>,
            output: Dense<1>,
        }
    }
    Mixed {
        misfit misfit_with misfit_batch misfit_batch_with (given) (values);
        misfit_gradient misfit_gradient_with misfit_gradient_batch misfit_gradient_batch_with (given) (values, gradients);
        misfit_hessian misfit_hessian_with misfit_hessian_batch misfit_hessian_batch_with (given)
            (values, gradients, hessians);
        misfit_laplacian misfit_laplacian_with misfit_laplacian_batch misfit_laplacian_batch_with (given)
            (values, gradients, laplacians);
        flow flow_with flow_batch flow_batch_with (given) (values);
        flow_jacobian flow_jacobian_with flow_jacobian_batch flow_jacobian_batch_with (given) (values, jacobians);
        flow_hessian flow_hessian_with flow_hessian_batch flow_hessian_batch_with (given) (values, jacobians, hessians);
        flow_laplacian flow_laplacian_with flow_laplacian_batch flow_laplacian_batch_with (given)
            (values, jacobians, laplacians);
        plain plain_with plain_batch plain_batch_with () (values);
        plain_jacobian plain_jacobian_with plain_jacobian_batch plain_jacobian_batch_with () (values, jacobians);
        place_hessian place_hessian_with place_hessian_batch place_hessian_batch_with () (values, jacobians, hessians);
        level_hessian level_hessian_with level_hessian_batch level_hessian_batch_with () (values, gradients, hessians);
    }
}

/// `misfit`, `flow` and `plain` of [`Mixed`], written by hand.
fn by_hand<D: DualNum<f64>>(network: &Mixed, x: &[D], given: &[f64]) -> [D; 5] {
    let (hidden, output) = (network.hidden(), network.output());
    let inner = |a: [f64; 2]| x[0].clone() * a[0] + x[1].clone() * a[1];
    let mut u = D::from(output.bias()[0]);
    let mut gradient = [D::from(0.0), D::from(0.0)];
    for neuron in 0..4 {
        let weight = [0, 1].map(|input| hidden.weight()[(neuron, input)]);
        let activation = (inner(weight) + hidden.bias()[neuron]).tanh();
        let slope = (-activation.clone() * activation.clone() + 1.0) * output.weight()[neuron];
        u += activation * output.weight()[neuron];
        for input in 0..2 {
            gradient[input] += slope.clone() * weight[input];
        }
    }
    let difference = u.clone() - given[0];
    let tilt = inner([network.slope()[0], network.slope()[1]]) * network.nu();
    let misfit = difference.clone() * difference * given[1] + tilt * u.clone();
    let [first, second] = gradient;
    let stiffness = network.stiffness();
    let row = |row: usize| inner([stiffness[(row, 0)], stiffness[(row, 1)]]) * u.clone();
    [
        misfit,
        first * given[1] + row(0),
        second * given[2] + row(1),
        u.sin() * x[0].clone(),
        u.sin() * x[1].clone(),
    ]
}

/// Value, gradient and Hessian of one of these.
type SecondOrder = (f64, SVector<f64, 2>, SMatrix<f64, 2, 2>);

fn by_duals(network: &Mixed, function: usize, x: &[f64], given: &[f64]) -> SecondOrder {
    let x = SVector::<f64, 2>::from_column_slice(x);
    hessian(|x| by_hand(network, x.as_slice(), given)[function], &x)
}

fn mixed() -> Mixed {
    let mut network = Mixed::glorot_normal(3);
    *network.nu_mut() = 0.7;
    network.slope_mut().copy_from(&vector![0.4, -1.1]);
    network
        .stiffness_mut()
        .copy_from(&matrix![0.9, 0.2; -0.5, 1.3]);
    network
        .hidden_mut()
        .bias_mut()
        .copy_from(&vector![0.1, -0.3, 0.2, 0.5]);
    network
}

/// Points, and given data of each.
fn samples() -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let sample = |index: usize| {
        let at = index as f64;
        (
            vec![(0.9 * at).sin(), (1.7 * at).cos()],
            vec![(2.3 * at).sin(), 0.5 + 0.1 * at, -1.0 + 0.2 * at],
        )
    };
    (0..12).map(sample).unzip()
}

/// What one has to come close to, up to a few roundings of numbers of order one.
fn near(points: Vec<Vec<f64>>) -> Expected {
    Expected {
        permitted: vec![1e-13; points.len()],
        scale: vec![1.0; points.len()],
        points,
    }
}

fn each_point<T>(of: &[T], entries: impl Fn(&T) -> Vec<f64>) -> Expected {
    near(of.iter().map(entries).collect())
}

fn burgers(oracle: &Oracle) -> Burgers {
    let mut parameters = oracle.parameters();
    parameters.push(0.0);
    Burgers::from_parameters(&parameters).expect("as many parameters as the network has")
}

#[test]
fn partial_derivatives_up_to_order_four() {
    let oracle = Oracle::read("s5_high_derivatives_2_16_16_1_tanh");
    let network = burgers(&oracle);
    let names = [
        "u_x", "u_t", "u_xx", "u_xt", "u_tt", "u_xxx", "u_xxt", "u_xtt", "u_ttt", "u_xxxx",
        "u_xxxt", "u_xxtt", "u_xttt", "u_tttt",
    ];
    for name in names {
        let count = |entry: char| name[2..].chars().filter(|letter| *letter == entry).count();
        let path = format!("partials/{},{}", count('x'), count('t'));
        let expected = [tensor(&oracle, &path, 1.0)];
        check(&network, name, &oracle.points(), &[], &expected);
    }
}

#[test]
fn residual_with_a_parameter() {
    let oracle = Oracle::read("s5_burgers_2_16_16_1_tanh");
    let mut network = burgers(&oracle);
    *network.nu_mut() = number(oracle.at("/parameters/nu"));
    let expected = [tensor(&oracle, "residual", 1.0)];
    check(&network, "residual", &oracle.points(), &[], &expected);
}

#[test]
fn single_precision() {
    let oracle = Oracle::read("s5_burgers_2_16_16_1_tanh");
    let flat = [
        vec![number(oracle.at("/parameters/nu"))],
        oracle.parameters(),
    ]
    .concat();
    let flat: Vec<f32> = flat.iter().map(|parameter| *parameter as f32).collect();
    let network = BurgersSingle::from_parameters(&flat).expect("as many as the network has");
    let expected = [tensor(&oracle, "residual", SINGLE)];
    check(&network, "residual", &oracle.points(), &[], &expected);
    let oracle = Oracle::read("s5_high_derivatives_2_16_16_1_tanh");
    let expected = [tensor(&oracle, "partials/2,2", SINGLE)];
    check(&network, "u_xxtt", &oracle.points(), &[], &expected);
}

#[test]
fn derivatives_of_a_laplacian() {
    let oracle = Oracle::read("s5_biharmonic_3_12_12_1_softplus");
    let network =
        Biharmonic::from_parameters(&oracle.parameters()).expect("as many as the file has");
    let of = |function: &str, names: &[&str]| {
        let expected: Vec<Expected> = names
            .iter()
            .map(|name| tensor(&oracle, name, 1.0))
            .collect();
        check(&network, function, &oracle.points(), &[], &expected);
    };
    of("laplace", &["laplacian"]);
    of("slope", &["grad_laplacian"]);
    of("biharmonic", &["biharmonic"]);
    of("laplace_gradient", &["laplacian", "grad_laplacian"]);
    of(
        "laplace_laplacian",
        &["laplacian", "grad_laplacian", "biharmonic"],
    );
}

#[test]
fn scalar_function_of_given_data() {
    let (network, (points, given)) = (mixed(), samples());
    let pairs = points.iter().zip(&given);
    let duals: Vec<SecondOrder> = pairs
        .map(|(x, given)| by_duals(&network, 0, x, given))
        .collect();
    let value = || each_point(&duals, |(value, ..)| vec![*value]);
    let gradient = || each_point(&duals, |(_, gradient, _)| gradient.as_slice().to_vec());
    let hessian = each_point(&duals, |(.., hessian)| hessian.as_slice().to_vec());
    let trace = each_point(&duals, |(.., hessian)| vec![hessian.trace()]);
    let of = |function, expected: &[_]| check(&network, function, &points, &given, expected);
    of("misfit", &[value()]);
    of("misfit_gradient", &[value(), gradient()]);
    of("misfit_hessian", &[value(), gradient(), hessian]);
    of("misfit_laplacian", &[value(), gradient(), trace]);
}

#[test]
fn vector_function_of_given_data() {
    let (network, (points, given)) = (mixed(), samples());
    let pairs = points.iter().zip(&given);
    let duals: Vec<[SecondOrder; 2]> = pairs
        .map(|(x, given)| [1, 2].map(|function| by_duals(&network, function, x, given)))
        .collect();
    let value = || each_point(&duals, |rows| rows.iter().map(|row| row.0).collect());
    let jacobian = || each_point(&duals, |[a, b]| vec![a.1[0], b.1[0], a.1[1], b.1[1]]);
    let hessian = each_point(&duals, |[a, b]| [a.2.as_slice(), b.2.as_slice()].concat());
    let laplacian = each_point(&duals, |rows| {
        rows.iter().map(|row| row.2.trace()).collect()
    });
    let of = |function, expected: &[_]| check(&network, function, &points, &given, expected);
    of("flow", &[value()]);
    of("flow_jacobian", &[value(), jacobian()]);
    of("flow_hessian", &[value(), jacobian(), hessian]);
    of("flow_laplacian", &[value(), jacobian(), laplacian]);
}

#[test]
fn products_with_given_data_and_a_direction() -> Result<(), BatchLengthError> {
    let (network, (points, given)) = (mixed(), samples());
    let (v, w) = (vector![0.3, -0.8], vector![1.2, 0.7]);
    for lanes in Lanes::available() {
        for (x, given) in points.iter().zip(&given) {
            let [misfit, first, second] =
                [0, 1, 2].map(|function| by_duals(&network, function, x, given));
            let jacobian =
                SMatrix::<f64, 2, 2>::from_rows(&[first.1.transpose(), second.1.transpose()]);
            let (x, given) = (
                SVector::from_column_slice(x),
                SVector::from_column_slice(given),
            );
            let results = with_lanes(lanes, || {
                let mut workspace = Mixed::workspace();
                let (mut values, mut gradients, mut products) =
                    ([0.0], [SVector::zeros()], [SVector::zeros()]);
                network.misfit_hvp_batch_with(
                    &mut workspace,
                    &[x],
                    &[given],
                    &[v],
                    &mut values,
                    &mut gradients,
                    &mut products,
                )?;
                Ok((
                    network.flow_jvp(&x, &given, &v).1 - jacobian * v,
                    network.flow_vjp(&x, &given, &w).1 - jacobian.transpose() * w,
                    network.flow_adjoint_hessian(&x, &given, &w).2
                        - (first.2 * w[0] + second.2 * w[1]),
                    products[0] - misfit.2 * v,
                ))
            })?;
            let (jv, wj, weighted, hv) = results;
            assert!(
                jv.norm() + wj.norm() + weighted.norm() + hv.norm() < 1e-13,
                "{results:?} on {lanes}"
            );
        }
    }
    Ok(())
}

#[test]
fn functions_that_need_no_data_take_none() {
    let (network, (points, _)) = (mixed(), samples());
    let rows: Vec<[SecondOrder; 2]> = points
        .iter()
        .map(|x| [3, 4].map(|function| by_duals(&network, function, x, &[0.0; 3])))
        .collect();
    let value = || each_point(&rows, |[a, b]| vec![a.0, b.0]);
    let jacobian = each_point(&rows, |[a, b]| vec![a.1[0], b.1[0], a.1[1], b.1[1]]);
    check(&network, "plain", &points, &[], &[value()]);
    check(
        &network,
        "plain_jacobian",
        &points,
        &[],
        &[value(), jacobian],
    );
    let (x, v) = (vector![0.3, 0.4], vector![1.0, -2.0]);
    let difference = network.plain_jvp(&x, &v).1 - network.plain_jacobian(&x).1 * v;
    assert!(difference.norm() < 1e-14, "{difference}");
}

#[test]
fn an_input_and_a_parameter_are_functions() {
    let (network, (points, _)) = (mixed(), samples());
    let same = |entries: &[f64]| near(vec![entries.to_vec(); points.len()]);
    let expected = [
        near(points.clone()),
        same(&[1.0, 0.0, 0.0, 1.0]),
        same(&[0.0; 8]),
    ];
    check(&network, "place_hessian", &points, &[], &expected);
    let expected = [same(&[0.7]), same(&[0.0; 2]), same(&[0.0; 4])];
    check(&network, "level_hessian", &points, &[], &expected);
}

#[test]
fn given_data_of_another_length_are_refused() {
    let (network, given) = (mixed(), [SVector::<f64, 3>::zeros(); 3]);
    let mut values = [7.0; 4];
    let error = network.misfit_batch(&[SVector::zeros(); 4], &given, &mut values);
    let expected = BatchLengthError {
        name: "given",
        expected: 4,
        found: 3,
    };
    assert_eq!((error, values), (Err(expected), [7.0; 4]));
}

#[test]
fn parameters_of_formulas_lie_between_layers_and_start_at_zero() {
    let network = mixed();
    let parameters = network.parameters();
    assert_eq!(parameters[0], 0.7);
    assert_eq!(parameters[13..17], [0.9, -0.5, 0.2, 1.3], "column-major");
    assert_eq!(parameters[17..19], [0.4, -1.1]);
    assert_eq!(Mixed::PARAMETERS, 1 + 12 + 4 + 2 + 5);
    for network in [
        Mixed::glorot_uniform(1),
        Mixed::glorot_normal(1),
        Mixed::he_normal(1),
        Mixed::uniform(1, 1.0..2.0),
    ] {
        assert_eq!(network.nu(), 0.0);
        assert_eq!(
            (network.stiffness().norm(), network.slope().norm()),
            (0.0, 0.0)
        );
        assert!(
            network
                .hidden()
                .weight()
                .iter()
                .all(|weight| *weight != 0.0)
        );
    }
}

/// Doubles the parameters of any network.
fn double<N: Network<Scalar = f64>>(network: &mut N) -> usize {
    for parameter in network.parameters_mut() {
        *parameter *= 2.0;
    }
    N::PARAMETERS
}

#[test]
fn generic_code_takes_any_network() {
    let mut network = mixed();
    assert_eq!(double(&mut network), 24);
    assert_eq!(network.nu(), 1.4);
}

#[test]
fn constants_say_what_is_computed() {
    assert!(Burgers::RESIDUAL_FORMULA.contains("residual = u_t + u * u_x - nu * u_xx"));
    assert!(Burgers::RESIDUAL_FORMULA.contains("u_xx = d(u_x, x)"));
    assert!(
        !Burgers::RESIDUAL_FORMULA.contains("u_tt"),
        "it is not used"
    );
    assert!(Mixed::MISFIT_HESSIAN_FORMULA.contains("by "));
    let flops = [
        Mixed::MISFIT_FLOPS,
        Mixed::MISFIT_GRADIENT_FLOPS,
        Mixed::MISFIT_HESSIAN_FLOPS,
    ];
    assert!(flops.is_sorted_by(|a, b| a < b), "{flops:?}");
}

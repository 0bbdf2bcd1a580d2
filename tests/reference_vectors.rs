//! Do compiled networks give the 25-digit reference values, by every elimination, in every form, on all lanes?

#[path = "support/face.rs"]
mod face;
#[path = "support/oracles.rs"]
mod oracles;

use derive_network::{Lanes, with_lanes};
use face::{Answers, Face, Form};
use oracles::{Oracle, array, number, numbers};
use std::collections::BTreeMap;

/// Lengths with full blocks, padded ones and points done one by one, on 1 to 16 lanes.
const LENGTHS: [usize; 6] = [1, 3, 8, 13, 20, 35];

/// The chain of seed 004, by an elimination: `automatic` is the cheapest.
macro_rules! sigmoid_chains {
    ($($module:ident $scalar:ident [$($derive:tt)*] $($request:ident)+;)+) => {$(
        mod $module {
            crate::face::network! {
                [input(x: 2), scalar = $scalar, derive($($derive)*)]
                struct Chain {
                    hidden: [Dense<20, Sigmoid>; 3],
                    output: Dense<1, Sigmoid>,
                }
                $scalar: $($request)+
            }
        }
    )+};
}

sigmoid_chains! {
    automatic f64 [gradient, hessian, laplacian] value gradient hessian laplacian;
    contraction f64 [hessian(order = contraction), laplacian(order = contraction)] hessian laplacian;
    recursion f64 [hessian(order = recursion), laplacian(order = recursion)] hessian laplacian;
    mixed f64 [hessian(order = mixed), laplacian(order = mixed)] hessian laplacian;
    forward f64 [hessian(order = forward), laplacian(order = forward)] hessian laplacian;
    automatic_f32 f32 [gradient, hessian, laplacian] value gradient hessian laplacian;
    contraction_f32 f32 [hessian(order = contraction)] hessian;
    recursion_f32 f32 [hessian(order = recursion)] hessian;
    mixed_f32 f32 [hessian(order = mixed)] hessian;
    forward_f32 f32 [hessian(order = forward)] hessian;
}

/// The chain with two outputs, the same way.
macro_rules! tanh_chains {
    ($($module:ident [$($derive:tt)*] $($request:ident)+;)+) => {$(
        mod $module {
            crate::face::network! {
                [input(x: 3), derive($($derive)*)]
                struct Chain {
                    hidden: [Dense<8, Tanh>; 2],
                    output: Dense<2, Tanh>,
                }
                f64: $($request)+
            }
        }
    )+};
}

tanh_chains! {
    vector_automatic [jacobian, hessian] value jacobian hessian;
    vector_contraction [hessian(order = contraction)] hessian;
    vector_recursion [hessian(order = recursion)] hessian;
    vector_mixed [hessian(order = mixed)] hessian;
    vector_forward [hessian(order = forward)] hessian;
}

/// The tensors of a file that a request gives, in order.
fn tensors(request: &str, outputs: usize) -> &'static [&'static str] {
    match (request, outputs) {
        ("value", _) => &["value"],
        ("gradient", _) => &["value", "gradient"],
        ("jacobian", _) => &["value", "jacobian"],
        ("hessian", 1) => &["value", "gradient", "hessian"],
        ("hessian", _) => &["value", "jacobian", "hessian"],
        ("laplacian", _) => &["value", "gradient", "laplacian"],
        (other, _) => panic!("no file has a {other}"),
    }
}

/// The worst relative error of each tensor.
type Worst = BTreeMap<&'static str, f64>;

fn check<N: Face>(oracle: &Oracle, precision: &str, worst: &mut Worst) {
    let network = N::with_parameters(&oracle.parameters());
    let points = oracle.points();
    let outputs = array(
        &oracle.at("/parameters/layers")[array(oracle.at("/parameters/layers")).len() - 1]["bias"],
    )
    .len();
    for request in N::REQUESTS {
        let names = tensors(request, outputs);
        let expected: Vec<_> = names
            .iter()
            .map(|name| oracle.expected(name, precision))
            .collect();
        each_way(
            &network,
            request,
            &points,
            outputs,
            &mut |way, at, answers| {
                for ((name, expected), answer) in names.iter().zip(&expected).zip(answers) {
                    assert_eq!(expected.points[at].len(), answer.len(), "{request}: {name}");
                    for (got, want) in answer.iter().zip(&expected.points[at]) {
                        let error = (got - want).abs();
                        let fault = format!(
                            "{}, {precision}, {way}: {name} at point {at}: {got:e}, want {want:e}",
                            oracle.case
                        );
                        assert!(error <= expected.permitted[at], "{fault}");
                        let known = worst.entry(name).or_default();
                        *known = known.max(error / expected.scale[at]);
                    }
                }
            },
        );
    }
}

/// Takes the name of a tensor, the length of the batch, and its entries point by point.
type Visit<'a> = dyn FnMut(&str, usize, &[Vec<f64>]) + 'a;

/// Asks in every form, at every length, on all lanes; the points repeat where a batch is longer.
fn each_way<N: Face>(
    network: &N,
    request: &str,
    points: &[Vec<f64>],
    outputs: usize,
    visit: &mut Visit<'_>,
) {
    for lanes in Lanes::available() {
        for form in Form::ALL {
            let single = matches!(form, Form::ByValue | Form::With);
            let lengths = if single {
                vec![points.len()]
            } else {
                LENGTHS.to_vec()
            };
            for length in lengths {
                let batch: Vec<Vec<f64>> = points.iter().cycle().take(length).cloned().collect();
                let weights = vec![vec![1.0; outputs]; length];
                let answers: Answers =
                    with_lanes(lanes, || network.ask(request, form, &batch, &weights));
                for (position, answer) in answers.iter().enumerate() {
                    let way = format!("{request}, {form:?} of {length} on {lanes}");
                    visit(&way, position % points.len(), answer);
                }
            }
        }
    }
}

fn report(case: &str, precision: &str, worst: &Worst) {
    let list: Vec<String> = worst
        .iter()
        .map(|(name, error)| format!("{name} {error:.1e}"))
        .collect();
    println!("{case:<30} {precision}  {}", list.join("  "));
}

#[test]
fn sigmoid_chain() {
    let oracle = Oracle::read("s4_fnn_sigmoid_2_20_20_20_1");
    let mut worst = Worst::new();
    check::<automatic::Chain>(&oracle, "f64", &mut worst);
    check::<contraction::Chain>(&oracle, "f64", &mut worst);
    check::<recursion::Chain>(&oracle, "f64", &mut worst);
    check::<mixed::Chain>(&oracle, "f64", &mut worst);
    check::<forward::Chain>(&oracle, "f64", &mut worst);
    report(oracle.case, "f64", &worst);
}

#[test]
fn sigmoid_chain_of_single_precision_data() {
    let oracle = Oracle::read("s4_fnn_sigmoid_f32");
    let mut worst = Worst::new();
    check::<automatic::Chain>(&oracle, "f64", &mut worst);
    check::<contraction::Chain>(&oracle, "f64", &mut worst);
    check::<recursion::Chain>(&oracle, "f64", &mut worst);
    check::<mixed::Chain>(&oracle, "f64", &mut worst);
    check::<forward::Chain>(&oracle, "f64", &mut worst);
    report(oracle.case, "f64", &worst);
    let mut worst = Worst::new();
    check::<automatic_f32::Chain>(&oracle, "f32", &mut worst);
    check::<contraction_f32::Chain>(&oracle, "f32", &mut worst);
    check::<recursion_f32::Chain>(&oracle, "f32", &mut worst);
    check::<mixed_f32::Chain>(&oracle, "f32", &mut worst);
    check::<forward_f32::Chain>(&oracle, "f32", &mut worst);
    report(oracle.case, "f32", &worst);
}

#[test]
fn tanh_chain_of_two_outputs() {
    let oracle = Oracle::read("s4_vector_fnn_3_8_8_2_tanh");
    let mut worst = Worst::new();
    check::<vector_automatic::Chain>(&oracle, "f64", &mut worst);
    check::<vector_contraction::Chain>(&oracle, "f64", &mut worst);
    check::<vector_recursion::Chain>(&oracle, "f64", &mut worst);
    check::<vector_mixed::Chain>(&oracle, "f64", &mut worst);
    check::<vector_forward::Chain>(&oracle, "f64", &mut worst);
    report(oracle.case, "f64", &worst);
}

/// One neuron with each activation, in both precisions.
macro_rules! neurons {
    ($($key:ident $activation:ident;)+) => {
        mod neurons {
            $(pub mod $key {
                pub mod double {
                    crate::face::network! {
                        [input(x: 1), allow(kinks), derive(hessian)]
                        struct Neuron { only: Dense<1, $activation> }
                        f64: hessian
                    }
                    pub fn check(file: &crate::Table, worst: &mut crate::Worst) {
                        file.check::<Neuron>(stringify!($key), worst);
                    }
                }
                pub mod single {
                    crate::face::network! {
                        [input(x: 1), scalar = f32, allow(kinks), derive(hessian)]
                        struct Neuron { only: Dense<1, $activation> }
                        f32: hessian
                    }
                    pub fn check(file: &crate::Table, worst: &mut crate::Worst) {
                        file.check::<Neuron>(stringify!($key), worst);
                    }
                }
            })+
        }

        /// Every activation of a table, in its precision.
        fn check_table(file: &Table, worst: &mut Worst) {
            match file.precision {
                "f32" => { $(neurons::$key::single::check(file, worst);)+ }
                _ => { $(neurons::$key::double::check(file, worst);)+ }
            }
        }
    };
}

neurons! {
    identity Identity;
    sigmoid Sigmoid;
    tanh Tanh;
    softplus Softplus;
    logcosh2 LogCosh2;
    relu Relu;
    silu Silu;
    gelu Gelu;
    gelu_tanh GeluTanh;
    sin Sin;
    elu Elu;
}

/// An activation table: value and derivatives up to the second; `tests/functions` of the symbolic crate has the third.
struct Table {
    oracle: Oracle,
    precision: &'static str,
}

impl Table {
    fn check<N: Face>(&self, activation: &'static str, worst: &mut Worst) {
        let network = N::with_parameters(&[1.0, 0.0]);
        let points: Vec<Vec<f64>> = numbers(self.oracle.at("/inputs/x"))
            .into_iter()
            .map(|x| vec![x])
            .collect();
        let expected: Vec<Vec<f64>> = array(self.oracle.at(&format!("/expected/{activation}")))
            .iter()
            .map(numbers)
            .collect();
        let tolerances = numbers(
            self.oracle
                .at(&format!("/tolerance/{}_tol_by_order", self.precision)),
        );
        each_way(&network, "hessian", &points, 1, &mut |way, at, answers| {
            for (order, answer) in answers.iter().enumerate() {
                let (got, want, x) = (answer[0], expected[at][order], points[at][0]);
                let error = (got - want).abs();
                let fault = format!(
                    "{}, {}, {way}: order {order} of {activation} at {x:e}: {got:e}, want {want:e}",
                    self.oracle.case, self.precision
                );
                let scale = if order == 0 { x.abs().max(1.0) } else { 1.0 };
                assert!(
                    got.is_finite() && error <= tolerances[order] * scale,
                    "must: {fault}"
                );
                let is_accurate = match activation {
                    "gelu" | "gelu_tanh" => false,
                    "silu" => order == 0,
                    _ => true,
                };
                if is_accurate && self.precision == "f64" {
                    assert!(error <= 1e-13 * want.abs() + 1e-320, "accurate: {fault}");
                }
                // Below the smallest normal number a relative error means nothing.
                let normal = if self.precision == "f32" {
                    f64::from(f32::MIN_POSITIVE)
                } else {
                    f64::MIN_POSITIVE
                };
                let relative = error / want.abs().max(normal);
                let known = worst.entry(activation).or_default();
                *known = known.max(relative);
            }
        });
    }
}

fn check_activations(case: &'static str, precision: &'static str) {
    let file = Table {
        oracle: Oracle::read(case),
        precision,
    };
    let mut worst = Worst::new();
    check_table(&file, &mut worst);
    assert_eq!(
        worst.len(),
        file.oracle
            .at("/expected")
            .as_object()
            .expect("activations")
            .len()
    );
    report(case, precision, &worst);
}

#[test]
fn extreme_activations() {
    check_activations("s4_activations_extreme", "f64");
}

#[test]
fn moderate_activations() {
    check_activations("s4_activations_moderate", "f64");
}

#[test]
fn activations_at_single_precision_points() {
    check_activations("s4_activations_f32_points", "f64");
    check_activations("s4_activations_f32_points", "f32");
}

#[test]
fn a_wrong_number_is_found() {
    let oracle = Oracle::read("s4_fnn_sigmoid_f32");
    let mut parameters = oracle.parameters();
    for parameter in &mut parameters {
        *parameter *= 1.0 + 1e-9;
    }
    let network = automatic::Chain::with_parameters(&parameters);
    let expected = oracle.expected("value", "f64");
    let answers = network.ask("value", Form::Batch, &oracle.points(), &[]);
    let off = answers
        .iter()
        .zip(&expected.points)
        .zip(&expected.permitted);
    assert!(
        off.filter(|((got, want), permitted)| (got[0][0] - want[0]).abs() > **permitted)
            .count()
            > 0
    );
    assert_eq!(number(oracle.at("/schema")), 1.0);
}

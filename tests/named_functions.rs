//! Do named functions give what their formulas say: 25-digit reference values and dual numbers, in every form, on all lanes?

#[path = "support/face.rs"]
mod face;
#[path = "support/oracles.rs"]
mod oracles;

use derive_network::prelude::*;
use face::{Answers, Form};
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

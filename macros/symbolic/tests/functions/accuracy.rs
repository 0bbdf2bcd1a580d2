//! Are values and derivatives right, to the last digits, against tables of 25 digits?

use derive_network_symbolic::functions::{Function, Polynomial, Primitive};

use crate::oracle::{numbers, read};
use crate::{both, builtin};

#[test]
fn agrees_with_the_oracle_at_extreme_points() {
    check_oracle("s4_activations_extreme");
}

#[test]
fn agrees_with_the_oracle_at_moderate_points() {
    check_oracle("s4_activations_moderate");
}

#[test]
fn agrees_with_the_oracle_at_single_precision_points() {
    check_oracle("s4_activations_f32_points");
}

#[test]
fn six_derivatives_agree_with_twenty_five_digits() {
    let table = read("tests/data/derivatives.json");
    let points = numbers(&table["points"]);
    for (name, rows) in table["expected"].as_object().expect("activations") {
        let function = builtin(name);
        for (&x, row) in points.iter().zip(rows.as_array().expect("rows")) {
            let wanted = numbers(row);
            for got in both(&function, wanted.len(), x) {
                for (order, (&got, &want)) in got.iter().zip(&wanted).enumerate() {
                    // One ulp of x is an error of f'(x) x ulp: what a zero of f makes of it is not ours.
                    let conditioned = want.abs() + (x * function.evaluate(order + 1, x)).abs();
                    let error = (got - want).abs();
                    let at = format!("{name}, order {order}, at {x:e}: got {got:e}, want {want:e}");
                    assert!(
                        error <= 4e-15 * conditioned + 1e-320,
                        "conditioned: {at}, {:e}",
                        error / conditioned
                    );
                    assert!(error <= 2.5e-13 * want.abs() + 1e-320, "relative: {at}");
                }
            }
        }
    }
}

#[test]
fn high_orders_do_not_cancel() {
    // The derivatives of tanh at zero are the tangent numbers, exact in f64.
    let tangent = [
        1.0,
        -2.0,
        16.0,
        -272.0,
        7936.0,
        -353792.0,
        22368256.0,
        -1903757312.0,
        209865342976.0,
    ];
    let (tanh, sigmoid) = (builtin("tanh"), builtin("sigmoid"));
    for (k, want) in tangent.into_iter().enumerate() {
        let order = 2 * k + 1;
        for value in both(&tanh, order + 2, 0.0).map(|values| (values[order], values[order + 1])) {
            assert_eq!(value, (want, 0.0), "tanh, order {order}");
        }
        // sigmoid(x) = (1 + tanh(x / 2)) / 2
        let halved = want * 0.5_f64.powi(order as i32 + 1);
        for value in both(&sigmoid, order + 2, 0.0).map(|values| (values[order], values[order + 1]))
        {
            assert_eq!(value, (halved, 0.0), "sigmoid, order {order}");
        }
    }
    // In the tail every derivative of the sigmoid is e^x.
    for got in both(&sigmoid, 14, -50.0).into_iter().flatten() {
        assert!((got / (-50.0_f64).exp() - 1.0).abs() < 1e-14, "{got:e}");
    }
}

#[test]
fn rules_of_primitives_agree_with_differences() {
    for primitive in Primitive::ALL {
        let function = Function::new(primitive.name(), Polynomial::argument().apply(primitive));
        let points = if function.evaluate(0, -1.0).is_nan() {
            [0.3, 2.2]
        } else {
            [-0.7, 1.3]
        };
        for x in points {
            let h = 1e-3;
            let value = |x| primitive.evaluate(x);
            let near = value(x + h) - value(x - h);
            let far = value(x + 2.0 * h) - value(x - 2.0 * h);
            let slope = (8.0 * near - far) / (12.0 * h);
            let got = function.evaluate(1, x);
            assert!(
                (got - slope).abs() <= 1e-9 * slope.abs().max(1.0),
                "{}' at {x}: {got} {slope}",
                primitive.name()
            );
        }
        assert!(
            primitive.evaluate(f64::NAN).is_nan(),
            "{} of NaN",
            primitive.name()
        );
        for (limit, sign) in [
            (primitive.zero_below(), -1.0),
            (primitive.zero_above(), 1.0),
        ] {
            for x in limit
                .into_iter()
                .flat_map(|limit| [limit, 2.0 * limit + 1.0, 1e300, f64::INFINITY])
            {
                assert_eq!(
                    primitive.evaluate(sign * x),
                    0.0,
                    "{} at {x:e}",
                    primitive.name()
                );
            }
        }
    }
    // True subnormal tails.
    assert_eq!(Primitive::Sigmoid.evaluate(-745.0), 5e-324);
    assert_eq!(Primitive::SigmoidSlope.evaluate(745.0), 5e-324);
    assert_eq!(Primitive::SechSquared.evaluate(-372.0), 3e-323);
    assert!((Primitive::NormalCdf.evaluate(-38.0) / 2.885428e-316 - 1.0).abs() < 1e-6);
}

fn check_oracle(file: &str) {
    let oracle = read(&format!("../../tests/oracles/{file}.json"));
    let points = numbers(&oracle["inputs"]["x"]);
    let tolerances = numbers(&oracle["tolerance"]["f64_tol_by_order"]);
    let mut checked = 0;
    for (name, rows) in oracle["expected"].as_object().expect("activations") {
        let function = builtin(name);
        for (&x, row) in points.iter().zip(rows.as_array().expect("rows")) {
            let wanted = numbers(row);
            for got in both(&function, wanted.len(), x) {
                for (order, (&got, &want)) in got.iter().zip(&wanted).enumerate() {
                    let at = format!(
                        "{file}: {name}, order {order}, at {x:e}: got {got:e}, want {want:e}"
                    );
                    let scale = if order == 0 { x.abs().max(1.0) } else { 1.0 };
                    assert!(
                        (got - want).abs() <= tolerances[order] * scale,
                        "must: {at}"
                    );
                    let accurate = match name.as_str() {
                        "gelu" | "gelu_tanh" => false,
                        "silu" => order == 0,
                        _ => true,
                    };
                    if accurate {
                        assert!(
                            (got - want).abs() <= 1e-13 * want.abs() + 1e-320,
                            "accurate: {at}"
                        );
                    }
                    checked += 1;
                }
            }
        }
    }
    assert!(
        checked >= 2 * 4 * 11 * points.len(),
        "{file}: only {checked} numbers"
    );
}

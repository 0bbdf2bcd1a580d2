//! Are infinite, huge and undefined arguments and kinks treated as they should be?

use derive_network_symbolic::functions::{Activation, Formula, Function};

use crate::formulas::{add, call, constant, custom, multiply, negate, powi, z};
use crate::{both, builtin};

#[test]
fn tails_are_limits_and_never_nan() {
    let far = [1e4, 1e300, f64::MAX, f64::INFINITY];
    for activation in Activation::ALL {
        let function = Function::builtin(activation);
        let smooth = !matches!(activation, Activation::Sin);
        for x in far.into_iter().flat_map(|x| [x, -x]).filter(|_| smooth) {
            for got in both(&function, 9, x) {
                let name = function.name();
                assert!(
                    got.iter().all(|got| !got.is_nan()),
                    "{name} at {x:e}: {got:?}"
                );
                assert!(
                    got[2..].iter().all(|&got| got == 0.0),
                    "{name} at {x:e}: {got:?}"
                );
                let one_sided = matches!(
                    activation,
                    Activation::Relu
                        | Activation::Softplus
                        | Activation::Silu
                        | Activation::Gelu
                        | Activation::GeluTanh
                );
                if one_sided {
                    let want = if x > 0.0 { [x, 1.0] } else { [0.0, 0.0] };
                    assert_eq!(got[..2], want, "{name} at {x:e}");
                }
            }
        }
        for (order, got) in both(&function, 6, f64::NAN)
            .into_iter()
            .flat_map(|got| got.into_iter().enumerate())
        {
            let constant = function.derivative_constant(order).is_some();
            assert!(
                got.is_nan() || constant,
                "{} of NaN, order {order}: {got}",
                function.name()
            );
        }
    }
}

#[test]
fn custom_tails_are_limits() {
    let weighted = custom(&multiply(powi(z(), 3), call("sigmoid", z())));
    let mish = custom(&multiply(z(), call("tanh", call("softplus", z()))));
    let bell = custom(&multiply(powi(z(), 4), call("exp", negate(powi(z(), 2)))));
    let shifted = custom(&multiply(
        z(),
        call("sigmoid", add(constant(7.0), multiply(constant(-3.0), z()))),
    ));
    for x in [1e4, 1e300, f64::INFINITY] {
        for got in both(&weighted, 6, -x)
            .into_iter()
            .chain(both(&bell, 6, x))
            .chain(both(&bell, 6, -x))
        {
            assert!(got.iter().all(|&got| got == 0.0), "at {x:e}: {got:?}");
        }
        for got in both(&weighted, 6, x) {
            assert_eq!(got[3..], [6.0, 0.0, 0.0], "at {x:e}");
        }
        for got in both(&mish, 6, -x).into_iter().chain(both(&shifted, 6, x)) {
            assert!(got.iter().all(|&got| got == 0.0), "at {x:e}: {got:?}");
        }
        for got in both(&mish, 6, x) {
            assert_eq!(got, [x, 1.0, 0.0, 0.0, 0.0, 0.0], "at {x:e}");
        }
    }
    // Bounds change nothing where the factor is not zero yet.
    for got in both(&shifted, 1, 250.0) {
        let want = 250.0 * (7.0_f64 - 750.0).exp();
        assert!((got[0] / want - 1.0).abs() < 1e-2, "{got:?} {want:e}");
    }
}

#[test]
fn kinks_are_found_where_they_are() {
    let kink = |formula: &Formula| custom(formula).kink();
    let kinked = [("relu", 2), ("leaky_relu", 2), ("elu", 3)];
    for activation in Activation::ALL {
        let want = kinked
            .iter()
            .find(|kinked| kinked.0 == activation.name())
            .map(|kinked| kinked.1);
        assert_eq!(Function::builtin(activation).kink(), want, "{activation:?}");
    }
    assert_eq!(kink(&call("abs", z())), Some(2));
    assert_eq!(kink(&multiply(z(), call("abs", z()))), Some(3));
    assert_eq!(kink(&powi(call("relu", z()), 3)), Some(4));
    assert_eq!(kink(&powi(call("abs", z()), 2)), None);
    assert_eq!(
        kink(&add(call("relu", z()), negate(call("relu", negate(z()))))),
        None
    );
    assert_eq!(
        kink(&call(
            "elu",
            add(multiply(constant(-2.0), z()), constant(3.0))
        )),
        Some(3)
    );
    assert_eq!(
        kink(&call("sigmoid", call("abs", add(z(), constant(-1.0))))),
        Some(2)
    );
    assert_eq!(kink(&call("abs", call("sin", z()))), Some(2));
    // The conventions at the kink.
    for (name, want) in [
        ("relu", [0.0, 0.0]),
        ("leaky_relu", [0.0, 0.01]),
        ("elu", [0.0, 1.0]),
    ] {
        for got in both(&builtin(name), 2, 0.0) {
            assert_eq!(got, want, "{name} at 0");
        }
    }
}

//! Does a formula mean what it says, and is it recognised as the activation that it spells?

use std::collections::HashSet;

use derive_network_symbolic::functions::{Activation, Call, Formula, Function, NotFinite};

use crate::{both, builtin};

#[test]
fn formulas_equal_the_activations_they_spell() {
    let swish = custom(&multiply(z(), call("sigmoid", z())));
    assert_eq!(swish, builtin("silu"));
    assert_eq!(swish.name(), "custom");
    assert_eq!(swish.derivative(3), builtin("silu").derivative(3));
    let unfolded = divide(z(), add(constant(1.0), call("exp", negate(z()))));
    assert_eq!(custom(&unfolded), swish);
    assert_eq!(
        custom(&call("ln", add(constant(1.0), call("exp", z())))),
        builtin("softplus")
    );
    assert_eq!(
        custom(&powi(divide(constant(2.0), z()), -1)),
        custom(&multiply(constant(0.5), z()))
    );
    assert_eq!(
        custom(&divide(powi(z(), 3), powi(z(), 2))),
        builtin("identity")
    );
    assert_eq!(
        custom(&call("identity", call("gelu_tanh", z()))),
        builtin("gelu_tanh")
    );
    let builtins = Activation::ALL.into_iter().map(Function::builtin);
    let mut all: Vec<Function> = builtins.chain([swish]).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 12);
    assert_eq!(Call::names().collect::<HashSet<_>>().len(), 20);
    assert!(Call::names().all(|name| Call::parse(name).is_some_and(|call| call.name() == name)));
    for activation in Activation::ALL {
        assert_eq!(Activation::parse(activation.type_name()), Some(activation));
    }
    assert_eq!(
        (Activation::parse("tanh"), Call::parse("Tanh")),
        (None, None)
    );
}

#[test]
fn formulas_mean_what_they_say() {
    let tan_of_root = call("tan", call("sqrt", add(powi(z(), 2), constant(1.0))));
    let mixed = divide(
        call("cos", z()),
        add(call("abs", z()), powi(call("exp_m1", z()), -2)),
    );
    for x in [-0.9_f64, 0.4, 0.8] {
        let want = (x * x + 1.0).sqrt().tan();
        let slope = (1.0 + want * want) * x / (x * x + 1.0).sqrt();
        for got in both(&custom(&tan_of_root), 2, x) {
            assert!(
                (got[0] - want).abs() <= 1e-15 * want.abs(),
                "{x}: {got:?} {want}"
            );
            assert!(
                (got[1] - slope).abs() <= 4e-15 * slope.abs(),
                "{x}: {got:?} {slope}"
            );
        }
        let want = x.cos() / (x.abs() + x.exp_m1().powi(-2));
        for got in both(&custom(&mixed), 1, x) {
            assert!(
                (got[0] - want).abs() <= 1e-15 * want.abs(),
                "{x}: {got:?} {want}"
            );
        }
    }
    for wrong in [
        divide(z(), constant(0.0)),
        call("ln", constant(-1.0)),
        constant(f64::NAN),
        powi(constant(0.0), -1),
    ] {
        assert_eq!(
            Function::custom("wrong", &wrong),
            Err(NotFinite),
            "{wrong:?}"
        );
    }
    assert_eq!(
        NotFinite.to_string(),
        "a constant in this formula is infinite or not a number"
    );
}

#[test]
fn sums_that_cancel_are_not_multiplied_out() {
    let fifth = custom(&powi(add(z(), constant(-1.0)), 5));
    let product = custom(&multiply(
        add(z(), constant(-1.0)),
        add(constant(-1.0), call("sigmoid", z())),
    ));
    for x in [1.0 + 1e-9, 1.0 - 3e-5] {
        let (d, p): (f64, f64) = (x - 1.0, 1.0 / (1.0 + (-x).exp()));
        for got in both(&fifth, 6, x) {
            let want = [
                d.powi(5),
                5.0 * d.powi(4),
                20.0 * d.powi(3),
                60.0 * d * d,
                120.0 * d,
                120.0,
            ];
            for (got, want) in got.into_iter().zip(want) {
                assert!(
                    (got - want).abs() <= 4e-16 * want.abs(),
                    "{x}: {got:e} {want:e}"
                );
            }
        }
        for got in both(&product, 1, x) {
            assert!(
                (got[0] - d * (p - 1.0)).abs() <= 1e-15 * got[0].abs(),
                "{x}: {got:?}"
            );
        }
    }
}

#[test]
fn constant_derivatives_are_known() {
    let identity = builtin("identity");
    assert!(identity.is_identity() && identity.is_linear() && identity.derivative_is_zero(2));
    assert_eq!(identity.derivative_constant(1), Some(1.0));
    let affine = custom(&add(multiply(constant(3.0), z()), constant(2.0)));
    assert!(affine.is_linear() && !affine.is_identity());
    let relu = builtin("relu");
    assert!(
        relu.derivative_is_zero(2) && !relu.is_linear() && relu.derivative_constant(1).is_none()
    );
    assert!(!builtin("tanh").derivative_is_zero(9));
    assert_eq!(
        builtin("silu").formula(2),
        "silu'' = x sigmoid_slope(x) sigmoid_skew(x) + 2 sigmoid_slope(x)"
    );
    assert_eq!(
        builtin("tanh").formula(4).split(" = ").next(),
        Some("tanh^(4)")
    );
    let gelu_tanh = builtin("gelu_tanh").formula(1);
    assert!(
        gelu_tanh.starts_with("gelu_tanh' = x u sigmoid_slope(v) + sigmoid(v), where u = 1.59"),
        "{gelu_tanh}"
    );
}

pub fn z() -> Formula {
    Formula::Argument
}

pub fn constant(value: f64) -> Formula {
    Formula::Constant(value)
}

pub fn add(a: Formula, b: Formula) -> Formula {
    Formula::Add(a.into(), b.into())
}

pub fn multiply(a: Formula, b: Formula) -> Formula {
    Formula::Multiply(a.into(), b.into())
}

fn divide(a: Formula, b: Formula) -> Formula {
    Formula::Divide(a.into(), b.into())
}

pub fn powi(a: Formula, exponent: i32) -> Formula {
    Formula::Powi(a.into(), exponent)
}

pub fn negate(a: Formula) -> Formula {
    Formula::Negate(a.into())
}

pub fn call(name: &str, a: Formula) -> Formula {
    Formula::Call(
        Call::parse(name).unwrap_or_else(|| panic!("no function {name}")),
        a.into(),
    )
}

pub fn custom(formula: &Formula) -> Function {
    Function::custom("custom", formula).expect("finite constants")
}

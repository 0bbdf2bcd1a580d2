//! Is straight-line code well formed, small, shared, and the same each time?

use std::collections::HashSet;
use std::time::{Duration, Instant};

use derive_network_symbolic::functions::{Family, Step, StraightLine, StraightLineBuilder};

use crate::builtin;

#[test]
fn code_is_small_and_deterministic() {
    let orders = [0, 1, 2, 3];
    for (name, additions, multiplications, bounds) in [
        ("sigmoid", 1, 4, 0),
        ("tanh", 1, 6, 0),
        ("softplus", 0, 1, 0),
        ("silu", 4, 9, 2),
        ("gelu", 3, 6, 2),
        ("gelu_tanh", 9, 23, 2),
        ("relu", 0, 0, 0),
        ("log_cosh2", 0, 2, 0),
    ] {
        let code = builtin(name).lower(&orders);
        check_form(&code);
        assert_eq!(code, builtin(name).lower(&orders), "{name}");
        let cost = code.cost();
        assert!(
            cost.additions <= additions && cost.multiplications <= multiplications,
            "{name}: {cost:?}\n{code}"
        );
        assert_eq!(
            (cost.bounds, cost.families.len()),
            (bounds, 1),
            "{name}: {cost:?}\n{code}"
        );
    }
    assert_eq!(
        builtin("sigmoid").lower(&[2]).cost().families,
        [Family::Logistic]
    );
    let text = builtin("gelu").lower(&[1]).to_string();
    assert_eq!(
        text,
        "s1 = at_least(x0, -39)\ns2 = at_most(s1, 39)\ns3 = normal_pdf(x0)\ns4 = normal_cdf(x0)\n\
         s5 = s2 * s3 + s4\nreturn s5\n"
    );
}

#[test]
fn growth_with_the_order_is_polynomial_and_quick() {
    let start = Instant::now();
    let steps = |order| builtin("gelu_tanh").lower(&[order]).steps.len();
    let (eighth, sixteenth) = (steps(8), steps(16));
    assert!(eighth <= 130 && sixteenth <= 600, "{eighth}, {sixteenth}");
    check_form(&builtin("gelu_tanh").lower(&[0, 1, 2, 3, 4, 5, 6, 7, 8]));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn builder_shares_folds_and_inlines() {
    let mut builder = StraightLineBuilder::new();
    let (x, y, w) = (builder.operand(0), builder.operand(1), builder.operand(2));
    assert_eq!(builder.multiply(x, y), builder.multiply(y, x));
    let (zero, one, two) = (
        builder.constant(0.0),
        builder.constant(1.0),
        builder.constant(2.0),
    );
    assert_eq!(
        (
            builder.multiply(x, one),
            builder.multiply(zero, x),
            builder.add(x, zero)
        ),
        (x, zero, x)
    );
    assert_eq!(builder.multiply_add(two, two, one), builder.constant(5.0));
    let opposite = builder.negate(y);
    assert_eq!(builder.add(x, opposite), builder.subtract(x, y));
    assert_eq!(
        builder.multiply_add(x, one, opposite),
        builder.subtract(x, y)
    );

    // Two functions of the same pre-activation share the lane function and the arithmetic.
    let z = builder.multiply_add(w, x, y);
    let silu = builder.inline(&builtin("silu").lower(&[0, 1]), &[z]);
    let again = builder.inline(&builtin("silu").lower(&[1, 0]), &[z]);
    assert_eq!((silu[0], silu[1]), (again[1], again[0]));
    let slope = builder.inline(&builtin("sigmoid").lower(&[1]), &[z]);
    let result = builder.multiply_add(silu[1], slope[0], silu[0]);
    let code = builder.finish(&[result, silu[0]]);
    check_form(&code);
    assert_eq!(code.operands(), 3);
    assert_eq!(code.cost().families, [Family::Logistic]);
    assert_eq!(
        code.steps
            .iter()
            .filter(|step| matches!(step, Step::Primitive(..)))
            .count(),
        2
    );
    let at: f64 = 0.7 * 0.3 - 0.2;
    let (silu, sigmoid) = (builtin("silu"), builtin("sigmoid"));
    let want = silu.evaluate(1, at) * sigmoid.evaluate(1, at) + silu.evaluate(0, at);
    let got = code.evaluate(&[0.3, -0.2, 0.7]);
    assert!(
        (got[0] - want).abs() < 1e-16 && (got[1] - silu.evaluate(0, at)).abs() < 1e-16,
        "{got:?} {want}"
    );
}

/// The steps are in order, different and needed.
fn check_form(code: &StraightLine) {
    let mut needed: HashSet<usize> = code.results.iter().copied().collect();
    for (id, step) in code.steps.iter().enumerate() {
        assert!(step.arguments().all(|argument| argument < id), "{code}");
        needed.extend(step.arguments());
    }
    assert_eq!(needed.len(), code.steps.len(), "{code}");
    assert_eq!(
        code.steps.iter().collect::<HashSet<_>>().len(),
        code.steps.len(),
        "{code}"
    );
}

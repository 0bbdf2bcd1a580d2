//! Do functions and losses of a definition, lowered and interpreted, give the 25-digit reference values?

#[path = "support/oracles.rs"]
mod oracles;

use derive_network_compiler::lower::{Lowered, lower_definition};
use derive_network_symbolic::interpret::interpret;
use derive_network_symbolic::ir::{NodeId, Output};
use oracles::{Oracle, number, numbers};

/// Attribute and fields, lowered.
fn lowered(attribute: &str, fields: &str) -> Lowered {
    let item = format!("struct Network {{ {fields} }}");
    let model = derive_network_compiler::model(attribute.parse().unwrap(), item.parse().unwrap());
    lower_definition(&model.unwrap_or_else(|mistakes| panic!("{}", mistakes[0].text())))
}

/// What nodes give at a point: for each its entries.
fn values(
    lowered: &Lowered,
    nodes: &[NodeId],
    inputs: &[Vec<f64>],
    parameters: &[f64],
) -> Vec<Vec<f64>> {
    let mut program = lowered.program.clone();
    let outputs = nodes.iter().map(|node| Output {
        name: String::new(),
        node: *node,
    });
    program.outputs = outputs.collect();
    program.verify().unwrap();
    let tensors = interpret(&program, inputs, parameters);
    tensors.into_iter().map(|tensor| tensor.entries).collect()
}

/// Compares functions, in order, with the tensors of these names.
fn check_functions(oracle: &Oracle, lowered: &Lowered, tensors: &[&str], parameters: &[f64]) {
    assert_eq!(lowered.functions.len(), tensors.len());
    let mut worst: f64 = 0.0;
    for (point, x) in oracle.points().iter().enumerate() {
        let found = values(
            lowered,
            &lowered.functions,
            std::slice::from_ref(x),
            parameters,
        );
        for (tensor, found) in tensors.iter().zip(found) {
            let expected = oracle.expected(tensor, "f64");
            for (found, wanted) in found.iter().zip(&expected.points[point]) {
                let error = (found - wanted).abs();
                worst = worst.max(error / expected.scale[point]);
                assert!(
                    error <= expected.permitted[point],
                    "{tensor}: {found}, expected {wanted}"
                );
            }
        }
    }
    println!("{}: worst relative error {worst:.1e}", oracle.case);
}

const CHAIN: &str = "hidden: [Dense<16, Tanh>; 2], output: Dense<1>";

#[test]
fn the_residual_of_burgers_equation_and_its_loss() {
    let oracle = Oracle::read("s5_burgers_2_16_16_1_tanh");
    let lowered = lowered(
        "input(x, t), output(u), loss(physics = sum_square(residual)), define = { \
             let whole = u; let u_x = d(u, x); let u_xx = d(u_x, x); let u_t = d(u, t); \
             let residual = d(u, t) + u * d(u, x) - nu * d(u, x, x); \
         }",
        &format!("{CHAIN}, #[frozen] nu: Parameter"),
    );
    let mut parameters = oracle.parameters();
    parameters.push(number(oracle.at("/parameters/nu")));
    let tensors = ["u", "u_x", "u_xx", "u_t", "residual"];
    check_functions(&oracle, &lowered, &tensors, &parameters);
    let density = lowered.losses[0].sum_part.unwrap();
    let points = oracle.points().into_iter();
    let loss = points.map(|x| values(&lowered, &[density], &[x], &parameters)[0][0]);
    let expected = number(oracle.at("/expected/loss_sum_r2"));
    let error = (loss.sum::<f64>() - expected).abs() / expected;
    assert!(error < 1e-14, "{error}");
}

#[test]
fn mixed_derivatives_up_to_order_four() {
    let oracle = Oracle::read("s5_high_derivatives_2_16_16_1_tanh");
    let orders = (1..5).flat_map(|order| (0..=order).map(move |first| (first, order - first)));
    let orders: Vec<(usize, usize)> = orders.collect();
    let functions = orders.iter().map(|(first, second)| {
        // Alternately, so that derivatives in other orders than that of the entries are among them.
        let mut variables = Vec::new();
        for place in 0..*first.max(second) {
            variables.extend((place < *second).then_some("x[1]"));
            variables.extend((place < *first).then_some("x[0]"));
        }
        format!("let f{first}{second} = d(u, {});", variables.join(", "))
    });
    let attribute = format!(
        "input(x: 2), output(u), define = {{ {} }}",
        functions.collect::<String>()
    );
    let lowered = lowered(&attribute, CHAIN);
    let tensors = orders
        .iter()
        .map(|(first, second)| format!("partials/{first},{second}"));
    let tensors: Vec<String> = tensors.collect();
    let tensors: Vec<&str> = tensors.iter().map(String::as_str).collect();
    check_functions(&oracle, &lowered, &tensors, &oracle.parameters());
}

#[test]
fn the_biharmonic() {
    let oracle = Oracle::read("s5_biharmonic_3_12_12_1_softplus");
    let lowered = lowered(
        "input(x: 2, y), output(u), define = { \
             let whole = u; let flow = laplacian(u, x, y); let twice = laplacian(flow, x, y); \
         }",
        "hidden: [Dense<12, Softplus>; 2], output: Dense<1>",
    );
    let tensors = ["value", "laplacian", "biharmonic"];
    check_functions(&oracle, &lowered, &tensors, &oracle.parameters());
}

#[test]
fn the_mean_squared_error_of_samples() {
    let oracle = Oracle::read("s5_mse_hessian_2_6_1");
    let lowered = lowered(
        "input(x: 2), output(y), given(target: 1), loss(fit = mse(y, target))",
        "hidden: Dense<6, Tanh>, output: Dense<1>",
    );
    let rows = |path: &str| -> Vec<Vec<f64>> {
        let rows = oracle.at(path).as_array().unwrap().iter();
        rows.map(numbers).collect()
    };
    let (points, targets) = (rows("/inputs/x"), rows("/inputs/target"));
    let parameters = oracle.parameters();
    let density = lowered.losses[0].mean_part.unwrap();
    assert!(lowered.losses[0].sum_part.is_none());
    let samples = points.into_iter().zip(targets);
    let losses =
        samples.map(|(x, target)| values(&lowered, &[density], &[x, target], &parameters)[0][0]);
    let losses: Vec<f64> = losses.collect();
    let found = losses.iter().sum::<f64>() / losses.len() as f64;
    let expected = number(oracle.at("/expected/loss"));
    assert!(
        (found - expected).abs() < 1e-14 * expected,
        "{found} {expected}"
    );
}

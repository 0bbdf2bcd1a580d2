//! The second notebook, one hidden layer and its parameter Jacobian: `cargo run --release --example notebook_002`.
//!
//! N(x) = Σ v_h a(w_h x + u_h), H = 2, at x = 0, 0.5 and 1. Differential equations need more than the notebook computes: the
//! derivatives of dN/dx and d²N/dx² in the parameters, with a hidden layer that is not linear.

#[path = "support/notebook.rs"]
mod notebook;

use derive_network::prelude::*;
use notebook::{Reference, Table, remark};
use std::error::Error;

type Points = Vec<SVector<f64, 1>>;

macro_rules! network {
    ($name:ident $activation:ident $case:literal) => {
        #[derive_network(
                                            input(x), output(n),
                                            define = {
                                                let n_x = d(n, x);
                                                let n_xx = d(n, x, x);
                                            },
                                            derive(
                                                intermediates, parameter_jacobian,
                                                n_x(parameter_jacobian), n_xx(parameter_jacobian),
                                            ),
                                        )]
        struct $name {
            hidden: Dense<2, $activation>,
            #[layer(bias = false)]
            output: Dense<1>,
        }

        impl $name {
            const CASE: &'static str = include_str!(concat!("../tests/oracles/", $case, ".json"));

            fn read() -> Result<(Self, Points, Reference), Box<dyn Error>> {
                let reference = Reference::parse(Self::CASE)?;
                let parameters =
                    ["w", "u", "v"].map(|name| reference.numbers(&format!("/parameters/{name}")));
                let network = Self::from_parameters(&parameters.concat())?;
                let points = reference
                    .numbers("/inputs/x")
                    .into_iter()
                    .map(|x| vector![x]);
                Ok((network, points.collect(), reference))
            }

            /// The lines of N, dN/dx and d²N/dx² and of their parameter Jacobians.
            fn compare(printed: [&str; 4]) -> Result<f64, Box<dyn Error>> {
                let (network, points, reference) = Self::read()?;
                let mut table = Table::new(16);
                let hidden: Vec<f64> = points
                    .iter()
                    .flat_map(|x| network.intermediates(x).hidden.a.data.0[0])
                    .collect();
                table.row(
                    "a(w x + u)",
                    printed[0],
                    &hidden,
                    &reference.expected("hidden_output"),
                );
                let values = |call: &dyn Fn(&SVector<f64, 1>) -> f64| -> Vec<f64> {
                    points.iter().map(call).collect()
                };
                table.row(
                    "N",
                    printed[1],
                    &values(&|x| network.value(x)),
                    &reference.expected("N"),
                );
                table.row(
                    "dN/dx",
                    "",
                    &values(&|x| network.n_x(x)),
                    &reference.expected("dN_dx"),
                );
                table.row(
                    "d²N/dx²",
                    "",
                    &values(&|x| network.n_xx(x)),
                    &reference.expected("d2N_dx2"),
                );
                let mut jacobian = vec![0.0; points.len() * Self::PARAMETERS];
                network.parameter_jacobian(&points, &mut jacobian)?;
                rows(
                    &mut table,
                    "N",
                    [printed[2], printed[3], ""],
                    &jacobian,
                    &reference,
                );
                network.n_x_parameter_jacobian(&points, &mut jacobian)?;
                rows(&mut table, "dN/dx", [""; 3], &jacobian, &reference);
                network.n_xx_parameter_jacobian(&points, &mut jacobian)?;
                rows(&mut table, "d²N/dx²", [""; 3], &jacobian, &reference);
                Ok(table.worst())
            }
        }
    };
}

network!(LinearNetwork Identity "s2_linear_h2");
network!(SigmoidNetwork Sigmoid "s2_sigmoid_h2");
network!(TanhNetwork Tanh "s2_tanh_h2");

fn main() -> Result<(), Box<dyn Error>> {
    println!("Three points, six parameters, one entry a line: ∂/∂w, ∂/∂u, ∂/∂v of each sample\n");
    println!("linear, as the notebook ran it");
    let mut worst =
        LinearNetwork::compare(["-0.01133743", "0.00661098", "0.00617105", "0.0123421"])?;
    remark("the notebook's print ends before ∂N/∂v; it equals the output of the hidden layer");
    remark(
        "a linear hidden layer has d²N/dx² = 0 and hides every mistake in it; sigmoid and tanh below do not",
    );
    println!("\nsigmoid, which the notebook has in a comment");
    worst = worst.max(SigmoidNetwork::compare([""; 4])?);
    println!("\ntanh");
    worst = worst.max(TanhNetwork::compare([""; 4])?);
    println!("\nworst relative difference of any tensor: {worst:.1e}");
    Ok(())
}

/// The lines of one parameter Jacobian, which is column-major: rows are points.
fn rows(
    table: &mut Table,
    quantity: &str,
    printed: [&str; 3],
    jacobian: &[f64],
    reference: &Reference,
) {
    let key = match quantity {
        "N" => "N",
        "dN/dx" => "dN_dx",
        _ => "d2N_dx2",
    };
    let points = jacobian.len() / 6;
    for ((parameter, range), printed) in [("w", 0..2), ("u", 2..4), ("v", 4..6)]
        .into_iter()
        .zip(printed)
    {
        let of_point = |point: usize| {
            range
                .clone()
                .map(move |column| jacobian[column * points + point])
        };
        let found: Vec<f64> = (0..points).flat_map(of_point).collect();
        let reference = reference.expected(&format!("pjac_{key}/{parameter}"));
        table.row(
            &format!("∂{quantity}/∂{parameter}"),
            printed,
            &found,
            &reference,
        );
    }
}

//! Compiled networks beside dual numbers: a network behind its face goes in, its Hessian is compared.

use derive_network::nalgebra::{DVector, Dyn};
use num_dual::{Dual2Vec64, hessian};

use crate::face::{Face, Form};
use crate::interpreted::{model, parameters, tolerance};
use crate::plain::chain;
use crate::random::Random;

/// The definition's numbers by dual numbers: neither our calculus nor our interpreter.
pub fn check_with_dual_numbers<N: Face>() {
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
                let parameters: Vec<_> = parameters.iter().map(|number| (*number).into()).collect();
                chain(&network, &parameters, x.iter().cloned().collect())[output].clone()
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

//! The Hessian by dual numbers of static size.

use nalgebra::{SMatrix, SVector};
use num_dual::{Dual2SVec64, DualNum};

use super::WIDTHS;

pub fn hessian(
    parameters: &[f64],
    x: &SVector<f64, 2>,
) -> (f64, SVector<f64, 2>, SMatrix<f64, 2, 2>) {
    num_dual::hessian(|x| value(parameters, x), x)
}

fn value(parameters: &[f64], x: SVector<Dual2SVec64<2>, 2>) -> Dual2SVec64<2> {
    let mut state: Vec<Dual2SVec64<2>> = x.iter().copied().collect();
    let mut start = 0;
    for layer in WIDTHS.windows(2) {
        let (inputs, outputs) = (layer[0], layer[1]);
        let bias = start + inputs * outputs;
        let neuron = |o: usize| {
            let mut sum = Dual2SVec64::<2>::from(parameters[bias + o]);
            for (i, entry) in state.iter().enumerate() {
                sum += *entry * parameters[start + i * outputs + o];
            }
            ((-sum).exp() + 1.0).recip()
        };
        state = (0..outputs).map(neuron).collect();
        start = bias + outputs;
    }
    state[0]
}

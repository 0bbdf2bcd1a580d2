//! The chained layer recursion with matrices of dynamic size, as the notebook writes it.

use nalgebra::{DMatrix, DVector, SVector};

use super::WIDTHS;

pub fn hessian(parameters: &[f64], x: &SVector<f64, 2>) -> (f64, DVector<f64>, DMatrix<f64>) {
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let mut state = DVector::from_column_slice(x.as_slice());
    let mut layers = Vec::new();
    let mut start = 0;
    for layer in WIDTHS.windows(2) {
        let (inputs, outputs) = (layer[0], layer[1]);
        let weight = DMatrix::from_column_slice(
            outputs,
            inputs,
            &parameters[start..start + inputs * outputs],
        );
        start += inputs * outputs;
        let bias = DVector::from_column_slice(&parameters[start..start + outputs]);
        start += outputs;
        state = (&weight * state + bias).map(sigmoid);
        layers.push((weight, state.clone()));
    }
    let mut delta = DVector::from_element(1, 1.0);
    let mut theta = DMatrix::zeros(1, 1);
    for (weight, a) in layers.iter().rev() {
        let first = a.map(|a| a * (1.0 - a));
        let second = a.map(|a| a * (1.0 - a) * (1.0 - 2.0 * a));
        let slope = DMatrix::from_diagonal(&first);
        let inner = DMatrix::from_diagonal(&delta.component_mul(&second)) + &slope * theta * &slope;
        theta = weight.transpose() * inner * weight;
        delta = weight.transpose() * first.component_mul(&delta);
    }
    (state[0], delta, theta)
}

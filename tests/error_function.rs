//! Does erf in activations, functions and losses give what dual numbers give?

use derive_network::prelude::*;
use derive_network::{Lanes, with_lanes};
use num_dual::{
    Dual2SVec64, DualNum, DualSVec64, HyperHyperDual64, gradient, hessian,
    third_partial_derivative_vec,
};

#[derive_network(
    input(x: 2), output(u),
    activation(Fold = |z| z * erf(z), Step = |z| 0.5 + 0.5 * erf(3.0 * z - 1.0)),
    define = { let squashed = erf(d(u, x[0])) + x[1] * d(u, x[0], x[1]); },
    loss(miss = mean_square(erf(u) - x[0])),
    derive(hessian, squashed(gradient)),
)]
#[derive(Clone)]
struct Network {
    hidden: Dense<3, Fold>,
    second: Dense<2, Step>,
    output: Dense<1>,
}

const P: usize = Network::PARAMETERS;

/// Taylor's polynomial of degree three: no dual number below carries more derivatives. erf x is 2/sqrt(π) e^(-x²) times
/// x + 2x³/3 + 4x⁵/(3 5) + .., whose terms are of one sign.
fn erf<D: DualNum<f64> + Copy>(v: D) -> D {
    let x = v.re();
    let (mut term, mut sum) = (x, x);
    for k in 1..200 {
        term *= 2.0 * x * x / (2 * k + 1) as f64;
        sum += term;
    }
    let slope = std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp();
    let step = v - x;
    let rise = step - step * step * x + step * step * step * ((2.0 * x * x - 1.0) / 3.0);
    let value = if x.abs() < 6.0 {
        sum * slope
    } else {
        x.signum()
    };
    rise * slope + value
}

/// The network as it is defined: weights column by column, then the bias.
fn value<D: DualNum<f64> + Copy>(parameters: &[D], x: [D; 2]) -> D {
    let layer = |parameters: &[D], x: &[D], outputs: usize| -> Vec<D> {
        let bias = &parameters[outputs * x.len()..];
        let sum = |row: usize| {
            let terms = x.iter().enumerate();
            terms.fold(bias[row], |sum, (column, x)| {
                sum + parameters[column * outputs + row] * *x
            })
        };
        (0..outputs).map(sum).collect()
    };
    let fold = |z: D| z * erf(z);
    let step = |z: D| erf(z * 3.0 - 1.0) * 0.5 + 0.5;
    let hidden: Vec<D> = layer(&parameters[..9], &x, 3)
        .into_iter()
        .map(fold)
        .collect();
    let second = layer(&parameters[9..17], &hidden, 2);
    let second: Vec<D> = second.into_iter().map(step).collect();
    layer(&parameters[17..], &second, 1)[0]
}

fn parameters() -> [f64; P] {
    std::array::from_fn(|k| (1.7 * k as f64 + 0.3).sin())
}

fn points() -> Vec<SVector<f64, 2>> {
    (0..11)
        .map(|k| vector![(0.9 * k as f64).cos(), 1.3 * (0.4 * k as f64).sin()])
        .collect()
}

fn close(found: &[f64], wanted: &[f64], lanes: Lanes) {
    assert_eq!(found.len(), wanted.len());
    let largest = wanted.iter().fold(0.0_f64, |most, w| most.max(w.abs()));
    for (found, wanted) in found.iter().zip(wanted) {
        let error = (found - wanted).abs();
        assert!(error <= 1e-13 * largest, "{found} on {lanes}, not {wanted}");
    }
}

#[test]
fn value_gradient_and_hessian() {
    let (parameters, points) = (parameters(), points());
    let network = Network::from_parameters(&parameters).unwrap();
    let (mut values, mut gradients, mut hessians) = (
        vec![0.0; points.len()],
        vec![SVector::zeros(); points.len()],
        vec![SMatrix::zeros(); points.len()],
    );
    for lanes in Lanes::available() {
        with_lanes(lanes, || {
            network.hessian_batch(&points, &mut values, &mut gradients, &mut hessians)
        })
        .unwrap();
        for (k, x) in points.iter().enumerate() {
            let (u, slope, curvature) = hessian(
                |x: SVector<Dual2SVec64<2>, 2>| value(&parameters.map(Into::into), x.into()),
                x,
            );
            close(&[values[k]], &[u], lanes);
            close(gradients[k].as_slice(), slope.as_slice(), lanes);
            close(hessians[k].as_slice(), curvature.as_slice(), lanes);
        }
    }
}

#[test]
fn a_function_of_derivatives_and_its_gradient() {
    let (parameters, points) = (parameters(), points());
    let network = Network::from_parameters(&parameters).unwrap();
    for lanes in Lanes::available() {
        for x in &points {
            let third = |i| {
                let u = |x: &[HyperHyperDual64]| value(&parameters.map(Into::into), [x[0], x[1]]);
                third_partial_derivative_vec(u, x.as_slice(), 0, 1, i)
            };
            // u, u_x, u_y, u_i, u_xy, u_xi, u_yi, u_xyi.
            let ((_, slope, _, _, mixed, along, _, by_first), (.., across, _, by_second)) =
                (third(0), third(1));
            let steepness = std::f64::consts::FRAC_2_SQRT_PI * (-slope * slope).exp();
            let wanted = [
                steepness * along + x[1] * by_first,
                steepness * across + mixed + x[1] * by_second,
            ];
            let (found, gradient) = with_lanes(lanes, || network.squashed_gradient(x));
            close(&[found], &[erf(slope) + x[1] * mixed], lanes);
            close(gradient.as_slice(), &wanted, lanes);
        }
    }
}

#[test]
fn a_loss_and_its_gradient_in_the_parameters() {
    let (parameters, points) = (parameters(), points());
    let network = Network::from_parameters(&parameters).unwrap();
    let loss = |parameters: SVector<DualSVec64<P>, P>| {
        let miss = |x: &SVector<f64, 2>| {
            erf(value(parameters.as_slice(), [x[0].into(), x[1].into()])) - x[0]
        };
        let squares = points.iter().map(|x| miss(x).powi(2));
        squares.fold(DualSVec64::from(0.0), |sum, square| sum + square) / points.len() as f64
    };
    let (wanted, slope) = gradient(loss, &SVector::from(parameters));
    for lanes in Lanes::available() {
        let mut found = [f64::NAN; P];
        let loss = with_lanes(lanes, || network.miss_gradient(&points, &mut found)).unwrap();
        close(&[loss], &[wanted], lanes);
        close(&found, slope.as_slice(), lanes);
    }
}

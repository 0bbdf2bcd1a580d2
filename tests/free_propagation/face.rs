//! A graph behind its public face: points and flat parameters go in, plain numbers come out.

use derive_network::nalgebra::{SVector, Scalar};

/// A network of one graph, with the loss `total`, the sum of its outputs.
pub trait Propagation: Sized {
    fn with(parameters: &[f64]) -> Self;
    /// The outputs at each point.
    fn values(&self, points: &[Vec<f64>]) -> Vec<Vec<f64>>;
    /// The gradient of the sum of all outputs over all points in the parameters.
    fn gradient(&self, points: &[Vec<f64>]) -> Vec<f64>;
}

/// The same gradient, computed otherwise.
pub trait InParameters: Propagation {
    /// Of the points one by one.
    fn pulled_back(&self, points: &[Vec<f64>]) -> Vec<f64>;
    /// By rows of the parameter Jacobian.
    fn by_jacobian(&self, points: &[Vec<f64>]) -> Vec<f64>;
}

/// What one call for Hessians in the inputs gives.
pub trait Curvature: Propagation {
    /// For each point, for each output, a row; and a matrix.
    fn hessian(&self, points: &[Vec<f64>]) -> [Vec<f64>; 2];
}

/// The other derivatives in the inputs.
pub trait InInputs: Curvature {
    /// For each point, for each output, a row.
    fn jacobian(&self, points: &[Vec<f64>]) -> Vec<f64>;
    /// For each point, for each output, a number.
    fn laplacian(&self, points: &[Vec<f64>]) -> Vec<f64>;
}

macro_rules! propagation {
    ($name:ident $scalar:ident $inputs:literal ($($derive:tt)*) ($($graph:tt)*)) => {
        #[derive_network(
            input(x: $inputs), output(y), scalar = $scalar, loss(total = sum(y)), derive($($derive)*),
        )]
        pub struct $name {
            #[graph($($graph)*)]
            net: Graph,
        }

        impl $crate::face::Propagation for $name {
            fn with(parameters: &[f64]) -> Self {
                let parameters: Vec<$scalar> = parameters.iter().map(|entry| *entry as $scalar).collect();
                Self::from_parameters(&parameters).unwrap()
            }

            fn values(&self, points: &[Vec<f64>]) -> Vec<Vec<f64>> {
                let points = $crate::face::vectors(points);
                let mut values = vec![SVector::zeros(); points.len()];
                self.value_batch(&points, &mut values).unwrap();
                for (point, value) in points.iter().zip(&values) {
                    let single = self.value(point);
                    assert!((single - value).amax() <= 8.0 * $scalar::EPSILON * value.amax());
                }
                values.iter().map(|value| value.iter().map(|entry| f64::from(*entry)).collect()).collect()
            }

            fn gradient(&self, points: &[Vec<f64>]) -> Vec<f64> {
                let mut gradient = vec![$scalar::NAN; Self::PARAMETERS];
                self.total_gradient(&$crate::face::vectors(points), &mut gradient).unwrap();
                gradient.iter().map(|entry| f64::from(*entry)).collect()
            }
        }
    };
}

macro_rules! in_parameters {
    ($($name:ident)+) => {$(
        impl $crate::face::InParameters for $name {
            fn pulled_back(&self, points: &[Vec<f64>]) -> Vec<f64> {
                let mut sum = vec![0.0; Self::PARAMETERS];
                for point in $crate::face::vectors(points) {
                    self.pullback(&point, &SVector::repeat(1.0), &mut sum).unwrap();
                }
                sum
            }

            fn by_jacobian(&self, points: &[Vec<f64>]) -> Vec<f64> {
                let rows = points.len() * Self::OUTPUTS;
                let mut jacobian = vec![f64::NAN; rows * Self::PARAMETERS];
                let points = $crate::face::vectors(points);
                self.parameter_jacobian(&points, &mut jacobian).unwrap();
                jacobian.chunks(rows).map(|column| column.iter().sum()).collect()
            }
        }
    )+};
}

macro_rules! curvature {
    ($($name:ident)+) => {$(
        impl $crate::face::Curvature for $name {
            fn hessian(&self, points: &[Vec<f64>]) -> [Vec<f64>; 2] {
                let [mut rows, mut matrices] = [Vec::new(), Vec::new()];
                for point in $crate::face::vectors(points) {
                    let (_, jacobian, hessians) = $name::hessian(self, &point);
                    rows.extend(jacobian.transpose().iter());
                    matrices.extend(hessians.iter().flat_map(|hessian| hessian.iter()));
                }
                [rows, matrices]
            }
        }
    )+};
}

macro_rules! in_inputs {
    ($name:ident) => {
        impl $crate::face::InInputs for $name {
            fn jacobian(&self, points: &[Vec<f64>]) -> Vec<f64> {
                let mut rows = Vec::new();
                for point in $crate::face::vectors(points) {
                    rows.extend($name::jacobian(self, &point).1.transpose().iter());
                }
                rows
            }

            fn laplacian(&self, points: &[Vec<f64>]) -> Vec<f64> {
                let mut numbers = Vec::new();
                for point in $crate::face::vectors(points) {
                    numbers.extend($name::laplacian(self, &point).2.iter());
                }
                numbers
            }
        }
    };
}

/// Points as vectors of a static length.
pub fn vectors<T: Narrowed, const N: usize>(points: &[Vec<f64>]) -> Vec<SVector<T, N>> {
    let vector = |point: &Vec<f64>| SVector::from_iterator(point.iter().map(|x| T::narrow(*x)));
    points.iter().map(vector).collect()
}

/// A scalar that double precision is rounded to.
pub trait Narrowed: Scalar {
    fn narrow(number: f64) -> Self;
}

impl Narrowed for f32 {
    fn narrow(number: f64) -> Self {
        number as f32
    }
}

impl Narrowed for f64 {
    fn narrow(number: f64) -> Self {
        number
    }
}

pub(crate) use {curvature, in_inputs, in_parameters, propagation};

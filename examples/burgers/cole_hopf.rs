//! The exact solution of Burgers' equation, by the transformation of Cole and Hopf and a Gauss-Hermite rule.
//!
//! With u(x, 0) = -sin(πx) the solution is a quotient of two Gaussian integrals (Basdevant et al., *Spectral and finite
//! difference solutions of the Burgers equation*, Computers & Fluids 14, 1986):
//!
//! ```text
//! u(x, t) = - ∫ sin(π(x - η)) g(η) dη / ∫ g(η) dη ,   g(η) = exp(-cos(π(x - η)) / 2πν - η² / 4νt)
//! ```
//!
//! With η = 2√(νt) z the weight of the rule is e^(-z²). Near the shock g has its maxima where that weight is 1e-18 and less,
//! and grows by e^100 beside it. So the rule's weights are kept as w e^(z²), which are all near 0.1, and exponents
//! are shifted by the largest one before they are taken.

use nalgebra::{DMatrix, SymmetricEigen};
use std::f64::consts::PI;

/// A Gauss-Hermite rule, and ν.
pub struct ColeHopf {
    viscosity: f64,
    /// Nodes z, and logarithms of the weights without e^(-z²).
    rule: Vec<(f64, f64)>,
}

impl ColeHopf {
    /// The solution for this viscosity, by a rule of so many nodes.
    pub fn new(viscosity: f64, nodes: usize) -> Self {
        Self {
            viscosity,
            rule: gauss_hermite(nodes),
        }
    }

    /// u(x, t) for t > 0.
    pub fn at(&self, x: f64, t: f64) -> f64 {
        let width = 2.0 * (self.viscosity * t).sqrt();
        let terms: Vec<(f64, f64)> = self
            .rule
            .iter()
            .map(|&(z, log_weight)| {
                let y = PI * (x - width * z);
                let exponent = log_weight - z * z - y.cos() / (2.0 * PI * self.viscosity);
                (exponent, y.sin())
            })
            .collect();
        let largest = terms
            .iter()
            .fold(f64::NEG_INFINITY, |largest, (exponent, _)| {
                largest.max(*exponent)
            });
        let (mut above, mut below) = (0.0, 0.0);
        for (exponent, sine) in terms {
            let weight = (exponent - largest).exp();
            above += sine * weight;
            below += weight;
        }
        -above / below
    }
}

/// Nodes z of the Gauss-Hermite rule, and ln(w e^(z²)) = -ln(n ψ(z)²) with ψ the Hermite function of order n - 1.
///
/// The nodes are eigenvalues of the Jacobi matrix (Golub and Welsch), mended by a step of Newton's method.
fn gauss_hermite(count: usize) -> Vec<(f64, f64)> {
    let mut jacobi = DMatrix::zeros(count, count);
    for order in 1..count {
        let entry = (order as f64 / 2.0).sqrt();
        jacobi[(order, order - 1)] = entry;
        jacobi[(order - 1, order)] = entry;
    }
    let mut nodes = SymmetricEigen::new(jacobi).eigenvalues.as_slice().to_vec();
    nodes.sort_by(f64::total_cmp);
    let scale = (2.0 * count as f64).sqrt();
    nodes
        .into_iter()
        .map(|node| {
            let [before, last] = hermite_functions(count, node);
            // At a zero of ψ_n its derivative is √(2n) ψ_(n-1).
            let node = node - last / (scale * before);
            let [before, _] = hermite_functions(count, node);
            (node, -(count as f64 * before * before).ln())
        })
        .collect()
}

/// The orthonormal Hermite functions of orders n - 1 and n: polynomials times e^(-z²/2), which neither over- nor underflow.
fn hermite_functions(order: usize, z: f64) -> [f64; 2] {
    let mut before = 0.0;
    let mut last = PI.powf(-0.25) * (-0.5 * z * z).exp();
    for k in 1..=order {
        let k = k as f64;
        let next = (2.0 / k).sqrt() * z * last - ((k - 1.0) / k).sqrt() * before;
        (before, last) = (last, next);
    }
    [before, last]
}

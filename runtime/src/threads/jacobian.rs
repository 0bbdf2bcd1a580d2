//! Rows of a Jacobian by chunks of points: written to the matrix, or multiplied with each other and dropped.

use crate::kernels::{Panels, mirror, sum_of_squares};
use crate::lanes::Real;

use super::chunks::Chunks;
#[cfg(feature = "rayon")]
use super::chunks::points_of_chunk;
use super::over_points::{OverPoints, Scratch, run};
use super::slices::Slices;
#[cfg(feature = "rayon")]
use super::{pool, split};

/// Points whose rows are multiplied at once: they stay in a near cache.
pub(super) const POINTS: usize = 64;

/// Writes the Jacobian, column-major with `width` rows for each point. The kernel writes rows, and, if there is room for them, residuals.
#[cfg_attr(
    not(feature = "rayon"),
    expect(unused_variables, reason = "only chunks ask for the width")
)]
#[inline]
pub fn jacobian<K: OverPoints<2>>(
    kernel: &K,
    scratch: Scratch<'_, K::Scalar>,
    slices: K::Slices,
    width: usize,
    jacobian: &mut [K::Scalar],
) {
    #[cfg(feature = "rayon")]
    if slices.points() > points_of_chunk(K::FLOPS, 0) && pool::is_parallel() {
        return split::jacobian(kernel, scratch.len(), slices, width, jacobian);
    }
    run(kernel, scratch, slices, [jacobian, &mut []], false);
}

/// Rows of some points, and their residuals.
pub(super) struct Rows<T> {
    jacobian: Vec<T>,
    pub panels: Panels<T>,
    pub residuals: Vec<T>,
}

impl<T: Real> Rows<T> {
    pub const fn new() -> Self {
        Rows {
            jacobian: Vec::new(),
            panels: Panels::empty(),
            residuals: Vec::new(),
        }
    }

    pub fn fill<K: OverPoints<2, Scalar = T>>(
        &mut self,
        kernel: &K,
        scratch: Scratch<'_, T>,
        points: K::Slices,
        [width, columns]: [usize; 2],
    ) {
        let rows = points.points() * width;
        self.jacobian.resize(rows * columns, T::ZERO);
        self.residuals.resize(rows, T::ZERO);
        run(
            kernel,
            scratch,
            points,
            [&mut self.jacobian, &mut self.residuals],
            false,
        );
        self.panels.fill(&self.jacobian, rows);
    }
}

/// Gauss-Newton's products: writes `Jᵀr` and `JᵀJ`, returns `rᵀr`. There are `width` rows for each point; the kernel writes rows
/// and residuals.
pub fn gauss_newton<K: OverPoints<2>>(
    kernel: &K,
    scratch: Scratch<'_, K::Scalar>,
    slices: K::Slices,
    width: usize,
    projections: &mut [K::Scalar],
    squares: &mut [K::Scalar],
) -> K::Scalar {
    projections.fill(K::Scalar::ZERO);
    squares.fill(K::Scalar::ZERO);
    let sum = add_products(kernel, scratch, slices, width, projections, squares);
    mirror(squares, projections.len());
    sum
}

/// Adds the products down to the diagonal.
fn add_products<K: OverPoints<2>>(
    kernel: &K,
    scratch: Scratch<'_, K::Scalar>,
    slices: K::Slices,
    width: usize,
    projections: &mut [K::Scalar],
    squares: &mut [K::Scalar],
) -> K::Scalar {
    let sizes = [width, projections.len()];
    #[cfg(feature = "rayon")]
    {
        let operations = K::FLOPS.saturating_add(width * projections.len().pow(2));
        if slices.points() > points_of_chunk(operations, 0) && pool::is_parallel() {
            let blocks = Chunks::of(slices, POINTS);
            return split::add_products(kernel, scratch.len(), blocks, sizes, projections, squares);
        }
    }
    let mut rows = Rows::new();
    let mut sum = K::Scalar::ZERO;
    for points in Chunks::of(slices, POINTS) {
        rows.fill(kernel, &mut *scratch, points, sizes);
        let residuals = &rows.residuals;
        rows.panels
            .accumulate_gram(residuals, 0, projections, squares);
        sum += sum_of_squares(&rows.residuals);
    }
    sum
}

//! Rows of a Jacobian by chunks of points: written to the matrix, or multiplied with each other and dropped.

use crate::kernels::{Entries, accumulate_gram, mirror, sum_of_squares};
use crate::lanes::Real;

use super::chunks::Chunks;
#[cfg(feature = "rayon")]
use super::chunks::points_of_chunk;
use super::over_points::{OverPoints, Scratch, run};
#[cfg(feature = "rayon")]
use super::pool::{self, Own};
use super::slices::Slices;

/// Points whose rows are multiplied at once: they stay in a near cache.
const POINTS: usize = 64;
/// Columns of the products that are a task: enough that rows are loaded for many of them.
#[cfg(feature = "rayon")]
const COLUMNS: usize = 32;
/// Bytes of rows that are multiplied at once: each task goes over all of them, so they stay in a cache.
#[cfg(feature = "rayon")]
const ROWS: usize = 2 << 20;

/// Writes the Jacobian, column-major with `width` rows for each point. The kernel writes rows, and, if there is room for them, residuals.
#[inline]
pub fn jacobian<K: OverPoints<2>>(
    kernel: &K,
    scratch: Scratch<'_, K::Scalar>,
    slices: K::Slices,
    width: usize,
    jacobian: &mut [K::Scalar],
) {
    #[cfg(feature = "rayon")]
    {
        let points = points_of_chunk(K::FLOPS, 0);
        if slices.points() > points && pool::is_parallel() {
            let rows = slices.points() * width;
            return split(
                kernel,
                scratch.len(),
                Chunks::of(slices, points),
                [rows, points * width],
                jacobian,
            );
        }
    }
    run(kernel, scratch, slices, [jacobian, &mut []]);
}

/// The same over the pool: each chunk has a matrix of its own, since its rows are pieces of columns that lie far apart.
#[cfg(feature = "rayon")]
fn split<K: OverPoints<2>>(
    kernel: &K,
    scratch: usize,
    chunks: Chunks<K::Slices>,
    [rows, rows_of_chunk]: [usize; 2],
    jacobian: &mut [K::Scalar],
) {
    let columns = jacobian.len() / rows;
    let mut tasks: Vec<(Option<K::Slices>, Vec<&mut [K::Scalar]>)> = chunks
        .map(|chunk| (Some(chunk), Vec::with_capacity(columns)))
        .collect();
    for column in jacobian.chunks_exact_mut(rows) {
        for ((_, pieces), piece) in tasks.iter_mut().zip(column.chunks_mut(rows_of_chunk)) {
            pieces.push(piece);
        }
    }
    let own = rows_of_chunk * columns;
    pool::each(tasks, [scratch, own], |(chunk, pieces), own| {
        let Some(chunk) = chunk.take() else { return };
        let (scratch, own) = own.parts();
        let rows = pieces.first().map_or(0, |piece| piece.len());
        let own = &mut own[..rows * columns];
        run(kernel, scratch, chunk, [own, &mut []]);
        for (piece, column) in pieces.iter_mut().zip(own.chunks_exact(rows.max(1))) {
            piece.copy_from_slice(column);
        }
    });
}

/// Rows of some points, and their residuals.
struct Rows<T> {
    jacobian: Vec<T>,
    residuals: Vec<T>,
}

impl<T: Real> Rows<T> {
    const fn new() -> Self {
        Rows {
            jacobian: Vec::new(),
            residuals: Vec::new(),
        }
    }

    fn fill<K: OverPoints<2, Scalar = T>>(
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
        );
    }
}

/// Gauss-Newton's products: writes `Jᵀr` and `JᵀJ`, returns `rᵀr`. There are `width` rows for each point; the kernel writes rows and residuals.
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
    let sizes = [width, projections.len()];
    let mut sum = K::Scalar::ZERO;
    #[cfg(feature = "rayon")]
    let is_split = {
        let operations = K::FLOPS.saturating_add(width * projections.len().pow(2));
        slices.points() > points_of_chunk(operations, 0) && pool::is_parallel()
    };
    let blocks = Chunks::of(slices, POINTS);
    #[cfg(feature = "rayon")]
    if is_split {
        sum = split_products(kernel, scratch.len(), blocks, sizes, projections, squares);
        mirror(squares, projections.len());
        return sum;
    }
    let mut rows = Rows::new();
    for points in blocks {
        rows.fill(kernel, &mut *scratch, points, sizes);
        accumulate_gram(&rows.jacobian, &rows.residuals, 0, projections, squares);
        sum += sum_of_squares(&rows.residuals);
    }
    mirror(squares, projections.len());
    sum
}

/// The same over the pool: rows by blocks of points, then products by columns, so that each is added up in the order of the points.
#[cfg(feature = "rayon")]
fn split_products<K: OverPoints<2>>(
    kernel: &K,
    scratch: usize,
    mut blocks: Chunks<K::Slices>,
    sizes: [usize; 2],
    projections: &mut [K::Scalar],
    squares: &mut [K::Scalar],
) -> K::Scalar {
    let [width, columns] = sizes;
    let at_once = pool::wave(ROWS, POINTS * width * columns * size_of::<K::Scalar>());
    let mut sum = K::Scalar::ZERO;
    let mut wave: Vec<Rows<K::Scalar>> = Vec::new();
    loop {
        let tasks: Vec<_> = blocks
            .by_ref()
            .take(at_once)
            .map(|points| (Some(points), wave.pop().unwrap_or(const { Rows::new() })))
            .collect();
        if tasks.is_empty() {
            return sum;
        }
        let filled = pool::each(tasks, [scratch, 0], |(points, rows), own| {
            if let Some(points) = points.take() {
                rows.fill(kernel, own.parts().0, points, sizes);
            }
        });
        wave = filled.into_iter().map(|(_, rows)| rows).collect();
        let panels = squares
            .chunks_mut(COLUMNS * columns.max(1))
            .zip(projections.chunks_mut(COLUMNS));
        pool::each(
            panels.enumerate().collect(),
            [0, 0],
            |(number, (squares, projections)), _: &mut Own<K::Scalar>| {
                for rows in &wave {
                    accumulate_gram(
                        &rows.jacobian,
                        &rows.residuals,
                        *number * COLUMNS,
                        projections,
                        squares,
                    );
                }
            },
        );
        for rows in &wave {
            sum += sum_of_squares(&rows.residuals);
        }
    }
}

impl<T: Real, const N: usize> Entries<T> for [T; N] {
    #[inline(always)]
    fn entry(&self, position: usize) -> T {
        self[position]
    }

    #[inline(always)]
    fn set_entry(&mut self, position: usize, value: T) {
        self[position] = value;
    }
}

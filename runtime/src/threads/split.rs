//! The drivers of calls over many points, over the pool: chunks of points are tasks.

use crate::kernels::{PANEL, sum_of_squares};
use crate::lanes::Real;

use super::chunks::{Chunks, points_of_chunk};
use super::jacobian::{POINTS, Rows};
use super::over_points::{OverPoints, run};
use super::pool::{self, Own};
use super::slices::Slices;

/// Bytes of sums that wait for being added up.
const WAITING: usize = 16 << 20;
/// Bytes of rows that are multiplied at once: each task goes over all of them, so they stay in a cache.
const ROWS: usize = 2 << 20;
/// Columns of products that are a task: enough that rows are loaded for many of them.
const COLUMNS: usize = PANEL;

/// Runs a kernel for all points, in waves of as many chunks as sums may wait. The arrays are sums, which it writes, or, if it `adds`, adds
/// to.
pub fn over_points<K: OverPoints<N>, const N: usize>(
    kernel: &K,
    scratch: usize,
    mut chunks: Chunks<K::Slices>,
    mut sums: [&mut [K::Scalar]; N],
    mut adds: bool,
) {
    let lengths = sums.each_ref().map(|sum| sum.len());
    let wave = pool::wave(
        WAITING,
        lengths.iter().sum::<usize>() * size_of::<K::Scalar>(),
    );
    loop {
        let tasks: Vec<_> = chunks
            .by_ref()
            .take(wave)
            .map(|chunk| (Some(chunk), [const { Vec::new() }; N]))
            .collect();
        if tasks.is_empty() {
            break;
        }
        let done = pool::each(tasks, [scratch, 0], |(chunk, partial), own| {
            let Some(chunk) = chunk.take() else { return };
            *partial = lengths.map(|length| vec![K::Scalar::ZERO; length]);
            let partial = partial.each_mut().map(|sum| &mut sum[..]);
            run(kernel, own.parts().0, chunk, partial, false);
        });
        for (_, partial) in done {
            for (sum, partial) in sums.iter_mut().zip(&partial) {
                if !adds {
                    sum.copy_from_slice(partial);
                    continue;
                }
                for (sum, partial) in sum.iter_mut().zip(partial) {
                    *sum += *partial;
                }
            }
            adds = true;
        }
    }
}

/// Writes a Jacobian. Each chunk has a matrix of its own, since its rows are pieces of columns that lie far apart.
pub fn jacobian<K: OverPoints<2>>(
    kernel: &K,
    scratch: usize,
    slices: K::Slices,
    width: usize,
    jacobian: &mut [K::Scalar],
) {
    let points = points_of_chunk(K::FLOPS, 0);
    let rows = slices.points() * width;
    let columns = jacobian.len() / rows;
    let mut tasks: Vec<(Option<K::Slices>, Vec<_>)> = Chunks::of(slices, points)
        .map(|chunk| (Some(chunk), Vec::with_capacity(columns)))
        .collect();
    for column in jacobian.chunks_exact_mut(rows) {
        for ((_, pieces), piece) in tasks.iter_mut().zip(column.chunks_mut(points * width)) {
            pieces.push(piece);
        }
    }
    let own = points * width * columns;
    pool::each(tasks, [scratch, own], |(chunk, pieces), own| {
        let Some(chunk) = chunk.take() else { return };
        let (scratch, own) = own.parts();
        let rows = chunk.points() * width;
        let own = &mut own[..rows * columns];
        run(kernel, scratch, chunk, [own, &mut []], false);
        for (piece, column) in pieces.iter_mut().zip(own.chunks_exact(rows)) {
            piece.copy_from_slice(column);
        }
    });
}

/// Adds Gauss-Newton's products down to the diagonal: rows by blocks of points, then products by columns, so that each is added up
/// in the order of the points.
pub fn add_products<K: OverPoints<2>>(
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
                    rows.panels.accumulate_gram(
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

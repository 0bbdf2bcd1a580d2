//! Products of the columns of a tall matrix, added up as its rows come: what Gauss-Newton needs of a Jacobian that is never held.

use crate::lanes::{Isa, OnLanes, Real, dispatch};

/// Rows and columns of products that are held in registers.
const TILE: usize = 4;

/// Adds `JᵀJ` to `squares` and `Jᵀr` to `projections`, where `jacobian` is `J`, column-major with a row for each entry of `residuals`.
///
/// Returns the sum of the squared residuals.
///
/// # Panics
/// If `squares` is not as many squared as there are `projections`, or the Jacobian not their number of columns.
pub fn accumulate_gram<T>(
    jacobian: &[T],
    residuals: &[T],
    projections: &mut [T],
    squares: &mut [T],
) -> T
where
    T: Real + core::ops::AddAssign,
{
    let (rows, columns) = (residuals.len(), projections.len());
    assert!(
        jacobian.len() == rows * columns && squares.len() == columns * columns,
        "a Jacobian has a column for each parameter"
    );
    dispatch(Gram {
        jacobian,
        residuals,
        projections,
        squares,
    })
}

struct Gram<'a, T> {
    jacobian: &'a [T],
    residuals: &'a [T],
    projections: &'a mut [T],
    squares: &'a mut [T],
}

impl<T: Real + core::ops::AddAssign> OnLanes for Gram<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) -> T {
        let columns = self.projections.len();
        let rows = self.residuals.len();
        let mut left = 0;
        while left < columns {
            let height = if columns - left < TILE {
                columns - left
            } else {
                TILE
            };
            let mut right = 0;
            // One triangle, tile by tile; its mirror image with it.
            while right <= left {
                let width = if columns - right < TILE {
                    columns - right
                } else {
                    TILE
                };
                let products =
                    products::<T, S>(simd, self.jacobian, rows, [left, height], [right, width]);
                let mut i = 0;
                while i < height {
                    let mut j = 0;
                    while j < width {
                        let (row, column) = (left + i, right + j);
                        if row >= column {
                            self.squares[column * columns + row] += products[i][j];
                            if row > column {
                                self.squares[row * columns + column] += products[i][j];
                            }
                        }
                        j += 1;
                    }
                    i += 1;
                }
                right += TILE;
            }
            left += TILE;
        }
        let mut column = 0;
        while column < columns {
            let entries = &self.jacobian[column * rows..(column + 1) * rows];
            self.projections[column] += dot::<T, S>(simd, entries, self.residuals);
            column += 1;
        }
        dot::<T, S>(simd, self.residuals, self.residuals)
    }
}

/// Products of some columns with some others; of a range that is short, the last column stands for those that lack.
#[inline(always)]
fn products<T: Real, S: Isa>(
    simd: S,
    jacobian: &[T],
    rows: usize,
    [left, height]: [usize; 2],
    [right, width]: [usize; 2],
) -> [[T; TILE]; TILE] {
    let lanes = T::lanes::<S>();
    let mut starts = [[core::ptr::null(); TILE]; 2];
    let mut i = 0;
    while i < TILE {
        let a = left + if i < height { i } else { height - 1 };
        let b = right + if i < width { i } else { width - 1 };
        starts[0][i] = jacobian[a * rows..(a + 1) * rows].as_ptr();
        starts[1][i] = jacobian[b * rows..(b + 1) * rows].as_ptr();
        i += 1;
    }
    let mut sums = [[T::zero(simd); TILE]; TILE];
    let mut row = 0;
    while row < rows {
        let count = if rows - row < lanes {
            rows - row
        } else {
            lanes
        };
        let in_use = T::first_lanes(simd, count);
        let (mut a, mut b) = ([T::zero(simd); TILE], [T::zero(simd); TILE]);
        i = 0;
        while i < TILE {
            // SAFETY: each start is that of a column of `rows` numbers, of which `count` follow `row`.
            unsafe {
                if count == lanes {
                    a[i] = T::load(simd, starts[0][i].wrapping_add(row));
                    b[i] = T::load(simd, starts[1][i].wrapping_add(row));
                } else {
                    a[i] = T::load_partial(simd, starts[0][i].wrapping_add(row), in_use);
                    b[i] = T::load_partial(simd, starts[1][i].wrapping_add(row), in_use);
                }
            }
            i += 1;
        }
        i = 0;
        while i < TILE {
            let mut j = 0;
            while j < TILE {
                sums[i][j] = T::mul_add(simd, a[i], b[j], sums[i][j]);
                j += 1;
            }
            i += 1;
        }
        row += lanes;
    }
    let mut products = [[T::ZERO; TILE]; TILE];
    i = 0;
    while i < TILE {
        let mut j = 0;
        while j < TILE {
            products[i][j] = T::reduce_sum(simd, sums[i][j]);
            j += 1;
        }
        i += 1;
    }
    products
}

#[inline(always)]
fn dot<T: Real, S: Isa>(simd: S, a: &[T], b: &[T]) -> T {
    assert!(a.len() == b.len(), "columns are of one length");
    let lanes = T::lanes::<S>();
    let mut sum = T::zero(simd);
    let mut row = 0;
    while row < a.len() {
        let count = if a.len() - row < lanes {
            a.len() - row
        } else {
            lanes
        };
        let in_use = T::first_lanes(simd, count);
        // SAFETY: `count` numbers of both follow `row`.
        unsafe {
            let a = T::load_partial(simd, a.as_ptr().wrapping_add(row), in_use);
            let b = T::load_partial(simd, b.as_ptr().wrapping_add(row), in_use);
            sum = T::mul_add(simd, a, b, sum);
        }
        row += lanes;
    }
    T::reduce_sum(simd, sum)
}

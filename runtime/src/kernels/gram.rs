//! Products of the columns of a tall matrix, added up as its rows come: what Gauss-Newton needs of a Jacobian that is never held.

use crate::lanes::{Isa, OnLanes, Real, dispatch};

/// Rows and columns of products that are held in registers.
const TILE: usize = 4;

/// Adds columns of `JᵀJ`, down to the diagonal, to `squares`, and the same entries of `Jᵀr` to `projections`: as many as there are
/// `projections`, from column `first` on. `jacobian` is `J`, column-major with a row for each entry of `residuals`.
///
/// # Panics
/// If `squares` is not as many columns of as many entries as `J` has columns.
pub fn accumulate_gram<T>(
    jacobian: &[T],
    residuals: &[T],
    first: usize,
    projections: &mut [T],
    squares: &mut [T],
) where
    T: Real,
{
    let (rows, width) = (residuals.len(), projections.len());
    assert!(
        (jacobian.len() * width) == squares.len() * rows,
        "a Jacobian has a column for each parameter"
    );
    dispatch(Gram {
        jacobian,
        residuals,
        first,
        projections,
        squares,
    });
}

/// Copies what is above the diagonal of a square matrix to below it.
pub fn mirror<T: Copy>(squares: &mut [T], columns: usize) {
    for column in 0..columns {
        for row in column + 1..columns {
            squares[column * columns + row] = squares[row * columns + column];
        }
    }
}

/// The sum of the squares of some numbers.
pub fn sum_of_squares<T: Real>(numbers: &[T]) -> T {
    dispatch(SumOfSquares(numbers))
}

struct SumOfSquares<'a, T>(&'a [T]);

impl<T: Real> OnLanes for SumOfSquares<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) -> T {
        dot::<T, S>(simd, self.0, self.0)
    }
}

struct Gram<'a, T> {
    jacobian: &'a [T],
    residuals: &'a [T],
    first: usize,
    projections: &'a mut [T],
    squares: &'a mut [T],
}

impl<T: Real> OnLanes for Gram<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let width = self.projections.len();
        let rows = self.residuals.len();
        if width == 0 || rows == 0 {
            return;
        }
        let columns = self.squares.len() / width;
        let mut place = 0;
        while place < width {
            let left = self.first + place;
            let height = if width - place < TILE {
                width - place
            } else {
                TILE
            };
            let mut right = 0;
            // One triangle, tile by tile.
            while right <= left {
                let breadth = if columns - right < TILE {
                    columns - right
                } else {
                    TILE
                };
                let products =
                    products::<T, S>(simd, self.jacobian, rows, [left, height], [right, breadth]);
                let mut i = 0;
                while i < height {
                    let column = &mut self.squares[(place + i) * columns..][..columns];
                    let mut j = 0;
                    while j < breadth {
                        if right + j <= left + i {
                            column[right + j] += products[i][j];
                        }
                        j += 1;
                    }
                    i += 1;
                }
                right += TILE;
            }
            place += TILE;
        }
        place = 0;
        while place < width {
            let column = self.first + place;
            let entries = &self.jacobian[column * rows..(column + 1) * rows];
            self.projections[place] += dot::<T, S>(simd, entries, self.residuals);
            place += 1;
        }
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

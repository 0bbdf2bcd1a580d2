//! Products of the columns of a tall matrix, added up as its rows come: what Gauss-Newton needs of a Jacobian that is never held.
//!
//! Columns are copied into panels in which those of a row lie side by side. So products with one column run along the lanes, and
//! nothing is added across them; and two panels and their products fit the nearest cache.

use crate::lanes::{Isa, OnLanes, Real, dispatch};

use super::transpose::{MOST_LANES, Square, each_row, transpose};

/// Columns of a panel: two vectors of any instruction set, or a multiple.
pub const PANEL: usize = 2 * MOST_LANES;
/// Columns whose products are held in registers.
const COLUMNS: usize = 4;
/// Vectors of rows of these.
const VECTORS: usize = 2;

/// A row of a panel, on a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Row<T>([T; PANEL]);

/// Columns in panels, one panel behind the other, the last one filled up with zeros.
#[derive(Debug)]
pub struct Panels<T> {
    rows: Vec<Row<T>>,
    /// Rows of each panel.
    height: usize,
}

impl<T: Real> Panels<T> {
    /// No columns.
    pub const fn empty() -> Self {
        Panels {
            rows: Vec::new(),
            height: 0,
        }
    }

    /// Takes the columns of a matrix of `height` rows, column-major, instead of those that are there.
    pub fn fill(&mut self, matrix: &[T], height: usize) {
        let columns = matrix.len().checked_div(height).unwrap_or(0);
        let rows = columns.div_ceil(PANEL) * height;
        self.height = height;
        self.rows.resize(rows, Row([T::ZERO; PANEL]));
        dispatch(Fill {
            matrix,
            height,
            rows: &mut self.rows,
        });
    }

    /// Adds columns of `JᵀJ`, down to the diagonal, to `squares`, and the same entries of `Jᵀr` to `projections`: as many as there are
    /// `projections`, from column `first` on, which begins a panel. What is below the diagonal may be written to as well.
    ///
    /// # Panics
    /// If `squares` is not as many columns, `residuals` are not as many as the panels have rows, or there are fewer columns.
    pub fn accumulate_gram(
        &self,
        residuals: &[T],
        first: usize,
        projections: &mut [T],
        squares: &mut [T],
    ) {
        let width = projections.len();
        if width == 0 || self.height == 0 {
            return;
        }
        let columns = squares.len() / width;
        assert!(
            first.is_multiple_of(PANEL) && first + width <= columns,
            "columns begin a panel"
        );
        assert!(
            self.rows.len() == columns.div_ceil(PANEL) * self.height
                && columns * width == squares.len()
                && residuals.len() == self.height,
            "products have the sizes of the matrix"
        );
        dispatch(Gram {
            panels: self,
            residuals,
            first,
            projections,
            squares,
        });
    }

    fn panel(&self, number: usize) -> &[Row<T>] {
        &self.rows[number * self.height..][..self.height]
    }
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
        let mut sum = T::zero(simd);
        for numbers in self.0.chunks(T::lanes::<S>()) {
            let in_use = T::first_lanes(simd, numbers.len());
            // SAFETY: there are as many numbers as lanes in use.
            let numbers = unsafe { T::load_partial(simd, numbers.as_ptr(), in_use) };
            sum = T::mul_add(simd, numbers, numbers, sum);
        }
        T::reduce_sum(simd, sum)
    }
}

struct Fill<'a, T> {
    matrix: &'a [T],
    height: usize,
    rows: &'a mut [Row<T>],
}

impl<T: Real> OnLanes for Fill<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        if self.height == 0 {
            return;
        }
        let lanes = T::lanes::<S>();
        let panels = self.rows.chunks_exact_mut(self.height);
        for (panel, columns) in panels.zip(self.matrix.chunks(PANEL * self.height)) {
            for (number, rows) in panel.chunks_mut(lanes).enumerate() {
                let mut place = 0;
                while place < PANEL {
                    let mut square: Square<T, S> = [T::zero(simd); MOST_LANES];
                    let in_use = T::first_lanes(simd, rows.len());
                    each_row!(i below lanes => {
                        let start = (place + i) * self.height + number * lanes;
                        if let Some(entries) = columns.get(start..start + rows.len()) {
                            // SAFETY: there are as many entries as lanes in use.
                            square[i] = unsafe { T::load_partial(simd, entries.as_ptr(), in_use) };
                        }
                    });
                    square = transpose::<T, S>(simd, square);
                    for (row, entries) in rows.iter_mut().zip(square) {
                        let entries_of_row = &mut row.0[place..place + lanes];
                        // SAFETY: there are as many entries as lanes.
                        unsafe { T::store(simd, entries_of_row.as_mut_ptr(), entries) };
                    }
                    place += lanes;
                }
            }
        }
    }
}

struct Gram<'a, T> {
    panels: &'a Panels<T>,
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
        let columns = self.squares.len() / width;
        let lanes = T::lanes::<S>();
        let height = VECTORS * lanes;
        for (number, projections) in self.projections.chunks_mut(PANEL).enumerate() {
            let right = self.first / PANEL + number;
            let b = self.panels.panel(right);
            for (place, projections) in projections.chunks_mut(height).enumerate() {
                let sums = projected::<T, S>(simd, b, place * height, self.residuals);
                add::<T, S>(simd, projections, sums);
            }
            let squares = &mut self.squares[number * PANEL * columns..];
            let squares = &mut squares[..projections.len() * columns];
            for left in 0..=right {
                let a = self.panels.panel(left);
                for (tile, squares) in squares.chunks_mut(COLUMNS * columns).enumerate() {
                    let mut place = 0;
                    // Of the panel on the diagonal only rows down to it.
                    let last = (right - left) * PANEL + tile * COLUMNS + COLUMNS;
                    while place < PANEL && place < last && left * PANEL + place < columns {
                        let sums = products::<T, S>(simd, a, place, b, tile * COLUMNS);
                        for (column, sums) in squares.chunks_exact_mut(columns).zip(sums) {
                            let rows = &mut column[left * PANEL + place..];
                            let count = if rows.len() < height {
                                rows.len()
                            } else {
                                height
                            };
                            add::<T, S>(simd, &mut rows[..count], sums);
                        }
                        place += height;
                    }
                }
            }
        }
    }
}

/// Products of two vectors of columns with some others, added up over the rows.
#[inline(always)]
fn products<T: Real, S: Isa>(
    simd: S,
    a: &[Row<T>],
    place: usize,
    b: &[Row<T>],
    column: usize,
) -> [[T::Vector<S>; VECTORS]; COLUMNS] {
    let mut sums = [[T::zero(simd); VECTORS]; COLUMNS];
    for (a, b) in a.iter().zip(b) {
        let rows = vectors::<T, S>(simd, a, place);
        let mut j = 0;
        while j < COLUMNS {
            let factor = T::splat(simd, b.0[column + j]);
            let mut i = 0;
            while i < VECTORS {
                sums[j][i] = T::mul_add(simd, rows[i], factor, sums[j][i]);
                i += 1;
            }
            j += 1;
        }
    }
    sums
}

/// Products of two vectors of columns with residuals, added up over the rows.
#[inline(always)]
fn projected<T: Real, S: Isa>(
    simd: S,
    a: &[Row<T>],
    place: usize,
    residuals: &[T],
) -> [T::Vector<S>; VECTORS] {
    let mut sums = [T::zero(simd); VECTORS];
    for (a, residual) in a.iter().zip(residuals) {
        let rows = vectors::<T, S>(simd, a, place);
        let factor = T::splat(simd, *residual);
        let mut i = 0;
        while i < VECTORS {
            sums[i] = T::mul_add(simd, rows[i], factor, sums[i]);
            i += 1;
        }
    }
    sums
}

#[inline(always)]
fn vectors<T: Real, S: Isa>(simd: S, row: &Row<T>, place: usize) -> [T::Vector<S>; VECTORS] {
    let lanes = T::lanes::<S>();
    let entries = &row.0[place..place + VECTORS * lanes];
    // SAFETY: there are as many entries as lanes in both vectors.
    unsafe {
        [
            T::load(simd, entries.as_ptr()),
            T::load(simd, entries.as_ptr().wrapping_add(lanes)),
        ]
    }
}

/// Adds two vectors to as many numbers as there are of them.
#[inline(always)]
fn add<T: Real, S: Isa>(simd: S, numbers: &mut [T], sums: [T::Vector<S>; VECTORS]) {
    let lanes = T::lanes::<S>();
    for (numbers, sum) in numbers.chunks_mut(lanes).zip(sums) {
        let entries = numbers.as_mut_ptr();
        // SAFETY: there are as many numbers as lanes, or lanes in use.
        unsafe {
            if numbers.len() == lanes {
                let known = T::load(simd, entries);
                T::store(simd, entries, T::add(simd, known, sum));
            } else {
                let in_use = T::first_lanes(simd, numbers.len());
                let known = T::load_partial(simd, entries, in_use);
                T::store_partial(simd, entries, T::add(simd, known, sum), in_use);
            }
        }
    }
}

//! Derivatives of each point out of scratch into columns of a matrix.

use crate::lanes::{Isa, OnLanes, Real};

use super::caches;
use super::memory::{Bases, Memory};
use super::shared::Shared;
use super::transfer::{Elements, Lanes, View, Viewed};

/// How many columns ahead the lines of a piece are fetched. Each piece is in lines, and mostly on a page, of its own, which nothing
/// brings by itself; a store that crosses lines which are not there waits for both.
const COLUMNS_AHEAD: usize = 4;

/// Where derivatives go: a column-major matrix with a row for each entry of the function at each point and a column for each
/// parameter.
#[derive(Debug)]
pub struct Columns<'a, T> {
    /// The matrix.
    pub matrix: &'a mut [T],
    /// Its rows.
    pub rows: usize,
    /// The row of the first point.
    pub first: usize,
    /// How many points.
    pub points: usize,
    /// Rows of a point.
    pub width: usize,
    /// The column of the first entry.
    pub column: usize,
}

/// Takes derivatives of a block out of scratch: a view of parameters, then perhaps of the entries of the function.
///
/// # Panics
/// If they do not fit the matrix.
#[inline(always)]
pub fn unpack_columns<
    V: Viewed,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
    columns: Columns<'_, T>,
) {
    const { V::VIEW.check(Memory::<T, S, P, H, B>::SIZES) };
    T::shared(memory.simd).unpack_columns(UnpackColumns {
        bases: &memory.bases,
        view: &const { V::VIEW },
        columns,
    });
}

/// Whether a matrix with so many rows has some from `first` on and some columns from `column` on.
fn fits<T>(matrix: &[T], [rows, first, points, column, columns]: [usize; 5]) -> bool {
    first + points <= rows && (column + columns) * rows <= matrix.len()
}

/// Elements of a view of a block into columns of a matrix.
pub struct UnpackColumns<'a, T> {
    bases: &'a Bases<T>,
    view: &'static View,
    columns: Columns<'a, T>,
}

impl<T: Real> OnLanes for UnpackColumns<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let unit = self.view.space.unit::<T, S>();
        let Columns {
            matrix,
            rows,
            first,
            points,
            width,
            column,
        } = self.columns;
        let mut left = self.view.size();
        let parameters = left / width;
        let mut elements = Elements::of(self.view);
        if width == 1 && unit > 1 && points.is_multiple_of(unit) {
            // Full vectors of points are pieces of a column.
            assert!(
                points <= self.view.vectors * unit
                    && fits(&matrix[..], [rows, first, points, column, left]),
                "derivatives have their places in the matrix"
            );
            let mut target = matrix.as_mut_ptr().wrapping_add(column * rows + first);
            while left > 0 {
                caches::fetch_lines(target.wrapping_add(COLUMNS_AHEAD * rows), points);
                // SAFETY: `check` has shown that the elements of the view lie within its space, and each has so many vectors. Rows
                // and columns that are written are those of the matrix.
                unsafe {
                    let lanes = Lanes::of(self.bases, self.view, unit, elements.next());
                    let mut point = 0;
                    while point < points {
                        let entries = T::load(simd, lanes.first.wrapping_add(point));
                        T::store(simd, target.wrapping_add(point), entries);
                        point += unit;
                    }
                }
                target = target.wrapping_add(rows);
                left -= 1;
            }
            return;
        }
        let (mut entry, mut parameter) = (0, 0);
        while left > 0 {
            // SAFETY: `check` has shown that the elements of the view lie within its space.
            let lanes = unsafe { Lanes::of(self.bases, self.view, unit, elements.next()) };
            let start = (column + parameter) * rows + first + entry;
            let mut point = 0;
            while point < points {
                // SAFETY: the same.
                matrix[start + point * width] = unsafe { *lanes.at(point) };
                point += 1;
            }
            parameter += 1;
            if parameter == parameters {
                (parameter, entry) = (0, entry + 1);
            }
            left -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use core::marker::PhantomData;
    use core::mem::MaybeUninit;

    use super::super::memory::Space;
    use super::super::transfer::pack;
    use super::*;
    use crate::lanes::{Lanes as Set, dispatch, with_lanes};

    const ENTRIES: usize = 6;
    const BLOCK: usize = 32;
    const COLUMN: usize = 2;
    const FIRST: usize = 3;

    /// A `2 x 3` tensor in a block of two vectors, with gaps.
    struct Derivatives;

    impl Viewed for Derivatives {
        const VIEW: View = View {
            space: Space::Block,
            offset: 1,
            extents: &[2, 3],
            strides: &[2, 6],
            vectors: 2,
        };
    }

    struct IntoColumns<T>(PhantomData<T>);

    impl<T: Real> OnLanes for IntoColumns<T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, simd: S) {
            let number = |point: usize, entry: usize| (point * ENTRIES + entry + 1) as f64;
            for points in 1..=2 * T::lanes::<S>() {
                let entries =
                    |point| core::array::from_fn(|entry| T::from_f64(number(point, entry)));
                let given: Vec<[T; ENTRIES]> = (0..points).map(entries).collect();
                let mut scratch = vec![MaybeUninit::uninit(); (BLOCK + 1) * T::MAX_LANES];
                let memory = Memory::<T, S, 0, 0, BLOCK>::new(simd, &[], &mut scratch);
                pack::<Derivatives, T, S, _, 0, 0, BLOCK>(&memory, &given);
                for width in [1, 2] {
                    let rows = FIRST + points * width + 1;
                    let mut matrix = vec![T::ZERO; rows * (COLUMN + ENTRIES / width + 1)];
                    let columns = Columns {
                        matrix: &mut matrix,
                        rows,
                        first: FIRST,
                        points,
                        width,
                        column: COLUMN,
                    };
                    unpack_columns::<Derivatives, T, S, 0, 0, BLOCK>(&memory, columns);
                    let parameters = ENTRIES / width;
                    for (place, found) in matrix.iter().enumerate() {
                        let row = (place % rows).checked_sub(FIRST);
                        let parameter = (place / rows).checked_sub(COLUMN);
                        let wanted = match (row, parameter) {
                            (Some(row), Some(parameter))
                                if row < points * width && parameter < parameters =>
                            {
                                number(row / width, row % width * parameters + parameter)
                            }
                            _ => 0.0,
                        };
                        assert_eq!(
                            found.to_f64(),
                            wanted,
                            "{place} of {points} points, {width}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn derivatives_come_into_their_columns_and_nothing_beside_them_is_written() {
        for set in Set::available() {
            with_lanes(set, || {
                dispatch(IntoColumns::<f64>(PhantomData));
                dispatch(IntoColumns::<f32>(PhantomData));
            });
        }
    }
}

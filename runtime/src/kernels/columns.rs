//! Derivatives of each point out of scratch into columns of a matrix.

use crate::lanes::{Isa, OnLanes, Real};

use super::memory::{Bases, Memory};
use super::transfer::{Elements, Lanes, View, Viewed};

/// Where derivatives go: a column-major matrix with a row for each entry of the function at each point and a column for each
/// parameter, or, of one point, a row.
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
    /// Whether entries are added to what is there.
    pub add: bool,
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
    memory.simd.apart(UnpackColumns {
        bases: &memory.bases,
        view: &const { V::VIEW },
        columns,
    });
}

struct UnpackColumns<'a, T> {
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
            add,
        } = self.columns;
        let mut left = self.view.size();
        let parameters = left / width;
        let mut elements = Elements::of(self.view);
        let (mut entry, mut parameter) = (0, 0);
        while left > 0 {
            // SAFETY: `check` has shown that the elements of the view lie within its space.
            let lanes = unsafe { Lanes::of(self.bases, self.view, unit, elements.next()) };
            let start = (column + parameter) * rows + first + entry;
            let mut point = 0;
            if width == 1 && !add && lanes.count > 1 {
                // Full vectors of points are pieces of a column.
                let target = &mut matrix[start..start + points];
                while point + unit <= points && point + unit <= lanes.count {
                    // SAFETY: the same; both have as many numbers behind `point` as there are lanes.
                    unsafe {
                        let vector = T::load(simd, lanes.first.wrapping_add(point));
                        T::store(simd, target.as_mut_ptr().wrapping_add(point), vector);
                    }
                    point += unit;
                }
            }
            while point < points {
                // SAFETY: the same.
                let value = unsafe { *lanes.at(point) };
                let target = &mut matrix[start + point * width];
                if add {
                    *target += value;
                } else {
                    *target = value;
                }
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

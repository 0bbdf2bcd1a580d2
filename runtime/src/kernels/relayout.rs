//! A tensor of points copied so that the entries of each point lie side by side, as rows along the lanes need them.

use core::marker::PhantomData;

use crate::lanes::{Isa, OnLanes, Real};

use super::elementwise::MOST_LOOPS;
use super::memory::{Bases, Memory, Sizes, Space};
use super::nest::Loop;
use super::odometer::Odometer;
use super::shared::Shared;
use super::transpose::{MOST_LANES, Square, each_row, transpose};

/// How a tensor is copied: entry `[row, ..]` of point `p` to the scalar `p * stride + row + ..`.
#[derive(Clone, Copy, Debug)]
pub struct Relayout {
    /// The number of rows.
    pub rows: usize,
    /// Elements from one row to the next in the tensor.
    pub row_step: usize,
    /// The other axes: `a` steps in the tensor, `out` in the copy.
    pub others: &'static [Loop],
    /// Scalars from one point of the copy to the next.
    pub stride: usize,
    /// Vectors of points in a block.
    pub vectors: usize,
}

/// A copy as a type.
pub trait Relaid {
    /// The copy.
    const RELAYOUT: Relayout;
}

impl Relayout {
    /// Whether it stays within the memory if tensor and copy begin at these elements of the block.
    const fn check(&self, from: usize, to: usize, sizes: Sizes) {
        assert!(
            self.rows > 0 && self.vectors > 0 && self.others.len() <= MOST_LOOPS,
            "there is something to copy"
        );
        let whole = self.rows.next_multiple_of(MOST_LANES);
        let (mut read, mut written) = ((self.rows - 1) * self.row_step, whole - 1);
        let mut number = 0;
        while number < self.others.len() {
            let axis = self.others[number];
            read += (axis.extent - 1) * axis.a;
            assert!(axis.out >= whole, "rows fill whole vectors");
            written += (axis.extent - 1) * axis.out;
            number += 1;
        }
        assert!(written < self.stride, "entries of a point lie side by side");
        assert!(
            sizes.hold(Space::Block, from, read + self.vectors)
                && sizes.hold(Space::Block, to, self.vectors * self.stride),
            "tensor and copy lie within the block"
        );
    }
}

/// Copies the points of the block from element `FROM` on to where element `TO` begins.
#[inline(always)]
pub fn relayout<
    N: Relaid,
    const FROM: usize,
    const TO: usize,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
) {
    const {
        N::RELAYOUT.check(FROM, TO, Memory::<T, S, P, H, B>::SIZES);
    }
    T::shared(memory.simd).copy(Copy {
        bases: &memory.bases,
        relayout: &const { N::RELAYOUT },
        places: [FROM, TO],
        points: memory.points,
        scalar: PhantomData,
    });
}

/// A tensor of the points of a block, of which each gets its copy.
pub struct Copy<'a, T> {
    bases: &'a Bases<T>,
    relayout: &'static Relayout,
    places: [usize; 2],
    points: usize,
    scalar: PhantomData<T>,
}

impl<T: Real> OnLanes for Copy<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let lanes = Space::Block.unit::<T, S>();
        let Relayout {
            others,
            stride,
            vectors,
            ..
        } = *self.relayout;
        let points = self.points.min(vectors * lanes);
        let [from, to] = self.places.map(|element| element * lanes);
        let mut odometer = Odometer::new(others, [1, lanes, 0, 0]);
        loop {
            let [moved_to, moved_from, ..] = odometer.moved;
            let source = self.bases.at(Space::Block, from + moved_from).cast_const();
            let target = self.bases.at(Space::Block, to + moved_to);
            let mut point = 0;
            while point < points {
                // SAFETY: `check` has shown that all rows of all points of the block lie within it, in the tensor and in
                // the copy, and there are no more points than in its vectors.
                unsafe {
                    self.vector(
                        simd,
                        source.wrapping_add(point),
                        target.wrapping_add(point * stride),
                        points - point,
                    );
                }
                point += lanes;
            }
            if !odometer.next() {
                return;
            }
        }
    }
}

impl<T: Real> Copy<'_, T> {
    /// The rows of a vector of points, of which so many are there, a square of lanes after the other.
    ///
    /// # Safety
    /// The rows of a vector must be readable from `source` on, those of the points writable from `target` on.
    #[inline(always)]
    unsafe fn vector<S: Isa>(&self, simd: S, source: *const T, target: *mut T, points: usize) {
        let lanes = Space::Block.unit::<T, S>();
        let rows = self.relayout.rows;
        let mut row = 0;
        while row < rows {
            let mut square: Square<T, S> = [T::zero(simd); MOST_LANES];
            // As many loads for any number of rows: behind the last row it comes again.
            each_row!(i below lanes => {
                let number = if row + i < rows { row + i } else { rows - 1 };
                let from = source.wrapping_add(number * self.relayout.row_step * lanes);
                // SAFETY: the caller's promise.
                square[i] = unsafe { T::load(simd, from) };
            });
            square = transpose::<T, S>(simd, square);
            let mut to = target.wrapping_add(row);
            each_row!(i below lanes => {
                if i < points {
                    // SAFETY: the caller's promise; rows fill whole vectors.
                    unsafe { T::store(simd, to, square[i]) };
                    to = to.wrapping_add(self.relayout.stride);
                }
            });
            row += lanes;
        }
    }
}

//! Sums over the points of a call: the first numbers of the scratch. Some have a number for each lane first, in the block. They begin with
//! what the first block adds to them, or as zeros.

use core::mem::MaybeUninit;
use core::slice;

use crate::lanes::{Isa, OnLanes, Real};

use super::memory::{Bases, Memory, Sizes, Space};
use super::shared::Shared;
use super::transfer::{View, Viewed};
use super::transpose::{MOST_LANES, Square, sums_of_lanes};

impl View {
    /// Whether it is sums side by side, within the memory.
    const fn check_sums(&self, sizes: Sizes) {
        assert!(
            self.extents.len() == 1 && self.strides[0] == 1 && self.vectors == 1,
            "sums lie side by side"
        );
        assert!(
            !matches!(self.space, Space::Parameters),
            "parameters are not written"
        );
        self.check(sizes);
    }
}

/// Sets sums to zero: numbers side by side, or vectors of the block.
#[inline(always)]
pub fn clear<V: Viewed, T: Real, S: Isa, const P: usize, const H: usize, const B: usize>(
    memory: &Memory<'_, T, S, P, H, B>,
) {
    const { V::VIEW.check_sums(Memory::<T, S, P, H, B>::SIZES) };
    let unit = V::VIEW.space.unit::<T, S>();
    let (first, count) = (V::VIEW.offset * unit, V::VIEW.extents[0] * unit);
    let first: *mut T = memory.bases.at(V::VIEW.space, first);
    // SAFETY: the numbers lie within their space, as `check` has shown, and nothing else refers to it meanwhile.
    let numbers = unsafe { slice::from_raw_parts_mut(first.cast::<MaybeUninit<T>>(), count) };
    numbers.fill(MaybeUninit::new(T::ZERO));
}

/// Adds up the lanes of vectors of the block, from element `FROM` on, and adds each to one of the sums of a view, which are numbers side by
/// side.
#[inline(always)]
pub fn add_lane_totals<
    V: Viewed,
    const FROM: usize,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
) {
    const {
        V::VIEW.check_sums(Memory::<T, S, P, H, B>::SIZES);
        assert!(
            !matches!(V::VIEW.space, Space::Block)
                && Memory::<T, S, P, H, B>::SIZES.hold(Space::Block, FROM, V::VIEW.extents[0]),
            "sums of lanes lie within the block, and belong to numbers"
        );
    }
    T::shared(memory.simd).add_lanes(AddLanes {
        bases: &memory.bases,
        from: FROM,
        view: &const { V::VIEW },
    });
}

/// Vectors of the block, whose lanes are added up and added to as many numbers.
pub struct AddLanes<'a, T> {
    bases: &'a Bases<T>,
    from: usize,
    view: &'static View,
}

impl<T: Real> AddLanes<'_, T> {
    #[inline(always)]
    fn row<S: Isa>(&self, simd: S, number: usize) -> T::Vector<S> {
        let element = (self.from + number) * Space::Block.unit::<T, S>();
        let source = self.bases.at(Space::Block, element);
        // SAFETY: `add_lane_totals` has shown that the vectors lie within the block, and blocks have written them.
        unsafe { T::load(simd, source) }
    }
}

impl<T: Real> OnLanes for AddLanes<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let lanes = Space::Block.unit::<T, S>();
        let count = self.view.extents[0];
        let first = self.bases.at(self.view.space, self.view.offset);
        let mut number = 0;
        while number + lanes <= count {
            let mut rows: Square<T, S> = [T::zero(simd); MOST_LANES];
            let mut i = 0;
            while i < lanes {
                rows[i] = self.row(simd, number + i);
                i += 1;
            }
            let totals = first.wrapping_add(number);
            let sums = sums_of_lanes::<T, S>(simd, rows);
            // SAFETY: as many totals as there are lanes lie within their space, and were written before.
            unsafe { T::store(simd, totals, T::add(simd, T::load(simd, totals), sums)) };
            number += lanes;
        }
        while number < count {
            // SAFETY: as above.
            unsafe { *first.wrapping_add(number) += T::reduce_sum(simd, self.row(simd, number)) };
            number += 1;
        }
    }
}

/// Writes the sums from element `FROM` of the scratch on to `COUNT` numbers, or, if it `adds`, adds them. Numbers behind these are sums
/// of nothing.
///
/// # Panics
/// If there are fewer numbers.
#[inline(always)]
pub fn drain_totals<
    const FROM: usize,
    const COUNT: usize,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
    sums: &mut [T],
    adds: bool,
) {
    const {
        assert!(
            Memory::<T, S, P, H, B>::SIZES.hold(Space::Scratch, FROM, COUNT),
            "sums lie within the memory"
        );
    }
    let (sums, others) = sums.split_at_mut(COUNT);
    let first: *const T = memory.bases.at(Space::Scratch, FROM);
    // SAFETY: these numbers lie within the scratch, to which nothing else refers meanwhile, and were written: by `clear` or by the first block.
    let totals = unsafe { slice::from_raw_parts(first, COUNT) };
    if !adds {
        sums.copy_from_slice(totals);
        others.fill(T::ZERO);
        return;
    }
    let mut number = 0;
    while number < COUNT {
        sums[number] += totals[number];
        number += 1;
    }
}

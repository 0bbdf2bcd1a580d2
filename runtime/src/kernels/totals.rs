//! Sums over the points of a call: the first numbers of the scratch, which begin as zeros. Some have a number for each lane first, in the
//! block.

use core::mem::MaybeUninit;
use core::slice;

use crate::lanes::{Isa, OnLanes, Real};

use super::memory::{Memory, Space};
use super::transpose::{MOST_LANES, Square, sums_of_lanes};

/// Sets the first `COUNT` numbers of the scratch to zero.
#[inline(always)]
pub fn clear_totals<
    const COUNT: usize,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
) {
    const {
        assert!(
            Memory::<T, S, P, H, B>::SIZES.hold(Space::Scratch, 0, COUNT),
            "sums lie within the memory"
        );
    }
    // SAFETY: these numbers lie within the scratch, which nothing else refers to meanwhile.
    unsafe { clear(memory.bases.at(Space::Scratch, 0), COUNT) };
}

/// # Safety
/// So many numbers must be writable, and nothing else may refer to them meanwhile.
#[inline(always)]
unsafe fn clear<T: Real>(first: *mut T, count: usize) {
    // SAFETY: the caller's promise.
    let numbers = unsafe { slice::from_raw_parts_mut(first.cast::<MaybeUninit<T>>(), count) };
    numbers.fill(MaybeUninit::new(T::ZERO));
}

/// Sets `COUNT` vectors of the block to zero, from element `FROM` on: the sums of each lane.
#[inline(always)]
pub fn clear_lane_totals<
    const FROM: usize,
    const COUNT: usize,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
) {
    const {
        assert!(
            Memory::<T, S, P, H, B>::SIZES.hold(Space::Block, FROM, COUNT),
            "sums of lanes lie within the memory"
        );
    }
    let lanes = Space::Block.unit::<T, S>();
    // SAFETY: these vectors lie within the block, which nothing else refers to meanwhile.
    unsafe { clear(memory.bases.at(Space::Block, FROM * lanes), COUNT * lanes) };
}

/// Adds up the lanes of `COUNT` vectors of the block, from element `FROM` on, and adds each to a number of the scratch, from element
/// `TO` on.
#[inline(always)]
pub fn add_lane_totals<
    const FROM: usize,
    const TO: usize,
    const COUNT: usize,
    T: Real,
    S: Isa,
    const P: usize,
    const H: usize,
    const B: usize,
>(
    memory: &Memory<'_, T, S, P, H, B>,
) {
    const {
        assert!(
            Memory::<T, S, P, H, B>::SIZES.hold(Space::Block, FROM, COUNT)
                && Memory::<T, S, P, H, B>::SIZES.hold(Space::Scratch, TO, COUNT),
            "sums lie within the memory"
        );
    }
    memory.simd.apart(AddLanes {
        vectors: memory
            .bases
            .at(Space::Block, FROM * Space::Block.unit::<T, S>()),
        totals: memory.bases.at(Space::Scratch, TO),
        count: COUNT,
    });
}

/// So many vectors, whose lanes are added up and added to as many numbers.
struct AddLanes<T> {
    vectors: *const T,
    totals: *mut T,
    count: usize,
}

impl<T: Real> AddLanes<T> {
    #[inline(always)]
    fn row<S: Isa>(&self, simd: S, number: usize) -> T::Vector<S> {
        let source = self
            .vectors
            .wrapping_add(number * Space::Block.unit::<T, S>());
        // SAFETY: `add_lane_totals` has shown that the vectors lie within the block, and `clear_lane_totals` has written them.
        unsafe { T::load(simd, source) }
    }
}

impl<T: Real> OnLanes for AddLanes<T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let lanes = Space::Block.unit::<T, S>();
        let mut number = 0;
        while number + lanes <= self.count {
            let mut rows: Square<T, S> = [T::zero(simd); MOST_LANES];
            let mut i = 0;
            while i < lanes {
                rows[i] = self.row(simd, number + i);
                i += 1;
            }
            let totals = self.totals.wrapping_add(number);
            let sums = sums_of_lanes::<T, S>(simd, rows);
            // SAFETY: as many totals as there are lanes lie within the scratch, and `clear_totals` has written them.
            unsafe { T::store(simd, totals, T::add(simd, T::load(simd, totals), sums)) };
            number += lanes;
        }
        while number < self.count {
            // SAFETY: as above.
            unsafe {
                *self.totals.wrapping_add(number) += T::reduce_sum(simd, self.row(simd, number))
            };
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
    // SAFETY: these numbers lie within the scratch, to which nothing else refers meanwhile, and `clear_totals` has written them.
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

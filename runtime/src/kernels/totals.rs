//! Sums over the points of a call: the first numbers of the scratch, which begin as zeros.

use core::mem::MaybeUninit;
use core::slice;

use crate::lanes::{Isa, Real};

use super::memory::{Memory, Space};

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
    let totals: *mut MaybeUninit<T> = memory.bases.at(Space::Scratch, 0).cast();
    // SAFETY: these numbers lie within the scratch, which nothing else refers to meanwhile.
    let totals = unsafe { slice::from_raw_parts_mut(totals, COUNT) };
    totals.fill(MaybeUninit::new(T::ZERO));
}

/// Adds the sums from element `FROM` of the scratch on to `COUNT` numbers.
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
) {
    const {
        assert!(
            Memory::<T, S, P, H, B>::SIZES.hold(Space::Scratch, FROM, COUNT),
            "sums lie within the memory"
        );
    }
    let sums = &mut sums[..COUNT];
    let mut number = 0;
    while number < COUNT {
        // SAFETY: these numbers lie within the scratch, and `clear_totals` has written them.
        sums[number] += unsafe { *memory.bases.at(Space::Scratch, FROM + number) };
        number += 1;
    }
}

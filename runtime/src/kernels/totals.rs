//! Sums over the points of a call: numbers behind the scalars of scratch that begin as zeros.

use crate::lanes::{Isa, Real};

use super::memory::{Memory, Space};

/// Sets `COUNT` numbers from element `FROM` of the scratch on to zero.
#[inline(always)]
pub fn clear_totals<
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
            Memory::<T, S, P, H, B>::SIZES.hold(Space::Scratch, FROM, COUNT),
            "sums lie within the memory"
        );
    }
    let mut number = 0;
    while number < COUNT {
        // SAFETY: these numbers lie within the scratch.
        unsafe { *memory.bases.at(Space::Scratch, FROM + number) = T::ZERO };
        number += 1;
    }
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

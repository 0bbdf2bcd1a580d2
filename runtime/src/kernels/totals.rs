//! Sums over the points of a call: vectors behind the block that begin as zeros, one lane for each point of a vector, and are added
//! up once, at the end.

use crate::lanes::{Isa, OnLanes, Real};

use super::memory::{Bases, Memory, Space};

/// Sets `COUNT` vectors from element `FROM` of the block on to zero.
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
            Memory::<T, S, P, H, B>::SIZES.hold(Space::Block, FROM, COUNT),
            "sums lie within the memory"
        );
    }
    memory.simd.apart(Clear {
        bases: &memory.bases,
        from: FROM,
        count: COUNT,
    });
}

struct Clear<'a, T> {
    bases: &'a Bases<T>,
    from: usize,
    count: usize,
}

impl<T: Real> OnLanes for Clear<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let unit = Space::Block.unit::<T, S>();
        let mut target = self.bases.at(Space::Block, self.from * unit);
        let mut number = 0;
        while number < self.count {
            // SAFETY: the caller has checked that these vectors lie within the block.
            unsafe { T::store(simd, target, T::zero(simd)) };
            target = target.wrapping_add(unit);
            number += 1;
        }
    }
}

/// Adds the sums from element `FROM` of the block on to `COUNT` numbers.
///
/// # Panics
/// If there are fewer numbers.
#[inline(always)]
pub fn drain_totals<
    const FROM: usize,
    const COUNT: usize,
    T: Real + core::ops::AddAssign,
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
            Memory::<T, S, P, H, B>::SIZES.hold(Space::Block, FROM, COUNT),
            "sums lie within the memory"
        );
    }
    memory.simd.apart(Drain {
        bases: &memory.bases,
        from: FROM,
        sums: &mut sums[..COUNT],
    });
}

struct Drain<'a, T> {
    bases: &'a Bases<T>,
    from: usize,
    sums: &'a mut [T],
}

impl<T: Real + core::ops::AddAssign> OnLanes for Drain<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self, simd: S) {
        let unit = Space::Block.unit::<T, S>();
        let mut source = self.bases.at(Space::Block, self.from * unit);
        let mut number = 0;
        while number < self.sums.len() {
            // SAFETY: the caller has checked that these vectors lie within the block.
            let lanes = unsafe { T::load(simd, source) };
            self.sums[number] += T::reduce_sum(simd, lanes);
            source = source.wrapping_add(unit);
            number += 1;
        }
    }
}

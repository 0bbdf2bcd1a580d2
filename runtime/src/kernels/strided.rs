//! Vectors of numbers that are not consecutive.

use crate::lanes::{Isa, Real};

/// `count` numbers, `step` apart, in the first lanes; the others are zero.
///
/// # Safety
/// The numbers must be readable.
#[inline(always)]
pub(super) unsafe fn gather<T: Real, S: Isa>(
    simd: S,
    source: *const T,
    step: usize,
    count: usize,
) -> T::Vector<S> {
    let mut lanes = [T::ZERO; 16];
    // SAFETY: the caller's promise; sixteen numbers are at least a vector of any instruction set.
    unsafe {
        copy(source, step, lanes.as_mut_ptr(), 1, count);
        T::load(simd, lanes.as_ptr())
    }
}

/// The first `count` lanes to places `step` apart.
///
/// # Safety
/// The places must be writable.
#[inline(always)]
pub(super) unsafe fn scatter<T: Real, S: Isa>(
    simd: S,
    target: *mut T,
    step: usize,
    count: usize,
    value: T::Vector<S>,
) {
    let mut lanes = [T::ZERO; 16];
    // SAFETY: the caller's promise; sixteen numbers are at least a vector of any instruction set.
    unsafe {
        T::store(simd, lanes.as_mut_ptr(), value);
        copy(lanes.as_ptr(), 1, target, step, count);
    }
}

/// Copies numbers that are so many apart. Apart itself: it is rare, and would be unrolled for every operand.
///
/// # Safety
/// `count` numbers must be readable there and writable here.
#[inline(never)]
unsafe fn copy<T: Real>(
    source: *const T,
    source_step: usize,
    target: *mut T,
    target_step: usize,
    count: usize,
) {
    for number in 0..count {
        // SAFETY: the caller's promise.
        unsafe {
            *target.wrapping_add(number * target_step) = *source.wrapping_add(number * source_step);
        }
    }
}

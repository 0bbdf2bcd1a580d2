//! Shifts of 64-bit lanes by whole numbers of bits, which pulp has for 32-bit words only.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use core::{any::TypeId, mem::transmute_copy};

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};
use pulp::{bytemuck, cast};

use crate::lanes::Isa;

/// Each 32-bit word of `bits` shifted left. Callers leave nothing in the lower word that could matter in the upper one.
#[inline(always)]
pub(super) fn shift_left<S: Isa>(simd: S, bits: S::u64s, amount: u32) -> S::u64s {
    cast(simd.wrapping_dyn_shl_u32s(cast(bits), simd.splat_u32s(amount)))
}

/// Each 32-bit word of `bits` shifted right; of the result only the upper word is to be used.
#[inline(always)]
pub(super) fn shift_right<S: Isa>(simd: S, bits: S::u64s, amount: u32) -> S::u64s {
    cast(simd.wrapping_dyn_shr_u32s(cast(bits), simd.splat_u32s(amount)))
}

/// The 12 low bits of each lane moved to the place of sign and exponent, above zeros.
#[inline(always)]
pub(super) fn exponent_field<S: Isa>(simd: S, bits: S::u64s) -> S::u64s {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        // SAFETY: `S` is the type compared with, and its `u64s` is plain data of the size of a register.
        unsafe {
            if TypeId::of::<S>() == TypeId::of::<V4>() {
                let simd = transmute_copy::<S, V4>(&simd);
                let shifted = simd.avx512f._mm512_slli_epi64::<52>(transmute_copy(&bits));
                return transmute_copy(&shifted);
            }
            if TypeId::of::<S>() == TypeId::of::<V3>() {
                let simd = transmute_copy::<S, V3>(&simd);
                let shifted = simd.avx2._mm256_slli_epi64::<52>(transmute_copy(&bits));
                return transmute_copy(&shifted);
            }
        }
    }
    let mut shifted = bits;
    for lane in bytemuck::cast_slice_mut::<S::u64s, u64>(core::slice::from_mut(&mut shifted)) {
        *lane <<= 52;
    }
    shifted
}

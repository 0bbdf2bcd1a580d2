//! The scalars that lanes are made of: `f32` and `f64`, and what can be done with a vector of them.
//!
//! Lane code names the scalar as `T: Real` and the instruction set as `S: Simd`; every function here is one or two
//! instructions after inlining. [`Real`] does not extend `nalgebra::RealField` on purpose: its supertraits have an `add`, a
//! `mul`, an `abs` and a `sqrt` of their own, and `T::add(simd, a, b)` would be ambiguous.

use core::any::TypeId;
#[cfg(debug_assertions)]
use core::mem::transmute;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use core::mem::transmute_copy;

use pulp::bytemuck::Zeroable;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::V3;
use pulp::{Scalar128b, Simd, cast};

use crate::kernels::Shared;

use super::Isa;

/// A real number type that fits lanes: `f32` or `f64`.
///
/// The functions take the instruction set first and are inlined into the caller, who must run under it
/// ([`dispatch`](super::dispatch())).
pub trait Real:
    nalgebra::Scalar + Copy + Default + PartialOrd + Send + Sync + core::ops::AddAssign
{
    /// A register of lanes, `Self::lanes::<S>()` of them.
    type Vector<S: Simd>: Copy;
    /// One truth value per lane.
    type Mask<S: Simd>: Copy;

    /// The most lanes any instruction set has.
    const MAX_LANES: usize;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;

    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The same number, exactly.
    fn to_f64(self) -> f64;

    /// The number of lanes of `S`; a constant after monomorphisation.
    fn lanes<S: Simd>() -> usize;

    /// What this crate has compiled for these lanes.
    fn shared<S: Isa>(simd: S) -> impl Shared<Self>;

    /// The same value in every lane.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    /// The same value in every lane, rounded from a literal.
    fn literal<S: Simd>(simd: S, value: f64) -> Self::Vector<S>;
    /// 0 in every lane.
    fn zero<S: Simd>(simd: S) -> Self::Vector<S>;

    /// `a + b`.
    fn add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `a - b`.
    fn sub<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `a b`.
    fn mul<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `a / b`.
    fn div<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `-a`: flips the sign bit, also of a NaN.
    fn neg<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// `|a|`: clears the sign bit, also of a NaN.
    fn abs<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// The magnitude of `a` with the sign bit of `b`.
    fn copy_sign<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// `a` with its sign bit flipped where `b` has one.
    fn flip_sign<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// The square root, correctly rounded.
    fn sqrt<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// `a b + c`, fused where the instruction set fuses, else rounded twice (scalar lanes).
    fn mul_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// `c - a b`, fused where the instruction set fuses, else rounded twice (scalar lanes).
    fn neg_mul_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// `a < b`; false where either is NaN.
    fn less_than<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Mask<S>;
    /// `a <= b`; false where either is NaN.
    fn less_or_equal<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Mask<S>;
    /// `a == b`; false where either is NaN.
    fn equal<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Mask<S>;
    /// `if_true` where the mask holds, else `if_false`.
    fn select<S: Simd>(
        simd: S,
        mask: Self::Mask<S>,
        if_true: Self::Vector<S>,
        if_false: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// A mask that holds in no lane.
    fn no_lanes<S: Simd>() -> Self::Mask<S>;
    /// A mask that holds in the first `count` lanes, at most `Self::lanes::<S>()`. It takes longer than a load: make it once.
    fn first_lanes<S: Simd>(simd: S, count: usize) -> Self::Mask<S>;
    /// Whether the mask holds in any lane.
    fn any<S: Simd>(simd: S, mask: Self::Mask<S>) -> bool;

    /// The sum of the lanes; the order of summation is that of the instruction set.
    fn reduce_sum<S: Simd>(simd: S, a: Self::Vector<S>) -> Self;

    /// Reads `Self::lanes::<S>()` consecutive numbers.
    ///
    /// # Safety
    /// All of them must be readable. `source` needs no more alignment than `Self` has.
    unsafe fn load<S: Simd>(simd: S, source: *const Self) -> Self::Vector<S>;
    /// Reads the lanes of a mask from consecutive numbers; the other lanes are 0, and memory there is not touched.
    ///
    /// # Safety
    /// The numbers of the mask's lanes must be readable.
    unsafe fn load_partial<S: Simd>(
        simd: S,
        source: *const Self,
        lanes: Self::Mask<S>,
    ) -> Self::Vector<S>;
    /// Writes `Self::lanes::<S>()` consecutive numbers.
    ///
    /// # Safety
    /// All of them must be writable. `target` needs no more alignment than `Self` has.
    unsafe fn store<S: Simd>(simd: S, target: *mut Self, value: Self::Vector<S>);
    /// Writes the lanes of a mask to consecutive numbers. Memory of the other lanes is not touched.
    ///
    /// # Safety
    /// The numbers of the mask's lanes must be writable.
    unsafe fn store_partial<S: Simd>(
        simd: S,
        target: *mut Self,
        value: Self::Vector<S>,
        lanes: Self::Mask<S>,
    );
}

/// A vector at any address. `ptr::read_unaligned` does the same, but where its caller is compiled with debug assertions it
/// checks the pointer in a function call, which makes loops many times slower. A raw pointer that is dereferenced is then
/// compared with null, which is a branch for each load: so in debug builds it is made a reference as it is.
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct Unaligned<V>(V);

/// Whether products are rounded before they are added: pulp calls a function of the mathematical library for each lane otherwise.
#[inline(always)]
fn rounds_twice<S: Simd>() -> bool {
    TypeId::of::<S>() == TypeId::of::<Scalar128b>()
}

/// Both implementations; `$index` is the unsigned integer of the scalar's width.
macro_rules! implement_real {
    ($scalar:ident, $index:ident, $max_lanes:literal, $lanes:ident, $vector:ident, $bits:ident, $mask:ident: $splat:ident, $splat_bits:ident,
     $add:ident, $sub:ident, $mul:ident, $div:ident, $sqrt:ident, $mul_add:ident, $neg_mul_add:ident,
     $and:ident, $or:ident, $xor:ident, $less_than:ident, $less_or_equal:ident, $equal:ident, $select:ident, $first_true:ident, $move_mask:ident,
     $reduce_sum:ident, $mask_between:ident, $mask_load:ident, $mask_store:ident) => {
        impl Real for $scalar {
            type Vector<S: Simd> = S::$vector;
            type Mask<S: Simd> = S::$mask;

            const MAX_LANES: usize = $max_lanes;
            const EPSILON: Self = $scalar::EPSILON;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline(always)]
            fn shared<S: Isa>(simd: S) -> impl Shared<Self> {
                simd
            }

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $scalar
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }

            #[inline(always)]
            fn literal<S: Simd>(simd: S, value: f64) -> S::$vector {
                simd.$splat(value as $scalar)
            }

            #[inline(always)]
            fn zero<S: Simd>(simd: S) -> S::$vector {
                simd.$splat(0.0)
            }

            #[inline(always)]
            fn add<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn sub<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$sub(a, b)
            }

            #[inline(always)]
            fn mul<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul(a, b)
            }

            #[inline(always)]
            fn div<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$div(a, b)
            }

            // The bit operations go through the integer lanes: pulp's own on floats are not always inlined.
            #[inline(always)]
            fn neg<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                let a: S::$bits = cast(a);
                cast(simd.$xor(a, simd.$splat_bits(1 << ($index::BITS - 1))))
            }

            #[inline(always)]
            fn abs<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                let a: S::$bits = cast(a);
                cast(simd.$and(a, simd.$splat_bits($index::MAX >> 1)))
            }

            #[inline(always)]
            fn copy_sign<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                let (a, b): (S::$bits, S::$bits) = (cast(a), cast(b));
                let magnitude = simd.$and(a, simd.$splat_bits($index::MAX >> 1));
                let sign = simd.$and(b, simd.$splat_bits(1 << ($index::BITS - 1)));
                cast(simd.$or(magnitude, sign))
            }

            #[inline(always)]
            fn flip_sign<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                let (a, b): (S::$bits, S::$bits) = (cast(a), cast(b));
                let sign = simd.$and(b, simd.$splat_bits(1 << ($index::BITS - 1)));
                cast(simd.$xor(a, sign))
            }

            #[inline(always)]
            fn sqrt<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                simd.$sqrt(a)
            }

            #[inline(always)]
            fn mul_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                if rounds_twice::<S>() {
                    return simd.$add(simd.$mul(a, b), c);
                }
                simd.$mul_add(a, b, c)
            }

            #[inline(always)]
            fn neg_mul_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                if rounds_twice::<S>() {
                    return simd.$sub(c, simd.$mul(a, b));
                }
                simd.$neg_mul_add(a, b, c)
            }

            #[inline(always)]
            fn less_than<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$mask {
                simd.$less_than(a, b)
            }

            #[inline(always)]
            fn less_or_equal<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$mask {
                simd.$less_or_equal(a, b)
            }

            #[inline(always)]
            fn equal<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$mask {
                simd.$equal(a, b)
            }

            #[inline(always)]
            fn select<S: Simd>(
                simd: S,
                mask: S::$mask,
                if_true: S::$vector,
                if_false: S::$vector,
            ) -> S::$vector {
                cast(simd.$select(mask, cast(if_true), cast(if_false)))
            }

            #[inline(always)]
            fn no_lanes<S: Simd>() -> S::$mask {
                Zeroable::zeroed()
            }

            // Tables and integers, no lanes: called in debug builds.
            #[cfg_attr(not(debug_assertions), inline(always))]
            #[cfg_attr(debug_assertions, inline(never))]
            fn first_lanes<S: Simd>(simd: S, count: usize) -> S::$mask {
                simd.$mask_between(0, count as $index).mask()
            }

            #[inline(always)]
            fn any<S: Simd>(simd: S, mask: S::$mask) -> bool {
                #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                if TypeId::of::<S>() == TypeId::of::<V3>() {
                    // SAFETY: `S` is `V3`.
                    let simd = unsafe { transmute_copy::<S, V3>(&simd) };
                    // SAFETY: the masks of `V3` are registers, each lane all ones or all zeros.
                    let mask = unsafe { transmute_copy(&mask) };
                    return simd.avx.$move_mask(mask) != 0;
                }
                if size_of::<S::$mask>() < size_of::<S::$vector>() {
                    // A mask of bits, or one bool: pulp counts zeros.
                    simd.$first_true(mask) < S::$lanes
                } else {
                    // A mask of lanes: pulp would look at one after the other.
                    simd.$reduce_sum(Self::select(simd, mask, simd.$splat(1.0), simd.$splat(0.0)))
                        != 0.0
                }
            }

            #[inline(always)]
            fn reduce_sum<S: Simd>(simd: S, a: S::$vector) -> Self {
                simd.$reduce_sum(a)
            }

            #[inline(always)]
            unsafe fn load<S: Simd>(_: S, source: *const Self) -> S::$vector {
                // SAFETY: the caller promises `lanes` readable numbers, which is the size of the vector; any bits are a
                // valid vector (pulp's `Pod`), and the read is unaligned.
                unsafe {
                    #[cfg(not(debug_assertions))]
                    let source = source.cast::<Unaligned<S::$vector>>();
                    #[cfg(debug_assertions)]
                    #[allow(clippy::transmute_ptr_to_ref, reason = "`&*` compares with null")]
                    let source = transmute::<*const Self, &Unaligned<S::$vector>>(source);
                    (*source).0
                }
            }

            #[inline(always)]
            unsafe fn load_partial<S: Simd>(
                simd: S,
                source: *const Self,
                lanes: S::$mask,
            ) -> S::$vector {
                // SAFETY: the caller promises that the lanes are readable. A mask made anew takes the masked instruction;
                // pulp's own goes through a call, which costs more than the load.
                unsafe { simd.$mask_load(pulp::MemMask::new(lanes), source) }
            }

            #[inline(always)]
            unsafe fn store<S: Simd>(_: S, target: *mut Self, value: S::$vector) {
                // SAFETY: the caller promises `lanes` writable numbers, which is the size of the vector, and the write is
                // unaligned.
                unsafe {
                    #[cfg(not(debug_assertions))]
                    let target = target.cast::<Unaligned<S::$vector>>();
                    #[cfg(debug_assertions)]
                    #[allow(clippy::transmute_ptr_to_ref, reason = "`&*` compares with null")]
                    let target = transmute::<*mut Self, &mut Unaligned<S::$vector>>(target);
                    *target = Unaligned(value);
                }
            }

            #[inline(always)]
            unsafe fn store_partial<S: Simd>(
                simd: S,
                target: *mut Self,
                value: S::$vector,
                lanes: S::$mask,
            ) {
                // SAFETY: the caller promises that the lanes are writable.
                unsafe { simd.$mask_store(pulp::MemMask::new(lanes), target, value) }
            }
        }
    };
}

#[rustfmt::skip]
implement_real!(f64, u64, 8, F64_LANES, f64s, u64s, m64s: splat_f64s, splat_u64s,
    add_f64s, sub_f64s, mul_f64s, div_f64s, sqrt_f64s, mul_add_e_f64s, negate_mul_add_e_f64s,
    and_u64s, or_u64s, xor_u64s, less_than_f64s, less_than_or_equal_f64s, equal_f64s, select_u64s, first_true_m64s, _mm256_movemask_pd,
    reduce_sum_f64s, mask_between_m64s, mask_load_ptr_f64s, mask_store_ptr_f64s);

#[rustfmt::skip]
implement_real!(f32, u32, 16, F32_LANES, f32s, u32s, m32s: splat_f32s, splat_u32s,
    add_f32s, sub_f32s, mul_f32s, div_f32s, sqrt_f32s, mul_add_e_f32s, negate_mul_add_e_f32s,
    and_u32s, or_u32s, xor_u32s, less_than_f32s, less_than_or_equal_f32s, equal_f32s, select_u32s, first_true_m32s, _mm256_movemask_ps,
    reduce_sum_f32s, mask_between_m32s, mask_load_ptr_f32s, mask_store_ptr_f32s);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::{Isa, Lanes, OnLanes, dispatch, with_lanes};

    struct Check<T>(core::marker::PhantomData<T>);

    impl<T: Real> OnLanes for Check<T> {
        type Output = ();

        #[inline(always)]
        fn run<S: Isa>(self, simd: S) {
            let lanes = T::lanes::<S>();
            assert!(lanes <= T::MAX_LANES);
            assert_eq!(lanes * size_of::<T>(), size_of::<T::Vector<S>>());
            let numbers: Vec<T> = (0..2 * lanes + 3)
                .map(|i| T::from_f64(i as f64 - 2.5))
                .collect();
            let at = |i: usize| numbers[i].to_f64();
            let read = |vector: T::Vector<S>| {
                let mut out = vec![T::ZERO; lanes];
                // SAFETY: `out` holds `lanes` numbers.
                unsafe { T::store(simd, out.as_mut_ptr(), vector) };
                out.iter().map(|x| x.to_f64()).collect::<Vec<_>>()
            };
            let each = |f: &dyn Fn(usize) -> f64| (0..lanes).map(f).collect::<Vec<_>>();
            // SAFETY: `numbers` holds `2 lanes + 3` numbers; two of these loads are not aligned.
            let (a, b, c) = unsafe {
                let source = numbers.as_ptr();
                (
                    T::load(simd, source),
                    T::load(simd, source.add(1)),
                    T::load(simd, source.add(3)),
                )
            };
            assert_eq!(read(T::add(simd, a, b)), each(&|i| at(i) + at(i + 1)));
            assert_eq!(read(T::sub(simd, a, c)), each(&|i| at(i) - at(i + 3)));
            assert_eq!(read(T::mul(simd, a, b)), each(&|i| at(i) * at(i + 1)));
            assert_eq!(
                read(T::div(simd, a, T::literal(simd, 2.0))),
                each(&|i| at(i) / 2.0)
            );
            assert_eq!(read(T::neg(simd, a)), each(&|i| -at(i)));
            assert_eq!(read(T::abs(simd, a)), each(&|i| at(i).abs()));
            assert_eq!(
                read(T::copy_sign(simd, c, a)),
                each(&|i| at(i + 3).copysign(at(i)))
            );
            assert_eq!(
                read(T::sqrt(simd, T::mul(simd, a, a))),
                each(&|i| at(i).abs())
            );
            assert_eq!(
                read(T::mul_add(simd, a, b, c)),
                each(&|i| at(i) * at(i + 1) + at(i + 3))
            );
            assert_eq!(
                read(T::neg_mul_add(simd, a, b, c)),
                each(&|i| at(i + 3) - at(i) * at(i + 1))
            );
            let choose = |mask| read(T::select(simd, mask, T::splat(simd, T::ONE), T::zero(simd)));
            let half = T::literal(simd, -0.5);
            let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
            assert_eq!(
                choose(T::less_than(simd, a, half)),
                each(&|i| truth(at(i) < -0.5))
            );
            assert_eq!(
                choose(T::less_or_equal(simd, a, half)),
                each(&|i| truth(at(i) <= -0.5))
            );
            assert_eq!(
                choose(T::equal(simd, a, half)),
                each(&|i| truth(at(i) == -0.5))
            );
            assert!(T::any(
                simd,
                T::equal(simd, a, T::splat(simd, numbers[lanes - 1]))
            ));
            assert!(!T::any(
                simd,
                T::equal(simd, a, T::splat(simd, numbers[lanes]))
            ));
            assert_eq!(
                T::reduce_sum(simd, a).to_f64(),
                each(&at).iter().sum::<f64>()
            );

            for count in 0..=lanes {
                // Exactly `count` numbers on the heap, so that a tool that watches memory sees a read beyond them.
                let source: Box<[T]> = numbers[..count].into();
                let in_use = T::first_lanes(simd, count);
                // SAFETY: `source` holds `count` numbers.
                let partial = unsafe { T::load_partial(simd, source.as_ptr(), in_use) };
                assert_eq!(
                    read(partial),
                    each(&|i| if i < count { at(i) } else { 0.0 })
                );
                let mut target = vec![T::from_f64(7.0); lanes];
                // SAFETY: `target` holds `lanes >= count` numbers.
                unsafe { T::store_partial(simd, target.as_mut_ptr(), b, in_use) };
                let target: Vec<f64> = target.iter().map(|x| x.to_f64()).collect();
                assert_eq!(target, each(&|i| if i < count { at(i + 1) } else { 7.0 }));
            }
        }
    }

    #[test]
    fn every_operation_does_in_each_lane_what_the_scalar_does() {
        for lanes in Lanes::available() {
            with_lanes(lanes, || {
                dispatch(Check::<f64>(core::marker::PhantomData));
                dispatch(Check::<f32>(core::marker::PhantomData));
            });
        }
    }
}

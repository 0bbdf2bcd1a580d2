//! Sine and cosine over the whole line.
//!
//! v = n π/2 + r + y by Cody and Waite, with π/2 in parts whose products with n are exact, and with the rounding of r kept in
//! y: so sin is accurate also next to its zeros. Beyond the reach of the parts the vector leaves the lanes, one number at a
//! time, for the functions of the standard library, whose accuracy there is that of the platform (glibc: below 1 ulp, but
//! 8 ulp next to the zero that is hardest, at 6381956970095103 2^797).

use crate::lanes::Isa;

use super::Elementary;
use super::scalar::{Quadrant, QuarterTurns};

/// Sine and cosine.
#[derive(Clone, Copy)]
pub struct Trigonometric<V> {
    /// sin v.
    pub sin: V,
    /// cos v.
    pub cos: V,
}

/// Sine and cosine; NaN at ±∞.
#[inline(always)]
pub fn trigonometric<T: Elementary, S: Isa>(
    simd: S,
    v: T::Vector<S>,
) -> Trigonometric<T::Vector<S>> {
    let near = near::<T, S>(simd, v);
    let beyond = T::less_than(
        simd,
        T::literal(simd, T::TRIGONOMETRIC_REACH),
        T::abs(simd, v),
    );
    if !T::any(simd, beyond) {
        return near;
    }
    let far = far::<T, S>(simd, v);
    Trigonometric {
        sin: T::select(simd, beyond, far.sin, near.sin),
        cos: T::select(simd, beyond, far.cos, near.cos),
    }
}

#[inline(always)]
fn near<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Trigonometric<T::Vector<S>> {
    let QuarterTurns {
        turns,
        remainder: r,
        correction: y,
    } = T::quarter_turns(simd, v);
    let one = T::splat(simd, T::ONE);
    let square = T::mul(simd, r, r);
    let half_square = T::mul(simd, square, T::literal(simd, 0.5));

    // sin(r + y) = r + (r³ S + y (1 - r²/2)).
    let cube = T::mul(simd, square, r);
    let first_order = T::neg_mul_add(simd, half_square, y, y);
    let sine = T::add(
        simd,
        r,
        T::mul_add(simd, cube, T::sine_kernel(simd, square), first_order),
    );

    // cos(r + y) = w + ((1 - w - r²/2) + (r⁴ C - r y)), w = 1 - r²/2 rounded.
    let w = T::sub(simd, one, half_square);
    let lost = T::sub(simd, T::sub(simd, one, w), half_square);
    let fourth = T::mul(simd, square, square);
    let rest = T::neg_mul_add(simd, r, y, lost);
    let cosine = T::add(
        simd,
        w,
        T::mul_add(simd, fourth, T::cosine_kernel(simd, square), rest),
    );

    let Quadrant {
        swap,
        sine_sign,
        cosine_sign,
    } = T::quadrant(simd, turns);
    Trigonometric {
        sin: T::mul(simd, T::select(simd, swap, cosine, sine), sine_sign),
        cos: T::mul(simd, T::select(simd, swap, sine, cosine), cosine_sign),
    }
}

/// As many lanes as any scalar has on any instruction set.
const MOST_LANES: usize = 16;

/// Off the lanes: through memory and the scalar functions of the standard library.
#[inline(always)]
fn far<T: Elementary, S: Isa>(simd: S, v: T::Vector<S>) -> Trigonometric<T::Vector<S>> {
    const { assert!(T::MAX_LANES <= MOST_LANES) };
    core::hint::cold_path();
    let mut sines = [T::ZERO; MOST_LANES];
    let mut cosines = [T::ZERO; MOST_LANES];
    // SAFETY: the array holds at least as many numbers as there are lanes.
    unsafe { T::store(simd, sines.as_mut_ptr(), v) };
    sine_and_cosine_of_each(&mut sines[..T::lanes::<S>()], &mut cosines);
    // SAFETY: both arrays hold at least as many numbers as there are lanes.
    unsafe {
        Trigonometric {
            sin: T::load(simd, sines.as_ptr()),
            cos: T::load(simd, cosines.as_ptr()),
        }
    }
}

/// Replaces the angles by their sines.
#[cold]
#[inline(never)]
fn sine_and_cosine_of_each<T: Elementary>(angles: &mut [T], cosines: &mut [T; MOST_LANES]) {
    for (angle, cosine) in angles.iter_mut().zip(cosines) {
        (*angle, *cosine) = angle.sine_cosine();
    }
}

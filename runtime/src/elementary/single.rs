//! `f32`: 24 bits; polynomials to a few hundredths of an ulp.

use pulp::cast;

use crate::lanes::Isa;

use super::Elementary;
use super::scalar::{Quadrant, QuarterTurns};
use crate::lanes::Real;

const SIGN: u32 = 1 << 31;
/// Bits of 1.
const ONE: u32 = 0x3f80_0000;
/// Bits of sqrt(1/2).
const ROOT_HALF: u32 = 0x3f35_04f3;
/// 1.5 2^23: its neighbours are integers, so adding it rounds.
const ROUNDER: f32 = 12_582_912.0;

impl Elementary for f32 {
    const MAX: f64 = f32::MAX as f64;
    const MIN_NORMAL: f64 = f32::MIN_POSITIVE as f64;
    const NORMALIZER: (f64, f64) = (16_777_216.0, 24.0);

    // 14 bits and the rest: exponents have 8.
    const LN_2: (f64, f64) = (0.69317626953125, -2.9088971132296138e-05);
    const EXP_OVERFLOW: f64 = 89.0;
    const EXP_UNDERFLOW: f64 = -107.0;
    const EXP_REACH: f64 = 87.0;
    const LIFT: (f64, f64, f64) = (-96.0, 32.0, 2.3283064365386963e-10);

    const MILLS_CENTER: f64 = 2.75;
    const MILLS_TOP: f64 = 14.5;
    const NORMAL_REACH: f64 = 12.9;

    const FRAC_2_SQRT_PI: (f64, f64) = (1.128379225730896, -5.8635382771399236e-08);

    // 652 quarter turns, 10 bits.
    const TRIGONOMETRIC_REACH: f64 = 1024.0;

    #[inline(always)]
    fn nearest_integer<S: Isa>(simd: S, v: Self::Vector<S>) -> Self::Vector<S> {
        let rounder = Self::splat(simd, ROUNDER);
        Self::sub(simd, Self::add(simd, v, rounder), rounder)
    }

    #[inline(always)]
    fn power_of_two<S: Isa>(simd: S, n: Self::Vector<S>) -> Self::Vector<S> {
        let biased = Self::add(simd, n, Self::splat(simd, ROUNDER + 127.0));
        cast(simd.wrapping_dyn_shl_u32s(cast(biased), simd.splat_u32s(23)))
    }

    #[inline(always)]
    fn binary_exponent<S: Isa>(
        simd: S,
        v: Self::Vector<S>,
        factor: Self::Vector<S>,
    ) -> (Self::Vector<S>, Self::Vector<S>) {
        // The rounder's low bits are the exponent bias, so the sum's are the exponent field.
        let rounder = Self::splat(simd, ROUNDER + 127.0);
        let sum = <Self as Real>::mul_add(simd, v, factor, rounder);
        let power = simd.wrapping_dyn_shl_u32s(cast(sum), simd.splat_u32s(23));
        (Self::sub(simd, sum, rounder), cast(power))
    }

    #[inline(always)]
    fn split<S: Isa>(simd: S, v: Self::Vector<S>) -> (Self::Vector<S>, Self::Vector<S>) {
        let bits = simd.add_u32s(cast(v), simd.splat_u32s(ONE - ROOT_HALF));
        let mantissa = simd.and_u32s(bits, simd.splat_u32s(0x007f_ffff));
        let mantissa = simd.add_u32s(mantissa, simd.splat_u32s(ROOT_HALF));
        // The exponent, in the low bits of 2^23.
        let exponent = simd.and_u32s(
            simd.wrapping_dyn_shr_u32s(bits, simd.splat_u32s(23)),
            simd.splat_u32s(0xff),
        );
        let exponent = simd.or_u32s(exponent, simd.splat_u32s(0x4b00_0000));
        (
            Self::sub(simd, cast(exponent), Self::splat(simd, 8_388_608.0 + 127.0)),
            cast(mantissa),
        )
    }

    #[inline(always)]
    fn head<S: Isa>(simd: S, v: Self::Vector<S>) -> Self::Vector<S> {
        cast(simd.and_u32s(cast(v), simd.splat_u32s(0xffff_f000)))
    }

    #[inline(always)]
    fn quarter_turns<S: Isa>(simd: S, v: Self::Vector<S>) -> QuarterTurns<Self::Vector<S>> {
        let turns = Self::nearest_integer(
            simd,
            Self::mul(simd, v, Self::splat(simd, core::f32::consts::FRAC_2_PI)),
        );
        // π/2 in parts of 14, 14, 14 and 24 bits: the first difference is exact, the others are made so by `correction`.
        let first = Self::neg_mul_add(simd, turns, Self::literal(simd, 1.57080078125), v);
        let second = Self::mul(simd, turns, Self::literal(simd, -4.454515874385834e-06));
        let third = Self::mul(simd, turns, Self::literal(simd, 6.077272018956137e-11));
        let fourth = Self::mul(simd, turns, Self::literal(simd, -1.7151245100058819e-15));
        let sum = Self::sub(simd, first, second);
        let lost = Self::sub(simd, Self::sub(simd, first, sum), second);
        let longer = Self::sub(simd, sum, third);
        let lost = Self::add(
            simd,
            lost,
            Self::sub(simd, Self::sub(simd, sum, longer), third),
        );
        let lost = Self::sub(simd, lost, fourth);
        let remainder = Self::add(simd, longer, lost);
        let correction = Self::add(simd, Self::sub(simd, longer, remainder), lost);
        QuarterTurns {
            turns,
            remainder,
            correction,
        }
    }

    #[inline(always)]
    fn quadrant<S: Isa>(simd: S, n: Self::Vector<S>) -> Quadrant<Self::Vector<S>, Self::Mask<S>> {
        let (sign, one) = (simd.splat_u32s(SIGN), simd.splat_u32s(ONE));
        let bits = cast(Self::add(simd, n, Self::splat(simd, ROUNDER)));
        let odd = simd.and_u32s(simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(31)), sign);
        let half_turn = simd.and_u32s(simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(30)), sign);
        Quadrant {
            swap: Self::less_than(simd, cast(simd.or_u32s(odd, one)), Self::zero(simd)),
            sine_sign: cast(simd.or_u32s(half_turn, one)),
            cosine_sign: cast(simd.or_u32s(simd.xor_u32s(odd, half_turn), one)),
        }
    }

    #[inline(always)]
    fn sine_cosine(self) -> (Self, Self) {
        self.sin_cos()
    }

    #[inline(always)]
    fn expm1_kernel<S: Isa>(
        simd: S,
        r: Self::Vector<S>,
        square: Self::Vector<S>,
    ) -> Self::Vector<S> {
        estrin!(f32, simd, [r, square]; 0.5, 0.16666541993618011, 0.04166645184159279, 0.008366725407540798, 0.0013936199247837067)
    }

    #[inline(always)]
    fn ln_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S> {
        horner!(f32, simd, square; 0.6666677594184875, 0.39977574348449707, 0.29871219396591187)
    }

    #[inline(always)]
    fn sine_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S> {
        horner!(f32, simd, square; -0.16666655242443085, 0.008332190103828907, -0.0001951839803950861)
    }

    #[inline(always)]
    fn cosine_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S> {
        horner!(f32, simd, square; 0.041666653007268906, -0.0013887612149119377, 2.4461216526106e-05)
    }

    #[inline(always)]
    fn mills_kernel<S: Isa>(simd: S, y: Self::Vector<S>) -> Self::Vector<S> {
        // The first coefficient apart: at large y the parts would cancel to a third.
        let square = Self::mul(simd, y, y);
        let fourth = Self::mul(simd, square, square);
        let rest = estrin!(f32, simd, [y, square, fourth]; -0.4743541181087494, 0.18233442306518555, -0.016566051170229912, -0.01644539274275303, 0.003210999770089984, 0.002504166914150119, -0.000304480257909745, -0.0004557726497296244, -2.2168958821566775e-05, 4.073119998793118e-05);
        <Self as Real>::mul_add(simd, y, rest, Self::literal(simd, 0.7189860343933105))
    }

    #[inline(always)]
    fn error_function_kernel<S: Isa>(
        simd: S,
        a: Self::Vector<S>,
    ) -> (Self::Vector<S>, Self::Vector<S>) {
        let square = Self::mul(simd, a, a);
        (
            estrin!(f32, simd, [a, square]; 1.0000007152557373, 0.7979080677032471, 0.20499680936336517),
            estrin!(f32, simd, [a, square]; 1.0, 1.5501759052276611, 0.8710156679153442, 0.1813979297876358),
        )
    }
}

//! `f64`: 53 bits; polynomials to a few hundredths of an ulp.

use pulp::cast;

use crate::lanes::Isa;

use super::Elementary;
use super::scalar::{Quadrant, QuarterTurns};
use super::words::{exponent_field, shift_left, shift_right};
use crate::lanes::Real;

const SIGN: u64 = 1 << 63;
/// Bits of 1.
const ONE: u64 = 0x3ff0_0000_0000_0000;
/// Bits of the least number above sqrt(1/2) whose lower word is 0.
const ROOT_HALF: u64 = 0x3fe6_a09e_0000_0000;
/// 1.5 2^52: its neighbours are integers, so adding it rounds.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// 1.5 2^20: an integer added to it stands in the low bits of the upper word, and the lower word is 0.
const UPPER_WORD: f64 = 1_572_864.0;

impl Elementary for f64 {
    const MAX: f64 = f64::MAX;
    const MIN_NORMAL: f64 = f64::MIN_POSITIVE;
    const NORMALIZER: (f64, f64) = (18_014_398_509_481_984.0, 54.0);

    // 40 bits and the rest: exponents have 11.
    const LN_2: (f64, f64) = (0.6931471805601177, -1.7239444525614835e-13);
    const EXP_OVERFLOW: f64 = 710.0;
    const EXP_UNDERFLOW: f64 = -748.0;
    const EXP_REACH: f64 = 708.0;
    const LIFT: (f64, f64, f64) = (-960.0, 128.0, 2.938735877055719e-39);

    const MILLS_CENTER: f64 = 4.0;
    const MILLS_TOP: f64 = 38.6;
    const NORMAL_REACH: f64 = 37.5;

    const FRAC_2_SQRT_PI: (f64, f64) = (core::f64::consts::FRAC_2_SQRT_PI, 1.533545961316588e-17);

    // 20,861 quarter turns, 15 bits.
    const TRIGONOMETRIC_REACH: f64 = 32_768.0;

    #[inline(always)]
    fn nearest_integer<S: Isa>(simd: S, v: Self::Vector<S>) -> Self::Vector<S> {
        let rounder = Self::splat(simd, ROUNDER);
        Self::sub(simd, Self::add(simd, v, rounder), rounder)
    }

    #[inline(always)]
    fn power_of_two<S: Isa>(simd: S, n: Self::Vector<S>) -> Self::Vector<S> {
        let biased = Self::add(simd, n, Self::splat(simd, ROUNDER + 1023.0));
        cast(exponent_field(simd, cast(biased)))
    }

    #[inline(always)]
    fn binary_exponent<S: Isa>(
        simd: S,
        v: Self::Vector<S>,
        factor: Self::Vector<S>,
    ) -> (Self::Vector<S>, Self::Vector<S>) {
        // The rounder's low bits are the exponent bias, so the sum's are the exponent field.
        let rounder = Self::splat(simd, ROUNDER + 1023.0);
        let sum = <Self as Real>::mul_add(simd, v, factor, rounder);
        (
            Self::sub(simd, sum, rounder),
            cast(exponent_field(simd, cast(sum))),
        )
    }

    #[inline(always)]
    fn split<S: Isa>(simd: S, v: Self::Vector<S>) -> (Self::Vector<S>, Self::Vector<S>) {
        let bits = simd.add_u64s(cast(v), simd.splat_u64s(ONE - ROOT_HALF));
        let mantissa = simd.and_u64s(bits, simd.splat_u64s(0x000f_ffff_ffff_ffff));
        let mantissa = simd.add_u64s(mantissa, simd.splat_u64s(ROOT_HALF));
        // The exponent, in the low bits of the upper word of 2^20.
        let exponent = simd.and_u64s(
            shift_right(simd, bits, 20),
            simd.splat_u64s(0x0000_07ff_0000_0000),
        );
        let exponent = simd.or_u64s(exponent, simd.splat_u64s(0x4130_0000_0000_0000));
        (
            Self::sub(
                simd,
                cast(exponent),
                Self::splat(simd, 1_048_576.0 + 1023.0),
            ),
            cast(mantissa),
        )
    }

    #[inline(always)]
    fn head<S: Isa>(simd: S, v: Self::Vector<S>) -> Self::Vector<S> {
        cast(simd.and_u64s(cast(v), simd.splat_u64s(0xffff_ffff_f800_0000)))
    }

    #[inline(always)]
    fn quarter_turns<S: Isa>(simd: S, v: Self::Vector<S>) -> QuarterTurns<Self::Vector<S>> {
        let turns = Self::nearest_integer(
            simd,
            Self::mul(simd, v, Self::splat(simd, core::f64::consts::FRAC_2_PI)),
        );
        // π/2 in parts of 37, 37 and 53 bits: the first difference is exact, the others are made so by `correction`.
        let first = Self::neg_mul_add(simd, turns, Self::splat(simd, 1.5707963267923333), v);
        let second = Self::mul(simd, turns, Self::splat(simd, 2.5633441515839558e-12));
        let third = Self::mul(simd, turns, Self::splat(simd, 1.0562999066987428e-23));
        let sum = Self::sub(simd, first, second);
        let lost = Self::sub(simd, Self::sub(simd, first, sum), second);
        let remainder = Self::sub(simd, sum, third);
        let correction = Self::sub(simd, Self::sub(simd, sum, remainder), third);
        QuarterTurns {
            turns,
            remainder,
            correction: Self::add(simd, correction, lost),
        }
    }

    #[inline(always)]
    fn quadrant<S: Isa>(simd: S, n: Self::Vector<S>) -> Quadrant<Self::Vector<S>, Self::Mask<S>> {
        let (sign, one) = (simd.splat_u64s(SIGN), simd.splat_u64s(ONE));
        let bits = cast(Self::add(simd, n, Self::splat(simd, UPPER_WORD)));
        let odd = simd.and_u64s(shift_left(simd, bits, 31), sign);
        let half_turn = simd.and_u64s(shift_left(simd, bits, 30), sign);
        Quadrant {
            swap: Self::less_than(simd, cast(simd.or_u64s(odd, one)), Self::zero(simd)),
            sine_sign: cast(simd.or_u64s(half_turn, one)),
            cosine_sign: cast(simd.or_u64s(simd.xor_u64s(odd, half_turn), one)),
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
        let fourth = Self::mul(simd, square, square);
        estrin!(f64, simd, [r, square, fourth]; 0.5, 0.1666666666666668, 0.0416666666666192, 0.008333333333318276, 0.0013888888920881711, 0.00019841269895832394, 2.4801515816264042e-05, 2.7557233781948333e-06, 2.7622460939687566e-07, 2.511279200463175e-08)
    }

    #[inline(always)]
    fn ln_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S> {
        let fourth = Self::mul(simd, square, square);
        let eighth = Self::mul(simd, fourth, fourth);
        estrin!(f64, simd, [square, fourth, eighth]; 0.6666666666666735, 0.3999999999941019, 0.2857142874335893, 0.2222219847401861, 0.18183569524955934, 0.15313915244880225, 0.14797333851450983)
    }

    #[inline(always)]
    fn sine_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S> {
        let fourth = Self::mul(simd, square, square);
        estrin!(f64, simd, [square, fourth]; -0.16666666666666632, 0.008333333333322457, -0.00019841269829814776, 2.7557313687903173e-06, -2.5050756738516534e-08, 1.5896681632129765e-10)
    }

    #[inline(always)]
    fn cosine_kernel<S: Isa>(simd: S, square: Self::Vector<S>) -> Self::Vector<S> {
        let fourth = Self::mul(simd, square, square);
        estrin!(f64, simd, [square, fourth]; 0.041666666666666644, -0.0013888888888881755, 2.4801587294203187e-05, -2.75573156955641e-07, 2.087590246374084e-09, -1.13687335246959e-11)
    }

    #[inline(always)]
    fn mills_kernel<S: Isa>(simd: S, y: Self::Vector<S>) -> Self::Vector<S> {
        // The first coefficient apart: at large y the parts would cancel to a third.
        let square = Self::mul(simd, y, y);
        let fourth = Self::mul(simd, square, square);
        let rest = estrin!(f64, simd, [y, square, fourth]; -0.6078966419718921, 0.3871374007422133, -0.18652185795966042, 0.06039657489088349, -0.00754018896657429, -0.003479692364854221, 0.0016308184547959184, 0.00013334427452194646, -0.00023109491147886802, -1.9079681770725207e-06, 3.514458688523219e-05, 7.153480259404991e-07, -5.9200073969512496e-06, -6.259387534712531e-07, 1.0217538201276477e-06, 2.649950183506127e-07, -1.5637049575550356e-07, -7.777954815846766e-08, 1.5864957172286994e-08, 1.4795730631593233e-08, -2.6670450787042744e-10, -1.2045567330809921e-09);
        <Self as Real>::mul_add(simd, y, rest, Self::literal(simd, 0.7552851304157515))
    }

    #[inline(always)]
    fn error_function_kernel<S: Isa>(
        simd: S,
        a: Self::Vector<S>,
    ) -> (Self::Vector<S>, Self::Vector<S>) {
        let square = Self::mul(simd, a, a);
        let fourth = Self::mul(simd, square, square);
        (
            estrin!(f64, simd, [a, square, fourth]; 1.0000000000000007, 1.6783805905102953, 1.2934861514782945, 0.5740989370347409, 0.15397389559994215, 0.023663353359670757, 0.0016358109148066798),
            estrin!(f64, simd, [a, square, fourth]; 1.0, 2.4306333685740174, 2.6219368554412346, 1.632042647400096, 0.6354276981249587, 0.1554541792997663, 0.022255896869976352, 0.0014496986585940696),
        )
    }
}

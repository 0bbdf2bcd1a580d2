//! A seed in, reproducible random numbers out.
//!
//! The same seed gives the same bits on every platform with IEEE arithmetic and in every version of this crate: the
//! generator is SplitMix64 (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014), and
//! only correctly rounded operations are used, so no function of the system's mathematical library.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
    spare: Option<f64>,
}

impl Random {
    /// The stream of a seed.
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            state: seed,
            spare: None,
        }
    }

    /// 64 random bits.
    const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of [0, 1), a multiple of 2^-53.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A number of [-1, 1).
    pub(super) fn symmetric(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }

    /// A number of the standard normal distribution, by Marsaglia's polar method.
    pub(super) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (self.symmetric(), self.symmetric());
            let square = u * u + v * v;
            if square < 1.0 && square > 0.0 {
                let radius = (-2.0 * ln(square) / square).sqrt();
                self.spare = Some(v * radius);
                return u * radius;
            }
        }
    }
}

/// The natural logarithm of a positive normal number, by ln m = 2 artanh((m - 1) / (m + 1)) for m near 1.
fn ln(x: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    let bits = x.to_bits();
    let mut exponent = f64::from(i16::try_from(bits >> 52).unwrap_or(0) - 1023);
    let mut mantissa = f64::from_bits((bits & MANTISSA) | 1.0f64.to_bits());
    if mantissa > core::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1.0;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut series = 0.0;
    // The ratio is at most 0.1716, so the term of order 25 is below 1e-20.
    for order in (0..12).rev() {
        series = series * square + 1.0 / f64::from(2 * order + 1);
    }
    exponent * core::f64::consts::LN_2 + 2.0 * ratio * series
}

#[cfg(test)]
mod tests {
    use super::{Random, ln};

    #[test]
    fn the_first_numbers_of_a_seed_never_change() {
        let mut random = Random::new(1_234_567);
        let bits = [0; 3].map(|_: u64| random.bits());
        assert_eq!(
            bits,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn logarithms_agree_with_those_of_the_system() {
        for power in 0..2000 {
            let x = 0.999_f64.powi(power * power / 20) * 0.97;
            assert!(
                (ln(x) - x.ln()).abs() <= 4e-16 * x.ln().abs().max(0.02),
                "{x}"
            );
        }
    }

    #[test]
    fn normal_numbers_have_the_moments_of_the_normal_distribution() {
        let mut random = Random::new(7);
        let count = 200_000;
        let mut moments = [0.0; 4];
        for _ in 0..count {
            let x = random.normal();
            for (power, moment) in (1..).zip(&mut moments) {
                *moment += x.powi(power) / f64::from(count);
            }
        }
        for (found, expected) in moments.into_iter().zip([0.0, 1.0, 0.0, 3.0]) {
            assert!((found - expected).abs() < 0.05, "{moments:?}");
        }
    }
}

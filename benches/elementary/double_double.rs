//! The references of `f64`: sums of two numbers, 106 bits, and the functions that the elementary ones are made of.
//!
//! Arithmetic after Dekker (Numerische Mathematik 18, 1971). The functions are series after a reduction of the argument; each is
//! right to about 1e-30 of its value, which `tests/elementary.rs` checks by identities.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `0.0 + 1.0`, the second at most half a unit in the last place of the first.
#[derive(Clone, Copy, Debug)]
pub struct DoubleDouble(pub f64, pub f64);

use DoubleDouble as Dd;

const LN_2: [f64; 3] = [
    0.6931471805601177,
    -1.7239444525614835e-13,
    1.94704509238075e-31,
];

fn two_sum(a: f64, b: f64) -> Dd {
    let sum = a + b;
    let back = sum - a;
    Dd(sum, (a - (sum - back)) + (b - back))
}

/// For |a| >= |b|.
fn quick_two_sum(a: f64, b: f64) -> Dd {
    let sum = a + b;
    Dd(sum, b - (sum - a))
}

fn two_product(a: f64, b: f64) -> Dd {
    let product = a * b;
    Dd(product, a.mul_add(b, -product))
}

impl From<f64> for Dd {
    fn from(value: f64) -> Dd {
        Dd(value, 0.0)
    }
}

impl Add for Dd {
    type Output = Dd;
    fn add(self, other: Dd) -> Dd {
        let (high, low) = (two_sum(self.0, other.0), two_sum(self.1, other.1));
        let sum = quick_two_sum(high.0, high.1 + low.0);
        quick_two_sum(sum.0, sum.1 + low.1)
    }
}

impl Neg for Dd {
    type Output = Dd;
    fn neg(self) -> Dd {
        Dd(-self.0, -self.1)
    }
}

impl Sub for Dd {
    type Output = Dd;
    fn sub(self, other: Dd) -> Dd {
        self + -other
    }
}

impl Mul for Dd {
    type Output = Dd;
    fn mul(self, other: Dd) -> Dd {
        let product = two_product(self.0, other.0);
        quick_two_sum(product.0, product.1 + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Mul<f64> for Dd {
    type Output = Dd;
    fn mul(self, other: f64) -> Dd {
        self * Dd::from(other)
    }
}

impl Div for Dd {
    type Output = Dd;
    fn div(self, other: Dd) -> Dd {
        let first = self.0 / other.0;
        let rest = self - other * first;
        let second = rest.0 / other.0;
        let rest = rest - other * second;
        quick_two_sum(first, second) + Dd::from(rest.0 / other.0)
    }
}

impl Dd {
    /// 1.
    pub const ONE: Dd = Dd(1.0, 0.0);

    /// e^v - 1 as `fraction`, n with e^v = 2^n (1 + `fraction`), |fraction| < 0.42.
    fn reduced_exponential(self) -> (Dd, i32) {
        let n = (self.0 * std::f64::consts::LOG2_E).round();
        // The first part has 40 bits, so its product is exact.
        let r = self - Dd::from(n * LN_2[0]) - two_product(n, LN_2[1]) - Dd::from(n * LN_2[2]);
        // e^(r/256) - 1, doubled in argument eight times.
        let small = r * (1.0 / 256.0);
        let mut sum = Dd::ONE;
        for k in (2..=11).rev() {
            sum = Dd::ONE + small * sum / Dd::from(k as f64);
        }
        let mut fraction = small * sum;
        for _ in 0..8 {
            fraction = fraction * fraction + fraction * 2.0;
        }
        (fraction, n as i32)
    }

    /// e^v, for results in the normal range.
    pub fn exp(self) -> Dd {
        self.exp_and_expm1().0
    }

    /// e^v - 1, for e^v in the normal range.
    pub fn expm1(self) -> Dd {
        self.exp_and_expm1().1
    }

    /// e^v and e^v - 1.
    pub fn exp_and_expm1(self) -> (Dd, Dd) {
        let (fraction, n) = self.reduced_exponential();
        // 2^n - 1 is not exact where n < -106, and of no interest there.
        let power = Dd::ONE.scaled(n);
        (
            (Dd::ONE + fraction).scaled(n),
            fraction.scaled(n) + (power - Dd::ONE),
        )
    }

    fn scaled(self, n: i32) -> Dd {
        let (first, second) = (2f64.powi(n / 2), 2f64.powi(n - n / 2));
        Dd(self.0 * first * second, self.1 * first * second)
    }

    /// ln(1 + v): one step of Newton doubles the digits of the library's.
    pub fn ln_1p(self) -> Dd {
        let near = Dd::from(self.0.ln_1p());
        let (exp, expm1) = near.exp_and_expm1();
        near + (self - expm1) / exp
    }

    /// ln v.
    pub fn ln(self) -> Dd {
        let near = Dd::from(self.0.ln());
        let excess = if (0.5..2.0).contains(&self.0) {
            (self - Dd::ONE) - near.expm1()
        } else {
            self - near.exp()
        };
        near + excess / self
    }

    /// erf v and 2/sqrt(π) e^(-v²), by v + 2v³/3 + 4v⁵/(3 5) + .., whose terms are of one sign, times the latter.
    pub fn erf_and_slope(self) -> (Dd, Dd) {
        // 2 / sqrt(π).
        const PEAK: Dd = Dd(std::f64::consts::FRAC_2_SQRT_PI, 1.533545961316588e-17);
        let square = self * self;
        let slope = (-square).exp() * PEAK;
        // From here on erf is 1 to more digits than there are, and the sum would be long.
        if self.0.abs() > 9.0 {
            return (Dd::from(self.0.signum()), slope);
        }
        let (mut term, mut sum, mut odd) = (self, self, 1.0);
        while (term.0 / sum.0).abs() > 1e-33 {
            odd += 2.0;
            term = term * (square * 2.0) / Dd::from(odd);
            sum = sum + term;
        }
        (sum * slope, slope)
    }

    /// sin v and cos v for |v| <= 32,768.
    pub fn sin_cos(v: f64) -> (Dd, Dd) {
        // π/2 in parts of 37, 37, 37 and 53 bits: the products of the first three are exact.
        const PARTS: [f64; 4] = [
            1.5707963267923333,
            2.5633441515839558e-12,
            1.0562999066944068e-23,
            4.3359050650618903e-35,
        ];
        let n = (v * std::f64::consts::FRAC_2_PI).round();
        let mut r = Dd::from(v);
        for part in PARTS {
            r = r - two_product(n, part);
        }
        let square = -(r * r);
        let (mut sine, mut cosine) = (Dd::ONE, Dd::ONE);
        for k in (1..=15).rev() {
            let k = 2.0 * k as f64;
            sine = Dd::ONE + square * sine / Dd::from(k * (k + 1.0));
            cosine = Dd::ONE + square * cosine / Dd::from(k * (k - 1.0));
        }
        let sine = r * sine;
        match n.rem_euclid(4.0) as u32 {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        }
    }
}

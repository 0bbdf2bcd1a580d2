//! Truncated Taylor series of numbers of 384 bits: the references of derivatives, which know neither our generators nor our calculus.
//!
//! The numbers are those of dashu-float: in Rust alone, MIT or Apache-2.0, its functions correctly rounded. Recurrences after Griewank and Walther
//! (Evaluating Derivatives, second edition, chapter 13). 384 bits are 115 digits: where a derivative is as small as its argument, 2^-100, 85
//! are left.

use std::ops::{Add, Div, Mul, Neg, Sub};

use dashu_float::{FBig, round::mode::HalfEven};

/// A number of 384 bits, or of fewer where it needs fewer.
pub type Number = FBig<HalfEven, 2>;

const BITS: usize = 384;

/// Coefficients: derivatives of orders 0 to 5.
pub const TERMS: usize = 6;

/// f(x + h) = Σ `0[k]` h^k.
#[derive(Clone, Debug)]
pub struct Jet(pub [Number; TERMS]);

/// A finite number, exactly.
pub fn number(value: f64) -> Number {
    let exact = Number::try_from(value).expect("a finite number");
    exact.with_precision(BITS).value()
}

/// π.
pub fn pi() -> Number {
    Number::pi(BITS)
}

impl From<f64> for Jet {
    fn from(constant: f64) -> Jet {
        Jet::from_number(number(constant))
    }
}

impl Jet {
    /// A constant.
    pub fn from_number(value: Number) -> Jet {
        let mut terms = [const { Number::ZERO }; TERMS];
        terms[0] = value;
        Jet(terms)
    }

    /// x + h.
    pub fn variable(x: f64) -> Jet {
        let mut terms = Jet::from(x).0;
        terms[1] = number(1.0);
        Jet(terms)
    }

    /// f^(k)(x) for k from 0.
    pub fn derivatives(&self) -> [Number; TERMS] {
        let mut factorial = 1.0;
        std::array::from_fn(|k| {
            factorial *= k.max(1) as f64;
            &self.0[k] * number(factorial)
        })
    }

    pub fn is_negative(&self) -> bool {
        self.0[0] < Number::ZERO
    }

    pub fn abs(&self) -> Jet {
        if self.is_negative() {
            -self.clone()
        } else {
            self.clone()
        }
    }

    /// The terms that follow from the first: k c_k = Σ j x_j `slope`(c)_(k-j), for c' = x' slope.
    fn integrate(&self, start: Number, slope: impl Fn(&[Number; TERMS], usize) -> Number) -> Jet {
        let mut terms = Jet::from_number(start).0;
        for k in 1..TERMS {
            let products = (1..=k).map(|j| &self.0[j] * slope(&terms, k - j) * number(j as f64));
            terms[k] = products.fold(Number::ZERO, |sum, term| sum + term) / number(k as f64);
        }
        Jet(terms)
    }

    /// q other = self: q_k other_0 = x_k - Σ q_j other_(k-j).
    fn divided_by(mut self, other: &Jet) -> Jet {
        for k in 0..TERMS {
            let known = (0..k).fold(self.0[k].clone(), |rest, j| {
                rest - &self.0[j] * &other.0[k - j]
            });
            self.0[k] = known / &other.0[0];
        }
        self
    }

    pub fn exp(&self) -> Jet {
        self.integrate(self.0[0].exp(), |terms, k| terms[k].clone())
    }

    /// e^x - 1, also relative to small x.
    pub fn exp_m1(&self) -> Jet {
        let mut terms = self.exp().0;
        terms[0] = self.0[0].exp_m1();
        Jet(terms)
    }

    pub fn ln(&self) -> Jet {
        let slope = Jet::from(1.0) / self;
        self.integrate(self.0[0].ln(), |_, k| slope.0[k].clone())
    }

    /// ln(1 + x), also relative to small x.
    pub fn ln_1p(&self) -> Jet {
        let slope = Jet::from(1.0) / &(self + &Jet::from(1.0));
        self.integrate(self.0[0].ln_1p(), |_, k| slope.0[k].clone())
    }

    pub fn sqrt(&self) -> Jet {
        // r² = x: 2 r_0 r_k = x_k - Σ r_j r_(k-j).
        let mut terms = Jet::from_number(self.0[0].sqrt()).0;
        for k in 1..TERMS {
            let known = (1..k).fold(self.0[k].clone(), |rest, j| {
                rest - &terms[j] * &terms[k - j]
            });
            terms[k] = known / (&terms[0] * number(2.0));
        }
        Jet(terms)
    }

    /// Sine and cosine of x + h.
    pub fn sin_cos(&self) -> (Jet, Jet) {
        let (sine, cosine) = self.0[0].sin_cos();
        let turn = |first: &Number, second: &Number| {
            let (mut terms, mut factorial) = ([const { Number::ZERO }; TERMS], 1.0);
            for (k, term) in terms.iter_mut().enumerate() {
                factorial *= k.max(1) as f64;
                let magnitude = if k % 2 == 0 { first } else { second } / number(factorial);
                *term = if k % 4 < 2 { magnitude } else { -magnitude };
            }
            Jet(terms)
        };
        (turn(&sine, &cosine), turn(&cosine, &-&sine))
    }

    /// The distribution function of the standard normal law, and what it exceeds 1/2 by, at x + h.
    pub fn normal(&self) -> (Jet, Jet) {
        let root = (pi() * number(2.0)).sqrt();
        let density = (self * self * -0.5).exp() * Jet::from_number(number(1.0) / root);
        let (x, half) = (&self.0[0], number(0.5));
        let near = x.to_f64().value().abs() < 4.0;
        let excess = if near {
            &density.0[0] * odd_series(x)
        } else {
            let tail = &density.0[0] * mills_ratio(&self.abs().0[0]);
            if self.is_negative() {
                tail - &half
            } else {
                &half - tail
            }
        };
        // In the lower tail the sum would cancel.
        let value = if near || !self.is_negative() {
            half + &excess
        } else {
            &density.0[0] * mills_ratio(&self.abs().0[0])
        };
        let from = |start| self.integrate(start, |_, k| density.0[k].clone());
        (from(value), from(excess))
    }
}

/// (Φ(x) - 1/2) / φ(x) = x + x³/3 + x⁵/(3 5) + ..
pub fn odd_series(x: &Number) -> Number {
    let (square, mut term, mut sum) = (x * x, x.clone(), x.clone());
    for k in 1..1000 {
        term = term * &square / number((2 * k + 1) as f64);
        if &sum + &term == sum {
            break;
        }
        sum += &term;
    }
    sum
}

/// (1 - Φ(x)) / φ(x) = 1/(x + 1/(x + 2/(x + 3/(x + ..)))) for x >= 4. After n levels the relative error is about e^(-2 x sqrt(n)).
pub fn mills_ratio(x: &Number) -> Number {
    let levels = (0.5 * BITS as f64 / x.to_f64().value()).powi(2).ceil() + 8.0;
    let mut fraction = x.clone();
    for level in (1..=levels as u32).rev() {
        fraction = x + number(f64::from(level)) / fraction;
    }
    number(1.0) / fraction
}

impl Add<&Jet> for &Jet {
    type Output = Jet;
    fn add(self, other: &Jet) -> Jet {
        Jet(std::array::from_fn(|k| &self.0[k] + &other.0[k]))
    }
}

impl Mul<&Jet> for &Jet {
    type Output = Jet;
    fn mul(self, other: &Jet) -> Jet {
        let entry = |k| (0..=k).map(move |j| &self.0[j] * &other.0[k - j]);
        Jet(std::array::from_fn(|k| {
            entry(k).fold(Number::ZERO, |sum, term| sum + term)
        }))
    }
}

impl Div<&Jet> for Jet {
    type Output = Jet;
    fn div(self, other: &Jet) -> Jet {
        self.divided_by(other)
    }
}

impl Neg for Jet {
    type Output = Jet;
    fn neg(self) -> Jet {
        Jet(self.0.map(|term| -term))
    }
}

/// The other forms of the operators, by those above.
macro_rules! forms {
    ($($operator:ident $method:ident $symbol:tt)+) => {$(
        impl $operator<Jet> for Jet {
            type Output = Jet;
            fn $method(self, other: Jet) -> Jet {
                &self $symbol &other
            }
        }
        impl $operator<f64> for Jet {
            type Output = Jet;
            fn $method(self, other: f64) -> Jet {
                &self $symbol &Jet::from(other)
            }
        }
        impl $operator<&Jet> for Jet {
            type Output = Jet;
            fn $method(self, other: &Jet) -> Jet {
                &self $symbol other
            }
        }
    )+};
}

forms!(Add add + Mul mul *);

impl Sub<Jet> for Jet {
    type Output = Jet;
    fn sub(self, other: Jet) -> Jet {
        self + -other
    }
}

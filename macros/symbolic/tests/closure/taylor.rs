//! Truncated Taylor polynomials in several variables: the oracle, which knows no graph and no rule of
//! the library.
//!
//! Functions are solutions of differential equations: with the Euler operator E, which multiplies a
//! coefficient by its degree, y = f(u) has E y = f'(u) E u, and each pass of that gives a degree more.

use super::number::Number;

/// Exponents of the monomials up to an order, and what multiplies to what.
pub struct Space {
    order: usize,
    exponents: Vec<Vec<usize>>,
    products: Vec<(usize, usize, usize)>,
}

/// A polynomial: a coefficient for each monomial, the constant first.
pub type Polynomial = Vec<Number>;

impl Space {
    pub fn new(variables: usize, order: usize) -> Self {
        let mut exponents: Vec<Vec<usize>> = vec![vec![0; variables]];
        let mut from = 0;
        for _ in 0..order {
            let known = exponents.len();
            for place in from..known {
                for variable in 0..variables {
                    let mut longer = exponents[place].clone();
                    longer[variable] += 1;
                    if !exponents.contains(&longer) {
                        exponents.push(longer);
                    }
                }
            }
            from = known;
        }
        let mut space = Space {
            order,
            exponents,
            products: Vec::new(),
        };
        for (i, a) in space.exponents.iter().enumerate() {
            for (j, b) in space.exponents.iter().enumerate() {
                let sum: Vec<usize> = a.iter().zip(b).map(|(a, b)| a + b).collect();
                if let Some(k) = space.place(&sum) {
                    space.products.push((i, j, k));
                }
            }
        }
        space
    }

    fn place(&self, exponents: &[usize]) -> Option<usize> {
        self.exponents.iter().position(|known| known == exponents)
    }

    pub fn constant(&self, value: Number) -> Polynomial {
        let mut polynomial = vec![Number::default(); self.exponents.len()];
        polynomial[0] = value;
        polynomial
    }

    pub fn variable(&self, variable: usize, at: f64) -> Polynomial {
        let mut polynomial = self.constant(Number::constant(at));
        polynomial[self.linear(variable)] = Number::constant(1.0);
        polynomial
    }

    /// The place of the monomial that is one variable.
    pub fn linear(&self, variable: usize) -> usize {
        let mut exponents = vec![0; self.exponents[0].len()];
        exponents[variable] = 1;
        self.place(&exponents).expect("the order is one or more")
    }

    pub fn add(&self, a: &Polynomial, b: &Polynomial) -> Polynomial {
        a.iter().zip(b).map(|(a, b)| *a + *b).collect()
    }

    pub fn scale(&self, factor: Number, a: &Polynomial) -> Polynomial {
        a.iter().map(|a| factor * *a).collect()
    }

    pub fn multiply(&self, a: &Polynomial, b: &Polynomial) -> Polynomial {
        let mut product = vec![Number::default(); self.exponents.len()];
        for (i, j, k) in &self.products {
            product[*k] = product[*k] + a[*i] * b[*j];
        }
        product
    }

    /// The derivative in a variable. The highest degree is unknown afterwards, and left at zero.
    pub fn differentiate(&self, a: &Polynomial, variable: usize) -> Polynomial {
        let mut derivative = vec![Number::default(); self.exponents.len()];
        for (place, exponents) in self.exponents.iter().enumerate() {
            let mut above = exponents.clone();
            above[variable] += 1;
            if let Some(from) = self.place(&above) {
                derivative[place] = Number::constant(above[variable] as f64) * a[from];
            }
        }
        derivative
    }

    /// The polynomial y with E y = slope E u that begins with a constant: right to one degree more
    /// than the slope.
    pub fn integrate(&self, u: &Polynomial, start: Number, slope: &Polynomial) -> Polynomial {
        let degree = |place: usize| self.exponents[place].iter().sum::<usize>() as f64;
        let scaled = u.iter().enumerate();
        let euler: Polynomial = scaled
            .map(|(place, u)| Number::constant(degree(place)) * *u)
            .collect();
        let mut y = self.multiply(slope, &euler);
        for (place, entry) in y.iter_mut().enumerate().skip(1) {
            *entry = Number::constant(1.0 / degree(place)) * *entry;
        }
        y[0] = start;
        y
    }

    /// The solution of E y = slope(y) E u that begins with a constant.
    fn solve(
        &self,
        u: &Polynomial,
        start: Number,
        slope: impl Fn(&Polynomial) -> Polynomial,
    ) -> Polynomial {
        let first = self.constant(start);
        (0..self.order).fold(first, |y, _| self.integrate(u, start, &slope(&y)))
    }

    pub fn exp(&self, u: &Polynomial) -> Polynomial {
        let e = u[0].value.exp();
        self.solve(u, u[0].function(e, e, e), Polynomial::clone)
    }

    pub fn tanh(&self, u: &Polynomial) -> Polynomial {
        let t = u[0].value.tanh();
        let slope = 1.0 / u[0].value.cosh().powi(2);
        let start = u[0].function(t, slope, -2.0 * t * slope);
        // 1 - t², whose constant is known without cancellation.
        let first = u[0].function(slope, -2.0 * t * slope, slope * (4.0 * t * t - 2.0 * slope));
        self.solve(u, start, |y| {
            let square = self.multiply(y, y);
            let mut slope: Polynomial = square.into_iter().map(|entry| -entry).collect();
            slope[0] = first;
            slope
        })
    }

    pub fn sigmoid(&self, u: &Polynomial) -> Polynomial {
        let half = self.scale(Number::constant(0.5), u);
        let mut y = self.scale(Number::constant(0.5), &self.tanh(&half));
        let x = u[0].value;
        let (p, q) = (1.0 / (1.0 + (-x).exp()), 1.0 / (1.0 + x.exp()));
        y[0] = u[0].function(p, p * q, p * q * (q - p));
        y
    }

    pub fn softplus(&self, u: &Polynomial) -> Polynomial {
        let sigmoid = self.sigmoid(u);
        let x = u[0].value;
        let value = x.max(0.0) + (-x.abs()).exp().ln_1p();
        let start = u[0].function(value, sigmoid[0].value, 0.25);
        self.integrate(u, start, &sigmoid)
    }

    pub fn sin(&self, u: &Polynomial) -> Polynomial {
        let (s, c) = u[0].value.sin_cos();
        let (sine, cosine) = (u[0].function(s, c, -s), u[0].function(c, -s, -c));
        let mut pair = (self.constant(sine), self.constant(cosine));
        for _ in 0..self.order {
            let minus: Polynomial = pair.0.iter().map(|entry| -*entry).collect();
            pair = (
                self.integrate(u, sine, &pair.1),
                self.integrate(u, cosine, &minus),
            );
        }
        pair.0
    }

    pub fn reciprocal(&self, u: &Polynomial) -> Polynomial {
        let r = 1.0 / u[0].value;
        let start = u[0].function(r, -r * r, 2.0 * r * r * r);
        self.solve(u, start, |y| {
            let square = self.multiply(y, y);
            square.into_iter().map(|entry| -entry).collect()
        })
    }

    pub fn ln(&self, u: &Polynomial) -> Polynomial {
        let r = 1.0 / u[0].value;
        let start = u[0].function(u[0].value.ln(), r, -r * r);
        self.integrate(u, start, &self.reciprocal(u))
    }

    pub fn sqrt(&self, u: &Polynomial) -> Polynomial {
        let root = u[0].value.sqrt();
        let start = u[0].function(root, 0.5 / root, -0.25 / (root * u[0].value));
        let half = self.scale(Number::constant(0.5), &self.reciprocal(u));
        self.solve(u, start, |y| self.multiply(y, &half))
    }
}

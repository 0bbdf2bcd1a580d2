//! A named elementwise function: an activation or a formula in, derivatives of any order out.

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use super::activation::Activation;
use super::formula::Formula;
use super::kink;
use super::lower;
use super::polynomial::Polynomial;
use super::print;
use super::straight_line::StraightLine;

/// An elementwise function with its derivatives, each computed when first asked for and shared by clones.
///
/// Functions are equal, ordered and hashed by what they compute, not by their name.
#[derive(Clone, Debug)]
pub struct Function {
    name: Arc<str>,
    tower: Arc<Tower>,
}

/// A derivative and, when asked for, the next.
#[derive(Debug)]
struct Tower {
    polynomial: Polynomial,
    next: OnceLock<Box<Tower>>,
}

impl Tower {
    fn new(polynomial: Polynomial) -> Self {
        Self {
            polynomial,
            next: OnceLock::new(),
        }
    }
}

/// A formula that holds a constant which is infinite or not a number, such as `1/0` or `ln(-1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFinite;

impl fmt::Display for NotFinite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a constant in this formula is infinite or not a number")
    }
}

impl Error for NotFinite {}

impl Function {
    /// A built-in activation, named in snake case.
    pub fn builtin(activation: Activation) -> Self {
        Self::new(activation.name(), activation.of(&Polynomial::argument()))
    }

    /// The function of this formula.
    ///
    /// # Errors
    /// If a constant of the formula, as written or folded, is not finite.
    pub fn custom(name: &str, formula: &Formula) -> Result<Self, NotFinite> {
        let polynomial = formula.polynomial();
        if polynomial.is_finite() {
            Ok(Self::new(name, polynomial))
        } else {
            Err(NotFinite)
        }
    }

    /// The function of this polynomial.
    pub fn new(name: &str, polynomial: Polynomial) -> Self {
        Self {
            name: name.into(),
            tower: Arc::new(Tower::new(polynomial)),
        }
    }

    /// The name, in snake case for built-in functions.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The derivative of this order; order 0 is the function itself. Diracs are dropped: see [`kink`](Self::kink).
    pub fn derivative(&self, order: usize) -> &Polynomial {
        let mut tower: &Tower = &self.tower;
        for _ in 0..order {
            tower = tower
                .next
                .get_or_init(|| Box::new(Tower::new(tower.polynomial.derivative())));
        }
        &tower.polynomial
    }

    /// The lowest order of derivative that lacks a Dirac, at a kink or a jump of the function.
    pub fn kink(&self) -> Option<usize> {
        kink::find(self.derivative(0))
    }

    /// Whether it is the identity.
    pub fn is_identity(&self) -> bool {
        *self.derivative(0) == Polynomial::argument()
    }

    /// Whether it is `a x + b`.
    pub fn is_linear(&self) -> bool {
        self.derivative_constant(1).is_some()
    }

    /// Whether the derivative of this order is zero everywhere (Diracs apart).
    pub fn derivative_is_zero(&self, order: usize) -> bool {
        self.derivative(order).is_zero()
    }

    /// The value of the derivative of this order if it is the same everywhere (Diracs apart).
    pub fn derivative_constant(&self, order: usize) -> Option<f64> {
        self.derivative(order).as_constant()
    }

    /// The derivative of this order at `x`, term by term: slow, and independent of [`lower`](Self::lower).
    pub fn evaluate(&self, order: usize, x: f64) -> f64 {
        self.derivative(order).evaluate(x)
    }

    /// The code that computes the derivatives of these orders, one result each, from the argument as operand 0.
    pub fn lower(&self, orders: &[usize]) -> StraightLine {
        let polynomials: Vec<_> = orders.iter().map(|&order| self.derivative(order)).collect();
        lower::lower(&polynomials)
    }

    /// The formula of a derivative, as `silu' = x sigmoid_slope(x) + sigmoid(x)`; [`Primitive::definition`] tells what
    /// the generators are.
    ///
    /// [`Primitive::definition`]: super::Primitive::definition
    pub fn formula(&self, order: usize) -> String {
        let mark = match order {
            0..=3 => "'".repeat(order),
            _ => format!("^({order})"),
        };
        format!(
            "{}{mark} = {}",
            self.name,
            print::with_letters(self.derivative(order))
        )
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.tower, &other.tower) || self.derivative(0) == other.derivative(0)
    }
}

impl Eq for Function {}

impl PartialOrd for Function {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Function {
    fn cmp(&self, other: &Self) -> Ordering {
        self.derivative(0).cmp(other.derivative(0))
    }
}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.derivative(0).hash(state);
    }
}

//! Elementwise arithmetic in, step by step, a [`StraightLine`] out: equal steps become one, constants are folded,
//! steps that no result needs are dropped.

use std::collections::HashMap;

use super::primitive::Primitive;
use super::real::Real;
use super::straight_line::{Step, StepId, StraightLine};

/// Builds a [`StraightLine`]; the same calls in the same order give the same code.
#[derive(Clone, Debug, Default)]
pub struct StraightLineBuilder {
    steps: Vec<Step>,
    known: HashMap<Step, StepId>,
}

impl StraightLineBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// The operand of this index.
    pub fn operand(&mut self, index: usize) -> StepId {
        self.push(Step::Operand(index))
    }

    /// A constant. Negative zero is written as zero.
    pub fn constant(&mut self, value: f64) -> StepId {
        self.push(Step::Constant(Real::new(if value == 0.0 {
            0.0
        } else {
            value
        })))
    }

    /// `a + b`.
    pub fn add(&mut self, a: StepId, b: StepId) -> StepId {
        match (self.value(a), self.value(b)) {
            (Some(a), Some(b)) => return self.constant(a + b),
            (Some(0.0), None) => return b,
            (None, Some(0.0)) => return a,
            _ => {}
        }
        match (self.steps[a], self.steps[b]) {
            (_, Step::Negate(b)) => self.subtract(a, b),
            (Step::Negate(a), _) => self.subtract(b, a),
            _ => self.push(Step::Add(a.min(b), a.max(b))),
        }
    }

    /// `a - b`.
    pub fn subtract(&mut self, a: StepId, b: StepId) -> StepId {
        match (self.value(a), self.value(b)) {
            (Some(a), Some(b)) => return self.constant(a - b),
            (Some(0.0), None) => return self.negate(b),
            (None, Some(constant)) => {
                let opposite = self.constant(-constant);
                return self.add(a, opposite);
            }
            _ => {}
        }
        match self.steps[b] {
            Step::Negate(b) => self.add(a, b),
            _ => self.push(Step::Subtract(a, b)),
        }
    }

    /// `a b`. A constant zero makes the product zero.
    pub fn multiply(&mut self, a: StepId, b: StepId) -> StepId {
        match (self.value(a), self.value(b)) {
            (Some(a), Some(b)) => self.constant(a * b),
            (Some(constant), None) => self.scale(b, constant),
            (None, Some(constant)) => self.scale(a, constant),
            (None, None) => self.push(Step::Multiply(a.min(b), a.max(b))),
        }
    }

    /// `a b + c`.
    pub fn multiply_add(&mut self, a: StepId, b: StepId, c: StepId) -> StepId {
        let unit =
            |value: Option<f64>| value.is_some_and(|value| value == 0.0 || value.abs() == 1.0);
        let (left, right) = (self.value(a), self.value(b));
        if unit(left)
            || unit(right)
            || (left.is_some() && right.is_some())
            || self.value(c) == Some(0.0)
        {
            let product = self.multiply(a, b);
            return self.add(product, c);
        }
        self.push(Step::MultiplyAdd(a.min(b), a.max(b), c))
    }

    /// `a` where `mask` is not zero, else zero.
    pub fn select(&mut self, mask: StepId, a: StepId) -> StepId {
        match self.value(mask) {
            Some(0.0) => self.constant(0.0),
            Some(_) => a,
            None => self.push(Step::Select(mask, a)),
        }
    }

    /// One where `a > b`, else zero.
    pub fn greater(&mut self, a: StepId, b: StepId) -> StepId {
        match (self.value(a), self.value(b)) {
            (Some(a), Some(b)) => self.constant(f64::from(u8::from(a > b))),
            _ if a == b => self.constant(0.0),
            _ => self.push(Step::Greater(a, b)),
        }
    }

    /// `-a`.
    pub fn negate(&mut self, a: StepId) -> StepId {
        match self.steps[a] {
            Step::Constant(constant) => self.constant(-constant.value()),
            Step::Negate(a) => a,
            Step::Subtract(a, b) => self.push(Step::Subtract(b, a)),
            _ => self.push(Step::Negate(a)),
        }
    }

    /// `a`, or `limit` where `a` is less.
    pub fn at_least(&mut self, a: StepId, limit: f64) -> StepId {
        match self.steps[a] {
            Step::Constant(constant) => self.constant(constant.value().max(limit)),
            Step::AtLeast(_, present) if present.value() >= limit => a,
            _ => self.push(Step::AtLeast(a, Real::new(limit))),
        }
    }

    /// `a`, or `limit` where `a` is greater.
    pub fn at_most(&mut self, a: StepId, limit: f64) -> StepId {
        match self.steps[a] {
            Step::Constant(constant) => self.constant(constant.value().min(limit)),
            Step::AtMost(_, present) if present.value() <= limit => a,
            _ => self.push(Step::AtMost(a, Real::new(limit))),
        }
    }

    /// A generator of `a`.
    pub fn primitive(&mut self, primitive: Primitive, a: StepId) -> StepId {
        match self.value(a) {
            Some(value) => self.constant(primitive.evaluate(value)),
            None => self.push(Step::Primitive(primitive, a)),
        }
    }

    /// `a` to the power `exponent`, by repeated squaring.
    pub fn power(&mut self, a: StepId, exponent: u32) -> StepId {
        match exponent {
            0 => self.constant(1.0),
            1 => a,
            even if even.is_multiple_of(2) => {
                let half = self.power(a, even / 2);
                self.multiply(half, half)
            }
            odd => {
                let rest = self.power(a, odd - 1);
                self.multiply(rest, a)
            }
        }
    }

    /// Appends `code`, whose operand `i` is the step `operands[i]`; returns the steps of its results.
    ///
    /// # Panics
    /// If `code` reads an operand that is not given.
    pub fn inline(&mut self, code: &StraightLine, operands: &[StepId]) -> Vec<StepId> {
        let mut place = Vec::with_capacity(code.steps.len());
        for &step in &code.steps {
            place.push(match step.with_arguments(|argument| place[argument]) {
                Step::Operand(index) => operands[index],
                Step::Constant(constant) => self.constant(constant.value()),
                Step::Add(a, b) => self.add(a, b),
                Step::Subtract(a, b) => self.subtract(a, b),
                Step::Multiply(a, b) => self.multiply(a, b),
                Step::MultiplyAdd(a, b, c) => self.multiply_add(a, b, c),
                Step::Select(mask, a) => self.select(mask, a),
                Step::Greater(a, b) => self.greater(a, b),
                Step::Negate(a) => self.negate(a),
                Step::AtLeast(a, limit) => self.at_least(a, limit.value()),
                Step::AtMost(a, limit) => self.at_most(a, limit.value()),
                Step::Primitive(primitive, a) => self.primitive(primitive, a),
            });
        }
        code.results.iter().map(|&result| place[result]).collect()
    }

    /// The code that computes these steps, in the order in which its steps were made. A product that is only added to something is one
    /// step with that.
    pub fn finish(&self, results: &[StepId]) -> StraightLine {
        let uses = uses(&self.steps, results);
        let fused = |step: &Step| match *step {
            Step::Add(a, b) => self.added(a, b, &uses),
            step => step,
        };
        let fused: Vec<Step> = self.steps.iter().map(fused).collect();
        let uses = self::uses(&fused, results);
        let mut place = vec![0; fused.len()];
        let mut steps = Vec::new();
        for (id, step) in fused.iter().enumerate().filter(|&(id, _)| uses[id] > 0) {
            place[id] = steps.len();
            steps.push(step.with_arguments(|argument| place[argument]));
        }
        StraightLine {
            steps,
            results: results.iter().map(|&result| place[result]).collect(),
        }
    }

    /// `a + b`, with a product that has no other use taken up.
    fn added(&self, a: StepId, b: StepId, uses: &[usize]) -> Step {
        for (product, other) in [(b, a), (a, b)] {
            if let Step::Multiply(x, y) = self.steps[product]
                && uses[product] == 1
            {
                return Step::MultiplyAdd(x, y, other);
            }
        }
        Step::Add(a, b)
    }

    /// The value of a step that is a constant.
    pub fn value(&self, a: StepId) -> Option<f64> {
        match self.steps[a] {
            Step::Constant(constant) => Some(constant.value()),
            _ => None,
        }
    }

    fn scale(&mut self, a: StepId, constant: f64) -> StepId {
        match constant {
            0.0 => self.constant(0.0),
            1.0 => a,
            -1.0 => self.negate(a),
            _ => {
                let factor = self.constant(constant);
                self.push(Step::Multiply(a.min(factor), a.max(factor)))
            }
        }
    }

    fn push(&mut self, step: Step) -> StepId {
        let steps = &mut self.steps;
        *self.known.entry(step).or_insert_with(|| {
            steps.push(step);
            steps.len() - 1
        })
    }
}

/// How often each step is used by what the results need; zero: it is not needed.
fn uses(steps: &[Step], results: &[StepId]) -> Vec<usize> {
    let mut uses = vec![0; steps.len()];
    for &result in results {
        uses[result] += 1;
    }
    for id in (0..steps.len()).rev() {
        if uses[id] > 0 {
            steps[id]
                .arguments()
                .for_each(|argument| uses[argument] += 1);
        }
    }
    uses
}

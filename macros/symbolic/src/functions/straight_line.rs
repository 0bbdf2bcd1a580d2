//! Straight-line code: operands in, results out. The one thing that the interpreter and the emitter both read.

use std::collections::BTreeSet;
use std::fmt;

use super::builder::StraightLineBuilder;
use super::primitive::{Family, Primitive};
use super::real::Real;

/// The index of a step in its [`StraightLine`] or in the builder that made it.
pub type StepId = usize;

/// One step; its arguments are earlier steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The operand of this index.
    Operand(usize),
    /// A constant.
    Constant(Real),
    /// `a + b`.
    Add(StepId, StepId),
    /// `a - b`.
    Subtract(StepId, StepId),
    /// `a b`.
    Multiply(StepId, StepId),
    /// `a b + c`, fused or not: nothing relies on the single rounding.
    MultiplyAdd(StepId, StepId, StepId),
    /// `mask != 0 ? a : 0`.
    Select(StepId, StepId),
    /// One where `a > b`, else zero; zero if one of them is NaN.
    Greater(StepId, StepId),
    /// `-a`.
    Negate(StepId),
    /// `a < limit ? limit : a`; NaN is kept.
    AtLeast(StepId, Real),
    /// `a > limit ? limit : a`; NaN is kept.
    AtMost(StepId, Real),
    /// An elementwise generator of `a`. Steps with the same argument and the same [`Family`] share one lane function.
    Primitive(Primitive, StepId),
}

impl Step {
    /// The steps that this one reads, in order.
    pub fn arguments(self) -> impl Iterator<Item = StepId> {
        let (arguments, count) = match self {
            Self::Operand(_) | Self::Constant(_) => ([0; 3], 0),
            Self::Negate(a) | Self::AtLeast(a, _) | Self::AtMost(a, _) | Self::Primitive(_, a) => {
                ([a, 0, 0], 1)
            }
            Self::Add(a, b)
            | Self::Subtract(a, b)
            | Self::Multiply(a, b)
            | Self::Select(a, b)
            | Self::Greater(a, b) => ([a, b, 0], 2),
            Self::MultiplyAdd(a, b, c) => ([a, b, c], 3),
        };
        arguments.into_iter().take(count)
    }

    /// The same step reading `to(a)` wherever it read `a`.
    pub fn with_arguments(self, to: impl Fn(StepId) -> StepId) -> Self {
        match self {
            Self::Operand(_) | Self::Constant(_) => self,
            Self::Add(a, b) => Self::Add(to(a), to(b)),
            Self::Subtract(a, b) => Self::Subtract(to(a), to(b)),
            Self::Multiply(a, b) => Self::Multiply(to(a), to(b)),
            Self::MultiplyAdd(a, b, c) => Self::MultiplyAdd(to(a), to(b), to(c)),
            Self::Select(mask, a) => Self::Select(to(mask), to(a)),
            Self::Greater(a, b) => Self::Greater(to(a), to(b)),
            Self::Negate(a) => Self::Negate(to(a)),
            Self::AtLeast(a, limit) => Self::AtLeast(to(a), limit),
            Self::AtMost(a, limit) => Self::AtMost(to(a), limit),
            Self::Primitive(primitive, a) => Self::Primitive(primitive, to(a)),
        }
    }

    /// The value of the step, given the operands and the values of all earlier steps.
    pub fn evaluate(self, operands: &[f64], values: &[f64]) -> f64 {
        match self {
            Self::Operand(index) => operands[index],
            Self::Constant(constant) => constant.value(),
            Self::Add(a, b) => values[a] + values[b],
            Self::Subtract(a, b) => values[a] - values[b],
            Self::Multiply(a, b) => values[a] * values[b],
            Self::MultiplyAdd(a, b, c) => values[a] * values[b] + values[c],
            Self::Select(mask, _) if values[mask] == 0.0 => 0.0,
            Self::Select(_, a) => values[a],
            Self::Greater(a, b) => f64::from(u8::from(values[a] > values[b])),
            Self::Negate(a) => -values[a],
            Self::AtLeast(a, limit) if values[a] < limit.value() => limit.value(),
            Self::AtMost(a, limit) if values[a] > limit.value() => limit.value(),
            Self::AtLeast(a, _) | Self::AtMost(a, _) => values[a],
            Self::Primitive(primitive, a) => primitive.evaluate(values[a]),
        }
    }
}

/// Elementwise code in static single assignment: step `i` reads only steps before `i`, and no two steps are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StraightLine {
    /// The steps, in an order in which they can be computed. Made by [`StraightLineBuilder::finish`], each is needed.
    ///
    /// [`StraightLineBuilder::finish`]: super::StraightLineBuilder::finish
    pub steps: Vec<Step>,
    /// The step that holds each result.
    pub results: Vec<StepId>,
}

/// What one evaluation of a [`StraightLine`] costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Additions, subtractions and sign changes, those inside multiply-adds included.
    pub additions: usize,
    /// Multiplications, those inside multiply-adds included.
    pub multiplications: usize,
    /// Multiply-adds: each is counted in both fields above.
    pub multiply_adds: usize,
    /// One-sided clamps, selections and comparisons.
    pub bounds: usize,
    /// The lane functions called: one for each pair of a family and an argument.
    pub families: Vec<Family>,
}

impl StraightLine {
    /// The number of operands read: one more than the largest index.
    pub fn operands(&self) -> usize {
        let read = |step: &Step| {
            if let Step::Operand(index) = step {
                index + 1
            } else {
                0
            }
        };
        self.steps.iter().map(read).max().unwrap_or(0)
    }

    /// The results at the given operands.
    ///
    /// # Panics
    /// If there are fewer operands than [`operands`](Self::operands).
    pub fn evaluate(&self, operands: &[f64]) -> Vec<f64> {
        let mut values = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            values.push(step.evaluate(operands, &values));
        }
        self.results.iter().map(|&result| values[result]).collect()
    }

    /// Whether an operand is read.
    pub fn reads(&self, operand: usize) -> bool {
        self.steps.contains(&Step::Operand(operand))
    }

    /// The code of one result that calls no elementary function, because other results are what these give: with the operands of this code,
    /// of which there are `operands`, behind them its results. None if it is one itself, or needs one that no result is.
    pub fn without_elementary(&self, result: usize, operands: usize) -> Option<StraightLine> {
        let is_elementary = |step: &Step| matches!(step, Step::Primitive(..));
        if is_elementary(&self.steps[self.results[result]]) {
            return None;
        }
        let mut code = self.clone();
        for (number, step) in self.results.iter().enumerate() {
            if is_elementary(&self.steps[*step]) {
                code.steps[*step] = Step::Operand(operands + number);
            }
        }
        code.results = vec![self.results[result]];
        let mut builder = StraightLineBuilder::new();
        let operands = 0..operands + self.results.len();
        let operands: Vec<StepId> = operands.map(|operand| builder.operand(operand)).collect();
        let result = builder.inline(&code, &operands);
        let code = builder.finish(&result);
        (!code.steps.iter().any(is_elementary)).then_some(code)
    }

    /// The cost of one evaluation.
    pub fn cost(&self) -> Cost {
        let mut cost = Cost::default();
        let mut lanes = BTreeSet::new();
        for &step in &self.steps {
            match step {
                Step::Operand(_) | Step::Constant(_) => {}
                Step::Add(..) | Step::Subtract(..) | Step::Negate(_) => cost.additions += 1,
                Step::Multiply(..) => cost.multiplications += 1,
                Step::MultiplyAdd(..) => {
                    cost.additions += 1;
                    cost.multiplications += 1;
                    cost.multiply_adds += 1;
                }
                Step::AtLeast(..) | Step::AtMost(..) | Step::Select(..) | Step::Greater(..) => {
                    cost.bounds += 1
                }
                Step::Primitive(primitive, argument) => {
                    lanes.insert((primitive.family(), argument));
                }
            }
        }
        cost.families = lanes.into_iter().map(|(family, _)| family).collect();
        cost
    }
}

impl fmt::Display for StraightLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Constants are written where they are used; the other steps are lines.
        let name = |id: StepId| match self.steps[id] {
            Step::Constant(constant) => constant.to_string(),
            Step::Operand(index) => format!("x{index}"),
            _ => format!("s{id}"),
        };
        for (id, &step) in self.steps.iter().enumerate() {
            let line = match step {
                Step::Operand(_) | Step::Constant(_) => continue,
                Step::Add(a, b) => format!("{} + {}", name(a), name(b)),
                Step::Subtract(a, b) => format!("{} - {}", name(a), name(b)),
                Step::Multiply(a, b) => format!("{} * {}", name(a), name(b)),
                Step::MultiplyAdd(a, b, c) => format!("{} * {} + {}", name(a), name(b), name(c)),
                Step::Select(mask, a) => format!("{} if {}", name(a), name(mask)),
                Step::Greater(a, b) => format!("{} > {}", name(a), name(b)),
                Step::Negate(a) => format!("-{}", name(a)),
                Step::AtLeast(a, limit) => format!("at_least({}, {limit})", name(a)),
                Step::AtMost(a, limit) => format!("at_most({}, {limit})", name(a)),
                Step::Primitive(primitive, a) => format!("{}({})", primitive.name(), name(a)),
            };
            writeln!(formatter, "s{id} = {line}")?;
        }
        let results: Vec<_> = self.results.iter().map(|&result| name(result)).collect();
        writeln!(formatter, "return {}", results.join(", "))
    }
}

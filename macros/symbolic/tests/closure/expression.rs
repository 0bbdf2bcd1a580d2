//! Random formulas over a network and its derivatives, each read twice: by the library and by the oracle.

use derive_network_symbolic::differentiate::{laplacian_of, partial};
use derive_network_symbolic::functions::{Activation, Call, Formula, Function};
use derive_network_symbolic::ir::{Graph, NodeId};

use super::number::Number;
use super::support::Random;
use super::taylor::{Polynomial, Space};

/// A formula.
#[derive(Clone, Debug)]
pub enum Expression {
    Constant(f64),
    Input(usize),
    Output(usize),
    Derivative(Box<Expression>, usize),
    Laplacian(Box<Expression>, Vec<usize>),
    Add(Box<Expression>, Box<Expression>),
    Multiply(Box<Expression>, Box<Expression>),
    Apply(Elementary, Box<Expression>),
}

/// Functions of one argument.
#[derive(Clone, Copy, Debug)]
pub enum Elementary {
    Square,
    Cube,
    Sin,
    /// exp(sin z): an exponential that stays of order one.
    ExpSin,
    /// ln(1 + z²)
    Ln,
    /// sqrt(1 + z²)
    Sqrt,
    /// 1 / (2 + sin z)
    Reciprocal,
}

const ELEMENTARY: [Elementary; 7] = [
    Elementary::Square,
    Elementary::Cube,
    Elementary::Sin,
    Elementary::ExpSin,
    Elementary::Ln,
    Elementary::Sqrt,
    Elementary::Reciprocal,
];

/// What a formula is drawn over.
pub struct Terrain {
    pub inputs: usize,
    pub outputs: usize,
}

impl Expression {
    /// A formula with a derivative of just this order, and others of at most that.
    pub fn random(random: &mut Random, terrain: &Terrain, order: usize) -> Self {
        let mut leading = Expression::Output(random.below(terrain.outputs));
        for _ in 0..order {
            leading = Expression::Derivative(Box::new(leading), random.below(terrain.inputs));
        }
        let scale = Expression::Constant(random.number());
        let leading = Expression::Multiply(Box::new(scale), Box::new(leading));
        let rest = Self::any(random, terrain, order, 3);
        if random.below(2) == 0 {
            Expression::Add(Box::new(leading), Box::new(rest))
        } else {
            let product = Expression::Multiply(Box::new(leading), Box::new(rest.clone()));
            Expression::Add(Box::new(product), Box::new(rest))
        }
    }

    fn any(random: &mut Random, terrain: &Terrain, order: usize, depth: usize) -> Self {
        let boxed =
            |random: &mut Random, order| Box::new(Self::any(random, terrain, order, depth - 1));
        if depth == 0 {
            return match random.below(5) {
                0 => Expression::Input(random.below(terrain.inputs)),
                1 => Expression::Constant(random.number()),
                _ => Expression::Output(random.below(terrain.outputs)),
            };
        }
        match random.below(8) {
            0 => Expression::Add(boxed(random, order), boxed(random, order)),
            1 | 2 => Expression::Multiply(boxed(random, order), boxed(random, order)),
            3 | 4 => {
                let function = ELEMENTARY[random.below(ELEMENTARY.len())];
                Expression::Apply(function, boxed(random, order))
            }
            5 if order > 1 => {
                let count = 1 + random.below(terrain.inputs);
                let entries = (0..count).map(|_| random.below(terrain.inputs)).collect();
                Expression::Laplacian(boxed(random, order - 2), entries)
            }
            _ if order > 0 => {
                let entry = random.below(terrain.inputs);
                Expression::Derivative(boxed(random, order - 1), entry)
            }
            _ => Self::any(random, terrain, order, depth - 1),
        }
    }

    /// The node of shape `[]`, given the source and the outputs as scalars.
    pub fn build(&self, graph: &mut Graph, source: NodeId, outputs: &[NodeId]) -> NodeId {
        let mut inner = |expression: &Expression| expression.build(graph, source, outputs);
        match self {
            Expression::Constant(value) => graph.constant(*value, &[]),
            Expression::Input(entry) => graph.entry(source, 0, *entry),
            Expression::Output(output) => outputs[*output],
            Expression::Derivative(of, entry) => {
                let of = inner(of);
                partial(graph, of, source, *entry)
            }
            Expression::Laplacian(of, entries) => {
                let of = inner(of);
                laplacian_of(graph, of, source, entries)
            }
            Expression::Add(a, b) => {
                let (a, b) = (inner(a), inner(b));
                graph.add(a, b)
            }
            Expression::Multiply(a, b) => {
                let (a, b) = (inner(a), inner(b));
                graph.hadamard(a, b)
            }
            Expression::Apply(Elementary::Square, of) => {
                let of = inner(of);
                graph.hadamard(of, of)
            }
            Expression::Apply(function, of) => {
                let of = inner(of);
                let function = graph.add_function(function.function());
                graph.map(function, 0, of)
            }
        }
    }

    /// The Taylor polynomial, given those of the inputs and the outputs.
    pub fn expand(
        &self,
        space: &Space,
        inputs: &[Polynomial],
        outputs: &[Polynomial],
    ) -> Polynomial {
        let inner = |expression: &Expression| expression.expand(space, inputs, outputs);
        match self {
            Expression::Constant(value) => space.constant(Number::constant(*value)),
            Expression::Input(entry) => inputs[*entry].clone(),
            Expression::Output(output) => outputs[*output].clone(),
            Expression::Derivative(of, entry) => space.differentiate(&inner(of), *entry),
            Expression::Laplacian(of, entries) => {
                let of = inner(of);
                let mut sum = space.constant(Number::constant(0.0));
                for entry in entries {
                    let first = space.differentiate(&of, *entry);
                    sum = space.add(&sum, &space.differentiate(&first, *entry));
                }
                sum
            }
            Expression::Add(a, b) => space.add(&inner(a), &inner(b)),
            Expression::Multiply(a, b) => space.multiply(&inner(a), &inner(b)),
            Expression::Apply(function, of) => function.expand(space, &inner(of)),
        }
    }
}

impl Elementary {
    fn function(self) -> Function {
        let z = || Box::new(Formula::Argument);
        let constant = |value| Box::new(Formula::Constant(value));
        let square = || Box::new(Formula::Powi(z(), 2));
        let above = || Box::new(Formula::Add(constant(1.0), square()));
        let sine = || Box::new(Formula::Call(Call::Activation(Activation::Sin), z()));
        let formula = match self {
            Elementary::Square => *square(),
            Elementary::Cube => Formula::Powi(z(), 3),
            Elementary::Sin => *sine(),
            Elementary::ExpSin => Formula::Call(Call::Exp, sine()),
            Elementary::Ln => Formula::Call(Call::Ln, above()),
            Elementary::Sqrt => Formula::Call(Call::Sqrt, above()),
            Elementary::Reciprocal => {
                let below = Formula::Add(constant(2.0), sine());
                Formula::Divide(constant(1.0), Box::new(below))
            }
        };
        Function::custom(&format!("{self:?}"), &formula).expect("finite constants")
    }

    fn expand(self, space: &Space, z: &Polynomial) -> Polynomial {
        let square = || space.multiply(z, z);
        let plus =
            |value: f64, to: &Polynomial| space.add(to, &space.constant(Number::constant(value)));
        match self {
            Elementary::Square => square(),
            Elementary::Cube => space.multiply(z, &square()),
            Elementary::Sin => space.sin(z),
            Elementary::ExpSin => space.exp(&space.sin(z)),
            Elementary::Ln => space.ln(&plus(1.0, &square())),
            Elementary::Sqrt => space.sqrt(&plus(1.0, &square())),
            Elementary::Reciprocal => space.reciprocal(&plus(2.0, &space.sin(z))),
        }
    }
}

//! What a formula means at one point: a [`Quantity`], typed and shaped, over the output, inputs, given data, parameters
//! and named functions.
//!
//! Scalars have the shape `[]` of no axes. Where a scalar meets a vector or a matrix it repeats.

use crate::diagnostics::Place;
use derive_network_symbolic::functions::Function;
use std::ops::Range;
use std::rc::Rc;

/// A number, a vector or a matrix that a formula gives at each point.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// How it is computed.
    pub meaning: Meaning,
    /// Its shape.
    pub shape: Shape,
    /// What it changes with.
    pub dependence: Dependence,
    /// How many operations its formula has; a named function counts as one.
    pub operations: usize,
    /// The highest derivative in the inputs that its formula takes, those of the named functions in it included.
    pub order: usize,
}

/// The shape of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A number.
    Scalar,
    /// So many numbers.
    Vector(usize),
    /// Rows and columns.
    Matrix(usize, usize),
    /// Channels, rows and columns.
    Image(usize, usize, usize),
}

/// What a quantity changes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dependence {
    /// The inputs.
    pub inputs: bool,
    /// Given data.
    pub given: bool,
    /// Parameters that are not frozen.
    pub parameters: bool,
}

/// How a quantity is computed.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// A number.
    Constant(f64),
    /// Entries of the concatenated input; one, without an axis, of a scalar.
    Input(Range<usize>),
    /// Entries of the concatenated given data.
    Given(Range<usize>),
    /// Entries of the output.
    Output(Range<usize>),
    /// A parameter field, by its position in [`Network::parameter_fields`](super::Network::parameter_fields).
    Parameter(usize),
    /// A named function, by its position in [`Network::functions`](super::Network::functions).
    Function(usize),
    /// What `forward` computes under a name, by its position in [`Forward::locals`](super::Forward::locals).
    Local(usize),
    /// What layers, one after the other, make of a quantity, by their positions in
    /// [`Network::layers`](super::Network::layers).
    Layers(Range<usize>, Box<Quantity>),
    /// A linear combination; scalars repeat.
    Sum(Vec<(f64, Quantity)>),
    /// Entry by entry; scalars repeat.
    Product(Box<Quantity>, Box<Quantity>),
    /// A matrix times a vector or a matrix.
    MatrixProduct(Box<Quantity>, Box<Quantity>),
    /// The inner product of two vectors.
    Dot(Box<Quantity>, Box<Quantity>),
    /// The sum of all entries.
    Total(Box<Quantity>),
    /// One entry of a vector, or one row of a matrix.
    Entry(Box<Quantity>, usize),
    /// Neighbouring entries of a vector, or rows of a matrix.
    Slice(Box<Quantity>, Range<usize>),
    /// Scalars and vectors one behind the other.
    Concat(Vec<Quantity>),
    /// A matrix with rows and columns exchanged.
    Transpose(Box<Quantity>),
    /// An elementwise function.
    Map(Rc<MappedFunction>, Box<Quantity>),
    /// The greater of two, entry by entry; scalars repeat. With the function whose kink it has.
    Max(Rc<MappedFunction>, Box<Quantity>, Box<Quantity>),
    /// The exponentials of the entries of a vector over their sum.
    Softmax(Box<Quantity>),
    /// The logarithm of that.
    LogSoftmax(Box<Quantity>),
    /// A partial derivative: one order for each entry of the concatenated input that is listed.
    Partial(Box<Quantity>, Vec<usize>),
    /// The sum of the second derivatives by each of these entries of the concatenated input.
    Laplacian(Box<Quantity>, Vec<usize>),
    /// The derivatives of a scalar by neighbouring entries of the concatenated input.
    Gradient(Box<Quantity>, Range<usize>),
}

/// An elementwise function and where the user called it.
#[derive(Clone, Debug)]
pub struct MappedFunction {
    /// The function.
    pub function: Function,
    /// As the user calls it.
    pub name: String,
    /// The place of the call.
    pub place: Place,
}

impl Shape {
    /// How many numbers it has.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Vector(size) => size,
            Self::Matrix(rows, columns) => rows * columns,
            Self::Image(channels, rows, columns) => channels * rows * columns,
        }
    }

    /// Extents of its axes.
    #[must_use]
    pub fn axes(self) -> Vec<usize> {
        match self {
            Self::Scalar => Vec::new(),
            Self::Vector(size) => vec![size],
            Self::Matrix(rows, columns) => vec![rows, columns],
            Self::Image(channels, rows, columns) => vec![channels, rows, columns],
        }
    }

    /// As a sentence says it, with its article.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Scalar => "a scalar".to_owned(),
            Self::Vector(size) => format!("a vector of {size}"),
            Self::Matrix(rows, columns) => format!("a matrix of {rows} x {columns}"),
            Self::Image(channels, rows, columns) => {
                format!("an image of {channels} x {rows} x {columns}")
            }
        }
    }
}

impl Dependence {
    /// On what either depends on.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            inputs: self.inputs || other.inputs,
            given: self.given || other.given,
            parameters: self.parameters || other.parameters,
        }
    }
}

impl Quantity {
    /// A number.
    #[must_use]
    pub fn constant(value: f64) -> Self {
        Self::leaf(
            Meaning::Constant(value),
            Shape::Scalar,
            Dependence::default(),
        )
    }

    /// Something that is no operation.
    #[must_use]
    pub const fn leaf(meaning: Meaning, shape: Shape, dependence: Dependence) -> Self {
        Self {
            meaning,
            shape,
            dependence,
            operations: 0,
            order: 0,
        }
    }

    /// Its value, if it is the same everywhere.
    #[must_use]
    pub const fn as_constant(&self) -> Option<f64> {
        match self.meaning {
            Meaning::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The entries of the concatenated input that it is, if it is nothing else.
    #[must_use]
    pub fn as_inputs(&self) -> Option<Range<usize>> {
        match &self.meaning {
            Meaning::Input(entries) => Some(entries.clone()),
            _ => None,
        }
    }

    /// What it is computed from directly.
    #[must_use]
    pub fn parts(&self) -> Vec<&Self> {
        match &self.meaning {
            Meaning::Constant(_)
            | Meaning::Input(_)
            | Meaning::Given(_)
            | Meaning::Output(_)
            | Meaning::Parameter(_)
            | Meaning::Function(_)
            | Meaning::Local(_) => Vec::new(),
            Meaning::Sum(terms) => terms.iter().map(|(_, term)| term).collect(),
            Meaning::Product(a, b)
            | Meaning::MatrixProduct(a, b)
            | Meaning::Dot(a, b)
            | Meaning::Max(_, a, b) => vec![a, b],
            Meaning::Concat(parts) => parts.iter().collect(),
            Meaning::Layers(_, of)
            | Meaning::Total(of)
            | Meaning::Transpose(of)
            | Meaning::Softmax(of)
            | Meaning::LogSoftmax(of)
            | Meaning::Entry(of, _)
            | Meaning::Slice(of, _)
            | Meaning::Map(_, of)
            | Meaning::Partial(of, _)
            | Meaning::Laplacian(of, _)
            | Meaning::Gradient(of, _) => vec![of],
        }
    }

    /// How many derivatives in the inputs its own operation takes of its parts.
    #[must_use]
    pub fn own_order(&self) -> usize {
        match &self.meaning {
            Meaning::Partial(_, entries) => entries.len(),
            Meaning::Laplacian(..) => 2,
            Meaning::Gradient(..) => 1,
            _ => 0,
        }
    }

    /// An operation on what its meaning holds.
    #[must_use]
    pub fn operation(meaning: Meaning, shape: Shape) -> Self {
        let mut quantity = Self::leaf(meaning, shape, Dependence::default());
        let parts = quantity.parts();
        let own = parts.len().saturating_sub(1).max(1);
        let mut totals = (Dependence::default(), own, 0);
        for part in parts {
            totals.0 = totals.0.or(part.dependence);
            totals.1 += part.operations;
            totals.2 = totals.2.max(part.order);
        }
        (quantity.dependence, quantity.operations) = (totals.0, totals.1);
        quantity.order = totals.2 + quantity.own_order();
        quantity
    }

    /// The sum of two quantities of one shape, or of which one is a scalar, with coefficients.
    #[must_use]
    pub fn combine(left: (f64, Self), right: (f64, Self)) -> Self {
        let shape = repeated(left.1.shape, right.1.shape);
        let mut terms = left.1.into_terms(left.0);
        terms.extend(right.1.into_terms(right.0));
        Self::sum(terms, shape)
    }

    /// A multiple.
    #[must_use]
    pub fn scaled(self, coefficient: f64) -> Self {
        let shape = self.shape;
        Self::sum(self.into_terms(coefficient), shape)
    }

    /// The product entry by entry of two quantities of one shape, or of which one is a scalar.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        match (self.as_constant(), other.as_constant()) {
            (Some(coefficient), _) => other.scaled(coefficient),
            (_, Some(coefficient)) => self.scaled(coefficient),
            _ => {
                let shape = repeated(self.shape, other.shape);
                Self::operation(Meaning::Product(Box::new(self), Box::new(other)), shape)
            }
        }
    }

    /// The sum of all entries.
    #[must_use]
    pub fn total(self) -> Self {
        match self.shape {
            Shape::Scalar => self,
            _ => Self::operation(Meaning::Total(Box::new(self)), Shape::Scalar),
        }
    }

    /// The mean of all entries.
    #[must_use]
    pub fn mean(self) -> Self {
        let size = self.shape.size() as f64;
        match self.shape {
            Shape::Scalar => self,
            _ => self.total().scaled(1.0 / size),
        }
    }

    /// Scalars and vectors one behind the other: a vector.
    #[must_use]
    pub fn concat(parts: Vec<Self>) -> Self {
        let size = parts.iter().map(|part| part.shape.size()).sum();
        Self::operation(Meaning::Concat(parts), Shape::Vector(size))
    }

    /// The sum of the squares of all entries.
    #[must_use]
    pub fn sum_square(self) -> Self {
        match self.shape {
            Shape::Vector(_) => Self::operation(
                Meaning::Dot(Box::new(self.clone()), Box::new(self)),
                Shape::Scalar,
            ),
            _ => self.clone().times(self).total(),
        }
    }

    /// Neighbouring entries of a vector; an entry of a leaf is a leaf.
    #[must_use]
    pub fn entries(self, entries: Range<usize>, shape: Shape) -> Self {
        let place = |of: &Range<usize>| of.start + entries.start..of.start + entries.end;
        let meaning = match &self.meaning {
            Meaning::Input(of) => Meaning::Input(place(of)),
            Meaning::Given(of) => Meaning::Given(place(of)),
            Meaning::Output(of) => Meaning::Output(place(of)),
            _ => {
                let of = Box::new(self);
                let meaning = match shape {
                    Shape::Scalar => Meaning::Entry(of, entries.start),
                    _ => Meaning::Slice(of, entries),
                };
                return Self::operation(meaning, shape);
            }
        };
        Self {
            meaning,
            shape,
            ..self
        }
    }

    fn sum(mut terms: Vec<(f64, Self)>, shape: Shape) -> Self {
        let constants =
            |(coefficient, term): &(f64, Self)| term.as_constant().map(|value| coefficient * value);
        let constant: f64 = terms.iter().filter_map(constants).sum();
        terms.retain(|(_, term)| term.as_constant().is_none());
        if terms.is_empty() {
            return Self::constant(constant);
        }
        if constant != 0.0 {
            terms.push((constant, Self::constant(1.0)));
        }
        match <[_; 1]>::try_from(terms) {
            Ok([(coefficient, term)]) if coefficient == 1.0 && term.shape == shape => term,
            Ok(terms) => Self::operation(Meaning::Sum(terms.into()), shape),
            Err(terms) => Self::operation(Meaning::Sum(terms), shape),
        }
    }

    fn into_terms(self, coefficient: f64) -> Vec<(f64, Self)> {
        match self.meaning {
            Meaning::Sum(terms) => terms
                .into_iter()
                .map(|(own, term)| (coefficient * own, term))
                .collect(),
            _ => vec![(coefficient, self)],
        }
    }
}

/// The shape of an operation entry by entry on shapes that are equal, or of which one is a scalar.
pub(crate) const fn repeated(left: Shape, right: Shape) -> Shape {
    match left {
        Shape::Scalar => right,
        _ => left,
    }
}

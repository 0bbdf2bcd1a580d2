//! An expression that Rust accepts goes in, the same in the language of formulas comes out: [`Expression`], with places
//! and without meaning. What does not belong to the language is reported and stands as [`Kind::Mistaken`], so that the
//! rest of the formula is read all the same.

use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, ExprCall, ExprIndex, ExprLit, ExprRange, Lit, RangeLimits, UnOp};

/// An expression with its place in the user's text.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: Kind,
    /// Where it was written, without parentheses around it.
    pub place: Place,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A number without sign.
    Number {
        /// Its value, finite.
        value: f64,
        /// Whether it was written without a point and an exponent.
        is_whole: bool,
    },
    /// A name, or a path as it was written.
    Name(String),
    /// `-a`
    Negate(Box<Expression>),
    /// `a + b`, ...
    Binary(Operation, Box<Expression>, Box<Expression>),
    /// `f(a, b)`
    Call {
        /// The name of the function.
        function: String,
        /// Where the name was written.
        function_place: Place,
        /// Which element of an array is called, as in `f[0](a, b)`.
        element: Option<Index>,
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// `[a, b]`
    Array(Vec<Expression>),
    /// `(a, b)`
    Tuple(Vec<Expression>),
    /// `a[0]`
    Entry {
        /// What is indexed.
        of: Box<Expression>,
        /// The index.
        index: Index,
    },
    /// `a[0..3]`, `a[1..]`, `a[..2]`
    Slice {
        /// What is sliced.
        of: Box<Expression>,
        /// The first index.
        start: usize,
        /// The index behind the last one; the length of what is sliced if it was not written.
        end: Option<usize>,
    },
    /// Something that was reported.
    Mistaken,
}

/// An index in brackets.
#[derive(Clone, Debug)]
pub struct Index {
    /// What it is.
    pub kind: IndexKind,
    /// Where it was written.
    pub place: Place,
}

/// The kinds of indices.
#[derive(Clone, Debug)]
pub enum IndexKind {
    /// A literal.
    Number(usize),
    /// A name, which may be that of a counter.
    Name(String),
}

/// The operations between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Expression {
    /// The expressions that it is made of directly.
    #[must_use]
    pub fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Number { .. } | Kind::Name(_) | Kind::Mistaken => Vec::new(),
            Kind::Negate(of) | Kind::Entry { of, .. } | Kind::Slice { of, .. } => vec![of],
            Kind::Binary(_, left, right) => vec![left, right],
            Kind::Call { arguments, .. } => arguments.iter().collect(),
            Kind::Array(parts) | Kind::Tuple(parts) => parts.iter().collect(),
        }
    }

    /// Calls with every name in it, those of functions and indices included.
    pub fn for_each_name(&self, found: &mut impl FnMut(&str)) {
        match &self.kind {
            Kind::Name(name) => found(name),
            Kind::Call {
                function, element, ..
            } => {
                found(function);
                if let Some(name) = element.as_ref().and_then(Index::name) {
                    found(name);
                }
            }
            Kind::Entry { index, .. } => {
                if let Some(name) = index.name() {
                    found(name);
                }
            }
            _ => {}
        }
        for part in self.parts() {
            part.for_each_name(found);
        }
    }
}

impl Index {
    /// Its name, if it has one.
    fn name(&self) -> Option<&str> {
        match &self.kind {
            IndexKind::Number(_) => None,
            IndexKind::Name(name) => Some(name),
        }
    }
}

impl Operation {
    /// As it is written.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
        }
    }
}

/// Reads an expression; everything in it that is not part of the language is reported.
pub fn parse_expression(written: &Expr, diagnostics: &mut Diagnostics) -> Expression {
    match written {
        Expr::Paren(inner) => parse_expression(&inner.expr, diagnostics),
        // Macros that pass an expression on wrap it into an invisible group.
        Expr::Group(inner) => parse_expression(&inner.expr, diagnostics),
        Expr::Lit(ExprLit { lit, .. }) => {
            let kind = diagnostics.take(parse_number(lit));
            found(kind, lit.span().into())
        }
        Expr::Path(path) => {
            let name = path_name(&path.path);
            found(Some(Kind::Name(name)), Place::of(&path.path))
        }
        Expr::Unary(unary) => {
            let UnOp::Neg(sign) = unary.op else {
                return refused(catalogue::formula_expression(written), written, diagnostics);
            };
            let inner = parse_expression(&unary.expr, diagnostics);
            let place = Place::from(sign.span()).to(inner.place);
            found(Some(Kind::Negate(Box::new(inner))), place)
        }
        Expr::Binary(binary) => {
            let operation = match binary.op {
                BinOp::Add(_) => Operation::Add,
                BinOp::Sub(_) => Operation::Subtract,
                BinOp::Mul(_) => Operation::Multiply,
                BinOp::Div(_) => Operation::Divide,
                _ => {
                    return refused(catalogue::formula_expression(written), written, diagnostics);
                }
            };
            let left = parse_expression(&binary.left, diagnostics);
            let right = parse_expression(&binary.right, diagnostics);
            let place = left.place.to(right.place);
            let kind = Kind::Binary(operation, Box::new(left), Box::new(right));
            found(Some(kind), place)
        }
        Expr::Call(call) => parse_call(call, diagnostics),
        Expr::Array(array) => {
            let parts = parse_all(&array.elems, diagnostics);
            found(Some(Kind::Array(parts)), Place::of(written))
        }
        Expr::Tuple(tuple) => {
            let parts = parse_all(&tuple.elems, diagnostics);
            found(Some(Kind::Tuple(parts)), Place::of(written))
        }
        Expr::Index(index) => parse_index(index, diagnostics),
        Expr::MethodCall(call) => {
            refused(catalogue::formula_method(call), &call.method, diagnostics)
        }
        Expr::Block(block) => refused(catalogue::formula_block(block), block, diagnostics),
        other => refused(catalogue::formula_expression(other), other, diagnostics),
    }
}

fn parse_all<'a>(
    written: impl IntoIterator<Item = &'a Expr>,
    diagnostics: &mut Diagnostics,
) -> Vec<Expression> {
    let written = written.into_iter();
    written
        .map(|written| parse_expression(written, diagnostics))
        .collect()
}

/// `f(a, b)` or `f[0](a, b)`
fn parse_call(call: &ExprCall, diagnostics: &mut Diagnostics) -> Expression {
    let (callee, element) = match strip(&call.func) {
        Expr::Index(index) => (strip(&index.expr), Some(strip(&index.index))),
        callee => (callee, None),
    };
    let Expr::Path(path) = callee else {
        return refused(catalogue::formula_expression(callee), callee, diagnostics);
    };
    let function_place = Place::of(path);
    // The arguments are read even if the index is mistaken, so that the mistakes of both are reported.
    let element = element.map(|element| diagnostics.take(parse_index_of(element)));
    let arguments = parse_all(&call.args, diagnostics);
    let end = Place::from(call.paren_token.span.close());
    let place = function_place.to(end);
    let element = match element {
        Some(None) => return found(None, place),
        Some(element) => element,
        None => None,
    };
    let kind = Kind::Call {
        function: path_name(&path.path),
        function_place,
        element,
        arguments,
    };
    found(Some(kind), place)
}

fn parse_index(index: &ExprIndex, diagnostics: &mut Diagnostics) -> Expression {
    let of = Box::new(parse_expression(&index.expr, diagnostics));
    let place = of.place.to(index.bracket_token.span.close().into());
    let kind = match strip(&index.index) {
        Expr::Range(range) => diagnostics
            .take(parse_range(range))
            .map(|(start, end)| Kind::Slice { of, start, end }),
        index => diagnostics
            .take(parse_index_of(index))
            .map(|index| Kind::Entry { of, index }),
    };
    found(kind, place)
}

fn parse_index_of(written: &Expr) -> Result<Index, Diagnostic> {
    let kind = match written {
        Expr::Path(path) if path.path.get_ident().is_some() => {
            IndexKind::Name(path_name(&path.path))
        }
        _ => IndexKind::Number(parse_position(written)?),
    };
    let place = Place::of(written);
    Ok(Index { kind, place })
}

/// The first index of a range and the one behind the last, where it is written.
pub(super) fn parse_range(range: &ExprRange) -> Result<(usize, Option<usize>), Diagnostic> {
    let start = range.start.as_deref().map_or(Ok(0), parse_position)?;
    let last = range.end.as_deref().map(parse_position).transpose()?;
    let end = match range.limits {
        RangeLimits::HalfOpen(_) => last,
        RangeLimits::Closed(_) => last.map(|last| last.saturating_add(1)),
    };
    if end.is_some_and(|end| end <= start) {
        return Err(catalogue::slice_empty(range));
    }
    Ok((start, end))
}

fn parse_position(written: &Expr) -> Result<usize, Diagnostic> {
    let position = match strip(written) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(literal),
            ..
        }) if literal.suffix().is_empty() || literal.suffix() == "usize" => {
            literal.base10_parse().ok()
        }
        _ => None,
    };
    position
        .ok_or_else(|| catalogue::index_not_literal(Place::of(written), &catalogue::shown(written)))
}

fn parse_number(literal: &Lit) -> Result<Kind, Diagnostic> {
    let (digits, suffix, is_whole) = match literal {
        Lit::Int(number) => (number.base10_digits(), number.suffix(), true),
        Lit::Float(number) => (number.base10_digits(), number.suffix(), false),
        _ => return Err(catalogue::formula_literal(literal)),
    };
    let number = digits.parse::<f64>().ok();
    // Tokens of other macros can hold negative literals.
    let number = number.filter(|number| number.is_finite() && suffix.is_empty());
    number
        .map(|value| Kind::Number { value, is_whole })
        .ok_or_else(|| catalogue::formula_literal(literal))
}

pub(super) fn path_name(path: &syn::Path) -> String {
    match path.get_ident() {
        Some(name) => name.to_string(),
        None => path.to_token_stream().to_string().replace(' ', ""),
    }
}

fn found(kind: Option<Kind>, place: Place) -> Expression {
    Expression {
        kind: kind.unwrap_or(Kind::Mistaken),
        place,
    }
}

fn refused(
    mistake: Diagnostic,
    written: &impl ToTokens,
    diagnostics: &mut Diagnostics,
) -> Expression {
    diagnostics.push(mistake);
    found(None, Place::of(written))
}

/// An expression without parentheses and the invisible groups of macros.
pub(crate) fn strip(written: &Expr) -> &Expr {
    match written {
        Expr::Paren(inner) => strip(&inner.expr),
        Expr::Group(inner) => strip(&inner.expr),
        _ => written,
    }
}

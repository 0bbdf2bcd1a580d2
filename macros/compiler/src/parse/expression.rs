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
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// `a[0]`
    Entry {
        /// What is indexed.
        of: Box<Expression>,
        /// The index.
        position: usize,
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
        Expr::Index(index) => parse_index(index, diagnostics),
        Expr::MethodCall(call) => {
            refused(catalogue::formula_method(call), &call.method, diagnostics)
        }
        Expr::Block(block) => refused(catalogue::formula_block(block), block, diagnostics),
        other => refused(catalogue::formula_expression(other), other, diagnostics),
    }
}

fn parse_call(call: &ExprCall, diagnostics: &mut Diagnostics) -> Expression {
    let name = match strip(&call.func) {
        Expr::Path(path) => path_name(&path.path),
        other => {
            return refused(catalogue::formula_expression(other), other, diagnostics);
        }
    };
    let function_place = Place::of(&call.func);
    let arguments = call
        .args
        .iter()
        .map(|argument| parse_expression(argument, diagnostics))
        .collect();
    let kind = Kind::Call {
        function: name,
        function_place,
        arguments,
    };
    let end = Place::from(call.paren_token.span.close());
    found(Some(kind), function_place.to(end))
}

fn parse_index(index: &ExprIndex, diagnostics: &mut Diagnostics) -> Expression {
    let of = Box::new(parse_expression(&index.expr, diagnostics));
    let place = of.place.to(index.bracket_token.span.close().into());
    let kind = match strip(&index.index) {
        Expr::Range(range) => diagnostics
            .take(parse_range(range))
            .map(|(start, end)| Kind::Slice { of, start, end }),
        position => diagnostics
            .take(parse_position(position))
            .map(|position| Kind::Entry { of, position }),
    };
    found(kind, place)
}

fn parse_range(range: &ExprRange) -> Result<(usize, Option<usize>), Diagnostic> {
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
    position.ok_or_else(|| catalogue::index_not_literal(written))
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

fn path_name(path: &syn::Path) -> String {
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

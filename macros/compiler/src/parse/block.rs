//! A block goes in, the statements of the language of formulas come out: [`Block`], with places and without meaning.

use super::expression::{
    Expression, Kind, Operation, parse_expression, parse_range, path_name, strip,
};
use crate::diagnostics::{Diagnostics, Place, catalogue};
use proc_macro2::Ident;
use std::ops::Range;
use syn::{BinOp, Expr, ExprForLoop, Local, Pat, Stmt};

/// The statements of a block, in order.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// All of them but a last expression.
    pub statements: Vec<Statement>,
    /// An expression behind the last semicolon.
    pub result: Option<Expression>,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Statement {
    /// `let name = value;` or `let mut name = value;`
    Let {
        /// The name.
        name: Ident,
        /// Where `mut` was written, if it was.
        mutable: Option<Place>,
        /// What it stands for.
        value: Expression,
    },
    /// `name = value;`
    Assign {
        /// The name.
        name: Ident,
        /// What it stands for from here on.
        value: Expression,
        /// All of it.
        place: Place,
    },
    /// `for name in over { body }`
    For {
        /// The name of the element or the counter.
        name: Ident,
        /// What it runs through.
        over: Over,
        /// The statements that are repeated.
        body: Block,
        /// From `for` to the brace.
        place: Place,
    },
}

/// What a loop runs through.
#[derive(Clone, Debug)]
pub enum Over {
    /// An array, by its name.
    Elements(Expression),
    /// `0..3`
    Numbers(Range<usize>),
}

/// Reads a block; every statement that is not part of the language is reported.
pub fn parse_block(written: &syn::Block, diagnostics: &mut Diagnostics) -> Block {
    let mut block = Block::default();
    let last = written.stmts.len().saturating_sub(1);
    for (position, statement) in written.stmts.iter().enumerate() {
        let statement = match statement {
            Stmt::Local(local) => parse_let(local, diagnostics),
            Stmt::Expr(Expr::ForLoop(repeated), _) => parse_for(repeated, diagnostics),
            Stmt::Expr(Expr::Assign(written), _) => {
                let value = parse_expression(&written.right, diagnostics);
                parse_assignment(&written.left, value, diagnostics)
            }
            Stmt::Expr(Expr::Binary(written), Some(_)) if compound(&written.op).is_some() => {
                let right = parse_expression(&written.right, diagnostics);
                let left = parse_expression(&written.left, diagnostics);
                let place = left.place.to(right.place);
                let kind = compound(&written.op).map_or(Kind::Mistaken, |operation| {
                    Kind::Binary(operation, Box::new(left), Box::new(right))
                });
                parse_assignment(&written.left, Expression { kind, place }, diagnostics)
            }
            Stmt::Expr(expression, None) if position == last && !is_control(expression) => {
                block.result = Some(parse_expression(expression, diagnostics));
                None
            }
            other => {
                diagnostics.push(catalogue::statement_unknown(other));
                None
            }
        };
        block.statements.extend(statement);
    }
    block
}

/// The operation of `+=`, `-=`, `*=` or `/=`.
fn compound(operation: &BinOp) -> Option<Operation> {
    match operation {
        BinOp::AddAssign(_) => Some(Operation::Add),
        BinOp::SubAssign(_) => Some(Operation::Subtract),
        BinOp::MulAssign(_) => Some(Operation::Multiply),
        BinOp::DivAssign(_) => Some(Operation::Divide),
        _ => None,
    }
}

/// A `let`; nothing if it gives no name or no value. Of a mistaken one the name stays known where there is one.
fn parse_let(local: &Local, diagnostics: &mut Diagnostics) -> Option<Statement> {
    let (name, mutable) = match &local.pat {
        Pat::Ident(name) => {
            if name.by_ref.is_some() || name.subpat.is_some() {
                diagnostics.push(catalogue::let_pattern(&local.pat));
            }
            (Some(&name.ident), name.mutability.as_ref().map(Place::of))
        }
        Pat::Type(typed) => {
            diagnostics.push(catalogue::let_type(&typed.ty));
            match &*typed.pat {
                Pat::Ident(name) => (Some(&name.ident), name.mutability.as_ref().map(Place::of)),
                _ => (None, None),
            }
        }
        pattern => {
            diagnostics.push(catalogue::let_pattern(pattern));
            (None, None)
        }
    };
    if let Some(attribute) = local.attrs.first() {
        diagnostics.push(catalogue::statement_attribute(attribute));
    }
    let Some(value) = &local.init else {
        diagnostics.push(catalogue::let_without_value(&local.pat));
        return None;
    };
    if let Some((keyword, _)) = &value.diverge {
        diagnostics.push(catalogue::let_else(keyword));
    }
    let value = parse_expression(&value.expr, diagnostics);
    Some(Statement::Let {
        name: name?.clone(),
        mutable,
        value,
    })
}

/// An assignment; nothing if what is assigned is no name.
fn parse_assignment(
    left: &Expr,
    value: Expression,
    diagnostics: &mut Diagnostics,
) -> Option<Statement> {
    let left = strip(left);
    let place = Place::of(left).to(value.place);
    let name = match left {
        Expr::Path(path) => path.path.get_ident().cloned(),
        _ => None,
    };
    let Some(name) = name else {
        diagnostics.push(catalogue::assignment_to_part(left));
        return None;
    };
    Some(Statement::Assign { name, value, place })
}

/// A loop; nothing if it has no name, or runs through what is neither a name nor a range of literals.
fn parse_for(written: &ExprForLoop, diagnostics: &mut Diagnostics) -> Option<Statement> {
    let name = match &*written.pat {
        Pat::Ident(name)
            if name.by_ref.is_none() && name.subpat.is_none() && name.mutability.is_none() =>
        {
            Some(name.ident.clone())
        }
        Pat::Wild(unnamed) => Some(Ident::from(unnamed.underscore_token)),
        pattern => {
            diagnostics.push(catalogue::loop_pattern(pattern));
            None
        }
    };
    if let Some(attribute) = written.attrs.first() {
        diagnostics.push(catalogue::statement_attribute(attribute));
    }
    if let Some(label) = &written.label {
        diagnostics.push(catalogue::loop_label(label));
    }
    let over = match strip(&written.expr) {
        Expr::Range(range) => match diagnostics.take(parse_range(range)) {
            Some((start, Some(end))) => Some(Over::Numbers(start..end)),
            Some((_, None)) => {
                diagnostics.push(catalogue::loop_without_end(range));
                None
            }
            None => None,
        },
        Expr::Path(path) => Some(Over::Elements(Expression {
            kind: Kind::Name(path_name(&path.path)),
            place: Place::of(path),
        })),
        other => {
            diagnostics.push(catalogue::loop_over_expression(other));
            None
        }
    };
    let body = parse_block(&written.body, diagnostics);
    if let Some(result) = &body.result {
        diagnostics.push(catalogue::loop_with_value(result.place));
    }
    let start = Place::of(&written.for_token);
    let place = start.to(written.body.brace_token.span.close().into());
    Some(Statement::For {
        name: name?,
        over: over?,
        body,
        place,
    })
}

fn is_control(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::While(_) | Expr::Loop(_) | Expr::If(_) | Expr::Match(_)
    )
}

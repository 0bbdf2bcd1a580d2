//! A block goes in, the statements of the language of formulas come out: [`Block`], with places and without meaning.

use super::expression::{Expression, parse_expression};
use crate::diagnostics::{Diagnostics, catalogue};
use proc_macro2::Ident;
use syn::{Expr, Local, Pat, Stmt};

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
    /// `let name = value;`
    Let {
        /// The name.
        name: Ident,
        /// What it stands for.
        value: Expression,
    },
}

/// Reads a block; every statement that is not part of the language is reported.
pub fn parse_block(written: &syn::Block, diagnostics: &mut Diagnostics) -> Block {
    let mut block = Block::default();
    let last = written.stmts.len().saturating_sub(1);
    for (position, statement) in written.stmts.iter().enumerate() {
        match statement {
            Stmt::Local(local) => block.statements.extend(parse_let(local, diagnostics)),
            Stmt::Expr(expression, None) if position == last && !is_control(expression) => {
                block.result = Some(parse_expression(expression, diagnostics));
            }
            Stmt::Expr(Expr::Assign(assignment), _) => {
                diagnostics.push(catalogue::statement_assigns(assignment));
            }
            other => diagnostics.push(catalogue::statement_unknown(other)),
        }
    }
    block
}

/// A `let`; nothing if it gives no name or no value. Of a mistaken one the name stays known where there is one.
fn parse_let(local: &Local, diagnostics: &mut Diagnostics) -> Option<Statement> {
    let name = match &local.pat {
        Pat::Ident(name) => {
            if let Some(mutability) = &name.mutability {
                diagnostics.push(catalogue::let_mutable(mutability, &name.ident));
            }
            if name.by_ref.is_some() || name.subpat.is_some() {
                diagnostics.push(catalogue::let_pattern(&local.pat));
            }
            Some(&name.ident)
        }
        Pat::Type(typed) => {
            diagnostics.push(catalogue::let_type(&typed.ty));
            match &*typed.pat {
                Pat::Ident(name) => Some(&name.ident),
                _ => None,
            }
        }
        pattern => {
            diagnostics.push(catalogue::let_pattern(pattern));
            None
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
    let expression = parse_expression(&value.expr, diagnostics);
    Some(Statement::Let {
        name: name?.clone(),
        value: expression,
    })
}

fn is_control(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) | Expr::If(_) | Expr::Match(_)
    )
}

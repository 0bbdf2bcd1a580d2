//! The block of `define` and the list of `loss(...)` go in, named formulas come out, not yet understood.

use super::inputs::check_word;
use crate::diagnostics::{Diagnostic, Diagnostics, catalogue};
use crate::parse::{Block, Expression, Form, Item, Statement, parse_block, parse_expression};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// The most functions and the most losses of a definition.
const FUNCTION_LIMIT: usize = 256;

/// A loss as it was written.
#[derive(Clone, Debug)]
pub(crate) struct WrittenLoss {
    pub name: Ident,
    /// Its formula; open if there is none.
    pub formula: Option<Expression>,
}

/// The functions of `define`: those whose names can be names of methods.
pub(super) fn read_define(written: &syn::Block, diagnostics: &mut Diagnostics) -> Block {
    let mut block = parse_block(written, diagnostics);
    if let Some(result) = &block.result {
        diagnostics.push(catalogue::function_without_name(result.place));
    }
    block.statements.retain(|Statement::Let { name, .. }| {
        diagnostics
            .take(check_method_name("a function", name))
            .is_some()
    });
    if let Some(Statement::Let { name, .. }) = block.statements.get(FUNCTION_LIMIT) {
        diagnostics.push(catalogue::functions_too_many(
            name,
            "functions",
            FUNCTION_LIMIT,
        ));
        block.statements.truncate(FUNCTION_LIMIT);
    }
    block
}

pub(super) fn read_losses(written: &[Item], diagnostics: &mut Diagnostics) -> Vec<WrittenLoss> {
    let mut losses = Vec::new();
    for item in written {
        let formula = match &item.form {
            Form::Assigned(formula) => Some(formula),
            Form::Unreadable => None,
            _ => {
                diagnostics.push(catalogue::loss_form(&item.name));
                None
            }
        };
        let name = diagnostics.take(check_method_name("a loss", &item.name));
        let formula = formula.map(|formula| parse_expression(formula, diagnostics));
        if losses.len() == FUNCTION_LIMIT {
            diagnostics.push(catalogue::functions_too_many(
                &item.name,
                "losses",
                FUNCTION_LIMIT,
            ));
            break;
        }
        if name.is_some() {
            losses.push(WrittenLoss {
                name: item.name.clone(),
                formula,
            });
        }
    }
    losses
}

/// Names of methods are also the beginning of other names, which a raw identifier cannot be.
fn check_method_name(what: &str, name: &Ident) -> Result<(), Diagnostic> {
    check_word(what, name)?;
    if name.unraw() == *name {
        Ok(())
    } else {
        Err(catalogue::name_is_keyword(what, name))
    }
}

//! The blocks of `forward` and `define` and the list of `loss(...)` go in; statements and named formulas come out, not yet
//! understood.

use super::inputs::check_word;
use crate::diagnostics::{Diagnostic, Diagnostics, Place, catalogue};
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

/// A function of `define` as it was written.
#[derive(Clone, Debug)]
pub(crate) struct WrittenFunction {
    pub name: Ident,
    pub formula: Expression,
}

/// The block of `forward` as it was written.
#[derive(Clone, Debug)]
pub(crate) struct WrittenForward {
    pub block: Block,
    /// All of it, in braces.
    pub place: Place,
    /// Whether parts of it could not be read.
    pub is_mistaken: bool,
}

pub(super) fn read_forward(written: &syn::Block, diagnostics: &mut Diagnostics) -> WrittenForward {
    let mistakes = diagnostics.len();
    let block = parse_block(written, diagnostics);
    WrittenForward {
        block,
        place: Place::of(written),
        is_mistaken: diagnostics.len() > mistakes,
    }
}

/// The functions of `define`: those whose names can be names of methods.
pub(super) fn read_define(
    written: &syn::Block,
    diagnostics: &mut Diagnostics,
) -> Vec<WrittenFunction> {
    let block = parse_block(written, diagnostics);
    if let Some(result) = &block.result {
        diagnostics.push(catalogue::function_without_name(result.place));
    }
    let mut functions = Vec::new();
    for statement in block.statements {
        match statement {
            Statement::Let {
                name,
                mutable,
                value,
            } => {
                if let Some(mutable) = mutable {
                    diagnostics.push(catalogue::let_mutable(mutable, &name));
                }
                let method = diagnostics.take(check_method_name("a function", &name));
                functions.extend(method.map(|()| WrittenFunction {
                    name,
                    formula: value,
                }));
            }
            Statement::Assign { name, place, .. } => {
                diagnostics.push(catalogue::define_assigns(&name, place));
            }
            Statement::For { place, .. } => diagnostics.push(catalogue::define_repeats(place)),
        }
    }
    if let Some(function) = functions.get(FUNCTION_LIMIT) {
        let too_many = catalogue::functions_too_many(&function.name, "functions", FUNCTION_LIMIT);
        diagnostics.push(too_many);
        functions.truncate(FUNCTION_LIMIT);
    }
    functions
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

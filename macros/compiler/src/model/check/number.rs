//! An expression in the place of a size goes in, the size comes out.

use crate::diagnostics::{Diagnostic, catalogue};
use crate::parse::strip;
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, LitInt};

/// No width, input or array is longer.
pub const SIZE_LIMIT: usize = 1 << 20;

/// No network has more parameters.
pub const PARAMETER_LIMIT: usize = 1 << 28;

/// No network has more layers.
pub const LAYER_LIMIT: usize = 4096;

/// The size that a literal says. `what` names the quantity, with its article.
pub(super) fn read_size(what: &str, written: &Expr, most: usize) -> Result<usize, Diagnostic> {
    match read_count(what, written, most)? {
        0 => Err(catalogue::number_zero(what, written)),
        size => Ok(size),
    }
}

/// The same where there may be none.
pub(super) fn read_count(what: &str, written: &Expr, most: usize) -> Result<usize, Diagnostic> {
    let literal = match strip(written) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(literal),
            ..
        }) => literal,
        Expr::Lit(_) => return Err(catalogue::number_not_whole(what, written)),
        Expr::Unary(minus) if matches!(strip(&minus.expr), Expr::Lit(_)) => {
            return Err(catalogue::number_not_whole(what, written));
        }
        _ => return Err(catalogue::number_not_literal(what, written)),
    };
    read_literal(what, literal, written, most)
}

fn read_literal(
    what: &str,
    literal: &LitInt,
    written: &impl ToTokens,
    most: usize,
) -> Result<usize, Diagnostic> {
    // Tokens of other macros can hold negative literals.
    if !matches!(literal.suffix(), "" | "usize") || literal.base10_digits().starts_with('-') {
        return Err(catalogue::number_not_whole(what, written));
    }
    match literal.base10_parse::<usize>() {
        Ok(size) if size <= most => Ok(size),
        // A literal that does not fit into `usize` is too large as well.
        _ => Err(catalogue::number_too_large(what, written, most)),
    }
}

//! Answers about losses: their form, their reductions and their coefficients.

use crate::diagnostics::{Diagnostic, Place};
use proc_macro2::Ident;

const REDUCTIONS: &str = "a loss adds reductions over points, each with a number before it, as in `loss(all = mean_square(residual) + 0.1 * mse(u, target))`; they are `sum`, `mean`, `sum_square`, `mean_square`, `mse` and `half_mse`";

/// An item of `loss(...)` in another form than `name = formula`.
pub fn loss_form(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("the loss `{name}` needs a formula")).help(REDUCTIONS)
}

/// A term of a loss that is not reduced over points.
pub fn not_a_reduction(at: Place, found: &str) -> Diagnostic {
    Diagnostic::new(at, format!("{found} is no reduction over points")).help(REDUCTIONS)
}

/// A function of a reduction, or a product of two.
pub fn not_linear_in_reductions(at: Place) -> Diagnostic {
    Diagnostic::new(at, "a loss is linear in its reductions, this is not").help(REDUCTIONS)
}

/// `nu * mean(e)`
pub fn coefficient_not_number(at: Place) -> Diagnostic {
    Diagnostic::new(at, "the coefficient of a reduction is a number")
        .help("move it into the reduction, as in `mean(nu * e)`; weights that change are an argument of `add_.._gradient`")
}

/// `mse(u)`
pub fn loss_without_data(name: &str, call: Place, found: usize) -> Diagnostic {
    Diagnostic::new(
        call,
        format!("`{name}` compares two quantities, found {found}"),
    )
    .help(format!(
        "data for each point are declared, as in `given(target: 1)`, and named: `{name}(u, target)`"
    ))
}

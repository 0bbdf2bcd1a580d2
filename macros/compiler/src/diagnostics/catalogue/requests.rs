//! Answers about what is asked of a network.

use super::{counted, instead, shown};
use crate::diagnostics::{Diagnostic, Place, listed};
use crate::model::{Order, RequestKind};
use proc_macro2::{Ident, Span};
use quote::ToTokens;

/// A request that does not exist.
pub fn unknown_request<'a>(name: &Ident, names: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    Diagnostic::new(name, format!("unknown request `{name}`")).help(instead(
        &name.to_string(),
        "request",
        names,
    ))
}

/// A request of the output, of a function or of a loss that another one of them has.
pub fn request_of_other(name: &Ident, asked_of: &str) -> Diagnostic {
    let help = match name.to_string().as_str() {
        "parameter_hessian" | "parameter_hvp" => {
            "ask it of a loss: with `loss(fit = mse(u, target))`, write `derive(fit(parameter_hessian))`"
        }
        "intermediates" => {
            "ask it of the output, `derive(intermediates)`, or of a loss, `derive(fit(intermediates))`"
        }
        _ => {
            "ask it of the output, `derive(gauss_newton)`, or of a function, `derive(residual(gauss_newton))`; of a loss there are `gradient`, `parameter_hessian`, `parameter_hvp` and `intermediates`"
        }
    };
    Diagnostic::new(name, format!("`{name}` is not asked of {asked_of}")).help(help)
}

/// A function or a loss in another form than `residual` or `residual(gradient)`.
pub fn owner_form(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("what is asked of `{name}` is a list")).help(format!(
        "write the requests in parentheses, as in `derive({name}(gradient))`"
    ))
}

/// Options of a request that has none.
pub fn request_without_options(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("the request `{name}` has no options"))
        .help("write its name alone")
}

/// A request written twice.
pub fn request_repeated(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` is asked for twice")).help("keep one of them")
}

/// A request in another form than `hessian` or `hessian(order = recursion)`.
pub fn request_form(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("the request `{name}` is not written this way"))
        .help("write its name alone, or with options in parentheses, as in `derive(gradient, hessian(order = recursion))`")
}

/// An option of a request that does not exist.
pub fn unknown_request_option(request: &Ident, option: &Ident) -> Diagnostic {
    Diagnostic::new(option, format!("unknown option `{option}` of `{request}`"))
        .help("the only option is the order of elimination, as in `hessian(order = recursion)`")
}

/// An option of a request written twice.
pub fn request_option_repeated(option: &Ident) -> Diagnostic {
    Diagnostic::new(
        option,
        format!("`{option}` is written twice for this request"),
    )
    .help("keep one of them")
}

/// An order that does not exist.
pub fn unknown_order(at: Place, found: Option<&impl ToTokens>) -> Diagnostic {
    let names = || ["automatic"].into_iter().chain(Order::ALL.map(Order::name));
    match found {
        Some(found) => {
            let found = shown(found);
            Diagnostic::new(at, format!("unknown order `{found}`")).help(instead(
                &found,
                "order",
                names(),
            ))
        }
        None => Diagnostic::new(at, "`order` needs a value, as in `order = recursion`")
            .help(format!("orders are {}", listed(names(), "and"))),
    }
}

/// An order where there is nothing to choose.
pub fn order_without_choice(option: &Ident, kind: RequestKind) -> Diagnostic {
    let with: Vec<_> = RequestKind::ALL
        .into_iter()
        .filter(|kind| kind.has_order())
        .map(RequestKind::name)
        .collect();
    Diagnostic::new(
        option,
        format!("`{}` has no order of elimination to choose", kind.name()),
    )
    .help(format!("remove it; {} have one", listed(with, "and")))
}

/// `gradient`, `hvp` or `parameter_gradient` of several outputs, or of a function that is a vector.
pub fn needs_one_output(request: &str, at: Span, of: Asked<'_>, width: usize) -> Diagnostic {
    let instead = match request {
        "hvp" => {
            "`adjoint_hessian` gives the Hessian of a weighted sum of the outputs, `hessian` that of each"
        }
        "parameter_gradient" => {
            "`parameter_jacobian` gives the derivatives of all outputs, `pullback` those of a weighted sum"
        }
        _ => "`jacobian` gives the derivatives of all outputs, `vjp` those of a weighted sum",
    };
    let width = counted(width, "output");
    let (found, alternative) = match of {
        Asked::Chain => (
            "the last layer has".to_owned(),
            "; or let the last layer be `Dense<1>`",
        ),
        Asked::Forward => (
            "`forward` gives".to_owned(),
            "; or let `forward` give a scalar",
        ),
        Asked::Function(name) => (format!("`{name}` has"), ""),
    };
    let message = format!("`{request}` is defined for one output, {found} {width}");
    Diagnostic::new(at, message).help(format!("{instead}{alternative}"))
}

/// What something is asked of.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// The output of the last layer.
    Chain,
    /// The result of `forward`.
    Forward,
    /// A function.
    Function(&'a Ident),
}

/// A derivative through an activation, or what else a layer applies, that has none everywhere.
pub fn derivative_through_kink(
    layer: &str,
    function: &str,
    at: Place,
    askers: &[String],
    derivative: &str,
    instead: &str,
) -> Diagnostic {
    let names = listed(askers.iter().map(String::as_str), "and");
    let verb = if askers.len() == 1 { "needs" } else { "need" };
    let message = format!(
        "{names} {verb} the {derivative} derivative of `{function}` in layer `{layer}`, which has a kink"
    );
    Diagnostic::new(at, message).help(format!(
        "{instead}, or write `allow(kinks)` to take the derivative beside the kink for the one at it"
    ))
}

//! Answers about the functions of `define`: their names, what their formulas mean, and derivatives in them.

use super::{instead, shown};
use crate::diagnostics::{Diagnostic, Place, listed};
use crate::model::Shape;
use crate::parse::Operation;
use proc_macro2::Ident;
use quote::ToTokens;

/// `define = x * x`
pub fn define_not_block(written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("`define` takes functions in braces, found `{found}`"),
    )
    .help("write `define = { let residual = d(u, t) - d(u, x, x); }`")
}

/// A formula without a name at the end of `define`.
pub fn function_without_name(at: Place) -> Diagnostic {
    Diagnostic::new(at, "a function of a definition needs a name")
        .help("write `let residual = ...;`, with a semicolon")
}

/// More functions or losses than the limit.
pub fn functions_too_many(name: &Ident, what: &str, most: usize) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("with `{name}` the definition has more than {most} {what}"),
    )
    .help("write fewer, or split the definition into several structs")
}

/// A name that something else in formulas has.
pub fn name_taken(what: &str, name: &Ident, taken_by: &str) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("{what} cannot be named `{name}`, which is the name of {taken_by}"),
    )
    .help("choose another name")
}

/// A function or loss named like a request, or one whose methods or constants would have the names of others.
pub fn method_taken(what: &str, name: &Ident, method: &str, taken_by: &str) -> Diagnostic {
    let message = if *name == method {
        format!("{what} cannot be named `{name}`: that is the name of {taken_by}")
    } else {
        format!("{what} cannot be named `{name}`: its `{method}` would have the name of {taken_by}")
    };
    Diagnostic::new(name, message).help("choose another name")
}

/// A function or loss whose methods or constants are no identifiers.
pub fn method_not_identifier(what: &str, name: &Ident, method: &str) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("{what} named `{name}` would need a `{method}`, which is no identifier"),
    )
    .help("choose another name")
}

/// A name that no formula here knows.
pub fn unknown_name<'a>(
    name: &str,
    at: Place,
    names: impl IntoIterator<Item = &'a str>,
    hint: &str,
) -> Diagnostic {
    let help = match crate::diagnostics::nearest(name, names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => hint.to_owned(),
    };
    Diagnostic::new(at, format!("unknown name `{name}` in a formula")).help(help)
}

/// A name that is given further below, or by the very statement.
pub fn name_is_later(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(at, format!("`{name}` is used before it is defined"))
        .help("a formula uses the names above it; move its `let` up")
}

/// A layer in a formula that is not called.
pub fn name_is_layer(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(at, format!("`{name}` is a layer, not a value"))
        .help(format!("call it, as in `{name}(x)`"))
}

/// A loss in a formula.
pub fn name_is_loss(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("`{name}` is a loss: a number of all points, not of one"),
    )
    .help("write its formula out, or add the losses and `add_.._gradient` up where they are called")
}

/// Operands of an operation whose shapes do not fit.
pub fn shapes_do_not_fit(operation: Operation, at: Place, left: Shape, right: Shape) -> Diagnostic {
    let help = match (operation, left, right) {
        (Operation::Multiply, Shape::Vector(size), Shape::Matrix(rows, _)) if size == rows => {
            "a vector stands behind its matrix: write `transpose(a) * v` for v^T A"
        }
        (Operation::Multiply, Shape::Matrix(rows, _), Shape::Vector(size)) if size == rows => {
            "the vector needs as many entries as the matrix has columns: write `transpose(a) * v` for A^T v"
        }
        (Operation::Multiply, Shape::Matrix(..), Shape::Vector(_) | Shape::Matrix(..)) => {
            "what stands behind a matrix needs as many entries or rows as the matrix has columns"
        }
        (Operation::Divide, _, Shape::Matrix(..)) => "formulas do not divide by matrices",
        (_, Shape::Vector(_), Shape::Vector(_)) => {
            "vectors of one length combine entry by entry; `concat(a, b)` puts one behind the other, `v[0..3]` is a part"
        }
        _ => {
            "vectors of one length combine entry by entry, a scalar repeats, and a matrix times a vector of as many entries as it has columns is the product"
        }
    };
    let (sign, left, right) = (operation.sign(), left.describe(), right.describe());
    Diagnostic::new(at, format!("`{sign}` between {left} and {right}")).help(help)
}

/// Arguments of a function whose shapes do not fit.
pub fn arguments_do_not_fit(name: &str, at: Place, left: Shape, right: Shape) -> Diagnostic {
    let (left, right) = (left.describe(), right.describe());
    Diagnostic::new(at, format!("`{name}` of {left} and {right}")).help(match name {
        "dot" => "`dot` takes two vectors of one length",
        _ => "both have one shape, or one of them is a scalar, which repeats",
    })
}

/// A scalar where a vector is needed.
pub fn needs_vector(what: &str, at: Place, found: Shape) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("{what} needs a vector, found {}", found.describe()),
    )
    .help("scalars are used as they are; entries and slices are those of vectors")
}

/// A vector where a scalar is needed.
pub fn needs_scalar(what: &str, at: Place, found: Shape) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("{what} needs a scalar, found {}", found.describe()),
    )
    .help("write an entry such as `u[0]`, or `dot`, `sum` or `mean` of the vector")
}

/// `x[5]` of a vector of three.
pub fn index_outside(at: Place, position: usize, found: Shape) -> Diagnostic {
    let (what, size) = match found {
        Shape::Matrix(rows, _) => ("row", rows),
        _ => ("entry", found.size()),
    };
    let found = found.describe();
    Diagnostic::new(at, format!("there is no {what} {position} in {found}")).help(format!(
        "indices count from 0: the last is {}",
        size.saturating_sub(1)
    ))
}

/// `transpose(v)`
pub fn needs_matrix(name: &str, at: Place, found: Shape) -> Diagnostic {
    let found = found.describe();
    Diagnostic::new(at, format!("`{name}` needs a matrix, found {found}"))
        .help("a product of two vectors is `dot(a, b)`")
}

/// `concat(x, a)` with a matrix a.
pub fn concat_of_matrix(at: Place, found: Shape) -> Diagnostic {
    let found = found.describe();
    Diagnostic::new(
        at,
        format!("`concat` takes scalars and vectors, this is {found}"),
    )
    .help("a row of a matrix is `a[0]`")
}

/// `[]` or `concat()`
pub fn array_empty(at: Place) -> Diagnostic {
    Diagnostic::new(at, "a vector needs at least one entry")
        .help("write scalars as in `[1.0, x[0]]`, or scalars and vectors as in `concat(x, t)`")
}

/// `(a, b)` within a formula.
pub fn tuple_in_formula(at: Place) -> Diagnostic {
    Diagnostic::new(at, "a formula has one value, this is a tuple")
        .help("write `concat(a, b)` for one vector; only the last line of `forward` can be a tuple, of several outputs")
}

/// A function that is a matrix.
pub fn function_is_matrix(at: Place, found: Shape) -> Diagnostic {
    Diagnostic::new(
        at,
        format!(
            "a function is a scalar or a vector, this is {}",
            found.describe()
        ),
    )
    .help("multiply the matrix by a vector")
}

/// `d(u)`
pub fn derivative_without_variable(name: &str, call: Place, example: &str) -> Diagnostic {
    Diagnostic::new(call, format!("`{name}` needs what to derive, and by what"))
        .help(format!("write it as in `{example}`"))
}

/// `d(u, z)` where no input is named `z`.
pub fn unknown_input<'a>(
    name: &str,
    at: Place,
    inputs: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    Diagnostic::new(at, format!("unknown input `{name}`")).help(instead(name, "input", inputs))
}

/// `d(u, nu)`
pub fn not_an_input<'a>(at: Place, inputs: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let inputs = listed(inputs, "or");
    Diagnostic::new(at, "derivatives in formulas are by inputs or their entries, this is none")
        .help(format!("write {inputs}, or an entry such as `x[0]`; derivatives in parameters are requests, such as `parameter_gradient`"))
}

/// `d(u, x)` with a vector x.
pub fn variable_is_vector(at: Place, found: Shape) -> Diagnostic {
    let found = found.describe();
    Diagnostic::new(at, format!("a partial derivative is by a scalar, this is {found}"))
        .help("write an entry such as `x[0]`; all of a vector are taken by `gradient(u, x)` and `laplacian(u, x)`")
}

/// `gradient(u, t)` with a scalar t.
pub fn variable_is_scalar(at: Place) -> Diagnostic {
    Diagnostic::new(at, "a gradient is by a vector, this is a scalar")
        .help("write `d(u, t)` for the derivative by a scalar")
}

/// `laplacian(u, x, x)`
pub fn variable_repeated(at: Place) -> Diagnostic {
    Diagnostic::new(
        at,
        "a Laplacian sums over each entry of the inputs once, this one is listed before",
    )
    .help("write `laplacian(u, x, y)` for u_xx + u_yy, `d(u, x, x)` for u_xx")
}

/// More derivatives than the limit.
pub fn order_too_high(at: Place, order: usize, most: usize) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("this is a derivative of order {order}, more than the {most} that are supported"),
    )
    .help("derivatives of derivatives count together, those within named functions too")
}

/// A reduction over points within a formula of one point.
pub fn reduction_in_formula(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(at, format!("`{name}` reduces over points, and a formula is of one point"))
        .help("`sum`, `mean` and `dot` of vectors are of one point; reductions over points stand in `loss(physics = mean_square(residual))`, not within each other")
}

/// A derivative through a kink of a function of a formula.
pub fn derivative_through_kink_of_formula(
    function: &str,
    at: Place,
    askers: &[String],
    derivative: &str,
) -> Diagnostic {
    let names = listed(askers.iter().map(String::as_str), "and");
    let verb = if askers.len() == 1 { "needs" } else { "need" };
    Diagnostic::new(
        at,
        format!("{names} {verb} the {derivative} derivative of `{function}`, which has a kink"),
    )
    .help("use a smooth function, or write `allow(kinks)` to take the derivative beside the kink for the one at it")
}

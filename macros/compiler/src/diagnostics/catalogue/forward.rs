//! Answers about `forward`: its statements, the layers that it calls, and its result.

use super::{counted, instead, shown};
use crate::diagnostics::{Diagnostic, Place};
use crate::model::Shape;
use proc_macro2::{Ident, Span};
use quote::ToTokens;

const EXAMPLE: &str =
    "write `forward = { let mut u = open(x); for block in blocks { u = u + block(u); } close(u) }`";

/// `forward = x * x`
pub fn forward_not_block(written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("`forward` takes statements in braces, found `{found}`"),
    )
    .help(EXAMPLE)
}

/// No expression behind the last semicolon.
pub fn forward_without_result(at: Place) -> Diagnostic {
    Diagnostic::new(at, "`forward` gives no value").help(
        "end it with a formula without semicolon, or with several in a tuple such as `(u, v)`",
    )
}

/// More statements and layers than the limit.
pub fn forward_too_long(at: Place, most: usize) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("with its loops written out, `forward` has more than {most} statements"),
    )
    .help("write fewer, or shorter loops")
}

/// A result that is a matrix.
pub fn output_is_matrix(at: Place, found: Shape) -> Diagnostic {
    let found = found.describe();
    Diagnostic::new(
        at,
        format!("an output is a scalar or a vector, this is {found}"),
    )
    .help("multiply the matrix by a vector, or take a row such as `a[0]`")
}

/// More or fewer names of outputs than parts of the tuple.
pub fn output_names_count(last: &Ident, named: usize, parts: usize) -> Diagnostic {
    let named = counted(named, "output");
    Diagnostic::new(
        last,
        format!("{named} named, but `forward` gives a tuple of {parts}"),
    )
    .help("write one name for each part of the tuple, or one name for all of it")
}

/// `output(u: 3)` where the part is a vector of two.
pub fn output_size(name: &Ident, written: usize, found: Shape) -> Diagnostic {
    let found = found.describe();
    Diagnostic::new(
        name,
        format!("`{name}` has the size {written}, but `forward` gives {found} for it"),
    )
    .help("leave the size out: it follows from `forward`")
}

/// `u[0] = ...;`
pub fn assignment_to_part(left: &impl ToTokens) -> Diagnostic {
    let found = shown(left);
    Diagnostic::new(Place::of(left), format!("`{found}` cannot be assigned"))
        .help("assign the whole of a name, as in `u = concat(a, u[1..]);`")
}

/// `u = ...;` where u was given by `let` without `mut`, or by a loop.
pub fn assignment_to_constant(name: &Ident) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("`{name}` cannot be assigned: it is not declared `mut`"),
    )
    .help(format!("write `let mut {name} = ...;` above"))
}

/// `x = ...;` with an input x.
pub fn assignment_to_declared(name: &Ident) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("`{name}` cannot be assigned: it is no name that `let mut` gave"),
    )
    .help(format!("write `let mut u = {name};` and assign `u`"))
}

/// `h = ...;` without a `let`.
pub fn assignment_to_unknown(name: &Ident, meant: Option<&str>) -> Diagnostic {
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write `let {name} = ...;`"),
    };
    Diagnostic::new(name, format!("unknown name `{name}` is assigned")).help(help)
}

/// `let h = ...;` that nothing uses.
pub fn let_unused(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` is never used"))
        .help("use it on the way to the result, or remove the statement")
}

/// `u = ...;` that nothing uses.
pub fn assignment_unused(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("this value of `{name}` is never used"))
        .help("use it on the way to the result, or remove the statement")
}

/// `let h = ...; let h = ...;`
pub fn value_is_lost(name: &Ident) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("this value of `{name}` is lost: the name is given to another before it is used"),
    )
    .help(
        "use it in the statement that follows, choose another name there, or remove this statement",
    )
}

/// `for (a, b) in ...`
pub fn loop_pattern(pattern: &impl ToTokens) -> Diagnostic {
    let found = shown(pattern);
    Diagnostic::new(
        Place::of(pattern),
        format!("expected a name after `for`, found `{found}`"),
    )
    .help("write `for block in blocks { .. }`, or `for i in 0..3 { .. }` with `blocks[i](u)`")
}

/// `'a: for ...`
pub fn loop_label(label: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(label), "a loop of `forward` has no label").help("remove it")
}

/// `for i in 0.. { }`
pub fn loop_without_end(range: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(range), "this loop has no end")
        .help("write both, as in `for i in 0..3 { .. }`")
}

/// `for block in f(x) { }`
pub fn loop_over_expression(over: &impl ToTokens) -> Diagnostic {
    let found = shown(over);
    Diagnostic::new(
        Place::of(over),
        format!("a loop runs through an array of layers or through numbers, found `{found}`"),
    )
    .help("write `for block in blocks { .. }` or `for i in 0..3 { .. }`")
}

/// `for block in x { }`
pub fn loop_over_other(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("a loop runs through an array of layers, and `{name}` is none"),
    )
    .help("write `for i in 0..3 { .. }` with `v[i]` for the entries of a vector")
}

/// `for block in open { }` with a single layer.
pub fn loop_over_layer(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("a loop runs through an array of layers, and `{name}` is one layer"),
    )
    .help(format!(
        "call it, as in `{name}(x)`, or make the field an array, as in `[Dense<20, Tanh>; 3]`"
    ))
}

/// `for block in blcks { }`
pub fn loop_over_unknown<'a>(
    name: &str,
    at: Place,
    arrays: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let arrays: Vec<&str> = arrays.into_iter().collect();
    let help = match arrays.as_slice() {
        [] => "no field is an array of layers; write one as in `[Dense<20, Tanh>; 3]`".to_owned(),
        arrays => instead(name, "array", arrays.iter().copied()),
    };
    Diagnostic::new(at, format!("unknown array `{name}`")).help(help)
}

/// `for block in blocks { block(u) }`
pub fn loop_with_value(at: Place) -> Diagnostic {
    Diagnostic::new(at, "a loop has no value")
        .help("assign it, as in `u = u + block(u);`, with `let mut u = ...;` before the loop")
}

/// More calls of layers than the limit.
pub fn layers_called_too_often(at: Place, most: usize) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("with this call formulas call layers more than {most} times"),
    )
    .help("each layer of an array, each turn of a loop and each formula counts; write fewer calls")
}

/// `hidden(x, y)`
pub fn layer_arguments(name: &str, at: Place, found: usize) -> Diagnostic {
    let found = counted(found, "argument");
    Diagnostic::new(at, format!("a layer takes 1 argument, found {found}")).help(format!(
        "write `{name}(x)`, or `{name}(concat(x, y))` for several"
    ))
}

/// A layer that is called with vectors of different lengths.
pub fn layer_of_two_shapes(layer: &str, at: Place, before: Shape, found: Shape) -> Diagnostic {
    let (before, found) = (before.describe(), found.describe());
    Diagnostic::new(
        at,
        format!("`{layer}` gets {found} here, and {before} where it is called before"),
    )
    .help("all that comes into one layer has one shape; write another field for the other")
}

/// `tanh[0](x)`
pub fn element_of_function(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("`{name}` is a function, not an array of layers"),
    )
    .help(format!("write `{name}(x)`"))
}

/// `open[0](x)` of a single layer.
pub fn element_of_layer(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(at, format!("`{name}` is one layer, not an array"))
        .help(format!("write `{name}(x)`"))
}

/// `blocks[3](x)` of three.
pub fn element_outside(name: &str, at: Place, element: usize, length: usize) -> Diagnostic {
    let length = counted(length, "layer");
    Diagnostic::new(
        at,
        format!("there is no layer {element} in `{name}`, which has {length}"),
    )
    .help("indices count from 0")
}

/// `u(x)` of a value.
pub fn call_of_value(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(at, format!("`{name}` is a value and cannot be called"))
        .help("layers and functions are called; a product is written with `*`")
}

/// Given data, an output, a function of `define` or a loss in `forward`.
pub fn name_is_elsewhere(name: &str, at: Place, what: &str) -> Diagnostic {
    Diagnostic::new(at, format!("`forward` does not know `{name}`, which is {what}"))
        .help("`forward` is computed from inputs, layers and parameters; what builds on its result stands in `define` and `loss`")
}

/// A layer named `sum` or `tanh` beside `forward`.
pub fn layer_named_like_function(name: &Ident) -> Diagnostic {
    Diagnostic::new(
        name,
        format!("a layer that `forward` calls cannot be named `{name}`, which is a function"),
    )
    .help("choose another name")
}

/// A field that no formula calls.
pub fn layer_unused(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("the layer `{name}` is never called")).help(format!(
        "call it in `forward`, as in `{name}(x)`, or remove the field"
    ))
}

/// A layer that is called or could be, without effect.
pub fn layer_without_effect(name: &Ident, layer: &str) -> Diagnostic {
    Diagnostic::new(name, format!("no result depends on the layer `{layer}`"))
        .help("call all layers of a field, and use what they give on the way to the result")
}

/// `intermediates` where a layer is not called once.
pub fn intermediates_of_calls(at: Span, layer: &str, calls: usize) -> Diagnostic {
    let calls = match calls {
        0 => format!("`forward` does not call `{layer}`"),
        calls => format!("`forward` calls `{layer}` {calls} times"),
    };
    Diagnostic::new(
        at,
        format!("`intermediates` shows each layer once, but {calls}"),
    )
    .help("remove the request; values on the way can be functions, as in `define = { let hidden = layer(x); }`")
}

/// `d(u, x)` behind `let x = 2.0 * x;`
pub fn input_is_shadowed(name: &str, at: Place) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("`{name}` is no longer the input here, and derivatives are by inputs"),
    )
    .help(format!("choose another name in `let {name} = ...;`"))
}

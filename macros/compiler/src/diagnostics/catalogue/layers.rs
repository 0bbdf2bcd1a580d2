//! Answers about layers: their types, widths, lengths and options.

use super::{instead, shown};
use crate::diagnostics::{Diagnostic, Place};
use crate::model::{Shape, Window, crossed};
use proc_macro2::{Ident, Span};
use quote::ToTokens;

/// A layer type that does not exist.
pub fn unknown_layer<'a>(name: &Ident, layers: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    Diagnostic::new(name, format!("unknown layer `{name}`")).help(instead(
        &name.to_string(),
        "type of field",
        layers,
    ))
}

/// A type that is neither a layer nor an array of layers.
pub fn not_a_layer(kind: &syn::Type) -> Diagnostic {
    Diagnostic::new(
        Place::of(kind),
        "a field must be a layer, an array of layers or a parameter",
    )
    .help("write `Dense<20, Tanh>`, `[Dense<20, Tanh>; 3]` or `Parameter<3>`, without a path")
}

/// What the first argument of a layer is, with its article.
#[must_use]
pub fn width_of(layer: &str) -> &'static str {
    match layer {
        "Dense" => "a width",
        _ => "a number of channels",
    }
}

/// How a layer with a width and an activation is written.
fn example(layer: &str) -> String {
    let first = match layer {
        "Dense" => "the output width",
        _ => "the channels that go out",
    };
    format!("write `{layer}<20>` or `{layer}<20, Tanh>`: {first}, then the activation")
}

/// `Dense` without arguments.
pub fn layer_without_width(name: &Ident) -> Diagnostic {
    let layer = name.to_string();
    let needs = match &layer[..] {
        "Dense" => "its output width",
        _ => "the number of channels that go out",
    };
    Diagnostic::new(name, format!("`{layer}` needs {needs}")).help(example(&layer))
}

/// `Dense<Tanh>`
pub fn activation_before_width(layer: &str, argument: &impl ToTokens) -> Diagnostic {
    let found = shown(argument);
    let expected = match layer {
        "Dense" => "the output width",
        _ => "the number of channels that go out",
    };
    Diagnostic::new(
        Place::of(argument),
        format!("expected {expected}, found the activation `{found}`"),
    )
    .help(example(layer))
}

/// `Dense<20, Tanh, 3>`
pub fn layer_with_more(layer: &str, argument: &impl ToTokens) -> Diagnostic {
    let (first, option, known) = match layer {
        "Dense" => (
            "an output width",
            "bias = false",
            "the input width is that of",
        ),
        _ => (
            "a number of channels",
            "kernel = 3",
            "channels that come in are those of",
        ),
    };
    let message = format!("`{layer}` takes {first} and an activation, nothing else");
    Diagnostic::new(Place::of(argument), message).help(format!(
        "{known} what comes in; options are attributes, as in `#[layer({option})]`"
    ))
}

/// `Flatten<20>`
pub fn layer_with_arguments(name: &Ident, argument: &impl ToTokens) -> Diagnostic {
    let message = format!("`{name}` takes no arguments");
    Diagnostic::new(Place::of(argument), message).help(format!(
        "write `{name}`: its shape is that of what comes in; options are attributes of the field, `#[layer(...)]`"
    ))
}

/// A lifetime, a binding, ... in the place of an activation.
pub fn activation_form(layer: &str, argument: &impl ToTokens) -> Diagnostic {
    let found = shown(argument);
    Diagnostic::new(
        Place::of(argument),
        format!("expected an activation, found `{found}`"),
    )
    .help(format!(
        "{}; a formula of your own gets a name by `activation(Swish = |z| z * sigmoid(z))`",
        example(layer)
    ))
}

/// `Dense<10, Softmax>`
pub fn layer_as_activation(name: &Ident) -> Diagnostic {
    let field = name.to_string().to_lowercase();
    Diagnostic::new(
        name,
        format!("`{name}` is a layer, not an activation: it does not go entry by entry"),
    )
    .help(format!("write a field behind this one: `{field}: {name}`"))
}

/// A constant or an expression where a number must be written.
pub fn number_not_literal(what: &str, written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(Place::of(written), format!("{what} must be written as a number, found `{found}`"))
        .help("a macro sees the name of a constant or the text of an expression, not its value; write the value here, and read it from `PARAMETERS`, `INPUTS` or `OUTPUTS` elsewhere")
}

/// A literal that is no whole number.
pub fn number_not_whole(what: &str, written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("{what} must be a whole number, found `{found}`"),
    )
    .help("write it without sign, point or suffix, as in `20`")
}

/// Zero.
pub fn number_zero(what: &str, written: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(
        Place::of(written),
        format!("{what} must be at least 1, found 0"),
    )
    .help("write the number meant, or remove what has none")
}

/// A number beyond its limit.
pub fn number_too_large(what: &str, written: &impl ToTokens, most: usize) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("{what} is {found}, more than the {most} that are supported"),
    )
    .help("networks here are compiled into code and computed on one core; check the number")
}

/// More parameters than the limit.
pub fn parameters_too_many(field: &str, at: Place, extents: &str, most: usize) -> Diagnostic {
    let message =
        format!("with the {extents} of `{field}` the network has more than {most} parameters");
    Diagnostic::new(at, message).help("write smaller widths")
}

/// More layers than the limit.
pub fn layers_too_many(field: &Ident, most: usize) -> Diagnostic {
    Diagnostic::new(
        field,
        format!("with `{field}` the network has more than {most} layers"),
    )
    .help("write fewer layers")
}

/// `[[Dense<20>; 2]; 3]`
pub fn array_of_arrays(element: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(element), "an array of layers cannot hold arrays")
        .help("write one array with all layers, as in `[Dense<20, Tanh>; 6]`")
}

/// An option of a layer that does not exist.
pub fn unknown_layer_option(name: &Ident, layer: &Ident, options: &[&str]) -> Diagnostic {
    let unknown = Diagnostic::new(name, format!("unknown option `{name}` of `{layer}`"));
    if options.is_empty() {
        return unknown.help(format!("remove it; `{layer}` has no options"));
    }
    let options = options.iter().copied();
    unknown.help(instead(&name.to_string(), "option", options))
}

/// An option written twice.
pub fn layer_option_repeated(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("`{name}` is written twice for this layer"))
        .help("keep one of them")
}

/// `bias` that is neither true nor false.
pub fn bias_not_bool(at: Place, found: Option<String>) -> Diagnostic {
    let found = found.map_or_else(String::new, |found| format!(", found `{found}`"));
    Diagnostic::new(at, format!("`bias` is `true` or `false`{found}"))
        .help("write `#[layer(bias = false)]` for a layer without bias; with one is the default")
}

/// `[MaxPool2d; 3]`
pub fn array_without_parameters(name: &Ident, element: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(
        Place::of(element),
        format!("`{name}` has no parameters and does not stand in arrays"),
    )
    .help("write a field for each place where it is applied")
}

/// A convolution or pooling without `kernel`.
pub fn kernel_missing(layer: &Ident, axes: usize) -> Diagnostic {
    let two = match axes {
        1 => "",
        _ => ", or `#[layer(kernel = (3, 2))]` for three rows and two columns",
    };
    Diagnostic::new(layer, format!("`{layer}` needs the size of its kernel"))
        .help(format!("write `#[layer(kernel = 3)]` above the field{two}"))
}

/// `kernel = (3, 2, 1)`
pub fn sizes_of_axes(option: &str, written: &impl ToTokens, axes: usize) -> Diagnostic {
    let found = shown(written);
    let (expected, help) = match axes {
        1 => ("one number", format!("write `{option} = 3`")),
        _ => (
            "one number, or two for rows and columns",
            format!("write `{option} = 3` for both, or `{option} = (3, 2)`"),
        ),
    };
    Diagnostic::new(
        Place::of(written),
        format!("`{option}` is {expected}, found `{found}`"),
    )
    .help(help)
}

/// `epsilon = 0.0`
pub fn epsilon_not_positive(written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("`epsilon` is a positive number, found `{found}`"),
    )
    .help("write it with a point or an exponent, as in `#[layer(epsilon = 1e-5)]`; it keeps the variance from zero")
}

/// `weight = |w| w * w`
pub fn weight_map_form(written: &impl ToTokens) -> Diagnostic {
    let found = shown(written);
    Diagnostic::new(
        Place::of(written),
        format!("`weight` is the name of an elementwise function, found `{found}`"),
    )
    .help("write `#[layer(weight = softplus)]` for weights that are not negative; a formula of your own gets a name by `activation(Square = |z| z * z)`, which is `square` here")
}

/// `weight = softpluss`
pub fn unknown_weight_map(name: &Ident, functions: Vec<String>) -> Diagnostic {
    Diagnostic::new(name, format!("unknown function `{name}`")).help(instead(
        &name.to_string(),
        "function",
        functions.iter().map(String::as_str),
    ))
}

/// A dense layer of an image or a signal.
pub fn needs_flat(layer: &str, at: Span, input: Shape) -> Diagnostic {
    let input = described(input);
    Diagnostic::new(at, format!("`{layer}` takes a vector, {input} comes in"))
        .help("insert a field `flatten: Flatten` before this one")
}

/// A convolution or pooling of what has no space, or another one.
pub fn needs_space(layer: &str, at: Span, axes: usize, input: Shape) -> Diagnostic {
    let (expected, help) = match axes {
        1 => (
            "a signal",
            "one input alone, written as in `input(signal: [2, 16])`, is a signal, of 2 channels of 16 numbers",
        ),
        _ => (
            "an image",
            "one input alone, written as in `input(image: [3, 7, 5])`, is an image, of 3 channels, 7 rows and 5 columns",
        ),
    };
    let help = match input {
        Shape::Image(..) => format!("for images there is `{}`", layer.replace("1d", "2d")),
        Shape::Matrix(..) => format!("for signals there is `{}`", layer.replace("2d", "1d")),
        _ => format!("{help}, and so is what convolutions and pooling make of it"),
    };
    let input = described(input);
    Diagnostic::new(at, format!("`{layer}` takes {expected}, {input} comes in")).help(help)
}

/// Groups that are not as many channels each.
pub fn groups_do_not_divide(at: Place, groups: usize, what: &str, channels: usize) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("{groups} groups do not divide {channels} {what} channels"),
    )
    .help("write a number of groups that divides the channels that come in and those that go out")
}

/// Pooling of nothing but padding.
pub fn window_of_padding(at: Place, kernel: usize, padding: usize) -> Diagnostic {
    Diagnostic::new(
        at,
        format!("a window of {kernel} with a padding of {padding} would have no entry at all"),
    )
    .help("write a padding below the kernel")
}

/// Windows that are larger than what they slide over.
pub fn window_beyond(layer: &str, at: Place, windows: &[Window], space: &[usize]) -> Diagnostic {
    let all = |of: &dyn Fn(&Window) -> usize| {
        let along: Vec<usize> = windows.iter().map(of).collect();
        crossed(&along)
    };
    let (kernel, reach) = (all(&|axis| axis.kernel), all(&|axis| axis.reach()));
    let spans = match kernel == reach {
        true => String::new(),
        false => format!(", which spans {reach},"),
    };
    let noun = match space.len() {
        1 => "a signal",
        _ => "an image",
    };
    let found = crossed(space);
    let padded: Vec<usize> = windows
        .iter()
        .zip(space)
        .map(|(axis, extent)| extent + 2 * axis.padding)
        .collect();
    let padded = match padded == space {
        true => String::new(),
        false => format!(", {} with its padding", crossed(&padded)),
    };
    Diagnostic::new(
        at,
        format!(
            "the kernel of {kernel}{spans} of `{layer}` does not fit into {noun} of {found}{padded}"
        ),
    )
    .help("write a smaller kernel, or more padding")
}

/// More numbers than the limit behind a layer, or within its padding.
pub fn shape_too_large(layer: &str, at: Place, most: usize) -> Diagnostic {
    let message = format!("`{layer}` makes more than the {most} numbers that are supported");
    Diagnostic::new(at, message).help("write fewer channels, less padding or a larger stride")
}

/// What comes in, where a matrix is a signal.
fn described(input: Shape) -> String {
    match input {
        Shape::Matrix(channels, length) => format!("a signal of {channels} x {length}"),
        other => other.describe(),
    }
}

/// `[Parameter; 3]`
pub fn array_of_parameters(element: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(Place::of(element), "parameters do not stand in arrays")
        .help("write `Parameter<3>` for a vector, `Parameter<3, 2>` for a matrix")
}

/// `Parameter<2, 3, 4>`
pub fn parameter_with_more(argument: &impl ToTokens) -> Diagnostic {
    Diagnostic::new(
        Place::of(argument),
        "`Parameter` takes a number of rows and a number of columns, nothing else",
    )
    .help("write `Parameter` for a scalar, `Parameter<3>` for a vector, `Parameter<3, 2>` for a matrix")
}

/// `#[layer(...)]` on a parameter.
pub fn parameter_option(name: &Ident) -> Diagnostic {
    Diagnostic::new(name, format!("a parameter has no option `{name}`"))
        .help("remove it; options are for layers, `#[frozen]` is for both")
}

/// `#[frozen(...)]`
pub fn frozen_form(attribute: &syn::Attribute) -> Diagnostic {
    Diagnostic::new(Place::of(attribute), "`frozen` stands alone")
        .help("write `#[frozen]`: the derivatives in all parameters of the field are zero")
}

/// `#[frozen]` twice.
pub fn frozen_repeated(attribute: &syn::Attribute) -> Diagnostic {
    Diagnostic::new(
        Place::of(attribute),
        "`frozen` is written twice for this field",
    )
    .help("keep one of them")
}

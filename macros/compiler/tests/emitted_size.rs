//! How much Rust do derivatives of higher order expand to? `UPDATE_DOCS=1` writes the table; without it the test compares it.

use std::fmt::Write as _;
use std::path::PathBuf;

use proc_macro2::{TokenStream, TokenTree};

const DOCUMENT: &str = "docs/emitted-size.md";

/// Tokens of an expansion, those in brackets too.
fn tokens(stream: TokenStream) -> usize {
    let sizes = stream.into_iter().map(|token| match token {
        TokenTree::Group(group) => 2 + tokens(group.stream()),
        _ => 1,
    });
    sizes.sum()
}

fn size(definition: &str) -> usize {
    let attribute: TokenStream = definition.parse().expect("an attribute");
    let item: TokenStream = "struct Network { hidden: [Dense<20, Tanh>; 3], output: Dense<1> }"
        .parse()
        .expect("a struct");
    derive_network_compiler::model(attribute.clone(), item.clone()).expect("a network");
    tokens(derive_network_compiler::expand(attribute, item))
}

/// Tokens of an expansion beyond those of one that asks for nothing: of a derivative, and of the mean of its square with its
/// gradient in the parameters.
fn sizes(derivative: &str) -> (usize, usize) {
    let nothing = size("input(x, y), output(u)");
    let function = format!("input(x, y), output(u), define = {{ let r = {derivative}; }}");
    let with_loss = format!("{function}, loss(squares = mean_square(r))");
    let function = size(&function);
    (function - nothing, size(&with_loss) - function)
}

#[test]
fn the_table_of_emitted_sizes_is_what_expansions_are() {
    let mut table = String::from(
        "# The emitted size of higher derivatives\n\n\
         Tokens of the expansion of 2 - 20 - 20 - 20 - 1, tanh and a linear output, beyond that of the network alone: of a named function\n\
         in its four forms, and of a loss of its square with the gradient in all parameters. The nodes and nests behind them are in\n\
         [growth.md](growth.md). Written by `UPDATE_DOCS=1 cargo test -p derive-network-compiler --test emitted_size`, which also compares it.\n\n\
         | derivative | function | loss and parameter gradient |\n|---|---:|---:|\n",
    );
    let mut orders = Vec::new();
    for order in 1..=6 {
        let derivative = format!("d(u{})", ", x".repeat(order));
        let (function, loss) = sizes(&derivative);
        writeln!(table, "| {derivative} | {function} | {loss} |").expect("a string");
        orders.push(function + loss);
    }
    for order in 2..=6 {
        let variables: String = (0..order)
            .map(|i| if i % 2 == 0 { ", x" } else { ", y" })
            .collect();
        let derivative = format!("d(u{variables})");
        let (function, loss) = sizes(&derivative);
        writeln!(table, "| {derivative} | {function} | {loss} |").expect("a string");
    }
    // Exponential growth would at least double from order to order.
    for pair in orders.windows(2).skip(1) {
        assert!(pair[1] < 2 * pair[0], "{orders:?}");
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(DOCUMENT);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &table).expect("the document can be written");
    }
    let written = std::fs::read_to_string(&path).expect("the document is there");
    assert_eq!(written, table, "UPDATE_DOCS=1 writes {DOCUMENT} anew");
}

/// The types that the expansion of a definition has: nests, elementwise code, views. Calls of tiles are not among them: there is one for
/// each few columns of a nest.
fn types(attribute: &str, item: &str) -> usize {
    fn count(stream: TokenStream) -> usize {
        let counts = stream.into_iter().map(|tree| match tree {
            TokenTree::Group(group) => count(group.stream()),
            TokenTree::Ident(ident) => usize::from(ident == "struct"),
            _ => 0,
        });
        counts.sum()
    }
    let parsed = |text: &str| -> TokenStream { text.parse().expect("tokens") };
    derive_network_compiler::model(parsed(attribute), parsed(item)).expect("a network");
    count(derive_network_compiler::expand(
        parsed(attribute),
        parsed(item),
    ))
}

/// LeCun, Bottou, Bengio and Haffner, *Gradient-Based Learning Applied to Document Recognition*, 1998, with these channels
/// and widths.
fn lenet([first, second, third, fourth]: [usize; 4]) -> usize {
    types(
        "input(image: [1, 28, 28]), output(y), given(target: 10), loss(fit = mse(y, target)), derive(parameter_jacobian)",
        &format!(
            "struct LeNet {{
                #[layer(kernel = 5, padding = 2)] first: Conv2d<{first}, Tanh>,
                #[layer(kernel = 2)] pool_first: MaxPool2d,
                #[layer(kernel = 5)] second: Conv2d<{second}, Tanh>,
                #[layer(kernel = 2)] pool_second: MaxPool2d,
                flatten: Flatten,
                third: Dense<{third}, Tanh>,
                fourth: Dense<{fourth}, Tanh>,
                output: Dense<10>,
            }}"
        ),
    )
}

fn convolution(image: [usize; 3], channels: usize) -> usize {
    types(
        &format!("input(image: {image:?}), derive(vjp, jvp)"),
        &format!("struct Seed {{ #[layer(kernel = 2)] convolution: Conv2d<{channels}, Tanh> }}"),
    )
}

#[test]
fn convolutions_have_as_many_nests_whatever_their_widths() {
    let lenets = [lenet([6, 16, 120, 84]), lenet([12, 32, 240, 168])];
    println!("LeNet: {lenets:?} types");
    assert!(lenets[0].abs_diff(lenets[1]) * 20 < lenets[0], "{lenets:?}");
    let convolutions = [
        convolution([3, 7, 5], 20),
        convolution([3, 7, 5], 40),
        convolution([6, 14, 10], 20),
    ];
    println!("convolution: {convolutions:?} types");
    for other in convolutions {
        assert!(
            convolutions[0].abs_diff(other) * 20 < other,
            "{convolutions:?}"
        );
    }
}

//! Does a right definition mean what the documentation says: shapes, places, defaults, requests?

use derive_network_compiler::model::{Network, Order, RequestKind, Scalar, Storage};
use derive_network_symbolic::functions::{Activation, Function};

fn model(attribute: &str, fields: &str) -> Network {
    let item = format!("struct Network {{ {fields} }}");
    let found = derive_network_compiler::model(attribute.parse().unwrap(), item.parse().unwrap());
    found.unwrap_or_else(|mistakes| panic!("{}", mistakes[0].text()))
}

#[test]
fn shapes_flow_and_parameters_lie_in_order() {
    let network = model(
        "input(x: 2, t)",
        "hidden: [Dense<4, Tanh>; 2], #[layer(bias = false)] middle: Dense<5>, output: Dense<1, Sin>",
    );
    let places = network.layers.iter().map(|layer| {
        let name = network.layer_name(layer);
        (
            name,
            layer.inputs,
            layer.outputs,
            layer.weight_offset,
            layer.bias_offset,
        )
    });
    let expected = [
        ("hidden[0]", 3, 4, 0, Some(12)),
        ("hidden[1]", 4, 4, 16, Some(32)),
        ("middle", 4, 5, 36, None),
        ("output", 5, 1, 56, Some(61)),
    ];
    let expected = expected.map(|(name, a, b, c, d)| (name.to_owned(), a, b, c, d));
    assert_eq!(places.collect::<Vec<_>>(), expected);
    assert_eq!(
        (network.inputs(), network.outputs(), network.parameters()),
        (3, 1, 62)
    );
    assert_eq!(network.fields[0].layers, 0..2);
    assert_eq!(
        (network.fields[0].array, network.fields[1].array),
        (Some(2), None)
    );
    assert_eq!(network.inputs[1].range(), 2..3);
    assert!(network.inputs[1].is_scalar && !network.inputs[0].is_scalar);
    assert_eq!(
        network.layers[2].function,
        Function::builtin(Activation::Identity)
    );
    assert_eq!(network.layers[3].activation_name, "Sin");
}

#[test]
fn defaults_and_choices() {
    let network = model("input(x)", "output: Dense<1>");
    assert_eq!(
        (network.scalar, network.storage),
        (Scalar::F64, Storage::Inline)
    );
    let network = model(
        "input(x), scalar = f32, storage = boxed",
        "output: Dense<1>",
    );
    assert_eq!(
        (network.scalar, network.storage),
        (Scalar::F32, Storage::Boxed)
    );
    // 2,048 numbers of eight bytes are 16 KiB.
    let storage = |width: usize, scalar: &str| {
        let fields = format!("#[layer(bias = false)] output: Dense<{width}>");
        model(&format!("input(x: 2), scalar = {scalar}"), &fields).storage
    };
    assert_eq!(
        [storage(1024, "f64"), storage(1025, "f64")],
        [Storage::Inline, Storage::Boxed]
    );
    assert_eq!(
        [storage(2048, "f32"), storage(2049, "f32")],
        [Storage::Inline, Storage::Boxed]
    );
    let network = model("input(x: 2), storage = inline", "output: Dense<1025>");
    assert_eq!(network.storage, Storage::Inline);
}

#[test]
fn requests_are_the_value_and_what_is_written_with_its_order() {
    let network = model(
        "input(x), derive(hessian(order = recursion), value, laplacian(order = automatic), jvp)",
        "output: Dense<1>",
    );
    let requests = network
        .requests
        .iter()
        .map(|request| (request.kind, request.order));
    let expected = [
        (RequestKind::Value, None),
        (RequestKind::Hessian, Some(Order::Recursion)),
        (RequestKind::Laplacian, None),
        (RequestKind::Jvp, None),
    ];
    assert_eq!(requests.collect::<Vec<_>>(), expected);
    assert!(network.asks(RequestKind::Jvp) && !network.asks(RequestKind::Vjp));
    assert_eq!(
        model("input(x), derive()", "output: Dense<1>")
            .requests
            .len(),
        1
    );
}

#[test]
fn kinks_matter_from_the_order_at_which_they_are() {
    model(
        "input(x), derive(gradient, jacobian, jvp, vjp)",
        "output: Dense<1, Relu>",
    );
    model(
        "input(x), derive(hessian)",
        "hidden: Dense<3, Elu>, output: Dense<1>",
    );
    model(
        "input(x), derive(hessian), allow(kinks)",
        "output: Dense<1, Relu>",
    );
    model("input(x), allow(kinks)", "output: Dense<1>");
}

#[test]
fn formulas_mean_what_they_say_and_call_earlier_ones() {
    let network = model(
        "input(x), activation(Swish = |z| z * sigmoid(z), Bump = |x| exp(-powi(x, 2) / (2.0 * PI))), \
         activation(Both = |y| swish(2 * bump(y)) - 0.5)",
        "first: Dense<2, Swish>, second: Dense<2, Bump>, output: Dense<1, Both>",
    );
    let swish = |z: f64| z / (1.0 + (-z).exp());
    let bump = |x: f64| (-x * x / (2.0 * std::f64::consts::PI)).exp();
    for x in [-3.0, -0.5, 0.0, 0.7, 4.0] {
        let found = network
            .layers
            .iter()
            .map(|layer| layer.function.evaluate(0, x));
        for (found, expected) in found.zip([swish(x), bump(x), swish(2.0 * bump(x)) - 0.5]) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }
    assert_eq!(
        network.layers[0].function,
        Function::builtin(Activation::Silu)
    );
}

//! Does a right definition mean what the documentation says: shapes, places, defaults, requests?

use derive_network_compiler::model::{
    Activation as LayerActivation, Layer, LayerKind, LossRequestKind, Network, Order,
    ParameterRequestKind, RequestKind, Scalar, Shape, Storage, Window,
};
use derive_network_symbolic::functions::{Activation, Function};

fn model(attribute: &str, fields: &str) -> Network {
    let item = format!("struct Network {{ {fields} }}");
    let found = derive_network_compiler::model(attribute.parse().unwrap(), item.parse().unwrap());
    found.unwrap_or_else(|mistakes| panic!("{}", mistakes[0].text()))
}

fn activation(network: &Network, layer: usize) -> &LayerActivation {
    network.layers[layer].kind.activation().unwrap()
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
            layer.input.size(),
            layer.output.size(),
            layer.parameters(),
        )
    });
    let expected = [
        ("hidden[0]", 3, 4, 0..16),
        ("hidden[1]", 4, 4, 16..36),
        ("middle", 4, 5, 36..56),
        ("output", 5, 1, 56..62),
    ];
    let expected = expected.map(|(name, a, b, c)| (name.to_owned(), a, b, c));
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
    assert_eq!(network.inputs[1].shape, Shape::Scalar);
    assert!(matches!(network.inputs[0].shape, Shape::Vector(_)));
    assert_eq!(
        activation(&network, 2).function,
        Function::builtin(Activation::Identity)
    );
    assert_eq!(activation(&network, 3).name, "Sin");
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
        let found = (0..3).map(|layer| activation(&network, layer).function.evaluate(0, x));
        for (found, expected) in found.zip([swish(x), bump(x), swish(2.0 * bump(x)) - 0.5]) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }
    assert_eq!(
        activation(&network, 0).function,
        Function::builtin(Activation::Silu)
    );
}

#[test]
fn parameters_of_formulas_lie_between_layers_in_the_order_of_the_fields() {
    let network = model(
        "input(x: 2)",
        "a: Parameter, hidden: Dense<3>, b: Parameter<2>, c: Parameter<2, 3>, \
         #[layer(bias = false)] output: Dense<1>, e: Parameter",
    );
    let places = network.parameter_fields.iter().map(|field| {
        let size = (field.rows(), field.columns());
        (
            field.name.to_string(),
            field.parameters(),
            size,
            field.shape,
        )
    });
    let expected = [
        ("a", 0..1, (1, 1), Shape::Scalar),
        ("b", 10..12, (2, 1), Shape::Vector(2)),
        ("c", 12..18, (2, 3), Shape::Matrix(2, 3)),
        ("e", 21..22, (1, 1), Shape::Scalar),
    ];
    let expected = expected.map(|(name, place, size, shape)| (name.to_owned(), place, size, shape));
    assert_eq!(places.collect::<Vec<_>>(), expected);
    let layers = network.layers.iter().map(|layer| layer.parameters());
    assert_eq!(layers.collect::<Vec<_>>(), [1..10, 18..21]);
    assert_eq!((network.parameters(), network.outputs()), (22, 1));
    let fields: Vec<String> = network
        .fields
        .iter()
        .map(|field| field.name.to_string())
        .collect();
    assert_eq!(fields, ["hidden", "output"]);
    assert_eq!(network.layers[1].field, 1);
}

#[test]
fn frozen_fields_are_stretches_of_the_parameters() {
    let frozen = |fields| model("input(x: 2)", fields).frozen;
    assert_eq!(frozen("output: Dense<1>"), []);
    assert_eq!(
        frozen(
            "#[frozen] a: Parameter, #[frozen] hidden: [Dense<2>; 2], b: Parameter, #[frozen] output: Dense<1>"
        ),
        [0..13, 14..17]
    );
}

#[test]
fn outputs_are_named_as_a_whole_or_in_parts() {
    let parts = |names: &str, width: usize| {
        let network = model(
            &format!("input(x), output({names})"),
            &format!("output: Dense<{width}>"),
        );
        let parts = network.output_parts.iter();
        parts
            .map(|part| {
                (
                    part.name.to_string(),
                    part.range(),
                    part.shape == Shape::Scalar,
                )
            })
            .collect::<Vec<_>>()
    };
    let named = |name: &str, range, is_scalar| (name.to_owned(), range, is_scalar);
    assert_eq!(parts("u", 1), [named("u", 0..1, true)]);
    assert_eq!(parts("u: 1", 1), [named("u", 0..1, false)]);
    assert_eq!(parts("y", 3), [named("y", 0..3, false)]);
    assert_eq!(
        parts("u, v", 2),
        [named("u", 0..1, true), named("v", 1..2, true)]
    );
    assert_eq!(
        parts("y: 2, p", 3),
        [named("y", 0..2, false), named("p", 2..3, true)]
    );
    assert_eq!(parts("", 3), []);
}

#[test]
fn functions_know_their_width_their_data_and_what_is_asked() {
    let network = model(
        "input(t, x: 2), output(u), given(target, weights: 3), \
         derive(parameter_gradient, both(vjp, pullback, hessian(order = forward)), residual, intermediates), \
         define = { let residual = d(u, t) - target; let both = gradient(residual, x); let plain = u * nu; }",
        "nu: Parameter, hidden: Dense<3, Tanh>, output: Dense<1>",
    );
    assert_eq!(network.given(), 4);
    let functions = network.functions.iter().map(|function| {
        let name = function.name.to_string();
        (
            name,
            function.width(),
            function.needs_given(),
            function.quantity.order,
        )
    });
    let expected = [
        ("residual", 1, true, 1),
        ("both", 2, true, 2),
        ("plain", 1, false, 0),
    ];
    let expected =
        expected.map(|(name, width, given, order)| (name.to_owned(), width, given, order));
    assert_eq!(functions.collect::<Vec<_>>(), expected);
    let requests = |function: usize| {
        let requests = network.functions[function].requests.iter();
        requests
            .map(|request| (request.kind, request.order))
            .collect::<Vec<_>>()
    };
    assert_eq!(requests(0), [(RequestKind::Value, None)]);
    assert_eq!(
        requests(1),
        [
            (RequestKind::Value, None),
            (RequestKind::Vjp, None),
            (RequestKind::Hessian, Some(Order::Forward)),
        ]
    );
    assert_eq!(requests(2), [(RequestKind::Value, None)]);
    let kinds = network.functions[1]
        .parameter_requests
        .iter()
        .map(|request| request.kind);
    assert_eq!(kinds.collect::<Vec<_>>(), [ParameterRequestKind::Pullback]);
    let kinds = network
        .parameter_requests
        .iter()
        .map(|request| request.kind);
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [
            ParameterRequestKind::ParameterGradient,
            ParameterRequestKind::Intermediates,
        ]
    );
}

#[test]
fn formulas_are_shown_as_they_were_written() {
    let formulas = [
        "d(u, t) + u * d(u, x[0]) - nu * laplacian(u, x)",
        "-u * (u - 1.5) / (t / u) - (t - (u - t))",
        "-(u + t) + -powi(u, -2) * sum((x * t)[1..]) + x[0..2][1]",
        "PI * u * t * (u * t)",
    ];
    for formula in formulas {
        let attribute = format!("input(t, x: 2), output(u), define = {{ let r = ({formula}); }}");
        let network = model(&attribute, "nu: Parameter, output: Dense<1>");
        assert_eq!(network.functions[0].text, formula);
    }
}

#[test]
fn losses_have_value_and_gradient_and_what_is_asked() {
    let network = model(
        "input(x), output(u), given(target), derive(fit(parameter_hvp, gradient)), \
         loss(fit = mse(u, target), size = sum_square(u) + mean(u))",
        "output: Dense<1>",
    );
    let kinds = |loss: usize| {
        let requests = network.losses[loss].requests.iter();
        requests.map(|request| request.kind).collect::<Vec<_>>()
    };
    let always = [LossRequestKind::Value, LossRequestKind::Gradient];
    assert_eq!(
        kinds(0),
        [&always[..], &[LossRequestKind::ParameterHvp]].concat()
    );
    assert_eq!(kinds(1), always);
    let needs: Vec<bool> = network
        .losses
        .iter()
        .map(|loss| loss.needs_given())
        .collect();
    assert_eq!(needs, [true, false]);
    assert!(network.losses[0].sum_part.is_none() && network.losses[1].sum_part.is_some());
}

#[test]
fn kinks_count_every_derivative_that_is_taken() {
    // One derivative in the input, none in the parameters.
    model(
        "input(t), output(u), define = { let r = d(u, t); }",
        "output: Dense<1, Relu>",
    );
    // What does not change with the inputs is not derived by them.
    model(
        "input(t), output(u), given(a), define = { let r = d(abs(a) * u, t, t); }, derive(r(hessian))",
        "output: Dense<1, Tanh>",
    );
    // A frozen parameter is not derived.
    model(
        "input(t), output(u), define = { let r = u * abs(nu); }, loss(l = mean(r)), derive(l(parameter_hessian))",
        "#[frozen] nu: Parameter, output: Dense<1, Tanh>",
    );
    model(
        "input(t), output(u), allow(kinks), define = { let r = d(abs(u), t, t); }, derive(r(hessian))",
        "output: Dense<1, Relu>",
    );
}

#[test]
fn what_comes_into_layers_follows_from_calls() {
    let network = model(
        "input(x: 3, t), forward = { \
             let mut u = concat(x, t); \
             for layer in layers { u = concat(layer(u), t); } \
             head(u) * scalar(t) + layers[0](concat(t, x))[0] \
         }",
        "scalar: Dense<1>, layers: [Dense<5, Tanh>; 2], head: Dense<2>",
    );
    let widths = network.layers.iter();
    let widths: Vec<_> = widths
        .map(|layer| (layer.input, layer.output, layer.offset))
        .collect();
    let vector = Shape::Vector;
    assert_eq!(
        widths,
        [
            (vector(1), vector(1), 0),
            (vector(4), vector(5), 2),
            (vector(6), vector(5), 2 + 25),
            (vector(6), vector(2), 2 + 25 + 35),
        ]
    );
    assert_eq!((network.outputs(), network.parameters()), (2, 76));
}

#[test]
fn a_tuple_is_several_outputs_with_their_sizes() {
    let parts = |output: &str| {
        let attribute = format!("input(x: 2), {output} forward = {{ (sum(x), hidden(x)) }}");
        let network = model(&attribute, "hidden: Dense<3>");
        assert_eq!(network.outputs(), 4);
        let parts = network.output_parts.into_iter();
        let parts = parts.map(|part| {
            (
                part.name.to_string(),
                part.range(),
                part.shape == Shape::Scalar,
            )
        });
        parts.collect::<Vec<_>>()
    };
    let named = [("u".to_owned(), 0..1, true), ("v".to_owned(), 1..4, false)];
    assert_eq!(parts("output(u, v),"), named);
    assert_eq!(parts("output(u, v: 3),"), named);
    assert_eq!(parts("output(u),"), [("u".to_owned(), 0..4, false)]);
    assert_eq!(parts(""), []);
}

#[test]
fn names_of_forward_are_its_own() {
    // An output, a function, given data and an input lend their names.
    let network = model(
        "input(x: 2), given(data), output(u), forward = { \
             let data = x[0]; let u = hidden(2.0 * x); let later = data * u; let x = later; x \
         }, define = { let later = d(u, x[0]) + data; }",
        "hidden: Dense<1, Tanh>",
    );
    assert_eq!(network.outputs(), 1);
    assert!(network.functions[0].quantity.dependence.given);
    assert_eq!(
        network.forward.text.unwrap(),
        "let data = x[0];\nlet u = hidden(2 * x);\nlet later = data * u;\nlet x = later;\nx"
    );
}

#[test]
fn what_is_used_twice_is_computed_once() {
    let network = model(
        "input(x: 2), forward = { let mut u = x; for b in blocks { u = u + b(u) * u; } sum(u) }",
        "blocks: [Dense<2>; 3]",
    );
    assert_eq!(network.forward.locals.len(), 3);
    assert!(network.forward.output.operations <= 3);
}

#[test]
fn images_keep_their_shape_from_layer_to_layer() {
    let network = model(
        "input(image: [2, 9, 8])",
        "#[layer(kernel = (3, 2), stride = 2, padding = (1, 0), groups = 2, bias = false)] a: Conv2d<4, Relu>, \
         #[layer(kernel = 2)] b: MaxPool2d, c: LayerNorm, d: Flatten, e: Dense<3>, f: Softmax",
    );
    let shapes: Vec<Shape> = network.layers.iter().map(|layer| layer.output).collect();
    // (9 + 2 - 3) / 2 + 1 rows and (8 - 2) / 2 + 1 columns, then windows side by side.
    let expected = [
        Shape::Image(4, 5, 4),
        Shape::Image(4, 2, 2),
        Shape::Image(4, 2, 2),
        Shape::Vector(16),
        Shape::Vector(3),
        Shape::Vector(3),
    ];
    assert_eq!(shapes, expected);
    let places: Vec<_> = network.layers.iter().map(Layer::parameters).collect();
    assert_eq!(places, [0..24, 24..24, 24..56, 56..56, 56..107, 107..107]);
    assert_eq!(network.layers[0].kind.weight(), [4, 1, 3, 2]);
    assert_eq!(network.layers[0].kind.fans(), (6, 12));
    assert_eq!(network.inputs(), 144);
}

#[test]
fn one_input_keeps_its_shape_and_several_are_a_vector() {
    let first =
        |attribute: &str| model(attribute, "flatten: Flatten, output: Dense<1>").layers[0].input;
    assert_eq!(first("input(signal: [2, 5])"), Shape::Matrix(2, 5));
    assert_eq!(first("input(signal: [2, 5], t)"), Shape::Vector(11));
    assert_eq!(first("input(t)"), Shape::Vector(1));
}

#[test]
fn pooling_lies_side_by_side_and_nothing_is_padded_unless_it_is_said() {
    let network = model(
        "input(signal: [1, 12])",
        "#[layer(kernel = 3)] a: AvgPool1d, #[layer(kernel = 3)] b: Conv1d<2>, c: LayerNorm, d: Flatten",
    );
    let LayerKind::Pool(pool) = &network.layers[0].kind else {
        panic!("pooling");
    };
    let window = Window {
        kernel: 3,
        stride: 3,
        padding: 0,
        dilation: 1,
    };
    assert_eq!(pool.windows, [window]);
    let LayerKind::Convolution(convolution) = &network.layers[1].kind else {
        panic!("a convolution");
    };
    assert_eq!(
        convolution.windows,
        [Window {
            stride: 1,
            ..window
        }]
    );
    assert_eq!((convolution.groups, convolution.bias), (1, true));
    let LayerKind::LayerNorm(norm) = network.layers[2].kind else {
        panic!("a normalisation");
    };
    assert_eq!((norm.size, norm.epsilon), (4, 1e-5));
}

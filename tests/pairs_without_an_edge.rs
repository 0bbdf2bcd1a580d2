//! In graphs of neurons, are derivatives in pairs without an edge those of a graph that has all edges, with weights of zero?

use derive_network::prelude::*;

/// Each number of derivatives within formulas makes all that is asked of them larger: the loss and the Hessian have one,
/// the function of which only the gradient is asked has two.
macro_rules! graphs {
    ($($name:ident $requests:tt $options:tt $edges:tt)+) => {$(
        graphs!(@ $name $requests $options $edges);
    )+};
    (@ $name:ident all $options:tt $edges:tt) => {
        graphs!(@ $name (
            parameter_jacobian, pullback,
            mixed(parameter_gradient), slope(hessian), pair(gauss_newton),
            fit(parameter_hessian, parameter_hvp, intermediates),
        ) $options $edges);
    };
    (@ $name:ident ($($requests:tt)*) ($($options:tt)*) ($($edges:tt)*)) => {
        #[derive_network(
            input(x: 2), output(u, v),
            define = {
                let slope = u * d(u, x[0]) + d(v, x[0]);
                let mixed = slope - d(u, x[0], x[1]);
                let pair = u * u + v;
            },
            loss(fit = mean_square(slope) + 0.5 * sum(u)),
            derive($($requests)*),
        )]
        struct $name {
            #[graph(neurons = 7, outputs = 2, steps = 3, $($options)*, edges($($edges)*))]
            net: Graph,
        }
    };
}

graphs! {
    // Neuron 6 is fed by nobody and leads on; from 4 no walk leads to the outputs in time but through 5.
    Sparse all (input = Sin, hidden = Sigmoid, output = Tanh) (0..2 => 4, 4 => 5, [5, 6] => 2..4, 0 => 0, 2 => 3, 1 => 5)
    Complete all (input = Sin, hidden = Sigmoid, output = Tanh) (0..7 => 0..7)
    // Without constants on the way: first states are zero, and v at the end.
    SparseOdd all (hidden = Tanh) (0..2 => 5, 5 => 6, 6 => 2, 0 => 6, 5 => 3, [2, 3] => 4)
    CompleteOdd all (hidden = Tanh) (0..7 => 0..7)
    ByEdge (mixed(parameter_gradient), fit(intermediates)) (weights = edges, hidden = Tanh)
        (0..2 => 5, 5 => 6, 6 => 2, 0 => 6, 5 => 3, [2, 3] => 4)
}

const P: usize = 49;
const POINTS: [[f64; 2]; 5] = [
    [0.3, -0.7],
    [1.1, 0.2],
    [-0.4, 0.9],
    [0.05, 0.6],
    [-1.3, -0.2],
];

/// Both graphs agree to rounding in what is asked.
fn agree(what: &str, a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(1.0_f64, |most, entry| most.max(entry.abs()));
    for (place, (a, b)) in a.iter().zip(b).enumerate() {
        let error = (a - b).abs() / largest;
        assert!(error <= 1e-13, "{what}[{place}]: {a:e} beside {b:e}");
    }
    let counted = b.iter().filter(|entry| **entry != 0.0).count();
    assert!(counted > 0, "{what} is zero");
}

/// What is computed on the way to the loss, and the derivatives in it.
macro_rules! on_the_way {
    ($network:ident) => {{
        let found = $network
            .fit_intermediates(&POINTS.map(|[a, b]| vector![a, b]))
            .unwrap();
        let parts = [&found.net.z, &found.net.a, &found.net.dz, &found.net.da];
        let parts = parts.into_iter().flatten().chain(&found.dx);
        parts
            .flat_map(|v| v.as_slice().to_vec())
            .collect::<Vec<f64>>()
    }};
}

macro_rules! compare {
    ($sparse:ident $complete:ident [$($edge:expr),+]) => {{
        let mut matrix = [0.0; P];
        for (number, (source, target)) in [$($edge),+].into_iter().enumerate() {
            matrix[source * 7 + target] = 0.9 - 0.23 * number as f64;
        }
        let sparse = $sparse::from_parameters(&matrix).unwrap();
        let complete = $complete::from_parameters(&matrix).unwrap();
        let points: Vec<SVector<f64, 2>> = POINTS.map(|[a, b]| vector![a, b]).into();
        macro_rules! both {
            ($what:literal, |$network:ident| $asked:expr) => {
                let (a, b) = ({ let $network = &sparse; $asked }, { let $network = &complete; $asked });
                agree($what, &a, &b);
            };
        }
        both!("values", |network| network.value(&points[0]).as_slice().to_vec());
        both!("parameter Jacobian", |network| {
            let mut jacobian = vec![f64::NAN; points.len() * 2 * P];
            network.parameter_jacobian(&points, &mut jacobian).unwrap();
            jacobian
        });
        both!("pullback", |network| {
            let mut sum = [0.0; P];
            network.pullback(&points[1], &vector![1.5, -0.5], &mut sum).unwrap();
            sum.to_vec()
        });
        both!("gradient of a function", |network| {
            let mut gradient = [f64::NAN; P];
            network.mixed_parameter_gradient(&points[2], &mut gradient).unwrap();
            gradient.to_vec()
        });
        both!("Gauss-Newton matrix", |network| {
            let (mut right, mut matrix) = ([0.0; P], [0.0; P * P]);
            network.pair_gauss_newton(&points, &mut right, &mut matrix).unwrap();
            [right.to_vec(), matrix.to_vec()].concat()
        });
        both!("input Hessian", |network| network.slope_hessian(&points[3]).2.as_slice().to_vec());
        both!("gradient of a loss", |network| {
            let mut gradient = [f64::NAN; P];
            network.fit_gradient(&points, &mut gradient).unwrap();
            gradient.to_vec()
        });
        both!("Hessian of a loss", |network| {
            let mut hessian = [f64::NAN; P * P];
            network.fit_parameter_hessian(&points, &mut hessian).unwrap();
            hessian.to_vec()
        });
        both!("Hessian times a direction", |network| {
            let direction: Vec<f64> = (0..P).map(|entry| (entry as f64).sin()).collect();
            let mut product = [f64::NAN; P];
            network.fit_parameter_hvp(&points, &direction, &mut product).unwrap();
            product.to_vec()
        });
        both!("intermediates", |network| on_the_way!(network));
    }};
}

#[test]
fn with_constants_on_the_way() {
    compare!(Sparse Complete [
        (0, 4), (1, 4), (4, 5), (5, 2), (5, 3), (6, 2), (6, 3), (0, 0), (2, 3), (1, 5)
    ]);
}

#[test]
fn with_zeros_on_the_way() {
    compare!(SparseOdd CompleteOdd [
        (0, 5), (1, 5), (5, 6), (6, 2), (0, 6), (5, 3), (2, 4), (3, 4)
    ]);
}

#[test]
fn a_weight_for_each_edge_is_the_same_graph() {
    let edges = [
        (0, 5),
        (1, 5),
        (5, 6),
        (6, 2),
        (0, 6),
        (5, 3),
        (2, 4),
        (3, 4),
    ];
    let weights: Vec<f64> = (0..edges.len())
        .map(|edge| 0.9 - 0.23 * edge as f64)
        .collect();
    let mut matrix = [0.0; P];
    for ((source, target), weight) in edges.iter().zip(&weights) {
        matrix[source * 7 + target] = *weight;
    }
    let by_edge = ByEdge::from_parameters(&weights).unwrap();
    let by_pair = SparseOdd::from_parameters(&matrix).unwrap();
    let (a, b) = (on_the_way!(by_edge), on_the_way!(by_pair));
    agree("intermediates", &a, &b);
    let mut gradient = vec![f64::NAN; weights.len()];
    by_edge
        .mixed_parameter_gradient(&vector![0.3, -0.7], &mut gradient)
        .unwrap();
    let mut of_pairs = [f64::NAN; P];
    by_pair
        .mixed_parameter_gradient(&vector![0.3, -0.7], &mut of_pairs)
        .unwrap();
    let of_edges = edges.map(|(source, target)| of_pairs[source * 7 + target]);
    agree("gradient of a function", &gradient, &of_edges);
}

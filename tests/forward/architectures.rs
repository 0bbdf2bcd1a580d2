//! Architectures that are no chains, each written twice: in the language, and on any numbers in plain loops.

use crate::duals::{Architecture, Reader, total};
use num_dual::DualNum;

/// A network, and what it means for parameters and a point.
macro_rules! architecture {
    (
        [$($attribute:tt)*] struct $name:ident { $($fields:tt)* } $($request:ident)+;
        |$reader:ident, $x:ident| $meaning:expr
    ) => {
        crate::face::network! {
            [$($attribute)*] struct $name { $($fields)* }
            f64: $($request)+
        }

        impl Architecture for $name {
            fn parameter_jacobian(&self, x: &[f64], jacobian: &mut [f64]) {
                let points = [derive_network::nalgebra::SVector::from_column_slice(x)];
                $name::parameter_jacobian(self, &points, jacobian).expect("as many entries");
            }

            fn meaning<D: DualNum<f64> + Clone>(parameters: &[D], $x: &[D]) -> Vec<D> {
                let mut reader = Reader { rest: parameters };
                let $reader = &mut reader;
                let value = $meaning;
                assert!(reader.rest.is_empty(), "all parameters are read");
                value
            }
        }
    };
}

fn tanh<D: DualNum<f64> + Clone>(v: &[D]) -> Vec<D> {
    v.iter().map(D::tanh).collect()
}

fn softplus<D: DualNum<f64> + Clone>(v: &[D]) -> Vec<D> {
    v.iter().map(|z| (z.exp() + 1.0).ln()).collect()
}

fn dot<D: DualNum<f64> + Clone>(a: &[D], b: &[D]) -> D {
    let products = a.iter().zip(b).map(|(a, b)| a.clone() * b.clone());
    total(&products.collect::<Vec<_>>())
}

fn add<D: DualNum<f64> + Clone>(a: &[D], scale: f64, b: &[D]) -> Vec<D> {
    let sums = a.iter().zip(b).map(|(a, b)| a.clone() + b.clone() * scale);
    sums.collect()
}

architecture! {
    // A quadratic form of low rank, and time among the inputs.
    [
        input(x: 3, t),
        output(phi),
        forward = {
            let s = concat(x, t);
            let mut u = tanh(open(s));
            for block in blocks { u += 0.5 * tanh(block(u)); }
            dot(w, u) + 0.5 * dot(r * s, r * s) + dot(c, s) + b
        },
        define = { let trace = laplacian(phi, x); },
        derive(gradient, hessian, laplacian, parameter_jacobian, trace(gradient))
    ]
    struct LowRank {
        open: Dense<6>,
        blocks: [Dense<6>; 2],
        w: Parameter<6>,
        r: Parameter<2, 4>,
        c: Parameter<4>,
        b: Parameter,
    }
    value gradient hessian laplacian;
    |reader, s| {
        let mut u = tanh(&reader.dense(s, 6));
        for _ in 0..2 {
            let block = tanh(&reader.dense(&u, 6));
            u = add(&u, 0.5, &block);
        }
        let w = reader.take(6);
        let rs = reader.linear(s, 2);
        let (c, b) = (reader.take(4), reader.take(1));
        vec![dot(w, &u) + dot(&rs, &rs) * 0.5 + dot(c, s) + b[0].clone()]
    }
}

architecture! {
    // So many more inputs than neurons that a Laplacian multiplies parameters by each other once, and what they come to by the slopes
    // of a point, in blocks as for one point.
    [
        input(x: 32),
        forward = {
            let u = tanh(open(x));
            dot(w, u + softplus(block(u)))
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct ManyInputs {
        open: Dense<6>,
        block: Dense<6>,
        w: Parameter<6>,
    }
    value gradient hessian laplacian;
    |reader, x| {
        let u = tanh(&reader.dense(x, 6));
        let block = softplus(&reader.dense(&u, 6));
        vec![dot(reader.take(6), &add(&u, 1.0, &block))]
    }
}

architecture! {
    // All that came before goes into each layer.
    [
        input(x: 2),
        forward = {
            let first = tanh(narrow(x));
            let second = wide(concat(x, first));
            last(concat(x, first, second))
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct Concatenated { narrow: Dense<3>, wide: Dense<4, Softplus>, last: Dense<1> }
    value gradient hessian laplacian;
    |reader, x| {
        let first = tanh(&reader.dense(x, 3));
        let joined = [x, &first].concat();
        let second = softplus(&reader.dense(&joined, 4));
        reader.dense(&[&joined[..], &second].concat(), 1)
    }
}

architecture! {
    // Zero at both ends of the interval and one at the beginning.
    [
        input(t, x),
        output(u),
        forward = {
            let inside = t * x * (1.0 - x);
            inside * output(hidden(concat(t, x))) + (1.0 - t) * sin(PI * x)
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct Boundary { hidden: [Dense<5, Tanh>; 2], output: Dense<1> }
    value gradient hessian laplacian;
    |reader, tx| {
        let (t, x) = (tx[0].clone(), tx[1].clone());
        let hidden = tanh(&reader.dense(tx, 5));
        let hidden = tanh(&reader.dense(&hidden, 5));
        let output = reader.dense(&hidden, 1).remove(0);
        let inside = t.clone() * x.clone() * (-x.clone() + 1.0);
        vec![inside * output + (-t + 1.0) * (x * std::f64::consts::PI).sin()]
    }
}

architecture! {
    // Inputs brought to order one by literals, outputs back by frozen parameters.
    [
        input(x: 2),
        forward = {
            let x = (x - [0.5, -1.0]) / [2.0, 0.25];
            let y = output(hidden(x));
            scale * y + shift
        },
        derive(jacobian, hessian, laplacian, parameter_jacobian)
    ]
    struct Normalised {
        #[frozen]
        shift: Parameter<2>,
        hidden: Dense<5, Tanh>,
        output: Dense<2>,
        #[frozen]
        scale: Parameter<2>,
    }
    value jacobian hessian laplacian;
    |reader, x| {
        let shift = reader.take(2);
        let x = [(x[0].clone() - 0.5) / 2.0, (x[1].clone() + 1.0) / 0.25];
        let hidden = tanh(&reader.dense(&x, 5));
        let y = reader.dense(&hidden, 2);
        let scale = reader.take(2);
        (0..2).map(|k| scale[k].clone() * y[k].clone() + shift[k].clone()).collect()
    }
}

architecture! {
    // Fourier features of a frozen matrix.
    [
        input(x: 2),
        forward = {
            let z = 2.0 * PI * (features * x);
            output(hidden(concat(sin(z), cos(z))))
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct Fourier {
        #[frozen]
        features: Parameter<3, 2>,
        hidden: Dense<5, Tanh>,
        output: Dense<1>,
    }
    value gradient hessian laplacian;
    |reader, x| {
        let z = reader.linear(x, 3);
        let angle = |z: &D| z.clone() * (2.0 * std::f64::consts::PI);
        let sines = z.iter().map(|z| angle(z).sin());
        let features: Vec<D> = sines.chain(z.iter().map(|z| angle(z).cos())).collect();
        let hidden = tanh(&reader.dense(&features, 5));
        reader.dense(&hidden, 1)
    }
}

architecture! {
    // Convex in its inputs: weights behind the first layer are positive by a transform.
    [
        input(x: 3),
        forward = {
            let mut z = softplus(first(x));
            z = softplus(softplus(w) * z + skip(x));
            dot(softplus(v), z) + 0.5 * sum_square(x)
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct Convex {
        first: Dense<4>,
        w: Parameter<5, 4>,
        skip: Dense<5>,
        v: Parameter<5>,
    }
    value gradient hessian laplacian;
    |reader, x| {
        let first = softplus(&reader.dense(x, 4));
        let w = softplus(reader.take(20));
        let skip = reader.dense(x, 5);
        let v = softplus(reader.take(5));
        let row = |k: usize| {
            let row: Vec<D> = (0..4).map(|l| w[k + 5 * l].clone()).collect();
            dot(&row, &first) + skip[k].clone()
        };
        let second: Vec<D> = (0..5).map(row).collect();
        vec![dot(&v, &softplus(&second)) + dot(x, x) * 0.5]
    }
}

architecture! {
    // Sines with a frequency, which magnifies what is rounded before.
    [
        input(x: 2),
        forward = {
            let mut u = sin(30.0 * first(x));
            for layer in hidden { u = sin(layer(u)); }
            output(u)
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct Sines { first: Dense<6>, hidden: [Dense<6>; 2], output: Dense<1> }
    value gradient hessian laplacian;
    |reader, x| {
        let sines = |z: Vec<D>, frequency: f64| -> Vec<D> {
            z.into_iter().map(|z| (z * frequency).sin()).collect()
        };
        let mut u = sines(reader.dense(x, 6), 30.0);
        for _ in 0..2 {
            u = sines(reader.dense(&u, 6), 1.0);
        }
        reader.dense(&u, 1)
    }
}

architecture! {
    // The vector field of an energy: a gradient within the network.
    [
        input(x: 4),
        output(velocity),
        forward = {
            let energy = output(hidden(x));
            let slope = gradient(energy, x);
            concat(slope[2..], -slope[..2])
        },
        derive(jacobian, hessian, laplacian, parameter_jacobian)
    ]
    struct Hamiltonian { hidden: Dense<5, Tanh>, output: Dense<1> }
    value jacobian hessian laplacian;
    |reader, x| {
        let weight = &reader.rest[..20];
        let hidden = tanh(&reader.dense(x, 5));
        let outer = reader.take(5);
        reader.take(1);
        let slope = |k: usize| {
            let terms = (0..5).map(|l| {
                let inner = -hidden[l].clone() * hidden[l].clone() + 1.0;
                outer[l].clone() * inner * weight[l + 5 * k].clone()
            });
            total(&terms.collect::<Vec<_>>())
        };
        vec![slope(2), slope(3), -slope(0), -slope(1)]
    }
}

architecture! {
    // The acceleration that a Lagrangian gives: derivatives of derivatives within the network.
    [
        input(q, v),
        output(acceleration),
        forward = {
            let lagrangian = output(hidden(concat(q, v))) + 2.0 * powi(v, 2);
            let momentum = d(lagrangian, v);
            (d(lagrangian, q) - v * d(momentum, q)) / d(momentum, v)
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct Lagrangian { hidden: Dense<4, Sin>, output: Dense<1> }
    value gradient hessian laplacian;
    |reader, x| {
        let weight = &reader.rest[..8];
        let z = reader.dense(x, 4);
        let outer = reader.take(4);
        reader.take(1);
        // Derivatives of Σ w_l sin(z_l) by entries k, one or two.
        let slope = |k: usize| {
            let terms = (0..4).map(|l| outer[l].clone() * z[l].cos() * weight[l + 4 * k].clone());
            total(&terms.collect::<Vec<_>>())
        };
        let curvature = |j: usize, k: usize| {
            let terms = (0..4).map(|l| {
                let weights = weight[l + 4 * j].clone() * weight[l + 4 * k].clone();
                -outer[l].clone() * z[l].sin() * weights
            });
            total(&terms.collect::<Vec<_>>())
        };
        vec![(slope(0) - x[1].clone() * curvature(0, 1)) / (curvature(1, 1) + 4.0)]
    }
}

architecture! {
    // Layer norm, written out.
    [
        input(x: 3),
        forward = {
            let z = hidden(x);
            let centred = z - mean(z);
            let normal = centred / sqrt(mean(centred * centred) + 1e-2);
            output(tanh(scale * normal + shift))
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct Norm { hidden: Dense<5>, scale: Parameter<5>, shift: Parameter<5>, output: Dense<1> }
    value gradient hessian laplacian;
    |reader, x| {
        let z = reader.dense(x, 5);
        let mean = total(&z) / 5.0;
        let centred: Vec<D> = z.iter().map(|z| z.clone() - mean.clone()).collect();
        let deviation = (dot(&centred, &centred) / 5.0 + 1e-2).sqrt();
        let (scale, shift) = (reader.take(5), reader.take(5));
        let entry = |k: usize| {
            scale[k].clone() * centred[k].clone() / deviation.clone() + shift[k].clone()
        };
        let normal: Vec<D> = (0..5).map(entry).collect();
        reader.dense(&tanh(&normal), 1)
    }
}

architecture! {
    // Two outputs, a scalar and a vector, of a common trunk.
    [
        input(x: 3),
        output(energy, force),
        forward = {
            let u = trunk(x);
            (norm(u + 2.0), force_head(u) - energy_head(u))
        },
        derive(jacobian, hessian, laplacian, parameter_jacobian)
    ]
    struct Heads { trunk: [Dense<4, Tanh>; 2], energy_head: Dense<1>, force_head: Dense<2> }
    value jacobian hessian laplacian;
    |reader, x| {
        let mut u = tanh(&reader.dense(x, 4));
        u = tanh(&reader.dense(&u, 4));
        let shifted: Vec<D> = u.iter().map(|u| u.clone() + 2.0).collect();
        let energy = reader.dense(&u, 1).remove(0);
        let force = reader.dense(&u, 2).into_iter().map(|force| force - energy.clone());
        let mut value = vec![dot(&shifted, &shifted).sqrt()];
        value.extend(force);
        value
    }
}

architecture! {
    // A mixture of experts; one cell is used three times, and matrices are transposed and multiplied.
    [
        input(x: 3),
        forward = {
            let mut h = x;
            for _ in 0..3 { h = cell(h); }
            let share = softmax(gate(h));
            let mut sum = 0.0;
            for i in 0..2 { sum += share[i] * experts[i](x) * (1.0 + 0.5 * i); }
            sum + dot(rows[1], transpose(rows) * (rows * x)) + sum(log_softmax(transpose(rows) * rows * h)[1..])
        },
        derive(gradient, hessian, laplacian, parameter_jacobian)
    ]
    struct Mixture {
        cell: Dense<3, Tanh>,
        gate: Dense<2>,
        experts: [Dense<1, Sin>; 2],
        rows: Parameter<2, 3>,
    }
    value gradient hessian laplacian;
    |reader, x| {
        let cell = reader.rest;
        let mut h = x.to_vec();
        for _ in 0..3 {
            reader.rest = cell;
            h = tanh(&reader.dense(&h, 3));
        }
        let exponentials = |v: &[D]| v.iter().map(D::exp).collect::<Vec<_>>();
        let share = exponentials(&reader.dense(&h, 2));
        let whole = total(&share);
        let mut value = D::from(0.0);
        for (i, share) in share.iter().enumerate() {
            let expert = reader.dense(x, 1).remove(0).sin();
            value += share.clone() / whole.clone() * expert * (1.0 + 0.5 * i as f64);
        }
        let rows = reader.take(6);
        let gram = |v: &[D]| {
            let row = |k: usize| -> Vec<D> { (0..3).map(|l| rows[k + 2 * l].clone()).collect() };
            let products = [dot(&row(0), v), dot(&row(1), v)];
            let entry = |l: usize| dot(&rows[2 * l..2 * l + 2], &products);
            vec![entry(0), entry(1), entry(2)]
        };
        let second: Vec<D> = (0..3).map(|l| rows[1 + 2 * l].clone()).collect();
        let scores = gram(&h);
        let logarithm = total(&exponentials(&scores)).ln();
        let logs = total(&scores[1..]) - logarithm * 2.0;
        vec![value + dot(&second, &gram(x)) + logs]
    }
}

architecture! {
    // The greater and the lesser, crossed by no derivative.
    [
        input(x: 3),
        allow(kinks),
        forward = {
            max(x, hidden(x)) + min(x, 0.25)
        },
        derive(jacobian, hessian, laplacian, parameter_jacobian)
    ]
    struct Clamped { hidden: Dense<3, Tanh> }
    value jacobian hessian laplacian;
    |reader, x| {
        let hidden = tanh(&reader.dense(x, 3));
        let entry = |k: usize| {
            let greater = if x[k].re() > hidden[k].re() { &x[k] } else { &hidden[k] };
            let lesser = if x[k].re() < 0.25 { x[k].clone() } else { D::from(0.25) };
            greater.clone() + lesser
        };
        (0..3).map(entry).collect()
    }
}

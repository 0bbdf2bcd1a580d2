//! Does a call over any number of points give what calls of one point give, and write nothing else?

use derive_network::prelude::*;

/// The gradient's products are of matrices with vectors, which go in pairs; the Hessian's are not.
#[derive_network(input(x: 3), derive(gradient, hessian))]
struct Double {
    hidden: [Dense<24, Tanh>; 2],
    output: Dense<1>,
}

#[derive_network(input(x: 3), scalar = f32, derive(gradient, hessian))]
struct Single {
    hidden: [Dense<24, Tanh>; 2],
    output: Dense<1>,
}

/// Columns of the second matrix are a page apart: many points read a copy of it. Sums over its columns with values and tangents are in pieces.
#[derive_network(input(x: 2), derive(gradient, hessian))]
struct Wide {
    hidden: [Dense<512, Tanh>; 2],
    output: Dense<1>,
}

/// A Hessian is computed where it is wanted, the last squares of lanes in part; those of a thousand points are stored past the caches.
#[derive_network(input(x: 61), derive(hessian))]
struct ManyInputs {
    hidden: Dense<8, Tanh>,
    output: Dense<1>,
}

/// Its Hessian leaves the second cache: the lines that are written are fetched, the last squares of lanes in part.
#[derive_network(input(x: 317), derive(hessian))]
struct MoreInputs {
    hidden: Dense<4, Tanh>,
    output: Dense<1>,
}

/// Behind the last point; nothing computes it.
const CANARY: f64 = -1234.5;
/// Three pairs of blocks of the widest lanes, and one point.
const MOST: usize = 97;

macro_rules! compare {
    ($network:ident, $scalar:ident) => {{
        type Vector = SVector<$scalar, 3>;
        type Matrix = SMatrix<$scalar, 3, 3>;
        // A sum of 24 products of two layers, added up in another order.
        let tolerance = 100.0 * $scalar::EPSILON;
        let network = $network::glorot_uniform(3);
        let points: Vec<Vector> = (0..MOST)
            .map(|point| Vector::from_fn(|row, _| ((3 * point + row) as $scalar).sin()))
            .collect();
        let alone: Vec<_> = points.iter().map(|x| network.hessian(x)).collect();
        for count in 0..=MOST {
            let canary = CANARY as $scalar;
            let mut values = vec![canary; count + 1];
            let mut gradients = vec![Vector::repeat(canary); count + 1];
            let mut hessians = vec![Matrix::repeat(canary); count + 1];
            let mut check = |with_hessian: bool| {
                let (points, values, gradients) = (
                    &points[..count],
                    &mut values[..count],
                    &mut gradients[..count],
                );
                let hessians = &mut hessians[..count];
                let done = if with_hessian {
                    network.hessian_batch(points, values, gradients, hessians)
                } else {
                    network.gradient_batch(points, values, gradients)
                };
                done.expect("slices are of one length");
                for (point, (value, gradient, hessian)) in alone[..count].iter().enumerate() {
                    let far = (values[point] - value).abs()
                        + (gradients[point] - gradient).amax()
                        + if with_hessian {
                            (hessians[point] - hessian).amax()
                        } else {
                            0.0
                        };
                    assert!(
                        far <= tolerance,
                        "point {point} of {count} is off by {far:e}"
                    );
                }
            };
            check(false);
            check(true);
            assert_eq!(values[count], canary);
            assert_eq!(gradients[count], Vector::repeat(canary));
            assert_eq!(hessians[count], Matrix::repeat(canary));
        }
    }};
}

#[test]
fn any_number_of_points_is_as_many_calls_of_one_in_double_precision() {
    for lanes in [Lanes::Scalar, Lanes::Avx2, Lanes::Avx512] {
        with_lanes(lanes, || compare!(Double, f64));
    }
}

#[test]
fn any_number_of_points_is_as_many_calls_of_one_in_single_precision() {
    for lanes in [Lanes::Scalar, Lanes::Avx2, Lanes::Avx512] {
        with_lanes(lanes, || compare!(Single, f32));
    }
}

#[test]
fn copies_and_pieces_of_matrices_give_what_the_matrices_give() {
    let network = Wide::glorot_uniform(3);
    let points: [SVector<f64, 2>; 35] =
        core::array::from_fn(|point| SVector::repeat((point as f64).sin()));
    let hessians = |lanes, at_once| {
        let mut hessians = [SMatrix::zeros(); 35];
        for (points, hessians) in points.chunks(at_once).zip(hessians.chunks_mut(at_once)) {
            let (mut values, mut gradients) = ([0.0; 35], [SVector::zeros(); 35]);
            let (values, gradients) = (&mut values[..points.len()], &mut gradients[..points.len()]);
            with_lanes(lanes, || {
                network.hessian_batch(points, values, gradients, hessians)
            })
            .expect("slices are of one length");
        }
        hessians
    };
    let alone = points.map(|x| network.hessian(&x).2);
    for lanes in [Lanes::Scalar, Lanes::Avx2, Lanes::Avx512] {
        // Of so few points there are no copies, where there are AVX-512's many registers.
        for at_once in [11, 35] {
            for (here, there) in hessians(lanes, at_once).iter().zip(&alone) {
                // Sums of 512 products of two layers, added up in another order.
                let tolerance = 2.0 * 512.0 * f64::EPSILON * there.amax();
                assert!((here - there).amax() <= tolerance, "{lanes}: {here}{there}");
            }
        }
    }
}

/// Gradients of many points go through blocks of two vectors that read copies, of few through those that do not, the last point by point.
#[test]
fn gradients_of_wide_layers_are_those_of_each_point() {
    let network = Wide::glorot_uniform(5);
    let points: Vec<SVector<f64, 2>> = (0..75)
        .map(|point| SVector::repeat((f64::from(point) * 0.7).sin()))
        .collect();
    for lanes in [Lanes::Scalar, Lanes::Avx2, Lanes::Avx512] {
        for count in [40, 75] {
            let mut values = vec![f64::NAN; count];
            let mut gradients = vec![SVector::repeat(f64::NAN); count];
            with_lanes(lanes, || {
                network.gradient_batch(&points[..count], &mut values, &mut gradients)
            })
            .expect("slices are of one length");
            for (point, (value, gradient)) in points.iter().zip(values.iter().zip(&gradients)) {
                let (expected, slope) = network.gradient(point);
                // Sums of 512 products of two layers, added up in another order.
                let tolerance = 2.0 * 512.0 * f64::EPSILON;
                assert!((value - expected).abs() <= tolerance * expected.abs().max(1.0));
                assert!(
                    (gradient - slope).amax() <= tolerance * slope.amax(),
                    "{lanes}"
                );
            }
        }
    }
}

#[test]
fn symmetric_results_that_are_stored_past_the_caches_are_those_of_fewer_points() {
    const COUNT: usize = 1032;
    assert!(COUNT * size_of::<SMatrix<f64, 61, 61>>() > 16 << 20);
    let network = ManyInputs::glorot_uniform(5);
    let points: Vec<SVector<f64, 61>> = (0..COUNT)
        .map(|point| SVector::from_fn(|row, _| ((point * 61 + row) as f64).sin()))
        .collect();
    let mut workspace = ManyInputs::workspace();
    let mut hessians = |at_once: usize| {
        let mut hessians = vec![SMatrix::<f64, 61, 61>::repeat(f64::NAN); COUNT];
        for (points, hessians) in points.chunks(at_once).zip(hessians.chunks_mut(at_once)) {
            let mut values = vec![0.0; points.len()];
            let mut gradients = vec![SVector::zeros(); points.len()];
            network
                .hessian_batch_with(
                    &mut workspace,
                    points,
                    &mut values,
                    &mut gradients,
                    hessians,
                )
                .expect("slices are of one length");
        }
        hessians
    };
    for lanes in [Lanes::Scalar, Lanes::Avx2, Lanes::Avx512] {
        let [few, many] = [512, COUNT].map(|at_once| with_lanes(lanes, || hessians(at_once)));
        assert!(few == many, "{lanes}");
        let mut turned = many.iter().map(|hessian| hessian.transpose());
        assert!(many.iter().all(|hessian| Some(*hessian) == turned.next()));
    }
}

#[test]
fn symmetric_results_that_leave_the_caches_are_those_of_each_point() {
    // Without optimisation a matrix goes through several places of the stack.
    let thread = std::thread::Builder::new().stack_size(32 << 20);
    let thread = thread.spawn(compare_results_that_leave_the_caches);
    thread
        .expect("a thread starts")
        .join()
        .expect("results agree");
}

fn compare_results_that_leave_the_caches() {
    const COUNT: usize = 17;
    type Hessian = SMatrix<f64, 317, 317>;
    let network = MoreInputs::glorot_uniform(7);
    let points: Vec<SVector<f64, 317>> = (0..COUNT)
        .map(|point| SVector::from_fn(|row, _| ((point * 317 + row) as f64).sin()))
        .collect();
    let mut workspace = MoreInputs::workspace();
    let mut hessians = |at_once: usize| {
        let mut hessians = vec![Hessian::repeat(f64::NAN); COUNT];
        for (points, hessians) in points.chunks(at_once).zip(hessians.chunks_mut(at_once)) {
            let mut values = vec![0.0; points.len()];
            let mut gradients = vec![SVector::zeros(); points.len()];
            let (values, gradients) = (&mut values, &mut gradients);
            network
                .hessian_batch_with(&mut workspace, points, values, gradients, hessians)
                .expect("slices are of one length");
        }
        hessians
    };
    for lanes in [Lanes::Scalar, Lanes::Avx2, Lanes::Avx512] {
        let [alone, together] = [1, COUNT].map(|at_once| with_lanes(lanes, || hessians(at_once)));
        for (here, there) in together.iter().zip(&alone) {
            // Sums of four products, added up in another order.
            let tolerance = 8.0 * f64::EPSILON * there.amax();
            let mut entries = here.iter().zip(there);
            assert!(
                entries.all(|(here, there)| (here - there).abs() <= tolerance),
                "{lanes}"
            );
        }
    }
}

//! Are the results of calls whose points are split over threads the same bits as those of serial calls?

#[path = "support/random.rs"]
mod random;

use derive_network::prelude::*;
use derive_network::{EvaluationError, in_parallel};
use random::Random;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// So little for each point that a chunk has thousands of them. With given data, two entries, frozen parameters, and products of
/// parameters alone.
#[derive_network(
    input(x: 2), output(u), given(target),
    define = {
        let misfit = u - target;
        let both = [dot(x, transpose(a) * (a * x)), u];
    },
    loss(fit = mse(u, target), sum = sum_square(both)),
    derive(
        gradient, hessian, hvp, both(hessian, parameter_jacobian, gauss_newton),
        misfit(parameter_jacobian, gauss_newton), fit(parameter_hvp),
    ),
)]
struct Small {
    hidden: Dense<4, Tanh>,
    output: Dense<1>,
    #[frozen]
    a: Parameter<3, 2>,
}

/// So much for each point that a chunk has as few of them as there may be; more parameters than a task of their products has.
#[derive_network(
    input(x: 4), scalar = f32,
    derive(hessian, parameter_jacobian, gauss_newton),
)]
struct Wide {
    hidden: [Dense<24, Tanh>; 2],
    output: Dense<1>,
}

/// Columns of its second matrix are a page apart: calls of many points read a copy of it, chunks of them may not.
#[derive_network(input(x: 2), derive(gradient))]
struct Page {
    hidden: Dense<64, Tanh>,
    wide: Dense<512, Tanh>,
    output: Dense<1>,
}

const SMALL: usize = Small::PARAMETERS;
const WIDE: usize = Wide::PARAMETERS;

type Points = [SVector<f64, 2>];
type Given = [SVector<f64, 1>];
/// A call, by its name: all that it returns and writes.
type Call = (&'static str, fn(&Small, &Points, &Given) -> Vec<f64>);

const CALLS: [Call; 12] = [
    ("value", |network, x, _| {
        let mut values = vec![f64::NAN; x.len()];
        network.value_batch(x, &mut values).unwrap();
        values
    }),
    ("hessian", |network, x, _| {
        let (mut values, mut gradients, mut hessians) = (
            vec![f64::NAN; x.len()],
            vec![SVector::<f64, 2>::zeros(); x.len()],
            vec![SMatrix::<f64, 2, 2>::zeros(); x.len()],
        );
        let mut workspace = Small::workspace();
        network
            .hessian_batch_with(
                &mut workspace,
                x,
                &mut values,
                &mut gradients,
                &mut hessians,
            )
            .unwrap();
        values.extend(gradients.iter().flatten());
        values.extend(hessians.iter().flatten());
        values
    }),
    ("hvp", |network, x, _| {
        let (mut values, mut gradients, mut products) = (
            vec![f64::NAN; x.len()],
            vec![SVector::<f64, 2>::zeros(); x.len()],
            vec![SVector::<f64, 2>::zeros(); x.len()],
        );
        network
            .hvp_batch(x, x, &mut values, &mut gradients, &mut products)
            .unwrap();
        values.extend(gradients.iter().chain(&products).flatten());
        values
    }),
    ("misfit", |network, x, given| {
        let mut values = vec![f64::NAN; x.len()];
        network.misfit_batch(x, given, &mut values).unwrap();
        values
    }),
    ("fit", |network, x, given| {
        vec![network.fit(x, given).unwrap_or(-1.0)]
    }),
    ("fit_gradient", |network, x, given| {
        let mut gradient = vec![f64::NAN; SMALL];
        let loss = network.fit_gradient(x, given, &mut gradient);
        gradient.push(loss.unwrap_or(-1.0));
        gradient
    }),
    ("add_sum_gradient", |network, x, _| {
        // Zeros of both signs, to which sums are added.
        let mut gradient: Vec<f64> = [0.0, -0.0, 1.0].into_iter().cycle().take(SMALL).collect();
        let loss = network.add_sum_gradient(x, -0.5, &mut gradient);
        gradient.push(loss.unwrap());
        gradient
    }),
    ("fit_parameter_hvp", |network, x, given| {
        let mut product = vec![f64::NAN; SMALL];
        let loss = network.fit_parameter_hvp(x, given, &[0.5; SMALL], &mut product);
        product.push(loss.unwrap_or(-1.0));
        product
    }),
    ("misfit_parameter_jacobian", |network, x, given| {
        let mut jacobian = vec![f64::NAN; x.len() * SMALL];
        network
            .misfit_parameter_jacobian(x, given, &mut jacobian)
            .unwrap();
        jacobian
    }),
    ("both_parameter_jacobian", |network, x, _| {
        let mut jacobian = vec![f64::NAN; 2 * x.len() * SMALL];
        let mut workspace = Small::workspace();
        network
            .both_parameter_jacobian_with(&mut workspace, x, &mut jacobian)
            .unwrap();
        jacobian
    }),
    ("misfit_gauss_newton", |network, x, given| {
        let (mut projections, mut squares) = (vec![f64::NAN; SMALL], vec![f64::NAN; SMALL * SMALL]);
        let sum = network.misfit_gauss_newton(x, given, &mut projections, &mut squares);
        projections.extend(squares);
        projections.push(sum.unwrap());
        projections
    }),
    ("both_gauss_newton", |network, x, _| {
        let (mut projections, mut squares) = (vec![f64::NAN; SMALL], vec![f64::NAN; SMALL * SMALL]);
        let sum = network.both_gauss_newton(x, &mut projections, &mut squares);
        projections.extend(squares);
        projections.push(sum.unwrap());
        projections
    }),
];

fn small() -> Small {
    Small::from_parameters(&Random(3).numbers(SMALL)).unwrap()
}

fn wide() -> Wide {
    let numbers = Random(7).numbers(WIDE);
    let numbers: Vec<f32> = numbers.iter().map(|number| 0.2 * *number as f32).collect();
    Wide::from_parameters(&numbers).unwrap()
}

fn vectors<const N: usize>(seed: u64, count: usize) -> Vec<SVector<f64, N>> {
    let rows = Random(seed).rows(count, N).into_iter();
    rows.map(|row| SVector::from_column_slice(&row)).collect()
}

fn pools() -> [ThreadPool; 3] {
    [1, 2, 3].map(|threads| {
        ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    })
}

/// What a call gives on each of the pools, and without them, are the same bits.
fn check<T: Copy + Into<f64> + Send>(
    what: &str,
    pools: &[ThreadPool],
    lanes: Lanes,
    call: impl Fn() -> Vec<T> + Sync,
) {
    let bits = |numbers: Vec<T>| -> Vec<u64> {
        let numbers = numbers.into_iter();
        numbers.map(|number| number.into().to_bits()).collect()
    };
    let serial = bits(with_lanes(lanes, &call));
    for pool in pools {
        let split = bits(pool.install(|| in_parallel(|| with_lanes(lanes, &call))));
        assert!(
            serial == split,
            "{what} on {lanes} and {} threads",
            pool.current_num_threads()
        );
    }
}

/// Batches of which none, some and all are split.
#[test]
fn on_all_lanes() {
    let (network, pools) = (small(), pools());
    for (length, pools) in [0, 1, 7, 8, 9, 1000]
        .map(|length| (length, &pools[..]))
        .into_iter()
        .chain([(20_003, &pools[..2])])
    {
        let (points, given) = (vectors(11, length), vectors(13, length));
        for lanes in Lanes::available() {
            for (name, call) in CALLS {
                let what = format!("{name} of {length}");
                check(&what, pools, lanes, || call(&network, &points, &given));
            }
        }
    }
}

#[test]
fn of_many_chunks() {
    let (network, pools) = (small(), pools());
    let (points, given) = (vectors(17, 100_003), vectors(19, 100_003));
    for (name, call) in CALLS {
        let what = format!("{name} of {}", points.len());
        check(&what, &pools[1..], Lanes::current(), || {
            call(&network, &points, &given)
        });
    }
}

#[test]
fn of_chunks_that_are_few_blocks() {
    let (network, pools) = (wide(), pools());
    let points: Vec<SVector<f32, 4>> = vectors::<4>(23, 1100).iter().map(|x| x.cast()).collect();
    for lanes in Lanes::available() {
        check("Hessian", &pools, lanes, || {
            let points = &points[..391];
            let mut values = vec![f32::NAN; points.len()];
            let mut gradients = vec![SVector::zeros(); points.len()];
            let mut hessians = vec![SMatrix::zeros(); points.len()];
            network
                .hessian_batch(points, &mut values, &mut gradients, &mut hessians)
                .unwrap();
            values.extend(gradients.iter().flatten());
            values.extend(hessians.iter().flatten());
            values
        });
        check("Jacobian", &pools, lanes, || {
            let mut jacobian = vec![f32::NAN; points.len() * WIDE];
            network.parameter_jacobian(&points, &mut jacobian).unwrap();
            jacobian
        });
    }
    check("Gauss-Newton", &pools, Lanes::current(), || {
        let (mut projections, mut squares) = (vec![f32::NAN; WIDE], vec![f32::NAN; WIDE * WIDE]);
        let sum = network.gauss_newton(&points[..150], &mut projections, &mut squares);
        projections.extend(squares);
        projections.push(sum.unwrap());
        projections
    });
}

/// A loss that is added up by chunks is the loss.
#[test]
fn chunks_are_all_of_the_sum() {
    let network = small();
    let (points, given) = (vectors(31, 30_000), vectors(37, 30_000));
    let mut whole = vec![0.0; SMALL];
    let loss = network.fit_gradient(&points, &given, &mut whole);
    whole.push(loss.unwrap());
    let mut parts = vec![0.0; SMALL + 1];
    let count = 1_000;
    for (points, given) in points.chunks(count).zip(given.chunks(count)) {
        let weight = count as f64 / 30_000.0;
        let part = network.add_fit_gradient(points, given, weight, &mut parts[..SMALL]);
        parts[SMALL] += part.unwrap();
    }
    let largest = whole
        .iter()
        .fold(0.0f64, |largest, entry| largest.max(entry.abs()));
    for (whole, part) in whole.iter().zip(&parts) {
        assert!(
            (whole - part).abs() <= 1e-12 * largest,
            "{whole} and {part}"
        );
    }
}

#[test]
fn errors_are_the_same_and_nothing_is_written() {
    let network = small();
    let (points, given) = (vectors::<2>(41, 20_003), vectors::<1>(43, 20_003));
    let short = &given[..20_002];
    in_parallel(|| {
        let mut numbers = vec![7.0; points.len()];
        let length = |name, expected, found| BatchLengthError {
            name,
            expected,
            found,
        };
        assert_eq!(
            network.misfit_batch(&points, short, &mut numbers),
            Err(length("given", 20_003, 20_002))
        );
        assert_eq!(
            network.value_batch(&points[1..], &mut numbers),
            Err(length("values", 20_002, 20_003))
        );
        assert_eq!(
            network.fit_gradient(&points, &given, &mut numbers),
            Err(EvaluationError::ParameterCount(ParameterCountError {
                expected: SMALL,
                found: 20_003
            }))
        );
        assert_eq!(
            network.misfit_parameter_jacobian(&points, &given, &mut numbers),
            Err(EvaluationError::BatchLength(length(
                "jacobian",
                20_003 * SMALL,
                20_003
            )))
        );
        assert_eq!(
            network.fit_gradient(&[], &[], &mut numbers[..SMALL]),
            Err(EvaluationError::EmptyBatch)
        );
        assert!(numbers.iter().all(|number| *number == 7.0));
    });
}

#[test]
fn copies_of_matrices_change_no_bit() {
    let network = Page::glorot_uniform(47);
    let points = vectors::<2>(53, 300);
    let gradients = |points: &Points| {
        let mut values = vec![f64::NAN; points.len()];
        let mut gradients = vec![SVector::<f64, 2>::zeros(); points.len()];
        network
            .gradient_batch(points, &mut values, &mut gradients)
            .unwrap();
        values.extend(gradients.iter().flatten());
        values.iter().map(|number| number.to_bits()).collect()
    };
    for lanes in Lanes::available() {
        for count in [150, 300] {
            let points = &points[..count];
            let serial: Vec<u64> = with_lanes(lanes, || gradients(points));
            let parallel = in_parallel(|| with_lanes(lanes, || gradients(points)));
            assert!(serial == parallel, "{count} points on {lanes}");
        }
    }
}
